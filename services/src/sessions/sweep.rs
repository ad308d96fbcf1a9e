//! The sweeper: closes sessions whose time is up, that nobody came back to or whose interview was archived, also after a
//! downtime; goes on where a process died between an answer and the interviewer's next turn; purges what was deleted long
//! ago.

use super::lifecycle::{change_status, clock_of, lock, rules_of, tell};
use crate::{
    Services, ai, candidates, conversation,
    db::Priority,
    entity::{interview, session, workspace},
    error::Result,
    interviews, jobs,
};
use futures::{StreamExt, stream};
use parley_domain::{
    account::Actor,
    clock::{GRACE, Presence},
    id::{InterviewId, SessionId, WorkspaceId},
    interview::InterviewState,
    session::{Awaiting, EndReason, Status, Transition},
    time::{DAY, SECOND, Timestamp},
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait,
    IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select, sea_query::Expr,
};
use std::time::Duration;
use tokio::time::{Interval, MissedTickBehavior};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// From one sweep to the next.
const EVERY: Duration = Duration::from_secs(20);
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

/// Closes, tells and tidies every 20 seconds until stopped. A sweep that fails is logged; the next one tries again.
pub async fn run(s: Services, stop: CancellationToken) {
    let mut tick = every();
    while next_round(&stop, &mut tick).await {
        if let Err(error) = tidy(&s).await {
            tracing::warn!(%error, "a sweep failed; the next one tries again");
        }
    }
}

/// Makes overdue turns of interviewers, as often. A loop of its own beside [`run`]: a model may write for as long as its time
/// for a turn, and nobody's time is up later for that; and what makes one of the two panic again and again keeps the other
/// from nothing.
pub async fn run_turns(s: Services, stop: CancellationToken) {
    let mut tick = every();
    while next_round(&stop, &mut tick).await {
        logged("making overdue turns", go_on(&s).await);
    }
}

fn every() -> Interval {
    let mut tick = tokio::time::interval(EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    tick
}

/// Waits for the next round; `false` once there is none any more.
async fn next_round(stop: &CancellationToken, tick: &mut Interval) -> bool {
    tokio::select! {
        () = stop.cancelled() => false,
        _ = tick.tick() => true,
    }
}

/// One sweep; how many sessions it closed. Each step is for itself: one that fails is logged and skips none of the others.
///
/// # Errors
/// When sessions could not be closed; what was closed before stays closed.
pub async fn sweep(s: &Services) -> Result<u64> {
    let closed = tidy(s).await;
    logged("making overdue turns", go_on(s).await);
    closed
}

/// All of a sweep that waits for nobody.
async fn tidy(s: &Services) -> Result<u64> {
    let closed = close(s).await;
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
        let (ended, more_ended) = end_archived(s, None, &Actor::System).await?;
        let now_closed = up + idle + ended;
        closed += now_closed;
        if now_closed == 0 || !(more_up || more_idle || more_ended) {
            break;
        }
    }
    Ok(closed)
}

/// Sessions in progress, of workspaces that were not deleted.
fn in_progress() -> Select<session::Entity> {
    session::Entity::find()
        .filter(session::Column::Status.eq(Status::InProgress.as_str()))
        .filter(workspace::is_there(session::Column::WorkspaceId))
}

/// The same, found by the index of those that have started and are not over: there are never many, however many sessions
/// there are in all.
fn going_on() -> Select<session::Entity> {
    in_progress().filter(session::Column::StartedAt.is_not_null())
}

fn timed_out(now: Timestamp) -> Select<session::Entity> {
    in_progress()
        .filter(session::Column::Deadline.lte(now.plus(-GRACE).millis()))
        .order_by_asc(session::Column::Deadline)
        .limit(BATCH)
}

/// Whom nobody has seen for as many days as their interview gave them when they started.
fn inactive(now: Timestamp) -> Select<session::Entity> {
    let patience = Expr::col(session::Column::InactivityDays).mul(DAY);
    going_on()
        .filter(Expr::col(session::Column::LastSeenAt).lt(Expr::val(now.millis()).sub(patience)))
        .limit(BATCH)
}

