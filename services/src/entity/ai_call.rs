//! Calls to AI models, in ids and codes only; append-only.

use sea_orm::entity::prelude::*;

/// A row of `ai_call`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "ai_call")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The workspace that asked.
    pub workspace_id: Uuid,
    /// `Purpose`.
    pub purpose: String,
    /// The model, as its server called itself, else as the settings do.
    pub model: String,
    /// What it was about: a session, an interview, a file.
    pub subject_id: Option<Uuid>,
    /// `ok`, or why there is no usable answer.
    pub outcome: String,
    /// Whether there is no usable answer.
    pub failed: bool,
    /// Requests that were sent for it.
    pub tries: i32,
    /// From the first request to the end, waiting between tries included.
    pub latency_ms: i64,
    /// Until the first piece of text, for answers that stream.
    pub first_ms: Option<i64>,
    /// Tokens that were read, where the server says so.
    pub input_tokens: Option<i64>,
    /// Tokens that were written, where the server says so.
    pub output_tokens: Option<i64>,
    /// When it ended.
    pub at: i64,
    /// When it was made, UTC milliseconds.
    pub created_at: i64,
    /// When it was last changed, UTC milliseconds.
    pub updated_at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
