//! The same answer sent again: at once, and after a crash.

use crate::{common::TestBed, on_both_databases, support::Talk};
use parley_domain::conversation::CandidateErrorCode as Code;
use parley_services::{
    ai::{Ai, AiConfig, Pace},
    conversation,
};
use parley_testing::ScriptedModel;
use serde_json::json;
use std::time::Duration;

on_both_databases!(
    fifty_tries_of_one_answer_store_it_once,
    of_many_answers_at_once_one_is_stored_however_often_each_is_tried,
    a_repetition_after_a_crash_gets_the_next_question,
    a_repetition_after_a_crash_gets_the_models_turn_once,
);

async fn fifty_tries_of_one_answer_store_it_once(bed: TestBed) {
    let talk = Talk::start(bed).await;
    let tries: Vec<_> = (0..50)
        .map(|_| {
            let (s, token, input) = (talk.bed.s.clone(), talk.token.clone(), talk.input("one", "My answer"));
            tokio::spawn(async move { conversation::answer(&s, &token, input).await })
        })
        .collect();
    for one in tries {
        let view = one.await.unwrap().unwrap();
        assert_eq!((view.turns.len(), view.asked), (3, 2));
        assert_eq!(view.question.unwrap().text, "Question number 2?");
    }
    assert_eq!(talk.said().await, ["My answer"]);
}

async fn of_many_answers_at_once_one_is_stored_however_often_each_is_tried(bed: TestBed) {
    let talk = Talk::start(bed).await;
    let tries: Vec<_> = (0..50)
        .map(|n| {
            let (s, token) = (talk.bed.s.clone(), talk.token.clone());
            let input = talk.input(&format!("client-{}", n % 10), &format!("answer {}", n % 10));
            tokio::spawn(async move { (n % 10, conversation::answer(&s, &token, input).await) })
        })
        .collect();
    let mut taken = Vec::new();
    for one in tries {
        match one.await.unwrap() {
            (n, Ok(view)) => {
                assert_eq!(view.turns[1].text, format!("answer {n}"));
                taken.push(n);
            }
            (_, Err(refused)) => assert_eq!(refused.error, Code::Stale),
        }
    }
    assert_eq!(talk.said().await, [format!("answer {}", taken[0])]);
    assert_eq!(taken, [taken[0]; 5], "each try of the stored one is told so");
}

async fn a_repetition_after_a_crash_gets_the_next_question(bed: TestBed) {
    let mut talk = Talk::start(bed).await;
    let first = talk.answer("a", "My answer").await.unwrap();
    talk.crash().await;
    let waiting = conversation::view(&talk.bed.s, &talk.token).await.unwrap();
    assert!(waiting.writing && waiting.question.is_none());
    let again = talk.answer("a", "My answer").await.unwrap();
    assert_eq!(again, first);
    assert_eq!(talk.said().await, ["My answer"]);
}

async fn a_repetition_after_a_crash_gets_the_models_turn_once(bed: TestBed) {
    let model = ScriptedModel::start().await;
    let config = AiConfig {
        url: model.url().to_owned(),
        key: None,
        model: "m".to_owned(),
    };
    let pace = Pace {
        pause: Duration::from_millis(5),
        silence: Duration::from_millis(250),
        turn: Duration::from_millis(1_500),
    };
    let mut talk = Talk::start(bed).await;
    talk.answer("a", "My answer").await.unwrap();
    talk.crash().await;
    let s = talk.bed.s.clone().with_ai(Ai::paced(Some(config), 8, pace).unwrap());
    model.say(json!({ "action": "next", "text": "Thank you for that." }));
    let tries: Vec<_> = (0..5)
        .map(|_| {
            let (s, token, input) = (s.clone(), talk.token.clone(), talk.input("a", "My answer"));
            tokio::spawn(async move { conversation::answer(&s, &token, input).await })
        })
        .collect();
    for one in tries {
        let view = one.await.unwrap().unwrap();
        assert_eq!(view.turns.len(), 3);
        assert_eq!(view.turns[2].text, "Thank you for that.\n\nQuestion number 2?");
        assert!(!view.writing && view.question.is_some());
    }
    assert_eq!(model.requests().len(), 1);
    assert_eq!(talk.said().await, ["My answer"]);
}
