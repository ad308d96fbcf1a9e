//! From the bytes of an uploaded table to rows of text "as a person reads them".
//!
//! The work is done in a child process ([`crate::child`]), which writes [`Frame`]s, one JSON object a line: first what
//! the file is, then its rows one by one, then the end; or an error at any point. So 50,000 rows never lie in memory
//! as a whole, neither here nor there.
//!
//! This module knows files and headers; it must not know the database, nor what makes a valid candidate.

mod cells;
mod detect;
mod error;
mod formats;
mod head;
mod invite;
mod links;
mod precheck;
mod ranges;
mod sheets;
mod shown;
mod text;
mod wellformed;
mod xlsx;

use std::io::{self, Read, Write};

use parley_domain::import::TopRow;
pub use parley_domain::import::{ENCODINGS, SEPARATORS};
use serde::{Deserialize, Serialize};

pub use error::SheetError;
pub use invite::{LEFT_OUT, without_links};

/// What is taken; beyond it a file is refused with a sentence.
pub mod limits {
    /// Bytes of an uploaded file.
    pub const FILE_BYTES: u64 = 25_000_000;
    /// Rows with content under the header.
    pub const ROWS: u32 = 50_000;
    /// Columns, counted from the first of the sheet.
    pub const COLUMNS: u32 = 256;
    /// Filled cells of a sheet.
    pub const CELLS: u32 = 2_000_000;
    /// Characters of one cell: what Excel itself can hold.
    pub const CELL_CHARS: u32 = 32_767;
    /// Text of all rows together, in bytes.
    pub const TEXT_BYTES: u64 = 64_000_000;
    /// Rows with content among which the header is looked for.
    pub const HEADER_SEARCH: usize = 20;
    /// First rows that are shown for choosing the header.
    pub const TOP_ROWS: usize = 12;
    /// Cells of such a row.
    pub const TOP_CELLS: usize = 12;
    /// Characters of such a cell.
    pub const TOP_CHARS: usize = 60;
    /// Sheets that are listed.
    pub const SHEETS: usize = 100;
    /// Parts of a zipped workbook.
    pub(super) const ZIP_ENTRIES: usize = 2_000;
    /// Unpacked bytes of one part.
    pub(super) const ZIP_ENTRY_BYTES: u64 = 300_000_000;
    /// Unpacked bytes of all parts.
    pub(super) const ZIP_TOTAL_BYTES: u64 = 400_000_000;
    /// From this size on, a part may not unpack to more than [`ZIP_RATIO`] times its packed size.
    pub(super) const ZIP_RATIO_FROM: u64 = 10_000_000;
    /// See [`ZIP_RATIO_FROM`].
    pub(super) const ZIP_RATIO: u64 = 200;
    /// Bytes of XML without a tag: far more than the longest cell has, far less than a reader chokes on.
    pub(super) const XML_RUN_BYTES: u64 = 1_000_000;
}

/// What the creator chose where the file can be read in several ways. Left out: decided by the content.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// Name of the sheet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// Row of the header, counted from 1 as the spreadsheet shows it; 0 where every row is a person's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header_row: Option<u32>,
    /// Name of the encoding of a text file, as in [`ENCODINGS`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    /// Separator of a text file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub separator: Option<char>,
}

/// How a file was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Office Open XML workbook.
    Xlsx,
    /// Workbook of Excel 97 to 2003, or older.
    Xls,
    /// OpenDocument spreadsheet.
    Ods,
    /// Separated text.
    Text,
}

/// One sheet of a workbook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sheet {
    /// Its name.
    pub name: String,
    /// Whether the spreadsheet program shows it.
    pub visible: bool,
    /// Whether anything is in it.
    pub filled: bool,
}

/// What is known before the first row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    /// How the file was read.
    pub format: Format,
    /// All sheets, in their order; none for a text file.
    pub sheets: Vec<Sheet>,
    /// The sheet that is read.
    pub sheet: Option<String>,
    /// The encoding of a text file.
    pub encoding: Option<String>,
    /// The separator of a text file.
    pub separator: Option<char>,
    /// Row of the header, counted from 1 as the spreadsheet shows it; 0 where there is none.
    pub header_row: u32,
    /// The header's cells, from the sheet's first column on.
    pub header: Vec<String>,
    /// The first rows with anything in them, the header among them, shortened.
    pub top: Vec<TopRow>,
}

