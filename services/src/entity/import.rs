//! Imports from spreadsheets.

use sea_orm::entity::prelude::*;

/// A row of `import`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "import")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The workspace it belongs to.
    pub workspace_id: Uuid,
    /// The interview that people are added to.
    pub interview_id: Uuid,
    /// The member who uploaded it; none for an API key.
    pub created_by: Option<Uuid>,
    /// As the browser gave it.
    pub file_name: String,
    /// `xlsx`, `xls`, `ods` or `text`.
    pub format: String,
    /// `ImportState`.
    pub state: String,
    /// JSON: the sheets.
    pub sheets: String,
    /// The sheet that is read.
    pub sheet: Option<String>,
    /// From 1; 0 where the file has no header.
    pub header_row: i32,
    /// JSON: the first rows as they stand in the file.
    pub top_rows: Option<String>,
    /// SHA-256 of the file.
    pub file_hash: Option<Vec<u8>>,
    /// JSON: the header's cells.
    pub header: String,
    /// JSON: per column the field, or null.
    pub mapping: String,
    /// Of a text file.
    pub encoding: Option<String>,
    /// Of a text file.
    pub separator: Option<String>,
    /// `OnDuplicate`.
    pub on_duplicate: String,
    /// Rows of the file.
    pub rows: i32,
    /// Rows that added a candidate.
    pub added: i32,
    /// Rows that changed one.
    pub updated: i32,
    /// Rows left out.
    pub skipped: i32,
    /// Rows that cannot be read.
    pub rejected: i32,
    /// Undo: taken back.
    pub removed: i32,
    /// Undo: earlier values again.
    pub restored: i32,
    /// Undo: left as they are.
    pub kept: i32,
    /// `confirm`, `cancel` or `undo` while that is being done.
    pub work: Option<String>,
    /// Who is doing it.
    pub lease: Option<Uuid>,
    /// When others may take it over.
    pub lease_until: Option<i64>,
    /// When the last row was accounted for.
    pub finished_at: Option<i64>,
    /// Why it failed, as a sentence.
    pub failure: Option<String>,
    /// When it was made, UTC milliseconds.
    pub created_at: i64,
    /// When it was last changed, UTC milliseconds.
    pub updated_at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
