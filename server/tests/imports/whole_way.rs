//! A table from its upload to its undoing.

use super::bed::Bed;
use http::StatusCode;
use parley_domain::import::{Import, ImportState};
use parley_services::imports;
use serde_json::json;
use std::time::{Duration, Instant};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_table_goes_all_the_way() {
    let house = Bed::new().await;
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
    let house = Bed::new().await;
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
    let mut nobody = Bed::new().await;
    nobody.cookie = String::new();
    let (status, _) = nobody.call("get", json!({"slug": nobody.slug, "id": id})).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
}
