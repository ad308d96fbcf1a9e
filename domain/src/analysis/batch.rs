//! All completed sessions of an interview, analysed once more: what it will take, and how far it is.

use super::Engine;
use crate::{id::AnalysisBatchId, time::Timestamp, words::words};
use serde::{Deserialize, Serialize};

words! {
    /// Where a batch of analyses stands.
    BatchState as "AnalysisBatchState" {
        /// Sessions are still being queued.
        Running = "running",
        /// All sessions are queued; some may still be analysed.
        Done = "done",
        /// Somebody stopped it; what was queued before is still analysed.
        Cancelled = "cancelled",
    }
}

/// What analysing all completed sessions of an interview would take, before anything runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BatchEstimate {
    /// What would make them.
    pub engine: Engine,
    /// The model, where one would make them.
    pub model: Option<String>,
    /// Sessions that would be analysed.
    pub sessions: i64,
    /// Completed sessions that are being analysed already, and would be left alone.
    pub on_their_way: i64,
    /// Calls to the model; repairs and tries after failures come on top.
    pub calls: i64,
    /// Tokens that the model would read, about.
    pub input_tokens: i64,
    /// Tokens that the model would write, at most about.
    pub output_tokens: i64,
}

/// A batch of analyses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AnalysisBatch {
    /// Its id.
    pub id: AnalysisBatchId,
    /// What makes the analyses.
    pub engine: Engine,
    /// Where it stands.
    pub state: BatchState,
    /// Sessions that it was asked for; once all are queued, as many as were.
    pub total: i64,
    /// Sessions that were queued so far, without those of people who were deleted before theirs was analysed.
    pub queued: i64,
    /// Of these: analysed.
    pub ready: i64,
    /// Of these: could not be analysed.
    pub failed: i64,
    /// When it was asked for.
    pub created_at: Timestamp,
}

impl AnalysisBatch {
    /// Whether something of it is still to come.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.state == BatchState::Running || self.ready + self.failed < self.queued
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_busy_until_the_last_analysis_is_there() {
        let mut batch = AnalysisBatch {
            id: AnalysisBatchId::NIL,
            engine: Engine::Ai,
            state: BatchState::Running,
            total: 2,
            queued: 0,
            ready: 0,
            failed: 0,
            created_at: Timestamp::from_millis(0),
        };
        assert!(batch.is_busy());
        (batch.state, batch.queued, batch.ready) = (BatchState::Done, 2, 1);
        assert!(batch.is_busy());
        batch.failed = 1;
        assert!(!batch.is_busy());
    }
}
