//! The sweeper: closes sessions whose time is up or that nobody came back to, also after a downtime; goes on where a
//! process died between an answer and the interviewer's next turn; purges what was deleted long ago.

use super::lifecycle::{change_status, clock_of, lock, rules_of, tell};
use crate::{
    Services, ai, candidates, conversation,
    db::Priority,
    entity::{interview, session},
    error::Result,
    interviews,
};
use futures::{StreamExt, stream};
use parley_domain::{
    account::Actor,
    clock::GRACE,
    id::{SessionId, WorkspaceId},
    session::{Awaiting, EndReason, Status, Transition},
    time::{DAY, SECOND},
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, ExprTrait, IntoActiveModel, JoinType, QueryFilter,
    QueryOrder, QuerySelect, sea_query::Expr,
};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Sessions that one sweep looks at per kind; the next one goes on.
const BATCH: u64 = 500;
/// Interviewers' turns that one sweep makes at a time.
const AT_ONCE: usize = 16;
/// How long an interviewer's turn may be due before the sweeper makes it.
const OVERDUE: i64 = 30 * SECOND;

/// Sweeps every 20 seconds until stopped. A sweep that fails is logged; the next one tries again.
pub async fn run(s: Services, stop: CancellationToken) {
    let mut tick = tokio::time::interval(Duration::from_secs(20));
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = tick.tick() => {}
        }
        if let Err(error) = sweep(&s).await {
            tracing::warn!(%error, "a sweep failed; the next one tries again");
        }
    }
}

/// One sweep; how many sessions it closed.
///
/// # Errors
/// When the database fails; what was closed before stays closed.
pub async fn sweep(s: &Services) -> Result<u64> {
    let closed = close_timed_out(s).await? + close_inactive(s).await?;
    go_on(s).await?;
    candidates::purge(s).await?;
    Ok(closed)
}

async fn close_timed_out(s: &Services) -> Result<u64> {
    let now = s.now();
    let due = session::Entity::find()
        .filter(session::Column::Status.eq(Status::InProgress.as_str()))
        .filter(session::Column::Deadline.lte(now.plus(-GRACE).millis()))
        .order_by_asc(session::Column::Deadline)
        .limit(BATCH)
        .all(s.db.read())
        .await?;
    let mut closed = 0;
    for row in due {
        let Some(version) = row.version_id else { continue };
        let version = interviews::version(s.db.read(), WorkspaceId(row.workspace_id), version.into()).await?;
        let rules = rules_of(&version.settings);
        let tx = s.db.write(Priority::Background).await?;
        // Read again under the lock: they may have come back meanwhile.
        let row = lock(&*tx, SessionId(row.id)).await?;
        if row.status != Status::InProgress.as_str() {
            continue;
        }
        let clock = clock_of(&row);
        if let Some(up) = clock.up_at(&rules, now.plus(-GRACE)) {
            let active = clock.active_at(&rules, up);
            let row = change_status(
                &*tx,
                s,
                row,
                Transition::Complete(EndReason::TimeUp),
                &Actor::System,
                up,
                |c| {
                    c.active_ms = Set(active);
                    c.duration_key = Set(active);
                },
            )
            .await?;
            tx.commit().await?;
            tell(s, &row);
            closed += 1;
        } else if clock.away(now).is_some() {
            // Away: their clock stands, so no deadline until they are back.
            let mut change = row.into_active_model();
            change.deadline = Set(None);
            change.update(&*tx).await?;
            tx.commit().await?;
        }
    }
    Ok(closed)
}

async fn close_inactive(s: &Services) -> Result<u64> {
    let now = s.now();
    let patience = Expr::col((interview::Entity, interview::Column::InactivityDays)).mul(DAY);
    let due = session::Entity::find()
        .join(
            JoinType::InnerJoin,
            session::Entity::belongs_to(interview::Entity)
                .from(session::Column::InterviewId)
                .to(interview::Column::Id)
                .into(),
        )
        .select_also(interview::Entity)
        .filter(session::Column::Status.eq(Status::InProgress.as_str()))
        .filter(Expr::col((session::Entity, session::Column::LastSeenAt)).lt(Expr::val(now.millis()).sub(patience)))
        .limit(BATCH)
        .all(s.db.read())
        .await?;
    let mut closed = 0;
    for (row, of) in due {
        let Some(of) = of else { continue };
        let patience = i64::from(of.inactivity_days) * DAY;
        let idle = |row: &session::Model| now.since(clock_of(row).last_seen) > patience;
        let tx = s.db.write(Priority::Background).await?;
        let row = lock(&*tx, SessionId(row.id)).await?;
        if row.status != Status::InProgress.as_str() || !idle(&row) {
            continue;
        }
        let at = clock_of(&row).last_seen.plus(patience);
        let reason = Transition::Complete(EndReason::Inactivity);
        let row = change_status(&*tx, s, row, reason, &Actor::System, at, |_| {}).await?;
        tx.commit().await?;
        tell(s, &row);
        closed += 1;
    }
    Ok(closed)
}

/// Makes interviewer's turns that are overdue.
async fn go_on(s: &Services) -> Result<()> {
    let stuck = session::Entity::find()
        .filter(session::Column::Status.eq(Status::InProgress.as_str()))
        .filter(session::Column::Awaiting.eq(Awaiting::Interviewer.as_str()))
        .filter(session::Column::UpdatedAt.lt(s.now().plus(-OVERDUE).millis()))
        .limit(BATCH)
        .all(s.db.read())
        .await?;
    // Side by side: a model takes a while for each.
    let steps = stuck.into_iter().map(|row| conversation::advance(s, SessionId(row.id)));
    let mut done = stream::iter(steps).buffer_unordered(AT_ONCE);
    while let Some(step) = done.next().await {
        step?;
    }
    ai::usage::flush(s).await;
    Ok(())
}
