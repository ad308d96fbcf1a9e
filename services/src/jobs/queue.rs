//! The rows: putting jobs in, claiming them, renewing the lease, taking them off.

use super::{Kind, LEASE, TRIES_MAX, backoff};
use crate::{
    Services,
    db::Priority,
    entity::job,
    error::{Result, ServiceError},
};
use parley_domain::{
    id::{JobId, WorkspaceId},
    time::DAY,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select,
    sea_query::{Expr, ExprTrait, LockBehavior, LockType, OnConflict},
};
use serde_json::Value;
use uuid::Uuid;

const QUEUED: &str = "queued";
const RUNNING: &str = "running";
const DONE: &str = "done";
const FAILED: &str = "failed";

/// How long a job that is over is kept, in milliseconds: long enough to look at one that failed.
const KEPT: i64 = 7 * DAY;
/// Jobs that one purge removes at most.
const PURGED_AT_ONCE: u64 = 500;

/// Longest failure that is kept with a job, in characters.
const ERROR_MAX: usize = 1_000;

/// Puts a job into the queue, in the caller's transaction: it exists exactly if what it follows from does. The payload
/// holds ids, never personal data; it goes with its workspace. With a `dedupe` key, nothing happens while another job with that key waits or runs.
/// Idle workers are woken.
///
/// # Errors
/// When the database fails.
pub async fn enqueue(
    tx: &impl ConnectionTrait,
    s: &Services,
    workspace: WorkspaceId,
    kind: Kind,
    payload: Value,
    dedupe: Option<String>,
) -> Result<()> {
    let now = s.now().millis();
    let id: JobId = s.new_id()?;
    let row = job::ActiveModel {
        id: Set(id.0),
        workspace_id: Set(Some(workspace.0)),
        kind: Set(kind.as_str().to_owned()),
        payload: Set(payload),
        state: Set(QUEUED.to_owned()),
        attempts: Set(0),
        run_at: Set(now),
        lease_until: Set(None),
        dedupe_key: Set(dedupe),
        error: Set(None),
        created_at: Set(now),
        updated_at: Set(now),
    };
    // The unique rule on the key is partial, so it is not named here: any broken rule means "is there already".
    job::Entity::insert(row)
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(tx)
        .await?;
    s.jobs.notify_one();
    Ok(())
}

/// Jobs that are queued or held by a worker.
pub(crate) fn unfinished() -> Select<job::Entity> {
    job::Entity::find().filter(job::Column::State.is_in([QUEUED, RUNNING]))
}

/// Whether a worker is at the job with this key.
///
/// # Errors
/// When the database fails.
pub(crate) async fn is_running(tx: &impl ConnectionTrait, key: &str) -> Result<bool> {
    let found: Option<Uuid> = job::Entity::find()
        .select_only()
        .column(job::Column::Id)
        .filter(job::Column::State.eq(RUNNING))
        .filter(job::Column::DedupeKey.eq(key))
        .into_tuple()
        .one(tx)
        .await?;
    Ok(found.is_some())
}

/// A job in the hands of a worker.
#[derive(Clone, Debug, PartialEq)]
pub struct Claimed {
    /// Its id.
    pub id: JobId,
    /// Which handler.
    pub kind: Kind,
    /// Its input.
    pub payload: Value,
    /// Which try this is, from 1. Also the fence: whoever claims it after us has a higher one.
    pub attempt: i32,
}

impl Claimed {
    /// Whether there is no further try after this one.
    #[must_use]
    pub const fn is_last(&self) -> bool {
        self.attempt >= TRIES_MAX
    }
}

/// Whether there is a job that is due or whose lease ran out. Reads only: an idle worker writes nothing.
///
/// # Errors
/// When the database fails.
pub(super) async fn anything_due(s: &Services) -> Result<bool> {
    let now = s.now().millis();
    let due = job::Entity::find()
        .filter(job::Column::State.eq(QUEUED))
        .filter(job::Column::RunAt.lte(now));
    Ok(any(s, due).await? || any(s, lapsed(now)).await?)
}

async fn any(s: &Services, query: sea_orm::Select<job::Entity>) -> Result<bool> {
    let found: Option<Uuid> = query
        .select_only()
        .column(job::Column::Id)
        .limit(1)
        .into_tuple()
        .one(s.db.read())
        .await?;
    Ok(found.is_some())
}

