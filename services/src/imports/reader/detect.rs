//! What a file is, told by its bytes. A name or an extension is never believed.

use super::SheetError;

/// How the rest of the file is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A zip: .xlsx, .ods, or something else, told by its directory.
    Zip,
    /// A compound file: .xls, or an encrypted .xlsx.
    Compound,
    /// Anything that may be text.
    Text,
}

/// Looks at the first bytes.
///
/// # Errors
/// A sentence of its own for every kind that people upload by mistake.
pub(super) fn kind(bytes: &[u8]) -> Result<Kind, SheetError> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(SheetError::Empty);
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return Ok(Kind::Zip);
    }
    if bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]) {
        return Ok(Kind::Compound);
    }
    if let Some(what) = known_other(bytes) {
        return Err(SheetError::NotATable { what: what.to_owned() });
    }
    if let Some(error) = markup(bytes) {
        return Err(error);
    }
    if looks_binary(bytes) {
        return Err(SheetError::Unrecognised);
    }
    Ok(Kind::Text)
}

/// Kinds that have a name, by their signature.
fn known_other(bytes: &[u8]) -> Option<&'static str> {
    const SIGNATURES: &[(&[u8], &str)] = &[
        (b"%PDF-", "a PDF"),
        (b"\x89PNG", "a picture"),
        (b"\xFF\xD8\xFF", "a picture"),
        (b"GIF8", "a picture"),
        (b"{\\rtf", "a text document (.rtf)"),
        (b"\x1F\x8B", "a compressed archive"),
        (b"7z\xBC\xAF", "a compressed archive"),
        (b"Rar!", "a compressed archive"),
        (b"\x7FELF", "a program"),
        (b"MZ\x90", "a program"),
        (b"SQLite format 3", "a database"),
    ];
    // PDF readers accept junk before the signature.
    let start = &bytes[..bytes.len().min(1024)];
    if start.windows(5).any(|window| window == b"%PDF-") {
        return Some("a PDF");
    }
    // A table whose first header begins so has not been met.
    let text = start.trim_ascii_start();
    if [&b"{\""[..], b"[{\"", b"{\n", b"{\r\n", b"[\n"]
        .iter()
        .any(|begin| text.starts_with(begin))
    {
        return Some("a JSON file");
    }
    SIGNATURES
        .iter()
        .find(|(signature, _)| bytes.starts_with(signature))
        .map(|(_, what)| *what)
}

/// Web pages and XML formats that programs name .xls.
fn markup(bytes: &[u8]) -> Option<SheetError> {
    let start = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let start = String::from_utf8_lossy(&start[..start.len().min(2048)]).to_lowercase();
    let start = start.trim_start();
    if !start.starts_with('<') {
        return None;
    }
    if start.contains("office:document") {
        Some(SheetError::FlatOds)
    } else if start.contains("urn:schemas-microsoft-com:office:spreadsheet") && start.starts_with("<?xml") {
        Some(SheetError::Xml2003)
    } else if ["<!doctype html", "<html", "<table", "<head", "<meta", "<body", "<style"]
        .iter()
        .any(|tag| start.contains(tag))
    {
        Some(SheetError::Html)
    } else if start.starts_with("<?xml") {
        Some(SheetError::NotATable {
            what: "an XML file".to_owned(),
        })
    } else {
        None
    }
}

/// More than a few control bytes in the first part: no text of any encoding. NUL is judged apart, for UTF-16 is full
/// of it and exports of old programs have single ones.
fn looks_binary(bytes: &[u8]) -> bool {
    let start = &bytes[..bytes.len().min(8192)];
    let odd = |byte: &&u8| matches!(**byte, 1..=8 | 11 | 14..=26 | 28..=31 | 127);
    let controls = start.iter().filter(odd).count();
    controls * 50 > start.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_decides() {
        assert_eq!(kind(b"PK\x03\x04rest"), Ok(Kind::Zip));
        assert_eq!(kind(b"Name,Email\nAna,a@x.example\n"), Ok(Kind::Text));
        assert_eq!(kind("姓名,邮箱\n".as_bytes()), Ok(Kind::Text));
        assert_eq!(kind(b""), Err(SheetError::Empty));
        assert_eq!(kind(b" \r\n\t"), Err(SheetError::Empty));
        assert_eq!(kind(b"%PDF-1.7"), Err(SheetError::NotATable { what: "a PDF".into() }));
        assert_eq!(
            kind(b"\x89PNG\r\n\x1a\n"),
            Err(SheetError::NotATable {
                what: "a picture".into()
            })
        );
        assert_eq!(
            kind(b" [{\"name\":\"Ana\"}]"),
            Err(SheetError::NotATable {
                what: "a JSON file".into()
            })
        );
        assert_eq!(kind(b"[Name],Email\n"), Ok(Kind::Text));
        assert_eq!(kind(b"<html><table>"), Err(SheetError::Html));
        assert_eq!(kind(b"\xEF\xBB\xBF <TABLE><tr>"), Err(SheetError::Html));
        assert_eq!(
            kind(b"<?xml version=\"1.0\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\">"),
            Err(SheetError::Xml2003)
        );
        assert_eq!(kind(&[1, 2, 3, 4, 5, 6, 7, 8]), Err(SheetError::Unrecognised));
    }

    #[test]
    fn text_with_a_single_nul_is_text() {
        assert_eq!(kind(b"Name,Email\r\nA\0B,a@x.example\r\n"), Ok(Kind::Text));
    }
}
