//! Import by Excel against real databases: every row is accounted for, before and after, whatever happens in between.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops where something is not as it should be"
)]

mod common;
#[path = "common/imports.rs"]
mod tables;

use common::TestBed;
use parley_domain::{
    account::Role,
    candidate::{Candidate, CandidateInput, Source},
    id::{CandidateId, InterviewId},
    import::{CellChange, ColumnMatch, Fate, Field, Import, ImportPatch, ImportState, ImportWork, OnDuplicate},
    paging::PageRequest,
    time::DAY,
};
use parley_services::{
    Services, candidates,
    db::Db,
    entity::{import, import_row, session},
    error::ServiceError,
    imports::{self, RowFilter},
    secrets::Secrets,
};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};
use serde_json::json;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tables::{all_rows, confirmed, finished, here, people, sums_hold, upload};

on_both_databases!(
    a_preview_tells_every_fate_and_writes_nobody,
    confirming_adds_once_and_accounts_for_all,
    confirming_many_times_at_once_imports_once,
    confirming_figures_that_hold_no_more_is_refused,
    update_changes_filled_cells_and_undo_gives_them_back,
    add_anyway_adds_everyone,
    undo_leaves_who_has_started,
    undo_tells_how_far_it_is,
    a_cell_is_corrected_in_the_preview,
    a_match_is_corrected_and_remembered,
    rejected_rows_come_back_corrected,
    people_who_came_meanwhile_are_not_added_twice,
    cancelling_keeps_the_sums,
    an_import_that_cannot_go_on_accounts_for_every_row,
    a_refused_file_leaves_nothing,
    the_file_is_read_another_way,
    strangers_and_viewers_change_nothing,
    many_rows,
    a_table_without_a_header,
    pages_turn_both_ways,
    the_same_file_again,
);

async fn uploaded(s: &Services, bed: &TestBed, interview: InterviewId, text: &str) -> Import {
    upload(s, &bed.owner, interview, text.as_bytes()).await.unwrap()
}

async fn person(s: &Services, bed: &TestBed, interview: InterviewId, email: &str) -> Candidate {
    let row = people(s, interview)
        .await
        .into_iter()
        .find(|row| row.email_norm.as_deref() == Some(email))
        .unwrap();
    candidates::get(s, &bed.owner, CandidateId(row.id)).await.unwrap()
}

const PEOPLE: &str = "Name,Email,Phone,School,Year of graduation\n\
    Ana Lima,ana@x.example,+49 176 12345,UPM,2024\n\
    Ben Doe,BEN@x.example,,KCL,\n\
    Cleo,ana@X.example,,,\n\
    Anna,anna@,,,\n\
    ,,,Nobody,\n\
    Zoë,,,,2025\n";

async fn a_preview_tells_every_fate_and_writes_nobody(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(2, |_| {}).await;
    bed.candidate(interview, "Ben", Some("ben@x.example")).await;
    let import = uploaded(&s, &bed, interview, PEOPLE).await;
    assert_eq!(import.state, ImportState::Preview);
    let counts = import.counts;
    assert_eq!((counts.rows, counts.rejected), (6, 2));
    assert_eq!(
        (counts.new, counts.already_here, counts.twice_in_file),
        (Some(2), Some(1), Some(1))
    );
    let fields: Vec<_> = import.mapping.iter().map(|column| column.field).collect();
    let expected = [
        Field::Name,
        Field::Email,
        Field::Phone,
        Field::School,
        Field::GraduationYear,
    ]
    .map(Some);
    assert_eq!(fields, expected);
    assert_eq!(import.mapping[0].sample[..2], ["Ana Lima", "Ben Doe"]);
    assert_eq!(
        (import.encoding.as_deref(), import.separator.as_deref()),
        (Some("UTF-8"), Some(","))
    );
    assert_eq!(import.created_by.as_deref(), Some("Olive Owner"));

    let rejected = RowFilter {
        fate: Some(Fate::Rejected),
        result: None,
    };
    let rejected = all_rows(&s, &bed.owner, import.id, rejected).await;
    let reasons: Vec<_> = rejected
        .iter()
        .map(|row| (row.number, row.problems[0].sentence()))
        .collect();
    assert_eq!(
        reasons,
        [
            (5, "B5: 'anna@' is not an email address.".to_owned()),
            (6, "A6: Give the candidate's name.".to_owned())
        ]
    );
    sums_hold(&s, &bed.owner, import.id).await;
    assert_eq!(people(&s, interview).await.len(), 1, "somebody was added by a preview");
}

