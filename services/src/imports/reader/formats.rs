//! Number formats of an old Excel workbook that show more than the number: `00000` makes `1234` into `01234`. The library
//! tells dates from numbers and nothing else, so the formats are looked up here: the compound file's directory, the
//! workbook's stream in it, the records of formats and of numbers in that.
//!
//! Knows nothing for certain: what does not fit is left out, and the numbers are shown as they are. Every place is
//! checked, because the file comes from a stranger.

use std::collections::HashMap;

use super::cells;

/// Cells that are remembered at most; a list of people has far fewer.
const MOST: usize = 500_000;

/// By sheet, in the order of the file: which format a cell has, counted from 0, where it shows more than the number.
#[derive(Debug, Default)]
pub(super) struct Formats {
    codes: Vec<String>,
    sheets: Vec<HashMap<(u32, u32), usize>>,
}

impl Formats {
    /// The number as its cell shows it, where that is more than the number.
    pub(super) fn show(&self, sheet: usize, row: u32, column: u32, value: f64) -> Option<String> {
        let code = self.sheets.get(sheet)?.get(&(row, column))?;
        cells::by_format(value, self.codes.get(*code)?)
    }

    /// What a workbook says; nothing where it is not understood.
    pub(super) fn of(file: &[u8]) -> Self {
        let stream = Compound::open(file).and_then(|file| file.stream(&["Workbook", "Book"]));
        stream.and_then(|stream| read(&stream)).unwrap_or_default()
    }
}

/// Whether the file's directory leads in a circle: the library would follow it without end.
pub(super) fn is_circular(file: &[u8]) -> bool {
    let first = u32_at(file, 48);
    let (Some(open), Some(first)) = (Compound::open(file), first) else {
        return false;
    };
    // One step more than there are sectors is one sector twice.
    follow(&open.next, first).count() > open.next.len()
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let two = bytes.get(at..at.checked_add(2)?)?;
    Some(u16::from_le_bytes(two.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let four = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(four.try_into().ok()?))
}

fn index_at(bytes: &[u8], at: usize) -> Option<usize> {
    usize::try_from(u32_at(bytes, at)?).ok()
}

/// A compound file: streams in sectors, found by a table of which sector follows which.
struct Compound<'a> {
    file: &'a [u8],
    /// Bytes of a sector, as a power of two.
    shift: u32,
    next: Vec<u32>,
}

/// Numbers of sectors from here on mean something else: the end, nothing, a part of the table itself.
const SECTORS_END: u32 = 0xFFFF_FFFA;
/// A stream that is shorter lies in sectors of 64 bytes, within one that is longer.
const SHORT: usize = 4_096;
const SHORT_SECTOR: usize = 64;
/// The first sectors of the table are named in the header.
const TABLE_IN_HEADER: usize = 109;

impl<'a> Compound<'a> {
    fn open(file: &'a [u8]) -> Option<Self> {
        let shift = u32::from(u16_at(file, 30)?);
        if shift != 9 && shift != 12 {
            return None;
        }
        let mut open = Self {
            file,
            shift,
            next: Vec::new(),
        };
        let mut table: Vec<u32> = (0..TABLE_IN_HEADER).filter_map(|n| u32_at(file, 76 + 4 * n)).collect();
        // The others stand in sectors of their own, the last entry of which names the next one.
        let (mut more, mut left) = (u32_at(file, 68)?, file.len() >> shift);
        while more < SECTORS_END && left > 0 {
            let sector = open.sector(more)?;
            let last = sector.len() - 4;
            table.extend((0..last / 4).filter_map(|n| u32_at(sector, 4 * n)));
            more = u32_at(sector, last)?;
            left -= 1;
        }
        let in_file = file.len() >> shift;
        for number in table.into_iter().filter(|n| *n < SECTORS_END).take(in_file) {
            let sector = open.sector(number)?;
            let entries: Vec<u32> = (0..sector.len() / 4).filter_map(|n| u32_at(sector, 4 * n)).collect();
            open.next.extend(entries);
        }
        Some(open)
    }

