//! Interviews: making, changing, versions, archiving, lists, templates.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops where something is not as it should be"
)]

mod changes;
#[path = "../common/mod.rs"]
mod common;
mod lists;
mod rights;
mod support;
mod versions;
