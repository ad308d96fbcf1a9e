//! What a candidate's open page is told while it is open.

use super::{
    door::visitor,
    view::version_of,
    window::{is_fresh, may_know},
};
use crate::{
    Services,
    error::{Result, ServiceError},
    sessions::{clock_of, rules_of},
};
use parley_domain::{conversation::Pulse, id::SessionId, link, session::Status};

/// How things stand behind a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// In which session.
    pub session: SessionId,
    /// In short.
    pub pulse: Pulse,
    /// The lease of the window that holds the session, told to nobody: whether it changed.
    pub holder: i64,
    /// Whether this browser may hear of it any more.
    pub theirs: bool,
    /// Seconds left; none without a limit.
    pub seconds_left: Option<i64>,
}

/// How things stand behind a link, for a browser whose cookie has this lease; `None` once the link is unknown (replaced or
/// deleted). Changes nothing.
///
/// # Errors
/// When the database fails.
pub async fn pulse(s: &Services, token: &str, lease: Option<i64>) -> Result<Option<Standing>> {
    let Some(known) = visitor(s.db.read(), token).await? else {
        return Ok(None);
    };
    let row = &known.session;
    let fault = |e: String| ServiceError::internal(anyhow::anyhow!(e));
    let state: Status = row.status.parse().map_err(fault)?;
    let seconds_left = if state == Status::InProgress {
        let rules = rules_of(&version_of(s, &known).await?.settings);
        clock_of(row).seconds_left(&rules, s.now())
    } else {
        None
    };
    let knows = may_know(&known, lease);
    let pulse = Pulse {
        link: link::mark(token),
        state,
        lease: knows.then_some(row.holder),
        turns: row.turns,
    };
    Ok(Some(Standing {
        session: SessionId(row.id),
        pulse,
        holder: row.holder,
        theirs: knows || is_fresh(&known),
        seconds_left,
    }))
}
