//! Everything that is kept, in one text, and ways to be imported, read and erased.

use crate::{
    common::TestBed,
    tables::{all_rows, confirmed, upload},
};
use parley_domain::{
    batch::ResumeBatch,
    id::{CandidateId, InterviewId},
    import::{Import, ImportPatch, ImportRow, OnDuplicate},
    time::{DAY, MINUTE},
};
use parley_services::{
    Services, candidates,
    imports::{self, RowFilter},
    jobs,
    resumes::batch::{self, Upload},
    storage,
};
use sea_orm::{ConnectionTrait, Statement};
use std::{
    io::Write as _,
    time::{Duration, Instant},
};

pub const ERASED: &str = "This candidate is no longer here, and what the row held went with them.";

/// The first column of what a query finds.
pub async fn texts(bed: &TestBed, sql: &str) -> Vec<String> {
    let conn = bed.s.db.read();
    let statement = Statement::from_string(conn.get_database_backend(), sql);
    let rows = conn.query_all_raw(statement).await.unwrap();
    rows.iter()
        .map(|row| row.try_get_by_index::<Option<String>>(0).unwrap().unwrap_or_default())
        .collect()
}

/// Every row of every table, as text.
pub async fn everything(bed: &TestBed) -> String {
    let sqlite = bed.s.db.is_sqlite();
    let tables = if sqlite {
        "SELECT name FROM sqlite_master WHERE type = 'table'"
    } else {
        "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'"
    };
    let mut dump = String::new();
    for table in texts(bed, tables).await {
        let rows = if sqlite {
            let columns = texts(bed, &format!("SELECT name FROM pragma_table_info('{table}')")).await;
            let shown = columns.iter().map(|column| {
                format!(
                    "CASE typeof(\"{column}\") WHEN 'blob' THEN hex(\"{column}\") \
                     ELSE coalesce(CAST(\"{column}\" AS TEXT), '') END"
                )
            });
            let shown: Vec<String> = shown.collect();
            format!("SELECT {} FROM \"{table}\"", shown.join(" || '|' || "))
        } else {
            format!("SELECT t::text FROM \"{table}\" t")
        };
        for row in texts(bed, &rows).await {
            dump.push_str(&format!("{table}: {row}\n"));
        }
    }
    dump
}

/// The bytes of all uploaded and stored files.
pub fn on_disk(bed: &TestBed) -> Vec<u8> {
    let mut bytes = Vec::new();
    for folder in ["files", "imports"] {
        let Ok(entries) = std::fs::read_dir(bed.dir().join(folder)) else {
            continue;
        };
        for entry in entries {
            bytes.extend(std::fs::read(entry.unwrap().path()).unwrap());
        }
    }
    bytes
}

/// Waits until finished imports have forgotten their files, which they do after they have said that they are finished.
pub async fn no_uploads(bed: &TestBed) {
    let limit = Instant::now() + Duration::from_secs(30);
    let folder = bed.dir().join("imports");
    while std::fs::read_dir(&folder).is_ok_and(|mut entries| entries.next().is_some()) {
        assert!(Instant::now() < limit, "a finished file lies around");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

pub fn holds(bytes: &[u8], text: &str) -> bool {
    bytes
        .windows(text.len())
        .any(|window| window.eq_ignore_ascii_case(text.as_bytes()))
}

/// Nobody of this name is anywhere.
pub async fn nothing_of(bed: &TestBed, words: &[&str]) {
    no_uploads(bed).await;
    let dump = everything(bed).await.to_lowercase();
    for word in words {
        let left: Vec<_> = dump.lines().filter(|line| line.contains(word)).collect();
        assert!(left.is_empty(), "{word}: {left:#?}");
        assert!(!holds(&on_disk(bed), word), "{word} is on the disk");
    }
}

/// Deletes people for good: at once, or when their 30 days are over.
pub async fn gone_for_good(bed: &TestBed, ids: &[CandidateId], in_time: bool) {
    let count = ids.len() as u64;
    let deleted = candidates::delete(&bed.s, &bed.owner, ids).await.unwrap();
    assert_eq!(deleted.len() as u64, count);
    if in_time {
        bed.clock.advance(31 * DAY);
        assert_eq!(candidates::purge(&bed.s).await.unwrap(), count);
    } else {
        bed.clock.advance(MINUTE);
        assert_eq!(candidates::erase(&bed.s, &bed.owner, ids).await.unwrap(), count);
    }
}

pub async fn imported(s: &Services, bed: &TestBed, interview: InterviewId, text: &str, choice: OnDuplicate) -> Import {
    let import = upload(s, &bed.owner, interview, text.as_bytes()).await.unwrap();
    let patch = ImportPatch {
        on_duplicate: Some(choice),
        ..ImportPatch::default()
    };
    imports::patch(s, &bed.owner, import.id, patch).await.unwrap();
    confirmed(s, bed, import.id).await
}

pub async fn rows_of(s: &Services, bed: &TestBed, import: &Import) -> Vec<ImportRow> {
    all_rows(s, &bed.owner, import.id, RowFilter::default()).await
}

pub fn is_erased(row: &ImportRow) -> bool {
    row.cells.is_empty()
        && row.candidate_id.is_none()
        && row.problems.is_empty()
        && row.notes.is_empty()
        && row.reason.as_deref() == Some(ERASED)
}

pub const ZEBULON: &str = "Name,Email,School,Graduation year,Notes\n\
    Zebulon Quagga,zebulon@quagga.example,Quagga College,2024,Met at the quagga fair\n\
    Ben Doe,ben@x.example,KCL,2023,\n\
    Zebulon Q,Zebulon@Quagga.example,Quagga College,soon,\n\
    Zebulon again,zebulon@quagga.example,,,\n";

pub async fn read_batch(s: &Services, bed: &TestBed, interview: InterviewId, files: &[(&str, Vec<u8>)]) -> ResumeBatch {
    let uploads = files.iter().map(|(name, bytes)| {
        let mut file = storage::incoming(s).unwrap();
        file.write_all(bytes).unwrap();
        Upload {
            file_name: (*name).to_owned(),
            file: file.into_temp_path(),
        }
    });
    let made = batch::upload(s, &bed.owner, interview, uploads.collect(), true, true)
        .await
        .unwrap();
    jobs::run_due(s).await.unwrap();
    batch::get(s, &bed.owner, made.id).await.unwrap()
}
