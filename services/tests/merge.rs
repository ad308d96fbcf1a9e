//! Two entries that are one person: what a merge says that it will do is what it does, and nothing that was done is lost.

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
    candidate::{Candidate, CandidateInput, Source},
    clock::Presence,
    conversation::{CandidateErrorCode as Code, CandidateView},
    duplicate::MergeRefusal,
    id::{CandidateId, InterviewId},
    session::{Decided, RetakeReason, SessionFilter, SessionOrder, Status, Verdict},
};
use parley_services::{
    candidates::{self, OnDuplicate},
    conversation::{self, AnswerInput, StartInput},
    entity,
    error::ServiceError,
    jobs,
    sessions::{self, RetakeInput},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use std::collections::HashMap;

on_both_databases!(
    an_unused_invitation_gives_way_to_what_was_done,
    attempts_of_both_are_numbered_by_their_start,
    nobody_who_is_inside_is_thrown_out,
    a_plan_that_is_no_longer_true_is_refused,
    values_fill_gaps_and_requests_follow,
    two_people_stay_two,
    who_may_merge_what,
    merges_at_once_merge_once,
    the_current_attempt_carries_what_was_decided_last,
);

async fn add(bed: &TestBed, interview: InterviewId, input: CandidateInput, source: Source) -> Candidate {
    candidates::create(&bed.s, &bed.owner, interview, input, source, OnDuplicate::Add)
        .await
        .unwrap()
}

fn ana() -> CandidateInput {
    CandidateInput {
        name: "Ana".into(),
        email: Some("ana@example.com".into()),
        ..Default::default()
    }
}

/// The same person twice; the second entry is marked as a possible duplicate of the first.
async fn twice(bed: &TestBed) -> (InterviewId, Candidate, Candidate) {
    let interview = bed.interview(1, |_| {}).await;
    let first = add(bed, interview, ana(), Source::Invited).await;
    let second = add(bed, interview, ana(), Source::PublicLink).await;
    assert_eq!(second.possible_duplicate_of, Some(first.id));
    (interview, first, second)
}

async fn start(bed: &TestBed, c: &Candidate) -> CandidateView {
    bed.clock.advance(1_000);
    let input = StartInput {
        consent: true,
        ..Default::default()
    };
    conversation::start(&bed.s, &token(c), input).await.unwrap()
}

async fn complete(bed: &TestBed, c: &Candidate, text: &str) {
    let view = start(bed, c).await;
    let input = AnswerInput {
        client_id: format!("c-{}", text.replace(' ', "-")),
        question: view.question.unwrap().id,
        text: Some(text.to_owned()),
        choices: Vec::new(),
        lease: Some(view.lease),
        presence: Presence::Live,
    };
    conversation::answer(&bed.s, &token(c), input).await.unwrap();
    conversation::finish(&bed.s, &token(c)).await.unwrap();
    jobs::run_due(&bed.s).await.unwrap();
}

async fn retake(bed: &TestBed, id: CandidateId) {
    let input = RetakeInput {
        reason: RetakeReason::Other,
        note: String::new(),
    };
    sessions::retake(&bed.s, &bed.owner, id, input).await.unwrap();
}

/// Attempt, status and what the candidate said, first attempt first. Checks what holds for every candidate on the way.
async fn attempts(bed: &TestBed, id: CandidateId) -> Vec<(i32, Status, Option<String>)> {
    let mut all = sessions::of_candidate(&bed.s, &bed.owner, id).await.unwrap();
    all.reverse();
    assert!(all.iter().rev().skip(1).all(|a| !a.current) && all.last().unwrap().current);
    assert!(all.iter().map(|a| a.attempt).eq(1..=all.len() as i32));
    let mut seen = Vec::new();
    for a in all {
        let turns = sessions::transcript(&bed.s, &bed.owner, a.id).await.unwrap().items;
        let said = turns
            .into_iter()
            .find(|t| t.speaker == parley_domain::conversation::Speaker::Candidate);
        seen.push((a.attempt, a.status, said.map(|t| t.text)));
    }
    seen
}

async fn an_unused_invitation_gives_way_to_what_was_done(bed: TestBed) {
    let (interview, invited, walked_in) = twice(&bed).await;
    complete(&bed, &walked_in, "I did it").await;
    let plan = candidates::merge_plan(&bed.s, &bed.owner, invited.id, Some(walked_in.id))
        .await
        .unwrap();
    assert_eq!(plan.refused, None);
    assert_eq!(plan.dropped, [invited.session.id]);
    let kept = candidates::merge(&bed.s, &bed.owner, invited.id, walked_in.id, Some(&plan.mark))
        .await
        .unwrap();
    assert_eq!(kept.id, invited.id);
    assert_eq!(kept.invite_url, invited.invite_url);
    assert_eq!(
        attempts(&bed, kept.id).await,
        [(1, Status::Completed, Some("I did it".to_owned()))]
    );
    // One row, with the score of what was done; the other entry and its link are gone.
    let all = SessionFilter::default();
    let page = sessions::list(
        &bed.s,
        &bed.owner,
        Some(interview),
        &all,
        SessionOrder::default(),
        &Default::default(),
    )
    .await
    .unwrap();
    assert_eq!(page.rows.len(), 1);
    assert_eq!(page.rows[0].source, Source::Invited);
    assert!(page.rows[0].score.is_some() && !page.rows[0].possible_duplicate);
    let counts = sessions::counts(&bed.s, &bed.owner, Some(interview), &all)
        .await
        .unwrap();
    assert_eq!((counts.all, counts.completed), (1, 1));
    let gone = candidates::get(&bed.s, &bed.owner, walked_in.id).await;
    assert!(matches!(gone, Err(ServiceError::NotFound)));
    let refused = conversation::view(&bed.s, &token(&walked_in)).await.unwrap_err();
    assert_eq!(refused.error, Code::UnknownLink);
    let view = conversation::view(&bed.s, &token(&invited)).await.unwrap();
    assert_eq!(view.state, Status::Completed);
    let told = sessions::events(&bed.s, &bed.owner, walked_in.session.id)
        .await
        .unwrap();
    assert!(told.iter().any(|e| e.kind == "merged"));
}

async fn attempts_of_both_are_numbered_by_their_start(bed: TestBed) {
    let (_, first, second) = twice(&bed).await;
    complete(&bed, &first, "one").await;
    complete(&bed, &second, "two").await;
    retake(&bed, first.id).await;
    complete(&bed, &first, "three").await;
    retake(&bed, second.id).await;
    sessions::mark_counts(&bed.s, &bed.owner, second.session.id)
        .await
        .unwrap();
    sessions::decide(&bed.s, &bed.owner, second.session.id, Verdict::Advance, "")
        .await
        .unwrap();
    candidates::merge(&bed.s, &bed.owner, first.id, second.id, None)
        .await
        .unwrap();
    let current = entity::session::Entity::find().filter(entity::session::Column::IsCurrent.eq(true));
    let current = current.one(bed.s.db.read()).await.unwrap().unwrap();
    assert_eq!(
        current.verdict.as_deref(),
        Some("advance"),
        "the decision goes with the person"
    );
    let said = |n: i32, text: &str| (n, Status::Completed, Some(text.to_owned()));
    assert_eq!(
        attempts(&bed, first.id).await,
        [
            said(1, "one"),
            said(2, "two"),
            said(3, "three"),
            (4, Status::NotStarted, None)
        ]
    );
    let all = sessions::of_candidate(&bed.s, &bed.owner, first.id).await.unwrap();
    let marked: Vec<_> = all.iter().filter(|a| a.counts).map(|a| a.attempt).collect();
    assert_eq!(marked, [2], "the mark goes with its attempt");
    // The person goes on with the attempt that was granted, on the link that is kept.
    complete(&bed, &first, "four").await;
    assert_eq!(attempts(&bed, first.id).await[3], said(4, "four"));
}

async fn nobody_who_is_inside_is_thrown_out(bed: TestBed) {
    let (_, first, second) = twice(&bed).await;
    complete(&bed, &first, "one").await;
    let view = start(&bed, &second).await;
    let plan = candidates::merge_plan(&bed.s, &bed.owner, first.id, Some(second.id))
        .await
        .unwrap();
    assert_eq!(plan.refused, Some(MergeRefusal::InProgress));
    let refused = candidates::merge(&bed.s, &bed.owner, first.id, second.id, None).await;
    assert!(matches!(
        refused,
        Err(ServiceError::Conflict {
            code: "in_progress",
            ..
        })
    ));
    // The other way round: they go on, and what was done before stands before it.
    candidates::merge(&bed.s, &bed.owner, second.id, first.id, None)
        .await
        .unwrap();
    let input = AnswerInput {
        client_id: "after".into(),
        question: view.question.unwrap().id,
        text: Some("two".into()),
        choices: Vec::new(),
        lease: Some(view.lease),
        presence: Presence::Live,
    };
    conversation::answer(&bed.s, &token(&second), input).await.unwrap();
    assert_eq!(
        attempts(&bed, second.id).await,
        [
            (1, Status::Completed, Some("one".to_owned())),
            (2, Status::InProgress, Some("two".to_owned()))
        ]
    );
}

async fn a_plan_that_is_no_longer_true_is_refused(bed: TestBed) {
    let (_, first, second) = twice(&bed).await;
    let plan = candidates::merge_plan(&bed.s, &bed.owner, first.id, Some(second.id))
        .await
        .unwrap();
    complete(&bed, &second, "meanwhile").await;
    let refused = candidates::merge(&bed.s, &bed.owner, first.id, second.id, Some(&plan.mark)).await;
    assert!(matches!(refused, Err(ServiceError::Conflict { code: "changed", .. })));
    assert!(
        candidates::get(&bed.s, &bed.owner, second.id).await.is_ok(),
        "nothing was merged"
    );
}

async fn values_fill_gaps_and_requests_follow(bed: TestBed) {
    let interview = bed.interview(1, |_| {}).await;
    let mut input = ana();
    input.phone = Some("12345".into());
    let first = add(&bed, interview, input, Source::Invited).await;
    let mut input = ana();
    input.name = "Ana Lima".into();
    input.phone = Some("67890".into());
    input.school = Some("MIT".into());
    let second = add(&bed, interview, input, Source::PublicLink).await;
    let third = add(&bed, interview, ana(), Source::PublicLink).await;
    entity::candidate::Entity::update_many()
        .col_expr(entity::candidate::Column::PossibleDuplicateOf, second.id.0.into())
        .filter(entity::candidate::Column::Id.eq(third.id.0))
        .exec(bed.s.db.read())
        .await
        .unwrap();
    complete(&bed, &second, "one").await;
    conversation::ask_retake(&bed.s, &token(&second), "I was ill")
        .await
        .unwrap();
    let kept = candidates::merge(&bed.s, &bed.owner, first.id, second.id, None)
        .await
        .unwrap();
    assert_eq!(kept.fields.name, "Ana");
    assert_eq!(kept.fields.phone.as_deref(), Some("12345"));
    assert_eq!(kept.fields.school.as_deref(), Some("MIT"));
    let queue = sessions::requests(&bed.s, &bed.owner, interview).await.unwrap();
    assert_eq!(queue.len(), 1);
    assert_eq!(queue[0].candidate_id, first.id);
    let third = candidates::get(&bed.s, &bed.owner, third.id).await.unwrap();
    assert_eq!(
        third.possible_duplicate_of,
        Some(first.id),
        "who pointed at the one that went"
    );
    sessions::grant(&bed.s, &bed.owner, queue[0].id).await.unwrap();
    assert_eq!(attempts(&bed, first.id).await.len(), 2);
    // The search finds what was taken over.
    let filter = SessionFilter {
        q: Some("mit".into()),
        ..Default::default()
    };
    let found = sessions::counts(&bed.s, &bed.owner, Some(interview), &filter)
        .await
        .unwrap();
    assert_eq!(found.all, 1);
}

async fn two_people_stay_two(bed: TestBed) {
    let (_, first, second) = twice(&bed).await;
    let plan = candidates::merge_plan(&bed.s, &bed.owner, second.id, None)
        .await
        .unwrap();
    assert_eq!(plan.gone.candidate_id, first.id, "the one that it may be a second time");
    let seen = candidates::not_duplicate(&bed.s, &bed.owner, second.id).await.unwrap();
    assert_eq!(seen.possible_duplicate_of, None);
    let plan = candidates::merge_plan(&bed.s, &bed.owner, second.id, None).await;
    assert!(matches!(plan, Err(ServiceError::Conflict { code: "no_twin", .. })));
    // Once more changes nothing.
    candidates::not_duplicate(&bed.s, &bed.owner, second.id).await.unwrap();
    let told = sessions::events(&bed.s, &bed.owner, second.session.id).await.unwrap();
    assert_eq!(told.iter().filter(|e| e.kind == "not_a_duplicate").count(), 1);
}

async fn who_may_merge_what(bed: TestBed) {
    let (_, first, second) = twice(&bed).await;
    let elsewhere = bed.interview(1, |_| {}).await;
    let other = add(&bed, elsewhere, ana(), Source::Invited).await;
    let viewer = bed.member(Role::Viewer);
    assert!(matches!(
        candidates::merge_plan(&bed.s, &viewer, first.id, Some(second.id)).await,
        Err(ServiceError::Forbidden)
    ));
    let stranger = bed.stranger().await;
    assert!(matches!(
        candidates::merge(&bed.s, &stranger, first.id, second.id, None).await,
        Err(ServiceError::NotFound)
    ));
    for (gone, code) in [(other.id, "other_interview"), (first.id, "same")] {
        match candidates::merge(&bed.s, &bed.owner, first.id, gone, None).await {
            Err(ServiceError::Conflict { code: found, .. }) => assert_eq!(found, code),
            result => panic!("{code}: {result:?}"),
        }
    }
    candidates::delete(&bed.s, &bed.owner, &[second.id]).await.unwrap();
    assert!(matches!(
        candidates::merge(&bed.s, &bed.owner, first.id, second.id, None).await,
        Err(ServiceError::NotFound)
    ));
}

async fn merges_at_once_merge_once(bed: TestBed) {
    let (_, first, second) = twice(&bed).await;
    complete(&bed, &first, "one").await;
    complete(&bed, &second, "two").await;
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..6 {
        let (s, owner) = (bed.s.clone(), bed.owner);
        let (keep, gone) = if n % 2 == 0 {
            (first.id, second.id)
        } else {
            (second.id, first.id)
        };
        tasks.spawn(async move { candidates::merge(&s, &owner, keep, gone, None).await });
    }
    let results = tasks.join_all().await;
    let done: Vec<_> = results.iter().filter_map(|r| r.as_ref().ok()).collect();
    assert_eq!(done.len(), 1);
    let late = results.iter().filter_map(|r| r.as_ref().err());
    assert!(late.into_iter().all(|e| matches!(e, ServiceError::NotFound)));
    assert_eq!(attempts(&bed, done[0].id).await.len(), 2);
}

/// Decisions, retakes, merges and deletions in any order: what lists go by is what the decisions themselves say.
async fn the_current_attempt_carries_what_was_decided_last(bed: TestBed) {
    let interview = bed.interview(1, |_| {}).await;
    let mut people = Vec::new();
    for n in 0..6 {
        let input = CandidateInput {
            name: format!("Person {n}"),
            ..Default::default()
        };
        people.push(add(&bed, interview, input, Source::Invited).await);
    }
    let mut state = 5_u64;
    let mut lot = |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let mut merged = 0;
    for _ in 0..60 {
        bed.clock.advance(1_000);
        let one = people[lot(people.len())].clone();
        match lot(8) {
            0..4 => {
                let all = sessions::of_candidate(&bed.s, &bed.owner, one.id).await.unwrap();
                let (of, verdict) = (all[lot(all.len())].id, Verdict::ALL[lot(3)]);
                sessions::decide(&bed.s, &bed.owner, of, verdict, "").await.unwrap();
            }
            4 | 5 => {
                let now = candidates::get(&bed.s, &bed.owner, one.id).await.unwrap().session;
                if now.status == Status::NotStarted {
                    start(&bed, &one).await;
                    sessions::end(&bed.s, &bed.owner, now.id).await.unwrap();
                }
                retake(&bed, one.id).await;
            }
            6 => {
                let other = people[lot(people.len())].clone();
                if people.len() > 2 && other.id != one.id {
                    match candidates::merge(&bed.s, &bed.owner, one.id, other.id, None).await {
                        Ok(_) => people.retain(|p| p.id != other.id),
                        Err(ServiceError::Conflict { .. }) => continue,
                        Err(error) => panic!("{error:?}"),
                    }
                    merged += 1;
                }
            }
            _ => {
                candidates::delete(&bed.s, &bed.owner, &[one.id]).await.unwrap();
                candidates::restore(&bed.s, &bed.owner, &[one.id]).await.unwrap();
            }
        }
        carried(&bed, interview).await;
    }
    assert!(merged > 0, "nobody was merged");
}

async fn carried(bed: &TestBed, interview: InterviewId) {
    let conn = bed.s.db.read();
    let rows = entity::session::Entity::find().all(conn).await.unwrap();
    let mut decisions = entity::decision::Entity::find().all(conn).await.unwrap();
    decisions.sort_by_key(|d| (d.created_at, d.id));
    let mut expected: HashMap<Option<String>, i64> = HashMap::new();
    for row in rows.iter().filter(|row| row.is_current) {
        let is_theirs = |id| rows.iter().any(|r| r.id == id && r.candidate_id == row.candidate_id);
        let newest = decisions.iter().rev().find(|d| is_theirs(d.session_id));
        let newest = newest.map(|d| d.verdict.clone());
        assert_eq!(row.verdict, newest);
        *expected.entry(newest).or_default() += 1;
    }
    for decision in Decided::ALL {
        let filter = SessionFilter {
            decision: Some(decision),
            ..Default::default()
        };
        let counts = sessions::counts(&bed.s, &bed.owner, Some(interview), &filter)
            .await
            .unwrap();
        let word = decision.verdict().map(|verdict| verdict.as_str().to_owned());
        assert_eq!(counts.all, expected.remove(&word).unwrap_or(0), "{decision:?}");
    }
    assert!(expected.is_empty());
}
