//! The candidate's conversation: start, answer, resume, takeover, clock, finish.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops where something is not as it should be"
)]

#[path = "../common/mod.rs"]
mod common;
mod ends;
mod links;
mod repeats;
mod support;
mod talk;
