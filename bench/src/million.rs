//! Lists and results of a workspace that is far larger than most: `parley demo` fills it, REST reads it.

use std::time::Instant;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::http::{Connection, Request};
use crate::load::Latencies;
use crate::ms;
use crate::server::Server;

/// How often each request is made.
const ROUNDS: usize = 7;

struct Api {
    connection: Connection,
    key: String,
}

impl Api {
    async fn get(&mut self, path: &str) -> Result<Value> {
        let header = format!("authorization: Bearer {}", self.key);
        let request = Request::new("GET", &format!("/api/v1{path}"), &[header], "");
        self.connection
            .send(&request)
            .await?
            .json()
            .with_context(|| format!("GET {path}"))
    }

    /// The median time of a request, and its last answer.
    async fn time(&mut self, path: &str) -> Result<(f64, Value)> {
        let mut all = Vec::new();
        let mut answer = Value::Null;
        for _ in 0..ROUNDS {
            let begin = Instant::now();
            answer = self.get(path).await?;
            all.push(begin.elapsed());
        }
        Ok((ms(Latencies::new(all).percentile(0.5)), answer))
    }
}

/// Fills a fresh installation with `sessions` sessions, measures and prints. Half of them are on the interview that is read.
pub async fn measure(binary: std::path::PathBuf, sessions: u64) -> Result<()> {
    let mut server = Server::empty(binary, None)?;
    let begin = Instant::now();
    server.demo(sessions)?;
    let took = begin.elapsed().as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "a rate")]
    let pace = sessions as f64 / took;
    println!("parley demo          {took:8.1} s    ({sessions} sessions, {pace:.0} /s)");
    let key = server.api_key()?;
    server.start().await?;
    let mut api = Api {
        connection: Connection::open(server.port).await?,
        key,
    };
    let interviews = api.get("/interviews?limit=200").await?;
    let mut largest = (0, String::new());
    for interview in interviews["items"].as_array().context("no interviews")? {
        let id = interview["id"].as_str().context("no id")?;
        let counts = api.get(&format!("/interviews/{id}/sessions/counts")).await?;
        largest = largest.max((counts["all"].as_i64().unwrap_or(0), id.to_owned()));
    }
    let (rows, id) = largest;
    let base = format!("/interviews/{id}");
    let mut deep = format!("{base}/sessions?sort=-score&limit=200");
    // Far into a list: a keyset costs the same everywhere.
    for _ in 0..20 {
        let page = api.get(&deep).await?;
        if let Some(cursor) = page["next_cursor"].as_str() {
            deep = format!("{base}/sessions?sort=-score&limit=200&cursor={cursor}");
        }
    }
    let newest = api.get(&format!("{base}/candidates?limit=50")).await?;
    let email = newest["items"]
        .as_array()
        .and_then(|items| items.iter().find_map(|c| c["email"].as_str()))
        .context("nobody has an email")?
        .replace('+', "%2B");
    println!("of an interview with {rows} sessions, by REST, median of {ROUNDS}:");
    let asked = [
        ("  newest first", format!("{base}/sessions?limit=50")),
        ("  completed only", format!("{base}/sessions?limit=50&status=completed")),
        ("  by score", format!("{base}/sessions?limit=50&sort=-score")),
        ("  page 21 by score", deep.replace("limit=200", "limit=50")),
        ("  search, few hits", format!("{base}/sessions?limit=50&q={email}")),
        ("  counts", format!("{base}/sessions/counts")),
        ("  results", format!("{base}/results")),
    ];
    for (label, path) in asked {
        let (time, _) = api.time(&path).await?;
        println!("{label:<21}{time:8.1} ms");
    }
    let (_, results) = api.time(&format!("{base}/results")).await?;
    let counts = api.get(&format!("{base}/sessions/counts")).await?;
    ensure!(
        results["funnel"]["added"] == counts["all"]
            && results["funnel"]["completed"].as_i64() >= counts["completed"].as_i64(),
        "results and counts do not agree: {results} {counts}"
    );
    println!("memory after it      {:8.1} MB", server.memory()?);
    server.stop()
}
