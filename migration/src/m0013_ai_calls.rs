//! Calls to AI models: how many, how long, how many tokens, in ids and codes only.

use crate::columns::{flag, id_null, index, moment, number, small, text, workspace_table};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        let mut call = workspace_table("ai_call");
        call.col(text("purpose"))
            .col(text("model"))
            .col(id_null("subject_id"))
            .col(text("outcome"))
            .col(flag("failed"))
            .col(small("tries"))
            .col(number("latency_ms"))
            .col(ColumnDef::new("first_ms").big_integer().null())
            .col(ColumnDef::new("input_tokens").big_integer().null())
            .col(ColumnDef::new("output_tokens").big_integer().null())
            .col(moment("at"));
        m.create_table(call).await?;
        m.create_index(index("ai_call", "at", &["workspace_id", "at"])).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.drop_table(Table::drop().table("ai_call").take()).await
    }
}
