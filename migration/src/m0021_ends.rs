//! What has to be known for something to end in order: how long a session waits for its candidate, as it was when it
//! started; when a workspace was deleted, whose rows then go in the background; and whose a job is, so that it goes along.

use crate::columns::{id_null, index, moment_null};
use sea_orm_migration::{prelude::*, sea_orm::DatabaseBackend};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        let days = ColumnDef::new("inactivity_days").integer().null().take();
        m.alter_table(Table::alter().table("session").add_column(days).take())
            .await?;
        let deleted = Table::alter()
            .table("workspace")
            .add_column(moment_null("deleted_at"))
            .take();
        m.alter_table(deleted).await?;
        let of = Table::alter().table("job").add_column(id_null("workspace_id")).take();
        m.alter_table(of).await?;
        let conn = m.get_connection();
        conn.execute_unprepared(DAYS).await?;
        let jobs = match m.get_database_backend() {
            DatabaseBackend::Sqlite => JOBS_SQLITE,
            _ => JOBS_POSTGRES,
        };
        for statement in jobs {
            conn.execute_unprepared(statement).await?;
        }
        m.create_index(index("job", "workspace", &["workspace_id", "id"])).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.drop_index(Index::drop().name("job_workspace").table("job").to_owned())
            .await?;
        for (table, column) in [
            ("job", "workspace_id"),
            ("workspace", "deleted_at"),
            ("session", "inactivity_days"),
        ] {
            m.alter_table(Table::alter().table(table).drop_column(column).take())
                .await?;
        }
        Ok(())
    }
}

/// Sessions that go on keep what their interview says now; those that are over do not need it.
const DAYS: &str = "UPDATE session SET inactivity_days = \
     (SELECT i.inactivity_days FROM interview i WHERE i.id = session.interview_id) \
   WHERE status = 'in_progress' AND started_at IS NOT NULL";

/// A job names what it is about; whose that is, stands there. Only of those still to do: what is done is not looked at by
/// anybody any more, and there may be a million of it.
const JOBS_SQLITE: &[&str] = &[
    "UPDATE job SET workspace_id = (SELECT a.workspace_id FROM analysis a \
       WHERE a.id = unhex(replace(json_extract(job.payload, '$.analysis'), '-', ''))) \
     WHERE kind = 'analysis' AND state IN ('queued', 'running')",
    "UPDATE job SET workspace_id = (SELECT b.workspace_id FROM analysis_batch b \
       WHERE b.id = unhex(replace(json_extract(job.payload, '$.batch'), '-', ''))) \
     WHERE kind = 'analysis_batch' AND state IN ('queued', 'running')",
    "UPDATE job SET workspace_id = (SELECT b.workspace_id FROM resume_batch b \
       WHERE b.id = unhex(replace(json_extract(job.payload, '$.batch'), '-', ''))) \
     WHERE kind = 'resumes' AND state IN ('queued', 'running')",
];

const JOBS_POSTGRES: &[&str] = &[
    "UPDATE job SET workspace_id = (SELECT a.workspace_id FROM analysis a \
       WHERE a.id = (job.payload->>'analysis')::uuid) \
     WHERE kind = 'analysis' AND state IN ('queued', 'running')",
    "UPDATE job SET workspace_id = (SELECT b.workspace_id FROM analysis_batch b \
       WHERE b.id = (job.payload->>'batch')::uuid) \
     WHERE kind = 'analysis_batch' AND state IN ('queued', 'running')",
    "UPDATE job SET workspace_id = (SELECT b.workspace_id FROM resume_batch b \
       WHERE b.id = (job.payload->>'batch')::uuid) \
     WHERE kind = 'resumes' AND state IN ('queued', 'running')",
];
