//! Import by resumes against real databases: every file is read once and paid for once, whatever happens in between.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops where something is not as it should be"
)]

#[path = "../common/mod.rs"]
mod common;
mod costs;
mod files;
#[path = "../common/pdf.rs"]
mod pdf;
mod read;
mod review;
mod support;
