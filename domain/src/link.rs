//! What a link leads to.

use crate::{conversation::CandidateView, session::words};
use serde::{Deserialize, Serialize};

words! {
    /// What stands behind a link at this moment; each has its page.
    LinkState {
        /// Not started, and may start now.
        Ready = "ready",
        /// In progress: continue.
        Continue = "continue",
        /// Completed.
        Completed = "completed",
        /// No such link (or a replaced or foreign one: they look the same).
        Unknown = "unknown",
        /// The public link was revoked.
        Revoked = "revoked",
        /// The interview is not open yet.
        NotOpenYet = "not_open_yet",
        /// The interview is closed.
        Closed = "closed",
        /// The public link has taken as many people as it may.
        Full = "full",
        /// The interview is paused.
        Paused = "paused",
        /// The invite link has expired.
        Expired = "expired",
    }
}

/// All that a landing page shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Landing {
    /// What stands behind the link.
    pub state: LinkState,
    /// The workspace's name, as the company's title.
    pub company: String,
    /// The interview's title; empty for [`LinkState::Unknown`].
    pub title: String,
    /// The welcome text.
    pub welcome: String,
    /// The candidate's own name, on an invite link.
    pub name: Option<String>,
    /// How many questions.
    pub questions: i32,
    /// Minutes, where there is a limit.
    pub time_limit_minutes: Option<u32>,
    /// Whether the clock also runs while the candidate is away.
    pub count_time_away: bool,
    /// The interview's language.
    pub language: String,
    /// Whether the invited email must be typed.
    pub asks_email: bool,
    /// Whether this is a second or later attempt.
    pub attempt: i32,
    /// The present view, where a session is in progress.
    pub view: Option<CandidateView>,
}
