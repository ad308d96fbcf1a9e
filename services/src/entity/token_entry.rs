//! Entries of the ledger of AI tokens: written once, never changed.

use sea_orm::entity::prelude::*;

/// A row of `token_entry`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "token_entry")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The workspace it belongs to.
    pub workspace_id: Uuid,
    /// Its number in the workspace, from 1.
    pub seq: i64,
    /// `EntryKind`.
    pub kind: String,
    /// Positive.
    pub amount: i64,
    /// What it is about: granted, reserved and settled once.
    pub reference: String,
    /// The resume file that is charged; at most once.
    pub subject_id: Option<Uuid>,
    /// In words.
    pub note: Option<String>,
    /// Code of who caused it.
    pub actor: String,
    /// What could be spent after it.
    pub available_after: i64,
    /// What was set aside after it.
    pub reserved_after: i64,
    /// When it was made, UTC milliseconds.
    pub created_at: i64,
    /// The same.
    pub updated_at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
