//! Import by resumes against real databases: every file is read once and paid for once, whatever happens in between.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops where something is not as it should be"
)]

mod common;
#[path = "common/pdf.rs"]
mod pdf;

use common::TestBed;
use parley_domain::{
    account::Role,
    batch::{BatchFile, BatchState, Corrections, FileState, ResumeBatch},
    candidate::Source,
    id::{BatchId, CandidateId, InterviewId},
    paging::PageRequest,
    resume::{Confidence, Engine, ResumeField},
    time::{DAY, HOUR, MINUTE},
    token::EntryKind,
};
use parley_services::{
    Config, Services, candidates,
    child::Children,
    entity::{file, resume_file},
    error::ServiceError,
    jobs,
    resumes::{
        batch::{self, Upload},
        single,
    },
    storage, tokens,
};
use pdf::{resume, without_text};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter};
use std::{
    fs::File,
    io::{Cursor, Read as _, Write as _},
    sync::Arc,
    time::{Duration, UNIX_EPOCH},
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use zip::{ZipWriter, write::SimpleFileOptions};

on_both_databases!(
    files_are_read_charged_and_added,
    uploading_says_the_cost_and_charges_nothing,
    too_few_tokens_are_said_before_anything_runs,
    the_same_file_is_read_once,
    a_zip_is_taken_apart,
    a_dead_worker_loses_and_doubles_nothing,
    a_batch_that_cannot_be_read_gives_its_tokens_back,
    retrying_charges_once,
    corrections_are_checked_and_kept,
    possible_duplicates_are_flagged,
    removing_and_giving_up_give_tokens_back,
    what_nobody_comes_back_to_is_given_up,
    adding_twice_adds_once,
    files_are_kept_or_discarded_and_go_with_the_candidate,
    bytes_that_nothing_knows_are_removed_at_start,
    a_form_is_filled_and_nothing_is_saved,
    a_try_that_failed_does_not_make_the_next_one_free,
    free_reading_has_no_price,
    strangers_and_viewers_change_nothing,
);

/// Services that read PDFs in this process: the tests made them.
fn here(bed: &TestBed) -> Services {
    let mut s = bed.s.clone();
    s.children = None;
    s
}

fn with_tokens(bed: &TestBed, initial_tokens: i64, tokens_per_resume: i64) -> Services {
    let mut s = here(bed);
    s.config = Arc::new(Config {
        initial_tokens,
        tokens_per_resume,
        ..(*s.config).clone()
    });
    s
}

fn uploaded(s: &Services, name: &str, bytes: &[u8]) -> Upload {
    let mut file = storage::incoming(s).unwrap();
    file.write_all(bytes).unwrap();
    Upload {
        file_name: name.into(),
        file: file.into_temp_path(),
    }
}

async fn new_batch(s: &Services, bed: &TestBed, interview: InterviewId, files: &[(&str, &[u8])]) -> ResumeBatch {
    let uploads = files.iter().map(|(name, bytes)| uploaded(s, name, bytes)).collect();
    batch::upload(s, &bed.owner, interview, uploads, true, false)
        .await
        .unwrap()
}

async fn read(s: &Services, bed: &TestBed, id: BatchId) -> ResumeBatch {
    batch::start(s, &bed.owner, id).await.unwrap();
    jobs::run_due(s).await.unwrap();
    batch::get(s, &bed.owner, id).await.unwrap()
}

async fn balance(s: &Services, bed: &TestBed) -> (i64, i64) {
    let account = tokens::account(s, &bed.owner).await.unwrap();
    (account.balance, account.reserved)
}

async fn kinds(s: &Services, bed: &TestBed) -> Vec<EntryKind> {
    let page = PageRequest {
        limit: Some(200),
        cursor: None,
    };
    let entries = tokens::entries(s, &bed.owner, &page).await.unwrap().items;
    entries.into_iter().rev().map(|entry| entry.kind).collect()
}

fn value(file: &BatchFile, field: ResumeField) -> Option<&str> {
    file.fields.get(&field).map(|found| found.value.as_str())
}

fn code(error: ServiceError) -> &'static str {
    match error {
        ServiceError::Conflict { code, .. } => code,
        other => panic!("{other}"),
    }
}

