//! Column and table shapes that recur in every migration. Frozen like the migrations themselves: a new shape gets a new
//! function.

use sea_orm_migration::prelude::*;

/// A table with its `id` and the two times that every row has.
pub fn table(name: &'static str) -> TableCreateStatement {
    Table::create()
        .table(name)
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(moment("created_at"))
        .col(moment("updated_at"))
        .to_owned()
}

/// A table of one workspace: `(workspace_id, id)` is unique, so that child tables can point at both and a row cannot
/// belong to a parent in another workspace.
pub fn workspace_table(name: &'static str) -> TableCreateStatement {
    let mut t = table(name);
    t.col(id("workspace_id")).index(
        Index::create()
            .unique()
            .name(format!("{name}_ws"))
            .col("workspace_id")
            .col("id"),
    );
    t.foreign_key(
        ForeignKey::create()
            .name(format!("{name}_workspace"))
            .from(name, "workspace_id")
            .to("workspace", "id")
            .on_delete(ForeignKeyAction::Cascade),
    );
    t
}

/// Points `(workspace_id, column)` at `(workspace_id, id)` of `parent`; rows go with their parent.
pub fn parent(table: &'static str, column: &'static str, parent: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .name(format!("{table}_{column}"))
        .from(table, ("workspace_id", column))
        .to(parent, ("workspace_id", "id"))
        .on_delete(ForeignKeyAction::Cascade)
        .to_owned()
}

/// A required id of another row.
pub fn id(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).uuid().not_null().to_owned()
}

/// An optional id of another row.
pub fn id_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).uuid().null().to_owned()
}

/// A moment: UTC milliseconds.
pub fn moment(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).big_integer().not_null().to_owned()
}

/// A moment that may not have come.
pub fn moment_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).big_integer().null().to_owned()
}

/// A required 64-bit number.
pub fn number(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).big_integer().not_null().to_owned()
}

/// A required 32-bit number.
pub fn small(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).integer().not_null().to_owned()
}

/// Required text.
pub fn text(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).text().not_null().to_owned()
}

/// Optional text.
pub fn text_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).text().null().to_owned()
}

/// Required bytes.
pub fn bytes(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).blob().not_null().to_owned()
}

/// A required truth value.
pub fn flag(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).boolean().not_null().to_owned()
}

/// Required JSON.
pub fn json(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).json_binary().not_null().to_owned()
}

/// Optional JSON.
pub fn json_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).json_binary().null().to_owned()
}

/// A plain index named `{table}_{name}`.
pub fn index(table: &'static str, name: &str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut i = Index::create().name(format!("{table}_{name}")).table(table).to_owned();
    for column in columns {
        i.col(*column);
    }
    i
}

/// A unique index named `{table}_{name}`.
pub fn unique(table: &'static str, name: &str, columns: &[&'static str]) -> IndexCreateStatement {
    index(table, name, columns).unique().to_owned()
}
