//! Moments in a person's time zone, as text. Made here and not in the browser, so that what the server rendered and
//! what the browser hydrates are the same text.

use crate::{Services, entity::user, error::Result};
use jiff::{
    Zoned,
    civil::{Date, DateTime},
    tz::TimeZone,
};
use parley_domain::{
    account::Actor,
    time::{DAY, HOUR, MINUTE, ShownTime, Timestamp},
};
use sea_orm::{EntityTrait, QuerySelect};

/// A time zone with its IANA name.
#[derive(Clone, Debug)]
pub struct Zone {
    zone: TimeZone,
    name: String,
}

impl Zone {
    /// The zone of this IANA name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        // Only names: a POSIX rule such as "EST5EDT4,M3.2.0" is accepted by the library, but no person picks it.
        let plausible = name.len() <= 64 && name.chars().all(|c| c.is_ascii_alphanumeric() || "/_+-".contains(c));
        let zone = plausible.then(|| TimeZone::get(name).ok()).flatten()?;
        let name = zone.iana_name().unwrap_or(name).to_owned();
        Some(Self { zone, name })
    }

    /// UTC.
    #[must_use]
    pub fn utc() -> Self {
        Self {
            zone: TimeZone::UTC,
            name: "UTC".to_owned(),
        }
    }

    /// Its IANA name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// `at` in this zone, for a person who reads it at `now`.
    #[must_use]
    pub fn shown(&self, at: Timestamp, now: Timestamp) -> ShownTime {
        let local = self.local(at);
        ShownTime {
            at,
            short: short(&local, &self.local(now), now.since(at)),
            exact: format!("{} {}", local.strftime("%a %-d %b %Y, %H:%M:%S"), self.name),
        }
    }

    /// `at` in this zone for tables and files, sorted as it is written: "2026-11-24 09:41".
    #[must_use]
    pub fn stamp(&self, at: Timestamp) -> String {
        self.local(at).strftime("%Y-%m-%d %H:%M").to_string()
    }

    /// The moment at which `date` (`2026-11-24`) begins in this zone; `None` for what is not a date.
    #[must_use]
    pub fn day_start(&self, date: &str) -> Option<Timestamp> {
        self.start_of(date.parse().ok()?)
    }

    /// The moment at which the day after `date` begins.
    #[must_use]
    pub fn day_end(&self, date: &str) -> Option<Timestamp> {
        self.start_of(date.parse::<Date>().ok()?.tomorrow().ok()?)
    }

    /// The last `days` days up to the one of `now`, oldest first: as `2026-11-24` and as "24 Nov".
    #[must_use]
    pub fn last_days(&self, now: Timestamp, days: u16) -> Vec<(String, String)> {
        let today = self.local(now).date();
        (0..i64::from(days))
            .rev()
            .filter_map(|back| today.checked_sub(jiff::Span::new().days(back)).ok())
            .map(|date| (date.to_string(), date.strftime("%-d %b").to_string()))
            .collect()
    }

    /// `at` as a form's field of date and time holds it: "2026-11-24T09:41".
    #[must_use]
    pub fn field(&self, at: Timestamp) -> String {
        self.local(at).strftime("%Y-%m-%dT%H:%M").to_string()
    }

    /// The moment that such a field names in this zone; `None` for what is not a date and time. Of a time that comes
    /// twice, when clocks go back, it is the first; of one that never comes, the moment just as far after the change.
    #[must_use]
    pub fn moment(&self, text: &str) -> Option<Timestamp> {
        let local = text.parse::<DateTime>().ok()?.to_zoned(self.zone.clone()).ok()?;
        Some(Timestamp::from_millis(local.timestamp().as_millisecond()))
    }

    fn start_of(&self, date: Date) -> Option<Timestamp> {
        let start = date.to_zoned(self.zone.clone()).ok()?.start_of_day().ok()?;
        Some(Timestamp::from_millis(start.timestamp().as_millisecond()))
    }

    fn local(&self, at: Timestamp) -> Zoned {
        at.to_jiff().to_zoned(self.zone.clone())
    }
}

/// "just now", "3 min ago", "5 h ago", "24 Nov", "24 Nov 2025"; the same ahead: "in 3 min".
fn short(at: &Zoned, now: &Zoned, age: i64) -> String {
    let distance = age.abs();
    let amount = match distance {
        0..MINUTE => return "just now".to_owned(),
        MINUTE..HOUR => format!("{} min", distance / MINUTE),
        HOUR..DAY => format!("{} h", distance / HOUR),
        _ if at.year() == now.year() => return at.strftime("%-d %b").to_string(),
        _ => return at.strftime("%-d %b %Y").to_string(),
    };
    if age >= 0 {
        format!("{amount} ago")
    } else {
        format!("in {amount}")
    }
}

