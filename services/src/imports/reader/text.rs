//! Separated text: which encoding, which separator, and whether its quotation marks can be trusted.

use std::borrow::Cow;
use std::io;

use encoding_rs::{Encoding, ISO_2022_JP, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::head::{Head, Source};
use super::{Format, Frame, Note, NoteKind, Options, Row, SEPARATORS, SheetError, Stop, cells, limits};
use crate::imports::matching;

/// Reads separated text.
pub(super) fn read<S: FnMut(Frame) -> io::Result<()>>(
    bytes: &[u8],
    options: &Options,
    out: &mut Head<'_, S>,
) -> Result<(), Stop> {
    let (encoding, text) = decode(bytes, options)?;
    let (declared, text) = separator_line(&text);
    let separator = match options.separator {
        Some(chosen) if SEPARATORS.contains(&chosen) => chosen,
        Some(_) => return Err(SheetError::NoSuchSeparator.into()),
        None => declared.unwrap_or_else(|| guess_separator(text)),
    };
    check_quotes(text, separator)?;
    out.open(Source {
        format: Format::Text,
        sheets: Vec::new(),
        sheet: None,
        encoding: Some(encoding.name().to_owned()),
        separator: Some(separator),
    });
    rows(text, separator, out)
}

fn reader(text: &str, separator: char) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(u8::try_from(separator).unwrap_or(b','))
        .from_reader(text.as_bytes())
}

fn rows<S: FnMut(Frame) -> io::Result<()>>(text: &str, separator: char, out: &mut Head<'_, S>) -> Result<(), Stop> {
    let mut records = reader(text, separator);
    let mut record = csv::StringRecord::new();
    // A spreadsheet program shows a record with line breaks in it as one row, and an empty line as a row.
    let mut inner_breaks = 0_u64;
    let mut last = 0_u32;
    while records
        .read_record(&mut record)
        .map_err(|_broken| SheetError::Damaged)?
    {
        let line = record.position().map_or(0, |position| first_line(text, position));
        let number = u32::try_from(line.saturating_sub(inner_breaks))
            .unwrap_or(u32::MAX)
            .max(last.saturating_add(1));
        last = number;
        let mut row = Row {
            number,
            ..Row::default()
        };
        for (column, field) in (0..).zip(&record) {
            inner_breaks += field.bytes().filter(|b| *b == b'\n').count() as u64;
            let mut text = cells::clean(field);
            if let Some(kept) = cells::kept_as_text(&text) {
                text = kept.trim().to_owned();
            }
            if cells::is_error_text(&text) {
                text.clear();
                row.notes.push(Note {
                    column,
                    kind: NoteKind::ErrorCell,
                });
            }
            row.cells.push(text);
        }
        out.row(row)?;
    }
    Ok(())
}

/// The line on which a record begins: the reader's own position stands before the empty lines that it passes over.
fn first_line(text: &str, position: &csv::Position) -> u64 {
    let from = usize::try_from(position.byte()).unwrap_or(usize::MAX);
    let before = text.as_bytes().get(from..).unwrap_or_default();
    let passed = before
        .iter()
        .take_while(|b| matches!(b, b'\r' | b'\n'))
        .filter(|b| **b == b'\n')
        .count();
    position.line() + passed as u64
}

/// The text and its encoding: as chosen, else by byte order mark, zero bytes of UTF-16, valid UTF-8, and at last by
/// what the bytes look like.
fn decode<'a>(bytes: &'a [u8], options: &Options) -> Result<(&'static Encoding, Cow<'a, str>), SheetError> {
    if let Some(name) = &options.encoding {
        let encoding = Encoding::for_label(name.as_bytes())
            .filter(|encoding| *encoding != encoding_rs::REPLACEMENT)
            .ok_or_else(|| SheetError::NoSuchEncoding { name: name.clone() })?;
        return Ok((encoding, encoding.decode_with_bom_removal(bytes).0));
    }
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        return Ok((encoding, encoding.decode_without_bom_handling(&bytes[length..]).0));
    }
    if let Some(encoding) = utf_16_without_mark(bytes) {
        return Ok((encoding, encoding.decode_without_bom_handling(bytes).0));
    }
    // Japanese mail encoding is plain ASCII to look at, but for its escapes.
    let escaped = |escape: &[u8]| memchr::memmem::find(bytes, escape).is_some();
    if bytes.is_ascii() && (escaped(b"\x1B$B") || escaped(b"\x1B$@")) {
        return Ok((ISO_2022_JP, ISO_2022_JP.decode_without_bom_handling(bytes).0));
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok((UTF_8, Cow::Borrowed(text)));
    }
    let lines = Lines::of(bytes);
    lines.check_mostly_utf_8()?;
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Allow);
    detector.feed(bytes, true);
    let encoding = detector.guess(None, chardetng::Utf8Detection::Deny);
    if encoding.is_single_byte() {
        lines.check_some_utf_8()?;
    }
    if encoding == WINDOWS_1252
        && let Some(line) = lines.first_with_both
    {
        return Err(SheetError::MixedEncodings { line });
    }
    Ok((encoding, encoding.decode_without_bom_handling(bytes).0))
}

