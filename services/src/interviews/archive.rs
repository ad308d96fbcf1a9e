//! Archiving: the interview is out of the way, takes nobody in, and those inside are ended with what they answered.

use super::write::patch;
use crate::{
    Services,
    error::{Result, ServiceError},
    sessions::end_archived,
};
use parley_domain::{
    account::{Action, Actor},
    id::InterviewId,
    interview::{Interview, InterviewState},
};
use serde_json::json;

/// Archives an interview and ends the sessions in progress. Once more does no harm; PATCH of the state brings it back.
///
/// # Errors
/// A role that is too low; unknown and foreign interviews.
pub async fn archive(s: &Services, actor: &Actor, id: InterviewId) -> Result<Interview> {
    s.allow_own(actor, Action::EditInterviews)?;
    let interview = patch(s, actor, id, &json!({"state": InterviewState::Archived}), None).await?;
    // Also where nothing changed: a process may have died between the two steps of an earlier archiving.
    end_sessions(s, actor, id).await?;
    Ok(interview)
}

/// Ends the sessions in progress of an interview that is archived, and waits for that. A task of its own: it comes to an end
/// even if the caller goes away in the middle.
pub(super) async fn end_sessions(s: &Services, actor: &Actor, id: InterviewId) -> Result<()> {
    let (s, actor) = (s.clone(), *actor);
    let ending = tokio::spawn(async move { end_all(&s, &actor, id).await });
    ending.await.map_err(ServiceError::internal)?
}

async fn end_all(s: &Services, actor: &Actor, id: InterviewId) -> Result<()> {
    loop {
        let (ended, more) = end_archived(s, Some(id), actor).await?;
        if ended == 0 || !more {
            return Ok(());
        }
    }
}
