//! From the text of a resume to its fields, by rules: no network, no model, the same answer every time.
//!
//! A wrong value is worse than none: what is found by weak signs only is left out. Every value is a piece of the text, and
//! comes with the line it stands in. Gender, age, birthday, photo, nationality and marital status are never looked for;
//! lines about them are passed over.

mod contact;
mod education;
mod entries;
mod name;
mod phone;
mod shape;
mod work;

use super::{
    dates,
    document::{Document, Line},
    words::{self, Section},
};
use parley_domain::resume::{Confidence, Found, Job, Place, ResumeFields};

/// A line with what is known of its surroundings.
#[derive(Debug, Clone)]
pub(crate) struct Row<'a> {
    place: Place,
    line: &'a Line,
    /// The last of the lines it was wrapped into, or the same.
    tail: &'a Line,
    /// What it says: the line, and the one it was wrapped into.
    text: String,
    /// The same as it stands in the document.
    source: String,
    /// The section it stands in, if a heading opened one.
    section: Option<Section>,
    /// It is such a heading.
    heading: bool,
}

impl Row<'_> {
    fn text(&self) -> &str {
        &self.text
    }

    /// A value of this line.
    fn found(&self, value: &str, confidence: Confidence) -> Found {
        Found {
            value: value.trim().to_owned(),
            confidence,
            source: self.source.clone(),
            place: self.place,
        }
    }

    fn is_in(&self, section: Section) -> bool {
        self.section == Some(section)
    }

    /// Whether another line stands beside this one.
    fn beside(&self, other: &Row<'_>) -> bool {
        self.place.page == other.place.page && self.line.row == other.line.row && self.line.block == other.line.block
    }
}

/// Finds the fields.
#[must_use]
pub fn extract(document: &Document) -> ResumeFields {
    let rows = rows(document);
    let emails = contact::emails(&rows, &document.links);
    let email = emails.first().cloned();
    let phone = phone::phone(&rows, &document.links);
    let name = name::find(&rows, emails.first().map(|email| email.value.as_str()), &document.links);
    let jobs = work::jobs(&rows);
    let studies = education::studies(&rows);
    let main = education::main(&studies);
    ResumeFields {
        name,
        email,
        phone,
        school: main.and_then(|study| study.school.clone()),
        degree: main.and_then(|study| study.degree.clone()),
        major: main.and_then(|study| study.major.clone()),
        graduation_year: main.and_then(|study| study.year.clone()),
        work_experience: work::summary(&jobs, &rows),
        jobs,
        studies,
    }
}

/// Jobs as text, one a line.
pub(crate) fn work_summary(jobs: &[Job]) -> Option<Found> {
    work::summary(jobs, &[])
}

/// Lines that are looked at: many more than a resume has. This work is done in the server's own process.
const LINES_MAX: usize = 2_000;
/// Characters of a line that are looked at.
const LINE_MAX: usize = 500;

/// The beginning of a line that is longer than any value.
fn beginning(line: &str) -> &str {
    line.char_indices().nth(LINE_MAX).map_or(line, |(end, _)| &line[..end])
}

/// Lines with their sections.
fn rows(document: &Document) -> Vec<Row<'_>> {
    let mut rows: Vec<Row<'_>> = Vec::new();
    let mut section = None;
    let mut last: Option<(u32, u32)> = None;
    // The left edge and the right edge of the block that is being read.
    let mut extent = (0.0_f32, 0.0_f32);
    let mut sizes: Vec<f32> = document.lines().take(LINES_MAX).map(|(_, line)| line.size).collect();
    sizes.sort_by(f32::total_cmp);
    let body = sizes.get(sizes.len() / 2).copied().unwrap_or_default();
    for (place, line) in document.lines().take(LINES_MAX) {
        if last != Some((place.page, line.block)) {
            let block = document.pages[place.page as usize - 1]
                .lines
                .iter()
                .filter(|l| l.block == line.block);
            let (x0, x1) = block.fold((f32::MAX, f32::MIN), |(a, b), l| (a.min(l.bbox.x0), b.max(l.bbox.x1)));
            let (old, new) = (extent.1 - extent.0, x1 - x0);
            // A column beside another is about something else until it says so itself, unless both are alike: then text
            // flows from one into the other. A name set large begins something new in any case.
            let same_page = last.is_some_and(|(page, _)| page == place.page);
            let alike = (extent.0 - x0).abs() < 30.0 || (new - old).abs() < 0.25 * old.max(new);
            if same_page && (!alike || line.size > 1.25 * body) {
                section = None;
            }
            extent = (x0, x1);
            last = Some((place.page, line.block));
        }
        let heading = words::heading(beginning(&line.text)).filter(|_| !has_date_beside(document, place, line));
        section = heading.or(section);
        rows.push(Row {
            place,
            line,
            tail: line,
            text: beginning(&line.text).to_owned(),
            source: beginning(&line.text).to_owned(),
            section,
            heading: heading.is_some(),
        });
    }
    without_table_heads(unwrap_lines(document, rows))
}

/// Without rows that only say what stands in the columns of a table of jobs or studies.
fn without_table_heads(rows: Vec<Row<'_>>) -> Vec<Row<'_>> {
    let is_label = |row: &Row<'_>| {
        matches!(row.section, Some(Section::Work | Section::Education)) && words::COLUMN.are(row.text())
    };
    let is_head = |at: usize| {
        let near = &rows[at.saturating_sub(8)..rows.len().min(at + 9)];
        let beside: Vec<&Row<'_>> = near.iter().filter(|other| other.beside(&rows[at])).collect();
        beside.len() > 1 && beside.into_iter().all(is_label)
    };
    let heads: Vec<bool> = (0..rows.len()).map(is_head).collect();
    let marked = rows.into_iter().zip(heads);
    marked.filter(|(_, head)| !head).map(|(row, _)| row).collect()
}

