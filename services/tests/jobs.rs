//! The durable queue and the analyses that it makes.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops where something is not as it should be"
)]

mod common;

use common::{TestBed, token};
use parley_domain::{
    analysis::Engine,
    candidate::Candidate,
    clock::Presence,
    id::SessionId,
    session::{AnalysisState, Status},
    time::{DAY, SECOND},
};
use parley_services::{
    analysis,
    conversation::{self, AnswerInput, StartInput},
    db::Priority,
    entity,
    error::ServiceError,
    jobs::{self, Kind},
    sessions,
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait,
    QueryFilter,
};
use serde_json::json;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

on_both_databases!(
    a_job_exists_exactly_if_its_transaction_does,
    the_same_key_waits_once,
    many_workers_never_get_the_same_job,
    a_dead_workers_job_is_done_by_another,
    a_job_that_keeps_dying_is_given_up,
    a_run_whose_workers_died_fails_and_can_be_made_again,
    a_late_worker_cannot_settle_what_another_has,
    failures_wait_longer_each_time,
    jobs_that_are_over_are_forgotten_after_a_week,
    a_failed_step_of_a_sweep_skips_no_other,
    queueing_rings_the_bell,
    the_worker_does_what_is_queued_and_stops,
    a_completed_session_is_analysed,
    nothing_answered_is_ready_at_once,
    running_again_keeps_the_history,
    analyses_are_for_those_who_may,
);

