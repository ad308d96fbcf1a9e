//! Candidates who chat at the same time. Each answers at times fixed beforehand, on a connection of their own.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::http::{Connection, Request};
use crate::load::{Latencies, open_loop};

/// One candidate on a connection of their own.
#[derive(Debug)]
pub struct Candidate {
    connection: Connection,
    token: String,
    question: String,
    name: usize,
    sent: usize,
}

impl Candidate {
    /// Starts the interview behind the invite token.
    pub async fn start(port: u16, name: usize, token: &str) -> Result<Self> {
        let mut candidate = Self {
            connection: Connection::open(port).await?,
            token: token.to_owned(),
            question: String::new(),
            name,
            sent: 0,
        };
        candidate.post("start", "&consent=true").await?;
        Ok(candidate)
    }

    async fn post(&mut self, name: &str, fields: &str) -> Result<()> {
        let headers = [
            "accept: application/json".to_owned(),
            "content-type: application/x-www-form-urlencoded".to_owned(),
        ];
        let request = Request::new(
            "POST",
            &format!("/sfn/candidate/{name}"),
            &headers,
            &format!("token={}{fields}", self.token),
        );
        let view: Value = self.connection.send(&request).await?.json()?;
        self.question = view["question"]["id"]
            .as_str()
            .with_context(|| format!("no question in {view}"))?
            .to_owned();
        Ok(())
    }

    /// Answers the current question; returns once the next one is there.
    pub async fn answer(&mut self) -> Result<()> {
        self.sent += 1;
        // A client id is a UUID that the candidate's browser makes; here a counted one will do.
        let id = format!("00000000-0000-4000-8000-{:06}{:06}", self.name, self.sent);
        let fields = format!(
            "&client_id={id}&question={}&text=I+asked+the+team+and+we+found+a+way+that+worked+for+everybody.",
            self.question
        );
        self.post("answer", &fields).await
    }
}

/// Candidates who are inside, each on a connection of their own.
pub struct Crowd(Vec<Candidate>);

impl Crowd {
    /// Lets them all start.
    pub async fn start(port: u16, tokens: &[String]) -> Result<Self> {
        let mut candidates = Vec::new();
        for (name, token) in tokens.iter().enumerate() {
            candidates.push(Candidate::start(port, name, token).await?);
        }
        Ok(Self(candidates))
    }

    /// Each answers `rounds` times, one every `pause`, spread evenly; how long each answer took.
    pub async fn chat(self, rounds: u32, pause: Duration) -> Result<(Self, Latencies)> {
        let count = u32::try_from(self.0.len())?;
        let between = pause / count;
        let tasks: Vec<_> = (0_u32..)
            .zip(self.0)
            .map(|(place, candidate)| {
                let times: Vec<Duration> = (0..rounds).map(|round| between * place + pause * round).collect();
                let candidate = tokio::sync::Mutex::new(candidate);
                tokio::spawn(async move {
                    let latencies = open_loop(&times, async |_| candidate.lock().await.answer().await).await?;
                    anyhow::Ok((candidate.into_inner(), latencies))
                })
            })
            .collect();
        let (mut candidates, mut all) = (Vec::new(), Vec::new());
        for task in tasks {
            let (candidate, latencies) = task.await??;
            candidates.push(candidate);
            all.extend(latencies);
        }
        let answers = Latencies::new(all);
        ensure!(
            answers.count() == candidates.len() * rounds as usize,
            "answers are missing"
        );
        Ok((Self(candidates), answers))
    }
}
