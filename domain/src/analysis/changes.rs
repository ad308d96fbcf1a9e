//! Two analyses of one session side by side: what changed from one run to the next, or what the built-in analysis and a
//! model each say.

use super::{Analysis, Engine};
use crate::{time::Timestamp, words::words};
use serde::{Deserialize, Serialize};

words! {
    /// What a line of a comparison is about.
    LineKind {
        /// A criterion.
        Criterion = "criterion",
        /// A question.
        Question = "question",
    }
}

/// How an analysis was made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Made {
    /// The run.
    pub run: i32,
    /// What made it.
    pub engine: Engine,
    /// The model, where one made it.
    pub model: Option<String>,
    /// The version of the prompt, where a model made it.
    pub prompt_version: Option<String>,
    /// The number of the interview's version that was the measure.
    pub rubric: Option<i32>,
    /// When.
    pub at: Option<Timestamp>,
}

impl Made {
    fn of(analysis: &Analysis) -> Self {
        Self {
            run: analysis.run,
            engine: analysis.engine,
            model: analysis.model.clone(),
            prompt_version: analysis.prompt_version.clone(),
            rubric: analysis.rubric,
            at: analysis.at,
        }
    }
}

/// One score in both analyses.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ComparedLine {
    /// What it is about.
    pub kind: LineKind,
    /// The criterion's name, or the question.
    pub name: String,
    /// The score of the first.
    pub before: Option<f64>,
    /// The score of the second.
    pub after: Option<f64>,
    /// Second minus first, one decimal; `null` unless both have a score.
    pub difference: Option<f64>,
}

impl ComparedLine {
    fn new(kind: LineKind, name: &str, before: Option<f64>, after: Option<f64>) -> Self {
        Self {
            kind,
            name: name.to_owned(),
            before,
            after,
            difference: difference(before, after),
        }
    }

    /// Whether the scores are not the same.
    #[must_use]
    pub fn moved(&self) -> bool {
        self.before != self.after
    }
}

/// Two analyses of the same session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SideBySide {
    /// How the first was made.
    pub before: Made,
    /// How the second was made.
    pub after: Made,
    /// The overall score of the first.
    pub overall_before: Option<f64>,
    /// The overall score of the second.
    pub overall_after: Option<f64>,
    /// Second minus first; `null` unless both have a score.
    pub overall_difference: Option<f64>,
    /// Criteria, then questions, in the order of the second.
    pub lines: Vec<ComparedLine>,
}

impl SideBySide {
    /// Whether no score differs.
    #[must_use]
    pub fn same_scores(&self) -> bool {
        self.overall_before == self.overall_after && !self.lines.iter().any(ComparedLine::moved)
    }
}

fn difference(before: Option<f64>, after: Option<f64>) -> Option<f64> {
    let (before, after) = before.zip(after)?;
    Some(((after - before) * 10.0).round() / 10.0)
}

/// Puts two analyses of one session side by side. Both judge by the version that the session is pinned to, so criteria and
/// questions are the same ones; what one of them does not have stands without a score there.
#[must_use]
pub fn side_by_side(before: &Analysis, after: &Analysis) -> SideBySide {
    let (b, a) = (&before.result, &after.result);
    let mut lines = Vec::with_capacity(a.criteria.len() + a.questions.len());
    for now in &a.criteria {
        let then = b.criteria.iter().find(|c| c.id == now.id).and_then(|c| c.score);
        lines.push(ComparedLine::new(LineKind::Criterion, &now.name, then, now.score));
    }
    for now in &a.questions {
        let then = b.questions.iter().find(|q| q.id == now.id).and_then(|q| q.score);
        lines.push(ComparedLine::new(LineKind::Question, &now.text, then, now.score));
    }
    SideBySide {
        before: Made::of(before),
        after: Made::of(after),
        overall_before: b.overall,
        overall_after: a.overall,
        overall_difference: difference(b.overall, a.overall),
        lines,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        analysis::{AnalysisResult, CriterionResult, QuestionResult},
        id::{CriterionId, QuestionId},
        session::AnalysisState,
    };
    use uuid::Uuid;

    fn analysis(run: i32, criterion: Option<f64>, question: Option<f64>) -> Analysis {
        let mut result = AnalysisResult {
            criteria: vec![CriterionResult {
                id: CriterionId(Uuid::from_u128(1)),
                name: "Care".into(),
                weight: 1.0,
                score: criterion,
                note: String::new(),
                evidence: Vec::new(),
                confidence: None,
                unevidenced: false,
            }],
            questions: vec![QuestionResult {
                id: QuestionId(Uuid::from_u128(2)),
                text: "Why?".into(),
                answered: true,
                score: question,
                note: String::new(),
                evidence: Vec::new(),
                confidence: None,
                unevidenced: false,
            }],
            ..Default::default()
        };
        result.overall = result.overall_by_rule();
        Analysis {
            state: AnalysisState::Ready,
            run,
            engine: Engine::Ai,
            model: None,
            prompt_version: None,
            rubric: Some(1),
            at: None,
            error: None,
            result,
        }
    }

    #[test]
    fn scores_stand_beside_each_other_with_their_difference() {
        let pair = side_by_side(&analysis(1, Some(4.2), None), &analysis(2, Some(6.5), Some(3.0)));
        assert_eq!((pair.before.run, pair.after.run), (1, 2));
        assert_eq!(pair.overall_difference, Some(2.3));
        let lines: Vec<_> = pair
            .lines
            .iter()
            .map(|l| (l.name.as_str(), l.difference, l.moved()))
            .collect();
        assert_eq!(lines, [("Care", Some(2.3), true), ("Why?", None, true)]);
        assert!(!pair.same_scores());
    }

    #[test]
    fn the_same_scores_are_said_to_be_the_same() {
        let one = analysis(1, Some(5.0), Some(5.0));
        assert!(side_by_side(&one, &analysis(2, Some(5.0), Some(5.0))).same_scores());
    }

    #[test]
    fn rows_stored_before_confidence_was_recorded_are_still_read() {
        let old = r#"{"overall":5.0,"answered":1,"total":1,"summary":"s","strengths":[],"concerns":[],
            "criteria":[],"questions":[{"id":"00000000-0000-0000-0000-000000000002","text":"Why?","answered":true,
            "score":5.0,"note":"n","evidence":[]}]}"#;
        let read: AnalysisResult = serde_json::from_str(old).unwrap();
        assert_eq!(
            (read.confidence, read.quotes.given, read.questions[0].unevidenced),
            (None, 0, false)
        );
    }
}
