//! Who is erased leaves no data behind: what imports and batches of resumes hold of somebody is found by an index, and a row
//! says when it was emptied. What earlier versions left lying is cleared: invite links in imported tables, data of people who
//! are gone, and names of resumes in the ledger of tokens.

use crate::columns::{index, moment_null};
use sea_orm_migration::{
    prelude::*,
    sea_orm::{
        DatabaseBackend,
        prelude::{Json, Uuid},
    },
};

#[derive(DeriveMigrationName)]
pub struct Migration;

/// The tables whose rows are about a candidate and outlive them.
const ABOUT: [&str; 2] = ["import_row", "resume_file"];
/// Rows that are looked through together, whether they have a link or not: a search for the next so many that do would begin
/// anew at all that do not.
const ROUND: u64 = 5_000;
/// Where a table that was imported may have left a link: table, column, whether the column is JSON.
const HELD: [(&str, &str, bool); 7] = [
    ("import_row", "cells", true),
    ("import_row", "problems", true),
    ("import_row", "before", true),
    ("import", "top_rows", true),
    ("import", "header", true),
    ("candidate", "notes", false),
    ("candidate", "work_experience", false),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        for table in ABOUT {
            let about = index(table, "candidate", &["candidate_id"])
                .and_where(Expr::col("candidate_id").is_not_null())
                .to_owned();
            m.create_index(about).await?;
        }
        m.create_index(index("resume_file", "content", &["sha256"])).await?;
        let erased = Table::alter()
            .table("import_row")
            .add_column(moment_null("erased_at"))
            .take();
        m.alter_table(erased).await?;
        for (table, column, json) in HELD {
            leave_links_out(m, table, column, json).await?;
        }
        forget_who_is_gone(m).await?;
        leave_names_out(m).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.alter_table(Table::alter().table("import_row").drop_column("erased_at").take())
            .await?;
        m.drop_index(
            Index::drop()
                .name("resume_file_content")
                .table("resume_file")
                .to_owned(),
        )
        .await?;
        for table in ABOUT {
            m.drop_index(Index::drop().name(format!("{table}_candidate")).table(table).to_owned())
                .await?;
        }
        Ok(())
    }
}

/// Takes invite links out of a column. Of candidates only those who were imported: a column of links may have been matched to
/// a field of theirs.
async fn leave_links_out(
    m: &SchemaManager<'_>,
    table: &'static str,
    column: &'static str,
    json: bool,
) -> Result<(), DbErr> {
    let (conn, backend) = (m.get_connection(), m.get_database_backend());
    let mut last = Uuid::nil();
    loop {
        let end = backend.build(window(table, &["id"], last).offset(ROUND - 1).limit(1));
        let end = conn.query_one_raw(end).await?;
        let end: Option<Uuid> = end.map(|row| row.try_get("", "id")).transpose()?;
        let next = backend.build(&held(table, column, last));
        let rows = conn.query_all_raw(next).await?;
        let found: Vec<(Uuid, String)> = rows
            .iter()
            .map(|row| Ok((row.try_get("", "id")?, row.try_get("", column)?)))
            .collect::<Result<_, DbErr>>()?;
        for (id, text) in found {
            let left = if json {
                json_without_links(&text)
            } else {
                without_links(&text)
            };
            if let Some(left) = left {
                let change = backend.build(
                    Query::update()
                        .table(table)
                        .value(column, left)
                        .and_where(Expr::col("id").eq(id)),
                );
                conn.execute_raw(change).await?;
            }
        }
        // Fewer than a window's rows: those were the last.
        let Some(end) = end else { return Ok(()) };
        last = end;
    }
}

/// The next rows of a table, whatever is in them.
fn window(table: &'static str, columns: &[&'static str], after: Uuid) -> SelectStatement {
    Query::select()
        .columns(columns.iter().copied())
        .from(table)
        .and_where(Expr::col("id").gt(after))
        .order_by("id", Order::Asc)
        .limit(ROUND)
        .to_owned()
}

/// Those of the next rows that may have a link in a column. The window stands inside, so that no plan searches past it.
fn held(table: &'static str, column: &'static str, after: Uuid) -> SelectStatement {
    let mut held = Query::select();
    held.columns(["id", column])
        .from_subquery(window(table, &["id", column], after), "w")
        .and_where(Func::lower(Expr::col(column)).like("%invite%"));
    if table == "candidate" {
        let imported = Query::select()
            .expr(Expr::val(1))
            .from("import_row")
            .and_where(Expr::col(("import_row", "candidate_id")).equals(("w", "id")))
            .to_owned();
        held.and_where(Expr::exists(imported));
    }
    held
}

/// JSON without invite links in any of its texts; `None` where there is none.
fn json_without_links(text: &str) -> Option<String> {
    fn leave_out(json: &mut Json) -> bool {
        let mut any = false;
        match json {
            Json::String(text) => {
                if let Some(left) = without_links(text) {
                    *text = left;
                    any = true;
                }
            }
            Json::Array(items) => {
                for item in items {
                    any |= leave_out(item);
                }
            }
            Json::Object(fields) => {
                for value in fields.values_mut() {
                    any |= leave_out(value);
                }
            }
            _ => {}
        }
        any
    }
    let mut json: Json = text.parse().ok()?;
    leave_out(&mut json).then(|| json.to_string())
}

