//! Whole files through the reader: made here by the writer library or byte by byte, so that a clone needs nothing else.

use std::io::{Cursor, Write as _};

use proptest::prelude::*;
use rust_xlsxwriter::{ExcelDateTime, Format as Style, Formula, Workbook};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::*;

/// What reading a file gives.
#[derive(Debug, Default)]
struct Table {
    opened: Option<Opened>,
    rows: Vec<Row>,
    end: Option<u32>,
}

impl Table {
    fn opened(&self) -> &Opened {
        self.opened.as_ref().unwrap()
    }

    fn row(&self, number: u32) -> &Row {
        self.rows.iter().find(|row| row.number == number).unwrap()
    }
}

fn read_with(bytes: &[u8], options: &Options) -> Result<Table, SheetError> {
    let mut table = Table::default();
    let outcome = read(bytes.to_vec(), options, |frame| {
        match frame {
            Frame::Opened(opened) => table.opened = Some(opened),
            Frame::Row(row) => table.rows.push(row),
            Frame::End(rows) => table.end = Some(rows),
            Frame::Refused(_) => panic!("a refusal is an error, not a frame"),
        }
        Ok(())
    });
    match outcome {
        Ok(()) => Ok(table),
        Err(Stop::Sheet(error)) => Err(error),
        Err(Stop::Io(error)) => panic!("{error}"),
    }
}

fn read_all(bytes: &[u8]) -> Table {
    read_with(bytes, &Options::default()).unwrap()
}

fn refused(bytes: &[u8]) -> SheetError {
    read_with(bytes, &Options::default()).unwrap_err()
}

/// A workbook with one sheet of text.
fn xlsx(rows: &[&[&str]]) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (r, row) in (0..).zip(rows) {
        for (c, text) in (0..).zip(*row) {
            sheet.write_string(r, c, *text).unwrap();
        }
    }
    book.save_to_buffer().unwrap()
}

