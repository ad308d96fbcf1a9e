//! What a deleted candidate said is sent to no model, by nobody and for nothing, until they are restored; then what was left
//! undone is made.

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
    session::{AnalysisState, Awaiting, EndReason, Status},
    time::{DAY, MINUTE},
};
use parley_services::{
    Services,
    ai::{Ai, AiConfig},
    analysis, candidates,
    conversation::{self, AnswerInput, StartInput},
    entity::{self, session},
    jobs, sessions,
};
use parley_testing::{ScriptedModel, Step};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use serde_json::{Value, json};

on_both_databases!(
    an_analysis_that_waits_is_not_made_until_they_are_back,
    all_at_once_does_not_wait_for_who_is_deleted,
    undoing_at_once_costs_one_call,
    who_is_restored_under_the_eyes_of_a_worker_is_analysed_too,
    what_the_sweeper_closes_is_sent_to_nobody,
    no_turn_is_written_to_who_is_deleted,
);

fn with(bed: &TestBed, model: &ScriptedModel) -> Services {
    let config = AiConfig {
        url: model.url().to_owned(),
        key: None,
        model: "m".to_owned(),
    };
    bed.s.clone().with_ai(Ai::new(Some(config), 8).unwrap())
}

/// A model that gives every answer a seven, with its first words as the quote.
async fn judge() -> ScriptedModel {
    let model = ScriptedModel::start().await;
    model.otherwise(|request| Step::json(&judged(request)));
    model
}

fn judged(request: &Value) -> Value {
    let text = request["messages"][1]["content"].as_str().unwrap();
    let document: Value = serde_json::from_str(text.split_once("\n\n").unwrap().1).unwrap();
    let mut questions = Vec::new();
    for q in document["questions"].as_array().into_iter().flatten() {
        let talk = q["talk"].as_array().unwrap();
        let Some(said) = talk.iter().find(|t| t["speaker"] == "candidate") else {
            continue;
        };
        let words: Vec<_> = said["text"].as_str().unwrap().split_whitespace().take(4).collect();
        let quote = json!({"turn": said["turn"], "text": words.join(" ")});
        questions
            .push(json!({"about": q["ref"], "score": 7, "confidence": "high", "note": "Said so.", "quotes": [quote]}));
    }
    json!({"summary": "It was answered.", "strengths": [], "concerns": [], "criteria": [], "questions": questions})
}

/// A candidate who answered one question of two. No model took part so far.
async fn inside(bed: &TestBed) -> Candidate {
    let interview = bed.interview(2, |i| i.settings.inactivity_days = 1).await;
    let ana = bed.candidate(interview, "Ana Lima", Some("ana@example.org")).await;
    let start = StartInput {
        consent: true,
        language: "en".into(),
        ..Default::default()
    };
    let view = conversation::start(&bed.s, &token(&ana), start).await.unwrap();
    let answer = AnswerInput {
        client_id: "c".into(),
        question: view.question.unwrap().id,
        text: Some("We measured first and then changed it.".into()),
        choices: Vec::new(),
        lease: None,
        presence: Presence::Live,
    };
    conversation::answer(&bed.s, &token(&ana), answer).await.unwrap();
    ana
}

async fn row(bed: &TestBed, id: SessionId) -> session::Model {
    session::Entity::find_by_id(id.0)
        .one(bed.s.db.read())
        .await
        .unwrap()
        .unwrap()
}

/// The runs, oldest first.
async fn runs(s: &Services, bed: &TestBed, id: SessionId) -> Vec<(Engine, AnalysisState)> {
    let mut runs = analysis::history(s, &bed.owner, id).await.unwrap();
    runs.reverse();
    runs.into_iter().map(|run| (run.engine, run.state)).collect()
}

const BOTH_READY: [(Engine, AnalysisState); 2] = [
    (Engine::BuiltIn, AnalysisState::Ready),
    (Engine::Ai, AnalysisState::Ready),
];

async fn an_analysis_that_waits_is_not_made_until_they_are_back(bed: TestBed) {
    let model = judge().await;
    let s = with(&bed, &model);
    let ana = inside(&bed).await;
    conversation::finish(&s, &token(&ana)).await.unwrap();
    candidates::delete(&s, &bed.owner, &[ana.id]).await.unwrap();
    jobs::run_due(&s).await.unwrap();
    bed.clock.advance(DAY);
    jobs::run_due(&s).await.unwrap();
    assert_eq!(model.requests().len(), 0, "sent although they are deleted");

    candidates::restore(&s, &bed.owner, &[ana.id]).await.unwrap();
    jobs::run_due(&s).await.unwrap();
    assert_eq!(model.requests().len(), 1);
    assert_eq!(runs(&s, &bed, ana.session.id).await, BOTH_READY);
    // There and back once more: nothing is left to be made.
    candidates::delete(&s, &bed.owner, &[ana.id]).await.unwrap();
    candidates::restore(&s, &bed.owner, &[ana.id]).await.unwrap();
    assert_eq!(jobs::run_due(&s).await.unwrap(), 0);
}

