//! Every word on the screens.
//!
//! Two catalogues, both typed, so that a missing text does not compile:
//! - the candidate's path ([`Candidate`]) in every [`Locale`]. **Adding a language is adding one file** beside `en.rs` with
//!   a `pub(super) static CANDIDATE`, its variant of [`Locale`] and its place in [`Locale::ALL`];
//! - the creators' screens ([`Creator`]), English, one file an area under `creator/`.
//!
//! Texts with values are plain functions, so that each language forms its own plurals and order.

mod candidate;
mod creator;
mod en;
mod zh;

pub use candidate::*;
pub use creator::*;
/// `1,204`.
pub use parley_domain::text::grouped as number;
use serde::{Deserialize, Serialize};

/// A language of the candidate's path.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Locale {
    /// English.
    #[default]
    #[serde(rename = "en")]
    En,
    /// Chinese, simplified.
    #[serde(rename = "zh")]
    Zh,
}

impl Locale {
    /// Every language there is, for lists and for reading a tag: what is missing here is never chosen.
    pub const ALL: [Self; 2] = [Self::En, Self::Zh];

    /// The `lang` of `<html>`.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh-Hans",
        }
    }

    /// The two letters that are stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh",
        }
    }

    /// The language's own name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::Zh => "中文",
        }
    }

    /// From a tag such as `zh-CN`; English where we do not have it.
    #[must_use]
    pub fn parse(tag: &str) -> Self {
        Self::known(tag).unwrap_or_default()
    }

    fn known(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        Self::ALL
            .into_iter()
            .find(|locale| locale.code().eq_ignore_ascii_case(primary))
    }

    /// The one that an `Accept-Language` header likes best; English where we have none of it.
    #[must_use]
    pub fn preferred(header: &str) -> Self {
        let mut best = (Self::default(), 0.0_f32);
        for part in header.split(',') {
            let mut pieces = part.split(';').map(str::trim);
            let tag = pieces.next().unwrap_or_default();
            let weight = pieces
                .find_map(|p| p.strip_prefix("q="))
                .map_or(1.0, |q| q.parse().unwrap_or(0.0));
            if let Some(known) = Self::known(tag)
                && weight > best.1
            {
                best = (known, weight);
            }
        }
        best.0
    }

    /// The texts of the candidate's path.
    #[must_use]
    pub const fn candidate(self) -> &'static Candidate {
        match self {
            Self::En => &en::CANDIDATE,
            Self::Zh => &zh::CANDIDATE,
        }
    }
}

/// `1 question`, `2 questions`, `1,204 questions`.
#[must_use]
pub fn count(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", number(n), if n == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::{Locale, count};

    #[test]
    fn one_is_singular() {
        assert_eq!(count(1, "row", "rows"), "1 row");
        assert_eq!(count(4_120, "row", "rows"), "4,120 rows");
    }

    #[test]
    fn how_far_an_opening_is() {
        for (n, en, zh) in [
            (0, "1 minute", "1 分钟"),
            (45, "45 minutes", "45 分钟"),
            (180, "3 hours", "3 小时"),
            (2_879, "47 hours 59 minutes", "47 小时 59 分钟"),
            (2_880, "2 days", "2 天"),
            (4_620, "3 days 5 hours", "3 天 5 小时"),
            (126_780, "88 days", "88 天"),
        ] {
            let says = |locale: Locale| (locale.candidate().link.opens_at)("X", n);
            assert_eq!(says(Locale::En), format!("It opens on X, in {en}."));
            assert_eq!(says(Locale::Zh), format!("开放时间：X（{zh}后）。"));
        }
    }

    #[test]
    fn the_browsers_preference() {
        assert_eq!(Locale::preferred(""), Locale::En);
        assert_eq!(Locale::preferred("de-DE,de;q=0.9"), Locale::En);
        assert_eq!(Locale::preferred("de, zh-CN;q=0.8, en;q=0.5"), Locale::Zh);
        assert_eq!(Locale::preferred("zh;q=0.3,en-GB;q=0.9"), Locale::En);
        assert_eq!(Locale::preferred(";;q=,,zh;q=x"), Locale::En);
    }

    #[test]
    fn tags_of_many_spellings() {
        assert_eq!(Locale::parse("zh-CN"), Locale::Zh);
        assert_eq!(Locale::parse("ZH_hant"), Locale::Zh);
        assert_eq!(Locale::parse("fr"), Locale::En);
        assert_eq!(Locale::parse(""), Locale::En);
        for locale in Locale::ALL {
            assert_eq!(Locale::parse(locale.code()), locale);
            assert_eq!(Locale::parse(locale.tag()), locale);
        }
    }

    /// Whoever reads a page in a language is interviewed in it: the scripted interviewer speaks each of them.
    #[cfg(feature = "ssr")]
    #[test]
    fn the_interviewer_speaks_every_language() {
        use parley_services::conversation::phrases;
        let spoken: Vec<_> = phrases::languages().collect();
        for locale in Locale::ALL {
            assert!(spoken.contains(&locale.code()), "no phrases in {}", locale.name());
        }
    }
}
