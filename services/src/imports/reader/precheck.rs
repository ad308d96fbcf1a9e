//! Looks through a zip before any reader opens it, so that a bomb costs a fraction of a second and a little memory.
//!
//! The directory is checked first; sizes can lie there, so every XML part is then unpacked once as a stream, with
//! limits, and looked at for what would make a reader buffer without end: one text or attribute of many megabytes,
//! tens of millions of strings, or entity declarations.

use std::io::{BufReader, Cursor, Read};

use zip::ZipArchive;

use super::{SheetError, limits, shown::Shown, wellformed};

/// What kind of workbook the zip is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Workbook {
    /// Office Open XML.
    Xlsx,
    /// OpenDocument.
    Ods,
}

/// What was seen in passing: so that the reader can leave out passes that would find nothing, and what it does not see.
#[derive(Debug)]
pub(super) struct Seen {
    /// The kind of workbook.
    pub workbook: Workbook,
    /// Some sheet has a formula.
    pub formulas: bool,
    /// Some sheet has merged cells.
    pub merged: bool,
    /// Some sheet has a link that writes to somebody, and none has links that would cost a reader its memory.
    pub mail_links: bool,
    /// What the numbers of an OpenDocument workbook look like.
    pub shown: Shown,
}

/// Checks a zip and says what it is.
///
/// # Errors
/// What is wrong with it, before anything was buffered.
pub(super) fn check(bytes: &[u8]) -> Result<Seen, SheetError> {
    let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(|_broken| SheetError::Damaged)?;
    if zip.len() > limits::ZIP_ENTRIES {
        return Err(SheetError::TooLargeUnpacked);
    }
    let workbook = identify(&zip)?;
    let mut total = 0_u64;
    for index in 0..zip.len() {
        let entry = zip.by_index_raw(index).map_err(|_broken| SheetError::Damaged)?;
        if entry.encrypted() {
            return Err(SheetError::Password);
        }
        total = total.saturating_add(entry.size());
        let ratio = entry.size() / entry.compressed_size().max(1);
        if entry.size() > limits::ZIP_ENTRY_BYTES
            || total > limits::ZIP_TOTAL_BYTES
            || (entry.size() > limits::ZIP_RATIO_FROM && ratio > limits::ZIP_RATIO)
        {
            return Err(SheetError::TooLargeUnpacked);
        }
    }
    let mut seen = Seen {
        workbook,
        formulas: false,
        merged: false,
        mail_links: false,
        shown: Shown::default(),
    };
    if workbook == Workbook::Ods && is_locked(&mut zip) {
        return Err(SheetError::Password);
    }
    let (mut total, mut links, mut longest_link) = (0_u64, 0_u64, 0_u64);
    for index in 0..zip.len() {
        let mut entry = zip.by_index(index).map_err(|_broken| SheetError::Damaged)?;
        let name = entry.name().map_err(|_broken| SheetError::Damaged)?.into_owned();
        if !(has_ending(&name, ".xml") || has_ending(&name, ".rels")) {
            continue;
        }
        let mut scan = Scan::of(&name);
        total += scan.run(&mut entry)?;
        drop(entry);
        if total > limits::ZIP_TOTAL_BYTES {
            return Err(SheetError::TooLargeUnpacked);
        }
        seen.formulas |= scan.formulas;
        seen.merged |= scan.merged;
        seen.mail_links |= scan.mail;
        links += scan.links;
        longest_link = longest_link.max(scan.longest_link);
        if workbook == Workbook::Ods && name == "content.xml" {
            let part = zip.by_index(index).map_err(|_broken| SheetError::Damaged)?;
            wellformed::walk(BufReader::new(part), |piece| seen.shown.see(piece))?;
        }
    }
    // The reader holds all links at once, each with its whole target, whose text may stand in the file once for many.
    seen.mail_links &= links <= LINKS && longest_link <= LINK_BYTES;
    Ok(seen)
}

/// Mentions of links in sheets and what belongs to them, up to which their targets are read: beyond, cells are what they
/// show. Each link of Excel is mentioned twice, and a sheet has 65,530 at most.
const LINKS: u64 = 150_000;
/// Bytes of the tag with a link's target; Excel's own have 2,083 characters at most.
const LINK_BYTES: u64 = 4_096;

/// Whether the parts of an OpenDocument are encrypted: its manifest says so, and is in the clear itself.
fn is_locked(zip: &mut ZipArchive<Cursor<&[u8]>>) -> bool {
    let Ok(manifest) = zip.by_name("META-INF/manifest.xml") else {
        return false;
    };
    let mut start = Vec::new();
    let read = manifest.take(limits::XML_RUN_BYTES).read_to_end(&mut start);
    read.is_ok() && memchr::memmem::find(&start, b"encryption-data").is_some()
}

fn has_ending(name: &str, ending: &str) -> bool {
    name.len() >= ending.len() && name.as_bytes()[name.len() - ending.len()..].eq_ignore_ascii_case(ending.as_bytes())
}

