//! A conversation with a model that a script plays, and what is recorded of it.

use crate::common::{TestBed, token};
use parley_domain::{
    candidate::Candidate,
    clock::Presence,
    conversation::{CandidateView, Transcript},
    id::PromptId,
    interview::{Criterion, FollowUpDepth, InterviewInput},
};
use parley_services::{
    Services,
    ai::{Ai, AiConfig, Pace},
    candidates,
    conversation::{self, AnswerInput, StartInput},
    entity, sessions,
};
use parley_testing::ScriptedModel;
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use std::time::Duration;

pub fn with(bed: &TestBed, model: &ScriptedModel) -> Services {
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
    bed.s.clone().with_ai(Ai::paced(Some(config), 8, pace).unwrap())
}

pub fn follow_up(text: &str) -> Value {
    json!({ "action": "follow_up", "text": text })
}

pub fn next(text: &str) -> Value {
    json!({ "action": "next", "text": text })
}

pub fn secrets_everywhere(input: &mut InterviewInput) {
    input.settings.follow_up_depth = FollowUpDepth::Moderate;
    input.criteria = vec![Criterion {
        name: "SECRET-criterion".into(),
        description: "SECRET-rubric".into(),
        weight: 2.0,
        ..Default::default()
    }];
}

pub struct Talk {
    pub s: Services,
    pub candidate: Candidate,
    pub token: String,
    pub view: CandidateView,
    pub sent: u32,
}

impl Talk {
    pub async fn start(
        bed: &TestBed,
        s: &Services,
        questions: usize,
        adjust: impl FnOnce(&mut InterviewInput),
    ) -> Self {
        let interview = bed.interview(questions, adjust).await;
        let candidate = bed.candidate(interview, "Ana Lima", Some("ana@example.com")).await;
        let token = token(&candidate);
        let input = StartInput {
            consent: true,
            language: "en".into(),
            ..Default::default()
        };
        let view = conversation::start(s, &token, input).await.unwrap();
        Self {
            s: s.clone(),
            candidate,
            token,
            view,
            sent: 0,
        }
    }

    pub fn input(&mut self, text: &str) -> AnswerInput {
        self.sent += 1;
        AnswerInput {
            client_id: format!("c{}", self.sent),
            question: self.view.question.as_ref().map_or(PromptId::NIL, |q| q.id),
            text: Some(text.into()),
            choices: Vec::new(),
            lease: Some(self.view.lease),
            presence: Presence::Live,
        }
    }

    pub async fn say(&mut self, text: &str) -> &CandidateView {
        let input = self.input(text);
        self.view = conversation::answer(&self.s, &self.token, input).await.unwrap();
        &self.view
    }

    pub async fn transcript(&self, bed: &TestBed) -> Transcript {
        let session = candidates::get(&self.s, &bed.owner, self.candidate.id)
            .await
            .unwrap()
            .session;
        sessions::transcript(&self.s, &bed.owner, session.id).await.unwrap()
    }

    pub fn last(&self) -> &str {
        &self.view.turns.last().unwrap().text
    }
}

pub async fn outcomes(s: &Services) -> Vec<String> {
    let rows = entity::ai_call::Entity::find().all(s.db.read()).await.unwrap();
    rows.into_iter().map(|row| row.outcome).collect()
}

/// The data of a request.
pub fn data(request: &Value) -> Value {
    let content = request["messages"][1]["content"].as_str().unwrap();
    serde_json::from_str(content.split_once("\n\n").unwrap().1).unwrap()
}
