//! Broken tables at the parser's entry: whatever comes, it answers with rows that keep the limits or with a sentence, and
//! never panics, hangs or takes memory without end.
//!
//! Files of every kind are mutated; in zipped ones the parts inside, so that the damage gets past the checksum.
//! `PARLEY_FUZZ_SECONDS` says how long (`make check`: 60), `PARLEY_SEED` repeats a run, `PARLEY_FUZZ_FILES` names a folder
//! of further files to begin with.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a test stops where something is not as it should be, and says what it tried"
)]

use parley_services::imports::reader::{self, Frame, Options, limits};
use proptest::{
    prelude::Rng,
    test_runner::{RngAlgorithm, TestRng},
};

use rust_xlsxwriter::{Format, Formula, Workbook};
use std::{
    io::{Cursor, Read as _, Write as _},
    time::{Duration, Instant},
};
use zip::{ZipArchive, ZipWriter, write::SimpleFileOptions};

/// What parsers of tables trip over.
const WORDS: &[&str] = &[
    "\"",
    "\"\"",
    "\r\n",
    "\n",
    ",",
    ";",
    "\t",
    "\0",
    "\u{FEFF}",
    "sep=;",
    "é",
    "姓名",
    "=1+1",
    "#N/A",
    "1e308",
    "-0",
    "NaN",
    "<row r=\"1048576\">",
    "<row r=\"0\">",
    "<row>",
    "</row>",
    "<c r=\"XFD1048576\">",
    "<c r=\"ZZZZZZZ1\">",
    "<c r=\"A0\">",
    " t=\"s\"",
    " t=\"b\"",
    " t=\"e\"",
    " t=\"d\"",
    " t=\"str\"",
    " t=\"inlineStr\"",
    " s=\"99999\"",
    "<v>4294967295</v>",
    "<v>-1</v>",
    "<v>1e400</v>",
    "<f>",
    "</f>",
    "<is><t>",
    "</t></is>",
    "<si>",
    "<mergeCell ref=\"A1:XFD1048576\"/>",
    "<mergeCell ref=\"B9:A1\"/>",
    "<hyperlink ref=\"A1:XFD1048576\" r:id=\"rId1\"/>",
    "<hyperlink ref=\"B9:A1\" r:id=\"rId1\"/>",
    "mailto:",
    "<!DOCTYPE a>",
    "<!ENTITY b \"c\">",
    "&b;",
    "&#0;",
    "&#x110000;",
    "<![CDATA[",
    "]]>",
    "<!--",
    "table:number-columns-repeated=\"1000000\"",
    "table:number-rows-repeated=\"1000000\"",
    "office:value=\"x\"",
    "office:value-type=\"date\" office:date-value=\"0000-99-99\"",
    "numFmtId=\"22\"",
    "date1904=\"1\"",
];

struct Dice(TestRng);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        let roll = self.0.next_u64() % u64::try_from(end.max(1)).unwrap();
        usize::try_from(roll).unwrap()
    }

    fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }

    /// A few changes at random places.
    fn damage(&mut self, bytes: &mut Vec<u8>) {
        for _ in 0..=self.below(6) {
            let at = self.below(bytes.len() + 1);
            let end = (at + self.below(40)).min(bytes.len());
            match self.below(7) {
                0 if at < bytes.len() => bytes[at] ^= 1 << self.below(8),
                1 if at < bytes.len() => bytes[at] = u8::try_from(self.below(256)).unwrap(),
                2 => _ = bytes.drain(at..end),
                3 => {
                    let piece = bytes[at..end].to_vec();
                    let times = self.below(50);
                    bytes.splice(at..at, piece.repeat(times));
                }
                4 => {
                    let from = self.below(bytes.len() + 1);
                    let to = (from + self.below(200)).min(bytes.len());
                    let piece = bytes[from..to].to_vec();
                    bytes.splice(at..at, piece);
                }
                _ => {
                    let word = self.pick(WORDS).as_bytes().to_vec();
                    bytes.splice(at..at, word);
                }
            }
        }
    }

    /// The same inside one part of a zip.
    fn damage_part(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
        let victim = self.below(archive.len());
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for index in 0..archive.len() {
            let mut part = archive.by_index(index).unwrap();
            let name = part.name().unwrap().into_owned();
            let mut content = Vec::new();
            part.read_to_end(&mut content).unwrap();
            if index == victim || self.below(4) == 0 {
                self.damage(&mut content);
            }
            zip.start_file(name, SimpleFileOptions::default()).unwrap();
            zip.write_all(&content).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }
}

