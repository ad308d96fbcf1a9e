//! From the text of a resume to its fields, by rules: no network, no model, the same answer every time.
//!
//! A wrong value is worse than none: what is found by weak signs only is left out. Every value is a piece of the text, and
//! comes with the line it stands in. Gender, age, birthday, photo, nationality and marital status are never looked for;
//! lines about them are passed over.

mod contact;
mod education;
mod entries;
mod name;
mod work;

use super::{
    document::{Document, Line},
    words::{self, Section},
};
use parley_domain::resume::{Confidence, Found, Job, Place, ResumeFields};

/// A line with what is known of its surroundings.
#[derive(Debug, Clone)]
pub(crate) struct Row<'a> {
    place: Place,
    line: &'a Line,
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
    let phone = contact::phone(&rows, &document.links);
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

/// Lines with their sections.
fn rows(document: &Document) -> Vec<Row<'_>> {
    let mut rows: Vec<Row<'_>> = Vec::new();
    let mut section = None;
    let mut last: Option<(u32, u32)> = None;
    // The left edge and the right edge of the block that is being read.
    let mut extent = (0.0_f32, 0.0_f32);
    for (place, line) in document.lines() {
        if last != Some((place.page, line.block)) {
            let block = document.pages[place.page as usize - 1]
                .lines
                .iter()
                .filter(|l| l.block == line.block);
            let (x0, x1) = block.fold((f32::MAX, f32::MIN), |(a, b), l| (a.min(l.bbox.x0), b.max(l.bbox.x1)));
            let (old, new) = (extent.1 - extent.0, x1 - x0);
            // A column beside another of quite another width is about something else until it says so itself.
            let same_page = last.is_some_and(|(page, _)| page == place.page);
            let alike = (extent.0 - x0).abs() < 30.0 || (new - old).abs() < 0.25 * old.max(new);
            if same_page && !alike {
                section = None;
            }
            extent = (x0, x1);
            last = Some((place.page, line.block));
        }
        let heading = words::heading(&line.text).filter(|_| !has_date_beside(document, place, line));
        section = heading.or(section);
        rows.push(Row {
            place,
            line,
            text: line.text.clone(),
            source: line.text.clone(),
            section,
            heading: heading.is_some(),
        });
    }
    unwrap_lines(rows)
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
fn unwrap_lines(rows: Vec<Row<'_>>) -> Vec<Row<'_>> {
    let mut joined: Vec<Row<'_>> = Vec::new();
    for row in rows {
        // The line above in the same column may have a date beside it that stands between in the order.
        let above = joined.iter().rposition(|above| !row.beside(above));
        match above.filter(|at| continues(&joined[*at], &row)) {
            Some(at) => {
                joined[at].text = format!("{} {}", joined[at].text, row.text);
                joined[at].source = format!("{}\n{}", joined[at].source, row.source);
            }
            None => joined.push(row),
        }
    }
    joined
}

/// Words after which a name is not at its end.
const LINKING: [&str; 34] = [
    "of", "for", "and", "the", "in", "&", "de", "del", "della", "di", "do", "da", "des", "du", "et", "y", "e", "für",
    "und", "der", "van", "en", "la", "le", "für", "à", "и", "в", "по", "des", "dem", "den", "at", "von",
];

fn continues(above: &Row<'_>, row: &Row<'_>) -> bool {
    let studies_or_jobs =
        matches!(row.section, Some(Section::Education | Section::Work)) && above.section == row.section;
    let (a, b) = (above.line, row.line);
    let alike = above.place.page == row.place.page
        && a.block == b.block
        && a.bold == b.bold
        && (a.size - b.size).abs() < 0.3
        && (a.bbox.x0 - b.bbox.x0).abs() < 2.0
        && b.bbox.y1 - a.bbox.y1 > 0.0
        && b.bbox.y1 - a.bbox.y1 < 1.8 * a.size;
    if !studies_or_jobs || !alike || above.heading || row.heading || above.text.contains('\n') {
        return false;
    }
    let last = above.text.split_whitespace().next_back().unwrap_or_default();
    let first = row.text.split_whitespace().next().unwrap_or_default();
    let short = above.text.chars().count() <= 70 && row.text.chars().count() <= 60;
    let wide = a.bbox.x1 - a.bbox.x0 > 6.0 * a.size;
    let bullet = above.text.starts_with(['•', '-', '–', '*', '·', '▪', '◦']);
    short && wide && !bullet && !row.text.ends_with('.') && (LINKING.contains(&last) || LINKING.contains(&first))
}

#[cfg(test)]
mod tests;
