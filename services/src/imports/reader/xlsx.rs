//! Office Open XML workbooks, cell by cell: a sheet is never held as a whole.

use std::collections::HashSet;
use std::io::{self, Cursor};

use calamine::{DataRef, Reader as _, Xlsx, XlsxError, XlsxFormulaMetadata};

use super::head::{Head, Source};
use super::links::{Links, in_formula};
use super::sheets::{self, Merged, guarded};
use super::{Format, Frame, Link, Note, NoteKind, Options, Row, SheetError, Stop, cells, limits, precheck::Seen};

type Book = Xlsx<Cursor<Vec<u8>>>;

/// Cells that are looked at to see whether a sheet has content: enough to pass by a page of empty formatted ones.
const PEEK_CELLS: usize = 20_000;
/// The last row and column that a sheet can have; an address beyond is damage.
const GRID_ROWS: u32 = 1_048_576;
const GRID_COLUMNS: u32 = 16_384;
/// Formulas without a result that are remembered.
const BARE_FORMULAS: usize = 500_000;

/// Reads a workbook that passed the pre-check.
pub(super) fn read<S: FnMut(Frame) -> io::Result<()>>(
    bytes: Vec<u8>,
    seen: Seen,
    options: &Options,
    out: &mut Head<'_, S>,
) -> Result<(), Stop> {
    let mut book: Book = guarded(|| Xlsx::new(Cursor::new(bytes)).map_err(refusal))?;
    let metadata = book.sheets_metadata().to_vec();
    let listed = sheets::list(&metadata, |name| peek(&mut book, name))?;
    let name = sheets::choose(&listed, options)?;
    let mut beside = Beside {
        bare: HashSet::new(),
        links: if seen.mail_links {
            links(&mut book, &name)
        } else {
            Links::default()
        },
    };
    if seen.formulas {
        beside.look_at_formulas(&mut book, &name)?;
    }
    let merged = if seen.merged {
        Merged::of(&guarded(|| book.merge_cells_by_sheet_name(&name).map_err(refusal))?)
    } else {
        Merged::default()
    };
    out.open(Source {
        format: Format::Xlsx,
        sheets: listed.into_iter().map(|(sheet, _)| sheet).collect(),
        sheet: Some(name.clone()),
        encoding: None,
        separator: None,
    });
    rows(&mut book, &name, &beside, merged, out)
}

fn refusal(error: XlsxError) -> SheetError {
    match error {
        XlsxError::Password => SheetError::Password,
        _ => SheetError::Damaged,
    }
}

/// The first rows with content of a sheet.
fn peek(book: &mut Book, name: &str) -> Result<Vec<Vec<String>>, SheetError> {
    let mut rows: Vec<(u32, Vec<String>)> = Vec::new();
    let mut reader = guarded(|| book.worksheet_cells_reader(name).map_err(refusal))?;
    for _ in 0..PEEK_CELLS {
        let Some(cell) = guarded(|| reader.next_cell().map_err(refusal))? else {
            break;
        };
        let (row, column) = cell.get_position();
        let text = cells::clean(&text_of(cell.get_value(), None).0);
        if text.is_empty() || column >= limits::COLUMNS {
            continue;
        }
        if rows.last().is_none_or(|(last, _)| *last != row) {
            if rows.len() == limits::HEADER_SEARCH {
                break;
            }
            rows.push((row, Vec::new()));
        }
        if let Some((_, cells)) = rows.last_mut() {
            cells.resize(cells.len().max(column as usize + 1), String::new());
            cells[column as usize] = text;
        }
    }
    Ok(rows.into_iter().map(|(_, cells)| cells).collect())
}

/// What a sheet has to say of its cells beside their values.
struct Beside {
    /// Where a formula stands whose result is not in the file: some programs write workbooks without ever calculating.
    bare: HashSet<(u32, u32)>,
    links: Links,
}

impl Beside {
    fn look_at_formulas(&mut self, book: &mut Book, name: &str) -> Result<(), SheetError> {
        let mut reader = guarded(|| book.worksheet_cells_reader(name).map_err(refusal))?;
        while let Some(cell) = guarded(|| reader.next_cell_with_formula_metadata().map_err(refusal))? {
            let Some(formula) = cell.formula else { continue };
            if cell.value == DataRef::Empty {
                if self.bare.len() < BARE_FORMULAS {
                    self.bare.insert(cell.pos);
                }
            } else if let XlsxFormulaMetadata::Normal { formula } = &formula
                && let Some(target) = in_formula(formula)
            {
                let (row, column) = cell.pos;
                self.links.add(ONLY_SHEET, row..=row, column..=column, target);
            }
        }
        Ok(())
    }
}