    fn sector(&self, number: u32) -> Option<&'a [u8]> {
        let size = 1_usize << self.shift;
        let at = usize::try_from(number).ok()?.checked_add(1)?.checked_mul(size)?;
        self.file.get(at..at.checked_add(size)?)
    }

    /// The bytes that begin in this sector. The last sector of a file may be cut short.
    fn chain(&self, first: u32) -> Vec<u8> {
        let mut bytes = Vec::new();
        for number in follow(&self.next, first) {
            let Some(sector) = self.sector(number) else {
                let at = (number as usize).saturating_add(1).saturating_mul(1 << self.shift);
                bytes.extend_from_slice(self.file.get(at..).unwrap_or_default());
                break;
            };
            bytes.extend_from_slice(sector);
        }
        bytes
    }

    /// The first of these streams that is there.
    fn stream(&self, names: &[&str]) -> Option<Vec<u8>> {
        let directory = self.chain(u32_at(self.file, 48)?);
        let entries: Vec<&[u8]> = directory.chunks_exact(128).collect();
        let entry = names.iter().find_map(|name| {
            let wanted: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
            entries.iter().find(|entry| {
                entry[66] == 2 && entry.starts_with(&wanted) && entry[wanted.len()..wanted.len() + 2] == [0, 0]
            })
        })?;
        let (first, size) = (u32_at(entry, 116)?, index_at(entry, 120)?);
        let mut stream = if size >= SHORT {
            self.chain(first)
        } else {
            let all = self.chain(u32_at(entries.first()?, 116)?);
            let table = self.chain(u32_at(self.file, 60)?);
            let next: Vec<u32> = (0..table.len() / 4).filter_map(|n| u32_at(&table, 4 * n)).collect();
            let pieces = follow(&next, first).filter_map(|n| {
                let at = (n as usize).checked_mul(SHORT_SECTOR)?;
                all.get(at..at + SHORT_SECTOR)
            });
            pieces.flatten().copied().collect()
        };
        stream.truncate(size);
        Some(stream)
    }
}

/// The sectors from `first` on; a table that leads in a circle ends all the same.
fn follow(next: &[u32], first: u32) -> impl Iterator<Item = u32> {
    let step = |number: &u32| next.get(*number as usize).copied().filter(|n| *n < SECTORS_END);
    std::iter::successors(Some(first).filter(|n| *n < SECTORS_END), step).take(next.len() + 1)
}

const BEGIN: u16 = 0x0809;
const END: u16 = 0x000A;
const PASSWORD: u16 = 0x002F;
const SHEET: u16 = 0x0085;
const FORMAT: u16 = 0x041E;
const STYLE: u16 = 0x00E0;
const NUMBER: u16 = 0x0203;
const SHORT_NUMBER: u16 = 0x027E;
const SHORT_NUMBERS: u16 = 0x00BD;
const FORMULA: u16 = 0x0006;

/// The records from `at` on: what each is, and its content.
fn records(stream: &[u8], mut at: usize) -> impl Iterator<Item = (u16, &[u8])> {
    std::iter::from_fn(move || {
        let (kind, length) = (u16_at(stream, at)?, usize::from(u16_at(stream, at + 2)?));
        let content = stream.get(at + 4..at + 4 + length)?;
        at += 4 + length;
        Some((kind, content))
    })
}

