//! What several writers at once must not do to each other on PostgreSQL: overwrite what the other one wrote, wait for each
//! other, or wait for a second connection while they hold one.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops where something is not as it should be"
)]

mod common;
#[path = "common/pdf.rs"]
#[expect(dead_code, reason = "what only the tests of resumes need")]
mod pdf;
#[path = "common/imports.rs"]
#[expect(dead_code, reason = "what only the tests of imports need")]
mod tables;

use common::{TestBed, token};
use parley_domain::{
    account::Role,
    batch::{BatchState, FileState},
    candidate::{Candidate, CandidateInput},
    clock::Presence,
    id::CandidateId,
    import::{ImportPatch, OnDuplicate},
    session::{AnalysisState, RetakeReason, Status, Verdict},
    time::MINUTE,
};
use parley_services::{
    Services, accounts,
    ai::settings,
    analysis, candidates,
    conversation::{self, AnswerInput, StartInput},
    db::{POSTGRES_CONNECTIONS, Priority, WriteTxn},
    entity,
    error::ServiceError,
    imports,
    resumes::batch::{self, Upload},
    sessions::{self, RetakeInput},
    storage, tokens,
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseBackend, EntityTrait, IntoActiveModel,
    QueryFilter, QuerySelect, Statement,
};
use serde_json::json;
use std::{future::Future, io::Write as _, time::Duration};
use tables::{finished, here, people, upload};
use uuid::Uuid;

on_both_databases!(
    two_who_change_different_fields_both_count,
    two_forms_filled_alike_join_and_clash_only_in_what_both_changed,
    who_waited_to_save_the_same_is_refused,
    an_import_leaves_what_was_changed_beside_it,
    a_decision_beside_a_retake_stands_with_the_new_attempt,
    who_starts_at_this_moment_is_not_taken_back,
    a_link_is_replaced_beside_a_retake,
    a_batch_is_given_up_while_a_file_is_settled,
    two_who_mark_different_attempts_both_do,
    nobody_waits_for_a_second_connection,
);

/// A transaction that has changed a candidate's notes and is not committed yet.
async fn changing(s: &Services, id: CandidateId, notes: &str) -> WriteTxn {
    let tx = s.db.write(Priority::Person).await.unwrap();
    let row = entity::candidate::Entity::find_by_id(id.0)
        .lock_exclusive()
        .one(&*tx)
        .await
        .unwrap()
        .unwrap();
    let mut change = row.into_active_model();
    change.notes = Set(Some(notes.to_owned()));
    change.update(&*tx).await.unwrap();
    tx
}

/// Until somebody waits for a row. SQLite has one writer: there everybody waits before they have read anything.
async fn somebody_waits(s: &Services) {
    if s.db.is_sqlite() {
        return;
    }
    let waiting = async {
        loop {
            let sql = "SELECT count(*) FROM pg_stat_activity \
                 WHERE datname = current_database() AND wait_event_type = 'Lock'";
            let statement = Statement::from_string(DatabaseBackend::Postgres, sql);
            let row = s.db.read().query_one_raw(statement).await.unwrap().unwrap();
            if row.try_get_by_index::<i64>(0).unwrap() > 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), waiting).await.unwrap();
}

async fn two_who_change_different_fields_both_count(bed: TestBed) {
    let interview = bed.interview(1, |_| {}).await;
    let ana = bed.candidate(interview, "Ana", None).await;
    let tx = changing(&bed.s, ana.id, "Called on Monday.").await;
    let (s, owner) = (bed.s.clone(), bed.owner);
    let other = tokio::spawn(async move {
        let change = json!({"school": "UPM"});
        candidates::patch(&s, &owner, ana.id, &change).await
    });
    somebody_waits(&bed.s).await;
    tx.commit().await.unwrap();
    let after = other.await.unwrap().unwrap();
    assert_eq!(after.fields.school.as_deref(), Some("UPM"));
    assert_eq!(after.fields.notes.as_deref(), Some("Called on Monday."));
}

