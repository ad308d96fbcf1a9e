//! Workspaces, people, login sessions, API keys, key canaries, idempotency keys and the audit log.

use crate::columns::{
    bytes, flag, id, id_null, index, json_null, moment, moment_null, parent, small, table, text, text_null, unique,
    workspace_table,
};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.create_table(table("workspace").col(text("slug")).col(text("name")).take())
            .await?;
        m.create_index(unique("workspace", "slug", &["slug"])).await?;

        let mut user = table("user");
        user.col(text("email"))
            .col(text("email_norm"))
            .col(text("name"))
            .col(text("password_hash"));
        user.col(text("time_zone")).col(text("locale"));
        m.create_table(user).await?;
        m.create_index(unique("user", "email", &["email_norm"])).await?;

        let mut membership = workspace_table("membership");
        membership.col(id("user_id")).col(text("role"));
        membership.foreign_key(&mut to_user("membership", "user_id"));
        m.create_table(membership).await?;
        m.create_index(unique("membership", "user", &["workspace_id", "user_id"]))
            .await?;
        m.create_index(index("membership", "of_user", &["user_id"])).await?;

        let mut login = table("login_session");
        login
            .col(id("user_id"))
            .col(bytes("hash"))
            .col(moment("last_seen_at"))
            .col(moment("expires_at"));
        login.foreign_key(&mut to_user("login_session", "user_id"));
        m.create_table(login).await?;
        m.create_index(unique("login_session", "hash", &["hash"])).await?;
        m.create_index(index("login_session", "user", &["user_id"])).await?;

        let mut key = workspace_table("api_key");
        key.col(text("name"))
            .col(text("role"))
            .col(bytes("hash"))
            .col(text("hint"));
        key.col(id_null("created_by"))
            .col(moment_null("last_used_at"))
            .col(moment_null("revoked_at"));
        key.foreign_key(&mut to_user("api_key", "created_by"));
        m.create_table(key).await?;
        m.create_index(unique("api_key", "hash", &["hash"])).await?;

        let canary = Table::create()
            .table("key_canary")
            .col(ColumnDef::new("key_id").text().not_null().primary_key())
            .col(bytes("canary"))
            .col(moment("created_at"))
            .take();
        m.create_table(canary).await?;

        let mut idempotency = workspace_table("idempotency_key");
        idempotency
            .col(id("api_key_id"))
            .col(text("key"))
            .col(bytes("request_hash"))
            .col(flag("done"));
        idempotency.col(small("status")).col(json_null("answer"));
        idempotency.foreign_key(&mut parent("idempotency_key", "api_key_id", "api_key"));
        m.create_table(idempotency).await?;
        m.create_index(unique("idempotency_key", "key", &["api_key_id", "key"]))
            .await?;

        let mut audit = table("audit");
        audit
            .col(id("workspace_id"))
            .col(text("actor"))
            .col(text("action"))
            .col(text_null("resource"))
            .col(moment("at"));
        m.create_table(audit).await?;
        m.create_index(index("audit", "at", &["workspace_id", "at", "id"]))
            .await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        for name in [
            "audit",
            "idempotency_key",
            "key_canary",
            "api_key",
            "login_session",
            "membership",
            "user",
            "workspace",
        ] {
            m.drop_table(Table::drop().table(name).take()).await?;
        }
        Ok(())
    }
}

/// Points `column` at a person; what is theirs goes with them.
fn to_user(table: &'static str, column: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .name(format!("{table}_{column}"))
        .from(table, column)
        .to("user", "id")
        .on_delete(ForeignKeyAction::Cascade)
        .to_owned()
}
