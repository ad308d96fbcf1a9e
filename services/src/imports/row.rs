//! One row of a table to one candidate, or to the cell and the reason why not.
//!
//! What makes a valid candidate is decided by `parley_domain::candidate`; here is only how people write the same thing
//! in a table. Nothing is guessed: what cannot be read is rejected with its cell.

use parley_domain::candidate::CandidateInput;
use parley_domain::import::{CellProblem, Field};
use unicode_normalization::UnicodeNormalization as _;

use super::marks::{is_nothing, is_strokes, is_total};
use super::names::{NameOrder, Parts};
use super::reader::{Note, NoteKind, Row, address};
use super::template;
use super::year::year;

/// What a row is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// A candidate that can be added.
    Candidate(Box<CandidateInput>),
    /// At least one cell must be corrected first.
    Rejected(Vec<CellProblem>),
    /// The template's sample: no row at all.
    Sample,
}

/// Takes the addresses behind cells into those whose column holds addresses, as `Ana <ana@x.example>`: there they are seen,
/// corrected, sent back with the rejected rows and erased like all else that a cell holds. The other ones go.
#[must_use]
pub fn with_linked(mut row: Row, columns: &[Option<Field>]) -> Row {
    for link in std::mem::take(&mut row.links) {
        let at = link.column as usize;
        if columns.get(at) == Some(&Some(Field::Email))
            && let Some(cell) = row.cells.get_mut(at)
        {
            *cell = format!("{cell} <{}>", link.address);
            row.notes.push(Note {
                column: link.column,
                kind: NoteKind::LinkedAddress,
            });
        }
    }
    row
}

/// Whether a cell of a column that is matched to `field` says that there is nothing: "n/a". Of what somebody is called, only
/// strokes say that: a list with a family name for everybody has one for who has none.
#[must_use]
pub fn says_nothing(field: Field, cell: &str) -> bool {
    match field {
        Field::Name | Field::FirstName | Field::LastName => is_strokes(cell),
        _ => is_nothing(cell),
    }
}

/// Reads one row. `columns` says for each column what it is matched to, `order` in which order the parts of a name are
/// written; `this_year` bounds the graduation year.
#[must_use]
pub fn read(row: &Row, columns: &[Option<Field>], order: NameOrder, this_year: i32) -> Reading {
    let cells = Cells { row, columns };
    let name = cells.name(order);
    let email = cells.one(Field::Email).map(|text| email(&text));
    if name == template::SAMPLE_NAME && email.as_deref() == Some(template::SAMPLE_EMAIL) {
        return Reading::Sample;
    }
    let mut problems = Vec::new();
    if name.contains('\n') && name.contains('@') {
        // A stray quotation mark took the lines up to the next one for one cell.
        let text = "This holds several lines with an email address. Is a quotation mark missing in the file?";
        problems.push(cells.problem("name", text.to_owned()));
    }
    if email.is_none() && cells.one(Field::Phone).is_none() && is_total(&name) {
        let text = "This looks like a total of the rows above, not like a person. If it is one, give their email.";
        problems.push(cells.problem("name", text.to_owned()));
    }
    let graduation_year = cells.one(Field::GraduationYear).and_then(|text| match year(&text) {
        Ok(year) => Some(year),
        Err(message) => {
            problems.push(cells.problem("graduation_year", message));
            None
        }
    });
    if email.as_deref() == Some(template::SAMPLE_EMAIL) {
        problems.push(cells.problem("email", "This is the email of the template's sample row.".to_owned()));
    }
    let input = CandidateInput {
        name,
        email,
        phone: cells.one(Field::Phone).map(|text| phone(&text)),
        school: cells.one(Field::School),
        major: cells.one(Field::Major),
        degree: cells.one(Field::Degree),
        graduation_year,
        work_experience: cells.several(Field::WorkExperience),
        notes: cells.several(Field::Notes),
    };
    match input.checked(this_year) {
        Ok(candidate) if problems.is_empty() => Reading::Candidate(Box::new(candidate)),
        Ok(_) => Reading::Rejected(problems),
        Err(errors) => {
            problems.extend(
                errors
                    .into_iter()
                    .map(|error| cells.problem(&error.field, error.message)),
            );
            Reading::Rejected(problems)
        }
    }
}