async fn enqueue(bed: &TestBed, dedupe: Option<&str>) {
    let tx = bed.s.db.write(Priority::Person).await.unwrap();
    let payload = json!({ "analysis": uuid::Uuid::nil() });
    let key = dedupe.map(str::to_owned);
    jobs::enqueue(&*tx, &bed.s, bed.workspace, Kind::Analysis, payload, key)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

async fn in_state(bed: &TestBed, state: &str) -> u64 {
    entity::job::Entity::find()
        .filter(entity::job::Column::State.eq(state))
        .count(bed.s.db.read())
        .await
        .unwrap()
}

async fn a_job_exists_exactly_if_its_transaction_does(bed: TestBed) {
    let tx = bed.s.db.write(Priority::Person).await.unwrap();
    jobs::enqueue(&*tx, &bed.s, bed.workspace, Kind::Analysis, json!({}), None)
        .await
        .unwrap();
    drop(tx);
    assert_eq!(jobs::claim(&bed.s).await.unwrap(), None);
    enqueue(&bed, None).await;
    let held = jobs::claim(&bed.s).await.unwrap().unwrap();
    assert_eq!((held.kind, held.attempt), (Kind::Analysis, 1));
    assert_eq!(jobs::claim(&bed.s).await.unwrap(), None);
}

async fn the_same_key_waits_once(bed: TestBed) {
    enqueue(&bed, Some("a")).await;
    bed.clock.advance(1);
    enqueue(&bed, Some("a")).await;
    enqueue(&bed, Some("b")).await;
    enqueue(&bed, None).await;
    enqueue(&bed, None).await;
    assert_eq!(in_state(&bed, "queued").await, 4);
    let held = jobs::claim(&bed.s).await.unwrap().unwrap();
    enqueue(&bed, Some("a")).await;
    assert_eq!(in_state(&bed, "queued").await, 3, "running counts too");
    jobs::finish(&bed.s, &held, Ok(())).await.unwrap();
    enqueue(&bed, Some("a")).await;
    assert_eq!(in_state(&bed, "queued").await, 4, "done does not");
}

async fn many_workers_never_get_the_same_job(bed: TestBed) {
    for _ in 0..20 {
        enqueue(&bed, None).await;
    }
    let claims = (0..30).map(|_| {
        let s = bed.s.clone();
        tokio::spawn(async move { jobs::claim(&s).await.unwrap() })
    });
    let mut got = Vec::new();
    for claim in claims.collect::<Vec<_>>() {
        got.extend(claim.await.unwrap().map(|held| held.id));
    }
    // PostgreSQL may answer a claimer with nothing while others hold the rows it looked at; what is left is claimed now.
    while let Some(held) = jobs::claim(&bed.s).await.unwrap() {
        got.push(held.id);
    }
    got.sort();
    assert_eq!(got.len(), 20);
    got.dedup();
    assert_eq!(got.len(), 20, "a job was claimed twice");
}

async fn a_dead_workers_job_is_done_by_another(bed: TestBed) {
    enqueue(&bed, None).await;
    let dead = jobs::claim(&bed.s).await.unwrap().unwrap();
    bed.clock.advance(jobs::LEASE - 1);
    jobs::requeue_lapsed(&bed.s).await.unwrap();
    assert_eq!(jobs::claim(&bed.s).await.unwrap(), None, "its lease still runs");
    bed.clock.advance(1);
    assert_eq!(jobs::requeue_lapsed(&bed.s).await.unwrap(), []);
    let heir = jobs::claim(&bed.s).await.unwrap().unwrap();
    assert_eq!((heir.id, heir.attempt), (dead.id, 2));
    assert_eq!(jobs::run_due(&bed.s).await.unwrap(), 0);
}

async fn a_job_that_keeps_dying_is_given_up(bed: TestBed) {
    enqueue(&bed, None).await;
    for attempt in 1..=jobs::TRIES_MAX {
        let held = jobs::claim(&bed.s).await.unwrap().unwrap();
        assert_eq!(held.attempt, attempt);
        bed.clock.advance(jobs::LEASE);
        let over = jobs::requeue_lapsed(&bed.s).await.unwrap();
        assert_eq!(over.len(), usize::from(attempt == jobs::TRIES_MAX));
    }
    assert_eq!(jobs::claim(&bed.s).await.unwrap(), None);
    assert_eq!(
        in_state(&bed, "failed").await,
        0,
        "whoever waits for it is told before it is taken off"
    );
    assert_eq!(jobs::run_due(&bed.s).await.unwrap(), 0);
    assert_eq!(in_state(&bed, "failed").await, 1);
}

/// The process that finds a job without a try left may die too, between finding it and telling whoever waits for it.
async fn a_run_whose_workers_died_fails_and_can_be_made_again(bed: TestBed) {
    let interview = bed.interview(1, |_| {}).await;
    let (_, session) = complete(&bed, interview, &["I know point one and the secret."]).await;
    entity::analysis::Entity::update_many()
        .col_expr(entity::analysis::Column::State, "running".into())
        .exec(bed.s.db.read())
        .await
        .unwrap();
    for _ in 1..=jobs::TRIES_MAX {
        jobs::claim(&bed.s).await.unwrap().unwrap();
        bed.clock.advance(jobs::LEASE);
        jobs::requeue_lapsed(&bed.s).await.unwrap();
    }
    // Nobody was told so far. The next worker, and one more beside it, find the job as it was left.
    assert_eq!(jobs::run_due(&bed.s).await.unwrap(), 0);
    assert_eq!(jobs::run_due(&bed.s).await.unwrap(), 0);
    let failed = analysis::get(&bed.s, &bed.owner, session).await.unwrap();
    assert_eq!((failed.state, failed.run), (AnalysisState::Failed, 1));
    assert!(failed.error.unwrap().contains("The transcript is complete"));
    assert_eq!(in_state(&bed, "failed").await, 1);
    let said = sessions::events(&bed.s, &bed.owner, session).await.unwrap();
    assert_eq!(
        said.iter().filter(|e| e.kind == "analysis_failed").count(),
        1,
        "said once"
    );
    let again = analysis::run_again(&bed.s, &bed.owner, session, None).await.unwrap();
    assert_eq!((again.state, again.run), (AnalysisState::Queued, 2));
    jobs::run_due(&bed.s).await.unwrap();
    let ready = analysis::get(&bed.s, &bed.owner, session).await.unwrap();
    assert_eq!((ready.state, ready.run), (AnalysisState::Ready, 2));
}

async fn a_late_worker_cannot_settle_what_another_has(bed: TestBed) {
    enqueue(&bed, None).await;
    let late = jobs::claim(&bed.s).await.unwrap().unwrap();
    bed.clock.advance(jobs::LEASE);
    jobs::requeue_lapsed(&bed.s).await.unwrap();
    let heir = jobs::claim(&bed.s).await.unwrap().unwrap();
    jobs::finish(&bed.s, &late, Ok(())).await.unwrap();
    assert_eq!((in_state(&bed, "running").await, in_state(&bed, "done").await), (1, 0));
    jobs::finish(&bed.s, &heir, Ok(())).await.unwrap();
    assert_eq!(in_state(&bed, "done").await, 1);
}

async fn failures_wait_longer_each_time(bed: TestBed) {
    enqueue(&bed, None).await;
    for (tries, wait) in [(1, 2), (2, 8), (3, 32), (4, 128)] {
        let held = jobs::claim(&bed.s).await.unwrap().unwrap();
        assert_eq!(held.attempt, tries);
        let trouble = ServiceError::Unavailable("busy".into());
        assert!(!jobs::finish(&bed.s, &held, Err(trouble)).await.unwrap());
        bed.clock.advance(wait * SECOND - 1);
        assert_eq!(
            jobs::claim(&bed.s).await.unwrap(),
            None,
            "try {tries} came back too early"
        );
        bed.clock.advance(wait * SECOND / 2 + 1);
    }
    let last = jobs::claim(&bed.s).await.unwrap().unwrap();
    assert!(
        last.is_last()
            && jobs::finish(&bed.s, &last, Err(ServiceError::Unavailable("busy".into())))
                .await
                .unwrap()
    );
    assert_eq!(in_state(&bed, "failed").await, 1);

    enqueue(&bed, None).await;
    let wrong = jobs::claim(&bed.s).await.unwrap().unwrap();
    assert!(
        jobs::finish(&bed.s, &wrong, Err(ServiceError::NotFound)).await.unwrap(),
        "trying again cannot help"
    );
}

async fn claimed(bed: &TestBed) -> jobs::Claimed {
    jobs::claim(&bed.s).await.unwrap().unwrap()
}

async fn jobs_that_are_over_are_forgotten_after_a_week(bed: TestBed) {
    for _ in 0..4 {
        enqueue(&bed, None).await;
    }
    let [done, failed, _runs, waits] = [
        claimed(&bed).await,
        claimed(&bed).await,
        claimed(&bed).await,
        claimed(&bed).await,
    ];
    jobs::finish(&bed.s, &done, Ok(())).await.unwrap();
    jobs::finish(&bed.s, &failed, Err(ServiceError::NotFound))
        .await
        .unwrap();
    let trouble = ServiceError::Unavailable("busy".into());
    jobs::finish(&bed.s, &waits, Err(trouble)).await.unwrap();
    // One of a later time, before the one that waits can be claimed again.
    bed.clock.advance(SECOND);
    enqueue(&bed, None).await;
    let later = claimed(&bed).await;
    jobs::finish(&bed.s, &later, Ok(())).await.unwrap();
    bed.clock.advance(7 * DAY - SECOND);
    assert_eq!(jobs::purge(&bed.s).await.unwrap(), 0, "a week is not over yet");
    bed.clock.advance(1);
    assert_eq!(jobs::purge(&bed.s).await.unwrap(), 2);
    assert_eq!(
        (in_state(&bed, "done").await, in_state(&bed, "failed").await),
        (1, 0),
        "what was queued later is kept"
    );
    // What waits or runs is never forgotten, however old.
    assert_eq!(
        (in_state(&bed, "queued").await, in_state(&bed, "running").await),
        (1, 1)
    );
}

async fn a_failed_step_of_a_sweep_skips_no_other(bed: TestBed) {
    let workspace = bed.owner.workspace().unwrap();
    // Many at once, some more than one purge takes.
    let tx = bed.s.db.write(Priority::Person).await.unwrap();
    for _ in 0..510 {
        jobs::enqueue(&*tx, &bed.s, workspace, Kind::Analysis, json!({}), None)
            .await
            .unwrap();
    }
    entity::job::Entity::update_many()
        .col_expr(entity::job::Column::State, "done".into())
        .exec(&*tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    bed.clock.advance(8 * DAY);
    let broken = "ALTER TABLE preview RENAME TO preview_away";
    bed.s.db.read().execute_unprepared(broken).await.unwrap();
    assert!(conversation::preview::purge(&bed.s).await.is_err());
    for left in [10, 0] {
        assert_eq!(sessions::sweep(&bed.s).await.unwrap(), 0);
        assert_eq!(in_state(&bed, "done").await, left);
    }
}

/// An idle worker listens for it, so that it need not look again and again.
async fn queueing_rings_the_bell(bed: TestBed) {
    enqueue(&bed, None).await;
    // Kept for whoever listens next.
    let rung = tokio::time::timeout(Duration::from_secs(20), bed.s.jobs.notified()).await;
    assert!(rung.is_ok(), "nobody was woken");
}

async fn the_worker_does_what_is_queued_and_stops(bed: TestBed) {
    let interview = bed.interview(1, |_| {}).await;
    let (_, session) = complete(&bed, interview, &["I know point one and the secret."]).await;
    let stop = CancellationToken::new();
    let worker = tokio::spawn(jobs::run(bed.s.clone(), stop.clone()));
    let ready = async {
        while analysis::get(&bed.s, &bed.owner, session).await.unwrap().state != AnalysisState::Ready {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), ready).await.unwrap();
    analysis::run_again(&bed.s, &bed.owner, session, None).await.unwrap();
    let again = async {
        loop {
            let now = analysis::get(&bed.s, &bed.owner, session).await.unwrap();
            if now.run == 2 && now.state == AnalysisState::Ready {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), again).await.unwrap();
    stop.cancel();
    tokio::time::timeout(Duration::from_secs(5), worker)
        .await
        .unwrap()
        .unwrap();
}

/// A candidate who gave these answers and finished.
async fn complete(
    bed: &TestBed,
    interview: parley_domain::id::InterviewId,
    answers: &[&str],
) -> (Candidate, SessionId) {
    let candidate = bed.candidate(interview, "Ana Lima", Some("ana@example.org")).await;
    let token = token(&candidate);
    let start = StartInput {
        consent: true,
        language: "en".into(),
        ..Default::default()
    };
    let mut view = conversation::start(&bed.s, &token, start).await.unwrap();
    for (n, text) in answers.iter().enumerate() {
        let input = AnswerInput {
            client_id: format!("c{n}"),
            question: view.question.as_ref().unwrap().id,
            text: Some((*text).into()),
            choices: Vec::new(),
            lease: None,
            presence: Presence::Live,
        };
        view = conversation::answer(&bed.s, &token, input).await.unwrap();
    }
    let session = candidate.session.id;
    if answers.is_empty() {
        sessions::end(&bed.s, &bed.owner, session).await.unwrap();
    } else {
        conversation::finish(&bed.s, &token).await.unwrap();
    }
    (candidate, session)
}

async fn a_completed_session_is_analysed(bed: TestBed) {
    let interview = bed
        .interview(2, |i| {
            i.questions[0].expected_points = vec!["Measures first".into(), "Adds an index".into()];
            i.questions[1].expected_points = vec![];
        })
        .await;
    let (_, session) = complete(&bed, interview, &["First I measure. Nothing else.", "No idea."]).await;
    let before = analysis::get(&bed.s, &bed.owner, session).await.unwrap();
    assert_eq!((before.state, before.run), (AnalysisState::Queued, 1));
    assert_eq!(jobs::run_due(&bed.s).await.unwrap(), 1);
    let ready = analysis::get(&bed.s, &bed.owner, session).await.unwrap();
    assert_eq!((ready.state, ready.engine), (AnalysisState::Ready, Engine::BuiltIn));
    assert_eq!(ready.result.overall, Some(5.0));
    assert_eq!((ready.result.answered, ready.result.total), (2, 2));
    assert_eq!(ready.result.questions[0].evidence[0].quote, "First I measure.");
    let row = entity::session::Entity::find_by_id(session.0)
        .one(bed.s.db.read())
        .await
        .unwrap()
        .unwrap();
    assert_eq!((row.score, row.score_key, row.score_attempt), (Some(5.0), 50, Some(1)));

    // Done twice, it has its effect once.
    let job = entity::job::Entity::find().one(bed.s.db.read()).await.unwrap().unwrap();
    let mut again = job.into_active_model();
    again.state = Set("queued".into());
    again.update(bed.s.db.read()).await.unwrap();
    assert_eq!(jobs::run_due(&bed.s).await.unwrap(), 1);
    assert_eq!(analysis::history(&bed.s, &bed.owner, session).await.unwrap(), [ready]);
    let said: Vec<_> = sessions::events(&bed.s, &bed.owner, session).await.unwrap();
    assert_eq!(said.iter().filter(|e| e.kind == "analysis_ready").count(), 1);
}

async fn nothing_answered_is_ready_at_once(bed: TestBed) {
    let interview = bed.interview(3, |_| {}).await;
    let (_, session) = complete(&bed, interview, &[]).await;
    let ready = analysis::get(&bed.s, &bed.owner, session).await.unwrap();
    assert_eq!((ready.state, ready.run), (AnalysisState::Ready, 1));
    assert_eq!(
        (ready.result.overall, ready.result.answered, ready.result.total),
        (None, 0, 3)
    );
    assert_eq!(ready.result.summary, "Nothing was answered.");
    assert_eq!(in_state(&bed, "queued").await, 0);
}

async fn running_again_keeps_the_history(bed: TestBed) {
    let interview = bed
        .interview(1, |i| i.questions[0].expected_points = vec!["coffee".into()])
        .await;
    let (_, session) = complete(&bed, interview, &["I like coffee a lot."]).await;
    let waiting = analysis::run_again(&bed.s, &bed.owner, session, None).await.unwrap();
    assert_eq!(
        (waiting.run, waiting.state),
        (1, AnalysisState::Queued),
        "one run at a time"
    );
    jobs::run_due(&bed.s).await.unwrap();
    let second = analysis::run_again(&bed.s, &bed.owner, session, None).await.unwrap();
    assert_eq!((second.run, second.state), (2, AnalysisState::Queued));
    assert_eq!(
        second.result.overall,
        Some(10.0),
        "what the first said stands until the second is ready"
    );
    let row = sessions::get(&bed.s, &bed.owner, session).await.unwrap();
    assert_eq!((row.score, row.analysis_state), (Some(10.0), AnalysisState::Queued));
    jobs::run_due(&bed.s).await.unwrap();
    let runs: Vec<_> = analysis::history(&bed.s, &bed.owner, session)
        .await
        .unwrap()
        .into_iter()
        .map(|a| (a.run, a.state))
        .collect();
    assert_eq!(runs, [(2, AnalysisState::Ready), (1, AnalysisState::Ready)]);
}

async fn analyses_are_for_those_who_may(bed: TestBed) {
    let interview = bed.interview(1, |_| {}).await;
    let candidate = bed.candidate(interview, "Bo", None).await;
    let session = candidate.session.id;
    let none = analysis::get(&bed.s, &bed.owner, session).await.unwrap();
    assert_eq!((none.state, none.run), (AnalysisState::None, 0));
    assert_eq!(candidate.session.status, Status::NotStarted);
    let refused = analysis::run_again(&bed.s, &bed.owner, session, None)
        .await
        .unwrap_err();
    assert!(
        matches!(
            refused,
            ServiceError::Conflict {
                code: "not_completed",
                ..
            }
        ),
        "{refused}"
    );
    let viewer = bed.member(parley_domain::account::Role::Viewer);
    assert!(analysis::get(&bed.s, &viewer, session).await.is_ok());
    assert!(matches!(
        analysis::run_again(&bed.s, &viewer, session, None).await,
        Err(ServiceError::Forbidden)
    ));
    let stranger = bed.stranger().await;
    assert!(matches!(
        analysis::get(&bed.s, &stranger, session).await,
        Err(ServiceError::NotFound)
    ));
}
