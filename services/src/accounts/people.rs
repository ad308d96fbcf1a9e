//! Making people and workspaces; a person's own profile.

use super::{audit, roles::stored_role, zone::Zone};
use crate::{
    Services,
    db::Priority,
    entity::{membership, user, workspace},
    error::{Result, ServiceError},
};
use parley_domain::{
    account::{Actor, Role},
    id::{UserId, WorkspaceId},
    person::{Me, PersonInput, ProfileInput, WORKSPACE_DEFAULT, WorkspaceSeen, check_password},
    text::{email_norm, fold},
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, JoinType,
    PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

/// How often a taken slug is tried again with another ending.
const SLUG_TRIES: usize = 8;

/// A workspace's place in URLs, from its name: ASCII letters and digits, joined by hyphens; "workspace" where none are.
fn slug_of(name: &str) -> String {
    let folded = fold(name);
    let words: Vec<&str> = folded
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let mut slug = words.join("-");
    slug.truncate(40);
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() {
        "workspace".to_owned()
    } else {
        slug.to_owned()
    }
}

fn bad_zone() -> ServiceError {
    ServiceError::invalid("time_zone", "This is not a time zone such as Europe/Berlin.")
}

/// Hashes the password of a person whose input is good. Outside of any transaction: it takes a tenth of a second.
pub(crate) async fn hashed(s: &Services, password: &str) -> Result<String> {
    let salt = s.secrets.random::<16>()?;
    s.accounts.passwords.hash(password.to_owned(), salt).await
}

/// Whether anybody can sign in.
pub(crate) async fn anybody(conn: &impl ConnectionTrait) -> Result<bool> {
    let one: Option<Uuid> = user::Entity::find()
        .select_only()
        .column(user::Column::Id)
        .into_tuple()
        .one(conn)
        .await?;
    Ok(one.is_some())
}

/// Writes a person. `person` is checked already.
pub(crate) async fn insert_user(
    tx: &impl ConnectionTrait,
    s: &Services,
    person: &PersonInput,
    password_hash: String,
) -> Result<UserId> {
    let zone = Zone::named(&person.time_zone).ok_or_else(bad_zone)?;
    let norm = email_norm(&person.email);
    let taken = user::Entity::find()
        .filter(user::Column::EmailNorm.eq(&norm))
        .one(tx)
        .await?;
    if let Some(taken) = taken {
        return Err(ServiceError::Conflict {
            code: "email_taken",
            detail: format!(
                "Somebody with the email {} is here already. Nothing was changed.",
                person.email
            ),
            existing: Some(taken.id),
        });
    }
    let id: UserId = s.new_id()?;
    let now = s.now().millis();
    let row = user::ActiveModel {
        id: Set(id.0),
        email: Set(person.email.clone()),
        email_norm: Set(norm),
        name: Set(person.name.clone()),
        password_hash: Set(password_hash),
        time_zone: Set(zone.name().to_owned()),
        locale: Set("en".to_owned()),
        created_at: Set(now),
        updated_at: Set(now),
    };
    user::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(id)
}

/// Writes a workspace and answers its id and slug.
pub(crate) async fn insert_workspace(
    tx: &impl ConnectionTrait,
    s: &Services,
    name: &str,
) -> Result<(WorkspaceId, String)> {
    let wanted = slug_of(name);
    let mut slug = wanted.clone();
    for _ in 0..SLUG_TRIES {
        let taken = workspace::Entity::find()
            .filter(workspace::Column::Slug.eq(&slug))
            .count(tx)
            .await?;
        if taken == 0 {
            break;
        }
        let [a, b] = s.secrets.random::<2>()?;
        slug = format!("{wanted}-{a:02x}{b:02x}");
    }
    let id: WorkspaceId = s.new_id()?;
    let now = s.now().millis();
    let row = workspace::ActiveModel {
        id: Set(id.0),
        slug: Set(slug.clone()),
        name: Set(name.to_owned()),
        deleted_at: Set(None),
        created_at: Set(now),
        updated_at: Set(now),
    };
    workspace::Entity::insert(row).exec_without_returning(tx).await?;
    Ok((id, slug))
}

/// Writes a membership.
///
/// # Errors
/// [`ServiceError::NotFound`] for a workspace that was deleted meanwhile.
pub(crate) async fn insert_member(
    tx: &impl ConnectionTrait,
    s: &Services,
    workspace: WorkspaceId,
    user: UserId,
    role: Role,
) -> Result<()> {
    // Locked: whoever deletes it ends the memberships that there are, and nobody comes in behind that.
    workspace::Entity::find_by_id(workspace.0)
        .filter(workspace::Column::DeletedAt.is_null())
        .lock_shared()
        .one(tx)
        .await?
        .ok_or(ServiceError::NotFound)?;
    let now = s.now().millis();
    let row = membership::ActiveModel {
        id: Set(s.new_id()?),
        workspace_id: Set(workspace.0),
        user_id: Set(user.0),
        role: Set(role.as_str().to_owned()),
        created_at: Set(now),
        updated_at: Set(now),
    };
    membership::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// The workspace that a command line means: the one of this id or slug, or the only one.
///
/// # Errors
/// [`ServiceError::NotFound`] for an unknown one; a conflict where there are several and none was named.
pub async fn workspace_named(conn: &impl ConnectionTrait, named: Option<&str>) -> Result<Option<WorkspaceId>> {
    let query = workspace::Entity::find()
        .select_only()
        .column(workspace::Column::Id)
        .filter(workspace::Column::DeletedAt.is_null());
    if let Some(name) = named {
        let query = match name.parse::<Uuid>() {
            Ok(id) => query.filter(workspace::Column::Id.eq(id)),
            Err(_) => query.filter(workspace::Column::Slug.eq(name)),
        };
        let id: Option<Uuid> = query.into_tuple().one(conn).await?;
        return id.map(|id| Some(WorkspaceId(id))).ok_or(ServiceError::NotFound);
    }
    let ids: Vec<Uuid> = query.limit(2).into_tuple().all(conn).await?;
    match ids.as_slice() {
        [] => Ok(None),
        [id] => Ok(Some(WorkspaceId(*id))),
        _ => Err(ServiceError::conflict(
            "workspace_needed",
            "There are several workspaces; say which one with --workspace. Nothing was changed.",
        )),
    }
}

/// Adds a person to a workspace, from the command line. Where there is no workspace, "My workspace" is made, and the
/// person is its owner unless `role` says otherwise; elsewhere they are a member unless it does.
///
/// # Errors
/// What is wrong with the input; a conflict if the email is taken or the workspace is not clear.
pub async fn add(s: &Services, person: PersonInput, role: Option<Role>, workspace: Option<&str>) -> Result<UserId> {
    let person = person.checked()?;
    let hash = hashed(s, &person.password).await?;
    let tx = s.db.write(Priority::Person).await?;
    let (workspace, default_role) = match workspace_named(&*tx, workspace).await? {
        Some(id) => (id, Role::Member),
        None => (insert_workspace(&*tx, s, WORKSPACE_DEFAULT).await?.0, Role::Owner),
    };
    let user = insert_user(&*tx, s, &person, hash).await?;
    insert_member(&*tx, s, workspace, user, role.unwrap_or(default_role)).await?;
    audit::write(&*tx, s, workspace, &Actor::System, "member.add", Some(user.0)).await?;
    tx.commit().await?;
    Ok(user)
}

/// Gives a person another password and signs them out everywhere, from the command line.
///
/// # Errors
/// [`ServiceError::NotFound`] for an unknown email; what is wrong with the password.
pub async fn set_password(s: &Services, email: &str, password: &str) -> Result<()> {
    check_password(password).map_err(|message| ServiceError::invalid("password", message))?;
    let hash = hashed(s, password).await?;
    let tx = s.db.write(Priority::Person).await?;
    let person = user::Entity::find()
        .filter(user::Column::EmailNorm.eq(email_norm(email)))
        .one(&*tx)
        .await?
        .ok_or(ServiceError::NotFound)?;
    let id = UserId(person.id);
    let mut row = person.into_active_model();
    row.password_hash = Set(hash);
    row.updated_at = Set(s.now().millis());
    row.update(&*tx).await?;
    super::login::end_all(&*tx, id).await?;
    for workspace in workspaces_of(&*tx, id).await? {
        audit::write(&*tx, s, workspace, &Actor::System, "member.password", Some(id.0)).await?;
    }
    tx.commit().await
}

pub(super) async fn workspaces_of(conn: &impl ConnectionTrait, user: UserId) -> Result<Vec<WorkspaceId>> {
    let ids: Vec<Uuid> = membership::Entity::find()
        .filter(membership::Column::UserId.eq(user.0))
        .select_only()
        .column(membership::Column::WorkspaceId)
        .into_tuple()
        .all(conn)
        .await?;
    Ok(ids.into_iter().map(WorkspaceId).collect())
}

/// The signed-in person, with where they belong.
///
/// # Errors
/// [`ServiceError::NotFound`] when they are gone.
pub async fn me(s: &Services, id: UserId) -> Result<Me> {
    let conn = s.db.read();
    let person = user::Entity::find_by_id(id.0)
        .one(conn)
        .await?
        .ok_or(ServiceError::NotFound)?;
    let rows: Vec<(Uuid, String, String, String)> = membership::Entity::find()
        .join(JoinType::InnerJoin, membership::of_workspace())
        .filter(membership::Column::UserId.eq(id.0))
        .order_by_asc(workspace::Column::Name)
        .order_by_asc(workspace::Column::Id)
        .select_only()
        .column(workspace::Column::Id)
        .column(workspace::Column::Slug)
        .column(workspace::Column::Name)
        .column(membership::Column::Role)
        .into_tuple()
        .all(conn)
        .await?;
    let mut workspaces = Vec::with_capacity(rows.len());
    let first = crate::ai::settings::first(conn).await?;
    for (id, slug, name, role) in rows {
        workspaces.push(WorkspaceSeen {
            slug,
            name,
            role: stored_role(&role)?,
            first: first.is_some_and(|first| first.0 == id),
        });
    }
    Ok(Me {
        id,
        name: person.name,
        email: person.email,
        time_zone: person.time_zone,
        locale: person.locale,
        workspaces,
    })
}

/// Changes one's own name, zone and language.
///
/// # Errors
/// What is wrong, field by field.
pub async fn change_profile(s: &Services, id: UserId, input: ProfileInput) -> Result<Me> {
    let input = input.checked()?;
    let zone = Zone::named(&input.time_zone).ok_or_else(bad_zone)?;
    let tx = s.db.write(Priority::Person).await?;
    let row = user::ActiveModel {
        id: Set(id.0),
        name: Set(input.name),
        time_zone: Set(zone.name().to_owned()),
        locale: Set(input.locale),
        updated_at: Set(s.now().millis()),
        ..Default::default()
    };
    user::Entity::update(row).exec(&*tx).await?;
    tx.commit().await?;
    me(s, id).await
}

#[cfg(test)]
mod tests {
    use super::slug_of;

    #[test]
    fn slugs_are_plain_and_never_empty() {
        assert_eq!(slug_of("My workspace"), "my-workspace");
        assert_eq!(slug_of("  Café & Söhne GmbH "), "cafe-sohne-gmbh");
        assert_eq!(slug_of("面接"), "workspace");
        assert!(slug_of(&"ab ".repeat(40)).len() <= 40);
        assert!(!slug_of(&"ab ".repeat(40)).ends_with('-'));
    }
}