/// What there is to know about the matched cells of a row that is taken: a sentence each.
#[must_use]
pub fn notes(row: &Row, columns: &[Option<Field>]) -> Vec<String> {
    let matched = |note: &&Note| columns.get(note.column as usize).copied().flatten().is_some();
    row.notes
        .iter()
        .filter(matched)
        .map(|note| note_sentence(note, row.number))
        .collect()
}

fn note_sentence(note: &Note, row: u32) -> String {
    let cell = address(note.column, row);
    match note.kind {
        NoteKind::ErrorCell => format!("{cell} shows an error in the file; it is read as empty."),
        NoteKind::FormulaWithoutResult => format!(
            "{cell} is a formula whose result is not stored in the file; it is read as empty. \
             Open the file in your spreadsheet program, save it and upload it again."
        ),
        NoteKind::RoundedNumber => {
            format!("{cell} is a number of more than 15 digits, which spreadsheet programs round.")
        }
        NoteKind::LinkedAddress => {
            format!("{cell} shows no email address in the file; the one in brackets is from the link behind it.")
        }
    }
}

/// A row beside what its columns mean.
struct Cells<'a> {
    row: &'a Row,
    columns: &'a [Option<Field>],
}

impl Cells<'_> {
    fn all(&self, field: Field) -> impl Iterator<Item = &str> {
        self.columns
            .iter()
            .zip(&self.row.cells)
            .filter(move |(matched, cell)| **matched == Some(field) && !cell.is_empty() && !says_nothing(field, cell))
            .map(|(_, cell)| cell.as_str())
    }

    fn one(&self, field: Field) -> Option<String> {
        self.all(field).next().map(str::to_owned)
    }

    fn several(&self, field: Field) -> Option<String> {
        let parts: Vec<&str> = self.all(field).collect();
        (!parts.is_empty()).then(|| parts.join("\n"))
    }

    /// The name, or its parts put together.
    fn name(&self, order: NameOrder) -> String {
        if let Some(whole) = self.all(Field::Name).next() {
            return unquoted(whole).to_owned();
        }
        let part = |field| self.all(field).next().unwrap_or_default();
        let parts = Parts {
            first: part(Field::FirstName),
            middle: part(Field::MiddleName),
            last: part(Field::LastName),
            second_last: part(Field::SecondLastName),
        };
        parts.together(order)
    }

    fn problem(&self, field: &str, message: String) -> CellProblem {
        let means = |matched: &Option<Field>| match matched {
            Some(Field::FirstName | Field::LastName) => field == Field::Name.as_str(),
            Some(matched) => matched.as_str() == field,
            None => false,
        };
        let column = self
            .columns
            .iter()
            .position(means)
            .and_then(|column| u32::try_from(column).ok());
        // An empty cell that is not empty in the spreadsheet: say why.
        let note = column.and_then(|column| self.row.notes.iter().find(|note| note.column == column));
        let message = match note {
            Some(note) if matches!(note.kind, NoteKind::ErrorCell | NoteKind::FormulaWithoutResult) => {
                note_sentence(note, self.row.number)
            }
            _ => message,
        };
        CellProblem {
            column,
            cell: column.map(|column| address(column, self.row.number)),
            field: field.to_owned(),
            message,
        }
    }
}

/// The mark that makes a spreadsheet program take a number for text; in separated text it is left over.
pub(super) fn unquoted(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if rest.starts_with(|c: char| c.is_ascii_digit() || "+=-@".contains(c)) => rest,
        _ => text,
    }
}

/// An address as people paste it: `mailto:` links, `Ana Lima <ana@x.example>`, full-width letters.
fn email(text: &str) -> String {
    let text: String = text.nfkc().collect();
    let text = text.trim();
    let text = match text.get(..7) {
        Some(scheme) if scheme.eq_ignore_ascii_case("mailto:") => &text[7..],
        _ => text,
    };
    let bracketed = text
        .strip_suffix('>')
        .and_then(|text| text.rsplit_once('<'))
        .map(|(_, address)| address);
    bracketed.unwrap_or(text).trim().to_owned()
}

