//! The workspace itself: its name, which members read in the frame and candidates as the company's on every page. Its place
//! in addresses stays what it was made with, so that no address breaks.

use super::audit;
use crate::{
    Services,
    db::Priority,
    entity::workspace,
    error::{Result, ServiceError},
};
use parley_domain::{
    account::{Action, Actor},
    id::WorkspaceId,
    person::{Workspace, workspace_name},
};
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait};

/// The workspace.
///
/// # Errors
/// A role that may not read.
pub async fn get(s: &Services, actor: &Actor) -> Result<Workspace> {
    let id = s.allow_own(actor, Action::Read)?;
    let row = workspace::Entity::find_by_id(id.0)
        .one(s.db.read())
        .await?
        .ok_or(ServiceError::NotFound)?;
    Ok(Workspace {
        slug: row.slug,
        name: row.name,
    })
}

/// Gives the workspace another name.
///
/// # Errors
/// What is wrong with the name; a role that may not change settings.
pub async fn rename(s: &Services, actor: &Actor, name: &str) -> Result<Workspace> {
    let id = s.allow_own(actor, Action::ManageSettings)?;
    let name = workspace_name(name).map_err(|message| ServiceError::invalid("name", message))?;
    let tx = s.db.write(Priority::Person).await?;
    give_name(&*tx, s, id, &name).await?;
    audit::write(&*tx, s, id, actor, "workspace.rename", Some(id.0)).await?;
    tx.commit().await?;
    get(s, actor).await
}

/// Writes a name that is checked already.
pub(super) async fn give_name(tx: &impl ConnectionTrait, s: &Services, id: WorkspaceId, name: &str) -> Result<()> {
    let row = workspace::ActiveModel {
        id: Set(id.0),
        name: Set(name.to_owned()),
        updated_at: Set(s.now().millis()),
        ..Default::default()
    };
    workspace::Entity::update(row).exec(tx).await?;
    Ok(())
}
