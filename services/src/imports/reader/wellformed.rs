//! One pass over the tags of a part, which also says whether they close in the order in which they open. The library that
//! reads OpenDocument looks for the end of a table for ever where it is missing: such a part is damaged, and never gets
//! that far.

use std::io::BufRead;

use super::SheetError;

/// Deeper than any table is; what is deeper was made to exhaust a reader.
const DEPTH: usize = 256;

/// What one comes past on the way. Tags are without their `<`, and with their `>`.
#[derive(Debug, Clone, Copy)]
pub(super) enum Piece<'a> {
    /// Between two tags, as it stands there.
    Text(&'a [u8]),
    /// An element begins.
    Open(&'a [u8]),
    /// An element with nothing in it.
    Empty(&'a [u8]),
    /// The element that began last ends.
    Close,
}

/// Reads the part to its end and shows `see` what is there.
///
/// # Errors
/// [`SheetError::Damaged`].
pub(super) fn walk(mut part: impl BufRead, mut see: impl FnMut(Piece<'_>)) -> Result<(), SheetError> {
    let (mut open, mut between, mut tag): (Vec<Vec<u8>>, Vec<u8>, Vec<u8>) = (Vec::new(), Vec::new(), Vec::new());
    loop {
        between.clear();
        part.read_until(b'<', &mut between)
            .map_err(|_broken| SheetError::Damaged)?;
        if between.last() != Some(&b'<') {
            return if open.is_empty() {
                Ok(())
            } else {
                Err(SheetError::Damaged)
            };
        }
        see(Piece::Text(&between[..between.len() - 1]));
        tag.clear();
        read_tag(&mut part, &mut tag)?;
        match tag.first() {
            // Comments, declarations, text as it stands.
            Some(b'!' | b'?') => {}
            Some(b'/') => {
                if open.pop().as_deref() != Some(name(&tag[1..])) {
                    return Err(SheetError::Damaged);
                }
                see(Piece::Close);
            }
            _ if tag.ends_with(b"/>") => see(Piece::Empty(&tag)),
            _ => {
                if open.len() == DEPTH {
                    return Err(SheetError::Damaged);
                }
                open.push(name(&tag).to_vec());
                see(Piece::Open(&tag));
            }
        }
    }
}

/// Reads what follows a `<`, up to the `>` that ends it.
fn read_tag(part: &mut impl BufRead, tag: &mut Vec<u8>) -> Result<(), SheetError> {
    let mut quote = None;
    loop {
        let from = tag.len();
        let read = part.read_until(b'>', tag).map_err(|_broken| SheetError::Damaged)?;
        if read == 0 || tag.last() != Some(&b'>') {
            return Err(SheetError::Damaged);
        }
        let ended = if tag.starts_with(b"!--") {
            tag.len() >= 6 && tag.ends_with(b"-->")
        } else if tag.starts_with(b"![CDATA[") {
            tag.ends_with(b"]]>")
        } else if tag.starts_with(b"?") {
            tag.ends_with(b"?>")
        } else {
            // A `>` within quotation marks belongs to a value.
            for byte in &tag[from..] {
                match (quote, *byte) {
                    (None, b'"' | b'\'') => quote = Some(*byte),
                    (Some(mark), byte) if mark == byte => quote = None,
                    _ => {}
                }
            }
            quote.is_none()
        };
        if ended {
            return Ok(());
        }
    }
}

/// The value of an attribute of a tag, as it stands there.
pub(super) fn attribute<'a>(tag: &'a [u8], wanted: &[u8]) -> Option<&'a [u8]> {
    let mut rest = &tag[name(tag).len()..];
    loop {
        let from = rest.iter().position(|byte| !byte.is_ascii_whitespace())?;
        rest = &rest[from..];
        let equals = rest.iter().position(|byte| *byte == b'=')?;
        let key = rest[..equals].trim_ascii_end();
        rest = rest[equals + 1..].trim_ascii_start();
        let (mark, value) = rest.split_first()?;
        let end = value.iter().position(|byte| byte == mark)?;
        if key == wanted {
            return Some(&value[..end]);
        }
        rest = &value[end + 1..];
    }
}

/// The name at the beginning of a tag.
pub(super) fn name(tag: &[u8]) -> &[u8] {
    let end = tag
        .iter()
        .position(|byte| byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/'))
        .unwrap_or(tag.len());
    &tag[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> Result<(), SheetError> {
        walk(text.as_bytes(), |_| {})
    }

    #[test]
    fn attributes_are_found_by_name() {
        let tag = b"cell a:style='x > y' a:repeat = \"3\" b=\"a:repeat='9'\"/>";
        assert_eq!(attribute(tag, b"a:repeat"), Some(&b"3"[..]));
        assert_eq!(attribute(tag, b"a:style"), Some(&b"x > y"[..]));
        assert_eq!(attribute(tag, b"repeat"), None);
        assert_eq!(attribute(b"cell>", b"a"), None);
        assert_eq!(attribute(b"cell a=\"1", b"a"), None);
    }

    #[test]
    fn pieces_come_in_order() {
        let mut seen = String::new();
        walk(&b"<a x=\"1\">one<b/>two</a>"[..], |piece| match piece {
            Piece::Text(text) => seen.push_str(&String::from_utf8_lossy(text)),
            Piece::Open(tag) => seen.push_str(&format!("({}", String::from_utf8_lossy(name(tag)))),
            Piece::Empty(tag) => seen.push_str(&format!("[{}]", String::from_utf8_lossy(name(tag)))),
            Piece::Close => seen.push(')'),
        })
        .unwrap();
        assert_eq!(seen, "(aone[b]two)");
    }

    #[test]
    fn tags_close_as_they_opened() {
        for good in [
            "",
            "text alone",
            "<?xml version=\"1.0\"?><a><b c='>'/>x<d >y</d ></a>",
            "<a><!-- <b> --><![CDATA[<c> ]] >]]></a>\n",
            "<a title=\"1 > 0 'n' \"><b/></a>",
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for bad in [
            "<a>",
            "<a><b></a>",
            "</a>",
            "<a></b>",
            "<a",
            "<a b=\">",
            "<!-- x",
            "<a></a><b>",
        ] {
            assert_eq!(check(bad), Err(SheetError::Damaged), "{bad}");
        }
        assert_eq!(check(&"<a>".repeat(300)), Err(SheetError::Damaged));
    }
}
