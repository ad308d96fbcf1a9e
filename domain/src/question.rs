//! Questions: their kinds, choices and what makes them valid.

use crate::{
    error::Problems,
    id::{ChoiceId, QuestionId},
    text,
    words::words,
};
use serde::{Deserialize, Serialize};

words! {
    /// How a question is answered.
    #[derive(Default)]
    QuestionKind {
        /// Free text.
        #[default]
        Open = "open",
        /// Exactly one of the choices.
        SingleChoice = "single_choice",
        /// One or more of the choices.
        MultipleChoice = "multiple_choice",
        /// Long text or code, shown in a monospaced face.
        Code = "code",
    }
}

/// What follows from a kind, wherever it matters. Each is a whole match: a new kind does not compile before it has answered.
impl QuestionKind {
    /// Whether it is answered by picking choices.
    #[must_use]
    pub const fn has_choices(self) -> bool {
        match self {
            Self::SingleChoice | Self::MultipleChoice => true,
            Self::Open | Self::Code => false,
        }
    }

    /// Whether exactly one choice is picked.
    #[must_use]
    pub const fn picks_one(self) -> bool {
        match self {
            Self::SingleChoice => true,
            Self::Open | Self::MultipleChoice | Self::Code => false,
        }
    }

    /// Whether answers keep their lines and blanks and are shown in a monospaced face.
    #[must_use]
    pub const fn is_code(self) -> bool {
        match self {
            Self::Code => true,
            Self::Open | Self::SingleChoice | Self::MultipleChoice => false,
        }
    }

    /// Whether the interviewer may ask on about an answer.
    #[must_use]
    pub const fn may_be_asked_on(self) -> bool {
        match self {
            Self::Open => true,
            Self::SingleChoice | Self::MultipleChoice | Self::Code => false,
        }
    }
}

/// One choice of a choice question.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// Left out (or nil) in input: the server gives one.
    #[serde(default)]
    pub id: ChoiceId,
    /// What the candidate reads.
    pub text: String,
}

/// One question of an interview, as its creator wrote it.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// Left out (or nil) in input: the server gives one.
    #[serde(default)]
    pub id: QuestionId,
    /// How it is answered.
    #[serde(default)]
    pub kind: QuestionKind,
    /// What the candidate is asked.
    pub text: String,
    /// The choices, for the two choice kinds; empty otherwise.
    #[serde(default)]
    pub choices: Vec<Choice>,
    /// What a good answer touches. Never shown to candidates.
    #[serde(default)]
    pub expected_points: Vec<String>,
}

/// Most questions of an interview.
pub const QUESTIONS_MAX: usize = 100;
/// Longest question, in characters.
pub const QUESTION_TEXT_MAX: usize = 5_000;
/// Most choices of a question.
pub const CHOICES_MAX: usize = 50;
/// Longest choice, in characters.
pub const CHOICE_TEXT_MAX: usize = 500;
/// Most expected points of a question.
pub const EXPECTED_POINTS_MAX: usize = 30;
/// Longest expected point, in characters.
pub const EXPECTED_POINT_MAX: usize = 500;

impl Question {
    /// Cleans the text in place and notes what is wrong under `field` (such as `questions[2]`).
    pub fn check(&mut self, field: &str, problems: &mut Problems) {
        self.text = text::many_lines(&self.text);
        self.choices.iter_mut().for_each(|c| c.text = text::one_line(&c.text));
        self.expected_points.iter_mut().for_each(|p| *p = text::one_line(p));
        self.expected_points.retain(|p| !p.is_empty());

        problems.require(
            !self.text.trim().is_empty(),
            format!("{field}.text"),
            "Write the question.",
        );
        problems.require(
            text::chars(&self.text) <= QUESTION_TEXT_MAX,
            format!("{field}.text"),
            format!("A question has at most {QUESTION_TEXT_MAX} characters."),
        );
        problems.require(
            self.expected_points.len() <= EXPECTED_POINTS_MAX
                && self
                    .expected_points
                    .iter()
                    .all(|p| text::chars(p) <= EXPECTED_POINT_MAX),
            format!("{field}.expected_points"),
            format!("At most {EXPECTED_POINTS_MAX} expected points of {EXPECTED_POINT_MAX} characters each."),
        );
        self.check_choices(field, problems);
    }

    fn check_choices(&self, field: &str, problems: &mut Problems) {
        let at = format!("{field}.choices");
        if !self.kind.has_choices() {
            problems.require(self.choices.is_empty(), at, "Only choice questions have choices.");
            return;
        }
        problems.require(
            (2..=CHOICES_MAX).contains(&self.choices.len()),
            &at,
            format!("A choice question has 2 to {CHOICES_MAX} choices."),
        );
        for (i, choice) in self.choices.iter().enumerate() {
            let at = format!("{at}[{i}].text");
            problems.require(!choice.text.is_empty(), &at, "Write the choice or remove it.");
            problems.require(
                text::chars(&choice.text) <= CHOICE_TEXT_MAX,
                &at,
                format!("A choice has at most {CHOICE_TEXT_MAX} characters."),
            );
            let twice = self.choices.iter().take(i).any(|other| other.text == choice.text);
            problems.require(choice.text.is_empty() || !twice, &at, "This choice stands twice.");
            let known = self.choices.iter().take(i).any(|other| other.id == choice.id);
            problems.require(choice.id.is_nil() || !known, &at, "Another choice has the same id.");
        }
    }
}