async fn two_forms_filled_alike_join_and_clash_only_in_what_both_changed(bed: TestBed) {
    let (s, owner) = (&bed.s, &bed.owner);
    let interview = bed.interview(1, |_| {}).await;
    let Candidate { id, fields: seen, .. } = bed.candidate(interview, "Ana", Some("ana@x.example")).await;
    let first = CandidateInput {
        phone: Some("+49 30 123456".to_owned()),
        school: Some("UPM".to_owned()),
        ..seen.clone()
    };
    candidates::edit(s, owner, id, &seen, first.clone()).await.unwrap();

    // Another field, and the same made of the same one: nobody is in anybody's way.
    let second = CandidateInput {
        school: Some(" UPM ".to_owned()),
        notes: None,
        ..seen.clone()
    };
    let joined = candidates::edit(s, owner, id, &seen, second).await.unwrap().fields;
    assert_eq!(joined, CandidateInput { notes: None, ..first });

    let third = CandidateInput {
        phone: Some("+49 30 999999".to_owned()),
        graduation_year: Some(2024),
        ..seen.clone()
    };
    let refused = candidates::edit(s, owner, id, &seen, third.clone()).await.unwrap_err();
    let ServiceError::Conflict { code, detail, .. } = &refused else {
        panic!("{refused:?}");
    };
    assert_eq!(*code, "changed_meanwhile");
    assert!(detail.contains(": phone."), "{detail}");
    let now = candidates::get(s, owner, id).await.unwrap().fields;
    assert_eq!(now, joined);
    // Who has seen theirs may mean it.
    let mine = third.over(&seen, now.clone());
    let saved = candidates::edit(s, owner, id, &now, mine).await.unwrap().fields;
    let wanted = CandidateInput {
        phone: Some("+49 30 999999".to_owned()),
        graduation_year: Some(2024),
        ..joined
    };
    assert_eq!(saved, wanted);

    // The rules hold here as they do at the other doors.
    let nobody = CandidateInput::default();
    let wrong = candidates::edit(s, owner, id, &saved, nobody).await;
    assert!(matches!(wrong, Err(ServiceError::Invalid(_))), "{wrong:?}");
    let viewer = candidates::edit(s, &bed.member(Role::Viewer), id, &saved, seen.clone()).await;
    assert!(matches!(viewer, Err(ServiceError::Forbidden)), "{viewer:?}");
    let stranger = candidates::edit(s, &bed.stranger().await, id, &saved, seen).await;
    assert!(matches!(stranger, Err(ServiceError::NotFound)), "{stranger:?}");
}

async fn who_waited_to_save_the_same_is_refused(bed: TestBed) {
    let interview = bed.interview(1, |_| {}).await;
    let Candidate { id, fields: seen, .. } = bed.candidate(interview, "Ana", None).await;
    let tx = changing(&bed.s, id, "Called on Monday.").await;
    let (s, owner) = (bed.s.clone(), bed.owner);
    let other = tokio::spawn(async move {
        let mine = CandidateInput {
            notes: Some("Called on Tuesday.".to_owned()),
            ..seen.clone()
        };
        candidates::edit(&s, &owner, id, &seen, mine).await
    });
    somebody_waits(&bed.s).await;
    tx.commit().await.unwrap();
    let refused = other.await.unwrap();
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
    let after = candidates::get(&bed.s, &bed.owner, id).await.unwrap();
    assert_eq!(after.fields.notes.as_deref(), Some("Called on Monday."));
}

async fn an_import_leaves_what_was_changed_beside_it(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    let ana = bed.candidate(interview, "Ana", Some("ana@x.example")).await;
    let table = "Name,Email,School\nAna,ana@x.example,UPM\n";
    let import = upload(&s, &bed.owner, interview, table.as_bytes()).await.unwrap();
    let update = ImportPatch {
        on_duplicate: Some(OnDuplicate::Update),
        ..Default::default()
    };
    imports::patch(&s, &bed.owner, import.id, update).await.unwrap();

    let tx = changing(&s, ana.id, "Called on Monday.").await;
    let (t, owner) = (s.clone(), bed.owner);
    let confirmed = tokio::spawn(async move { imports::confirm(&t, &owner, import.id).await });
    somebody_waits(&s).await;
    tx.commit().await.unwrap();
    confirmed.await.unwrap().unwrap();
    finished(&s, &bed.owner, import.id).await;
    let after = candidates::get(&s, &bed.owner, ana.id).await.unwrap();
    assert_eq!(after.fields.school.as_deref(), Some("UPM"));
    assert_eq!(after.fields.notes.as_deref(), Some("Called on Monday."));

    // Taking it back is a change like any other.
    let tx = changing(&s, ana.id, "Called on Tuesday.").await;
    let (t, owner) = (s.clone(), bed.owner);
    let undone = tokio::spawn(async move { imports::undo(&t, &owner, import.id).await });
    somebody_waits(&s).await;
    tx.commit().await.unwrap();
    undone.await.unwrap().unwrap();
    finished(&s, &bed.owner, import.id).await;
    let after = candidates::get(&s, &bed.owner, ana.id).await.unwrap();
    assert_eq!(after.fields.school, None);
    assert_eq!(after.fields.notes.as_deref(), Some("Called on Tuesday."));
}

