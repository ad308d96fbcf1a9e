//! Every state of a link at every door: page by GET and HEAD, the press that starts, REST; and that looking changes
//! nothing.

mod invites;
mod looks;
mod publics;

use super::{
    bed::{Bed, is_a_quiet_page, token},
    house::PAGE,
};
use http::Method;
use parley_app::candidate::chat::model::form;
use parley_domain::{account::Role, id::InterviewId};
use parley_services::{accounts, interviews};
use serde_json::{Value, json};

async fn set_state(house: &Bed, interview: InterviewId, state: &str) {
    let change = json!({ "state": state });
    interviews::patch(&house.s, &house.owner, interview, &change, None)
        .await
        .unwrap();
}

/// Posts as the page's script does: the status, and the state or the refusal.
async fn press(house: &Bed, path: &str, fields: &[(&str, &str)]) -> (u16, String) {
    let headers = [
        ("accept", "application/json"),
        ("content-type", "application/x-www-form-urlencoded"),
        ("sec-fetch-site", "same-origin"),
    ];
    let answer = house.send(Method::POST, path, &headers, &form(fields)).await;
    let body: Value = serde_json::from_str(&answer.body).unwrap_or_default();
    let word = body["error"].as_str().or(body["state"].as_str()).unwrap_or_default();
    (answer.status.as_u16(), word.to_owned())
}

async fn start_public(house: &Bed, path: &str) -> (u16, String) {
    let fields = [
        ("slug", token(path)),
        ("name", "Wim Walkin"),
        ("email", "wim@example.com"),
        ("consent", "true"),
    ];
    press(house, "/sfn/candidate/start-public", &fields).await
}

async fn rest(house: &Bed, key: &str, path: &str) -> (u16, Value) {
    let bearer = format!("Bearer {key}");
    let answer = house
        .send(
            Method::GET,
            &format!("/api/v1{path}"),
            &[("authorization", &bearer)],
            "",
        )
        .await;
    (
        answer.status.as_u16(),
        serde_json::from_str(&answer.body).unwrap_or_default(),
    )
}

async fn key(house: &Bed) -> String {
    accounts::keys::create_key_as_system(&house.s, "doors", Role::Member, None)
        .await
        .unwrap()
}

/// The page of a link by GET and HEAD.
async fn page(house: &Bed, is: &str, path: &str, (status, words): (u16, &str)) {
    let answer = house.open(path).await;
    assert_eq!(answer.status.as_u16(), status, "{is}: GET");
    is_a_quiet_page(&answer);
    assert!(answer.body.contains(words), "{is}: {words:?} is not in {}", answer.body);
    let head = house.send(Method::HEAD, path, &[("accept", PAGE)], "").await;
    assert_eq!((head.status.as_u16(), head.body.as_str()), (status, ""), "{is}: HEAD");
    assert_eq!(head.header("referrer-policy"), "same-origin", "{is}: HEAD");
    assert!(head.header("x-robots-tag").contains("noindex"), "{is}: HEAD");
}
