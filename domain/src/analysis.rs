//! What an analysis says, and how an overall score is computed.

mod batch;
mod changes;

pub use batch::{AnalysisBatch, BatchEstimate, BatchState};
pub use changes::{ComparedLine, LineKind, Made, SideBySide, side_by_side};

use crate::{
    id::{CriterionId, QuestionId},
    session::AnalysisState,
    time::Timestamp,
    words::words,
};
use serde::{Deserialize, Serialize};

words! {
    /// What made an analysis.
    Engine {
        /// Transparent figures, no AI model.
        BuiltIn = "built_in",
        /// The configured AI model.
        Ai = "ai",
    }
}

words! {
    /// How sure a judgement is; never above what its evidence carries.
    Confidence {
        /// Little or nothing to go by.
        Low = "low",
        /// Something to go by.
        Medium = "medium",
        /// Several clear words of the candidate.
        High = "high",
    }
}

/// Words of the candidate that a score rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Evidence {
    /// The turn's number.
    pub turn: i32,
    /// Stands word for word in that turn.
    pub quote: String,
}

/// How one question was answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QuestionResult {
    /// The question.
    pub id: QuestionId,
    /// Its text, as asked.
    pub text: String,
    /// Whether there is an answer.
    pub answered: bool,
    /// 0 to 10; `null` when not answered or not scored.
    pub score: Option<f64>,
    /// How the score came about, in a sentence.
    pub note: String,
    /// What it rests on.
    pub evidence: Vec<Evidence>,
    /// How sure the model is; `null` for the built-in analysis, which counts and does not judge.
    #[serde(default)]
    pub confidence: Option<Confidence>,
    /// Whether it has a score and no quote that stands in the answers.
    #[serde(default)]
    pub unevidenced: bool,
}

/// How one criterion is met.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CriterionResult {
    /// The criterion.
    pub id: CriterionId,
    /// Its name.
    pub name: String,
    /// Its weight.
    pub weight: f64,
    /// 0 to 10; `null` when there is nothing to judge by.
    pub score: Option<f64>,
    /// How the score came about, in a sentence.
    pub note: String,
    /// What it rests on.
    pub evidence: Vec<Evidence>,
    /// How sure the model is; `null` for the built-in analysis, which counts and does not judge.
    #[serde(default)]
    pub confidence: Option<Confidence>,
    /// Whether it has a score and no quote that stands in the answers.
    #[serde(default)]
    pub unevidenced: bool,
}

/// The content of a ready analysis, as stored.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AnalysisResult {
    /// Weighted mean, one decimal; `null` when nothing was scored.
    pub overall: Option<f64>,
    /// Questions with an answer.
    pub answered: i32,
    /// Questions in all.
    pub total: i32,
    /// A few sentences.
    pub summary: String,
    /// What speaks for the candidate.
    pub strengths: Vec<String>,
    /// What is open.
    pub concerns: Vec<String>,
    /// Per criterion.
    pub criteria: Vec<CriterionResult>,
    /// Per question.
    pub questions: Vec<QuestionResult>,
    /// How sure the whole is; `null` for the built-in analysis.
    #[serde(default)]
    pub confidence: Option<Confidence>,
    /// How many quotes the model gave, and how many of them stand in the candidate's turns.
    #[serde(default)]
    pub quotes: QuoteCount,
    /// What whoever reads this must know: answers that were cut, answers that speak to the model, scores out of range.
    #[serde(default)]
    pub cautions: Vec<String>,
}

/// Quotes that were given, and those that were found word for word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QuoteCount {
    /// Given.
    pub given: i32,
    /// Found.
    pub found: i32,
}

/// An analysis as the API and the report show it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Analysis {
    /// Where it stands.
    pub state: AnalysisState,
    /// Counts the runs from 1; 0 before the first.
    pub run: i32,
    /// What made it.
    pub engine: Engine,
    /// The model, where one made it.
    pub model: Option<String>,
    /// The version of the prompt, where a model made it.
    pub prompt_version: Option<String>,
    /// The number of the interview's version whose questions and criteria were the measure; `null` before the first run.
    #[serde(default)]
    pub rubric: Option<i32>,
    /// When it last moved: for a ready one, when it was made.
    #[serde(default)]
    pub at: Option<Timestamp>,
    /// Why it failed, in words, where it did.
    pub error: Option<String>,
    /// What it says.
    #[serde(flatten)]
    pub result: AnalysisResult,
}

impl AnalysisResult {
    /// The overall score by our own rule: the weighted mean of the criteria, or of the questions where no criterion has a
    /// score. Whatever made the scores does not compute it.
    #[must_use]
    pub fn overall_by_rule(&self) -> Option<f64> {
        overall(self.criteria.iter().map(|c| (c.weight, c.score)))
            .or_else(|| overall(self.questions.iter().map(|q| (1.0, q.score))))
    }
}

/// Weighted mean of the scores that are there, rounded to one decimal; `None` when there is none.
#[must_use]
pub fn overall<I: IntoIterator<Item = (f64, Option<f64>)>>(weighted: I) -> Option<f64> {
    let (mut sum, mut weights) = (0.0, 0.0);
    for (weight, score) in weighted {
        if let Some(score) = score {
            sum += weight * score;
            weights += weight;
        }
    }
    (weights > 0.0).then(|| (sum / weights * 10.0).round() / 10.0)
}

#[cfg(test)]
mod tests {
    use super::overall;

    #[test]
    fn not_answered_leaves_the_mean() {
        assert_eq!(overall([(1.0, Some(8.0)), (3.0, Some(4.0)), (9.0, None)]), Some(5.0));
        assert_eq!(
            overall([(1.0, Some(7.0)), (1.0, Some(7.5)), (1.0, Some(8.0))]),
            Some(7.5)
        );
        assert_eq!(overall([(1.0, None)]), None);
        assert_eq!(overall([]), None);
    }
}
