//! Sessions that are complete, and a model that judges them as a script says.

use crate::common::{TestBed, token};
use parley_domain::{
    clock::Presence,
    id::{InterviewId, SessionId},
    interview::Criterion,
};
use parley_services::{
    Services,
    ai::{Ai, AiConfig},
    conversation::{self, AnswerInput, StartInput},
};
use parley_testing::{ScriptedModel, Step};
use serde_json::{Value, json};

pub fn with(bed: &TestBed, model: &ScriptedModel) -> Services {
    let config = AiConfig {
        url: model.url().to_owned(),
        key: None,
        model: "m".to_owned(),
    };
    bed.s.clone().with_ai(Ai::new(Some(config), 8).unwrap())
}

/// The document that a request carries.
pub fn document(request: &Value) -> Value {
    let text = request["messages"].as_array().unwrap()[1]["content"].as_str().unwrap();
    serde_json::from_str(text.split_once("\n\n").unwrap().1).unwrap()
}

/// What a well-behaved model answers: each answered question scored, with the beginning of its first answer as the quote.
pub fn judged(request: &Value, score: f64) -> Value {
    let document = document(request);
    if document.get("parts").is_some() {
        return json!({"summary": "All parts together.", "strengths": ["Put together."], "concerns": []});
    }
    let mut quote = Value::Null;
    let mut questions = Vec::new();
    for q in document["questions"].as_array().unwrap() {
        let said = q["talk"]
            .as_array()
            .unwrap()
            .iter()
            .find(|t| t["speaker"] == "candidate");
        let Some(said) = said else { continue };
        let words: Vec<_> = said["text"].as_str().unwrap().split_whitespace().take(4).collect();
        quote = json!({"turn": said["turn"], "text": words.join(" ")});
        questions.push(
            json!({"about": q["ref"], "score": score, "confidence": "high", "note": "Said so.", "quotes": [quote]}),
        );
    }
    let criteria: Vec<Value> = document["criteria"]
        .as_array()
        .unwrap()
        .iter()
        .map(
            |c| json!({"about": c["ref"], "score": score, "confidence": "medium", "note": "Shown.", "quotes": [quote]}),
        )
        .collect();
    json!({"summary": "It was answered.", "strengths": ["Concrete."], "concerns": ["Short."], "criteria": criteria, "questions": questions})
}

pub fn judges(model: &ScriptedModel, score: f64) {
    model.otherwise(move |request| Step::json(&judged(request, score)));
}

pub async fn interview(bed: &TestBed, questions: usize) -> InterviewId {
    bed.interview(questions, |i| {
        i.criteria = [("Care", 3.0), ("Speed", 1.0)]
            .map(|(name, weight)| Criterion {
                id: uuid::Uuid::from_u128(name.len() as u128 + 100).into(),
                name: name.into(),
                description: String::new(),
                weight,
            })
            .into();
    })
    .await
}

/// A candidate who gave these answers and finished.
pub async fn complete(s: &Services, bed: &TestBed, interview: InterviewId, answers: &[&str]) -> SessionId {
    let email = format!("ana-{}@example.org", s.new_id::<uuid::Uuid>().unwrap());
    let candidate = bed.candidate(interview, "Ana Lima", Some(&email)).await;
    answer_all(s, &token(&candidate), answers).await;
    candidate.session.id
}

pub async fn answer_all(s: &Services, token: &str, answers: &[&str]) {
    let start = StartInput {
        consent: true,
        language: "en".into(),
        ..Default::default()
    };
    let mut view = conversation::start(s, token, start).await.unwrap();
    for (n, text) in answers.iter().enumerate() {
        let input = AnswerInput {
            client_id: format!("c{n}"),
            question: view.question.as_ref().unwrap().id,
            text: Some((*text).into()),
            choices: Vec::new(),
            lease: None,
            presence: Presence::Live,
        };
        view = conversation::answer(s, token, input).await.unwrap();
    }
    conversation::finish(s, token).await.unwrap();
}
