//! What moves, told to those who watch: creators' tabs and candidates' windows. In-process and lossy on purpose: a watcher
//! that missed something reads the present state, which is always in the database.
//!
//! Each watcher is woken only for what may be about it: with a thousand candidates inside, an answer of one of them does
//! not wake the windows of all others.

use parley_domain::id::{CandidateId, InterviewId, SessionId, WorkspaceId};
use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::broadcast;

/// Changes that a watcher may be behind before it is told to read everything again.
const KEPT: usize = 256;

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

/// Channels by what they are about, for as long as somebody watches.
#[derive(Debug)]
struct Topics<K> {
    channels: HashMap<K, broadcast::Sender<Change>>,
    /// When there are so many, those that nobody watches any more are removed.
    tidy_at: usize,
}

impl<K> Default for Topics<K> {
    fn default() -> Self {
        Self {
            channels: HashMap::new(),
            tidy_at: 64,
        }
    }
}

impl<K: Copy + Eq + Hash> Topics<K> {
    fn watch(&mut self, about: K) -> broadcast::Receiver<Change> {
        if self.channels.len() >= self.tidy_at {
            self.channels.retain(|_, channel| channel.receiver_count() > 0);
            self.tidy_at = (self.channels.len() * 2).max(64);
        }
        self.channels
            .entry(about)
            .or_insert_with(|| broadcast::channel(KEPT).0)
            .subscribe()
    }

    fn send(&mut self, about: K, change: Change) {
        let unwatched = self
            .channels
            .get(&about)
            .is_some_and(|channel| channel.send(change).is_err());
        if unwatched {
            self.channels.remove(&about);
        }
    }

    fn send_to_all(&self, change: Change) {
        for channel in self.channels.values() {
            // No watcher is no trouble.
            let _ = channel.send(change);
        }
    }
}

#[derive(Debug)]
struct Hub {
    all: broadcast::Sender<Change>,
    workspaces: Mutex<Topics<WorkspaceId>>,
    candidates: Mutex<Topics<CandidateId>>,
}

/// The hub. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Events(Arc<Hub>);

impl Default for Events {
    fn default() -> Self {
        Self(Arc::new(Hub {
            all: broadcast::channel(KEPT).0,
            workspaces: Mutex::default(),
            candidates: Mutex::default(),
        }))
    }
}

/// What is behind the lock is whole at any moment, whatever panicked elsewhere.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Events {
    /// Tells everyone who watches; after the commit, never before.
    pub fn send(&self, change: Change) {
        // No watcher is no trouble.
        let _ = self.0.all.send(change);
        locked(&self.0.workspaces).send(change.workspace, change);
        match change.candidate {
            Some(candidate) => locked(&self.0.candidates).send(candidate, change),
            None => locked(&self.0.candidates).send_to_all(change),
        }
    }

    /// Watches everything from now on.
    #[must_use]
    pub fn watch(&self) -> broadcast::Receiver<Change> {
        self.0.all.subscribe()
    }

    /// Watches what moves in a workspace.
    #[must_use]
    pub fn watch_workspace(&self, id: WorkspaceId) -> broadcast::Receiver<Change> {
        locked(&self.0.workspaces).watch(id)
    }

    /// Watches what may be about a candidate: their own changes, and those of many.
    #[must_use]
    pub fn watch_candidate(&self, id: CandidateId) -> broadcast::Receiver<Change> {
        locked(&self.0.candidates).watch(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::sync::broadcast::error::TryRecvError;
    use uuid::Uuid;

    fn change(workspace: u128, candidate: Option<u128>) -> Change {
        Change {
            workspace: WorkspaceId(Uuid::from_u128(workspace)),
            interview: InterviewId(Uuid::from_u128(1)),
            candidate: candidate.map(|n| CandidateId(Uuid::from_u128(n))),
            session: None,
        }
    }

    #[test]
    fn each_watcher_hears_what_may_be_about_it() {
        let events = Events::default();
        let mut home = events.watch_workspace(WorkspaceId(Uuid::from_u128(1)));
        let mut away = events.watch_workspace(WorkspaceId(Uuid::from_u128(2)));
        let mut ana = events.watch_candidate(CandidateId(Uuid::from_u128(7)));
        let mut all = events.watch();
        for sent in [change(1, Some(7)), change(1, Some(8)), change(1, None)] {
            events.send(sent);
            assert_eq!(home.try_recv(), Ok(sent));
            assert_eq!(all.try_recv(), Ok(sent));
            assert_eq!(away.try_recv(), Err(TryRecvError::Empty));
            let hers = sent.candidate.is_none_or(|c| c.0 == Uuid::from_u128(7));
            assert_eq!(ana.try_recv().is_ok(), hers, "{sent:?}");
        }
    }

    #[test]
    fn who_left_leaves_nothing_behind() {
        let events = Events::default();
        for n in 0..10_000 {
            drop(events.watch_candidate(CandidateId(Uuid::from_u128(n))));
        }
        assert!(locked(&events.0.candidates).channels.len() <= 64);
        let mut stays = events.watch_candidate(CandidateId(Uuid::from_u128(1)));
        for n in 2..200 {
            drop(events.watch_candidate(CandidateId(Uuid::from_u128(n))));
        }
        events.send(change(1, Some(1)));
        assert!(stays.try_recv().is_ok());
        drop(stays);
        events.send(change(1, Some(1)));
        assert!(
            !locked(&events.0.candidates)
                .channels
                .contains_key(&CandidateId(Uuid::from_u128(1)))
        );
    }
}
