//! An interview made from a description: what goes in, and the pieces in which it comes out. Nothing of it is stored: it
//! fills the editor, and the creator saves.

use crate::{
    error::{FieldError, Problems},
    interview::{Criterion, InterviewInput},
    question::Question,
    text,
};
use serde::{Deserialize, Serialize};

/// Longest description, in characters.
pub const DESCRIPTION_MAX: usize = 4_000;
/// Longest job description, in characters.
pub const JOB_MAX: usize = 20_000;
/// Longest wish, in characters.
pub const WISH_MAX: usize = 1_000;

/// What an interview is made from: a description for a new one; or an interview and a wish, for a changed one.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct DraftRequest {
    /// In plain words: for whom, and what should be found out.
    pub description: String,
    /// A job description, pasted whole.
    pub job_description: String,
    /// The language tag in which to write; empty for the language of the description.
    pub language: String,
    /// The interview as it is, where it is to be changed.
    pub current: Option<InterviewInput>,
    /// What to change, in a sentence.
    pub wish: String,
}

impl DraftRequest {
    /// Cleans all text and checks every limit.
    ///
    /// # Errors
    /// Everything that is wrong, field by field.
    pub fn checked(mut self) -> Result<Self, Vec<FieldError>> {
        let mut problems = Problems::new();
        self.description = text::many_lines(&self.description);
        self.job_description = text::many_lines(&self.job_description);
        self.wish = text::one_line(&self.wish);
        self.language = text::one_line(&self.language);
        let within = |value: &str, most: usize| text::chars(value) <= most;
        if self.current.is_some() {
            problems.require(!self.wish.is_empty(), "wish", "Say what to change.");
        } else {
            problems.require(
                text::chars(self.description.trim()) >= 10,
                "description",
                "Describe in a sentence or two whom you interview and what you want to find out.",
            );
        }
        for (field, value, most) in [
            ("description", &self.description, DESCRIPTION_MAX),
            ("job_description", &self.job_description, JOB_MAX),
            ("wish", &self.wish, WISH_MAX),
            ("language", &self.language, 35),
        ] {
            problems.require(within(value, most), field, format!("At most {most} characters."));
        }
        problems.into_result(self)
    }
}

/// A piece of an interview that is being written, in the order in which it is written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "piece", rename_all = "snake_case")]
pub enum DraftPiece {
    /// Its title.
    Title {
        /// One line.
        text: String,
    },
    /// Its welcome text.
    Welcome {
        /// Some lines.
        text: String,
    },
    /// Its objective.
    Objective {
        /// Some lines.
        text: String,
    },
    /// The next criterion.
    Criterion {
        /// With the id of the one it replaces, nil for a new one.
        criterion: Criterion,
    },
    /// The next question.
    Question {
        /// With the id of the one it replaces, nil for a new one.
        question: Question,
    },
    /// All is there.
    Done {
        /// The model that wrote it.
        model: String,
        /// The version of the prompt.
        prompt_version: String,
    },
    /// It broke off; what came before is valid.
    Failed {
        /// What happened, what is kept, what to do.
        message: String,
    },
}

impl DraftPiece {
    /// Puts the piece into an interview. Criteria and questions are appended.
    pub fn put_into(self, draft: &mut InterviewInput) {
        match self {
            Self::Title { text } => draft.title = text,
            Self::Welcome { text } => draft.welcome = text,
            Self::Objective { text } => draft.objective = text,
            Self::Criterion { criterion } => draft.criteria.push(criterion),
            Self::Question { question } => draft.questions.push(question),
            Self::Done { .. } | Self::Failed { .. } => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(request: DraftRequest) -> Vec<String> {
        request.checked().unwrap_err().into_iter().map(|e| e.field).collect()
    }

    #[test]
    fn a_new_one_needs_a_description_and_a_changed_one_a_wish() {
        assert_eq!(fields(DraftRequest::default()), ["description"]);
        let change = DraftRequest {
            current: Some(InterviewInput::default()),
            ..Default::default()
        };
        assert_eq!(fields(change.clone()), ["wish"]);
        let wish = DraftRequest {
            wish: " shorter ".into(),
            ..change
        };
        assert_eq!(wish.checked().unwrap().wish, "shorter");
    }

    #[test]
    fn limits_are_said_at_their_fields() {
        let long = DraftRequest {
            description: "d".repeat(DESCRIPTION_MAX + 1),
            job_description: "j".repeat(JOB_MAX + 1),
            wish: "w".repeat(WISH_MAX + 1),
            ..Default::default()
        };
        assert_eq!(fields(long), ["description", "job_description", "wish"]);
    }

    #[test]
    fn pieces_travel_as_lines_of_json() {
        let piece = DraftPiece::Question {
            question: Question {
                text: "Why?".into(),
                ..Default::default()
            },
        };
        let line = serde_json::to_string(&piece).unwrap();
        assert!(
            line.starts_with(r#"{"piece":"question""#) && !line.contains('\n'),
            "{line}"
        );
        assert_eq!(serde_json::from_str::<DraftPiece>(&line).unwrap(), piece);
    }
}