/// The zone in which this actor reads times: a member's own, UTC for all others.
///
/// # Errors
/// When the database cannot be read.
pub async fn zone_of(s: &Services, actor: &Actor) -> Result<Zone> {
    let Actor::Member { user, .. } = actor else {
        return Ok(Zone::utc());
    };
    let name: Option<String> = user::Entity::find_by_id(user.0)
        .select_only()
        .column(user::Column::TimeZone)
        .into_tuple()
        .one(s.db.read())
        .await?;
    Ok(name.and_then(|name| Zone::named(&name)).unwrap_or_else(Zone::utc))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(zone: &str, at: &str, now: &str) -> ShownTime {
        let at = Timestamp::parse(at).unwrap();
        Zone::named(zone).unwrap().shown(at, Timestamp::parse(now).unwrap())
    }

    #[test]
    fn exact_times_name_their_zone() {
        let t = shown("Europe/Berlin", "2026-11-24T08:41:03Z", "2026-11-24T08:41:03Z");
        assert_eq!(t.exact, "Tue 24 Nov 2026, 09:41:03 Europe/Berlin");
        let summer = shown("Europe/Berlin", "2026-07-01T08:00:00Z", "2026-11-24T08:41:03Z");
        assert_eq!(summer.exact, "Wed 1 Jul 2026, 10:00:00 Europe/Berlin");
    }

    #[test]
    fn short_times_are_relative_for_a_day() {
        let now = "2026-11-24T12:00:00Z";
        for (at, expected) in [
            ("2026-11-24T11:59:01Z", "just now"),
            ("2026-11-24T12:00:20Z", "just now"),
            ("2026-11-24T11:57:00Z", "3 min ago"),
            ("2026-11-24T12:03:00Z", "in 3 min"),
            ("2026-11-23T13:00:00Z", "23 h ago"),
            ("2026-11-23T12:00:00Z", "23 Nov"),
            ("2026-12-24T12:00:00Z", "24 Dec"),
            ("2025-11-24T12:00:00Z", "24 Nov 2025"),
        ] {
            assert_eq!(shown("UTC", at, now).short, expected, "{at}");
        }
        // The year is that of the reader's zone.
        assert_eq!(
            shown("Asia/Tokyo", "2025-12-31T20:00:00Z", "2026-02-01T00:00:00Z").short,
            "1 Jan"
        );
    }

    #[test]
    fn days_are_those_of_the_zone() {
        let tokyo = Zone::named("Asia/Tokyo").unwrap();
        assert_eq!(
            tokyo.day_start("2026-11-24").unwrap().to_string(),
            "2026-11-23T15:00:00Z"
        );
        let berlin = Zone::named("Europe/Berlin").unwrap();
        let start = berlin.day_start("2026-10-25").unwrap();
        // The day on which clocks go back has 25 hours.
        assert_eq!(berlin.day_end("2026-10-25").unwrap().since(start), 25 * HOUR);
        assert!(tokyo.day_start("yesterday").is_none());
    }

    #[test]
    fn fields_of_date_and_time_go_there_and_back() {
        let berlin = Zone::named("Europe/Berlin").unwrap();
        let at = Timestamp::parse("2026-11-24T08:41:00Z").unwrap();
        assert_eq!(berlin.field(at), "2026-11-24T09:41");
        assert_eq!(berlin.moment("2026-11-24T09:41"), Some(at));
        assert_eq!(berlin.moment("2026-11-24T09:41:00"), Some(at));
        // Clocks go back at three: half past two comes twice, and is meant the first time.
        let twice = berlin.moment("2026-10-25T02:30").unwrap();
        assert_eq!(twice.to_string(), "2026-10-25T00:30:00Z");
        // Clocks go on at two: half past two does not come.
        let never = berlin.moment("2026-03-29T02:30").unwrap();
        assert_eq!(never.to_string(), "2026-03-29T01:30:00Z");
        for bad in ["", "soon", "2026-13-40T25:61"] {
            assert_eq!(berlin.moment(bad), None, "{bad}");
        }
    }

    #[test]
    fn names_are_checked() {
        for bad in [
            "",
            "Mars/Olympus",
            "../etc/passwd",
            "EST5EDT4,M3.2.0,M11.1.0",
            &"a".repeat(100),
        ] {
            assert!(Zone::named(bad).is_none(), "{bad}");
        }
        assert_eq!(Zone::named("UTC").unwrap().name(), "UTC");
    }
}
