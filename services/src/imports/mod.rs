//! Import by Excel: tables of people in .xlsx, .xls, .ods, .csv and .tsv.
//!
//! Pure parts: [`reader`] turns an uploaded file into rows of text, [`matching`] says which column holds what, [`names`]
//! puts the parts of a name together, [`row`] turns a row into a candidate or into the reason why not, [`template`] writes
//! the workbooks that people download.
//!
//! The use-case: [`upload`] reads the file in a child process and stores every row with its fate; nothing else is
//! written before [`confirm`]. From then on the import is its own durable job (`import.work` with a lease): chunks of
//! rows in short transactions, each with its counters, so that at any moment and after any crash the figures add up.
//! A row's id is the id of the candidate it adds, so no row can add two.

pub mod matching;
pub mod names;
pub mod reader;
pub mod row;
pub mod template;

mod commit;
mod erase;
mod headers;
mod intake;
mod marks;
mod notices;
mod preview;
mod run;
mod store;
mod takeback;
mod view;
mod year;

pub(crate) use erase::{Traces, forget, traces};
pub use intake::{Upload, extract_in_child, incoming, may_upload, upload};
pub use preview::{correct, patch};
pub use run::{cancel, confirm, confirm_seen, resume, run, undo};
pub(crate) use store::{Pace, forget_file};
pub use view::{RowFilter, get, list, list_page, page_before, rejected_xlsx, rows, template_xlsx};
