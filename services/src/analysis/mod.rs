//! Analyses of completed sessions: queued in the transaction that completes a session, made by a durable job, repeatable,
//! every run kept.

mod engine;
mod sentences;
mod store;
pub mod terms;
#[cfg(test)]
mod tests;

pub use engine::{Input, analyse, verify};
pub use store::{get, history, run_again};
pub(crate) use store::{give_up, make, queue};