async fn confirming_adds_once_and_accounts_for_all(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(2, |_| {}).await;
    bed.candidate(interview, "Ben", Some("ben@x.example")).await;
    let import = uploaded(&s, &bed, interview, PEOPLE).await;
    let done = confirmed(&s, &bed, import.id).await;
    assert_eq!(done.state, ImportState::Done);
    let counts = done.counts;
    assert_eq!(
        (counts.added, counts.updated, counts.skipped, counts.rejected),
        (Some(2), Some(0), Some(2), 2)
    );
    sums_hold(&s, &bed.owner, import.id).await;

    let ana = person(&s, &bed, interview, "ana@x.example").await;
    assert_eq!((ana.fields.name.as_str(), ana.source), ("Ana Lima", Source::Imported));
    assert_eq!(
        (ana.fields.graduation_year, ana.fields.school.as_deref()),
        (Some(2024), Some("UPM"))
    );
    assert!(ana.invite_url.is_some());
    assert_eq!(ana.session.attempt, 1);
    let rows = all_rows(&s, &bed.owner, import.id, RowFilter::default()).await;
    assert_eq!(rows[0].candidate_id, Some(ana.id));
    assert_eq!(
        rows[2].reason.as_deref(),
        Some("An earlier row of the file has this email.")
    );

    // Again, later: nothing more happens.
    assert_eq!(confirmed(&s, &bed, import.id).await.counts, counts);
    let again = uploaded(&s, &bed, interview, PEOPLE).await;
    let again = confirmed(&s, &bed, again.id).await;
    assert_eq!((again.counts.added, again.counts.skipped), (Some(0), Some(4)));
    assert!(
        std::fs::read_dir(bed.dir().join("imports")).unwrap().next().is_none(),
        "a finished file lies around"
    );
}

async fn confirming_many_times_at_once_imports_once(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    let import = uploaded(&s, &bed, interview, PEOPLE).await;
    let confirms = (0..20).map(|_| imports::confirm(&s, &bed.owner, import.id));
    for outcome in futures::future::join_all(confirms).await {
        outcome.unwrap();
    }
    let done = finished(&s, &bed.owner, import.id).await;
    assert_eq!(done.counts.added, Some(3));
    assert_eq!(people(&s, interview).await.len(), 3);
    sums_hold(&s, &bed.owner, import.id).await;
}

async fn confirming_figures_that_hold_no_more_is_refused(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    let import = uploaded(&s, &bed, interview, PEOPLE).await;
    imports::patch(&s, &bed.owner, import.id, choose(OnDuplicate::Update))
        .await
        .unwrap();
    let refused = imports::confirm_seen(&s, &bed.owner, import.id, OnDuplicate::Skip).await;
    assert!(
        matches!(
            refused,
            Err(ServiceError::Conflict {
                code: "changed_meanwhile",
                ..
            })
        ),
        "{refused:?}"
    );
    assert!(people(&s, interview).await.is_empty());
    let seen = imports::confirm_seen(&s, &bed.owner, import.id, OnDuplicate::Update).await;
    assert_ne!(seen.unwrap().state, ImportState::Preview);
    finished(&s, &bed.owner, import.id).await;
    // Confirmed already: a repetition is answered, whatever it saw.
    let again = imports::confirm_seen(&s, &bed.owner, import.id, OnDuplicate::Skip).await;
    assert_eq!(again.unwrap().state, ImportState::Done);
    sums_hold(&s, &bed.owner, import.id).await;
}

fn choose(choice: OnDuplicate) -> ImportPatch {
    ImportPatch {
        on_duplicate: Some(choice),
        ..ImportPatch::default()
    }
}

