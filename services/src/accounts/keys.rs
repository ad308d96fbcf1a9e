//! API keys: made by members who may, never above their own role, shown once, ended by revoking and with their maker's
//! membership.

use super::{
    audit, people,
    roles::{role_of, stored_role},
    zone::{Zone, zone_of},
};
use crate::{
    Services,
    db::Priority,
    entity::{api_key, user},
    error::{Result, ServiceError},
    secrets,
};
use parley_domain::{
    account::{Action, Actor, Role},
    error::Problems,
    id::{ApiKeyId, UserId, WorkspaceId},
    person::{ApiKeySeen, NewApiKey, TITLE_MAX, WORKSPACE_DEFAULT},
    text::{chars, one_line},
    time::{MINUTE, Timestamp},
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder,
};
use std::collections::HashMap;
use uuid::Uuid;

/// What every key begins with, so that people and scanners recognise one.
pub const PREFIX: &str = "pk_";

fn checked_name(name: &str) -> Result<String> {
    let name = one_line(name);
    let mut problems = Problems::new();
    problems.require(!name.is_empty(), "name", "Enter what the key is for.");
    let fits = chars(&name) <= TITLE_MAX;
    problems.require(fits, "name", format!("A name has at most {TITLE_MAX} characters."));
    Ok(problems.into_result(name)?)
}

/// Makes a key.
///
/// # Errors
/// [`ServiceError::Forbidden`] for those who may not; invalid `role` for one above the maker's own.
pub async fn create_key(s: &Services, actor: &Actor, name: &str, role: Role) -> Result<NewApiKey> {
    let workspace = s.allow_own(actor, Action::ManageApiKeys)?;
    let name = checked_name(name)?;
    if actor.role().is_none_or(|own| role > own) {
        return Err(ServiceError::invalid(
            "role",
            "A key cannot do more than the person who makes it.",
        ));
    }
    let maker = match actor {
        Actor::Member { user, .. } => Some(*user),
        // A key that made keys would outlive its own end.
        _ => return Err(ServiceError::Forbidden),
    };
    let tx = s.db.write(Priority::Person).await?;
    let (row, secret) = insert(&*tx, s, actor, workspace, maker, name, role).await?;
    tx.commit().await?;
    let zone = zone_of(s, actor).await?;
    let makers = maker_names(s, std::slice::from_ref(&row)).await?;
    let key = seen(row, &makers, &zone, s.now())?;
    Ok(NewApiKey { key, secret })
}

/// Makes a key from the command line: it belongs to no member. Where there is no workspace yet, "My workspace" is made.
///
/// # Errors
/// When the name is bad or the workspace is not clear.
pub async fn create_key_as_system(s: &Services, name: &str, role: Role, workspace: Option<&str>) -> Result<String> {
    let name = checked_name(name)?;
    let tx = s.db.write(Priority::Person).await?;
    let workspace = match people::workspace_named(&*tx, workspace).await? {
        Some(id) => id,
        None => people::insert_workspace(&*tx, s, WORKSPACE_DEFAULT).await?.0,
    };
    let (_, secret) = insert(&*tx, s, &Actor::System, workspace, None, name, role).await?;
    tx.commit().await?;
    Ok(secret)
}

async fn insert(
    tx: &impl ConnectionTrait,
    s: &Services,
    actor: &Actor,
    workspace: WorkspaceId,
    maker: Option<UserId>,
    name: String,
    role: Role,
) -> Result<(api_key::Model, String)> {
    let secret = s.secrets.random_token(PREFIX)?;
    let now = s.now().millis();
    let row = api_key::Model {
        id: s.new_id()?,
        workspace_id: workspace.0,
        name,
        role: role.as_str().to_owned(),
        hash: secrets::hash(&secret),
        hint: secret.chars().skip(secret.len().saturating_sub(4)).collect(),
        created_by: maker.map(Uuid::from),
        last_used_at: None,
        revoked_at: None,
        created_at: now,
        updated_at: now,
    };
    api_key::Entity::insert(row.clone().into_active_model().reset_all())
        .exec_without_returning(tx)
        .await?;
    audit::write(tx, s, workspace, actor, "api_key.create", Some(row.id)).await?;
    Ok((row, secret))
}