async fn files_are_read_charged_and_added(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    let batch = new_batch(
        &s,
        &bed,
        interview,
        &[
            ("ana.pdf", &resume("Ana Lima", "ana.lima@example.com")),
            ("scan.pdf", &without_text()),
            ("notes.txt", b"Just some notes"),
        ],
    )
    .await;
    let batch = read(&s, &bed, batch.id).await;
    assert_eq!(batch.state, BatchState::Ready);
    assert_eq!((batch.counts.read, batch.counts.failed), (1, 2));
    let ana = &batch.files[0];
    assert_eq!(value(ana, ResumeField::Name), Some("Ana Lima"));
    assert_eq!(value(ana, ResumeField::Email), Some("ana.lima@example.com"));
    assert_eq!(ana.fields[&ResumeField::Email].source, "ana.lima@example.com");
    assert_eq!(ana.engine, Some(Engine::BuiltIn));
    assert!(ana.problems.is_empty() && ana.is_addable());
    assert_eq!(batch.files[1].reason_code.as_deref(), Some("scanned"));
    assert_eq!(batch.files[2].reason_code.as_deref(), Some("not_a_pdf"));
    assert_eq!(balance(&s, &bed).await, (495, 0));
    let entries = kinds(&s, &bed).await;
    assert_eq!(entries[..3], [EntryKind::Grant, EntryKind::Reserve, EntryKind::Reserve]);
    // Two are read at once: whichever is done first.
    assert!(entries[3..].contains(&EntryKind::Commit) && entries[3..].contains(&EntryKind::Refund));
    assert_eq!(entries.len(), 5);
    let done = batch::add(&s, &bed.owner, batch.id, None).await.unwrap();
    assert_eq!((done.state, done.counts.added), (BatchState::Done, 1));
    let candidate = candidates::get(&s, &bed.owner, done.files[0].candidate_id.unwrap())
        .await
        .unwrap();
    assert_eq!(candidate.source, Source::Resume);
    assert_eq!(candidate.fields.name, "Ana Lima");
    assert_eq!(candidate.resume_file.as_deref(), Some("ana.pdf"));
    assert!(candidate.invite_url.is_some());
}

async fn uploading_says_the_cost_and_charges_nothing(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    let id = batch::begin(&s, &bed.owner, interview, true).await.unwrap().id;
    for (n, name) in ["Ana Lima", "Ben Doe", "Cleo Ray"].iter().enumerate() {
        let upload = uploaded(&s, &format!("{n}.pdf"), &resume(name, &format!("p{n}@example.com")));
        batch::add_file(&s, &bed.owner, id, upload).await.unwrap();
    }
    let upload = uploaded(&s, "C:\\people\\empty.pdf", b"");
    let batch = batch::add_file(&s, &bed.owner, id, upload).await.unwrap();
    assert_eq!(
        (batch.state, batch.counts.files, batch.counts.waiting),
        (BatchState::Uploaded, 4, 3)
    );
    assert_eq!((batch.cost, batch.balance, batch.per_resume), (15, 500, 5));
    assert_eq!(batch.files[3].name, "empty.pdf");
    assert_eq!(batch.files[3].reason_code.as_deref(), Some("empty"));
    assert_eq!(balance(&s, &bed).await, (500, 0));
    assert_eq!(jobs::run_due(&s).await.unwrap(), 0);
    let started = batch::start(&s, &bed.owner, id).await.unwrap();
    assert_eq!(started.state, BatchState::Running);
    assert_eq!(balance(&s, &bed).await, (485, 15));
    // Again, at once and later: nothing more.
    assert_eq!(
        batch::start(&s, &bed.owner, id).await.unwrap().state,
        BatchState::Running
    );
    assert_eq!(balance(&s, &bed).await, (485, 15));
    let refused = batch::add_file(&s, &bed.owner, id, uploaded(&s, "late.pdf", b"%PDF-1.4")).await;
    assert_eq!(code(refused.unwrap_err()), "already_started");
    jobs::run_due(&s).await.unwrap();
    assert_eq!(batch::start(&s, &bed.owner, id).await.unwrap().state, BatchState::Ready);
    assert_eq!(balance(&s, &bed).await, (485, 0));
}