fn identify<R: Read + std::io::Seek>(zip: &ZipArchive<R>) -> Result<Workbook, SheetError> {
    // A name that is no text matches nothing here.
    let names: Vec<_> = zip.file_names().filter_map(Result::ok).collect();
    let has = |wanted: &str| names.iter().any(|name| name.eq_ignore_ascii_case(wanted));
    let under = |folder: &str| names.iter().any(|name| name.starts_with(folder));
    if has("xl/workbook.bin") {
        return Err(SheetError::Xlsb);
    }
    if has("xl/workbook.xml") || under("xl/worksheets/") {
        return Ok(Workbook::Xlsx);
    }
    if has("word/document.xml") {
        return Err(SheetError::NotATable {
            what: "a Word document".to_owned(),
        });
    }
    if has("ppt/presentation.xml") {
        return Err(SheetError::NotATable {
            what: "a PowerPoint presentation".to_owned(),
        });
    }
    if under("Index/") && has("Index/Document.iwa") {
        return Err(SheetError::Numbers);
    }
    // OpenDocument 1.4: one encrypted part that holds the whole.
    if has("encrypted-package") {
        return Err(SheetError::Password);
    }
    if has("mimetype") && has("content.xml") {
        return Ok(Workbook::Ods);
    }
    Err(SheetError::NotATable {
        what: "a zip archive".to_owned(),
    })
}

/// One pass over one unpacked part.
struct Scan {
    /// Whether long texts matter here: in sheets and strings they become cells.
    holds_cells: bool,
    holds_strings: bool,
    strings: u64,
    /// Whether the part says where the links of a sheet lead.
    holds_links: bool,
    links: u64,
    longest_link: u64,
    formulas: bool,
    merged: bool,
    mail: bool,
    /// Bytes since the last `<`.
    run: u64,
}

/// The longest needle less one: so much is carried over from one piece to the next.
const OVERLAP: usize = 9;

impl Scan {
    fn of(name: &str) -> Self {
        let holds_strings = name.eq_ignore_ascii_case("xl/sharedStrings.xml");
        let holds_cells = holds_strings || name.starts_with("xl/worksheets/") || name == "content.xml";
        Self {
            holds_cells,
            holds_strings,
            strings: 0,
            holds_links: name.starts_with("xl/worksheets/") && has_ending(name, ".rels"),
            links: 0,
            longest_link: 0,
            formulas: false,
            merged: false,
            mail: false,
            run: 0,
        }
    }

    /// Reads the part to its end and returns how many bytes it really has.
    fn run(&mut self, part: &mut impl Read) -> Result<u64, SheetError> {
        let mut buffer = vec![0_u8; OVERLAP + 64 * 1024];
        let mut total = 0_u64;
        let mut carried = 0;
        loop {
            let read = part
                .read(&mut buffer[carried..])
                .map_err(|_broken| SheetError::Damaged)?;
            if read == 0 {
                return Ok(total);
            }
            total += read as u64;
            if total > limits::ZIP_ENTRY_BYTES {
                return Err(SheetError::TooLargeUnpacked);
            }
            self.look(&buffer[..carried + read], carried)?;
            let end = carried + read;
            let keep = OVERLAP.min(end);
            buffer.copy_within(end - keep..end, 0);
            carried = keep;
        }
    }

