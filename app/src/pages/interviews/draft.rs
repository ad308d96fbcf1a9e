//! The content editor's state: one signal a field, lists of small copyable handles. Converts from and to what is saved.

use crate::server_fns::interviews::Content;
use leptos::prelude::*;
use parley_domain::{
    id::{ChoiceId, CriterionId, QuestionId},
    interview::Criterion,
    question::{Choice, Question, QuestionKind},
};
use std::collections::BTreeMap;

/// One choice of a question.
#[derive(Clone, Copy)]
pub(super) struct ChoiceDraft {
    pub(super) key: u32,
    pub(super) id: StoredValue<ChoiceId>,
    pub(super) text: RwSignal<String>,
}

/// One question. Its choices stay while another kind is tried; only choice questions send them.
#[derive(Clone, Copy)]
pub(super) struct QuestionDraft {
    pub(super) key: u32,
    pub(super) id: StoredValue<QuestionId>,
    pub(super) kind: RwSignal<String>,
    pub(super) text: RwSignal<String>,
    pub(super) points: RwSignal<String>,
    pub(super) choices: RwSignal<Vec<ChoiceDraft>>,
}

impl QuestionDraft {
    pub(super) fn kind(self) -> QuestionKind {
        let word = self.kind.get();
        QuestionKind::ALL
            .into_iter()
            .find(|kind| kind.as_str() == word)
            .unwrap_or_default()
    }
}

/// One criterion.
#[derive(Clone, Copy)]
pub(super) struct CriterionDraft {
    pub(super) key: u32,
    pub(super) id: StoredValue<CriterionId>,
    pub(super) name: RwSignal<String>,
    pub(super) description: RwSignal<String>,
    pub(super) weight: RwSignal<String>,
}

/// A list of the editor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum List {
    Criteria,
    Questions,
    /// Of the question with this key.
    Choices(u32),
}

/// The keys of the rows of each list.
pub(super) type Rows = BTreeMap<List, Vec<u32>>;

/// All that the editor holds.
#[derive(Clone, Copy)]
pub(super) struct Draft {
    pub(super) title: RwSignal<String>,
    pub(super) description: RwSignal<String>,
    pub(super) welcome: RwSignal<String>,
    pub(super) objective: RwSignal<String>,
    pub(super) criteria: RwSignal<Vec<CriterionDraft>>,
    pub(super) questions: RwSignal<Vec<QuestionDraft>>,
    next: StoredValue<u32>,
    owner: StoredValue<Owner>,
}

impl Draft {
    pub(super) fn new(content: &Content) -> Self {
        let draft = Self {
            title: RwSignal::default(),
            description: RwSignal::default(),
            welcome: RwSignal::default(),
            objective: RwSignal::default(),
            criteria: RwSignal::default(),
            questions: RwSignal::default(),
            next: StoredValue::new(0),
            // Handles made later, in an event, live as long as the editor and not as long as the event.
            owner: StoredValue::new(Owner::current().unwrap_or_default()),
        };
        draft.load(content);
        draft
    }

    fn key(self) -> u32 {
        let key = self.next.get_value();
        self.next.set_value(key.wrapping_add(1));
        key
    }

    fn owned<T>(self, make: impl FnOnce() -> T) -> T {
        self.owner.with_value(|owner| owner.with(make))
    }

    /// Puts other content in, as if the editor had just been opened with it.
    pub(super) fn load(self, content: &Content) {
        self.title.set(content.title.clone());
        self.description.set(content.description.clone());
        self.welcome.set(content.welcome.clone());
        self.objective.set(content.objective.clone());
        self.criteria
            .set(content.criteria.iter().map(|c| self.criterion(c)).collect());
        self.questions
            .set(content.questions.iter().map(|q| self.question(q)).collect());
    }

    /// Which rows stand in which list, in order; watches all of them.
    pub(super) fn rows(self) -> Rows {
        let questions = self.questions.get();
        let choices = questions.iter().map(|question| {
            let keys = question.choices.with(|list| list.iter().map(|row| row.key).collect());
            (List::Choices(question.key), keys)
        });
        let criteria = self.criteria.with(|list| list.iter().map(|row| row.key).collect());
        let lists = [
            (List::Criteria, criteria),
            (List::Questions, questions.iter().map(|row| row.key).collect()),
        ];
        choices.chain(lists).collect()
    }

    /// A handle for a criterion; a new one has the default criterion.
    pub(super) fn criterion(self, of: &Criterion) -> CriterionDraft {
        let key = self.key();
        let weight = if of.weight > 0.0 { of.weight } else { 1.0 };
        self.owned(|| CriterionDraft {
            key,
            id: StoredValue::new(of.id),
            name: RwSignal::new(of.name.clone()),
            description: RwSignal::new(of.description.clone()),
            weight: RwSignal::new(weight.to_string()),
        })
    }

