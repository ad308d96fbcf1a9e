//! The candidates of an interview, page by page.

use super::read::{of_rows, with_current};
use crate::{
    Services,
    entity::{candidate, interview},
    error::{Result, ServiceError},
    interviews, paging,
    sessions::with_total,
};
use parley_domain::{
    account::{Action, Actor},
    candidate::Candidate,
    id::{InterviewId, VersionId},
    paging::{Page, PageRequest},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use std::collections::HashMap;
use uuid::Uuid;

/// A page of candidates by id, newest first, each with the current attempt. Ids begin with their time, so this is last added
/// first, but for imported candidates, whose ids are made when the file is uploaded.
///
/// # Errors
/// An unknown interview; a limit or cursor that is none.
pub async fn list(
    s: &Services,
    actor: &Actor,
    interview: InterviewId,
    request: &PageRequest,
) -> Result<Page<Candidate>> {
    let workspace = s.allow_own(actor, Action::Read)?;
    let limit = paging::rows(request)?;
    let of = interview::Entity::find_by_id(interview.0)
        .filter(interview::Column::WorkspaceId.eq(workspace.0))
        .one(s.db.read())
        .await?
        .ok_or(ServiceError::NotFound)?;
    // By id, which never changes: a walk meets everybody once.
    let mut query = candidate::Entity::find()
        .filter(candidate::Column::WorkspaceId.eq(workspace.0))
        .filter(candidate::Column::InterviewId.eq(interview.0))
        .filter(candidate::Column::DeletedAt.is_null());
    if let Some(cursor) = &request.cursor {
        let last: Uuid = paging::decode(cursor)?;
        query = query.filter(candidate::Column::Id.lt(last));
    }
    let found = query
        .order_by_desc(candidate::Column::Id)
        .limit(limit + 1)
        .all(s.db.read())
        .await?;
    let page = paging::page(found, limit, |row| row.id)?;
    let mut totals: HashMap<Uuid, i32> = HashMap::new();
    let mut items = Vec::with_capacity(page.items.len());
    for (row, session) in with_current(s.db.read(), workspace, page.items).await? {
        let version = session.version_id.unwrap_or(of.version_id);
        let total = match totals.get(&version) {
            Some(total) => *total,
            None => {
                let total = interviews::question_count(s.db.read(), workspace, VersionId(version)).await?;
                *totals.entry(version).or_insert(total)
            }
        };
        items.push(of_rows(s, actor, row, with_total(session, total)?)?);
    }
    Ok(Page {
        items,
        next_cursor: page.next_cursor,
    })
}
