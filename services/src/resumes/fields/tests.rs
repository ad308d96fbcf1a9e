//! Fields from text.
