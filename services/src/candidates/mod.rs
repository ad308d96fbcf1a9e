//! Candidates: adding, changing, deleting and restoring people, and their invite links.

mod delete;
mod extend;
mod insert;
mod links;
mod list;
mod merge;
mod read;

pub use delete::{DELETED_KEPT_DAYS, DeletedCandidate, delete, deleted, erase, purge, restore};
pub use extend::{Whose, extend_link, extend_links};
pub use insert::{BulkResult, NewCandidate, OnDuplicate, create, create_many, insert, twin};
pub(crate) use insert::{lock_interview, prepare, search_key, store_fields, this_year};
pub use links::{CandidateLink, invite_url, links, replace_link};
pub use list::list;
pub use merge::{merge, merge_plan, not_duplicate};
pub(crate) use read::{fields, find, lock_candidate};
pub use read::{get, patch, to_candidate};
