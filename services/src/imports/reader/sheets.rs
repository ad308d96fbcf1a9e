//! Which sheet of a workbook is read, and what all workbook formats have in common.

use calamine::{Sheet as Metadata, SheetType, SheetVisible};

use super::{Options, Sheet, SheetError, limits};
use crate::imports::matching;

/// Runs a parser that may panic on a broken file. Only for parsers of others: a panic of our own is a bug to see.
pub(super) fn guarded<T>(parse: impl FnOnce() -> Result<T, SheetError>) -> Result<T, SheetError> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(parse)).unwrap_or(Err(SheetError::Damaged))
}

/// A sheet and its first rows of content.
pub(super) type Peeked = (Sheet, Vec<Vec<String>>);

/// The sheets that hold cells, and for each the first rows of content as `peek` gives them.
pub(super) fn list(
    metadata: &[Metadata],
    mut peek: impl FnMut(&str) -> Result<Vec<Vec<String>>, SheetError>,
) -> Result<Vec<Peeked>, SheetError> {
    // No spreadsheet program puts a NUL into a name, and PostgreSQL takes none.
    let with_cells = metadata
        .iter()
        .filter(|sheet| sheet.typ == SheetType::WorkSheet && !sheet.name.contains('\0'));
    let mut sheets = Vec::new();
    for sheet in with_cells.take(limits::SHEETS) {
        let rows = peek(&sheet.name)?;
        let sheet = Sheet {
            name: sheet.name.clone(),
            visible: sheet.visible == SheetVisible::Visible,
            filled: !rows.is_empty(),
        };
        sheets.push((sheet, rows));
    }
    Ok(sheets)
}

/// The sheet that was asked for; else the visible one whose header is recognised best, of equal ones the first.
pub(super) fn choose(sheets: &[Peeked], options: &Options) -> Result<String, SheetError> {
    if let Some(wanted) = &options.sheet {
        return sheets
            .iter()
            .find(|(sheet, _)| sheet.name == *wanted)
            .map(|(sheet, _)| sheet.name.clone())
            .ok_or_else(|| SheetError::NoSuchSheet { name: wanted.clone() });
    }
    let mut best: Option<(&str, usize)> = None;
    for (sheet, rows) in sheets.iter().filter(|(sheet, _)| sheet.visible && sheet.filled) {
        let known = rows
            .iter()
            .map(|row| matching::recognised(row))
            .max()
            .unwrap_or_default();
        if best.is_none_or(|(_, most)| known > most) {
            best = Some((&sheet.name, known));
        }
    }
    if let Some((name, _)) = best {
        return Ok(name.to_owned());
    }
    // A workbook with nothing in it at all is empty; one whose content is all hidden is told so.
    let hidden = sheets.iter().any(|(sheet, _)| sheet.filled);
    Err(if hidden {
        SheetError::NoVisibleSheet
    } else {
        SheetError::Empty
    })
}

/// Spreads the value of cells that are merged downwards over their rows, as a person reads them. A value merged over
/// several columns stays in the first: it belongs to one of them, and nobody can say that it belongs to all.
#[derive(Debug, Default)]
pub(super) struct Merged {
    areas: Vec<Area>,
    next: usize,
    active: Vec<(Area, String)>,
}

#[derive(Debug, Clone, Copy)]
struct Area {
    first_row: u32,
    last_row: u32,
    column: u32,
}

impl Merged {
    /// Of so many areas at most; more is no list of people.
    const MOST: usize = 20_000;

    pub(super) fn of(areas: &[calamine::Dimensions]) -> Self {
        let mut areas: Vec<Area> = areas
            .iter()
            .take(Self::MOST)
            .filter(|area| area.end.0 > area.start.0 && area.start.1 < limits::COLUMNS)
            .map(|area| Area {
                first_row: area.start.0,
                last_row: area.end.0,
                column: area.start.1,
            })
            .collect();
        areas.sort_by_key(|area| (area.first_row, area.column));
        Self {
            areas,
            next: 0,
            active: Vec::new(),
        }
    }

    /// Fills the row with index `row` (from 0), which has something in it. Rows come in ascending order.
    pub(super) fn fill(&mut self, row: u32, cells: &mut Vec<String>) {
        self.active.retain(|(area, _)| area.last_row >= row);
        for (area, text) in &self.active {
            let column = area.column as usize;
            if cells.len() <= column {
                cells.resize(column + 1, String::new());
            }
            if cells[column].is_empty() {
                cells[column].clone_from(text);
            }
        }
        while let Some(area) = self.areas.get(self.next).filter(|area| area.first_row <= row) {
            self.next += 1;
            // An area whose first row has no cell is empty.
            if area.first_row == row
                && let Some(text) = cells.get(area.column as usize).filter(|text| !text.is_empty())
            {
                self.active.push((*area, text.clone()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn area(from: (u32, u32), to: (u32, u32)) -> calamine::Dimensions {
        calamine::Dimensions { start: from, end: to }
    }

    #[test]
    fn a_sheet_whose_name_cannot_be_stored_is_none() {
        let sheets = ["Peo\0ple", "People"].map(|name| Metadata {
            name: name.to_owned(),
            typ: SheetType::WorkSheet,
            visible: SheetVisible::Visible,
        });
        let listed = list(&sheets, |_| Ok(vec![vec!["Name".to_owned()]])).unwrap();
        let names: Vec<&str> = listed.iter().map(|(sheet, _)| sheet.name.as_str()).collect();
        assert_eq!(names, ["People"]);
    }

    #[test]
    fn merged_downwards_is_filled_and_merged_across_is_not() {
        let mut merged = Merged::of(&[area((0, 0), (0, 7)), area((1, 1), (3, 1))]);
        let mut fill = |row, cells: &[&str]| {
            let mut cells: Vec<String> = cells.iter().map(|text| (*text).to_owned()).collect();
            merged.fill(row, &mut cells);
            cells
        };
        assert_eq!(fill(0, &["Title"]), ["Title"]);
        assert_eq!(fill(1, &["Ana", "UPM"]), ["Ana", "UPM"]);
        assert_eq!(fill(2, &["Ben"]), ["Ben", "UPM"]);
        assert_eq!(fill(3, &["Cleo", "own"]), ["Cleo", "own"]);
        assert_eq!(fill(4, &["Dan"]), ["Dan"]);
    }
}
