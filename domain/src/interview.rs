//! Interviews: what a creator designs.

use crate::{
    error::{FieldError, Problems},
    id::{CriterionId, InterviewId},
    question::{QUESTIONS_MAX, Question, QuestionKind},
    text,
    time::Timestamp,
    words::words,
};
use serde::{Deserialize, Serialize};

words! {
    /// Whether an interview takes new starts.
    #[derive(Default)]
    InterviewState {
        /// Being written; links say "not open yet".
        #[default]
        Draft = "draft",
        /// Takes new starts.
        Open = "open",
        /// No new starts; those inside finish.
        Paused = "paused",
        /// Ended and out of the way.
        Archived = "archived",
    }
}

words! {
    /// How the interviewer speaks.
    #[derive(Default)]
    Tone {
        /// Relaxed.
        Casual = "casual",
        /// Businesslike; the default.
        #[default]
        Professional = "professional",
        /// Reserved.
        Formal = "formal",
        /// Warm.
        Friendly = "friendly",
    }
}

words! {
    /// How far the interviewer may ask on.
    #[derive(Default)]
    FollowUpDepth {
        /// Never.
        #[default]
        Light = "light",
        /// Up to two follow-ups per question.
        Moderate = "moderate",
        /// Up to five follow-ups per question.
        Deep = "deep",
    }
}

impl FollowUpDepth {
    /// Most follow-ups per question; the server counts them, not a model.
    #[must_use]
    pub const fn most(self) -> u32 {
        match self {
            Self::Light => 0,
            Self::Moderate => 2,
            Self::Deep => 5,
        }
    }
}

/// Something that answers are judged by.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Criterion {
    /// Left out (or nil) in input: the server gives one.
    #[serde(default)]
    pub id: CriterionId,
    /// Short name.
    pub name: String,
    /// What good looks like.
    #[serde(default)]
    pub description: String,
    /// Share in the overall score, above 0.
    #[serde(default = "one")]
    pub weight: f64,
}

fn one() -> f64 {
    1.0
}

/// How the interview runs and who may enter. All fields have defaults.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Minutes that a session may take; `null` for no limit. Pinned at start.
    pub time_limit_minutes: Option<u32>,
    /// Whether time away from the page counts against the limit. Pinned at start.
    pub count_time_away: bool,
    /// Pinned at start.
    pub tone: Tone,
    /// Pinned at start.
    pub follow_up_depth: FollowUpDepth,
    /// The name by which the interviewer introduces itself. Pinned at start.
    pub interviewer_name: String,
    /// Language tag of the interview (`en`, `zh`, …). Pinned at start.
    pub language: String,
    /// Days without a sign of life after which an unfinished session closes.
    pub inactivity_days: u32,
    /// How many retakes candidates may start by themselves.
    pub self_retakes: u32,
    /// Whether an invite link opens only after the invited email was typed.
    pub require_invited_email: bool,
    /// Days after which a new invite link expires; `null` for never.
    pub invite_expiry_days: Option<u32>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            time_limit_minutes: None,
            count_time_away: false,
            tone: Tone::default(),
            follow_up_depth: FollowUpDepth::default(),
            interviewer_name: "Robin".to_owned(),
            language: "en".to_owned(),
            inactivity_days: 7,
            self_retakes: 0,
            require_invited_email: false,
            invite_expiry_days: None,
        }
    }
}

/// Longest title, in characters.
pub const TITLE_MAX: usize = 200;
/// Longest description, welcome text or objective, in characters.
pub const PROSE_MAX: usize = 10_000;
/// Most criteria of an interview.
pub const CRITERIA_MAX: usize = 50;

impl Settings {
    fn check(&mut self, problems: &mut Problems) {
        self.interviewer_name = text::one_line(&self.interviewer_name);
        self.language = text::one_line(&self.language);
        let within = |value: Option<u32>, least: u32, most: u32| value.is_none_or(|v| (least..=most).contains(&v));
        problems.require(
            within(self.time_limit_minutes, 1, 1_440),
            "settings.time_limit_minutes",
            "The time limit is 1 to 1440 minutes, or none.",
        );
        problems.require(
            (1..=80).contains(&text::chars(&self.interviewer_name)),
            "settings.interviewer_name",
            "The interviewer's name has 1 to 80 characters.",
        );
        problems.require(
            is_language_tag(&self.language),
            "settings.language",
            "The language is a tag such as en, zh or pt-BR.",
        );
        problems.require(
            within(Some(self.inactivity_days), 1, 365),
            "settings.inactivity_days",
            "Sessions close after 1 to 365 days without activity.",
        );
        problems.require(self.self_retakes <= 20, "settings.self_retakes", "At most 20 retakes.");
        problems.require(
            within(self.invite_expiry_days, 1, 3_650),
            "settings.invite_expiry_days",
            "Invite links expire after 1 to 3650 days, or never.",
        );
    }
}

