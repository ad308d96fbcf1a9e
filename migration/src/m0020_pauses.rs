//! How long a candidate was away since the last turn: each sign of life adds to it, and the next turn says it. Before, a
//! pause was known only to an answer that came without any other sign of life before it.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        // In no index: it changes with signs of life. Sessions that are there already start with nothing.
        let pause = ColumnDef::new("pending_pause_ms")
            .big_integer()
            .not_null()
            .default(0)
            .to_owned();
        m.alter_table(Table::alter().table("session").add_column(pause).take())
            .await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.alter_table(Table::alter().table("session").drop_column("pending_pause_ms").take())
            .await
    }
}
