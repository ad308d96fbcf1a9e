//! What pages stand in: the rail, the page header, and the dialog over a whole page.

mod frame;
mod header;
mod here;
mod live;
mod steps;

pub use frame::{WorkspaceFrame, selection_key};
pub use header::*;
pub use here::*;
pub use live::{Of, on_change};
pub use steps::StepsDialog;
