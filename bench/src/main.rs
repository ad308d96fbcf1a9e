//! `make bench`: measures the release binary from outside, in ratios where a ratio can be had in the same run.
//!
//! Figures depend on the machine; a ratio of two things measured side by side on it depends much less.
#![expect(clippy::print_stdout, reason = "its output is what the program is for")]

mod ai;
mod answers;
mod candidate;
mod database;
mod http;
mod layer;
mod load;
mod pages;
mod resume_batch;
mod resumes;
mod server;
mod sessions;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::http::{Connection, Request};
use crate::server::Server;

/// Milliseconds, for people.
fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

/// REST with a key.
struct Api {
    port: u16,
    key: String,
}

impl Api {
    async fn send(&self, method: &str, path: &str, body: &str) -> Result<Value> {
        let mut headers = vec![format!("authorization: Bearer {}", self.key)];
        if !body.is_empty() {
            headers.push("content-type: application/json".to_owned());
        }
        let request = Request::new(method, &format!("/api/v1{path}"), &headers, body);
        Connection::open(self.port)
            .await?
            .send(&request)
            .await?
            .json()
            .with_context(|| format!("{method} {path}"))
    }

    async fn get(&self, path: &str) -> Result<Value> {
        self.send("GET", path, "").await
    }

    async fn post(&self, path: &str, body: &Value) -> Result<Value> {
        self.send("POST", path, &body.to_string()).await
    }

    /// An open interview with `count` candidates: its id, and what was made of each.
    async fn interview(&self, title: &str, questions: &[Value], count: usize) -> Result<(String, Vec<Value>)> {
        let body =
            json!({"title": title, "state": "open", "questions": questions, "settings": {"follow_up_depth": "light"}});
        let id = self.post("/interviews", &body).await?["id"]
            .as_str()
            .context("no id")?
            .to_owned();
        let people: Vec<Value> = (0..count)
            .map(|n| json!({"name": format!("Candidate Number {n}"), "email": format!("candidate{n}@example.com"), "school": "University of Somewhere"}))
            .collect();
        let mut items = Vec::with_capacity(count);
        for part in people.chunks(1_000) {
            let made = self
                .post(&format!("/interviews/{id}/candidates"), &Value::Array(part.to_vec()))
                .await?;
            items.extend(made["items"].as_array().context("no items")?.iter().cloned());
        }
        Ok((id, items))
    }

    /// Candidates of a new interview: token and session of each.
    async fn people(&self, title: &str, questions: &[Value], count: usize) -> Result<Vec<(String, String)>> {
        let (_, items) = self.interview(title, questions, count).await?;
        items
            .iter()
            .map(|item| {
                let text = |value: &Value| value.as_str().map(str::to_owned);
                let session = text(&item["candidate"]["session"]["id"]).context("no session")?;
                Ok((token_of(item)?, session))
            })
            .collect()
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let usage = "usage: parley-bench BINARY [resumes|pages|batch|ai|sessions]";
    let first = std::env::args_os().nth(1).context(usage)?;
    if first == resumes::WITHOUT_WORDS {
        return resumes::without_words();
    }
    let binary = PathBuf::from(first);
    let part = std::env::args().nth(2);
    let wanted = |name: &str| part.as_deref().is_none_or(|part| part == name);
    if wanted("resumes") {
        resumes::measure(&binary)?;
    }
    if wanted("pages") {
        on_its_own(binary.clone()).await?;
    }
    if wanted("batch") {
        beside_a_batch(binary.clone()).await?;
    }
    if wanted("ai") {
        ai::overhead().await?;
        let mut server = Server::install(binary.clone(), None)?;
        let key = server.api_key()?;
        server.start().await?;
        ai::many(&mut server, &key).await?;
        server.stop()?;
    }
    if wanted("sessions") {
        for database in database::Database::all() {
            sessions::measure(binary.clone(), &database, sessions::Size::given()).await?;
        }
    }
    Ok(())
}

/// A batch of resumes, and the chat beside it.
async fn beside_a_batch(binary: PathBuf) -> Result<()> {
    let mut server = Server::install(binary, None)?;
    let key = server.api_key()?;
    server.start().await?;
    let api = Api { port: server.port, key };
    let questions: Vec<Value> = (1..=20)
        .map(
            |n| json!({"kind": "open", "text": format!("Question {n}: what did you do?"), "expected_points": ["team"]}),
        )
        .collect();
    let (interview, items) = api.interview("Resumes", &questions, resume_batch::CANDIDATES).await?;
    let tokens = items.iter().map(token_of).collect::<Result<Vec<_>>>()?;
    resume_batch::measure(&server, &api.key, &interview, &tokens).await?;
    server.stop()
}

/// The token in the link of a candidate that was just made.
fn token_of(item: &Value) -> Result<String> {
    let url = item["candidate"]["invite_url"].as_str();
    let url = url.with_context(|| format!("no invite_url in {item}"))?;
    Ok(url.rsplit('/').next().unwrap_or_default().to_owned())
}

/// Start, memory and pages of an installation that has little to do.
async fn on_its_own(binary: PathBuf) -> Result<()> {
    let mut server = Server::install(binary, None)?;
    let key = server.api_key()?;
    server.start().await?;
    let api = Api { port: server.port, key };
    let question = json!({"kind": "open", "text": "Why?", "expected_points": ["team"]});
    let (list, _) = api.interview("Fifty rows", &[question], 50).await?;
    server.stop()?;

    // A few times: a process that starts once may meet a cold cache.
    let mut starts = Vec::new();
    for _ in 0..5 {
        starts.push(server.start().await?);
        server.stop()?;
    }
    println!(
        "start to ready       {:8.1} ms   (existing database, median of 5; aim: under 300)",
        ms(load::Latencies::new(starts).percentile(0.5))
    );

    server.start().await?;
    // Idle, but no longer asleep: one request has been answered.
    println!("memory when idle     {:8.1} MB   (aim: under 40)", server.memory()?);
    pages::measure(server.port, &list).await?;
    println!("memory after all     {:8.1} MB", server.memory()?);
    server.stop()
}
