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
    let number = r#"<table:table-row><table:table-cell office:value-type="float" office:value="3.5"><text:p>3.5</text:p></table:table-cell></table:table-row>"#;
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

fn files() -> Vec<Vec<u8>> {
    let text = "Name;Email;Notes\r\n\"Ana\";ana@x.example;\"one\r\ntwo \"\"q\"\"\"\r\nBen;ben@x.example;\r\n";
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut files = vec![
        workbook(),
        open_document(),
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
