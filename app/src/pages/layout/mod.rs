//! What pages stand in: the rail and the page header.

mod frame;
mod header;
mod here;
mod live;

pub use frame::WorkspaceFrame;
pub use header::*;
pub use here::*;
pub use live::{Of, on_change};
