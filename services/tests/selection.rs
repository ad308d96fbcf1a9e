//! Selecting everyone whom a filter names, and doing something with all of them at once.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops where something is not as it should be"
)]

mod common;

use common::{TestBed, token};
use parley_domain::{
    account::Role,
    candidate::{CandidateInput, Source},
    id::{CandidateId, InterviewId},
    paging::SELECT_MAX,
    session::{SessionFilter, SessionOrder, Status},
};
use parley_services::{
    candidates::{self, OnDuplicate},
    conversation::{self, StartInput},
    error::ServiceError,
    sessions::{self, ExportFormat, Selected},
};

on_both_databases!(
    everyone_whom_the_filter_names_in_its_order,
    no_more_than_can_be_acted_on_at_once,
);

async fn add(bed: &TestBed, interview: InterviewId, from: usize, n: usize) {
    let people = (from..from + n).map(|i| CandidateInput {
        name: format!("Person {i:04}"),
        ..Default::default()
    });
    let added = candidates::create_many(
        &bed.s,
        &bed.owner,
        interview,
        people.collect(),
        Source::Imported,
        OnDuplicate::Refuse,
    );
    assert_eq!(added.await.unwrap().len(), n);
}

async fn selected(bed: &TestBed, interview: Option<InterviewId>, filter: &SessionFilter, sort: &str) -> Vec<Selected> {
    let order: SessionOrder = sort.parse().unwrap();
    sessions::select(&bed.s, &bed.owner, interview, filter, order)
        .await
        .unwrap()
}

fn ids(selected: &[Selected]) -> Vec<CandidateId> {
    selected.iter().map(|one| one.candidate).collect()
}

async fn everyone_whom_the_filter_names_in_its_order(bed: TestBed) {
    let interview = bed.interview(1, |_| {}).await;
    let other = bed.interview(1, |_| {}).await;
    add(&bed, interview, 0, 120).await;
    let elsewhere = bed.candidate(other, "Person 0005 elsewhere", None).await;
    let begun = bed.candidate(interview, "Zoë Begun", None).await;
    let consent = StartInput {
        consent: true,
        ..Default::default()
    };
    conversation::start(&bed.s, &token(&begun), consent).await.unwrap();

    let all = selected(&bed, Some(interview), &SessionFilter::default(), "name").await;
    let names: Vec<_> = all.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names.len(), 121);
    assert_eq!(
        (names[0], names[119], names[120]),
        ("Person 0000", "Person 0119", "Zoë Begun")
    );
    assert_eq!(
        (all[0].status, all[120].status),
        (Status::NotStarted, Status::InProgress)
    );

    let filter = SessionFilter {
        q: Some("person 000".into()),
        ..Default::default()
    };
    assert_eq!(selected(&bed, Some(interview), &filter, "-name").await.len(), 10);
    assert_eq!(
        selected(&bed, None, &filter, "-added").await.len(),
        11,
        "over all interviews"
    );
    let begun_only = SessionFilter {
        status: Some(Status::InProgress),
        // A retake is no second entry in a selection.
        all_attempts: true,
        ..Default::default()
    };
    assert_eq!(ids(&selected(&bed, None, &begun_only, "-added").await), [begun.id]);

    // A viewer sees who there is; somebody of another workspace finds nothing there.
    let viewer = bed.member(Role::Viewer);
    let order = SessionOrder::default();
    let read = sessions::select(&bed.s, &viewer, Some(other), &SessionFilter::default(), order).await;
    assert_eq!(ids(&read.unwrap()), [elsewhere.id]);
    let stranger = bed.stranger().await;
    let foreign = sessions::select(&bed.s, &stranger, Some(interview), &filter, order).await;
    assert!(matches!(foreign, Err(ServiceError::NotFound)));
    let theirs = sessions::select(&bed.s, &stranger, None, &SessionFilter::default(), order).await;
    assert_eq!(theirs.unwrap(), []);
}

async fn no_more_than_can_be_acted_on_at_once(bed: TestBed) {
    let interview = bed.interview(1, |_| {}).await;
    for thousand in 0..5 {
        add(&bed, interview, thousand * 1_000, 1_000).await;
    }
    add(&bed, interview, 5_000, 3).await;
    let filter = SessionFilter::default();
    let all = ids(&selected(&bed, Some(interview), &filter, "name").await);
    assert_eq!(all.len() as u64, SELECT_MAX);

    // Everything that is offered for a selection takes all of it.
    assert_eq!(
        candidates::links(&bed.s, &bed.owner, &all).await.unwrap().len(),
        all.len()
    );
    let order = SessionOrder::default();
    let file = sessions::export(&bed.s, &bed.owner, interview, &filter, order, &all, ExportFormat::Csv).await;
    assert_eq!(file.unwrap().rows, SELECT_MAX);
    assert_eq!(candidates::delete(&bed.s, &bed.owner, &all).await.unwrap(), SELECT_MAX);
    let left = selected(&bed, Some(interview), &filter, "name").await;
    let names: Vec<_> = left.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["Person 5000", "Person 5001", "Person 5002"]);
    assert_eq!(candidates::restore(&bed.s, &bed.owner, &all).await.unwrap(), SELECT_MAX);
    assert_eq!(
        selected(&bed, Some(interview), &filter, "name").await.len() as u64,
        SELECT_MAX
    );
}
