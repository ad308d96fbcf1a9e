//! A candidate as a program: starts, answers, tries again until an answer is acknowledged, and keeps a ledger of what was
//! sent and what was acknowledged.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;
use tokio::sync::{Mutex, Semaphore};

use crate::http::{Answer, Connection, Request};

/// Connections that candidates share.
const CONNECTIONS: usize = 256;
/// Between two tries while the server is away.
const AGAIN: Duration = Duration::from_millis(50);
/// Tries before a candidate gives up: a server that does not come back.
const TRIES: u32 = 600;

/// Open connections to one server.
#[derive(Clone, Debug)]
pub struct Pool(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    port: u16,
    free: Mutex<Vec<Connection>>,
    places: Semaphore,
}

impl Pool {
    /// Connections are opened as they are needed.
    pub fn new(port: u16) -> Self {
        Self(Arc::new(Inner {
            port,
            free: Mutex::default(),
            places: Semaphore::new(CONNECTIONS),
        }))
    }

    /// Sends on a connection that nobody uses; one that broke is not used again.
    pub async fn send(&self, request: &Request) -> Result<Answer> {
        let _place = self.0.places.acquire().await?;
        let free = self.0.free.lock().await.pop();
        let mut connection = match free {
            Some(connection) => connection,
            None => Connection::open(self.0.port).await?,
        };
        let answer = connection.send(request).await?;
        self.0.free.lock().await.push(connection);
        Ok(answer)
    }

    /// Forgets all connections: the server they led to is gone.
    pub async fn clear(&self) {
        self.0.free.lock().await.clear();
    }
}

/// One candidate of the load.
#[derive(Debug)]
pub struct Candidate {
    pool: Pool,
    token: String,
    /// Of their session.
    pub session: String,
    number: usize,
    question: Option<String>,
    /// The interviewer is writing: the next question comes later.
    writing: bool,
    /// Texts that the server acknowledged, in order.
    pub acknowledged: Vec<String>,
    /// Answers that were tried again.
    pub repeated: u32,
}

impl Candidate {
    /// Starts the session; `number` tells candidates apart.
    pub async fn start(pool: Pool, token: String, session: String, number: usize) -> Result<Self> {
        let mut candidate = Self {
            pool,
            token,
            session,
            number,
            question: None,
            writing: false,
            acknowledged: Vec::new(),
            repeated: 0,
        };
        let answer = candidate.post("start", "&consent=true").await?;
        candidate.look(&answer)?;
        candidate.wait().await?;
        Ok(candidate)
    }

    /// Whether a question waits for an answer.
    pub const fn asked(&self) -> bool {
        self.question.is_some()
    }

    async fn post(&self, name: &str, fields: &str) -> Result<Answer> {
        let headers = [
            "accept: application/json".to_owned(),
            "content-type: application/x-www-form-urlencoded".to_owned(),
        ];
        let body = format!("token={}{fields}", self.token);
        let request = Request::new("POST", &format!("/sfn/candidate/{name}"), &headers, &body);
        self.pool.send(&request).await
    }

    fn look(&mut self, answer: &Answer) -> Result<()> {
        let view: Value = answer.json()?;
        self.question = view["question"]["id"].as_str().map(str::to_owned);
        self.writing = view["writing"].as_bool().unwrap_or_default();
        Ok(())
    }

    /// Looks again as long as the interviewer is writing, as a page does; a server that is away is tried again.
    async fn wait(&mut self) -> Result<()> {
        for _ in 0..TRIES {
            if !self.writing {
                return Ok(());
            }
            tokio::time::sleep(AGAIN).await;
            if let Ok(answer) = self.post("heartbeat", "").await {
                self.look(&answer)?;
            }
        }
        bail!("the interviewer does not stop writing")
    }

    /// Answers the present question with a text that nobody else sends.
    pub async fn answer(&mut self) -> Result<()> {
        let (fields, text) = self.next()?;
        let answer = self.post("answer", &fields).await?;
        self.look(&answer)?;
        self.acknowledged.push(text);
        self.wait().await
    }

    /// The same, and tries again with the same client id while the server is away.
    pub async fn answer_somehow(&mut self) -> Result<()> {
        let (fields, text) = self.next()?;
        for _ in 0..TRIES {
            // Refused is a finding; not reached is what this is about.
            if let Ok(answer) = self.post("answer", &fields).await {
                self.look(&answer)?;
                self.acknowledged.push(text);
                return self.wait().await;
            }
            self.repeated += 1;
            tokio::time::sleep(AGAIN).await;
        }
        bail!("the server did not come back")
    }

    fn next(&self) -> Result<(String, String)> {
        let question = self.question.as_deref().context("no question waits for an answer")?;
        // A client id is a UUID that the candidate's browser makes; here a counted one will do.
        let id = format!(
            "00000000-0000-4000-8000-{:06}{:06}",
            self.number,
            self.acknowledged.len()
        );
        let text = format!("I asked the team and we found a way that worked for everybody, see {id}.");
        let sent = text.replace(' ', "+").replace(',', "%2C");
        Ok((format!("&client_id={id}&question={question}&text={sent}"), text))
    }

    /// Presses Finish.
    pub async fn finish(&mut self) -> Result<()> {
        for _ in 0..TRIES {
            if let Ok(answer) = self.post("finish", "").await {
                answer.json()?;
                return Ok(());
            }
            tokio::time::sleep(AGAIN).await;
        }
        bail!("the server did not come back")
    }
}
