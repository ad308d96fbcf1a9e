//! A model that a script plays, and what is recorded of its calls.

use crate::common::TestBed;
use parley_domain::ai::Purpose;
use parley_services::{
    Services,
    ai::{Ai, AiConfig, Pace, Request},
    entity,
};
use parley_testing::ScriptedModel;
use sea_orm::EntityTrait;
use serde_json::json;
use std::time::Duration;

pub const KEY: &str = "sk-test-key-that-nobody-should-see";

pub fn with(bed: &TestBed, model: &ScriptedModel) -> Services {
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

pub fn request(bed: &TestBed) -> Request {
    Request::new(Purpose::Analysis, bed.workspace, "Judge.")
        .data(&json!({ "answer": "We shipped it." }))
        .within(Duration::from_secs(2))
}

pub async fn calls(s: &Services) -> Vec<entity::ai_call::Model> {
    entity::ai_call::Entity::find().all(s.db.read()).await.unwrap()
}