/// The workspace's keys that are not revoked, newest first.
///
/// # Errors
/// [`ServiceError::Forbidden`] for those who may not.
pub async fn list_keys(s: &Services, actor: &Actor) -> Result<Vec<ApiKeySeen>> {
    let workspace = s.allow_own(actor, Action::ManageApiKeys)?;
    let rows = api_key::Entity::find()
        .filter(api_key::Column::WorkspaceId.eq(workspace.0))
        .filter(api_key::Column::RevokedAt.is_null())
        .order_by_desc(api_key::Column::Id)
        .all(s.db.read())
        .await?;
    let makers = maker_names(s, &rows).await?;
    let zone = zone_of(s, actor).await?;
    let now = s.now();
    rows.into_iter().map(|row| seen(row, &makers, &zone, now)).collect()
}

async fn maker_names(s: &Services, rows: &[api_key::Model]) -> Result<HashMap<Uuid, String>> {
    let ids: Vec<Uuid> = rows.iter().filter_map(|row| row.created_by).collect();
    let people = user::Entity::find()
        .filter(user::Column::Id.is_in(ids))
        .all(s.db.read())
        .await?;
    Ok(people.into_iter().map(|p| (p.id, p.name)).collect())
}

fn seen(row: api_key::Model, makers: &HashMap<Uuid, String>, zone: &Zone, now: Timestamp) -> Result<ApiKeySeen> {
    let shown = |millis| zone.shown(Timestamp::from_millis(millis), now);
    Ok(ApiKeySeen {
        id: ApiKeyId(row.id),
        name: row.name,
        role: stored_role(&row.role)?,
        hint: row.hint,
        maker: row.created_by.and_then(|id| makers.get(&id).cloned()),
        created: shown(row.created_at),
        last_used: row.last_used_at.map(shown),
    })
}

/// Ends a key at once. One that is ended already answers like an unknown one.
///
/// # Errors
/// [`ServiceError::Forbidden`] for those who may not, or for a key above their own role; [`ServiceError::NotFound`].
pub async fn revoke_key(s: &Services, actor: &Actor, id: ApiKeyId) -> Result<()> {
    let workspace = s.allow_own(actor, Action::ManageApiKeys)?;
    let tx = s.db.write(Priority::Person).await?;
    let row = api_key::Entity::find_by_id(id.0)
        .filter(api_key::Column::WorkspaceId.eq(workspace.0))
        .filter(api_key::Column::RevokedAt.is_null())
        .one(&*tx)
        .await?
        .ok_or(ServiceError::NotFound)?;
    if actor
        .role()
        .is_none_or(|own| stored_role(&row.role).is_ok_and(|role| role > own))
    {
        return Err(ServiceError::Forbidden);
    }
    let now = s.now().millis();
    let ended = api_key::ActiveModel {
        id: Set(row.id),
        revoked_at: Set(Some(now)),
        updated_at: Set(now),
        ..Default::default()
    };
    api_key::Entity::update(ended).exec(&*tx).await?;
    audit::write(&*tx, s, workspace, actor, "api_key.revoke", Some(row.id)).await?;
    tx.commit().await
}

/// Who comes with this key; `None` for one that is unknown, revoked, or whose maker is no longer a member. A key never
/// does more than its maker may now.
///
/// # Errors
/// When the database cannot be read.
pub async fn key_actor(s: &Services, secret: &str) -> Result<Option<Actor>> {
    if !secret.starts_with(PREFIX) {
        return Ok(None);
    }
    let row = api_key::Entity::find()
        .filter(api_key::Column::Hash.eq(secrets::hash(secret)))
        .filter(api_key::Column::RevokedAt.is_null())
        .one(s.db.read())
        .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let workspace = WorkspaceId(row.workspace_id);
    let mut role = stored_role(&row.role)?;
    if let Some(maker) = row.created_by {
        let Some(own) = role_of(s.db.read(), UserId(maker), workspace).await? else {
            return Ok(None);
        };
        role = role.min(own);
    }
    let now = s.now().millis();
    if row.last_used_at.is_none_or(|at| now - at >= MINUTE) {
        note_use(s, row.id, now).await?;
    }
    let key = ApiKeyId(row.id);
    Ok(Some(Actor::ApiKey { workspace, key, role }))
}

async fn note_use(s: &Services, id: Uuid, now: i64) -> Result<()> {
    let used = api_key::ActiveModel {
        id: Set(id),
        last_used_at: Set(Some(now)),
        ..Default::default()
    };
    let tx = s.db.write(Priority::Background).await?;
    api_key::Entity::update_many()
        .set(used)
        .filter(api_key::Column::Id.eq(id))
        .exec(&*tx)
        .await?;
    tx.commit().await
}