fn is_language_tag(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let first = parts.next().unwrap_or_default();
    (2..=3).contains(&first.len())
        && first.bytes().all(|b| b.is_ascii_lowercase())
        && tag.len() <= 35
        && parts.all(|p| (2..=8).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// Everything of an interview that its creator writes: the body of POST, and what PATCH is merged into.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct InterviewInput {
    /// Shown to candidates; the only field that must be given.
    pub title: String,
    /// For the team only.
    #[serde(default)]
    pub description: String,
    /// Shown to candidates on the landing page.
    #[serde(default)]
    pub welcome: String,
    /// What the interview wants to find out; for the team and the analysis only.
    #[serde(default)]
    pub objective: String,
    /// Whether it takes new starts.
    #[serde(default)]
    pub state: InterviewState,
    /// What answers are judged by.
    #[serde(default)]
    pub criteria: Vec<Criterion>,
    /// What is asked, in order.
    #[serde(default)]
    pub questions: Vec<Question>,
    /// How it runs.
    #[serde(default)]
    pub settings: Settings,
}

impl InterviewInput {
    /// Cleans all text and checks every limit.
    ///
    /// # Errors
    /// Everything that is wrong, field by field.
    pub fn checked(mut self) -> Result<Self, Vec<FieldError>> {
        let mut problems = Problems::new();
        self.title = text::one_line(&self.title);
        for prose in [&mut self.description, &mut self.welcome, &mut self.objective] {
            *prose = text::many_lines(prose);
        }
        problems.require(!self.title.is_empty(), "title", "Give the interview a title.");
        problems.require(
            text::chars(&self.title) <= TITLE_MAX,
            "title",
            format!("A title has at most {TITLE_MAX} characters."),
        );
        for (field, prose) in [
            ("description", &self.description),
            ("welcome", &self.welcome),
            ("objective", &self.objective),
        ] {
            problems.require(
                text::chars(prose) <= PROSE_MAX,
                field,
                format!("This text has at most {PROSE_MAX} characters."),
            );
        }
        self.check_criteria(&mut problems);
        problems.require(
            self.questions.len() <= QUESTIONS_MAX,
            "questions",
            format!("An interview has at most {QUESTIONS_MAX} questions."),
        );
        for (i, question) in self.questions.iter_mut().enumerate() {
            question.check(&format!("questions[{i}]"), &mut problems);
        }
        let ids: Vec<_> = self.questions.iter().map(|q| q.id).filter(|id| !id.is_nil()).collect();
        let twice = (1..ids.len()).any(|i| ids[..i].contains(&ids[i]));
        problems.require(!twice, "questions", "Two questions have the same id.");
        problems.require(
            self.state != InterviewState::Open || !self.questions.is_empty(),
            "questions",
            "Add at least one question before opening the interview.",
        );
        self.settings.check(&mut problems);
        problems.into_result(self)
    }

    fn check_criteria(&mut self, problems: &mut Problems) {
        problems.require(
            self.criteria.len() <= CRITERIA_MAX,
            "criteria",
            format!("An interview has at most {CRITERIA_MAX} criteria."),
        );
        let ids: Vec<_> = self.criteria.iter().map(|c| c.id).filter(|id| !id.is_nil()).collect();
        let twice = (1..ids.len()).any(|i| ids[..i].contains(&ids[i]));
        problems.require(!twice, "criteria", "Two criteria have the same id.");
        for (i, criterion) in self.criteria.iter_mut().enumerate() {
            criterion.name = text::one_line(&criterion.name);
            criterion.description = text::many_lines(&criterion.description);
            problems.require(
                (1..=TITLE_MAX).contains(&text::chars(&criterion.name)),
                format!("criteria[{i}].name"),
                format!("A criterion's name has 1 to {TITLE_MAX} characters."),
            );
            problems.require(
                text::chars(&criterion.description) <= PROSE_MAX,
                format!("criteria[{i}].description"),
                format!("This text has at most {PROSE_MAX} characters."),
            );
            problems.require(
                criterion.weight.is_finite() && criterion.weight > 0.0 && criterion.weight <= 1_000.0,
                format!("criteria[{i}].weight"),
                "A weight is a number above 0, up to 1000.",
            );
        }
    }
}

/// About how many minutes the questions take to answer in writing, in steps of five; 0 without questions. A guess from their
/// kinds, for candidates who have no time limit to go by.
#[must_use]
pub fn about_minutes(questions: &[Question], depth: FollowUpDepth) -> u32 {
    let asked_on = match depth {
        FollowUpDepth::Light => 0,
        FollowUpDepth::Moderate => 1,
        FollowUpDepth::Deep => 3,
    };
    let minutes: u32 = questions
        .iter()
        .map(|question| match question.kind {
            QuestionKind::Open => 3 + asked_on,
            QuestionKind::Code => 8 + asked_on,
            QuestionKind::SingleChoice | QuestionKind::MultipleChoice => 1,
        })
        .sum();
    minutes.div_ceil(5) * 5
}

/// An interview as the API and the creators' screens show it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Interview {
    /// Its id.
    pub id: InterviewId,
    /// Counts every saved change; sent back in `If-Match` to notice a lost update.
    pub revision: i64,
    /// What the creator wrote.
    #[serde(flatten)]
    pub content: InterviewInput,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// A ready-made interview to start from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Template {
    /// Its stable name.
    pub key: String,
    /// What it is called in the list.
    pub name: String,
    /// What it is for, in a sentence.
    pub summary: String,
    /// The interview, as POST takes it.
    pub interview: InterviewInput,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::question::Choice;

    fn input(title: &str) -> InterviewInput {
        InterviewInput {
            title: title.into(),
            ..Default::default()
        }
    }

    #[test]
    fn only_a_title_is_needed() {
        let parsed: InterviewInput = serde_json::from_str(r#"{"title":"  Barista "}"#).unwrap();
        assert_eq!(parsed.checked().unwrap().title, "Barista");
    }

    #[test]
    fn how_long_it_takes_is_guessed_from_the_questions() {
        let of = |kind| Question {
            kind,
            ..Default::default()
        };
        assert_eq!(about_minutes(&[], FollowUpDepth::Deep), 0);
        let choice = [of(QuestionKind::SingleChoice)];
        assert_eq!(about_minutes(&choice, FollowUpDepth::Deep), 5);
        let five: Vec<_> = std::iter::repeat_n(of(QuestionKind::Open), 5).collect();
        assert_eq!(about_minutes(&five, FollowUpDepth::Light), 15);
        assert_eq!(about_minutes(&five, FollowUpDepth::Moderate), 20);
        assert_eq!(about_minutes(&[of(QuestionKind::Code)], FollowUpDepth::Light), 10);
    }

    #[test]
    fn says_everything_that_is_wrong_at_once() {
        let mut bad = input(" \u{0} ");
        bad.state = InterviewState::Open;
        bad.settings.time_limit_minutes = Some(0);
        bad.settings.language = "English".into();
        bad.criteria.push(Criterion {
            name: "x".into(),
            weight: 0.0,
            ..Default::default()
        });
        let fields: Vec<_> = bad.checked().unwrap_err().into_iter().map(|e| e.field).collect();
        assert_eq!(
            fields,
            [
                "title",
                "criteria[0].weight",
                "questions",
                "settings.time_limit_minutes",
                "settings.language"
            ]
        );
    }

    #[test]
    fn choices_belong_to_choice_questions() {
        let mut bad = input("x");
        bad.questions = vec![
            Question {
                kind: QuestionKind::SingleChoice,
                text: "Which?".into(),
                ..Default::default()
            },
            Question {
                text: "What?".into(),
                choices: vec![Default::default()],
                ..Default::default()
            },
        ];
        let fields: Vec<_> = bad.checked().unwrap_err().into_iter().map(|e| e.field).collect();
        assert_eq!(fields, ["questions[0].choices", "questions[1].choices"]);
    }

    #[test]
    fn ids_stand_once() {
        let same = uuid::Uuid::from_u128(1);
        let mut bad = input("x");
        bad.criteria = ["a", "b"]
            .map(|name| Criterion {
                id: same.into(),
                name: name.into(),
                weight: 1.0,
                ..Default::default()
            })
            .into();
        let choices: Vec<_> = ["a", "b"]
            .map(|text| Choice {
                id: same.into(),
                text: text.into(),
            })
            .into();
        let question = Question {
            id: same.into(),
            kind: QuestionKind::SingleChoice,
            text: "Which?".into(),
            choices,
            ..Default::default()
        };
        bad.questions = vec![question.clone(), question];
        let fields: Vec<_> = bad.checked().unwrap_err().into_iter().map(|e| e.field).collect();
        assert_eq!(
            fields,
            [
                "criteria",
                "questions[0].choices[1].text",
                "questions[1].choices[1].text",
                "questions"
            ]
        );
    }

    #[test]
    fn unknown_fields_are_refused() {
        assert!(serde_json::from_str::<InterviewInput>(r#"{"title":"x","colour":"red"}"#).is_err());
        assert!(serde_json::from_str::<InterviewInput>(r#"{"title":"x","settings":{"speed":1}}"#).is_err());
    }
}
