//! Accounts of AI tokens, one a workspace.

use sea_orm::entity::prelude::*;

/// A row of `token_account`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "token_account")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The workspace it belongs to; unique.
    pub workspace_id: Uuid,
    /// What can be spent; never negative.
    pub available: i64,
    /// What is set aside; never negative.
    pub reserved: i64,
    /// The number of the last entry.
    pub last_seq: i64,
    /// When it was made, UTC milliseconds.
    pub created_at: i64,
    /// When it was last changed, UTC milliseconds.
    pub updated_at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
