//! The year in a cell, however it is written.

use parley_domain::text;
use unicode_normalization::UnicodeNormalization as _;

use super::row::unquoted;

/// The year in `2024`, `2024年6月`, `2024-06-30`, `30.06.2024`, `06/2024`, `June 2024`, `20240630` or `2024.0`.
pub(super) fn year(text: &str) -> Result<i32, String> {
    let plain: String = unquoted(text).nfkc().collect();
    let mut years = Vec::new();
    for digits in plain
        .split(|c: char| !c.is_ascii_digit())
        .filter(|digits| !digits.is_empty())
    {
        let found = match digits.len() {
            4 => digits.parse().ok(),
            8 => date_without_signs(digits),
            _ => None,
        };
        if let Some(year) = found
            && !years.contains(&year)
        {
            years.push(year);
        }
    }
    match years[..] {
        [year] if !is_span(&plain) => Ok(year),
        [] => Err(format!("'{}' has no year of four digits.", text::shorten(text, 80))),
        _ => Err(format!("'{}' has more than one year.", text::shorten(text, 80))),
    }
}

/// `2021/22`: two years, of which one is cut short; no month is that large.
fn is_span(text: &str) -> bool {
    let number = |part: &str, digits: usize| part.trim().parse::<u16>().ok().filter(|_| part.trim().len() == digits);
    let halves = text.split_once(['/', '-', '–']);
    halves.is_some_and(|(year, rest)| number(year, 4).is_some() && number(rest, 2).is_some_and(|rest| rest > 12))
}

/// `20240630`: year, month and day without anything between.
fn date_without_signs(digits: &str) -> Option<i32> {
    let part = |range: std::ops::Range<usize>| digits.get(range)?.parse::<i32>().ok();
    let (year, month, day) = (part(0..4)?, part(4..6)?, part(6..8)?);
    ((1..=12).contains(&month) && (1..=31).contains(&day)).then_some(year)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_year_of_four_digits_is_found() {
        for text in [
            "2024",
            "2024-06-30",
            "30.06.2024",
            "06/2024",
            "June 2024",
            "Class of 2024",
            "20240630",
            "2024.0",
            "2024-06-30 09:30",
            "2024-06",
            "2024/12",
        ] {
            assert_eq!(year(text), Ok(2024), "{text}");
        }
        for text in [
            "24",
            "45351",
            "2020-2024",
            "2021/22",
            "2021–22",
            "n/a",
            "6/24",
            "20249930",
        ] {
            assert!(year(text).is_err(), "{text}");
        }
    }
}
