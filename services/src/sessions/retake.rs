//! Retakes: another attempt for the same candidate, on the same link. Earlier attempts stay whole.

use super::lifecycle::{change_status, event, new_session, tell};
use crate::{
    Services,
    db::Priority,
    entity::{candidate, session},
    error::{Result, ServiceError},
};
use parley_domain::{
    account::{Action, Actor},
    id::CandidateId,
    session::{EndReason, RetakeReason, Session, Status, Transition},
    text,
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect,
};
use serde::{Deserialize, Serialize};

/// Why a retake is granted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetakeInput {
    /// Why.
    pub reason: RetakeReason,
    /// What else there is to say; for the team only.
    #[serde(default)]
    pub note: String,
}

/// Longest note, in characters.
const NOTE_MAX: usize = 2_000;

/// Gives a candidate another attempt, Not started. An attempt in progress is closed as replaced.
///
/// # Errors
/// A conflict while the current attempt has not started; a note that is too long; unknown and foreign candidates.
pub async fn retake(s: &Services, actor: &Actor, id: CandidateId, input: RetakeInput) -> Result<Session> {
    let workspace = s.allow_own(actor, Action::GrantRetakes)?;
    let note = text::many_lines(&input.note);
    if text::chars(&note) > NOTE_MAX {
        return Err(ServiceError::invalid(
            "note",
            format!("A note has at most {NOTE_MAX} characters."),
        ));
    }
    let tx = s.db.write(Priority::Person).await?;
    // The candidate is locked, not the session: the row that matters is the one that does not exist yet.
    let candidate = candidate::Entity::find_by_id(id.0)
        .filter(candidate::Column::WorkspaceId.eq(workspace.0))
        .filter(candidate::Column::DeletedAt.is_null())
        .lock_exclusive()
        .one(&*tx)
        .await?
        .ok_or(ServiceError::NotFound)?;
    let current = session::Entity::find()
        .filter(session::Column::CandidateId.eq(candidate.id))
        .filter(session::Column::IsCurrent.eq(true))
        .lock_exclusive()
        .one(&*tx)
        .await?
        .ok_or(ServiceError::NotFound)?;
    if current.status == Status::NotStarted.as_str() {
        return Err(ServiceError::conflict(
            "not_started",
            format!("Attempt {} has not started yet.", current.attempt),
        ));
    }
    let current = if current.status == Status::InProgress.as_str() {
        let replaced = Transition::Complete(EndReason::Replaced);
        change_status(&*tx, s, current, replaced, actor, s.now(), |_| {}).await?
    } else {
        current
    };
    let mut next = new_session(s, &candidate, current.attempt + 1)?;
    // The list shows the score that counts on the current row, whichever attempt it is from.
    next.score_key = current.score_key;
    next.score_attempt = current.score_attempt;
    next.retake_reason = Some(input.reason.as_str().to_owned());
    next.retake_note = (!note.is_empty()).then_some(note);
    let mut former = current.into_active_model();
    former.is_current = Set(false);
    former.update(&*tx).await?;
    session::Entity::insert(next.clone().into_active_model())
        .exec_without_returning(&*tx)
        .await?;
    event(&*tx, s, &next, "retake_granted", actor, Some(input.reason.as_str())).await?;
    tx.commit().await?;
    tell(s, &next);
    super::to_session(s.db.read(), next).await
}
