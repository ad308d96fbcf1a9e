//! What pages stand in: the rail and the page header.

mod header;

pub use header::*;