/// About an earlier attempt, while another one is being granted: it waits for the one that is current from then on.
async fn a_decision_beside_a_retake_stands_with_the_new_attempt(bed: TestBed) {
    use entity::session;
    let interview = bed.interview(1, |_| {}).await;
    let ana = bed.candidate(interview, "Ana", None).await;
    let start = StartInput {
        consent: true,
        language: "en".into(),
        ..Default::default()
    };
    conversation::start(&bed.s, &token(&ana), start).await.unwrap();
    sessions::end(&bed.s, &bed.owner, ana.session.id).await.unwrap();
    let again = sessions::RetakeInput {
        reason: RetakeReason::Requested,
        note: String::new(),
    };
    sessions::retake(&bed.s, &bed.owner, ana.id, again).await.unwrap();

    // What granting one more does, up to its commit.
    let tx = changing(&bed.s, ana.id, "Once more.").await;
    let second = session::Entity::find()
        .filter(session::Column::CandidateId.eq(ana.id.0))
        .filter(session::Column::IsCurrent.eq(true))
        .lock_exclusive()
        .one(&*tx)
        .await
        .unwrap()
        .unwrap();
    let mut third = second.clone();
    (third.id, third.attempt) = (Uuid::from_u128(3), 3);
    let mut former = second.into_active_model();
    former.status = Set("completed".to_owned());
    former.is_current = Set(false);
    former.update(&*tx).await.unwrap();
    session::Entity::insert(third.into_active_model())
        .exec_without_returning(&*tx)
        .await
        .unwrap();
    let (s, owner) = (bed.s.clone(), bed.owner);
    let decided = tokio::spawn(async move { sessions::decide(&s, &owner, ana.session.id, Verdict::Advance, "").await });
    somebody_waits(&bed.s).await;
    tx.commit().await.unwrap();
    decided.await.unwrap().unwrap();
    let third = session::Entity::find_by_id(Uuid::from_u128(3))
        .one(bed.s.db.read())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(third.verdict.as_deref(), Some("advance"));
}

async fn who_starts_at_this_moment_is_not_taken_back(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    let table = "Name,Email\nAna,ana@x.example\nBen,ben@x.example\n";
    let import = upload(&s, &bed.owner, interview, table.as_bytes()).await.unwrap();
    imports::confirm(&s, &bed.owner, import.id).await.unwrap();
    finished(&s, &bed.owner, import.id).await;
    let all = people(&s, interview).await;
    let ana = all.iter().find(|person| person.name == "Ana").unwrap().id;

    // As a start is right before its end.
    let tx = changing(&s, CandidateId(ana), "Called on Monday.").await;
    entity::session::Entity::update_many()
        .col_expr(entity::session::Column::Status, Status::InProgress.as_str().into())
        .filter(entity::session::Column::CandidateId.eq(ana))
        .exec(&*tx)
        .await
        .unwrap();
    let (t, owner) = (s.clone(), bed.owner);
    let undone = tokio::spawn(async move { imports::undo(&t, &owner, import.id).await });
    somebody_waits(&s).await;
    tx.commit().await.unwrap();
    undone.await.unwrap().unwrap();
    let import = finished(&s, &bed.owner, import.id).await;
    assert_eq!((import.counts.removed, import.counts.kept), (Some(1), Some(1)));
    let left: Vec<_> = people(&s, interview)
        .await
        .into_iter()
        .map(|person| person.id)
        .collect();
    assert_eq!(left, [ana], "who is inside stays");
}

async fn a_link_is_replaced_beside_a_retake(bed: TestBed) {
    let interview = bed.interview(1, |_| {}).await;
    let ana = bed.candidate(interview, "Ana", None).await;
    let id = ana.id;
    // As a retake is granted: the candidate first, then what the interview says.
    let tx = changing(&bed.s, id, "Called on Monday.").await;
    let (s, owner) = (bed.s.clone(), bed.owner);
    let replaced = tokio::spawn(async move { candidates::replace_link(&s, &owner, id).await });
    somebody_waits(&bed.s).await;
    let of = entity::interview::Entity::find_by_id(interview.0)
        .lock_exclusive()
        .one(&*tx)
        .await;
    assert!(
        of.unwrap().is_some(),
        "nobody who waits for the candidate has the interview"
    );
    tx.commit().await.unwrap();
    let replaced = replaced.await.unwrap().unwrap();
    assert_ne!(replaced.invite_url, ana.invite_url);
    assert_eq!(replaced.fields.notes.as_deref(), Some("Called on Monday."));
}

