//! Parley's use-cases and everything that touches the outside world; knows nothing of HTTP or screens.

pub mod child;
