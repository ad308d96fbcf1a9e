//! ZIPs of resumes: unpacked file by file, no further than the limits. Nothing is trusted: neither the declared sizes nor
//! the names, which are shown and never used as paths.

use crate::storage;
use parley_domain::{
    batch::FILES_MAX,
    resume::{FILE_BYTES, ResumeFailure},
};
use std::{
    cell::Cell,
    fs::File,
    io::{self, BufReader, Read as _, Seek as _, SeekFrom},
    path::Path,
    rc::Rc,
};
use tempfile::{NamedTempFile, TempPath};
use zip::ZipArchive;

/// Entries of a ZIP that are looked at, folders and files of other kinds included.
const ENTRIES_MAX: usize = 2_000;
/// The end record of a ZIP, with its comment and the records that ZIP64 puts before it, stands within this many bytes of
/// its end.
const END: u64 = 64 * 1024 + 1_024;
/// What is read of a ZIP to list its entries, in bytes: all names and notes are held in memory, and each may have 64 kB.
const LISTING: u64 = 8 * 1024 * 1024;
/// Length of ZIP64's end record as all programs write it, and of the locator after it, in bytes.
const RECORD_64: usize = 56;
const LOCATOR_64: usize = 20;

/// A file that can be stored, or why it cannot be read.
pub(super) struct Member {
    /// Its name without folders.
    pub name: String,
    /// Bytes, as far as they were counted.
    pub size: u64,
    /// The sealed content, its SHA-256 and the file; closed, for there may be very many of them.
    pub content: Result<(Vec<u8>, TempPath), ResumeFailure>,
}

/// Why a ZIP is refused whole, as a sentence.
#[derive(Debug)]
pub(super) enum Refused {
    /// For the person who chose it.
    Because(String),
    /// The disk's trouble.
    Io(io::Error),
}

impl From<io::Error> for Refused {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Whether the first bytes say ZIP.
pub(super) fn is_zip(start: &[u8]) -> bool {
    start.starts_with(b"PK\x03\x04") || start.starts_with(b"PK\x05\x06")
}

/// Whether the first bytes say PDF: the header may stand a little way in.
pub(super) fn is_pdf(start: &[u8]) -> bool {
    start
        .get(..start.len().min(1_024))
        .unwrap_or_default()
        .windows(5)
        .any(|five| five == b"%PDF-")
}

/// What a single file is, before anything reads it.
pub(super) fn member(name: String, path: TempPath) -> io::Result<Member> {
    let mut file = File::open(&path)?;
    let (sha256, size) = storage::sealed(&mut file)?;
    let mut start = Vec::new();
    file.take(1_024).read_to_end(&mut start)?;
    let failure = if size == 0 {
        Some(ResumeFailure::Empty)
    } else if size > FILE_BYTES {
        Some(ResumeFailure::TooLarge)
    } else if !is_pdf(&start) {
        Some(ResumeFailure::NotAPdf)
    } else {
        None
    };
    Ok(Member {
        name,
        size,
        content: failure.map_or(Ok((sha256, path)), Err),
    })
}

/// A file of which no more than `left` bytes may be read.
struct Metered {
    file: BufReader<File>,
    left: Rc<Cell<u64>>,
}

impl io::Read for Metered {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(into)?;
        let left = self.left.get().checked_sub(read as u64);
        self.left
            .set(left.ok_or_else(|| io::Error::other("more than may be read of this file"))?);
        Ok(read)
    }
}