fn lapsed(now: i64) -> sea_orm::Select<job::Entity> {
    job::Entity::find()
        .filter(job::Column::State.eq(RUNNING))
        .filter(job::Column::LeaseUntil.lte(now))
}

/// Claims the job that has been due for longest; `None` where nothing is due. Two workers never get the same one.
///
/// # Errors
/// When the database fails.
pub async fn claim(s: &Services) -> Result<Option<Claimed>> {
    let now = s.now().millis();
    let mut next = job::Entity::find()
        .select_only()
        .column(job::Column::Id)
        .filter(job::Column::State.eq(QUEUED))
        .filter(job::Column::RunAt.lte(now))
        .order_by_asc(job::Column::RunAt)
        .order_by_asc(job::Column::Id)
        .limit(1)
        .into_query();
    // Left out on SQLite, which has one writer anyway.
    next.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    let tx = s.db.write(Priority::Background).await?;
    let rows = job::Entity::update_many()
        .col_expr(job::Column::State, Expr::value(RUNNING))
        .col_expr(job::Column::Attempts, Expr::col(job::Column::Attempts).add(1))
        .col_expr(job::Column::LeaseUntil, Expr::value(now + LEASE))
        .col_expr(job::Column::UpdatedAt, Expr::value(now))
        // "=" and not IN: PostgreSQL then runs the inner query exactly once.
        .filter(Expr::col(job::Column::Id).eq(Expr::SubQuery(None, Box::new(next.into()))))
        .exec_with_returning(&*tx)
        .await?;
    tx.commit().await?;
    let Some(row) = rows.into_iter().next() else {
        return Ok(None);
    };
    let kind = row
        .kind
        .parse()
        .map_err(|e: String| ServiceError::internal(anyhow::anyhow!(e)))?;
    Ok(Some(Claimed {
        id: row.id.into(),
        kind,
        payload: row.payload,
        attempt: row.attempts,
    }))
}

/// Puts jobs whose worker is gone back into the queue. Returns those that have no try left. They are left as they are: once
/// whoever waits for one has been told, [`finish`] takes it off, and if that does not happen it comes up again here.
///
/// # Errors
/// When the database fails.
pub async fn requeue_lapsed(s: &Services) -> Result<Vec<Claimed>> {
    let now = s.now().millis();
    if !any(s, lapsed(now)).await? {
        return Ok(Vec::new());
    }
    let mut over = Vec::new();
    let tx = s.db.write(Priority::Background).await?;
    for row in lapsed(now).limit(100).all(&*tx).await? {
        let Ok(kind) = row.kind.parse() else { continue };
        let held = Claimed {
            id: row.id.into(),
            kind,
            payload: row.payload,
            attempt: row.attempts,
        };
        let note = "the worker that had it is gone";
        if held.is_last() {
            over.push(held);
        } else {
            settle(&*tx, s, &held, QUEUED, Some(now), Some(note)).await?;
        }
    }
    tx.commit().await?;
    Ok(over)
}

/// Writes what becomes of a job that `held` holds; `false` if it is no longer theirs, then nothing was written.
async fn settle(
    tx: &impl ConnectionTrait,
    s: &Services,
    held: &Claimed,
    state: &str,
    run_at: Option<i64>,
    error: Option<&str>,
) -> Result<bool> {
    let mut change = job::Entity::update_many()
        .col_expr(job::Column::State, Expr::value(state))
        .col_expr(job::Column::LeaseUntil, Expr::value(Option::<i64>::None))
        .col_expr(
            job::Column::Error,
            Expr::value(error.map(|e| parley_domain::text::shorten(e, ERROR_MAX))),
        )
        .col_expr(job::Column::UpdatedAt, Expr::value(s.now().millis()));
    if let Some(at) = run_at {
        change = change.col_expr(job::Column::RunAt, Expr::value(at));
    }
    let done = change.filter(ours(held)).exec(tx).await?;
    Ok(done.rows_affected == 1)
}

/// The row, as long as nobody claimed it after us.
fn ours(held: &Claimed) -> Expr {
    job::Column::Id
        .eq(held.id.0)
        .and(job::Column::State.eq(RUNNING))
        .and(job::Column::Attempts.eq(held.attempt))
}

