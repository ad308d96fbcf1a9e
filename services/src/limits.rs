//! How often something may be done: token buckets in this process. They protect against guessing and floods; nothing
//! that must hold across processes or restarts is counted here.

use crate::error::{Result, ServiceError};
use parley_domain::time::{MINUTE, Timestamp};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

/// How many keys a bucket remembers before it forgets those that are full again.
const KEYS_MAX: usize = 20_000;

/// What is left after a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left {
    /// Requests of one minute.
    pub limit: u32,
    /// Requests that may follow at once.
    pub remaining: u32,
    /// Seconds until the bucket is full again.
    pub reset: u64,
}

#[derive(Clone, Copy, Debug)]
struct Level {
    /// Requests that may follow at once.
    tokens: f64,
    at: Timestamp,
}

/// Buckets of one kind, by key: an address, an account, an API key. Each holds `burst` requests and refills evenly.
#[derive(Debug)]
pub struct Bucket {
    burst: u32,
    per_minute: f64,
    levels: Mutex<HashMap<String, Level>>,
}

impl Bucket {
    /// `per_minute` requests, all of which may come at once. 0 switches the limit off.
    #[must_use]
    pub fn per_minute(per_minute: u32) -> Self {
        Self::new(per_minute, f64::from(per_minute))
    }

    /// `burst` requests at once, refilled by `per_minute`.
    #[must_use]
    pub fn new(burst: u32, per_minute: f64) -> Self {
        Self {
            burst,
            per_minute,
            levels: Mutex::default(),
        }
    }

    /// How many requests may come at once.
    #[must_use]
    pub const fn burst(&self) -> u32 {
        self.burst
    }

    /// Takes one request from `key`'s bucket.
    ///
    /// # Errors
    /// [`ServiceError::TooMany`] when it is empty.
    pub fn take(&self, key: &str, now: Timestamp) -> Result<Left> {
        self.change(key, now, 1.0)
    }

    /// Looks without taking.
    ///
    /// # Errors
    /// [`ServiceError::TooMany`] when it is empty.
    pub fn check(&self, key: &str, now: Timestamp) -> Result<Left> {
        self.change(key, now, 0.0)
    }

    fn change(&self, key: &str, now: Timestamp, cost: f64) -> Result<Left> {
        let burst = f64::from(self.burst);
        if self.burst == 0 {
            return Ok(Left {
                limit: u32::MAX,
                remaining: u32::MAX,
                reset: 0,
            });
        }
        let mut levels = self.levels.lock().unwrap_or_else(PoisonError::into_inner);
        let before = levels.get(key).map_or(burst, |level| self.refilled(*level, now));
        if before < 1.0 {
            return Err(ServiceError::TooMany {
                retry_after: self.seconds(1.0 - before).max(1),
            });
        }
        let tokens = before - cost;
        if cost > 0.0 {
            if levels.len() >= KEYS_MAX {
                levels.retain(|_, level| self.refilled(*level, now) < burst);
            }
            if levels.len() >= KEYS_MAX {
                // Someone uses very many keys at once: forgetting is better than growing without end.
                levels.clear();
            }
            levels.insert(key.to_owned(), Level { tokens, at: now });
        }
        Ok(Left {
            limit: self.burst,
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "0 ≤ tokens ≤ burst, a u32"
            )]
            remaining: tokens.floor().max(0.0) as u32,
            reset: self.seconds(burst - tokens),
        })
    }

    fn refilled(&self, level: Level, now: Timestamp) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "milliseconds of a few minutes")]
        let minutes = now.since(level.at).max(0) as f64 / MINUTE as f64;
        (level.tokens + minutes * self.per_minute).min(f64::from(self.burst))
    }

    /// Seconds until `tokens` more are there.
    fn seconds(&self, tokens: f64) -> u64 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "positive and at most a day"
        )]
        let seconds = (tokens * 60.0 / self.per_minute).ceil().clamp(0.0, 86_400.0) as u64;
        seconds
    }
}

