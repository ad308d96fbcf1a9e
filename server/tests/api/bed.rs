//! A whole server on a fresh database, a clock that stands still, two workspaces and keys of every role.

use super::house::{House, Plan};
use axum::body::Body;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use parley_domain::{account::Role, time::Timestamp};
use parley_services::{
    Services, accounts,
    clock::ManualClock,
    conversation::{self, AnswerInput, StartInput},
    entity::workspace,
    limits::Rates,
};
use sea_orm::{EntityTrait, IntoActiveModel};
use serde_json::{Value, json};
use std::sync::Arc;
use tower::ServiceExt;

/// 2026-11-24T09:00:00Z.
const START: i64 = 1_795_510_800_000;

pub struct Bed {
    pub s: Services,
    pub clock: Arc<ManualClock>,
    house: House,
}

#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Value,
    pub text: String,
}

impl Reply {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default()
    }

    pub fn id(&self) -> String {
        self.body["id"]
            .as_str()
            .unwrap_or_else(|| panic!("no id in {}", self.text))
            .to_owned()
    }

    /// Holds the answer against the shape of all errors; the fields that it names.
    #[track_caller]
    pub fn problem(&self, status: u16) -> Vec<String> {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(self.body["status"], status);
        assert!(
            self.body["type"].as_str().unwrap().starts_with("urn:parley:problem:"),
            "{}",
            self.text
        );
        for text in ["title", "detail"] {
            assert!(!self.body[text].as_str().unwrap().is_empty(), "{text}: {}", self.text);
        }
        let errors = self.body["errors"].as_array().unwrap();
        errors.iter().map(|e| e["field"].as_str().unwrap().to_owned()).collect()
    }

    #[track_caller]
    pub fn ok(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self
    }
}

impl Bed {
    pub async fn new() -> Self {
        Self::with_rates(Rates {
            key_requests: 0,
            ..Rates::default()
        })
        .await
    }

    pub async fn with_rates(rates: Rates) -> Self {
        let clock = Arc::new(ManualClock::new(Timestamp::from_millis(START)));
        let plan = Plan {
            clock: Some(Arc::clone(&clock)),
            rates,
            ..Plan::default()
        };
        let house = House::with(plan).await;
        let s = house.services.clone();
        // One after the other: the first one looks after the installation.
        for (slug, at) in [("home", START), ("away", START + 1)] {
            let row = workspace::Model {
                id: s.new_id().unwrap(),
                slug: slug.to_owned(),
                name: slug.to_owned(),
                deleted_at: None,
                created_at: at,
                updated_at: at,
            };
            workspace::Entity::insert(row.into_active_model())
                .exec_without_returning(s.db.read())
                .await
                .unwrap();
        }
        Self { s, clock, house }
    }

    /// A key of the workspace `home`.
    pub async fn key(&self, role: Role) -> String {
        self.key_of("home", role).await
    }

    pub async fn key_of(&self, workspace: &str, role: Role) -> String {
        accounts::keys::create_key_as_system(&self.s, "test", role, Some(workspace))
            .await
            .unwrap()
    }

    /// The answer as it comes, for streams.
    pub async fn raw(&self, request: Request<Body>) -> http::Response<Body> {
        self.house.router.clone().oneshot(request).await.unwrap()
    }

    pub async fn send(&self, request: Request<Body>) -> Reply {
        let response = self.raw(request).await;
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Reply {
            status: parts.status,
            headers: parts.headers,
            body: serde_json::from_slice(&bytes).unwrap_or_default(),
            text: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }

    pub async fn call_with(&self, key: &str, call: &str, headers: &[(&str, &str)], body: Option<Value>) -> Reply {
        let (method, path) = call.split_once(' ').unwrap();
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"))
            .header("host", "127.0.0.1:3000")
            .header("authorization", format!("Bearer {key}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = match body {
            Some(json) => {
                request = request.header("content-type", "application/json");
                Body::from(json.to_string())
            }
            None => Body::empty(),
        };
        self.send(request.body(body).unwrap()).await
    }

    /// `call` is `GET /interviews`.
    pub async fn call(&self, key: &str, call: &str, body: Option<Value>) -> Reply {
        self.call_with(key, call, &[], body).await
    }

    /// An open interview with two questions; its id.
    pub async fn interview(&self, key: &str) -> String {
        let body = json!({
            "title": "Barista", "state": "open", "objective": "SECRET-objective",
            "questions": [{"text": "Why coffee?", "expected_points": ["taste"]}, {"text": "Why us?"}],
        });
        self.call(key, "POST /interviews", Some(body)).await.ok(201).id()
    }

    /// A candidate of it; the whole object.
    pub async fn candidate(&self, key: &str, interview: &str, name: &str) -> Value {
        let path = format!("POST /interviews/{interview}/candidates");
        self.call(key, &path, Some(json!({"name": name}))).await.ok(201).body
    }

    /// Starts the candidate's current attempt, as they would.
    pub async fn start(&self, candidate: &Value) {
        let token = candidate["invite_url"]
            .as_str()
            .unwrap()
            .rsplit('/')
            .next()
            .unwrap()
            .to_owned();
        let input = StartInput {
            consent: true,
            language: "en".into(),
            ..Default::default()
        };
        conversation::start(&self.s, &token, input).await.unwrap();
    }

    /// Answers the question of the moment, as they would.
    pub async fn answer(&self, candidate: &Value, text: &str) {
        let token = candidate["invite_url"].as_str().unwrap().rsplit('/').next().unwrap();
        let view = conversation::start(&self.s, token, StartInput::default())
            .await
            .unwrap();
        let input = AnswerInput {
            client_id: format!("answer-{}", text.len()),
            question: view.question.unwrap().id,
            text: Some(text.into()),
            choices: Vec::new(),
            lease: None,
            presence: parley_domain::clock::Presence::Live,
        };
        conversation::answer(&self.s, token, input).await.unwrap();
    }
}
