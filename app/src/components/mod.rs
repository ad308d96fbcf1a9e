//! The pieces every screen is made of. They know the style sheet and nothing else: no server function, no route, no text of
//! their own beyond what the catalogue (`crate::messages`) gives them.
//!
//! How to dress what has no component of its own (class names of `style/`):
//! - page: `.page` in `.main`, `.page--form` for a column of fields, `.section` with `.section__head` and `.section__help`;
//! - card: `.card`, `.cards` for a grid of them, `.facts` for a `<dl>`, `.figure` for a number with its meaning;
//! - table: `.table-box > table.table`, `.row-link` on the link that a press anywhere in the row follows (with [`follow_row`]),
//!   `.table__actions`, `.num`, `.col-sticky`, `.col-end`, `.col-check > label.tick > input.check`, `.cell-two` for name over
//!   email, `.toolbar`, `.selection-bar`;
//! - filters with counts: `.chips > .chip[aria-current] > .chip__count`;
//! - candidate: `.column`, `.column__top`, `.column__foot`, `.choice--card` for large answers;
//! - text: `.prose`, `.muted`, `.faint`, `.small`, `.strong`, `.mono`, `.figures`, `.keep-lines`, `.truncate`, `.sr-only`;
//! - boxes: `.stack`, `.stack--tight`, `.stack--wide`, `.row`, `.row--wide`, `.row--end`, `.push`.
//!
//! The content security policy forbids `style="…"` in HTML that the server sends: show widths with `<progress>` or SVG.

mod async_view;
mod avatar;
mod badge;
mod button;
mod choice;
mod copy;
mod dialog;
mod drop;
mod empty;
mod field;
mod icon;
mod keep;
mod markup;
mod menu;
mod notice;
mod pager;
mod progress;
mod skeleton;
mod table;
mod tabs;
mod theme;
mod time;
mod toast;

pub use async_view::*;
pub use avatar::*;
pub use badge::*;
pub use button::*;
pub use choice::*;
pub use copy::*;
pub use dialog::*;
pub use drop::*;
pub use empty::*;
pub use field::*;
pub use icon::*;
pub use keep::*;
pub use markup::*;
pub use menu::*;
pub use notice::*;
pub use pager::*;
pub use progress::*;
pub use skeleton::*;
pub use table::*;
pub use tabs::*;
pub use theme::*;
pub use time::*;
pub use toast::*;
