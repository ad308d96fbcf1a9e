//! Workspaces.

use sea_orm::{QuerySelect, QueryTrait, entity::prelude::*};

/// A row of `workspace`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "workspace")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Its place in URLs.
    pub slug: String,
    /// Shown to members and candidates.
    pub name: String,
    /// When it was deleted. From then on nothing of it is found any more, and its rows go in the background.
    pub deleted_at: Option<i64>,
    /// When it was made, UTC milliseconds.
    pub created_at: i64,
    /// When it was last changed, UTC milliseconds.
    pub updated_at: i64,
}

impl ActiveModelBehavior for ActiveModel {}

/// Holds for rows whose workspace was not deleted; `of` is the column that names it. Members have no membership in a deleted
/// one any more. Whoever looks something up in another way (by a link, a cookie, a state, a job) asks this.
///
/// As a list of the deleted ones, which is empty as a rule: it leads no planner away from the index that it would take.
pub(crate) fn is_there(of: impl ColumnTrait) -> Expr {
    let deleted = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::DeletedAt.is_not_null())
        .into_query();
    of.not_in_subquery(deleted)
}