/// Something to know about a cell that the text alone does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoteKind {
    /// The cell shows an error such as `#N/A`; it is read as empty.
    ErrorCell,
    /// A formula whose result is not stored in the file; it is read as empty.
    FormulaWithoutResult,
    /// A number of more than 15 digits, of which the spreadsheet program keeps only 15.
    RoundedNumber,
    /// The cell shows no address; the one that its link writes to stands behind what it shows.
    LinkedAddress,
}

/// A note on one cell of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Column, counted from 0.
    pub column: u32,
    /// What there is to know.
    pub kind: NoteKind,
}

/// Whom the link of a cell writes to, where the cell shows no address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// Column, counted from 0.
    pub column: u32,
    /// The address.
    pub address: String,
}

impl Link {
    /// The link behind a cell that shows something, and nothing like an address: one that is written wrongly is for a
    /// person to see.
    fn behind(shown: &str, column: u32, address: &str) -> Option<Self> {
        let hidden = !shown.is_empty() && !shown.contains(['@', '＠']);
        hidden.then(|| Self {
            column,
            address: address.to_owned(),
        })
    }
}

/// One row under the header that has anything in it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Its number as the spreadsheet shows it.
    #[serde(rename = "n")]
    pub number: u32,
    /// Its cells from the sheet's first column on, without empty ones at the end.
    #[serde(rename = "c")]
    pub cells: Vec<String>,
    /// What there is to know about single cells.
    #[serde(rename = "o", default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
    /// Addresses behind cells. They are no part of the table until it is known that their column holds addresses.
    #[serde(rename = "l", default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Link>,
}

/// One line of the child's answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Frame {
    /// What the file is; always first unless the file is refused.
    Opened(Opened),
    /// A row; in the order of the file.
    Row(Row),
    /// The end, with the number of rows; always last unless the file is refused.
    End(u32),
    /// The file is refused.
    Refused(SheetError),
}

/// Why reading stopped: the file, or the one who listens.
#[derive(Debug)]
pub enum Stop {
    /// The file is refused.
    Sheet(SheetError),
    /// The frames could not be written.
    Io(io::Error),
}

impl From<SheetError> for Stop {
    fn from(error: SheetError) -> Self {
        Self::Sheet(error)
    }
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Reads a table and hands each frame to `sink`. [`Frame::Refused`] is never handed on: it is the error.
///
/// # Errors
/// What is wrong with the file, or the sink's own error.
pub fn read(bytes: Vec<u8>, options: &Options, sink: impl FnMut(Frame) -> io::Result<()>) -> Result<(), Stop> {
    if bytes.len() as u64 > limits::FILE_BYTES {
        return Err(SheetError::FileTooLarge.into());
    }
    let mut out = head::Head::new(options, sink);
    match detect::kind(&bytes)? {
        detect::Kind::Text => text::read(&bytes, options, &mut out)?,
        detect::Kind::Compound => ranges::read_xls(bytes, options, &mut out)?,
        detect::Kind::Zip => {
            let seen = precheck::check(&bytes)?;
            match seen.workbook {
                precheck::Workbook::Xlsx => xlsx::read(bytes, seen, options, &mut out)?,
                precheck::Workbook::Ods => ranges::read_ods(bytes, seen, options, &mut out)?,
            }
        }
    }
    out.finish()
}

/// The child's work: reads the whole input and writes frames as JSON lines. A refused file is an answer, not a failure.
///
/// # Errors
/// When the input cannot be read or nobody listens any more.
pub fn extract(input: &mut impl Read, options: &Options, output: &mut impl Write) -> io::Result<()> {
    let mut bytes = Vec::new();
    input.take(limits::FILE_BYTES + 1).read_to_end(&mut bytes)?;
    let mut write = |frame: Frame| -> io::Result<()> {
        serde_json::to_writer(&mut *output, &frame)?;
        output.write_all(b"\n")
    };
    match read(bytes, options, &mut write) {
        Ok(()) => {}
        Err(Stop::Sheet(error)) => write(Frame::Refused(error))?,
        Err(Stop::Io(error)) => return Err(error),
    }
    output.flush()
}

/// A cell's address as the spreadsheet shows it: `address(2, 14)` is `C14`. The column counts from 0, the row from 1.
#[must_use]
pub fn address(column: u32, row: u32) -> String {
    format!("{}{row}", column_letters(column))
}

/// `0` as `A`, `26` as `AA`.
#[must_use]
pub fn column_letters(column: u32) -> String {
    let mut letters = Vec::new();
    let mut left = column + 1;
    while left > 0 {
        left -= 1;
        letters.push(b'A' + u8::try_from(left % 26).unwrap_or_default());
        left /= 26;
    }
    letters.iter().rev().map(|letter| char::from(*letter)).collect()
}

#[cfg(test)]
mod tests;
