//! Addresses that stand in a cell's link alone: the list shows "Email" or a name, and only a press on it tells the address.
//!
//! A link is looked at where it writes to somebody (`mailto:`); of what it says, the address is kept and nothing else.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use super::limits;
use crate::imports::matching;

/// Cells that are looked at at most: a sheet of Excel itself has no more links.
const MOST: usize = 65_530;
/// Bytes of an address, by the standard of mail.
const LONGEST: usize = 254;

/// By sheet, row and column, counted from 0: whom the cell's link writes to.
#[derive(Debug)]
pub(super) struct Links {
    found: HashMap<(usize, u32, u32), String>,
    /// Cells that may still be looked at: an area can be the whole sheet, and come again and again.
    left: usize,
}

impl Default for Links {
    fn default() -> Self {
        Self {
            found: HashMap::new(),
            left: MOST,
        }
    }
}

impl Links {
    pub(super) fn of(&self, sheet: usize, row: u32, column: u32) -> Option<&str> {
        self.found.get(&(sheet, row, column)).map(String::as_str)
    }

    /// Keeps the address of a link for the cells that have it. Of two links of a cell the first counts.
    pub(super) fn add(&mut self, sheet: usize, rows: RangeInclusive<u32>, columns: RangeInclusive<u32>, target: &str) {
        let Some(address) = address_of(target) else { return };
        if *columns.start() >= limits::COLUMNS {
            return;
        }
        let last = (*columns.end()).min(limits::COLUMNS - 1);
        for row in rows {
            for column in *columns.start()..=last {
                let Some(left) = self.left.checked_sub(1) else { return };
                self.left = left;
                let address = || address.to_owned();
                self.found.entry((sheet, row, column)).or_insert_with(address);
            }
        }
    }
}

/// The address of a `mailto:` link that has one and nothing odd in it.
fn address_of(target: &str) -> Option<&str> {
    let target = target.trim();
    let scheme = target.get(..7)?;
    if !scheme.eq_ignore_ascii_case("mailto:") {
        return None;
    }
    // Behind it may stand a subject, or a text.
    let address = target[7..].split('?').next()?.trim();
    let plain = |c: char| !c.is_control() && !"%/\\<>()[],;:\"&".contains(c);
    (address.len() <= LONGEST && address.chars().all(plain) && matching::is_address(address)).then_some(address)
}

/// The link of `HYPERLINK("mailto:ana@x.example","Ana")`, where the formula holds it whole.
pub(super) fn in_formula(formula: &str) -> Option<&str> {
    const FUNCTION: &str = "HYPERLINK";
    let formula = formula.trim_start_matches(['=', ' ']);
    let name = formula.get(..FUNCTION.len())?;
    if !name.eq_ignore_ascii_case(FUNCTION) {
        return None;
    }
    let inside = formula[FUNCTION.len()..].trim_start().strip_prefix('(')?;
    let (target, rest) = inside.trim_start().strip_prefix('"')?.split_once('"')?;
    rest.trim_start().starts_with([',', ';', ')']).then_some(target)
}

#[cfg(test)]
mod tests {
    use rust_xlsxwriter::{Formula, Workbook};

    use super::*;
    use crate::imports::reader::{Frame, Options, Row, read};

    #[test]
    fn a_workbook_tells_whom_its_cells_write_to() {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        for (column, text) in (0..).zip(["Name", "Email"]) {
            sheet.write_string(0, column, text).unwrap();
        }
        for (row, name) in (1..).zip(["Ana", "Ben", "Cleo", "Dan"]) {
            sheet.write_string(row, 0, name).unwrap();
        }
        sheet
            .write_url_with_text(1, 1, "mailto:ana@x.example?subject=Hello", "Email")
            .unwrap();
        let formula = Formula::new("HYPERLINK(\"mailto:ben@x.example\",\"write\")").set_result("write");
        sheet.write_formula(2, 1, formula).unwrap();
        sheet
            .write_url_with_text(3, 1, "mailto:other@x.example", "cleo@x.example")
            .unwrap();
        sheet.write_url_with_text(4, 1, "https://x.example/dan", "Dan").unwrap();
        let mut rows: Vec<Row> = Vec::new();
        read(book.save_to_buffer().unwrap(), &Options::default(), |frame| {
            if let Frame::Row(row) = frame {
                rows.push(row);
            }
            Ok(())
        })
        .unwrap();
        let links: Vec<Vec<(u32, &str)>> = rows
            .iter()
            .map(|row| {
                row.links
                    .iter()
                    .map(|link| (link.column, link.address.as_str()))
                    .collect()
            })
            .collect();
        // What shows an address is that address.
        assert_eq!(
            links,
            [vec![(1, "ana@x.example")], vec![(1, "ben@x.example")], vec![], vec![]]
        );
        assert_eq!(rows[0].cells, ["Ana", "Email"]);
    }

    #[test]
    fn only_the_address_of_a_mail_link_is_kept() {
        for target in [
            "mailto:ana@x.example",
            " MAILTO:ana@x.example ",
            "mailto:ana@x.example?subject=Hello%20Ana",
        ] {
            assert_eq!(address_of(target), Some("ana@x.example"), "{target}");
        }
        for target in [
            "",
            "mailto:",
            "mailto:ana",
            "mailto:?to=ana@x.example",
            "https://x.example/ana@x.example",
            "ana@x.example",
            "mailto:ana@x.example,ben@x.example",
            "mailto:ana@x.example/i/invite/A_b-4f9a2c71d0b84f6e9a55xyz",
            "mailto:ana%40x.example",
            "mailto:Ana <ana@x.example>",
            "mailtö:ana@x.example",
        ] {
            assert_eq!(address_of(target), None, "{target}");
        }
        let long = format!("mailto:{}@x.example", "a".repeat(300));
        assert_eq!(address_of(&long), None);
    }

    #[test]
    fn a_formula_tells_its_link_where_it_holds_it_whole() {
        for formula in [
            "HYPERLINK(\"mailto:ana@x.example\",\"Ana\")",
            "=hyperlink( \"mailto:ana@x.example\" )",
            "HYPERLINK(\"mailto:ana@x.example\";A2)",
        ] {
            assert_eq!(in_formula(formula), Some("mailto:ana@x.example"), "{formula}");
        }
        for formula in [
            "HYPERLINK(\"mailto:\"&B2,\"Ana\")",
            "HYPERLINK(A2)",
            "LOWER(\"mailto:ana@x.example\")",
            "HYPERLINK",
            "ÄÖÜÄÖÜ",
            "",
        ] {
            assert_eq!(in_formula(formula), None, "{formula}");
        }
    }

    #[test]
    fn links_over_areas_without_end_cost_little() {
        let mut links = Links::default();
        links.add(0, 4..=5, 1..=2, "mailto:ana@x.example");
        links.add(0, 5..=5, 2..=2, "mailto:ben@x.example");
        links.add(1, 0..=0, 300..=u32::MAX, "mailto:ben@x.example");
        assert_eq!(links.of(0, 4, 1), Some("ana@x.example"));
        assert_eq!(links.of(0, 5, 2), Some("ana@x.example"));
        assert_eq!((links.of(0, 6, 1), links.of(1, 4, 1)), (None, None));
        for _ in 0..1_000 {
            links.add(2, 0..=u32::MAX, 0..=u32::MAX, "mailto:cleo@x.example");
        }
        assert_eq!((links.left, links.found.len()), (0, MOST - 1));
    }
}
