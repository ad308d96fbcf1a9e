//! Phone numbers: only as they stand in the document.

use super::Row;
use crate::resumes::{
    dates,
    document::{Link, is_unspaced},
    words::{self, Section},
};
use parley_domain::{
    candidate,
    resume::{Confidence, Found, Place},
};

/// The likeliest phone number.
pub fn phone(rows: &[Row<'_>], links: &[Link]) -> Option<Found> {
    let linked: Vec<(String, u32)> = links.iter().filter_map(tel).collect();
    let mut best: Option<(i32, Found)> = None;
    for (at, row) in rows.iter().enumerate() {
        if row.is_in(Section::References) {
            continue;
        }
        // The label may stand before the number in its line, in the piece before it, or alone in the line above.
        let before = at.checked_sub(1).map(|at| rows[at].text()).unwrap_or_default();
        for number in numbers(row.text()) {
            let label = label_of(row.text(), number.start, before);
            let Some(score) = score(row, at, &number, label, &linked) else {
                continue;
            };
            if best.as_ref().is_none_or(|(most, _)| score > *most) {
                let confidence = if score >= 5 {
                    Confidence::High
                } else {
                    Confidence::Medium
                };
                best = Some((score, row.found(&number.text, confidence)));
            }
        }
    }
    let by_link = || {
        let (number, page) = linked.first()?.clone();
        Some(Found {
            source: format!("tel:{number}"),
            value: number,
            confidence: Confidence::Medium,
            place: Place { page, line: 1 },
        })
    };
    best.map(|(_, found)| found).or_else(by_link)
}

fn tel(link: &Link) -> Option<(String, u32)> {
    let (scheme, rest) = link.uri.split_once(':')?;
    let number = rest.split([';', '?']).next().unwrap_or_default().replace("%20", " ");
    let digits = number.chars().filter(char::is_ascii_digit).count();
    let known = scheme.eq_ignore_ascii_case("tel") && (7..=15).contains(&digits) && candidate::is_phone(number.trim());
    known.then(|| (number.trim().to_owned(), link.page))
}

/// What stands before a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Label {
    /// It is a phone number.
    Phone,
    /// It is another number.
    Other,
    /// Nothing that tells.
    None,
}

fn label_of(text: &str, start: usize, before: &str) -> Label {
    let own = text[..start]
        .trim_end()
        .trim_end_matches([':', '.', ')', '-', '|', ' ', '/']);
    let word = own
        .rsplit(['|', '•', '·', ',', ';', '(', '/'])
        .next()
        .unwrap_or_default()
        .trim();
    let last_words = |text: &str, count: usize| {
        let words: Vec<&str> = text.split_whitespace().collect();
        words[words.len().saturating_sub(count)..].join(" ")
    };
    let told = |text: &str| {
        (1..=3).find_map(|count| {
            let words = last_words(text, count);
            let words = words.trim_start_matches(|c: char| !c.is_alphanumeric());
            let words = words.rsplit(|c: char| c.is_ascii_digit()).next().unwrap_or_default();
            if words::OTHER_NUMBER.are(words) || words::PRIVATE.are(words) {
                Some(Label::Other)
            } else if words::PHONE_LABEL.are(words) {
                Some(Label::Phone)
            } else {
                None
            }
        })
    };
    if !word.is_empty() {
        return told(word).unwrap_or(Label::None);
    }
    if own.is_empty() && before.chars().count() < 30 {
        return told(before.trim_end_matches([':', '.', ' '])).unwrap_or(Label::None);
    }
    Label::None
}

/// A number as it stands in a line.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Number {
    text: String,
    start: usize,
    /// Without those of an extension.
    digits: String,
}

/// How likely a number is the candidate's phone; none if it is not one.
fn score(row: &Row<'_>, at: usize, number: &Number, label: Label, linked: &[(String, u32)]) -> Option<i32> {
    let plus = number.text.starts_with('+') || number.text.starts_with("(+") || number.text.starts_with("00");
    let count = number.digits.len();
    let dialled = linked.iter().any(|(tel, _)| {
        let tel: String = tel.chars().filter(char::is_ascii_digit).collect();
        tel.ends_with(&number.digits) || number.digits.ends_with(&tel)
    });
    let own = matches!(row.section, None | Some(Section::Contact | Section::Profile));
    if label == Label::Other || words::PRIVATE.stand_in(row.text()) && label != Label::Phone {
        return None;
    }
    let grouped = number.text.chars().any(|c| " -.()/".contains(c));
    let certain = label == Label::Phone || plus || dialled;
    // Without a label or a plus it must look like one, and stand where one is expected.
    let looks = (9..=12).contains(&count) && (grouped || count >= 10) && own;
    let short = label == Label::Phone && count >= 7;
    if !(certain && count >= 8 || short || looks && at < 40) {
        return None;
    }
    Some(
        i32::from(label == Label::Phone) * 3
            + i32::from(plus) * 2
            + i32::from(dialled) * 3
            + i32::from(own) * 2
            + i32::from(row.place.page == 1)
            + i32::from(at < 15),
    )
}

