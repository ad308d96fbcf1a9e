//! Batches of analyses: all completed sessions of an interview once more, in waves, with who asked and how far it is.

use crate::columns::{id, id_null, index, parent, small, text, unique, workspace_table};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        let mut batch = workspace_table("analysis_batch");
        batch
            .col(id("interview_id"))
            .col(text("engine"))
            .col(text("state"))
            .col(small("total"))
            .col(small("queued"))
            .col(id_null("after_session"))
            .col(text("actor"));
        batch.foreign_key(&mut parent("analysis_batch", "interview_id", "interview"));
        m.create_table(batch).await?;
        let one = unique("analysis_batch", "one_running", &["interview_id"])
            .and_where(Expr::col("state").eq("running"))
            .to_owned();
        m.create_index(one).await?;

        let of = Table::alter().table("analysis").add_column(id_null("batch_id")).take();
        m.alter_table(of).await?;
        m.create_index(index("analysis", "of_batch", &["batch_id", "state"]))
            .await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.drop_index(Index::drop().name("analysis_of_batch").table("analysis").to_owned())
            .await?;
        m.alter_table(Table::alter().table("analysis").drop_column("batch_id").take())
            .await?;
        m.drop_table(Table::drop().table("analysis_batch").take()).await
    }
}
