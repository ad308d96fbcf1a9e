//! Candidates.

use sea_orm::entity::prelude::*;

/// A row of `candidate`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "candidate")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The workspace it belongs to.
    pub workspace_id: Uuid,
    /// The interview they are on.
    pub interview_id: Uuid,
    /// As shown.
    pub name: String,
    /// As typed.
    pub email: Option<String>,
    /// Normalised.
    pub email_norm: Option<String>,
    /// Phone.
    pub phone: Option<String>,
    /// School.
    pub school: Option<String>,
    /// Field of study.
    pub major: Option<String>,
    /// Degree.
    pub degree: Option<String>,
    /// Earlier jobs.
    pub work_experience: Option<String>,
    /// For the team only.
    pub notes: Option<String>,
    /// Year.
    pub graduation_year: Option<i32>,
    /// Whether they typed the invited email.
    pub email_verified: bool,
    /// Folded name, email, phone and school.
    pub search_key: String,
    /// How they came.
    pub source: String,
    /// The import that added them.
    pub import_id: Option<Uuid>,
    /// Their resume.
    pub resume_file_id: Option<Uuid>,
    /// Its file name.
    pub resume_name: Option<String>,
    /// Counts replaced links.
    pub link_version: i32,
    /// The installation key that made the link.
    pub link_key: String,
    /// SHA-256 of the invite token; unique.
    pub link_hash: Vec<u8>,
    /// When the link expires.
    pub link_expires_at: Option<i64>,
    /// The candidate whom this may be again.
    pub possible_duplicate_of: Option<Uuid>,
    /// When they were deleted.
    pub deleted_at: Option<i64>,
    /// SHA-256 of what a public start's page sent, so that pressing twice starts once.
    pub start_hash: Option<Vec<u8>>,
    /// When it was made, UTC milliseconds.
    pub created_at: i64,
    /// When it was last changed, UTC milliseconds.
    pub updated_at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
