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
use parley_domain::resume::{Confidence, Found, Place, ResumeFields};

/// A line with what is known of its surroundings.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row<'a> {
    place: Place,
    line: &'a Line,
    /// The section it stands in, if a heading opened one.
    section: Option<Section>,
    /// It is such a heading.
    heading: bool,
}

impl Row<'_> {
    fn text(&self) -> &str {
        &self.line.text
    }

    /// A value of this line.
    fn found(&self, value: &str, confidence: Confidence) -> Found {
        Found {
            value: value.trim().to_owned(),
            confidence,
            source: self.line.text.clone(),
            place: self.place,
        }
    }

    fn is_in(&self, section: Section) -> bool {
        self.section == Some(section)
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
        let heading = words::heading(&line.text);
        section = heading.or(section);
        rows.push(Row {
            place,
            line,
            section,
            heading: heading.is_some(),
        });
    }
    rows
}

#[cfg(test)]
mod tests;