fn workbook() -> Vec<u8> {
    let mut book = Workbook::new();
    let (date, zeros) = (
        Format::new().set_num_format("dd.mm.yyyy"),
        Format::new().set_num_format("00000000"),
    );
    let sheet = book.add_worksheet();
    sheet.merge_range(0, 0, 0, 3, "Spring", &Format::new()).unwrap();
    for (column, text) in (0..).zip(["Name", "Email", "Phone", "Graduation year", "Notes"]) {
        sheet.write_string(2, column, text).unwrap();
    }
    for row in 3..8 {
        sheet.write_string(row, 0, format!("Ana {row}")).unwrap();
        sheet.write_string(row, 1, format!("ana{row}@x.example")).unwrap();
        sheet.write_number_with_format(row, 2, 4_915_112 + row, &zeros).unwrap();
        sheet.write_number_with_format(row, 3, 45_000 + row, &date).unwrap();
        sheet
            .write_formula(row, 4, Formula::new("A1&B1").set_result("x"))
            .unwrap();
    }
    sheet.write_url_with_text(8, 1, "mailto:ben@x.example", "Ben").unwrap();
    sheet.merge_range(3, 5, 7, 5, "merged", &Format::new()).unwrap();
    book.add_worksheet().set_hidden(true).write_boolean(0, 0, true).unwrap();
    book.save_to_buffer().unwrap()
}

