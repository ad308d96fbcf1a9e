//! The two kinds of export files. Every text is written as text: what begins like a formula stays what it is.

use super::export::ExportFormat;
use crate::error::{Result, ServiceError};
use rust_xlsxwriter::{DocProperties, Format, Workbook, XlsxError};
use std::{fs::File, io::Write, path::Path};
use tokio::sync::mpsc;

/// Columns of an export, texts first, figures last, each with its width in a workbook, in characters. Their values are made
/// in `export::line`, in the same order. Those of a candidate are named as the import knows them.
pub(super) const COLUMNS: [(&str, f64); 20] = [
    ("Name", 26.0),
    ("Email", 28.0),
    ("Phone", 18.0),
    ("School", 24.0),
    ("Major", 20.0),
    ("Degree", 16.0),
    ("Graduation year", 15.0),
    ("Work experience", 30.0),
    ("Notes", 24.0),
    ("Source", 12.0),
    ("Status", 12.0),
    ("Ended", 16.0),
    ("Added ({zone})", 18.0),
    ("Started ({zone})", 18.0),
    ("Finished ({zone})", 18.0),
    ("Invite link", 40.0),
    ("Decision", 12.0),
    ("Attempt", 9.0),
    ("Score", 8.0),
    ("Minutes", 9.0),
];

/// The words over them.
pub(super) type Header = [String; COLUMNS.len()];

/// Figures at the end of a row: attempt, score, minutes.
const FIGURES: usize = 3;
/// Texts before them.
const TEXTS: usize = COLUMNS.len() - FIGURES;
/// Rows that a sheet can hold, the header not counted.
const SHEET_ROWS: u32 = 1_048_575;
/// Longest text that a cell can hold, in characters.
const CELL_MAX: usize = 32_767;

/// A row of an export.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub text: [String; TEXTS],
    pub attempt: i32,
    pub score: Option<f64>,
    pub minutes: Option<i64>,
}

/// Writes rows until there are no more; returns the file, somewhere.
pub(super) fn write(format: ExportFormat, folder: &Path, header: &Header, rows: mpsc::Receiver<Line>) -> Result<File> {
    match format {
        ExportFormat::Xlsx => write_xlsx(folder, header, rows),
        ExportFormat::Csv => write_csv(folder, header, rows),
    }
}

fn unwritten(error: impl std::error::Error + Send + Sync + 'static) -> ServiceError {
    ServiceError::Unavailable(format!("writing the export: {error}"))
}

fn temporary(folder: &Path) -> Result<File> {
    tempfile::tempfile_in(folder).map_err(unwritten)
}

fn write_csv(folder: &Path, header: &Header, mut rows: mpsc::Receiver<Line>) -> Result<File> {
    let mut file = temporary(folder)?;
    // Without the mark Excel takes the file for a legacy encoding.
    file.write_all("\u{FEFF}".as_bytes()).map_err(unwritten)?;
    // Every field is quoted: programs that expect another separator then do not begin a field inside of one.
    let mut writer = csv::WriterBuilder::new()
        .quote_style(csv::QuoteStyle::Always)
        .terminator(csv::Terminator::CRLF)
        .from_writer(std::io::BufWriter::new(file));
    writer.write_record(header).map_err(unwritten)?;
    while let Some(row) = rows.blocking_recv() {
        let figures = [
            row.attempt.to_string(),
            row.score.map(|s| format!("{s:.1}")).unwrap_or_default(),
            row.minutes.map(|m| m.to_string()).unwrap_or_default(),
        ];
        let text = row.text.iter().map(|t| harmless(t)).chain(figures);
        writer.write_record(text).map_err(unwritten)?;
    }
    writer.flush().map_err(unwritten)?;
    let buffer = writer
        .into_inner()
        .map_err(|e| ServiceError::internal(anyhow::anyhow!("{e}")))?;
    buffer.into_inner().map_err(|e| unwritten(e.into_error()))
}

/// Keeps spreadsheet programs from reading a text as a formula: an apostrophe before what could begin one. A phone number
/// may begin with a plus sign.
pub(super) fn harmless(text: &str) -> String {
    let dangerous = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let phone = text.strip_prefix('+').is_some_and(|rest| {
        rest.chars().any(|c| c.is_ascii_digit()) && rest.chars().all(|c| c.is_ascii_digit() || " ()-".contains(c))
    });
    if dangerous && !phone {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

fn write_xlsx(folder: &Path, header: &Header, rows: mpsc::Receiver<Line>) -> Result<File> {
    let mut file = temporary(folder)?;
    let book = fill(folder, header, rows).and_then(|mut book| book.save_to_writer(&mut file));
    book.map_err(|e| match e {
        XlsxError::RowColumnLimitError => ServiceError::conflict(
            "too_many_rows",
            "An Excel sheet holds at most 1,048,575 rows. Narrow the filter, or export as CSV.",
        ),
        other => unwritten(other),
    })?;
    Ok(file)
}

fn fill(folder: &Path, header: &Header, mut rows: mpsc::Receiver<Line>) -> Result<Workbook, XlsxError> {
    let mut book = Workbook::new();
    book.set_tempdir(folder)?;
    book.set_properties(&DocProperties::new().set_title("Parley: sessions"));
    let bold = Format::new().set_bold();
    let one_decimal = Format::new().set_num_format("0.0");
    // Rows go straight to disk; what applies to the whole sheet must be said first.
    let sheet = book.add_worksheet_with_constant_memory()?;
    sheet.set_name("Sessions")?.set_freeze_panes(1, 0)?;
    for (column, (title, (_, width))) in (0..).zip(header.iter().zip(COLUMNS)) {
        sheet.set_column_width(column, width)?;
        sheet.write_string_with_format(0, column, title, &bold)?;
    }
    let mut at = 0;
    while let Some(row) = rows.blocking_recv() {
        at += 1;
        if at > SHEET_ROWS {
            return Err(XlsxError::RowColumnLimitError);
        }
        let mut column = 0;
        for text in &row.text {
            if !text.is_empty() {
                // As text, never as a formula or a link.
                sheet.write_string(at, column, parley_domain::text::shorten(text, CELL_MAX))?;
            }
            column += 1;
        }
        sheet.write_number(at, column, row.attempt)?;
        if let Some(score) = row.score {
            sheet.write_number_with_format(at, column + 1, score, &one_decimal)?;
        }
        if let Some(minutes) = row.minutes {
            #[expect(clippy::cast_precision_loss, reason = "minutes of a session are far below 2^52")]
            sheet.write_number(at, column + 2, minutes as f64)?;
        }
    }
    Ok(book)
}

#[cfg(test)]
mod tests {
    use super::harmless;

    #[test]
    fn formulas_stay_text_and_phones_stay_phones() {
        for bad in [
            "=1+1",
            "+1+cmd|' /C calc'!A0",
            "-2",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            "＝1",
            "+",
            "+()",
        ] {
            assert_eq!(harmless(bad), format!("'{bad}"));
        }
        for good in ["+49 (0)30 123-4", "Ana", "", "a=b", "'x", "2026-11-24 09:41"] {
            assert_eq!(harmless(good), good);
        }
    }
}
