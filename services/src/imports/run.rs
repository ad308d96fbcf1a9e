//! The durable job of an import: who does it, until when, and how it goes on after a crash.
//!
//! `import.work` says what is to be done. Whoever does it holds a lease that each chunk extends in its own transaction;
//! a lease that ran out belongs to a process that died, and anyone may go on. A chunk commits its rows and its figures
//! together, so a kill at any moment leaves either both or neither.

use super::{commit, store, store::Pace, takeback, view};
use crate::{
    Services,
    db::{Priority, WriteTxn},
    entity::import,
    error::{Result, ServiceError},
    events::Change,
};
use parley_domain::{
    account::{Action, Actor},
    id::{ImportId, InterviewId, WorkspaceId},
    import::{Field, Import, ImportState, OnDuplicate},
    time::{DAY, MINUTE, SECOND},
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel,
    QueryFilter, QuerySelect, sea_query::Expr,
};
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// How long a chunk may take before others think that its process died.
const LEASE: i64 = 10 * SECOND;
/// Chunks that fail one after the other before the import is given up.
const TRIES: u32 = 5;
/// How often watchers are told of progress.
const TELL: Duration = Duration::from_millis(500);
/// After how long an unfinished reading is taken for broken off.
const READING: i64 = 10 * MINUTE;
/// After how long a preview that nobody confirmed is forgotten.
const PREVIEW_KEPT: i64 = 7 * DAY;

/// From how many added rows on the database is told that it grew: early, because the import itself looks people up.
const GROWN: i32 = 500;

/// What a chunk leads to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// There may be more rows after this number.
    More(i32),
    /// All is done; the import has this state now.
    Finished(ImportState),
}

/// Confirms a preview: from now on its rows are written. A second time it changes nothing and answers the same import.
///
/// # Errors
/// No column for the name; an import that was cancelled or is still being read.
pub async fn confirm(s: &Services, actor: &Actor, id: ImportId) -> Result<Import> {
    confirm_if(s, actor, id, None).await
}

/// [`confirm`], by somebody who has seen figures that hold for this choice about people who are already here: where another
/// one is stored by now, nothing is written.
///
/// # Errors
/// As there; a conflict where the choice is another one.
pub async fn confirm_seen(s: &Services, actor: &Actor, id: ImportId, seen: OnDuplicate) -> Result<Import> {
    confirm_if(s, actor, id, Some(seen)).await
}

async fn confirm_if(s: &Services, actor: &Actor, id: ImportId, seen: Option<OnDuplicate>) -> Result<Import> {
    let workspace = s.allow_own(actor, Action::EditCandidates)?;
    let tx = s.db.write(Priority::Person).await?;
    let import = store::lock(&*tx, workspace, id).await?;
    match store::state(&import)? {
        ImportState::Preview => {}
        ImportState::Running | ImportState::Done => return unchanged(s, actor, id, tx).await,
        ImportState::Reading => {
            return Err(ServiceError::conflict(
                "reading",
                "The file is still being read. Confirm when the preview is there.",
            ));
        }
        ImportState::Cancelled | ImportState::Undone | ImportState::Failed => {
            return Err(ServiceError::conflict(
                "not_in_preview",
                "This import is over. Upload the file again.",
            ));
        }
    }
    if let Some(obstacle) = obstacle(&import)? {
        return Err(ServiceError::conflict("no_name_column", obstacle));
    }
    if seen.is_some_and(|seen| seen.as_str() != import.on_duplicate) {
        return Err(ServiceError::conflict(
            "changed_meanwhile",
            "What is done with people who are already here was changed meanwhile, so the figures are others now. Nothing was added; look at them and confirm again.",
        ));
    }
    let mut change = import.into_active_model();
    change.state = Set(ImportState::Running.as_str().to_owned());
    change.work = Set(Some("confirm".to_owned()));
    change.updated_at = Set(s.now().millis());
    change.update(&*tx).await?;
    tx.commit().await?;
    spawn(s, id);
    view::get(s, actor, id).await
}

/// The import as it is. The transaction ends first: whoever holds a connection must not wait for another one.
async fn unchanged(s: &Services, actor: &Actor, id: ImportId, tx: WriteTxn) -> Result<Import> {
    drop(tx);
    view::get(s, actor, id).await
}

