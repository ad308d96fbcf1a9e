//! Analyses by a model, against a scripted server: what is asked, what holds of the answer, what each fault becomes, runs,
//! batches.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops where something is not as it should be"
)]

mod again;
#[path = "../common/mod.rs"]
mod common;
mod faults;
mod judging;
mod parts;
mod support;
