//! Previews: which session a creator's preview link leads to.

use sea_orm::entity::prelude::*;

/// A row of `preview`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "preview")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The workspace it belongs to.
    pub workspace_id: Uuid,
    /// The session; it has no candidate.
    pub session_id: Uuid,
    /// SHA-256 of the link's token.
    pub link_hash: Vec<u8>,
    /// By which name the interviewer calls them.
    pub name: String,
    /// Who made it.
    pub made_by: String,
    /// When it was made, UTC milliseconds.
    pub created_at: i64,
    /// When it was last changed, UTC milliseconds.
    pub updated_at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
