//! Files that are refused: what is said, at both doors, and that it costs the server nothing.

use super::{
    bed::Bed,
    files::{cells, workbook, zip_of},
};
use axum::body::Body;
use http::{Method, Request, StatusCode};
use http_body_util::BodyExt;
use parley_domain::account::Role;
use parley_services::{accounts, imports, sessions};
use tower::ServiceExt;

/// A table of a hundred million repeated cells: small on disk, many gigabytes in a reader's memory.
fn repeating_ods() -> Vec<u8> {
    let cell = r#"<table:table-cell table:number-columns-repeated="90" office:value-type="string"><text:p>x</text:p></table:table-cell>"#;
    let content = format!(
        r#"<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet><table:table table:name="S"><table:table-row table:number-rows-repeated="1000000">{cell}</table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"#
    );
    zip_of(&[
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet".to_vec()),
        ("META-INF/manifest.xml", b"<manifest:manifest xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\"></manifest:manifest>".to_vec()),
        ("content.xml", content.into_bytes()),
    ])
}

/// The largest resident size of this process so far, in bytes.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hostile_tables_cost_the_server_nothing() {
    let house = Bed::new().await;
    let before = peak();
    let sentence = house.refused("many.ods", &repeating_ods()).await;
    assert!(sentence.contains("unpacks to far more"), "{sentence}");
    let blanks = zip_of(&[
        ("xl/workbook.xml", b"<workbook/>".to_vec()),
        ("xl/worksheets/sheet1.xml", vec![b' '; 60_000_000]),
    ]);
    let prepared = peak();
    let sentence = house.refused("blanks.xlsx", &blanks).await;
    assert!(sentence.contains("unpacks to far more"), "{sentence}");
    assert!(
        house
            .refused("cut.xlsx", b"PK\x03\x04cut off")
            .await
            .contains("damaged")
    );
    // Unpacking the bomb here would need gigabytes. (The test itself makes 60 MB of blanks.)
    let grown = peak() - before - (prepared - before);
    assert!(grown < 100_000_000, "the server grew by {grown} bytes");
    // It is still there for others.
    let (status, _) = house.upload("people.csv", b"Name\nAna\n").await;
    assert_eq!(status, StatusCode::CREATED);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_over_the_limit_is_refused_while_it_arrives() {
    let house = Bed::new().await;
    let (status, problem) = house.upload("large.csv", &vec![b'a'; 25_000_001]).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(problem["detail"].as_str().unwrap().contains("larger than 25 MB"));
    let (status, _) = house.upload("huge.csv", &vec![b'a'; 26_000_000]).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_uploads_without_signing_in() {
    let mut house = Bed::new().await;
    house.cookie = String::new();
    let (status, _) = house.upload("people.csv", b"Name\nAna\n").await;
    assert!(
        matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN),
        "{status}"
    );
    let (status, _) = house
        .get(&format!("/download/w/{}/imports/template.xlsx", house.slug))
        .await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
}

/// The same file through the door of programs.
async fn upload_by_rest(house: &Bed, key: &str, name: &str, bytes: &[u8]) -> (StatusCode, serde_json::Value) {
    let mut body =
        format!("--cut\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n").into_bytes();
    body.extend_from_slice(bytes);
    body.extend_from_slice(b"\r\n--cut--\r\n");
    let request = Request::builder()
        .method(Method::POST)
        .uri(format!("/api/v1/interviews/{}/imports", house.interview))
        .header("host", "127.0.0.1:3000")
        .header("authorization", format!("Bearer {key}"))
        .header("content-type", "multipart/form-data; boundary=cut")
        .body(Body::from(body))
        .unwrap();
    let response = house.router.clone().oneshot(request).await.unwrap();
    let status = response.status();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&body).unwrap_or_default())
}

