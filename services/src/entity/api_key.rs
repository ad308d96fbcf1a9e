//! API keys.

use sea_orm::entity::prelude::*;

/// A row of `api_key`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "api_key")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The workspace it belongs to.
    pub workspace_id: Uuid,
    /// What it is for.
    pub name: String,
    /// Never above its maker's.
    pub role: String,
    /// SHA-256 of the key.
    pub hash: Vec<u8>,
    /// Its last four characters, to tell keys apart.
    pub hint: String,
    /// The member who made it; none if made on the command line.
    pub created_by: Option<Uuid>,
    /// The last request, to the minute.
    pub last_used_at: Option<i64>,
    /// When it was revoked.
    pub revoked_at: Option<i64>,
    /// When it was made, UTC milliseconds.
    pub created_at: i64,
    /// When it was last changed, UTC milliseconds.
    pub updated_at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