async fn too_few_tokens_are_said_before_anything_runs(bed: TestBed) {
    let s = with_tokens(&bed, 12, 5);
    let interview = bed.interview(1, |_| {}).await;
    let people: Vec<Vec<u8>> = (0..3)
        .map(|n| resume("Ana Lima", &format!("p{n}@example.com")))
        .collect();
    let uploads = || {
        let upload = |(n, bytes): (usize, &Vec<u8>)| uploaded(&s, &format!("{n}.pdf"), bytes);
        people.iter().enumerate().map(upload).collect::<Vec<_>>()
    };
    match batch::upload(&s, &bed.owner, interview, uploads(), true, true).await {
        Err(ServiceError::Conflict { code, detail, .. }) => {
            assert_eq!(code, "too_few_tokens");
            assert!(
                detail.contains("15 AI tokens and 12 are left: 3 are missing"),
                "{detail}"
            );
        }
        other => panic!("{other:?}"),
    }
    assert!(
        batch::list(&s, &bed.owner, interview).await.unwrap().is_empty(),
        "nothing is kept"
    );
    bed.clock.advance(2 * MINUTE);
    batch::sweep(&s).await.unwrap();
    assert_eq!(
        file::Entity::find().count(s.db.read()).await.unwrap(),
        0,
        "nor are its bytes"
    );
    assert_eq!(balance(&s, &bed).await, (12, 0));
    // Uploaded first, the batch stays, and one file less will do.
    let batch = batch::upload(&s, &bed.owner, interview, uploads(), true, false)
        .await
        .unwrap();
    assert_eq!(
        code(batch::start(&s, &bed.owner, batch.id).await.unwrap_err()),
        "too_few_tokens"
    );
    let batch = batch::remove(&s, &bed.owner, batch.id, batch.files[2].id)
        .await
        .unwrap();
    assert_eq!(batch.cost, 10);
    let batch = read(&s, &bed, batch.id).await;
    assert_eq!((batch.counts.read, balance(&s, &bed).await), (2, (2, 0)));
}

async fn the_same_file_is_read_once(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    let ana = resume("Ana Lima", "ana@example.com");
    let batch = new_batch(
        &s,
        &bed,
        interview,
        &[("a.pdf", &ana), ("b.pdf", &ana), ("c.pdf", &ana)],
    )
    .await;
    assert_eq!((batch.cost, batch.counts.waiting, batch.counts.failed), (5, 1, 2));
    let first = batch.files[0].id;
    assert_eq!(batch.files[1].duplicate_of, Some(first));
    assert!(batch.files[2].reason.as_deref().unwrap().contains("a.pdf"));
    // Without the first, the second takes its place and the third is a copy of that.
    let batch = batch::remove(&s, &bed.owner, batch.id, first).await.unwrap();
    assert_eq!(batch.files[0].state, FileState::Waiting);
    assert_eq!(batch.files[1].duplicate_of, Some(batch.files[0].id));
    let batch = read(&s, &bed, batch.id).await;
    assert_eq!((batch.counts.read, balance(&s, &bed).await), (1, (495, 0)));
    assert_eq!(file::Entity::find().count(s.db.read()).await.unwrap(), 1);
}

