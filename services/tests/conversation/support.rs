//! What a candidate sends, and what is stored of it.

use crate::common::TestBed;
use parley_domain::{
    candidate::Candidate,
    clock::Presence,
    conversation::{CandidateError, CandidateErrorCode as Code, CandidateView},
    id::PromptId,
};
use parley_services::{
    candidates,
    conversation::{AnswerInput, StartInput},
    entity,
};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

pub fn consent() -> StartInput {
    StartInput {
        consent: true,
        language: "en".into(),
        ..Default::default()
    }
}

pub fn says(client: &str, view: &CandidateView, text: &str) -> AnswerInput {
    AnswerInput {
        client_id: client.into(),
        question: view.question.as_ref().map_or(PromptId::NIL, |q| q.id),
        text: Some(text.into()),
        choices: Vec::new(),
        lease: Some(view.lease),
        presence: Presence::Live,
    }
}

pub async fn session_of(bed: &TestBed, c: &Candidate) -> parley_domain::session::Session {
    candidates::get(&bed.s, &bed.owner, c.id).await.unwrap().session
}

pub async fn turn_count(bed: &TestBed, c: &Candidate) -> u64 {
    let session = session_of(bed, c).await;
    entity::turn::Entity::find()
        .filter(entity::turn::Column::SessionId.eq(session.id.0))
        .count(bed.s.db.read())
        .await
        .unwrap()
}

pub fn code(result: Result<CandidateView, CandidateError>) -> Code {
    result.expect_err("a refusal").error
}
