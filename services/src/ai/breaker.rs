//! Leaves a failing server alone for a while: after some failures in a row nothing is sent, so that candidates do not wait
//! for what will not come. Then one request tries; if it works, all is as before, else the rest is twice as long.

use parley_domain::time::{MINUTE, SECOND, Timestamp};
use std::sync::{Mutex, PoisonError};

/// Failures in a row after which the server is left alone.
const FAILURES: u32 = 5;
/// The first rest, in milliseconds.
const REST: i64 = 15 * SECOND;
/// The longest rest, in milliseconds.
const REST_MAX: i64 = 5 * MINUTE;
/// How long one request may try alone before another may, in milliseconds.
const PROBE: i64 = 10 * SECOND;

#[derive(Debug, Default)]
struct State {
    failures: u32,
    rest: i64,
    rests_until: Option<Timestamp>,
}

/// The circuit breaker of one server.
#[derive(Debug, Default)]
pub struct Breaker(Mutex<State>);

impl Breaker {
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a request may be sent now. After a rest the first who asks may, and the others wait for how it ends.
    #[must_use]
    pub fn lets_pass(&self, now: Timestamp) -> bool {
        let mut state = self.state();
        match state.rests_until {
            None => true,
            Some(until) if now < until => false,
            Some(_) => {
                state.rests_until = Some(now.plus(PROBE));
                true
            }
        }
    }

    /// A request was answered.
    pub fn worked(&self) {
        *self.state() = State::default();
    }

    /// A request failed for a reason that is the server's.
    pub fn failed(&self, now: Timestamp) {
        let mut state = self.state();
        state.failures += 1;
        if state.failures >= FAILURES {
            state.rest = if state.rest == 0 {
                REST
            } else {
                (state.rest * 2).min(REST_MAX)
            };
            state.rests_until = Some(now.plus(state.rest));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    fn fallen(now: Timestamp) -> Breaker {
        let breaker = Breaker::default();
        for _ in 0..FAILURES {
            assert!(breaker.lets_pass(now));
            breaker.failed(now);
        }
        breaker
    }

    #[test]
    fn failures_in_a_row_make_it_rest_and_one_tries_first() {
        let breaker = fallen(at(0));
        assert!(!breaker.lets_pass(at(REST - 1)));
        assert!(breaker.lets_pass(at(REST)));
        assert!(!breaker.lets_pass(at(REST)), "one at a time");
        breaker.worked();
        assert!(breaker.lets_pass(at(REST)) && breaker.lets_pass(at(REST)));
    }

    #[test]
    fn a_failed_try_rests_longer_but_not_for_ever() {
        let breaker = fallen(at(0));
        let mut now = REST;
        for rest in [2 * REST, 4 * REST, 8 * REST, 16 * REST, REST_MAX, REST_MAX] {
            assert!(breaker.lets_pass(at(now)));
            breaker.failed(at(now));
            assert!(!breaker.lets_pass(at(now + rest - 1)));
            now += rest;
        }
        assert!(breaker.lets_pass(at(now)));
    }

    #[test]
    fn a_try_that_never_ended_does_not_block_the_next() {
        let breaker = fallen(at(0));
        assert!(breaker.lets_pass(at(REST)));
        assert!(breaker.lets_pass(at(REST + PROBE)));
    }

    #[test]
    fn an_answer_in_between_starts_the_count_anew() {
        let breaker = Breaker::default();
        for _ in 0..3 {
            (1..FAILURES).for_each(|_| breaker.failed(at(0)));
            breaker.worked();
        }
        assert!(breaker.lets_pass(at(0)));
    }
}
