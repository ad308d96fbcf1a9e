//! Interviews.

use sea_orm::entity::prelude::*;

/// A row of `interview`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "interview")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The workspace it belongs to.
    pub workspace_id: Uuid,
    /// Shown to candidates.
    pub title: String,
    /// For the team.
    pub description: String,
    /// Shown on the landing page.
    pub welcome: String,
    /// `draft`, `open`, `paused` or `archived`.
    pub state: String,
    /// Days until an unfinished session closes.
    pub inactivity_days: i32,
    /// Retakes that candidates may start by themselves.
    pub self_retakes: i32,
    /// Whether invite links ask for the invited email.
    pub require_invited_email: bool,
    /// Days until a new invite link expires.
    pub invite_expiry_days: Option<i32>,
    /// Counts saved changes.
    pub revision: i64,
    /// The current version.
    pub version_id: Uuid,
    /// Who made it.
    pub created_by: Option<Uuid>,
    /// When it was made, UTC milliseconds.
    pub created_at: i64,
    /// When it was last changed, UTC milliseconds.
    pub updated_at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
