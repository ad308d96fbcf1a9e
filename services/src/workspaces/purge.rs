//! Clearing up after a deleted workspace: its rows, table by table, children before their parents, so that no row takes many
//! others along; then its files; then itself. Each transaction takes as many rows as are removed in the time that a
//! background task may keep others waiting.

use crate::{
    Services,
    accounts::people,
    db::{Priority, WriteTxn},
    entity::{
        ai_call, analysis, analysis_batch, api_key, audit, candidate, decision, file, idempotency_key, import,
        import_mapping, import_row, interview, interview_version, job, membership, preview, public_link, resume_batch,
        resume_file, retake_request, session, session_event, token_account, token_entry, turn, workspace,
    },
    error::{Result, ServiceError},
    imports::{self, Pace},
    jobs, storage,
};
use parley_domain::id::WorkspaceId;
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
    sea_query::{Expr, LockType},
};
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// How often it looks by itself: a process that deletes a workspace wakes it, one that died did not.
const EVERY: Duration = Duration::from_secs(20);

/// Clears up until stopped. What fails is logged; the next round goes on.
pub async fn run(s: Services, stop: CancellationToken) {
    let mut tick = tokio::time::interval(EVERY);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = tick.tick() => {}
            () = s.accounts.clearing.notified() => {}
        }
        let cleared = tokio::select! {
            () = stop.cancelled() => return,
            cleared = purge(&s) => cleared,
        };
        if let Err(error) = cleared {
            tracing::warn!(%error, "a deleted workspace is not gone yet; the next round goes on");
        }
    }
}

/// Removes everything that is left of deleted workspaces; how many rows that were.
///
/// # Errors
/// When the database fails; what was removed stays removed, and the next call goes on.
pub async fn purge(s: &Services) -> Result<u64> {
    let deleted: Vec<Uuid> = workspace::Entity::find()
        .select_only()
        .column(workspace::Column::Id)
        .filter(workspace::Column::DeletedAt.is_not_null())
        .order_by_asc(workspace::Column::DeletedAt)
        .into_tuple()
        .all(s.db.read())
        .await?;
    let mut gone = 0;
    for id in deleted {
        match clear(s, WorkspaceId(id)).await {
            Ok(rows) => gone += rows,
            // Another process was faster.
            Err(ServiceError::NotFound) => {}
            Err(other) => return Err(other),
        }
    }
    Ok(gone)
}

/// Gives a deleted workspace's name and its place in addresses free for another one. Not in the transaction that deletes it:
/// PostgreSQL has a change of what is unique wait for everybody who points at the row just now, and only once it is deleted
/// there are no more of them.
pub(super) async fn release_name(s: &Services, workspace: WorkspaceId) -> Result<()> {
    let tx = s.db.write(Priority::Background).await?;
    workspace::Entity::update_many()
        .col_expr(workspace::Column::Slug, Expr::value(workspace.to_string()))
        .col_expr(workspace::Column::Name, Expr::value(""))
        .filter(workspace::Column::Id.eq(workspace.0))
        .filter(workspace::Column::DeletedAt.is_not_null())
        .exec(&*tx)
        .await?;
    tx.commit().await
}

/// Calls `$each` with the table of every kind of row that a workspace has, children before their parents. Left out: imports
/// and stored files, which are files too; and scores per criterion and question, which are few for each session and go with
/// it.
macro_rules! of_workspaces {
    ($each:ident!) => {
        $each! {
            job, turn, session_event, analysis, decision, preview, retake_request, session, candidate, import_row,
            import_mapping, resume_file, resume_batch, analysis_batch, public_link, interview_version, interview,
            idempotency_key, api_key, token_entry, token_account, ai_call, audit, membership
        }
    };
}

async fn clear(s: &Services, workspace: WorkspaceId) -> Result<u64> {
    macro_rules! rows {
        ($table:ident, $find:expr) => {
            Rows::of(workspace, $find, $table::Column::WorkspaceId, $table::Column::Id)
        };
    }
    let mut gone = 0;
    macro_rules! remove {
        ($($table:ident),*) => {
            $(gone += rows!($table, $table::Entity::find()).remove(s).await?;)*
        };
    }
    // Again, if the process that deleted it died right after that.
    release_name(s, workspace).await?;
    loop {
        let before = gone;
        // Whoever is at one of its jobs finds it gone at the next beat, and stops.
        gone += rows!(job, jobs::unfinished()).remove(s).await?;
        // Before what they hang on, so that none goes along without its file.
        gone += rows!(import_row, import_row::Entity::find()).remove(s).await?;
        gone += clear_imports(s, rows!(import, import::Entity::find())).await?;
        gone += storage::clear(s, workspace).await?;
        of_workspaces!(remove!);
        // What a request that was under way brought meanwhile is found in the next round.
        if gone == before && remove_itself(s, workspace).await? {
            tracing::info!(%workspace, "nothing is left of a deleted workspace");
            return Ok(gone);
        }
    }
}

