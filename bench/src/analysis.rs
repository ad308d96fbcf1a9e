//! Analyses: how many a minute beside the built-in ones, how many of the quotes stand in the answers, how far repeated
//! analyses of one transcript agree. By a scripted model, which answers at once and invents every fourth quote; or, where
//! `PARLEY_BENCH_AI_URL` and `PARLEY_BENCH_AI_MODEL` name a real one, by that one on a few sessions.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use parley_testing::{ScriptedModel, Step};
use serde_json::{Value, json};

use crate::Api;
use crate::http::{Connection, Request};
use crate::server::Server;

/// Completed sessions, for the scripted model and for a real one.
const SESSIONS: [usize; 2] = [120, 3];
/// Questions of each.
const QUESTIONS: usize = 5;
/// Analyses of the same transcript.
const AGAIN: usize = 5;
/// How long all analyses may take.
const LIMIT: Duration = Duration::from_secs(900);

const ANSWERS: [&str; QUESTIONS] = [
    "We measured the slow page first, and the query plan showed a missing index on the orders table.",
    "I told the team what I had found, and we agreed to change one thing at a time.",
    "The release failed at night, so I rolled it back and wrote to the customers in the morning.",
    "I would ask what they need it for before I promise anything.",
    "My tests were too narrow that time, so now a second person reads the list of cases.",
];

/// What a model says that reads the answers: three quotes that stand there and one that does not.
fn assessment(request: &Value) -> Step {
    let text = request["messages"][1]["content"].as_str().unwrap_or_default();
    let document: Value = text
        .split_once("\n\n")
        .and_then(|(_, document)| serde_json::from_str(document).ok())
        .unwrap_or_default();
    let quotes_of = |question: &Value| -> Vec<Value> {
        let said = question["talk"][0]["text"].as_str().unwrap_or_default();
        let words: Vec<&str> = said.split_whitespace().collect();
        let part = |from: usize| words.iter().skip(from).take(5).copied().collect::<Vec<_>>().join(" ");
        let mut quotes: Vec<Value> = [0, 3, 6]
            .map(|from| json!({"turn": question["talk"][0]["turn"], "text": part(from)}))
            .into();
        quotes.push(json!({"turn": 2, "text": "I have led forty people for ten years"}));
        quotes
    };
    let judge = |about: &Value, quotes: Vec<Value>| json!({"about": about, "quotes": quotes, "note": "Concrete.", "confidence": "medium", "score": 7});
    let none = Vec::new();
    let questions = document["questions"].as_array().unwrap_or(&none);
    let criteria = document["criteria"].as_array().unwrap_or(&none);
    let first = questions.first().map(quotes_of).unwrap_or_default();
    Step::json(&json!({
        "questions": questions.iter().map(|q| judge(&q["ref"], quotes_of(q))).collect::<Vec<_>>(),
        "criteria": criteria.iter().map(|c| judge(&c["ref"], first.clone())).collect::<Vec<_>>(),
        "strengths": ["Measures first."], "concerns": [], "summary": "All questions were answered.",
    }))
}

/// A candidate takes the interview from start to end.
async fn take(port: u16, token: &str, name: usize) -> Result<()> {
    let headers = [
        "accept: application/json".to_owned(),
        "content-type: application/x-www-form-urlencoded".to_owned(),
    ];
    let mut connection = Connection::open(port).await?;
    let mut post = async |what: &str, fields: String| -> Result<Value> {
        let body = format!("token={token}{fields}");
        let request = Request::new("POST", &format!("/sfn/candidate/{what}"), &headers, &body);
        connection.send(&request).await?.json()
    };
    let mut view = post("start", "&consent=true".into()).await?;
    for (n, answer) in ANSWERS.iter().enumerate() {
        let question = view["question"]["id"].as_str().context("no question")?.to_owned();
        let id = format!("00000000-0000-4000-8000-{name:06}{n:06}");
        let text = answer.replace(' ', "+");
        view = post("answer", format!("&client_id={id}&question={question}&text={text}")).await?;
    }
    post("finish", String::new()).await.map(drop)
}

