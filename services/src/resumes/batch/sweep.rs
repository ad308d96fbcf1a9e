//! What happens by itself: batches that nobody came back to are given up, and their tokens come back; stored files that
//! nothing points at are removed.

use super::{edit, rows};
use crate::{
    Services,
    db::Priority,
    entity::resume_batch,
    error::{Result, ServiceError},
    resumes::single,
    storage, tokens,
};
use parley_domain::{
    batch::BatchState,
    id::{BatchId, WorkspaceId},
    time::{DAY, HOUR, MINUTE},
};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Between sweeps.
const EVERY: Duration = Duration::from_secs(60);
/// How long a batch may take to be started, and to be read, in milliseconds.
const UNREAD: i64 = DAY;
/// How long a batch waits in review, in milliseconds: its people's data must not lie around for ever.
const UNREVIEWED: i64 = 30 * DAY;
/// How long reading one resume for a form may take, in milliseconds, before its tokens come back.
const SINGLE: i64 = HOUR;
/// Batches of one sweep.
const ROUND: u64 = 100;

/// Sweeps every minute until stopped. A sweep that fails is logged; the next one tries again.
pub async fn run(s: Services, stop: CancellationToken) {
    if let Err(error) = storage::collect_strays(&s).await {
        tracing::warn!(%error, "stray files were not looked for");
    }
    let mut tick = tokio::time::interval(EVERY);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = tick.tick() => {}
        }
        if let Err(error) = sweep(&s).await {
            tracing::warn!(%error, "a sweep of the resumes failed; the next one tries again");
        }
    }
}

/// One sweep; how many batches it gave up.
///
/// # Errors
/// When the database fails; what was done before stays done.
pub async fn sweep(s: &Services) -> Result<u64> {
    let now = s.now();
    let since = |column: resume_batch::Column, state: BatchState, age: i64| {
        Condition::all()
            .add(resume_batch::Column::State.eq(state.as_str()))
            .add(column.lte(now.plus(-age).millis()))
    };
    let due = Condition::any()
        .add(since(resume_batch::Column::UpdatedAt, BatchState::Uploaded, UNREAD))
        .add(since(resume_batch::Column::StartedAt, BatchState::Running, UNREAD))
        .add(since(resume_batch::Column::UpdatedAt, BatchState::Ready, UNREVIEWED));
    let old = resume_batch::Entity::find()
        .filter(due.clone())
        .limit(ROUND)
        .all(s.db.read())
        .await?;
    let mut closed = 0;
    for row in old {
        let tx = s.db.write(Priority::Background).await?;
        let batch = match rows::lock(&*tx, WorkspaceId(row.workspace_id), BatchId(row.id)).await {
            Ok(batch) => batch,
            Err(ServiceError::NotFound) => continue,
            Err(error) => return Err(error),
        };
        // Somebody came back to it meanwhile.
        if batch.updated_at != row.updated_at || batch.state != row.state {
            continue;
        }
        edit::close(&*tx, s, &batch).await?;
        tx.commit().await?;
        rows::tell(s, &batch);
        closed += 1;
    }
    tokens::refund_forgotten(s, single::PREFIX, now.plus(-SINGLE)).await?;
    storage::collect(s, now.plus(-MINUTE)).await?;
    Ok(closed)
}
