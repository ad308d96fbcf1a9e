//! The database: connecting, and the one way to write.
//!
//! SQLite has one writer at a time, and its busy handler sleeps in growing steps: writers that meet there wait tens of
//! milliseconds for a lock that is held for one. So writers queue here, in the process, in a fair lock; answers of
//! candidates go ahead of background work. Transactions are IMMEDIATE, because a deferred one that reads first fails at
//! once when another process (the command line beside a running server) wrote in between. On PostgreSQL the lock is not
//! needed: use-cases lock the row they are about first.
//!
//! What was committed is folded from SQLite's write-ahead log into the database file beside the writers, not by them: left to
//! itself, SQLite has whoever commits the thousandth page wait for it, with all who queue behind.
//!
//! Never await HTTP or a model inside a write transaction.

use crate::error::{Result, ServiceError};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseBackend, DatabaseConnection, DatabaseTransaction,
    SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
    sqlx::{
        self, Connection,
        postgres::{PgConnectOptions, PgPoolOptions},
        sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous},
    },
};
use std::{
    ops::Deref,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::sync::{Mutex, OwnedMutexGuard};

/// A connection that was not used for so long is asked whether it still works before it is used.
const QUIET: Duration = Duration::from_secs(5);

/// Connections to PostgreSQL that a process has at most. A use-case that held one and waited for another would stall all of
/// them as soon as so many came at once: what is read within a transaction is read through it.
pub const POSTGRES_CONNECTIONS: u32 = 20;

/// For how long a job lets persons pass: then it takes its turn among them. Leases are renewed, and time that is up is up,
/// also where somebody is always waiting.
const PATIENCE: Duration = Duration::from_secs(1);

/// What SQLite's writer may keep of the database, in kB: as a rule the indexes that a long import touches.
const WRITER_CACHE: u32 = 16 * 1024;
/// For how long commits gather before the log is folded back.
const FOLD: Duration = Duration::from_millis(250);
/// From how many pages on the log is folded back while nobody writes, so that it can begin at its start again (16 MB).
const LONG_LOG: i64 = 4 * 1024;
/// At how many pages a writer has to do it after all (64 MB): nobody else came to it.
const LONGEST_LOG: u32 = 16 * 1024;

/// Connections and the write lock. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Db {
    connection: DatabaseConnection,
    /// Where write transactions begin. On SQLite a pool of one connection: what a connection has in its cache is void as
    /// soon as another one wrote, so writers that took turns on many would read every page again in each transaction.
    writer: DatabaseConnection,
    /// Whether somebody folds the log back.
    folding: Arc<AtomicBool>,
    queue: Arc<Queue>,
}

#[derive(Debug, Default)]
struct Queue {
    lock: Arc<Mutex<()>>,
    /// Writers that somebody waits for, waiting or writing.
    urgent: AtomicUsize,
}

/// Who waits for a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Priority {
    /// A person: goes ahead.
    Person,
    /// A job: lets persons pass between its chunks, which hold the lock for 10 ms at most; each for a second at most.
    Background,
}

/// A write transaction. Dropped without [`WriteTxn::commit`], it rolls back.
#[derive(Debug)]
pub struct WriteTxn {
    // Field order matters: the transaction ends before the lock is given back.
    txn: DatabaseTransaction,
    turn: Option<Turn>,
    db: Db,
}

#[derive(Debug)]
struct Turn {
    _guard: OwnedMutexGuard<()>,
}

impl WriteTxn {
    /// Makes everything since the beginning durable.
    ///
    /// # Errors
    /// When the database cannot; then nothing was written.
    pub async fn commit(mut self) -> Result<()> {
        self.txn.commit().await?;
        if self.turn.take().is_some() {
            self.db.fold();
        }
        Ok(())
    }
}

impl Deref for WriteTxn {
    type Target = DatabaseTransaction;
    fn deref(&self) -> &Self::Target {
        &self.txn
    }
}

impl Db {
    /// Connects to `sqlite:…` (made if missing) or `postgres:…`.
    ///
    /// # Errors
    /// When the database cannot be reached or the URL is of neither kind.
    pub async fn connect(url: &str) -> Result<Self> {
        let sqlite = url.starts_with("sqlite:");
        if !sqlite && !url.starts_with("postgres:") && !url.starts_with("postgresql:") {
            return Err(ServiceError::internal(anyhow::anyhow!(
                "the database URL starts with neither sqlite: nor postgres:"
            )));
        }
        let mut options = ConnectOptions::new(url);
        options
            .max_connections(if sqlite { 7 } else { POSTGRES_CONNECTIONS })
            .acquire_timeout(Duration::from_secs(5))
            // Asking before every use would double what short statements cost.
            .test_before_acquire_if_idle_for(QUIET)
            .sqlx_logging(false);
        if sqlite {
            options
                .map_sqlx_sqlite_opts(sqlite_options)
                .map_sqlx_sqlite_before_acquire(|connection, _| Box::pin(out_of_transactions(connection)));
        } else {
            options
                .statement_timeout(Duration::from_secs(15))
                // What a statement reads after its transaction locked a row must be what was committed last.
                .map_sqlx_postgres_opts(|o| o.options([("default_transaction_isolation", "read committed")]));
        }
        let connection = Database::connect(options.clone()).await?;
        let writer = if sqlite {
            options
                .max_connections(1)
                .idle_timeout(None)
                .max_lifetime(None)
                .map_sqlx_sqlite_opts(|o| {
                    sqlite_options(o)
                        .pragma("cache_size", format!("-{WRITER_CACHE}"))
                        .pragma("wal_autocheckpoint", LONGEST_LOG.to_string())
                });
            Database::connect(options).await?
        } else {
            connection.clone()
        };
        Ok(Self {
            connection,
            writer,
            folding: Arc::default(),
            queue: Arc::default(),
        })
    }

