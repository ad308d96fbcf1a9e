//! Candidates: adding, changing, deleting and restoring people, and their invite links.

mod delete;
mod deleted;
mod extend;
mod insert;
mod links;
mod list;
mod merge;
mod read;

pub use delete::{DELETED_KEPT_DAYS, delete, erase, purge, restore};
pub use deleted::{Deleted, DeletedCandidate, Together, deleted, deleted_ids, deleted_page, purged_at};
pub(crate) use extend::code as expiry_code;
pub use extend::{Whose, extend_link, extend_links};
pub use insert::{BulkResult, NewCandidate, OnDuplicate, create, create_as, create_many, create_many_as, insert, twin};
pub(crate) use insert::{link_expiry, lock_interview, prepare, search_key, store_fields, this_year};
pub use links::{CandidateLink, invite_url, links, replace_link};
pub use list::list;
pub use merge::{merge, merge_plan, not_duplicate};
pub use read::{edit, get, patch, present, to_candidate};
pub(crate) use read::{fields, find, lock_candidate};
