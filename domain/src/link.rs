//! What a link leads to.

use crate::{
    conversation::CandidateView,
    error::{FieldError, Problems},
    session::words,
    time::Timestamp,
};
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

words! {
    /// What a candidate with a completed session may do about another attempt.
    RetakeOffer {
        /// Nothing: the interview takes nobody now, or the session is not completed.
        None = "none",
        /// Start another attempt by themselves.
        Start = "start",
        /// Ask the team for one.
        Ask = "ask",
        /// Wait: they have asked.
        Waiting = "waiting",
    }
}

/// A short name for a link that does not tell its token: FNV-1a with 64 bits, in hex. Tokens have 160 random bits, so
/// this is no way back; it is no protection against somebody who makes two tokens with one mark, and needs none.
#[must_use]
pub fn mark(token: &str) -> String {
    let hash = token.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| {
        (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
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
    /// What there is to do after a completed session.
    pub retake: RetakeOffer,
}

/// A public link as the API and the Settings tab show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PublicLink {
    /// Its place in the URL.
    pub slug: String,
    /// The whole URL.
    pub url: String,
    /// Starts so far.
    pub starts: i64,
    /// Takes no starts before.
    pub opens_at: Option<Timestamp>,
    /// Takes no starts from then on.
    pub closes_at: Option<Timestamp>,
    /// How many starts it takes; `null` for any number.
    pub max_starts: Option<i64>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// When a public link takes starts, and how many: the body of POST, and what PATCH is merged into.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct PublicLinkInput {
    /// Takes no starts before.
    pub opens_at: Option<Timestamp>,
    /// Takes no starts from then on.
    pub closes_at: Option<Timestamp>,
    /// How many starts it takes; `null` for any number.
    pub max_starts: Option<i64>,
}

impl PublicLinkInput {
    /// Checks the window and the cap.
    ///
    /// # Errors
    /// Everything that is wrong, field by field.
    pub fn checked(self) -> Result<Self, Vec<FieldError>> {
        let mut problems = Problems::new();
        if let (Some(opens), Some(closes)) = (self.opens_at, self.closes_at) {
            problems.require(opens < closes, "closes_at", "The link closes after it opens.");
        }
        problems.require(
            self.max_starts.is_none_or(|n| (1..=10_000_000).contains(&n)),
            "max_starts",
            "The number of starts is between 1 and 10,000,000, or none for any number.",
        );
        problems.into_result(self)
    }
}

#[cfg(test)]
mod tests {
    use super::mark;

    #[test]
    fn marks_tell_links_apart_and_not_their_tokens() {
        assert_eq!(mark(""), "cbf29ce484222325");
        assert_eq!(mark("a"), "af63dc4c8601ec8c");
        assert_ne!(mark("secret-token"), mark("secret-tokem"));
    }
}
