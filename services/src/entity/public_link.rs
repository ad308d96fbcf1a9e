//! Public links; one live per interview.

use sea_orm::entity::prelude::*;

/// A row of `public_link`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "public_link")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The workspace it belongs to.
    pub workspace_id: Uuid,
    /// The interview.
    pub interview_id: Uuid,
    /// Its place in the URL; random.
    pub slug: String,
    /// Takes no starts before.
    pub opens_at: Option<i64>,
    /// Takes no starts from then on.
    pub closes_at: Option<i64>,
    /// How many starts it takes; none for any number.
    pub max_starts: Option<i64>,
    /// Starts so far.
    pub starts: i64,
    /// When it was revoked.
    pub revoked_at: Option<i64>,
    /// When it was made, UTC milliseconds.
    pub created_at: i64,
    /// When it was last changed, UTC milliseconds.
    pub updated_at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
