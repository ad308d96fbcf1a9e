//! People who sign in.

use sea_orm::entity::prelude::*;

/// A row of `user`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "user")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// As typed.
    pub email: String,
    /// Normalised; unique.
    pub email_norm: String,
    /// Shown name.
    pub name: String,
    /// Argon2id, PHC string.
    pub password_hash: String,
    /// IANA name.
    pub time_zone: String,
    /// Language tag of the screens.
    pub locale: String,
    /// When it was made, UTC milliseconds.
    pub created_at: i64,
    /// When it was last changed, UTC milliseconds.
    pub updated_at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
