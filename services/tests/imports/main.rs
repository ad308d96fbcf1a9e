//! Import by Excel against real databases: every row is accounted for, before and after, whatever happens in between.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops where something is not as it should be"
)]

mod cells;
#[path = "../common/mod.rs"]
mod common;
mod confirm;
mod preview;
mod run;
mod support;
#[path = "../common/imports.rs"]
mod tables;
mod undo;
