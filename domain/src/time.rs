//! Moments, as the whole system stores and sends them.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;

/// A moment in UTC with millisecond resolution. Stored as a 64-bit count of milliseconds since 1970, written in JSON as
/// RFC 3339 with `Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
pub struct Timestamp(i64);

/// Milliseconds of a second.
pub const SECOND: i64 = 1_000;
/// Milliseconds of a minute.
pub const MINUTE: i64 = 60 * SECOND;
/// Milliseconds of an hour.
pub const HOUR: i64 = 60 * MINUTE;
/// Milliseconds of 24 hours.
pub const DAY: i64 = 24 * HOUR;

/// The last moment that RFC 3339's four-digit years can write, in milliseconds.
const LAST: i64 = 253_402_207_200_000;

impl Timestamp {
    /// From milliseconds since 1970-01-01T00:00:00Z; clamped to the years 0001 to 9999.
    #[must_use]
    pub fn from_millis(millis: i64) -> Self {
        Self(millis.clamp(-62_135_596_800_000, LAST))
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// This moment plus `millis` milliseconds (may be negative).
    #[must_use]
    pub fn plus(self, millis: i64) -> Self {
        Self::from_millis(self.0.saturating_add(millis))
    }

    /// Milliseconds from `earlier` to this moment; negative if `earlier` is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> i64 {
        self.0 - earlier.0
    }

    /// The calendar year in UTC.
    #[must_use]
    pub fn year(self) -> i16 {
        self.to_jiff().to_zoned(jiff::tz::TimeZone::UTC).year()
    }

    /// The same moment as jiff's type, for formatting in time zones.
    #[must_use]
    pub fn to_jiff(self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
    }

    /// Reads RFC 3339, with any offset.
    ///
    /// # Errors
    /// A sentence for the person who sent it.
    pub fn parse(text: &str) -> Result<Self, String> {
        text.parse::<jiff::Timestamp>()
            .map(|t| Self::from_millis(t.as_millisecond()))
            .map_err(|_| format!("'{text}' is not a time such as 2026-05-01T09:30:00Z"))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.to_jiff())
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        Self::parse(&text).map_err(de::Error::custom)
    }
}

/// A moment as a person reads it: made by the server in the person's own time zone, so that the text never differs
/// between what the server rendered and what the browser hydrates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownTime {
    /// The moment, for `<time datetime>`.
    pub at: Timestamp,
    /// Short and relative: "3 min ago", "24 Nov".
    pub short: String,
    /// Exact, with the zone: "Tue 24 Nov 2026, 09:41:03 Europe/Berlin".
    pub exact: String,
}

impl ShownTime {
    /// The day, out of the exact words: "Tue 24 Nov 2026".
    #[must_use]
    pub fn day(&self) -> &str {
        self.exact.split_once(", ").map_or(self.exact.as_str(), |(day, _)| day)
    }

    /// The time of that day: "09:41".
    #[must_use]
    pub fn clock(&self) -> &str {
        self.exact
            .split_once(", ")
            .and_then(|(_, time)| time.get(..5))
            .unwrap_or(&self.short)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trips_as_rfc_3339() {
        let t = Timestamp::from_millis(1_795_487_000_123);
        let json = serde_json::to_string(&t).unwrap();
        assert_eq!(json, "\"2026-11-24T02:23:20.123Z\"");
        assert_eq!(serde_json::from_str::<Timestamp>(&json).unwrap(), t);
        assert_eq!(Timestamp::parse("2026-11-24T03:23:20.123+01:00").unwrap(), t);
    }

    #[test]
    fn exact_words_hold_a_day_and_a_time_of_day() {
        let shown = |exact: &str| ShownTime {
            at: Timestamp::from_millis(0),
            short: "just now".to_owned(),
            exact: exact.to_owned(),
        };
        let at = shown("Tue 24 Nov 2026, 09:41:03 Europe/Berlin");
        assert_eq!((at.day(), at.clock()), ("Tue 24 Nov 2026", "09:41"));
        let other = shown("some day");
        assert_eq!((other.day(), other.clock()), ("some day", "just now"));
    }

    #[test]
    fn extreme_values_do_not_panic() {
        for millis in [i64::MIN, -1, 0, i64::MAX] {
            let t = Timestamp::from_millis(millis);
            assert!(!t.to_string().is_empty());
            assert_eq!(Timestamp::parse(&t.to_string()).unwrap(), t);
        }
    }
}
