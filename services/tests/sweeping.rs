//! What the sweeper ends, and by which settings: interviews that were archived while nobody was left to finish it, and how
//! long a session waits for its candidate.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops where something is not as it should be"
)]

mod common;

use common::{START, TestBed, token};
use parley_domain::{
    candidate::Candidate,
    id::{InterviewId, SessionId},
    interview::InterviewState,
    session::{Awaiting, EndReason, Status},
    time::{DAY, MINUTE, SECOND},
};
use parley_services::{
    ai::{Ai, AiConfig, Pace},
    conversation::{self, StartInput, preview},
    entity::{interview, session},
    interviews, sessions,
};
use parley_testing::{ScriptedModel, Step};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, sea_query::Expr};
use serde_json::json;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

on_both_databases!(
    what_archiving_left_is_ended_by_the_sweeper,
    archiving_goes_on_when_its_caller_is_gone,
    a_session_waits_as_long_as_it_was_told_at_its_start,
    an_index_leads_to_what_is_swept,
    nobody_waits_for_a_slow_model,
);

fn consent() -> StartInput {
    StartInput {
        consent: true,
        language: "en".into(),
        ..Default::default()
    }
}

async fn inside(bed: &TestBed, interview: InterviewId, name: &str) -> Candidate {
    let candidate = bed.candidate(interview, name, None).await;
    conversation::start(&bed.s, &token(&candidate), consent())
        .await
        .unwrap();
    candidate
}

async fn row(bed: &TestBed, id: SessionId) -> session::Model {
    session::Entity::find_by_id(id.0)
        .one(bed.s.db.read())
        .await
        .unwrap()
        .unwrap()
}

async fn going_on(bed: &TestBed) -> u64 {
    session::Entity::find()
        .filter(session::Column::Status.eq(Status::InProgress.as_str()))
        .count(bed.s.db.read())
        .await
        .unwrap()
}

/// As a process leaves it that dies right after the first of the two steps.
async fn set_state(bed: &TestBed, id: InterviewId, state: InterviewState) {
    interview::Entity::update_many()
        .col_expr(interview::Column::State, Expr::value(state.as_str()))
        .filter(interview::Column::Id.eq(id.0))
        .exec(bed.s.db.read())
        .await
        .unwrap();
}

async fn what_archiving_left_is_ended_by_the_sweeper(bed: TestBed) {
    let (archived, open) = (bed.interview(1, |_| {}).await, bed.interview(1, |_| {}).await);
    let (ana, ben) = (inside(&bed, archived, "Ana").await, inside(&bed, open, "Ben").await);
    let waiting = bed.candidate(archived, "Cleo", None).await;
    set_state(&bed, archived, InterviewState::Archived).await;
    // Takes it whatever the state.
    let shown = preview::create(&bed.s, &bed.owner, archived).await.unwrap();
    let shown = shown.url.rsplit('/').next().unwrap().to_owned();
    conversation::start(&bed.s, &shown, consent()).await.unwrap();

    assert_eq!(sessions::sweep(&bed.s).await.unwrap(), 1);
    assert_eq!(sessions::sweep(&bed.s).await.unwrap(), 0);
    let ended = row(&bed, ana.session.id).await;
    assert_eq!(ended.status, Status::Completed.as_str());
    assert_eq!(ended.end_reason.as_deref(), Some(EndReason::EndedByCreator.as_str()));
    let events = sessions::events(&bed.s, &bed.owner, ana.session.id).await.unwrap();
    assert_eq!(events.iter().filter(|e| e.kind == "completed").count(), 1);
    assert_eq!(row(&bed, ben.session.id).await.status, Status::InProgress.as_str());
    assert_eq!(row(&bed, waiting.session.id).await.status, Status::NotStarted.as_str());
    let taken = conversation::view(&bed.s, &shown).await.unwrap();
    assert_eq!(taken.state, Status::InProgress, "a preview is nobody's");

    // Open again before anybody looked: who is inside stays.
    set_state(&bed, open, InterviewState::Archived).await;
    set_state(&bed, open, InterviewState::Open).await;
    assert_eq!(sessions::sweep(&bed.s).await.unwrap(), 0);
}

