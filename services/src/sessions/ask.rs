//! Retakes by candidates: by themselves where the interview allows some, else by asking; and the decision on who asked.

use super::retake::{Granted, grant_in};
use crate::{
    Services,
    db::Priority,
    entity::{candidate, retake_request, session},
    error::{Result, ServiceError},
};
use parley_domain::{
    account::{Action, Actor, Resource},
    id::{CandidateId, InterviewId, RetakeRequestId},
    interview::InterviewState,
    session::{RetakeReason, RetakeRequest, RetakeRequestState, Status},
    text,
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait,
    QueryFilter,
};

/// What became of a candidate's wish for a retake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// A new attempt is there, Not started, on the same link.
    Granted,
    /// It waits for somebody to decide.
    Waiting,
}

/// Longest reason, in characters.
const REASON_MAX: usize = 1_000;
/// How sessions that candidates started again by themselves are marked.
pub(crate) const BY_CANDIDATE: &str = "by_candidate";

/// Retakes that this candidate may still start by themselves.
pub(crate) async fn own_retakes_left(
    conn: &impl ConnectionTrait,
    candidate: &candidate::Model,
    allowed: i32,
) -> Result<i32> {
    let used = session::Entity::find()
        .filter(session::Column::CandidateId.eq(candidate.id))
        .filter(session::Column::RetakeReason.eq(BY_CANDIDATE))
        .count(conn)
        .await?;
    Ok((allowed - i32::try_from(used).unwrap_or(i32::MAX)).max(0))
}

/// The waiting request of a candidate, if there is one.
pub(crate) async fn waiting(
    conn: &impl ConnectionTrait,
    candidate: &candidate::Model,
) -> Result<Option<retake_request::Model>> {
    Ok(retake_request::Entity::find()
        .filter(retake_request::Column::CandidateId.eq(candidate.id))
        .filter(retake_request::Column::State.eq(RetakeRequestState::Waiting.as_str()))
        .one(conn)
        .await?)
}

/// A candidate wants another attempt after a completed one. Where the interview allows retakes by themselves and one is
/// left, they get it at once; else they stand in the queue. Asking twice stands there once.
///
/// # Errors
/// A session that is not completed; an interview that takes nobody any more; a reason that is missing or too long.
pub async fn ask(s: &Services, actor: &Actor, id: CandidateId, reason: &str) -> Result<Asked> {
    let workspace = actor.workspace().ok_or(ServiceError::NotFound)?;
    s.allow(actor, Action::TakeInterview, &Resource::of_candidate(workspace, id))?;
    let reason = text::many_lines(reason);
    if text::chars(&reason) > REASON_MAX {
        return Err(ServiceError::invalid(
            "reason",
            format!("A reason has at most {REASON_MAX} characters."),
        ));
    }
    let tx = s.db.write(Priority::Person).await?;
    let found = Granted::lock(&*tx, workspace, id).await?;
    if found.current.status != Status::Completed.as_str() {
        return Err(ServiceError::conflict(
            "not_completed",
            "Your current attempt is not completed yet.",
        ));
    }
    let interview =
        crate::candidates::lock_interview(&*tx, workspace, InterviewId(found.candidate.interview_id)).await?;
    if interview.state != InterviewState::Open.as_str() {
        return Err(ServiceError::conflict(
            "closed",
            "This interview takes no new attempts at the moment.",
        ));
    }
    if own_retakes_left(&*tx, &found.candidate, interview.self_retakes).await? > 0 {
        let next = grant_in(
            &*tx,
            s,
            actor,
            found,
            BY_CANDIDATE,
            (!reason.is_empty()).then_some(reason),
        )
        .await?;
        tx.commit().await?;
        super::tell(s, &next);
        return Ok(Asked::Granted);
    }
    if waiting(&*tx, &found.candidate).await?.is_some() {
        return Ok(Asked::Waiting);
    }
    if reason.is_empty() {
        return Err(ServiceError::invalid(
            "reason",
            "Say in a sentence why you ask for another attempt.",
        ));
    }
    let now = s.now().millis();
    let request: RetakeRequestId = s.new_id()?;
    let row = retake_request::Model {
        id: request.0,
        workspace_id: workspace.0,
        candidate_id: id.0,
        session_id: found.current.id,
        reason,
        state: RetakeRequestState::Waiting.as_str().to_owned(),
        decided_by: None,
        decided_at: None,
        created_at: now,
        updated_at: now,
    };
    retake_request::Entity::insert(row.into_active_model())
        .exec_without_returning(&*tx)
        .await?;
    super::event(&*tx, s, &found.current, "retake_requested", actor, None).await?;
    tx.commit().await?;
    super::tell(s, &found.current);
    Ok(Asked::Waiting)
}

async fn decide(s: &Services, actor: &Actor, id: RetakeRequestId, to: RetakeRequestState) -> Result<RetakeRequest> {
    let workspace = s.allow_own(actor, Action::GrantRetakes)?;
    let known = retake_request::Entity::find_by_id(id.0)
        .filter(retake_request::Column::WorkspaceId.eq(workspace.0))
        .one(s.db.read())
        .await?
        .ok_or(ServiceError::NotFound)?;
    let tx = s.db.write(Priority::Person).await?;
    let found = Granted::lock(&*tx, workspace, CandidateId(known.candidate_id)).await?;
    // Under the candidate's lock: two members who decide at once decide once.
    let row = retake_request::Entity::find_by_id(id.0)
        .one(&*tx)
        .await?
        .ok_or(ServiceError::NotFound)?;
    if row.state != RetakeRequestState::Waiting.as_str() {
        return Err(ServiceError::conflict(
            "decided",
            "Somebody has decided on this request already.",
        ));
    }
    let now = s.now().millis();
    let mut change = row.into_active_model();
    change.state = Set(to.as_str().to_owned());
    change.decided_by = Set(Some(actor.code()));
    change.decided_at = Set(Some(now));
    change.updated_at = Set(now);
    let row = change.update(&*tx).await?;
    let (of, attempt) = (found.candidate.clone(), found.current.attempt);
    let current = if to == RetakeRequestState::Granted {
        grant_in(&*tx, s, actor, found, RetakeReason::Requested.as_str(), None).await?
    } else {
        super::event(&*tx, s, &found.current, "retake_declined", actor, None).await?;
        found.current
    };
    tx.commit().await?;
    super::tell(s, &current);
    super::queue::shown(row, &of, attempt)
}

/// Grants a request: the candidate gets a new attempt.
///
/// # Errors
/// A request that was decided already; an attempt that has not started yet; unknown and foreign ones.
pub async fn grant(s: &Services, actor: &Actor, id: RetakeRequestId) -> Result<RetakeRequest> {
    decide(s, actor, id, RetakeRequestState::Granted).await
}

/// Declines a request; the candidate's attempts stay as they are.
///
/// # Errors
/// A request that was decided already; unknown and foreign ones.
pub async fn decline(s: &Services, actor: &Actor, id: RetakeRequestId) -> Result<RetakeRequest> {
    decide(s, actor, id, RetakeRequestState::Declined).await
}