/// Latin text in UTF-16 has a zero in nearly every second byte.
fn utf_16_without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    let start = &bytes[..bytes.len().min(64 * 1024)];
    let zeros = |first: usize| start.iter().skip(first).step_by(2).filter(|b| **b == 0).count();
    let enough = start.len() / 10;
    match (zeros(0), zeros(1)) {
        (even, odd) if odd > enough && odd > even * 4 => Some(UTF_16LE),
        (even, odd) if even > enough && even > odd * 4 => Some(UTF_16BE),
        _ => None,
    }
}

/// Of the lines with other letters than ASCII's: which are UTF-8 and which are not.
#[derive(Debug, Default)]
struct Lines {
    fitting: u32,
    first_fitting: Option<u32>,
    others: u32,
    first_other: Option<u32>,
    /// The first that is not UTF-8 and has an accented Latin letter in it: read as Western text, `é` is `Ã©`, which nobody
    /// writes.
    first_with_both: Option<u32>,
}

impl Lines {
    fn of(bytes: &[u8]) -> Self {
        let mut lines = Self::default();
        for (number, line) in (1..).zip(bytes.split(|b| *b == b'\n')) {
            if line.is_ascii() {
                continue;
            }
            let (count, first) = if std::str::from_utf8(line).is_ok() {
                (&mut lines.fitting, &mut lines.first_fitting)
            } else {
                if line.windows(2).any(|pair| matches!(pair, [0xC3, 0x80..=0xBF])) {
                    lines.first_with_both.get_or_insert(number);
                }
                (&mut lines.others, &mut lines.first_other)
            };
            *count += 1;
            first.get_or_insert(number);
        }
        lines
    }

    /// Text of which at least half is UTF-8 was put together from two sources: any one encoding would spoil names in one
    /// of them.
    fn check_mostly_utf_8(&self) -> Result<(), SheetError> {
        match self.first_other {
            Some(line) if self.fitting >= self.others => Err(SheetError::MixedEncodings { line }),
            _ => Ok(()),
        }
    }

    /// So was text of which less is UTF-8, where a byte is a letter: words of such an encoding are hardly ever UTF-8 by
    /// chance. Where a letter is two bytes, short ones are.
    fn check_some_utf_8(&self) -> Result<(), SheetError> {
        self.first_fitting
            .map_or(Ok(()), |line| Err(SheetError::MixedEncodings { line }))
    }
}

/// Excel's first line `sep=;`, which says the separator and is no row.
fn separator_line(text: &str) -> (Option<char>, &str) {
    let line = text.lines().next().unwrap_or_default();
    let said = line.trim().trim_matches('"').to_ascii_lowercase();
    let Some(said) = said.strip_prefix("sep=") else {
        return (None, text);
    };
    let rest = text[line.len()..].trim_start_matches('\r');
    let rest = rest.strip_prefix('\n').unwrap_or(rest);
    let declared = if line.contains('\t') {
        Some('\t')
    } else {
        said.chars().next()
    };
    (declared.filter(|c| SEPARATORS.contains(c)), rest)
}