async fn update_changes_filled_cells_and_undo_gives_them_back(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    let ben = bed.candidate(interview, "Ben", Some("ben@x.example")).await;
    let eve = bed.candidate(interview, "Eve", Some("eve@x.example")).await;
    let change = json!({"phone": "020 7946 0000", "school": "UCL"});
    candidates::patch(&s, &bed.owner, ben.id, &change).await.unwrap();
    let text = "Name,Email,Phone,School\nBenjamin,ben@x.example,,KCL\nEvelyn,eve@x.example,+33 6 12 34 56 78,\n";
    let import = uploaded(&s, &bed, interview, text).await;
    imports::patch(&s, &bed.owner, import.id, choose(OnDuplicate::Update))
        .await
        .unwrap();
    let done = confirmed(&s, &bed, import.id).await;
    assert_eq!((done.counts.added, done.counts.updated), (Some(0), Some(2)));
    let fields = async |id| candidates::get(&s, &bed.owner, id).await.unwrap().fields;
    let updated = fields(ben.id).await;
    assert_eq!(updated.name, "Ben", "update must not rename");
    assert_eq!(
        (updated.phone.as_deref(), updated.school.as_deref()),
        (Some("020 7946 0000"), Some("KCL"))
    );
    assert_eq!(fields(eve.id).await.phone.as_deref(), Some("+33 6 12 34 56 78"));

    // Edited since: undo leaves it.
    candidates::patch(&s, &bed.owner, eve.id, &json!({"phone": "11111"}))
        .await
        .unwrap();
    let undone = imports::undo(&s, &bed.owner, import.id).await.unwrap();
    assert_eq!(undone.state, ImportState::Undone);
    let counts = undone.counts;
    assert_eq!(
        (counts.removed, counts.restored, counts.kept),
        (Some(0), Some(1), Some(1))
    );
    assert_eq!(fields(ben.id).await.school.as_deref(), Some("UCL"));
    assert_eq!(fields(eve.id).await.phone.as_deref(), Some("11111"));
    sums_hold(&s, &bed.owner, import.id).await;
    assert_eq!(imports::undo(&s, &bed.owner, import.id).await.unwrap().counts, counts);
}

async fn add_anyway_adds_everyone(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    let ben = bed.candidate(interview, "Ben", Some("ben@x.example")).await;
    let text = "Name,Email\nBen B,ben@x.example\nAna,ana@x.example\nAna A,ana@x.example\n";
    let import = uploaded(&s, &bed, interview, text).await;
    imports::patch(&s, &bed.owner, import.id, choose(OnDuplicate::Add))
        .await
        .unwrap();
    let done = confirmed(&s, &bed, import.id).await;
    assert_eq!((done.counts.added, done.counts.skipped), (Some(3), Some(0)));
    let twin = people(&s, interview)
        .await
        .into_iter()
        .find(|row| row.name == "Ben B")
        .unwrap();
    assert_eq!(twin.possible_duplicate_of, Some(ben.id.0));
    sums_hold(&s, &bed.owner, import.id).await;
}

async fn undo_leaves_who_has_started(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    let import = uploaded(&s, &bed, interview, PEOPLE).await;
    assert!(matches!(
        imports::undo(&s, &bed.owner, import.id).await,
        Err(ServiceError::Conflict { .. })
    ));
    confirmed(&s, &bed, import.id).await;
    let ana = person(&s, &bed, interview, "ana@x.example").await;
    session::Entity::update_many()
        .col_expr(session::Column::Status, "in_progress".into())
        .filter(session::Column::CandidateId.eq(ana.id.0))
        .exec(s.db.read())
        .await
        .unwrap();
    let undone = imports::undo(&s, &bed.owner, import.id).await.unwrap();
    assert_eq!((undone.counts.removed, undone.counts.kept), (Some(2), Some(1)));
    let left = people(&s, interview).await;
    assert_eq!(left.iter().map(|row| row.id).collect::<Vec<_>>(), [ana.id.0]);
    let listed = session::Entity::find()
        .filter(session::Column::InterviewId.eq(interview.0))
        .filter(session::Column::Listed.eq(true));
    assert_eq!(listed.count(s.db.read()).await.unwrap(), 1);
    sums_hold(&s, &bed.owner, import.id).await;
}

async fn undo_tells_how_far_it_is(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    let import = uploaded(&s, &bed, interview, PEOPLE).await;
    let done = confirmed(&s, &bed, import.id).await;
    assert_eq!(done.counts.removed, None);
    // Half-way, and in the hands of a process that is not seen here.
    import::Entity::update_many()
        .col_expr(import::Column::Work, "undo".into())
        .col_expr(import::Column::LeaseUntil, s.now().plus(DAY).millis().into())
        .col_expr(import::Column::Removed, 2_i32.into())
        .filter(import::Column::Id.eq(import.id.0))
        .exec(s.db.read())
        .await
        .unwrap();
    let now = imports::get(&s, &bed.owner, import.id).await.unwrap();
    assert_eq!((now.state, now.work), (ImportState::Done, Some(ImportWork::Undo)));
    let counts = now.counts;
    assert_eq!(
        (counts.removed, counts.restored, counts.kept),
        (Some(2), Some(0), Some(0))
    );
}

fn set(column: u32, value: &str) -> [CellChange; 1] {
    [CellChange {
        column,
        value: value.to_owned(),
    }]
}

