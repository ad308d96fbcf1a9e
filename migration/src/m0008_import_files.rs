//! What an import remembers of its file: the first rows as they stand there, so that a person can point at the header, and
//! a hash, by which the same file is known again.

use crate::columns::text_null;
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        for column in [text_null("top_rows"), ColumnDef::new("file_hash").blob().null().take()] {
            m.alter_table(Table::alter().table("import").add_column(column).take())
                .await?;
        }
        Ok(())
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        for name in ["file_hash", "top_rows"] {
            m.alter_table(Table::alter().table("import").drop_column(name).take())
                .await?;
        }
        Ok(())
    }
}
