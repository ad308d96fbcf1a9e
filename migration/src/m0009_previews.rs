//! Previews: sessions without a candidate, entered by a link that is known by its hash.

use crate::columns::{bytes, id, index, parent, text, unique, workspace_table};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        let mut preview = workspace_table("preview");
        preview
            .col(id("session_id"))
            .col(bytes("link_hash"))
            .col(text("name"))
            .col(text("made_by"));
        preview.foreign_key(&mut parent("preview", "session_id", "session"));
        m.create_table(preview).await?;
        m.create_index(unique("preview", "link", &["link_hash"])).await?;
        m.create_index(unique("preview", "session", &["session_id"])).await?;
        m.create_index(index("preview", "made", &["created_at"])).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        // Their sessions belong to nobody else.
        let conn = m.get_connection();
        conn.execute_unprepared("DELETE FROM session WHERE candidate_id IS NULL")
            .await?;
        m.drop_table(Table::drop().table("preview").take()).await
    }
}
