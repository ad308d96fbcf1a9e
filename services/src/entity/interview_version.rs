//! Numbered versions of what is asked and how; pinned by the sessions that started on them.

use sea_orm::entity::prelude::*;

/// A row of `interview_version`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "interview_version")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The workspace it belongs to.
    pub workspace_id: Uuid,
    /// The interview.
    pub interview_id: Uuid,
    /// From 1.
    pub number: i32,
    /// For the team and the analysis.
    pub objective: String,
    /// `[Criterion]`.
    pub criteria: Json,
    /// `[Question]`.
    pub questions: Json,
    /// `Settings`.
    pub settings: Json,
    /// Length of `questions`.
    pub question_count: i32,
    /// Whether a session has started on it.
    pub pinned: bool,
    /// When it was made, UTC milliseconds.
    pub created_at: i64,
    /// When it was last changed, UTC milliseconds.
    pub updated_at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
