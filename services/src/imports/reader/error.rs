//! Why a file could not be read, each with the one sentence that a recruiter sees.

use super::limits;
use parley_domain::text::grouped;
use serde::{Deserialize, Serialize};

/// What is wrong with an uploaded file as a whole. Nothing is kept of a file that has one of these.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "error", rename_all = "snake_case")]
pub enum SheetError {
    /// Zero bytes, or nothing but blanks.
    Empty,
    /// A header row and nothing under it.
    HeadersOnly,
    /// More bytes than are taken.
    FileTooLarge,
    /// A recognised kind of file that is no table.
    NotATable {
        /// What it is, as a person says it: "a PDF", "a Word document".
        what: String,
    },
    /// Bytes of no kind that is known here.
    Unrecognised,
    /// Excel's binary workbook.
    Xlsb,
    /// Apple Numbers' own format.
    Numbers,
    /// A web page with a table, usually named .xls by an applicant tracking system.
    Html,
    /// Excel's XML format of 2003, usually named .xls.
    Xml2003,
    /// A flat OpenDocument file.
    FlatOds,
    /// Locked with a password.
    Password,
    /// Broken: cut off, damaged in transfer or written wrongly.
    Damaged,
    /// Unpacks to far more than a table of people needs, or needed more memory or time than a reader gets.
    TooLargeUnpacked,
    /// Holds XML declarations that no spreadsheet program writes.
    XmlEntities,
    /// More rows with content under the header than are taken.
    TooManyRows,
    /// Content right of the last column that is taken.
    TooManyColumns,
    /// More filled cells than are taken.
    TooManyCells,
    /// One cell with more text than a cell can hold; row and column as the spreadsheet shows them, where known.
    CellTooLong {
        /// For example `C14`.
        cell: Option<String>,
    },
    /// No sheet has anything in it that is shown.
    NoVisibleSheet,
    /// The chosen sheet is not in the file.
    NoSuchSheet {
        /// The name that was asked for.
        name: String,
    },
    /// The chosen header row has nothing in it.
    NoSuchHeaderRow {
        /// The row that was asked for, counted from 1.
        row: u32,
    },
    /// The chosen encoding is not known.
    NoSuchEncoding {
        /// The name that was asked for.
        name: String,
    },
    /// The chosen separator cannot be one.
    NoSuchSeparator,
    /// A text file in which some lines are UTF-8 and others are not.
    MixedEncodings {
        /// The first line that does not fit, counted from 1.
        line: u32,
    },
    /// A quotation mark that is never closed.
    UnclosedQuote {
        /// The line on which it opens, counted from 1.
        line: u32,
    },
    /// A quotation mark that closes in the middle of a value.
    StrayQuote {
        /// The line on which the value begins, counted from 1.
        line: u32,
    },
}

impl SheetError {
    /// What happened and what to do, for the person who chose the file. Ends with what is kept: nothing was added.
    #[must_use]
    pub fn sentence(&self) -> String {
        format!("{} Nothing was added.", self.what_and_cure())
    }

