//! Numbers of an OpenDocument workbook as their cells show them. The library gives the number alone, `301234567`; the file
//! also holds what the person who wrote it saw, `030 1234567`. And the links of cells, which the library does not give.

use std::collections::HashMap;

use super::cells;
use super::links::Links;
use super::wellformed::{Piece, attribute, name};

/// Cells that are remembered at most; a list of people has far fewer.
const MOST: usize = 500_000;

/// By table, in the order of the file: the cells that show more than their number, counted from 0.
#[derive(Debug, Default)]
pub(super) struct Shown {
    tables: Vec<HashMap<(u32, u32), String>>,
    kept: usize,
    links: Links,
    open: Vec<Part>,
    /// Tables within a cell are not read.
    nested: u32,
    row: u32,
    column: u32,
    /// So many rows are like this one.
    rows: u32,
    cell: Option<Cell>,
}

/// What an open element is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Table,
    Nested,
    Row,
    Cell,
    Paragraph,
    Other,
}

#[derive(Debug, Default)]
struct Cell {
    /// So many columns are like this one.
    columns: u32,
    number: Option<f64>,
    text: String,
    link: Option<String>,
}

impl Shown {
    /// What the cell in `table` shows, where that is more than its number.
    pub(super) fn of(&self, table: usize, row: u32, column: u32) -> Option<&str> {
        self.tables.get(table)?.get(&(row, column)).map(String::as_str)
    }

    /// Whom the link of the cell in `table` writes to.
    pub(super) fn link(&self, table: usize, row: u32, column: u32) -> Option<&str> {
        self.links.of(table, row, column)
    }

    pub(super) fn see(&mut self, piece: Piece<'_>) {
        match piece {
            Piece::Open(tag) => {
                let part = self.enter(tag);
                self.open.push(part);
            }
            Piece::Empty(tag) => {
                let part = self.enter(tag);
                self.leave(part);
            }
            Piece::Close => {
                if let Some(part) = self.open.pop() {
                    self.leave(part);
                }
            }
            Piece::Text(text) => {
                if let Some(cell) = &mut self.cell
                    && self.open.contains(&Part::Paragraph)
                {
                    cell.text.push_str(&String::from_utf8_lossy(text));
                }
            }
        }
    }

    fn enter(&mut self, tag: &[u8]) -> Part {
        let in_table = self.open.contains(&Part::Table);
        match name(tag) {
            b"table:table" if in_table => {
                self.nested += 1;
                Part::Nested
            }
            b"table:table" => {
                self.tables.push(HashMap::new());
                self.row = 0;
                Part::Table
            }
            _ if self.nested > 0 || !in_table => Part::Other,
            b"table:table-row" => {
                self.rows = times(tag, b"table:number-rows-repeated");
                self.column = 0;
                Part::Row
            }
            b"table:table-cell" | b"table:covered-table-cell" if self.open.contains(&Part::Row) => {
                let is_number = attribute(tag, b"office:value-type") == Some(b"float");
                let value = attribute(tag, b"office:value").filter(|_| is_number);
                self.cell = Some(Cell {
                    columns: times(tag, b"table:number-columns-repeated"),
                    number: value.and_then(|value| std::str::from_utf8(value).ok()?.parse().ok()),
                    text: String::new(),
                    link: None,
                });
                Part::Cell
            }
            // Not of a note on the cell, which has paragraphs too.
            b"text:p" if self.open.last() == Some(&Part::Cell) => Part::Paragraph,
            b"text:a" if self.open.contains(&Part::Paragraph) => {
                let target = attribute(tag, b"xlink:href").and_then(|target| std::str::from_utf8(target).ok());
                if let (Some(cell), Some(target)) = (&mut self.cell, target) {
                    cell.link.get_or_insert_with(|| target.to_owned());
                }
                Part::Other
            }
            b"text:s" => {
                if let Some(cell) = &mut self.cell {
                    cell.text.push(' ');
                }
                Part::Other
            }
            _ => Part::Other,
        }
    }

    fn leave(&mut self, part: Part) {
        match part {
            Part::Nested => self.nested -= 1,
            Part::Row => self.row = self.row.saturating_add(self.rows),
            Part::Cell => {
                let Some(cell) = self.cell.take() else { return };
                self.keep(&cell);
                self.column = self.column.saturating_add(cell.columns);
            }
            Part::Table | Part::Paragraph | Part::Other => {}
        }
    }

