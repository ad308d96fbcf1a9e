//! Workbooks that are only read as a whole: old Excel's and OpenDocument's. The file's size and the child's memory are
//! what holds them.

use std::io::{self, Cursor};

use calamine::{Data, Dimensions, Ods, OdsError, Range, Reader, Xls, XlsError};

use super::formats::{Formats, is_circular};
use super::head::{Head, Source};
use super::precheck::Seen;
use super::sheets::{self, Merged, guarded};
use super::{Format, Frame, Link, Note, NoteKind, Options, Row, SheetError, Stop, cells, limits};

/// Reads a compound file: an old Excel workbook, or something else that is told apart here.
pub(super) fn read_xls<S: FnMut(Frame) -> io::Result<()>>(
    bytes: Vec<u8>,
    options: &Options,
    out: &mut Head<'_, S>,
) -> Result<(), Stop> {
    // Streams are named in UTF-16 in the file's directory.
    let names = |stream: &str| {
        let name: Vec<u8> = stream.encode_utf16().flat_map(u16::to_le_bytes).collect();
        memchr::memmem::find(&bytes, &name).is_some()
    };
    if names("EncryptedPackage") {
        return Err(SheetError::Password.into());
    }
    let other = [
        ("WordDocument", "a Word document"),
        ("PowerPoint Document", "a PowerPoint presentation"),
        ("__substg1.0_", "an Outlook message"),
    ];
    let other = other
        .into_iter()
        .find(|(stream, _)| names(stream))
        .map(|(_, what)| what.to_owned());
    if is_circular(&bytes) {
        return Err(SheetError::Damaged.into());
    }
    let formats = Formats::of(&bytes);
    let book: Result<Xls<_>, SheetError> = guarded(|| {
        Xls::new(Cursor::new(bytes)).map_err(|error| match error {
            XlsError::Password => SheetError::Password,
            _ => SheetError::Damaged,
        })
    });
    let mut book = match (book, other) {
        (Ok(book), _) => book,
        (Err(SheetError::Damaged), Some(what)) => return Err(SheetError::NotATable { what }.into()),
        (Err(error), _) => return Err(error.into()),
    };
    let merged = |book: &Xls<_>, name: &str| book.merge_cells_by_sheet_name(name).unwrap_or_default();
    let show = |place: Place, value| formats.show(place.sheet, place.row, place.column, value);
    // The library does not read the links of this format.
    read(&mut book, Format::Xls, options, merged, show, |_| None, out)
}

/// Reads an OpenDocument workbook that passed the pre-check.
pub(super) fn read_ods<S: FnMut(Frame) -> io::Result<()>>(
    bytes: Vec<u8>,
    seen: Seen,
    options: &Options,
    out: &mut Head<'_, S>,
) -> Result<(), Stop> {
    let mut book: Ods<_> = guarded(|| {
        Ods::new(Cursor::new(bytes)).map_err(|error| match error {
            OdsError::Password => SheetError::Password,
            OdsError::CellLimitExceeded { .. } => SheetError::TooLargeUnpacked,
            _ => SheetError::Damaged,
        })
    })?;
    let shown = seen.shown;
    let show = |place: Place, _| shown.of(place.sheet, place.row, place.column).map(str::to_owned);
    let link = |place: Place| shown.link(place.sheet, place.row, place.column).map(str::to_owned);
    read(&mut book, Format::Ods, options, |_, _| Vec::new(), show, link, out)
}

/// Where a cell stands, all counted from 0.
#[derive(Debug, Clone, Copy)]
struct Place {
    sheet: usize,
    row: u32,
    column: u32,
}