    /// For reading, outside of any transaction.
    #[must_use]
    pub fn read(&self) -> &DatabaseConnection {
        &self.connection
    }

    /// Two connections of their own to PostgreSQL on which no statement is cut off: for changes of the schema. Only where
    /// this is not SQLite.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub(crate) async fn patient(&self) -> Result<DatabaseConnection> {
        let usual = self.connection.get_postgres_connection_pool().connect_options();
        // What is named last counts.
        let options = PgConnectOptions::clone(&usual).options([("statement_timeout", "0")]);
        let pool = PgPoolOptions::new()
            .max_connections(2)
            .connect_with(options)
            .await
            .map_err(ServiceError::internal)?;
        Ok(pool.into())
    }

    /// Whether this is SQLite.
    #[must_use]
    pub fn is_sqlite(&self) -> bool {
        self.connection.get_database_backend() == DatabaseBackend::Sqlite
    }

    /// Begins a write transaction, after those that go ahead.
    ///
    /// # Errors
    /// When the database is busy for too long or gone.
    pub async fn write(&self, priority: Priority) -> Result<WriteTxn> {
        let turn = if self.is_sqlite() {
            Some(self.turn(priority).await)
        } else {
            None
        };
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..Default::default()
        };
        let txn = self.writer.begin_with_options(options).await?;
        Ok(WriteTxn {
            txn,
            turn,
            db: self.clone(),
        })
    }

    async fn turn(&self, priority: Priority) -> Turn {
        if priority == Priority::Person {
            self.queue.urgent.fetch_add(1, Ordering::SeqCst);
            // Counted only while waiting: whoever holds the lock is ahead anyway.
            let waiting = Waiting(&self.queue.urgent);
            let guard = Arc::clone(&self.queue.lock).lock_owned().await;
            drop(waiting);
            return Turn { _guard: guard };
        }
        let since = Instant::now();
        loop {
            let guard = Arc::clone(&self.queue.lock).lock_owned().await;
            if self.queue.urgent.load(Ordering::SeqCst) == 0 || since.elapsed() >= PATIENCE {
                return Turn { _guard: guard };
            }
            drop(guard);
            tokio::task::yield_now().await;
        }
    }

    /// Has the log folded back soon, if that is not on its way already.
    fn fold(&self) {
        if self.folding.swap(true, Ordering::SeqCst) {
            return;
        }
        let db = self.clone();
        tokio::spawn(async move {
            tokio::time::sleep(FOLD).await;
            // A commit from here on counts for the next time.
            db.folding.store(false, Ordering::SeqCst);
            if let Err(error) = db.fold_now().await
                && !db.connection.get_sqlite_connection_pool().is_closed()
            {
                tracing::warn!(%error, "the write-ahead log could not be folded back; the next commit tries again");
            }
        });
    }

    async fn fold_now(&self) -> Result<()> {
        if self.checkpoint().await? > LONG_LOG {
            // Writers never leave a gap by themselves. What is left is what they wrote in the last milliseconds.
            let _turn = self.turn(Priority::Background).await;
            self.checkpoint().await?;
        }
        Ok(())
    }

    /// Copies what no reader needs from the log any more, while others read and write; how many pages the log has.
    async fn checkpoint(&self) -> Result<i64> {
        let statement = Statement::from_string(DatabaseBackend::Sqlite, "PRAGMA wal_checkpoint(PASSIVE)");
        let row = self.connection.query_one_raw(statement).await?;
        Ok(row.map(|row| row.try_get_by_index(1)).transpose()?.unwrap_or_default())
    }

    /// Tells PostgreSQL that a table got many rows. Its plans go by counts that it refreshes a minute later by itself;
    /// until then it takes the table for as small as it was and reads all of it where an index leads to one row.
    pub async fn grown(&self, table: &str) {
        if self.is_sqlite() {
            return;
        }
        if let Err(error) = self.connection.execute_unprepared(&format!("ANALYZE {table}")).await {
            tracing::warn!(%error, table, "the table could not be counted; reading it may take longer for a minute");
        }
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<()> {
        self.connection.ping().await?;
        Ok(())
    }

    /// Closes all connections; SQLite then folds its write-ahead log back.
    ///
    /// # Errors
    /// When a connection could not be closed in order.
    pub async fn close(self) -> Result<()> {
        if self.is_sqlite() {
            self.writer.close().await?;
        }
        self.connection.close().await?;
        Ok(())
    }
}

fn sqlite_options(options: SqliteConnectOptions) -> SqliteConnectOptions {
    options
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // An acknowledged answer survives a power cut.
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(5))
        .foreign_keys(true)
        .optimize_on_close(true, None)
        // A page of rows comes across at once: with a smaller one SQLite's thread and ours wait for each other.
        .row_buffer_size(256)
}

/// Whether a connection stands outside of any transaction. One that does not is closed, and another one opened.
///
/// When a disk is full, SQLite may end a transaction by itself, or not end it although it was told to. SQLx counts begins and
/// ends, and then counts wrong: its next transaction on this connection would be a savepoint within the old one, whose end
/// commits nothing, whatever it answers.
async fn out_of_transactions(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    if connection.is_in_transaction() {
        // A transaction that was dropped may be about to roll back: what was asked of the connection before is done first.
        connection.ping().await?;
    }
    let is_outside = !connection.is_in_transaction();
    if !is_outside {
        tracing::warn!("a connection did not come out of its transaction and is closed");
    }
    Ok(is_outside)
}

/// Counts a waiting writer for as long as it lives, so that one that gave up is not waited for.
struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}
