//! Archiving: the interview is out of the way, takes nobody in, and those inside are ended with what they answered.

use super::write::patch;
use crate::{
    Services,
    db::Priority,
    entity::session,
    error::Result,
    sessions::{change_status, lock, tell},
};
use parley_domain::{
    account::{Action, Actor},
    id::{InterviewId, SessionId, WorkspaceId},
    interview::{Interview, InterviewState},
    session::{EndReason, Status, Transition},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use serde_json::json;
use uuid::Uuid;

/// Archives an interview and ends the sessions in progress. Once more does no harm; PATCH of the state brings it back.
///
/// # Errors
/// A role that is too low; unknown and foreign interviews.
pub async fn archive(s: &Services, actor: &Actor, id: InterviewId) -> Result<Interview> {
    let workspace = s.allow_own(actor, Action::EditInterviews)?;
    let interview = patch(s, actor, id, &json!({"state": InterviewState::Archived}), None).await?;
    // Also where nothing changed: a process may have died between the two steps of an earlier archiving.
    end_sessions(s, actor, workspace, id).await?;
    Ok(interview)
}

/// Ends the sessions in progress, each in a short transaction of its own: there may be thousands.
pub(super) async fn end_sessions(s: &Services, actor: &Actor, workspace: WorkspaceId, id: InterviewId) -> Result<()> {
    let inside: Vec<Uuid> = session::Entity::find()
        .filter(session::Column::WorkspaceId.eq(workspace.0))
        .filter(session::Column::InterviewId.eq(id.0))
        .filter(session::Column::Status.eq(Status::InProgress.as_str()))
        .select_only()
        .column(session::Column::Id)
        .into_tuple()
        .all(s.db.read())
        .await?;
    for session in inside {
        let tx = s.db.write(Priority::Background).await?;
        // Read again under the lock: it may have ended by itself.
        let row = lock(&*tx, SessionId(session)).await?;
        if row.status != Status::InProgress.as_str() {
            continue;
        }
        let ended = Transition::Complete(EndReason::EndedByCreator);
        let row = change_status(&*tx, s, row, ended, actor, s.now(), |_| {}).await?;
        tx.commit().await?;
        tell(s, &row);
    }
    Ok(())
}
