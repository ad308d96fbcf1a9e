//! The end of a workspace.
//!
//! It is over at once: in the transaction that deletes it, its members, keys and unfinished work go, and from then on nothing
//! of it is found by a link, a cookie or a job either (`entity::workspace::is_there`). Its rows and files follow in the
//! background, in short transactions, however many there are; a process that dies in between leaves the rest to the next
//! one. The workspace's own row goes last, once nothing points at it any more.
//!
//! To add a table with rows of a workspace: a line in `purge`. A test looks at the schema.

mod delete;
mod purge;

pub use delete::{contents, delete};
pub(crate) use purge::Rows;
pub use purge::{purge, run};
