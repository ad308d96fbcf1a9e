//! Sessions under load, through the door that candidates use: a thousand people who think between answers, a crowd that
//! does not, and a server that is killed every few seconds. After each, the ledger of what was acknowledged is held
//! against what is stored.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::Api;
use crate::candidate::{Candidate, Pool};
use crate::database::Database;
use crate::load::{Latencies, open_loop};
use crate::ms;
use crate::server::Server;

/// Answers of each person of the open loop.
const ANSWERS: u32 = 10;
/// Between two answers of one person.
const THINK: Duration = Duration::from_secs(10);
/// People of the closed loop.
const CROWD: usize = 64;
/// For how long they answer.
const SPAN: Duration = Duration::from_secs(12);
/// People who answer while the server is killed, answers of each, and the time between two.
const KILLED: (usize, u32, Duration) = (100, 40, Duration::from_millis(500));
/// Between two kills.
const KILLS: Duration = Duration::from_secs(3);

/// Sizes of a run.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// People of the open loop: a thousand, unless `PARLEY_BENCH_SESSIONS` says otherwise; with 0 there is none.
    pub people: usize,
}

impl Size {
    /// From the environment.
    pub fn given() -> Self {
        let people = std::env::var("PARLEY_BENCH_SESSIONS").ok().and_then(|n| n.parse().ok());
        Self {
            people: people.unwrap_or(1_000),
        }
    }
}

/// An open interview with `questions` questions and people who have started it.
async fn started(api: &Api, pool: &Pool, title: &str, questions: usize, people: usize) -> Result<Vec<Candidate>> {
    let questions: Vec<Value> = (1..=questions)
        .map(
            |n| json!({"kind": "open", "text": format!("Question {n}: what did you do?"), "expected_points": ["team"]}),
        )
        .collect();
    let mut candidates = Vec::with_capacity(people);
    for (number, (token, session)) in api.people(title, &questions, people).await?.into_iter().enumerate() {
        candidates.push(Candidate::start(pool.clone(), token, session, number).await?);
    }
    Ok(candidates)
}

/// Measures and prints; fails where an answer was lost or doubled or a status is wrong.
pub async fn measure(binary: std::path::PathBuf, database: &Database, size: Size) -> Result<()> {
    let url = database.fresh("parley_bench").await?;
    let mut server = Server::install(binary, url)?;
    let key = server.api_key()?;
    server.start().await?;
    let api = Api { port: server.port, key };
    let pool = Pool::new(server.port);
    let yardstick = database.yardstick(server.folder()).await?;
    println!("\n{}", database.name());

    if size.people > 0 {
        open(&api, &pool, &yardstick, size).await?;
    }
    println!("  memory             {:8.1} MB", server.memory()?);
    closed(&api, &pool, &yardstick).await?;
    killed(&mut server, &api, &pool).await?;
    server.stop()
}

/// People who think: each answers at times fixed beforehand, spread evenly.
async fn open(api: &Api, pool: &Pool, yardstick: &crate::database::Yardstick, size: Size) -> Result<()> {
    let candidates = started(api, pool, "Open loop", ANSWERS as usize, size.people).await?;
    let between = THINK / u32::try_from(size.people)?;
    let tasks: Vec<_> = (0_u32..)
        .zip(candidates)
        .map(|(place, candidate)| {
            let times: Vec<Duration> = (0..ANSWERS).map(|round| between * place + THINK * round).collect();
            let candidate = tokio::sync::Mutex::new(candidate);
            tokio::spawn(async move {
                let taken = open_loop(&times, async |_| candidate.lock().await.answer().await).await?;
                anyhow::Ok((taken, candidate.into_inner()))
            })
        })
        .collect();
    let (mut taken, mut candidates) = (Vec::new(), Vec::new());
    for task in tasks {
        let (times, candidate) = task.await??;
        taken.extend(times);
        candidates.push(candidate);
    }
    let answers = Latencies::new(taken);
    let inserts = yardstick.paced(2_000, between).await?;
    println!(
        "  open loop          {:8.0} answers/s due   ({} people, {} answers, {} s between two)",
        1.0 / between.as_secs_f64(),
        candidates.len(),
        answers.count(),
        THINK.as_secs()
    );
    for (label, part) in [("median", 0.5), ("p99", 0.99)] {
        let (answer, insert) = (ms(answers.percentile(part)), ms(inserts.percentile(part)));
        println!(
            "    {label:<17}{answer:8.2} ms acknowledged   a durable insert alone: {insert:.2} ms, ratio {:.1}",
            answer / insert
        );
    }
    println!("                              (aim: p99 under 10 times the insert's)");
    check(api, candidates).await
}

