//! The text of a cell as a person reads it.

use calamine::ExcelDateTime;

/// Takes out what is invisible and evens out white space: non-breaking and ideographic spaces become spaces, carriage
/// returns line feeds; control characters, byte order marks and zero-width spaces go; blanks at the ends go.
pub(super) fn clean(text: &str) -> String {
    if text.bytes().all(|b| (0x20..0x7F).contains(&b)) {
        return text.trim().to_owned();
    }
    let unified = text.replace("\r\n", "\n");
    let visible: String = unified
        .chars()
        .filter_map(|c| match c {
            '\r' | '\u{0B}' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some('\n'),
            '\n' | '\t' => Some(c),
            '\u{200B}' | '\u{2060}' | '\u{FEFF}' | '\u{AD}' => None,
            c if c.is_control() => None,
            c if c.is_whitespace() => Some(' '),
            c => Some(c),
        })
        .collect();
    visible.trim().to_owned()
}

/// What `="0123"` shows: so separated text keeps spreadsheet programs from dropping the zeros of a number.
pub(super) fn kept_as_text(cell: &str) -> Option<&str> {
    let inner = cell.strip_prefix("=\"")?.strip_suffix('"')?;
    (!inner.contains('"')).then_some(inner)
}

/// What spreadsheet programs show where a formula failed.
pub(super) fn is_error_text(text: &str) -> bool {
    const ERRORS: &[&str] = &[
        "#N/A",
        "#REF!",
        "#DIV/0!",
        "#VALUE!",
        "#NAME?",
        "#NUM!",
        "#NULL!",
        "#SPILL!",
        "#CALC!",
        "#GETTING_DATA",
        "#FIELD!",
        "#BLOCKED!",
        // As German, French and Spanish programs write them into text tables.
        "#NV",
        "#BEZUG!",
        "#WERT!",
        "#ZAHL!",
        "#VALEUR!",
        "#NOM?",
        "#NOMBRE!",
        "#NUL!",
        "#¡VALOR!",
        "#¡REF!",
        "#¡DIV/0!",
        "#¡NUM!",
        "#¿NOMBRE?",
    ];
    ERRORS.contains(&text)
        || (text.len() <= 8
            && text
                .strip_prefix("Err:")
                .is_some_and(|code| code.parse::<u16>().is_ok()))
}

/// Whether a number has more digits than a spreadsheet program keeps.
pub(super) fn is_rounded(number: f64) -> bool {
    number.abs() >= 1e15
}

/// A number without an exponent and without digits that are only an artefact of binary fractions: 15 significant ones,
/// as spreadsheet programs show.
pub(super) fn number(value: f64) -> String {
    if !value.is_finite() {
        return String::new();
    }
    if value.fract() == 0.0 {
        // Adding 0 turns a negative zero into a plain one.
        return format!("{:.0}", value + 0.0);
    }
    let shown: f64 = format!("{value:.14e}").parse().unwrap_or(value);
    format!("{shown}")
}

/// A truth value as spreadsheet programs show it.
pub(super) fn truth(value: bool) -> String {
    if value { "TRUE" } else { "FALSE" }.to_owned()
}

/// A whole number by a format of digits and fixed characters, such as `00000000000` or `+00 000-0000`; `None` where
/// the format says more than that.
pub(super) fn by_format(value: f64, format: &str) -> Option<String> {
    if value.fract() != 0.0 || !(0.0..1e15).contains(&value) {
        return None;
    }
    let places = places(format)?;
    // "0" alone, and "#", show a number as it is.
    if places.iter().filter(|place| matches!(place, Place::Zero)).count() < 2 {
        return None;
    }
    let digits = format!("{value:.0}");
    let mut left = digits.chars().rev().peekable();
    let mut shown = Vec::new();
    let first = places.iter().position(|place| !matches!(place, Place::Fixed(_)))?;
    for (i, place) in places.iter().enumerate().rev() {
        match place {
            Place::Fixed(c) => shown.push(*c),
            Place::Zero => shown.push(left.next().unwrap_or('0')),
            Place::Digit => shown.extend(left.next()),
        }
        if i == first {
            shown.extend(left.by_ref());
        }
    }
    Some(shown.into_iter().rev().collect())
}

/// A whole number as its cell shows it, where there is more to see than the number: zeros in front, a plus, brackets,
/// strokes between groups. `None` where it shows the number alone, or something else.
///
/// Zero and one that are shown as a word are a truth value: LibreOffice writes that of a formula so, in the file's language.
pub(super) fn as_shown(value: f64, shown: &str) -> Option<String> {
    const LONGEST: usize = 40;
    let truth = value == 0.0 || value == 1.0;
    if truth && (1..=LONGEST).contains(&shown.len()) && shown.chars().all(char::is_alphabetic) {
        return Some(shown.to_owned());
    }
    if value.fract() != 0.0 || !(0.0..1e15).contains(&value) || shown.len() > LONGEST {
        return None;
    }
    let blank = |c: char| matches!(c, ' ' | '\u{A0}' | '\u{202F}');
    let mark = |c: char| matches!(c, '(' | ')' | '-' | '+' | '/');
    if !shown.chars().all(|c| c.is_ascii_digit() || blank(c) || mark(c)) {
        return None;
    }
    let digits: String = shown.chars().filter(char::is_ascii_digit).collect();
    let in_front = digits.strip_suffix(&format!("{value:.0}"))?;
    (!in_front.is_empty() || shown.contains(mark)).then(|| shown.replace(blank, " ").trim().to_owned())
}