/// Analyses all sessions of an interview and waits for the last; how long that took.
async fn analyse_all(api: &Api, interview: &str, engine: &str, sessions: usize) -> Result<Duration> {
    let begin = Instant::now();
    api.post(&format!("/interviews/{interview}/analysis?engine={engine}"), &json!({}))
        .await?;
    loop {
        let batch = api.get(&format!("/interviews/{interview}/analysis")).await?;
        let count = |name: &str| batch[name].as_u64().unwrap_or(0);
        if batch["state"] == "done" && count("ready") + count("failed") >= count("queued") {
            ensure!(count("failed") == 0, "{} analyses failed", count("failed"));
            ensure!(
                count("ready") == sessions as u64,
                "{} of {sessions} analysed",
                count("ready")
            );
            return Ok(begin.elapsed());
        }
        ensure!(begin.elapsed() < LIMIT, "not done in time: {batch}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The lowest and the highest of the overall scores of repeated analyses.
async fn spread(api: &Api, session: &str, engine: &str) -> Result<(f64, f64)> {
    let mut scores = Vec::new();
    for _ in 0..AGAIN {
        let asked = api
            .post(&format!("/sessions/{session}/analysis?engine={engine}"), &json!({}))
            .await?;
        let begin = Instant::now();
        let made = loop {
            let now = api.get(&format!("/sessions/{session}/analysis")).await?;
            if now["run"] == asked["run"] && now["state"] != "queued" && now["state"] != "running" {
                break now;
            }
            ensure!(begin.elapsed() < LIMIT, "not done in time");
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        scores.extend(made["overall"].as_f64());
    }
    ensure!(!scores.is_empty(), "no analysis has an overall score");
    Ok(scores
        .iter()
        .fold((f64::MAX, f64::MIN), |(low, high), s| (low.min(*s), high.max(*s))))
}

/// Measures and prints. On an installation of its own: the model is set by its environment.
pub async fn measure(binary: PathBuf) -> Result<()> {
    let scripted = ScriptedModel::start().await;
    scripted.otherwise(assessment);
    let named = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let real = named("PARLEY_BENCH_AI_URL").zip(named("PARLEY_BENCH_AI_MODEL"));
    let (who, url, model) = match &real {
        Some((url, model)) => (model.as_str(), url.clone(), model.clone()),
        None => ("a scripted model", scripted.url().to_owned(), "scripted".to_owned()),
    };
    let count = SESSIONS[usize::from(real.is_some())];
    let mut server = Server::install(binary, None)?;
    let key = server.api_key()?;

    // Talked to without the model, so that all sessions are the same; then started again with it.
    server.start().await?;
    let api = Api { port: server.port, key };
    let questions: Vec<Value> = (1..=QUESTIONS)
        .map(|n| json!({"kind": "open", "text": format!("Question {n}: what did you do?"), "expected_points": ["measured", "told the team"]}))
        .collect();
    let (interview, people) = api.interview("Analyses", &questions, count).await?;
    for (name, person) in people.iter().enumerate() {
        let url = person["candidate"]["invite_url"].as_str().context("no invite_url")?;
        take(server.port, url.rsplit('/').next().unwrap_or_default(), name).await?;
    }
    let done = async |api: &Api| -> Result<bool> {
        let estimate = api
            .get(&format!("/interviews/{interview}/analysis/estimate?engine=built_in"))
            .await?;
        Ok(estimate["sessions"].as_u64() == Some(count as u64))
    };
    while !done(&api).await? {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    server.stop()?;
    server
        .start_with(&[("PARLEY_AI_URL", &url), ("PARLEY_AI_MODEL", &model)])
        .await?;

    let built_in = analyse_all(&api, &interview, "built_in", count).await?;
    let by_model = analyse_all(&api, &interview, "ai", count).await?;
    let rate = |took: Duration| count as f64 / took.as_secs_f64();
    println!(
        "analyses             {:8.1} /s   ({count} sessions of {QUESTIONS} answers, by {who})",
        rate(by_model)
    );
    println!(
        "  built-in           {:8.1} /s   ratio {:.2} (aim: at least 0.5 by a model that answers at once)",
        rate(built_in),
        by_model.as_secs_f64().recip() * built_in.as_secs_f64()
    );

    let page = api.get(&format!("/interviews/{interview}/sessions?limit=200")).await?;
    let ids: Vec<String> = page["items"]
        .as_array()
        .context("no sessions")?
        .iter()
        .filter_map(|row| row["id"].as_str().map(str::to_owned))
        .collect();
    let (mut given, mut found) = (0, 0);
    for id in &ids {
        let analysis = api.get(&format!("/sessions/{id}/analysis")).await?;
        given += analysis["quotes"]["given"].as_u64().unwrap_or(0);
        found += analysis["quotes"]["found"].as_u64().unwrap_or(0);
    }
    println!(
        "quotes found         {:8.1} %    ({found} of {given}, by {who}{})",
        100.0 * found as f64 / given.max(1) as f64,
        if real.is_none() {
            ", which invents a quarter"
        } else {
            ""
        }
    );
    let id = ids.first().context("no session")?;
    for (engine, who) in [("ai", who), ("built_in", "the built-in engine")] {
        let (low, high) = spread(&api, id, engine).await?;
        println!(
            "spread of scores     {:8.1}      ({low:.1} to {high:.1} in {AGAIN} analyses of one transcript, by {who})",
            high - low
        );
    }
    server.stop()
}
