//! What a file unpacks to, before it is parsed: a few kilobytes can hold gigabytes.
//!
//! Each compressed stream is unpacked into nothing, up to a limit. Pictures are left out: they are large by nature, and the
//! reader of text does not unpack them.

use flate2::read::ZlibDecoder;
use std::io::{self, Read};

/// Unpacked bytes of one stream: larger than any font.
const STREAM_MAX: u64 = 64 * 1024 * 1024;
/// Unpacked bytes of all streams.
const TOTAL_MAX: u64 = 160 * 1024 * 1024;
/// Bytes before a stream in which its dictionary is looked for.
const DICTIONARY: usize = 2048;

/// Whether the streams of a file unpack to more than any resume needs.
#[must_use]
pub fn unpacks_to_too_much(bytes: &[u8]) -> bool {
    let mut total = 0;
    for at in memchr::memmem::find_iter(bytes, b"stream") {
        if at >= 3 && &bytes[at - 3..at] == b"end" {
            continue;
        }
        let dictionary = dictionary(&bytes[at.saturating_sub(DICTIONARY)..at]);
        let filters = memchr::memmem::find_iter(dictionary, b"Fl").count();
        if filters == 0 || memchr::memmem::find(dictionary, b"/Image").is_some() {
            continue;
        }
        let data = &bytes[at + 6..];
        let data = data.strip_prefix(b"\r").unwrap_or(data);
        let data = data.strip_prefix(b"\n").unwrap_or(data);
        total += unpacked(data, filters);
        if total > TOTAL_MAX {
            return true;
        }
    }
    false
}

/// The dictionary at the end of `before`: from the last object on.
fn dictionary(before: &[u8]) -> &[u8] {
    let start = memchr::memmem::rfind(before, b" obj").or_else(|| memchr::memmem::rfind(before, b"endobj"));
    &before[start.unwrap_or_default()..]
}

/// What a stream unpacks to, counted up to a little over its limit; everything if it is beyond.
fn unpacked(data: &[u8], filters: usize) -> u64 {
    let once = ZlibDecoder::new(data);
    // A stream may be compressed twice.
    let count = if filters > 1 {
        count(ZlibDecoder::new(once))
    } else {
        count(once)
    };
    if count > STREAM_MAX { TOTAL_MAX + 1 } else { count }
}

/// Bytes that come out before the end, an error or the limit.
fn count(reader: impl Read) -> u64 {
    let mut limited = reader.take(STREAM_MAX + 1);
    // A stream that is broken counts as far as it goes.
    let _ = io::copy(&mut limited, &mut io::sink());
    STREAM_MAX + 1 - limited.limit()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    fn packed(data: &[u8]) -> Vec<u8> {
        let mut packer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        packer.write_all(data).unwrap();
        packer.finish().unwrap()
    }

    fn file(entries: &str, data: &[u8]) -> Vec<u8> {
        [
            format!("%PDF-1.5\n4 0 obj\n<< {entries} >>\nstream\r\n").as_bytes(),
            data,
            b"\nendstream\nendobj\n",
        ]
        .concat()
    }

    #[test]
    fn large_streams_are_seen_through_one_and_two_filters() {
        let blanks = vec![b' '; 70 << 20];
        let once = packed(&blanks);
        assert!(unpacks_to_too_much(&file("/Filter /FlateDecode", &once)));
        assert!(unpacks_to_too_much(&file(
            "/Filter [/FlateDecode /FlateDecode]",
            &packed(&once)
        )));
        assert!(unpacks_to_too_much(&file(
            "/Filter /FlateDecode",
            &once[..once.len() - 9]
        )));
        assert!(!unpacks_to_too_much(&file(
            "/Subtype /Image /Filter /FlateDecode",
            &once
        )));
        assert!(!unpacks_to_too_much(&file("", &blanks)));
        assert!(!unpacks_to_too_much(&file("/Filter /FlateDecode", &packed(b"BT ET"))));
        assert!(!unpacks_to_too_much(b"stream"));
    }

    #[test]
    fn many_streams_count_together() {
        let one = file("/Filter /FlateDecode", &packed(&vec![b' '; 30 << 20]));
        assert!(!unpacks_to_too_much(&one.repeat(3)));
        assert!(unpacks_to_too_much(&one.repeat(6)));
    }
}
