//! Analyses of completed sessions: queued in the transaction that completes a session, made by a durable job, repeatable,
//! every run kept. Two engines: the built-in one, which counts, and the configured model, which judges; a session that a
//! model analyses gets the built-in figures too, so that they can stand side by side.

mod again;
mod batch;
mod engine;
pub mod model;
mod read;
mod sentences;
mod store;
pub mod terms;
#[cfg(test)]
mod tests;
mod work;

pub use again::run_again;
pub use batch::{cancel_batch, current_batch, estimate, start_batch};
pub(crate) use batch::{give_up_wave, wave};
pub use engine::{Input, analyse, verify};
pub use read::{before, beside, changes, get, history, present};
pub(crate) use store::{queue, take_up};
pub(crate) use work::{give_up, make};
