//! The queue of those who ask for a retake: who waits, and what was decided.

use crate::{
    Services,
    entity::{candidate, retake_request, session},
    error::{Result, ServiceError},
    interviews, paging,
};
use parley_domain::{
    account::{Action, Actor},
    id::{InterviewId, RetakeRequestId, WorkspaceId},
    paging::{Page, PageRequest},
    session::{RetakeRequest, RetakeRequestState},
    time::Timestamp,
};
use sea_orm::{ColumnTrait, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect, Select};
use std::collections::HashMap;
use uuid::Uuid;

/// Most rows of one look.
const MOST: u64 = 500;

/// The requests of a workspace whose candidates are not deleted.
fn of_workspace(workspace: WorkspaceId) -> Select<retake_request::Entity> {
    retake_request::Entity::find()
        .join(
            JoinType::InnerJoin,
            retake_request::Entity::belongs_to(candidate::Entity)
                .from(retake_request::Column::CandidateId)
                .to(candidate::Column::Id)
                .into(),
        )
        .filter(retake_request::Column::WorkspaceId.eq(workspace.0))
        .filter(candidate::Column::DeletedAt.is_null())
}

/// Who waits for a decision on an interview, longest waiting first, 500 at most: what the screens show.
///
/// # Errors
/// A role that is too low; unknown and foreign interviews.
pub async fn requests(s: &Services, actor: &Actor, interview: InterviewId) -> Result<Vec<RetakeRequest>> {
    let workspace = s.allow_own(actor, Action::GrantRetakes)?;
    Ok(some_waiting(s, workspace, interview, None, MOST).await?.items)
}

/// A page of those who wait for a decision on an interview, longest waiting first.
///
/// # Errors
/// A role that is too low; unknown and foreign interviews; a limit or cursor that is none.
pub async fn requests_page(
    s: &Services,
    actor: &Actor,
    interview: InterviewId,
    request: &PageRequest,
) -> Result<Page<RetakeRequest>> {
    let workspace = s.allow_own(actor, Action::GrantRetakes)?;
    let limit = paging::rows(request)?;
    some_waiting(s, workspace, interview, request.cursor.as_deref(), limit).await
}

async fn some_waiting(
    s: &Services,
    workspace: WorkspaceId,
    interview: InterviewId,
    cursor: Option<&str>,
    limit: u64,
) -> Result<Page<RetakeRequest>> {
    interviews::known(s.db.read(), workspace, interview).await?;
    let mut query = of_workspace(workspace)
        .select_also(candidate::Entity)
        .filter(candidate::Column::InterviewId.eq(interview.0))
        .filter(retake_request::Column::State.eq(RetakeRequestState::Waiting.as_str()));
    if let Some(cursor) = cursor {
        // Ids begin with their time: the order of asking.
        let last: Uuid = paging::decode(cursor)?;
        query = query.filter(retake_request::Column::Id.gt(last));
    }
    let found = query
        .order_by_asc(retake_request::Column::Id)
        .limit(limit + 1)
        .all(s.db.read())
        .await?;
    let page = paging::page(found, limit, |(row, _)| row.id)?;
    Ok(Page {
        items: to_requests(s, workspace, page.items).await?,
        next_cursor: page.next_cursor,
    })
}

/// Requests of an interview that were granted or declined, last decided first, 500 at most: what the screens show.
///
/// # Errors
/// A role that is too low; unknown and foreign interviews.
pub async fn decided(s: &Services, actor: &Actor, interview: InterviewId) -> Result<Vec<RetakeRequest>> {
    let workspace = s.allow_own(actor, Action::GrantRetakes)?;
    Ok(some_decided(s, workspace, interview, None, MOST).await?.items)
}

/// A page of the requests of an interview that were granted or declined, last decided first.
///
/// # Errors
/// A role that is too low; unknown and foreign interviews; a limit or cursor that is none.
pub async fn decided_page(
    s: &Services,
    actor: &Actor,
    interview: InterviewId,
    request: &PageRequest,
) -> Result<Page<RetakeRequest>> {
    let workspace = s.allow_own(actor, Action::GrantRetakes)?;
    let limit = paging::rows(request)?;
    some_decided(s, workspace, interview, request.cursor.as_deref(), limit).await
}

