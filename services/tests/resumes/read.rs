//! Reading: every file once, also in a zip and after a worker died.

use crate::{
    common::TestBed,
    on_both_databases,
    pdf::{resume, without_text},
    support::{balance, here, kinds, new_batch, read, uploaded},
};
use parley_domain::{
    batch::{BatchFile, BatchState, FileState},
    candidate::Source,
    resume::{Engine, ResumeField},
    token::EntryKind,
};
use parley_services::{
    candidates,
    entity::{file, resume_file},
    error::ServiceError,
    jobs,
    resumes::batch,
};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use std::io::{Cursor, Write as _};
use zip::{ZipWriter, write::SimpleFileOptions};

on_both_databases!(
    files_are_read_charged_and_added,
    the_same_file_is_read_once,
    a_zip_is_taken_apart,
    a_dead_worker_loses_and_doubles_nothing,
    a_batch_that_cannot_be_read_gives_its_tokens_back,
);

fn value(file: &BatchFile, field: ResumeField) -> Option<&str> {
    file.fields.get(&field).map(|found| found.value.as_str())
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
