//! A database that cannot be written: every door says "busy, try again", nothing is half-written, and afterwards all goes on.
//! And bodies that do not arrive, at every door.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops where something is not as it should be"
)]

mod house;

use axum::body::{Body, Bytes};
use futures::{StreamExt, stream};
use house::{House, PAGE, Plan};
use http::{Method, Request, StatusCode};
use http_body_util::BodyExt;
use parley_domain::account::Role;
use parley_server::arriving::Patience;
use parley_services::{accounts, db::Db, install};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use std::{convert::Infallible, time::Duration};
use tower::ServiceExt;

#[tokio::test]
async fn a_locked_database_is_busy_and_loses_nothing() {
    let house = House::with_owner().await;
    let cookie = house.log_in().await;
    let key = accounts::keys::create_key_as_system(&house.services, "test", Role::Owner, None)
        .await
        .unwrap();
    let bearer = format!("Bearer {key}");
    let api = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    let new = json!({"title": "Barista", "state": "open", "questions": [{"text": "Why coffee?"}]}).to_string();
    let made = house.send(Method::POST, "/api/v1/interviews", &api, &new).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    let interview: serde_json::Value = serde_json::from_str(&made.body).unwrap();
    let id = interview["id"].as_str().unwrap().to_owned();
    let people = format!("/api/v1/interviews/{id}/candidates");
    let person = json!({"name": "Ana"}).to_string();
    let added = house.send(Method::POST, &people, &api, &person).await;
    let added: serde_json::Value = serde_json::from_str(&added.body).unwrap();
    let url = added["invite_url"].as_str().unwrap();
    let token = url.rsplit('/').next().unwrap();

    // Another process holds the database, as a backup tool might.
    let other = Db::connect(&install::sqlite_url(&house.services.config.data_dir))
        .await
        .unwrap();
    let held = other.write(parley_services::db::Priority::Person).await.unwrap();
    held.execute_unprepared("UPDATE workspace SET name = name")
        .await
        .unwrap();

    let own = [("cookie", cookie.as_str()), ("sec-fetch-site", "same-origin")];
    let form = [
        ("accept", "application/json"),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    let start = format!("token={token}&consent=true");
    let profile = "name=Olga&time_zone=UTC&locale=en";
    let own = [&own[..], &form[..]].concat();
    let (rest, candidate, creator) = tokio::join!(
        house.send(Method::POST, &people, &api, &person),
        house.send(Method::POST, "/sfn/candidate/start", &form, &start),
        house.send(Method::POST, "/sfn/account/profile", &own, profile),
    );
    for (door, answer) in [("rest", &rest), ("candidate", &candidate), ("creator", &creator)] {
        assert_eq!(
            answer.status,
            StatusCode::SERVICE_UNAVAILABLE,
            "{door}: {}",
            answer.body
        );
        assert!(
            !answer.body.contains("SQL") && !answer.body.contains("locked"),
            "{door}: {}",
            answer.body
        );
    }
    assert_eq!(rest.header("content-type"), "application/problem+json");
    assert!(rest.header("retry-after").parse::<u32>().is_ok_and(|s| s > 0));
    // Reading goes on meanwhile.
    let read = house.get(&people, &api).await;
    assert_eq!(read.status, StatusCode::OK);
    assert_eq!(read.body.matches("\"name\":\"Ana\"").count(), 1, "{}", read.body);

    drop(held);
    other.close().await.unwrap();
    let again = house.send(Method::POST, &people, &api, &person).await;
    assert_eq!(again.status, StatusCode::CREATED, "{}", again.body);
    let again = house.send(Method::POST, "/sfn/candidate/start", &form, &start).await;
    assert_eq!(again.status, StatusCode::OK, "{}", again.body);
    assert!(again.body.contains("in_progress"), "{}", again.body);
}

/// Each door says so in its own way, and ends the connection: what is still missing may come any time.
#[tokio::test]
async fn a_body_that_does_not_arrive_is_not_waited_for() {
    const FORM: &str = "application/x-www-form-urlencoded";
    let house = House::with(Plan {
        patience: Patience {
            silence: Duration::from_millis(100),
            ..Patience::default()
        },
        ..Plan::default()
    })
    .await;
    house.add_owner().await;
    let key = accounts::keys::create_key_as_system(&house.services, "test", Role::Owner, None)
        .await
        .unwrap();
    let bearer = format!("Bearer {key}");
    let send = async |path: &str, kind: &str, accept: &str, begin: &'static str| {
        let body = stream::iter([Ok::<_, Infallible>(Bytes::from_static(begin.as_bytes()))]);
        let request = Request::post(path)
            .header("host", "127.0.0.1:3000")
            .header("authorization", &bearer)
            .header("content-type", kind)
            .header("accept", accept)
            .body(Body::from_stream(body.chain(stream::pending())))
            .unwrap();
        let response = house.router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::REQUEST_TIMEOUT, "{path} {accept}");
        let headers = response.headers().clone();
        assert_eq!(headers["connection"], "close", "{path} {accept}");
        assert!(headers.contains_key("content-security-policy"), "{path} {accept}");
        let body = response.into_body().collect().await.unwrap().to_bytes();
        String::from_utf8(body.to_vec()).unwrap()
    };
    let json = "application/json";
    let problem = send("/api/v1/interviews", json, "*/*", r#"{"title":"#).await;
    let problem: Value = serde_json::from_str(&problem).unwrap();
    assert_eq!(problem["type"], "urn:parley:problem:stalled");
    let chat = send("/sfn/candidate/answer", FORM, json, "token=x&client_id=").await;
    let chat: Value = serde_json::from_str(&chat).unwrap();
    assert_eq!(chat["error"], "unavailable", "the chat sends it again by itself");
    let desk = send("/sfn/account/login", FORM, json, "email=o").await;
    assert_eq!(desk, r#"{"error":"offline"}"#);
    let page = send("/sfn/candidate/answer", FORM, PAGE, "token=x&client_id=").await;
    assert!(page.contains("This is not available right now"), "{page}");
    let page = send("/sfn/account/login", FORM, PAGE, "email=o").await;
    assert!(page.contains("nothing was done"), "{page}");
}
