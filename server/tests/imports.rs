//! Tables on their way through the router and the real reading process: the binary `parley` itself.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops where something is not as it should be"
)]

use axum::{Router, body::Body};
use http::{Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use parley_domain::{
    account::{Actor, Role},
    id::{ImportId, InterviewId},
    import::{Import, ImportState},
    interview::InterviewInput,
    person::PersonInput,
};
use parley_server::{
    router,
    state::{AppState, Http},
};
use parley_services::{
    Config, Services,
    accounts::{self, people},
    child::Children,
    db::Db,
    imports, install, interviews, sessions,
};
use serde_json::json;
use std::{
    io::{Cursor, Write as _},
    path::PathBuf,
    time::{Duration, Instant},
};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;
use zip::{ZipWriter, write::SimpleFileOptions};

struct House {
    router: Router,
    services: Services,
    owner: Actor,
    interview: InterviewId,
    slug: String,
    cookie: String,
    _dir: tempfile::TempDir,
}

impl House {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let db = Db::connect(&install::sqlite_url(dir.path())).await.unwrap();
        install::migrate(&db).await.unwrap();
        let secrets = install::keys(&db, None, dir.path()).await.unwrap();
        let config = Config {
            data_dir: dir.path().to_owned(),
            public_url: "http://127.0.0.1:3000".to_owned(),
            initial_tokens: 500,
            tokens_per_resume: 5,
        };
        let mut services = Services::new(db, secrets, config);
        services.children = Some(Children::new(PathBuf::from(env!("CARGO_BIN_EXE_parley")), 2));
        let http = Http {
            works_elsewhere: false,
            public_url: "http://127.0.0.1:3000".to_owned(),
            trusted_proxies: Vec::new(),
        };
        let router = router::build(AppState::new(services.clone(), http, CancellationToken::new()));
        let person = PersonInput {
            name: "Olga Owner".to_owned(),
            email: "olga@example.com".to_owned(),
            password: "correct horse battery".to_owned(),
            time_zone: String::new(),
        };
        let user = people::add(&services, person, Some(Role::Owner), None).await.unwrap();
        let me = accounts::me(&services, user).await.unwrap();
        let slug = me.workspaces[0].slug.clone();
        let owner = accounts::actor(&services, user, &slug).await.unwrap();
        let input = InterviewInput {
            title: "Barista".to_owned(),
            ..InterviewInput::default()
        };
        let interview = interviews::create(&services, &owner, input).await.unwrap().id;
        let mut house = Self {
            router,
            services,
            owner,
            interview,
            slug,
            cookie: String::new(),
            _dir: dir,
        };
        house.cookie = house.log_in().await;
        house
    }

    async fn log_in(&self) -> String {
        let request = Request::builder()
            .method(Method::POST)
            .uri("/sfn/account/login")
            .header("host", "127.0.0.1:3000")
            .header("accept", "application/json")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from("email=olga%40example.com&password=correct+horse+battery"))
            .unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let line = response.headers()[header::SET_COOKIE].to_str().unwrap();
        line.split(';').next().unwrap().to_owned()
    }

    async fn get(&self, path: &str) -> (StatusCode, Vec<u8>) {
        let request = Request::builder()
            .uri(path)
            .header("host", "127.0.0.1:3000")
            .header("cookie", &self.cookie);
        let response = self
            .router
            .clone()
            .oneshot(request.body(Body::empty()).unwrap())
            .await
            .unwrap();
        let status = response.status();
        (
            status,
            response.into_body().collect().await.unwrap().to_bytes().to_vec(),
        )
    }

    async fn upload(&self, name: &str, bytes: &[u8]) -> (StatusCode, serde_json::Value) {
        let mut body = format!(
            "--cut\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        )
        .into_bytes();
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n--cut--\r\n");
        let request = Request::builder()
            .method(Method::POST)
            .uri(format!("/upload/w/{}/interviews/{}/imports", self.slug, self.interview))
            .header("host", "127.0.0.1:3000")
            .header("cookie", &self.cookie)
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "multipart/form-data; boundary=cut")
            .body(Body::from(body))
            .unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }

    /// A server function, as the hydrated page calls it.
    async fn call(&self, name: &str, body: serde_json::Value) -> (StatusCode, serde_json::Value) {
        let request = Request::builder()
            .method(Method::POST)
            .uri(format!("/sfn/imports/{name}"))
            .header("host", "127.0.0.1:3000")
            .header("cookie", &self.cookie)
            .header("sec-fetch-site", "same-origin")
            .header("accept", "application/json")
            .header("content-type", "application/json")
            .body(Body::from(body.to_string()))
            .unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }

    async fn refused(&self, name: &str, bytes: &[u8]) -> String {
        let (status, problem) = self.upload(name, bytes).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{name}: {problem}");
        problem["detail"].as_str().unwrap().to_owned()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_table_goes_all_the_way() {
    let house = House::new().await;
    let (status, template) = house
        .get(&format!("/download/w/{}/imports/template.xlsx", house.slug))
        .await;
    assert_eq!(status, StatusCode::OK);
    // As it comes, the template has nobody in it.
    assert!(
        house
            .refused("template.xlsx", &template)
            .await
            .contains("no people under it")
    );

    let (status, import) = house
        .upload("wrong name.pdf", "Name;Email\nZoë;zoe@x.example\nBo;bo@\n".as_bytes())
        .await;
    assert_eq!(status, StatusCode::CREATED, "{import}");
    let import: Import = serde_json::from_value(import).unwrap();
    assert_eq!(
        (import.state, import.counts.rows, import.counts.rejected),
        (ImportState::Preview, 2, 1)
    );
    imports::confirm(&house.services, &house.owner, import.id)
        .await
        .unwrap();
    let limit = Instant::now() + Duration::from_secs(30);
    while imports::get(&house.services, &house.owner, import.id)
        .await
        .unwrap()
        .state
        != ImportState::Done
    {
        assert!(Instant::now() < limit, "the import does not end");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let (status, rejected) = house
        .get(&format!(
            "/download/w/{}/imports/{}/rejected.xlsx",
            house.slug, import.id
        ))
        .await;
    assert_eq!((status, &rejected[..2]), (StatusCode::OK, &b"PK"[..]));
    let (status, again) = house.upload("rejected.xlsx", &rejected).await;
    assert_eq!((status, &again["counts"]["rejected"]), (StatusCode::CREATED, &1.into()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_screens_door_from_match_to_undo() {
    let house = House::new().await;
    let file = "Who,Email\nAna,ana@x.example\nBen,ben@\n";
    let (_, made) = house.upload("people.csv", file.as_bytes()).await;
    let (slug, id) = (house.slug.as_str(), made["id"].clone());
    let call = async |name: &str, more: serde_json::Value| {
        let mut body = json!({"slug": slug, "id": id});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        house.call(name, body).await
    };
    let ok = async |name: &str, more: serde_json::Value| {
        let (status, body) = call(name, more).await;
        assert_eq!(status, StatusCode::OK, "{name}: {body}");
        body
    };

    let seen = ok("get", json!({})).await;
    assert!(seen["import"]["obstacle"].is_string() && seen["may_edit"] == true);
    let change = json!({"change": {"mapping": [{"column": 0, "field": "name"}]}});
    let seen = ok("match", change).await;
    assert_eq!(seen["import"]["obstacle"], serde_json::Value::Null);
    let rejected = ok("preview", json!({"only": "rejected", "cursor": ""})).await;
    assert_eq!(
        (
            rejected["rows"].as_array().unwrap().len(),
            &rejected["rows"][0]["number"]
        ),
        (1, &3.into())
    );
    let cells = json!({"number": 3, "cells": [{"column": 1, "value": "ben@x.example"}]});
    assert_eq!(ok("correct", cells).await["fate"], "new");
    ok("work", json!({"work": "confirm"})).await;
    let limit = Instant::now() + Duration::from_secs(30);
    while ok("get", json!({})).await["import"]["state"] != "done" {
        assert!(Instant::now() < limit, "the import does not end");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let added = ok("preview", json!({"only": "done_added", "cursor": ""})).await;
    assert_eq!(added["rows"].as_array().unwrap().len(), 2);
    let undone = ok("work", json!({"work": "undo"})).await;
    assert_eq!(undone["import"]["counts"]["removed"], 2);
    let body = json!({"slug": slug, "interview": house.interview});
    let (status, list) = house.call("list", body).await;
    assert_eq!(
        (status, &list[0]["import"]["state"]),
        (StatusCode::OK, &"undone".into())
    );

    // Another workspace, or nobody at all.
    let (status, _) = house.call("get", json!({"slug": "elsewhere", "id": id})).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let mut nobody = House::new().await;
    nobody.cookie = String::new();
    let (status, _) = nobody.call("get", json!({"slug": nobody.slug, "id": id})).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
}

fn zip_of(parts: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

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
    let house = House::new().await;
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
    let house = House::new().await;
    let (status, problem) = house.upload("large.csv", &vec![b'a'; 25_000_001]).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(problem["detail"].as_str().unwrap().contains("larger than 25 MB"));
    let (status, _) = house.upload("huge.csv", &vec![b'a'; 26_000_000]).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_uploads_without_signing_in() {
    let mut house = House::new().await;
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
async fn upload_by_rest(house: &House, key: &str, name: &str, bytes: &[u8]) -> (StatusCode, serde_json::Value) {
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

/// A workbook whose only sheet has these rows, each cell as inline text.
fn workbook(declaration: &str, rows: &[Vec<String>]) -> Vec<u8> {
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

fn cells(row: &[&str]) -> Vec<String> {
    row.iter().map(|cell| (*cell).to_owned()).collect()
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
    let house = House::new().await;
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_content_of_a_file_counts_not_its_name() {
    let house = House::new().await;
    let book = workbook("", &[cells(&["Name"]), cells(&["Ana"])]);
    for (name, bytes) in [
        ("people.csv", &book[..]),
        ("people.pdf", &book),
        ("people.xlsx", b"Name\nAna\n"),
        ("no ending", b"Name\tEmail\nAna\ta@x.example\n"),
    ] {
        let (status, made) = house.upload(name, bytes).await;
        assert_eq!(
            (status, &made["counts"]["new"]),
            (StatusCode::CREATED, &1.into()),
            "{name}: {made}"
        );
    }
}

/// Files that are read, with something in them that a person has to see to or that must do no harm.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn odd_tables_are_read_and_say_what_is_odd() {
    let house = House::new().await;
    let made = async |text: &str| {
        let (status, made) = house.upload("people.csv", text.as_bytes()).await;
        assert_eq!(status, StatusCode::CREATED, "{made}");
        made
    };
    // Without a column of names nothing can be confirmed.
    let nameless = made("Colour,Size\nred,4\n").await;
    assert!(nameless["obstacle"].as_str().unwrap().contains("name"), "{nameless}");
    let id: ImportId = nameless["id"].as_str().unwrap().parse().unwrap();
    let refused = imports::confirm(&house.services, &house.owner, id).await;
    assert!(refused.is_err(), "{refused:?}");
    // Of two columns of the same name the first is taken; the other one can be chosen.
    let twice = made("Name,Email,Email\nAna,a@x.example,b@x.example\n").await;
    let fields: Vec<_> = twice["mapping"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| m["field"].clone())
        .collect();
    assert_eq!(fields[..2], [json!("name"), json!("email")]);
    assert_ne!(fields.get(2), Some(&json!("email")));
    // Line breaks, NULs and what looks like a formula are text.
    let harmful = made("Name,Notes,School\n\"=1+1\",\"line 1\nline 2\",@SUM(A1)\nA\0na,-2+3,+1+2\n").await;
    assert_eq!(harmful["counts"]["new"], 2, "{harmful}");
    let id: ImportId = harmful["id"].as_str().unwrap().parse().unwrap();
    imports::confirm(&house.services, &house.owner, id).await.unwrap();
    let limit = Instant::now() + Duration::from_secs(30);
    while imports::get(&house.services, &house.owner, id).await.unwrap().state != ImportState::Done {
        assert!(Instant::now() < limit, "the import does not end");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let (status, export) = house
        .get(&format!(
            "/download/w/{}/interviews/{}/export.csv",
            house.slug, house.interview
        ))
        .await;
    let export = String::from_utf8(export).unwrap();
    assert_eq!(status, StatusCode::OK, "{export}");
    for cell in ["=1+1", "@SUM(A1)", "-2+3", "+1+2"] {
        assert!(export.contains(cell), "{cell} is gone: {export}");
        let at = export
            .match_indices(cell)
            .map(|(at, _)| export[..at].chars().next_back());
        for before in at {
            assert!(
                !matches!(before, Some(',' | '"' | '\n')),
                "{cell} begins a cell: {export}"
            );
        }
    }
    assert!(export.contains("line 1\nline 2") && export.contains("Ana"), "{export}");
}