impl io::Seek for Metered {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

/// How many entries the end record promises: asked before a library makes a list of them. It takes whichever of several
/// records leads somewhere, so the largest promise counts. None where a record is missing or cannot be read.
fn promised(file: &mut File) -> io::Result<Option<u64>> {
    let length = file.seek(SeekFrom::End(0))?;
    let start = length.saturating_sub(END);
    file.seek(SeekFrom::Start(start))?;
    let mut end = Vec::new();
    file.take(END).read_to_end(&mut end)?;
    file.seek(SeekFrom::Start(0))?;
    let mut most: Option<u64> = None;
    for (at, four) in end.windows(4).enumerate() {
        if four == b"PK\x05\x06" {
            let Some(entries) = entries_at(&end, at, start) else {
                return Ok(None);
            };
            most = most.max(Some(entries));
        }
    }
    Ok(most)
}

/// What the end record at `at` promises, in `end`, which begins at `start` of its file.
fn entries_at(end: &[u8], at: usize, start: u64) -> Option<u64> {
    let (here, all) = (number(end, at + 8, 2)?, number(end, at + 10, 2)?);
    let (size, offset) = (number(end, at + 12, 4)?, number(end, at + 16, 4)?);
    // Nothing within our limits needs ZIP64, but programs that do not know yet how much will come write it all the same.
    let may_be_64 = all == u64::from(u16::MAX) || size == u64::from(u32::MAX) || offset == u64::from(u32::MAX);
    let locator = at
        .checked_sub(LOCATOR_64)
        .filter(|locator| may_be_64 && end.get(*locator..locator + 4) == Some(&b"PK\x06\x07"[..]));
    let Some(locator) = locator else {
        return Some(here.max(all));
    };
    // Right before the locator, nowhere else: there could be another record elsewhere that promises something else.
    let record = locator.checked_sub(RECORD_64)?;
    let fits = end.get(record..record + 4) == Some(&b"PK\x06\x06"[..])
        && number(end, record + 4, 8)? == RECORD_64 as u64 - 12
        && number(end, locator + 8, 8)? == start + record as u64;
    if !fits {
        return None;
    }
    Some(number(end, record + 24, 8)?.max(number(end, record + 32, 8)?))
}

/// The number of `size` bytes at `at`, its lowest byte first.
fn number(bytes: &[u8], at: usize, size: usize) -> Option<u64> {
    let part = bytes.get(at..at + size)?;
    Some(
        part.iter()
            .rev()
            .fold(0, |number, byte| (number << 8) | u64::from(*byte)),
    )
}

/// What systems put beside people's files.
fn is_clutter(path: &str, name: &str) -> bool {
    path.split(['/', '\\']).any(|part| part == "__MACOSX")
        || name.starts_with('.')
        || matches!(name, "Thumbs.db" | "desktop.ini")
}

/// Unpacks a ZIP into temporary files in `folder`, at most `most` bytes in all.
pub(super) fn unpack(folder: &Path, mut file: File, most: u64) -> Result<Vec<Member>, Refused> {
    let damaged = || Refused::Because("This ZIP is damaged. Nothing of it was taken; upload a fresh copy.".to_owned());
    let too_many = |entries: u64| {
        Refused::Because(format!(
            "This ZIP holds {entries} files or more; a batch takes {FILES_MAX} resumes. Nothing of it was taken: split it."
        ))
    };
    let entries = promised(&mut file)?.ok_or_else(damaged)?;
    if entries > ENTRIES_MAX as u64 {
        return Err(too_many(entries));
    }
    let left = Rc::new(Cell::new(LISTING));
    let metered = Metered {
        file: BufReader::new(file),
        left: Rc::clone(&left),
    };
    let mut archive = ZipArchive::new(metered).map_err(|_| damaged())?;
    if archive.len() > ENTRIES_MAX {
        return Err(too_many(archive.len() as u64));
    }
    // From here on each entry has its own limit.
    left.set(u64::MAX);
    let mut members = Vec::new();
    let mut left = most;
    for index in 0..archive.len() {
        let Some(member) = entry(folder, &mut archive, index)? else {
            continue;
        };
        // What failed was not unpacked, or is thrown away at once.
        let unpacked = if member.content.is_ok() { member.size } else { 0 };
        left = left.checked_sub(unpacked).ok_or_else(|| {
            let most = most / 1_000_000;
            Refused::Because(format!(
                "This ZIP unpacks to more than {most} MB. Nothing of it was taken: split it."
            ))
        })?;
        members.push(member);
        if members.len() > FILES_MAX {
            return Err(Refused::Because(format!(
                "This ZIP holds more than {FILES_MAX} files, the most that a batch takes. Nothing of it was taken: split it."
            )));
        }
    }
    if members.is_empty() {
        return Err(Refused::Because(
            "There is no file in this ZIP. Nothing was taken.".to_owned(),
        ));
    }
    Ok(members)
}

/// One entry; none for folders and clutter.
fn entry(folder: &Path, archive: &mut ZipArchive<Metered>, index: usize) -> Result<Option<Member>, Refused> {
    let failed = |name: String, size: u64, failure: ResumeFailure| {
        Ok(Some(Member {
            name,
            size,
            content: Err(failure),
        }))
    };
    let (name, declared, locked) = {
        let Ok(raw) = archive.by_index_raw(index) else {
            return failed(format!("{}", index + 1), 0, ResumeFailure::Damaged);
        };
        let path = raw.name().map(|name| name.into_owned()).unwrap_or_default();
        let name = path.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
        if raw.is_dir() || name.is_empty() || is_clutter(&path, &name) {
            return Ok(None);
        }
        (name, raw.size(), raw.encrypted())
    };
    if locked {
        return failed(name, declared, ResumeFailure::PasswordProtected);
    }
    if declared > FILE_BYTES {
        return failed(name, declared, ResumeFailure::TooLarge);
    }
    let mut target = NamedTempFile::new_in(folder)?;
    // One byte more than is taken shows that the declared size was a lie.
    let copied = match archive.by_index(index) {
        Ok(source) => io::copy(&mut source.take(FILE_BYTES + 1), &mut target),
        Err(_) => return failed(name, declared, ResumeFailure::Damaged),
    };
    if copied.is_err() {
        return failed(name, declared, ResumeFailure::Damaged);
    }
    Ok(Some(member(name, target.into_temp_path())?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Cursor, Write as _};
    use zip::{ZipWriter, write::SimpleFileOptions};

    fn zip_of(parts: &[(&str, &[u8])]) -> File {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in parts {
            zip.start_file(*name, SimpleFileOptions::default()).unwrap();
            zip.write_all(bytes).unwrap();
        }
        as_file(&zip.finish().unwrap().into_inner())
    }

    /// The bytes of such a ZIP.
    fn bytes_of(parts: &[(&str, &[u8])]) -> Vec<u8> {
        let mut bytes = Vec::new();
        zip_of(parts).read_to_end(&mut bytes).unwrap();
        bytes
    }

    /// The same archive with the end records of ZIP64, which promise so many entries.
    fn as_zip64(bytes: &[u8], entries: u64) -> Vec<u8> {
        let (start, end) = bytes.split_at(bytes.len() - 22);
        let mut zip64 = start.to_vec();
        zip64.extend_from_slice(b"PK\x06\x06");
        zip64.extend_from_slice(&44_u64.to_le_bytes());
        zip64.extend_from_slice(&[45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        for figure in [
            entries,
            entries,
            number(end, 12, 4).unwrap(),
            number(end, 16, 4).unwrap(),
        ] {
            zip64.extend_from_slice(&figure.to_le_bytes());
        }
        zip64.extend_from_slice(b"PK\x06\x07\0\0\0\0");
        zip64.extend_from_slice(&(start.len() as u64).to_le_bytes());
        zip64.extend_from_slice(&1_u32.to_le_bytes());
        zip64.extend_from_slice(b"PK\x05\x06\0\0\0\0");
        zip64.extend_from_slice(&[0xff; 12]);
        zip64.extend_from_slice(&[0, 0]);
        zip64
    }

    fn as_file(bytes: &[u8]) -> File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        file.seek(SeekFrom::Start(0)).unwrap();
        file
    }

    fn unpacked_within(file: File, most: u64) -> Result<Vec<(String, Option<ResumeFailure>)>, String> {
        let dir = tempfile::tempdir().unwrap();
        match unpack(dir.path(), file, most) {
            Ok(members) => Ok(members
                .into_iter()
                .map(|member| (member.name, member.content.err()))
                .collect()),
            Err(Refused::Because(sentence)) => Err(sentence),
            Err(Refused::Io(error)) => panic!("{error}"),
        }
    }

    fn unpacked(file: File) -> Result<Vec<(String, Option<ResumeFailure>)>, String> {
        unpacked_within(file, 100_000_000)
    }

    #[test]
    fn members_are_listed_each_with_its_fate() {
        let large = vec![b' '; FILE_BYTES as usize + 1];
        let inner = b"PK\x03\x04 another archive";
        let found = unpacked(zip_of(&[
            ("people/ana.pdf", b"%PDF-1.7 ana"),
            ("../../etc/bo.pdf", b"\n%PDF-1.4 bo"),
            ("__MACOSX/people/._ana.pdf", b"x"),
            (".DS_Store", b"x"),
            ("nested.zip", inner),
            ("photo.jpg", b"\xff\xd8\xff"),
            ("nothing.pdf", b""),
            ("large.pdf", &large),
        ]))
        .unwrap();
        let found: Vec<(&str, Option<ResumeFailure>)> =
            found.iter().map(|(name, failure)| (name.as_str(), *failure)).collect();
        assert_eq!(
            found,
            [
                ("ana.pdf", None),
                ("bo.pdf", None),
                ("nested.zip", Some(ResumeFailure::NotAPdf)),
                ("photo.jpg", Some(ResumeFailure::NotAPdf)),
                ("nothing.pdf", Some(ResumeFailure::Empty)),
                ("large.pdf", Some(ResumeFailure::TooLarge)),
            ]
        );
    }

    #[test]
    fn archives_that_go_too_far_are_refused_whole() {
        let many: Vec<(String, Vec<u8>)> = (0..=FILES_MAX)
            .map(|n| (format!("{n}.pdf"), b"%PDF-1.4".to_vec()))
            .collect();
        let many: Vec<(&str, &[u8])> = many
            .iter()
            .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
            .collect();
        assert!(unpacked(zip_of(&many)).unwrap_err().contains("more than 200"));
        // Small on the way, larger unpacked.
        let blanks = [b"%PDF-1.4".to_vec(), vec![b' '; 1_000_000]].concat();
        let bomb: Vec<(&str, &[u8])> = ["1.pdf", "2.pdf", "3.pdf"]
            .map(|name| (name, blanks.as_slice()))
            .to_vec();
        assert!(unpacked_within(zip_of(&bomb), 3_100_000).is_ok());
        assert!(unpacked_within(zip_of(&bomb), 3_000_000).unwrap_err().contains("3 MB"));
        assert!(
            unpacked(as_file(b"PK\x03\x04 cut off"))
                .unwrap_err()
                .contains("damaged")
        );
        assert!(unpacked(zip_of(&[])).unwrap_err().contains("no file"));
        // An end record that promises millions is not believed into memory.
        let mut lying = vec![0; 40];
        lying.extend_from_slice(b"PK\x05\x06\0\0\0\0\xff\xff\xff\xff\0\0\0\0\0\0\0\0\0\0");
        assert!(unpacked(as_file(&lying)).unwrap_err().contains("65535 files"));
    }

    #[test]
    fn zip64_is_read_where_it_is_small_and_refused_where_it_is_not() {
        let small = bytes_of(&[("ana.pdf", b"%PDF-1.7 ana")]);
        let found = unpacked(as_file(&as_zip64(&small, 1))).unwrap();
        assert_eq!(found, [("ana.pdf".to_owned(), None)]);
        let many = unpacked(as_file(&as_zip64(&small, 3_000_000))).unwrap_err();
        assert!(many.contains("3000000 files"), "{many}");
        // A record that stands elsewhere than the one that was looked at.
        let mut elsewhere = as_zip64(&small, 1);
        let locator = elsewhere.len() - 22 - LOCATOR_64;
        elsewhere[locator + 8] -= 1;
        assert!(unpacked(as_file(&elsewhere)).unwrap_err().contains("damaged"));
    }

    #[test]
    fn the_largest_promise_of_several_records_counts() {
        let small = bytes_of(&[("ana.pdf", b"%PDF-1.7 ana")]);
        let end = small.len() - 22;
        let mut promises = small.clone();
        promises[end + 8..end + 12].copy_from_slice(&[0x88, 0x13, 0x88, 0x13]);
        // The last one promises little and leads nowhere, so that the one before it would be taken.
        let mut decoy = small[end..].to_vec();
        decoy[16..20].copy_from_slice(&[0xfe, 0xff, 0xff, 0xff]);
        promises.extend_from_slice(&decoy);
        let refused = unpacked(as_file(&promises)).unwrap_err();
        assert!(refused.contains("5000 files"), "{refused}");
    }

    #[test]
    fn a_list_of_entries_that_is_itself_a_burden_is_not_read() {
        let long = "x".repeat(60_000);
        let names: Vec<String> = (0..150).map(|n| format!("{long}/{n}.pdf")).collect();
        let parts: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b"%PDF-1.4"[..])).collect();
        assert!(unpacked(zip_of(&parts)).unwrap_err().contains("damaged"));
        assert_eq!(unpacked(zip_of(&parts[..100])).unwrap().len(), 100);
    }

    #[test]
    fn a_broken_member_costs_only_itself() {
        let mut bytes = bytes_of(&[("good.pdf", b"%PDF-1.4 good"), ("bad.pdf", &[b'%'; 4_000])]);
        // In the middle of the second one's packed data.
        let at = bytes.windows(7).position(|seven| seven == b"bad.pdf").unwrap() + 9;
        bytes[at] ^= 0xff;
        bytes[at + 1] ^= 0xff;
        let found = unpacked(as_file(&bytes)).unwrap();
        assert_eq!(found[0], ("good.pdf".to_owned(), None));
        assert!(found[1].1.is_some());
    }
}