fn read<B, S>(
    book: &mut B,
    format: Format,
    options: &Options,
    merged: impl Fn(&B, &str) -> Vec<Dimensions>,
    show: impl Fn(Place, f64) -> Option<String>,
    link: impl Fn(Place) -> Option<String>,
    out: &mut Head<'_, S>,
) -> Result<(), Stop>
where
    B: Reader<Cursor<Vec<u8>>>,
    S: FnMut(Frame) -> io::Result<()>,
{
    let metadata = book.sheets_metadata().to_vec();
    let mut range = |name: &str| guarded(|| book.worksheet_range(name).map_err(|_broken| SheetError::Damaged));
    let listed = sheets::list(&metadata, |name| Ok(peek(&range(name)?)))?;
    let name = sheets::choose(&listed, options)?;
    let range = range(&name)?;
    let sheet = metadata.iter().position(|sheet| sheet.name == name).unwrap_or_default();
    let mut merged = Merged::of(&merged(book, &name));
    out.open(Source {
        format,
        sheets: listed.into_iter().map(|(sheet, _)| sheet).collect(),
        sheet: Some(name),
        encoding: None,
        separator: None,
    });
    for (index, values) in (start(&range).0..).zip(range.rows()) {
        let show = |column, value| {
            let row = index;
            show(Place { sheet, row, column }, value)
        };
        let mut row = row_of(index, start(&range).1, values, show)?;
        for (column, shown) in (0..).zip(&row.cells) {
            let address = link(Place {
                sheet,
                row: index,
                column,
            });
            let behind = address.and_then(|address| Link::behind(shown, column, &address));
            row.links.extend(behind);
        }
        if !row.cells.is_empty() || !row.notes.is_empty() {
            merged.fill(index, &mut row.cells);
            out.row(row)?;
        }
    }
    Ok(())
}

fn start(range: &Range<Data>) -> (u32, u32) {
    range.start().unwrap_or_default()
}

/// The first rows with content.
fn peek(range: &Range<Data>) -> Vec<Vec<String>> {
    range
        .rows()
        .filter_map(|values| row_of(0, start(range).1, values, |_, _| None).ok())
        .map(|row| row.cells)
        .filter(|cells| !cells.is_empty())
        .take(limits::HEADER_SEARCH)
        .collect()
}

/// A row from the range's first column on; the sheet's columns before it are empty. `show` says how the number in a column
/// is shown, where that is not as it is.
fn row_of(
    index: u32,
    first_column: u32,
    values: &[Data],
    show: impl Fn(u32, f64) -> Option<String>,
) -> Result<Row, SheetError> {
    let mut row = Row {
        number: index + 1,
        ..Row::default()
    };
    for (column, value) in (first_column..).zip(values) {
        let (text, mut note) = text_of(value, |number| show(column, number));
        let mut text = cells::clean(&text);
        if cells::is_error_text(&text) {
            (text, note) = (String::new(), Some(NoteKind::ErrorCell));
        }
        if text.is_empty() && note.is_none() {
            continue;
        }
        if column >= limits::COLUMNS {
            return Err(SheetError::TooManyColumns);
        }
        row.notes.extend(note.map(|kind| Note { column, kind }));
        row.cells.resize(column as usize, String::new());
        row.cells.push(text);
    }
    Ok(row)
}

fn text_of(value: &Data, show: impl Fn(f64) -> Option<String>) -> (String, Option<NoteKind>) {
    let number = |value: f64| {
        (
            show(value).unwrap_or_else(|| cells::number(value)),
            cells::is_rounded(value).then_some(NoteKind::RoundedNumber),
        )
    };
    match value {
        Data::Empty => (String::new(), None),
        Data::String(text) => (text.clone(), None),
        #[expect(
            clippy::cast_precision_loss,
            reason = "a workbook's numbers are floating point by definition"
        )]
        Data::Int(value) => number(*value as f64),
        Data::Float(value) => number(*value),
        Data::Bool(value) => (cells::truth(*value), None),
        Data::DateTime(value) => (cells::moment(value), None),
        Data::DateTimeIso(text) => (cells::iso_moment(text), None),
        Data::DurationIso(text) => (cells::iso_duration(text), None),
        Data::Error(_) => (String::new(), Some(NoteKind::ErrorCell)),
    }
}