fn zip_of(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

async fn a_zip_is_taken_apart(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    let (ana, ben) = (
        resume("Ana Lima", "ana@example.com"),
        resume("Ben Doe", "ben@example.com"),
    );
    let zip = zip_of(&[
        ("people/ana.pdf", &ana),
        ("people/again.pdf", &ana),
        ("ben.pdf", &ben),
        ("inner.zip", &zip_of(&[("x.pdf", &ben)])),
        ("__MACOSX/._ben.pdf", b"x"),
    ]);
    let batch = new_batch(&s, &bed, interview, &[("all.zip", &zip)]).await;
    let names: Vec<_> = batch
        .files
        .iter()
        .map(|file| (file.name.as_str(), file.reason_code.as_deref()))
        .collect();
    assert_eq!(
        names,
        [
            ("ana.pdf", None),
            ("again.pdf", Some("duplicate")),
            ("ben.pdf", None),
            ("inner.zip", Some("not_a_pdf"))
        ]
    );
    assert_eq!(batch.cost, 10);
    let batch = read(&s, &bed, batch.id).await;
    assert_eq!((batch.counts.read, balance(&s, &bed).await), (2, (490, 0)));
    let broken = batch::upload(
        &s,
        &bed.owner,
        interview,
        vec![uploaded(&s, "x.zip", b"PK\x03\x04no")],
        true,
        true,
    )
    .await;
    match broken {
        Err(ServiceError::Invalid(errors)) => assert!(errors[0].message.contains("damaged"), "{errors:?}"),
        other => panic!("{other:?}"),
    }
    assert_eq!(batch::list(&s, &bed.owner, interview).await.unwrap().len(), 1);
}

/// The worker dies after each of its steps; the heir goes on, and the sums are those of a run without deaths.
async fn a_dead_worker_loses_and_doubles_nothing(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    let people: Vec<(String, Vec<u8>)> = (0..4)
        .map(|n| (format!("{n}.pdf"), resume("Ana Lima", &format!("p{n}@example.com"))))
        .collect();
    let files: Vec<(&str, &[u8])> = people.iter().map(|(n, b)| (n.as_str(), b.as_slice())).collect();
    let batch = new_batch(&s, &bed, interview, &files).await;
    batch::start(&s, &bed.owner, batch.id).await.unwrap();
    for _ in 1..jobs::TRIES_MAX {
        let held = jobs::claim(&s).await.unwrap().unwrap();
        // It has taken a file and read nothing of it: what a dead worker leaves.
        let waiting = batch::get(&s, &bed.owner, batch.id).await.unwrap();
        let next = waiting.files.iter().find(|file| file.state == FileState::Waiting);
        if let Some(next) = next {
            resume_file::Entity::update_many()
                .col_expr(resume_file::Column::State, "reading".into())
                .col_expr(resume_file::Column::JobId, held.id.0.into())
                .filter(resume_file::Column::Id.eq(next.id.0))
                .exec(s.db.read())
                .await
                .unwrap();
        }
        bed.clock.advance(jobs::LEASE);
        assert_eq!(jobs::requeue_lapsed(&s).await.unwrap(), []);
        assert_eq!(balance(&s, &bed).await, (480, 20));
    }
    jobs::run_due(&s).await.unwrap();
    let batch = batch::get(&s, &bed.owner, batch.id).await.unwrap();
    assert_eq!((batch.state, batch.counts.read), (BatchState::Ready, 4));
    assert_eq!(balance(&s, &bed).await, (480, 0));
    // A late job of the same batch finds nothing to do.
    jobs::run_due(&s).await.unwrap();
    let commits = kinds(&s, &bed)
        .await
        .iter()
        .filter(|kind| **kind == EntryKind::Commit)
        .count();
    assert_eq!(commits, 4);
}

async fn a_batch_that_cannot_be_read_gives_its_tokens_back(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    let batch = new_batch(
        &s,
        &bed,
        interview,
        &[("a.pdf", &resume("Ana Lima", "ana@example.com"))],
    )
    .await;
    batch::start(&s, &bed.owner, batch.id).await.unwrap();
    for _ in 1..jobs::TRIES_MAX {
        jobs::claim(&s).await.unwrap().unwrap();
        bed.clock.advance(jobs::LEASE);
        assert_eq!(jobs::requeue_lapsed(&s).await.unwrap(), []);
    }
    jobs::claim(&s).await.unwrap().unwrap();
    bed.clock.advance(jobs::LEASE);
    assert_eq!(jobs::run_due(&s).await.unwrap(), 0, "it is given up, not tried again");
    let batch = batch::get(&s, &bed.owner, batch.id).await.unwrap();
    assert_eq!(batch.state, BatchState::Ready);
    assert_eq!(batch.files[0].reason_code.as_deref(), Some("unavailable"));
    assert_eq!(balance(&s, &bed).await, (500, 0));
}

async fn retrying_charges_once(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    let batch = new_batch(
        &s,
        &bed,
        interview,
        &[
            ("scan.pdf", &without_text()),
            ("ana.pdf", &resume("Ana Lima", "ana@example.com")),
        ],
    )
    .await;
    let batch = read(&s, &bed, batch.id).await;
    let (scan, ana) = (batch.files[0].id, batch.files[1].id);
    assert!(batch.files[0].can_retry && !batch.files[1].can_retry);
    assert_eq!(
        code(batch::retry(&s, &bed.owner, batch.id, ana).await.unwrap_err()),
        "no_retry"
    );
    for _ in 0..2 {
        let again = batch::retry(&s, &bed.owner, batch.id, scan).await.unwrap();
        assert_eq!(again.state, BatchState::Running);
        assert_eq!(balance(&s, &bed).await, (490, 5));
        jobs::run_due(&s).await.unwrap();
        assert_eq!(balance(&s, &bed).await, (495, 0));
    }
    // As if the second try could read it: charged once, and never again.
    let row = resume_file::Entity::find_by_id(scan.0)
        .one(s.db.read())
        .await
        .unwrap()
        .unwrap();
    let other = resume_file::Entity::find_by_id(ana.0)
        .one(s.db.read())
        .await
        .unwrap()
        .unwrap();
    resume_file::Entity::update_many()
        .col_expr(resume_file::Column::FileId, other.file_id.into())
        .filter(resume_file::Column::Id.eq(row.id))
        .exec(s.db.read())
        .await
        .unwrap();
    batch::retry(&s, &bed.owner, batch.id, scan).await.unwrap();
    jobs::run_due(&s).await.unwrap();
    let batch = batch::get(&s, &bed.owner, batch.id).await.unwrap();
    assert_eq!((batch.state, batch.counts.read), (BatchState::Ready, 2));
    assert_eq!(balance(&s, &bed).await, (490, 0));
}

async fn corrections_are_checked_and_kept(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    let batch = new_batch(
        &s,
        &bed,
        interview,
        &[("a.pdf", &resume("Ana Lima", "ana@example.com"))],
    )
    .await;
    let batch = read(&s, &bed, batch.id).await;
    let (id, file) = (batch.id, batch.files[0].id);
    let correct = async |changes: &[(ResumeField, Option<&str>)]| {
        let changes: Corrections = changes
            .iter()
            .map(|(field, value)| (*field, value.map(str::to_owned)))
            .collect();
        batch::correct(&s, &bed.owner, id, file, changes).await
    };
    let after = correct(&[
        (ResumeField::Name, Some("  Ana   Maria Lima ")),
        (ResumeField::GraduationYear, Some("2020")),
        (ResumeField::Phone, None),
    ])
    .await
    .unwrap();
    let name = &after.files[0].fields[&ResumeField::Name];
    assert_eq!(
        (name.value.as_str(), name.edited, name.confidence),
        ("Ana Maria Lima", true, Confidence::High)
    );
    assert_eq!(name.source, "Ana Lima");
    assert!(!after.files[0].fields.contains_key(&ResumeField::Phone));
    for (field, wrong) in [
        (ResumeField::Email, "ana@"),
        (ResumeField::GraduationYear, "soon"),
        (ResumeField::GraduationYear, "1200"),
        (ResumeField::Phone, "call me"),
    ] {
        match correct(&[(field, Some(wrong))]).await {
            Err(ServiceError::Invalid(errors)) => assert_eq!(errors[0].field, field.as_str()),
            other => panic!("{wrong}: {other:?}"),
        }
    }
    // Without a name it waits, and says so.
    let after = correct(&[(ResumeField::Name, Some(" "))]).await.unwrap();
    assert_eq!(after.files[0].problems[0].field, "name");
    assert!(after.files.iter().all(|file| !file.is_addable()));
    assert_eq!(
        code(batch::add(&s, &bed.owner, id, None).await.unwrap_err()),
        "nothing_to_add"
    );
    correct(&[(ResumeField::Name, Some("Ana Lima"))]).await.unwrap();
    let done = batch::add(&s, &bed.owner, id, None).await.unwrap();
    let added = candidates::get(&s, &bed.owner, done.files[0].candidate_id.unwrap())
        .await
        .unwrap();
    assert_eq!((added.fields.graduation_year, added.fields.phone), (Some(2020), None));
    assert_eq!(
        code(correct(&[(ResumeField::Name, Some("x"))]).await.unwrap_err()),
        "batch_over"
    );
}

async fn possible_duplicates_are_flagged(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    let ana = bed.candidate(interview, "Ana", Some("ANA@example.com")).await;
    let batch = new_batch(
        &s,
        &bed,
        interview,
        &[
            ("ana.pdf", &resume("Ana Lima", "ana@example.com")),
            ("ben.pdf", &resume("Ben Doe", "ben@example.com")),
            ("ben2.pdf", &resume("Benjamin Doe", "ben@example.com")),
        ],
    )
    .await;
    let batch = read(&s, &bed, batch.id).await;
    let twin = |n: usize| batch.files[n].possible_duplicate.clone();
    assert_eq!(twin(0).unwrap().candidate_id, Some(ana.id));
    assert_eq!(twin(1), None);
    assert_eq!(twin(2).unwrap().file_id, Some(batch.files[1].id));
    let done = batch::add(&s, &bed.owner, batch.id, None).await.unwrap();
    let of = async |n: usize| {
        let id: CandidateId = done.files[n].candidate_id.unwrap();
        candidates::get(&s, &bed.owner, id).await.unwrap().possible_duplicate_of
    };
    assert_eq!(of(0).await, Some(ana.id));
    assert_eq!(of(1).await, None);
    assert_eq!(of(2).await, done.files[1].candidate_id);
    // The very same file in a later batch.
    let again = new_batch(&s, &bed, interview, &[("x.pdf", &resume("Ben Doe", "ben@example.com"))]).await;
    let again = read(&s, &bed, again.id).await;
    let known = again.files[0].possible_duplicate.clone().unwrap().candidate_id;
    assert!(known == done.files[1].candidate_id || known == done.files[2].candidate_id);
}

async fn removing_and_giving_up_give_tokens_back(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    let batch = new_batch(
        &s,
        &bed,
        interview,
        &[
            ("a.pdf", &resume("Ana Lima", "a@example.com")),
            ("b.pdf", &resume("Ben Doe", "b@example.com")),
            ("c.pdf", &resume("Cleo Ray", "c@example.com")),
        ],
    )
    .await;
    batch::start(&s, &bed.owner, batch.id).await.unwrap();
    batch::remove(&s, &bed.owner, batch.id, batch.files[0].id)
        .await
        .unwrap();
    assert_eq!(balance(&s, &bed).await, (490, 10));
    let over = batch::cancel(&s, &bed.owner, batch.id).await.unwrap();
    assert_eq!(over.state, BatchState::Cancelled);
    assert!(
        over.files
            .iter()
            .all(|file| file.reason_code.as_deref() == Some("cancelled"))
    );
    assert_eq!(
        batch::cancel(&s, &bed.owner, batch.id).await.unwrap().state,
        BatchState::Cancelled
    );
    assert_eq!(balance(&s, &bed).await, (500, 0));
    // The job comes too late and changes nothing.
    jobs::run_due(&s).await.unwrap();
    assert_eq!(balance(&s, &bed).await, (500, 0));
    assert_eq!(
        code(batch::start(&s, &bed.owner, batch.id).await.unwrap_err()),
        "batch_over"
    );
    bed.clock.advance(2 * MINUTE);
    batch::sweep(&s).await.unwrap();
    assert_eq!(
        file::Entity::find().count(s.db.read()).await.unwrap(),
        0,
        "its bytes are gone"
    );
    // Removing the last one that waits makes the rest ready.
    let batch = new_batch(
        &s,
        &bed,
        interview,
        &[("a.pdf", &resume("Ana Lima", "a@example.com")), ("n.txt", b"x")],
    )
    .await;
    batch::start(&s, &bed.owner, batch.id).await.unwrap();
    let left = batch::remove(&s, &bed.owner, batch.id, batch.files[0].id)
        .await
        .unwrap();
    assert_eq!(left.state, BatchState::Ready);
}

async fn what_nobody_comes_back_to_is_given_up(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    let one = |n: u32| resume("Ana Lima", &format!("p{n}@example.com"));
    let uploaded = new_batch(&s, &bed, interview, &[("a.pdf", &one(1))]).await;
    let ready = new_batch(&s, &bed, interview, &[("b.pdf", &one(2))]).await;
    read(&s, &bed, ready.id).await;
    let stuck = new_batch(&s, &bed, interview, &[("c.pdf", &one(3))]).await;
    batch::start(&s, &bed.owner, stuck.id).await.unwrap();
    assert_eq!(balance(&s, &bed).await, (490, 5));
    bed.clock.advance(DAY - HOUR);
    assert_eq!(batch::sweep(&s).await.unwrap(), 0);
    bed.clock.advance(HOUR);
    assert_eq!(batch::sweep(&s).await.unwrap(), 2);
    assert_eq!(balance(&s, &bed).await, (495, 0));
    let state = async |id| batch::get(&s, &bed.owner, id).await.unwrap().state;
    assert_eq!(state(uploaded.id).await, BatchState::Cancelled);
    assert_eq!(state(stuck.id).await, BatchState::Cancelled);
    assert_eq!(
        state(ready.id).await,
        BatchState::Ready,
        "what was read waits for review"
    );
    bed.clock.advance(30 * DAY);
    assert_eq!(batch::sweep(&s).await.unwrap(), 1);
    assert_eq!(state(ready.id).await, BatchState::Cancelled);
    assert_eq!(balance(&s, &bed).await, (495, 0));
}

async fn adding_twice_adds_once(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    let batch = new_batch(&s, &bed, interview, &[("a.pdf", &resume("Ana Lima", "a@example.com"))]).await;
    assert_eq!(
        code(batch::add(&s, &bed.owner, batch.id, None).await.unwrap_err()),
        "still_reading"
    );
    let id = read(&s, &bed, batch.id).await.id;
    let presses = (0..10).map(|_| {
        let (s, owner) = (s.clone(), bed.owner);
        tokio::spawn(async move { batch::add(&s, &owner, id, None).await.unwrap().state })
    });
    for press in presses.collect::<Vec<_>>() {
        assert_eq!(press.await.unwrap(), BatchState::Done);
    }
    let page = PageRequest::default();
    assert_eq!(
        candidates::list(&s, &bed.owner, interview, &page)
            .await
            .unwrap()
            .items
            .len(),
        1
    );
}

async fn files_are_kept_or_discarded_and_go_with_the_candidate(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    let bytes = resume("Ana Lima", "a@example.com");
    let batch = new_batch(&s, &bed, interview, &[("ana.pdf", &bytes)]).await;
    read(&s, &bed, batch.id).await;
    let done = batch::add(&s, &bed.owner, batch.id, None).await.unwrap();
    let kept = done.files[0].candidate_id.unwrap();
    bed.clock.advance(HOUR);
    batch::sweep(&s).await.unwrap();
    let (name, mut stored, length) = single::of_candidate(&s, &bed.owner, kept).await.unwrap();
    let mut content = Vec::new();
    stored.read_to_end(&mut content).unwrap();
    assert_eq!((name.as_str(), length as usize), ("ana.pdf", bytes.len()));
    assert_eq!(content, bytes);
    let viewer = bed.member(Role::Viewer);
    assert!(single::of_candidate(&s, &viewer, kept).await.is_ok());
    let stranger = bed.stranger().await;
    assert!(matches!(
        single::of_candidate(&s, &stranger, kept).await,
        Err(ServiceError::NotFound)
    ));

    let batch = new_batch(&s, &bed, interview, &[("ben.pdf", &resume("Ben Doe", "b@example.com"))]).await;
    read(&s, &bed, batch.id).await;
    let done = batch::add(&s, &bed.owner, batch.id, Some(false)).await.unwrap();
    let discarded = done.files[0].candidate_id.unwrap();
    assert!(matches!(
        single::of_candidate(&s, &bed.owner, discarded).await,
        Err(ServiceError::NotFound)
    ));
    assert_eq!(
        candidates::get(&s, &bed.owner, discarded).await.unwrap().resume_file,
        None
    );
    bed.clock.advance(HOUR);
    batch::sweep(&s).await.unwrap();
    assert_eq!(file::Entity::find().count(s.db.read()).await.unwrap(), 1);

    candidates::delete(&s, &bed.owner, &[kept]).await.unwrap();
    bed.clock.advance(HOUR);
    candidates::erase(&s, &bed.owner, &[kept]).await.unwrap();
    assert_eq!(file::Entity::find().count(s.db.read()).await.unwrap(), 0);
    let left = std::fs::read_dir(bed.dir().join("files")).unwrap().count();
    assert_eq!(left, 0, "no bytes stay behind");
}

async fn bytes_that_nothing_knows_are_removed_at_start(bed: TestBed) {
    let s = here(&bed);
    let folder = bed.dir().join("files");
    std::fs::create_dir_all(&folder).unwrap();
    let long_ago = UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    let put = |name: &str, old: bool| {
        let path = folder.join(name);
        std::fs::write(&path, name).unwrap();
        if old {
            let file = File::options().write(true).open(&path).unwrap();
            file.set_modified(long_ago).unwrap();
        }
        path
    };
    // More than the database is asked about at once, and strays in between.
    let now = s.now().millis();
    let known = (1..=510).map(|n| {
        let id = Uuid::from_u128(n);
        put(&id.to_string(), true);
        let row = file::Model {
            id,
            workspace_id: bed.workspace.0,
            sha256: id.as_bytes().to_vec(),
            size: 36,
            content_type: "application/pdf".into(),
            storage_key: id.to_string(),
            created_at: now,
            updated_at: now,
        };
        row.into_active_model()
    });
    file::Entity::insert_many(known)
        .exec_without_returning(s.db.read())
        .await
        .unwrap();
    let strays = [put(&Uuid::from_u128(600).to_string(), true), put("left-over.tmp", true)];
    let fresh = put(&Uuid::from_u128(700).to_string(), false);
    let stop = CancellationToken::new();
    stop.cancel();
    batch::run(s, stop).await;
    assert!(strays.iter().all(|path| !path.exists()) && fresh.exists());
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 511);
}