async fn archiving_goes_on_when_its_caller_is_gone(bed: TestBed) {
    const INSIDE: u64 = 40;
    let id = bed.interview(1, |_| {}).await;
    for n in 0..INSIDE {
        inside(&bed, id, &format!("Person {n}")).await;
    }
    let first_ended = async {
        while going_on(&bed).await == INSIDE {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    let archiving = interviews::archive(&bed.s, &bed.owner, id);
    // The browser hangs up as soon as the first one is ended.
    tokio::select! {
        _ = archiving => {}
        () = first_ended => {}
    }
    let all_ended = async {
        while going_on(&bed).await > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let ended = tokio::time::timeout(Duration::from_secs(20), all_ended).await;
    assert!(ended.is_ok(), "{} are still inside", going_on(&bed).await);
}

async fn a_session_waits_as_long_as_it_was_told_at_its_start(bed: TestBed) {
    let id = bed.interview(1, |i| i.settings.inactivity_days = 7).await;
    let ana = inside(&bed, id, "Ana").await;
    let shorter = json!({"settings": {"inactivity_days": 1}});
    interviews::patch(&bed.s, &bed.owner, id, &shorter, None).await.unwrap();
    let ben = inside(&bed, id, "Ben").await;
    let longer = json!({"settings": {"inactivity_days": 30}});
    interviews::patch(&bed.s, &bed.owner, id, &longer, None).await.unwrap();

    bed.clock.advance(DAY + MINUTE);
    assert_eq!(sessions::sweep(&bed.s).await.unwrap(), 1, "one day, for Ben alone");
    let closed = row(&bed, ben.session.id).await;
    assert_eq!(closed.end_reason.as_deref(), Some(EndReason::Inactivity.as_str()));
    assert_eq!(closed.completed_at, Some(START + DAY));
    assert_eq!(row(&bed, ana.session.id).await.status, Status::InProgress.as_str());

    bed.clock.advance(6 * DAY - 2 * MINUTE);
    assert_eq!(sessions::sweep(&bed.s).await.unwrap(), 0);
    bed.clock.advance(2 * MINUTE);
    assert_eq!(sessions::sweep(&bed.s).await.unwrap(), 1, "seven days, for Ana");
    let closed = row(&bed, ana.session.id).await;
    assert_eq!(closed.completed_at, Some(START + 7 * DAY));
}

/// SQLite decides without counting first, and once more when it has counted: whatever sessions there are in all, only those
/// that go on are looked through.
async fn an_index_leads_to_what_is_swept(bed: TestBed) {
    if !bed.s.db.is_sqlite() {
        // PostgreSQL decides by the size of the tables; it has the same indexes.
        return;
    }
    let id = bed.interview(1, |_| {}).await;
    for n in 0..20 {
        let one = inside(&bed, id, &format!("Person {n}")).await;
        sessions::end(&bed.s, &bed.owner, one.session.id).await.unwrap();
        for waiting in ["A", "B", "C"] {
            bed.candidate(id, &format!("Waiting {waiting} {n}"), None).await;
        }
    }
    inside(&bed, id, "Ana").await;
    for counted in [false, true] {
        if counted {
            bed.s.db.read().execute_unprepared("ANALYZE").await.unwrap();
        }
        let plans = sessions::sweep_plans(&bed.s).await.unwrap();
        assert_eq!(plans.len(), 4);
        for plan in plans {
            let by_index = ["session_started", "session_deadline"];
            assert!(
                by_index.iter().any(|index| plan.contains(index)) && !plan.contains("SCAN session"),
                "counted: {counted}\n{plan}"
            );
        }
    }
}

/// A model may write for as long as its time for a turn: what the sweeper has to tell of others does not wait for that.
async fn nobody_waits_for_a_slow_model(bed: TestBed) {
    let model = ScriptedModel::start().await;
    model.otherwise(|_| Step::Hang);
    let config = AiConfig {
        url: model.url().to_owned(),
        key: None,
        model: "m".to_owned(),
    };
    let pace = Pace {
        pause: Duration::from_millis(5),
        silence: Duration::from_secs(60),
        turn: Duration::from_secs(60),
    };
    let s = bed.s.clone().with_ai(Ai::paced(Some(config), 8, pace).unwrap());
    let id = bed.interview(2, |_| {}).await;
    let (ana, ben) = (inside(&bed, id, "Ana").await, inside(&bed, id, "Ben").await);
    // As a process leaves it that dies between an answer and the next question.
    session::Entity::update_many()
        .col_expr(session::Column::Awaiting, Expr::value(Awaiting::Interviewer.as_str()))
        .filter(session::Column::Id.eq(ana.session.id.0))
        .exec(bed.s.db.read())
        .await
        .unwrap();
    bed.clock.advance(MINUTE + SECOND);

    let mut changes = s.events.watch();
    let mut loops = JoinSet::new();
    loops.spawn(sessions::run_turns(s.clone(), CancellationToken::new()));
    loops.spawn(sessions::run_sweeper(s.clone(), CancellationToken::new()));
    let told = async { while changes.recv().await.unwrap().candidate != Some(ben.id) {} };
    let told = tokio::time::timeout(Duration::from_secs(20), told).await;
    assert!(told.is_ok(), "nobody heard that somebody went away");
    let asked = async {
        while model.requests().is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let asked = tokio::time::timeout(Duration::from_secs(20), asked).await;
    assert!(asked.is_ok(), "the overdue turn is made beside it");
    loops.shutdown().await;
}
