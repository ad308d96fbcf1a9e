//! Stored files, once per workspace and content.

use sea_orm::entity::prelude::*;

/// A row of `file`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "file")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The workspace it belongs to.
    pub workspace_id: Uuid,
    /// Of the content.
    pub sha256: Vec<u8>,
    /// Bytes.
    pub size: i64,
    /// Media type.
    pub content_type: String,
    /// Where the storage keeps it.
    pub storage_key: String,
    /// When it was made, UTC milliseconds.
    pub created_at: i64,
    /// When it was last changed, UTC milliseconds.
    pub updated_at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