    /// A handle for a question.
    pub(super) fn question(self, of: &Question) -> QuestionDraft {
        let key = self.key();
        let choices = of.choices.iter().map(|choice| self.choice(choice)).collect();
        self.owned(|| QuestionDraft {
            key,
            id: StoredValue::new(of.id),
            kind: RwSignal::new(of.kind.as_str().to_owned()),
            text: RwSignal::new(of.text.clone()),
            points: RwSignal::new(of.expected_points.join("\n")),
            choices: RwSignal::new(choices),
        })
    }

    /// A handle for a choice.
    pub(super) fn choice(self, of: &Choice) -> ChoiceDraft {
        let key = self.key();
        self.owned(|| ChoiceDraft {
            key,
            id: StoredValue::new(of.id),
            text: RwSignal::new(of.text.clone()),
        })
    }

    /// One question as it would be saved; watches all of it.
    pub(super) fn read_question(question: QuestionDraft) -> Question {
        let kind = question.kind();
        let choices = if kind.has_choices() {
            question.choices.with(|list| {
                list.iter()
                    .map(|choice| Choice {
                        id: choice.id.get_value(),
                        text: choice.text.get(),
                    })
                    .collect()
            })
        } else {
            Vec::new()
        };
        Question {
            id: question.id.get_value(),
            kind,
            text: question.text.get(),
            choices,
            expected_points: question.points.with(|points| {
                points
                    .lines()
                    .map(str::trim)
                    .filter(|line| !line.is_empty())
                    .map(str::to_owned)
                    .collect()
            }),
        }
    }

    /// One criterion as it would be saved. A weight that is no number becomes 0, which the check refuses at its field.
    pub(super) fn read_criterion(criterion: CriterionDraft) -> Criterion {
        Criterion {
            id: criterion.id.get_value(),
            name: criterion.name.get(),
            description: criterion.description.get(),
            weight: criterion
                .weight
                .with(|weight| weight.trim().replace(',', ".").parse().unwrap_or(0.0)),
        }
    }

    /// Everything as it would be saved; watches all of it.
    pub(super) fn read(self) -> Content {
        Content {
            title: self.title.get(),
            description: self.description.get(),
            welcome: self.welcome.get(),
            objective: self.objective.get(),
            criteria: self
                .criteria
                .with(|list| list.iter().copied().map(Self::read_criterion).collect()),
            questions: self
                .questions
                .with(|list| list.iter().copied().map(Self::read_question).collect()),
        }
    }

    /// Which handles are what was sent, in order: the server's answer is matched with them by [`Draft::adopt`].
    pub(super) fn sent(self) -> Sent {
        Sent {
            criteria: self.criteria.get_untracked(),
            questions: self
                .questions
                .get_untracked()
                .into_iter()
                .map(|question| (question, question.choices.get_untracked()))
                .collect(),
        }
    }

    /// After a save: takes over the new ids, and, where nothing was typed meanwhile, the text as the server tidied it.
    pub(super) fn settle(self, content: &Content, sent: &Sent, saved: &Content) {
        let untouched = untrack(|| self.read() == *content);
        Self::adopt(sent, saved);
        if !untouched {
            return;
        }
        let put = |signal: RwSignal<String>, text: &str| {
            if signal.with_untracked(|now| now != text) {
                signal.set(text.to_owned());
            }
        };
        put(self.title, &saved.title);
        put(self.description, &saved.description);
        put(self.welcome, &saved.welcome);
        put(self.objective, &saved.objective);
        for (handle, criterion) in sent.criteria.iter().zip(&saved.criteria) {
            put(handle.name, &criterion.name);
            put(handle.description, &criterion.description);
        }
        for ((handle, choices), question) in sent.questions.iter().zip(&saved.questions) {
            put(handle.text, &question.text);
            put(handle.points, &question.expected_points.join("\n"));
            for (handle, choice) in choices.iter().zip(&question.choices) {
                put(handle.text, &choice.text);
            }
        }
    }

    /// Takes over the ids that the server gave to what was new, so that the next save does not make them again. Text that
    /// was typed while the save was on its way stays.
    fn adopt(sent: &Sent, saved: &Content) {
        for (handle, criterion) in sent.criteria.iter().zip(&saved.criteria) {
            handle.id.set_value(criterion.id);
        }
        for ((handle, choices), question) in sent.questions.iter().zip(&saved.questions) {
            handle.id.set_value(question.id);
            for (handle, choice) in choices.iter().zip(&question.choices) {
                handle.id.set_value(choice.id);
            }
        }
    }

