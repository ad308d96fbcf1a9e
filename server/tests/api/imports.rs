//! Import by Excel through the REST door.

use crate::bed::{Bed, Reply};
use axum::body::Body;
use http::Request;
use parley_domain::account::Role;
use serde_json::json;
use std::time::{Duration, Instant};

async fn upload(bed: &Bed, key: &str, interview: &str, parts: &[(&str, &[u8])]) -> Reply {
    let mut body = Vec::new();
    for (name, bytes) in parts {
        let file = if *name == "file" {
            "; filename=\"people.csv\""
        } else {
            ""
        };
        let head = format!("--cut\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--cut--\r\n");
    let request = Request::builder()
        .method("POST")
        .uri(format!("/api/v1/interviews/{interview}/imports"))
        .header("host", "127.0.0.1:3000")
        .header("authorization", format!("Bearer {key}"))
        .header("content-type", "multipart/form-data; boundary=cut")
        .body(Body::from(body))
        .unwrap();
    bed.send(request).await
}

async fn ended(bed: &Bed, key: &str, id: &str) -> Reply {
    let limit = Instant::now() + Duration::from_secs(30);
    loop {
        let reply = bed.call(key, &format!("GET /imports/{id}"), None).await.ok(200);
        if reply.body["state"] != "running" {
            return reply;
        }
        assert!(Instant::now() < limit, "the import does not end");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

const PEOPLE: &[u8] = b"Name,Email\nAna,ana@x.example\nBen,ben@\nAna again,ANA@x.example\nCleo,\n";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_upload_to_undo() {
    let bed = Bed::new().await;
    let key = bed.key(Role::Member).await;
    let interview = bed.interview(&key).await;
    let made = upload(&bed, &key, &interview, &[("file", PEOPLE)]).await.ok(201);
    let id = made.id();
    assert_eq!(made.header("location"), format!("/api/v1/imports/{id}"));
    assert_eq!(made.body["state"], "preview");
    let counts = json!({"rows": 4, "new": 2, "already_here": 0, "twice_in_file": 1, "rejected": 1});
    assert_eq!(made.body["counts"], counts);
    assert_eq!(made.body["mapping"][1]["field"], "email");

    let path = format!("GET /imports/{id}/rows?fate=rejected");
    let rows = bed.call(&key, &path, None).await.ok(200).body;
    assert_eq!(rows["items"][0]["number"], 3);
    assert_eq!(rows["items"][0]["problems"][0]["cell"], "B3");
    let cells = json!({"cells": [{"column": 1, "value": "ben@x.example"}]});
    let row = bed
        .call(&key, &format!("PATCH /imports/{id}/rows/3"), Some(cells))
        .await
        .ok(200)
        .body;
    assert_eq!(row["fate"], "new");
    let change = json!({"on_duplicate": "add"});
    bed.call(&key, &format!("PATCH /imports/{id}"), Some(change))
        .await
        .ok(200);

    bed.call(&key, &format!("POST /imports/{id}/confirm"), None)
        .await
        .ok(200);
    let done = ended(&bed, &key, &id).await.body;
    assert_eq!(
        done["counts"],
        json!({"rows": 4, "added": 4, "updated": 0, "skipped": 0, "rejected": 0})
    );
    let people = bed
        .call(&key, &format!("GET /interviews/{interview}/candidates"), None)
        .await
        .ok(200)
        .body;
    assert_eq!(people["items"].as_array().unwrap().len(), 4);
    assert_eq!(people["items"][0]["source"], "imported");

    let undone = bed
        .call(&key, &format!("POST /imports/{id}/undo"), None)
        .await
        .ok(200)
        .body;
    assert_eq!(
        (&undone["state"], &undone["counts"]["removed"]),
        (&json!("undone"), &json!(4))
    );
    bed.call(&key, &format!("GET /imports/{id}/rejected.xlsx"), None)
        .await
        .problem(409);
    let list = bed
        .call(&key, &format!("GET /interviews/{interview}/imports"), None)
        .await
        .ok(200)
        .body;
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forms_that_are_wrong() {
    let bed = Bed::new().await;
    let key = bed.key(Role::Member).await;
    let interview = bed.interview(&key).await;
    let fields = upload(&bed, &key, &interview, &[]).await.problem(422);
    assert_eq!(fields, ["file"]);
    let fields = upload(&bed, &key, &interview, &[("header_row", b"first"), ("file", PEOPLE)])
        .await
        .problem(422);
    assert_eq!(fields, ["header_row"]);
    let reply = upload(&bed, &key, &interview, &[("file", b"%PDF-1.7")]).await;
    assert_eq!(reply.problem(422), ["file"]);
    assert!(
        reply.text.contains("This is a PDF, not a spreadsheet."),
        "{}",
        reply.text
    );
    upload(
        &bed,
        &key,
        &interview,
        &[("encoding", b"windows-1253"), ("file", b"Name\nJos\xE9\n")],
    )
    .await
    .ok(201);
    let call = format!("POST /interviews/{interview}/imports");
    bed.call(&key, &call, Some(json!({}))).await.problem(415);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_that_is_refused_changes_nothing() {
    let bed = Bed::new().await;
    let key = bed.key(Role::Member).await;
    let interview = bed.interview(&key).await;
    let made = upload(&bed, &key, &interview, &[("file", PEOPLE)]).await.ok(201);
    let path = format!("/imports/{}", made.id());
    let before = bed.call(&key, &format!("GET {path}"), None).await.ok(200).body;
    let twice = json!({
        "header_row": 2,
        "on_duplicate": "add",
        "mapping": [{"column": 0, "field": "email"}, {"column": 1, "field": "email"}],
    });
    let nowhere = json!({"header_row": 2, "mapping": [{"column": 1_000_000, "field": "email"}]});
    let unknown = json!({"header_row": 2, "separator": ";;"});
    for (wrong, field) in [(twice, "mapping"), (nowhere, "mapping"), (unknown, "separator")] {
        let refused = bed.call(&key, &format!("PATCH {path}"), Some(wrong)).await;
        assert_eq!(refused.problem(422), [field]);
        let after = bed.call(&key, &format!("GET {path}"), None).await.ok(200).body;
        assert_eq!(after, before);
    }
}
