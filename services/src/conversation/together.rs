//! Turns of sessions that come at the same time are stored together: making one row durable costs as much as making thirty
//! durable at once, and a database that is told everything in one statement has less to do.
//!
//! Nobody waits for others: what comes while the database is busy makes up the next batch.

use super::store::{Write, store, store_all};
use crate::{
    db::{Db, Priority},
    error::{Result, ServiceError},
};
use std::{
    collections::{HashSet, VecDeque},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};
use tokio::sync::oneshot;

/// The most that a transaction stores.
const BATCH: usize = 64;
/// Batches that PostgreSQL may have in hand. While one becomes durable, the next one is made up.
const RUNNERS: usize = 2;

/// Writes that wait for their turn. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Together(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    inner: Mutex<Inner>,
    /// Writes whose outcome somebody waits for.
    asked: AtomicUsize,
}

#[derive(Debug, Default)]
struct Inner {
    waiting: VecDeque<Waiting>,
    runners: usize,
}

#[derive(Debug)]
struct Waiting {
    write: Write,
    done: oneshot::Sender<Result<bool>>,
}

impl Together {
    /// Stores a write, durably; `false`, and nothing is stored, if things are not as they were. Goes on even when whoever
    /// asked for it is gone.
    pub(super) async fn put(&self, db: &Db, write: Write) -> Result<bool> {
        let (done, outcome) = oneshot::channel();
        // SQLite has one writer at a time.
        let most = if db.is_sqlite() { 1 } else { RUNNERS };
        let starts = {
            let mut inner = self.inner();
            inner.waiting.push_back(Waiting { write, done });
            let starts = inner.runners < most;
            inner.runners += usize::from(starts);
            starts
        };
        self.0.asked.fetch_add(1, Ordering::Relaxed);
        let _asked = Asked(self);
        if starts {
            tokio::spawn(run(self.clone(), db.clone()));
        }
        outcome.await.map_err(ServiceError::internal)?
    }

    /// How many writes are waited for, in line or in hand: for tests that want a crowd in line.
    #[doc(hidden)]
    #[must_use]
    pub fn asked(&self) -> usize {
        self.0.asked.load(Ordering::Relaxed)
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is stored next: of each session the first that came, because whether a second one fits is known after it.
    fn batch(&self) -> Vec<Waiting> {
        let mut inner = self.inner();
        let (mut batch, mut later, mut sessions) = (Vec::new(), VecDeque::new(), HashSet::new());
        while let Some(next) = inner.waiting.pop_front() {
            if next.done.is_closed() {
                // Whoever asked went away before it began.
                continue;
            }
            if batch.len() < BATCH && sessions.insert(next.write.before.id) {
                batch.push(next);
            } else {
                later.push_back(next);
            }
        }
        inner.waiting = later;
        batch
    }
}

/// Whoever waits for a write, for as long as they do.
struct Asked<'a>(&'a Together);

impl Drop for Asked<'_> {
    fn drop(&mut self) {
        self.0.0.asked.fetch_sub(1, Ordering::Relaxed);
    }
}

/// One that stores batches; counted for as long as it has something to do.
struct Runner {
    of: Together,
    counted: bool,
}

impl Runner {
    /// Whether something waits; if not, this runner is done, and whoever comes next starts another one.
    fn goes_on(&mut self) -> bool {
        let mut inner = self.of.inner();
        if inner.waiting.is_empty() {
            inner.runners -= 1;
            self.counted = false;
        }
        self.counted
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        if self.counted {
            // It did not come to its end.
            self.of.inner().runners -= 1;
        }
    }
}

async fn run(together: Together, db: Db) {
    let mut runner = Runner {
        of: together,
        counted: true,
    };
    while runner.goes_on() {
        if db.is_sqlite() {
            on_sqlite(&runner.of, &db).await;
        } else {
            on_postgres(&runner.of, &db).await;
        }
    }
}

async fn on_sqlite(together: &Together, db: &Db) {
    let tx = match db.write(Priority::Person).await {
        Ok(tx) => tx,
        Err(error) => return fail(together.batch(), &error),
    };
    // What came while others wrote belongs to it too.
    let batch = together.batch();
    let stored = async {
        let mut stored = Vec::with_capacity(batch.len());
        for one in &batch {
            stored.push(store(&*tx, &one.write).await?);
        }
        tx.commit().await?;
        Ok(stored)
    };
    match stored.await {
        Ok(stored) => {
            for (one, stored) in batch.into_iter().zip(stored) {
                one.ends(Ok(stored));
            }
        }
        Err(error) => separately(db, batch, error).await,
    }
}

async fn on_postgres(together: &Together, db: &Db) {
    let batch = together.batch();
    // It is one statement, which PostgreSQL does wholly or not at all: no need to say where it begins and ends.
    match store_all(db.read(), batch.iter().map(|one| &one.write)).await {
        Ok(stored) => {
            for one in batch {
                let stored = stored.contains(&one.write.before.id);
                one.ends(Ok(stored));
            }
        }
        Err(error) => separately(db, batch, error).await,
    }
}

/// After a batch that failed: whose fault it was is known once each has a transaction of its own.
async fn separately(db: &Db, batch: Vec<Waiting>, error: ServiceError) {
    if batch.len() < 2 || matches!(error, ServiceError::Unavailable(_)) {
        return fail(batch, &error);
    }
    tracing::warn!(%error, "turns could not be stored together and are stored one by one");
    for one in batch {
        let stored = async {
            let tx = db.write(Priority::Person).await?;
            let stored = store(&*tx, &one.write).await?;
            tx.commit().await?;
            Ok(stored)
        };
        let stored = stored.await;
        one.ends(stored);
    }
}

fn fail(batch: Vec<Waiting>, error: &ServiceError) {
    for one in batch {
        one.ends(Err(error.shared()));
    }
}

impl Waiting {
    fn ends(self, outcome: Result<bool>) {
        // Whoever asked may be gone.
        let _ = self.done.send(outcome);
    }
}