/// What stands in the way of confirming, as a sentence.
pub(super) fn obstacle(import: &import::Model) -> Result<Option<String>> {
    let columns = store::columns(import)?;
    let has = |field| columns.contains(&Some(field));
    let named = has(Field::Name) || has(Field::FirstName) || has(Field::LastName);
    let sentence = "No column is matched to the name. Choose the column that holds it.";
    Ok((!named).then(|| sentence.to_owned()))
}

/// Stops an import: a preview is dropped, a running one keeps what it has written. Rows not reached are skipped.
///
/// # Errors
/// An import that is over.
pub async fn cancel(s: &Services, actor: &Actor, id: ImportId) -> Result<Import> {
    let workspace = s.allow_own(actor, Action::EditCandidates)?;
    let tx = s.db.write(Priority::Person).await?;
    let import = store::lock(&*tx, workspace, id).await?;
    match store::state(&import)? {
        ImportState::Preview | ImportState::Running => {}
        ImportState::Cancelled => return unchanged(s, actor, id, tx).await,
        _ => {
            return Err(ServiceError::conflict(
                "not_running",
                "This import is over, so it cannot be cancelled. Undo takes its candidates back.",
            ));
        }
    }
    let mut change = import.into_active_model();
    change.state = Set(ImportState::Running.as_str().to_owned());
    change.work = Set(Some("cancel".to_owned()));
    change.updated_at = Set(s.now().millis());
    change.update(&*tx).await?;
    tx.commit().await?;
    settle(s, workspace, id).await?;
    view::get(s, actor, id).await
}

/// Takes an import back: candidates whom nobody has interviewed yet go, values that update changed return, and what
/// was started or edited since stays. A second time it changes nothing.
///
/// # Errors
/// An import that is not over, or that was never confirmed.
pub async fn undo(s: &Services, actor: &Actor, id: ImportId) -> Result<Import> {
    let workspace = s.allow_own(actor, Action::EditCandidates)?;
    let tx = s.db.write(Priority::Person).await?;
    let import = store::lock(&*tx, workspace, id).await?;
    match store::state(&import)? {
        ImportState::Done | ImportState::Cancelled | ImportState::Failed => {}
        ImportState::Undone => return unchanged(s, actor, id, tx).await,
        ImportState::Reading | ImportState::Preview | ImportState::Running => {
            return Err(ServiceError::conflict(
                "not_done",
                "This import is not finished yet, so there is nothing to undo.",
            ));
        }
    }
    let mut change = import.into_active_model();
    change.work = Set(Some("undo".to_owned()));
    change.updated_at = Set(s.now().millis());
    change.update(&*tx).await?;
    tx.commit().await?;
    settle(s, workspace, id).await?;
    view::get(s, actor, id).await
}

/// Has the work done, and waits for it a while: whoever does it, goes on without the caller.
async fn settle(s: &Services, workspace: WorkspaceId, id: ImportId) -> Result<()> {
    spawn(s, id);
    for _ in 0..600 {
        if store::find(s.db.read(), workspace, id).await?.work.is_none() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    Ok(())
}

fn spawn(s: &Services, id: ImportId) {
    let s = s.clone();
    tokio::spawn(async move {
        if let Err(error) = drive(&s, id).await {
            tracing::warn!(%error, import = %id, "an import stopped; it goes on when its lease is over");
        }
    });
}

/// Goes on with the imports of processes that died; every two seconds until stopped. Forgets old previews.
pub async fn run(s: Services, stop: CancellationToken) {
    let mut tick = tokio::time::interval(Duration::from_secs(2));
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut ticks = 0_u32;
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = tick.tick() => {}
        }
        if let Err(error) = resume(&s).await {
            tracing::warn!(%error, "imports could not be looked at; the next round tries again");
        }
        if ticks.is_multiple_of(300)
            && let Err(error) = forget(&s).await
        {
            tracing::warn!(%error, "old previews could not be forgotten; the next round tries again");
        }
        ticks = ticks.wrapping_add(1);
    }
}

