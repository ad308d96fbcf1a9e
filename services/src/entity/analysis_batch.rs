//! Batches of analyses.

use sea_orm::entity::prelude::*;

/// A row of `analysis_batch`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "analysis_batch")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The workspace it belongs to.
    pub workspace_id: Uuid,
    /// The interview.
    pub interview_id: Uuid,
    /// `Engine`.
    pub engine: String,
    /// `BatchState`.
    pub state: String,
    /// Sessions that it was asked for.
    pub total: i32,
    /// Sessions that were queued so far.
    pub queued: i32,
    /// Sessions up to this id are done with.
    pub after_session: Option<Uuid>,
    /// Who asked.
    pub actor: String,
    /// When it was made, UTC milliseconds.
    pub created_at: i64,
    /// When it was last changed, UTC milliseconds.
    pub updated_at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
