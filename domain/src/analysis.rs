//! What an analysis says, and how an overall score is computed.

use crate::{
    id::{CriterionId, QuestionId},
    session::{AnalysisState, words},
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
    /// Why it failed, in words, where it did.
    pub error: Option<String>,
    /// What it says.
    #[serde(flatten)]
    pub result: AnalysisResult,
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