enum Place {
    Zero,
    Digit,
    Fixed(char),
}

/// The first section of a number format, where it has only digits and fixed characters.
fn places(format: &str) -> Option<Vec<Place>> {
    let mut places = Vec::new();
    let mut chars = format.chars();
    while let Some(c) = chars.next() {
        match c {
            ';' => break,
            '0' => places.push(Place::Zero),
            '#' | '?' => places.push(Place::Digit),
            '\\' => places.push(Place::Fixed(chars.next()?)),
            // A blank as wide as the next character.
            '_' => {
                chars.next()?;
                places.push(Place::Fixed(' '));
            }
            '"' => loop {
                match chars.next()? {
                    '"' => break,
                    quoted => places.push(Place::Fixed(quoted)),
                }
            },
            ' ' | '(' | ')' | '-' | '+' | '/' | '\u{A0}' => {
                places.push(Place::Fixed(if c == '\u{A0}' { ' ' } else { c }))
            }
            _ => return None,
        }
    }
    Some(places)
}

/// A date as `2024-02-29`, with a time as `2024-02-29 09:30`, a time alone as `09:30`, a duration as `26:30`.
pub(super) fn moment(value: &ExcelDateTime) -> String {
    let serial = value.as_f64();
    if value.is_duration() {
        let minutes = (serial * 24.0 * 60.0).round();
        let hours = (minutes / 60.0).trunc();
        return format!("{hours:.0}:{:02.0}", (minutes - hours * 60.0).abs());
    }
    let (year, month, day, hour, minute, second, _) = value.to_ymd_hms_milli();
    let time = if second == 0 {
        format!("{hour:02}:{minute:02}")
    } else {
        format!("{hour:02}:{minute:02}:{second:02}")
    };
    if (0.0..1.0).contains(&serial) {
        return time;
    }
    if serial.fract() == 0.0 {
        return format!("{year:04}-{month:02}-{day:02}");
    }
    format!("{year:04}-{month:02}-{day:02} {time}")
}

/// OpenDocument's `2024-02-29T09:30:00` in the same form.
pub(super) fn iso_moment(text: &str) -> String {
    let Some((date, time)) = text.split_once('T') else {
        return text.to_owned();
    };
    let time = time.split_once('.').map_or(time, |(whole, _)| whole);
    let time = time
        .strip_suffix(":00")
        .filter(|short| short.len() == 5)
        .unwrap_or(time);
    if time == "00:00" {
        date.to_owned()
    } else {
        format!("{date} {time}")
    }
}

