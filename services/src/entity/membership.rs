//! Who belongs to which workspace, in which role.

use sea_orm::entity::prelude::*;

/// A row of `membership`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "membership")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The workspace it belongs to.
    pub workspace_id: Uuid,
    /// The person.
    pub user_id: Uuid,
    /// `viewer`, `member`, `admin` or `owner`.
    pub role: String,
    /// When it was made, UTC milliseconds.
    pub created_at: i64,
    /// When it was last changed, UTC milliseconds.
    pub updated_at: i64,
}

impl ActiveModelBehavior for ActiveModel {}

/// The way from a membership to its workspace.
pub(crate) fn of_workspace() -> RelationDef {
    Entity::belongs_to(super::workspace::Entity)
        .from(Column::WorkspaceId)
        .to(super::workspace::Column::Id)
        .into()
}
