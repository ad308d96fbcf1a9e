//! Candidates: adding, changing, deleting and restoring people, and their invite links.

mod delete;
mod insert;
mod links;
mod list;
mod read;

pub use delete::{DELETED_KEPT_DAYS, DeletedCandidate, delete, deleted, erase, purge, restore};
pub(crate) use insert::lock_interview;
pub(crate) use insert::search_key;
pub use insert::{BulkResult, NewCandidate, OnDuplicate, create, create_many, insert, twin};
pub use links::{CandidateLink, invite_url, links, replace_link};
pub use list::list;
pub use read::{get, patch, to_candidate};
