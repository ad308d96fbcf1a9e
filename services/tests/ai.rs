//! The AI port against a scripted server: what is asked, what is repeated, what each fault becomes, what is recorded.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops where something is not as it should be"
)]

mod common;

use common::TestBed;
use parley_domain::{
    account::Role,
    ai::{AiSettingsInput, AiSource, Purpose},
    time::{MINUTE, SECOND},
};
use parley_services::{
    Services,
    ai::{self, Ai, AiConfig, Failure, Pace, Request, settings, usage},
    entity,
    error::ServiceError,
};
use parley_testing::{MODEL, ScriptedModel, Step};
use sea_orm::EntityTrait;
use serde::Deserialize;
use serde_json::json;
use std::time::Duration;

on_both_databases!(
    text_is_asked_and_recorded,
    structure_goes_down_the_ladder_and_remembers,
    an_unusable_answer_is_repaired_once,
    a_cut_answer_gets_more_room,
    each_fault_has_its_name,
    passing_faults_are_repeated,
    the_servers_pause_is_kept,
    a_failing_server_is_left_alone,
    streams_arrive_in_pieces,
    broken_streams_say_so,
    nothing_is_called_without_a_model,
    usage_is_added_up,
    settings_are_the_first_owners,
    a_kept_key_is_never_shown_and_never_readable,
    the_environment_goes_first,
    a_test_says_what_works,
);

const KEY: &str = "sk-test-key-that-nobody-should-see";

fn with(bed: &TestBed, model: &ScriptedModel) -> Services {
    let config = AiConfig {
        url: model.url().to_owned(),
        key: Some(KEY.to_owned()),
        model: "m".to_owned(),
    };
    let pace = Pace {
        pause: Duration::from_millis(10),
        silence: Duration::from_millis(300),
        turn: Duration::from_secs(2),
    };
    bed.s.clone().with_ai(Ai::paced(Some(config), 8, pace).unwrap())
}

fn request(bed: &TestBed) -> Request {
    Request::new(Purpose::Analysis, bed.workspace, "Judge.")
        .data(&json!({ "answer": "We shipped it." }))
        .within(Duration::from_secs(2))
}

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

