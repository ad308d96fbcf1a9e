//! Deleting a workspace: who may, that it is over at once behind every door, that nothing of it stays, and what comes after.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops where something is not as it should be"
)]

mod afterwards;
mod clearing;
#[path = "../common/mod.rs"]
mod common;
mod deleting;
#[path = "../common/pdf.rs"]
#[expect(dead_code, reason = "other tests need the files that cannot be read")]
mod pdf;
mod support;
#[path = "../common/imports.rs"]
#[expect(dead_code, reason = "what only the tests of imports need")]
mod tables;
