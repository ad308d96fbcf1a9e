//! What jobs and studies have in common: a section falls into entries, an entry has a head of a few rows and then text.

use super::Row;
use crate::resumes::{dates, words};

/// A piece of the head of an entry: between separators, without dates.
#[derive(Debug, Clone)]
pub struct Part<'a> {
    /// What it says.
    pub text: String,
    /// The line it stands in.
    pub row: &'a Row<'a>,
    /// Rows from the one with the dates: negative above it.
    pub offset: i32,
    /// Its number within its row.
    pub index: usize,
}

/// Rows of one entry's head with its dates.
#[derive(Debug, Clone)]
pub struct Entry<'a> {
    /// The line that holds the dates.
    pub dated: &'a Row<'a>,
    /// The dates as they are written.
    pub dates: String,
    /// The pieces of its head, from top to bottom.
    pub parts: Vec<Part<'a>>,
}

/// Begins a list item.
fn is_bullet(text: &str) -> bool {
    text.starts_with([
        '•', '-', '–', '*', '·', '▪', '◦', '‣', '►', '✓', '○', '●', '■', '□', '➢', '→',
    ]) && text.len() > 1
}

/// Whether a row reads like the head of an entry and not like its text.
fn is_head(row: &Row<'_>) -> bool {
    let text = row.text();
    let count = text.chars().count();
    let ends = text.ends_with(['.', ';', '。', '；']) && !ends_as_form(text);
    let sentence = ends && count > 8 || text.contains(". ") && count > 60;
    let small_start = text.chars().next().is_some_and(char::is_lowercase);
    !(row.heading || is_bullet(text) || sentence || small_start || count > 110 || text.contains('@'))
}

/// A date that anchors an entry: it stands in a row that is not running text.
fn anchor(row: &Row<'_>) -> Option<dates::Dates> {
    let text = row.text();
    let found = dates::find(text)?;
    let outside = text.chars().count() - text[found.range.clone()].chars().count();
    let bullet = is_bullet(text) && !words::mostly_date(text);
    let fits = outside <= 100 && !bullet && !row.heading && !text.ends_with("。");
    let sentence = text.ends_with('.') && outside > 50;
    (fits && !sentence).then_some(found)
}

/// The entries of a section's rows.
pub fn entries<'a>(rows: &[&'a Row<'a>]) -> Vec<Entry<'a>> {
    // Groups of rows beside each other.
    let mut groups: Vec<Vec<&'a Row<'a>>> = Vec::new();
    // How long something took says nothing that its dates do not.
    for row in rows.iter().filter(|row| !words::is_duration(row.text())) {
        match groups.last_mut() {
            Some(group) if group[0].beside(row) => group.push(row),
            _ => groups.push(vec![row]),
        }
    }
    let anchors: Vec<(usize, &'a Row<'a>, dates::Dates)> = groups
        .iter()
        .enumerate()
        .filter_map(|(at, group)| {
            let dated = group.iter().find_map(|row| anchor(row).map(|dates| (*row, dates)))?;
            Some((at, dated.0, dated.1))
        })
        .collect();
    let ranges = anchors.iter().filter(|(_, _, dates)| dates.is_range()).count();
    // Where there are ranges, a lone date in a row with other text belongs to the text.
    let is_entry =
        |row: &Row<'_>, dates: &dates::Dates| ranges == 0 || dates.is_range() || words::mostly_date(row.text());
    let anchors: Vec<_> = anchors
        .into_iter()
        .filter(|(_, row, dates)| is_entry(row, dates))
        .collect();
    let above = rows_above(&groups, &anchors);
    let mut entries = Vec::new();
    for (n, (at, dated, dates)) in anchors.iter().enumerate() {
        let floor = n.checked_sub(1).map_or(0, |before| anchors[before].0 + 1);
        let ceiling = anchors
            .get(n + 1)
            .map_or(groups.len(), |next| next.0.saturating_sub(above).max(at + 1));
        let first = at.saturating_sub(above).max(floor);
        let mut parts = Vec::new();
        for (number, group) in groups.iter().enumerate().take(ceiling).skip(first) {
            if number > *at && is_indented(group, &groups[first..=*at]) {
                break;
            }
            let offset = i32::try_from(number).unwrap_or(i32::MAX) - i32::try_from(*at).unwrap_or(0);
            if offset > 2 || offset != 0 && !group.iter().all(|row| is_head(row)) {
                if offset > 0 {
                    break;
                }
                parts.clear();
                continue;
            }
            let mut index = 0;
            for row in group {
                for text in pieces(row.text()) {
                    parts.push(Part {
                        text,
                        row,
                        offset,
                        index,
                    });
                    index += 1;
                }
            }
        }
        entries.push(Entry {
            dated,
            dates: dated.text()[dates.range.clone()].to_owned(),
            parts,
        });
    }
    entries
}

