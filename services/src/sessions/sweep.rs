//! The sweeper: closes sessions whose time is up or that nobody came back to, also after a downtime; goes on where a
//! process died between an answer and the interviewer's next turn; purges what was deleted long ago.

use super::lifecycle::{change_status, clock_of, lock, rules_of, tell};
use crate::{
    Services, ai, candidates, conversation,
    db::Priority,
    entity::{interview, session},
    error::Result,
    interviews, jobs,
};
use futures::{StreamExt, stream};
use parley_domain::{
    account::Actor,
    clock::{GRACE, Presence},
    id::{SessionId, WorkspaceId},
    session::{Awaiting, EndReason, Status, Transition},
    time::{DAY, SECOND, Timestamp},
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, ExprTrait, IntoActiveModel, JoinType, QueryFilter,
    QueryOrder, QuerySelect, sea_query::Expr,
};
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Sessions that one sweep looks at per kind; the next one goes on.
const BATCH: u64 = 500;
/// Interviewers' turns that one sweep makes at a time.
const AT_ONCE: usize = 16;
/// Batches that one sweep closes at most.
const ROUNDS: u32 = 200;
/// How long an interviewer's turn may be due before the sweeper makes it.
const OVERDUE: i64 = 30 * SECOND;
/// How far back a sweep looks for those who went away: longer than from one sweep to the next, so that none is missed.
const AWAY_WINDOW: i64 = 30 * SECOND;

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

/// One sweep; how many sessions it closed. Each step is for itself: one that fails is logged and skips none of the others.
///
/// # Errors
/// When sessions could not be closed; what was closed before stays closed.
pub async fn sweep(s: &Services) -> Result<u64> {
    let closed = close(s).await;
    logged("making overdue turns", go_on(s).await);
    logged("purging candidates", candidates::purge(s).await);
    logged("purging previews", conversation::preview::purge(s).await);
    logged("purging jobs", jobs::purge(s).await);
    logged("telling who is away", note_away(s).await);
    closed
}

fn logged<T>(step: &'static str, result: Result<T>) {
    if let Err(error) = result {
        tracing::warn!(%error, step, "a step of a sweep failed; the next sweep tries it again");
    }
}

/// Closes sessions whose time is up or that nobody came back to; how many.
async fn close(s: &Services) -> Result<u64> {
    let mut closed = 0;
    // After a downtime there may be thousands: batch after batch, as long as whole ones are closed.
    for _ in 0..ROUNDS {
        let (up, more_up) = close_timed_out(s).await?;
        let (idle, more_idle) = close_inactive(s).await?;
        closed += up + idle;
        if up + idle == 0 || !(more_up || more_idle) {
            break;
        }
    }
    Ok(closed)
}

/// How many it closed, and whether there may be more.
async fn close_timed_out(s: &Services) -> Result<(u64, bool)> {
    let now = s.now();
    let due = session::Entity::find()
        .filter(session::Column::Status.eq(Status::InProgress.as_str()))
        .filter(session::Column::Deadline.lte(now.plus(-GRACE).millis()))
        .order_by_asc(session::Column::Deadline)
        .limit(BATCH)
        .all(s.db.read())
        .await?;
    let more = due.len() as u64 >= BATCH;
    let mut closed = 0;
    for row in due {
        closed += counted(row.id, close_if_up(s, row, now).await);
    }
    Ok((closed, more))
}

/// One session that cannot be closed is logged, and is no reason to leave the others open.
fn counted(id: Uuid, result: Result<bool>) -> u64 {
    match result {
        Ok(closed) => u64::from(closed),
        Err(error) => {
            tracing::error!(%error, session = %id, "a session could not be closed; the next sweep tries again");
            0
        }
    }
}

