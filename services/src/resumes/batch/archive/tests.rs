//! ZIPs as people and programs write them, and as somebody would who means harm.

use super::*;
use std::io::{Cursor, Write as _};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

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
fn an_archive_within_the_archive_promises_nothing_of_it() {
    let small = bytes_of(&[("notes.txt", b"who knows whom")]);
    // To the archive around it, its own records stand elsewhere; and it may hold more than is listed.
    let zip64 = as_zip64(&small, 1);
    let mut many = small.clone();
    let end = many.len() - 22;
    many[end + 8..end + 12].copy_from_slice(&[0x88, 0x13, 0x88, 0x13]);
    for inner in [small, zip64, many] {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        for (name, bytes) in [("ana.pdf", &b"%PDF-1.7 ana"[..]), ("inner.zip", &inner[..])] {
            zip.start_file(name, stored).unwrap();
            zip.write_all(bytes).unwrap();
        }
        let outer = zip.finish().unwrap().into_inner();
        for bytes in [as_zip64(&outer, 2), outer] {
            let found = unpacked(as_file(&bytes)).unwrap();
            let expected = [
                ("ana.pdf".to_owned(), None),
                ("inner.zip".to_owned(), Some(ResumeFailure::NotAPdf)),
            ];
            assert_eq!(found, expected);
        }
    }
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