async fn a_cell_is_corrected_in_the_preview(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    let import = uploaded(&s, &bed, interview, PEOPLE).await;
    let row = imports::correct(&s, &bed.owner, import.id, 5, &set(1, " anna@x.example "))
        .await
        .unwrap();
    assert_eq!((row.fate, row.problems.len()), (Fate::New, 0));
    assert_eq!(row.cells[1], "anna@x.example");
    // The first of two with one email gets another: the second is the first now.
    imports::correct(&s, &bed.owner, import.id, 2, &set(1, "lima@x.example"))
        .await
        .unwrap();
    let rows = all_rows(&s, &bed.owner, import.id, RowFilter::default()).await;
    assert_eq!(rows[2].fate, Fate::New);
    imports::correct(&s, &bed.owner, import.id, 2, &set(1, "ana@x.example"))
        .await
        .unwrap();
    let rows = all_rows(&s, &bed.owner, import.id, RowFilter::default()).await;
    assert_eq!((rows[0].fate, rows[2].fate), (Fate::New, Fate::TwiceInFile));
    sums_hold(&s, &bed.owner, import.id).await;
    let unknown = imports::correct(&s, &bed.owner, import.id, 99, &set(1, "x")).await;
    assert!(matches!(unknown, Err(ServiceError::NotFound)));
    let done = confirmed(&s, &bed, import.id).await;
    assert_eq!((done.counts.added, done.counts.rejected), (Some(4), 1));
    let late = imports::correct(&s, &bed.owner, import.id, 6, &set(0, "Late")).await;
    assert!(matches!(
        late,
        Err(ServiceError::Conflict {
            code: "not_in_preview",
            ..
        })
    ));
}

async fn a_match_is_corrected_and_remembered(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    let text = "Who,Reach at,Name\nAna Lima,ana@x.example,A-17\nBen,ben@x.example,B-18\n";
    let import = uploaded(&s, &bed, interview, text).await;
    imports::correct(&s, &bed.owner, import.id, 3, &set(0, "Ben Doe"))
        .await
        .unwrap();
    let mapping = vec![
        ColumnMatch {
            column: 0,
            field: Some(Field::Name),
        },
        ColumnMatch {
            column: 1,
            field: Some(Field::Email),
        },
        ColumnMatch {
            column: 2,
            field: Some(Field::Notes),
        },
    ];
    let patch = ImportPatch {
        mapping: Some(mapping),
        ..ImportPatch::default()
    };
    let import = imports::patch(&s, &bed.owner, import.id, patch).await.unwrap();
    let fields = |import: &Import| import.mapping.iter().map(|column| column.field).collect::<Vec<_>>();
    assert_eq!(
        fields(&import),
        [Some(Field::Name), Some(Field::Email), Some(Field::Notes)]
    );
    sums_hold(&s, &bed.owner, import.id).await;
    confirmed(&s, &bed, import.id).await;
    let ben = person(&s, &bed, interview, "ben@x.example").await;
    assert_eq!(
        (ben.fields.name.as_str(), ben.fields.notes.as_deref()),
        ("Ben Doe", Some("B-18"))
    );

    let next = uploaded(&s, &bed, interview, "Name,Who,Reach at\nC-19,Cleo,cleo@x.example\n").await;
    assert_eq!(
        fields(&next),
        [Some(Field::Notes), Some(Field::Name), Some(Field::Email)]
    );
    // In another workspace nothing is remembered.
    let stranger = bed.stranger().await;
    assert!(matches!(
        imports::get(&s, &stranger, next.id).await,
        Err(ServiceError::NotFound)
    ));

    let two = vec![
        ColumnMatch {
            column: 0,
            field: Some(Field::Email),
        },
        ColumnMatch {
            column: 1,
            field: Some(Field::Email),
        },
    ];
    let two = ImportPatch {
        mapping: Some(two),
        ..ImportPatch::default()
    };
    assert!(matches!(
        imports::patch(&s, &bed.owner, next.id, two).await,
        Err(ServiceError::Invalid(_))
    ));
    let none = ImportPatch {
        mapping: Some(vec![ColumnMatch { column: 1, field: None }]),
        ..ImportPatch::default()
    };
    let nameless = imports::patch(&s, &bed.owner, next.id, none).await.unwrap();
    assert!(nameless.obstacle.is_some());
    assert_eq!(nameless.counts.rejected, nameless.counts.rows);
    let refused = imports::confirm(&s, &bed.owner, next.id).await;
    assert!(matches!(
        refused,
        Err(ServiceError::Conflict {
            code: "no_name_column",
            ..
        })
    ));
}

