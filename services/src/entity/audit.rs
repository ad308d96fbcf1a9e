//! Who did what, in ids and codes only; append-only.

use sea_orm::entity::prelude::*;

/// A row of `audit`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "audit")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The workspace it belongs to.
    pub workspace_id: Uuid,
    /// `user:…`, `key:…` or `system`.
    pub actor: String,
    /// What was done.
    pub action: String,
    /// To what.
    pub resource: Option<String>,
    /// When.
    pub at: i64,
    /// When it was made, UTC milliseconds.
    pub created_at: i64,
    /// When it was last changed, UTC milliseconds.
    pub updated_at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
