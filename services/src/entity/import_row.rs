//! Rows of imports.

use sea_orm::entity::prelude::*;

/// A row of `import_row`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "import_row")]
pub struct Model {
    /// Its id, and that of the candidate it adds.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The workspace it belongs to.
    pub workspace_id: Uuid,
    /// The import.
    pub import_id: Uuid,
    /// As the spreadsheet shows it.
    pub number: i32,
    /// JSON: its cells.
    pub cells: String,
    /// JSON: notes on cells.
    pub notes: Option<String>,
    /// `Fate`.
    pub fate: String,
    /// Normalised; none in rejected rows.
    pub email_norm: Option<String>,
    /// JSON: what is wrong.
    pub problems: Option<String>,
    /// `RowResult`, once accounted for.
    pub result: Option<String>,
    /// Code of why it was skipped.
    pub reason: Option<String>,
    /// The candidate it added or changed.
    pub candidate_id: Option<Uuid>,
    /// JSON: what update changed, from and to.
    pub before: Option<String>,
    /// When its candidate was erased, UTC milliseconds: nothing of what it held is left.
    pub erased_at: Option<i64>,
    /// When it was made, UTC milliseconds.
    pub created_at: i64,
    /// When it was last changed, UTC milliseconds.
    pub updated_at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
