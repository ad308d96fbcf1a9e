//! What moves, told to those who watch: creators' lists and candidates' windows. In-process and lossy on purpose: a
//! watcher that missed something reads the present state, which is always in the database.

use parley_domain::id::{CandidateId, InterviewId, SessionId, WorkspaceId};
use tokio::sync::broadcast;

/// Something changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// Where.
    pub workspace: WorkspaceId,
    /// On which interview.
    pub interview: InterviewId,
    /// Whose session; none for changes of many.
    pub candidate: Option<CandidateId>,
    /// Which session; none for changes of many.
    pub session: Option<SessionId>,
}

/// The hub. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Events(broadcast::Sender<Change>);

impl Default for Events {
    fn default() -> Self {
        Self(broadcast::channel(1_024).0)
    }
}

impl Events {
    /// Tells everyone who watches; after the commit, never before.
    pub fn send(&self, change: Change) {
        // No watcher is no trouble.
        let _ = self.0.send(change);
    }

    /// Watches from now on.
    #[must_use]
    pub fn watch(&self) -> broadcast::Receiver<Change> {
        self.0.subscribe()
    }
}
