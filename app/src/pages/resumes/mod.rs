//! Import by resumes: a page with its steps (upload, read, review, done); which one it shows follows from the batch, so
//! closing it, reloading it and coming back later lose nothing.

mod cell;
mod page;
mod reading;
mod review;
mod send;
mod upload;

pub use page::{ResumesPage, resumes_href};
pub(crate) use send::extract;
