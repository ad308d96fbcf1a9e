//! `make bench`: measures the release binary from outside, in ratios where a ratio can be had in the same run.
//!
//! Figures depend on the machine; a ratio of two things measured side by side on it depends much less.
#![expect(clippy::print_stdout, reason = "its output is what the program is for")]

mod ai;
mod analysis;
mod answers;
mod http;
mod layer;
mod load;
mod million;
mod pages;
mod resumes;
mod server;
mod split;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::http::{Connection, Request};
use crate::server::Server;

/// Candidates who chat at the same time.
const CANDIDATES: usize = 200;

/// Sessions of the large workspace, unless the second argument says how many; 0 leaves it out.
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
    async fn post(&self, path: &str, body: &Value) -> Result<Value> {
        let headers = [
            format!("authorization: Bearer {}", self.key),
            "content-type: application/json".to_owned(),
        ];
        let request = Request::new("POST", &format!("/api/v1{path}"), &headers, &body.to_string());
        Connection::open(self.port)
            .await?
            .send(&request)
            .await?
            .json()
            .with_context(|| format!("POST {path}"))
    }

    /// An open interview with `count` candidates; answers its id and their tokens.
    async fn interview(&self, title: &str, questions: &[Value], count: usize) -> Result<(String, Vec<String>)> {
        let body =
            json!({"title": title, "state": "open", "questions": questions, "settings": {"follow_up_depth": "light"}});
        let id = self.post("/interviews", &body).await?["id"]
            .as_str()
            .context("no id")?
            .to_owned();
        let people: Vec<Value> = (0..count)
            .map(|n| json!({"name": format!("Candidate Number {n}"), "email": format!("candidate{n}@example.com"), "school": "University of Somewhere"}))
            .collect();
        let made = self
            .post(&format!("/interviews/{id}/candidates"), &Value::Array(people))
            .await?;
        let items = made["items"].as_array().context("no items")?;
        let tokens = items
            .iter()
            .map(|item| {
                let url = item["candidate"]["invite_url"]
                    .as_str()
                    .with_context(|| format!("no invite_url in {item}"))?;
                Ok(url.rsplit('/').next().unwrap_or_default().to_owned())
            })
            .collect::<Result<_>>()?;
        Ok((id, tokens))
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let usage = "usage: parley-bench BINARY [SESSIONS | resumes]";
    let first = std::env::args_os().nth(1).context(usage)?;
    if first == resumes::WITHOUT_WORDS {
        return resumes::without_words();
    }
    let binary = PathBuf::from(first);
    resumes::measure(&binary)?;
    let second = std::env::args().nth(2);
    let sessions: u64 = match second.as_deref() {
        Some("resumes") => return Ok(()),
        Some(text) => text.parse().context(usage)?,
        None => SESSIONS,
    };
    let mut server = Server::install(binary.clone())?;
    let key = server.api_key()?;

    server.start().await?;
    let api = Api {
        port: server.port,
        key: key.clone(),
    };
    let open = |text: &str| json!({"kind": "open", "text": text, "expected_points": ["team"]});
    let (list, _) = api.interview("Fifty rows", &[open("Why?")], 50).await?;
    let questions: Vec<Value> = (1..=20)
        .map(|n| open(&format!("Question {n}: what did you do?")))
        .collect();
    let (_, tokens) = api.interview("Chat", &questions, CANDIDATES).await?;
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

    pages::measure(&server, &list).await?;
    answers::measure(&server, &tokens).await?;
    println!("memory after all     {:8.1} MB", server.memory()?);
    ai::overhead().await?;
    ai::many(&mut server, &key).await?;
    server.stop()?;
    analysis::measure(binary.clone()).await?;
    if sessions > 0 {
        million::measure(binary, sessions).await?;
    }
    Ok(())
}
