//! `make bench`: measures the release binary from outside, in ratios where a ratio can be had in the same run.
//!
//! Figures depend on the machine; a ratio of two things measured side by side on it depends much less.
#![expect(clippy::print_stdout, reason = "its output is what the program is for")]

mod ai;
mod analysis;
mod candidate;
mod database;
mod http;
mod imports;
mod layer;
mod load;
mod million;
mod pages;
mod resume_batch;
mod resumes;
mod server;
mod sessions;
mod split;
mod streams;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::http::{Connection, Request};
use crate::server::Server;

/// Sessions of the large workspace, unless `SESSIONS` says how many; 0 leaves it out.
const SESSIONS: u64 = 200_000;

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
        items.iter().map(person).collect()
    }
}

/// Token and session of a candidate that was just made.
fn person(item: &Value) -> Result<(String, String)> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let url = text(&item["candidate"]["invite_url"]).with_context(|| format!("no invite_url in {item}"))?;
    let session = text(&item["candidate"]["session"]["id"]).context("no session")?;
    Ok((url.rsplit('/').next().unwrap_or_default().to_owned(), session))
}

#[tokio::main]
async fn main() -> Result<()> {
    let usage = "usage: parley-bench BINARY [resumes|batch|pages|sessions|ai|analyses|imports|large]";
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
    if wanted("batch") {
        beside_a_batch(binary.clone()).await?;
    }
    if wanted("pages") {
        on_its_own(binary.clone()).await?;
    }
    if wanted("sessions") {
        for database in database::Database::all() {
            sessions::measure(binary.clone(), &database, sessions::Size::given()).await?;
        }
    }
    if wanted("ai") {
        ai::overhead().await?;
        ai::many(binary.clone()).await?;
    }
    if wanted("analyses") {
        analysis::measure(binary.clone()).await?;
    }
    if wanted("imports") {
        for database in database::Database::all() {
            imports::measure(&binary, &database).await?;
        }
    }
    let large = match std::env::var("SESSIONS") {
        Ok(text) if !text.is_empty() => text.parse().context("SESSIONS is a number")?,
        _ => SESSIONS,
    };
    if wanted("large") && large > 0 {
        million::measure(binary, large).await?;
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
        .map(|n| json!({"kind": "open", "text": format!("Question {n}: what did you do?")}))
        .collect();
    let (interview, items) = api.interview("Resumes", &questions, resume_batch::CANDIDATES).await?;
    let people = items.iter().map(person).collect::<Result<Vec<_>>>()?;
    resume_batch::measure(server.port, &api.key, &interview, people).await?;
    server.stop()
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
    let slug = pages::measure(&server, &list).await?;
    streams::measure(&server, &api, &slug, &list).await?;
    println!("memory after all     {:8.1} MB", server.memory()?);
    server.stop()
}
