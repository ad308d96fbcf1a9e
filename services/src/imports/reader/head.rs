//! Finds the header among the first rows and keeps the limits of a sheet; every format passes its rows through here.

use std::io;

use super::{Format, Frame, Opened, Options, Row, Sheet, SheetError, Stop, address, limits};
use crate::imports::matching;

/// What a format knows of itself before its first row.
#[derive(Debug, Clone)]
pub(super) struct Source {
    pub format: Format,
    pub sheets: Vec<Sheet>,
    pub sheet: Option<String>,
    pub encoding: Option<String>,
    pub separator: Option<char>,
}

/// Collects rows until the header is known, then passes on one by one.
pub(super) struct Head<'a, S> {
    options: &'a Options,
    sink: S,
    source: Option<Source>,
    /// The first rows, while the header is not known yet.
    waiting: Vec<Row>,
    opened: bool,
    rows: u32,
    cells: u32,
    bytes: u64,
}

impl<'a, S: FnMut(Frame) -> io::Result<()>> Head<'a, S> {
    pub(super) fn new(options: &'a Options, sink: S) -> Self {
        Self {
            options,
            sink,
            source: None,
            waiting: Vec::new(),
            opened: false,
            rows: 0,
            cells: 0,
            bytes: 0,
        }
    }

    /// Says what is being read. Comes before the first row.
    pub(super) fn open(&mut self, source: Source) {
        self.source = Some(source);
    }

    /// Takes the next row of the sheet. Empty cells at its end are dropped; a row without anything in it is no row.
    pub(super) fn row(&mut self, mut row: Row) -> Result<(), Stop> {
        while row.cells.last().is_some_and(String::is_empty) {
            row.cells.pop();
        }
        if row.cells.is_empty() && row.notes.is_empty() {
            return Ok(());
        }
        self.check(&row)?;
        if self.opened {
            return self.pass(row);
        }
        match self.options.header_row {
            Some(wanted) if row.number < wanted => Ok(()),
            Some(wanted) if row.number > wanted => Err(SheetError::NoSuchHeaderRow { row: wanted }.into()),
            Some(_) => self.begin(row),
            None => {
                self.waiting.push(row);
                if self.waiting.len() < limits::HEADER_SEARCH {
                    Ok(())
                } else {
                    self.choose()
                }
            }
        }
    }

    /// The end of the sheet.
    pub(super) fn finish(mut self) -> Result<(), Stop> {
        if !self.opened {
            if let Some(row) = self.options.header_row {
                return Err(SheetError::NoSuchHeaderRow { row }.into());
            }
            if self.waiting.is_empty() {
                return Err(SheetError::Empty.into());
            }
            self.choose()?;
        }
        if self.rows == 0 {
            return Err(SheetError::HeadersOnly.into());
        }
        (self.sink)(Frame::End(self.rows))?;
        Ok(())
    }

    fn check(&mut self, row: &Row) -> Result<(), Stop> {
        if row.cells.len() > limits::COLUMNS as usize {
            return Err(SheetError::TooManyColumns.into());
        }
        for (column, cell) in (0..).zip(&row.cells) {
            if cell.is_empty() {
                continue;
            }
            self.cells += 1;
            self.bytes += cell.len() as u64;
            if cell.len() > limits::CELL_CHARS as usize && cell.chars().count() > limits::CELL_CHARS as usize {
                return Err(SheetError::CellTooLong {
                    cell: Some(address(column, row.number)),
                }
                .into());
            }
        }
        if self.cells > limits::CELLS {
            return Err(SheetError::TooManyCells.into());
        }
        if self.bytes > limits::TEXT_BYTES {
            return Err(SheetError::TooLargeUnpacked.into());
        }
        Ok(())
    }

    /// Takes the row with the most recognised headers; of equal ones the first. Where none is recognised, the first row
    /// that has two texts in it, so that the creator can match by hand.
    fn choose(&mut self) -> Result<(), Stop> {
        let rows = std::mem::take(&mut self.waiting);
        let known: Vec<usize> = rows.iter().map(|row| matching::recognised(&row.cells)).collect();
        let best = known.iter().copied().max().unwrap_or_default();
        let several = |row: &Row| row.cells.iter().filter(|cell| !cell.is_empty()).count() > 1;
        let at = if best > 0 {
            known.iter().position(|count| *count == best)
        } else {
            rows.iter().position(several)
        };
        let mut rows = rows.into_iter().skip(at.unwrap_or_default());
        if let Some(header) = rows.next() {
            self.begin(header)?;
        }
        rows.try_for_each(|row| self.pass(row))
    }

    fn begin(&mut self, header: Row) -> Result<(), Stop> {
        let Some(source) = self.source.take() else {
            return Err(io::Error::other("a row came before the sheet was opened").into());
        };
        self.opened = true;
        (self.sink)(Frame::Opened(Opened {
            format: source.format,
            sheets: source.sheets,
            sheet: source.sheet,
            encoding: source.encoding,
            separator: source.separator,
            header_row: header.number,
            header: header.cells,
        }))?;
        Ok(())
    }

    fn pass(&mut self, row: Row) -> Result<(), Stop> {
        self.rows += 1;
        if self.rows > limits::ROWS {
            return Err(SheetError::TooManyRows.into());
        }
        (self.sink)(Frame::Row(row))?;
        Ok(())
    }
}