/// One sheet is read; its links need no number.
const ONLY_SHEET: usize = 0;

/// The links that a sheet lists. Without them its cells are what they show, so nothing is refused for a broken one.
fn links(book: &mut Book, name: &str) -> Links {
    let mut links = Links::default();
    for link in guarded(|| book.hyperlinks_by_sheet_name(name).map_err(refusal)).unwrap_or_default() {
        let ((first_row, first_column), (last_row, last_column)) = (link.range.start, link.range.end);
        if let Some(target) = &link.target {
            links.add(ONLY_SHEET, first_row..=last_row, first_column..=last_column, target);
        }
    }
    links
}

fn rows<S: FnMut(Frame) -> io::Result<()>>(
    book: &mut Book,
    name: &str,
    beside: &Beside,
    mut merged: Merged,
    out: &mut Head<'_, S>,
) -> Result<(), Stop> {
    let mut reader = guarded(|| book.worksheet_cells_reader(name).map_err(refusal))?;
    let formats: Vec<Option<String>> = reader
        .styles()
        .iter()
        .map(|style| style.number_format.as_ref().map(|format| format.format_code.clone()))
        .collect();
    let mut row = Row::default();
    let mut filled = 0_u32;
    while let Some((cell, style)) = guarded(|| reader.next_cell_with_style_id().map_err(refusal))? {
        let (index, column) = cell.get_position();
        if index >= GRID_ROWS || column >= GRID_COLUMNS || index + 1 < row.number {
            return Err(SheetError::Damaged.into());
        }
        if index + 1 != row.number {
            send(std::mem::take(&mut row), &mut merged, out)?;
            row.number = index + 1;
        }
        let format = formats.get(style).and_then(Option::as_deref);
        let (text, mut note) = text_of(cell.get_value(), format);
        let mut text = cells::clean(&text);
        if cells::is_error_text(&text) {
            (text, note) = (String::new(), Some(NoteKind::ErrorCell));
        }
        if text.is_empty() && beside.bare.contains(&(index, column)) {
            note = Some(NoteKind::FormulaWithoutResult);
        }
        if text.is_empty() && note.is_none() {
            continue;
        }
        filled += 1;
        if filled > limits::CELLS {
            return Err(SheetError::TooManyCells.into());
        }
        if column >= limits::COLUMNS {
            return Err(SheetError::TooManyColumns.into());
        }
        row.notes.extend(note.map(|kind| Note { column, kind }));
        let address = beside.links.of(ONLY_SHEET, index, column);
        row.links
            .extend(address.and_then(|address| Link::behind(&text, column, address)));
        let column = column as usize;
        if row.cells.len() <= column {
            row.cells.resize(column + 1, String::new());
        }
        row.cells[column] = text;
    }
    send(row, &mut merged, out)
}

fn send<S: FnMut(Frame) -> io::Result<()>>(
    mut row: Row,
    merged: &mut Merged,
    out: &mut Head<'_, S>,
) -> Result<(), Stop> {
    if row.number == 0 || (row.cells.is_empty() && row.notes.is_empty()) {
        return Ok(());
    }
    merged.fill(row.number - 1, &mut row.cells);
    out.row(row)
}

/// A value as text, by its number format where that shows more than the value.
fn text_of(value: &DataRef<'_>, format: Option<&str>) -> (String, Option<NoteKind>) {
    let number = |value: f64| {
        let note = cells::is_rounded(value).then_some(NoteKind::RoundedNumber);
        let shown = format.and_then(|format| cells::by_format(value, format));
        (shown.unwrap_or_else(|| cells::number(value)), note)
    };
    match value {
        DataRef::Empty => (String::new(), None),
        DataRef::String(text) => (text.clone(), None),
        DataRef::SharedString(text) => ((*text).to_owned(), None),
        #[expect(
            clippy::cast_precision_loss,
            reason = "a workbook's numbers are floating point by definition"
        )]
        DataRef::Int(value) => number(*value as f64),
        DataRef::Float(value) => number(*value),
        DataRef::Bool(value) => (cells::truth(*value), None),
        DataRef::DateTime(value) => (cells::moment(value), None),
        DataRef::DateTimeIso(text) => (cells::iso_moment(text), None),
        DataRef::DurationIso(text) => (cells::iso_duration(text), None),
        DataRef::Error(_) => (String::new(), Some(NoteKind::ErrorCell)),
    }
}
