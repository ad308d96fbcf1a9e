//! A bucket of requests per key: full at first, refilled evenly. In memory: a restart forgets, two processes count apart.

use parley_domain::{id::ApiKeyId, time::Timestamp};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

/// The buckets of all keys.
#[derive(Debug)]
pub struct Limiter {
    per_minute: u32,
    buckets: Mutex<HashMap<ApiKeyId, Bucket>>,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    /// Requests left, in thousandths of one.
    left: i64,
    at: Timestamp,
}

/// What a request got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// The size of the bucket.
    pub limit: u32,
    /// Whole requests left in it.
    pub remaining: u32,
    /// Seconds until it is full again.
    pub reset: u64,
    /// Seconds to wait for the next request, where this one was refused.
    pub retry_after: Option<u64>,
}

/// How many buckets there are before full ones are thrown away.
const MANY: usize = 1_000;

impl Limiter {
    /// Buckets of `per_minute` requests, refilled in a minute.
    #[must_use]
    pub fn new(per_minute: u32) -> Self {
        Self { per_minute: per_minute.max(1), buckets: Mutex::default() }
    }

    /// Takes one request out of the bucket of `key`.
    pub fn take(&self, key: ApiKeyId, now: Timestamp) -> Allowance {
        let full = i64::from(self.per_minute) * 1_000;
        let refilled = |bucket: Bucket| {
            // A clock that was set back refills nothing; per_minute a minute is per_minute / 60 thousandths a millisecond.
            let passed = now.since(bucket.at).clamp(0, 60_000);
            (bucket.left + passed * i64::from(self.per_minute) / 60).min(full)
        };
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= MANY {
            buckets.retain(|_, bucket| refilled(*bucket) < full);
        }
        let bucket = buckets.entry(key).or_insert(Bucket { left: full, at: now });
        let mut left = refilled(*bucket);
        let refused = left < 1_000;
        if !refused {
            left -= 1_000;
        }
        *bucket = Bucket { left, at: now };
        let wait = |thousandths: i64| {
            let millis = thousandths * 60 / i64::from(self.per_minute);
            u64::try_from(millis).unwrap_or(0).div_ceil(1_000)
        };
        Allowance {
            limit: self.per_minute,
            remaining: u32::try_from(left / 1_000).unwrap_or(0),
            reset: wait(full - left),
            retry_after: refused.then(|| wait(1_000 - left).max(1)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_bucket_empties_and_fills_again() {
        let limiter = Limiter::new(60);
        let key = ApiKeyId(Uuid::from_u128(1));
        let start = Timestamp::from_millis(1_000_000);
        for left in (0..60).rev() {
            let got = limiter.take(key, start);
            assert_eq!((got.remaining, got.retry_after), (left, None));
        }
        let refused = limiter.take(key, start);
        assert_eq!(refused, Allowance { limit: 60, remaining: 0, reset: 60, retry_after: Some(1) });
        assert!(limiter.take(key, start.plus(999)).retry_after.is_some());
        assert_eq!(limiter.take(key, start.plus(1_000)).retry_after, None);
        assert!(limiter.take(key, start.plus(1_000)).retry_after.is_some());
        assert_eq!(limiter.take(key, start.plus(90_000)).remaining, 59);
        assert_eq!(limiter.take(ApiKeyId(Uuid::from_u128(2)), start).remaining, 59, "another key has its own");
    }

    #[test]
    fn many_small_waits_refill_like_a_long_one() {
        let limiter = Limiter::new(600);
        let key = ApiKeyId(Uuid::from_u128(1));
        let start = Timestamp::from_millis(0);
        let took = (0..6_000).filter(|n| limiter.take(key, start.plus(n * 10)).retry_after.is_none()).count();
        assert!((1_195..=1_200).contains(&took), "600 at once and 600 in the minute, not {took}");
    }

    #[test]
    fn full_buckets_are_thrown_away() {
        let limiter = Limiter::new(600);
        for n in 0..3_000_i64 {
            limiter.take(ApiKeyId(Uuid::from_u128(n.unsigned_abs().into())), Timestamp::from_millis(n * 1_000));
        }
        assert!(limiter.buckets.lock().unwrap().len() <= MANY);
    }
}
