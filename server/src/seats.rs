//! How many event streams somebody may have open at once, and for how long: a browser has few windows, and whoever opens
//! streams without end would have the server hold them all.

use axum::response::sse::Event;
use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// How long a stream lasts. The browser opens the next one by itself, and who is asking is found out again.
pub(crate) const LASTS: Duration = Duration::from_secs(10 * 60);
/// How soon a browser whose stream broke asks for the next.
pub(crate) const RETRY: Duration = Duration::from_secs(2);
/// And where it had to make room for a newer one: soon enough to come back when that is gone, too slow to take turns with it.
const CROWDED: Duration = Duration::from_secs(60);

/// Open streams by whose they are. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Seats(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    /// Of each person, oldest first.
    taken: HashMap<Uuid, VecDeque<(u64, CancellationToken)>>,
    /// Counts all streams that ever were.
    count: u64,
}

/// A stream's place, for as long as it is there.
#[derive(Debug)]
pub(crate) struct Seat {
    of: Seats,
    whose: Uuid,
    number: u64,
    lost: CancellationToken,
}

impl Seats {
    /// Takes a place for a stream of somebody who may have `most`; the oldest one makes room for it.
    pub(crate) fn take(&self, whose: Uuid, most: usize) -> Seat {
        let mut inner = self.inner();
        inner.count += 1;
        let (number, lost) = (inner.count, CancellationToken::new());
        let theirs = inner.taken.entry(whose).or_default();
        theirs.push_back((number, lost.clone()));
        while theirs.len() > most {
            if let Some((_, oldest)) = theirs.pop_front() {
                oldest.cancel();
            }
        }
        drop(inner);
        Seat {
            of: self.clone(),
            whose,
            number,
            lost,
        }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seat {
    /// Cancelled when the stream has to make room.
    pub(crate) fn lost(&self) -> CancellationToken {
        self.lost.clone()
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut inner = self.of.inner();
        if let Some(theirs) = inner.taken.get_mut(&self.whose) {
            theirs.retain(|(number, _)| *number != self.number);
            if theirs.is_empty() {
                inner.taken.remove(&self.whose);
            }
        }
    }
}

/// Resolves when a stream is over: the process stops, it had to make room, or it has lasted long enough.
pub(crate) async fn over(stop: CancellationToken, lost: CancellationToken) {
    tokio::select! {
        () = stop.cancelled() => {}
        () = lost.cancelled() => {}
        () = tokio::time::sleep(LASTS) => {}
    }
}

/// The last event of a stream that is over.
pub(crate) fn bye(lost: &CancellationToken) -> Event {
    let bye = Event::default().event("bye").data("");
    if lost.is_cancelled() { bye.retry(CROWDED) } else { bye }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_makes_room_and_nothing_is_left_behind() {
        let seats = Seats::default();
        let (ana, ben) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let taken: Vec<_> = (0..3).map(|_| seats.take(ana, 3)).collect();
        let other = seats.take(ben, 3);
        let fourth = seats.take(ana, 3);
        let lost: Vec<_> = taken.iter().map(|seat| seat.lost().is_cancelled()).collect();
        assert_eq!(lost, [true, false, false]);
        assert!(!other.lost().is_cancelled() && !fourth.lost().is_cancelled());
        // One that ended by itself leaves its place to the next.
        drop(fourth);
        let fifth = seats.take(ana, 3);
        assert!(!taken[1].lost().is_cancelled() && !fifth.lost().is_cancelled());
        drop((taken, other, fifth));
        assert!(seats.inner().taken.is_empty());
    }
}
