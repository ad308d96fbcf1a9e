//! What a model wrote of an interview, made valid piece by piece: cleaned, cut to our limits, with the ids of what it keeps.
//! What cannot be an interview's part is left out.

use super::items::Item;
use parley_domain::{
    drafting::DraftPiece,
    error::Problems,
    id::{CriterionId, QuestionId},
    interview::{Criterion, InterviewInput, TITLE_MAX},
    question::{
        CHOICE_TEXT_MAX, CHOICES_MAX, Choice, EXPECTED_POINT_MAX, EXPECTED_POINTS_MAX, QUESTION_TEXT_MAX, Question,
        QuestionKind,
    },
    text,
};
use serde_json::Value;

/// Longest welcome, objective or description of a criterion, in characters.
const PROSE_MAX: usize = 2_000;
/// Most criteria that are taken.
const CRITERIA_MAX: usize = 12;
/// Most questions that are taken.
const QUESTIONS_MAX: usize = 30;
/// The heaviest weight.
const WEIGHT_MAX: f64 = 10.0;

/// The name by which a kept criterion is spoken of.
pub(super) fn criterion_ref(index: usize) -> String {
    format!("C{}", index + 1)
}

/// The name by which a kept question is spoken of.
pub(super) fn question_ref(index: usize) -> String {
    format!("Q{}", index + 1)
}

/// Makes pieces of items, and remembers what was there.
#[derive(Debug)]
pub(super) struct Accept {
    current: InterviewInput,
    criteria: Vec<Criterion>,
    questions: Vec<Question>,
}

impl Accept {
    pub(super) fn new(current: Option<&InterviewInput>) -> Self {
        Self {
            current: current.cloned().unwrap_or_default(),
            criteria: Vec::new(),
            questions: Vec::new(),
        }
    }

    /// Whether enough is there to be an interview.
    pub(super) fn is_enough(&self) -> bool {
        !self.questions.is_empty()
    }

    pub(super) fn piece(&mut self, item: &Item) -> Option<DraftPiece> {
        match item.name.as_str() {
            "title" => line(&item.value, TITLE_MAX).map(|text| DraftPiece::Title { text }),
            "welcome" => lines(&item.value, PROSE_MAX).map(|text| DraftPiece::Welcome { text }),
            "objective" => lines(&item.value, PROSE_MAX).map(|text| DraftPiece::Objective { text }),
            "criteria" => self
                .criterion(&item.value)
                .map(|criterion| DraftPiece::Criterion { criterion }),
            "questions" => self
                .question(&item.value)
                .map(|question| DraftPiece::Question { question }),
            _ => None,
        }
    }

    fn criterion(&mut self, value: &Value) -> Option<Criterion> {
        let name = line(value.get("name")?, TITLE_MAX)?;
        let twice = self.criteria.iter().any(|c| text::fold(&c.name) == text::fold(&name));
        if twice || self.criteria.len() >= CRITERIA_MAX {
            return None;
        }
        let weight = value
            .get("weight")
            .and_then(Value::as_f64)
            .filter(|w| w.is_finite() && *w > 0.0);
        let criterion = Criterion {
            id: self.kept_criterion(value),
            name,
            description: value
                .get("description")
                .and_then(|v| lines(v, PROSE_MAX))
                .unwrap_or_default(),
            weight: (weight.unwrap_or(1.0).min(WEIGHT_MAX) * 10.0).round().max(1.0) / 10.0,
        };
        self.criteria.push(criterion.clone());
        Some(criterion)
    }

    fn question(&mut self, value: &Value) -> Option<Question> {
        let words = value.get("text").and_then(|v| lines(v, QUESTION_TEXT_MAX))?;
        let twice = self.questions.iter().any(|q| text::fold(&q.text) == text::fold(&words));
        if twice || self.questions.len() >= QUESTIONS_MAX {
            return None;
        }
        let kind = value.get("kind").and_then(Value::as_str).unwrap_or_default();
        let kind = QuestionKind::ALL
            .into_iter()
            .find(|k| k.as_str() == kind)
            .unwrap_or_default();
        let before = self.kept_question(value);
        let texts = list(value.get("choices"), CHOICE_TEXT_MAX, CHOICES_MAX);
        // A choice of one is none: then it is answered in words.
        let kind = if kind.has_choices() && texts.len() < 2 {
            QuestionKind::Open
        } else {
            kind
        };
        let choices = if kind.has_choices() { texts } else { Vec::new() };
        let known = |text: &str| {
            before
                .iter()
                .flat_map(|q| &q.choices)
                .find(|c| c.text == text)
                .map(|c| c.id)
        };
        let mut question = Question {
            id: before.as_ref().map_or(QuestionId::NIL, |q| q.id),
            kind,
            text: words,
            choices: choices
                .into_iter()
                .map(|text| Choice {
                    id: known(&text).unwrap_or_default(),
                    text,
                })
                .collect(),
            expected_points: list(value.get("expected_points"), EXPECTED_POINT_MAX, EXPECTED_POINTS_MAX),
        };
        let mut problems = Problems::new();
        question.check("question", &mut problems);
        problems.into_result(()).ok()?;
        self.questions.push(question.clone());
        Some(question)
    }

    /// The id of the criterion that this one was, if it says so and no other one did.
    fn kept_criterion(&self, value: &Value) -> CriterionId {
        let named = reference(value);
        let found = (0..)
            .zip(&self.current.criteria)
            .find(|(i, _)| criterion_ref(*i) == named);
        found
            .map(|(_, c)| c.id)
            .filter(|id| !self.criteria.iter().any(|c| c.id == *id))
            .unwrap_or_default()
    }

