//! What happened to sessions; append-only, no personal data.

use sea_orm::entity::prelude::*;

/// A row of `session_event`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "session_event")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The workspace it belongs to.
    pub workspace_id: Uuid,
    /// The session.
    pub session_id: Uuid,
    /// What happened.
    pub kind: String,
    /// Who.
    pub actor: String,
    /// Why, as a code.
    pub code: Option<String>,
    /// When.
    pub at: i64,
    /// When it was made, UTC milliseconds.
    pub created_at: i64,
    /// When it was last changed, UTC milliseconds.
    pub updated_at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
