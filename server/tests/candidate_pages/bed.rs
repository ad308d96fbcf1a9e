//! The house with an interview in it, a clock that is moved by hand, and a person at its pages.

use super::house::{Answer, House, PAGE};
use http::Method;
use parley_app::candidate::chat::model::form;
use parley_domain::{
    account::{Actor, Role},
    candidate::{Candidate, CandidateInput, Source},
    interview::{Interview, InterviewInput},
    time::Timestamp,
};
use parley_services::{
    Services, accounts,
    candidates::{self, OnDuplicate},
    clock::ManualClock,
    interviews,
};
use serde_json::{Value, json};
use std::{ops::Deref, sync::Arc, time::Duration};

pub const ORIGIN: &str = "http://127.0.0.1:3000";
pub const NAVIGATE: (&str, &str) = ("sec-fetch-mode", "navigate");

pub struct Bed {
    house: House,
    pub s: Services,
    pub clock: Arc<ManualClock>,
    pub owner: Actor,
}

impl Deref for Bed {
    type Target = House;

    fn deref(&self) -> &House {
        &self.house
    }
}

impl Bed {
    pub async fn new() -> Self {
        let clock = clock();
        Self::around(House::at(Arc::clone(&clock)).await, clock).await
    }

    /// Where open chats are told the time this often.
    pub async fn ticking(every: Duration) -> Self {
        let clock = clock();
        Self::around(House::ticking(Arc::clone(&clock), every).await, clock).await
    }

    async fn around(house: House, clock: Arc<ManualClock>) -> Self {
        house.add_owner().await;
        let s = house.services.clone();
        let key = accounts::keys::create_key_as_system(&s, "test", Role::Owner, None)
            .await
            .unwrap();
        let owner = accounts::key_actor(&s, &key).await.unwrap().unwrap();
        Self { house, s, clock, owner }
    }

    /// As a person opens a page.
    pub async fn open(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[("accept", PAGE), NAVIGATE], "").await
    }

    /// As a plain form is posted.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let kind = "application/x-www-form-urlencoded";
        let headers = [
            ("accept", PAGE),
            ("content-type", kind),
            ("sec-fetch-site", "same-origin"),
        ];
        self.send(Method::POST, path, &headers, &form(fields)).await
    }

    pub async fn interview(&self, change: Value) -> Interview {
        let mut input = json!({
            "title": "Barista",
            "description": "SECRET-description",
            "welcome": "Welcome to our café.\nTake your time.",
            "objective": "SECRET-objective",
            "state": "open",
            "criteria": [{"name": "SECRET-criterion"}],
            "questions": [
                {"text": "Why coffee?", "expected_points": ["SECRET-point"]},
                {"text": "Which one?", "kind": "single_choice", "choices": [{"text": "Espresso"}, {"text": "Filter"}]},
            ],
        });
        merge(&mut input, change);
        let input: InterviewInput = serde_json::from_value(input).unwrap();
        interviews::create(&self.s, &self.owner, input).await.unwrap()
    }

    /// A candidate on a new interview, and the path of their link.
    pub async fn invite(&self, change: Value) -> (Candidate, String) {
        let interview = self.interview(change).await;
        let input = CandidateInput {
            name: "Ana Lima".into(),
            email: Some("ana@example.com".into()),
            notes: Some("SECRET-notes".into()),
            ..Default::default()
        };
        let new = candidates::create(
            &self.s,
            &self.owner,
            interview.id,
            input,
            Source::Invited,
            OnDuplicate::Refuse,
        );
        let candidate = new.await.unwrap();
        let url = candidate.invite_url.clone().unwrap();
        (candidate, url.strip_prefix(ORIGIN).unwrap().to_owned())
    }

    pub async fn again(&self, candidate: &Candidate) -> Candidate {
        candidates::get(&self.s, &self.owner, candidate.id).await.unwrap()
    }

    /// Starts as a plain form does; the path of the chat.
    pub async fn start(&self, link: &str) -> String {
        let started = self
            .post("/sfn/candidate/start", &[("token", token(link)), ("consent", "true")])
            .await;
        assert!(started.status.is_redirection(), "{} {}", started.status, started.body);
        started.location().to_owned()
    }

    /// Answers as the plain form of the page with this question does.
    pub async fn answer(&self, link: &str, question: &str, client_id: &str, text: &str) -> Answer {
        let fields = [
            ("token", token(link)),
            ("client_id", client_id),
            ("question", question),
            ("lease", "1"),
            ("text", text),
        ];
        self.post("/sfn/candidate/answer", &fields).await
    }
}

fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::new(Timestamp::from_millis(1_795_510_800_000)))
}

fn merge(into: &mut Value, change: Value) {
    match (into, change) {
        (Value::Object(into), Value::Object(change)) => {
            for (key, value) in change {
                merge(into.entry(key).or_insert(Value::Null), value);
            }
        }
        (into, change) => *into = change,
    }
}

pub fn token(link: &str) -> &str {
    link.rsplit('/').next().unwrap()
}

#[track_caller]
pub fn is_a_quiet_page(answer: &Answer) {
    assert_eq!(answer.header("cache-control"), "no-store");
    assert!(answer.header("x-robots-tag").contains("noindex"));
    assert_eq!(answer.header("referrer-policy"), "same-origin");
    assert!(answer.header("content-security-policy").contains("script-src 'none'"));
    assert!(answer.header("content-type").starts_with("text/html"));
    answer.says("<!DOCTYPE html>");
    answer.says_not("<script");
    answer.says_not("SECRET");
    // No third party, no style that the policy would refuse.
    answer.says_not("style=\"");
    answer.says_not("//");
}
