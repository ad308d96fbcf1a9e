//! Signing in, setting up, roles, API keys, profiles.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops where something is not as it should be"
)]

#[path = "../common/mod.rs"]
mod common;
mod keys;
mod profiles;
mod roles;
mod setup;
mod signing_in;
mod support;