async fn rejected_rows_come_back_corrected(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    let import = uploaded(&s, &bed, interview, PEOPLE).await;
    confirmed(&s, &bed, import.id).await;
    let bytes = imports::rejected_xlsx(&s, &bed.owner, import.id).await.unwrap();
    let again = upload(&s, &bed.owner, interview, &bytes).await.unwrap();
    assert_eq!((again.counts.rows, again.counts.rejected), (2, 2));
    imports::correct(&s, &bed.owner, again.id, 2, &set(1, "anna@x.example"))
        .await
        .unwrap();
    imports::correct(&s, &bed.owner, again.id, 3, &set(0, "Somebody"))
        .await
        .unwrap();
    let done = confirmed(&s, &bed, again.id).await;
    assert_eq!((done.counts.added, done.counts.rejected), (Some(2), 0));
    let nobody = candidates::get(&s, &bed.owner, person(&s, &bed, interview, "anna@x.example").await.id)
        .await
        .unwrap();
    assert_eq!(nobody.fields.notes, None, "the reason column must not be imported");
    let none = imports::rejected_xlsx(&s, &bed.owner, again.id).await;
    assert!(matches!(
        none,
        Err(ServiceError::Conflict {
            code: "none_rejected",
            ..
        })
    ));
}

async fn people_who_came_meanwhile_are_not_added_twice(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    let import = uploaded(&s, &bed, interview, PEOPLE).await;
    assert_eq!(import.counts.already_here, Some(0));
    bed.candidate(interview, "Ana", Some("ana@x.example")).await;
    let walk_in = CandidateInput {
        name: "Ben".into(),
        email: Some("ben@x.example".into()),
        ..Default::default()
    };
    let refuse = candidates::OnDuplicate::Refuse;
    let walk_in = candidates::create(&s, &bed.owner, interview, walk_in, Source::PublicLink, refuse)
        .await
        .unwrap();
    let done = confirmed(&s, &bed, import.id).await;
    assert_eq!((done.counts.added, done.counts.skipped), (Some(2), Some(2)));
    let ben = people(&s, interview)
        .await
        .into_iter()
        .find(|row| row.name == "Ben Doe")
        .unwrap();
    assert_eq!(ben.possible_duplicate_of, Some(walk_in.id.0));
    sums_hold(&s, &bed.owner, import.id).await;
}

async fn cancelling_keeps_the_sums(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    let import = uploaded(&s, &bed, interview, PEOPLE).await;
    let cancelled = imports::cancel(&s, &bed.owner, import.id).await.unwrap();
    assert_eq!(
        (cancelled.state, cancelled.counts.skipped),
        (ImportState::Cancelled, Some(6))
    );
    assert!(people(&s, interview).await.is_empty());
    sums_hold(&s, &bed.owner, import.id).await;
    let over = imports::confirm(&s, &bed.owner, import.id).await;
    assert!(matches!(over, Err(ServiceError::Conflict { .. })));

    let many = table(5_000);
    let import = uploaded(&s, &bed, interview, &many).await;
    imports::confirm(&s, &bed.owner, import.id).await.unwrap();
    let cancelled = imports::cancel(&s, &bed.owner, import.id).await.unwrap();
    assert_eq!(cancelled.state, ImportState::Cancelled);
    assert_eq!(cancelled.counts.finished(), 5_000);
    assert_eq!(
        people(&s, interview).await.len(),
        cancelled.counts.added.unwrap() as usize
    );
    sums_hold(&s, &bed.owner, import.id).await;
    let undone = imports::undo(&s, &bed.owner, import.id).await.unwrap();
    assert_eq!(undone.counts.removed, cancelled.counts.added);
    assert!(people(&s, interview).await.is_empty());
}