    fn keep(&mut self, cell: &Cell) {
        if let (Some(link), Some(table)) = (&cell.link, self.tables.len().checked_sub(1)) {
            let last = |first: u32, times: u32| first.saturating_add(times.saturating_sub(1));
            let rows = self.row..=last(self.row, self.rows);
            self.links
                .add(table, rows, self.column..=last(self.column, cell.columns), link);
        }
        let shown = cell.number.and_then(|number| cells::as_shown(number, &cell.text));
        let (Some(shown), Some(table)) = (shown, self.tables.last_mut()) else {
            return;
        };
        for row in self.row..self.row.saturating_add(self.rows) {
            for column in self.column..self.column.saturating_add(cell.columns) {
                if self.kept == MOST {
                    return;
                }
                self.kept += 1;
                table.insert((row, column), shown.clone());
            }
        }
    }
}

/// How often a row or a cell stands there.
fn times(tag: &[u8], wanted: &[u8]) -> u32 {
    attribute(tag, wanted)
        .and_then(|times| std::str::from_utf8(times).ok()?.parse().ok())
        .unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::super::wellformed::walk;
    use super::*;

    fn shown(text: &str) -> Shown {
        let mut shown = Shown::default();
        walk(text.as_bytes(), |piece| shown.see(piece)).unwrap();
        shown
    }

    #[test]
    fn cells_are_found_where_they_stand() {
        let number = |value: &str, rest: &str| {
            format!(
                r#"<table:table-cell {rest} office:value-type="float" office:value="{value}"><text:p>0{value}</text:p></table:table-cell>"#
            )
        };
        let seen = shown(&format!(
            r#"<body><table:table table:name="Other"><table:table-row><table:table-cell/></table:table-row></table:table>
            <table:table><table:table-row table:number-rows-repeated="4"><table:table-cell/></table:table-row>
            <table:table-row>{}<table:table-cell table:number-columns-repeated="3"/>{}</table:table-row>
            <table:table-row table:number-rows-repeated="2"><table:covered-table-cell/>{}</table:table-row></table:table></body>"#,
            number("7", ""),
            number("8", ""),
            number("9", r#"table:number-columns-repeated="2""#),
        ));
        assert_eq!(seen.of(1, 4, 0), Some("07"));
        assert_eq!(seen.of(1, 4, 4), Some("08"));
        for (row, column) in [(5, 1), (5, 2), (6, 1), (6, 2)] {
            assert_eq!(seen.of(1, row, column), Some("09"), "{row} {column}");
        }
        assert_eq!((seen.kept, seen.of(0, 4, 0), seen.of(1, 7, 1)), (6, None, None));
    }

    #[test]
    fn only_what_the_cell_itself_shows_counts() {
        let cell = |inside: &str| {
            let seen = shown(&format!(
                r#"<table:table><table:table-row><table:table-cell office:value-type="float" office:value="30123">{inside}</table:table-cell></table:table-row></table:table>"#
            ));
            seen.of(0, 0, 0).map(str::to_owned)
        };
        assert_eq!(cell("<text:p>030123</text:p>").as_deref(), Some("030123"));
        assert_eq!(
            cell("<text:p>0<text:span>30</text:span><text:s/>123</text:p>").as_deref(),
            Some("030 123")
        );
        assert_eq!(cell("<text:p>30123</text:p>"), None);
        let note = "<office:annotation><text:p>0</text:p></office:annotation>";
        assert_eq!(cell(&format!("{note}<text:p>30123</text:p>")), None);
        let inner = r#"<table:table><table:table-row><table:table-cell office:value-type="float" office:value="1"><text:p>01</text:p></table:table-cell></table:table-row></table:table>"#;
        assert_eq!(
            cell(&format!("<text:p>030123</text:p>{inner}")).as_deref(),
            Some("030123")
        );
    }

    #[test]
    fn links_belong_to_their_cells() {
        let seen = shown(
            r#"<table:table><table:table-row table:number-rows-repeated="2"><table:table-cell/>
            <table:table-cell office:value-type="string"><text:p>write to <text:a xlink:type="simple" xlink:href="mailto:ana@x.example?subject=Hi">Ana</text:a></text:p></table:table-cell>
            <table:table-cell><office:annotation><text:p><text:a xlink:href="mailto:ben@x.example">Ben</text:a></text:p></office:annotation></table:table-cell>
            </table:table-row></table:table>"#,
        );
        assert_eq!(
            (seen.link(0, 0, 1), seen.link(0, 1, 1)),
            (Some("ana@x.example"), Some("ana@x.example"))
        );
        assert_eq!(
            (seen.link(0, 0, 0), seen.link(0, 0, 2), seen.link(0, 2, 1)),
            (None, None, None)
        );
    }

    #[test]
    fn a_number_that_is_repeated_without_end_costs_little() {
        let seen = shown(
            r#"<table:table><table:table-row table:number-rows-repeated="4294967295"><table:table-cell table:number-columns-repeated="4294967295" office:value-type="float" office:value="1"><text:p>01</text:p></table:table-cell></table:table-row></table:table>"#,
        );
        assert_eq!(seen.kept, MOST);
    }
}