/// A heading has no dates beside it; a job that is called like one has.
fn has_date_beside(document: &Document, place: Place, line: &Line) -> bool {
    let lines = &document.pages[place.page as usize - 1].lines;
    let own = place.line as usize - 1;
    let near = lines.iter().enumerate().skip(own.saturating_sub(4)).take(9);
    near.filter(|(at, other)| *at != own && other.row == line.row && other.block == line.block)
        .any(|(_, other)| words::mostly_date(&other.text))
}

/// Names of schools and firms that were wrapped into a second line of a narrow column, in one row.
fn unwrap_lines<'a>(document: &Document, rows: Vec<Row<'a>>) -> Vec<Row<'a>> {
    let mut joined: Vec<Row<'a>> = Vec::new();
    for row in rows {
        // What stands beside the line above comes between them in the order.
        let near = joined.len().saturating_sub(6)..joined.len();
        let above = near.rev().find(|at| continues(&joined[*at], &row, document));
        match above {
            Some(at) => {
                joined[at].text = format!("{} {}", joined[at].text, row.text);
                joined[at].source = format!("{}\n{}", joined[at].source, row.source);
                joined[at].tail = row.line;
            }
            None => joined.push(row),
        }
    }
    joined
}

/// Whether the first word of `row` did not fit behind `above`. The edge of the column is where other lines end, or the
/// margin of the page where no other line is as long.
fn is_full(document: &Document, above: &Row<'_>, row: &Row<'_>) -> bool {
    let page = &document.pages[above.place.page as usize - 1];
    let (a, b) = (above.tail, row.line);
    let column = page
        .lines
        .iter()
        .filter(|line| !std::ptr::eq(*line, a) && line.block == a.block);
    let others: Vec<f32> = column.map(|line| line.bbox.x1).collect();
    let longest = others.iter().copied().fold(f32::MIN, f32::max);
    let margin = page.width - page.lines.iter().map(|line| line.bbox.x0).fold(f32::MAX, f32::min);
    // One long line alone is no edge.
    let edge = if others.iter().filter(|x1| longest - **x1 < 3.0 * a.size).count() > 1 && longest > a.bbox.x1 - 1.0 {
        longest
    } else {
        margin
    };
    let letter = (b.bbox.x1 - b.bbox.x0) / row.text.chars().count().max(1) as f32;
    let first = row.text.split_whitespace().next().unwrap_or_default();
    a.bbox.x1 + letter * (first.chars().count() as f32 + 1.0) > edge
}

/// Words after which a name is not at its end.
const LINKING: [&str; 34] = [
    "of", "for", "and", "the", "in", "&", "de", "del", "della", "di", "do", "da", "des", "du", "et", "y", "e", "für",
    "und", "der", "van", "en", "la", "le", "für", "à", "и", "в", "по", "des", "dem", "den", "at", "von",
];

fn continues(above: &Row<'_>, row: &Row<'_>, document: &Document) -> bool {
    let studies_or_jobs =
        matches!(row.section, Some(Section::Education | Section::Work)) && above.section == row.section;
    let (a, b) = (above.tail, row.line);
    let stands_under = above.place.page == row.place.page
        && a.block == b.block
        && (a.size - b.size).abs() < 0.3
        && (a.bbox.x0 - b.bbox.x0).abs() < 2.0
        && b.bbox.y1 - a.bbox.y1 > 0.0
        && b.bbox.y1 - a.bbox.y1 < 1.8 * a.size;
    if !studies_or_jobs || !stands_under || above.heading || row.heading || above.source.matches('\n').count() > 2 {
        return false;
    }
    if dates::is_only(&above.text) {
        let both = format!("{} {}", above.text, row.text);
        return (dates::is_open(&above.text) || !dates::is_only(&row.text)) && dates::is_only(&both);
    }
    let first = row.text.split_whitespace().next().unwrap_or_default();
    let last = above.text.split_whitespace().next_back().unwrap_or_default();
    let listed = |text: &str| text.starts_with(['•', '-', '–', '*', '·', '▪', '◦']);
    let short = above.text.chars().count() <= 90 && row.text.chars().count() <= 70;
    if !short || listed(&above.text) || listed(&row.text) || above.text.ends_with('.') || row.text.ends_with('.') {
        return false;
    }
    let dated = |text: &str, at_end: bool| {
        dates::find(text).is_some_and(|dates| {
            if at_end {
                dates.range.end == text.len()
            } else {
                dates.range.start == 0
            }
        })
    };
    if dated(&above.text, true) || dated(&row.text, false) {
        return false;
    }
    let wide = a.bbox.x1 - a.bbox.x0 > 6.0 * a.size;
    let lower = first.chars().next().is_some_and(char::is_lowercase);
    let linked = LINKING.contains(&last) || LINKING.contains(&first) || entries::is_form(first.trim_end_matches(','));
    if wide && (linked || lower || above.text.ends_with(',')) {
        return true;
    }
    // Only a line that is full goes on in the next: its first word would not have fitted.
    let kinds = |text: &str| {
        (
            words::TITLE.stand_in(text) || words::DEGREE.stand_in(text),
            words::FIRM.stand_in(text) || words::SCHOOL.stand_in(text),
        )
    };
    let (what, whom) = (kinds(&above.text), kinds(&row.text));
    let complete = what.0 && whom.1 || what.1 && whom.0 || what.1 && whom.1;
    wide && !complete && a.bold_end == b.bold && is_full(document, above, row)
}

#[cfg(test)]
mod tests;
