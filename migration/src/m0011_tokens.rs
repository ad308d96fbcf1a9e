//! AI tokens: the account of each workspace and the entries that it is made of. What must never happen is a rule here:
//! a negative balance, a reference that is reserved or settled twice, a resume that is charged twice, an entry that
//! changes.

use crate::columns::{id_null, index, number, text, text_null, unique, workspace_table};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        let mut account = workspace_table("token_account");
        account.col(number("available").check(Expr::col("available").gte(0)));
        account.col(number("reserved").check(Expr::col("reserved").gte(0)));
        account.col(number("last_seq"));
        m.create_table(account).await?;
        m.create_index(unique("token_account", "one", &["workspace_id"]))
            .await?;

        let mut entry = workspace_table("token_entry");
        entry
            .col(number("seq"))
            .col(text("kind"))
            .col(number("amount").check(Expr::col("amount").gt(0)))
            .col(text("reference"))
            .col(id_null("subject_id"))
            .col(text_null("note"))
            .col(text("actor"));
        entry.col(number("available_after")).col(number("reserved_after"));
        m.create_table(entry).await?;
        m.create_index(unique("token_entry", "seq", &["workspace_id", "seq"]))
            .await?;
        m.create_index(index("token_entry", "reference", &["reference", "created_at"]))
            .await?;
        for (name, columns, kinds) in [
            ("granted_once", ["workspace_id", "reference"], &["grant"][..]),
            ("reserved_once", ["workspace_id", "reference"], &["reserve"]),
            ("settled_once", ["workspace_id", "reference"], &["commit", "refund"]),
            ("charged_once", ["workspace_id", "subject_id"], &["commit"]),
        ] {
            let rule = unique("token_entry", name, &columns)
                .and_where(Expr::col("kind").is_in(kinds.iter().copied()))
                .to_owned();
            m.create_index(rule).await?;
        }
        forbid_changes(m).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.drop_table(Table::drop().table("token_entry").take()).await?;
        if m.get_database_backend() == sea_orm_migration::sea_orm::DatabaseBackend::Postgres {
            m.get_connection()
                .execute_unprepared("DROP FUNCTION token_entry_stays()")
                .await?;
        }
        m.drop_table(Table::drop().table("token_account").take()).await
    }
}

/// An entry is never updated. (It goes with its workspace, so deleting is not forbidden.)
async fn forbid_changes(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    let statements: &[&str] = if m.get_database_backend() == sea_orm_migration::sea_orm::DatabaseBackend::Postgres {
        &[
            "CREATE FUNCTION token_entry_stays() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN RAISE EXCEPTION 'an entry of the ledger never changes'; END $$",
            "CREATE TRIGGER token_entry_stays BEFORE UPDATE ON token_entry \
             FOR EACH ROW EXECUTE FUNCTION token_entry_stays()",
        ]
    } else {
        &["CREATE TRIGGER token_entry_stays BEFORE UPDATE ON token_entry \
           BEGIN SELECT RAISE(ABORT, 'an entry of the ledger never changes'); END"]
    };
    for statement in statements {
        m.get_connection().execute_unprepared(statement).await?;
    }
    Ok(())
}
