//! What a candidate and a creator see when something goes wrong.

use crate::{
    common::TestBed,
    on_both_databases,
    support::{Talk, next, outcomes, secrets_everywhere, with},
};
use futures::{FutureExt, StreamExt, future::BoxFuture, stream};
use parley_services::{
    ai::{Ai, End, Failure, Piece, Pieces, Port, Reply, Request},
    conversation,
};
use parley_testing::{ScriptedModel, Step};
use serde_json::json;
use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

on_both_databases!(
    each_fault_is_answered_by_the_scripted_interviewer,
    one_fault_is_tried_again,
    a_broken_stream_is_taken_back_and_replaced,
    a_panic_is_a_fault_like_any_other,
);

/// Each fault, twice in a row: the candidate gets the scripted interviewer's turn as if nothing had been, and the creator sees
/// in the transcript that it was scripted, and in the usage why.
async fn each_fault_is_answered_by_the_scripted_interviewer(bed: TestBed) {
    let oversized = "long words ".repeat(200);
    for (step, code) in [
        (Step::status(401), "refused"),
        (Step::status(404), "rejected"),
        (Step::status(500), "down"),
        (
            Step::Status {
                status: 429,
                retry_after: Some(60),
                body: String::new(),
            },
            "throttled",
        ),
        (Step::Hang, "timed_out"),
        (Step::Stall(r#"{"action":"next","text":"Thank"#.into()), "timed_out"),
        (Step::Break(r#"{"action":"next","text":"Thank"#.into()), "broken"),
        (Step::Nonsense, "broken"),
        (Step::Empty, "empty"),
        (Step::Refuse, "declined"),
        (Step::Length(r#"{"action":"next","text":"Thank"#.into()), "cut"),
        (Step::Huge(20_000), "huge"),
        (Step::Text("Thank you, how about".into()), "invalid"),
        (Step::Text(r#"{"action":"next","text""#.into()), "invalid"),
        (Step::json(&json!({ "say": "Thank you." })), "invalid"),
        (
            Step::json(&json!({ "action": "end_interview", "text": "Bye." })),
            "invalid",
        ),
        (Step::json(&json!({ "action": "next", "text": "" })), "invalid"),
        (Step::json(&json!({ "action": "next", "text": 5 })), "invalid"),
        (Step::json(&next(&oversized)), "invalid"),
    ] {
        let model = ScriptedModel::start().await;
        let s = with(&bed, &model);
        let before = outcomes(&s).await.len();
        let answer = step.clone();
        model.otherwise(move |_| answer.clone());
        let mut talk = Talk::start(&bed, &s, 2, |_| {}).await;
        talk.say("Something.").await;
        assert!(
            talk.last().ends_with("\n\nQuestion number 2?"),
            "{step:?}: {}",
            talk.last()
        );
        assert_eq!(
            talk.view.question.as_ref().unwrap().text,
            "Question number 2?",
            "{step:?}"
        );
        assert!(!talk.view.writing);
        let marks: Vec<_> = talk.transcript(&bed).await.items.iter().map(|t| t.scripted).collect();
        assert_eq!(marks, [true, false, true], "{step:?}");
        let codes = outcomes(&s).await.split_off(before);
        assert!(
            !codes.is_empty() && codes.iter().all(|c| c == code),
            "{step:?}: {codes:?}"
        );
    }
}

async fn one_fault_is_tried_again(bed: TestBed) {
    let model = ScriptedModel::start().await;
    let s = with(&bed, &model);
    model
        .then(Step::json(
            &json!({ "action": "next", "text": "You missed SECRET-point 1." }),
        ))
        .say(next("Thank you."));
    let mut talk = Talk::start(&bed, &s, 2, secrets_everywhere).await;
    talk.say("Something.").await;
    assert_eq!(talk.last(), "Thank you.\n\nQuestion number 2?");
    assert!(!talk.transcript(&bed).await.items[2].scripted);
    assert_eq!(outcomes(&s).await, ["invalid", "ok"]);
    // The second try says why, and does not repeat what was refused.
    let second = model.requests()[1]["messages"].clone();
    assert_eq!(second.as_array().unwrap().len(), 3);
    assert!(second[2]["content"].as_str().unwrap().contains("general words"));
}

async fn a_broken_stream_is_taken_back_and_replaced(bed: TestBed) {
    let model = ScriptedModel::start().await;
    let s = with(&bed, &model);
    model
        .then(Step::Break(r#"{"action":"next","text":"Thank you for the long"#.into()))
        .say(next("I see, thank you."));
    let mut talk = Talk::start(&bed, &s, 2, |_| {}).await;
    let session = conversation::pulse(&s, &talk.token, None)
        .await
        .unwrap()
        .unwrap()
        .session;
    let desk = s.desks.of(session);
    let mut drafts = desk.watch();
    talk.say("Something.").await;
    assert_eq!(talk.last(), "I see, thank you.\n\nQuestion number 2?");
    let last = drafts.borrow_and_update().clone();
    assert!(
        !last.text.contains("long") && "I see, thank you.".starts_with(&last.text),
        "{last:?}"
    );
    let transcript = talk.transcript(&bed).await;
    assert!(
        transcript.items.iter().all(|t| !t.text.contains("for the long")),
        "what broke off is no turn"
    );
}

/// An adapter with a fault: its first calls panic, at once or in the middle of what the model writes.
#[derive(Debug)]
struct Faulty {
    panics: u32,
    midway: bool,
    calls: AtomicU32,
}

impl Port for Faulty {
    fn model(&self) -> &'static str {
        "faulty"
    }

    fn complete<'a>(&'a self, _: &'a Request) -> BoxFuture<'a, Result<Reply, Failure>> {
        async { Err(Failure::Broken) }.boxed()
    }

    fn stream<'a>(&'a self, _: &'a Request) -> BoxFuture<'a, Result<Pieces, Failure>> {
        let fails = self.calls.fetch_add(1, Ordering::SeqCst) < self.panics;
        let midway = self.midway;
        async move {
            assert!(midway || !fails, "the adapter has a fault");
            let written = [
                Piece::Text(r#"{"action":"next","text":"Thank"#.to_owned()),
                Piece::Text(r#" you."}"#.to_owned()),
                Piece::End(End::default()),
            ];
            let pieces = stream::iter(written.into_iter().enumerate()).map(move |(number, piece)| {
                assert!(number == 0 || !fails, "the adapter has a fault");
                Ok(piece)
            });
            Ok(pieces.boxed())
        }
        .boxed()
    }
}

/// The turn is made by the request itself: nothing is left due, into which the sweeper would run again and again.
async fn a_panic_is_a_fault_like_any_other(bed: TestBed) {
    for midway in [false, true] {
        for (panics, said, asked) in [(1, "Thank you.", 2), (9, "", 2)] {
            let port = Arc::new(Faulty {
                panics,
                midway,
                calls: AtomicU32::new(0),
            });
            let s = bed.s.clone().with_ai(Ai::with_port(port.clone()));
            let before = outcomes(&s).await.len();
            let mut talk = Talk::start(&bed, &s, 2, |_| {}).await;
            talk.say("Something.").await;
            let last = talk.last();
            assert!(
                last.starts_with(said) && last.ends_with("\n\nQuestion number 2?"),
                "{port:?}: {last}"
            );
            assert!(!talk.view.writing, "{port:?}");
            assert_eq!(port.calls.load(Ordering::SeqCst), asked, "{port:?}");
            let marks: Vec<_> = talk.transcript(&bed).await.items.iter().map(|t| t.scripted).collect();
            assert_eq!(marks, [true, false, said.is_empty()], "{port:?}");
            let codes = outcomes(&s).await.split_off(before);
            let expected = if said.is_empty() {
                ["abandoned", "abandoned"]
            } else {
                ["abandoned", "ok"]
            };
            assert_eq!(codes, expected, "{port:?}");
        }
    }
}