/// Takes a job off the queue after its work; `error` says why it failed where it did. Returns whether the job is over
/// (done, or failed for good).
///
/// # Errors
/// When the database fails: the lease then runs out, and the job is done again.
pub async fn finish(s: &Services, held: &Claimed, outcome: Result<(), ServiceError>) -> Result<bool> {
    let tx = s.db.write(Priority::Background).await?;
    let over = match outcome {
        Ok(()) => {
            settle(&*tx, s, held, DONE, None, None).await?;
            true
        }
        Err(error) if held.is_last() || is_final(&error) => {
            settle(&*tx, s, held, FAILED, None, Some(&error.to_string())).await?;
            true
        }
        Err(error) => {
            let [random] = s.secrets.random::<1>()?;
            let at = s.now().plus(backoff(held.attempt, random)).millis();
            settle(&*tx, s, held, QUEUED, Some(at), Some(&error.to_string())).await?;
            false
        }
    };
    tx.commit().await?;
    Ok(over)
}

/// Whether trying again cannot help.
pub(super) fn is_final(error: &ServiceError) -> bool {
    match error {
        ServiceError::NotFound | ServiceError::Forbidden | ServiceError::Invalid(_) | ServiceError::Conflict { .. } => {
            true
        }
        ServiceError::TooMany { .. } | ServiceError::Unavailable(_) | ServiceError::Internal(_) => false,
    }
}

/// Renews the lease; `false` if the job is no longer ours.
///
/// # Errors
/// When the database fails.
pub(super) async fn renew(s: &Services, held: &Claimed) -> Result<bool> {
    let now = s.now().millis();
    let tx = s.db.write(Priority::Background).await?;
    let done = job::Entity::update_many()
        .col_expr(job::Column::LeaseUntil, Expr::value(now + LEASE))
        .col_expr(job::Column::UpdatedAt, Expr::value(now))
        .filter(ours(held))
        .exec(&*tx)
        .await?;
    tx.commit().await?;
    Ok(done.rows_affected == 1)
}

/// Gives a job back that was not finished because the process stops: it is due at once and the try does not count.
///
/// # Errors
/// When the database fails: the lease then runs out.
pub(super) async fn give_back(s: &Services, held: &Claimed) -> Result<()> {
    let now = s.now().millis();
    let tx = s.db.write(Priority::Background).await?;
    job::Entity::update_many()
        .col_expr(job::Column::State, Expr::value(QUEUED))
        .col_expr(job::Column::Attempts, Expr::col(job::Column::Attempts).sub(1))
        .col_expr(job::Column::LeaseUntil, Expr::value(Option::<i64>::None))
        .col_expr(job::Column::UpdatedAt, Expr::value(now))
        .filter(ours(held))
        .exec(&*tx)
        .await?;
    tx.commit().await
}

/// Removes jobs that are over and that were queued more than a week ago, up to 500; how many there were.
///
/// # Errors
/// When the database fails.
pub async fn purge(s: &Services) -> Result<u64> {
    let limit = u64::try_from(s.now().plus(-KEPT).millis()).unwrap_or(0);
    // Ids begin with their time, so the primary key finds the old ones. What is not over is ruled out one by one: with a
    // list of states the database would walk all finished jobs by the index of the queue, at every sweep.
    let oldest = uuid::Builder::from_unix_timestamp_millis(limit, &[0; 10]).into_uuid();
    let due: Vec<Uuid> = job::Entity::find()
        .select_only()
        .column(job::Column::Id)
        .filter(job::Column::Id.lt(oldest))
        .filter(job::Column::State.is_not_in([QUEUED, RUNNING]))
        .order_by_asc(job::Column::Id)
        .limit(PURGED_AT_ONCE)
        .into_tuple()
        .all(s.db.read())
        .await?;
    if due.is_empty() {
        return Ok(0);
    }
    let tx = s.db.write(Priority::Background).await?;
    let gone = job::Entity::delete_many()
        .filter(job::Column::Id.is_in(due))
        .exec(&*tx)
        .await?;
    tx.commit().await?;
    Ok(gone.rows_affected)
}
