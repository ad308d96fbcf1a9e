//! Two ways to load a server: as fast as it answers (for a rate), and at times fixed beforehand (for latency: a server that
//! falls behind is not spared the requests it is late for).

use std::future::Future;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use crate::http::{Connection, Request};

/// Latencies, sorted.
#[derive(Debug)]
pub struct Latencies(Vec<Duration>);

impl Latencies {
    /// Takes measured ones in any order.
    pub fn new(mut all: Vec<Duration>) -> Self {
        all.sort_unstable();
        Self(all)
    }

    /// These and more.
    pub fn and(mut self, more: Self) -> Self {
        self.0.extend(more.0);
        Self::new(self.0)
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The latency that a share (0 to 1) of requests stayed under.
    pub fn percentile(&self, share: f64) -> Duration {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "an index of a list"
        )]
        let index = (self.0.len() as f64 * share) as usize;
        self.0
            .get(index.min(self.0.len().saturating_sub(1)))
            .copied()
            .unwrap_or_default()
    }
}

/// Requests a second over `connections` connections, for `span`; every answer must have status 200.
pub async fn rate(port: u16, request: &Request, connections: usize, span: Duration) -> Result<f64> {
    let start = Instant::now();
    let tasks: Vec<_> = (0..connections)
        .map(|_| {
            let request = request.clone();
            tokio::spawn(async move {
                let mut connection = Connection::open(port).await?;
                let mut done = 0_u32;
                while start.elapsed() < span {
                    let answer = connection.send(&request).await?;
                    ensure!(answer.status == 200, "status {} under load", answer.status);
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

/// Runs `work` at each of `times` (since now), however late the earlier ones are; latency counts from the time it was due.
pub async fn open_loop<F: Future<Output = Result<()>>>(
    times: &[Duration],
    mut work: impl FnMut(usize) -> F,
) -> Result<Vec<Duration>> {
    let start = tokio::time::Instant::now();
    let mut latencies = Vec::with_capacity(times.len());
    for (index, due) in times.iter().enumerate() {
        tokio::time::sleep_until(start + *due).await;
        work(index).await?;
        latencies.push(start.elapsed().saturating_sub(*due));
    }
    Ok(latencies)
}
