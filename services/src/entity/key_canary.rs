//! One known value per installation key, so that a start with a wrong or missing key is noticed.

use sea_orm::entity::prelude::*;

/// A row of `key_canary`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "key_canary")]
pub struct Model {
    /// Names the key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key_id: String,
    /// Derived from the key.
    pub canary: Vec<u8>,
    /// When the key was first used.
    pub created_at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
