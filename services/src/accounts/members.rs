//! The members of a workspace: who they are, their roles, and ending a membership. A workspace never loses its last owner.

use super::{audit, roles::stored_role, zone::zone_of};
use crate::{
    Services,
    db::Priority,
    entity::{membership, user, workspace},
    error::{Result, ServiceError},
};
use parley_domain::{
    account::{Action, Actor, Role},
    id::{UserId, WorkspaceId},
    member::{Member, MemberSeen, action_for, may_give},
    time::Timestamp,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use std::collections::HashMap;
use uuid::Uuid;

/// The members, by name.
///
/// # Errors
/// A role that may not read.
pub async fn members(s: &Services, actor: &Actor) -> Result<Vec<Member>> {
    let workspace = s.allow_own(actor, Action::Read)?;
    let mut of: HashMap<Uuid, membership::Model> = membership::Entity::find()
        .filter(membership::Column::WorkspaceId.eq(workspace.0))
        .all(s.db.read())
        .await?
        .into_iter()
        .map(|row| (row.user_id, row))
        .collect();
    let people = user::Entity::find()
        .filter(user::Column::Id.is_in(of.keys().copied()))
        .order_by_asc(user::Column::Name)
        .order_by_asc(user::Column::Id)
        .all(s.db.read())
        .await?;
    people
        .into_iter()
        .filter_map(|person| of.remove(&person.id).map(|row| to_member(person, &row)))
        .collect()
}

fn to_member(person: user::Model, row: &membership::Model) -> Result<Member> {
    Ok(Member {
        id: person.id.into(),
        name: person.name,
        email: person.email,
        role: stored_role(&row.role)?,
        created_at: Timestamp::from_millis(row.created_at),
    })
}

/// The members as this actor sees them, with what they may do about each.
///
/// # Errors
/// A role that may not read.
pub async fn members_seen(s: &Services, actor: &Actor) -> Result<Vec<MemberSeen>> {
    let zone = zone_of(s, actor).await?;
    let me = match actor {
        Actor::Member { user, .. } => Some(*user),
        _ => None,
    };
    let members = members(s, actor).await?;
    let owners = members.iter().filter(|m| m.role == Role::Owner).count();
    Ok(members
        .into_iter()
        .map(|m| {
            let last_owner = m.role == Role::Owner && owners == 1;
            let may_give = match actor.role() {
                Some(own) if !last_owner => may_give(own, m.role),
                _ => Vec::new(),
            };
            MemberSeen {
                you: me == Some(m.id),
                joined: zone.shown(m.created_at, s.now()),
                may_remove: !may_give.is_empty(),
                may_give,
                id: m.id,
                name: m.name,
                email: m.email,
                role: m.role,
            }
        })
        .collect())
}

/// Gives a member another role. Their keys follow it at once: a key never does more than its maker may now.
///
/// # Errors
/// An unknown member; a role that is too low, for the present role or the new one; a conflict for the last owner.
pub async fn change_role(s: &Services, actor: &Actor, id: UserId, role: Role) -> Result<Member> {
    let workspace = s.allow_own(actor, Action::ManageMembers)?;
    let tx = s.db.write(Priority::Person).await?;
    let row = lock_member(&*tx, workspace, id).await?;
    let present = stored_role(&row.role)?;
    s.allow_own(actor, action_for(present))?;
    s.allow_own(actor, action_for(role))?;
    if present != role {
        if present == Role::Owner {
            keep_an_owner(&*tx, workspace, id).await?;
        }
        let change = membership::ActiveModel {
            id: Set(row.id),
            role: Set(role.as_str().to_owned()),
            updated_at: Set(s.now().millis()),
            ..Default::default()
        };
        membership::Entity::update(change).exec(&*tx).await?;
        audit::write(&*tx, s, workspace, actor, "member.role", Some(id.0)).await?;
        tx.commit().await?;
    } else {
        // Whoever holds a connection must not wait for another one.
        drop(tx);
    }
    members(s, actor)
        .await?
        .into_iter()
        .find(|m| m.id == id)
        .ok_or(ServiceError::NotFound)
}

/// Ends a membership. The person's account, and what they did, stay; the keys that they made end with it.
///
/// # Errors
/// An unknown member; a role that is too low for theirs; a conflict for the last owner.
pub async fn remove(s: &Services, actor: &Actor, id: UserId) -> Result<()> {
    let workspace = s.allow_own(actor, Action::ManageMembers)?;
    let tx = s.db.write(Priority::Person).await?;
    let row = lock_member(&*tx, workspace, id).await?;
    let present = stored_role(&row.role)?;
    s.allow_own(actor, action_for(present))?;
    if present == Role::Owner {
        keep_an_owner(&*tx, workspace, id).await?;
    }
    membership::Entity::delete_by_id(row.id).exec(&*tx).await?;
    audit::write(&*tx, s, workspace, actor, "member.remove", Some(id.0)).await?;
    tx.commit().await
}

/// The membership, with its whole workspace locked: two owners who remove each other are one after the other.
async fn lock_member(tx: &impl ConnectionTrait, workspace: WorkspaceId, id: UserId) -> Result<membership::Model> {
    workspace::Entity::find_by_id(workspace.0)
        .lock_exclusive()
        .one(tx)
        .await?
        .ok_or(ServiceError::NotFound)?;
    membership::Entity::find()
        .filter(membership::Column::WorkspaceId.eq(workspace.0))
        .filter(membership::Column::UserId.eq(id.0))
        .one(tx)
        .await?
        .ok_or(ServiceError::NotFound)
}

async fn keep_an_owner(tx: &impl ConnectionTrait, workspace: WorkspaceId, besides: UserId) -> Result<()> {
    let others = membership::Entity::find()
        .filter(membership::Column::WorkspaceId.eq(workspace.0))
        .filter(membership::Column::Role.eq(Role::Owner.as_str()))
        .filter(membership::Column::UserId.ne(besides.0))
        .count(tx)
        .await?;
    if others == 0 {
        return Err(ServiceError::conflict(
            "last_owner",
            "This is the last owner of the workspace. Make somebody else an owner first. Nothing was changed.",
        ));
    }
    Ok(())
}
