//! Indexes on columns that are empty in most rows hold only the rows where they are filled. PostgreSQL took the one on
//! `deleted_at` for a way to everybody who is not deleted, and whoever adds a candidate wrote them all.

use crate::columns::{index, unique};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Table, name of the index, the columns; the last one is the one that is mostly empty.
const PARTIAL: [(&str, &str, &[&str]); 6] = [
    ("candidate", "deleted", &["deleted_at"]),
    ("candidate", "import", &["import_id"]),
    ("candidate", "resume", &["resume_file_id"]),
    ("candidate", "start", &["start_hash"]),
    ("session", "deadline", &["status", "deadline"]),
    ("session", "seen", &["status", "last_seen_at"]),
];

fn statement(table: &'static str, name: &str, columns: &[&'static str]) -> IndexCreateStatement {
    if name == "start" {
        unique(table, name, columns)
    } else {
        index(table, name, columns)
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        for (table, name, columns) in PARTIAL {
            drop_index(m, table, name).await?;
            let filled = columns.last().copied().unwrap_or_default();
            let partial = statement(table, name, columns)
                .and_where(Expr::col(filled).is_not_null())
                .to_owned();
            m.create_index(partial).await?;
        }
        Ok(())
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        for (table, name, columns) in PARTIAL {
            drop_index(m, table, name).await?;
            m.create_index(statement(table, name, columns)).await?;
        }
        Ok(())
    }
}

async fn drop_index(m: &SchemaManager<'_>, table: &'static str, name: &str) -> Result<(), DbErr> {
    m.drop_index(Index::drop().name(format!("{table}_{name}")).table(table).to_owned())
        .await
}
