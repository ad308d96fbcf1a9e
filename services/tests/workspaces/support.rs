//! Deleting with a password, and a model that a script plays.

use crate::common::TestBed;
use parley_domain::{clock::Presence, conversation::CandidateView};
use parley_services::{
    Services,
    accounts::people,
    ai::{Ai, AiConfig},
    conversation::{AnswerInput, StartInput},
    workspaces,
};
use parley_testing::{ScriptedModel, Step};
use serde_json::{Value, json};
use std::net::{IpAddr, Ipv4Addr};

pub const PASSWORD: &str = "correct horse battery";

pub const NAME: &str = "The home café";

pub const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

pub fn consent() -> StartInput {
    StartInput {
        consent: true,
        language: "en".into(),
        ..Default::default()
    }
}

pub fn says(client: &str, view: &CandidateView) -> AnswerInput {
    AnswerInput {
        client_id: client.into(),
        question: view.question.as_ref().unwrap().id,
        text: Some("We measured first and then changed it.".into()),
        choices: Vec::new(),
        lease: None,
        presence: Presence::Live,
    }
}

pub async fn with_password(bed: &TestBed) {
    people::set_password(&bed.s, "owner@home.example", PASSWORD)
        .await
        .unwrap();
}

pub async fn delete(bed: &TestBed) {
    workspaces::delete(&bed.s, &bed.owner, NAME, PASSWORD, HERE)
        .await
        .unwrap();
}

/// Services that read files in this process, and ask this model.
pub fn with(bed: &TestBed, model: &ScriptedModel) -> Services {
    let config = AiConfig {
        url: model.url().to_owned(),
        key: None,
        model: "m".to_owned(),
    };
    let mut s = bed.s.clone().with_ai(Ai::new(Some(config), 8).unwrap());
    s.children = None;
    s
}

/// A model that gives every answer a seven, with its first words as the quote; what else it is asked, it declines.
pub async fn judge() -> ScriptedModel {
    let model = ScriptedModel::start().await;
    model.otherwise(|request| judged(request).map_or(Step::Refuse, |answer| Step::json(&answer)));
    model
}

pub fn judged(request: &Value) -> Option<Value> {
    let text = request["messages"][1]["content"].as_str()?;
    let document: Value = serde_json::from_str(text.split_once("\n\n")?.1).ok()?;
    let mut questions = Vec::new();
    for q in document["questions"].as_array()? {
        let said = q["talk"].as_array()?.iter().find(|t| t["speaker"] == "candidate");
        let Some(said) = said else { continue };
        let words: Vec<_> = said["text"].as_str()?.split_whitespace().take(4).collect();
        let quote = json!({"turn": said["turn"], "text": words.join(" ")});
        questions
            .push(json!({"about": q["ref"], "score": 7, "confidence": "high", "note": "Said so.", "quotes": [quote]}));
    }
    Some(
        json!({"summary": "It was answered.", "strengths": [], "concerns": [], "criteria": [], "questions": questions}),
    )
}