async fn all_at_once_does_not_wait_for_who_is_deleted(bed: TestBed) {
    let ana = inside(&bed).await;
    conversation::finish(&bed.s, &token(&ana)).await.unwrap();
    jobs::run_due(&bed.s).await.unwrap();
    let interview = ana.interview_id;
    analysis::start_batch(&bed.s, &bed.owner, interview, Some(Engine::BuiltIn))
        .await
        .unwrap();
    jobs::run_due(&bed.s).await.unwrap();
    // As it is while a model is still to be asked.
    entity::analysis::Entity::update_many()
        .col_expr(
            entity::analysis::Column::State,
            Expr::value(AnalysisState::Queued.as_str()),
        )
        .filter(entity::analysis::Column::BatchId.is_not_null())
        .exec(bed.s.db.read())
        .await
        .unwrap();
    let seen = async || analysis::current_batch(&bed.s, &bed.owner, interview).await.unwrap();
    let waits = seen().await;
    assert!(waits.is_busy());
    assert_eq!((waits.total, waits.queued, waits.ready), (1, 1, 0));
    candidates::delete(&bed.s, &bed.owner, &[ana.id]).await.unwrap();
    let left = seen().await;
    assert!(!left.is_busy(), "their analysis is not made");
    assert_eq!((left.total, left.queued, left.ready), (0, 0, 0));
}

async fn undoing_at_once_costs_one_call(bed: TestBed) {
    let model = judge().await;
    let s = with(&bed, &model);
    let ana = inside(&bed).await;
    conversation::finish(&s, &token(&ana)).await.unwrap();
    candidates::delete(&s, &bed.owner, &[ana.id]).await.unwrap();
    candidates::restore(&s, &bed.owner, &[ana.id]).await.unwrap();
    assert_eq!(jobs::run_due(&s).await.unwrap(), 2, "what was queued is queued once");
    assert_eq!(model.requests().len(), 1);
    assert_eq!(runs(&s, &bed, ana.session.id).await, BOTH_READY);
}

async fn who_is_restored_under_the_eyes_of_a_worker_is_analysed_too(bed: TestBed) {
    let model = judge().await;
    let s = with(&bed, &model);
    let ana = inside(&bed).await;
    conversation::finish(&s, &token(&ana)).await.unwrap();
    candidates::delete(&s, &bed.owner, &[ana.id]).await.unwrap();
    // Two workers have found them deleted, and are about to take their jobs off.
    let mut held = Vec::new();
    while let Some(job) = jobs::claim(&s).await.unwrap() {
        held.push(job);
    }
    assert_eq!(held.len(), 2);
    candidates::restore(&s, &bed.owner, &[ana.id]).await.unwrap();
    for job in held {
        jobs::finish(&s, &job, Ok(())).await.unwrap();
    }
    jobs::run_due(&s).await.unwrap();
    assert_eq!(model.requests().len(), 1);
    assert_eq!(runs(&s, &bed, ana.session.id).await, BOTH_READY);
}

async fn what_the_sweeper_closes_is_sent_to_nobody(bed: TestBed) {
    let model = judge().await;
    let s = with(&bed, &model);
    let ana = inside(&bed).await;
    candidates::delete(&s, &bed.owner, &[ana.id]).await.unwrap();
    bed.clock.advance(DAY + MINUTE);
    assert_eq!(sessions::sweep(&s).await.unwrap(), 1, "it ends as any other does");
    let closed = row(&bed, ana.session.id).await;
    assert_eq!(closed.status, Status::Completed.as_str());
    assert_eq!(closed.end_reason.as_deref(), Some(EndReason::Inactivity.as_str()));
    jobs::run_due(&s).await.unwrap();
    assert_eq!(model.requests().len(), 0, "sent although they are deleted");

    candidates::restore(&s, &bed.owner, &[ana.id]).await.unwrap();
    jobs::run_due(&s).await.unwrap();
    assert_eq!(model.requests().len(), 1);
    assert_eq!(runs(&s, &bed, ana.session.id).await, BOTH_READY);
}

async fn no_turn_is_written_to_who_is_deleted(bed: TestBed) {
    let model = ScriptedModel::start().await;
    model.otherwise(|_| Step::json(&json!({"action": "next", "text": "Thank you."})));
    let s = with(&bed, &model);
    let ana = inside(&bed).await;
    // As a process leaves it that died between an answer and the turn after it.
    session::Entity::update_many()
        .col_expr(session::Column::Awaiting, Expr::value(Awaiting::Interviewer.as_str()))
        .filter(session::Column::Id.eq(ana.session.id.0))
        .exec(bed.s.db.read())
        .await
        .unwrap();
    candidates::delete(&s, &bed.owner, &[ana.id]).await.unwrap();
    bed.clock.advance(MINUTE);
    sessions::sweep(&s).await.unwrap();
    conversation::advance(&s, ana.session.id).await.unwrap();
    assert_eq!(model.requests().len(), 0, "sent although they are deleted");
    let before = row(&bed, ana.session.id).await.turns;

    candidates::restore(&s, &bed.owner, &[ana.id]).await.unwrap();
    sessions::sweep(&s).await.unwrap();
    assert!(!model.requests().is_empty());
    let after = row(&bed, ana.session.id).await;
    assert_eq!(after.turns, before + 1);
    assert_ne!(after.awaiting.as_deref(), Some(Awaiting::Interviewer.as_str()));
}
