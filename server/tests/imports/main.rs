//! Tables on their way through the router and the real reading process: the binary `parley` itself.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops where something is not as it should be"
)]

mod bed;
mod files;
#[path = "../house/mod.rs"]
mod house;
mod read;
mod refused;
mod whole_way;
