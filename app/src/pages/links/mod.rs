//! Links on the creators' screens: the shareable one with its card and badge, how long invite links work, the preview.

mod expiry;
mod preview;
mod share;

pub use expiry::{ExpiryDialog, ExtendAll, Links};
pub use preview::PreviewButton;
pub use share::{LinkBadge, ShareCard, provide_share};
