//! Import by resumes: many PDFs are uploaded, read in the background, reviewed, and added as candidates.
//!
//! Uploading stores the files and says what reading them costs ([`begin`], [`add_file`]); nothing is set aside before
//! [`start`], which reserves for all of them or for none and queues one job. The job reads a few files at once in child
//! processes; each result is one transaction with what it does to the ledger: spent where the file was read, given back
//! where it was not. A job that dies is done again and goes on where it was, because a file knows which job has it.
//! Nothing becomes a candidate before [`add()`].

mod add;
mod archive;
mod edit;
mod erase;
mod intake;
mod rows;
mod run;
mod sweep;
mod view;

pub use add::add;
pub use edit::{cancel, correct, remove, retry};
pub(crate) use erase::forget;
pub(crate) use intake::shown_name;
pub use intake::{Upload, add_file, begin, may_add, may_begin, start, upload};
pub(crate) use run::{give_up, read_all};
pub use sweep::{run, sweep};
pub use view::{get, list, list_page};
