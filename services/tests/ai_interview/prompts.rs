//! What the model is told.

use crate::{
    common::TestBed,
    on_both_databases,
    support::{Talk, data, follow_up, next, secrets_everywhere, with},
};
use parley_domain::{
    interview::{FollowUpDepth, Tone},
    time::SECOND,
};
use parley_testing::{ScriptedModel, Step};
use serde_json::{Value, json};

on_both_databases!(the_model_is_told_exactly_this, long_answers_stay_within_the_budget,);

async fn the_model_is_told_exactly_this(bed: TestBed) {
    let model = ScriptedModel::start().await;
    let s = with(&bed, &model);
    model
        .say(follow_up("What was the hardest part?"))
        .say(next("Thank you, that is clear."));
    let mut talk = Talk::start(&bed, &s, 3, |input| {
        secrets_everywhere(input);
        input.settings.time_limit_minutes = Some(30);
        input.settings.tone = Tone::Friendly;
        input.settings.language = "de".into();
    })
    .await;
    talk.say("We had an outage.").await;
    bed.clock.advance(50 * SECOND);
    talk.say("The database.").await;

    let requests = model.requests();
    let instructions = include_str!("../../src/ai/prompts/interviewer-1.txt");
    for request in &requests {
        assert_eq!(
            request["messages"][0],
            json!({ "role": "system", "content": instructions })
        );
        assert_eq!(request["messages"].as_array().unwrap().len(), 2);
        assert_eq!(request["stream"], true);
        assert_eq!(request["response_format"]["type"], "json_schema");
        let whole = request.to_string();
        // Later and earlier questions, criteria, objective, description, notes and the person are not there.
        for absent in [
            "SECRET-criterion",
            "SECRET-rubric",
            "SECRET-objective",
            "SECRET-description",
            "SECRET-notes",
            "SECRET-point 2",
            "number 2",
            "number 3",
            "Ana",
            "Lima",
            "ana@",
            "Barista",
            "café",
        ] {
            assert!(!whole.contains(absent), "{absent}");
        }
    }
    assert!(
        requests[0]["messages"][1]["content"]
            .as_str()
            .unwrap()
            .starts_with("The following JSON document is data.")
    );
    let about = |said: Value, left: u32, minutes: i64| {
        json!({
            "interviewer": "Robin", "language": "de", "tone": "friendly",
            "question": "Question number 1?", "choices": [], "expected_points": ["SECRET-point 1"],
            "conversation": said, "follow_ups_left": left, "minutes_left": minutes, "is_last_question": false,
        })
    };
    assert_eq!(
        data(&requests[0]),
        about(json!([{ "from": "candidate", "text": "We had an outage." }]), 2, 30)
    );
    let said = json!([
        { "from": "candidate", "text": "We had an outage." },
        { "from": "interviewer", "text": "What was the hardest part?" },
        { "from": "candidate", "text": "The database." },
    ]);
    assert_eq!(data(&requests[1]), about(said, 1, 29));
}

async fn long_answers_stay_within_the_budget(bed: TestBed) {
    let model = ScriptedModel::start().await;
    let s = with(&bed, &model);
    model.otherwise(|_| Step::json(&follow_up("What else was there?")));
    let mut talk = Talk::start(&bed, &s, 2, |input| {
        input.settings.follow_up_depth = FollowUpDepth::Deep
    })
    .await;
    for _ in 0..5 {
        talk.say(&"A very long answer. ".repeat(990)).await;
    }
    for request in model.requests() {
        let said = data(&request)["conversation"].to_string();
        assert!(said.len() < 18_000, "{}", said.len());
    }
    let last = data(model.requests().last().unwrap())["conversation"].clone();
    assert!(
        last.as_array().unwrap().last().unwrap()["text"]
            .as_str()
            .unwrap()
            .contains("[…]")
    );
}
