//! Public links, and what lets a repeated press on their start find the same session again; requests for retakes.

use crate::columns::{id, index, moment_null, number, parent, text, text_null, unique, workspace_table};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        let mut link = workspace_table("public_link");
        link.col(id("interview_id"))
            .col(text("slug"))
            .col(moment_null("opens_at"))
            .col(moment_null("closes_at"));
        link.col(ColumnDef::new("max_starts").big_integer().null())
            .col(number("starts"))
            .col(moment_null("revoked_at"));
        link.foreign_key(&mut parent("public_link", "interview_id", "interview"));
        m.create_table(link).await?;
        m.create_index(unique("public_link", "slug", &["slug"])).await?;
        let live = unique("public_link", "one_live", &["interview_id"])
            .and_where(Expr::col("revoked_at").is_null())
            .to_owned();
        m.create_index(live).await?;

        let start = Table::alter()
            .table("candidate")
            .add_column(ColumnDef::new("start_hash").blob().null())
            .take();
        m.alter_table(start).await?;
        m.create_index(unique("candidate", "start", &["start_hash"])).await?;

        let mut request = workspace_table("retake_request");
        request
            .col(id("candidate_id"))
            .col(id("session_id"))
            .col(text("reason"))
            .col(text("state"));
        request.col(text_null("decided_by")).col(moment_null("decided_at"));
        request.foreign_key(&mut parent("retake_request", "candidate_id", "candidate"));
        m.create_table(request).await?;
        let waiting = unique("retake_request", "one_waiting", &["candidate_id"])
            .and_where(Expr::col("state").eq("waiting"))
            .to_owned();
        m.create_index(waiting).await?;
        m.create_index(index(
            "retake_request",
            "queue",
            &["workspace_id", "state", "created_at", "id"],
        ))
        .await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.drop_table(Table::drop().table("retake_request").take()).await?;
        m.drop_index(Index::drop().name("candidate_start").table("candidate").to_owned())
            .await?;
        m.alter_table(Table::alter().table("candidate").drop_column("start_hash").take())
            .await?;
        m.drop_table(Table::drop().table("public_link").take()).await
    }
}
