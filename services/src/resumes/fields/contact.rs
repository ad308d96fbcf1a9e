//! Email addresses and phone numbers: only as they stand in the document.

use super::Row;
use crate::resumes::{
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
    // What one of two lines says of an address that stands in both.
    let mut halves: Vec<(Place, String)> = Vec::new();
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
            for half in [row, next] {
                let parts = in_line(half.text(), &linked).into_iter();
                let parts = parts.filter(|part| *part != email && email.contains(part.as_str()));
                halves.extend(parts.map(|part| (half.place, part)));
            }
            found.push((weight, both));
        }
    }
    found.retain(|(_, found)| !halves.contains(&(found.place, found.value.clone())));
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
    let alone = second.split_whitespace().count() == 1;
    // `ana@mail.example` `.org`
    let small_end = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_lowercase());
    let ended = alone && head.contains('@') && tail.strip_prefix('.').is_some_and(small_end);
    let cut = if head.contains('@') {
        // `ana@exam` `ple.org`, `ana@` `example.org`, `ana@example.` `org`
        !plausible(head) && alone
    } else {
        // `ana.lima` `@example.org`, `ana-` `lima@example.org`: the address must fill its column.
        let opened = head.ends_with(['-', '_', '+']) || head.ends_with('.') && first.contains(':');
        let small = head.starts_with(char::is_alphanumeric) && !head.chars().any(char::is_uppercase);
        first.split_whitespace().count() <= 2 && (tail.starts_with('@') || alone && opened && small)
    };
    ((cut && !plausible(head) || ended) && plausible(&joined)).then_some((joined, Confidence::Medium))
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert_eq!(
            email("E-mail: ana.maria-", "lima@example.org").as_deref(),
            Some("ana.maria-lima@example.org")
        );
        assert_eq!(
            email("ana@mail.example", ".org").as_deref(),
            Some("ana@mail.example.org")
        );
        for above in ["Languages -", "Bewerbungs-", "-", "etc."] {
            assert_eq!(email(above, "ana@example.org"), None, "{above}");
        }
        assert_eq!(email("ana@example.org", "Oporto"), None);
        assert_eq!(email("ana@example.org", ".NET"), None);
        assert_eq!(email("lives in Oporto", "ana@example.org"), None);
        let linked = [("ana@mail.example.org".to_owned(), 1)];
        assert_eq!(
            wrapped("ana@mail.ex", "ample.org", &linked),
            Some(("ana@mail.example.org".into(), Confidence::High))
        );
    }
}
