//! What a candidate's open page is told while it is open.

use super::door::visitor;
use crate::{
    Services,
    error::{Result, ServiceError},
};
use parley_domain::{conversation::Pulse, link};

/// How things stand behind a link, in short; `None` once it is unknown (replaced or deleted). Changes nothing.
///
/// # Errors
/// When the database fails.
pub async fn pulse(s: &Services, token: &str) -> Result<Option<Pulse>> {
    let Some(known) = visitor(s.db.read(), token).await? else {
        return Ok(None);
    };
    let fault = |e: String| ServiceError::internal(anyhow::anyhow!(e));
    Ok(Some(Pulse {
        link: link::mark(token),
        state: known.session.status.parse().map_err(fault)?,
        lease: known.session.holder,
        turns: known.session.turns,
    }))
}
