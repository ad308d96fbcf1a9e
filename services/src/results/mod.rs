//! Results of an interview over all its candidates. Everything is added up by the database from indexes that hold what
//! is added: no row is read for it, and a million sessions take no more memory than ten.

mod parts;
mod read;

pub(crate) use parts::{count_anew, rows_of, store};
pub use read::of_interview;
