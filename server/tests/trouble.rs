//! A database that cannot be written: every door says "busy, try again", nothing is half-written, and afterwards all goes on.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops where something is not as it should be"
)]

mod house;

use house::House;
use http::{Method, StatusCode};
use parley_domain::account::Role;
use parley_services::{accounts, db::Db, install};
use sea_orm::ConnectionTrait;
use serde_json::json;

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
