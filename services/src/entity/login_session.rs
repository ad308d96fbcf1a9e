//! Signed-in browsers.

use sea_orm::entity::prelude::*;

/// A row of `login_session`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "login_session")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The person.
    pub user_id: Uuid,
    /// SHA-256 of the cookie's secret.
    pub hash: Vec<u8>,
    /// The last request, to the hour.
    pub last_seen_at: i64,
    /// When it ends by itself.
    pub expires_at: i64,
    /// When it was made, UTC milliseconds.
    pub created_at: i64,
    /// When it was last changed, UTC milliseconds.
    pub updated_at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
