//! The workbooks that leave the product: the template to fill in, and the rejected rows to correct.
//!
//! Every value is written as a string, so nothing that a person typed can become a formula.

use parley_domain::{candidate, import::Field};
use rust_xlsxwriter::{
    Color, DataValidation, DataValidationErrorStyle, DataValidationRule, DocProperties, Format, FormatAlign, Formula,
    Note, Workbook, Worksheet, XlsxError,
};

use super::matching::REASON_HEADER;

/// The name in the template's sample row. Row and name and [`SAMPLE_EMAIL`] together are never imported.
pub const SAMPLE_NAME: &str = "Sample Person (this row is never imported)";
/// The email in the template's sample row; `.invalid` can never belong to anyone.
pub const SAMPLE_EMAIL: &str = "sample@parley.invalid";

/// Rows for which the template checks what is typed.
const CHECKED_ROWS: u32 = 5_000;
const DEGREES: [&str; 7] = [
    "High school",
    "Associate",
    "Bachelor",
    "Master",
    "Doctorate",
    "Vocational training",
    "Other",
];

/// A column of the template: field, width, note on its header, value in the sample row.
const COLUMNS: [(Field, f64, &str, &str); 9] = [
    (
        Field::Name,
        34.0,
        "Required. The whole name, as the candidate writes it.",
        SAMPLE_NAME,
    ),
    (
        Field::Email,
        28.0,
        "Ties the invite link to one person. A person whose email is already on the interview is skipped unless you choose otherwise.",
        SAMPLE_EMAIL,
    ),
    (
        Field::Phone,
        20.0,
        "The column is formatted as text, so that leading zeros and the plus sign stay.",
        "+49 30 1234567",
    ),
    (Field::School, 28.0, "School or university.", "Technical University"),
    (Field::Major, 24.0, "Field of study.", "Computer science"),
    (
        Field::Degree,
        18.0,
        "Choose from the list, or type another.",
        "Bachelor",
    ),
    (Field::GraduationYear, 16.0, "Four digits.", "2025"),
    (
        Field::WorkExperience,
        40.0,
        "Earlier jobs as text; line breaks are kept.",
        "Working student, Example Ltd, 2023–2025",
    ),
    (Field::Notes, 30.0, "For your team only; candidates never see it.", ""),
];

/// The template to download, as the bytes of an .xlsx file. `this_year` bounds the graduation year.
///
/// # Errors
/// When the writer library refuses; it does so for no input, for there is none.
pub fn template(this_year: i32) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    book.set_properties(&DocProperties::new().set_title("Parley: candidates to import"));
    candidates_sheet(book.add_worksheet(), this_year)?;
    instructions_sheet(book.add_worksheet())?;
    book.save_to_buffer()
}

fn header_format() -> Format {
    Format::new()
        .set_bold()
        .set_background_color(Color::RGB(0x00EE_F0F7))
        .set_align(FormatAlign::Top)
}