/// Imports with their uploaded tables, which go first: a process that dies in between finds the rows again.
async fn clear_imports(s: &Services, rows: Rows<import::Entity>) -> Result<u64> {
    let (mut pace, mut gone, mut last) = (Pace::new(), 0, Uuid::nil());
    loop {
        let ids = rows.next(s, last, pace.rows).await?;
        let Some(end) = ids.last() else { return Ok(gone) };
        last = *end;
        for id in &ids {
            imports::forget_file(s, *id).await;
        }
        gone += rows.remove_these(s, ids, &mut pace).await?;
    }
}

/// Removes the workspace's row if nothing of it is left. Its lock is one that no new row can point past.
async fn remove_itself(s: &Services, workspace: WorkspaceId) -> Result<bool> {
    let tx = lock(s, workspace, LockType::Update).await?;
    macro_rules! is_empty {
        ($($table:ident),*) => {
            $(
                let left: Option<Uuid> = $table::Entity::find()
                    .select_only()
                    .column($table::Column::Id)
                    .filter($table::Column::WorkspaceId.eq(workspace.0))
                    .limit(1)
                    .into_tuple()
                    .one(&*tx)
                    .await?;
                if left.is_some() {
                    return Ok(false);
                }
            )*
        };
    }
    of_workspaces!(is_empty!);
    is_empty!(import, file);
    workspace::Entity::delete_by_id(workspace.0).exec(&*tx).await?;
    // Again: of two that were deleted at the same moment, each took the other for one that is left.
    let somebody = people::anybody(&*tx).await?;
    let is_last = super::delete::leave_installation(&*tx).await?;
    let emptied = somebody && !people::anybody(&*tx).await?;
    tx.commit().await?;
    if is_last {
        s.ai.forget();
    }
    if emptied {
        s.accounts.emptied.notify_one();
    }
    Ok(true)
}

/// Begins a transaction about a deleted workspace: of several processes one at a time.
async fn lock(s: &Services, workspace: WorkspaceId, lock: LockType) -> Result<WriteTxn> {
    let tx = s.db.write(Priority::Background).await?;
    workspace::Entity::find_by_id(workspace.0)
        .filter(workspace::Column::DeletedAt.is_not_null())
        .lock(lock)
        .one(&*tx)
        .await?
        .ok_or(ServiceError::NotFound)?;
    Ok(tx)
}

/// A workspace's rows of one table.
pub(crate) struct Rows<E: EntityTrait> {
    workspace: WorkspaceId,
    find: Select<E>,
    id: E::Column,
}

impl<E: EntityTrait> Rows<E> {
    /// Those of `find` whose column `of` names the workspace.
    pub(crate) fn of(workspace: WorkspaceId, find: Select<E>, of: E::Column, id: E::Column) -> Self {
        let find = find.filter(of.eq(workspace.0)).order_by_asc(id);
        Self { workspace, find, id }
    }

    /// The next ids after `last`. Those before it are not looked at again: PostgreSQL steps over what was removed, one by
    /// one, until it has tidied up.
    pub(crate) async fn next(&self, s: &Services, last: Uuid, most: usize) -> Result<Vec<Uuid>> {
        let ids = self.find.clone().select_only().column(self.id);
        Ok(ids
            .filter(self.id.gt(last))
            .limit(most as u64)
            .into_tuple()
            .all(s.db.read())
            .await?)
    }

    /// Removes rows that were found, if the workspace still is being cleared up.
    pub(crate) async fn remove_these(&self, s: &Services, ids: Vec<Uuid>, pace: &mut Pace) -> Result<u64> {
        let tx = lock(s, self.workspace, LockType::NoKeyUpdate).await?;
        let since = Instant::now();
        let done = E::delete_many().filter(self.id.is_in(ids)).exec(&*tx).await?;
        tx.commit().await?;
        pace.held(since);
        Ok(done.rows_affected)
    }

    async fn remove(&self, s: &Services) -> Result<u64> {
        let (mut pace, mut gone, mut last) = (Pace::new(), 0, Uuid::nil());
        loop {
            let ids = self.next(s, last, pace.rows).await?;
            let Some(end) = ids.last() else { return Ok(gone) };
            last = *end;
            gone += self.remove_these(s, ids, &mut pace).await?;
        }
    }
}
