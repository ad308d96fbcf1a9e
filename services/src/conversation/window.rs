//! Which window holds a session. Each start or resume hands out a lease, higher than every one before it on this link, and
//! whoever acts says under which.
//!
//! Where the invited email opens a link, the lease is a secret besides: the link alone may have been passed on, so that only
//! a window that came in by the email may look into the session or act in it.

use super::door::{Visitor, asks_email, refuse};
use crate::{Services, error::Result};
use parley_domain::{
    conversation::{CandidateError, CandidateErrorCode},
    session::Status,
};

/// Leases from here on are secret ones; counting from 1 never comes this far.
const SECRET: i64 = 1 << 40;
/// What is random in the first secret lease of a session. All that follow stay below 2^53, up to which JavaScript counts
/// exactly.
const FIRST: i64 = (1 << 51) - 1;
/// What is random in each later step: whoever knows one lease does not know the next.
const STEP: i64 = (1 << 24) - 1;

/// The lease of a window that starts, or takes over from the one with `present`.
pub(super) fn next_lease(s: &Services, known: &Visitor, present: i64) -> Result<i64> {
    if !asks_email(known) {
        return Ok(present + 1);
    }
    let random = i64::from_be_bytes(s.secrets.random()?);
    Ok(if present < SECRET {
        // Also where the interview asks for the email only since somebody started.
        SECRET + (random & FIRST)
    } else {
        present + 1 + (random & STEP)
    })
}

/// Whether a browser that came into the session with this lease may be told the present one. Where the interview asks for the
/// email only since then, it has none to keep to itself until somebody comes in by the email.
pub(super) fn may_know(known: &Visitor, lease: Option<i64>) -> bool {
    let present = known.session.holder;
    !asks_email(known) || lease == Some(present) || present < SECRET
}

/// Whether there is nothing in a session yet that only its candidate may see.
pub(super) fn is_fresh(known: &Visitor) -> bool {
    known.session.status == Status::NotStarted.as_str()
}

/// Lets a window in that may see the session and act in it. The refusal says nothing of what was said.
///
/// # Errors
/// Where the invited email opens the link: no lease, or another one than the present.
pub(super) fn admit(known: &Visitor, lease: Option<i64>) -> Result<(), CandidateError> {
    if !asks_email(known) || is_fresh(known) || lease == Some(known.session.holder) {
        return Ok(());
    }
    Err(match lease {
        None => email_needed(),
        Some(_) => refuse(
            CandidateErrorCode::TakenOver,
            "The interview was opened in another window. Nothing was changed; open your link to go on here.",
        ),
    })
}

/// The invited email is missing, or the one that was typed is not it: one answer for both.
pub(super) fn email_needed() -> CandidateError {
    refuse(
        CandidateErrorCode::EmailNeeded,
        "Type the email address to which this invitation was sent.",
    )
}
