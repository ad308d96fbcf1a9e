//! The durable queue: work that must happen although nobody waits for it.
//!
//! A job is a row, written in the transaction of what it follows from. A worker claims it by one `UPDATE … RETURNING`
//! (`SKIP LOCKED` on PostgreSQL), holds it by a lease that it renews, and takes it off when the work is done. If the
//! process dies, the lease runs out and somebody else goes on: so every handler is idempotent, and a job that is done
//! twice has its effect once. Failures that may pass are tried again, later each time; others are final at once.
//!
//! To add a kind: a variant of [`Kind`], its place in [`Kind::ALL`] and its two lines in `handlers`. Rows of jobs that are over
//! are removed after a week.

mod handlers;
mod queue;
mod runner;

pub use queue::{Claimed, claim, enqueue, finish, purge, requeue_lapsed};
pub(crate) use queue::{is_running, unfinished};
pub use runner::{run, run_due};

use parley_domain::time::{MINUTE, SECOND};

/// What there is to do; each kind has its handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Make the analysis of a completed session.
    Analysis,
    /// Read the resumes of a batch.
    Resumes,
    /// Queue the next sessions of a batch of analyses.
    AnalysisBatch,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 3] = [Self::Analysis, Self::Resumes, Self::AnalysisBatch];

    /// The word used in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Analysis => "analysis",
            Self::Resumes => "resumes",
            Self::AnalysisBatch => "analysis_batch",
        }
    }
}

impl std::str::FromStr for Kind {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|k| k.as_str() == s)
            .ok_or_else(|| format!("'{s}' is not a kind of job"))
    }
}

/// Tries of a job, the first one included.
pub const TRIES_MAX: i32 = 5;
/// How long a worker holds a job without renewing, in milliseconds.
pub const LEASE: i64 = MINUTE;
/// The shortest wait after a failure, in milliseconds; it grows fourfold with each try.
const BACKOFF: i64 = 2 * SECOND;
/// The longest wait after a failure, in milliseconds.
const BACKOFF_MAX: i64 = 10 * MINUTE;

/// How long to wait after failed try number `tries`, in milliseconds: grows fourfold, with up to a half on top so that
/// many jobs that failed together do not come back together. `random` is any byte.
#[must_use]
pub fn backoff(tries: i32, random: u8) -> i64 {
    let grown = BACKOFF.saturating_mul(4_i64.saturating_pow(u32::try_from(tries - 1).unwrap_or(0)));
    let wait = grown.min(BACKOFF_MAX);
    wait + wait * i64::from(random) / 510
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_a_limit_and_spread() {
        let waits: Vec<_> = (1..=6).map(|n| backoff(n, 0) / SECOND).collect();
        assert_eq!(waits, [2, 8, 32, 128, 512, 600]);
        assert_eq!(backoff(1, 255), 3 * SECOND);
        assert_eq!(backoff(i32::MAX, 255), 15 * MINUTE);
    }
}
