//! What a candidate's open page is told while it is open.

use super::door::visitor;
use crate::{
    Services,
    error::{Result, ServiceError},
};
use parley_domain::{conversation::Pulse, id::SessionId, link};

/// How things stand behind a link, in short, and in which session; `None` once it is unknown (replaced or deleted). Changes
/// nothing.
///
/// # Errors
/// When the database fails.
pub async fn pulse(s: &Services, token: &str) -> Result<Option<(SessionId, Pulse)>> {
    let Some(known) = visitor(s.db.read(), token).await? else {
        return Ok(None);
    };
    let fault = |e: String| ServiceError::internal(anyhow::anyhow!(e));
    let pulse = Pulse {
        link: link::mark(token),
        state: known.session.status.parse().map_err(fault)?,
        lease: known.session.holder,
        turns: known.session.turns,
    };
    Ok(Some((SessionId(known.session.id), pulse)))
}
