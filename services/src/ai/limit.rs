//! How many requests a model gets at once. Background work takes half of the places at most, so that a re-run of many
//! analyses does not keep a candidate waiting.

use super::port::Urgency;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Requests at once where nothing else is said.
pub const AT_ONCE: usize = 64;

/// The places at one model.
#[derive(Debug)]
pub struct Limit {
    all: Arc<Semaphore>,
    background: Arc<Semaphore>,
}

/// A place; given back when dropped.
#[derive(Debug)]
pub struct Place {
    _all: Option<OwnedSemaphorePermit>,
    _background: Option<OwnedSemaphorePermit>,
}

impl Limit {
    /// So many at once.
    #[must_use]
    pub fn new(at_once: usize) -> Self {
        let at_once = at_once.clamp(1, Semaphore::MAX_PERMITS);
        Self {
            all: Arc::new(Semaphore::new(at_once)),
            background: Arc::new(Semaphore::new(at_once.div_ceil(2))),
        }
    }

    /// Waits for a place.
    pub async fn enter(&self, urgency: Urgency) -> Place {
        // Nobody closes the semaphores; if somebody did, there would be no limit rather than no answer.
        let _background = match urgency {
            Urgency::Background => Arc::clone(&self.background).acquire_owned().await.ok(),
            Urgency::Live => None,
        };
        Place {
            _all: Arc::clone(&self.all).acquire_owned().await.ok(),
            _background,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt;

    #[tokio::test]
    async fn background_work_leaves_places_for_those_who_wait() {
        let limit = Limit::new(4);
        let first = limit.enter(Urgency::Background).await;
        let _second = limit.enter(Urgency::Background).await;
        assert!(limit.enter(Urgency::Background).now_or_never().is_none());
        let _third = limit.enter(Urgency::Live).now_or_never().unwrap();
        let _fourth = limit.enter(Urgency::Live).now_or_never().unwrap();
        assert!(limit.enter(Urgency::Live).now_or_never().is_none(), "four at once");
        drop(first);
        assert!(limit.enter(Urgency::Background).now_or_never().is_some());
    }

    #[tokio::test]
    async fn one_place_is_enough_for_both() {
        let limit = Limit::new(1);
        drop(limit.enter(Urgency::Background).await);
        assert!(limit.enter(Urgency::Live).now_or_never().is_some());
    }
}
