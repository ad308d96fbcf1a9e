//! ZIPs of resumes: unpacked file by file, no further than the limits. Nothing is trusted: neither the declared sizes nor
//! the names, which are shown and never used as paths.

use crate::storage;
use parley_domain::{
    batch::FILES_MAX,
    resume::{FILE_BYTES, ResumeFailure},
};
use std::{
    fs::File,
    io::{self, BufReader, Read as _, Seek as _, SeekFrom},
    path::Path,
};
use tempfile::NamedTempFile;
use zip::ZipArchive;

/// Entries of a ZIP that are looked at, folders and files of other kinds included.
const ENTRIES_MAX: usize = 2_000;
/// The end record of a ZIP stands within this many bytes of its end.
const END: u64 = 64 * 1024 + 22;

/// A file that can be stored, or why it cannot be read.
pub(super) struct Member {
    /// Its name without folders.
    pub name: String,
    /// Bytes, as far as they were counted.
    pub size: u64,
    /// The sealed content, its SHA-256 and the file.
    pub content: Result<(Vec<u8>, NamedTempFile), ResumeFailure>,
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
pub(super) fn member(name: String, mut file: NamedTempFile) -> io::Result<Member> {
    let (sha256, size) = storage::sealed(file.as_file_mut())?;
    let mut start = Vec::new();
    file.as_file_mut().take(1_024).read_to_end(&mut start)?;
    let failure = if size == 0 {
        Some(ResumeFailure::Empty)
    } else if size > FILE_BYTES {
        Some(ResumeFailure::TooLarge)
    } else if !is_pdf(&start) {
        Some(ResumeFailure::NotAPdf)
    } else {
        None
    };
    file.as_file_mut().seek(SeekFrom::Start(0))?;
    Ok(Member {
        name,
        size,
        content: failure.map_or(Ok((sha256, file)), Err),
    })
}

/// How many entries the end record promises: asked before a library makes a list of them.
fn promised(file: &mut File) -> io::Result<Option<usize>> {
    let length = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(length.saturating_sub(END)))?;
    let mut end = Vec::new();
    file.take(END).read_to_end(&mut end)?;
    file.seek(SeekFrom::Start(0))?;
    let at = end.windows(4).rposition(|four| four == b"PK\x05\x06");
    let count = at.and_then(|at| end.get(at + 10..at + 12));
    Ok(count.map(|two| usize::from(u16::from_le_bytes([two[0], two[1]]))))
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
    let entries = promised(&mut file)?.ok_or_else(damaged)?;
    if entries > ENTRIES_MAX {
        return Err(Refused::Because(format!(
            "This ZIP holds {entries} files or more; a batch takes {FILES_MAX} resumes. Nothing of it was taken: split it."
        )));
    }
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(|_| damaged())?;
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
fn entry(folder: &Path, archive: &mut ZipArchive<BufReader<File>>, index: usize) -> Result<Option<Member>, Refused> {
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
    Ok(Some(member(name, target)?))
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
    fn a_broken_member_costs_only_itself() {
        let mut bytes = Vec::new();
        zip_of(&[("good.pdf", b"%PDF-1.4 good"), ("bad.pdf", &[b'%'; 4_000])])
            .read_to_end(&mut bytes)
            .unwrap();
        // In the middle of the second one's packed data.
        let at = bytes.windows(7).position(|seven| seven == b"bad.pdf").unwrap() + 9;
        bytes[at] ^= 0xff;
        bytes[at + 1] ^= 0xff;
        let found = unpacked(as_file(&bytes)).unwrap();
        assert_eq!(found[0], ("good.pdf".to_owned(), None));
        assert!(found[1].1.is_some());
    }
}