/// OpenDocument's `PT09H30M00S` as `09:30`; anything else as it is.
pub(super) fn iso_duration(text: &str) -> String {
    let read = || {
        let (hours, rest) = text.strip_prefix("PT")?.split_once('H')?;
        let (minutes, rest) = rest.split_once('M')?;
        let seconds = rest.strip_suffix('S')?.split(['.', ',']).next()?;
        let whole = |digits: &str| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
        if !(whole(hours) && whole(minutes) && whole(seconds)) {
            return None;
        }
        let seconds = if seconds.bytes().all(|b| b == b'0') {
            String::new()
        } else {
            format!(":{seconds:0>2}")
        };
        Some(format!("{hours:0>2}:{minutes:0>2}{seconds}"))
    };
    read().unwrap_or_else(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use calamine::ExcelDateTimeType;

    use super::*;

    #[test]
    fn text_is_cleaned_but_not_changed() {
        assert_eq!(clean("  Ana\u{A0}Lima \r\n"), "Ana Lima");
        assert_eq!(clean("line 1\r\nline 2\rline 3"), "line 1\nline 2\nline 3");
        assert_eq!(clean("A\0B\u{200B}\u{FEFF}"), "AB");
        assert_eq!(clean("　王　小明　"), "王 小明");
        assert_eq!(clean("=SUM(A1)"), "=SUM(A1)");
        assert_eq!(clean("Jose\u{301} O’Brien"), "Jose\u{301} O’Brien");
        assert_eq!(clean("👩\u{200D}💻"), "👩\u{200D}💻");
    }

    #[test]
    fn formulas_that_only_keep_zeros() {
        assert_eq!(kept_as_text("=\"0123\""), Some("0123"));
        assert_eq!(kept_as_text("=\"\""), Some(""));
        for text in ["=\"", "=", "0123", "\"0123\"", "=HYPERLINK(\"x\")", "=\"a\"&\"b\""] {
            assert_eq!(kept_as_text(text), None, "{text}");
        }
    }

    #[test]
    fn numbers_as_shown() {
        assert_eq!(number(13_800_138_000.0), "13800138000");
        assert_eq!(number(4_420_794_609_581_200.0), "4420794609581200");
        assert_eq!(number(3.5), "3.5");
        assert_eq!(number(0.1 + 0.2), "0.3");
        assert_eq!(number(-7.0), "-7");
        assert_eq!(number(-0.0), "0");
        assert_eq!(number(0.0), "0");
        assert_eq!(number(-100.0), "-100");
        assert_eq!(number(1e21), "1000000000000000000000");
        assert_eq!(number(0.000_01), "0.00001");
        assert_eq!(number(f64::NAN), "");
    }

    #[test]
    fn formats_that_show_zeros() {
        assert_eq!(by_format(2_079_460_958.0, "00000000000").unwrap(), "02079460958");
        assert_eq!(
            by_format(2_079_460_958.0, "\"0\"00\\ 0000\\ 0000").unwrap(),
            "020 7946 0958"
        );
        assert_eq!(by_format(5_551_234_567.0, "(000) 000-0000").unwrap(), "(555) 123-4567");
        assert_eq!(
            by_format(4_917_612_345_678.0, "+00 000 0000000").unwrap(),
            "+491 761 2345678"
        );
        assert_eq!(by_format(7.0, "000;-000").unwrap(), "007");
        for format in [
            "General",
            "0",
            "0.00",
            "#,##0",
            "0%",
            "@",
            "yyyy-mm-dd",
            "0E+00",
            "[<=9999999]###-####;(###) ###-####",
        ] {
            assert_eq!(by_format(7.0, format), None, "{format}");
        }
        assert_eq!(by_format(7.5, "000"), None);
        assert_eq!(by_format(-7.0, "000"), None);
    }

    #[test]
    fn numbers_that_are_shown_with_more() {
        assert_eq!(as_shown(1_234.0, "01234").unwrap(), "01234");
        assert_eq!(as_shown(1.0, "TRUE").unwrap(), "TRUE");
        assert_eq!(as_shown(0.0, "FALSCH").unwrap(), "FALSCH");
        assert_eq!(as_shown(2.0, "TRUE"), None);
        assert_eq!(as_shown(0.0, "0000").unwrap(), "0000");
        assert_eq!(
            as_shown(2_079_460_958.0, "020\u{A0}7946 0958").unwrap(),
            "020 7946 0958"
        );
        assert_eq!(as_shown(5_551_234_567.0, "(555) 123-4567").unwrap(), "(555) 123-4567");
        assert_eq!(as_shown(491_761_234.0, "+49 1761234").unwrap(), "+49 1761234");
        for (value, shown) in [
            (2_024.0, "2024"),
            (2_024.0, "2 024"),
            (2_024.0, "2,024"),
            (7.5, "07.5"),
            (7.0, "7 €"),
            (7.0, "700%"),
            (7.0, "08"),
            (-7.0, "-7"),
            (7.0, ""),
        ] {
            assert_eq!(as_shown(value, shown), None, "{shown}");
        }
    }

    #[test]
    fn dates_and_times() {
        let at = |serial, kind, epoch_1904| moment(&ExcelDateTime::new(serial, kind, epoch_1904));
        assert_eq!(at(45_351.0, ExcelDateTimeType::DateTime, false), "2024-02-29");
        assert_eq!(at(43_889.0, ExcelDateTimeType::DateTime, true), "2024-02-29");
        assert_eq!(
            at(43_831.572_916_666_66, ExcelDateTimeType::DateTime, false),
            "2020-01-01 13:45"
        );
        assert_eq!(at(0.395_833_333_333_333_3, ExcelDateTimeType::DateTime, false), "09:30");
        assert_eq!(at(1.5, ExcelDateTimeType::TimeDelta, false), "36:00");
        assert_eq!(iso_moment("2024-02-29"), "2024-02-29");
        assert_eq!(iso_moment("2024-02-29T13:45:00"), "2024-02-29 13:45");
        assert_eq!(iso_moment("2024-02-29T00:00:00"), "2024-02-29");
        assert_eq!(iso_moment("2024-02-29T13:45:07.5"), "2024-02-29 13:45:07");
        assert_eq!(iso_duration("PT09H30M00S"), "09:30");
        assert_eq!(iso_duration("PT9H30M05.5S"), "09:30:05");
        assert_eq!(iso_duration("soon"), "soon");
    }

    #[test]
    fn errors_of_formulas() {
        for error in ["#N/A", "#DIV/0!", "Err:502"] {
            assert!(is_error_text(error), "{error}");
        }
        for text in ["#1 candidate", "N/A", "Err: none", "Error"] {
            assert!(!is_error_text(text), "{text}");
        }
    }
}
