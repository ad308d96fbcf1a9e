//! Decisions about candidates; the newest of a session holds.

use sea_orm::entity::prelude::*;

/// A row of `decision`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "decision")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The workspace it belongs to.
    pub workspace_id: Uuid,
    /// The session.
    pub session_id: Uuid,
    /// `Verdict`.
    pub verdict: String,
    /// In words.
    pub reason: String,
    /// Who decided.
    pub actor: String,
    /// When it was made, UTC milliseconds.
    pub created_at: i64,
    /// When it was last changed, UTC milliseconds.
    pub updated_at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
