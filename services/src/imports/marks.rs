//! Cells that hold a word of the table's own and nothing about a person.

use parley_domain::text;
use unicode_normalization::UnicodeNormalization as _;

/// What the last row of a table is called where it sums up the others.
const TOTALS: [&str; 20] = [
    "total",
    "totals",
    "grand total",
    "subtotal",
    "summe",
    "gesamt",
    "gesamtsumme",
    "total general",
    "totale",
    "totaal",
    "итого",
    "всего",
    "toplam",
    "合计",
    "总计",
    "小计",
    "合計",
    "總計",
    "합계",
    "الإجمالي",
];

/// Whether a name is what a row of totals is called: the word alone, or with its figure, as in "Total: 25".
pub(super) fn is_total(name: &str) -> bool {
    let words: String = name
        .chars()
        .map(|c| if c.is_alphabetic() { c } else { ' ' })
        .collect::<String>()
        .to_lowercase();
    TOTALS.contains(&text::one_line(&words).as_str())
}

/// What people and programs put into a cell that has nothing to say, beside strokes. Only what can be no value of any field:
/// "no" and "unknown" are answers, "NA" is the beginning of some. `#N/A` is an error, which the reader empties.
const NOTHING: [&str; 9] = ["/", "n/a", "n.a.", "none", "null", "keine", "k.a.", "无", "無"];
/// Bytes of the longest way to write one of them, in full-width letters and with blanks between.
const NOTHING_BYTES: usize = 24;

/// Whether a cell stands for an empty one: such a mark alone, never a part of what is there.
pub(super) fn is_nothing(cell: &str) -> bool {
    mark_of(cell).is_some_and(|mark| mark.chars().all(is_stroke) || NOTHING.contains(&mark.as_str()))
}

/// Whether a cell has strokes and nothing else: nobody is called so, while there are people called None and Null.
pub(super) fn is_strokes(cell: &str) -> bool {
    mark_of(cell).is_some_and(|mark| mark.chars().all(is_stroke))
}

/// A cell as marks are compared; none where it cannot be one.
fn mark_of(cell: &str) -> Option<String> {
    if cell.is_empty() || cell.len() > NOTHING_BYTES {
        return None;
    }
    let letters = cell.nfkc().filter(|c| !c.is_whitespace());
    Some(letters.flat_map(char::to_lowercase).collect())
}

fn is_stroke(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_of_nothing_stand_alone() {
        for mark in [
            "-",
            "–",
            "—",
            "--",
            "- -",
            "－",
            "n/a",
            "N/A",
            "N / A",
            "ｎ／ａ",
            "none",
            "None",
            "NULL",
            "keine",
            "k.A.",
            "k. A.",
            "无",
            "無",
            "/",
        ] {
            assert!(is_nothing(mark), "{mark}");
        }
        for text in [
            "",
            "0",
            ".",
            "no",
            "NA",
            "unknown",
            "n/a yet",
            "none@x.example",
            "-5",
            "A-",
            "无锡大学",
            "keine Angabe gewünscht, bitte anrufen",
            "None of the above",
        ] {
            assert!(!is_nothing(text), "{text}");
        }
        for strokes in ["-", "– –", "－"] {
            assert!(is_strokes(strokes), "{strokes}");
        }
        for text in ["", "None", "n/a", "/", "A-"] {
            assert!(!is_strokes(text), "{text}");
        }
    }
}