    fn kept_question(&self, value: &Value) -> Option<Question> {
        let named = reference(value);
        let (_, found) = (0..)
            .zip(&self.current.questions)
            .find(|(i, _)| question_ref(*i) == named)?;
        (!self.questions.iter().any(|q| q.id == found.id)).then(|| found.clone())
    }
}

fn reference(value: &Value) -> String {
    value
        .get("ref")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .trim()
        .to_owned()
}

/// Text as a creator would have typed it: without invisible characters and without the marks that models put around words.
fn plain(given: &str) -> String {
    crate::ai::clean(given).replace("**", "").replace('`', "")
}

fn line(value: &Value, most: usize) -> Option<String> {
    let text = text::shorten(&text::one_line(&plain(value.as_str()?)), most);
    (!text.is_empty()).then_some(text)
}

fn lines(value: &Value, most: usize) -> Option<String> {
    // Code may need its marks.
    let text = text::shorten(text::many_lines(&crate::ai::clean(value.as_str()?)).trim(), most);
    (!text.is_empty()).then_some(text)
}

/// Distinct lines of a list.
fn list(value: Option<&Value>, longest: usize, most: usize) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for text in value
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|v| line(v, longest))
    {
        if kept.len() < most && !kept.contains(&text) {
            kept.push(text);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;
    use uuid::Uuid;

    fn item(name: &str, value: Value) -> Item {
        Item {
            name: name.into(),
            value,
        }
    }

    fn question(value: Value) -> Option<Question> {
        match Accept::new(None).piece(&item("questions", value)) {
            Some(DraftPiece::Question { question }) => Some(question),
            _ => None,
        }
    }

    #[test]
    fn what_is_kept_keeps_its_id_once() {
        let current = InterviewInput {
            criteria: vec![Criterion {
                id: CriterionId(Uuid::from_u128(5)),
                name: "Care".into(),
                weight: 1.0,
                ..Default::default()
            }],
            questions: vec![Question {
                id: QuestionId(Uuid::from_u128(7)),
                kind: QuestionKind::SingleChoice,
                text: "Which?".into(),
                choices: vec![
                    Choice {
                        id: Uuid::from_u128(8).into(),
                        text: "A".into(),
                    },
                    Choice {
                        id: Uuid::from_u128(9).into(),
                        text: "B".into(),
                    },
                ],
                ..Default::default()
            }],
            ..Default::default()
        };
        let mut accept = Accept::new(Some(&current));
        let reworded = json!({"ref": "Q1", "kind": "single_choice", "text": "Which one?", "choices": ["B", "C"]});
        let Some(DraftPiece::Question { question }) = accept.piece(&item("questions", reworded)) else {
            panic!("a question")
        };
        assert_eq!(question.id, current.questions[0].id);
        assert_eq!(question.choices[0].id, current.questions[0].choices[1].id);
        assert!(question.choices[1].id.is_nil());
        let again = json!({"ref": "Q1", "kind": "open", "text": "Another?"});
        let Some(DraftPiece::Question { question }) = accept.piece(&item("questions", again)) else {
            panic!("a question")
        };
        assert!(question.id.is_nil());
        let Some(DraftPiece::Criterion { criterion }) =
            accept.piece(&item("criteria", json!({"ref": "C1", "name": "Care", "weight": 3})))
        else {
            panic!("a criterion")
        };
        assert_eq!((criterion.id, criterion.weight), (current.criteria[0].id, 3.0));
    }

    #[test]
    fn what_cannot_be_is_left_out_or_made_right() {
        assert!(question(json!({"kind": "open"})).is_none());
        assert!(question(json!("Why?")).is_none());
        let one_choice = question(json!({"kind": "single_choice", "text": "Which?", "choices": ["A", "A"]})).unwrap();
        assert_eq!((one_choice.kind, one_choice.choices.len()), (QuestionKind::Open, 0));
        let odd = question(json!({"kind": "video", "text": "Show?", "choices": ["x", "y"]})).unwrap();
        assert_eq!((odd.kind, odd.choices.len()), (QuestionKind::Open, 0));
        let mut accept = Accept::new(None);
        for (given, weight) in [
            (json!(-3), 1.0),
            (json!("much"), 1.0),
            (json!(1e9), 10.0),
            (json!(0.04), 0.1),
        ] {
            let value = json!({"name": format!("{given}"), "weight": given});
            let Some(DraftPiece::Criterion { criterion }) = accept.piece(&item("criteria", value)) else {
                panic!("a criterion")
            };
            assert_eq!(criterion.weight, weight);
        }
        assert!(accept.piece(&item("settings", json!({"state": "open"}))).is_none());
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<f64>().prop_map(|n| json!(n)),
            "\\PC{0,20}".prop_map(Value::from),
            prop::sample::select(vec!["open", "single_choice", "code", "Q1", "C1"]).prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 30, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::hash_map(
                    prop::sample::select(vec![
                        "ref",
                        "name",
                        "text",
                        "kind",
                        "choices",
                        "expected_points",
                        "weight",
                        "description"
                    ])
                    .prop_map(str::to_owned),
                    inner,
                    0..8
                )
                .prop_map(|m| Value::Object(m.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn whatever_comes_the_interview_is_valid(values in prop::collection::vec((prop::sample::select(vec!["title", "welcome", "objective", "criteria", "questions"]), any_value()), 0..20)) {
            let mut accept = Accept::new(None);
            let mut draft = InterviewInput { title: "x".into(), ..Default::default() };
            for (name, value) in values {
                if let Some(piece) = accept.piece(&item(name, value)) {
                    piece.put_into(&mut draft);
                }
            }
            let checked = draft.clone().checked();
            prop_assert!(checked.is_ok(), "{:?}", checked);
        }
    }
}
