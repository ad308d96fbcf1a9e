//! Jobs: for whom, as what, from when to when.

use super::{
    Row,
    entries::{self, Entry, Part},
};
use crate::resumes::{
    dates,
    words::{self, Section},
};
use parley_domain::{
    candidate::NOTES_MAX,
    resume::{Confidence, Found, Job},
    text,
};
use std::collections::{HashMap, HashSet};

/// Jobs of one resume that are looked at.
const JOBS_MAX: usize = 40;
/// Longest name of an employer or title of a job, in characters.
const PART_MAX: usize = 90;

/// What a piece of a head may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Title,
    Firm,
    Location,
    /// Nothing that tells.
    Open,
}

/// Where in a head something stands: its row and its number in it.
type Slot = (i32, usize);

/// All jobs, in the order of the document.
pub fn jobs(rows: &[Row<'_>]) -> Vec<Job> {
    let work: Vec<&Row<'_>> = rows.iter().filter(|row| row.is_in(Section::Work)).collect();
    let entries: Vec<Entry<'_>> = stretches(&work)
        .into_iter()
        .flat_map(|stretch| entries::entries(&stretch))
        .filter(|entry| !is_end(entry))
        .take(JOBS_MAX)
        .collect();
    let split: Vec<Entry<'_>> = entries.into_iter().map(split_pairs).collect();
    let pairs: Vec<Option<(usize, usize)>> = split.iter().map(certain_pair).collect();
    let votes = votes(&split, &pairs);
    let jobs = split.iter().zip(&pairs).map(|(entry, pair)| job(entry, *pair, votes));
    let value = |found: &Option<Found>| found.as_ref().map(|found| found.value.clone());
    let mut seen = HashSet::new();
    jobs.filter(|job| job.employer.is_some() || job.title.is_some())
        .filter(|job| seen.insert([value(&job.employer), value(&job.title), value(&job.dates)]))
        .collect()
}

/// Rows under one heading each.
fn stretches<'a>(rows: &[&'a Row<'a>]) -> Vec<Vec<&'a Row<'a>>> {
    let mut stretches: Vec<Vec<&'a Row<'a>>> = Vec::new();
    for row in rows {
        match stretches.last_mut() {
            Some(stretch) if !row.heading => stretch.push(row),
            _ => stretches.push(if row.heading { Vec::new() } else { vec![row] }),
        }
    }
    stretches
}

/// Words between a title and its employer.
const AT: [&str; 12] = [
    " at ",
    " bei der ",
    " bei dem ",
    " beim ",
    " bei ",
    " chez ",
    " presso ",
    " bij ",
    " в ",
    " tại ",
    " hos ",
    " у ",
];

/// On what terms somebody works, which is neither a title nor an employer.
const TERMS: [&str; 19] = [
    "part-time",
    "part time",
    "full-time",
    "full time",
    "contract",
    "permanent",
    "temporary",
    "fixed-term",
    "hybrid",
    "on-site",
    "teilzeit",
    "vollzeit",
    "befristet",
    "unbefristet",
    "cdi",
    "cdd",
    "temps plein",
    "temps partiel",
    "jornada completa",
];

/// Behind an employer, by which Japanese forms say that a job began.
const JOINED: [&str; 4] = ["入社", "入職", "入庁", "入行"];
/// And that it ended.
const LEFT: [&str; 4] = ["退社", "退職", "離職", "退任"];

/// Whether an entry only says that a job ended: `2016年3月 … 退職`.
fn is_end(entry: &Entry<'_>) -> bool {
    let range = dates::find(&entry.dates).is_some_and(|dates| dates.is_range());
    let ends = |part: &Part<'_>| part.offset == 0 && LEFT.iter().any(|word| part.text.ends_with(*word));
    !range && entry.parts.iter().any(ends)
}

