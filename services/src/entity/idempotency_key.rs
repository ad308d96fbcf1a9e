//! Answers to POSTs that were sent with an `Idempotency-Key`.

use sea_orm::entity::prelude::*;

/// A row of `idempotency_key`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "idempotency_key")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The workspace it belongs to.
    pub workspace_id: Uuid,
    /// Who sent it.
    pub api_key_id: Uuid,
    /// As sent.
    pub key: String,
    /// SHA-256 of method, path and body.
    pub request_hash: Vec<u8>,
    /// Whether the answer is known.
    pub done: bool,
    /// Its status.
    pub status: i32,
    /// Which object was the answer; never a secret.
    pub answer: Option<Json>,
    /// When it was made, UTC milliseconds.
    pub created_at: i64,
    /// When it was last changed, UTC milliseconds.
    pub updated_at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
