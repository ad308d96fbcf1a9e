//! Interviews and their numbered versions.

use crate::columns::{flag, id, id_null, index, json, number, parent, small, text, unique, workspace_table};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        let mut interview = workspace_table("interview");
        interview
            .col(text("title"))
            .col(text("description"))
            .col(text("welcome"))
            .col(text("state"));
        // What decides who may enter, read live; what shapes the talk stands in the version and is pinned at start.
        interview
            .col(small("inactivity_days"))
            .col(small("self_retakes"))
            .col(flag("require_invited_email"));
        interview.col(ColumnDef::new("invite_expiry_days").integer().null());
        interview
            .col(number("revision"))
            .col(id("version_id"))
            .col(id_null("created_by"));
        m.create_table(interview).await?;
        m.create_index(index(
            "interview",
            "list",
            &["workspace_id", "state", "updated_at", "id"],
        ))
        .await?;

        let mut version = workspace_table("interview_version");
        version
            .col(id("interview_id"))
            .col(small("number"))
            .col(text("objective"));
        version
            .col(json("criteria"))
            .col(json("questions"))
            .col(json("settings"))
            .col(small("question_count"));
        // Set when the first session starts on it: from then on saving copies instead of writing in place.
        version.col(flag("pinned"));
        version.foreign_key(&mut parent("interview_version", "interview_id", "interview"));
        m.create_table(version).await?;
        m.create_index(unique("interview_version", "number", &["interview_id", "number"]))
            .await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        for name in ["interview_version", "interview"] {
            m.drop_table(Table::drop().table(name).take()).await?;
        }
        Ok(())
    }
}
