//! Where the interviewer's next turn is written: one turn at a time per session, and the text so far for those who watch.
//! In this process and lossy on purpose: what counts is the turn in the database.

use parley_domain::id::SessionId;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
};
use tokio::sync::{Mutex as AsyncMutex, MutexGuard, watch};

/// What the interviewer has written so far of its next turn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// The number that the turn will have.
    pub turn: i32,
    /// Whether it asks on about the same question.
    pub follow_up: bool,
    /// The text so far; empty while nothing may be shown.
    pub text: String,
}

/// One session's.
#[derive(Debug)]
pub struct Desk {
    writing: AsyncMutex<()>,
    draft: watch::Sender<Draft>,
}

impl Desk {
    /// Waits until nobody else writes here.
    pub(super) async fn take(&self) -> MutexGuard<'_, ()> {
        self.writing.lock().await
    }

    /// Shows what is written so far.
    pub(super) fn show(&self, new: Draft) {
        self.draft.send_if_modified(|draft| {
            let changed = *draft != new;
            if changed {
                *draft = new;
            }
            changed
        });
    }

    /// Takes back what was shown.
    pub(super) fn clear(&self) {
        let turn = self.draft.borrow().turn;
        self.show(Draft {
            turn,
            ..Draft::default()
        });
    }

    /// Watches what is written.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<Draft> {
        self.draft.subscribe()
    }
}

/// All desks at which somebody writes or watches. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Desks(Arc<Mutex<Room>>);

#[derive(Debug, Default)]
struct Room {
    desks: HashMap<SessionId, Weak<Desk>>,
    /// How many there were after tidying up.
    kept: usize,
}

impl Desks {
    /// The session's desk.
    #[must_use]
    pub fn of(&self, session: SessionId) -> Arc<Desk> {
        let mut room = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(desk) = room.desks.get(&session).and_then(Weak::upgrade) {
            return desk;
        }
        if room.desks.len() > 2 * room.kept + 64 {
            room.desks.retain(|_, desk| desk.strong_count() > 0);
            room.kept = room.desks.len();
        }
        let desk = Arc::new(Desk {
            writing: AsyncMutex::default(),
            draft: watch::Sender::default(),
        });
        room.desks.insert(session, Arc::downgrade(&desk));
        desk
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_session_has_one_desk_while_somebody_is_there() {
        let desks = Desks::default();
        let id = SessionId(Uuid::from_u128(1));
        let desk = desks.of(id);
        let mut watching = desks.of(id).watch();
        let draft = Draft {
            turn: 3,
            follow_up: false,
            text: "Thank".into(),
        };
        desk.show(draft.clone());
        assert!(watching.has_changed().unwrap());
        assert_eq!(watching.borrow_and_update().text, "Thank");
        desk.show(draft);
        assert!(!watching.has_changed().unwrap(), "nothing new");
        desk.clear();
        assert_eq!(watching.borrow_and_update().text, "");
    }

    #[test]
    fn empty_desks_are_put_away() {
        let desks = Desks::default();
        for n in 0..10_000 {
            drop(desks.of(SessionId(Uuid::from_u128(n))));
        }
        assert!(desks.0.lock().unwrap().desks.len() <= 70);
    }
}
