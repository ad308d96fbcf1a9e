//! Whatever the table: every row is accounted for, nothing is written before the confirmation, the same file a second
//! time adds nobody, and undo leaves what was there before. The seed of a run is printed; `PARLEY_SEED` repeats it.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a test stops where something is not as it should be, and says what it tried"
)]

mod common;
#[path = "common/imports.rs"]
mod tables;

use common::TestBed;
use parley_domain::import::{CellChange, ImportPatch, ImportState, OnDuplicate};
use parley_services::{error::ServiceError, imports};
use proptest::{
    prelude::*,
    sample::select,
    strategy::ValueTree,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use tables::{confirmed, finished, here, people, sums_hold, upload};

/// Tables that are tried, on each database.
const TABLES: usize = 16;

on_both_databases!(whatever_the_table);

/// One table and what a creator does with it.
#[derive(Debug, Clone)]
struct Story {
    rows: Vec<[&'static str; 5]>,
    /// Emails of people who are here before.
    known: Vec<&'static str>,
    on_duplicate: OnDuplicate,
    /// Row of the list, column, value.
    corrections: Vec<(usize, u32, &'static str)>,
    cancel: bool,
}

const NAMES: &[&str] = &[
    "Ana Lima",
    "José",
    "Jose\u{301}",
    "王小明",
    "",
    " ",
    "=1+1",
    "O'Brien \"Bo\"",
    "a\nb",
    "\u{202e}gnp",
];
const EMAILS: &[&str] = &[
    "ana@x.example",
    "ANA@x.example ",
    "ben@x.example",
    "cleo@x.example",
    "mailto:ben@x.example",
    "",
    "",
    "anna@",
    "#N/A",
];
const PHONES: &[&str] = &["", "+49 176 12345", "020 7946 0958", "call me", "１２３４５６"];
const SCHOOLS: &[&str] = &["", "UPM", "清华大学", "+SUM(A1)", "KCL, London"];
const YEARS: &[&str] = &["", "2024", "2024.0", "June 2025", "soon", "1871"];

fn stories() -> impl Strategy<Value = Story> {
    let row = (
        select(NAMES),
        select(EMAILS),
        select(PHONES),
        select(SCHOOLS),
        select(YEARS),
    )
        .prop_map(|(name, email, phone, school, year)| [name, email, phone, school, year]);
    let correction = (
        0..40_usize,
        select(
            &[
                (0_u32, "Corrected"),
                (1, "new@x.example"),
                (1, "ana@x.example"),
                (1, ""),
                (4, "2024"),
                (3, "ETH"),
            ][..],
        ),
    )
        .prop_map(|(row, (column, value))| (row, column, value));
    (
        prop::collection::vec(row, 1..40),
        prop::collection::vec(select(&["ana@x.example", "ben@x.example", "zoe@x.example"][..]), 0..3),
        select(&OnDuplicate::ALL[..]),
        prop_oneof![Just(Vec::new()), prop::collection::vec(correction, 1..5)],
        prop::bool::weighted(0.25),
    )
        .prop_map(|(rows, known, on_duplicate, corrections, cancel)| Story {
            rows,
            known,
            on_duplicate,
            corrections,
            cancel,
        })
}

fn csv(rows: &[[&str; 5]]) -> Vec<u8> {
    let mut text = String::from("Name,Email,Phone,School,Graduation year\n");
    for row in rows {
        let cells: Vec<String> = row
            .iter()
            .map(|cell| format!("\"{}\"", cell.replace('"', "\"\"")))
            .collect();
        text.push_str(&cells.join(","));
        text.push('\n');
    }
    text.into_bytes()
}

fn seed() -> u64 {
    let given = std::env::var("PARLEY_SEED").ok().and_then(|text| text.parse().ok());
    let seed = given.unwrap_or_else(|| u64::from(std::process::id()));
    eprintln!("PARLEY_SEED={seed}");
    seed
}

async fn whatever_the_table(bed: TestBed) {
    let mut bytes = [7_u8; 32];
    bytes[..8].copy_from_slice(&seed().to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let stories = stories();
    for _ in 0..TABLES {
        let story = stories.new_tree(&mut runner).unwrap().current();
        eprintln!("{story:?}");
        play(&bed, story).await;
    }
}

async fn play(bed: &TestBed, story: Story) {
    let s = here(bed);
    let interview = bed.interview(1, |_| {}).await;
    let mut before = 0;
    for email in story.known.iter().collect::<std::collections::BTreeSet<_>>() {
        bed.candidate(interview, "Known", Some(email)).await;
        before += 1;
    }
    let count = async || people(&s, interview).await.len();
    let file = csv(&story.rows);
    let import = match upload(&s, &bed.owner, interview, &file).await {
        Ok(import) => import,
        Err(ServiceError::Invalid(errors)) => {
            // Only a table in which every row is blank is none.
            assert!(errors[0].message.contains("no people under it"), "{errors:?}");
            assert!(story.rows.iter().flatten().all(|cell| cell.trim().is_empty()));
            return;
        }
        Err(other) => panic!("{other}"),
    };
    sums_hold(&s, &bed.owner, import.id).await;

    let mut corrected = false;
    for (at, column, value) in &story.corrections {
        let number = u32::try_from(at % story.rows.len()).unwrap() + 2;
        let change = CellChange {
            column: *column,
            value: (*value).to_owned(),
        };
        match imports::correct(&s, &bed.owner, import.id, number, &[change]).await {
            Ok(_) => corrected = true,
            // A blank row is none; one with a line break counts as one row.
            Err(ServiceError::NotFound) => {}
            Err(other) => panic!("{other}"),
        }
        sums_hold(&s, &bed.owner, import.id).await;
    }
    let choice = ImportPatch {
        on_duplicate: Some(story.on_duplicate),
        ..ImportPatch::default()
    };
    imports::patch(&s, &bed.owner, import.id, choice).await.unwrap();
    assert_eq!(count().await, before, "somebody was added before the confirmation");

    let done = if story.cancel {
        imports::confirm(&s, &bed.owner, import.id).await.unwrap();
        // It may be done already.
        let _ = imports::cancel(&s, &bed.owner, import.id).await;
        finished(&s, &bed.owner, import.id).await
    } else {
        confirmed(&s, bed, import.id).await
    };
    sums_hold(&s, &bed.owner, import.id).await;
    assert_eq!(done.counts.finished(), done.counts.rows);
    let added = done.counts.added.unwrap() as usize;
    assert_eq!(count().await, before + added);

    // A corrected row is another one than the file's; a cancelled import leaves some for the next.
    if !corrected && done.state == ImportState::Done {
        let again = upload(&s, &bed.owner, interview, &file).await.unwrap();
        assert_eq!(again.counts.new, Some(0), "the preview does not know its own rows");
        let again = confirmed(&s, bed, again.id).await;
        assert_eq!(again.counts.added, Some(0), "the same file added somebody twice");
        sums_hold(&s, &bed.owner, again.id).await;
        assert_eq!(count().await, before + added);
    }
    if matches!(done.state, ImportState::Done | ImportState::Cancelled) {
        let undone = imports::undo(&s, &bed.owner, import.id).await.unwrap();
        assert_eq!(undone.counts.removed, done.counts.added);
        sums_hold(&s, &bed.owner, import.id).await;
        assert_eq!(count().await, before);
    }
}
