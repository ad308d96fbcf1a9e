//! What is asked, in which shape, and what is recorded of it.

use crate::{
    common::TestBed,
    on_both_databases,
    support::{KEY, calls, request, with},
};
use parley_domain::{account::Role, ai::Purpose, time::MINUTE};
use parley_services::{
    ai::{self, Failure, Request, usage},
    error::ServiceError,
};
use parley_testing::{MODEL, ScriptedModel, Step};
use serde::Deserialize;
use serde_json::json;

on_both_databases!(
    text_is_asked_and_recorded,
    structure_goes_down_the_ladder_and_remembers,
    an_unusable_answer_is_repaired_once,
    a_cut_answer_gets_more_room,
    nothing_is_called_without_a_model,
    usage_is_added_up,
);

#[derive(Debug, Deserialize, PartialEq)]
struct Judged {
    score: i64,
}

fn scored(bed: &TestBed) -> Request {
    let schema = json!({
        "type": "object", "properties": { "score": { "type": "integer" } },
        "required": ["score"], "additionalProperties": false,
    });
    request(bed).schema("judged", schema)
}

fn in_range(judged: &Judged) -> Result<(), String> {
    if (0..=10).contains(&judged.score) {
        Ok(())
    } else {
        Err(format!("score: {} is not between 0 and 10", judged.score))
    }
}

