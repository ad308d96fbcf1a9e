//! The AI layer: what it adds to a bare call of the model, alone and with many candidates at once.
//!
//! The model is a scripted server in this process; "bare" is the same request with nothing of ours around it.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use parley_testing::{ScriptedModel, Step};
use serde_json::{Value, json};

use crate::candidate::{Candidate, Pool};
use crate::http::{Connection, Request};
use crate::load::{Latencies, open_loop};
use crate::server::Server;
use crate::{Api, ms};

/// Calls that are compared, each way.
const CALLS: u32 = 400;
/// Candidates who are interviewed by the model at once.
const CANDIDATES: usize = 500;
/// How long the model takes to answer.
const REPLY: Duration = Duration::from_millis(800);
/// A candidate answers once in this time.
const PAUSE: Duration = Duration::from_secs(12);
/// Answers of each candidate.
const ROUNDS: u32 = 3;

fn said() -> Step {
    Step::json(&json!({ "action": "next", "text": "Thank you, that is easy to follow." }))
}

/// The bare request, over a connection that stays open: the whole answer, or, of a stream, its first part.
async fn bare(port: u16, stream: bool) -> Result<Latencies> {
    let body = json!({
        "model": "m", "stream": stream, "max_tokens": 500,
        "messages": [{ "role": "system", "content": "x".repeat(3_000) }, { "role": "user", "content": "y".repeat(800) }],
    });
    let headers = ["content-type: application/json".to_owned()];
    let request = Request::new("POST", "/v1/chat/completions", &headers, &body.to_string());
    let mut connection = Connection::open(port).await?;
    let mut all = Vec::new();
    for _ in 0..CALLS {
        let begin = Instant::now();
        let answer = connection.send(&request).await?;
        ensure!(answer.status == 200, "the scripted model answered {}", answer.status);
        all.push(match answer.first.filter(|_| stream) {
            Some(first) => first.saturating_duration_since(begin),
            None => begin.elapsed(),
        });
    }
    Ok(Latencies::new(all))
}

/// The same through the layer: gateway, adapter, reading, record; whole answers and until the first text.
async fn layered(model: &ScriptedModel) -> Result<(Latencies, Latencies)> {
    let layer = crate::layer::Layer::new(model.url()).await?;
    let (mut whole, mut first) = (Vec::new(), Vec::new());
    for _ in 0..CALLS {
        whole.push(layer.whole().await?);
        first.push(layer.first().await?);
    }
    layer.close().await?;
    Ok((Latencies::new(whole), Latencies::new(first)))
}

fn port_of(url: &str) -> Result<u16> {
    let port = url.trim_end_matches("/v1").rsplit(':').next();
    Ok(port.context("no port")?.parse()?)
}

/// The layer beside the bare call, one at a time.
pub async fn overhead() -> Result<()> {
    let model = ScriptedModel::start().await;
    model.otherwise(|_| said());
    let port = port_of(model.url())?;
    // Warm on both sides.
    bare(port, false).await?;
    let (plain, streamed) = (bare(port, false).await?, bare(port, true).await?);
    let (whole, first) = layered(&model).await?;
    println!("AI layer, one call at a time          bare      with the layer      more");
    for (label, bare, ours) in [
        ("  whole answer", &plain, &whole),
        ("  until the first text", &streamed, &first),
    ] {
        for (name, part) in [("median", 0.5), ("p99", 0.99)] {
            let (bare, ours) = (ms(bare.percentile(part)), ms(ours.percentile(part)));
            println!("{label:<23}{name:<8}{bare:9.2} ms{ours:16.2} ms{:10.2} ms", ours - bare);
        }
    }
    println!("                                (aims, p99: under 20 ms more; until the first text under 10 ms more)");
    Ok(())
}

/// Many candidates at once, whose interviewer takes [`REPLY`] for each turn.
pub async fn many(binary: PathBuf) -> Result<()> {
    let model = ScriptedModel::start().await;
    model.slow(REPLY).otherwise(|_| said());
    let mut server = Server::install(binary, None)?;
    let key = server.api_key()?;
    let settings = [
        ("PARLEY_AI_URL", model.url()),
        ("PARLEY_AI_MODEL", "m"),
        ("PARLEY_AI_AT_ONCE", "500"),
    ];
    server.start_with(&settings).await?;
    let api = Api { port: server.port, key };
    let questions: Vec<Value> = (0..=ROUNDS)
        .map(|n| json!({ "kind": "open", "text": format!("Question {n}: what did you do?") }))
        .collect();
    let pool = Pool::new(server.port);
    let mut candidates = Vec::new();
    let people = api.people("With a model", &questions, CANDIDATES).await?;
    for (number, (token, session)) in people.into_iter().enumerate() {
        candidates.push(Candidate::start(pool.clone(), token, session, number).await?);
    }
    let before = server.memory()?;
    let between = PAUSE / u32::try_from(candidates.len())?;
    let tasks: Vec<_> = (0_u32..)
        .zip(candidates)
        .map(|(place, candidate)| {
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
    ensure!(answers.count() == CANDIDATES * ROUNDS as usize, "answers are missing");
    ensure!(
        model.requests().len() == answers.count(),
        "{} answers, but the model was asked {} times",
        answers.count(),
        model.requests().len()
    );
    let after = server.memory()?;
    println!(
        "AI interviews        {CANDIDATES} candidates at once, {} answers, a model that takes {} ms",
        answers.count(),
        REPLY.as_millis()
    );
    for (name, part) in [("  median", 0.5), ("  p99", 0.99)] {
        let took = ms(answers.percentile(part));
        println!(
            "{name:<21}{took:8.1} ms   more than the model: {:.1} ms",
            took - ms(REPLY)
        );
    }
    #[expect(clippy::cast_precision_loss, reason = "a few hundred")]
    let each = (after - before).max(0.0) * 1_000.0 / CANDIDATES as f64;
    println!("  memory             {after:8.1} MB   {each:.0} kB more a candidate");
    server.stop()
}
