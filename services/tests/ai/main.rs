//! The AI port against a scripted server: what is asked, what is repeated, what each fault becomes, what is recorded.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops where something is not as it should be"
)]

mod asking;
#[path = "../common/mod.rs"]
mod common;
mod faults;
mod settings;
mod streams;
mod support;