/// A workbook whose first sheet is the given XML.
fn raw_xlsx(sheet: &str) -> Vec<u8> {
    let types = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let parts = [
        (
            "_rels/.rels",
            format!(
                r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="{types}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#
            ),
        ),
        (
            "xl/workbook.xml",
            format!(
                r#"<workbook xmlns="{main}" xmlns:r="{types}"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>"#
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="{types}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#
            ),
        ),
        (
            "xl/worksheets/sheet1.xml",
            format!(r#"<worksheet xmlns="{main}">{sheet}</worksheet>"#),
        ),
    ];
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn cell(address: &str, text: &str) -> String {
    format!(r#"<c r="{address}" t="inlineStr"><is><t>{text}</t></is></c>"#)
}

#[test]
fn cells_read_as_a_person_reads_them() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let bold = Style::new().set_bold();
    let plain = Style::new();
    sheet
        .merge_range(0, 0, 0, 7, "Acme Recruiting – list of 2026", &bold)
        .unwrap();
    for (c, text) in (0..).zip(["Name", "Email", "Phone", "School", "Graduation year", "Notes"]) {
        sheet.write_string(2, c, text).unwrap();
    }
    sheet.write_string(3, 0, "José Álvarez").unwrap();
    sheet.write_number(3, 2, 34_612_345_678_f64).unwrap();
    sheet.merge_range(3, 3, 5, 3, "清华大学", &plain).unwrap();
    let date = Style::new().set_num_format("dd.mm.yyyy");
    sheet
        .write_datetime_with_format(3, 4, ExcelDateTime::from_ymd(2024, 2, 29).unwrap(), &date)
        .unwrap();
    sheet
        .write_rich_string(3, 5, &[(&plain, "Rich "), (&bold, "text")])
        .unwrap();
    sheet.write_string(4, 0, "O’Brien\u{A0}Ana").unwrap();
    let zeros = Style::new().set_num_format("00000000000");
    sheet.write_number_with_format(4, 2, 2_079_460_958_f64, &zeros).unwrap();
    sheet.write_number(4, 4, 2024).unwrap();
    sheet
        .write_formula(4, 5, Formula::new("1/0").set_result("#DIV/0!"))
        .unwrap();
    sheet.write_string(5, 0, "Ben").unwrap();
    sheet
        .write_formula(5, 1, Formula::new("LOWER(\"B@X\")").set_result("b@x.example"))
        .unwrap();
    sheet.write_number(5, 2, 4_420_794_609_581_200_f64).unwrap();
    sheet.write_boolean(5, 5, true).unwrap();
    sheet.write_string(9, 0, "=SUM(A1)").unwrap();
    let table = read_all(&book.save_to_buffer().unwrap());

    assert_eq!(table.opened().format, Format::Xlsx);
    assert_eq!(table.opened().header_row, 3);
    assert_eq!(
        table.opened().header,
        ["Name", "Email", "Phone", "School", "Graduation year", "Notes"]
    );
    assert_eq!(
        table.row(4).cells,
        ["José Álvarez", "", "34612345678", "清华大学", "2024-02-29", "Rich text"]
    );
    assert_eq!(
        table.row(5).cells,
        ["O’Brien Ana", "", "02079460958", "清华大学", "2024"]
    );
    assert_eq!(
        table.row(5).notes,
        [Note {
            column: 5,
            kind: NoteKind::ErrorCell
        }]
    );
    assert_eq!(
        table.row(6).cells,
        ["Ben", "b@x.example", "4420794609581200", "清华大学", "", "TRUE"]
    );
    assert_eq!(
        table.row(6).notes,
        [Note {
            column: 2,
            kind: NoteKind::RoundedNumber
        }]
    );
    assert_eq!(table.row(10).cells, ["=SUM(A1)"]);
    assert_eq!((table.rows.len(), table.end), (4, Some(4)));
}

#[test]
fn a_formula_that_was_never_calculated_is_noted() {
    let header = [cell("A1", "Name"), cell("B1", "Email")].concat();
    let sheet = format!(
        r#"<sheetData><row r="1">{header}</row><row r="2">{}<c r="B2"><f>LOWER("A@X")</f><v></v></c></row></sheetData>"#,
        cell("A2", "Ana")
    );
    let table = read_all(&raw_xlsx(&sheet));
    assert_eq!(
        table.row(2).cells,
        ["Ana", ""].map(str::to_owned)[..table.row(2).cells.len()]
    );
    assert_eq!(
        table.row(2).notes,
        [Note {
            column: 1,
            kind: NoteKind::FormulaWithoutResult
        }]
    );
}

#[test]
fn the_sheet_with_known_headers_is_read_and_hidden_ones_are_not() {
    let mut book = Workbook::new();
    let cover = book.add_worksheet().set_name("Cover").unwrap();
    cover.write_string(0, 0, "About").unwrap();
    let people = book.add_worksheet().set_name("People").unwrap();
    people.write_string(0, 0, "Name").unwrap();
    people.write_string(1, 0, "Ana").unwrap();
    let hidden = book.add_worksheet().set_name("Old").unwrap().set_hidden(true);
    hidden.write_string(0, 0, "Name").unwrap();
    hidden.write_string(0, 1, "Email").unwrap();
    hidden.write_string(1, 0, "Gone").unwrap();
    book.add_worksheet().set_name("Blank").unwrap();
    let bytes = book.save_to_buffer().unwrap();

    let table = read_all(&bytes);
    assert_eq!(table.opened().sheet.as_deref(), Some("People"));
    let seen: Vec<_> = table
        .opened()
        .sheets
        .iter()
        .map(|s| (s.name.as_str(), s.visible, s.filled))
        .collect();
    assert_eq!(
        seen,
        [
            ("Cover", true, true),
            ("People", true, true),
            ("Old", false, true),
            ("Blank", true, false)
        ]
    );

    let chosen = |name: &str| Options {
        sheet: Some(name.to_owned()),
        ..Options::default()
    };
    assert_eq!(read_with(&bytes, &chosen("Old")).unwrap().rows[0].cells, ["Gone"]);
    let missing = read_with(&bytes, &chosen("Nope")).unwrap_err();
    assert_eq!(missing, SheetError::NoSuchSheet { name: "Nope".into() });
    assert_eq!(read_with(&bytes, &chosen("Blank")).unwrap_err(), SheetError::Empty);
}

#[test]
fn the_header_row_can_be_chosen() {
    let bytes = xlsx(&[
        &["First list"],
        &["x", "y"],
        &["Name", "Email"],
        &["Ana", "a@x.example"],
    ]);
    assert_eq!(read_all(&bytes).opened().header_row, 3);
    let at = |row| Options {
        header_row: Some(row),
        ..Options::default()
    };
    let table = read_with(&bytes, &at(2)).unwrap();
    assert_eq!(table.opened().header, ["x", "y"]);
    assert_eq!(table.rows.len(), 2);
    assert_eq!(
        read_with(&bytes, &at(9)).unwrap_err(),
        SheetError::NoSuchHeaderRow { row: 9 }
    );
    let bytes = b"Name\n\nAna\n";
    assert_eq!(
        read_with(bytes, &at(2)).unwrap_err(),
        SheetError::NoSuchHeaderRow { row: 2 }
    );
}

#[test]
fn separated_text_keeps_row_numbers_and_quotes() {
    let table = read_all(b"Name,Notes\r\n\"Smith, Ann\",\"line1\nline2 \"\"q\"\"\"\r\n\r\nShort\r\na,b,c,d\r\n");
    assert_eq!(table.opened().separator, Some(','));
    assert_eq!(table.opened().encoding.as_deref(), Some("UTF-8"));
    let rows: Vec<_> = table.rows.iter().map(|row| (row.number, row.cells.join("|"))).collect();
    // The second record stands on lines 2 and 3, which a spreadsheet program shows as row 2.
    assert_eq!(
        rows,
        [
            (2, "Smith, Ann|line1\nline2 \"q\"".into()),
            (4, "Short".into()),
            (5, "a|b|c|d".into())
        ]
    );
    let table = read_all(b"sep=;\r\nName;Email\r\nA;#N/A\r\n");
    assert_eq!((table.opened().header_row, table.rows[0].number), (1, 2));
    assert_eq!(table.rows[0].cells, ["A"]);
    assert_eq!(
        table.rows[0].notes,
        [Note {
            column: 1,
            kind: NoteKind::ErrorCell
        }]
    );
    assert_eq!(
        read_all(b"Name,Email\r\nA\0B,a@x.example\r\n").rows[0].cells,
        ["AB", "a@x.example"]
    );
}

#[test]
fn bad_files_have_their_sentence() {
    assert_eq!(refused(b""), SheetError::Empty);
    assert_eq!(refused(b"Name,Email\n"), SheetError::HeadersOnly);
    assert_eq!(refused(&xlsx(&[&["Name", "Email"]])), SheetError::HeadersOnly);
    assert_eq!(refused(&xlsx(&[])), SheetError::Empty);
    assert_eq!(refused(b"%PDF-1.7 ..."), SheetError::NotATable { what: "a PDF".into() });
    assert_eq!(refused(&vec![b'a'; 25_000_001]), SheetError::FileTooLarge);
    let whole = xlsx(&[&["Name"], &["Ana"]]);
    assert_eq!(refused(&whole[..whole.len() / 2]), SheetError::Damaged);
    assert_eq!(
        refused(b"Name,Notes\n\"Ana,x\nBen,y\n"),
        SheetError::UnclosedQuote { line: 2 }
    );
    let compound = [&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1][..], &[0; 600]].concat();
    assert_eq!(refused(&compound), SheetError::Damaged);
    let encrypted: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(refused(&[compound, encrypted].concat()), SheetError::Password);
}

#[test]
fn limits_are_kept() {
    let lines = |count: usize| format!("Name\n{}", "Ana\n".repeat(count)).into_bytes();
    assert_eq!(read_all(&lines(50_000)).end, Some(50_000));
    assert_eq!(refused(&lines(50_001)), SheetError::TooManyRows);
    let wide = |count: usize| format!("Name\nAna{}x\n", ",".repeat(count - 1)).into_bytes();
    assert_eq!(read_all(&wide(256)).rows[0].cells.len(), 256);
    assert_eq!(refused(&wide(300)), SheetError::TooManyColumns);
    let header: Vec<String> = (0..300).map(|n| format!("h{n}")).collect();
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    assert_eq!(refused(&xlsx(&[&header, &["Ana"]])), SheetError::TooManyColumns);
    let long = format!("Name,Notes\nAna,{}\n", "x".repeat(2_000_000));
    assert_eq!(
        refused(long.as_bytes()),
        SheetError::CellTooLong {
            cell: Some("B2".into())
        }
    );
    let sheet = |text: &str| format!(r#"<sheetData><row r="1">{}</row></sheetData>"#, cell("C1", text));
    let long = "x".repeat(2_000_000);
    assert_eq!(
        refused(&raw_xlsx(&sheet(&long))),
        SheetError::CellTooLong { cell: None }
    );
    assert_eq!(
        refused(&raw_xlsx(&sheet(&long[..40_000]))),
        SheetError::CellTooLong {
            cell: Some("C1".into())
        }
    );
}

#[test]
fn cells_far_apart_cost_nothing() {
    let rows = |last: &str| {
        let far = last.trim_start_matches(|c: char| c.is_ascii_alphabetic());
        format!(
            r#"<sheetData><row r="1">{}</row><row r="{far}">{}</row></sheetData>"#,
            cell("A1", "Name"),
            cell(last, "Ana")
        )
    };
    let table = read_all(&raw_xlsx(&rows("H1048576")));
    assert_eq!((table.rows.len(), table.rows[0].number), (1, 1_048_576));
    assert_eq!(refused(&raw_xlsx(&rows("XFD1048576"))), SheetError::TooManyColumns);
    assert_eq!(refused(&raw_xlsx(&rows("ZZZZZZZ2"))), SheetError::Damaged);
    let backwards = format!(
        r#"<sheetData><row r="5">{}</row><row r="2">{}</row></sheetData>"#,
        cell("A5", "Name"),
        cell("A2", "Ana")
    );
    assert_eq!(refused(&raw_xlsx(&backwards)), SheetError::Damaged);
}

#[test]
fn a_million_formatted_empty_rows_are_no_rows() {
    let mut sheet = format!(
        r#"<sheetData><row r="1">{}</row><row r="2">{}</row>"#,
        cell("A1", "Name"),
        cell("A2", "Ana")
    );
    for row in 3..100_000 {
        sheet.push_str(&format!(r#"<row r="{row}"><c r="A{row}" s="0"/></row>"#));
    }
    sheet.push_str("</sheetData>");
    assert_eq!(read_all(&raw_xlsx(&sheet)).end, Some(1));
}

#[test]
fn frames_travel_as_lines() {
    let mut output = Vec::new();
    extract(
        &mut &b"Name,Email\nAna,a@x.example\n"[..],
        &Options::default(),
        &mut output,
    )
    .unwrap();
    let text = String::from_utf8(output).unwrap();
    let frames: Vec<Frame> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(matches!(frames[..], [Frame::Opened(_), Frame::Row(_), Frame::End(1)]));
    assert_eq!(
        text.lines().nth(1).unwrap(),
        r#"{"row":{"n":2,"c":["Ana","a@x.example"]}}"#
    );

    let mut output = Vec::new();
    extract(&mut &b""[..], &Options::default(), &mut output).unwrap();
    assert_eq!(output, b"{\"refused\":{\"error\":\"empty\"}}\n");
}

#[test]
fn addresses() {
    assert_eq!(address(2, 14), "C14");
    assert_eq!(
        [0, 25, 26, 255, 16_383].map(column_letters),
        ["A", "Z", "AA", "IV", "XFD"]
    );
}

fn cell_text() -> impl Strategy<Value = String> {
    // Letters of several scripts, what separated text must quote, and what looks like a formula.
    let text = proptest::string::string_regex("[a-zA-Z0-9éÜß姓名ي,;\"'=+@\n|\t -]{0,12}").unwrap();
    // `="0123"` is how separated text keeps a text from being a number.
    text.prop_filter("read as what it keeps", |text| !text.trim_start().starts_with("=\""))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever is written as separated text or as a workbook comes back, cell by cell.
    #[test]
    fn what_is_written_is_read(rows in proptest::collection::vec(proptest::collection::vec(cell_text(), 3), 1..8)) {
        let mut expected = Vec::new();
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(["Name", "Email", "Notes"]).unwrap();
        let mut table: Vec<Vec<&str>> = vec![vec!["Name", "Email", "Notes"]];
        for row in &rows {
            writer.write_record(row).unwrap();
            table.push(row.iter().map(String::as_str).collect());
            let mut cells: Vec<String> = row.iter().map(|text| super::cells::clean(text)).collect();
            while cells.last().is_some_and(String::is_empty) {
                cells.pop();
            }
            if !cells.is_empty() {
                expected.push(cells);
            }
        }
        let slices: Vec<&[&str]> = table.iter().map(Vec::as_slice).collect();
        for bytes in [writer.into_inner().unwrap(), xlsx(&slices)] {
            match read_with(&bytes, &Options::default()) {
                Ok(table) => {
                    let cells: Vec<_> = table.rows.into_iter().map(|row| row.cells).collect();
                    prop_assert_eq!(&cells, &expected);
                }
                Err(error) => prop_assert!(expected.is_empty() && error == SheetError::HeadersOnly, "{:?}", error),
            }
        }
    }

    /// Whatever bytes come, the reader answers: with rows that keep the limits, or with a sentence.
    #[test]
    fn damaged_files_are_answered(seed: u64, cuts in 1_usize..40, format in 0..3) {
        let mut bytes = match format {
            0 => xlsx(&[&["Name", "Email"], &["Ana", "a@x.example"], &["王小明", "w@x.example"]]),
            1 => b"Name;Email\r\n\"Ana\";a@x.example\r\n".to_vec(),
            _ => raw_xlsx(&format!("<sheetData><row r=\"1\">{}</row></sheetData>", cell("A1", "Name"))),
        };
        let mut state = seed | 1;
        for _ in 0..cuts {
            // A small generator (xorshift) is enough to spread damage.
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let at = usize::try_from(state % bytes.len() as u64).unwrap();
            bytes[at] = u8::try_from(state >> 56).unwrap();
        }
        answered(&bytes)?;
    }

    /// The same for bytes that were never a file.
    #[test]
    fn noise_is_answered(bytes in proptest::collection::vec(any::<u8>(), 0..400), head in 0_usize..4) {
        let start: &[u8] = [&b""[..], b"PK\x03\x04", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", b"\xFF\xFE"][head];
        answered(&[start, &bytes].concat())?;
    }
}

fn answered(bytes: &[u8]) -> Result<(), TestCaseError> {
    match read_with(bytes, &Options::default()) {
        Ok(table) => {
            prop_assert_eq!(table.end, Some(u32::try_from(table.rows.len()).unwrap()));
            prop_assert!(table.rows.windows(2).all(|pair| pair[0].number < pair[1].number));
            prop_assert!(table.rows.iter().all(|row| row.cells.len() <= limits::COLUMNS as usize));
        }
        Err(error) => prop_assert!(error.sentence().ends_with("Nothing was added.")),
    }
    Ok(())
}
