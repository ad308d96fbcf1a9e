//! Who is erased leaves nothing behind: not in what was imported of them, not in what was read of their resume, not on the
//! disk and not in memory; and what was imported is accounted for as before. Links that come back with a table are not kept.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops where something is not as it should be"
)]

mod common;
#[allow(dead_code, reason = "other tests need the files that cannot be read")]
#[path = "common/pdf.rs"]
mod pdf;
#[allow(dead_code, reason = "other tests need the rest")]
#[path = "common/imports.rs"]
mod tables;

use common::{TestBed, token};
use parley_domain::{
    account::Role,
    batch::{BatchState, Corrections, ResumeBatch},
    candidate::Candidate,
    clock::Presence,
    conversation::CandidateView,
    id::{BatchId, CandidateId, InterviewId},
    import::{CellChange, ColumnMatch, Field, Import, ImportPatch, ImportRow, ImportState, OnDuplicate, RowResult},
    paging::PageRequest,
    resume::ResumeField,
    session::{SessionFilter, SessionOrder},
    time::{DAY, MINUTE},
};
use parley_migration::{Migrator, MigratorTrait};
use parley_services::{
    Services, candidates,
    conversation::{self, AnswerInput, StartInput},
    db::Priority,
    entity::{candidate, file, import, import_row, token_entry},
    error::ServiceError,
    imports::{self, RowFilter, reader::LEFT_OUT},
    jobs,
    resumes::batch::{self, Upload},
    sessions::{self, ExportFormat},
    storage, tokens,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, Statement, sea_query::Expr};
use std::{
    io::{Read as _, Write as _},
    path::Path,
    time::{Duration, Instant},
};
use tables::{all_rows, confirmed, here, people, sums_hold, upload};
use uuid::Uuid;

on_both_databases!(
    an_export_comes_back_without_its_links,
    a_pasted_link_is_not_kept,
    nothing_of_an_imported_person_is_left,
    what_somebody_else_is_named_by_stays,
    a_merged_entry_goes_with_the_kept_one,
    nothing_of_a_resume_is_left,
    who_is_deleted_leaves_the_memory,
    what_earlier_versions_left_is_cleared,
    a_stray_upload_is_forgotten,
    they_are_found_by_indexes,
);

const ERASED: &str = "This candidate is no longer here, and what the row held went with them.";

/// The first column of what a query finds.
async fn texts(bed: &TestBed, sql: &str) -> Vec<String> {
    let conn = bed.s.db.read();
    let statement = Statement::from_string(conn.get_database_backend(), sql);
    let rows = conn.query_all_raw(statement).await.unwrap();
    rows.iter()
        .map(|row| row.try_get_by_index::<Option<String>>(0).unwrap().unwrap_or_default())
        .collect()
}

