//! How often something may be done: token buckets in this process. They protect against guessing and floods; nothing
//! that must hold across processes or restarts is counted here.

use crate::error::{Result, ServiceError};
use parley_domain::time::{MINUTE, Timestamp};
use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Mutex, PoisonError},
};

/// How many keys a bucket remembers before it forgets those that are full again.
const KEYS_MAX: usize = 20_000;

/// By what an address is counted, wherever something is limited per address: an IPv4 address as a whole, of IPv6 the
/// network, its first 64 bits. Whoever has one IPv6 address has all of its network, and would have as many buckets.
#[must_use]
pub fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => {
            let [a, b, c, d, ..] = ip.segments();
            format!("{}/64", Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

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
    /// Failed attempts to log in, by account and [`network`], whether the account exists or not: whoever guesses locks only
    /// their own network out.
    guesses: Bucket,
    /// The same by account alone, with far more room: for those who guess from very many networks.
    guesses_in_all: Bucket,
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
            // Slow enough against guessing, large enough for a person who has forgotten which password it was.
            guesses: Bucket::new(if rates.logins == 0 { 0 } else { 20 }, 2.0),
            guesses_in_all: Bucket::new(if rates.logins == 0 { 0 } else { 100 }, 20.0),
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

    /// Whether somebody at `address` may try a password of `account`, which exists or not.
    ///
    /// # Errors
    /// [`ServiceError::TooMany`] after too many wrong ones.
    pub fn may_guess(&self, account: &str, address: IpAddr, now: Timestamp) -> Result<()> {
        self.guesses.check(&guesser(account, address), now)?;
        self.guesses_in_all.check(account, now)?;
        Ok(())
    }

    /// Counts a wrong password.
    pub fn guessed(&self, account: &str, address: IpAddr, now: Timestamp) {
        // A bucket that others emptied meanwhile says all there is to say.
        let _ = self.guesses.take(&guesser(account, address), now);
        let _ = self.guesses_in_all.take(account, now);
    }
}

/// An account and who tries its passwords. Accounts are one line, so no two pairs look the same.
fn guesser(account: &str, address: IpAddr) -> String {
    format!("{account}\n{}", network(address))
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
    fn an_address_is_counted_by_its_network() {
        let of = |address: &str| network(address.parse().unwrap());
        assert_eq!(of("192.0.2.1"), "192.0.2.1");
        assert_eq!(of("::ffff:192.0.2.1"), "192.0.2.1", "IPv4 in IPv6 clothes");
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
        assert_eq!(of("2001:db8:1:2::1"), "2001:db8:1:2::/64");
        assert_eq!(of("2001:db8:1:2:ffff:ffff:ffff:ffff"), of("2001:db8:1:2::1"));
        assert_ne!(of("2001:db8:1:3::1"), of("2001:db8:1:2::1"));
    }

    #[test]
    fn who_guesses_locks_only_their_own_network_out() {
        let limits = Limits::default();
        let from = |n: u8| IpAddr::from([198, 51, 100, n]);
        for _ in 0..20 {
            limits.may_guess("mia@example.com", from(1), at(0)).unwrap();
            limits.guessed("mia@example.com", from(1), at(0));
        }
        assert!(limits.may_guess("mia@example.com", from(1), at(0)).is_err());
        limits.may_guess("mia@example.com", from(2), at(0)).unwrap();
        limits.may_guess("ben@example.com", from(1), at(0)).unwrap();
        // From very many networks it is still no more than a hundred at once.
        for n in 2..82 {
            limits.may_guess("mia@example.com", from(n), at(0)).unwrap();
            limits.guessed("mia@example.com", from(n), at(0));
        }
        let Err(ServiceError::TooMany { retry_after }) = limits.may_guess("mia@example.com", from(99), at(0)) else {
            panic!("the hundred and first passed");
        };
        assert_eq!(retry_after, 3);
        let off = Limits::new(Rates {
            logins: 0,
            ..Rates::default()
        });
        for _ in 0..1_000 {
            off.guessed("mia@example.com", from(1), at(0));
            off.may_guess("mia@example.com", from(1), at(0)).unwrap();
        }
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
