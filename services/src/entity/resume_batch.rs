//! Batches of resumes.

use sea_orm::entity::prelude::*;

/// A row of `resume_batch`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "resume_batch")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The workspace it belongs to.
    pub workspace_id: Uuid,
    /// The interview that its candidates are added to.
    pub interview_id: Uuid,
    /// The member who uploaded it; none for an API key.
    pub created_by: Option<Uuid>,
    /// `BatchState`.
    pub state: String,
    /// What one resume costs, from its start on.
    pub price: i64,
    /// The PDFs are kept with the candidates.
    pub keep_files: bool,
    /// When reading began.
    pub started_at: Option<i64>,
    /// When its candidates were added, or it was given up.
    pub finished_at: Option<i64>,
    /// When it was made, UTC milliseconds.
    pub created_at: i64,
    /// When it was last changed, UTC milliseconds.
    pub updated_at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
