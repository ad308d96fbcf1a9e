//! The pages, one file a route.

pub mod account;
pub mod interviews;
pub mod layout;
pub mod not_found;
pub mod results;
pub mod sessions;
pub mod workspace;
