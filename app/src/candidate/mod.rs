//! The candidate's path: landing and link-state pages, which carry no script at all, and the chat, which works as plain
//! forms and comes alive when its own small WASM arrives.
//!
//! Knows nothing of creators' screens, and of a session only what [`parley_domain::conversation`] lets out.

pub mod chat;
#[cfg(feature = "ssr")]
pub mod pages;

use crate::messages::{Candidate, Locale};

/// Where the plain forms post to and the chat sends to.
pub mod doors {
    /// Starts, or goes on here.
    pub const START: &str = "/sfn/candidate/start";
    /// Starts by a public link.
    pub const START_PUBLIC: &str = "/sfn/candidate/start-public";
    /// Another attempt, or asking for one.
    pub const RETAKE: &str = "/sfn/candidate/retake";
    /// Stores an answer.
    pub const ANSWER: &str = "/sfn/candidate/answer";
    /// Hands in.
    pub const FINISH: &str = "/sfn/candidate/finish";
    /// A sign of life.
    pub const HEARTBEAT: &str = "/sfn/candidate/heartbeat";
    /// What changes while the page is open.
    pub const EVENTS: &str = "/events/session";
}

/// The cookie that a candidate's browser is remembered by.
pub const CANDIDATE_COOKIE: &str = "parley_candidate";

/// The header that says, beside what the doors answer, which script the chat's page loads now. A page that loads another one
/// is of another version.
pub const SCRIPT_HEADER: &str = "x-parley-chat";

/// The address of the landing page of a link.
#[must_use]
pub fn landing_path(token: &str) -> String {
    format!("/i/invite/{token}")
}

/// The address of a public link.
#[must_use]
pub fn public_path(slug: &str) -> String {
    format!("/i/{slug}")
}

/// The address of the chat, for the window that holds `lease`.
#[must_use]
pub fn session_path(token: &str, lease: i64) -> String {
    format!("/i/invite/{token}/session?lease={lease}")
}

/// The address of the page that asks before finishing, for browsers without scripts.
#[must_use]
pub fn finish_path(token: &str, lease: i64) -> String {
    format!("/i/invite/{token}/finish?lease={lease}")
}

/// The texts for an interview's language tag.
#[must_use]
pub fn texts(language: &str) -> &'static Candidate {
    Locale::parse(language).candidate()
}