/// Whether a row begins farther in than the head it would belong to: then it is its text.
fn is_indented(group: &[&Row<'_>], head: &[Vec<&Row<'_>>]) -> bool {
    let named = |row: &&&Row<'_>| !words::mostly_date(row.text());
    let rows: Vec<&&Row<'_>> = head.iter().flatten().filter(named).collect();
    if rows.is_empty() {
        return false;
    }
    let rtl = group
        .iter()
        .any(|row| row.text().chars().any(crate::resumes::clean::is_rtl));
    if rtl {
        let edge = rows.iter().map(|row| row.line.bbox.x1).fold(f32::MIN, f32::max);
        return group
            .iter()
            .all(|row| row.line.bbox.x1 < edge - 6.0 && row.line.bbox.x1 > edge - 80.0);
    }
    let edge = rows.iter().map(|row| row.line.bbox.x0).fold(f32::MAX, f32::min);
    group
        .iter()
        .all(|row| row.line.bbox.x0 > edge + 6.0 && row.line.bbox.x0 < edge + 80.0)
}

/// How many rows of an entry's head stand above the row with its dates: as many as there are in the first entry, before
/// which there is nothing else.
fn rows_above(groups: &[Vec<&Row<'_>>], anchors: &[(usize, &Row<'_>, dates::Dates)]) -> usize {
    let Some((first, _, _)) = anchors.first() else { return 0 };
    let lead = groups[..*first]
        .iter()
        .rev()
        .take_while(|group| group.iter().all(|row| is_head(row)))
        .count();
    if lead > 2 {
        // An introduction stands before the first entry: what the others have above them tells.
        let heads = anchors.windows(2).map(|pair| {
            let between = &groups[pair[0].0 + 1..pair[1].0];
            between
                .iter()
                .rev()
                .take_while(|group| group.iter().all(|row| is_head(row)))
                .count()
        });
        return heads.min().unwrap_or(1).min(2);
    }
    lead
}

/// Forms of firms that are written in brackets, in Korean, Japanese and Chinese.
const FORMS_IN_BRACKETS: [&str; 6] = ["주", "유", "株", "有", "同", "合"];

/// A row's text in pieces, without its dates.
pub fn pieces(text: &str) -> Vec<String> {
    let mut rest = text.to_owned();
    // A row may hold more than one date.
    for _ in 0..3 {
        match dates::find(&rest) {
            Some(found) => rest.replace_range(found.range, "\n"),
            None => break,
        }
    }
    // `(주)`, `(株)`: the form of a firm, not an aside.
    for form in FORMS_IN_BRACKETS {
        rest = rest.replace(&format!("({form})"), &format!("\u{1}{form}\u{2}"));
    }
    for sign in [
        "   ", " | ", "|", " • ", "•", " · ", "·", " – ", " — ", " - ", "—", " / ", ";", "(", ")", "（", "）", "\t",
        "【", "】", "、", " @ ",
    ] {
        rest = rest.replace(sign, "\n");
    }
    let mut found: Vec<String> = Vec::new();
    for line in rest.split('\n') {
        for part in line.split(", ").flat_map(|part| part.split("، ")) {
            let part = part.trim().trim_matches(|c: char| ",;:|–—-•· /".contains(c)).trim();
            let nothing = part.chars().all(|c| !c.is_alphabetic());
            if part.is_empty() || nothing || dates::is_only(part) || words::is_duration(part) {
                continue;
            }
            let part = part.replace('\u{1}', "(").replace('\u{2}', ")");
            let part = part.as_str();
            // `Acme, Inc.`: a firm's form belongs to its name.
            match found.last_mut() {
                Some(last) if is_form(part) && line.contains(last.as_str()) => {
                    let joined = format!("{last}, {part}");
                    *last = if text.contains(&joined) { joined } else { last.clone() };
                }
                _ => found.push(part.to_owned()),
            }
        }
    }
    found
}

