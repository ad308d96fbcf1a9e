//! Runs of analyses.

use sea_orm::entity::prelude::*;

/// A row of `analysis`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "analysis")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The workspace it belongs to.
    pub workspace_id: Uuid,
    /// The session.
    pub session_id: Uuid,
    /// From 1.
    pub run: i32,
    /// `AnalysisState`.
    pub state: String,
    /// `Engine`.
    pub engine: String,
    /// The model.
    pub model: Option<String>,
    /// The prompt.
    pub prompt_version: Option<String>,
    /// `AnalysisResult`, once ready.
    pub result: Option<Json>,
    /// Why it failed.
    pub error: Option<String>,
    /// The batch that it was made in.
    pub batch_id: Option<Uuid>,
    /// When it was made, UTC milliseconds.
    pub created_at: i64,
    /// When it was last changed, UTC milliseconds.
    pub updated_at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
