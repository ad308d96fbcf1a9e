//! The durable queue.

use sea_orm::entity::prelude::*;

/// A row of `job`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "job")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The workspace that it works for; none for jobs from before this was noted.
    pub workspace_id: Option<Uuid>,
    /// Which handler.
    pub kind: String,
    /// Its input: ids only.
    pub payload: Json,
    /// `queued`, `running`, `done` or `failed`.
    pub state: String,
    /// Tries so far.
    pub attempts: i32,
    /// Not before.
    pub run_at: i64,
    /// While running: when others may take it over.
    pub lease_until: Option<i64>,
    /// Unique among queued and running.
    pub dedupe_key: Option<String>,
    /// The last failure.
    pub error: Option<String>,
    /// When it was made, UTC milliseconds.
    pub created_at: i64,
    /// When it was last changed, UTC milliseconds.
    pub updated_at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
