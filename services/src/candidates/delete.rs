//! Deleting candidates: links stop and counts drop at once, everything can be brought back for 30 days, then it is gone.

use crate::{
    Services, analysis,
    db::Priority,
    entity::{candidate, session},
    error::Result,
    events::Change,
    imports, results, resumes, storage,
};
use parley_domain::{
    account::{Action, Actor},
    id::{CandidateId, InterviewId, WorkspaceId},
    paging::{AT_ONCE, LIMIT_DEFAULT},
    time::DAY,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select, sea_query::LockType,
};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Days for which a deleted candidate can be restored.
pub const DELETED_KEPT_DAYS: i64 = 30;

/// Marks up to [`AT_ONCE`] candidates as deleted, or no longer; who of them it was, and on which interviews.
async fn mark(
    tx: &impl ConnectionTrait,
    workspace: WorkspaceId,
    ids: &[CandidateId],
    deleted_at: Option<i64>,
) -> Result<(Vec<Uuid>, BTreeSet<InterviewId>)> {
    let present = match deleted_at {
        Some(_) => candidate::Column::DeletedAt.is_null(),
        None => candidate::Column::DeletedAt.is_not_null(),
    };
    // Not what they wrote: others wait for this lock. Of two who delete the same person at once, one did.
    let rows: Vec<(Uuid, Uuid)> = candidate::Entity::find()
        .filter(candidate::Column::WorkspaceId.eq(workspace.0))
        .filter(candidate::Column::Id.is_in(ids.iter().map(|id| id.0)))
        .filter(present)
        .select_only()
        .columns([candidate::Column::Id, candidate::Column::InterviewId])
        .order_by_asc(candidate::Column::Id)
        .lock(LockType::NoKeyUpdate)
        .into_tuple()
        .all(tx)
        .await?;
    let interviews = rows.iter().map(|(_, interview)| InterviewId(*interview)).collect();
    let changed: Vec<Uuid> = rows.into_iter().map(|(id, _)| id).collect();
    candidate::Entity::update_many()
        .col_expr(candidate::Column::DeletedAt, deleted_at.into())
        .filter(candidate::Column::Id.is_in(changed.clone()))
        .exec(tx)
        .await?;
    session::Entity::update_many()
        .col_expr(session::Column::Listed, deleted_at.is_none().into())
        .filter(session::Column::CandidateId.is_in(changed.clone()))
        .exec(tx)
        .await?;
    results::count_anew(tx, &changed).await?;
    Ok((changed, interviews))
}

