//! Words and rules that the browser and the server share.
//!
//! Everything here is plain data and pure functions: no I/O, no clock, no randomness, no framework. It builds for WASM
//! and for the host, and its tests run in milliseconds. What must not reach a candidate is kept out of
//! [`conversation`]'s types, so that it cannot be serialised to one.

pub mod account;
pub mod ai;
pub mod analysis;
pub mod batch;
pub mod candidate;
pub mod clock;
pub mod comparison;
pub mod conversation;
pub mod drafting;
pub mod duplicate;
pub mod error;
pub mod id;
pub mod import;
pub mod interview;
pub mod link;
pub mod member;
pub mod merge;
pub mod paging;
pub mod person;
pub mod question;
pub mod results;
pub mod resume;
pub mod session;
pub mod text;
pub mod time;
pub mod token;
mod words;
