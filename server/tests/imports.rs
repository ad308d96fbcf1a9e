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
    id::InterviewId,
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
    imports, install, interviews,
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
