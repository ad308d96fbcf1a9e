//! The pages, one file a route.

pub mod layout;
pub mod not_found;
pub mod sessions;
