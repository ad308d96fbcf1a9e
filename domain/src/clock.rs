//! The session clock: which time counts against a limit, and when time is up.
//!
//! The server owns it. A session has signs of life (an answer, a heartbeat, a page's post). Time between two signs of
//! life that are close together counts; a longer gap is time away and counts only where the interview says so. How
//! close is close depends on how the candidate takes part ([`Presence`]).

use crate::time::{MINUTE, SECOND, Timestamp};
use serde::{Deserialize, Serialize};

/// How late the draft that the browser sends at the deadline may arrive, in milliseconds.
pub const GRACE: i64 = 10 * SECOND;

/// How a candidate's page tells that somebody is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// A script sends heartbeats: silence of more than a minute is time away.
    #[default]
    Live,
    /// Plain pages: the clock runs from each page to the next post; only gaps over 30 minutes are time away.
    Plain,
}

impl Presence {
    /// The longest silence, in milliseconds, that still counts as being present.
    #[must_use]
    pub const fn patience(self) -> i64 {
        match self {
            Self::Live => MINUTE,
            Self::Plain => 30 * MINUTE,
        }
    }

    /// The word used in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Plain => "plain",
        }
    }
}

/// The part of an interview's settings that the clock needs; pinned at start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockRules {
    /// Milliseconds that may be used; `None` for no limit.
    pub limit: Option<i64>,
    /// Whether time away counts too.
    pub count_time_away: bool,
}

/// Where a running clock stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockState {
    /// Milliseconds that counted up to `last_seen`.
    pub active: i64,
    /// The last sign of life.
    pub last_seen: Timestamp,
    /// How the candidate takes part.
    pub presence: Presence,
    /// Milliseconds of time away since the last turn, which no turn has told so far.
    pub pause: i64,
}

impl ClockState {
    /// A clock that starts now.
    #[must_use]
    pub const fn started(now: Timestamp, presence: Presence) -> Self {
        Self {
            active: 0,
            last_seen: now,
            presence,
            pause: 0,
        }
    }

    /// The silence since the last sign of life, in milliseconds, if it is long enough to be time away.
    #[must_use]
    pub fn away(&self, now: Timestamp) -> Option<i64> {
        let silence = now.since(self.last_seen);
        (silence > self.presence.patience()).then_some(silence)
    }

    /// Milliseconds that count up to `now`.
    #[must_use]
    pub fn active_at(&self, rules: &ClockRules, now: Timestamp) -> i64 {
        let silence = now.since(self.last_seen).max(0);
        let counts = rules.count_time_away || self.away(now).is_none();
        let active = if counts { self.active + silence } else { self.active };
        rules.limit.map_or(active, |limit| active.min(limit))
    }

    /// The clock after a sign of life at `now`. Time away before it adds to the pause: whatever says first that somebody is
    /// back (a heartbeat, coming back by the link), the next turn tells all of it.
    #[must_use]
    pub fn seen(&self, rules: &ClockRules, now: Timestamp, presence: Presence) -> Self {
        Self {
            active: self.active_at(rules, now),
            last_seen: now.max(self.last_seen),
            presence,
            pause: self.pause + self.away(now).unwrap_or(0),
        }
    }

    /// The clock after a turn that tells the pause before it.
    #[must_use]
    pub const fn told(self) -> Self {
        Self { pause: 0, ..self }
    }

    /// When time is up if the candidate stays; `None` without a limit.
    #[must_use]
    pub fn deadline(&self, rules: &ClockRules) -> Option<Timestamp> {
        rules
            .limit
            .map(|limit| self.last_seen.plus((limit - self.active).max(0)))
    }

    /// The moment at which time ran out, if it has by `now`. A deadline that lies further from the last sign of life
    /// than the candidate's silence may last never comes: by then they are away, and their clock stands.
    #[must_use]
    pub fn up_at(&self, rules: &ClockRules, now: Timestamp) -> Option<Timestamp> {
        let deadline = self.deadline(rules)?;
        let reached = rules.count_time_away || deadline.since(self.last_seen) <= self.presence.patience();
        (reached && deadline <= now).then_some(deadline)
    }

