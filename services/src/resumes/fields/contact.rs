//! Email addresses and phone numbers: only as they stand in the document.

use super::Row;
use crate::resumes::{
    dates,
    document::Link,
    words::{self, Section},
};
use parley_domain::{
    candidate,
    resume::{Confidence, Found, Place},
};

/// All email addresses that may be the candidate's, the likeliest first.
pub fn emails(rows: &[Row<'_>], links: &[Link]) -> Vec<Found> {
    let linked: Vec<(String, u32)> = links.iter().filter_map(mailto).collect();
    let mut found: Vec<(i32, Found)> = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        if row.is_in(Section::References) {
            continue;
        }
        let next = below(rows, at);
        let weight = weight(row, at);
        for email in in_line(row.text(), &linked) {
            found.push((weight, row.found(&email, Confidence::High)));
        }
        if let Some(next) = next
            && let Some((email, confidence)) = wrapped(row.text(), next.text(), &linked)
        {
            let both = Found {
                source: format!("{}\n{}", row.text(), next.text()),
                ..row.found(&email, confidence)
            };
            found.push((weight, both));
        }
    }
    // The best first; among equals the first.
    found.sort_by_key(|(weight, _)| -weight);
    let mut emails: Vec<Found> = found.into_iter().map(|(_, found)| found).collect();
    if emails.is_empty()
        && let Some((email, page)) = linked.into_iter().next()
    {
        emails.push(Found {
            source: format!("mailto:{email}"),
            value: email,
            confidence: Confidence::Medium,
            place: Place { page, line: 1 },
        });
    }
    emails
}

/// The line under this one in its column or cell.
fn below<'a>(rows: &'a [Row<'a>], at: usize) -> Option<&'a Row<'a>> {
    let own = rows[at].line;
    rows.iter().skip(at + 1).take(10).find(|next| {
        let step = next.line.bbox.y1 - own.bbox.y1;
        next.place.page == rows[at].place.page
            && (next.line.bbox.x0 - own.bbox.x0).abs() < 3.0
            && step > 0.3 * own.size
            && step < 2.4 * own.size
    })
}

/// Addresses at the head of the document or under a heading for them are the candidate's own.
fn weight(row: &Row<'_>, at: usize) -> i32 {
    let own = matches!(row.section, None | Some(Section::Contact | Section::Profile));
    i32::from(own) * 2 + i32::from(at < 15) + i32::from(row.place.page == 1)
}

fn mailto(link: &Link) -> Option<(String, u32)> {
    let (scheme, rest) = link.uri.split_once(':')?;
    if !scheme.eq_ignore_ascii_case("mailto") {
        return None;
    }
    let address = rest
        .split(['?', ','])
        .next()
        .unwrap_or_default()
        .replace("%20", "")
        .replace("%40", "@");
    let address = address.trim().to_owned();
    candidate::is_email(&address).then_some((address, link.page))
}

fn local(c: char) -> bool {
    c.is_alphanumeric() || "._%+-'".contains(c)
}

fn domain(c: char) -> bool {
    c.is_alphanumeric() || "-.".contains(c)
}

/// The addresses in a line of text.
fn in_line(text: &str, linked: &[(String, u32)]) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices('@') {
        let before = &text[..at];
        let start = before
            .char_indices()
            .rev()
            .take_while(|(_, c)| local(*c))
            .last()
            .map_or(at, |(start, _)| start);
        let after = &text[at + 1..];
        let length = after
            .char_indices()
            .take_while(|(_, c)| domain(*c))
            .last()
            .map_or(0, |(at, c)| at + c.len_utf8());
        let whole = format!(
            "{}@{}",
            before[start..].trim_start_matches(['.', '-', '\'', '%']),
            &after[..length]
        );
        let whole = whole.trim_end_matches(['.', '-']);
        // The address behind the text knows where it ends.
        let known = linked
            .iter()
            .map(|(address, _)| address)
            .find(|address| whole.len() > address.len() && whole.to_lowercase().contains(&address.to_lowercase()));
        let email = known.map_or(whole, String::as_str);
        if plausible(email) {
            found.push(email.to_owned());
        }
    }
    if found.is_empty() && text.matches('@').count() == 1 {
        found.extend(spaced(text));
    }
    found
}

fn plausible(email: &str) -> bool {
    let Some((_, host)) = email.split_once('@') else {
        return false;
    };
    let top = host.rsplit('.').next().unwrap_or_default();
    candidate::is_email(email)
        && host.contains('.')
        && !host.starts_with('.')
        && !email.contains("..")
        && top.chars().count() >= 2
        && top.chars().all(char::is_alphabetic)
}