async fn some_decided(
    s: &Services,
    workspace: WorkspaceId,
    interview: InterviewId,
    cursor: Option<&str>,
    limit: u64,
) -> Result<Page<RetakeRequest>> {
    interviews::known(s.db.read(), workspace, interview).await?;
    let mut query = of_workspace(workspace)
        .select_also(candidate::Entity)
        .filter(candidate::Column::InterviewId.eq(interview.0))
        .filter(retake_request::Column::State.ne(RetakeRequestState::Waiting.as_str()));
    if let Some(cursor) = cursor {
        let (at, id) = (retake_request::Column::DecidedAt, retake_request::Column::Id);
        query = query.filter(paging::older(cursor, at, id)?);
    }
    let found = query
        .order_by_desc(retake_request::Column::DecidedAt)
        .order_by_desc(retake_request::Column::Id)
        .limit(limit + 1)
        .all(s.db.read())
        .await?;
    let page = paging::page(found, limit, |(row, _)| (row.decided_at.unwrap_or_default(), row.id))?;
    Ok(Page {
        items: to_requests(s, workspace, page.items).await?,
        next_cursor: page.next_cursor,
    })
}

/// How many wait for a decision on an interview, and how many requests there are with those that were decided. None for
/// those who cannot decide.
///
/// # Errors
/// When the database fails.
pub async fn waiting(s: &Services, actor: &Actor, interview: InterviewId) -> Result<(u64, u64)> {
    let Ok(workspace) = s.allow_own(actor, Action::GrantRetakes) else {
        return Ok((0, 0));
    };
    let states: Vec<(String, i64)> = of_workspace(workspace)
        .filter(candidate::Column::InterviewId.eq(interview.0))
        .select_only()
        .column(retake_request::Column::State)
        .column_as(retake_request::Column::Id.count(), "n")
        .group_by(retake_request::Column::State)
        .into_tuple()
        .all(s.db.read())
        .await?;
    let mut counts = (0, 0);
    for (state, n) in states {
        if state == RetakeRequestState::Waiting.as_str() {
            counts.0 += n.unsigned_abs();
        }
        counts.1 += n.unsigned_abs();
    }
    Ok(counts)
}

/// One request, decided or not.
///
/// # Errors
/// A role that is too low; unknown and foreign ones, and those of deleted candidates.
pub async fn request(s: &Services, actor: &Actor, id: RetakeRequestId) -> Result<RetakeRequest> {
    let workspace = s.allow_own(actor, Action::GrantRetakes)?;
    let found = of_workspace(workspace)
        .select_also(candidate::Entity)
        .filter(retake_request::Column::Id.eq(id.0))
        .all(s.db.read())
        .await?;
    let mut found = to_requests(s, workspace, found).await?;
    found.pop().ok_or(ServiceError::NotFound)
}

async fn to_requests(
    s: &Services,
    workspace: WorkspaceId,
    rows: Vec<(retake_request::Model, Option<candidate::Model>)>,
) -> Result<Vec<RetakeRequest>> {
    let ids: Vec<Uuid> = rows.iter().map(|(row, _)| row.session_id).collect();
    let attempts: HashMap<Uuid, i32> = session::Entity::find()
        .filter(session::Column::WorkspaceId.eq(workspace.0))
        .filter(session::Column::Id.is_in(ids))
        .select_only()
        .column(session::Column::Id)
        .column(session::Column::Attempt)
        .into_tuple::<(Uuid, i32)>()
        .all(s.db.read())
        .await?
        .into_iter()
        .collect();
    rows.into_iter()
        .filter_map(|(row, of)| {
            let attempt = attempts.get(&row.session_id).copied().unwrap_or(1);
            of.map(|of| shown(row, &of, attempt))
        })
        .collect()
}

/// A request as the doors show it.
pub(super) fn shown(row: retake_request::Model, of: &candidate::Model, attempt: i32) -> Result<RetakeRequest> {
    Ok(RetakeRequest {
        id: row.id.into(),
        candidate_id: row.candidate_id.into(),
        session_id: row.session_id.into(),
        name: of.name.clone(),
        attempt,
        reason: row.reason,
        state: super::convert::word(&row.state)?,
        created_at: Timestamp::from_millis(row.created_at),
        decided_by: row.decided_by,
        decided_at: row.decided_at.map(Timestamp::from_millis),
    })
}
