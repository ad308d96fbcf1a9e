//! Indexes on columns that are empty in most rows hold only the rows where they are filled. PostgreSQL took the one on
//! `deleted_at` for a way to everybody who is not deleted, and whoever adds a candidate wrote them all.
//!
//! When somebody was last seen stands in no index any more: it changes with every answer, and PostgreSQL then writes an entry
//! to every index of the table. The sweeper looks through the sessions that have started and go on. What changes no index
//! can stay on its page as long as there is room on it.

use crate::columns::{index, unique};
use sea_orm_migration::{prelude::*, sea_orm::DatabaseBackend};

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Table, name of the index, the columns; the last one is the one that is mostly empty.
const PARTIAL: [(&str, &str, &[&str]); 5] = [
    ("candidate", "deleted", &["deleted_at"]),
    ("candidate", "import", &["import_id"]),
    ("candidate", "resume", &["resume_file_id"]),
    ("candidate", "start", &["start_hash"]),
    ("session", "deadline", &["status", "deadline"]),
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
        drop_index(m, "session", "seen").await?;
        let started = index("session", "started", &["status"])
            .and_where(Expr::col("started_at").is_not_null())
            .to_owned();
        m.create_index(started).await?;
        room(m, 80).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        for (table, name, columns) in PARTIAL {
            drop_index(m, table, name).await?;
            m.create_index(statement(table, name, columns)).await?;
        }
        drop_index(m, "session", "started").await?;
        m.create_index(index("session", "seen", &["status", "last_seen_at"]))
            .await?;
        room(m, 100).await
    }
}

async fn drop_index(m: &SchemaManager<'_>, table: &'static str, name: &str) -> Result<(), DbErr> {
    m.drop_index(Index::drop().name(format!("{table}_{name}")).table(table).to_owned())
        .await
}

/// How full PostgreSQL makes the pages of sessions, in per cent.
async fn room(m: &SchemaManager<'_>, filled: u8) -> Result<(), DbErr> {
    if m.get_database_backend() == DatabaseBackend::Postgres {
        let statement = format!("ALTER TABLE session SET (fillfactor = {filled})");
        m.get_connection().execute_unprepared(&statement).await?;
    }
    Ok(())
}
