//! Indexes by which a database finds the children of a row that is deleted. A child points at its parent by workspace and
//! number; without an index on both, SQLite took the one that begins with the workspace and read all its sessions for every
//! candidate who was deleted for good.

use crate::columns::index;
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// The tables whose rows belong to a candidate.
const CHILDREN: [&str; 2] = ["session", "retake_request"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        for table in CHILDREN {
            m.create_index(index(table, "parent", &["candidate_id", "workspace_id"]))
                .await?;
        }
        Ok(())
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        for table in CHILDREN {
            m.drop_index(Index::drop().name(format!("{table}_parent")).table(table).to_owned())
                .await?;
        }
        Ok(())
    }
}
