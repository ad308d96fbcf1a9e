//! The durable queue.

use crate::columns::{index, json, moment, moment_null, small, table, text, text_null, unique};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        let mut job = table("job");
        job.col(text("kind"))
            .col(json("payload"))
            .col(text("state"))
            .col(small("attempts"))
            .col(moment("run_at"));
        job.col(moment_null("lease_until"))
            .col(text_null("dedupe_key"))
            .col(text_null("error"));
        m.create_table(job).await?;
        let dedupe = unique("job", "dedupe", &["dedupe_key"])
            .and_where(Expr::col("state").is_in(["queued", "running"]))
            .to_owned();
        m.create_index(dedupe).await?;
        m.create_index(index("job", "due", &["state", "run_at", "id"])).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.drop_table(Table::drop().table("job").take()).await
    }
}