/// Sessions whose interview was archived; a preview is nobody's, and may be taken whatever the state.
fn of_archived(interview: Option<InterviewId>) -> Select<session::Entity> {
    // Those that are not, and not those that are: no planner begins with an interview and reads all its sessions.
    let others = interview::Entity::find()
        .select_only()
        .column(interview::Column::Id)
        .filter(interview::Column::State.ne(InterviewState::Archived.as_str()))
        .into_query();
    let mut due = going_on()
        .filter(session::Column::CandidateId.is_not_null())
        .filter(session::Column::InterviewId.not_in_subquery(others))
        .limit(BATCH);
    if let Some(id) = interview {
        due = due.filter(session::Column::InterviewId.eq(id.0));
    }
    due
}

/// Interviewers' turns that are overdue. A session of a deleted candidate waits for them to be restored.
fn overdue(now: Timestamp) -> Select<session::Entity> {
    let whose = Condition::any()
        .add(session::Column::Listed.eq(true))
        .add(session::Column::CandidateId.is_null());
    going_on()
        .filter(session::Column::Awaiting.eq(Awaiting::Interviewer.as_str()))
        .filter(session::Column::UpdatedAt.lt(now.plus(-OVERDUE).millis()))
        .filter(whose)
        .limit(BATCH)
}

/// How the database would look for what one sweep is about, as it says itself: for tests.
///
/// # Errors
/// When the database fails.
#[doc(hidden)]
pub async fn sweep_plans(s: &Services) -> Result<Vec<String>> {
    let now = s.now();
    let (explain, column) = if s.db.is_sqlite() {
        ("EXPLAIN QUERY PLAN", "detail")
    } else {
        ("EXPLAIN", "QUERY PLAN")
    };
    let mut plans = Vec::new();
    for look in [timed_out(now), inactive(now), of_archived(None), overdue(now)] {
        let mut statement = look.build(s.db.read().get_database_backend());
        statement.sql = format!("{explain} {}", statement.sql);
        let rows = s.db.read().query_all_raw(statement).await?;
        let lines: std::result::Result<Vec<String>, _> = rows.iter().map(|row| row.try_get("", column)).collect();
        plans.push(lines?.join("\n"));
    }
    Ok(plans)
}

/// How many it closed, and whether there may be more.
async fn close_timed_out(s: &Services) -> Result<(u64, bool)> {
    let now = s.now();
    let due = timed_out(now).all(s.db.read()).await?;
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
    let due = inactive(now).all(s.db.read()).await?;
    let more = due.len() as u64 >= BATCH;
    let mut closed = 0;
    for row in due {
        let Some(days) = row.inactivity_days else { continue };
        closed += counted(row.id, close_if_idle(s, row.id, i64::from(days) * DAY, now).await);
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

/// Ends sessions whose interview was archived, of this one or of all, each in a short transaction of its own: there may be
/// thousands. Whoever archives does it at once; what a process that died left, or who came in beside it, is the sweeper's.
///
/// How many it ended, and whether there may be more.
pub(crate) async fn end_archived(s: &Services, interview: Option<InterviewId>, actor: &Actor) -> Result<(u64, bool)> {
    let due: Vec<(Uuid, Uuid)> = of_archived(interview)
        .select_only()
        .column(session::Column::Id)
        .column(session::Column::InterviewId)
        .into_tuple()
        .all(s.db.read())
        .await?;
    let more = due.len() as u64 >= BATCH;
    let mut ended = 0;
    for (id, of) in due {
        ended += counted(id, end_if_archived(s, id, of, actor).await);
    }
    Ok((ended, more))
}

async fn end_if_archived(s: &Services, id: Uuid, of: Uuid, actor: &Actor) -> Result<bool> {
    let tx = s.db.write(Priority::Background).await?;
    // Read again under the lock: it may have ended by itself, and the interview may be open again.
    let row = lock(&*tx, SessionId(id)).await?;
    let archived = interview::Entity::find_by_id(of)
        .filter(interview::Column::State.eq(InterviewState::Archived.as_str()))
        .one(&*tx)
        .await?
        .is_some();
    if row.status != Status::InProgress.as_str() || !archived {
        return Ok(false);
    }
    let ended = Transition::Complete(EndReason::EndedByCreator);
    let row = change_status(&*tx, s, row, ended, actor, s.now(), |_| {}).await?;
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
    let gone = going_on()
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
    let stuck = overdue(s.now()).all(s.db.read()).await?;
    // Side by side: a model takes a while for each.
    let steps = stuck.into_iter().map(|row| async move {
        let made = conversation::advance(s, SessionId(row.id)).await;
        counted(row.id, made.map(|()| false));
    });
    stream::iter(steps).buffer_unordered(AT_ONCE).collect::<()>().await;
    ai::usage::flush(s).await;
    Ok(())
}