/// Goes on with every import whose work nobody does; how many there were.
///
/// # Errors
/// When the database fails; what was written stays.
pub async fn resume(s: &Services) -> Result<usize> {
    let free = Condition::any()
        .add(import::Column::LeaseUntil.is_null())
        .add(import::Column::LeaseUntil.lt(s.now().millis()));
    let waiting: Vec<Uuid> = import::Entity::find()
        .select_only()
        .column(import::Column::Id)
        .filter(import::Column::Work.is_not_null())
        .filter(free)
        .into_tuple()
        .all(s.db.read())
        .await?;
    let mut driven = 0;
    for id in waiting {
        driven += usize::from(drive(s, ImportId(id)).await?);
    }
    Ok(driven)
}

/// Readings that broke off are marked, previews that nobody wanted are deleted with their files.
async fn forget(s: &Services) -> Result<()> {
    let tx = s.db.write(Priority::Background).await?;
    import::Entity::update_many()
        .col_expr(import::Column::State, Expr::value(ImportState::Failed.as_str()))
        .col_expr(
            import::Column::Failure,
            Expr::value("Reading the file was interrupted. Nothing was added. Upload it again."),
        )
        .filter(import::Column::State.eq(ImportState::Reading.as_str()))
        .filter(import::Column::UpdatedAt.lt(s.now().plus(-READING).millis()))
        .exec(&*tx)
        .await?;
    tx.commit().await?;
    let old: Vec<Uuid> = import::Entity::find()
        .select_only()
        .column(import::Column::Id)
        .filter(import::Column::State.is_in([ImportState::Preview.as_str(), ImportState::Failed.as_str()]))
        .filter(import::Column::Added.eq(0))
        .filter(import::Column::Updated.eq(0))
        .filter(import::Column::UpdatedAt.lt(s.now().plus(-PREVIEW_KEPT).millis()))
        .limit(20)
        .into_tuple()
        .all(s.db.read())
        .await?;
    for id in old {
        let tx = s.db.write(Priority::Background).await?;
        import::Entity::delete_by_id(id).exec(&*tx).await?;
        tx.commit().await?;
        store::forget_file(s, id).await;
    }
    store::forget_strays(s).await
}

/// Does the work of an import to its end, if nobody else does; whether it did.
async fn drive(s: &Services, id: ImportId) -> Result<bool> {
    let lease: Uuid = s.new_id()?;
    let tx = s.db.write(Priority::Background).await?;
    let free = Condition::any()
        .add(import::Column::LeaseUntil.is_null())
        .add(import::Column::LeaseUntil.lt(s.now().millis()));
    let taken = import::Entity::update_many()
        .col_expr(import::Column::Lease, Expr::value(lease))
        .col_expr(import::Column::LeaseUntil, Expr::value(s.now().plus(LEASE).millis()))
        .filter(import::Column::Id.eq(id.0))
        .filter(import::Column::Work.is_not_null())
        .filter(free)
        .exec(&*tx)
        .await?;
    tx.commit().await?;
    if taken.rows_affected == 0 {
        return Ok(false);
    }
    let (mut pace, mut failures, mut told) = (Pace::new(), 0, Instant::now());
    let mut at: (Option<String>, i32) = (None, 0);
    let mut tell_at = GROWN;
    loop {
        match chunk(s, id, lease, &mut at, &mut pace).await {
            Ok(Some(import)) => {
                failures = 0;
                let finished = import.work.is_none();
                if import.added >= tell_at || (finished && import.added >= GROWN) {
                    tell_at = import.added.saturating_mul(8);
                    for table in ["candidate", "session"] {
                        s.db.grown(table).await;
                    }
                }
                if finished || told.elapsed() >= TELL {
                    told = Instant::now();
                    tell(s, &import);
                }
                if finished {
                    store::forget_file(s, id.0).await;
                    return Ok(true);
                }
            }
            // Somebody else goes on.
            Ok(None) => return Ok(true),
            Err(error) => {
                failures += 1;
                tracing::warn!(%error, import = %id, failures, "a chunk of an import failed");
                if failures == TRIES {
                    // A busy database or a full disk passes: the import goes on when the lease is over.
                    let passes = matches!(error, ServiceError::Unavailable(_));
                    if passes || !give_up(s, id, lease).await? {
                        return Err(error);
                    }
                    failures = 0;
                }
                tokio::time::sleep(Duration::from_millis(200 * u64::from(failures))).await;
            }
        }
    }
}

