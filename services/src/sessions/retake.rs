//! Retakes: another attempt for the same candidate, on the same link. Earlier attempts stay whole.

use super::{
    lifecycle::{change_status, event, new_session, tell},
    score::score_key,
};
use crate::{
    Services,
    candidates::{expiry_code, link_expiry},
    db::Priority,
    entity::{candidate, interview, retake_request, session},
    error::{Result, ServiceError},
};
use parley_domain::{
    account::{Action, Actor},
    id::{CandidateId, WorkspaceId},
    session::{EndReason, RetakeReason, RetakeRequestState, Session, Status, Transition},
    text,
    time::Timestamp,
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QuerySelect,
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

/// A candidate and their current attempt, both locked.
pub(super) struct Granted {
    pub candidate: candidate::Model,
    pub current: session::Model,
}

impl Granted {
    /// The candidate is locked, not the session alone: the row that matters is the one that does not exist yet.
    pub async fn lock(tx: &impl ConnectionTrait, workspace: WorkspaceId, id: CandidateId) -> Result<Self> {
        let candidate = candidate::Entity::find_by_id(id.0)
            .filter(candidate::Column::WorkspaceId.eq(workspace.0))
            .filter(candidate::Column::DeletedAt.is_null())
            .lock_exclusive()
            .one(tx)
            .await?
            .ok_or(ServiceError::NotFound)?;
        let current = session::Entity::find()
            .filter(session::Column::CandidateId.eq(candidate.id))
            .filter(session::Column::IsCurrent.eq(true))
            .lock_exclusive()
            .one(tx)
            .await?
            .ok_or(ServiceError::NotFound)?;
        Ok(Self { candidate, current })
    }
}

/// Gives a candidate another attempt, Not started. An attempt in progress is closed as replaced. A waiting request of
/// the candidate is granted with it.
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
    let found = Granted::lock(&*tx, workspace, id).await?;
    let note = (!note.is_empty()).then_some(note);
    let next = grant_in(&*tx, s, actor, found, input.reason.as_str(), note).await?;
    tx.commit().await?;
    tell(s, &next);
    super::to_session(s.db.read(), next).await
}

/// What became of retakes for many.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Retaken {
    /// The new attempts.
    pub granted: Vec<Session>,
    /// Who got none, and why.
    pub refused: Vec<NotRetaken>,
}

/// A candidate who got no retake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotRetaken {
    /// Whose.
    pub candidate: CandidateId,
    /// In a sentence.
    pub detail: String,
}

/// Most candidates of one call of [`retake_many`].
const MANY: usize = 1_000;

/// Gives many candidates another attempt, each on its own: those who cannot have one now are named, the others get
/// theirs.
///
/// # Errors
/// A note that is too long, too many candidates, a role that is too low: then nobody gets one. When the database fails,
/// those before have theirs.
pub async fn retake_many(s: &Services, actor: &Actor, ids: &[CandidateId], input: RetakeInput) -> Result<Retaken> {
    s.allow_own(actor, Action::GrantRetakes)?;
    if ids.len() > MANY {
        return Err(ServiceError::invalid(
            "candidates",
            format!("At most {MANY} candidates at once."),
        ));
    }
    let mut done = Retaken::default();
    for id in ids {
        match retake(s, actor, *id, input.clone()).await {
            Ok(session) => done.granted.push(session),
            Err(ServiceError::Conflict { detail, .. }) => done.refused.push(NotRetaken { candidate: *id, detail }),
            Err(ServiceError::NotFound) => done.refused.push(NotRetaken {
                candidate: *id,
                detail: "This candidate is not here any more.".to_owned(),
            }),
            Err(other) => return Err(other),
        }
    }
    Ok(done)
}

/// Makes the next attempt, in the caller's transaction.
pub(super) async fn grant_in(
    tx: &impl ConnectionTrait,
    s: &Services,
    actor: &Actor,
    found: Granted,
    reason: &str,
    note: Option<String>,
) -> Result<session::Model> {
    let Granted { candidate, current } = found;
    if current.status == Status::NotStarted.as_str() {
        return Err(ServiceError::conflict(
            "not_started",
            format!("Attempt {} has not started yet.", current.attempt),
        ));
    }
    let current = if current.status == Status::InProgress.as_str() {
        let replaced = Transition::Complete(EndReason::Replaced);
        change_status(tx, s, current, replaced, actor, s.now(), |_| {}).await?
    } else {
        current
    };
    let (candidate, extended) = within_time(tx, s, candidate).await?;
    let mut next = new_session(s, &candidate, current.attempt + 1)?;
    // Leases go on from here: to the new attempt, a window that was left open in this one is an older one.
    next.holder = current.holder;
    // The list shows the score that counts on the current row, whichever attempt it is from.
    next.score_key = current.score_key;
    next.score_attempt = current.score_attempt;
    next.verdict.clone_from(&current.verdict);
    next.retake_reason = Some(reason.to_owned());
    next.retake_note = note;
    let (attempt, score) = (current.attempt, current.score);
    let mut former = current.into_active_model();
    former.is_current = Set(false);
    // Its own row shows its own score from now on, also where an earlier attempt was marked as the one that counts.
    former.score_key = Set(score_key(score));
    former.score_attempt = Set(Some(attempt));
    former.update(tx).await?;
    session::Entity::insert(next.clone().into_active_model())
        .exec_without_returning(tx)
        .await?;
    retake_request::Entity::update_many()
        .col_expr(
            retake_request::Column::State,
            RetakeRequestState::Granted.as_str().into(),
        )
        .col_expr(retake_request::Column::DecidedBy, actor.code().into())
        .col_expr(retake_request::Column::DecidedAt, s.now().millis().into())
        .filter(retake_request::Column::CandidateId.eq(candidate.id))
        .filter(retake_request::Column::State.eq(RetakeRequestState::Waiting.as_str()))
        .exec(tx)
        .await?;
    event(tx, s, &next, "retake_granted", actor, Some(reason)).await?;
    if extended {
        let until = candidate.link_expires_at.map(Timestamp::from_millis);
        event(tx, s, &next, "link_extended", actor, Some(&expiry_code(until))).await?;
    }
    Ok(next)
}

/// A candidate whose link leads into a new attempt: where its time has run out, it begins anew, as for a new invitation.
/// Whether it did.
async fn within_time(
    tx: &impl ConnectionTrait,
    s: &Services,
    row: candidate::Model,
) -> Result<(candidate::Model, bool)> {
    let now = s.now();
    if row.link_expires_at.is_none_or(|at| at > now.millis()) {
        return Ok((row, false));
    }
    let of = interview::Entity::find_by_id(row.interview_id)
        .filter(interview::Column::WorkspaceId.eq(row.workspace_id))
        .one(tx)
        .await?
        .ok_or(ServiceError::NotFound)?;
    let mut change = row.into_active_model();
    change.link_expires_at = Set(link_expiry(&of, now));
    change.updated_at = Set(now.millis());
    Ok((change.update(tx).await?, true))
}
