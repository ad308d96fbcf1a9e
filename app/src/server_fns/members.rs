//! Members of the workspace: the list, another role, an end.

use crate::error::AppError;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use parley_domain::{account::Role, id::UserId, member::MemberSeen};

#[cfg(feature = "ssr")]
use crate::server_fns as door;
#[cfg(feature = "ssr")]
use parley_services::accounts as service;

/// The members, by name, with what the person who asks may do about each.
#[server(endpoint = "members/list", input = Json)]
pub async fn list_members(workspace: String) -> Result<Vec<MemberSeen>, AppError> {
    let (services, actor) = door::who(&workspace).await?;
    Ok(service::members_seen(&services, &actor).await?)
}

/// Gives a member another role.
#[server(endpoint = "members/change-role", input = Json)]
pub async fn change_role(workspace: String, id: UserId, role: Role) -> Result<(), AppError> {
    let (services, actor) = door::who(&workspace).await?;
    service::change_role(&services, &actor, id, role).await?;
    Ok(())
}

/// Ends a membership.
#[server(endpoint = "members/remove", input = Json)]
pub async fn remove_member(workspace: String, id: UserId) -> Result<(), AppError> {
    let (services, actor) = door::who(&workspace).await?;
    Ok(service::remove_member(&services, &actor, id).await?)
}
