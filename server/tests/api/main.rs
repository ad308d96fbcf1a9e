//! The REST door through the router, without a socket.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops where something is not as it should be"
)]

mod ai;
mod analysis;
mod bed;
mod candidates;
mod document;
mod errors;
#[path = "../house/mod.rs"]
mod house;
mod imports;
mod interviews;
mod links;
mod lists;
mod repeated;
mod sessions;
mod uploads;
mod walk;
mod workspace;