async fn a_batch_is_given_up_while_a_file_is_settled(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    let mut file = storage::incoming(&s).unwrap();
    file.write_all(&pdf::resume("Ana Lima", "ana@x.example")).unwrap();
    let upload = Upload {
        file_name: "ana.pdf".into(),
        file: file.into_temp_path(),
    };
    let begun = batch::upload(&s, &bed.owner, interview, vec![upload], true, true)
        .await
        .unwrap();
    let file = begun.files[0].id.0;

    // What came of it is written, and about to be paid for.
    let tx = s.db.write(Priority::Background).await.unwrap();
    entity::resume_file::Entity::update_many()
        .col_expr(entity::resume_file::Column::State, FileState::Read.as_str().into())
        .col_expr(entity::resume_file::Column::Charged, true.into())
        .filter(entity::resume_file::Column::Id.eq(file))
        .exec(&*tx)
        .await
        .unwrap();
    let (t, owner) = (s.clone(), bed.owner);
    let given_up = tokio::spawn(async move { batch::cancel(&t, &owner, begun.id).await });
    somebody_waits(&s).await;
    tokens::commit(&*tx, &s, bed.workspace, &format!("resume:{file}:1"))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let over = given_up.await.unwrap().unwrap();
    assert_eq!(
        (over.state, over.files[0].state),
        (BatchState::Cancelled, FileState::Read)
    );
    let account = tokens::account(&s, &bed.owner).await.unwrap();
    assert_eq!((account.balance, account.reserved), (495, 0), "read, and paid for once");
}

async fn two_who_mark_different_attempts_both_do(bed: TestBed) {
    let interview = bed.interview(1, |_| {}).await;
    let ana = bed.candidate(interview, "Ana", None).await;
    let take = async || {
        let start = StartInput {
            consent: true,
            language: "en".into(),
            ..Default::default()
        };
        conversation::start(&bed.s, &token(&ana), start).await.unwrap();
        conversation::finish(&bed.s, &token(&ana)).await.unwrap();
    };
    take().await;
    let again = RetakeInput {
        reason: RetakeReason::Requested,
        note: String::new(),
    };
    let first = ana.session.id;
    let second = sessions::retake(&bed.s, &bed.owner, ana.id, again).await.unwrap().id;
    take().await;
    for _ in 0..20 {
        let (one, other) = tokio::join!(
            sessions::mark_counts(&bed.s, &bed.owner, first),
            sessions::mark_counts(&bed.s, &bed.owner, second),
        );
        one.unwrap();
        other.unwrap();
        let all = sessions::of_candidate(&bed.s, &bed.owner, ana.id).await.unwrap();
        assert_eq!(all.iter().filter(|attempt| attempt.counts).count(), 1);
    }
}

/// Far below what a connection is waited for.
async fn at_once<T>(what: &str, work: impl Future<Output = T>) -> T {
    let done = tokio::time::timeout(Duration::from_millis(2_500), work).await;
    done.unwrap_or_else(|_| panic!("{what} waits for a second connection"))
}

/// All connections but one are taken: whoever gets by with that one does not wait.
async fn nobody_waits_for_a_second_connection(bed: TestBed) {
    let interview = bed.interview(1, |_| {}).await;
    let ana = bed.candidate(interview, "Ana", None).await;
    let start = StartInput {
        consent: true,
        language: "en".into(),
        ..Default::default()
    };
    let view = conversation::start(&bed.s, &token(&ana), start).await.unwrap();
    let answer = AnswerInput {
        client_id: "c".into(),
        question: view.question.unwrap().id,
        text: Some("I work in a team of four.".into()),
        choices: Vec::new(),
        lease: None,
        presence: Presence::Live,
    };
    conversation::answer(&bed.s, &token(&ana), answer).await.unwrap();
    // What is known of the model is old by now.
    bed.clock.advance(MINUTE);

    let mut held = Vec::new();
    if !bed.s.db.is_sqlite() {
        for _ in 1..POSTGRES_CONNECTIONS {
            held.push(bed.s.db.write(Priority::Person).await.unwrap());
        }
    }
    let (s, owner) = (&bed.s, &bed.owner);
    at_once("completing a session", sessions::end(s, owner, ana.session.id))
        .await
        .unwrap();
    let waiting = at_once(
        "asking for a run beside one",
        analysis::run_again(s, owner, ana.session.id, None),
    );
    assert_eq!(waiting.await.unwrap().state, AnalysisState::Queued);
    let given = accounts::change_role(s, owner, bed.owner_id, Role::Owner);
    at_once("a role that is given already", given).await.unwrap();
    at_once("removing settings that are not there", settings::remove(s, owner))
        .await
        .unwrap();
    at_once(
        "unmarking who is not marked",
        candidates::not_duplicate(s, owner, ana.id),
    )
    .await
    .unwrap();
    drop(held);
}
