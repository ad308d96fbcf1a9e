//! Batches of resumes and their files.

use crate::columns::{
    bytes, flag, id, id_null, index, moment_null, number, parent, small, text, text_null, unique, workspace_table,
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
        let mut batch = workspace_table("resume_batch");
        batch
            .col(id("interview_id"))
            .col(id_null("created_by"))
            .col(text("state"))
            .col(number("price"))
            .col(flag("keep_files"))
            .col(moment_null("started_at"))
            .col(moment_null("finished_at"));
        batch.foreign_key(&mut parent("resume_batch", "interview_id", "interview"));
        m.create_table(batch).await?;
        m.create_index(index(
            "resume_batch",
            "interview",
            &["interview_id", "created_at", "id"],
        ))
        .await?;
        m.create_index(index("resume_batch", "state", &["state", "created_at"]))
            .await?;

        let mut file = workspace_table("resume_file");
        file.col(id("batch_id"))
            .col(small("number"))
            .col(text("name"))
            .col(number("size"))
            .col(bytes("sha256"))
            .col(id_null("file_id"));
        // Where it stands; `job_id` is the job that reads it now.
        file.col(text("state"))
            .col(id_null("job_id"))
            .col(small("attempt"))
            .col(flag("charged"))
            .col(text_null("reason"))
            .col(id_null("duplicate_of"));
        // JSON in text: nothing is searched inside.
        file.col(text_null("fields"))
            .col(text_null("corrections"))
            .col(text_null("engine"))
            .col(flag("fell_back"))
            .col(flag("damaged"))
            .col(id_null("candidate_id"));
        file.foreign_key(&mut parent("resume_file", "batch_id", "resume_batch"));
        m.create_table(file).await?;
        m.create_index(unique("resume_file", "number", &["batch_id", "number"]))
            .await?;
        m.create_index(index("resume_file", "state", &["batch_id", "state", "number"]))
            .await?;
        m.create_index(index("resume_file", "stored", &["file_id"])).await?;
        m.create_index(index("candidate", "resume", &["resume_file_id"])).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.drop_index(Index::drop().name("candidate_resume").table("candidate").to_owned())
            .await?;
        for name in ["resume_file", "resume_batch"] {
            m.drop_table(Table::drop().table(name).take()).await?;
        }
        Ok(())
    }
}
