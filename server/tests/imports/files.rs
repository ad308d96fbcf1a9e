//! Tables and archives to upload.

use std::io::{Cursor, Write as _};
use zip::{ZipWriter, write::SimpleFileOptions};

pub fn zip_of(parts: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A workbook whose only sheet has these rows, each cell as inline text.
pub fn workbook(declaration: &str, rows: &[Vec<String>]) -> Vec<u8> {
    let types = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let package = "http://schemas.openxmlformats.org/package/2006/relationships";
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let link = |kind: &str, target: &str| {
        format!(
            r#"<Relationships xmlns="{package}"><Relationship Id="r1" Type="{types}/{kind}" Target="{target}"/></Relationships>"#
        )
    };
    let mut sheet = String::new();
    for row in rows {
        sheet.push_str("<row>");
        for cell in row {
            sheet.push_str(&format!(r#"<c t="inlineStr"><is><t>{cell}</t></is></c>"#));
        }
        sheet.push_str("</row>");
    }
    zip_of(&[
        ("_rels/.rels", link("officeDocument", "xl/workbook.xml").into_bytes()),
        (
            "xl/workbook.xml",
            format!(
                r#"<workbook xmlns="{main}" xmlns:r="{types}"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>"#
            )
            .into_bytes(),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            link("worksheet", "worksheets/sheet1.xml").into_bytes(),
        ),
        (
            "xl/worksheets/sheet1.xml",
            format!(r#"{declaration}<worksheet xmlns="{main}"><sheetData>{sheet}</sheetData></worksheet>"#).into_bytes(),
        ),
    ])
}

pub fn cells(row: &[&str]) -> Vec<String> {
    row.iter().map(|cell| (*cell).to_owned()).collect()
}
