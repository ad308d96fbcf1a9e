//! An answer is stored once or not at all: whatever happens at the same moment, and wherever a process dies.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops where something is not as it should be"
)]

#[path = "../common/mod.rs"]
mod common;
mod meanwhile;
mod pinned;
mod repeats;
mod support;
mod views;