/// A crowd that does not think.
async fn closed(api: &Api, pool: &Pool, yardstick: &crate::database::Yardstick) -> Result<()> {
    // As many questions as an interview may have; who is through sits down.
    let candidates = started(api, pool, "Closed loop", 100, CROWD * 4).await?;
    let start = Instant::now();
    let mut tasks = Vec::new();
    for group in groups(candidates, CROWD) {
        tasks.push(tokio::spawn(async move {
            let mut done = Vec::new();
            for mut candidate in group {
                while candidate.asked() && start.elapsed() < SPAN {
                    candidate.answer().await?;
                }
                done.push(candidate);
            }
            anyhow::Ok((done, start.elapsed()))
        }));
    }
    let (mut candidates, mut span) = (Vec::new(), Duration::ZERO);
    for task in tasks {
        let (done, ended) = task.await??;
        candidates.extend(done);
        span = span.max(ended);
    }
    let count: usize = candidates.iter().map(|c| c.acknowledged.len()).sum();
    #[expect(clippy::cast_precision_loss, reason = "a count of answers")]
    let answers = count as f64 / span.as_secs_f64();
    let inserts = yardstick.rate(SPAN / 2).await?;
    println!(
        "  closed loop        {answers:8.0} answers/s       ({CROWD} at once, {count} answers) bare durable inserts: {inserts:.0} /s, ratio {:.2} (aim: at least 0.25)",
        answers / inserts
    );
    check(api, candidates).await
}

/// Deals out to `count` groups.
fn groups(candidates: Vec<Candidate>, count: usize) -> Vec<Vec<Candidate>> {
    let mut groups: Vec<Vec<Candidate>> = (0..count).map(|_| Vec::new()).collect();
    for (index, candidate) in candidates.into_iter().enumerate() {
        if let Some(group) = groups.get_mut(index % count) {
            group.push(candidate);
        }
    }
    groups
}

/// A server that is killed every few seconds while answers are on their way.
async fn killed(server: &mut Server, api: &Api, pool: &Pool) -> Result<()> {
    let (people, answers, pause) = KILLED;
    let candidates = started(api, pool, "Killed", answers as usize, people).await?;
    let tasks: Vec<_> = candidates
        .into_iter()
        .map(|mut candidate| {
            tokio::spawn(async move {
                while candidate.asked() {
                    candidate.answer_somehow().await?;
                    tokio::time::sleep(pause).await;
                }
                anyhow::Ok(candidate)
            })
        })
        .collect();
    let mut kills = 0_u32;
    while tasks.iter().any(|task| !task.is_finished()) {
        tokio::time::sleep(KILLS).await;
        if tasks.iter().any(|task| !task.is_finished()) {
            // SIGKILL: no goodbye, no flush.
            server.stop()?;
            pool.clear().await;
            server.start().await?;
            kills += 1;
        }
    }
    let mut candidates = Vec::new();
    for task in tasks {
        candidates.push(task.await??);
    }
    let repeated: u32 = candidates.iter().map(|c| c.repeated).sum();
    let all: usize = candidates.iter().map(|c| c.acknowledged.len()).sum();
    ensure!(all == people * answers as usize, "{all} answers instead of all");
    println!("  killed             {kills:8} times   ({people} people, {all} answers, {repeated} sent again)");
    check(api, candidates).await
}

/// Everybody finishes; then every acknowledged answer is stored once, nothing else is, and every session is completed.
async fn check(api: &Api, mut candidates: Vec<Candidate>) -> Result<()> {
    let (mut stored, mut lost, mut doubled) = (0, 0, 0);
    for candidate in &mut candidates {
        candidate.finish().await?;
        let path = format!("/sessions/{}", candidate.session);
        let session = api.get(&path).await?;
        ensure!(
            session["status"] == "completed" && session["end_reason"] == "finished",
            "a session stands wrong: {session}"
        );
        let transcript = api.get(&format!("{path}/transcript")).await?;
        let turns = transcript["items"].as_array().context("no transcript")?;
        let numbered = (1_u64..).zip(turns).all(|(n, turn)| turn["number"].as_u64() == Some(n));
        ensure!(numbered, "turns are not numbered from 1 without a gap");
        let said = turns.iter().filter(|turn| turn["speaker"] == "candidate");
        let said: Vec<&str> = said.filter_map(|turn| turn["text"].as_str()).collect();
        for text in &candidate.acknowledged {
            match said.iter().filter(|one| **one == text).count() {
                0 => lost += 1,
                1 => {}
                n => doubled += n - 1,
            }
        }
        ensure!(
            said.len() == candidate.acknowledged.len(),
            "{} answers stored, {} acknowledged",
            said.len(),
            candidate.acknowledged.len()
        );
        stored += said.len();
    }
    ensure!(lost == 0 && doubled == 0, "{lost} answers lost, {doubled} doubled");
    println!(
        "    ledger           {stored:8} answers acknowledged and stored once, 0 lost, 0 doubled; {} sessions completed",
        candidates.len()
    );
    Ok(())
}
