//! Deleting candidates: links stop and counts drop at once, everything can be brought back for 30 days, then it is gone.

use crate::{
    Services, analysis,
    db::Priority,
    entity::{candidate, session},
    error::Result,
    events::Change,
    interviews, results, storage,
};
use parley_domain::{
    account::{Action, Actor},
    id::{CandidateId, InterviewId, WorkspaceId},
    time::{DAY, Timestamp},
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Days for which a deleted candidate can be restored.
pub const DELETED_KEPT_DAYS: i64 = 30;

/// A row of Recently deleted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeletedCandidate {
    /// Who.
    pub id: CandidateId,
    /// Their name.
    pub name: String,
    /// Their email.
    pub email: Option<String>,
    /// When they were deleted.
    pub deleted_at: Timestamp,
    /// When they go for good.
    pub purged_at: Timestamp,
}

async fn mark(
    tx: &impl ConnectionTrait,
    workspace: WorkspaceId,
    ids: &[CandidateId],
    deleted_at: Option<i64>,
) -> Result<(u64, BTreeSet<InterviewId>)> {
    let mut changed = 0;
    let mut interviews = BTreeSet::new();
    for chunk in ids.chunks(1_000) {
        let ids: Vec<_> = chunk.iter().map(|id| id.0).collect();
        let present = match deleted_at {
            Some(_) => candidate::Column::DeletedAt.is_null(),
            None => candidate::Column::DeletedAt.is_not_null(),
        };
        let rows = candidate::Entity::find()
            .filter(candidate::Column::WorkspaceId.eq(workspace.0))
            .filter(candidate::Column::Id.is_in(ids))
            .filter(present)
            .all(tx)
            .await?;
        interviews.extend(rows.iter().map(|r| InterviewId(r.interview_id)));
        let ids: Vec<_> = rows.iter().map(|r| r.id).collect();
        candidate::Entity::update_many()
            .col_expr(candidate::Column::DeletedAt, deleted_at.into())
            .filter(candidate::Column::Id.is_in(ids.clone()))
            .exec(tx)
            .await?;
        session::Entity::update_many()
            .col_expr(session::Column::Listed, deleted_at.is_none().into())
            .filter(session::Column::CandidateId.is_in(ids.clone()))
            .exec(tx)
            .await?;
        results::count_anew(tx, &ids).await?;
        changed += rows.len() as u64;
    }
    Ok((changed, interviews))
}

fn tell(s: &Services, workspace: WorkspaceId, interviews: BTreeSet<InterviewId>) {
    for interview in interviews {
        s.events.send(Change {
            workspace,
            interview,
            candidate: None,
            session: None,
        });
    }
}

/// Deletes candidates with their sessions; how many there were. Those that are not there are left out.
///
/// # Errors
/// A role that is too low.
pub async fn delete(s: &Services, actor: &Actor, ids: &[CandidateId]) -> Result<u64> {
    let workspace = s.allow_own(actor, Action::EditCandidates)?;
    let tx = s.db.write(Priority::Person).await?;
    let (changed, interviews) = mark(&*tx, workspace, ids, Some(s.now().millis())).await?;
    tx.commit().await?;
    tell(s, workspace, interviews);
    Ok(changed)
}

/// Brings deleted candidates back as they were, and has made what was left undone meanwhile; how many there were.
///
/// # Errors
/// A role that is too low.
pub async fn restore(s: &Services, actor: &Actor, ids: &[CandidateId]) -> Result<u64> {
    let workspace = s.allow_own(actor, Action::EditCandidates)?;
    let tx = s.db.write(Priority::Person).await?;
    let (changed, interviews) = mark(&*tx, workspace, ids, None).await?;
    analysis::take_up(&*tx, s, workspace, ids).await?;
    tx.commit().await?;
    tell(s, workspace, interviews);
    Ok(changed)
}

/// The deleted candidates of an interview, last deleted first, 500 at most.
///
/// # Errors
/// A role that is too low; unknown and foreign interviews.
pub async fn deleted(s: &Services, actor: &Actor, interview: InterviewId) -> Result<Vec<DeletedCandidate>> {
    let workspace = s.allow_own(actor, Action::EditCandidates)?;
    interviews::known(s.db.read(), workspace, interview).await?;
    let rows = candidate::Entity::find()
        .filter(candidate::Column::WorkspaceId.eq(workspace.0))
        .filter(candidate::Column::InterviewId.eq(interview.0))
        .filter(candidate::Column::DeletedAt.is_not_null())
        .order_by_desc(candidate::Column::DeletedAt)
        .order_by_desc(candidate::Column::Id)
        .limit(500)
        .all(s.db.read())
        .await?;
    Ok(rows
        .into_iter()
        .map(|r| {
            let deleted_at = Timestamp::from_millis(r.deleted_at.unwrap_or_default());
            DeletedCandidate {
                id: CandidateId(r.id),
                name: r.name,
                email: r.email,
                deleted_at,
                purged_at: deleted_at.plus(DELETED_KEPT_DAYS * DAY),
            }
        })
        .collect())
}

/// Purges deleted candidates at once, with sessions, transcripts and scores. Cannot be undone.
///
/// # Errors
/// A role below admin.
pub async fn erase(s: &Services, actor: &Actor, ids: &[CandidateId]) -> Result<u64> {
    let workspace = s.allow_own(actor, Action::Erase)?;
    let tx = s.db.write(Priority::Person).await?;
    let mut gone = 0;
    for chunk in ids.chunks(1_000) {
        gone += candidate::Entity::delete_many()
            .filter(candidate::Column::WorkspaceId.eq(workspace.0))
            .filter(candidate::Column::Id.is_in(chunk.iter().map(|id| id.0)))
            .filter(candidate::Column::DeletedAt.is_not_null())
            .exec(&*tx)
            .await?
            .rows_affected;
    }
    tx.commit().await?;
    // Their files go with them, unless somebody else has the same one.
    storage::collect(s, s.now()).await?;
    Ok(gone)
}

/// Purges up to 200 candidates whose 30 days are over; how many there were.
///
/// # Errors
/// When the database fails.
pub async fn purge(s: &Services) -> Result<u64> {
    let limit = s.now().plus(-DELETED_KEPT_DAYS * DAY).millis();
    let due: Vec<_> = candidate::Entity::find()
        .filter(candidate::Column::DeletedAt.lt(limit))
        .limit(200)
        .all(s.db.read())
        .await?
        .into_iter()
        .map(|r| r.id)
        .collect();
    let mut gone = 0;
    // Small transactions: a candidate takes a whole transcript along.
    for chunk in due.chunks(20) {
        let tx = s.db.write(Priority::Background).await?;
        gone += candidate::Entity::delete_many()
            .filter(candidate::Column::Id.is_in(chunk.to_vec()))
            .filter(candidate::Column::DeletedAt.lt(limit))
            .exec(&*tx)
            .await?
            .rows_affected;
        tx.commit().await?;
    }
    Ok(gone)
}
