//! Who is erased leaves nothing behind: not in what was imported of them, not in what was read of their resume, not on the
//! disk and not in memory; and what was imported is accounted for as before. Links that come back with a table are not kept.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops where something is not as it should be"
)]

#[path = "../common/mod.rs"]
mod common;
mod earlier;
mod imported;
mod links;
mod memory;
#[allow(dead_code, reason = "other tests need the files that cannot be read")]
#[path = "../common/pdf.rs"]
mod pdf;
mod plans;
mod resumes;
mod support;
#[allow(dead_code, reason = "other tests need the rest")]
#[path = "../common/imports.rs"]
mod tables;
