//! The AI model that the settings page chose, for the whole installation; its key is sealed.

use crate::columns::{table, text, text_null};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        let mut setting = table("ai_setting");
        setting
            .col(text("url"))
            .col(text("model"))
            .col(ColumnDef::new("sealed_key").blob().null())
            .col(text_null("sealed_by"));
        m.create_table(setting).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.drop_table(Table::drop().table("ai_setting").take()).await
    }
}