/// `ana @ example.org`: an address alone in its line, with spaces around its signs.
fn spaced(text: &str) -> Option<String> {
    let value = match text.rsplit_once(':') {
        Some((label, value)) if words::LABEL.are(label) => value,
        _ => text,
    };
    let words: Vec<&str> = value.split_whitespace().collect();
    let touched = words
        .windows(2)
        .all(|pair| pair[0].ends_with(['@', '.', '_', '-']) || pair[1].starts_with(['@', '.', '_', '-']));
    let email = words.concat();
    (words.len() > 1 && words.len() <= 5 && touched && plausible(&email)).then_some(email)
}

/// An address that was broken over two lines of a narrow column.
fn wrapped(first: &str, second: &str, linked: &[(String, u32)]) -> Option<(String, Confidence)> {
    let head = first.split_whitespace().next_back()?;
    let tail = second.split_whitespace().next()?;
    let head = head.rsplit_once(':').map_or(head, |(_, value)| value);
    let joined = format!("{head}{tail}");
    let known = linked.iter().any(|(address, _)| joined.eq_ignore_ascii_case(address));
    if known && !head.is_empty() {
        return Some((joined, Confidence::High));
    }
    // Without a link to tell, only where neither part can stand alone.
    let part = |text: &str| text.chars().all(|c| local(c) || domain(c) || c == '@');
    if joined.matches('@').count() != 1 || !part(head) || !part(tail) || tail.is_empty() || head.is_empty() {
        return None;
    }
    let cut = if head.contains('@') {
        // `ana@exam` `ple.org`, `ana@` `example.org`, `ana@example.` `org`
        !plausible(head) && second.split_whitespace().count() == 1
    } else {
        // `ana.lima` `@example.org`: the address must fill its column.
        tail.starts_with('@') && first.split_whitespace().count() <= 2
    };
    (cut && plausible(&joined) && !plausible(head)).then_some((joined, Confidence::Medium))
}

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
        if !(glued || after.is_alphabetic() && after.is_ascii() || "@_%€$£".contains(after)) {
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
    let mut all = digits;
    // `ext. 4`
    let rest = &text[start + own.len()..];
    let trimmed = rest.trim_start().trim_start_matches(',').trim_start().to_lowercase();
    for mark in ["extension", "ext.", "ext", "durchwahl", "poste", "x"] {
        if let Some(tail) = trimmed.strip_prefix(mark) {
            let tail = tail.trim_start_matches(['.', ':', ' ']);
            let extension: String = tail.chars().take_while(char::is_ascii_digit).collect();
            if !extension.is_empty() && extension.len() <= 6 {
                let upto = rest.find(extension.as_str()).map_or(0, |at| at + extension.len());
                value.push_str(&rest[..upto]);
                all.push_str(&extension);
            }
            break;
        }
    }
    let value = value.replace(['‑', '\u{2010}'], "-");
    candidate::is_phone(&value).then_some(Number {
        text: value,
        start,
        digits: all,
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
    fn addresses_in_a_line() {
        let emails = |text: &str| in_line(text, &[]);
        assert_eq!(
            emails("Email: ana.lima+x@example.co.uk | +351 1"),
            ["ana.lima+x@example.co.uk"]
        );
        assert_eq!(
            emails("<ana@example.org>, bob@example.org."),
            ["ana@example.org", "bob@example.org"]
        );
        assert_eq!(emails("ana @ example.org"), ["ana@example.org"]);
        assert!(emails("meet me @ noon").is_empty());
        assert!(emails("@ana_lima").is_empty());
        assert!(emails("ana@localhost").is_empty());
        let linked = [("ana@example.com".to_owned(), 1)];
        assert_eq!(in_line("ana@example.comPhone", &linked), ["ana@example.com"]);
    }

    #[test]
    fn addresses_over_two_lines() {
        let email = |a: &str, b: &str| wrapped(a, b, &[]).map(|(email, _)| email);
        assert_eq!(
            email("Email: ana.lima@exam-", "ple.org").as_deref(),
            Some("ana.lima@exam-ple.org")
        );
        assert_eq!(
            email("ana.lima", "@example.org").as_deref(),
            Some("ana.lima@example.org")
        );
        assert_eq!(
            email("ana.lima@", "example.org").as_deref(),
            Some("ana.lima@example.org")
        );
        assert_eq!(email("ana@example.org", "Oporto"), None);
        assert_eq!(email("lives in Oporto", "ana@example.org"), None);
        let linked = [("ana@mail.example.org".to_owned(), 1)];
        assert_eq!(
            wrapped("ana@mail.ex", "ample.org", &linked),
            Some(("ana@mail.example.org".into(), Confidence::High))
        );
    }

    #[test]
    fn numbers_that_can_be_dialled() {
        assert_eq!(values("+49 (0)30 1234-567 | x"), ["+49 (0)30 1234-567"]);
        assert_eq!(values("(555) 014-2277"), ["(555) 014-2277"]);
        assert_eq!(values("+1 (212) 555-0198 ext. 4"), ["+1 (212) 555-0198 ext. 4"]);
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