/// Whether a row ends with the form of a firm or another abbreviation, and not as a sentence does.
pub fn ends_as_form(text: &str) -> bool {
    let last = text.split_whitespace().next_back().unwrap_or_default();
    is_form(last) || last.chars().filter(|c| *c == '.').count() > 1 || last.chars().count() <= 3
}

/// Whether the last word is the form of a firm.
pub fn ends_with_form(text: &str) -> bool {
    text.split_whitespace().next_back().is_some_and(is_form)
}

/// Whether a word or two is the form of a firm: `Inc.`, `GmbH`, `B.V.`
pub fn is_form(part: &str) -> bool {
    // In small letters it is a word of English.
    if part == "AS" {
        return true;
    }
    let plain = part.trim_end_matches('.').to_lowercase();
    matches!(
        plain.as_str(),
        "inc"
            | "ltd"
            | "llc"
            | "llp"
            | "plc"
            | "corp"
            | "co"
            | "s.a"
            | "sa"
            | "s.l"
            | "sl"
            | "s.l.u"
            | "ag"
            | "gmbh"
            | "n.v"
            | "nv"
            | "b.v"
            | "bv"
            | "p.c"
            | "pc"
            | "lp"
            | "s.p.a"
            | "spa"
            | "s.r.l"
            | "srl"
            | "incorporated"
            | "limited"
            | "lda"
            | "ltda"
            | "s.a.s"
            | "sas"
            | "sarl"
            | "s.a.r.l"
            | "kg"
            | "e.v"
            | "ug"
            | "oy"
            | "oyj"
            | "ab"
            | "a.s"
            | "a/s"
            | "aps"
            | "kft"
            | "zrt"
            | "s.r.o"
            | "sp.k"
            | "d.o.o"
            | "a.ş"
            | "pty"
            | "pvt"
            | "bhd"
            | "pte"
            | "o.o"
            | "asa"
            | "şti"
    )
}

/// Whether a piece says where something is and not what it is: `Berlin, Germany`, `Austin TX`, `Remote`.
pub fn is_location(text: &str) -> bool {
    let state = text.chars().count() == 2 && text.chars().all(|c| c.is_ascii_uppercase());
    state
        || words::REGION.are(text)
        || words::LOCATION.are(text)
        || text.split(' ').count() <= 3
            && words::LOCATION.stand_in(text)
            && !words::FIRM.stand_in(text)
            && !words::SCHOOL.stand_in(text)
}

/// Towns among the places that [`is_location`] knows.
const TOWNS: [&str; 14] = [
    "london",
    "paris",
    "berlin",
    "madrid",
    "san francisco",
    "hong kong",
    "singapore",
    "remote",
    "北京",
    "上海",
    "东京",
    "東京",
    "москва",
    "hà nội",
];

/// Whether a piece says a place in which there are towns: before `Germany` stands one, before `Berlin` something else.
pub fn is_land(text: &str) -> bool {
    is_location(text) && !TOWNS.contains(&text.to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_fall_into_pieces() {
        assert_eq!(
            pieces("Senior Engineer | Acme, Inc. | Aug 2019 – Present"),
            ["Senior Engineer", "Acme, Inc."]
        );
        assert_eq!(pieces("Acme GmbH – Berlin (2014 - 2016)"), ["Acme GmbH", "Berlin"]);
        assert_eq!(pieces("2014 - 2016"), Vec::<String>::new());
        assert_eq!(pieces("Engineer, Harbor & Pine"), ["Engineer", "Harbor & Pine"]);
        assert_eq!(pieces("(주)한빛 (서울)"), ["(주)한빛", "서울"]);
        assert_eq!(pieces("Engineer (7 years 2 months)"), ["Engineer"]);
        assert_eq!(pieces("Fjord Anlegg, AS"), ["Fjord Anlegg, AS"]);
    }

    #[test]
    fn places_are_told_from_names() {
        assert!(is_location("CA"));
        assert!(is_location("Germany"));
        assert!(is_location("California"));
        assert!(!is_location("California Pizza Ovens"));
        assert!(is_land("California"));
        assert!(!is_land("London"));
        assert!(!is_land("Acme"));
        assert!(!is_location("Bank of India Services"));
        assert!(!is_location("Acme"));
    }
}