    /// `piece` begins with `carried` bytes that were looked at before.
    fn look(&mut self, piece: &[u8], carried: usize) -> Result<(), SheetError> {
        let has = |needle: &[u8]| memchr::memmem::find(piece, needle).is_some();
        if has(b"<!DOCTYPE") || has(b"<!ENTITY") {
            return Err(SheetError::XmlEntities);
        }
        if !self.holds_cells {
            return Ok(());
        }
        self.formulas = self.formulas || has(b"<f>") || has(b"<f ");
        self.merged = self.merged || has(b"mergeCell");
        if !self.holds_strings {
            // Some programs write the scheme in other letters.
            self.mail = self.mail || has(b"mailto:") || has(b"MAILTO:") || has(b"Mailto:");
            self.links += memchr::memmem::find_iter(piece, b"hyperlink").count() as u64;
        }
        if self.holds_strings {
            // A string that lies across two pieces may count twice: far too little to matter at this limit.
            self.strings += memchr::memmem::find_iter(piece, b"<si").count() as u64;
            if self.strings > u64::from(limits::CELLS) {
                return Err(SheetError::TooManyCells);
            }
        }
        let mut from = carried;
        for at in memchr::memchr_iter(b'<', &piece[carried..]) {
            let gap = self.run + (carried + at - from) as u64;
            self.run = 0;
            from = carried + at + 1;
            if self.holds_links {
                self.longest_link = self.longest_link.max(gap);
            }
            if gap > limits::XML_RUN_BYTES {
                return Err(SheetError::CellTooLong { cell: None });
            }
        }
        self.run += (piece.len() - from) as u64;
        if self.run > limits::XML_RUN_BYTES {
            return Err(SheetError::CellTooLong { cell: None });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    fn zip_of(parts: &[(&str, Vec<u8>)]) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in parts {
            zip.start_file(*name, SimpleFileOptions::default()).unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    fn xlsx_with(sheet: Vec<u8>) -> Vec<u8> {
        zip_of(&[
            ("xl/workbook.xml", b"<workbook/>".to_vec()),
            ("xl/worksheets/sheet1.xml", sheet),
        ])
    }

    #[test]
    fn what_a_zip_is() {
        let seen = check(&xlsx_with(
            b"<sheetData><c><f>1</f></c></sheetData><mergeCells/>".to_vec(),
        ))
        .unwrap();
        assert_eq!(
            (seen.workbook, seen.formulas, seen.merged, seen.mail_links),
            (Workbook::Xlsx, true, true, false)
        );
        let seen = check(&xlsx_with(b"<sheetData><c><v>1</v></c></sheetData>".to_vec())).unwrap();
        assert_eq!(
            (seen.workbook, seen.formulas, seen.merged),
            (Workbook::Xlsx, false, false)
        );
        let is = |parts: &[(&str, Vec<u8>)]| check(&zip_of(parts)).unwrap_err();
        assert_eq!(is(&[("xl/workbook.bin", vec![])]), SheetError::Xlsb);
        assert_eq!(
            is(&[("a.txt", vec![])]),
            SheetError::NotATable {
                what: "a zip archive".into()
            }
        );
        assert_eq!(
            is(&[("word/document.xml", vec![])]),
            SheetError::NotATable {
                what: "a Word document".into()
            }
        );
        let locked: &[(&str, Vec<u8>)] = &[("mimetype", vec![]), ("encrypted-package", vec![1, 2, 3])];
        assert_eq!(is(locked), SheetError::Password);
        let manifest = b"<manifest:file-entry><manifest:encryption-data/></manifest:file-entry>".to_vec();
        let locked: &[(&str, Vec<u8>)] = &[
            ("mimetype", vec![]),
            ("content.xml", vec![1, 2, 3]),
            ("META-INF/manifest.xml", manifest),
        ];
        assert_eq!(is(locked), SheetError::Password);
        assert_eq!(check(b"PK\x03\x04 and nothing more").unwrap_err(), SheetError::Damaged);
    }

    #[test]
    fn links_are_read_where_they_cost_little() {
        let reads = |links: usize, target: &str| {
            let sheet = format!("<sheetData/><hyperlinks>{}</hyperlinks>", "<hyperlink/>".repeat(links));
            let rels = format!("<Relationships><Relationship Target=\"{target}\"/></Relationships>");
            let file = zip_of(&[
                ("xl/workbook.xml", b"<workbook/>".to_vec()),
                ("xl/worksheets/sheet1.xml", sheet.into_bytes()),
                ("xl/worksheets/_rels/sheet1.xml.rels", rels.into_bytes()),
            ]);
            check(&file).unwrap().mail_links
        };
        assert!(reads(1, "mailto:ana@x.example"));
        assert!(!reads(1, "https://x.example/"));
        assert!(!reads(1, &format!("mailto:{}", "a".repeat(5_000))));
        assert!(!reads(200_000, "mailto:ana@x.example"));
    }

    #[test]
    fn a_bomb_is_refused_by_its_directory() {
        // 60 MB of blanks pack a thousandfold.
        assert_eq!(
            check(&xlsx_with(vec![b' '; 60_000_000])).unwrap_err(),
            SheetError::TooLargeUnpacked
        );
    }

    #[test]
    fn one_endless_text_or_attribute_is_refused() {
        let mut sheet = b"<sheetData><c><v>".to_vec();
        sheet.resize(3_000_000, b'x');
        assert_eq!(
            check(&xlsx_with(sheet)).unwrap_err(),
            SheetError::CellTooLong { cell: None }
        );
    }

    #[test]
    fn entity_declarations_are_refused() {
        let sheet = b"<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY a \"aaaa\">]><sheetData/>".to_vec();
        assert_eq!(check(&xlsx_with(sheet)).unwrap_err(), SheetError::XmlEntities);
    }

    #[test]
    fn a_needle_across_two_pieces_is_found() {
        for before in (64 * 1024 - 12)..(64 * 1024 + 12) {
            let mut sheet = Vec::new();
            while sheet.len() < before {
                sheet.push(if sheet.len().is_multiple_of(1000) { b'<' } else { b'y' });
            }
            sheet.extend_from_slice(b"<!DOCTYPE x>");
            assert_eq!(
                check(&xlsx_with(sheet)).unwrap_err(),
                SheetError::XmlEntities,
                "at {before}"
            );
        }
    }
}