/// `Engineer at Acme` in two, as if there were a comma.
fn split_pairs(mut entry: Entry<'_>) -> Entry<'_> {
    let mut parts: Vec<Part<'_>> = Vec::new();
    for part in entry.parts {
        let cut = AT.iter().find_map(|word| {
            let at = part.text.find(word)?;
            let (before, after) = (part.text[..at].trim(), part.text[at + word.len()..].trim());
            // `Acme GmbH in Bremen`
            let firm = after.split_once(" in ").map(|(firm, _)| firm);
            let after = firm.filter(|firm| entries::ends_with_form(firm)).unwrap_or(after);
            let firm = words::FIRM.stand_in(after) && !words::FIRM.stand_in(before) && !before.is_empty();
            let pair = (words::TITLE.stand_in(before) || firm) && !after.is_empty();
            pair.then(|| (before.to_owned(), after.to_owned()))
        });
        match cut {
            Some((title, firm)) => {
                parts.push(Part {
                    text: title,
                    index: part.index * 2,
                    ..part.clone()
                });
                parts.push(Part {
                    text: firm,
                    index: part.index * 2 + 1,
                    ..part
                });
            }
            None => parts.push(part),
        }
    }
    for part in &mut parts {
        // Behind the word may stand that it goes on: `… 入社 現在に至る`.
        let before = |word: &&str| {
            let (firm, more) = part.text.split_once(*word)?;
            (more.is_empty() || more.starts_with(char::is_whitespace)).then_some(firm)
        };
        if let Some(firm) = JOINED.iter().chain(&LEFT).find_map(before) {
            part.text = firm.trim_end_matches(['に', 'を', 'へ', ' ']).to_owned();
        }
    }
    let terms = |text: &str| TERMS.contains(&text.to_lowercase().as_str());
    parts.retain(|part| {
        let length = part.text.chars().count();
        (1..=PART_MAX).contains(&length) && !words::PRIVATE.are(&part.text) && !terms(&part.text)
    });
    entry.parts = parts;
    entry
}

fn kind(part: &Part<'_>) -> Kind {
    let text = part.text.as_str();
    if entries::is_location(text) {
        return Kind::Location;
    }
    match (
        words::TITLE.stand_in(text),
        words::FIRM.stand_in(text) || words::SCHOOL.stand_in(text),
    ) {
        // `Lindner & Partner`: a firm of several people.
        (true, _) if text.contains(" & ") && text.to_lowercase().trim_end_matches('s').ends_with("partner") => {
            Kind::Firm
        }
        (true, true) if ends_as_firm(text) => Kind::Firm,
        (true, _) => Kind::Title,
        (false, true) => Kind::Firm,
        (false, false) => Kind::Open,
    }
}

/// The kinds of all parts. What stands before a country or a state is its town.
fn kinds(entry: &Entry<'_>) -> Vec<Kind> {
    let mut kinds: Vec<Kind> = entry.parts.iter().map(kind).collect();
    for at in 1..kinds.len() {
        let (before, part) = (&entry.parts[at - 1], &entry.parts[at]);
        let listed =
            before.offset == part.offset && before.row.text().contains(&format!("{}, {}", before.text, part.text));
        if kinds[at] == Kind::Location && entries::is_land(&part.text) && kinds[at - 1] == Kind::Open && listed {
            kinds[at - 1] = Kind::Location;
        }
    }
    kinds
}

/// Of a text with words of both kinds: whether it ends (or, in languages that say the kind first, begins) as a firm does.
fn ends_as_firm(text: &str) -> bool {
    let last = text.split_whitespace().next_back().unwrap_or_default();
    let first = text.split_whitespace().next().unwrap_or_default();
    let firm =
        |word: &str| (words::FIRM.stand_in(word) || words::SCHOOL.stand_in(word)) && !words::TITLE.stand_in(word);
    firm(last) && !words::TITLE.stand_in(first)
        || firm(first) && !words::TITLE.stand_in(last)
        || matches!(
            last.trim_end_matches('.').to_lowercase().as_str(),
            "inc" | "ltd" | "llc" | "llp" | "gmbh" | "plc" | "corp" | "ag" | "sa" | "srl"
        )
}

/// The title and the employer of an entry, where words tell them: their numbers among its parts.
fn certain_pair(entry: &Entry<'_>) -> Option<(usize, usize)> {
    let kinds = kinds(entry);
    let title = kinds.iter().position(|kind| *kind == Kind::Title)?;
    let others = || kinds.iter().enumerate().filter(move |(at, _)| *at != title);
    if let Some((firm, _)) = others().find(|(_, kind)| **kind == Kind::Firm) {
        return Some((title, firm));
    }
    // Beside a title, the only other piece is the employer.
    let open: Vec<usize> = others()
        .filter(|(_, kind)| **kind == Kind::Open)
        .map(|(at, _)| at)
        .collect();
    let near = |at: usize| {
        let (a, b) = (&entry.parts[title], &entry.parts[at]);
        (a.offset - b.offset).abs() <= 1 && (a.offset != b.offset || a.index.abs_diff(b.index) <= 1)
    };
    let firm = open.iter().copied().find(|at| near(*at))?;
    // A second piece of the title's own row is as likely a place or a team, where a row above has a name of its own.
    let above = open
        .iter()
        .copied()
        .find(|at| entry.parts[*at].offset < entry.parts[title].offset && near(*at));
    let own_row = open
        .iter()
        .copied()
        .find(|at| entry.parts[*at].offset == entry.parts[title].offset && near(*at));
    Some((title, above.or(own_row).unwrap_or(firm)))
}

/// The places of title and employer on which most certain entries agree.
fn votes(entries: &[Entry<'_>], pairs: &[Option<(usize, usize)>]) -> Option<(Slot, Slot)> {
    let mut count: HashMap<(Slot, Slot), usize> = HashMap::new();
    for (entry, pair) in entries.iter().zip(pairs) {
        if let Some((title, firm)) = pair {
            let slot = |at: usize| (entry.parts[at].offset, entry.parts[at].index);
            *count.entry((slot(*title), slot(*firm))).or_default() += 1;
        }
    }
    let all: usize = count.values().sum();
    let (slots, most) = count
        .into_iter()
        .max_by_key(|(slots, count)| (*count, std::cmp::Reverse(*slots)))?;
    (most * 2 > all).then_some(slots)
}

fn job(entry: &Entry<'_>, pair: Option<(usize, usize)>, votes: Option<(Slot, Slot)>) -> Job {
    let parts = &entry.parts;
    let by_slot = |slot: Slot| parts.iter().position(|part| (part.offset, part.index) == slot);
    let found = |at: usize, confidence| Some(parts[at].row.found(&parts[at].text, confidence));
    let mut job = Job::default();
    match pair {
        Some((title, firm)) => {
            let agreed = votes.is_some_and(|(t, f)| by_slot(t) == Some(title) && by_slot(f) == Some(firm));
            let told = kind(&parts[firm]) == Kind::Firm;
            let confidence = if told {
                Confidence::High
            } else if agreed {
                Confidence::Medium
            } else {
                Confidence::Low
            };
            job.title = found(
                title,
                if told || agreed {
                    Confidence::High
                } else {
                    Confidence::Medium
                },
            );
            job.employer = found(firm, confidence);
        }
        None => {
            let slots = votes.and_then(|(title, firm)| Some((by_slot(title)?, by_slot(firm)?)));
            let fits = |at: usize, not: Kind| !matches!(kind(&parts[at]), k if k == not || k == Kind::Location);
            if let Some((title, firm)) = slots.filter(|(t, f)| t != f && fits(*t, Kind::Firm) && fits(*f, Kind::Title))
            {
                job.title = found(title, Confidence::Low);
                job.employer = found(firm, Confidence::Low);
            } else {
                let only = |wanted: Kind| parts.iter().position(|part| kind(part) == wanted);
                job.title = only(Kind::Title).and_then(|at| found(at, Confidence::Medium));
                job.employer = only(Kind::Firm).and_then(|at| found(at, Confidence::Medium));
            }
        }
    }
    job.dates = Some(entry.dated.found(&entry.dates, Confidence::High));
    job
}

/// The jobs as text, one a line; where none was made out, the section as it stands.
pub fn summary(jobs: &[Job], rows: &[Row<'_>]) -> Option<Found> {
    if jobs.is_empty() {
        return raw(rows);
    }
    let line = |job: &Job| {
        let values = [&job.title, &job.employer, &job.dates];
        values
            .into_iter()
            .flatten()
            .map(|found| found.value.as_str())
            .collect::<Vec<_>>()
            .join(" · ")
    };
    let value = jobs.iter().map(line).collect::<Vec<_>>().join("\n");
    let mut sources: Vec<&Found> = jobs
        .iter()
        .flat_map(|job| [&job.title, &job.employer, &job.dates])
        .flatten()
        .collect();
    sources.sort_by_key(|found| found.place);
    sources.dedup_by_key(|found| found.place);
    let confidence = sources.iter().map(|found| found.confidence).min()?;
    Some(Found {
        value: text::shorten(&value, NOTES_MAX),
        confidence: confidence.min(Confidence::Medium),
        source: sources
            .iter()
            .map(|found| found.source.as_str())
            .collect::<Vec<_>>()
            .join("\n"),
        place: sources.first()?.place,
    })
}

fn raw(rows: &[Row<'_>]) -> Option<Found> {
    let section: Vec<&Row<'_>> = rows
        .iter()
        .filter(|row| row.is_in(Section::Work) && !row.heading)
        .take(60)
        .collect();
    let value = section
        .iter()
        .map(|row| row.text())
        .filter(|text| !words::PRIVATE.are(text))
        .collect::<Vec<_>>()
        .join("\n");
    let first = section.first()?;
    Some(Found {
        value: text::shorten(&value, NOTES_MAX),
        confidence: Confidence::Low,
        source: value,
        place: first.place,
    })
}
