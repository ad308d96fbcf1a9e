//! The indexes that erasing goes by.

use crate::{common::TestBed, on_both_databases};
use sea_orm::{ConnectionTrait, Statement};
use uuid::Uuid;

on_both_databases!(they_are_found_by_indexes,);

/// Nobody's erasing reads a whole table.
async fn they_are_found_by_indexes(bed: TestBed) {
    if !bed.s.db.is_sqlite() {
        // PostgreSQL decides by the size of the tables; it has the same indexes.
        return;
    }
    let on_interview = "FROM import_row JOIN import ON import.id = import_row.import_id \
         WHERE import.interview_id IN (?1) AND import_row.result IS NOT NULL AND import_row.erased_at IS NULL";
    let asked = [
        ("SELECT * FROM import_row WHERE candidate_id IN (?1, ?1)".to_owned(), "import_row_candidate"),
        (
            "UPDATE import_row SET candidate_id = ?1 WHERE workspace_id = ?1 AND candidate_id = ?1".to_owned(),
            "import_row_candidate",
        ),
        (
            format!("SELECT import_row.id {on_interview} AND import_row.email_norm IN (?1, ?1)"),
            "import_row_email",
        ),
        (
            format!("SELECT import_row.id {on_interview} AND import_row.fate = ?1 AND lower(import_row.cells) LIKE ?1"),
            "import_row_fate",
        ),
        (
            "SELECT * FROM resume_file JOIN resume_batch ON resume_batch.id = resume_file.batch_id \
             WHERE resume_file.candidate_id IN (?1, ?1)"
                .to_owned(),
            "resume_file_candidate",
        ),
        (
            "SELECT * FROM resume_file JOIN resume_batch ON resume_batch.id = resume_file.batch_id \
             WHERE resume_file.sha256 IN (?1) AND resume_file.candidate_id IS NULL AND resume_batch.interview_id IN (?1)"
                .to_owned(),
            "resume_file_content",
        ),
        (
            "DELETE FROM file WHERE id = ?1 AND updated_at < ?1 \
             AND id NOT IN (SELECT resume_file_id FROM candidate WHERE resume_file_id = ?1) \
             AND id NOT IN (SELECT file_id FROM resume_file WHERE file_id = ?1)"
                .to_owned(),
            "candidate_resume",
        ),
    ];
    let conn = bed.s.db.read();
    for (sql, index) in asked {
        let statement = Statement::from_sql_and_values(
            conn.get_database_backend(),
            format!("EXPLAIN QUERY PLAN {sql}"),
            [Uuid::nil().into()],
        );
        let rows = conn.query_all_raw(statement).await.unwrap();
        let plan: Vec<String> = rows.iter().map(|row| row.try_get("", "detail").unwrap()).collect();
        let plan = plan.join("\n");
        assert!(plan.contains(index) && !plan.contains("SCAN"), "{sql}\n{plan}");
    }
}
