//! The audit log: who did what, in ids and codes, never in names or values.

use crate::{Services, entity::audit, error::Result};
use parley_domain::{account::Actor, id::WorkspaceId};
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait};
use uuid::Uuid;

/// Writes a row, in the transaction of what it tells. `action` is `area.verb`; `resource` is an id.
///
/// # Errors
/// When the row cannot be written.
pub async fn write(
    conn: &impl ConnectionTrait,
    s: &Services,
    workspace: WorkspaceId,
    actor: &Actor,
    action: &'static str,
    resource: Option<Uuid>,
) -> Result<()> {
    let now = s.now().millis();
    let row = audit::ActiveModel {
        id: Set(s.new_id()?),
        workspace_id: Set(workspace.0),
        actor: Set(actor.code()),
        action: Set(action.to_owned()),
        resource: Set(resource.map(|id| id.to_string())),
        at: Set(now),
        created_at: Set(now),
        updated_at: Set(now),
    };
    audit::Entity::insert(row).exec_without_returning(conn).await?;
    Ok(())
}
