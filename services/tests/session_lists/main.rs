//! The Sessions tab's lists, counts and exports.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops where something is not as it should be"
)]

#[path = "../common/mod.rs"]
mod common;
mod decisions;
mod exports;
mod filters;
mod neighbours;
mod plans;
mod rows;
mod sorts;
mod support;
