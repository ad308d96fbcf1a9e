//! What a link leads to.

use crate::{
    conversation::CandidateView,
    error::{FieldError, Problems},
    time::{DAY, Timestamp},
    words::words,
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
    /// About how many minutes they take: a guess from their kinds, which tells nothing else of them. 0 where none is known.
    pub about_minutes: u32,
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
    /// When the link opens, for [`LinkState::NotOpenYet`] where that is known.
    pub opens_at: Option<Timestamp>,
    /// Whether a creator looks at it as candidates will see it.
    pub preview: bool,
    /// Whether the candidate came by the public link: nobody has sent them this one, and it is their only way back from
    /// another device.
    pub walk_in: bool,
}

/// Longest time for which a link can be made to work, in days.
pub const EXPIRY_DAYS_MAX: u32 = 3_650;

/// Until when invite links work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum LinkExpiry {
    /// So many days from now, 1 to 3,650.
    InDays(u32),
    /// Until this moment, which lies ahead.
    At(Timestamp),
    /// For good.
    Never,
}

impl LinkExpiry {
    /// The moment from which the link does not work any more, if one comes.
    ///
    /// # Errors
    /// A number of days out of range, a moment that is past.
    pub fn moment(self, now: Timestamp) -> Result<Option<Timestamp>, Vec<FieldError>> {
        let wrong = |message: &str| Err(vec![FieldError::new("expires", message)]);
        match self {
            Self::Never => Ok(None),
            Self::InDays(days) if (1..=EXPIRY_DAYS_MAX).contains(&days) => Ok(Some(now.plus(i64::from(days) * DAY))),
            Self::InDays(_) => wrong("A link works for 1 to 3,650 days."),
            Self::At(at) if at > now => Ok(Some(at)),
            Self::At(_) => wrong("This time is past. Choose one that lies ahead."),
        }
    }
}

/// A creator's preview of an interview: the link under which they take it as a candidate would.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Preview {
    /// The link.
    pub url: String,
    /// From then on it leads nowhere, and what was answered is gone.
    pub expires_at: Timestamp,
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
    use super::*;

    #[test]
    fn expiry_lies_ahead_and_not_too_far() {
        let now = Timestamp::from_millis(1_795_510_800_000);
        assert_eq!(LinkExpiry::Never.moment(now), Ok(None));
        assert_eq!(LinkExpiry::InDays(2).moment(now), Ok(Some(now.plus(2 * DAY))));
        assert_eq!(LinkExpiry::At(now.plus(1)).moment(now), Ok(Some(now.plus(1))));
        for wrong in [LinkExpiry::InDays(0), LinkExpiry::InDays(3_651), LinkExpiry::At(now)] {
            assert_eq!(wrong.moment(now).unwrap_err()[0].field, "expires", "{wrong:?}");
        }
    }

    #[test]
    fn expiry_is_written_as_the_api_says() {
        let read = |text| serde_json::from_str::<LinkExpiry>(text).unwrap();
        assert_eq!(read(r#"{"in_days": 14}"#), LinkExpiry::InDays(14));
        assert_eq!(read(r#""never""#), LinkExpiry::Never);
        let at = Timestamp::parse("2026-12-01T09:00:00Z").unwrap();
        assert_eq!(read(r#"{"at": "2026-12-01T10:00:00+01:00"}"#), LinkExpiry::At(at));
    }

    #[test]
    fn marks_tell_links_apart_and_not_their_tokens() {
        assert_eq!(mark(""), "cbf29ce484222325");
        assert_eq!(mark("a"), "af63dc4c8601ec8c");
        assert_ne!(mark("secret-token"), mark("secret-tokem"));
    }
}