/// How much each limit allows, a minute; 0 switches it off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rates {
    /// Attempts to log in (and to set up), per address.
    pub logins: u32,
    /// Look-ups of unknown candidate links, per address.
    pub lookups: u32,
    /// Public starts, per address.
    pub starts: u32,
    /// Requests of one API key.
    pub key_requests: u32,
    /// Requests of one candidate session.
    pub candidate_requests: u32,
}

impl Default for Rates {
    fn default() -> Self {
        Self {
            logins: 10,
            lookups: 30,
            starts: 60,
            key_requests: 600,
            candidate_requests: 60,
        }
    }
}

/// All limits of this process.
#[derive(Debug)]
pub struct Limits {
    /// Attempts to log in, by address.
    pub logins: Bucket,
    /// Failed attempts to log in, by account, whether it exists or not.
    pub accounts: Bucket,
    /// Look-ups of unknown candidate links, by address.
    pub lookups: Bucket,
    /// Public starts, by address.
    pub starts: Bucket,
    /// Requests, by API key.
    pub key_requests: Bucket,
    /// Requests, by candidate session.
    pub candidate_requests: Bucket,
}

impl Limits {
    /// With these rates.
    #[must_use]
    pub fn new(rates: Rates) -> Self {
        Self {
            logins: Bucket::per_minute(rates.logins),
            // Slow enough against guessing, large enough that a stranger does not lock a person out by a few tries.
            accounts: Bucket::new(if rates.logins == 0 { 0 } else { 20 }, 2.0),
            lookups: Bucket::per_minute(rates.lookups),
            starts: Bucket::per_minute(rates.starts),
            key_requests: Bucket::per_minute(rates.key_requests),
            // Three minutes' worth at once: a browser that was offline sends what waited, and one that is double-clicked
            // sends it several times; all of it is answered.
            candidate_requests: Bucket::new(
                rates.candidate_requests.saturating_mul(3),
                f64::from(rates.candidate_requests),
            ),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::new(Rates::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use parley_domain::time::SECOND;

    const START: i64 = 1_800_000_000_000;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(START + millis)
    }

    #[test]
    fn a_bucket_empties_and_refills_by_time() {
        let bucket = Bucket::per_minute(10);
        for n in (0..10).rev() {
            assert_eq!(bucket.take("a", at(0)).unwrap().remaining, n);
        }
        let Err(ServiceError::TooMany { retry_after }) = bucket.take("a", at(0)) else {
            panic!("the eleventh passed");
        };
        assert_eq!(retry_after, 6);
        assert!(bucket.take("a", at(5 * SECOND)).is_err());
        assert_eq!(bucket.take("a", at(6 * SECOND)).unwrap().remaining, 0);
        assert_eq!(bucket.check("a", at(66 * SECOND)).unwrap().remaining, 10);
    }

    #[test]
    fn keys_do_not_touch_each_other_and_looking_takes_nothing() {
        let bucket = Bucket::per_minute(1);
        bucket.take("a", at(0)).unwrap();
        for _ in 0..5 {
            assert_eq!(bucket.check("b", at(0)).unwrap().remaining, 1);
        }
        assert!(bucket.check("a", at(0)).is_err());
    }

    #[test]
    fn a_clock_that_goes_back_gives_nothing() {
        let bucket = Bucket::per_minute(1);
        bucket.take("a", at(MINUTE)).unwrap();
        assert!(bucket.take("a", at(0)).is_err());
    }

    #[test]
    fn zero_switches_it_off() {
        let bucket = Bucket::per_minute(0);
        for _ in 0..1_000 {
            bucket.take("a", at(0)).unwrap();
        }
    }

    #[test]
    fn it_does_not_grow_without_end() {
        let bucket = Bucket::per_minute(10);
        for n in 0..KEYS_MAX + 10 {
            bucket.take(&n.to_string(), at(0)).unwrap();
        }
        assert!(bucket.levels.lock().unwrap().len() <= KEYS_MAX);
    }
}
