//! The AI model of the installation: one row, or none.

use sea_orm::entity::prelude::*;

/// A row of `ai_setting`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "ai_setting")]
pub struct Model {
    /// Always the nil id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Base address of the server.
    pub url: String,
    /// Name of the model.
    pub model: String,
    /// The server's key, sealed under a sub-key of the installation's secret.
    pub sealed_key: Option<Vec<u8>>,
    /// Which key of the installation sealed it.
    pub sealed_by: Option<String>,
    /// When it was made, UTC milliseconds.
    pub created_at: i64,
    /// When it was last changed, UTC milliseconds.
    pub updated_at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