fn candidates_sheet(sheet: &mut Worksheet, this_year: i32) -> Result<(), XlsxError> {
    let text = Format::new().set_num_format("@").set_align(FormatAlign::Top);
    let wrapped = text.clone().set_text_wrap();
    let sample = Format::new()
        .set_num_format("@")
        .set_italic()
        .set_font_color(Color::RGB(0x0066_6E80));
    sheet.set_name("Candidates")?;
    for (column, (field, width, note, value)) in (0..).zip(COLUMNS) {
        let cells = if field.takes_several() { &wrapped } else { &text };
        sheet
            .set_column_format(column, cells)?
            .set_column_width(column, width)?;
        sheet.write_string_with_format(0, column, field.label(), &header_format())?;
        sheet.insert_note(
            0,
            column,
            &Note::new(note).set_author("Parley").add_author_prefix(false),
        )?;
        sheet.write_string_with_format(1, column, value, &sample)?;
        match field {
            Field::Degree => {
                let list = DataValidation::new()
                    .allow_list_strings(&DEGREES)?
                    .set_error_style(DataValidationErrorStyle::Information)
                    .set_error_title("Not in the list")?
                    .set_error_message("You can keep it: any degree is imported as you typed it.")?;
                sheet.add_data_validation(1, column, CHECKED_ROWS, column, &list)?;
            }
            Field::GraduationYear => {
                // The column is text, so the check is on the text: four digits.
                let (first, last) = (candidate::YEAR_MIN, this_year + candidate::YEARS_AHEAD);
                let rule = format!("=AND(LEN(G2)=4,ISNUMBER(VALUE(G2)),VALUE(G2)>={first},VALUE(G2)<={last})");
                let years = DataValidation::new()
                    .allow_custom(Formula::new(rule))
                    .set_error_style(DataValidationErrorStyle::Warning)
                    .set_error_title("Not a year")?
                    .set_error_message(format!("A year of four digits, from {first} to {last}."))?;
                sheet.add_data_validation(1, column, CHECKED_ROWS, column, &years)?;
            }
            Field::Phone => {
                let length = DataValidation::new()
                    .allow_text_length(DataValidationRule::Between(5, 40))
                    .set_error_style(DataValidationErrorStyle::Warning)
                    .set_error_title("Not a phone number")?
                    .set_error_message("A phone number has 5 to 20 digits.")?;
                sheet.add_data_validation(1, column, CHECKED_ROWS, column, &length)?;
            }
            _ => {}
        }
    }
    let last = u16::try_from(COLUMNS.len() - 1).unwrap_or_default();
    sheet.autofilter(0, 0, CHECKED_ROWS, last)?;
    sheet.set_freeze_panes(1, 1)?;
    Ok(())
}

fn instructions_sheet(sheet: &mut Worksheet) -> Result<(), XlsxError> {
    sheet
        .set_name("How to fill in")?
        .set_column_width(0, 22)?
        .set_column_width(1, 90)?;
    let wrapped = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    let bold = Format::new().set_bold().set_align(FormatAlign::Top);
    let general = [
        (
            "One row, one person",
            "Up to 50,000 rows and 25 MB in one file. Nothing is added before you have seen a preview of every row.",
        ),
        (
            "Only the name is required",
            "A row with a wrong email, phone or year is reported with its cell and its reason; the other rows are added.",
        ),
        (
            "The sample row",
            "Row 2 is an example. It is recognised and never imported; delete it or leave it.",
        ),
        (
            "Your own table",
            "You need not use this template: columns are matched by their headers, and you can correct the match.",
        ),
    ];
    sheet.write_string_with_format(0, 0, "How to fill in this template", &bold)?;
    let columns = COLUMNS.iter().map(|(field, _, note, _)| (field.label(), *note));
    for (row, (what, how)) in (2..).zip(general.into_iter().chain(columns)) {
        sheet.write_string_with_format(row, 0, what, &bold)?;
        sheet.write_string_with_format(row, 1, how, &wrapped)?;
    }
    sheet.protect();
    Ok(())
}

/// Writes the rejected rows of an import: the file's own columns and one that says what to fix. Rows go to disk as they
/// come, so that 50,000 of them cost little memory.
pub struct RejectedRows {
    book: Workbook,
    next: u32,
    /// The file's columns that are written, in order: all but an earlier reason column.
    kept: Vec<usize>,
}

impl std::fmt::Debug for RejectedRows {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RejectedRows")
            .field("next", &self.next)
            .finish_non_exhaustive()
    }
}

