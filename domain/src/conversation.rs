//! The conversation of a session.
//!
//! The `…View` types are all that a candidate can ever receive. They have no field for scores, notes, criteria, the
//! objective, the description, expected points, later questions or other people: what must not reach a candidate
//! cannot be written down here. Creators read [`Transcript`].

use crate::{
    id::{ChoiceId, PromptId, QuestionId},
    question::QuestionKind,
    session::{EndReason, Status},
    time::Timestamp,
    words::words,
};
use serde::{Deserialize, Serialize};

words! {
    /// Who said a turn.
    Speaker {
        /// The interviewer, scripted or AI.
        Interviewer = "interviewer",
        /// The candidate.
        Candidate = "candidate",
    }
}

words! {
    /// What a turn is.
    TurnKind {
        /// The interviewer asks a question of the interview (with a greeting or a reaction before it).
        Question = "question",
        /// The interviewer asks on about the same question.
        FollowUp = "follow_up",
        /// The interviewer says that nothing is left to ask.
        Closing = "closing",
        /// The candidate answers.
        Answer = "answer",
        /// What stood in the composer when time ran out, sent by the page.
        LateAnswer = "late_answer",
    }
}

/// Longest answer, in characters.
pub const ANSWER_MAX: usize = 20_000;
/// Longest client id, in characters.
pub const CLIENT_ID_MAX: usize = 100;

/// A choice as a candidate sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChoiceView {
    /// Sent back in `choices[]`.
    pub id: ChoiceId,
    /// What it says.
    pub text: String,
}

/// What the candidate is asked right now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PromptView {
    /// Names this question (or this one follow-up to it); sent back with the answer.
    pub id: PromptId,
    /// How it is answered.
    pub kind: QuestionKind,
    /// What is asked.
    pub text: String,
    /// The choices, for the two choice kinds.
    pub choices: Vec<ChoiceView>,
    /// Whether this asks on about the same question.
    pub follow_up: bool,
}

/// One line of the transcript as a candidate sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TurnView {
    /// From 1 in its session.
    pub number: i32,
    /// Who said it.
    pub speaker: Speaker,
    /// What was said.
    pub text: String,
    /// Whether it was sent by the page when time ran out.
    pub late: bool,
    /// Whether it answers a question for code, whose lines are shown as they were typed.
    #[serde(default)]
    pub code: bool,
    /// The client id under which the candidate's page sent it.
    pub client_id: Option<String>,
    /// Whole minutes of pause before this turn, where the candidate was away.
    pub pause_minutes: Option<i64>,
}

/// All that a candidate's page knows of their session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CandidateView {
    /// Where the session stands.
    pub state: Status,
    /// What is asked right now; `null` before the start, when all is asked, and after the end.
    pub question: Option<PromptView>,
    /// Questions asked so far, follow-ups not counted.
    pub asked: i32,
    /// Questions in all.
    pub total: i32,
    /// Seconds left; `null` without a time limit.
    pub seconds_left: Option<i64>,
    /// The lease of the window that holds the session; an answer with an older one is refused. Grows from one attempt to
    /// the next, too.
    pub lease: i64,
    /// Which attempt this is, from 1: what a browser kept of an earlier one is not for this one.
    #[serde(default)]
    pub attempt: i32,
    /// The conversation so far.
    pub turns: Vec<TurnView>,
    /// The interview's title.
    pub title: String,
    /// The candidate's own name.
    pub name: String,
    /// The interviewer's name.
    pub interviewer: String,
    /// The interview's language.
    pub language: String,
    /// Why the session is over, once it is.
    pub end_reason: Option<EndReason>,
    /// Whether the interviewer is writing its next turn; there is no question meanwhile.
    #[serde(default)]
    pub writing: bool,
}

impl CandidateView {
    /// What of the conversation a page with this view has: the attempt, and how many of its turns. A turn never changes, and
    /// the same number of them is the same turns.
    #[must_use]
    pub fn known(&self) -> String {
        format!("{}.{}", self.attempt, self.turns.len())
    }
}

/// What a candidate's open page is told when something changed: enough to know whether to ask for the view.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pulse {
    /// Which link this is about, by [`crate::link::mark`]: a browser's cookie may speak of another one than the page.
    pub link: String,
    /// Where the session stands.
    pub state: Status,
    /// The lease of the window that holds the session; `null` where another one than this browser's does, and its lease is
    /// a secret.
    pub lease: Option<i64>,
    /// Turns so far.
    pub turns: i32,
}

/// The time, told to the open page of a session in progress every now and then. A page that can hear it is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tick {
    /// Which link this is about, by [`crate::link::mark`].
    pub link: String,
    /// Seconds left; `null` without a time limit.
    pub seconds_left: Option<i64>,
}

/// What the interviewer has written so far of its next turn, told to the open page while it is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplySoFar {
    /// Which link this is about, by [`crate::link::mark`].
    pub link: String,
    /// The number that the turn will have.
    pub turn: i32,
    /// Whether it asks on about the same question; else it is what is said before the next one.
    pub follow_up: bool,
    /// The text so far; empty: what was shown is taken back.
    pub text: String,
}

/// Why a candidate's request was refused: a closed list, safe to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum CandidateErrorCode {
    /// Unknown, foreign or replaced link.
    UnknownLink,
    /// The link expired or was revoked, the interview is paused, closed, full, or not open.
    NotOpen,
    /// Consent is needed to start.
    ConsentNeeded,
    /// The invited email is needed, or the one given is not it.
    EmailNeeded,
    /// What was sent cannot be stored as it is; `detail` says why.
    Invalid,
    /// The question is no longer the current one; the view says what is.
    Stale,
    /// Another window has taken over.
    TakenOver,
    /// The client id was used with another text.
    ClientIdReused,
    /// The session is over.
    Ended,
    /// Too many requests; try again later.
    TooMany,
    /// Parley cannot do it right now; nothing was lost, try again.
    Unavailable,
}

/// A refusal with the present view where there is one, so that the page can go on from what is true.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CandidateError {
    /// What kind of refusal.
    pub error: CandidateErrorCode,
    /// In words: what happened, what is kept, what to do.
    pub detail: String,
    /// Seconds after which the same may be sent again, where waiting helps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
    /// The present view.
    #[serde(flatten)]
    pub view: Option<Box<CandidateView>>,
}

/// One line of a transcript as creators and the API see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Turn {
    /// From 1 in its session.
    pub number: i32,
    /// Who said it.
    pub speaker: Speaker,
    /// What it is.
    pub kind: TurnKind,
    /// The question that it belongs to; `null` for the closing.
    pub question: Option<QuestionId>,
    /// What was said.
    pub text: String,
    /// When it was stored.
    pub at: Timestamp,
    /// Whether the scripted interviewer said it.
    pub scripted: bool,
    /// Milliseconds of pause before this turn that were time away.
    pub pause_ms: i64,
}

/// A whole conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Transcript {
    /// All turns, in order.
    pub items: Vec<Turn>,
    /// Always `null`: a transcript is never cut.
    pub next_cursor: Option<String>,
}
