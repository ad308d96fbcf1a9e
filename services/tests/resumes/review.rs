//! The review of what was read: corrections, duplicates, adding, and who may.

use crate::{
    common::TestBed,
    on_both_databases,
    pdf::{resume, without_text},
    support::{balance, code, here, new_batch, read, uploaded, with_tokens},
};
use parley_domain::{
    account::Role,
    batch::{BatchState, Corrections},
    id::CandidateId,
    paging::PageRequest,
    resume::{Confidence, ResumeField},
    time::{DAY, HOUR},
};
use parley_services::{
    candidates,
    entity::file,
    error::ServiceError,
    resumes::{batch, single},
};
use sea_orm::{EntityTrait, PaginatorTrait};

on_both_databases!(
    corrections_are_checked_and_kept,
    possible_duplicates_are_flagged,
    what_nobody_comes_back_to_is_given_up,
    adding_twice_adds_once,
    a_form_is_filled_and_nothing_is_saved,
    strangers_and_viewers_change_nothing,
);

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
