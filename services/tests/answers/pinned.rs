//! When the questions are pinned, and when not.

use crate::{
    common::{TestBed, token},
    on_both_databases,
    support::{code, consent},
};
use parley_domain::conversation::CandidateErrorCode as Code;
use parley_services::{conversation, interviews};
use serde_json::json;

on_both_databases!(
    what_is_asked_is_what_was_pinned,
    a_start_that_was_taken_back_pins_nothing,
);

/// Looking before the start keeps nothing that a creator may still change; from the start on nothing changes.
async fn what_is_asked_is_what_was_pinned(bed: TestBed) {
    let interview = bed.interview(2, |_| {}).await;
    let c = bed.candidate(interview, "Ana", None).await;
    let t = token(&c);
    conversation::landing(&bed.s, &t).await.unwrap();
    conversation::view(&bed.s, &t).await.unwrap();
    let questions = |text: &str| json!({ "questions": [{ "text": text }, { "text": "And then?" }] });
    interviews::patch(&bed.s, &bed.owner, interview, &questions("Before the start?"), None)
        .await
        .unwrap();
    let view = conversation::start(&bed.s, &t, consent()).await.unwrap();
    assert_eq!(view.question.as_ref().unwrap().text, "Before the start?");
    interviews::patch(&bed.s, &bed.owner, interview, &questions("After the start?"), None)
        .await
        .unwrap();
    let seen = conversation::view(&bed.s, &t).await.unwrap();
    assert_eq!(seen.question, view.question);
    let other = bed.candidate(interview, "Ben", None).await;
    let view = conversation::start(&bed.s, &token(&other), consent()).await.unwrap();
    assert_eq!(view.question.as_ref().unwrap().text, "After the start?");
}

async fn a_start_that_was_taken_back_pins_nothing(bed: TestBed) {
    let interview = bed.interview(0, |_| {}).await;
    let c = bed.candidate(interview, "Ana", None).await;
    let t = token(&c);
    assert_eq!(
        code(conversation::start(&bed.s, &t, consent()).await),
        Code::NotOpen,
        "there is nothing to ask"
    );
    let questions = json!({ "questions": [{ "text": "Something after all?" }] });
    interviews::patch(&bed.s, &bed.owner, interview, &questions, None)
        .await
        .unwrap();
    let view = conversation::start(&bed.s, &t, consent()).await.unwrap();
    assert_eq!(view.question.unwrap().text, "Something after all?");
    assert_eq!(view.total, 1);
}
