//! The pages, one file a route.

pub mod account;
pub mod imports;
pub mod interviews;
pub mod layout;
pub mod links;
pub mod many;
pub mod not_found;
pub mod results;
pub mod resumes;
pub mod sessions;
pub mod workspace;