    /// Whole seconds left at `now`, rounded up; `None` without a limit.
    #[must_use]
    pub fn seconds_left(&self, rules: &ClockRules, now: Timestamp) -> Option<i64> {
        let left = rules.limit? - self.active_at(rules, now);
        Some((left.max(0) + SECOND - 1) / SECOND)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const RULES: ClockRules = ClockRules {
        limit: Some(10 * MINUTE),
        count_time_away: false,
    };

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millis(1_000_000 + ms)
    }

    #[test]
    fn a_pause_does_not_count() {
        let clock = ClockState::started(at(0), Presence::Live);
        let clock = clock.seen(&RULES, at(30 * SECOND), Presence::Live);
        assert_eq!(clock.active, 30 * SECOND);
        let back = clock.seen(&RULES, at(3_600 * SECOND), Presence::Live);
        assert_eq!(back.active, 30 * SECOND);
        assert_eq!(back.seconds_left(&RULES, at(3_600 * SECOND)), Some(570));
    }

    #[test]
    fn a_pause_is_told_whatever_says_first_that_somebody_is_back() {
        let clock = ClockState::started(at(0), Presence::Live);
        // Twice away, with a heartbeat each time; being there in between is no pause.
        let back = clock.seen(&RULES, at(5 * MINUTE), Presence::Live);
        let there = back.seen(&RULES, at(5 * MINUTE + 30 * SECOND), Presence::Live);
        let again = there.seen(&RULES, at(9 * MINUTE), Presence::Live);
        assert_eq!(
            (back.pause, there.pause, again.pause),
            (5 * MINUTE, 5 * MINUTE, 8 * MINUTE + 30 * SECOND)
        );
        assert_eq!(again.told().pause, 0);
        assert_eq!(again.told().active, again.active);
        // Where time away counts, it was time away all the same.
        let rules = ClockRules {
            count_time_away: true,
            ..RULES
        };
        assert_eq!(clock.seen(&rules, at(5 * MINUTE), Presence::Live).pause, 5 * MINUTE);
        let plain = ClockState::started(at(0), Presence::Plain);
        assert_eq!(plain.seen(&RULES, at(29 * MINUTE), Presence::Plain).pause, 0);
    }

    #[test]
    fn a_pause_counts_where_the_interview_says_so() {
        let rules = ClockRules {
            count_time_away: true,
            ..RULES
        };
        let clock = ClockState::started(at(0), Presence::Live);
        assert_eq!(clock.up_at(&rules, at(10 * MINUTE)), Some(at(10 * MINUTE)));
        assert_eq!(clock.up_at(&rules, at(10 * MINUTE - 1)), None);
    }

    #[test]
    fn time_is_up_only_for_who_is_there() {
        let clock = ClockState::started(at(0), Presence::Live);
        assert_eq!(clock.up_at(&RULES, at(11 * MINUTE)), None, "away since the start");
        let nearly = ClockState {
            active: 9 * MINUTE + 30 * SECOND,
            ..clock
        };
        assert_eq!(nearly.up_at(&RULES, at(40 * SECOND)), Some(at(30 * SECOND)));
        let plain = ClockState {
            presence: Presence::Plain,
            ..clock
        };
        assert_eq!(plain.up_at(&RULES, at(11 * MINUTE)), Some(at(10 * MINUTE)));
    }

    proptest! {
        /// Whatever the signs of life: active time never shrinks, never passes the limit or the wall clock.
        #[test]
        fn active_time_is_sane(gaps in prop::collection::vec(0i64..200_000, 1..40), away in any::<bool>()) {
            let rules = ClockRules { limit: Some(5 * MINUTE), count_time_away: away };
            let mut clock = ClockState::started(at(0), Presence::Live);
            let mut now = 0;
            for gap in gaps {
                now += gap;
                let next = clock.seen(&rules, at(now), Presence::Live);
                prop_assert!(next.active >= clock.active && next.active <= 5 * MINUTE && next.active <= now);
                if let Some(up) = next.up_at(&rules, at(now)) {
                    prop_assert!(up <= at(now));
                    prop_assert_eq!(next.seconds_left(&rules, at(now)), Some(0));
                }
                clock = next;
            }
        }
    }
}