async fn text_is_asked_and_recorded(bed: TestBed) {
    let model = ScriptedModel::start().await;
    model.then(Step::Text("It is fine.".into()));
    let s = with(&bed, &model);
    let subject = uuid::Uuid::from_u128(7);
    let reply = ai::ask(&s, &request(&bed).about(subject).temperature(0.5).max_tokens(77))
        .await
        .unwrap();
    assert_eq!(reply.text, "It is fine.");

    let sent = &model.requests()[0];
    assert_eq!(
        (sent["model"].as_str(), sent["max_tokens"].as_i64()),
        (Some("m"), Some(77))
    );
    assert_eq!(sent["messages"][0], json!({ "role": "system", "content": "Judge." }));
    assert!(
        sent["messages"][1]["content"]
            .as_str()
            .unwrap()
            .ends_with(r#"{"answer":"We shipped it."}"#)
    );
    assert!(sent.get("response_format").is_none());
    assert_eq!(model.keys()[0].as_deref(), Some(format!("Bearer {KEY}").as_str()));

    let call = &calls(&s).await[0];
    assert_eq!((call.purpose.as_str(), call.model.as_str()), ("analysis", MODEL));
    assert_eq!((call.outcome.as_str(), call.failed, call.tries), ("ok", false, 1));
    assert_eq!((call.input_tokens, call.subject_id), (Some(100), Some(subject)));
}

async fn structure_goes_down_the_ladder_and_remembers(bed: TestBed) {
    for (refused, format, requests) in [
        (&[][..], "json_schema", 1),
        (&["json_schema"], "json_object_schema", 2),
        (&["json_schema", "schema"], "json_object", 3),
        (&["json_schema", "json_object"], "plain", 4),
    ] {
        let model = ScriptedModel::start().await;
        model.refuse(refused).otherwise(|_| Step::json(&json!({ "score": 7 })));
        let s = with(&bed, &model);
        let answer = ai::ask_json(&s, scored(&bed), in_range).await.unwrap();
        assert_eq!(
            (answer.value.score, answer.format, answer.repaired),
            (7, Some(format), false)
        );
        assert_eq!(model.requests().len(), requests, "{format}");
        // What worked is where the next request begins.
        ai::ask_json(&s, scored(&bed), in_range).await.unwrap();
        assert_eq!(model.requests().len(), requests + 1, "{format}");
        let system = model.requests()[requests]["messages"][0]["content"]
            .as_str()
            .unwrap()
            .to_owned();
        assert_eq!(system.contains("JSON Schema"), format != "json_schema");
    }
}

async fn an_unusable_answer_is_repaired_once(bed: TestBed) {
    let model = ScriptedModel::start().await;
    let s = with(&bed, &model);
    for (bad, what) in [
        (Step::Text("I would say seven.".into()), "JSON"),
        (Step::Text(r#"{"score":"#.into()), "JSON"),
        (Step::json(&json!({ "points": 7 })), "score"),
        (Step::json(&json!({ "score": "seven" })), "score"),
        (
            Step::json(&json!({ "score": 5_241_837_916_i64 })),
            "not between 0 and 10",
        ),
        (Step::Empty, ""),
    ] {
        let before = model.requests().len();
        model.then(bad.clone()).say(json!({ "score": 7 }));
        let answer = ai::ask_json(&s, scored(&bed), in_range).await.unwrap();
        assert!(answer.repaired && answer.value.score == 7, "{bad:?}");
        let repair = model.requests()[before + 1]["messages"].to_string();
        assert!(repair.contains(what), "{what}: {repair}");
    }
    model.say(json!({ "score": 11 })).say(json!({ "score": -1 }));
    let failure = ai::ask_json(&s, scored(&bed), in_range).await.unwrap_err();
    assert!(matches!(failure, Failure::Invalid(why) if why.contains("-1")));
    let outcomes: Vec<_> = calls(&s).await.into_iter().map(|c| c.outcome).collect();
    assert_eq!(outcomes.iter().filter(|o| *o == "invalid").count(), 7, "{outcomes:?}");
}

async fn a_cut_answer_gets_more_room(bed: TestBed) {
    let model = ScriptedModel::start().await;
    let s = with(&bed, &model);
    model
        .then(Step::Length(r#"{"score""#.into()))
        .say(json!({ "score": 3 }));
    assert_eq!(
        ai::ask_json(&s, scored(&bed).max_tokens(50), in_range)
            .await
            .unwrap()
            .value
            .score,
        3
    );
    let limits: Vec<_> = model.requests().iter().map(|r| r["max_tokens"].as_i64()).collect();
    assert_eq!(limits, [Some(50), Some(100)]);
    model.then(Step::Length("The beginning".into()));
    assert_eq!(ai::ask(&s, &request(&bed)).await.unwrap_err(), Failure::Cut);
}

async fn nothing_is_called_without_a_model(bed: TestBed) {
    assert_eq!(ai::model(&bed.s).await, None);
    assert_eq!(ai::ask(&bed.s, &request(&bed)).await.unwrap_err(), Failure::Off);
    assert_eq!(ai::stream(&bed.s, &request(&bed)).await.unwrap_err(), Failure::Off);
    assert!(usage::summary(&bed.s, &bed.owner, 30).await.unwrap().items.is_empty());
}

async fn usage_is_added_up(bed: TestBed) {
    let model = ScriptedModel::start().await;
    let s = with(&bed, &model);
    model.otherwise(|_| Step::Text("four".into()));
    for _ in 0..3 {
        ai::ask(&s, &request(&bed)).await.unwrap();
    }
    model.otherwise(|_| Step::status(401));
    ai::ask(&s, &request(&bed)).await.unwrap_err();
    let sums = usage::summary(&s, &bed.member(Role::Viewer), 30).await.unwrap();
    let good = sums.items.iter().find(|i| i.model == MODEL).unwrap();
    assert_eq!((good.purpose, good.calls, good.failed), (Purpose::Analysis, 3, 0));
    assert_eq!((good.input_tokens, good.output_tokens), (300, 3));
    assert!(good.mean_ms <= good.slowest_ms);
    // A server that refused did not say its name; the settings' stands for it.
    let bad = sums.items.iter().find(|i| i.model == "m").unwrap();
    assert_eq!((bad.calls, bad.failed, bad.input_tokens), (1, 1, 0));
    // Nothing crosses a workspace.
    let stranger = bed.stranger().await;
    assert!(usage::summary(&s, &stranger, 30).await.unwrap().items.is_empty());
    bed.clock.advance(31 * 24 * 60 * MINUTE);
    assert!(usage::summary(&s, &bed.owner, 30).await.unwrap().items.is_empty());
    assert!(matches!(
        usage::summary(&s, &bed.owner, 0).await,
        Err(ServiceError::Invalid(_))
    ));
}