async fn an_import_that_cannot_go_on_accounts_for_every_row(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    let elsewhere = bed.interview(1, |_| {}).await;
    let lines = (0..200).map(|n| format!("Person {n},UPM\n"));
    let text: String = std::iter::once("Name,School\n".to_owned()).chain(lines).collect();
    let import = uploaded(&s, &bed, interview, &text).await;
    let last = import_row::Entity::find()
        .filter(import_row::Column::ImportId.eq(import.id.0))
        .order_by_desc(import_row::Column::Number)
        .one(s.db.read())
        .await
        .unwrap()
        .unwrap();
    // Somebody has the id that the last row gives its candidate: a fault that no second try mends.
    let somebody = CandidateInput {
        name: "Somebody".into(),
        ..Default::default()
    };
    let policy = candidates::OnDuplicate::Refuse;
    candidates::create_as(
        &s,
        &bed.owner,
        CandidateId(last.id),
        elsewhere,
        somebody,
        Source::Api,
        policy,
    )
    .await
    .unwrap();
    let failed = confirmed(&s, &bed, import.id).await;
    assert_eq!((failed.state, failed.work), (ImportState::Failed, None));
    let failure = failed.failure.unwrap();
    assert!(failure.contains("because of a fault"), "{failure}");
    let added = failed.counts.added.unwrap();
    assert!((1..200).contains(&added), "{added}");
    assert_eq!(failed.counts.finished(), 200);
    sums_hold(&s, &bed.owner, import.id).await;
    assert_eq!(people(&s, interview).await.len(), added as usize);
    let undone = imports::undo(&s, &bed.owner, import.id).await.unwrap();
    assert_eq!(undone.state, ImportState::Undone);
    assert_eq!(people(&s, interview).await.len(), 0);
}

async fn a_refused_file_leaves_nothing(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    for bytes in [
        &b""[..],
        b"%PDF-1.7",
        b"Name,Email\n",
        b"Name\n\"Ana",
        &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1],
    ] {
        match upload(&s, &bed.owner, interview, bytes).await {
            Err(ServiceError::Invalid(errors)) => assert!(errors[0].message.ends_with("Nothing was added.")),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(import::Entity::find().count(s.db.read()).await.unwrap(), 0);
    assert_eq!(import_row::Entity::find().count(s.db.read()).await.unwrap(), 0);
    assert!(std::fs::read_dir(bed.dir().join("imports")).unwrap().next().is_none());
}

async fn the_file_is_read_another_way(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    let bytes = b"list\nName;Notes\nJos\xE9;a|b\n";
    let import = upload(&s, &bed.owner, interview, bytes).await.unwrap();
    assert_eq!((import.header_row, import.separator.as_deref()), (2, Some(";")));
    assert_eq!(import.mapping[0].sample, ["José"]);
    let greek = ImportPatch {
        encoding: Some("windows-1253".into()),
        ..ImportPatch::default()
    };
    let import = imports::patch(&s, &bed.owner, import.id, greek).await.unwrap();
    assert_eq!(import.mapping[0].sample, ["Josι"]);
    sums_hold(&s, &bed.owner, import.id).await;
    // What cannot be leaves the preview as it was.
    let wrong = ImportPatch {
        encoding: Some("klingon".into()),
        ..ImportPatch::default()
    };
    assert!(matches!(
        imports::patch(&s, &bed.owner, import.id, wrong).await,
        Err(ServiceError::Invalid(_))
    ));
    assert_eq!(imports::get(&s, &bed.owner, import.id).await.unwrap(), import);
}

async fn strangers_and_viewers_change_nothing(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    let import = uploaded(&s, &bed, interview, PEOPLE).await;
    let (viewer, stranger) = (bed.member(Role::Viewer), bed.stranger().await);
    for (actor, foreign) in [(viewer, false), (stranger, true)] {
        let outcomes = [
            imports::confirm(&s, &actor, import.id).await,
            imports::cancel(&s, &actor, import.id).await,
            imports::undo(&s, &actor, import.id).await,
            imports::patch(&s, &actor, import.id, choose(OnDuplicate::Add)).await,
            upload(&s, &actor, interview, PEOPLE.as_bytes()).await,
        ];
        for outcome in outcomes {
            match outcome {
                Err(ServiceError::NotFound) if foreign => {}
                Err(ServiceError::Forbidden) if !foreign => {}
                other => panic!("{other:?}"),
            }
        }
    }
    assert_eq!(imports::get(&s, &viewer, import.id).await.unwrap().counts.rows, 6);
    let foreign = imports::list(&s, &stranger, interview).await;
    assert!(matches!(foreign, Err(ServiceError::NotFound)));
    assert_eq!(imports::list(&s, &viewer, interview).await.unwrap().len(), 1);
}

fn table(rows: usize) -> String {
    let mut text = "Name,Email,Phone,School,Major,Degree,Graduation year,Work experience,Notes\n".to_owned();
    for n in 0..rows {
        text.push_str(&format!(
            "Person {n},p{n}@x.example,+49 176 {n:07},School {},Law,Master,2024,Clerk,n{n}\n",
            n % 7
        ));
    }
    text
}

async fn many_rows(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    let import = uploaded(&s, &bed, interview, &table(3_000)).await;
    let done = confirmed(&s, &bed, import.id).await;
    assert_eq!(done.counts.added, Some(3_000));
    assert_eq!(people(&s, interview).await.len(), 3_000);
    sums_hold(&s, &bed.owner, import.id).await;
}

/// A second process on the same database: its tasks can be ended in the middle without ending the test's own.
fn other_process(bed: &TestBed, work: impl AsyncFnOnce(Services) + Send + 'static) -> tokio::runtime::Runtime {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let url = format!("sqlite:{}", bed.dir().join("parley.db").display());
    let (config, clock) = (bed.s.config.as_ref().clone(), Arc::clone(&bed.clock));
    let secrets = Secrets::parse("a-test-secret-of-more-than-32-characters").unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            runtime.block_on(async {
                let mut s = Services::with_clock(Db::connect(&url).await.unwrap(), secrets, config, clock);
                s.children = None;
                work(s).await;
            });
        });
    });
    runtime
}