/// Files that are refused as a whole, and what the person who chose one is told.
fn refused_files() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let good = workbook("", &[cells(&["Name", "Email"]), cells(&["Ana", "a@x.example"])]);
    let compound = [&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1][..], &[0; 600]].concat();
    let locked: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let wide = vec![(0..300).map(|n| format!("h{n}")).collect(), cells(&["Ana"])];
    let long = |text: &str| vec![cells(&["Name", "Notes"]), cells(&["Ana", text])];
    let entities = r#"<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>"#;
    vec![
        ("empty.xlsx", Vec::new(), "The file is empty."),
        ("headers.csv", b"Name,Email\n".to_vec(), "no people under it"),
        (
            "headers.xlsx",
            workbook("", &[cells(&["Name", "Email"])]),
            "no people under it",
        ),
        (
            "list.xlsx",
            b"%PDF-1.7 and so on".to_vec(),
            "This is a PDF, not a spreadsheet.",
        ),
        (
            "list.xls",
            b"<html><table><tr><td>Name</td></tr></table></html>".to_vec(),
            "This is a web page",
        ),
        (
            "list.csv",
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0".to_vec(),
            "not a spreadsheet",
        ),
        (
            "letter.xlsx",
            zip_of(&[("word/document.xml", b"<w/>".to_vec())]),
            "This is a Word document",
        ),
        (
            "list.xlsb",
            zip_of(&[("xl/workbook.bin", Vec::new())]),
            "save it as .xlsx",
        ),
        (
            "locked.xlsx",
            [compound.clone(), locked].concat(),
            "locked with a password",
        ),
        ("old.xls", compound, "damaged or was cut off"),
        ("cut.xlsx", good[..good.len() / 2].to_vec(), "damaged or was cut off"),
        (
            "bomb.xlsx",
            zip_of(&[
                ("xl/workbook.xml", b"<workbook/>".to_vec()),
                ("xl/worksheets/sheet1.xml", vec![b' '; 30_000_000]),
            ]),
            "unpacks to far more",
        ),
        (
            "entities.xlsx",
            workbook(entities, &[cells(&["Name"]), cells(&["&b;"])]),
            "declarations that no spreadsheet program writes",
        ),
        (
            "many.csv",
            format!("Name\n{}", "Ana\n".repeat(50_001)).into_bytes(),
            "more than 50,000 rows",
        ),
        ("wide.xlsx", workbook("", &wide), "more than 256 columns"),
        (
            "wide.csv",
            format!("Name{}\nAna\n", ",h".repeat(299)).into_bytes(),
            "more than 256 columns",
        ),
        (
            "long.xlsx",
            workbook("", &long(&"x".repeat(2_000_000))),
            "holds more than 32,767 characters",
        ),
        (
            "long.csv",
            format!("Name,Notes\nAna,{}\n", "x".repeat(2_000_000)).into_bytes(),
            "Cell B2 holds more than 32,767 characters",
        ),
        (
            "mixed.csv",
            ["Name\nJos\u{e9}\n".as_bytes(), b"J\xfcrgen\n"].concat(),
            "mixes encodings: line 3",
        ),
        (
            "open.csv",
            b"Name,Notes\nBen,x\n\"Ana,y\nCleo,z\n".to_vec(),
            "Line 3 opens a quotation mark",
        ),
        (
            "stray.csv",
            b"Name,Notes\n\"Ana\" B,x\n".to_vec(),
            "has a quotation mark (\") in its middle",
        ),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_bad_file_has_its_sentence_at_both_doors_and_changes_nothing() {
    let house = Bed::new().await;
    let key = accounts::keys::create_key_as_system(&house.services, "bad files", Role::Member, None)
        .await
        .unwrap();
    for (name, bytes, sentence) in refused_files() {
        let by_screen = house.refused(name, &bytes).await;
        assert!(by_screen.contains(sentence), "{name}: {by_screen}");
        assert!(by_screen.ends_with("Nothing was added."), "{name}: {by_screen}");
        let (status, problem) = upload_by_rest(&house, &key, name, &bytes).await;
        assert_eq!(
            (status, problem["errors"][0]["message"].as_str()),
            (StatusCode::UNPROCESSABLE_ENTITY, Some(by_screen.as_str())),
            "{name}"
        );
    }
    let kept = imports::list(&house.services, &house.owner, house.interview)
        .await
        .unwrap();
    assert!(kept.is_empty(), "nothing is kept of a file that was refused");
    let counts = sessions::counts(
        &house.services,
        &house.owner,
        Some(house.interview),
        &Default::default(),
    )
    .await
    .unwrap();
    assert_eq!(counts.all, 0);
}