fn read(stream: &[u8]) -> Option<Formats> {
    let (mut codes, mut styles, mut sheets) = (HashMap::new(), Vec::new(), Vec::new());
    let wide = u16_at(records(stream, 0).next()?.1, 0)? >= 0x0600;
    for (kind, content) in records(stream, 0) {
        match kind {
            PASSWORD => return None,
            FORMAT => codes.extend(code(content, wide)),
            STYLE => styles.push(u16_at(content, 2)?),
            SHEET => sheets.push(index_at(content, 0)?),
            END => break,
            _ => {}
        }
    }
    let mut formats = Formats::default();
    let mut telling = HashMap::new();
    for (number, code) in codes {
        if cells::by_format(1.0, &code).is_some() {
            telling.insert(number, formats.codes.len());
            formats.codes.push(code);
        }
    }
    if telling.is_empty() {
        return None;
    }
    let format_of = |style: u16| telling.get(styles.get(usize::from(style))?).copied();
    let mut kept = 0;
    for at in sheets {
        let mut cells = HashMap::new();
        let mut depth = 0_u32;
        for (kind, content) in records(stream, at) {
            match kind {
                // A chart on the sheet is a sheet within it.
                BEGIN => depth += 1,
                END if depth <= 1 => break,
                END => depth -= 1,
                NUMBER | SHORT_NUMBER | FORMULA | SHORT_NUMBERS if depth == 1 && kept < MOST => {
                    for (place, style) in places(kind, content) {
                        if let Some(format) = format_of(style) {
                            cells.insert(place, format);
                            kept += 1;
                        }
                    }
                }
                _ => {}
            }
        }
        formats.sheets.push(cells);
    }
    Some(formats)
}

/// Number and text of a format.
fn code(content: &[u8], wide: bool) -> Option<(u16, String)> {
    let number = u16_at(content, 0)?;
    if !wide {
        let length = usize::from(*content.get(2)?);
        let text = content.get(3..3 + length)?;
        return text
            .is_ascii()
            .then(|| (number, String::from_utf8_lossy(text).into_owned()));
    }
    let (length, two_bytes) = (usize::from(u16_at(content, 2)?), *content.get(4)? & 1 == 1);
    let text = content.get(5..)?;
    let text = if two_bytes {
        let units: Vec<u16> = (0..length).filter_map(|n| u16_at(text, 2 * n)).collect();
        String::from_utf16(&units).ok()?
    } else {
        text.get(..length)?.iter().map(|byte| char::from(*byte)).collect()
    };
    Some((number, text))
}