/// The separator under which the first rows make the best table: most headers recognised, then most rows of the same
/// width, then most columns.
fn guess_separator(text: &str) -> char {
    let score = |separator: char| {
        let mut widths = std::collections::BTreeMap::new();
        let mut known = 0;
        for record in reader(text, separator)
            .records()
            .take(limits::HEADER_SEARCH)
            .filter_map(Result::ok)
        {
            let fields: Vec<String> = record
                .iter()
                .take(limits::COLUMNS as usize)
                .map(str::to_owned)
                .collect();
            known = known.max(matching::recognised(&fields));
            *widths.entry(fields.len()).or_insert(0_usize) += 1;
        }
        let several = widths.into_iter().filter(|(width, _)| *width > 1);
        let (width, rows) = several.max_by_key(|(width, rows)| (*rows, *width)).unwrap_or_default();
        (known, rows, width)
    };
    let mut best = (',', score(','));
    for separator in SEPARATORS.into_iter().skip(1) {
        let found = score(separator);
        if found > best.1 {
            best = (separator, found);
        }
    }
    best.0
}

/// A quotation mark that opens a value must close it at its end. Where it does not, following rows would be swallowed
/// into one cell without a word, so the file is refused and the line named.
fn check_quotes(text: &str, separator: char) -> Result<(), SheetError> {
    let separator = u8::try_from(separator).unwrap_or(b',');
    let bytes = text.as_bytes();
    let (mut at, mut line) = (0, 1_u32);
    let mut field_start = true;
    while let Some(byte) = bytes.get(at) {
        if *byte == b'"' && field_start {
            let opened = line;
            at += 1;
            loop {
                match (bytes.get(at), bytes.get(at + 1)) {
                    (None, _) => return Err(SheetError::UnclosedQuote { line: opened }),
                    (Some(b'"'), Some(b'"')) => at += 2,
                    (Some(b'"'), None | Some(b'\r' | b'\n')) => break,
                    (Some(b'"'), Some(next)) if *next == separator => break,
                    (Some(b'"'), _) => return Err(SheetError::StrayQuote { line: opened }),
                    (Some(b'\n'), _) => {
                        line += 1;
                        at += 1;
                    }
                    _ => at += 1,
                }
            }
        } else if *byte == b'\n' {
            line += 1;
        }
        // The mark that closed a value, a separator, a line's end or any character of a plain value.
        field_start = *byte == separator || matches!(byte, b'\n' | b'\r');
        at += 1;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(bytes: &[u8]) -> (String, String) {
        let (encoding, text) = decode(bytes, &Options::default()).unwrap();
        (encoding.name().to_owned(), text.into_owned())
    }

    #[test]
    fn encodings_are_told() {
        let is = |bytes: &[u8], name: &str, text: &str| assert_eq!(decoded(bytes), (name.to_owned(), text.to_owned()));
        is("José".as_bytes(), "UTF-8", "José");
        is(b"\xEF\xBB\xBFJos\xC3\xA9", "UTF-8", "José");
        let utf_16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
        is(&[vec![0xFF, 0xFE], utf_16("José,1")].concat(), "UTF-16LE", "José,1");
        is(
            &utf_16("Name,Email\r\nJosé,j@x.example"),
            "UTF-16LE",
            "Name,Email\r\nJosé,j@x.example",
        );
        is(b"\x1B$B;aL>\x1B(B,\x1B$B%a!<%k\x1B(B\n", "ISO-2022-JP", "氏名,メール\n");
        is(
            b"Name;Stra\xDFe\r\nJ\xFCrgen;K\xF6nigsallee 5 \x96 7",
            "windows-1252",
            "Name;Straße\r\nJürgen;Königsallee 5 – 7",
        );
        for (encoding, text) in [
            (encoding_rs::GBK, "姓名,邮箱,学校\r\n王小明,w@x.example,清华大学\r\n"),
            (encoding_rs::BIG5, "姓名,電郵,學校\r\n王小明,w@x.example,臺灣大學\r\n"),
            (
                encoding_rs::SHIFT_JIS,
                "氏名,メール,電話\r\n佐藤花子,s@x.example,090-1234\r\n",
            ),
            (
                encoding_rs::WINDOWS_1251,
                "Имя;Почта\r\nАлександр Петров;a@x.example\r\n",
            ),
        ] {
            let (bytes, _, _) = encoding.encode(text);
            assert_eq!(decoded(&bytes), (encoding.name().to_owned(), text.to_owned()));
        }
    }

    #[test]
    fn a_chosen_encoding_wins() {
        let options = |name: &str| Options {
            encoding: Some(name.to_owned()),
            ..Options::default()
        };
        let (_, text) = decode(b"Jos\xE9", &options("latin1")).unwrap();
        assert_eq!(text, "José");
        let (_, text) = decode(&[0xD0, 0xD5, 0xC3, 0xFB], &options("GB18030")).unwrap();
        assert_eq!(text, "姓名");
        assert_eq!(
            decode(b"x", &options("klingon")).unwrap_err(),
            SheetError::NoSuchEncoding { name: "klingon".into() }
        );
    }

    #[test]
    fn numbers_that_a_formula_keeps_as_text() {
        let text = "Name,Phone\nAna,=\"0123\"\nBo,\"=\"\"0456\"\"\"\nCy,=SUM(A1)\n";
        let options = Options::default();
        let mut rows = Vec::new();
        let mut head = Head::new(&options, |frame| {
            if let Frame::Row(row) = frame {
                rows.push(row.cells.join("|"));
            }
            Ok(())
        });
        read(text.as_bytes(), &options, &mut head).unwrap();
        head.finish().unwrap();
        assert_eq!(rows, ["Ana|0123", "Bo|0456", "Cy|=SUM(A1)"]);
    }

    #[test]
    fn mixed_encodings_are_refused_with_the_line() {
        let bytes = b"Name\nJos\xC3\xA9\nAna\nJ\xFCrgen\n";
        assert_eq!(
            decode(bytes, &Options::default()).unwrap_err(),
            SheetError::MixedEncodings { line: 4 }
        );
        let bytes = b"Name,City\nJ\xFCrgen,K\xF6ln\nZo\xEB,M\xFCnchen\nJos\xC3\xA9,Madrid\n";
        assert_eq!(
            decode(bytes, &Options::default()).unwrap_err(),
            SheetError::MixedEncodings { line: 4 }
        );
        // Two in one line.
        assert_eq!(
            decode(b"Name,School\nJos\xC3\xA9,Universit\xE4t\n", &Options::default()).unwrap_err(),
            SheetError::MixedEncodings { line: 2 }
        );
    }

    #[test]
    fn separators_are_told() {
        assert_eq!(guess_separator("Name,Email\nAna,a@x.example\n"), ',');
        assert_eq!(guess_separator("Name;Email\n\"Smith; Ann, Dr\";a@x.example\n"), ';');
        assert_eq!(guess_separator("Name\tNotes\nAna\tcalm, quick, kind\n"), '\t');
        assert_eq!(guess_separator("List of 2026\n\nName|Email\nAna|a@x.example\n"), '|');
        assert_eq!(guess_separator("Name\nAna\n"), ',');
        assert_eq!(guess_separator("col1;col2;col3\n1,5;2,5;3\n2,5;3,5;4\n"), ';');
        assert_eq!(separator_line("sep=;\r\nName;Email\r\n"), (Some(';'), "Name;Email\r\n"));
        assert_eq!(separator_line("\"sep=,\"\nName\n"), (Some(','), "Name\n"));
        assert_eq!(separator_line("sep=\t\nName\n"), (Some('\t'), "Name\n"));
        assert_eq!(separator_line("September\nName\n"), (None, "September\nName\n"));
    }

    #[test]
    fn quotation_marks() {
        let check = |text: &str| check_quotes(text, ',');
        for good in [
            "",
            "a,b\n",
            "\"a\",\"b\"\r\n",
            "\"a, \"\"b\"\"\",c\n",
            "5\" disk,x\n",
            "\"\",\"\"",
            "\"x\ny\",z",
            "a,\"b\"",
        ] {
            assert_eq!(check(good), Ok(()), "{good:?}");
        }
        assert_eq!(
            check("Name,Notes\n\"Smith,x\nB,y\n"),
            Err(SheetError::UnclosedQuote { line: 2 })
        );
        assert_eq!(check("a\nb,\""), Err(SheetError::UnclosedQuote { line: 2 }));
        assert_eq!(check("\"Smith,x\nB,\"y\"\n"), Err(SheetError::StrayQuote { line: 1 }));
        assert_eq!(check("a,\"Nick\" Smith\n"), Err(SheetError::StrayQuote { line: 1 }));
    }
}