/// One chunk in one transaction; the import as it is afterwards, or `None` if the lease is lost.
async fn chunk(
    s: &Services,
    id: ImportId,
    lease: Uuid,
    at: &mut (Option<String>, i32),
    pace: &mut Pace,
) -> Result<Option<import::Model>> {
    // What needs no lock is done before: after the preview only the holder of the lease changes rows.
    let seen = load(s.db.read(), id).await?;
    if at.0 != seen.work {
        *at = (seen.work.clone(), 0);
    }
    let batch = match seen.work.as_deref() {
        Some("confirm") => commit::Batch::read(s, &seen, at.1, pace.rows).await?,
        _ => commit::Batch::default(),
    };
    let tx = s.db.write(Priority::Background).await?;
    let since = Instant::now();
    let import = import::Entity::find_by_id(id.0)
        .lock_exclusive()
        .one(&*tx)
        .await?
        .ok_or(ServiceError::NotFound)?;
    if import.lease != Some(lease) || import.work.is_none() {
        return Ok(None);
    }
    if import.work != seen.work {
        // Cancelled just now: the next chunk does that.
        return Ok(Some(import));
    }
    let mut figures = import.clone();
    let step = match import.work.as_deref() {
        Some("confirm") => commit::write(&*tx, s, &mut figures, batch).await?,
        Some("cancel") => commit::skip_rest(&*tx, &mut figures, at.1, pace.rows).await?,
        Some("undo") => takeback::take_back(&*tx, s, &mut figures, at.1, pace.rows).await?,
        other => {
            return Err(ServiceError::internal(anyhow::anyhow!(
                "an import has the work {other:?}"
            )));
        }
    };
    let now = s.now();
    figures.updated_at = now.millis();
    match step {
        Step::More(last) => {
            at.1 = last;
            figures.lease_until = Some(now.plus(LEASE).millis());
        }
        Step::Finished(state) => {
            // What was given up ends as failed; by now the rows that it did not reach are accounted for.
            let given_up = state == ImportState::Cancelled && figures.failure.is_some();
            let state = if given_up { ImportState::Failed } else { state };
            figures.state = state.as_str().to_owned();
            figures.finished_at = figures.finished_at.or(Some(now.millis()));
            (figures.work, figures.lease, figures.lease_until) = (None, None, None);
        }
    }
    let figures = store::save(&*tx, figures).await?;
    tx.commit().await?;
    pace.held(since);
    Ok(Some(figures))
}

async fn load(conn: &impl ConnectionTrait, id: ImportId) -> Result<import::Model> {
    import::Entity::find_by_id(id.0)
        .one(conn)
        .await?
        .ok_or(ServiceError::NotFound)
}

/// Stops an import that cannot go on. What it wrote stays and can be undone. Whether rows that it did not reach are still
/// to be accounted for, which is done as for a cancelled one.
async fn give_up(s: &Services, id: ImportId, lease: Uuid) -> Result<bool> {
    let tx = s.db.write(Priority::Background).await?;
    let Some(mut import) = import::Entity::find_by_id(id.0).lock_exclusive().one(&*tx).await? else {
        return Ok(false);
    };
    if import.lease != Some(lease) {
        return Ok(false);
    }
    let now = s.now();
    let rows_are_left = import.work.as_deref() == Some("confirm");
    import.failure =
        Some("The import stopped because of a fault. What it added is kept; undo takes it back.".to_owned());
    import.updated_at = now.millis();
    if rows_are_left {
        import.work = Some("cancel".to_owned());
        import.lease_until = Some(now.plus(LEASE).millis());
    } else {
        import.state = ImportState::Failed.as_str().to_owned();
        (import.work, import.lease, import.lease_until) = (None, None, None);
    }
    store::save(&*tx, import).await?;
    tx.commit().await?;
    if !rows_are_left {
        // Nobody reads it again: what goes on from here is undo, by the rows.
        store::forget_file(s, id.0).await;
    }
    Ok(rows_are_left)
}

fn tell(s: &Services, import: &import::Model) {
    s.events.send(Change {
        workspace: WorkspaceId(import.workspace_id),
        interview: InterviewId(import.interview_id),
        candidate: None,
        session: None,
    });
}