/// Row and column of the numbers of a record, each with its style.
fn places(kind: u16, content: &[u8]) -> Vec<((u32, u32), u16)> {
    let head = (u16_at(content, 0), u16_at(content, 2));
    let (Some(row), Some(column)) = head else {
        return Vec::new();
    };
    let place = |n: usize, style: u16| {
        let column = u32::from(column) + u32::try_from(n).unwrap_or(u32::MAX);
        ((u32::from(row), column), style)
    };
    if kind == SHORT_NUMBERS {
        // Style and number for each column, then the number of the last one.
        let many = content.len().saturating_sub(6) / 6;
        return (0..many)
            .filter_map(|n| Some(place(n, u16_at(content, 4 + 6 * n)?)))
            .collect();
    }
    u16_at(content, 4).map(|style| place(0, style)).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kind: u16, content: &[u8]) -> Vec<u8> {
        let length = u16::try_from(content.len()).unwrap();
        [&kind.to_le_bytes()[..], &length.to_le_bytes(), content].concat()
    }

    fn words(words: &[u16]) -> Vec<u8> {
        words.iter().flat_map(|word| word.to_le_bytes()).collect()
    }

    /// A workbook's stream: one format `00000` (in two bytes a character where `wide_text`), styles plain and formatted,
    /// a sheet with a number of each record.
    fn stream(padding: usize, wide_text: bool) -> Vec<u8> {
        let begin = record(BEGIN, &words(&[0x0600, 5, 0, 0]));
        let text = if wide_text {
            [vec![1], "00000".encode_utf16().flat_map(u16::to_le_bytes).collect()].concat()
        } else {
            b"\x0000000".to_vec()
        };
        let format = record(FORMAT, &[words(&[164, 5]), text].concat());
        let styles = [words(&[0, 0]), words(&[0, 164])]
            .map(|style| record(STYLE, &style))
            .concat();
        let end = record(END, &[]);
        let room = record(0x00FF, &vec![0; padding]);
        let globals = [begin.clone(), format, styles, room].concat();
        let at = u32::try_from(globals.len() + record(SHEET, &[0; 8]).len() + end.len()).unwrap();
        let sheet = record(SHEET, &[at.to_le_bytes(), [0; 4]].concat());
        let chart = [
            begin.clone(),
            record(NUMBER, &words(&[0, 9, 1, 0, 0, 0, 0])),
            end.clone(),
        ]
        .concat();
        let numbers = [
            record(NUMBER, &words(&[3, 0, 1, 0, 0, 0, 0])),
            record(SHORT_NUMBER, &words(&[3, 1, 0, 0, 0])),
            record(SHORT_NUMBERS, &words(&[4, 2, 1, 0, 0, 0, 0, 0, 1, 0, 0, 4])),
            record(FORMULA, &words(&[5, 0, 1, 0, 0, 0, 0])),
        ];
        [globals, sheet, end.clone(), begin, chart, numbers.concat(), end].concat()
    }

    fn check(formats: &Formats) {
        let shown = |row, column| formats.show(0, row, column, 1_234.0);
        for (row, column) in [(3, 0), (4, 2), (4, 4), (5, 0)] {
            assert_eq!(shown(row, column).as_deref(), Some("01234"), "{row} {column}");
        }
        for (row, column) in [(3, 1), (4, 3), (4, 5), (0, 9)] {
            assert_eq!(shown(row, column), None, "{row} {column}");
        }
        assert_eq!(formats.show(1, 3, 0, 1.0), None);
    }

    /// Sectors of 512 bytes: the table, the directory, then what lies in the file.
    fn compound(stream: &[u8]) -> Vec<u8> {
        let entry = |name: &str, kind: u8, first: u32, size: usize| {
            let mut entry = vec![0_u8; 128];
            for (n, unit) in name.encode_utf16().enumerate() {
                entry[2 * n..2 * n + 2].copy_from_slice(&unit.to_le_bytes());
            }
            entry[66] = kind;
            entry[116..120].copy_from_slice(&first.to_le_bytes());
            entry[120..124].copy_from_slice(&u32::try_from(size).unwrap().to_le_bytes());
            entry
        };
        let short = stream.len() < SHORT;
        let count = stream.len().div_ceil(512) as u32;
        // 0 the table, 1 the directory, 2 the table of short sectors, 3… the stream.
        let mut next = vec![0xFFFF_FFFD_u32, 0xFFFF_FFFE, 0xFFFF_FFFE];
        next.extend((1..count).map(|n| 3 + n));
        next.push(0xFFFF_FFFE);
        next.resize(128, 0xFFFF_FFFF);
        let table: Vec<u8> = next.iter().flat_map(|n| n.to_le_bytes()).collect();
        let root = entry("Root Entry", 5, 3, stream.len());
        let book = entry("Workbook", 2, if short { 0 } else { 3 }, stream.len());
        let mut directory = [root, book].concat();
        directory.resize(512, 0);
        let pieces = stream.len().div_ceil(SHORT_SECTOR) as u32;
        let mut short_next: Vec<u32> = (1..pieces).collect();
        short_next.push(0xFFFF_FFFE);
        short_next.resize(128, 0xFFFF_FFFF);
        let short_table: Vec<u8> = short_next.iter().flat_map(|n| n.to_le_bytes()).collect();
        let mut header = vec![0_u8; 512];
        header[30] = 9;
        header[48] = 1;
        header[60] = 2;
        header[68..72].copy_from_slice(&0xFFFF_FFFE_u32.to_le_bytes());
        header[76..512].fill(0xFF);
        header[76..80].fill(0);
        let mut content = stream.to_vec();
        content.resize(512 * count as usize, 0);
        [header, table, directory, short_table, content].concat()
    }

    #[test]
    fn formats_are_found_in_short_streams_and_long_ones() {
        for (padding, wide_text) in [(0, false), (600, true), (6_000, false)] {
            let stream = stream(padding, wide_text);
            check(&read(&stream).unwrap());
            check(&Formats::of(&compound(&stream)));
        }
    }

    #[test]
    fn what_is_not_understood_is_left_out() {
        let whole = compound(&stream(0, false));
        for length in (0..whole.len()).step_by(7) {
            Formats::of(&whole[..length]);
        }
        for at in 0..whole.len() {
            for value in [0, 1, 0x7F, 0xFF] {
                let mut broken = whole.clone();
                broken[at] = value;
                Formats::of(&broken);
            }
        }
    }
}
