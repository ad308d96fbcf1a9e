//! Tokens: said before, charged once, given back.

use crate::{
    common::TestBed,
    on_both_databases,
    pdf::{resume, without_text},
    support::{balance, code, here, kinds, new_batch, read, uploaded, with_tokens},
};
use parley_domain::{batch::BatchState, time::MINUTE};
use parley_services::{
    Services,
    child::Children,
    entity::{file, resume_file},
    error::ServiceError,
    jobs,
    resumes::{batch, single},
};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

on_both_databases!(
    uploading_says_the_cost_and_charges_nothing,
    too_few_tokens_are_said_before_anything_runs,
    retrying_charges_once,
    removing_and_giving_up_give_tokens_back,
    a_try_that_failed_does_not_make_the_next_one_free,
    free_reading_has_no_price,
);

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
