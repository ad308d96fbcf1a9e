//! Whether the tags of a part close in the order in which they open. The library that reads OpenDocument looks for the end
//! of a table for ever where it is missing: such a part is damaged, and never gets that far.

use std::io::BufRead;

use super::SheetError;

/// Deeper than any table is; what is deeper was made to exhaust a reader.
const DEPTH: usize = 256;

/// Reads the part to its end.
///
/// # Errors
/// [`SheetError::Damaged`].
pub(super) fn check(mut part: impl BufRead) -> Result<(), SheetError> {
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
        tag.clear();
        read_tag(&mut part, &mut tag)?;
        match tag.first() {
            // Comments, declarations, text as it stands.
            Some(b'!' | b'?') => {}
            Some(b'/') => {
                if open.pop().as_deref() != Some(name(&tag[1..])) {
                    return Err(SheetError::Damaged);
                }
            }
            _ if tag.ends_with(b"/>") => {}
            _ => {
                if open.len() == DEPTH {
                    return Err(SheetError::Damaged);
                }
                open.push(name(&tag).to_vec());
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

/// The name at the beginning of a tag.
fn name(tag: &[u8]) -> &[u8] {
    let end = tag
        .iter()
        .position(|byte| byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/'))
        .unwrap_or(tag.len());
    &tag[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_close_as_they_opened() {
        for good in [
            "",
            "text alone",
            "<?xml version=\"1.0\"?><a><b c='>'/>x<d >y</d ></a>",
            "<a><!-- <b> --><![CDATA[<c> ]] >]]></a>\n",
            "<a title=\"1 > 0 'n' \"><b/></a>",
        ] {
            assert_eq!(check(good.as_bytes()), Ok(()), "{good}");
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
            assert_eq!(check(bad.as_bytes()), Err(SheetError::Damaged), "{bad}");
        }
        assert_eq!(check("<a>".repeat(300).as_bytes()), Err(SheetError::Damaged));
    }
}