/// Numbers of a line that have as many digits as a phone number and are no dates.
fn numbers(text: &str) -> Vec<Number> {
    let chars: Vec<(usize, char)> = text.char_indices().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let (start, c) = chars[at];
        let opens = c.is_ascii_digit() || is_other_digit(c) || c == '+' || c == '(';
        let glued = at > 0 && (chars[at - 1].1.is_alphanumeric() || "_@#/=".contains(chars[at - 1].1));
        if !opens || glued && !c.is_ascii_digit() {
            at += 1;
            continue;
        }
        let mut end = at;
        let mut depth = 0_i32;
        let mut blanks = 0;
        for (n, (_, c)) in chars.iter().enumerate().skip(at) {
            let take = match c {
                c if c.is_ascii_digit() || is_other_digit(*c) => {
                    end = n + 1;
                    blanks = 0;
                    true
                }
                '+' => n == at || chars[n - 1].1 == '(',
                '(' => {
                    depth += 1;
                    depth == 1
                }
                ')' => {
                    depth -= 1;
                    depth == 0
                }
                ' ' | '-' | '.' | '/' | '–' | '‑' | '\u{2010}' => {
                    blanks += 1;
                    blanks <= 3
                }
                _ => false,
            };
            if !take {
                break;
            }
        }
        if end <= at {
            at += 1;
            continue;
        }
        let stop = chars.get(end).map_or(text.len(), |(at, _)| *at);
        let after = chars.get(end).map_or(' ', |(_, c)| *c);
        // `555-0198x4`
        let extended = matches!(after, 'x' | 'X') && chars.get(end + 1).is_some_and(|(_, c)| c.is_ascii_digit());
        if !(glued || after.is_alphabetic() && !is_unspaced(after) && !extended || "@_%€$£".contains(after)) {
            found.extend(number(text, start, stop));
        }
        at = end;
    }
    found
}

fn is_other_digit(c: char) -> bool {
    matches!(c, '\u{660}'..='\u{669}' | '\u{6F0}'..='\u{6F9}')
}

fn digit(c: char) -> Option<char> {
    let value = match c {
        '0'..='9' => return Some(c),
        '\u{660}'..='\u{669}' => c as u32 - 0x660,
        '\u{6F0}'..='\u{6F9}' => c as u32 - 0x6F0,
        _ => return None,
    };
    char::from_digit(value, 10)
}

fn number(text: &str, start: usize, stop: usize) -> Option<Number> {
    let mut own = text[start..stop].trim_end();
    // Brackets that close nothing, or were opened before the number proper.
    if own.matches('(').count() > own.matches(')').count() {
        own = own.trim_start_matches('(');
    }
    let start = start + (text[start..stop].trim_end().len() - own.len());
    let digits: String = own.chars().filter_map(digit).collect();
    let country = own.starts_with('+') || own.starts_with("(+") || own.starts_with("00");
    let most = if country { 15 } else { 13 };
    if !(7..=most).contains(&digits.len()) || looks_like_dates(own) {
        return None;
    }
    let mut value = own.to_owned();
    // `ext. 4`
    let rest = &text[start + own.len()..];
    let trimmed = rest.trim_start().trim_start_matches(',').trim_start().to_lowercase();
    for mark in ["extension", "ext.", "ext", "durchwahl", "poste", "x"] {
        if let Some(tail) = trimmed.strip_prefix(mark) {
            let tail = tail.trim_start_matches(['.', ':', ' ']);
            let extension: String = tail.chars().take_while(char::is_ascii_digit).collect();
            if !extension.is_empty() && extension.len() <= 6 {
                let upto = rest.find(extension.as_str()).map_or(0, |at| at + extension.len());
                let whole = format!("{value}{}", &rest[..upto]);
                // Written with a word that no number can be kept with, it is left out.
                if candidate::is_phone(&whole) {
                    value = whole;
                }
            }
            break;
        }
    }
    let value = value.replace(['‑', '\u{2010}'], "-");
    candidate::is_phone(&value).then_some(Number {
        text: value,
        start,
        digits,
    })
}

/// `2014 - 2018`, `12.03.1999`, `2018-01-02`: dates, not numbers that can be dialled.
fn looks_like_dates(text: &str) -> bool {
    if text.starts_with('+') {
        return false;
    }
    let Some(dates) = dates::find(text) else { return false };
    let inside = text[dates.range.clone()].chars().filter(char::is_ascii_digit).count();
    let all = text.chars().filter(char::is_ascii_digit).count();
    dates.is_range() || inside * 3 >= all * 2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<String> {
        numbers(text).into_iter().map(|number| number.text).collect()
    }

    #[test]
    fn numbers_that_can_be_dialled() {
        assert_eq!(values("+49 (0)30 1234-567 | x"), ["+49 (0)30 1234-567"]);
        assert_eq!(values("(555) 014-2277"), ["(555) 014-2277"]);
        assert_eq!(values("+1 (212) 555-0198 ext. 4"), ["+1 (212) 555-0198 ext. 4"]);
        assert_eq!(values("404.555.0188 x204 | a"), ["404.555.0188 x204"]);
        assert_eq!(values("404 555 0188, extension 204"), ["404 555 0188"]);
        assert_eq!(values("01 23 45 67 89 poste 12"), ["01 23 45 67 89"]);
        assert_eq!(values("电话:138 0013 8000"), ["138 0013 8000"]);
        assert_eq!(values("٠١٢٣ ٤٥٦ ٧٨٩٠"), ["٠١٢٣ ٤٥٦ ٧٨٩٠"]);
        for text in [
            "2014 - 2018",
            "12.03.1999",
            "2018-01-02 - 2019-04-05",
            "1,200,000",
            "room 12",
            "abc12345678",
            "2018.03 - 2020.05",
        ] {
            assert!(values(text).is_empty(), "{text}: {:?}", values(text));
        }
    }

    #[test]
    fn labels_tell_phones_from_other_numbers() {
        assert_eq!(label_of("Tel: 12345678", 5, ""), Label::Phone);
        assert_eq!(label_of("a@b.co | M: 12345678", 12, ""), Label::Phone);
        assert_eq!(label_of("Fax 12345678", 4, ""), Label::Other);
        assert_eq!(label_of("12345678", 0, "手机"), Label::Phone);
        assert_eq!(label_of("12345678", 0, "身份证号:"), Label::Other);
        assert_eq!(label_of("12345678", 0, "Oporto"), Label::None);
    }
}
