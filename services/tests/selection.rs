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
use std::io::Read;

on_both_databases!(
    everyone_whom_the_filter_names_in_its_order,
    a_selection_comes_back_as_far_as_the_list_has_it,
    very_many_are_acted_on_part_by_part,
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
    sessions::select(&bed.s, &bed.owner, interview, filter, order, SELECT_MAX)
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
    let read = sessions::select(
        &bed.s,
        &viewer,
        Some(other),
        &SessionFilter::default(),
        order,
        SELECT_MAX,
    )
    .await;
    assert_eq!(ids(&read.unwrap()), [elsewhere.id]);
    let stranger = bed.stranger().await;
    let foreign = sessions::select(&bed.s, &stranger, Some(interview), &filter, order, SELECT_MAX).await;
    assert!(matches!(foreign, Err(ServiceError::NotFound)));
    let theirs = sessions::select(&bed.s, &stranger, None, &SessionFilter::default(), order, SELECT_MAX).await;
    assert_eq!(theirs.unwrap(), []);
}

/// Of a selection, those come back with its list whom the filter still names.
async fn a_selection_comes_back_as_far_as_the_list_has_it(bed: TestBed) {
    let interview = bed.interview(1, |_| {}).await;
    let other = bed.interview(1, |_| {}).await;
    add(&bed, interview, 0, 1_000).await;
    add(&bed, interview, 1_000, 200).await;
    let elsewhere = bed.candidate(other, "Elsewhere", None).await;
    let all = SessionFilter::default();
    let everyone = selected(&bed, Some(interview), &all, "name").await;
    let mut chosen = ids(&everyone);
    chosen.push(elsewhere.id);
    let still = async |actor, interview, filter: &SessionFilter| {
        let found = sessions::still(&bed.s, &actor, interview, filter, &chosen).await?;
        let mut names: Vec<_> = found.into_iter().map(|one| one.name).collect();
        names.sort();
        Ok::<_, ServiceError>(names)
    };
    // More than one statement names, and nobody of another interview.
    assert_eq!(still(bed.owner, Some(interview), &all).await.unwrap().len(), 1_200);
    assert_eq!(still(bed.owner, None, &all).await.unwrap().len(), 1_201);

    candidates::delete(&bed.s, &bed.owner, &[everyone[3].candidate])
        .await
        .unwrap();
    let few = SessionFilter {
        q: Some("person 000".into()),
        ..Default::default()
    };
    let names = still(bed.member(Role::Viewer), Some(interview), &few).await.unwrap();
    assert_eq!(names.len(), 9);
    assert!(!names.contains(&"Person 0003".to_owned()), "{names:?}");

    // They are looked up one by one, whatever else is filtered: the list may be a thousand times as long.
    if bed.s.db.is_sqlite() {
        let begun = SessionFilter {
            status: Some(Status::InProgress),
            ..few.clone()
        };
        for filter in [&all, &few, &begun] {
            for of in [Some(interview), None] {
                let plan = sessions::still_plan(&bed.s, &bed.owner, of, filter, &chosen)
                    .await
                    .unwrap();
                assert!(plan.contains("(candidate_id=?"), "{filter:?}\n{plan}");
            }
        }
    }

    let stranger = bed.stranger().await;
    assert_eq!(still(stranger, None, &all).await.unwrap(), Vec::<String>::new());
    let foreign = still(stranger, Some(interview), &all).await;
    assert!(matches!(foreign, Err(ServiceError::NotFound)));
}

/// More than one statement names and one transaction changes: the same people, the same order, and others write in between.
async fn very_many_are_acted_on_part_by_part(bed: TestBed) {
    let interview = bed.interview(1, |_| {}).await;
    for thousand in 0..5 {
        add(&bed, interview, thousand * 1_000, 1_000).await;
    }
    add(&bed, interview, 5_000, 3).await;
    let filter = SessionFilter::default();
    let by_name: SessionOrder = "name".parse().unwrap();
    let some = sessions::select(&bed.s, &bed.owner, Some(interview), &filter, by_name, 4_000)
        .await
        .unwrap();
    assert_eq!(some.len(), 4_000, "no more than was asked for");
    let all = ids(&selected(&bed, Some(interview), &filter, "name").await);
    assert_eq!(all.len(), 5_003);
    let links = candidates::links(&bed.s, &bed.owner, &all).await.unwrap();
    assert_eq!(links.len(), all.len());

    // Named twice and in any order, they are in the file once each, as the list has them.
    let mut mixed: Vec<_> = all.iter().rev().copied().collect();
    mixed.push(all[0]);
    let order: SessionOrder = "-name".parse().unwrap();
    let file = sessions::export(&bed.s, &bed.owner, interview, &filter, order, &mixed, ExportFormat::Csv);
    let mut file = file.await.unwrap();
    assert_eq!(file.rows, 5_003);
    let mut text = String::new();
    file.file.read_to_string(&mut text).unwrap();
    let names: Vec<_> = text.lines().skip(1).filter_map(|line| line.split('"').nth(1)).collect();
    assert_eq!(
        (names[0], names[1], names[5_002]),
        ("Person 5002", "Person 5001", "Person 0000")
    );

    // Somebody starts while they are deleted, and does not wait for the last of them.
    let latecomer = bed.candidate(interview, "Zoë Begun", None).await;
    let start = async {
        let left = async || {
            let counts = sessions::counts(&bed.s, &bed.owner, Some(interview), &filter).await;
            counts.unwrap().all
        };
        while left().await == 5_004 {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
        let consent = StartInput {
            consent: true,
            ..Default::default()
        };
        conversation::start(&bed.s, &token(&latecomer), consent).await.unwrap();
        left().await
    };
    let (deleted, left_at_start) = tokio::join!(candidates::delete(&bed.s, &bed.owner, &all), start);
    assert_eq!(deleted.unwrap().len(), 5_003);
    assert!(left_at_start > 1, "a start waited for all of them");
    let left = selected(&bed, Some(interview), &filter, "name").await;
    let names: Vec<_> = left.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["Zoë Begun"]);
    assert_eq!(candidates::restore(&bed.s, &bed.owner, &all).await.unwrap(), 5_003);
    assert_eq!(candidates::restore(&bed.s, &bed.owner, &all).await.unwrap(), 0);
    assert_eq!(selected(&bed, Some(interview), &filter, "name").await.len(), 5_004);
}