fn open_document() -> Vec<u8> {
    let names = [
        ("office", "urn:oasis:names:tc:opendocument:xmlns:office:1.0"),
        ("table", "urn:oasis:names:tc:opendocument:xmlns:table:1.0"),
        ("text", "urn:oasis:names:tc:opendocument:xmlns:text:1.0"),
    ];
    let spaces: String = names
        .iter()
        .map(|(name, uri)| format!(" xmlns:{name}=\"{uri}\""))
        .collect();
    let cell = |text: &str| {
        format!(r#"<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>"#)
    };
    let rows = [["Name", "Email"], ["Ana", "ana@x.example"], ["Ben", "ben@x.example"]]
        .map(|row| format!("<table:table-row>{}</table:table-row>", row.map(cell).concat()))
        .concat();
    let number = r#"<table:table-row table:number-rows-repeated="2"><table:table-cell table:number-columns-repeated="2" office:value-type="float" office:value="3"><text:p>003</text:p></table:table-cell></table:table-row>"#;
    let content = format!(
        r#"<?xml version="1.0"?><office:document-content{spaces} office:version="1.2"><office:body><office:spreadsheet><table:table table:name="S">{rows}{number}</table:table></office:spreadsheet></office:body></office:document-content>"#
    );
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in [
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        ("content.xml", content.as_str()),
        ("META-INF/manifest.xml", "<manifest/>"),
    ] {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A workbook of old Excel: texts, and numbers with a format that shows zeros in front.
fn old_workbook() -> Vec<u8> {
    let record = |kind: u16, content: &[u8]| {
        let length = u16::try_from(content.len()).unwrap();
        [&kind.to_le_bytes()[..], &length.to_le_bytes(), content].concat()
    };
    let words = |words: &[u16]| words.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<u8>>();
    let begin = |what: u16| record(0x0809, &words(&[0x0600, what, 0x0DBB, 0x07CC, 0, 0, 6, 0]));
    let end = record(0x000A, &[]);
    let text = |row: u16, column: u16, text: &str| {
        let length = u16::try_from(text.len()).unwrap();
        record(
            0x0204,
            &[&words(&[row, column, 0, length])[..], &[0], text.as_bytes()].concat(),
        )
    };
    let code = [&words(&[164, 5])[..], b"\x0000000"].concat();
    let style = |format: u16| record(0x00E0, &[words(&[0, format]), vec![0; 16]].concat());
    let head = [
        begin(5),
        record(0x0042, &words(&[1_200])),
        record(0x041E, &code),
        style(0),
        style(164),
    ]
    .concat();
    let name = [&[0_u8, 0, 6, 0][..], b"People"].concat();
    let at = u32::try_from(head.len() + 4 + 4 + name.len() + end.len()).unwrap();
    let sheet = record(0x0085, &[&at.to_le_bytes()[..], &name].concat());
    let mut cells = vec![text(0, 0, "Name"), text(0, 1, "Phone"), text(0, 2, "Notes")];
    for row in 1..6 {
        let number = 30_123_456_f64 + f64::from(row);
        let four = [
            number.to_bits() as u16,
            (number.to_bits() >> 16) as u16,
            (number.to_bits() >> 32) as u16,
            (number.to_bits() >> 48) as u16,
        ];
        cells.push(text(row, 0, "Ana"));
        cells.push(record(0x0203, &words(&[row, 1, 1, four[0], four[1], four[2], four[3]])));
        cells.push(record(0x00BD, &words(&[row, 2, 1, 6, 0, 0, 30, 0, 3])));
    }
    let mut stream = [head, sheet, end.clone(), begin(16), cells.concat(), end].concat();
    stream.resize(8 * 512, 0);
    // Sectors: 0 is the table of sectors, 1 the directory, 2 to 9 the stream.
    let mut next = vec![0xFFFF_FFFD_u32, 0xFFFF_FFFE];
    next.extend(3..=9);
    next.push(0xFFFF_FFFE);
    next.resize(128, 0xFFFF_FFFF);
    let table: Vec<u8> = next.iter().flat_map(|n| n.to_le_bytes()).collect();
    let entry = |name: &str, kind: u8, first: u32, size: u32| {
        let mut entry = vec![0_u8; 128];
        for (n, unit) in name.encode_utf16().enumerate() {
            entry[2 * n..2 * n + 2].copy_from_slice(&unit.to_le_bytes());
        }
        entry[64] = u8::try_from(2 * name.len() + 2).unwrap();
        entry[66] = kind;
        entry[68..80].fill(0xFF);
        entry[116..120].copy_from_slice(&first.to_le_bytes());
        entry[120..124].copy_from_slice(&size.to_le_bytes());
        entry
    };
    let mut root = entry("Root Entry", 5, 0xFFFF_FFFE, 0);
    root[76..80].copy_from_slice(&1_u32.to_le_bytes());
    let mut directory = [root, entry("Workbook", 2, 2, 8 * 512)].concat();
    directory.resize(512, 0);
    let mut header = vec![0_u8; 512];
    header[..8].copy_from_slice(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1");
    header[24..34].copy_from_slice(&words(&[0x3E, 3, 0xFFFE, 9, 6]));
    header[44] = 1;
    header[48] = 1;
    header[56..60].copy_from_slice(&4_096_u32.to_le_bytes());
    for at in [60, 68] {
        header[at..at + 4].copy_from_slice(&0xFFFF_FFFE_u32.to_le_bytes());
    }
    header[76..512].fill(0xFF);
    header[76..80].fill(0);
    [header, table, directory, stream].concat()
}

#[test]
fn the_files_that_are_damaged_are_whole_before() {
    for file in [workbook(), open_document(), old_workbook()] {
        let mut output = Vec::new();
        reader::extract(&mut &*file, &Options::default(), &mut output).unwrap();
        let text = String::from_utf8(output).unwrap();
        assert!(text.contains("\"end\""), "{text}");
    }
    let mut output = Vec::new();
    reader::extract(&mut &*old_workbook(), &Options::default(), &mut output).unwrap();
    let text = String::from_utf8(output).unwrap();
    let row = r#"{"row":{"n":2,"c":["Ana","30123457","00001","7"]}}"#;
    assert!(text.contains(row), "{text}");
}

fn files() -> Vec<Vec<u8>> {
    let text = "Name;Email;Notes\r\n\"Ana\";ana@x.example;\"one\r\ntwo \"\"q\"\"\"\r\nBen;ben@x.example;\r\n";
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut files = vec![
        workbook(),
        open_document(),
        // Not `old_workbook()`: the library follows a directory that leads in a circle without end, and nothing bounds memory
        // here. In the reading process its limits do.
        text.as_bytes().to_vec(),
        [&b"\xFF\xFE"[..], &wide].concat(),
        wide,
        b"sep=,\n\xD0\xD5\xC3\xFB,\xD3\xCA\xCF\xE4\n\xCD\xF5\xD0\xA1\xC3\xF7,w@x.example\n".to_vec(),
        "姓名\t邮箱\n王小明\tw@x.example\n".as_bytes().to_vec(),
    ];
    if let Some(folder) = std::env::var_os("PARLEY_FUZZ_FILES") {
        let entries = std::fs::read_dir(folder).unwrap();
        let small = entries
            .map(|entry| std::fs::read(entry.unwrap().path()).unwrap())
            .filter(|f| f.len() < 100_000);
        files.extend(small);
    }
    files
}

fn options(dice: &mut Dice) -> Options {
    let mut options = Options::default();
    if dice.below(6) == 0 {
        options.header_row = Some(u32::try_from(dice.below(8)).unwrap());
    }
    if dice.below(6) == 0 {
        options.encoding = Some((*dice.pick(reader::ENCODINGS)).to_owned());
    }
    if dice.below(6) == 0 {
        options.separator = Some(*dice.pick(&reader::SEPARATORS));
    }
    options
}

/// What the entry must hold, whatever it is given.
fn answered(bytes: &[u8], options: &Options) {
    let mut output = Vec::new();
    reader::extract(&mut &*bytes, options, &mut output).unwrap();
    let frames: Vec<Frame> = output
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect();
    let (mut rows, mut last) = (0, 0);
    for frame in &frames {
        if let Frame::Row(row) = frame {
            assert!(row.number > last, "rows come in the order of the file");
            assert!(row.cells.len() <= limits::COLUMNS as usize);
            assert!(
                row.cells
                    .iter()
                    .all(|cell| cell.chars().count() <= limits::CELL_CHARS as usize)
            );
            (rows, last) = (rows + 1, row.number);
        }
    }
    match frames.last() {
        Some(Frame::End(count)) => {
            assert!(matches!(frames[0], Frame::Opened(_)));
            assert_eq!(*count, rows);
            assert!(rows > 0 && rows <= limits::ROWS);
        }
        Some(Frame::Refused(error)) => assert!(error.sentence().ends_with("Nothing was added.")),
        other => panic!("the last frame is {other:?}"),
    }
}

#[test]
fn broken_tables_are_answered() {
    let variable = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let span = Duration::from_secs(variable("PARLEY_FUZZ_SECONDS").unwrap_or(3));
    let seed = variable("PARLEY_SEED").unwrap_or_else(|| u64::from(std::process::id()));
    let mut bytes = [9_u8; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let mut dice = Dice(TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    let files = files();
    let (start, mut tried) = (Instant::now(), 0_u64);
    while start.elapsed() < span {
        let mut file = dice.pick(&files).clone();
        let zipped = ZipArchive::new(Cursor::new(&file)).is_ok();
        if zipped && dice.below(5) > 0 {
            file = dice.damage_part(&file);
        } else {
            dice.damage(&mut file);
        }
        let options = options(&mut dice);
        if std::env::var_os("PARLEY_FUZZ_KEEP").is_some() {
            // An abort leaves no message: then the last file says what it was.
            std::fs::write("/tmp/parley-fuzz-last", &file).unwrap();
        }
        let case = std::panic::catch_unwind(|| answered(&file, &options));
        if case.is_err() {
            let kept = std::env::temp_dir().join(format!("parley-fuzz-{seed}-{tried}"));
            std::fs::write(&kept, &file).unwrap();
            panic!(
                "PARLEY_SEED={seed}, table {tried}, {options:?}, kept as {}",
                kept.display()
            );
        }
        tried += 1;
    }
    eprintln!("PARLEY_SEED={seed}: {tried} broken tables in {} s", span.as_secs());
}
