//! Studies: school, degree, field, year.

use super::{Row, entries};
use crate::resumes::{
    dates,
    document::is_unspaced,
    words::{self, Section},
};
use parley_domain::resume::{Confidence, Found, Study};
use std::collections::HashSet;

/// Studies of one resume that are looked at.
const STUDIES_MAX: usize = 20;
/// Longest school, degree or field, in characters.
const PART_MAX: usize = 120;

/// A name that may be a school's or a field's, and the row of the page in which it stands.
type Open = (u32, Found);

/// All studies, in the order of the document.
pub fn studies(rows: &[Row<'_>]) -> Vec<Study> {
    let inside: Vec<&Row<'_>> = rows.iter().filter(|row| row.is_in(Section::Education)).collect();
    if inside.is_empty() {
        return outside(rows);
    }
    let mut studies: Vec<Study> = Vec::new();
    let mut current = Study::default();
    let mut open: Vec<Open> = Vec::new();
    for (at, row) in inside.iter().enumerate() {
        if row.heading {
            finish(&mut studies, &mut current, &mut open);
            continue;
        }
        // Where a date of its own stands beside it, the year that is known belongs to what came before.
        let dated = |other: &&Row<'_>| other.beside(row) && words::mostly_date(other.text());
        if current.year.is_some() && inside[at + 1..].iter().take(4).any(dated) {
            finish(&mut studies, &mut current, &mut open);
        }
        read_row(row, &mut studies, &mut current, &mut open);
    }
    finish(&mut studies, &mut current, &mut open);
    let value = |found: &Option<Found>| found.as_ref().map(|found| found.value.clone());
    let mut seen = HashSet::new();
    studies.retain(|study| seen.insert((value(&study.school), value(&study.degree))));
    studies.truncate(STUDIES_MAX);
    studies
}

/// Puts what a row says into the current study, or opens the next one where a place is taken.
fn read_row(row: &Row<'_>, studies: &mut Vec<Study>, current: &mut Study, open: &mut Vec<Open>) {
    let text = row.text();
    let long = text.chars().count() > 140 || text.ends_with('.') && text.chars().count() > 70;
    if long || text.contains('@') || words::PRIVATE.stand_in(text) {
        return;
    }
    if let Some(found) = dates::find(text)
        && (found.is_range() || words::mostly_date(text) || text.chars().count() < 100)
    {
        let year = found.end.unwrap_or(found.start);
        // A second date opens the next study, if the first one has what it needs.
        if current.year.is_some() && (current.school.is_some() || current.degree.is_some()) {
            finish(studies, current, open);
        }
        // What goes on has no year of graduation yet.
        if !found.ongoing {
            let year = row.found(&year.to_string(), Confidence::High);
            // Only as it stands: `2014–17` says 17.
            current.year = text.contains(&year.value).then_some(year);
        }
    }
    let pieces = school_pieces(text);
    for (at, part) in pieces.iter().enumerate() {
        let part = part.as_str();
        // The town before its country or state.
        let town = pieces.get(at + 1).is_some_and(|next| {
            entries::is_land(next) && !is_degree(next) && text.contains(&format!("{part}, {next}"))
        });
        // `MA` is a degree here, and not Massachusetts.
        if part.chars().count() > PART_MAX || entries::is_location(part) && !is_short_degree(part) {
            continue;
        }
        let school = words::SCHOOL.stand_in(part);
        let degree = is_degree(part);
        // `北京大学 光华管理学院`: one school in two pieces.
        let second =
            part.chars().any(is_unspaced) && current.school.as_ref().is_some_and(|known| known.place == row.place);
        if school && second && !degree {
            continue;
        }
        if school && !second && !(degree && begins_as_degree(part)) {
            if current.school.is_some() {
                if current.degree.is_none() && current.year.is_none() {
                    // `Faculty of Arts, University of Somewhere`: one school in two pieces.
                    continue;
                }
                finish(studies, current, open);
            }
            current.school = Some(row.found(part, Confidence::High));
        } else if degree {
            if let Some(known) = &mut current.degree {
                if known.place == row.place {
                    // `BA (Hons)`: one degree in two pieces.
                    let both = format!("{} ({part})", known.value);
                    if text.contains(&both) {
                        known.value = both;
                    }
                    continue;
                }
                if current.school.is_none() {
                    continue;
                }
                finish(studies, current, open);
            }
            let (degree, major) = split_degree(part);
            current.degree = Some(row.found(&degree, Confidence::High));
            current.major = major
                .map(|major| row.found(&major, Confidence::Medium))
                .or(current.major.take())
                .or_else(|| field_beside(row, open));
        } else if current.degree.as_ref().is_some_and(|degree| degree.place == row.place)
            && current.major.is_none()
            && is_name_like(part)
            && !town
        {
            current.major = Some(row.found(part, Confidence::Medium));
        } else if is_name_like(part) && part.chars().count() <= 70 && !town {
            open.push((row.line.row, row.found(part, Confidence::Low)));
        }
    }
    // The year in which somebody began is not that of the graduation.
    if text.ends_with("入学") || text.ends_with("入學") {
        current.year = None;
    }
}

/// `浙江大学 | 软件工程 | 硕士`: the field in a column of its own, between school and degree. Only where words have no
/// capitals and no commas, for elsewhere it is as likely a town.
fn field_beside(row: &Row<'_>, open: &mut Vec<Open>) -> Option<Found> {
    let at = open.iter().rposition(|(number, found)| {
        *number == row.line.row && found.place.page == row.place.page && found.value.chars().all(is_unspaced)
    })?;
    let (_, field) = open.remove(at);
    Some(Found {
        confidence: Confidence::Medium,
        ..field
    })
}

/// Closes a study and keeps it if it says anything.
fn finish(studies: &mut Vec<Study>, current: &mut Study, open: &mut Vec<Open>) {
    let mut study = std::mem::take(current);
    let mut open = std::mem::take(open);
    // Beside a degree, the only other name is that of the school.
    if study.school.is_none() && study.degree.is_some() && open.len() == 1 {
        study.school = open.pop().map(|(_, school)| school);
    }
    // `Applied Mathematics, specialist`: the field stands before the degree, in its line.
    if let (None, Some(degree)) = (&study.major, &study.degree) {
        let before = open.into_iter().find(|(_, found)| found.place == degree.place);
        study.major = before.map(|(_, found)| Found {
            confidence: Confidence::Medium,
            ..found
        });
    }
    if study.school.is_some() || study.degree.is_some() {
        studies.push(study);
    }
}

/// Where there is no section for it: lines at any place but among jobs and references that name a school.
fn outside(rows: &[Row<'_>]) -> Vec<Study> {
    let mut studies: Vec<Study> = Vec::new();
    for row in rows {
        if matches!(row.section, Some(Section::Work | Section::References | Section::Other)) || row.heading {
            continue;
        }
        let text = row.text();
        if text.chars().count() > 100 || text.contains('@') || words::PRIVATE.stand_in(text) {
            continue;
        }
        let pieces = school_pieces(text);
        let Some(school) = pieces
            .iter()
            .find(|part| words::SCHOOL.stand_in(part) && !is_degree(part) && !words::TITLE.stand_in(part))
        else {
            continue;
        };
        // A label of a form, or a word of a sentence, names no school.
        if words::SCHOOL.are(school)
            || words::LABEL.are(school)
            || school.split(' ').count() < 2 && !school.chars().any(is_unspaced)
        {
            continue;
        }
        studies.push(Study {
            school: Some(row.found(school, Confidence::Low)),
            ..Study::default()
        });
    }
    studies.truncate(3);
    studies
}

/// State universities whose town belongs to their name.
const STATES: [&str; 26] = [
    "California",
    "Texas",
    "Wisconsin",
    "Illinois",
    "Michigan",
    "Massachusetts",
    "Minnesota",
    "Maryland",
    "North Carolina",
    "Colorado",
    "Missouri",
    "Tennessee",
    "Nebraska",
    "Hawaii",
    "Alabama",
    "Arkansas",
    "Alaska",
    "Nevada",
    "Louisiana",
    "Houston",
    "Maine",
    "South Carolina",
    "Washington",
    "New York",
    "Wales",
    "London",
];

/// Words between what was studied and where.
const AT: [&str; 9] = [
    " at ", " an der ", " à l'", " à la ", " en la ", " presso ", " na ", " aan de ", " tại ",
];

/// Behind a school, by which Japanese and Chinese forms say that somebody entered or left it.
const ENDS: [&str; 6] = ["入学", "入學", "卒業", "修了", "中退", "卒業見込み"];

/// A row in pieces, the town of a state university kept with it.
fn school_pieces(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let cut = |piece: String| -> Vec<String> {
        if let Some((school, rest)) = piece.split_once(' ')
            && school.chars().all(is_unspaced)
            && words::SCHOOL.stand_in(school)
        {
            let rest = ENDS
                .iter()
                .find_map(|end| rest.strip_suffix(*end))
                .unwrap_or(rest)
                .trim();
            let parts = [school, rest].into_iter().filter(|part| !part.is_empty());
            return parts.map(str::to_owned).collect();
        }
        let at = AT.iter().find_map(|word| piece.find(word).map(|at| (at, word.len())));
        match at.filter(|(at, length)| words::SCHOOL.stand_in(&piece[at + length..]) && is_degree(&piece[..*at])) {
            Some((at, length)) => vec![piece[..at].to_owned(), piece[at + length..].to_owned()],
            None => vec![piece],
        }
    };
    for piece in entries::pieces(text).into_iter().flat_map(cut) {
        let joins = pieces.last().is_some_and(|last| {
            let state = STATES.iter().any(|state| {
                *last == format!("University of {state}") || *last == format!("State University of {state}")
            });
            state
                && piece.split(' ').count() <= 2
                && text.contains(&format!("{last}, {piece}"))
                && piece.chars().count() > 2
                && !words::LOCATION.are(&piece)
        });
        match pieces.last_mut() {
            Some(last) if joins => *last = format!("{last}, {piece}"),
            _ => pieces.push(piece),
        }
    }
    pieces
}

/// Whether a piece names a degree.
fn is_degree(part: &str) -> bool {
    words::DEGREE.stand_in(part)
        || part
            .split(|c: char| !(c.is_alphanumeric() || c == '.'))
            .any(is_short_degree)
}

/// Degrees so short that only their capitals tell them from words.
fn is_short_degree(word: &str) -> bool {
    let bare = word.replace('.', "");
    let known = matches!(
        bare.as_str(),
        "BA" | "MA" | "BS" | "MS" | "BE" | "ME" | "AB" | "SB" | "SM" | "AA" | "AS" | "BSc" | "MSc" | "BEng" | "MEng"
    );
    known && bare.chars().next().is_some_and(char::is_uppercase)
}

/// `Bachelor of Science in Engineering Schools`: the degree stands first.
fn begins_as_degree(part: &str) -> bool {
    let words: Vec<&str> = part.split_whitespace().collect();
    let first = words[..words.len().min(2)].join(" ");
    let last = words.last().copied().unwrap_or_default();
    // `Universidad Nacional de Ingeniería`: a school that says first what it is.
    let named = words.len() > 2 && words::SCHOOL.are(words[0]);
    is_degree(&first) && !words::SCHOOL.stand_in(&first)
        || words::DEGREE.are(last) && !words::SCHOOL.are(last) && !named
}

/// Words between a degree and its field.
const IN: [&str; 14] = [
    " in ",
    " en ",
    " em ",
    " für ",
    " de ",
    " di ",
    " ngành ",
    ": ",
    " – ",
    " der ",
    " im Fach ",
    " op het gebied van ",
    " по специальности ",
    " chuyên ngành ",
];

/// A degree and its field, where a piece says both.
fn split_degree(part: &str) -> (String, Option<String>) {
    // `Master 2 Management de la qualité`: such a word stands inside of fields, too.
    let weak = |word: &str| matches!(word, " de " | " di " | " der ");
    let cut = IN
        .iter()
        .filter_map(|word| part.find(word).map(|at| (at, *word)))
        .filter(|(at, word)| is_degree(&part[..*at]) && (!weak(word) || words::DEGREE.are(&part[..*at])))
        .map(|(at, word)| (at, word.len()))
        .min();
    if let Some((at, length)) = cut {
        let (degree, major) = (part[..at].trim(), part[at + length..].trim());
        if !major.is_empty() && !words::SCHOOL.stand_in(major) {
            return (degree.to_owned(), Some(major.to_owned()));
        }
    }
    // `Master 2 Droit des affaires`: a degree of several words before its field.
    let all: Vec<&str> = part.split(' ').collect();
    for count in (2..all.len().min(5)).rev() {
        let (degree, major) = (all[..count].join(" "), all[count..].join(" "));
        let linking = IN.iter().any(|word| word.trim() == all[count - 1]) || matches!(all[count - 1], "of" | "to");
        if !linking && words::DEGREE.are(&degree) && !is_degree(&major) && is_name_like(&major) {
            return (degree, Some(major));
        }
    }
    // `BSc Civil Engineering`, `硕士 计算机科学`: a short degree before its field.
    if let Some((degree, major)) = part.split_once(' ') {
        let short = degree.chars().count() <= 10 && (is_degree(degree) || is_short_degree(degree));
        if short && !is_degree(major) && is_name_like(major) {
            return (degree.to_owned(), Some(major.to_owned()));
        }
    }
    if let Some((major, degree)) = part.rsplit_once(' ')
        && degree.chars().all(is_unspaced)
        && is_degree(degree)
        && !is_degree(major)
    {
        return (degree.to_owned(), Some(major.to_owned()));
    }
    (part.to_owned(), None)
}

/// Begins with a capital or has none, and is no number or mark.
fn is_name_like(part: &str) -> bool {
    let first = part.chars().find(|c| c.is_alphanumeric());
    let graded = part.to_lowercase();
    let grade = [
        "gpa",
        "grade",
        "note",
        "cum laude",
        "thesis",
        "average",
        "honours",
        "honors",
        "mention",
        "promedio",
        "绩点",
        "средний балл",
    ]
    .iter()
    .any(|word| graded.contains(word));
    first.is_some_and(|c| !c.is_lowercase() && !c.is_numeric()) && !grade && part.chars().count() >= 2
}

/// The study that stands for the person: the highest degree, or the latest, or the first.
pub fn main(studies: &[Study]) -> Option<&Study> {
    let level = |study: &Study| study.degree.as_ref().map_or(0, |degree| level(&degree.value));
    let year = |study: &Study| {
        study
            .year
            .as_ref()
            .and_then(|year| year.value.parse::<i32>().ok())
            .unwrap_or_default()
    };
    let with_school = studies.iter().filter(|study| study.school.is_some());
    // The first of those that are equal: resumes begin with the latest.
    with_school
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
        .max_by_key(|study| (level(study), year(study)))
        .or_else(|| studies.first())
}

/// How high a degree is, where its words say so.
fn level(degree: &str) -> u8 {
    let plain = parley_domain::text::fold(degree).replace('.', "");
    let has = |words: &[&str]| {
        words.iter().any(|word| {
            plain.split(|c: char| !c.is_alphanumeric()).any(|w| w == *word)
                || word.chars().any(is_unspaced) && plain.contains(word)
        })
    };
    let begins = |words: &[&str]| words.iter().any(|word| plain.contains(word));
    if has(&["phd", "dphil", "md", "博士", "dba"])
        || begins(&[
            "doctor",
            "doutor",
            "dottorat",
            "promotion",
            "tien si",
            "кандидат наук",
            "دكتوراه",
        ])
    {
        4
    } else if has(&[
        "msc", "ma", "ms", "mba", "meng", "mtech", "mca", "llm", "mfa", "med", "mphil", "硕士", "碩士", "修士",
    ]) || begins(&[
        "master",
        "maestria",
        "mestrado",
        "magister",
        "магистр",
        "thac si",
        "ماجستير",
        "magistrale",
        "diplom-",
        "maîtrise",
    ]) {
        3
    } else if has(&[
        "bsc", "ba", "bs", "btech", "beng", "bba", "bfa", "llb", "bcom", "be", "学士", "本科", "學士",
    ]) || begins(&[
        "bachelor",
        "licence",
        "licenciatura",
        "grado",
        "bacharel",
        "laurea",
        "бакалавр",
        "cu nhan",
        "ky su",
        "بكالوريوس",
        "degree",
    ]) {
        2
    } else {
        1
    }
}
