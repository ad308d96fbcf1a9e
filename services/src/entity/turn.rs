//! Lines of transcripts; never updated.

use sea_orm::entity::prelude::*;

/// A row of `turn`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "turn")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The workspace it belongs to.
    pub workspace_id: Uuid,
    /// The session.
    pub session_id: Uuid,
    /// From 1.
    pub number: i32,
    /// `Speaker`.
    pub speaker: String,
    /// `TurnKind`.
    pub kind: String,
    /// The question it belongs to.
    pub question_id: Option<Uuid>,
    /// The prompt it asks or answers.
    pub prompt_id: Option<Uuid>,
    /// What was said.
    pub text: String,
    /// Given by the candidate's page; unique in the session.
    pub client_id: Option<String>,
    /// Said by the scripted interviewer.
    pub scripted: bool,
    /// Time away before it.
    pub pause_ms: i64,
    /// When it was made, UTC milliseconds.
    pub created_at: i64,
    /// When it was last changed, UTC milliseconds.
    pub updated_at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