    /// The id of the control that a field's path (`questions[2].text`) belongs to.
    pub(super) fn control_of(self, path: &str) -> String {
        let Some((list, rest)) = path.split_once('[') else {
            return format!("content-{path}");
        };
        let (index, field) = rest.split_once(']').unwrap_or((rest, ""));
        let index: usize = index.parse().unwrap_or(0);
        let field = field.trim_start_matches('.');
        match list {
            "criteria" => match self.criteria.get_untracked().get(index) {
                Some(criterion) => format!("criterion-{}-{field}", criterion.key),
                None => "content-title".to_owned(),
            },
            _ => match self.questions.get_untracked().get(index) {
                Some(question) if field.starts_with("choices[") => {
                    let at = field["choices[".len()..]
                        .split(']')
                        .next()
                        .and_then(|n| n.parse::<usize>().ok());
                    let choice = question.choices.get_untracked().get(at.unwrap_or(0)).copied();
                    choice.map_or(format!("question-{}-text", question.key), |choice| {
                        format!("choice-{}", choice.key)
                    })
                }
                Some(question) if field == "choices" => format!("question-{}-add-choice", question.key),
                Some(question) if field == "expected_points" => format!("question-{}-points", question.key),
                Some(question) => format!("question-{}-{field}", question.key),
                None => "content-title".to_owned(),
            },
        }
    }
}

/// The handles of what was sent.
pub(super) struct Sent {
    criteria: Vec<CriterionDraft>,
    questions: Vec<(QuestionDraft, Vec<ChoiceDraft>)>,
}

#[cfg(test)]
mod tests {
    use super::{super::reorder::Order, Draft};
    use crate::server_fns::interviews::Content;
    use leptos::prelude::*;
    use parley_domain::{
        id::{ChoiceId, QuestionId},
        interview::Criterion,
        question::{Choice, Question, QuestionKind},
    };

    fn content() -> Content {
        Content {
            title: "Barista".into(),
            criteria: vec![Criterion {
                name: "Care".into(),
                weight: 2.5,
                ..Default::default()
            }],
            questions: vec![Question {
                kind: QuestionKind::SingleChoice,
                text: "Which?".into(),
                choices: vec![Choice {
                    text: "A".into(),
                    ..Default::default()
                }],
                expected_points: vec!["one".into(), "two".into()],
                ..Default::default()
            }],
            ..Default::default()
        }
    }

    #[test]
    fn what_goes_in_comes_out() {
        Owner::new().with(|| {
            let draft = Draft::new(&content());
            assert_eq!(draft.read(), content());
        });
    }

    #[test]
    fn choices_are_sent_only_by_choice_questions_and_stay_in_the_editor() {
        Owner::new().with(|| {
            let draft = Draft::new(&content());
            let question = draft.questions.get_untracked()[0];
            question.kind.set("open".into());
            assert!(draft.read().questions[0].choices.is_empty());
            question.kind.set("multiple_choice".into());
            assert_eq!(draft.read().questions[0].choices.len(), 1);
        });
    }

    #[test]
    fn a_weight_that_is_no_number_is_refused_at_its_field() {
        Owner::new().with(|| {
            let draft = Draft::new(&content());
            draft.criteria.get_untracked()[0].weight.set("much".into());
            let errors = draft.read().checked().unwrap_err();
            assert!(errors.iter().any(|e| e.field == "criteria[0].weight"));
            draft.criteria.get_untracked()[0].weight.set("1,5".into());
            assert!((draft.read().criteria[0].weight - 1.5).abs() < f64::EPSILON);
        });
    }

    #[test]
    fn new_things_take_the_ids_they_were_given() {
        Owner::new().with(|| {
            let draft = Draft::new(&content());
            let sent = draft.sent();
            let mut saved = content();
            saved.questions[0].id = QuestionId(uuid::Uuid::from_u128(7));
            draft.questions.get_untracked()[0].text.set("typed meanwhile".into());
            Draft::adopt(&sent, &saved);
            let now = draft.read();
            assert_eq!(now.questions[0].id, saved.questions[0].id);
            assert_eq!(now.questions[0].text, "typed meanwhile");
        });
    }

    #[test]
    fn choices_keep_their_ids_wherever_they_are_moved() {
        Owner::new().with(|| {
            let choice = |n: u128, text: &str| Choice {
                id: ChoiceId(uuid::Uuid::from_u128(n)),
                text: text.into(),
            };
            let mut given = content();
            given.questions[0].choices = vec![choice(1, "A"), choice(2, "B"), choice(0, "New")];
            let draft = Draft::new(&given);
            let list = draft.questions.get_untracked()[0].choices;
            let order = Order::new(list, |choice| choice.key, "choice");
            order.shift(list.get_untracked()[2].key, -2);
            assert_eq!(
                draft.read().questions[0].choices,
                [choice(0, "New"), choice(1, "A"), choice(2, "B")]
            );

            // Moved again while a save is on its way: each takes what the server said of it, not of its place.
            let (sent, read) = (draft.sent(), draft.read());
            order.shift(list.get_untracked()[0].key, 1);
            let mut saved = read.clone();
            saved.questions[0].choices[0].id = choice(3, "").id;
            draft.settle(&read, &sent, &saved);
            assert_eq!(
                draft.read().questions[0].choices,
                [choice(1, "A"), choice(3, "New"), choice(2, "B")]
            );
        });
    }
}
