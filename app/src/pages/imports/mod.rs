//! Import by Excel: the full-page dialog with its steps, one file a step, each with an address of its own; and the list
//! of past imports on the Sessions tab.

mod address;
mod check;
mod desk;
mod done;
mod edit;
mod frame;
mod matching;
mod options;
mod past;
mod rows;
mod send;
mod upload;

pub use address::new_import_href;
pub use frame::{ImportFrame, ImportHome, ImportSteps};
pub use past::PastImports;
pub use upload::UploadStep;
