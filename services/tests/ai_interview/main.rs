//! The interviewer with a model: what the model is told, what of its proposals is carried out, what a candidate and a creator
//! see when something goes wrong, and what injected instructions cannot do.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops where something is not as it should be"
)]

#[path = "../common/mod.rs"]
mod common;
mod faults;
mod injections;
mod meanwhile;
mod prompts;
mod support;
mod turns;
