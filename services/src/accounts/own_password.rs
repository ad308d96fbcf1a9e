//! Another password for oneself.

use super::{
    audit,
    login::{SignedIn, begin, confirm, end_all, wrong_password},
    people::{hashed, workspaces_of},
    roles::role_of,
};
use crate::{
    Services,
    db::Priority,
    entity::user,
    error::{Result, ServiceError},
};
use parley_domain::{account::Actor, id::UserId, person::check_password};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, IntoActiveModel};
use std::net::IpAddr;

/// Gives a person who knows their password another one, and ends all of their login sessions. The browser in which they did
/// it goes on with the new one that is answered: whoever has a copy of its cookie is logged out as well. Wrong ones are
/// counted with failed log-ins.
///
/// # Errors
/// Invalid `password` for a wrong one, invalid `new_password` for one that may not be chosen; [`ServiceError::TooMany`] for
/// who tries too often.
pub async fn change_password(s: &Services, id: UserId, password: &str, new: &str, address: IpAddr) -> Result<SignedIn> {
    check_password(new).map_err(|message| ServiceError::invalid("new_password", message))?;
    let person = confirm(s, id, password, address).await?;
    let hash = hashed(s, new).await?;
    let tx = s.db.write(Priority::Person).await?;
    let row = user::Entity::find_by_id(id.0)
        .one(&*tx)
        .await?
        .ok_or(ServiceError::NotFound)?;
    // It may have changed while it was checked.
    if row.password_hash != person.password_hash {
        return Err(wrong_password());
    }
    let mut row = row.into_active_model();
    row.password_hash = Set(hash);
    row.updated_at = Set(s.now().millis());
    row.update(&*tx).await?;
    end_all(&*tx, id).await?;
    let signed_in = begin(&*tx, s, id).await?;
    for workspace in workspaces_of(&*tx, id).await? {
        if let Some(role) = role_of(&*tx, id, workspace).await? {
            let actor = Actor::Member {
                workspace,
                user: id,
                role,
            };
            audit::write(&*tx, s, workspace, &actor, "member.password", Some(id.0)).await?;
        }
    }
    tx.commit().await?;
    Ok(signed_in)
}