/// Ended at ever other moments, an import goes on where it was: no row twice, none lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_dies_in_the_middle_loses_and_doubles_nothing() {
    let bed = TestBed::sqlite().await;
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    let import = uploaded(&s, &bed, interview, &table(4_000)).await;
    let (owner, id) = (bed.owner, import.id);
    let (mut interrupted, mut before) = (0, Some(0));
    for round in 0..6 {
        let runtime = other_process(&bed, async move |s| {
            let looker = s.clone();
            if round == 0 {
                imports::confirm(&s, &owner, id).await.unwrap();
            } else {
                tokio::spawn(async move { imports::resume(&s).await });
            }
            // Ended as soon as it has written something, wherever it is then.
            let limit = Instant::now() + Duration::from_secs(60);
            loop {
                let now = imports::get(&looker, &owner, id).await.unwrap();
                if now.counts.added > before || now.state == ImportState::Done {
                    break;
                }
                assert!(Instant::now() < limit, "nothing is written");
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        });
        runtime.shutdown_background();
        // What it had sent to the database ends there, one way or the other: nobody else writes until then.
        drop(s.db.write(parley_services::db::Priority::Person).await.unwrap());
        sums_hold(&s, &bed.owner, id).await;
        let now = imports::get(&s, &bed.owner, id).await.unwrap();
        interrupted += u32::from(now.state == ImportState::Running && now.counts.added > Some(0));
        before = now.counts.added;
        // The dead one's lease runs out.
        bed.clock.advance(11_000);
    }
    assert!(interrupted > 0, "no round ended in the middle: the test proves nothing");
    imports::resume(&s).await.unwrap();
    let done = finished(&s, &bed.owner, id).await;
    assert_eq!((done.state, done.counts.added), (ImportState::Done, Some(4_000)));
    let mut emails: Vec<_> = people(&s, interview)
        .await
        .into_iter()
        .filter_map(|row| row.email_norm)
        .collect();
    emails.sort_unstable();
    emails.dedup();
    assert_eq!(emails.len(), 4_000);
    assert_eq!(people(&s, interview).await.len(), 4_000);
    sums_hold(&s, &bed.owner, id).await;
}

/// While others import, a person's write goes ahead of the next chunk, again and again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_lets_people_pass() {
    let bed = TestBed::sqlite().await;
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    let import = uploaded(&s, &bed, interview, &table(4_000)).await;
    imports::confirm(&s, &bed.owner, import.id).await.unwrap();
    // How far the import was when a person had written.
    let mut seen = Vec::new();
    loop {
        drop(s.db.write(parley_services::db::Priority::Person).await.unwrap());
        let now = imports::get(&s, &bed.owner, import.id).await.unwrap();
        if now.state != ImportState::Running {
            assert_eq!((now.state, now.counts.added), (ImportState::Done, Some(4_000)));
            break;
        }
        seen.push(now.counts.added);
    }
    assert!(seen.is_sorted(), "{seen:?}");
    seen.dedup();
    // A chunk has 512 rows at most, so there are eight at least; whoever had to wait for all of them would see one figure.
    assert!(seen.len() > 3, "people wrote in between at {seen:?} only");
}

fn match_column(column: u32, field: Field) -> ImportPatch {
    ImportPatch {
        mapping: Some(vec![ColumnMatch {
            column,
            field: Some(field),
        }]),
        ..ImportPatch::default()
    }
}