/// Every row of every table, as text.
async fn everything(bed: &TestBed) -> String {
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
fn on_disk(bed: &TestBed) -> Vec<u8> {
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
async fn no_uploads(bed: &TestBed) {
    let limit = Instant::now() + Duration::from_secs(30);
    let folder = bed.dir().join("imports");
    while std::fs::read_dir(&folder).is_ok_and(|mut entries| entries.next().is_some()) {
        assert!(Instant::now() < limit, "a finished file lies around");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes
        .windows(text.len())
        .any(|window| window.eq_ignore_ascii_case(text.as_bytes()))
}

/// Nobody of this name is anywhere.
async fn nothing_of(bed: &TestBed, words: &[&str]) {
    no_uploads(bed).await;
    let dump = everything(bed).await.to_lowercase();
    for word in words {
        let left: Vec<_> = dump.lines().filter(|line| line.contains(word)).collect();
        assert!(left.is_empty(), "{word}: {left:#?}");
        assert!(!holds(&on_disk(bed), word), "{word} is on the disk");
    }
}

/// Deletes people for good: at once, or when their 30 days are over.
async fn gone_for_good(bed: &TestBed, ids: &[CandidateId], in_time: bool) {
    let count = ids.len() as u64;
    assert_eq!(candidates::delete(&bed.s, &bed.owner, ids).await.unwrap(), count);
    if in_time {
        bed.clock.advance(31 * DAY);
        assert_eq!(candidates::purge(&bed.s).await.unwrap(), count);
    } else {
        bed.clock.advance(MINUTE);
        assert_eq!(candidates::erase(&bed.s, &bed.owner, ids).await.unwrap(), count);
    }
}

async fn imported(s: &Services, bed: &TestBed, interview: InterviewId, text: &str, choice: OnDuplicate) -> Import {
    let import = upload(s, &bed.owner, interview, text.as_bytes()).await.unwrap();
    let patch = ImportPatch {
        on_duplicate: Some(choice),
        ..ImportPatch::default()
    };
    imports::patch(s, &bed.owner, import.id, patch).await.unwrap();
    confirmed(s, bed, import.id).await
}

async fn rows_of(s: &Services, bed: &TestBed, import: &Import) -> Vec<ImportRow> {
    all_rows(s, &bed.owner, import.id, RowFilter::default()).await
}

fn is_erased(row: &ImportRow) -> bool {
    row.cells.is_empty()
        && row.candidate_id.is_none()
        && row.problems.is_empty()
        && row.notes.is_empty()
        && row.reason.as_deref() == Some(ERASED)
}

async fn an_export_comes_back_without_its_links(bed: TestBed) {
    let s = here(&bed);
    let viewer = bed.member(Role::Viewer);
    for format in [ExportFormat::Csv, ExportFormat::Xlsx] {
        let interview = bed.interview(1, |_| {}).await;
        let ana = bed.candidate(interview, "Ana Lima", Some("ana@x.example")).await;
        let ben = bed.candidate(interview, "Ben Doe", None).await;
        let tokens = [token(&ana), token(&ben)];
        let (filter, order) = (SessionFilter::default(), SessionOrder::default());
        let mut export = sessions::export(&s, &bed.owner, interview, &filter, order, &[], format)
            .await
            .unwrap();
        let mut bytes = Vec::new();
        export.file.read_to_end(&mut bytes).unwrap();
        let import = upload(&s, &bed.owner, interview, &bytes).await.unwrap();
        // Who is here is told by the email; somebody without one is new.
        let counts = import.counts;
        assert_eq!((counts.rows, counts.rejected), (2, 0));
        assert_eq!((counts.new, counts.already_here), (Some(1), Some(1)));
        let column = import
            .mapping
            .iter()
            .find(|column| column.header == "Invite link")
            .unwrap();
        assert_eq!(column.sample, [LEFT_OUT, LEFT_OUT]);
        let seen = [
            serde_json::to_string(&imports::get(&s, &viewer, import.id).await.unwrap()).unwrap(),
            serde_json::to_string(&all_rows(&s, &viewer, import.id, RowFilter::default()).await).unwrap(),
        ];
        for token in &tokens {
            assert!(seen.iter().all(|seen| !seen.contains(token)), "{seen:?}");
        }
        // Nor does a link become a note where somebody matches its column so.
        let as_notes = ImportPatch {
            mapping: Some(vec![ColumnMatch {
                column: column.column,
                field: Some(Field::Notes),
            }]),
            ..ImportPatch::default()
        };
        imports::patch(&s, &bed.owner, import.id, as_notes).await.unwrap();
        let done = confirmed(&s, &bed, import.id).await;
        assert_eq!((done.counts.added, done.counts.skipped), (Some(1), Some(1)));
        sums_hold(&s, &bed.owner, import.id).await;
        assert_eq!(people(&s, interview).await.len(), 3);
        no_uploads(&bed).await;
        let dump = everything(&bed).await;
        for token in &tokens {
            assert!(!dump.contains(token) && !holds(&on_disk(&bed), token));
        }
    }
}

async fn a_pasted_link_is_not_kept(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    let ana = bed.candidate(interview, "Ana", None).await;
    let text = "Name,Email,Notes\nBen,ben@x.example,\n";
    let import = upload(&s, &bed.owner, interview, text.as_bytes()).await.unwrap();
    let change = CellChange {
        column: 2,
        value: format!("see {} there", ana.invite_url.as_deref().unwrap()),
    };
    let row = imports::correct(&s, &bed.owner, import.id, 2, &[change]).await.unwrap();
    assert_eq!(row.cells[2], format!("see {LEFT_OUT} there"));
    assert_eq!(confirmed(&s, &bed, import.id).await.counts.added, Some(1));
    assert!(!everything(&bed).await.contains(&token(&ana)));
}

const ZEBULON: &str = "Name,Email,School,Graduation year,Notes\n\
    Zebulon Quagga,zebulon@quagga.example,Quagga College,2024,Met at the quagga fair\n\
    Ben Doe,ben@x.example,KCL,2023,\n\
    Zebulon Q,Zebulon@Quagga.example,Quagga College,soon,\n\
    Zebulon again,zebulon@quagga.example,,,\n";

async fn nothing_of_an_imported_person_is_left(bed: TestBed) {
    let s = here(&bed);
    for in_time in [true, false] {
        let interview = bed.interview(1, |_| {}).await;
        let first = imported(&s, &bed, interview, ZEBULON, OnDuplicate::Skip).await;
        let update = "Name,Email,School\nZeb,zebulon@quagga.example,Quagga University\n";
        let update = imported(&s, &bed, interview, update, OnDuplicate::Update).await;
        let skip = "Name,Email\nZebulon,zebulon@quagga.example\n";
        let skip = imported(&s, &bed, interview, skip, OnDuplicate::Skip).await;
        // Somebody without an address, and the same file again.
        let solo = "Name,School\nQuagga Solo,Nowhere\n";
        let solo = [
            imported(&s, &bed, interview, solo, OnDuplicate::Skip).await,
            imported(&s, &bed, interview, solo, OnDuplicate::Skip).await,
        ];
        assert_eq!(update.counts.updated, Some(1));
        assert_eq!((skip.counts.skipped, solo[1].counts.skipped), (Some(1), Some(1)));
        assert!(
            everything(&bed).await.contains("Zebulon"),
            "the test would find nothing"
        );
        let quaggas: Vec<CandidateId> = people(&s, interview)
            .await
            .into_iter()
            .filter(|row| row.name.contains("Quagga"))
            .map(|row| CandidateId(row.id))
            .collect();
        assert_eq!(quaggas.len(), 2);
        gone_for_good(&bed, &quaggas, in_time).await;
        nothing_of(&bed, &["zebulon", "quagga"]).await;

        // Every row is where it was, and somebody else's is untouched.
        let rows = rows_of(&s, &bed, &first).await;
        let results: Vec<_> = rows.iter().map(|row| (row.number, row.result.unwrap())).collect();
        assert_eq!(
            results,
            [
                (2, RowResult::Added),
                (3, RowResult::Added),
                (4, RowResult::Rejected),
                (5, RowResult::Skipped)
            ]
        );
        let erased: Vec<_> = rows.iter().map(is_erased).collect();
        assert_eq!(erased, [true, false, true, true]);
        assert_eq!(rows[1].cells[0], "Ben Doe");
        assert!(rows[1].candidate_id.is_some());
        let shown = imports::get(&s, &bed.member(Role::Viewer), first.id).await.unwrap();
        assert_eq!(shown.counts, first.counts);
        let top: Vec<_> = shown.top_rows.iter().map(|row| row.number).collect();
        assert_eq!(top, [1, 3]);
        assert_eq!(shown.mapping[0].sample, ["", "Ben Doe", "", ""]);
        for import in [&update, &skip, &solo[0], &solo[1]] {
            assert!(rows_of(&s, &bed, import).await.iter().all(is_erased));
            sums_hold(&s, &bed.owner, import.id).await;
        }
        assert!(matches!(
            imports::rejected_xlsx(&s, &bed.owner, first.id).await,
            Err(ServiceError::Conflict {
                code: "none_rejected",
                ..
            })
        ));

        // What can be taken back still can, and the sums are those of all rows.
        let undone = imports::undo(&s, &bed.owner, first.id).await.unwrap();
        assert_eq!(
            (undone.state, undone.counts.removed, undone.counts.kept),
            (ImportState::Undone, Some(2), Some(0))
        );
        let undone = imports::undo(&s, &bed.owner, update.id).await.unwrap();
        assert_eq!((undone.counts.restored, undone.counts.kept), (Some(0), Some(1)));
        for import in [&first, &update] {
            sums_hold(&s, &bed.owner, import.id).await;
        }
        assert!(people(&s, interview).await.is_empty());
        assert!(is_erased(&rows_of(&s, &bed, &first).await[0]));
        // Imported once more, they are somebody new.
        let again = upload(&s, &bed.owner, interview, ZEBULON.as_bytes()).await.unwrap();
        assert_eq!((again.counts.new, again.counts.already_here), (Some(2), Some(0)));
        imports::cancel(&s, &bed.owner, again.id).await.unwrap();
        import::Entity::delete_by_id(again.id.0)
            .exec(s.db.read())
            .await
            .unwrap();
    }
}

async fn what_somebody_else_is_named_by_stays(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    let text = "Name,Email\nZebulon,zebulon@quagga.example\n";
    let first = imported(&s, &bed, interview, text, OnDuplicate::Skip).await;
    let twin = imported(&s, &bed, interview, text, OnDuplicate::Add).await;
    let skip = imported(&s, &bed, interview, text, OnDuplicate::Skip).await;
    // A longer address, and the same one on another interview, are other people's.
    let other = "Name,Email,Graduation year\nOther,xzebulon@quagga.example,soon\n";
    let other = imported(&s, &bed, interview, other, OnDuplicate::Skip).await;
    let away = bed.interview(1, |_| {}).await;
    let away = imported(&s, &bed, away, text, OnDuplicate::Skip).await;
    let candidate = async |import: &Import| rows_of(&s, &bed, import).await[0].candidate_id.unwrap();
    let erased = async |import: &Import| is_erased(&rows_of(&s, &bed, import).await[0]);
    let (one, two) = (candidate(&first).await, candidate(&twin).await);
    gone_for_good(&bed, &[one], false).await;
    assert!(erased(&first).await);
    assert!(!erased(&twin).await && !erased(&skip).await);
    gone_for_good(&bed, &[two], true).await;
    assert!(erased(&twin).await && erased(&skip).await);
    assert!(!erased(&other).await && !erased(&away).await);
    // Somebody who is brought back keeps everything, whatever else is erased in the same breath.
    let back = candidate(&away).await;
    candidates::delete(&s, &bed.owner, &[back]).await.unwrap();
    candidates::restore(&s, &bed.owner, &[back]).await.unwrap();
    assert_eq!(candidates::erase(&s, &bed.owner, &[back]).await.unwrap(), 0);
    assert!(!erased(&away).await);
}

async fn a_merged_entry_goes_with_the_kept_one(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    let kept = "Name,Email\nZebulon,zebulon@x.example\n";
    let kept = imported(&s, &bed, interview, kept, OnDuplicate::Skip).await;
    let other = "Name,Email,School\nZeb,zeb@quagga.example,Quagga College\n";
    let other = imported(&s, &bed, interview, other, OnDuplicate::Skip).await;
    let of = async |import: &Import| rows_of(&s, &bed, import).await[0].candidate_id.unwrap();
    let (keep, gone) = (of(&kept).await, of(&other).await);
    candidates::merge(&s, &bed.owner, keep, gone, None).await.unwrap();
    assert_eq!(of(&other).await, keep, "what was imported is the kept one's");
    // The kept entry is not the import's to take back.
    let undone = imports::undo(&s, &bed.owner, other.id).await.unwrap();
    assert_eq!((undone.counts.removed, undone.counts.kept), (Some(0), Some(1)));
    sums_hold(&s, &bed.owner, other.id).await;
    assert_eq!(people(&s, interview).await.len(), 1);
    gone_for_good(&bed, &[keep], false).await;
    nothing_of(&bed, &["zeb", "quagga"]).await;
    for import in [&kept, &other] {
        assert!(is_erased(&rows_of(&s, &bed, import).await[0]));
    }
}

async fn read_batch(s: &Services, bed: &TestBed, interview: InterviewId, files: &[(&str, Vec<u8>)]) -> ResumeBatch {
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

async fn rename(s: &Services, bed: &TestBed, of: &ResumeBatch, at: usize, name: &str) {
    let changes = Corrections::from([(ResumeField::Name, Some(name.to_owned()))]);
    batch::correct(s, &bed.owner, of.id, of.files[at].id, changes)
        .await
        .unwrap();
}

async fn nothing_of_a_resume_is_left(bed: TestBed) {
    let s = here(&bed);
    for in_time in [false, true] {
        let interview = bed.interview(1, |_| {}).await;
        let zebulon = pdf::resume("Zebulon Quagga", "zebulon@quagga.example");
        let ben = pdf::resume("Ben Doe", "ben@x.example");
        let files = [
            ("Zebulon_Quagga_CV.pdf", zebulon.clone()),
            ("Copy of Zebulon.pdf", zebulon.clone()),
            ("ben.pdf", ben),
        ];
        let open = read_batch(&s, &bed, interview, &files).await;
        // Ben waits for a name, so the batch stays open and keeps its files.
        rename(&s, &bed, &open, 2, " ").await;
        rename(&s, &bed, &open, 0, "Zebulon Q. Quagga").await;
        let added = batch::add(&s, &bed.owner, open.id, None).await.unwrap();
        assert_eq!((added.state, added.counts.added), (BatchState::Ready, 1));
        let id = added.files[0].candidate_id.unwrap();
        // The same resume once more, and the batch is given up.
        let left = read_batch(&s, &bed, interview, &[("Quagga again.pdf", zebulon)]).await;
        batch::cancel(&s, &bed.owner, left.id).await.unwrap();

        let page = PageRequest::default();
        let entries = tokens::entries(&s, &bed.owner, &page).await.unwrap().items;
        let notes: Vec<_> = entries.iter().filter_map(|entry| entry.note.as_deref()).collect();
        assert!(notes.contains(&"Resume 1 of a batch"), "{notes:?}");
        assert!(notes.iter().all(|note| !note.contains("pdf")), "{notes:?}");

        gone_for_good(&bed, &[id], in_time).await;
        nothing_of(&bed, &["zebulon", "quagga"]).await;
        let seen = async |id: BatchId| batch::get(&s, &bed.member(Role::Viewer), id).await.unwrap();
        let now = seen(open.id).await;
        assert_eq!(now.counts, added.counts, "the batch is accounted for as before");
        assert_eq!(
            (now.files[0].name.as_str(), now.files[0].size),
            ("(erased)", open.files[0].size)
        );
        assert_eq!(now.files[0].reason_code.as_deref(), Some("erased"));
        assert!(now.files[0].fields.is_empty() && now.files[0].jobs.is_empty());
        assert_eq!(seen(left.id).await.files[0].name, "(erased)");
        if !in_time {
            assert_eq!(
                file::Entity::find().count(s.db.read()).await.unwrap(),
                1,
                "Ben's is left"
            );
        }
        // The rest of the batch goes on.
        rename(&s, &bed, &open, 2, "Ben Doe").await;
        let done = batch::add(&s, &bed.owner, open.id, None).await.unwrap();
        assert_eq!((done.state, done.counts.added), (BatchState::Done, 2));
    }
}

async fn answered(bed: &TestBed, token: &str, view: &CandidateView, text: &str) -> CandidateView {
    let input = AnswerInput {
        client_id: text.split(' ').next().unwrap().to_owned(),
        question: view.question.as_ref().unwrap().id,
        text: Some(text.to_owned()),
        choices: Vec::new(),
        lease: Some(view.lease),
        presence: Presence::Live,
    };
    conversation::answer(&bed.s, token, input).await.unwrap()
}

/// A candidate who has answered once, so that the process has them in memory.
async fn inside(bed: &TestBed, interview: InterviewId) -> (Candidate, CandidateView) {
    let candidate = bed.candidate(interview, "Zebulon", Some("zebulon@x.example")).await;
    let input = StartInput {
        consent: true,
        language: "en".into(),
        ..Default::default()
    };
    let view = conversation::start(&bed.s, &token(&candidate), input).await.unwrap();
    let view = answered(bed, &token(&candidate), &view, "first: quaggas are zebras").await;
    // Whoever looks keeps what was said.
    conversation::view(&bed.s, &token(&candidate)).await.unwrap();
    (candidate, view)
}

async fn who_is_deleted_leaves_the_memory(bed: TestBed) {
    let interview = bed.interview(3, |_| {}).await;
    let scenes = || format!("{:?}", bed.s.scenes);
    let transcripts = || format!("{:?}", bed.s.transcripts);
    let known = || scenes().contains("Zebulon") && transcripts().contains("quaggas");
    let unknown = || {
        let kept = scenes() + &transcripts();
        !kept.contains("Zebulon") && !kept.contains("quaggas")
    };
    let (first, view) = inside(&bed, interview).await;
    assert!(known());
    candidates::delete(&bed.s, &bed.owner, &[first.id]).await.unwrap();
    assert!(unknown());
    // Brought back, they go on where they were.
    candidates::restore(&bed.s, &bed.owner, &[first.id]).await.unwrap();
    let view = answered(&bed, &token(&first), &view, "second: and so are zebras").await;
    assert_eq!(view.turns.len(), 5);
    conversation::view(&bed.s, &token(&first)).await.unwrap();
    assert!(known());
    conversation::finish(&bed.s, &token(&first)).await.unwrap();
    assert!(unknown(), "the session is over");
    conversation::view(&bed.s, &token(&first)).await.unwrap();
    assert!(unknown(), "who looks at what is over brings it back for nobody");
    candidates::delete(&bed.s, &bed.owner, &[first.id]).await.unwrap();
    bed.clock.advance(MINUTE);
    assert_eq!(candidates::erase(&bed.s, &bed.owner, &[first.id]).await.unwrap(), 1);

    // Under a link that was replaced in the middle.
    let (second, _) = inside(&bed, interview).await;
    candidates::replace_link(&bed.s, &bed.owner, second.id).await.unwrap();
    candidates::delete(&bed.s, &bed.owner, &[second.id]).await.unwrap();
    assert!(unknown());
    bed.clock.advance(31 * DAY);
    assert_eq!(candidates::purge(&bed.s).await.unwrap(), 1);
    assert!(unknown());
}

/// Takes this migration back and runs it again, with whatever came after it.
async fn migrated_again(bed: &TestBed) {
    let names: Vec<_> = Migrator::migrations().iter().map(|m| m.name().to_owned()).collect();
    let at = names.iter().position(|name| name.contains("m0019_erased")).unwrap();
    let steps = u32::try_from(names.len() - at).unwrap();
    Migrator::down(bed.s.db.read(), Some(steps)).await.unwrap();
    Migrator::up(bed.s.db.read(), None).await.unwrap();
}

async fn what_earlier_versions_left_is_cleared(bed: TestBed) {
    let s = here(&bed);
    let conn = s.db.read();
    let interview = bed.interview(1, |_| {}).await;
    let import = imported(&s, &bed, interview, ZEBULON, OnDuplicate::Skip).await;
    let rows = rows_of(&s, &bed, &import).await;
    let (zebulon, ben) = (rows[0].candidate_id.unwrap(), rows[1].candidate_id.unwrap());
    let batch = read_batch(
        &s,
        &bed,
        interview,
        &[("Zebulon_CV.pdf", pdf::resume("Zebulon Quagga", "z@quagga.example"))],
    )
    .await;
    let batch = batch::add(&s, &bed.owner, batch.id, None).await.unwrap();
    let of_file = batch.files[0].candidate_id.unwrap();
    // As they used to be purged: the candidate alone went.
    for id in [zebulon, of_file] {
        candidate::Entity::delete_by_id(id.0).exec(conn).await.unwrap();
    }
    // As links were kept: in Ben's row, which says the same as Ben.
    let link = candidates::get(&s, &bed.owner, ben).await.unwrap().invite_url.unwrap();
    let held = format!("see {link} there");
    let cells = serde_json::to_string(&["Ben Doe", "ben@x.example", "KCL", "2023", held.as_str()]).unwrap();
    let before = serde_json::to_string(&serde_json::json!({"notes": [null, held]})).unwrap();
    import_row::Entity::update_many()
        .col_expr(import_row::Column::Cells, Expr::value(cells))
        .col_expr(import_row::Column::Before, Expr::value(before))
        .filter(import_row::Column::CandidateId.eq(ben.0))
        .exec(conn)
        .await
        .unwrap();
    candidate::Entity::update_many()
        .col_expr(candidate::Column::Notes, Expr::value(held))
        .filter(candidate::Column::Id.eq(ben.0))
        .exec(conn)
        .await
        .unwrap();
    let hold = tokens::Hold {
        reference: "resume:earlier:1".to_owned(),
        subject: Uuid::from_u128(7),
        amount: 5,
        note: Some("Zebulon_CV.pdf".to_owned()),
    };
    let tx = s.db.write(Priority::Person).await.unwrap();
    tokens::reserve(&*tx, &s, &bed.owner, bed.workspace, &[hold])
        .await
        .unwrap();
    tx.commit().await.unwrap();

    migrated_again(&bed).await;

    let rows = rows_of(&s, &bed, &import).await;
    assert!(is_erased(&rows[0]));
    let clean = format!("see {LEFT_OUT} there");
    assert_eq!(rows[1].cells[4], clean);
    let now = candidates::get(&s, &bed.owner, ben).await.unwrap();
    assert_eq!(now.fields.notes.as_deref(), Some(clean.as_str()));
    let stored = import_row::Entity::find()
        .filter(import_row::Column::CandidateId.eq(ben.0))
        .one(conn)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        stored.before.unwrap(),
        serde_json::to_string(&serde_json::json!({"notes": [null, clean]})).unwrap()
    );
    assert!(!everything(&bed).await.contains(&token(&now)));
    let batch = batch::get(&s, &bed.owner, batch.id).await.unwrap();
    let file = &batch.files[0];
    assert_eq!(
        (file.name.as_str(), file.reason_code.as_deref()),
        ("(erased)", Some("erased"))
    );
    assert!(file.fields.is_empty());
    let noted = token_entry::Entity::find()
        .filter(token_entry::Column::Reference.eq("resume:earlier:1"))
        .one(conn)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(noted.note.as_deref(), Some("Resume of a batch"));
    let changed = token_entry::Entity::update_many()
        .col_expr(token_entry::Column::Note, Expr::value("changed"))
        .filter(token_entry::Column::Id.eq(noted.id))
        .exec(conn)
        .await;
    assert!(changed.is_err(), "an entry stays as it is");
    sums_hold(&s, &bed.owner, import.id).await;
}

/// What a process left that died while a table arrived.
async fn a_stray_upload_is_forgotten(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    let import = upload(&s, &bed.owner, interview, ZEBULON.as_bytes()).await.unwrap();
    let folder = bed.dir().join("imports");
    let wanted = folder.join(import.id.0.to_string());
    let (old, new) = (folder.join(Uuid::from_u128(1).to_string()), folder.join(".tmpNew"));
    for path in [&old, &new] {
        std::fs::write(path, ZEBULON).unwrap();
    }
    for path in [&old, &wanted] {
        two_days_old(path);
    }
    let stop = tokio_util::sync::CancellationToken::new();
    let runs = tokio::spawn(imports::run(s.clone(), stop.clone()));
    let limit = Instant::now() + Duration::from_secs(30);
    while old.exists() {
        assert!(Instant::now() < limit, "the file stays");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    stop.cancel();
    runs.await.unwrap();
    assert!(wanted.exists(), "the preview is read from it again");
    assert!(new.exists(), "it may be arriving");
}

fn two_days_old(path: &Path) {
    let file = std::fs::File::options().write(true).open(path).unwrap();
    let changed = file.metadata().unwrap().modified().unwrap();
    file.set_modified(changed - Duration::from_secs(2 * 24 * 60 * 60))
        .unwrap();
}

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
