//! Interviews: what is asked, how, and who may enter.

mod archive;
mod overview;
mod pinned;
mod read;
mod templates;
mod version;
mod write;

pub use archive::archive;
pub use overview::session_counts;
pub use pinned::Pinned;
pub(crate) use read::known;
pub use read::{InterviewFilter, get, list};
pub use templates::{template, templates};
pub use version::{Version, question_count, version};
pub use write::{create, create_as, patch, save};
