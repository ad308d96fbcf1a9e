//! Everyone whom a filter of the Sessions tab names, to be selected at once; and who of a selection is still among them.

use super::{
    convert::word,
    list::{explain, scope},
    query::{Query, Scope},
};
use crate::{
    Services,
    entity::{candidate, session},
    error::Result,
};
use parley_domain::{
    account::Actor,
    id::{CandidateId, InterviewId},
    session::{SessionFilter, SessionOrder, Status},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use std::collections::HashMap;
use uuid::Uuid;

/// Candidates that are named in one statement, below the number of values that it may bind.
const CHUNK: usize = 1_000;

/// The same where each statement may have to search first.
const STILL: usize = 5_000;

/// Somebody of a selection, as the list shows them at this moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selected {
    /// Who.
    pub candidate: CandidateId,
    /// Their name.
    pub name: String,
    /// Where their current attempt stands.
    pub status: Status,
}

/// The candidates of the rows of `filter`, in the order of the list, `most` of them at most. Earlier attempts are no rows of
/// their own: a candidate is named once.
///
/// # Errors
/// An unknown interview; a filter that cannot be read; a role that may not read.
pub async fn select(
    s: &Services,
    actor: &Actor,
    interview: Option<InterviewId>,
    filter: &SessionFilter,
    order: SessionOrder,
    most: u64,
) -> Result<Vec<Selected>> {
    let scope = scope(s, actor, interview).await?;
    let filter = of_rows(filter);
    let rows: Vec<(Option<Uuid>, String)> = Query::new(s, scope, &filter, order.by)
        .await?
        .page(order, None)
        .limit(most)
        .select_only()
        .column(session::Column::CandidateId)
        .column(session::Column::Status)
        .into_tuple()
        .all(s.db.read())
        .await?;
    named(s, scope, rows).await
}

/// Those of these candidates whom `filter` names at this moment, in no order.
///
/// # Errors
/// As [`select`].
pub async fn still(
    s: &Services,
    actor: &Actor,
    interview: Option<InterviewId>,
    filter: &SessionFilter,
    ids: &[CandidateId],
) -> Result<Vec<Selected>> {
    let scope = scope(s, actor, interview).await?;
    let filter = of_rows(filter);
    let mut rows = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(STILL) {
        let found: Vec<(Option<Uuid>, String)> = Query::of(s, scope, &filter, chunk)
            .await?
            .plain()
            .select_only()
            .column(session::Column::CandidateId)
            .column(session::Column::Status)
            .into_tuple()
            .all(s.db.read())
            .await?;
        rows.extend(found);
    }
    named(s, scope, rows).await
}

/// How the database would look for who is still there, in its own words.
///
/// # Errors
/// As [`still`].
#[doc(hidden)]
pub async fn still_plan(
    s: &Services,
    actor: &Actor,
    interview: Option<InterviewId>,
    filter: &SessionFilter,
    ids: &[CandidateId],
) -> Result<String> {
    let scope = scope(s, actor, interview).await?;
    let query = Query::of(s, scope, &of_rows(filter), ids).await?;
    explain(s, query.plain()).await
}

/// Earlier attempts are no rows of their own.
fn of_rows(filter: &SessionFilter) -> SessionFilter {
    SessionFilter {
        all_attempts: false,
        ..filter.clone()
    }
}

/// With their names.
async fn named(s: &Services, scope: Scope, rows: Vec<(Option<Uuid>, String)>) -> Result<Vec<Selected>> {
    let ids: Vec<Uuid> = rows.iter().filter_map(|(id, _)| *id).collect();
    let mut names: HashMap<Uuid, String> = HashMap::with_capacity(ids.len());
    for chunk in ids.chunks(CHUNK) {
        let found: Vec<(Uuid, String)> = candidate::Entity::find()
            .filter(candidate::Column::WorkspaceId.eq(scope.workspace.0))
            .filter(candidate::Column::Id.is_in(chunk.to_vec()))
            .select_only()
            .column(candidate::Column::Id)
            .column(candidate::Column::Name)
            .into_tuple()
            .all(s.db.read())
            .await?;
        names.extend(found);
    }
    let mut selected = Vec::with_capacity(rows.len());
    for (id, status) in rows {
        // Purged between the two reads: nothing can be done with them.
        let Some((id, name)) = id.and_then(|id| names.remove_entry(&id)) else {
            continue;
        };
        selected.push(Selected {
            candidate: CandidateId(id),
            name,
            status: word(&status)?,
        });
    }
    Ok(selected)
}