impl RejectedRows {
    /// Begins with the file's header.
    ///
    /// # Errors
    /// When the temporary file cannot be written.
    pub fn new(header: &[String]) -> Result<Self, XlsxError> {
        let mut book = Workbook::new();
        let kept: Vec<usize> = (0..header.len())
            .filter(|column| header[*column] != REASON_HEADER)
            .collect();
        let sheet = book.add_worksheet_with_constant_memory()?;
        sheet.set_name("Rejected rows")?;
        let text = Format::new().set_num_format("@");
        for (column, at) in (0..).zip(&kept) {
            sheet.set_column_format(column, &text)?.set_column_width(column, 22)?;
            sheet.write_string_with_format(0, column, &header[*at], &header_format())?;
        }
        let reason = reason_column(&kept);
        sheet.set_column_width(reason, 60)?;
        sheet.write_string_with_format(0, reason, REASON_HEADER, &header_format())?;
        sheet.set_freeze_panes(1, 0)?;
        Ok(Self { book, next: 1, kept })
    }

    /// Adds one row with its reasons.
    ///
    /// # Errors
    /// When the temporary file cannot be written.
    pub fn row(&mut self, cells: &[String], reason: &str) -> Result<(), XlsxError> {
        let row = self.next;
        let reason_column = reason_column(&self.kept);
        let text = Format::new().set_num_format("@");
        let sheet = self.book.worksheet_from_index(0)?;
        for (column, at) in (0..).zip(&self.kept) {
            if let Some(cell) = cells.get(*at).filter(|cell| !cell.is_empty()) {
                sheet.write_string_with_format(row, column, cell, &text)?;
            }
        }
        sheet.write_string(row, reason_column, reason)?;
        self.next += 1;
        Ok(())
    }

    /// The finished file.
    ///
    /// # Errors
    /// When the temporary file cannot be read back.
    pub fn finish(mut self) -> Result<Vec<u8>, XlsxError> {
        self.book.save_to_buffer()
    }
}

fn reason_column(kept: &[usize]) -> u16 {
    u16::try_from(kept.len()).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::matching::match_columns;
    use super::super::names::NameOrder;
    use super::super::reader::{self, Frame, Opened, Options, Row};
    use super::super::row::{self, Reading};
    use super::*;

    fn read(bytes: Vec<u8>) -> (Opened, Vec<Row>) {
        let (mut opened, mut rows) = (None, Vec::new());
        reader::read(bytes, &Options::default(), |frame| {
            match frame {
                Frame::Opened(found) => opened = Some(found),
                Frame::Row(row) => rows.push(row),
                _ => {}
            }
            Ok(())
        })
        .unwrap();
        (opened.unwrap(), rows)
    }

    #[test]
    fn the_template_matches_every_column_and_its_sample_is_no_row() {
        let (opened, rows) = read(template(2026).unwrap());
        let fields: Vec<_> = COLUMNS.iter().map(|(field, ..)| Some(*field)).collect();
        assert_eq!(match_columns(&opened.header), fields);
        assert_eq!(opened.sheet.as_deref(), Some("Candidates"));
        assert_eq!(rows.len(), 1);
        assert_eq!(
            row::read(&rows[0], &fields, NameOrder::GivenFirst, 2026),
            Reading::Sample
        );
    }

    #[test]
    fn rejected_rows_come_back_and_stay_text() {
        let header = ["Name", "Email", REASON_HEADER].map(str::to_owned);
        let mut rejected = RejectedRows::new(&header).unwrap();
        rejected
            .row(
                &["=1+1".into(), "anna@".into(), "old reason".into()],
                "B2: not an email",
            )
            .unwrap();
        rejected.row(&["Ben".into()], "C3: no year").unwrap();
        let bytes = rejected.finish().unwrap();
        let formulas = reader::read(bytes.clone(), &Options::default(), |_| Ok(()));
        assert!(formulas.is_ok());
        let (opened, rows) = read(bytes);
        assert_eq!(opened.header, ["Name", "Email", REASON_HEADER]);
        assert_eq!(
            match_columns(&opened.header),
            [Some(Field::Name), Some(Field::Email), None]
        );
        assert_eq!(rows[0].cells, ["=1+1", "anna@", "B2: not an email"]);
        assert!(
            rows[0].notes.is_empty(),
            "a formula would be noted: {:?}",
            rows[0].notes
        );
        assert_eq!(rows[1].cells, ["Ben", "", "C3: no year"]);
    }
}
