//! How many sessions of several interviews stand where, in one question to the database.

use crate::{Services, entity::session, error::Result};
use parley_domain::{
    account::{Action, Actor},
    id::InterviewId,
    session::{SessionCounts, Status},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use std::collections::HashMap;
use uuid::Uuid;

/// The counts of these interviews' current attempts; an interview without sessions, and a foreign one, is not in it.
///
/// # Errors
/// A role that may not read.
pub async fn session_counts(
    s: &Services,
    actor: &Actor,
    interviews: &[InterviewId],
) -> Result<HashMap<InterviewId, SessionCounts>> {
    let workspace = s.allow_own(actor, Action::Read)?;
    let groups: Vec<(Uuid, String, i64)> = session::Entity::find()
        .filter(session::Column::WorkspaceId.eq(workspace.0))
        .filter(session::Column::InterviewId.is_in(interviews.iter().map(|id| id.0)))
        .filter(session::Column::Listed.eq(true))
        .filter(session::Column::IsCurrent.eq(true))
        .select_only()
        .column(session::Column::InterviewId)
        .column(session::Column::Status)
        .column_as(session::Column::Id.count(), "n")
        .group_by(session::Column::InterviewId)
        .group_by(session::Column::Status)
        .into_tuple()
        .all(s.db.read())
        .await?;
    let mut counts: HashMap<InterviewId, SessionCounts> = HashMap::new();
    for (interview, status, n) in groups {
        let of = counts.entry(InterviewId(interview)).or_default();
        of.all += n;
        if status == Status::NotStarted.as_str() {
            of.not_started = n;
        } else if status == Status::InProgress.as_str() {
            of.in_progress = n;
        } else {
            of.completed = n;
        }
    }
    Ok(counts)
}
