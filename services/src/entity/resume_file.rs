//! Files of batches of resumes.

use sea_orm::entity::prelude::*;

/// A row of `resume_file`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "resume_file")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The workspace it belongs to.
    pub workspace_id: Uuid,
    /// The batch.
    pub batch_id: Uuid,
    /// Its place in the batch, from 1.
    pub number: i32,
    /// As the browser gave it.
    pub name: String,
    /// Bytes.
    pub size: i64,
    /// Of the content.
    pub sha256: Vec<u8>,
    /// Where its content is, as long as it is needed.
    pub file_id: Option<Uuid>,
    /// `FileState`.
    pub state: String,
    /// The job that reads it now.
    pub job_id: Option<Uuid>,
    /// Which try this is, from 1.
    pub attempt: i32,
    /// It was read once, and paid for.
    pub charged: bool,
    /// Code of why it failed.
    pub reason: Option<String>,
    /// The file of the batch with the same content.
    pub duplicate_of: Option<Uuid>,
    /// JSON: `ResumeFields`.
    pub fields: Option<String>,
    /// JSON: `Corrections`.
    pub corrections: Option<String>,
    /// `Engine`.
    pub engine: Option<String>,
    /// The model failed and the rules stepped in.
    pub fell_back: bool,
    /// Read as far as it goes.
    pub damaged: bool,
    /// The candidate that it became.
    pub candidate_id: Option<Uuid>,
    /// When it was made, UTC milliseconds.
    pub created_at: i64,
    /// When it was last changed, UTC milliseconds.
    pub updated_at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