    /// A short, stable name for logs and metrics: never holds anything from the file.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::HeadersOnly => "headers_only",
            Self::FileTooLarge => "file_too_large",
            Self::NotATable { .. } => "not_a_table",
            Self::Unrecognised => "unrecognised",
            Self::Xlsb => "xlsb",
            Self::Numbers => "numbers",
            Self::Html => "html",
            Self::Xml2003 => "xml2003",
            Self::FlatOds => "flat_ods",
            Self::Password => "password",
            Self::Damaged => "damaged",
            Self::TooLargeUnpacked => "too_large_unpacked",
            Self::XmlEntities => "xml_entities",
            Self::TooManyRows => "too_many_rows",
            Self::TooManyColumns => "too_many_columns",
            Self::TooManyCells => "too_many_cells",
            Self::CellTooLong { .. } => "cell_too_long",
            Self::NoVisibleSheet => "no_visible_sheet",
            Self::NoSuchSheet { .. } => "no_such_sheet",
            Self::NoSuchHeaderRow { .. } => "no_such_header_row",
            Self::NoSuchEncoding { .. } => "no_such_encoding",
            Self::NoSuchSeparator => "no_such_separator",
            Self::MixedEncodings { .. } => "mixed_encodings",
            Self::UnclosedQuote { .. } => "unclosed_quote",
            Self::StrayQuote { .. } => "stray_quote",
        }
    }

    fn what_and_cure(&self) -> String {
        let resave = "Open it in your spreadsheet program and save it as .xlsx or .csv.";
        match self {
            Self::Empty => "The file is empty.".into(),
            Self::HeadersOnly => "The file has a header row but no people under it.".into(),
            Self::FileTooLarge => {
                format!(
                    "The file is larger than {} MB. Split it into smaller files.",
                    limits::FILE_BYTES / 1_000_000
                )
            }
            Self::NotATable { what } => {
                format!("This is {what}, not a spreadsheet. Choose an .xlsx, .xls, .ods, .csv or .tsv file.")
            }
            Self::Unrecognised => {
                "This file is not a spreadsheet that can be read. Choose an .xlsx, .xls, .ods, .csv or .tsv file."
                    .into()
            }
            Self::Xlsb => "Binary workbooks (.xlsb) are not read, because columns could be lost without a word. \
                 Open it in Excel and save it as .xlsx."
                .into(),
            Self::Numbers => "This is an Apple Numbers file. In Numbers, export it to Excel or CSV.".into(),
            Self::Html => format!("This is a web page that is named like a spreadsheet. {resave}"),
            Self::Xml2003 => format!("This is an Excel 2003 XML file. {resave}"),
            Self::FlatOds => format!("This is a flat OpenDocument file (.fods). {resave}"),
            Self::Password => "The workbook is locked with a password. Save it without one and upload it again.".into(),
            Self::Damaged => format!("The file is damaged or was cut off. {resave}"),
            Self::TooLargeUnpacked => "The file unpacks to far more than a list of people needs. \
                 Copy the rows into a new workbook and upload that."
                .into(),
            Self::XmlEntities => {
                format!(
                    "The workbook holds declarations that no spreadsheet program writes, so it is not read. {resave}"
                )
            }
            Self::TooManyRows => format!(
                "The sheet has more than {} rows under its header. Split it into smaller files.",
                grouped(limits::ROWS.into())
            ),
            Self::TooManyColumns => format!(
                "The sheet has more than {} columns. Delete those that are not about candidates.",
                limits::COLUMNS
            ),
            Self::TooManyCells => format!(
                "The sheet has more than {} filled cells. Delete the columns that are not about candidates.",
                grouped(limits::CELLS.into())
            ),
            Self::CellTooLong { cell } => {
                let cell = cell
                    .as_ref()
                    .map_or_else(|| "One cell".to_owned(), |cell| format!("Cell {cell}"));
                format!(
                    "{cell} holds more than {} characters. Shorten it.",
                    grouped(limits::CELL_CHARS.into())
                )
            }
            Self::NoVisibleSheet => "No visible sheet of the workbook has anything in it.".into(),
            Self::NoSuchSheet { name } => format!("The workbook has no sheet named \"{name}\"."),
            Self::NoSuchHeaderRow { row } => format!("Row {row} is empty, so it cannot be the header row."),
            Self::NoSuchEncoding { name } => format!("\"{name}\" is not an encoding that is known."),
            Self::NoSuchSeparator => "The separator must be a comma, a semicolon, a tab or a vertical bar.".into(),
            Self::MixedEncodings { line } => format!(
                "The file mixes encodings: line {line} is written in another one than the rest. \
                 Save it as \"CSV UTF-8\", or choose the encoding yourself."
            ),
            Self::UnclosedQuote { line } => format!(
                "Line {line} opens a quotation mark (\") that is never closed. Close it, or write it twice (\"\")."
            ),
            Self::StrayQuote { line } => format!(
                "A value that starts on line {line} has a quotation mark (\") in its middle. \
                 Write it twice (\"\") where it belongs to the text."
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_say_what_happened_what_to_do_and_what_is_kept() {
        let sentence = |error: SheetError| error.sentence();
        assert_eq!(sentence(SheetError::Empty), "The file is empty. Nothing was added.");
        assert_eq!(
            sentence(SheetError::TooManyRows),
            "The sheet has more than 50,000 rows under its header. Split it into smaller files. Nothing was added."
        );
        assert_eq!(
            sentence(SheetError::TooManyColumns),
            "The sheet has more than 256 columns. Delete those that are not about candidates. Nothing was added."
        );
        assert_eq!(
            sentence(SheetError::CellTooLong {
                cell: Some("C14".into())
            }),
            "Cell C14 holds more than 32,767 characters. Shorten it. Nothing was added."
        );
        assert_eq!(
            sentence(SheetError::NotATable { what: "a PDF".into() }),
            "This is a PDF, not a spreadsheet. Choose an .xlsx, .xls, .ods, .csv or .tsv file. Nothing was added."
        );
        assert_eq!(
            sentence(SheetError::FileTooLarge),
            "The file is larger than 25 MB. Split it into smaller files. Nothing was added."
        );
    }

    #[test]
    fn an_error_travels_from_the_child_as_json() {
        let error = SheetError::CellTooLong {
            cell: Some("C14".into()),
        };
        let text = serde_json::to_string(&error).unwrap();
        assert_eq!(text, r#"{"error":"cell_too_long","cell":"C14"}"#);
        assert_eq!(serde_json::from_str::<SheetError>(&text).unwrap(), error);
        assert_eq!(error.code(), "cell_too_long");
    }
}
