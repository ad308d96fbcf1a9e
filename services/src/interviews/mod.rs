//! Interviews: what is asked, how, and who may enter.

mod version;

pub use version::{Version, version};
