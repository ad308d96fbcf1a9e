//! Finds the header among the first rows and keeps the limits of a sheet; every format passes its rows through here.

use std::io;

use parley_domain::{import::TopRow, text};

use super::{Format, Frame, Opened, Options, Row, Sheet, SheetError, Stop, address, limits, without_links};
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

    /// Takes the next row of the sheet. Empty cells at its end are dropped; a row without anything in it is no row. What
    /// leads to somebody's interview is left out, here where every row of every format passes, the header's too.
    pub(super) fn row(&mut self, mut row: Row) -> Result<(), Stop> {
        while row.cells.last().is_some_and(String::is_empty) {
            row.cells.pop();
        }
        if row.cells.is_empty() && row.notes.is_empty() {
            return Ok(());
        }
        for cell in &mut row.cells {
            *cell = without_links(std::mem::take(cell));
        }
        self.check(&row)?;
        if self.opened {
            return self.pass(row);
        }
        // Between the first rows, which are shown, and a chosen header far below nothing needs to wait.
        let reached = self.options.header_row.is_none_or(|wanted| row.number >= wanted);
        if reached || self.waiting.len() < limits::HEADER_SEARCH {
            self.waiting.push(row);
        }
        if reached && self.waiting.len() >= limits::HEADER_SEARCH {
            return self.choose();
        }
        Ok(())
    }

    /// The end of the sheet.
    pub(super) fn finish(mut self) -> Result<(), Stop> {
        if !self.opened {
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
        self.bytes += row.links.iter().map(|link| link.address.len() as u64).sum::<u64>();
        if self.cells > limits::CELLS {
            return Err(SheetError::TooManyCells.into());
        }
        if self.bytes > limits::TEXT_BYTES {
            return Err(SheetError::TooLargeUnpacked.into());
        }
        Ok(())
    }

    /// Passes on what waited, from behind the header.
    fn choose(&mut self) -> Result<(), Stop> {
        let rows = std::mem::take(&mut self.waiting);
        let at = self.header_among(&rows)?;
        let header = at
            .and_then(|at| rows.get(at))
            .map(|row| (row.number, row.cells.clone()));
        self.begin(
            header.unwrap_or_default(),
            rows.iter().map(top).take(limits::TOP_ROWS).collect(),
        )?;
        rows.into_iter()
            .skip(at.map_or(0, |at| at + 1))
            .try_for_each(|row| self.pass(row))
    }

    /// Which of the first rows is the header: the chosen one, else the one with the most recognised headers, of equal
    /// ones the first. Where none is recognised, the first row that has two texts in it, so that the creator can match by
    /// hand; unless it holds an email address, for then it is a person and the file has no header.
    fn header_among(&self, rows: &[Row]) -> Result<Option<usize>, Stop> {
        match self.options.header_row {
            Some(0) => return Ok(None),
            Some(wanted) => {
                let at = rows.iter().position(|row| row.number == wanted);
                return at.map(Some).ok_or(SheetError::NoSuchHeaderRow { row: wanted }.into());
            }
            None => {}
        }
        let known: Vec<usize> = rows.iter().map(|row| matching::recognised(&row.cells)).collect();
        let best = known.iter().copied().max().unwrap_or_default();
        if best > 0 {
            return Ok(known.iter().position(|count| *count == best));
        }
        let several = |row: &Row| row.cells.iter().filter(|cell| !cell.is_empty()).count() > 1;
        let at = rows.iter().position(several).unwrap_or_default();
        let person = rows
            .get(at)
            .is_some_and(|row| row.cells.iter().any(|cell| matching::is_address(cell)));
        Ok((!person).then_some(at))
    }

    fn begin(&mut self, (header_row, header): (u32, Vec<String>), top: Vec<TopRow>) -> Result<(), Stop> {
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
            header_row,
            header,
            top,
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

/// A row as it is shown for choosing the header.
fn top(row: &Row) -> TopRow {
    let cells = row.cells.iter().take(limits::TOP_CELLS);
    TopRow {
        number: row.number,
        cells: cells.map(|cell| text::shorten(cell, limits::TOP_CHARS)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use crate::imports::reader::{Frame, LEFT_OUT, Opened, Options, Row, SheetError, Stop, read};

    fn table(text: &str, header_row: Option<u32>) -> Result<(Opened, Vec<Row>), SheetError> {
        let options = Options {
            header_row,
            ..Options::default()
        };
        let (mut opened, mut rows) = (None, Vec::new());
        let outcome = read(text.as_bytes().to_vec(), &options, |frame| {
            match frame {
                Frame::Opened(found) => opened = Some(found),
                Frame::Row(row) => rows.push(row),
                _ => {}
            }
            Ok(())
        });
        match outcome {
            Ok(()) => Ok((opened.unwrap(), rows)),
            Err(Stop::Sheet(error)) => Err(error),
            Err(Stop::Io(error)) => panic!("{error}"),
        }
    }

    #[test]
    fn without_a_header_nobody_is_taken_for_one() {
        let text = "Ana,ana@x.example\nBen,ben@x.example\n";
        let (opened, rows) = table(text, None).unwrap();
        assert_eq!((opened.header_row, opened.header.len(), rows.len()), (0, 0, 2));
        assert_eq!(rows[0].number, 1);
        // The creator may say otherwise, and back.
        let (opened, rows) = table(text, Some(1)).unwrap();
        assert_eq!((opened.header_row, opened.header.len(), rows.len()), (1, 2, 1));
        let (opened, rows) = table("Name,Email\nAna,ana@x.example\n", Some(0)).unwrap();
        assert_eq!((opened.header_row, rows.len()), (0, 2));
    }

    #[test]
    fn no_invite_link_gets_past() {
        let token = "A_b-4f9a2c71d0b84f6e9a55xyz";
        let link = format!("https://parley.example/i/invite/{token}");
        let text = format!("{link}\nName,Notes,Invite link\nAna,see {link} here,{link}\nBen,,{link}\n,,{link}\n");
        let (opened, rows) = table(&text, None).unwrap();
        assert_eq!(opened.header, ["Name", "Notes", "Invite link"]);
        let cells: Vec<_> = rows.iter().map(|row| row.cells.clone()).collect();
        let noted = format!("see {LEFT_OUT} here");
        assert_eq!(
            cells,
            [
                ["Ana", noted.as_str(), LEFT_OUT],
                ["Ben", "", LEFT_OUT],
                // It had something in it, so it is a row as before.
                ["", "", LEFT_OUT],
            ]
        );
        assert_eq!(opened.top[0].cells, [LEFT_OUT]);
        // Nor where it is taken for a header.
        let (headed, _) = table(&text, Some(1)).unwrap();
        assert_eq!(headed.header, [LEFT_OUT]);
        for seen in [format!("{opened:?}{rows:?}"), format!("{headed:?}")] {
            assert!(!seen.contains(token), "{seen}");
        }
    }

    #[test]
    fn the_first_rows_are_shown_wherever_the_header_is() {
        let mut text = String::from("Spring campaign\n\nName,Email\n");
        for n in 0..60 {
            text.push_str(&format!("Person {n},p{n}@x.example\n"));
        }
        for (header_row, rows) in [(None, 60), (Some(1), 61), (Some(0), 62), (Some(40), 23)] {
            let (opened, found) = table(&text, header_row).unwrap();
            assert_eq!(found.len(), rows, "{header_row:?}");
            let top: Vec<u32> = opened.top.iter().map(|row| row.number).collect();
            assert_eq!(top, [1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13], "{header_row:?}");
        }
        assert_eq!(
            table(&text, Some(2)).unwrap_err(),
            SheetError::NoSuchHeaderRow { row: 2 }
        );
        assert_eq!(
            table(&text, Some(99)).unwrap_err(),
            SheetError::NoSuchHeaderRow { row: 99 }
        );
        assert_eq!(table(&text, Some(63)).unwrap_err(), SheetError::HeadersOnly);
    }
}
