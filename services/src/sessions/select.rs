//! Everyone whom a filter of the Sessions tab names, to be selected at once.

use super::{convert::word, list::scope, query::Query};
use crate::{
    Services,
    entity::{candidate, session},
    error::Result,
};
use parley_domain::{
    account::Actor,
    id::{CandidateId, InterviewId},
    paging::SELECT_MAX,
    session::{SessionFilter, SessionOrder, Status},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use std::collections::HashMap;
use uuid::Uuid;

/// Candidates that are named in one statement, below the number of values that it may bind.
const CHUNK: usize = 1_000;

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

/// The candidates of the rows of `filter`, in the order of the list, [`SELECT_MAX`] at most. Earlier attempts are no rows of
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
) -> Result<Vec<Selected>> {
    let scope = scope(s, actor, interview).await?;
    let filter = SessionFilter {
        all_attempts: false,
        ..filter.clone()
    };
    let rows: Vec<(Option<Uuid>, String)> = Query::new(s, scope, &filter, order.by)
        .await?
        .page(order, None)
        .limit(SELECT_MAX)
        .select_only()
        .column(session::Column::CandidateId)
        .column(session::Column::Status)
        .into_tuple()
        .all(s.db.read())
        .await?;
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