async fn close_if_up(s: &Services, row: session::Model, now: Timestamp) -> Result<bool> {
    let Some(version) = row.version_id else {
        return Ok(false);
    };
    let version = interviews::version(s.db.read(), WorkspaceId(row.workspace_id), version.into()).await?;
    let rules = rules_of(&version.settings);
    let tx = s.db.write(Priority::Background).await?;
    // Read again under the lock: they may have come back meanwhile.
    let row = lock(&*tx, SessionId(row.id)).await?;
    if row.status != Status::InProgress.as_str() {
        return Ok(false);
    }
    let clock = clock_of(&row);
    let Some(up) = clock.up_at(&rules, now.plus(-GRACE)) else {
        if clock.away(now).is_some() {
            // Away: their clock stands, so no deadline until they are back.
            let mut change = row.into_active_model();
            change.deadline = Set(None);
            change.update(&*tx).await?;
            tx.commit().await?;
        }
        return Ok(false);
    };
    let active = clock.active_at(&rules, up);
    let reason = Transition::Complete(EndReason::TimeUp);
    let row = change_status(&*tx, s, row, reason, &Actor::System, up, |c| {
        c.active_ms = Set(active);
    })
    .await?;
    tx.commit().await?;
    tell(s, &row);
    Ok(true)
}

/// How many it closed, and whether there may be more.
async fn close_inactive(s: &Services) -> Result<(u64, bool)> {
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
        .filter(session::Column::StartedAt.is_not_null())
        .filter(Expr::col((session::Entity, session::Column::LastSeenAt)).lt(Expr::val(now.millis()).sub(patience)))
        .limit(BATCH)
        .all(s.db.read())
        .await?;
    let more = due.len() as u64 >= BATCH;
    let mut closed = 0;
    for (row, of) in due {
        let Some(of) = of else { continue };
        closed += counted(
            row.id,
            close_if_idle(s, row.id, i64::from(of.inactivity_days) * DAY, now).await,
        );
    }
    Ok((closed, more))
}

async fn close_if_idle(s: &Services, id: Uuid, patience: i64, now: Timestamp) -> Result<bool> {
    let tx = s.db.write(Priority::Background).await?;
    let row = lock(&*tx, SessionId(id)).await?;
    let last_seen = clock_of(&row).last_seen;
    if row.status != Status::InProgress.as_str() || now.since(last_seen) <= patience {
        return Ok(false);
    }
    let reason = Transition::Complete(EndReason::Inactivity);
    let row = change_status(&*tx, s, row, reason, &Actor::System, last_seen.plus(patience), |_| {}).await?;
    tx.commit().await?;
    tell(s, &row);
    Ok(true)
}

/// Tells those who watch of candidates who fell silent since the sweep before: nothing is written when somebody goes away.
async fn note_away(s: &Services) -> Result<()> {
    let now = s.now();
    let silent = |patience: i64| {
        let latest = now.plus(-patience).millis();
        session::Column::LastSeenAt
            .gte(latest - AWAY_WINDOW)
            .and(session::Column::LastSeenAt.lt(latest))
    };
    let gone = session::Entity::find()
        .filter(session::Column::Status.eq(Status::InProgress.as_str()))
        .filter(session::Column::StartedAt.is_not_null())
        .filter(silent(Presence::Live.patience()).or(silent(Presence::Plain.patience())))
        .limit(BATCH)
        .all(s.db.read())
        .await?;
    for row in gone {
        tell(s, &row);
    }
    Ok(())
}

/// Makes interviewer's turns that are overdue.
async fn go_on(s: &Services) -> Result<()> {
    let stuck = session::Entity::find()
        .filter(session::Column::Status.eq(Status::InProgress.as_str()))
        .filter(session::Column::StartedAt.is_not_null())
        .filter(session::Column::Awaiting.eq(Awaiting::Interviewer.as_str()))
        .filter(session::Column::UpdatedAt.lt(s.now().plus(-OVERDUE).millis()))
        .limit(BATCH)
        .all(s.db.read())
        .await?;
    // Side by side: a model takes a while for each.
    let steps = stuck.into_iter().map(|row| async move {
        let made = conversation::advance(s, SessionId(row.id)).await;
        counted(row.id, made.map(|()| false));
    });
    stream::iter(steps).buffer_unordered(AT_ONCE).collect::<()>().await;
    ai::usage::flush(s).await;
    Ok(())
}
