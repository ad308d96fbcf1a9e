//! What a creator should know of how their file was read, before they trust the match: nothing is chosen silently.

use super::{
    matching,
    reader::{Sheet, column_letters},
    store,
};
use crate::{entity::import, error::Result};

/// A sentence for each choice that was made for the creator.
pub(super) fn of(import: &import::Model) -> Result<Vec<String>> {
    let mut said = Vec::new();
    said.extend(ending(&import.file_name, &import.format));
    if import.header_row == 0 {
        said.push(
            "No header row was found, so every row is read as a person. Choose a header row if there is one.".into(),
        );
    }
    let sheets: Vec<Sheet> = serde_json::from_str(&import.sheets)?;
    said.extend(other_sheets(&sheets, import.sheet.as_deref()));
    let header: Vec<String> = serde_json::from_str(&import.header)?;
    let columns = store::columns(import)?;
    said.extend(twice(&header, |at| columns.get(at).copied().flatten().is_some()));
    Ok(said)
}

/// Where the name of the file says another kind than its content.
fn ending(file_name: &str, format: &str) -> Option<String> {
    let (_, ending) = file_name.rsplit_once('.')?;
    let ending = ending.to_ascii_lowercase();
    let fits: &[&str] = match format {
        "xlsx" => &["xlsx", "xlsm", "xltx", "xltm"],
        "xls" => &["xls", "xlt"],
        "ods" => &["ods", "ots"],
        _ => &["csv", "tsv", "tab", "txt"],
    };
    let known = ["xlsx", "xlsm", "xls", "ods", "csv", "tsv", "txt"].contains(&ending.as_str());
    let what = match format {
        "xlsx" => "an Excel workbook (.xlsx)",
        "xls" => "an old Excel workbook (.xls)",
        "ods" => "an OpenDocument spreadsheet (.ods)",
        _ => "a text table (.csv)",
    };
    (known && !fits.contains(&ending.as_str()))
        .then(|| format!("The file's name ends in .{ending}, but it is {what}. It is read as what it is."))
}

/// Sheets with content that are not read.
fn other_sheets(sheets: &[Sheet], read: Option<&str>) -> Option<String> {
    let named = |visible: bool| -> Vec<String> {
        sheets
            .iter()
            .filter(|sheet| sheet.filled && sheet.visible == visible && Some(sheet.name.as_str()) != read)
            .map(|sheet| format!("“{}”", sheet.name))
            .collect()
    };
    let (shown, hidden) = (named(true), named(false));
    let mut parts = Vec::new();
    if !shown.is_empty() {
        parts.push(shown.join(", "));
    }
    if !hidden.is_empty() {
        parts.push(format!("{} (hidden)", hidden.join(", ")));
    }
    let read = read?;
    (!parts.is_empty()).then(|| format!("Only the sheet “{read}” is read, not {}.", parts.join(" and ")))
}

/// Headers that several columns have: which of them is read.
fn twice(header: &[String], is_matched: impl Fn(usize) -> bool) -> Vec<String> {
    let mut seen: Vec<(String, Vec<usize>)> = Vec::new();
    for (at, text) in header.iter().enumerate() {
        let key = matching::key(text);
        if key.is_empty() {
            continue;
        }
        match seen.iter_mut().find(|(known, _)| *known == key) {
            Some((_, columns)) => columns.push(at),
            None => seen.push((key, vec![at])),
        }
    }
    let letters = |at: &usize| column_letters(u32::try_from(*at).unwrap_or_default());
    seen.into_iter()
        .filter(|(_, columns)| columns.len() > 1 && columns.iter().any(|at| !is_matched(*at)))
        .map(|(_, columns)| {
            let all: Vec<String> = columns.iter().map(letters).collect();
            let read: Vec<String> = columns.iter().filter(|at| is_matched(**at)).map(letters).collect();
            let which = if read.is_empty() {
                "none of them is read".to_owned()
            } else {
                format!("{} is read", read.join(", "))
            };
            format!(
                "The header “{}” stands over columns {}; {which}.",
                header[columns[0]],
                all.join(", ")
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_say_another_kind() {
        assert_eq!(
            ending("People.XLS", "text").unwrap(),
            "The file's name ends in .xls, but it is a text table (.csv). It is read as what it is."
        );
        for (name, format) in [
            ("a.xlsx", "xlsx"),
            ("a.csv", "text"),
            ("a.tsv", "text"),
            ("a.ods", "ods"),
            ("list", "text"),
            ("v1.2", "xls"),
        ] {
            assert_eq!(ending(name, format), None, "{name}");
        }
    }

    #[test]
    fn sheets_that_are_not_read() {
        let sheet = |name: &str, visible, filled| Sheet {
            name: name.into(),
            visible,
            filled,
        };
        let sheets = [
            sheet("People", true, true),
            sheet("Notes", true, true),
            sheet("Old", false, true),
            sheet("Empty", true, false),
        ];
        assert_eq!(
            other_sheets(&sheets, Some("People")).unwrap(),
            "Only the sheet “People” is read, not “Notes” and “Old” (hidden)."
        );
        assert_eq!(other_sheets(&sheets[3..], Some("Empty")), None);
        assert_eq!(other_sheets(&[], None), None);
    }

    #[test]
    fn headers_that_stand_twice() {
        let header = ["Name", "Email", "E-mail", "email", "Notes", "Notes"].map(str::to_owned);
        let matched = |at: usize| at != 3;
        assert_eq!(
            twice(&header, matched),
            ["The header “Email” stands over columns B, D; B is read."]
        );
    }
}
