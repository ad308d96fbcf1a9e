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
/// An entry of the list takes so many bytes at least.
const ENTRY: u64 = 46;

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

/// An end record, as far as it matters before a library reads it.
struct End {
    /// How many entries it promises.
    entries: u64,
    /// Where its list of entries begins, if that ends right before the record and nothing in it contradicts itself.
    list: Option<u64>,
}

/// How many entries the end record promises: asked before a library makes a list of them. From the end on, it takes whichever
/// of several records leads somewhere, so the largest promise counts. It holds to one whose list stands right before it,
/// whatever comes of that: what came earlier is then of no account, such as the records of an archive within the archive.
/// None where a record is missing or cannot be read.
fn promised(file: &mut File) -> io::Result<Option<u64>> {
    let length = file.seek(SeekFrom::End(0))?;
    let start = length.saturating_sub(END);
    file.seek(SeekFrom::Start(start))?;
    let mut end = Vec::new();
    file.take(END).read_to_end(&mut end)?;
    let mut most: Option<u64> = None;
    for (at, four) in end.windows(4).enumerate().rev() {
        if four != b"PK\x05\x06" {
            continue;
        }
        let Some(record) = record_at(&end, at, start) else {
            return Ok(None);
        };
        most = most.max(Some(record.entries));
        if let Some(list) = record.list
            && is_list(file, list)?
        {
            break;
        }
    }
    file.seek(SeekFrom::Start(0))?;
    Ok(most)
}

/// Whether a list of entries begins here.
fn is_list(file: &mut File, at: u64) -> io::Result<bool> {
    let mut four = [0; 4];
    file.seek(SeekFrom::Start(at))?;
    file.read_exact(&mut four)?;
    Ok(four == *b"PK\x01\x02")
}

/// The end record at `at` in `end`, which begins at `start` of its file and ends with it.
fn record_at(end: &[u8], at: usize, start: u64) -> Option<End> {
    let (here, all) = (number(end, at + 8, 2)?, number(end, at + 10, 2)?);
    let (size, offset) = (number(end, at + 12, 4)?, number(end, at + 16, 4)?);
    let comment = number(end, at + 20, 2);
    let is_whole = comment.is_some_and(|comment| at as u64 + 22 + comment <= end.len() as u64);
    // Nothing within our limits needs ZIP64, but programs that do not know yet how much will come write it all the same.
    let may_be_64 = all == u64::from(u16::MAX) || size == u64::from(u32::MAX) || offset == u64::from(u32::MAX);
    let locator = at
        .checked_sub(LOCATOR_64)
        .filter(|locator| may_be_64 && end.get(*locator..locator + 4) == Some(&b"PK\x06\x07"[..]));
    let Some(locator) = locator else {
        let is_one = number(end, at + 4, 4)? == 0 && here == all;
        let list = (start + at as u64).checked_sub(size);
        return Some(End {
            entries: here.max(all),
            list: list.filter(|list| is_whole && is_one && offset <= *list),
        });
    };
    // Right before the locator, nowhere else: there could be another record elsewhere that promises something else.
    let record = locator.checked_sub(RECORD_64)?;
    let position = start + record as u64;
    let fits = end.get(record..record + 4) == Some(&b"PK\x06\x06"[..])
        && number(end, record + 4, 8)? == RECORD_64 as u64 - 12
        && number(end, locator + 8, 8)? == position;
    if !fits {
        return None;
    }
    let (here, all) = (number(end, record + 24, 8)?, number(end, record + 32, 8)?);
    let (size, offset) = (number(end, record + 40, 8)?, number(end, record + 48, 8)?);
    let is_one = number(end, record + 16, 8)? == 0
        && number(end, locator + 4, 4)? == 0
        && number(end, locator + 16, 4)? <= 1
        && here == all;
    let has_room = all.saturating_mul(ENTRY).saturating_add(offset) <= position;
    let list = (offset.checked_add(size) == Some(position)).then_some(offset);
    Some(End {
        entries: here.max(all),
        list: list.filter(|_| is_whole && is_one && has_room),
    })
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
mod tests;
