//! The candidate's name: the line that looks most like one, or none.

use super::{
    Row,
    shape::{is_honorific, shape, stripped},
};
use crate::resumes::{
    document::{Link, is_unspaced},
    words::{self, Section},
};
use parley_domain::{
    resume::{Confidence, Found},
    text,
};

/// From this score on a line is taken for the name.
const ENOUGH: i32 = 5;
/// From this score on it certainly is.
const CERTAIN: i32 = 8;

/// What lines of a page are compared with.
struct Page<'a> {
    /// The size of its text.
    body: f32,
    /// The size of its largest line.
    largest: f32,
    email: Option<&'a str>,
    /// Addresses of profiles, which often are made of names.
    slugs: Vec<String>,
}

/// Finds the name.
pub fn find(rows: &[Row<'_>], email: Option<&str>, links: &[Link]) -> Option<Found> {
    if let Some(found) = labelled(rows) {
        return Some(found);
    }
    let first = rows.first()?.place.page;
    let mut sizes: Vec<f32> = rows
        .iter()
        .filter(|row| row.place.page == first)
        .map(|row| row.line.size)
        .collect();
    sizes.sort_by(f32::total_cmp);
    let linked = links.iter().map(|link| letters(link.uri.trim_start_matches("mailto:")));
    let written = rows
        .iter()
        .take(40)
        .map(Row::text)
        .filter(|text| text.contains(".com/"))
        .map(letters);
    let page = Page {
        body: sizes[sizes.len() / 2],
        largest: sizes[sizes.len() - 1],
        email,
        slugs: linked.chain(written).collect(),
    };
    let mut best: Option<(i32, Found)> = None;
    let mut tie = false;
    for (at, row) in rows.iter().enumerate().take_while(|(_, row)| row.place.page == first) {
        if row.heading || !is_own(row) && row.line.size < page.body * 1.3 {
            continue;
        }
        for candidate in candidates(rows, at) {
            let Some(score) = score(rows, at, &candidate, &page) else {
                continue;
            };
            let found = Found {
                value: candidate.text,
                source: candidate.source,
                ..row.found(
                    "",
                    if score >= CERTAIN {
                        Confidence::High
                    } else {
                        Confidence::Medium
                    },
                )
            };
            match &best {
                Some((most, known)) if score == *most => {
                    tie |= letters(&known.value) != letters(&found.value);
                }
                Some((most, _)) if score < *most => {}
                _ => {
                    best = Some((score, found));
                    tie = false;
                }
            }
        }
    }
    // Two lines that look alike: nobody can tell which is the name, unless one of them certainly is.
    best.filter(|(score, _)| *score >= ENOUGH && !(tie && *score < CERTAIN))
        .map(|(_, found)| found)
}

/// Stands where the candidate speaks of themselves, not of jobs and schools.
fn is_own(row: &Row<'_>) -> bool {
    matches!(row.section, None | Some(Section::Contact | Section::Profile))
}

/// How much speaks for a candidate; none if it cannot be a name.
fn score(rows: &[Row<'_>], at: usize, candidate: &Candidate, page: &Page<'_>) -> Option<i32> {
    let name = candidate.text.as_str();
    let mut score = shape(name)? + prominence(rows, at, page) + agreement(name, page.email, &page.slugs);
    score -= 2 * i32::from(!is_own(&rows[at])) + 2 * i32::from(candidate.part);
    if words::NOT_A_NAME.stand_in(name) || words::DOCUMENT.stand_in(name) {
        score -= 4;
    }
    for list in [
        &words::TITLE,
        &words::FIRM,
        &words::SCHOOL,
        &words::DEGREE,
        &words::LOCATION,
        &words::LABEL,
    ] {
        score -= 3 * i32::from(list.stand_in(name));
    }
    Some(score)
}

/// Letters and digits alone, folded.
fn letters(value: &str) -> String {
    text::fold(value).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// A name that a label announces.
fn labelled(rows: &[Row<'_>]) -> Option<Found> {
    for (at, row) in rows.iter().enumerate().take(60) {
        if !matches!(row.section, None | Some(Section::Contact | Section::Profile)) {
            continue;
        }
        let line = row.text();
        if let Some((label, value)) = line.split_once(':')
            && words::NAME_LABEL.are(label)
        {
            let value = value.trim();
            if !value.is_empty() {
                // Further fields of a form may follow in the line.
                let value = upto_label(value);
                return shape(&value).map(|_| row.found(&stripped(&value), Confidence::High));
            }
        }
        if words::NAME_LABEL.are(line)
            && let Some(next) = rows.get(at + 1)
            && next.place.page == row.place.page
        {
            let value = upto_label(next.text());
            if shape(&value).is_some() && !words::LABEL.are(&value) && !next.heading {
                return Some(next.found(&stripped(&value), Confidence::High));
            }
        }
        // `姓名 王小明`
        if let Some((label, value)) = line.split_once(' ')
            && label.chars().any(is_unspaced)
            && words::NAME_LABEL.are(label)
        {
            let value = upto_label(value);
            if shape(&value).is_some() {
                return Some(row.found(&stripped(&value), Confidence::High));
            }
        }
    }
    None
}

/// The value up to the label of the next one.
fn upto_label(value: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for word in value.split(' ') {
        let bare = word.split([':', '|', ',', ';']).next().unwrap_or_default();
        // A letter alone may be a part of the name: `van 't Hoff`, `Maria T. Lima`.
        let several = bare.chars().filter(|c| c.is_alphanumeric()).count() > 1 || word.contains(':');
        if !kept.is_empty() && several && (words::LABEL.are(bare) || words::PHONE_LABEL.are(bare)) {
            break;
        }
        if word.starts_with(['|', '/', '·', '•']) {
            break;
        }
        kept.push(word);
    }
    kept.join(" ").trim_end_matches([',', ';', '|']).to_owned()
}

struct Candidate {
    text: String,
    source: String,
    /// Only a part of its line.
    part: bool,
}

/// What may be a name in or from a line: the line, its first part, or it and the next where a name was set in two lines.
fn candidates(rows: &[Row<'_>], at: usize) -> Vec<Candidate> {
    let row = &rows[at];
    let line = row.text();
    let mut found = Vec::new();
    // The rest of a name that was broken.
    if at
        .checked_sub(1)
        .is_some_and(|above| is_broken(rows[above].text()) && is_under(&rows[above], row))
    {
        return found;
    }
    let broken = is_broken(line);
    let whole = stripped(line);
    if !broken {
        found.push(Candidate {
            text: whole.clone(),
            source: line.to_owned(),
            part: false,
        });
    }
    let parts: Vec<&str> = line
        .split([',', '|', '•', '·', '(', '–', '—', '/', ';'])
        .flat_map(|part| part.split(" - "))
        .collect();
    if parts.len() > 1 && !parts[1].trim().is_empty() && !broken {
        let first = stripped(parts[0]);
        // What follows a comma may be letters after the name; what follows anything else is something else.
        let told = parts[1..]
            .iter()
            .any(|part| words::TITLE.stand_in(part) || words::DEGREE.stand_in(part))
            || parts[1..].iter().all(|part| part.split([' ', ',']).all(is_honorific));
        if first != whole {
            found.push(Candidate {
                text: first,
                source: line.to_owned(),
                part: !told,
            });
        }
    }
    // What stands beside the name comes between its lines in the order.
    let below = |row: &Row<'_>| rows.iter().skip(at + 1).take(6).find(|next| is_under(row, next));
    if let Some(next) = below(row) {
        let mut text = joined(line, next.text());
        let mut source = format!("{line}\n{}", next.text());
        if is_broken(next.text())
            && let Some(third) = below(next)
        {
            text = joined(&text, third.text());
            source = format!("{source}\n{}", third.text());
        }
        let short = |text: &str| text.split_whitespace().count() <= 3;
        let large = rows
            .iter()
            .filter(|other| other.line.size > row.line.size - 0.5)
            .count()
            <= 3;
        let both = stripped(&text);
        if is_broken(&text) {
            found.clear();
        } else if large && short(line) && short(next.text()) && !is_listed(&both) {
            // Half a name is no name.
            if shape(&both).is_some() {
                found.clear();
            }
            found.push(Candidate {
                text: both,
                source,
                part: false,
            });
        }
    }
    found
}

/// Whether a line goes on under another one, set the same.
fn is_under(row: &Row<'_>, next: &Row<'_>) -> bool {
    let step = next.line.bbox.y1 - row.line.bbox.y1;
    next.place.page == row.place.page
        && (next.line.bbox.x0 - row.line.bbox.x0).abs() < 2.0
        && (next.line.size - row.line.size).abs() < 0.5
        && step > 0.0
        && step < 2.2 * row.line.size
        && !next.heading
}

/// Whether a line ends at the hyphen of a double name: `Ana Lima-`.
fn is_broken(line: &str) -> bool {
    let before = line.trim_end().strip_suffix(['-', '\u{2010}']);
    before.is_some_and(|before| before.ends_with(char::is_alphabetic))
}

/// Two lines in one.
fn joined(line: &str, next: &str) -> String {
    let space = if is_broken(line) { "" } else { " " };
    format!("{}{space}{}", line.trim(), next.trim())
}

/// Whether words of other kinds stand in a text.
fn is_listed(text: &str) -> bool {
    let lists = [
        &words::NOT_A_NAME,
        &words::DOCUMENT,
        &words::TITLE,
        &words::FIRM,
        &words::SCHOOL,
        &words::DEGREE,
        &words::LOCATION,
        &words::LABEL,
    ];
    lists.iter().any(|list| list.stand_in(text))
}

/// How a line stands out.
fn prominence(rows: &[Row<'_>], at: usize, page: &Page<'_>) -> i32 {
    let (body, largest) = (page.body, page.largest);
    let (line, size) = (rows[at].line, rows[at].line.size);
    let largest_of_all = size >= largest * 0.97 && size > body * 1.15;
    // What kind of document it is may stand over the name.
    let titled = |before: usize| words::DOCUMENT.are(rows[before].text());
    let under_title = at.checked_sub(1).is_some_and(titled);
    let top = match at {
        0 => 2,
        _ if under_title => 3,
        1..=3 => 1,
        _ => 0,
    };
    let large = if largest_of_all {
        4
    } else if size > body * 1.3 {
        1
    } else {
        0
    };
    large + top + i32::from(line.bold && size >= body * 0.8)
}

/// Cyrillic letters as they are usually written in addresses.
fn latin(name: &str) -> String {
    let letter = |c: char| match c {
        'а' => "a",
        'б' => "b",
        'в' => "v",
        'г' | 'ґ' => "g",
        'д' => "d",
        'е' | 'э' | 'є' | 'ё' => "e",
        'ж' => "zh",
        'з' => "z",
        'и' | 'і' | 'ї' => "i",
        'й' | 'ы' => "y",
        'к' => "k",
        'л' => "l",
        'м' => "m",
        'н' => "n",
        'о' => "o",
        'п' => "p",
        'р' => "r",
        'с' => "s",
        'т' => "t",
        'у' => "u",
        'ф' => "f",
        'х' => "kh",
        'ц' => "ts",
        'ч' => "ch",
        'ш' => "sh",
        'щ' => "shch",
        'ю' => "yu",
        'я' => "ya",
        _ => "",
    };
    let cyrillic = |c: &char| matches!(c, '\u{400}'..='\u{4FF}');
    let written = |c: char| {
        if cyrillic(&c) {
            letter(c).to_owned()
        } else {
            c.to_string()
        }
    };
    name.to_lowercase().chars().map(written).collect()
}

/// How a name agrees with addresses: those of people are often made of their names.
fn agreement(name: &str, email: Option<&str>, slugs: &[String]) -> i32 {
    let name = latin(name);
    let parts: Vec<String> = name
        .split([' ', '-'])
        .map(letters)
        .filter(|part| !part.is_empty())
        .collect();
    let long = |part: &&String| part.chars().count() >= 3;
    let known = |place: &str| {
        parts
            .iter()
            .filter(long)
            .filter(|part| place.contains(part.as_str()))
            .count()
    };
    let (mailbox, host) = email.and_then(|email| email.split_once('@')).unwrap_or_default();
    let (mailbox, own) = (letters(mailbox), letters(host.rsplit('.').nth(1).unwrap_or_default()));
    let short = mailbox.chars().count() >= 3 && parts.iter().any(|part| part.contains(mailbox.as_str()));
    let in_host = parts.iter().any(|part| part.chars().count() >= 3 && *part == own);
    let initials: String = parts.iter().filter_map(|part| part.chars().next()).collect();
    let by_initials = initials.chars().count() >= 2 && mailbox.trim_end_matches(|c: char| c.is_numeric()) == initials;
    let mail = match known(&mailbox).max(usize::from(short)) + usize::from(in_host) {
        0 if by_initials => 2,
        0 => 0,
        1 => 3,
        _ => 4,
    };
    let slug = slugs.iter().map(|slug| known(slug)).max().unwrap_or_default();
    mail + if slug >= 2 { 2 } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_end_a_name_and_letters_do_not() {
        assert_eq!(upto_label("Joost van 't Hooft"), "Joost van 't Hooft");
        assert_eq!(upto_label("Ana M Lima T: 12345678"), "Ana M Lima");
        assert_eq!(upto_label("Ana Lima Phone 12345678"), "Ana Lima");
    }

    #[test]
    fn mailboxes_agree_with_names() {
        let with = |name: &str, email: &str| agreement(name, Some(email), &[]);
        assert!(with("Ana Lima", "analima@example.org") > with("Ana Lima", "limax@example.org"));
        assert_eq!(with("Ana Lima", "contact@example.org"), 0);
        assert_eq!(with("Ana Lima", "al99@example.org"), 2);
        assert_eq!(with("Benjamin Ashworth", "ben@ashworth.example"), 4);
        assert_eq!(with("Ирина Соколова", "i.sokolova@example.org"), 3);
    }
}
