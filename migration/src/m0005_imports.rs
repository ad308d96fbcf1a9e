//! Imports from spreadsheets, their rows, and the matches of columns that a workspace corrected.

use crate::columns::{id_null, index, moment_null, parent, small, text, text_null, unique, workspace_table};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        create_imports(m).await?;
        create_rows(m).await?;
        create_mappings(m).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        for name in ["import_mapping", "import_row", "import"] {
            m.drop_table(Table::drop().table(name).take()).await?;
        }
        Ok(())
    }
}

async fn create_imports(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut import = workspace_table("import");
    import
        .col(crate::columns::id("interview_id"))
        .col(id_null("created_by"))
        .col(text("file_name"))
        .col(text("format"))
        .col(text("state"));
    // How the file is read. Lists are JSON in text: nothing is searched inside.
    import
        .col(text("sheets"))
        .col(text_null("sheet"))
        .col(small("header_row"))
        .col(text("header"))
        .col(text("mapping"))
        .col(text_null("encoding"))
        .col(text_null("separator"))
        .col(text("on_duplicate"));
    for name in [
        "rows", "added", "updated", "skipped", "rejected", "removed", "restored", "kept",
    ] {
        import.col(small(name));
    }
    // What is being done to it (`confirm`, `cancel`, `undo`), by whom and until when.
    import
        .col(text_null("work"))
        .col(id_null("lease"))
        .col(moment_null("lease_until"))
        .col(moment_null("finished_at"))
        .col(text_null("failure"));
    import.foreign_key(&mut parent("import", "interview_id", "interview"));
    m.create_table(import).await?;
    m.create_index(index("import", "interview", &["interview_id", "created_at", "id"]))
        .await?;
    let work = index("import", "work", &["work"])
        .and_where(Expr::col("work").is_not_null())
        .to_owned();
    m.create_index(work).await
}

async fn create_rows(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    // The id of a row becomes the id of the candidate that it adds: a row can never add two.
    let mut row = workspace_table("import_row");
    row.col(crate::columns::id("import_id"))
        .col(small("number"))
        .col(text("cells"))
        .col(text_null("notes"))
        .col(text("fate"))
        .col(text_null("email_norm"))
        .col(text_null("problems"))
        .col(text_null("result"))
        .col(text_null("reason"))
        .col(id_null("candidate_id"))
        .col(text_null("before"));
    row.foreign_key(&mut parent("import_row", "import_id", "import"));
    m.create_table(row).await?;
    m.create_index(unique("import_row", "number", &["import_id", "number"]))
        .await?;
    m.create_index(index("import_row", "fate", &["import_id", "fate", "number"]))
        .await?;
    m.create_index(index("import_row", "email", &["import_id", "email_norm"]))
        .await
}

async fn create_mappings(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut mapping = workspace_table("import_mapping");
    mapping.col(text("header_key")).col(text_null("field"));
    m.create_table(mapping).await?;
    m.create_index(unique("import_mapping", "header", &["workspace_id", "header_key"]))
        .await
}
