//! What happens while the model is asked.

use crate::{
    common::TestBed,
    on_both_databases,
    support::{Talk, next, with},
};
use parley_domain::{session::Status, time::SECOND};
use parley_services::{candidates, conversation, sessions};
use parley_testing::ScriptedModel;
use std::time::Duration;

on_both_databases!(
    an_answer_is_stored_before_the_model_is_asked,
    who_hangs_up_still_gets_the_turn,
    two_steps_at_once_ask_once,
    an_end_meanwhile_is_the_end,
);

async fn an_answer_is_stored_before_the_model_is_asked(bed: TestBed) {
    let model = ScriptedModel::start().await;
    let s = with(&bed, &model);
    model.slow(Duration::from_millis(600)).say(next("Thank you."));
    let mut talk = Talk::start(&bed, &s, 2, |_| {}).await;
    let mut changes = s.events.watch();
    let input = talk.input("Something.");
    let (s2, token2) = (s.clone(), talk.token.clone());
    let answering = tokio::spawn(async move { conversation::answer(&s2, &token2, input).await });
    // The page is told at once, and finds its answer stored and the interviewer writing.
    tokio::time::timeout(Duration::from_secs(5), changes.recv())
        .await
        .unwrap()
        .unwrap();
    let view = conversation::view(&s, &talk.token).await.unwrap();
    assert!(view.writing && view.question.is_none());
    assert_eq!(view.turns.last().unwrap().text, "Something.");
    let view = answering.await.unwrap().unwrap();
    assert!(!view.writing && view.question.is_some());
}

async fn who_hangs_up_still_gets_the_turn(bed: TestBed) {
    let model = ScriptedModel::start().await;
    let s = with(&bed, &model);
    model.slow(Duration::from_millis(300)).say(next("Thank you."));
    let mut talk = Talk::start(&bed, &s, 2, |_| {}).await;
    let input = talk.input("Something.");
    let mut changes = s.events.watch();
    {
        let answering = conversation::answer(&s, &talk.token, input);
        let mut answering = std::pin::pin!(answering);
        // Until the answer is stored; then the connection is gone.
        tokio::select! {
            _ = &mut answering => panic!("too early"),
            change = changes.recv() => {
                change.unwrap();
            }
        }
    }
    tokio::time::timeout(Duration::from_secs(5), changes.recv())
        .await
        .unwrap()
        .unwrap();
    let view = conversation::view(&s, &talk.token).await.unwrap();
    assert_eq!(view.turns.last().unwrap().text, "Thank you.\n\nQuestion number 2?");
    assert_eq!(model.requests().len(), 1);
}

async fn two_steps_at_once_ask_once(bed: TestBed) {
    let model = ScriptedModel::start().await;
    let s = with(&bed, &model);
    model.slow(Duration::from_millis(200)).say(next("Thank you."));
    let mut talk = Talk::start(&bed, &s, 2, |_| {}).await;
    let session = conversation::pulse(&s, &talk.token, None)
        .await
        .unwrap()
        .unwrap()
        .session;
    let input = talk.input("Something.");
    let mut changes = s.events.watch();
    let (s2, token2) = (s.clone(), talk.token.clone());
    let answering = tokio::spawn(async move { conversation::answer(&s2, &token2, input).await });
    changes.recv().await.unwrap();
    // A resume, the sweeper and the request itself.
    let steps = (0..5).map(|_| conversation::advance(&s, session));
    futures::future::join_all(steps)
        .await
        .into_iter()
        .for_each(|step| step.unwrap());
    answering.await.unwrap().unwrap();
    assert_eq!(model.requests().len(), 1);
    assert_eq!(talk.transcript(&bed).await.items.len(), 3);
}

async fn an_end_meanwhile_is_the_end(bed: TestBed) {
    let model = ScriptedModel::start().await;
    let s = with(&bed, &model);
    model.slow(Duration::from_millis(400)).say(next("Thank you."));
    let mut talk = Talk::start(&bed, &s, 2, |input| input.settings.time_limit_minutes = Some(10)).await;
    bed.clock.advance(30 * SECOND);
    let input = talk.input("Something.");
    let mut changes = s.events.watch();
    let (s2, token2) = (s.clone(), talk.token.clone());
    let answering = tokio::spawn(async move { conversation::answer(&s2, &token2, input).await });
    changes.recv().await.unwrap();
    let actor = bed.owner;
    let session = candidates::get(&s, &actor, talk.candidate.id).await.unwrap().session;
    sessions::end(&s, &actor, session.id).await.unwrap();
    let view = answering.await.unwrap().unwrap();
    assert_eq!(view.state, Status::Completed);
    assert_eq!(view.turns.len(), 2, "nothing is said after the end");
}
