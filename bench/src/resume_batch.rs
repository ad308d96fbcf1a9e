//! Two hundred resumes are read in one batch while fifty candidates chat: what the chat notices of it.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::candidate::{Candidate, Pool};
use crate::http::{Connection, Request};
use crate::load::{Latencies, open_loop};
use crate::ms;

/// Candidates who chat.
pub const CANDIDATES: usize = 50;
/// Resumes of the batch.
const RESUMES: usize = 200;
/// Time between two answers of one candidate.
const PAUSE: Duration = Duration::from_secs(2);
/// Answers of each candidate while nothing else goes on.
const IDLE_ROUNDS: u32 = 4;
/// How long the batch may take.
const LIMIT: Duration = Duration::from_secs(180);

/// A resume of two pages' worth of lines; no two are alike.
fn resume(number: usize) -> String {
    let mut lines = vec![
        format!("Person Number{number}"),
        format!("person{number}@example.com"),
        "+49 30 1234567".to_owned(),
        "Work Experience".to_owned(),
    ];
    for job in 0..12 {
        lines.push(format!("Software Engineer, Company {job} GmbH"));
        lines.push(format!("{} - {}", 2000 + job, 2001 + job));
        for line in 0..4 {
            lines.push(format!(
                "Built and ran part {line} of the system with a team of {job}, and halved what it cost to run."
            ));
        }
    }
    lines.push("Education".to_owned());
    lines.push("BSc Computer Science, University of Hamburg, 1996 - 1999".to_owned());
    pdf(&lines)
}

/// A PDF of one page with these lines.
fn pdf(lines: &[String]) -> String {
    let mut text = String::from("BT /F1 8 Tf 40 820 Td 9 TL\n");
    for line in lines {
        text.push_str(&format!("({line}) Tj T*\n"));
    }
    text.push_str("ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{text}\nendstream", text.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned(),
    ];
    let mut file = String::from("%PDF-1.4\n");
    let mut places = Vec::new();
    for (number, object) in objects.iter().enumerate() {
        places.push(file.len());
        file.push_str(&format!("{} 0 obj\n{object}\nendobj\n", number + 1));
    }
    let start = file.len();
    file.push_str("xref\n0 6\n0000000000 65535 f \n");
    for place in places {
        file.push_str(&format!("{place:010} 00000 n \n"));
    }
    file.push_str(&format!(
        "trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"
    ));
    file
}

/// The form of a whole batch.
fn form() -> String {
    let mut body = String::new();
    for number in 0..RESUMES {
        body.push_str(&format!(
            "--cut\r\nContent-Disposition: form-data; name=\"files\"; filename=\"{number}.pdf\"\r\n\r\n{}\r\n",
            resume(number)
        ));
    }
    body.push_str("--cut--\r\n");
    body
}

/// Uploads and starts the batch; answers when it was read, and how long that took.
async fn read_batch(port: u16, key: String, interview: String) -> Result<Duration> {
    let bearer = format!("authorization: Bearer {key}");
    let headers = [
        bearer.clone(),
        "content-type: multipart/form-data; boundary=cut".to_owned(),
    ];
    let path = format!("/api/v1/interviews/{interview}/resume-batches");
    let mut connection = Connection::open(port).await?;
    let upload = Request::new("POST", &path, &headers, &form());
    let batch: Value = connection.send(&upload).await?.json()?;
    let id = batch["id"].as_str().context("no id")?.to_owned();
    let look = Request::new("GET", &format!("/api/v1/resume-batches/{id}"), &[bearer], "");
    let start = Instant::now();
    while start.elapsed() < LIMIT {
        let batch = connection.send(&look).await?.json()?;
        if batch["state"] == "ready" {
            ensure!(
                batch["counts"]["read"] == RESUMES,
                "not all were read: {}",
                batch["counts"]
            );
            return Ok(start.elapsed());
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    anyhow::bail!("the batch was not read within {LIMIT:?}")
}

/// Each answers `rounds` times, one every [`PAUSE`], spread evenly; how long each answer took.
async fn chat(crowd: Vec<Candidate>, rounds: u32) -> Result<(Vec<Candidate>, Latencies)> {
    let between = PAUSE / u32::try_from(crowd.len())?;
    let tasks: Vec<_> = (0_u32..)
        .zip(crowd)
        .map(|(place, candidate)| {
            let times: Vec<Duration> = (0..rounds).map(|round| between * place + PAUSE * round).collect();
            let candidate = tokio::sync::Mutex::new(candidate);
            tokio::spawn(async move {
                let latencies = open_loop(&times, async |_| candidate.lock().await.answer().await).await?;
                anyhow::Ok((candidate.into_inner(), latencies))
            })
        })
        .collect();
    let (mut crowd, mut all) = (Vec::new(), Vec::new());
    for task in tasks {
        let (candidate, latencies) = task.await??;
        crowd.push(candidate);
        all.extend(latencies);
    }
    Ok((crowd, Latencies::new(all)))
}

/// Measures and prints.
pub async fn measure(port: u16, key: &str, interview: &str, people: Vec<(String, String)>) -> Result<()> {
    let pool = Pool::new(port);
    let mut crowd = Vec::new();
    for (number, (token, session)) in people.into_iter().enumerate() {
        crowd.push(Candidate::start(pool.clone(), token, session, number).await?);
    }
    let (mut crowd, idle) = chat(crowd, IDLE_ROUNDS).await?;
    let batch = tokio::spawn(read_batch(port, key.to_owned(), interview.to_owned()));
    // For as long as it takes, and no longer: what is answered afterwards is idle again.
    let mut busy: Option<Latencies> = None;
    while !batch.is_finished() {
        let (rest, answers) = chat(crowd, 1).await?;
        crowd = rest;
        busy = Some(match busy {
            Some(before) => before.and(answers),
            None => answers,
        });
    }
    let took = batch.await??;
    let busy = busy.context("the batch was read before anybody could answer")?;
    println!(
        "resumes in a batch   {:8.1} /s   ({RESUMES} PDFs in {:.1} s, while {CANDIDATES} candidates chat)",
        RESUMES as f64 / took.as_secs_f64(),
        took.as_secs_f64()
    );
    for (label, part) in [("  chat, median", 0.5), ("  chat, p99", 0.99)] {
        let (with, without) = (ms(busy.percentile(part)), ms(idle.percentile(part)));
        println!(
            "{label:<21}{with:8.2} ms   without the batch: {without:.2} ms, {:.2} ms more",
            with - without
        );
    }
    println!(
        "                                (aim: p99 within 25 ms of idle; {} answers beside it)",
        busy.count()
    );
    Ok(())
}
