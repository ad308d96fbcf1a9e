//! Import by Excel: how long a file of 10,000 and of 50,000 rows takes from the upload to the last session, beside the
//! least that it could take (reading the file with the library alone, inserting the same rows and nothing else), beside
//! Python's openpyxl, and what candidates who chat meanwhile notice of it.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use calamine::{DataRef, Reader, Xlsx};
use parley_services::entity::{candidate, import_row, session};
use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{
    ColumnTrait, ConnectOptions, ConnectionTrait, Database, DatabaseConnection, EntityTrait, IntoActiveModel,
    QueryFilter, QueryOrder, QuerySelect, QueryTrait, Statement, TransactionTrait,
};
use serde_json::{Value, json};
use tempfile::NamedTempFile;
use uuid::Uuid;

use crate::candidate::{Candidate, Pool};
use crate::database::Database as Kind;
use crate::http::{Connection, Request};
use crate::load::Latencies;
use crate::server::{Server, resident_with_children};
use crate::{Api, ms};

/// Sizes of the files.
const SIZES: [u32; 2] = [10_000, 50_000];
/// Candidates who chat, and how long each rests between two answers: 25 answers a second.
const CHATTING: usize = 50;
const REST: Duration = Duration::from_secs(2);
/// Rounds of answers while nothing else happens.
const QUIET: u32 = 5;
/// Rows of a statement and statements of a transaction, of the plain inserts.
const STATEMENT: usize = 64;
const TRANSACTION: usize = 16;

/// Imports of both sizes into an installation on this database.
pub async fn measure(binary: &Path, database: &Kind) -> Result<()> {
    let url = database.fresh("parley_bench_imports").await?;
    let mut server = Server::install(binary.to_owned(), url)?;
    let key = server.api_key()?;
    server.start().await?;
    let api = Api { port: server.port, key };
    println!("import on {}", database.name());
    let mut done = Vec::new();
    for rows in SIZES {
        let file = workbook(rows)?;
        let run = import(&server, &api, rows, &file).await?;
        done.push((rows, file, run));
    }
    chat(&server, &api).await?;
    server.stop()?;
    let database = connect(&server.database()).await?;
    for (rows, file, run) in &done {
        report(&server, &database, *rows, file, run).await?;
    }
    database.close().await?;
    Ok(())
}

/// One person a row, as recruiters' tables have them: nine columns, accents, phones as text.
fn workbook(rows: u32) -> Result<NamedTempFile> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    let header = [
        "Name",
        "Email",
        "Phone",
        "School",
        "Major",
        "Degree",
        "Graduation year",
        "Work experience",
        "Notes",
    ];
    for (column, text) in (0..).zip(header) {
        sheet.write_string(0, column, text)?;
    }
    for row in 1..=rows {
        sheet.write_string(row, 0, format!("Zoë Person-{row}"))?;
        sheet.write_string(row, 1, format!("person{row}@example.com"))?;
        sheet.write_string(row, 2, format!("+49 30 {:07}", row))?;
        sheet.write_string(row, 3, format!("University of City {}", row % 300))?;
        sheet.write_string(row, 4, ["Computer science", "Économie", "Design"][row as usize % 3])?;
        sheet.write_string(row, 5, ["Bachelor", "Master"][row as usize % 2])?;
        sheet.write_number(row, 6, 2000 + row % 30)?;
        sheet.write_string(
            row,
            7,
            format!("Example Ltd {row}, analyst, 2 years; before that an internship"),
        )?;
        sheet.write_string(row, 8, "Met at the spring fair")?;
    }
    // openpyxl reads nothing whose name does not end so.
    let mut file = tempfile::Builder::new().suffix(".xlsx").tempfile()?;
    file.write_all(&book.save_to_buffer()?)?;
    Ok(file)
}

/// What one import took.
struct Run {
    id: Uuid,
    /// From the first byte sent to the preview of every row.
    preview: Duration,
    /// From the confirmation to the last session.
    commit: Duration,
    /// Memory of the server and its readers over what it held before, in MB.
    memory: f64,
}

/// Samples memory until dropped.
struct Watch {
    stop: Arc<AtomicBool>,
    /// Peak in bytes.
    peak: Arc<AtomicU64>,
}

impl Watch {
    fn start(id: u32) -> Self {
        let watch = Self {
            stop: Arc::default(),
            peak: Arc::default(),
        };
        let (stop, peak) = (Arc::clone(&watch.stop), Arc::clone(&watch.peak));
        std::thread::spawn(move || {
            while !stop.load(Ordering::Relaxed) {
                if let Ok(now) = resident_with_children(id) {
                    peak.fetch_max((now * 1e6) as u64, Ordering::Relaxed);
                }
                std::thread::sleep(Duration::from_millis(5));
            }
        });
        watch
    }

