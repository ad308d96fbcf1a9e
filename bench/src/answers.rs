//! Two hundred candidates chat at once. Each answers at times fixed beforehand, on a connection of their own.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{ConnectOptions, ConnectionTrait, Database};
use serde_json::Value;

use crate::http::{Connection, Request};
use crate::load::{Latencies, open_loop};
use crate::ms;
use crate::server::Server;

/// Answers of each candidate.
const ROUNDS: u32 = 6;
/// Time between two answers of one candidate: with 200 candidates, 50 answers a second.
const PAUSE: Duration = Duration::from_secs(4);

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

/// The yardstick: one row, committed and synchronised, on the same disk at the same pace, with nothing around it.
async fn durable_inserts(server: &Server, count: u32, pause: Duration) -> Result<Latencies> {
    let url = format!("sqlite://{}?mode=rwc", server.folder().join("yardstick.db").display());
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).map_sqlx_sqlite_opts(|o| {
        o.journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
    });
    let db = Database::connect(options).await?;
    db.execute_unprepared("CREATE TABLE answer (id INTEGER PRIMARY KEY, text TEXT NOT NULL)")
        .await?;
    let times: Vec<Duration> = (0..count).map(|n| pause * n).collect();
    let inserted = open_loop(&times, async |_| {
        db.execute_unprepared(
            "INSERT INTO answer (text) VALUES ('I asked the team and we found a way that worked for everybody.')",
        )
        .await?;
        Ok(())
    })
    .await?;
    Ok(Latencies::new(inserted))
}

/// Measures and prints.
pub async fn measure(server: &Server, tokens: &[String]) -> Result<()> {
    let mut candidates = Vec::new();
    for (name, token) in tokens.iter().enumerate() {
        candidates.push(Candidate::start(server.port, name, token).await?);
    }
    let count = u32::try_from(candidates.len())?;
    let between = PAUSE / count;
    let tasks: Vec<_> = (0_u32..)
        .zip(candidates)
        .map(|(place, candidate)| {
            // Spread evenly: one answer every 20 ms from somebody.
            let times: Vec<Duration> = (0..ROUNDS).map(|round| between * place + PAUSE * round).collect();
            let candidate = tokio::sync::Mutex::new(candidate);
            tokio::spawn(async move { open_loop(&times, async |_| candidate.lock().await.answer().await).await })
        })
        .collect();
    let mut all = Vec::new();
    for task in tasks {
        all.extend(task.await??);
    }
    let answers = Latencies::new(all);
    ensure!(answers.count() == tokens.len() * ROUNDS as usize, "answers are missing");
    let inserts = durable_inserts(server, 500, between).await?;

    let share = |part: f64| (ms(answers.percentile(part)), ms(inserts.percentile(part)));
    println!(
        "answers              {:8.0} /s   ({} candidates at once, {} answers, open loop)",
        1.0 / between.as_secs_f64(),
        tokens.len(),
        answers.count()
    );
    for (label, part) in [("  median", 0.5), ("  p99", 0.99)] {
        let (answer, insert) = share(part);
        println!(
            "{label:<21}{answer:8.2} ms   a durable insert alone: {insert:.2} ms, ratio {:.1}",
            answer / insert
        );
    }
    println!("                                (aim: p99 under 10 times the insert's)");
    Ok(())
}
