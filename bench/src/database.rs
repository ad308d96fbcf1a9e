//! The databases that an installation runs on, and the yardstick on each: one row, committed and synchronised, on the same
//! disk and by the same engine, with nothing around it.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{ConnectOptions, ConnectionTrait, Database as SeaDatabase, DatabaseConnection};

use crate::load::{Latencies, open_loop};

/// Connections that insert at once where the engine has more than one writer.
const WRITERS: u32 = 16;
/// One row of the yardstick; as long as an answer of the load.
const INSERT: &str =
    "INSERT INTO yardstick (text) VALUES ('I asked the team and we found a way that worked for everybody.')";

/// What an installation stores its rows in.
#[derive(Clone, Debug)]
pub enum Database {
    /// A file in the data folder.
    Sqlite,
    /// A server that makes rows durable before it answers; this is the address of a database on it, without its name.
    Postgres(String),
}

impl Database {
    /// Its name, for people.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres(_) => "PostgreSQL",
        }
    }

    /// SQLite, and PostgreSQL where `PARLEY_BENCH_POSTGRES_URL` names a server.
    pub fn all() -> Vec<Self> {
        let server = std::env::var("PARLEY_BENCH_POSTGRES_URL").ok();
        let server = server.and_then(|url| Some(url.rsplit_once('/')?.0.to_owned()));
        std::iter::once(Self::Sqlite)
            .chain(server.map(Self::Postgres))
            .collect()
    }

    /// A fresh database for an installation: its address, where that is not in the data folder.
    pub async fn fresh(&self, name: &str) -> Result<Option<String>> {
        let Self::Postgres(server) = self else {
            return Ok(None);
        };
        let admin = SeaDatabase::connect(format!("{server}/postgres")).await?;
        admin
            .execute_unprepared(&format!("DROP DATABASE IF EXISTS {name}"))
            .await?;
        admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await?;
        admin.close().await?;
        Ok(Some(format!("{server}/{name}")))
    }

    /// The yardstick beside an installation in `folder`.
    pub async fn yardstick(&self, folder: &Path) -> Result<Yardstick> {
        let db = match self {
            Self::Sqlite => {
                let url = format!("sqlite://{}?mode=rwc", folder.join("yardstick.db").display());
                let mut options = ConnectOptions::new(url);
                options.max_connections(1).map_sqlx_sqlite_opts(|o| {
                    o.journal_mode(SqliteJournalMode::Wal)
                        .synchronous(SqliteSynchronous::Full)
                });
                SeaDatabase::connect(options).await?
            }
            Self::Postgres(_) => {
                let url = self.fresh("parley_yardstick").await?.context("no address")?;
                let mut options = ConnectOptions::new(url);
                options.max_connections(WRITERS).min_connections(WRITERS);
                SeaDatabase::connect(options).await?
            }
        };
        let id = match self {
            Self::Sqlite => "INTEGER PRIMARY KEY",
            Self::Postgres(_) => "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
        };
        db.execute_unprepared(&format!(
            "CREATE TABLE IF NOT EXISTS yardstick (id {id}, text TEXT NOT NULL)"
        ))
        .await?;
        let writers = match self {
            // One at a time: SQLite has one writer, and its own waiting is far slower than ours.
            Self::Sqlite => 1,
            Self::Postgres(_) => WRITERS,
        };
        Ok(Yardstick { db, writers })
    }
}

/// Bare durable inserts.
#[derive(Debug)]
pub struct Yardstick {
    db: DatabaseConnection,
    writers: u32,
}

impl Yardstick {
    /// How long `count` inserts take each, at this pace.
    pub async fn paced(&self, count: u32, pause: Duration) -> Result<Latencies> {
        let times: Vec<Duration> = (0..count).map(|n| pause * n).collect();
        let taken = open_loop(&times, async |_| {
            self.db.execute_unprepared(INSERT).await?;
            Ok(())
        })
        .await?;
        Ok(Latencies::new(taken))
    }

    /// Inserts a second, one after the other on as many connections as the engine can use.
    pub async fn rate(&self, span: Duration) -> Result<f64> {
        let start = Instant::now();
        let tasks: Vec<_> = (0..self.writers)
            .map(|_| {
                let db = self.db.clone();
                tokio::spawn(async move {
                    let mut done = 0_u32;
                    while start.elapsed() < span {
                        db.execute_unprepared(INSERT).await?;
                        done += 1;
                    }
                    anyhow::Ok(done)
                })
            })
            .collect();
        let mut done = 0;
        for task in tasks {
            done += task.await??;
        }
        Ok(f64::from(done) / start.elapsed().as_secs_f64())
    }
}
