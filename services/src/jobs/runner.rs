//! The worker: claims what is due, several jobs at once, until it is told to stop.

use super::{
    LEASE, handlers,
    queue::{Claimed, anything_due, claim, finish, give_back, is_final, renew, requeue_lapsed},
};
use crate::{
    Services,
    error::{Result, ServiceError},
};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// Jobs that one process does at once.
const AT_ONCE: usize = 4;
/// Waits between looks, in milliseconds. A job announces itself before its transaction is committed, so the first looks
/// after the bell follow closely; an idle worker comes to rest at the last one.
const LOOKS: [u64; 5] = [20, 100, 400, 1_000, 2_000];
/// How long a stopping worker lets its jobs finish.
const GRACE: Duration = Duration::from_secs(4);

/// Works until `stop`; then finishes what it has begun, or gives it back.
pub async fn run(s: Services, stop: CancellationToken) {
    let mut busy = JoinSet::new();
    let mut look = 0;
    loop {
        while busy.try_join_next().is_some() {}
        let worked = busy.len() < AT_ONCE && start_next(&s, &stop, &mut busy).await;
        if worked {
            look = 0;
            continue;
        }
        let wait = Duration::from_millis(LOOKS[look]);
        look = (look + 1).min(LOOKS.len() - 1);
        tokio::select! {
            () = stop.cancelled() => break,
            () = s.jobs.notified(), if busy.len() < AT_ONCE => look = 0,
            Some(_) = busy.join_next(), if !busy.is_empty() => look = 0,
            () = tokio::time::sleep(wait) => {}
        }
    }
    while busy.join_next().await.is_some() {}
}

/// Claims a job and starts it; `false` where there is none or the database has trouble (then the next look tries again).
async fn start_next(s: &Services, stop: &CancellationToken, busy: &mut JoinSet<()>) -> bool {
    if stop.is_cancelled() {
        return false;
    }
    match next(s).await {
        Ok(Some(held)) => {
            let (s, stop) = (s.clone(), stop.clone());
            busy.spawn(async move { carry_out(&s, &stop, held).await });
            true
        }
        Ok(None) => false,
        Err(error) => {
            tracing::warn!(%error, "the job queue cannot be read; trying again");
            false
        }
    }
}

async fn next(s: &Services) -> Result<Option<Claimed>> {
    if !anything_due(s).await? {
        return Ok(None);
    }
    for lost in requeue_lapsed(s).await? {
        if let Err(error) = bury(s, &lost).await {
            tracing::warn!(%error, job = %lost.id, "a job whose workers are gone could not be ended; it is tried again");
            // After a while: what is due behind it does not wait for it.
            renew(s, &lost).await?;
        }
    }
    claim(s).await
}

/// Ends a job whose last worker is gone.
async fn bury(s: &Services, lost: &Claimed) -> Result<()> {
    let gone = ServiceError::Internal(anyhow::anyhow!(
        "the worker stopped in the middle {} times",
        lost.attempt
    ));
    // Before the row is settled: whoever dies in between leaves it to the next one, who says it again.
    handlers::gave_up(s, lost, &gone).await?;
    finish(s, lost, Err(gone)).await?;
    Ok(())
}

/// Does one job, renewing its lease meanwhile.
async fn carry_out(s: &Services, stop: &CancellationToken, held: Claimed) {
    let work = handlers::run(s, &held);
    tokio::pin!(work);
    let mut beat = tokio::time::interval(Duration::from_millis(LEASE as u64 / 3));
    beat.tick().await;
    let stopping = async {
        stop.cancelled().await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::pin!(stopping);
    let outcome = loop {
        tokio::select! {
            outcome = &mut work => break Some(outcome),
            () = &mut stopping => break None,
            _ = beat.tick() => match renew(s, &held).await {
                Ok(true) => {}
                // Somebody else has it: what they do counts, what we do must end.
                Ok(false) => return,
                Err(error) => tracing::warn!(%error, job = %held.id, "the lease of a job could not be renewed"),
            },
        }
    };
    let settled = match outcome {
        Some(outcome) => conclude(s, &held, outcome).await,
        None => give_back(s, &held).await,
    };
    if let Err(error) = settled {
        tracing::warn!(%error, job = %held.id, "a job could not be taken off the queue; it will be done again");
    }
}

async fn conclude(s: &Services, held: &Claimed, outcome: Result<()>) -> Result<()> {
    if let Err(error) = &outcome {
        let over = held.is_last() || is_final(error);
        tracing::warn!(%error, job = %held.id, kind = held.kind.as_str(), attempt = held.attempt, over, "a job failed");
        if over {
            // Before the row is settled: if this fails, the lease runs out and it is said again.
            handlers::gave_up(s, held, error).await?;
        }
    }
    finish(s, held, outcome).await?;
    Ok(())
}

/// Does everything that is due now, one after the other, and returns how many jobs that were. For the command line and
/// for tests, which have no worker beside them.
///
/// # Errors
/// When the queue cannot be read.
pub async fn run_due(s: &Services) -> Result<u64> {
    let mut done = 0;
    let never = CancellationToken::new();
    while let Some(held) = next(s).await? {
        carry_out(s, &never, held).await;
        done += 1;
    }
    Ok(done)
}