/// A text without invite links, as the reader of tables leaves them out; `None` where there is none. The reader may change
/// later, this may not.
fn without_links(text: &str) -> Option<String> {
    let is_of_token = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let is_of_link = |byte: u8| byte.is_ascii_graphic() && !b"\"'`<>()[]{}|\\,;".contains(&byte);
    let lower = text.to_ascii_lowercase();
    let bytes = lower.as_bytes();
    let mut left = String::new();
    let (mut done, mut from) = (0, 0);
    let next = |from: usize| {
        let paths = ["/i/invite/", "%2fi%2finvite%2f"].into_iter();
        let found = paths.filter_map(|path| lower[from..].find(path).map(|at| (from + at, from + at + path.len())));
        found.min()
    };
    while let Some((path, token)) = next(from) {
        from = token;
        if !bytes.get(token).is_some_and(|byte| is_of_token(*byte)) {
            continue;
        }
        let before = bytes[done..path].iter().rev().take_while(|byte| is_of_link(**byte));
        let begins = path - before.count();
        let behind = bytes[token..].iter().take_while(|byte| is_of_link(**byte));
        let ends = token + behind.count();
        left.push_str(&text[done..begins]);
        left.push_str("(invite link left out)");
        (done, from) = (ends, ends);
    }
    if done == 0 {
        return None;
    }
    left.push_str(&text[done..]);
    Some(left)
}

/// Empties what is about candidates who are not there any more. When that came about is not known: the last change of a row
/// stands for it.
async fn forget_who_is_gone(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    let gone = |table: &str| {
        format!(
            "{table}.candidate_id IS NOT NULL \
             AND NOT EXISTS (SELECT 1 FROM candidate c WHERE c.id = {table}.candidate_id)"
        )
    };
    let (row, file) = (gone("import_row"), gone("resume_file"));
    let nothing = match m.get_database_backend() {
        DatabaseBackend::Sqlite => "x''",
        _ => "'\\x'",
    };
    let emptied = format!(
        "name = '(erased)', sha256 = {nothing}, file_id = NULL, fields = NULL, corrections = NULL, reason = 'erased'"
    );
    let statements = [
        format!(
            "UPDATE import SET top_rows = NULL WHERE top_rows IS NOT NULL \
             AND id IN (SELECT import_row.import_id FROM import_row WHERE {row})"
        ),
        format!(
            "UPDATE import_row SET cells = '[]', notes = NULL, email_norm = NULL, problems = NULL, \"before\" = NULL, \
             candidate_id = NULL, erased_at = updated_at WHERE {row}"
        ),
        // Copies in the same batch first: by then it is known of what they are copies.
        format!(
            "UPDATE resume_file SET {emptied} WHERE candidate_id IS NULL \
             AND duplicate_of IN (SELECT resume_file.id FROM resume_file WHERE {file})"
        ),
        format!("UPDATE resume_file SET {emptied} WHERE {file}"),
    ];
    for statement in statements {
        m.get_connection().execute_unprepared(&statement).await?;
    }
    Ok(())
}

/// Entries of the ledger were noted under the name of the resume's file, which is its person's as a rule. This once, an entry
/// changes; the rule that forbids it is put aside for as long and comes back as it was.
async fn leave_names_out(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    let neutral = "UPDATE token_entry SET note = \
         CASE WHEN reference LIKE 'extract:%' THEN 'Resume for a form' ELSE 'Resume of a batch' END \
         WHERE note IS NOT NULL AND (reference LIKE 'resume:%' OR reference LIKE 'extract:%')";
    let [aside, back] = match m.get_database_backend() {
        DatabaseBackend::Postgres => [
            "DROP TRIGGER token_entry_stays ON token_entry",
            "CREATE TRIGGER token_entry_stays BEFORE UPDATE ON token_entry \
             FOR EACH ROW EXECUTE FUNCTION token_entry_stays()",
        ],
        _ => [
            "DROP TRIGGER token_entry_stays",
            "CREATE TRIGGER token_entry_stays BEFORE UPDATE ON token_entry \
             BEGIN SELECT RAISE(ABORT, 'an entry of the ledger never changes'); END",
        ],
    };
    for statement in [aside, neutral, back] {
        m.get_connection().execute_unprepared(statement).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_left_out_of_texts_and_json() {
        let link = "https://parley.example/i/invite/A_b-4f9a2c71d0b84f6e9a55xyz";
        assert_eq!(
            without_links(&format!("see {link} or \"{link}\"")).as_deref(),
            Some("see (invite link left out) or \"(invite link left out)\"")
        );
        assert_eq!(without_links("Invite link: /i/invite/"), None);
        let cells = format!(r#"["Ana","line\n{link}",["{link}"],3,null]"#);
        assert_eq!(
            json_without_links(&cells).as_deref(),
            Some(r#"["Ana","line\n(invite link left out)",["(invite link left out)"],3,null]"#)
        );
        let change = format!(r#"{{"notes":[null,"{link}"],"school":["UPM",null]}}"#);
        assert_eq!(
            json_without_links(&change).as_deref(),
            Some(r#"{"notes":[null,"(invite link left out)"],"school":["UPM",null]}"#)
        );
        assert_eq!(json_without_links(r#"["Ana"]"#), None);
        assert_eq!(json_without_links("not JSON, with /i/invite/x"), None);
    }
}
