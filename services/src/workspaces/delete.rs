//! What a workspace holds, and deleting it.

use super::purge::release_name;
use crate::{
    Services,
    accounts::{login, people, roles::role_of},
    db::Priority,
    entity::{
        ai_setting, analysis_batch, api_key, candidate, import, interview, membership, preview, resume_batch, session,
        user, workspace,
    },
    error::{Result, ServiceError},
    events::Change,
};
use parley_domain::{
    account::{Action, Actor, Role},
    analysis::BatchState as AnalysesState,
    batch::BatchState,
    id::{InterviewId, WorkspaceId},
    person::WorkspaceContents,
    text::one_line,
};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect, QueryTrait,
    sea_query::{Expr, LockType, SelectStatement},
};
use std::net::IpAddr;
use uuid::Uuid;

/// How much goes with the workspace, for whoever is about to delete it.
///
/// # Errors
/// A role below owner.
pub async fn contents(s: &Services, actor: &Actor) -> Result<WorkspaceContents> {
    let id = s.allow_own(actor, Action::DeleteWorkspace)?;
    let conn = s.db.read();
    let sessions = count::<session::Entity>(conn, session::Column::WorkspaceId, session::Column::Id, id).await?;
    // A preview is a session that nobody counts.
    let previews = count::<preview::Entity>(conn, preview::Column::WorkspaceId, preview::Column::Id, id).await?;
    let elsewhere = membership::Entity::find()
        .select_only()
        .column(membership::Column::UserId)
        .filter(membership::Column::WorkspaceId.ne(id.0))
        .into_query();
    let only_here: Vec<Uuid> = membership::Entity::find()
        .select_only()
        .column(membership::Column::UserId)
        .filter(membership::Column::WorkspaceId.eq(id.0))
        .filter(membership::Column::UserId.not_in_subquery(elsewhere))
        .into_tuple()
        .all(conn)
        .await?;
    Ok(WorkspaceContents {
        interviews: count::<interview::Entity>(conn, interview::Column::WorkspaceId, interview::Column::Id, id).await?,
        candidates: count::<candidate::Entity>(conn, candidate::Column::WorkspaceId, candidate::Column::Id, id).await?,
        sessions: sessions.saturating_sub(previews),
        accounts: only_here.len() as u64,
    })
}

/// Counted by ids, which stand in an index with the workspace.
async fn count<E: EntityTrait>(
    conn: &impl ConnectionTrait,
    of: E::Column,
    id: E::Column,
    workspace: WorkspaceId,
) -> Result<u64> {
    let rows: Option<i64> = E::find()
        .select_only()
        .column_as(id.count(), "rows")
        .filter(of.eq(workspace.0))
        .into_tuple()
        .one(conn)
        .await?;
    Ok(rows.and_then(|rows| u64::try_from(rows).ok()).unwrap_or(0))
}

/// Deletes the actor's workspace with everything in it. Who belongs to no other one loses their account with it; where
/// nobody is left, the installation can be set up anew. Cannot be undone, so it takes the workspace's name and the person's
/// own password.
///
/// # Errors
/// Wrong `name` or `password`; a role below owner, and a key; [`ServiceError::TooMany`] for a password that is guessed at.
pub async fn delete(s: &Services, actor: &Actor, name: &str, password: &str, address: IpAddr) -> Result<()> {
    let id = s.allow_own(actor, Action::DeleteWorkspace)?;
    let Actor::Member { user, .. } = *actor else {
        // A key has no password, and must not outlive those who could answer for it.
        return Err(ServiceError::Forbidden);
    };
    let known = workspace::Entity::find_by_id(id.0)
        .filter(workspace::Column::DeletedAt.is_null())
        .one(s.db.read())
        .await?
        .ok_or(ServiceError::NotFound)?;
    if one_line(name) != one_line(&known.name) {
        return Err(ServiceError::invalid(
            "name",
            "This is not the workspace's name. Type it as it stands above.",
        ));
    }
    login::confirm(s, user, password, address).await?;
    let tx = s.db.write(Priority::Person).await?;
    // Locked: of two owners who delete it at once one does, and whoever is being added to it finds it gone. Answers of
    // candidates, which only point at it, do not wait for this, nor this for them.
    let row = workspace::Entity::find_by_id(id.0)
        .filter(workspace::Column::DeletedAt.is_null())
        .lock(LockType::NoKeyUpdate)
        .one(&*tx)
        .await?
        .ok_or(ServiceError::NotFound)?;
    // As it is by now: checking a password takes a while.
    if role_of(&*tx, user, id).await? != Some(Role::Owner) {
        return Err(ServiceError::Forbidden);
    }
    let now = s.now().millis();
    let mut change = row.into_active_model();
    change.deleted_at = Set(Some(now));
    change.updated_at = Set(now);
    change.update(&*tx).await?;
    end_access(&*tx, id, now).await?;
    stop_work(&*tx, id).await?;
    let is_last = leave_installation(&*tx).await?;
    let empty = !people::anybody(&*tx).await?;
    tx.commit().await?;
    tracing::info!(workspace = %id, by = actor.code(), "a workspace was deleted; its data goes in the background");
    if is_last {
        s.ai.forget();
    }
    if let Err(error) = release_name(s, id).await {
        tracing::warn!(%error, workspace = %id, "the name of a deleted workspace is not free yet; who clears up frees it");
    }
    forget(s, id);
    if empty {
        s.accounts.emptied.notify_one();
    }
    Ok(())
}