async fn calls(s: &Services) -> Vec<entity::ai_call::Model> {
    entity::ai_call::Entity::find().all(s.db.read()).await.unwrap()
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

async fn each_fault_has_its_name(bed: TestBed) {
    let model = ScriptedModel::start().await;
    for (step, failure) in [
        (Step::status(401), Failure::Refused),
        (Step::status(403), Failure::Refused),
        (Step::status(404), Failure::Rejected { status: 404 }),
        (Step::status(413), Failure::Rejected { status: 413 }),
        (Step::Refuse, Failure::Declined),
        (Step::Empty, Failure::Empty),
        (Step::Huge(6_000_000), Failure::Huge),
        (Step::Hang, Failure::TimedOut),
    ] {
        let s = with(&bed, &model);
        model.then(step);
        let request = request(&bed).within(Duration::from_millis(700));
        assert_eq!(ai::ask(&s, &request).await.unwrap_err(), failure);
        assert!(!failure.words().is_empty());
        let last = calls(&s).await.pop().unwrap();
        assert!(last.failed);
    }
    let gone = AiConfig {
        url: "http://127.0.0.1:9/v1".into(),
        key: None,
        model: "m".into(),
    };
    let s = bed.s.clone().with_ai(Ai::new(Some(gone), 8).unwrap());
    let request = request(&bed).within(Duration::from_millis(200));
    assert_eq!(ai::ask(&s, &request).await.unwrap_err(), Failure::Unreachable);
    let outcomes: Vec<_> = calls(&s).await.into_iter().map(|c| c.outcome).collect();
    let expected = [
        "refused",
        "rejected",
        "declined",
        "empty",
        "huge",
        "timed_out",
        "unreachable",
    ];
    assert!(
        expected.iter().all(|code| outcomes.iter().any(|o| o == code)),
        "{outcomes:?}"
    );
}

async fn passing_faults_are_repeated(bed: TestBed) {
    let model = ScriptedModel::start().await;
    let s = with(&bed, &model);
    for step in [
        Step::status(500),
        Step::status(503),
        Step::Nonsense,
        Step::Break("x".into()),
    ] {
        model.then(step.clone()).then(step).then(Step::Text("There.".into()));
        assert_eq!(ai::ask(&s, &request(&bed)).await.unwrap().text, "There.");
    }
    assert!(calls(&s).await.iter().all(|call| call.tries == 3 && !call.failed));
    let before = model.requests().len();
    model.otherwise(|_| Step::status(502));
    assert_eq!(
        ai::ask(&s, &request(&bed)).await.unwrap_err(),
        Failure::Down { status: 502 }
    );
    assert_eq!(model.requests().len() - before, 3, "three tries and no more");
    // What will not pass is not repeated.
    model.otherwise(|_| Step::status(401));
    assert_eq!(ai::ask(&s, &request(&bed)).await.unwrap_err(), Failure::Refused);
    assert_eq!(model.requests().len() - before, 4);
}

fn throttled(retry_after: u64) -> Step {
    Step::Status {
        status: 429,
        retry_after: Some(retry_after),
        body: String::new(),
    }
}

async fn the_servers_pause_is_kept(bed: TestBed) {
    let model = ScriptedModel::start().await;
    let s = with(&bed, &model);
    model.then(throttled(1)).then(Step::Text("There.".into()));
    ai::ask(&s, &request(&bed)).await.unwrap();
    assert!(calls(&s).await[0].latency_ms >= 1_000, "it waited as it was told");
    // A pause that is longer than anybody waits is no reason to wait.
    model.then(throttled(3_600));
    let failure = ai::ask(&s, &request(&bed)).await.unwrap_err();
    assert_eq!(
        failure,
        Failure::Throttled {
            retry_after: Some(3_600)
        }
    );
    assert_eq!(model.requests().len(), 3);
}

async fn a_failing_server_is_left_alone(bed: TestBed) {
    let model = ScriptedModel::start().await;
    let s = with(&bed, &model);
    model.otherwise(|_| Step::status(401));
    for _ in 0..5 {
        assert_eq!(ai::ask(&s, &request(&bed)).await.unwrap_err(), Failure::Refused);
    }
    assert_eq!(ai::ask(&s, &request(&bed)).await.unwrap_err(), Failure::Resting);
    assert_eq!(model.requests().len(), 5, "nothing was sent");
    bed.clock.advance(15 * SECOND);
    model.otherwise(|_| Step::Text("Back.".into()));
    assert_eq!(ai::ask(&s, &request(&bed)).await.unwrap().text, "Back.");
    assert_eq!(ai::ask(&s, &request(&bed)).await.unwrap().text, "Back.");
}

async fn read_all(s: &Services, request: &Request) -> Result<Vec<String>, (Vec<String>, Failure)> {
    let mut answer = ai::stream(s, request).await.map_err(|f| (Vec::new(), f))?;
    let mut parts = Vec::new();
    while let Some(part) = answer.next().await {
        match part {
            Ok(text) => parts.push(text),
            Err(failure) => return Err((parts, failure)),
        }
    }
    answer.accept();
    Ok(parts)
}

async fn streams_arrive_in_pieces(bed: TestBed) {
    let model = ScriptedModel::start().await;
    let s = with(&bed, &model);
    model
        .then(Step::status(500))
        .then(Step::Text("Thank you, héllo 中文.".into()));
    let parts = read_all(&s, &request(&bed)).await.unwrap();
    assert!(parts.len() > 3);
    assert_eq!(parts.concat(), "Thank you, héllo 中文.");
    assert_eq!(model.requests()[1]["stream"], true);
    usage::summary(&s, &bed.owner, 30).await.unwrap();
    let call = &calls(&s).await[0];
    assert_eq!(
        (call.outcome.as_str(), call.tries, call.input_tokens),
        ("ok", 2, Some(100))
    );
    assert!(call.first_ms.is_some());
}

async fn broken_streams_say_so(bed: TestBed) {
    let model = ScriptedModel::start().await;
    for (step, failure, some) in [
        (Step::Break("Thank you, h".into()), Failure::Broken, true),
        (Step::Stall("Thank you, h".into()), Failure::TimedOut, true),
        (Step::Length("Thank you, h".into()), Failure::Cut, true),
        (Step::Huge(200_000), Failure::Huge, true),
        (Step::Empty, Failure::Empty, false),
        (Step::Refuse, Failure::Declined, false),
    ] {
        let s = with(&bed, &model);
        model.then(step);
        let (parts, found) = read_all(&s, &request(&bed)).await.unwrap_err();
        assert_eq!((found, !parts.is_empty()), (failure, some));
    }
    // Nobody waits for the rest: recorded as such.
    let s = with(&bed, &model);
    model.then(Step::Stall("Thank you, h".into()));
    let mut answer = ai::stream(&s, &request(&bed)).await.unwrap();
    assert!(answer.next().await.unwrap().is_ok());
    drop(answer);
    usage::summary(&s, &bed.owner, 30).await.unwrap();
    assert!(
        calls(&s)
            .await
            .iter()
            .any(|call| call.outcome == "abandoned" && call.failed)
    );
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

fn chosen(url: &str, key: Option<&str>) -> AiSettingsInput {
    AiSettingsInput {
        url: url.to_owned(),
        model: "m".to_owned(),
        key: key.map(str::to_owned),
    }
}

async fn settings_are_the_first_owners(bed: TestBed) {
    let model = ScriptedModel::start().await;
    model.otherwise(|_| Step::Text("Yes.".into()));
    let s = &bed.s;
    for other in [
        bed.member(Role::Admin),
        bed.member(Role::Member),
        bed.member(Role::Viewer),
    ] {
        assert!(matches!(settings::get(s, &other).await, Err(ServiceError::Forbidden)));
    }
    bed.clock.advance(1);
    let stranger = bed.stranger().await;
    for result in [
        settings::get(s, &stranger).await,
        settings::put(s, &stranger, chosen(model.url(), None)).await,
        settings::remove(s, &stranger).await,
    ] {
        assert!(matches!(result, Err(ServiceError::Forbidden)));
    }
    assert!(matches!(
        settings::test(s, &stranger, None).await,
        Err(ServiceError::Forbidden)
    ));

    assert_eq!(settings::get(s, &bed.owner).await.unwrap().source, AiSource::None);
    let bad = settings::put(s, &bed.owner, chosen("nowhere", None)).await;
    assert!(matches!(bad, Err(ServiceError::Invalid(fields)) if fields[0].field == "url"));
    assert_eq!(ai::ask(s, &request(&bed)).await.unwrap_err(), Failure::Off);
    let kept = settings::put(s, &bed.owner, chosen(model.url(), Some(KEY)))
        .await
        .unwrap();
    assert_eq!(
        (kept.source, kept.has_key, kept.url.as_str()),
        (AiSource::Settings, true, model.url())
    );
    // It holds at once, and in another process after a while.
    assert_eq!(ai::ask(s, &request(&bed)).await.unwrap().text, "Yes.");
    let elsewhere = bed.s.clone().with_ai(Ai::default());
    assert_eq!(ai::ask(&elsewhere, &request(&bed)).await.unwrap().text, "Yes.");
    settings::remove(s, &bed.owner).await.unwrap();
    assert_eq!(ai::ask(s, &request(&bed)).await.unwrap_err(), Failure::Off);
    bed.clock.advance(10 * SECOND);
    assert_eq!(ai::ask(&elsewhere, &request(&bed)).await.unwrap_err(), Failure::Off);
}

async fn a_kept_key_is_never_shown_and_never_readable(bed: TestBed) {
    let model = ScriptedModel::start().await;
    model.otherwise(|_| Step::Text("Yes.".into()));
    let s = &bed.s;
    settings::put(s, &bed.owner, chosen(model.url(), Some(KEY)))
        .await
        .unwrap();
    let row = entity::ai_setting::Entity::find()
        .one(s.db.read())
        .await
        .unwrap()
        .unwrap();
    let sealed = row.sealed_key.clone().unwrap();
    assert!(!sealed.windows(8).any(|w| KEY.as_bytes().windows(8).any(|k| k == w)));
    // Left out: it stays, as long as it goes where it went before.
    settings::put(
        s,
        &bed.owner,
        AiSettingsInput {
            model: "other".into(),
            ..chosen(model.url(), None)
        },
    )
    .await
    .unwrap();
    ai::ask(s, &request(&bed)).await.unwrap();
    assert_eq!(
        model.keys().last().unwrap().as_deref(),
        Some(format!("Bearer {KEY}").as_str())
    );
    let other = ScriptedModel::start().await;
    other.otherwise(|_| Step::Text("Yes.".into()));
    settings::test(s, &bed.owner, Some(chosen(other.url(), None)))
        .await
        .unwrap();
    let moved = settings::put(s, &bed.owner, chosen(other.url(), None)).await.unwrap();
    assert!(!moved.has_key);
    ai::ask(s, &request(&bed)).await.unwrap();
    assert!(
        other.keys().iter().all(Option::is_none),
        "the key did not go to another address"
    );
    // Empty: none.
    settings::put(s, &bed.owner, chosen(model.url(), Some(KEY)))
        .await
        .unwrap();
    assert!(
        !settings::put(s, &bed.owner, chosen(model.url(), Some("")))
            .await
            .unwrap()
            .has_key
    );
}

async fn the_environment_goes_first(bed: TestBed) {
    let model = ScriptedModel::start().await;
    model.otherwise(|_| Step::Text("Yes.".into()));
    settings::put(&bed.s, &bed.owner, chosen("http://127.0.0.1:9", None))
        .await
        .unwrap();
    let s = with(&bed, &model);
    let shown = settings::get(&s, &bed.owner).await.unwrap();
    assert_eq!((shown.source, shown.has_key), (AiSource::Environment, true));
    assert_eq!(ai::ask(&s, &request(&bed)).await.unwrap().text, "Yes.");
    for result in [
        settings::put(&s, &bed.owner, chosen(model.url(), None)).await,
        settings::remove(&s, &bed.owner).await,
    ] {
        assert!(matches!(
            result,
            Err(ServiceError::Conflict {
                code: "set_by_environment",
                ..
            })
        ));
    }
}

async fn a_test_says_what_works(bed: TestBed) {
    let model = ScriptedModel::start().await;
    let s = &bed.s;
    assert!(matches!(
        settings::test(s, &bed.owner, None).await,
        Err(ServiceError::Conflict { code: "no_model", .. })
    ));
    let input = || Some(chosen(model.url(), None));
    let good = json!({ "greeting": "hello", "number": 7 });
    model.say(good.clone());
    let found = settings::test(s, &bed.owner, input()).await.unwrap();
    assert!(found.ok && found.structured);
    assert_eq!(
        (found.model.as_str(), found.format.as_deref()),
        (MODEL, Some("json_schema"))
    );

    model.refuse(&["json_schema"]).say(good);
    let found = settings::test(s, &bed.owner, input()).await.unwrap();
    assert_eq!(
        (found.structured, found.format.as_deref()),
        (true, Some("json_object_schema"))
    );

    model
        .then(Step::Text("Hello!".into()))
        .then(Step::Text("Hello again!".into()));
    let found = settings::test(s, &bed.owner, input()).await.unwrap();
    assert!(found.ok && !found.structured && found.format.is_none());

    model.then(Step::status(401));
    let found = settings::test(s, &bed.owner, input()).await.unwrap();
    assert!(!found.ok && found.detail.contains("key"), "{found:?}");
    let found = settings::test(s, &bed.owner, Some(chosen("http://127.0.0.1:9", None)))
        .await
        .unwrap();
    assert!(!found.ok && found.detail.contains("cannot be reached"), "{found:?}");
    assert!(calls(s).await.iter().all(|call| call.purpose == "test"));
}