async fn a_table_without_a_header(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    let import = uploaded(&s, &bed, interview, "Ana,ana@x.example\nBen,ben@\n").await;
    assert_eq!((import.header_row, import.counts.rows), (0, 2));
    let fields: Vec<_> = import.mapping.iter().map(|column| column.field).collect();
    assert_eq!(fields, [None, Some(Field::Email)]);
    assert!(import.obstacle.is_some(), "a name is needed");
    let top: Vec<_> = import.top_rows.iter().map(|row| row.cells[0].as_str()).collect();
    assert_eq!(top, ["Ana", "Ben"]);
    imports::patch(&s, &bed.owner, import.id, match_column(0, Field::Name))
        .await
        .unwrap();
    let done = confirmed(&s, &bed, import.id).await;
    assert_eq!((done.counts.added, done.counts.rejected), (Some(1), 1));

    // What was rejected comes back with the fields as its header.
    let rejected = imports::rejected_xlsx(&s, &bed.owner, import.id).await.unwrap();
    let back = upload(&s, &bed.owner, interview, &rejected).await.unwrap();
    assert_eq!((back.header_row, back.counts.rows, back.obstacle), (1, 1, None));
    let change = CellChange {
        column: 1,
        value: "ben@x.example".into(),
    };
    imports::correct(&s, &bed.owner, back.id, 2, &[change]).await.unwrap();
    assert_eq!(confirmed(&s, &bed, back.id).await.counts.added, Some(1));

    let another = uploaded(&s, &bed, interview, "Who,Mail\nAna,a@x.example\n").await;
    assert_eq!(another.header_row, 1);
    let none = ImportPatch {
        header_row: Some(0),
        ..ImportPatch::default()
    };
    let another = imports::patch(&s, &bed.owner, another.id, none).await.unwrap();
    assert_eq!((another.header_row, another.counts.rows), (0, 2));
}

async fn pages_turn_both_ways(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    let mut text = String::from("Name,Email\n");
    for n in 0..25 {
        text.push_str(&format!("Person {n},{}\n", if n % 2 == 0 { "wrong" } else { "" }));
    }
    let import = uploaded(&s, &bed, interview, &text).await;
    let filter = RowFilter {
        fate: Some(Fate::Rejected),
        result: None,
    };
    let page = |cursor: Option<String>| PageRequest { limit: Some(5), cursor };
    let (mut cursor, mut pages) = (None, Vec::new());
    loop {
        let request = page(cursor.clone());
        let found = imports::rows(&s, &bed.owner, import.id, filter, &request)
            .await
            .unwrap();
        let before = imports::page_before(&s, &bed.owner, import.id, filter, &request)
            .await
            .unwrap();
        let numbers: Vec<u32> = found.items.iter().map(|row| row.number).collect();
        if let Some(before) = before {
            let back = imports::rows(&s, &bed.owner, import.id, filter, &page(Some(before)))
                .await
                .unwrap();
            let back: Vec<u32> = back.items.iter().map(|row| row.number).collect();
            assert_eq!(Some(&back), pages.last());
        } else {
            assert!(pages.is_empty());
        }
        pages.push(numbers);
        match found.next_cursor {
            Some(next) => cursor = Some(next),
            None => break,
        }
    }
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [5, 5, 3]);
}

/// Rows without an email are known again by the file alone, and only as long as their people are there.
async fn the_same_file_again(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    let text = "Name,School\nAna,UPM\nAna,UPM\nBen,\n";
    let first = uploaded(&s, &bed, interview, text).await;
    assert_eq!(first.counts.new, Some(3), "equal rows of one file may be two people");
    let first = confirmed(&s, &bed, first.id).await;
    assert_eq!(first.counts.added, Some(3));
    let again = uploaded(&s, &bed, interview, text).await;
    assert_eq!((again.counts.new, again.counts.already_here), (Some(0), Some(3)));
    let again = confirmed(&s, &bed, again.id).await;
    assert_eq!((again.counts.added, again.counts.skipped), (Some(0), Some(3)));
    let rows = all_rows(&s, &bed.owner, again.id, RowFilter::default()).await;
    assert_eq!(
        rows[0].reason.as_deref(),
        Some("This row of the same file was imported before.")
    );
    // Another file is another matter, and so is another interview.
    let other = uploaded(&s, &bed, interview, "Name,School\nAna,UPM\n").await;
    assert_eq!(other.counts.new, Some(1));
    let elsewhere = bed.interview(1, |_| {}).await;
    assert_eq!(uploaded(&s, &bed, elsewhere, text).await.counts.new, Some(3));
    imports::undo(&s, &bed.owner, first.id).await.unwrap();
    assert_eq!(uploaded(&s, &bed, interview, text).await.counts.new, Some(3));
}