async fn a_form_is_filled_and_nothing_is_saved(bed: TestBed) {
    let s = here(&bed);
    let ana = resume("Ana Lima", "ana@example.com");
    let found = single::extract(&s, &bed.owner, uploaded(&s, "ana.pdf", &ana), None)
        .await
        .unwrap();
    assert_eq!(found.fields[&ResumeField::Name].value, "Ana Lima");
    assert_eq!((found.cost, found.balance), (5, 495));
    for (bytes, word) in [
        (without_text(), "Scanned"),
        (b"x".to_vec(), "Not a PDF"),
        (Vec::new(), "Empty"),
    ] {
        match single::extract(&s, &bed.owner, uploaded(&s, "x.pdf", &bytes), None).await {
            Err(ServiceError::Invalid(errors)) => assert!(errors[0].message.starts_with(word), "{errors:?}"),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(balance(&s, &bed).await, (495, 0));
    // The same request again costs nothing more; another file under the same key does.
    let key = || Some("again".to_owned());
    for _ in 0..2 {
        single::extract(&s, &bed.owner, uploaded(&s, "ana.pdf", &ana), key())
            .await
            .unwrap();
        assert_eq!(balance(&s, &bed).await, (490, 0));
    }
    let ben = resume("Ben Doe", "ben@example.com");
    single::extract(&s, &bed.owner, uploaded(&s, "ben.pdf", &ben), key())
        .await
        .unwrap();
    assert_eq!(balance(&s, &bed).await, (485, 0));
    assert_eq!(file::Entity::find().count(s.db.read()).await.unwrap(), 0);
    let poor = with_tokens(&bed, 500, 1_000);
    let refused = single::extract(&poor, &bed.owner, uploaded(&s, "ana.pdf", &ana), None).await;
    assert_eq!(code(refused.unwrap_err()), "too_few_tokens");
}

async fn a_try_that_failed_does_not_make_the_next_one_free(bed: TestBed) {
    let s = here(&bed);
    let mut broken = s.clone();
    broken.children = Some(Children::new("/nowhere/parley".into(), 1));
    let ana = resume("Ana Lima", "ana@example.com");
    let extract = async |s: &Services| {
        single::extract(s, &bed.owner, uploaded(s, "ana.pdf", &ana), Some("once".to_owned())).await
    };
    for _ in 0..12 {
        extract(&broken).await.unwrap_err();
        assert_eq!(balance(&s, &bed).await, (500, 0));
    }
    // Charged as soon as it is read, once, and the answer says so each time.
    for _ in 0..2 {
        let found = extract(&s).await.unwrap();
        assert_eq!((found.cost, found.balance), (5, 495));
    }
    extract(&broken).await.unwrap_err();
    assert_eq!(extract(&s).await.unwrap().cost, 5);
    assert_eq!(balance(&s, &bed).await, (495, 0));
    let free = with_tokens(&bed, 500, 0);
    let found = single::extract(&free, &bed.owner, uploaded(&s, "ana.pdf", &ana), None).await;
    assert_eq!(found.unwrap().cost, 0);
}

async fn free_reading_has_no_price(bed: TestBed) {
    let s = with_tokens(&bed, 0, 0);
    let interview = bed.interview(1, |_| {}).await;
    let batch = new_batch(&s, &bed, interview, &[("a.pdf", &resume("Ana Lima", "a@example.com"))]).await;
    assert_eq!((batch.cost, batch.per_resume, batch.balance), (0, 0, 0));
    let batch = read(&s, &bed, batch.id).await;
    assert_eq!(batch.counts.read, 1);
    assert_eq!(kinds(&s, &bed).await, []);
}

async fn strangers_and_viewers_change_nothing(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    let batch = new_batch(&s, &bed, interview, &[("a.pdf", &resume("Ana Lima", "a@example.com"))]).await;
    let (id, file) = (batch.id, batch.files[0].id);
    let stranger = bed.stranger().await;
    let viewer = bed.member(Role::Viewer);
    assert!(batch::get(&s, &viewer, id).await.is_ok());
    for (actor, expected) in [(stranger, "not found"), (viewer, "not allowed")] {
        let changes = Corrections::new();
        let answers = [
            batch::begin(&s, &actor, interview, true).await,
            batch::add_file(&s, &actor, id, uploaded(&s, "b.pdf", b"%PDF-1.4")).await,
            batch::start(&s, &actor, id).await,
            batch::correct(&s, &actor, id, file, changes).await,
            batch::remove(&s, &actor, id, file).await,
            batch::retry(&s, &actor, id, file).await,
            batch::cancel(&s, &actor, id).await,
            batch::add(&s, &actor, id, None).await,
        ];
        for answer in answers {
            assert_eq!(answer.unwrap_err().to_string(), expected);
        }
    }
    assert!(batch::get(&s, &stranger, id).await.is_err());
    assert!(batch::list(&s, &stranger, interview).await.is_err());
    let spent = single::extract(&s, &viewer, uploaded(&s, "a.pdf", b"%PDF-1.4"), None).await;
    assert_eq!(spent.unwrap_err().to_string(), "not allowed");
    let same = batch::get(&s, &bed.owner, id).await.unwrap();
    assert_eq!(same, batch);
}