/// A number as people write it: full-width digits and signs, `tel:`, non-breaking hyphens.
fn phone(text: &str) -> String {
    let text: String = unquoted(text)
        .nfkc()
        .map(|c| {
            if matches!(c, '‐' | '‑' | '‒' | '—' | '−') {
                '-'
            } else {
                c
            }
        })
        .collect();
    let text = text.trim();
    match text.get(..4) {
        Some(scheme) if scheme.eq_ignore_ascii_case("tel:") => text[4..].trim().to_owned(),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::reader::Link;
    use super::*;

    const COLUMNS: [Option<Field>; 6] = [
        Some(Field::Name),
        Some(Field::Email),
        Some(Field::Phone),
        Some(Field::GraduationYear),
        None,
        Some(Field::Notes),
    ];

    fn row(cells: &[&str]) -> Row {
        Row {
            number: 14,
            cells: cells.iter().map(|text| (*text).to_owned()).collect(),
            notes: Vec::new(),
            links: Vec::new(),
        }
    }

    fn candidate(cells: &[&str]) -> CandidateInput {
        match read(&row(cells), &COLUMNS, NameOrder::GivenFirst, 2026) {
            Reading::Candidate(candidate) => *candidate,
            other => panic!("{other:?}"),
        }
    }

    fn problems(cells: &[&str]) -> Vec<String> {
        match read(&row(cells), &COLUMNS, NameOrder::GivenFirst, 2026) {
            Reading::Rejected(problems) => problems.iter().map(CellProblem::sentence).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_name_that_swallowed_lines_is_no_name() {
        assert_eq!(
            problems(&["Ana,a@x.example\nBo,b@x.example\nCy"]),
            ["A14: This holds several lines with an email address. Is a quotation mark missing in the file?"]
        );
        assert_eq!(candidate(&["Ana\nLima"]).name, "Ana Lima");
    }

    #[test]
    fn only_the_name_is_needed() {
        let ana = candidate(&["Ana Lima"]);
        assert_eq!(
            ana,
            CandidateInput {
                name: "Ana Lima".into(),
                ..CandidateInput::default()
            }
        );
        assert_eq!(problems(&["", "a@x.example"]), ["A14: Give the candidate's name."]);
        assert_eq!(
            problems(&["", "", "", "", "only here"]),
            ["A14: Give the candidate's name."]
        );
    }

    #[test]
    fn wrong_cells_are_named_all_at_once() {
        assert_eq!(
            problems(&["Anna", "anna@", "call me", "soon"]),
            [
                "D14: 'soon' has no year of four digits.",
                "B14: 'anna@' is not an email address.",
                "C14: 'call me' is not a phone number."
            ]
        );
        assert_eq!(
            problems(&["Anna", "", "", "1871"]),
            ["D14: The graduation year is between 1950 and 2036."]
        );
    }

    #[test]
    fn ways_to_write_the_same() {
        let ana = candidate(&[
            "Ana",
            "mailto:Ana@X.example",
            "＋４９ １７６ １２３４５",
            "２０２４年６月",
        ]);
        assert_eq!(ana.email.as_deref(), Some("Ana@X.example"));
        assert_eq!(ana.phone.as_deref(), Some("+49 176 12345"));
        assert_eq!(ana.graduation_year, Some(2024));
        let ben = candidate(&["Ben", "Ben Doe <ben@x.example>", "'0044 20 7946 0958"]);
        assert_eq!(ben.email.as_deref(), Some("ben@x.example"));
        assert_eq!(ben.phone.as_deref(), Some("0044 20 7946 0958"));
    }

    #[test]
    fn totals_are_no_person() {
        for name in ["Total", "Total: 25", "TOTALS", "Summe", "3 Summe", "合计", "Итого: 12"] {
            assert_eq!(
                problems(&[name]),
                ["A14: This looks like a total of the rows above, not like a person. If it is one, give their email."],
                "{name}"
            );
        }
        assert_eq!(candidate(&["Total", "total@x.example"]).name, "Total");
        assert_eq!(candidate(&["Ana Total"]).name, "Ana Total");
    }

    #[test]
    fn halves_of_a_name() {
        let columns = [Some(Field::LastName), Some(Field::FirstName)];
        let name = |cells: &[&str]| match read(&row(cells), &columns, NameOrder::GivenFirst, 2026) {
            Reading::Candidate(candidate) => candidate.name,
            other => panic!("{other:?}"),
        };
        assert_eq!(name(&["Lima", "Ana"]), "Ana Lima");
        assert_eq!(name(&["王", "小明"]), "王小明");
        assert_eq!(name(&["Lima", ""]), "Lima");
        assert_eq!(name(&["Lima", "Ana Lima"]), "Ana Lima");
        assert_eq!(name(&["Lima", "Lima"]), "Lima Lima");
        assert_eq!(name(&["王", "Leo"]), "Leo 王");
        assert_eq!(name(&["-", "Ana"]), "Ana");
        assert_eq!(name(&["Null", "Ana"]), "Ana Null");
    }

    #[test]
    fn marks_of_nothing_are_empty_cells() {
        let ana = candidate(&["Ana", "n/a", "-", "–", "", "none"]);
        let only_a_name = CandidateInput {
            name: "Ana".into(),
            ..CandidateInput::default()
        };
        assert_eq!(ana, only_a_name);
        assert_eq!(candidate(&["None", "N/A"]).name, "None");
        assert_eq!(problems(&["–", "a@x.example"]), ["A14: Give the candidate's name."]);
        assert_eq!(
            candidate(&["Ana", "", "", "", "", "- speaks French"]).notes.as_deref(),
            Some("- speaks French")
        );
        assert_eq!(
            problems(&["Ana", "none yet"]),
            ["B14: 'none yet' is not an email address."]
        );
        let columns = [Some(Field::FirstName), Some(Field::MiddleName), Some(Field::LastName)];
        let parts = row(&["Ana", "n/a", "Lima"]);
        match read(&parts, &columns, NameOrder::GivenFirst, 2026) {
            Reading::Candidate(candidate) => assert_eq!(candidate.name, "Ana Lima"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_address_behind_a_cell_counts_in_the_column_of_addresses() {
        let link = |column, address: &str| Link {
            column,
            address: address.to_owned(),
        };
        let mut linked = row(&["Ana Lima", "write to her"]);
        linked.links = vec![link(0, "else@x.example"), link(1, "ana@x.example")];
        let linked = with_linked(linked, &COLUMNS);
        assert_eq!(linked.cells, ["Ana Lima", "write to her <ana@x.example>"]);
        assert!(linked.links.is_empty());
        let ana = candidate(&["Ana Lima", &linked.cells[1]]);
        assert_eq!(
            (ana.name.as_str(), ana.email.as_deref()),
            ("Ana Lima", Some("ana@x.example"))
        );
        assert_eq!(
            notes(&linked, &COLUMNS),
            ["B14 shows no email address in the file; the one in brackets is from the link behind it."]
        );
    }

    #[test]
    fn what_looks_like_a_formula_stays_text() {
        let row = candidate(&["=HYPERLINK(\"x\")", "", "", "", "", "+cmd|' /C calc'!A0"]);
        assert_eq!(row.name, "=HYPERLINK(\"x\")");
        assert_eq!(row.notes.as_deref(), Some("+cmd|' /C calc'!A0"));
    }

    #[test]
    fn the_sample_is_no_row_and_its_email_no_email() {
        assert_eq!(
            read(
                &row(&[template::SAMPLE_NAME, template::SAMPLE_EMAIL]),
                &COLUMNS,
                NameOrder::GivenFirst,
                2026
            ),
            Reading::Sample
        );
        assert_eq!(
            problems(&["Ana", template::SAMPLE_EMAIL]),
            ["B14: This is the email of the template's sample row."]
        );
    }

    #[test]
    fn notes_explain_empty_cells() {
        let mut noted = row(&["Ana", ""]);
        noted.notes = vec![
            Note {
                column: 1,
                kind: NoteKind::ErrorCell,
            },
            Note {
                column: 4,
                kind: NoteKind::ErrorCell,
            },
        ];
        assert_eq!(
            notes(&noted, &COLUMNS),
            ["B14 shows an error in the file; it is read as empty."]
        );
        let mut noted = row(&[]);
        noted.notes = vec![Note {
            column: 0,
            kind: NoteKind::FormulaWithoutResult,
        }];
        let Reading::Rejected(problems) = read(&noted, &COLUMNS, NameOrder::GivenFirst, 2026) else {
            panic!("a row without a name")
        };
        assert!(
            problems[0]
                .message
                .starts_with("A14 is a formula whose result is not stored")
        );
    }
}
