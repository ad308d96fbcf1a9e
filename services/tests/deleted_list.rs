//! Recently deleted: all who are in it, by a search, and together with whoever was deleted with them.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops where something is not as it should be"
)]

mod common;

use common::TestBed;
use parley_domain::{
    account::Role,
    candidate::{CandidateInput, Source},
    id::{CandidateId, InterviewId},
    session::{SessionFilter, SessionOrder},
    time::{DAY, MINUTE, SECOND},
};
use parley_services::{
    candidates::{self, BulkResult, Deleted, OnDuplicate},
    error::ServiceError,
    sessions,
};

on_both_databases!(
    who_was_deleted_together_is_brought_back_together,
    a_search_names_whom_it_would_name_among_the_others,
    a_delete_answers_whom_it_deleted,
    two_who_delete_the_same_at_once_are_not_both_told_so,
);

async fn crowd(bed: &TestBed, interview: InterviewId, name: &str, n: usize) -> Vec<CandidateId> {
    let people = (0..n).map(|i| CandidateInput {
        name: format!("{name} {i:04}"),
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
    let added = added.await.unwrap().into_iter().map(|one| match one {
        BulkResult::Created(candidate) => candidate.id,
        other => panic!("not added: {other:?}"),
    });
    added.collect()
}

/// As the screen does it: part by part, each a request of its own.
async fn delete_in_parts(bed: &TestBed, ids: &[CandidateId]) {
    for part in ids.chunks(200) {
        let gone = candidates::delete(&bed.s, &bed.owner, part).await.unwrap();
        assert_eq!(gone.len(), part.len());
        bed.clock.advance(2 * SECOND);
    }
}

async fn bin(bed: &TestBed, interview: InterviewId, q: &str, most: u64) -> Deleted {
    candidates::deleted(&bed.s, &bed.owner, interview, q, most)
        .await
        .unwrap()
}

async fn listed(bed: &TestBed, interview: InterviewId) -> usize {
    let order: SessionOrder = "name".parse().unwrap();
    let filter = SessionFilter::default();
    sessions::select(&bed.s, &bed.owner, Some(interview), &filter, order, 10_000)
        .await
        .unwrap()
        .len()
}

async fn who_was_deleted_together_is_brought_back_together(bed: TestBed) {
    let interview = bed.interview(1, |_| {}).await;
    let elsewhere = bed.interview(1, |_| {}).await;
    let meant = crowd(&bed, interview, "Meant", 3).await;
    let mistake = crowd(&bed, interview, "Mistake", 901).await;
    let single = bed.candidate(interview, "Ana Single", None).await.id;
    let other = crowd(&bed, elsewhere, "Elsewhere", 2).await;
    delete_in_parts(&bed, &meant).await;
    bed.clock.advance(MINUTE);
    delete_in_parts(&bed, &mistake).await;
    // On another interview in the same minute: none of these.
    delete_in_parts(&bed, &other).await;
    bed.clock.advance(MINUTE);
    candidates::delete(&bed.s, &bed.owner, &[single]).await.unwrap();

    let found = bin(&bed, interview, "", 200).await;
    assert_eq!((found.rows.len(), found.total), (200, 905));
    assert_eq!(found.rows[0].id, single, "last deleted first");
    assert_eq!(found.rows[0].purged_at, found.rows[0].deleted_at.plus(30 * DAY));
    let acts: Vec<_> = found.together.iter().map(|act| act.people).collect();
    assert_eq!(acts, [901, 3], "one alone is no act");
    assert_eq!(bin(&bed, interview, "", 1_000).await.rows.len(), 905);

    // Exactly those, whatever was deleted before and after.
    let act = found.together[0];
    let within = Some((act.from, act.to));
    let mut ids = candidates::deleted_ids(&bed.s, &bed.owner, interview, "", within)
        .await
        .unwrap();
    ids.sort();
    let mut wanted = mistake.clone();
    wanted.sort();
    assert_eq!(ids, wanted);
    for part in ids.chunks(200) {
        let back = candidates::restore(&bed.s, &bed.owner, part).await.unwrap();
        assert_eq!(back, part.len() as u64);
    }
    assert_eq!(listed(&bed, interview).await, 901);
    let left = bin(&bed, interview, "", 200).await;
    assert_eq!((left.total, left.together.len()), (4, 1));
    assert_eq!(left.together[0].people, 3);
    assert_eq!(bin(&bed, elsewhere, "", 200).await.total, 2);

    // Who may not restore does not see them; another workspace's interview is not there.
    let viewer = bed.member(Role::Viewer);
    let seen = candidates::deleted(&bed.s, &viewer, interview, "", 200).await;
    assert!(matches!(seen, Err(ServiceError::Forbidden)), "{seen:?}");
    let seen = candidates::deleted_ids(&bed.s, &viewer, interview, "", None).await;
    assert!(matches!(seen, Err(ServiceError::Forbidden)), "{seen:?}");
    let stranger = bed.stranger().await;
    let seen = candidates::deleted_ids(&bed.s, &stranger, interview, "", None).await;
    assert!(matches!(seen, Err(ServiceError::NotFound)), "{seen:?}");
}

async fn a_search_names_whom_it_would_name_among_the_others(bed: TestBed) {
    let interview = bed.interview(1, |_| {}).await;
    let mut ids = Vec::new();
    for name in ["Zoë Novák", "Zoe Brown", "Ana 100% Lima", "Ana Lima"] {
        ids.push(bed.candidate(interview, name, None).await.id);
    }
    // Not deleted: found by nothing here.
    bed.candidate(interview, "Zoe Present", None).await;
    candidates::delete(&bed.s, &bed.owner, &ids).await.unwrap();
    for (q, n) in [("zoe", 2), ("ZOË nov", 1), ("0%", 1), ("nobody", 0), ("  ", 4)] {
        let found = bin(&bed, interview, q, 200).await;
        assert_eq!((found.rows.len(), found.total), (n, n as u64), "{q:?}");
        // Acts are of all who were deleted, not of those who were found.
        assert_eq!(found.together.len(), usize::from(q.trim().is_empty()), "{q:?}");
        let ids = candidates::deleted_ids(&bed.s, &bed.owner, interview, q, None).await;
        assert_eq!(ids.unwrap().len(), n, "{q:?}");
    }
    let few = bin(&bed, interview, "zoe", 1).await;
    assert_eq!((few.rows.len(), few.total), (1, 2), "all are counted, shown or not");
    let long = candidates::deleted(&bed.s, &bed.owner, interview, &"x".repeat(201), 200).await;
    assert!(matches!(long, Err(ServiceError::Invalid(_))), "{long:?}");
}

async fn a_delete_answers_whom_it_deleted(bed: TestBed) {
    let interview = bed.interview(1, |_| {}).await;
    let people = crowd(&bed, interview, "Person", 4).await;
    // A colleague was faster with one of them.
    candidates::delete(&bed.s, &bed.member(Role::Member), &people[1..2])
        .await
        .unwrap();
    let mut gone = candidates::delete(&bed.s, &bed.owner, &people).await.unwrap();
    gone.sort();
    assert_eq!(gone, [people[0], people[2], people[3]]);
    assert_eq!(candidates::delete(&bed.s, &bed.owner, &people).await.unwrap(), []);
    // Undone is what was done: the colleague's stays deleted.
    assert_eq!(candidates::restore(&bed.s, &bed.owner, &gone).await.unwrap(), 3);
    let left = bin(&bed, interview, "", 200).await;
    assert_eq!((left.total, left.rows[0].id), (1, people[1]));
}

async fn two_who_delete_the_same_at_once_are_not_both_told_so(bed: TestBed) {
    let interview = bed.interview(1, |_| {}).await;
    let people = crowd(&bed, interview, "Person", 150).await;
    let backwards: Vec<_> = people.iter().rev().copied().collect();
    let (one, other) = tokio::join!(
        candidates::delete(&bed.s, &bed.owner, &people),
        candidates::delete(&bed.s, &bed.owner, &backwards),
    );
    let mut all = one.unwrap();
    all.extend(other.unwrap());
    all.sort();
    let mut wanted = people;
    wanted.sort();
    assert_eq!(all, wanted);
}