    fn peak(&self) -> f64 {
        self.peak.load(Ordering::Relaxed) as f64 / 1e6
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

async fn upload(api: &Api, interview: &str, file: &NamedTempFile) -> Result<Value> {
    let mut body = b"--cut\r\ncontent-disposition: form-data; name=\"file\"; filename=\"people.xlsx\"\r\n\r\n".to_vec();
    body.extend(std::fs::read(file.path())?);
    body.extend(b"\r\n--cut--\r\n");
    let headers = [
        format!("authorization: Bearer {}", api.key),
        "content-type: multipart/form-data; boundary=cut".to_owned(),
    ];
    let path = format!("/api/v1/interviews/{interview}/imports");
    let request = Request::with_bytes("POST", &path, &headers, &body);
    Connection::open(api.port).await?.send(&request).await?.json()
}

async fn import(server: &Server, api: &Api, rows: u32, file: &NamedTempFile) -> Result<Run> {
    let question = json!({"kind": "open", "text": "Why?"});
    let (interview, _) = api.interview(&format!("Import of {rows}"), &[question], 0).await?;
    let idle = resident_with_children(server.id()?)?;
    let watch = Watch::start(server.id()?);
    let begin = Instant::now();
    let made = upload(api, &interview, file).await?;
    let preview = begin.elapsed();
    ensure!(
        made["counts"]["new"] == rows,
        "the preview is not as expected: {}",
        made["counts"]
    );
    let id = made["id"].as_str().context("no id")?.to_owned();
    let begin = Instant::now();
    api.post(&format!("/imports/{id}/confirm"), &json!({})).await?;
    let import = loop {
        let import = api.get(&format!("/imports/{id}")).await?;
        if import["state"] != "running" {
            break import;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    let commit = begin.elapsed();
    ensure!(
        import["counts"]["added"] == rows,
        "the result is not as expected: {}",
        import["counts"]
    );
    Ok(Run {
        id: id.parse()?,
        preview,
        commit,
        memory: watch.peak() - idle,
    })
}

/// Answers of candidates who chat: `rounds` of them, or fewer when told to stop.
async fn answers(
    candidates: Vec<Candidate>,
    rounds: u32,
    stop: &Arc<AtomicBool>,
) -> Result<(Vec<Candidate>, Latencies)> {
    let start = tokio::time::Instant::now();
    let between = REST / u32::try_from(candidates.len().max(1))?;
    let tasks: Vec<_> = (0_u32..)
        .zip(candidates)
        .map(|(place, mut candidate)| {
            let stop = Arc::clone(stop);
            tokio::spawn(async move {
                let mut latencies = Vec::new();
                for round in 0..rounds {
                    let due = start + between * place + REST * round;
                    tokio::time::sleep_until(due).await;
                    if stop.load(Ordering::Relaxed) {
                        break;
                    }
                    candidate.answer().await?;
                    // From the time it was due: a server that falls behind is not spared what it is late for.
                    latencies.push(due.elapsed());
                }
                anyhow::Ok((candidate, latencies))
            })
        })
        .collect();
    let (mut back, mut all) = (Vec::new(), Vec::new());
    for task in tasks {
        let (candidate, latencies) = task.await??;
        back.push(candidate);
        all.extend(latencies);
    }
    Ok((back, Latencies::new(all)))
}

/// What candidates notice: answers while nothing else happens, then while the larger file is imported again and again.
async fn chat(server: &Server, api: &Api) -> Result<()> {
    let questions: Vec<Value> = (1..=24)
        .map(
            |n| json!({"kind": "open", "text": format!("Question {n}: what did you do?"), "expected_points": ["team"]}),
        )
        .collect();
    let people = api.people("Chat beside an import", &questions, CHATTING).await?;
    let pool = Pool::new(server.port);
    let mut candidates = Vec::new();
    for (number, (token, session)) in people.into_iter().enumerate() {
        candidates.push(Candidate::start(pool.clone(), token, session, number).await?);
    }
    let stop = Arc::new(AtomicBool::new(false));
    let (candidates, quiet) = answers(candidates, QUIET, &stop).await?;
    let file = workbook(SIZES[1])?;
    let chatting = {
        let stop = Arc::clone(&stop);
        tokio::spawn(async move { answers(candidates, 18, &stop).await })
    };
    import(server, api, SIZES[1], &file).await?;
    stop.store(true, Ordering::Relaxed);
    let (_, busy) = chatting.await??;
    let p99 = |latencies: &Latencies| ms(latencies.percentile(0.99));
    println!(
        "  a chat's answer meanwhile      p99 {:7.2} ms of {} answers; idle {:.2} ms of {}; difference {:+.2} ms (aim: within 25)",
        p99(&busy),
        busy.count(),
        p99(&quiet),
        quiet.count(),
        p99(&busy) - p99(&quiet)
    );
    Ok(())
}

/// The library alone: every cell of the sheet, nothing kept.
fn calamine_alone(path: &Path) -> Result<Duration> {
    let begin = Instant::now();
    let mut book: Xlsx<_> = calamine::open_workbook(path)?;
    let name = book.sheet_names().first().cloned().context("no sheet")?;
    let mut reader = book.worksheet_cells_reader(&name)?;
    let mut filled = 0_u64;
    while let Some(cell) = reader.next_cell()? {
        filled += u64::from(*cell.get_value() != DataRef::Empty);
    }
    ensure!(filled > 0, "the file is empty");
    Ok(begin.elapsed())
}

/// Our reader alone, in its child process: the whole parse with every frame written.
fn reader_alone(server: &Server, path: &Path) -> Result<Duration> {
    let begin = Instant::now();
    let status = server
        .command(&["extract-sheet", "{}"])
        .stdin(File::open(path)?)
        .stdout(Stdio::null())
        .status()?;
    ensure!(status.success(), "the reader failed");
    Ok(begin.elapsed())
}

/// Python's openpyxl reading the file in its fastest way, if it is there.
fn openpyxl(path: &Path) -> Option<Duration> {
    let program = "import sys, time\nfrom openpyxl import load_workbook\nt = time.perf_counter()\n\
        n = sum(len(row) for row in load_workbook(sys.argv[1], read_only=True).active.iter_rows(values_only=True))\n\
        print(time.perf_counter() - t if n else '')";
    let output = Command::new("python3").args(["-c", program]).arg(path).output().ok()?;
    let seconds: f64 = String::from_utf8(output.stdout).ok()?.trim().parse().ok()?;
    Some(Duration::from_secs_f64(seconds))
}

async fn connect(url: &str) -> Result<DatabaseConnection> {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).map_sqlx_sqlite_opts(|o| {
        o.journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
    });
    Ok(Database::connect(options).await?)
}

/// Statements that insert these rows, made beforehand: what is measured is the database.
fn statements<E>(database: &DatabaseConnection, rows: Vec<E::Model>) -> Vec<Statement>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel>,
    E::ActiveModel: Send,
{
    let mut rows = rows.into_iter().peekable();
    let mut statements = Vec::new();
    while rows.peek().is_some() {
        let piece: Vec<E::ActiveModel> = rows
            .by_ref()
            .take(STATEMENT)
            .map(IntoActiveModel::into_active_model)
            .collect();
        statements.push(E::insert_many(piece).build(database.get_database_backend()));
    }
    statements
}

/// The same rows into the same tables with the same indexes, and nothing else.
async fn inserts_alone(database: &DatabaseConnection, id: Uuid) -> Result<Duration> {
    let people = candidate::Entity::find()
        .filter(candidate::Column::ImportId.eq(id))
        .order_by_asc(candidate::Column::Id)
        .all(database)
        .await?;
    let of_import = candidate::Entity::find()
        .select_only()
        .column(candidate::Column::Id)
        .filter(candidate::Column::ImportId.eq(id))
        .into_query();
    let theirs = session::Column::CandidateId.in_subquery(of_import);
    let sessions = session::Entity::find()
        .filter(theirs.clone())
        .order_by_asc(session::Column::Id)
        .all(database)
        .await?;
    let rows = import_row::Entity::find()
        .filter(import_row::Column::ImportId.eq(id))
        .order_by_asc(import_row::Column::Number)
        .all(database)
        .await?;
    session::Entity::delete_many().filter(theirs).exec(database).await?;
    candidate::Entity::delete_many()
        .filter(candidate::Column::ImportId.eq(id))
        .exec(database)
        .await?;
    import_row::Entity::delete_many()
        .filter(import_row::Column::ImportId.eq(id))
        .exec(database)
        .await?;
    let mut all = statements::<import_row::Entity>(database, rows);
    all.extend(statements::<candidate::Entity>(database, people));
    all.extend(statements::<session::Entity>(database, sessions));
    let begin = Instant::now();
    let mut all = all.into_iter().peekable();
    while all.peek().is_some() {
        let transaction = database.begin().await?;
        for statement in all.by_ref().take(TRANSACTION) {
            transaction.execute_raw(statement).await?;
        }
        transaction.commit().await?;
    }
    Ok(begin.elapsed())
}

async fn report(
    server: &Server,
    database: &DatabaseConnection,
    rows: u32,
    file: &NamedTempFile,
    run: &Run,
) -> Result<()> {
    let parse = reader_alone(server, file.path())?;
    let calamine = calamine_alone(file.path())?;
    let inserts = inserts_alone(database, run.id).await?;
    let (whole, floor) = (run.preview + run.commit, calamine + inserts);
    println!(
        "  {rows} rows × 9 columns: {:.0} ms = preview {:.0} ms (of it parse {:.0} ms) + commit {:.0} ms; memory +{:.0} MB at its peak (aim: under 150)",
        ms(whole),
        ms(run.preview),
        ms(parse),
        ms(run.commit),
        run.memory
    );
    println!(
        "    the least: {:.0} ms = calamine alone {:.0} ms + plain inserts of the same rows {:.0} ms; ratio {:.1} (aim: under 3)",
        ms(floor),
        ms(calamine),
        ms(inserts),
        whole.as_secs_f64() / floor.as_secs_f64()
    );
    match openpyxl(file.path()) {
        Some(reading) => println!(
            "    openpyxl's reading alone: {:.0} ms, ratio {:.2} (aim: under 1)",
            ms(reading),
            whole.as_secs_f64() / reading.as_secs_f64()
        ),
        None => println!("    openpyxl: not here"),
    }
    Ok(())
}
