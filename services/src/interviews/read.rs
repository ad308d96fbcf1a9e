//! Reading interviews.

use super::version::from_rows;
use crate::{
    Services,
    entity::{interview, interview_version},
    error::{Result, ServiceError},
    paging,
};
use parley_domain::{
    account::{Action, Actor},
    id::{InterviewId, WorkspaceId},
    interview::{Interview, InterviewInput, InterviewState},
    paging::{Page, PageRequest},
    time::Timestamp,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use std::collections::HashMap;
use uuid::Uuid;

/// Which interviews a list shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct InterviewFilter {
    /// Only those in this state; if not given, all that are not archived.
    pub state: Option<InterviewState>,
}

/// The row of an interview.
pub(super) async fn find(
    conn: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: InterviewId,
) -> Result<interview::Model> {
    interview::Entity::find_by_id(id.0)
        .filter(interview::Column::WorkspaceId.eq(workspace.0))
        .one(conn)
        .await?
        .ok_or(ServiceError::NotFound)
}

/// Says that there is no such interview here, if there is none: for lists that would else be empty.
pub(crate) async fn known(conn: &impl ConnectionTrait, workspace: WorkspaceId, id: InterviewId) -> Result<()> {
    find(conn, workspace, id).await.map(drop)
}

/// The row of an interview's present version.
pub(super) async fn find_version(
    conn: &impl ConnectionTrait,
    of: &interview::Model,
) -> Result<interview_version::Model> {
    interview_version::Entity::find_by_id(of.version_id)
        .filter(interview_version::Column::WorkspaceId.eq(of.workspace_id))
        .one(conn)
        .await?
        .ok_or(ServiceError::NotFound)
}

/// The object that the doors show.
pub(super) fn to_interview(row: interview::Model, version: interview_version::Model) -> Result<Interview> {
    let version = from_rows(version, &row)?;
    Ok(Interview {
        id: InterviewId(row.id),
        revision: row.revision,
        content: InterviewInput {
            title: row.title,
            description: row.description,
            welcome: row.welcome,
            objective: version.objective,
            state: row
                .state
                .parse()
                .map_err(|e: String| ServiceError::internal(anyhow::anyhow!(e)))?,
            criteria: version.criteria,
            questions: version.questions,
            settings: version.settings,
        },
        created_at: Timestamp::from_millis(row.created_at),
        updated_at: Timestamp::from_millis(row.updated_at),
    })
}

/// One interview as it is now.
///
/// # Errors
/// Unknown and foreign ones are not found.
pub async fn get(s: &Services, actor: &Actor, id: InterviewId) -> Result<Interview> {
    let workspace = s.allow_own(actor, Action::Read)?;
    let row = find(s.db.read(), workspace, id).await?;
    let version = find_version(s.db.read(), &row).await?;
    to_interview(row, version)
}

/// A page of interviews, last changed first.
///
/// # Errors
/// A limit or cursor that is none.
pub async fn list(
    s: &Services,
    actor: &Actor,
    filter: InterviewFilter,
    request: &PageRequest,
) -> Result<Page<Interview>> {
    let workspace = s.allow_own(actor, Action::Read)?;
    let limit = paging::rows(request)?;
    let mut query = interview::Entity::find().filter(interview::Column::WorkspaceId.eq(workspace.0));
    query = match filter.state {
        Some(state) => query.filter(interview::Column::State.eq(state.as_str())),
        None => query.filter(interview::Column::State.ne(InterviewState::Archived.as_str())),
    };
    if let Some(cursor) = &request.cursor {
        let (at, id) = (interview::Column::UpdatedAt, interview::Column::Id);
        query = query.filter(paging::older(cursor, at, id)?);
    }
    let found = query
        .order_by_desc(interview::Column::UpdatedAt)
        .order_by_desc(interview::Column::Id)
        .limit(limit + 1)
        .all(s.db.read())
        .await?;
    let page = paging::page(found, limit, |row| (row.updated_at, row.id))?;
    let mut versions = versions_of(s, workspace, &page.items).await?;
    let mut items = Vec::with_capacity(page.items.len());
    for row in page.items {
        // Versions stay; one that is missing went with its interview since the first query.
        let Some(version) = versions.remove(&row.version_id) else {
            continue;
        };
        items.push(to_interview(row, version)?);
    }
    Ok(Page {
        items,
        next_cursor: page.next_cursor,
    })
}

async fn versions_of(
    s: &Services,
    workspace: WorkspaceId,
    rows: &[interview::Model],
) -> Result<HashMap<Uuid, interview_version::Model>> {
    let versions = interview_version::Entity::find()
        .filter(interview_version::Column::WorkspaceId.eq(workspace.0))
        .filter(interview_version::Column::Id.is_in(rows.iter().map(|r| r.version_id)))
        .all(s.db.read())
        .await?;
    Ok(versions.into_iter().map(|v| (v.id, v)).collect())
}