/// Members, keys, and the accounts of those who belong nowhere any more.
async fn end_access(tx: &impl ConnectionTrait, id: WorkspaceId, now: i64) -> Result<()> {
    let members: Vec<Uuid> = membership::Entity::find()
        .select_only()
        .column(membership::Column::UserId)
        .filter(membership::Column::WorkspaceId.eq(id.0))
        .into_tuple()
        .all(tx)
        .await?;
    membership::Entity::delete_many()
        .filter(membership::Column::WorkspaceId.eq(id.0))
        .exec(tx)
        .await?;
    // Revoked, not deleted: what hangs on a key may be a lot, and goes in the background. Nobody's, so that a key does not
    // go with its maker's account here either.
    api_key::Entity::update_many()
        .col_expr(api_key::Column::RevokedAt, Expr::value(now))
        .col_expr(api_key::Column::CreatedBy, Expr::value(Option::<Uuid>::None))
        .col_expr(api_key::Column::UpdatedAt, Expr::value(now))
        .filter(api_key::Column::WorkspaceId.eq(id.0))
        .exec(tx)
        .await?;
    user::Entity::delete_many()
        .filter(user::Column::Id.is_in(members))
        .filter(user::Column::Id.not_in_subquery(everybody()))
        .exec(tx)
        .await?;
    Ok(())
}

/// Everybody who belongs somewhere.
fn everybody() -> SelectStatement {
    membership::Entity::find()
        .select_only()
        .column(membership::Column::UserId)
        .into_query()
}

/// What goes on by itself, as long as its row says so. What is queued asks whether its workspace is there.
async fn stop_work(tx: &impl ConnectionTrait, id: WorkspaceId) -> Result<()> {
    import::Entity::update_many()
        .col_expr(import::Column::Work, Expr::value(Option::<String>::None))
        .col_expr(import::Column::Lease, Expr::value(Option::<Uuid>::None))
        .col_expr(import::Column::LeaseUntil, Expr::value(Option::<i64>::None))
        .filter(import::Column::WorkspaceId.eq(id.0))
        .filter(import::Column::Work.is_not_null())
        .exec(tx)
        .await?;
    let open = [BatchState::Uploaded, BatchState::Running, BatchState::Ready].map(BatchState::as_str);
    resume_batch::Entity::update_many()
        .col_expr(resume_batch::Column::State, Expr::value(BatchState::Cancelled.as_str()))
        .filter(resume_batch::Column::WorkspaceId.eq(id.0))
        .filter(resume_batch::Column::State.is_in(open))
        .exec(tx)
        .await?;
    analysis_batch::Entity::update_many()
        .col_expr(
            analysis_batch::Column::State,
            Expr::value(AnalysesState::Cancelled.as_str()),
        )
        .filter(analysis_batch::Column::WorkspaceId.eq(id.0))
        .filter(analysis_batch::Column::State.eq(AnalysesState::Running.as_str()))
        .exec(tx)
        .await?;
    Ok(())
}

/// Where no workspace is left, the settings of the installation go too: whoever sets it up next begins as on the first day,
/// and not with somebody else's model and key. Where nobody belongs anywhere, nor do accounts remain that lead nowhere: they
/// would keep it from being set up. Whether no workspace is left.
pub(super) async fn leave_installation(tx: &impl ConnectionTrait) -> Result<bool> {
    let other: Option<Uuid> = workspace::Entity::find()
        .select_only()
        .column(workspace::Column::Id)
        .filter(workspace::Column::DeletedAt.is_null())
        .limit(1)
        .into_tuple()
        .one(tx)
        .await?;
    // Asked once more in the statements themselves: somebody may be setting the installation up at this moment, and what
    // waits for them sees what they did.
    let others = workspace::Entity::find()
        .select_only()
        .column(workspace::Column::Id)
        .filter(workspace::Column::DeletedAt.is_null());
    ai_setting::Entity::delete_many()
        .filter(Expr::not_exists(others.into_query()))
        .exec(tx)
        .await?;
    let members = membership::Entity::find().select_only().column(membership::Column::Id);
    user::Entity::delete_many()
        .filter(Expr::not_exists(members.into_query()))
        .exec(tx)
        .await?;
    Ok(other.is_none())
}

/// Lets go of what this process keeps in memory, tells everyone who watches, and wakes who clears up.
fn forget(s: &Services, id: WorkspaceId) {
    s.scenes.forget_all();
    s.transcripts.forget_all();
    s.pinned.forget();
    // Of nobody in particular: every window looks how things stand, and finds its link gone.
    s.events.send(Change {
        workspace: id,
        interview: InterviewId::NIL,
        candidate: None,
        session: None,
    });
    s.accounts.clearing.notify_one();
}