/// More than a page of the list is work in the background: answers of candidates go ahead of it.
fn priority(ids: &[CandidateId]) -> Priority {
    if ids.len() as u64 > LIMIT_DEFAULT {
        Priority::Background
    } else {
        Priority::Person
    }
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

/// The sessions of these candidates.
async fn sessions_of(conn: &impl ConnectionTrait, candidates: &[Uuid]) -> Result<Vec<Uuid>> {
    Ok(session::Entity::find()
        .select_only()
        .column(session::Column::Id)
        .filter(session::Column::CandidateId.is_in(candidates.iter().copied()))
        .into_tuple()
        .all(conn)
        .await?)
}

/// Deletes candidates with their sessions; who of them it was. Those that are not there, or that somebody deleted before, are
/// left out. [`AT_ONCE`] of them go together or not at all.
///
/// # Errors
/// A role that is too low. Who was deleted before a failure stays deleted.
pub async fn delete(s: &Services, actor: &Actor, ids: &[CandidateId]) -> Result<Vec<CandidateId>> {
    let workspace = s.allow_own(actor, Action::EditCandidates)?;
    let mut deleted = Vec::new();
    for some in ids.chunks(AT_ONCE) {
        let tx = s.db.write(priority(ids)).await?;
        let (people, interviews) = mark(&*tx, workspace, some, Some(s.now().millis())).await?;
        let sessions = sessions_of(&*tx, &people).await?;
        tx.commit().await?;
        deleted.extend(people.iter().copied().map(CandidateId));
        let gone = Gone {
            people,
            sessions,
            files: Vec::new(),
        };
        gone.leave_memory(s);
        tell(s, workspace, interviews);
    }
    Ok(deleted)
}

/// Brings deleted candidates back as they were, and has made what was left undone meanwhile; how many there were. [`AT_ONCE`]
/// of them come together or not at all.
///
/// # Errors
/// A role that is too low. Who was brought back before a failure stays.
pub async fn restore(s: &Services, actor: &Actor, ids: &[CandidateId]) -> Result<u64> {
    let workspace = s.allow_own(actor, Action::EditCandidates)?;
    let mut n = 0;
    for some in ids.chunks(AT_ONCE) {
        let tx = s.db.write(priority(ids)).await?;
        let (changed, interviews) = mark(&*tx, workspace, some, None).await?;
        analysis::take_up(&*tx, s, workspace, some).await?;
        tx.commit().await?;
        tell(s, workspace, interviews);
        n += changed.len() as u64;
    }
    Ok(n)
}

/// People who are deleted or taken out of the database, and what of them is elsewhere.
#[derive(Debug, Default)]
struct Gone {
    people: Vec<Uuid>,
    sessions: Vec<Uuid>,
    /// Stored files that they held.
    files: Vec<Uuid>,
}

impl Gone {
    fn join(&mut self, others: Self) {
        self.people.extend(others.people);
        self.sessions.extend(others.sessions);
        self.files.extend(others.files);
    }

    /// Lets go of what this process keeps of them: after the commit, because until then a request may find them.
    fn leave_memory(&self, s: &Services) {
        s.scenes.forget(self.people.iter().copied());
        s.transcripts.forget(self.sessions.iter().copied());
    }

    /// The same, and their files go, unless somebody else has the same one.
    async fn leave(&self, s: &Services) -> Result<()> {
        self.leave_memory(s);
        storage::collect_these(s, &self.files, s.now()).await?;
        Ok(())
    }
}

/// Takes those of `wanted` out for good, with what imports and batches of resumes keep of them.
async fn take_out(
    tx: &impl ConnectionTrait,
    s: &Services,
    traces: &imports::Traces,
    wanted: Select<candidate::Entity>,
) -> Result<Gone> {
    // Locked, so that nobody brings one of them back in the middle.
    let found: Vec<(Uuid, Option<Uuid>)> = wanted
        .select_only()
        .columns([candidate::Column::Id, candidate::Column::ResumeFileId])
        .order_by_asc(candidate::Column::Id)
        .lock_exclusive()
        .into_tuple()
        .all(tx)
        .await?;
    if found.is_empty() {
        return Ok(Gone::default());
    }
    let people: Vec<Uuid> = found.iter().map(|(id, _)| *id).collect();
    let now = s.now().millis();
    let sessions = sessions_of(tx, &people).await?;
    imports::forget(tx, now, traces, &people).await?;
    let mut files = resumes::batch::forget(tx, now, &people).await?;
    files.extend(found.into_iter().filter_map(|(_, file)| file));
    candidate::Entity::delete_many()
        .filter(candidate::Column::Id.is_in(people.iter().copied()))
        .exec(tx)
        .await?;
    Ok(Gone {
        people,
        sessions,
        files,
    })
}

/// Purges deleted candidates at once, with sessions, transcripts and scores, their files, and what imports and batches of
/// resumes keep of them. Cannot be undone.
///
/// # Errors
/// A role below admin.
pub async fn erase(s: &Services, actor: &Actor, ids: &[CandidateId]) -> Result<u64> {
    let workspace = s.allow_own(actor, Action::Erase)?;
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let these = |chunk: &[Uuid]| {
        candidate::Entity::find()
            .filter(candidate::Column::WorkspaceId.eq(workspace.0))
            .filter(candidate::Column::Id.is_in(chunk.iter().copied()))
            .filter(candidate::Column::DeletedAt.is_not_null())
    };
    let mut people = Vec::new();
    for chunk in ids.chunks(1_000) {
        people.extend(these(chunk).all(s.db.read()).await?);
    }
    let traces = imports::traces(s.db.read(), &people).await?;
    let mut gone = Gone::default();
    let tx = s.db.write(Priority::Person).await?;
    for chunk in ids.chunks(1_000) {
        gone.join(take_out(&*tx, s, &traces, these(chunk)).await?);
    }
    tx.commit().await?;
    gone.leave(s).await?;
    Ok(gone.people.len() as u64)
}

/// Purges up to 200 candidates whose 30 days are over, as [`erase`] does; how many there were.
///
/// # Errors
/// When the database fails.
pub async fn purge(s: &Services) -> Result<u64> {
    let limit = s.now().plus(-DELETED_KEPT_DAYS * DAY).millis();
    let due = candidate::Entity::find()
        .filter(candidate::Column::DeletedAt.lt(limit))
        .limit(200)
        .all(s.db.read())
        .await?;
    if due.is_empty() {
        return Ok(0);
    }
    let traces = imports::traces(s.db.read(), &due).await?;
    let mut purged = 0;
    // Small transactions: a candidate takes a whole transcript along.
    for chunk in due.chunks(20) {
        let these = candidate::Entity::find()
            .filter(candidate::Column::Id.is_in(chunk.iter().map(|row| row.id)))
            .filter(candidate::Column::DeletedAt.lt(limit));
        let tx = s.db.write(Priority::Background).await?;
        let gone = take_out(&*tx, s, &traces, these).await?;
        tx.commit().await?;
        gone.leave(s).await?;
        purged += gone.people.len() as u64;
    }
    Ok(purged)
}
