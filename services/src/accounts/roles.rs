//! From a person and a place to an [`Actor`]. The role is read at each request; a workspace of others answers like one
//! that does not exist.

use crate::{
    Services,
    entity::{interview, membership, workspace},
    error::{Result, ServiceError},
    input,
};
use parley_domain::{
    account::{Actor, Role},
    id::{InterviewId, UserId, WorkspaceId},
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, JoinType, QueryFilter, QuerySelect};
use uuid::Uuid;

/// Reads a role as the database has it.
///
/// # Errors
/// When it is none: a fault of ours.
pub(crate) fn stored_role(word: &str) -> Result<Role> {
    word.parse()
        .map_err(|e: String| ServiceError::internal(anyhow::anyhow!("stored role: {e}")))
}

/// The role of `user` in `workspace`, if any.
pub(crate) async fn role_of(conn: &impl ConnectionTrait, user: UserId, workspace: WorkspaceId) -> Result<Option<Role>> {
    let word: Option<String> = membership::Entity::find()
        .filter(membership::Column::WorkspaceId.eq(workspace.0))
        .filter(membership::Column::UserId.eq(user.0))
        .select_only()
        .column(membership::Column::Role)
        .into_tuple()
        .one(conn)
        .await?;
    word.as_deref().map(stored_role).transpose()
}

/// `user` as a member of `workspace`.
///
/// # Errors
/// [`ServiceError::NotFound`] for those who are not.
pub async fn actor_in(s: &Services, user: UserId, workspace: WorkspaceId) -> Result<Actor> {
    let role = role_of(s.db.read(), user, workspace)
        .await?
        .ok_or(ServiceError::NotFound)?;
    Ok(Actor::Member { workspace, user, role })
}

/// `user` as a member of the workspace at `/w/{slug}`.
///
/// # Errors
/// [`ServiceError::NotFound`] for an unknown slug and for those who are not members.
pub async fn actor(s: &Services, user: UserId, slug: &str) -> Result<Actor> {
    if !input::is_slug(slug) {
        return Err(ServiceError::NotFound);
    }
    let found: Option<(Uuid, String)> = membership::Entity::find()
        .join(JoinType::InnerJoin, membership::of_workspace())
        .filter(workspace::Column::Slug.eq(slug))
        .filter(membership::Column::UserId.eq(user.0))
        .select_only()
        .columns([membership::Column::WorkspaceId, membership::Column::Role])
        .into_tuple()
        .one(s.db.read())
        .await?;
    let (id, role) = found.ok_or(ServiceError::NotFound)?;
    Ok(Actor::Member {
        workspace: WorkspaceId(id),
        user,
        role: stored_role(&role)?,
    })
}

/// `user` as a member of the workspace that has this interview: for addresses that name no workspace.
///
/// # Errors
/// [`ServiceError::NotFound`] for an unknown interview and for those who are not members.
pub async fn actor_for_interview(s: &Services, user: UserId, id: InterviewId) -> Result<Actor> {
    let workspace: Option<Uuid> = interview::Entity::find_by_id(id.0)
        .select_only()
        .column(interview::Column::WorkspaceId)
        .into_tuple()
        .one(s.db.read())
        .await?;
    let workspace = workspace.ok_or(ServiceError::NotFound)?;
    actor_in(s, user, WorkspaceId(workspace)).await
}
