//! AI tokens: what a workspace can spend on features that cost, kept as a ledger.
//!
//! Work that costs sets tokens aside first ([`reserve`]), then either spends them ([`commit`]) or gives them back
//! ([`refund`]), each in the transaction of what it follows from. Everything is told apart by a reference: the same one
//! again changes nothing, so a step that may run twice after a crash costs once. The account row is locked before it is
//! read, and the database refuses a negative balance, a second settlement and a second charge for the same resume,
//! whatever the code above it does.
//!
//! Knows nothing of what the tokens are spent on.

mod ledger;
mod read;

pub use ledger::{Hold, charged, commit, grant, not_given_back, refund, refund_forgotten, reserve};
pub use read::{account, entries, per_resume, spend_by_day};

/// Prefix of the reference under which an installation's first workspace is granted its first tokens.
const INITIAL: &str = "initial";
