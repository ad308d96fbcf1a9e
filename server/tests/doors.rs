//! Every server function asks who is there: one that is not named here as open to all refuses those who are signed out,
//! and does not know the workspaces of others.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops where something is not as it should be"
)]

mod house;

use axum::body::Body;
use house::{Answer, House};
use http::{Method, Request, StatusCode};
use leptos::server_fn::axum::server_fn_paths;
use parley_domain::{
    account::{Actor, Role},
    candidate::{CandidateInput, Source},
    id::{CandidateId, UserId, WorkspaceId},
    interview::InterviewInput,
    person::PersonInput,
};
use parley_services::{
    Services,
    accounts::people,
    candidates::{self, OnDuplicate},
    entity::{membership, workspace},
    events::Change,
    interviews,
};
use sea_orm::{EntityTrait, IntoActiveModel};
use serde_json::{Value, json};
use tower::ServiceExt;
use uuid::Uuid;

/// Functions for people who are not signed in, with the reason.
fn open_to_all(path: &str) -> bool {
    // By the candidate's token.
    path.starts_with("/sfn/candidate/")
        // Before there is anybody, and to become somebody.
        || ["setup-state", "setup", "login", "logout", "me"]
            .iter()
            .any(|name| path == format!("/sfn/account/{name}"))
}

/// About the person, not about a workspace. The last one ends the login session that it is called with.
const OWN: [&str; 2] = ["/sfn/account/profile", "/sfn/account/password"];

const SOME_ID: &str = "01a20b9c-876e-7c29-a412-6054cb96f285";

/// An argument for everything that any function asks for; each takes what it knows.
fn arguments(workspace: &str) -> Value {
    let mut all = json!({
        "workspace": workspace, "slug": workspace, "interview": SOME_ID, "id": SOME_ID, "candidate": SOME_ID,
        "session": SOME_ID, "ids": [SOME_ID], "input": {"name": "Ana"}, "seen": {"name": "Ana"}, "query": {}, "add_anyway": false,
        "reason": "other", "note": "", "verdict": "decline", "back": "/", "name": "Ana", "role": "viewer",
        "title": "Barista", "revision": 1, "state": "open", "settings": {},
        "content": {"title": "Barista", "description": "", "welcome": "", "objective": "", "criteria": [], "questions": []}, "time_zone": "UTC",
        "locale": "en", "counts": true, "first": SOME_ID, "second": SOME_ID, "extend_to": null, "days": 7,
        "window": {"opens_at": "", "closes_at": "", "max_starts": ""}, "until": "Never", "all_of": null, "all": false,
    });
    let more = json!({
        "candidates": [SOME_ID], "keep": SOME_ID, "gone": SOME_ID, "mark": "", "only": [1], "cursor": "", "change": {}, "number": 2,
        "cells": [{"column": 0, "value": "Ana"}], "work": "cancel",
        "batch": SOME_ID, "file": SOME_ID, "keep_files": true, "changes": {},
        "password": house::PASSWORD, "new_password": house::PASSWORD,
        "q": "Ana", "most": 50, "within": null,
        "engine": "built_in", "asked": {"description": "Baristas who stay calm."},
    });
    if let (Some(all), Some(more)) = (all.as_object_mut(), more.as_object()) {
        all.extend(more.clone());
    }
    all
}

fn as_form(arguments: &Value) -> String {
    let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let mut pairs = Vec::new();
    for (name, value) in arguments.as_object().unwrap() {
        match value {
            Value::Array(items) => pairs.extend(items.iter().map(|item| format!("{name}[]={}", plain(item)))),
            Value::Object(_) | Value::Null => {}
            other => pairs.push(format!("{name}={}", plain(other))),
        }
    }
    pairs.join("&")
}

/// Calls a function in the encoding that it reads.
async fn call(house: &House, path: &str, method: &Method, cookie: Option<&str>, workspace: &str) -> Answer {
    let arguments = arguments(workspace);
    // One name, two types: which attempts and which rows, a candidate and a model, what a form and what an import was read with.
    let mut other = arguments.clone();
    other["only"] = json!("");
    other["seen"] = Value::Null;
    other["input"] = json!({"url": "http://127.0.0.1:9/v1", "model": "m"});
    let mut answer = None;
    for (kind, body) in [
        ("application/json", arguments.to_string()),
        ("application/json", other.to_string()),
        ("application/x-www-form-urlencoded", as_form(&arguments)),
    ] {
        let mut headers = vec![
            ("content-type", kind),
            ("accept", "application/json"),
            ("sec-fetch-site", "same-origin"),
        ];
        headers.extend(cookie.map(|cookie| ("cookie", cookie)));
        let this = house.send(method.clone(), path, &headers, &body).await;
        if this.status != StatusCode::BAD_REQUEST {
            return this;
        }
        answer = Some(this);
    }
    answer.unwrap()
}

fn closed_functions() -> Vec<(&'static str, Method)> {
    server_fn_paths().filter(|(path, _)| !open_to_all(path)).collect()
}

#[tokio::test]
async fn nobody_acts_while_signed_out() {
    let house = House::with_owner().await;
    let functions = closed_functions();
    assert!(functions.len() > 15, "the functions are not registered: {functions:?}");
    let mut wrong = Vec::new();
    for (path, method) in functions {
        let answer = call(&house, path, &method, None, "my-workspace").await;
        if answer.status != StatusCode::UNAUTHORIZED || !answer.body.contains("signed_out") {
            wrong.push(format!("{path}: {} {}", answer.status, answer.body));
        }
    }
    assert!(
        wrong.is_empty(),
        "where it is 400, `arguments` lacks what it asks for: {wrong:#?}"
    );
}

/// A workspace in which the owner of this house is nobody.
async fn elsewhere(s: &Services) {
    let now = s.now().millis();
    let row = workspace::Model {
        id: s.new_id().unwrap(),
        slug: "elsewhere".to_owned(),
        name: "Elsewhere".to_owned(),
        deleted_at: None,
        created_at: now,
        updated_at: now,
    };
    workspace::Entity::insert(row.into_active_model())
        .exec_without_returning(s.db.read())
        .await
        .unwrap();
}

#[tokio::test]
async fn the_workspaces_of_others_do_not_exist() {
    let house = House::with_owner().await;
    elsewhere(&house.services).await;
    let cookie = house.log_in().await;
    let mut wrong = Vec::new();
    for (path, method) in closed_functions() {
        if OWN.contains(&path) {
            continue;
        }
        let foreign = call(&house, path, &method, Some(&cookie), "elsewhere").await;
        let nowhere = call(&house, path, &method, Some(&cookie), "no-such-place").await;
        if foreign.status != StatusCode::NOT_FOUND || (foreign.status, &foreign.body) != (nowhere.status, &nowhere.body)
        {
            wrong.push(format!(
                "{path}: {} {} / {}",
                foreign.status, foreign.body, nowhere.body
            ));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Somebody with this role in the owner's workspace, logged in.
async fn member(house: &House, role: Role) -> String {
    let email = format!("{}@example.com", role.as_str());
    let person = PersonInput {
        name: "Mia Member".to_owned(),
        email: email.clone(),
        password: house::PASSWORD.to_owned(),
        time_zone: String::new(),
    };
    people::add(&house.services, person, Some(role), None).await.unwrap();
    house.log_in_as(&email).await
}

/// The lowest role that may call a function.
fn least_role(path: &str) -> Role {
    match path {
        "/sfn/account/keys"
        | "/sfn/account/create-key"
        | "/sfn/account/revoke-key"
        | "/sfn/workspace/rename"
        | "/sfn/members/change-role"
        | "/sfn/members/remove"
        | "/sfn/candidates/erase" => Role::Admin,
        "/sfn/ai/settings"
        | "/sfn/ai/save"
        | "/sfn/ai/remove"
        | "/sfn/ai/test"
        | "/sfn/workspace/contents"
        | "/sfn/workspace/delete" => Role::Owner,
        path if READS.contains(&path) || OWN.contains(&path) => Role::Viewer,
        _ => Role::Member,
    }
}

/// Owners may call all of them; each role below is refused what is above it, and nothing else.
#[tokio::test]
async fn every_role_calls_what_the_table_says() {
    let mut wrong = Vec::new();
    for role in [Role::Viewer, Role::Member, Role::Admin] {
        let house = House::with_owner().await;
        let cookie = member(&house, role).await;
        let mut functions = closed_functions();
        // Those that end the login session come last.
        functions.sort_by_key(|(path, _)| OWN.iter().position(|own| own == path));
        for (path, method) in functions {
            let answer = call(&house, path, &method, Some(&cookie), "my-workspace").await;
            let refused = answer.status == StatusCode::FORBIDDEN;
            let unread = [StatusCode::UNAUTHORIZED, StatusCode::BAD_REQUEST].contains(&answer.status);
            if unread || refused != (role < least_role(path)) {
                wrong.push(format!("{role:?} {path}: {} {}", answer.status, answer.body));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Whoever stands on a page whose rows go meanwhile sees the list from its beginning, and not as if there were nobody.
#[tokio::test]
async fn a_page_whose_rows_are_gone_begins_anew() {
    let house = House::with_owner().await;
    let cookie = house.log_in().await;
    let s = &house.services;
    let row = membership::Entity::find().one(s.db.read()).await.unwrap().unwrap();
    let owner = Actor::Member {
        workspace: WorkspaceId(row.workspace_id),
        user: UserId(row.user_id),
        role: Role::Owner,
    };
    let content = json!({"title": "Barista", "questions": [{"text": "Why?"}]});
    let content: InterviewInput = serde_json::from_value(content).unwrap();
    let interview = interviews::create(s, &owner, content).await.unwrap().id;
    let inputs = (0..=50).map(|n| CandidateInput {
        name: format!("Person {n}"),
        ..Default::default()
    });
    candidates::create_many(
        s,
        &owner,
        interview,
        inputs.collect(),
        Source::Invited,
        OnDuplicate::Refuse,
    )
    .await
    .unwrap();

    let headers = [
        ("content-type", "application/json"),
        ("accept", "application/json"),
        ("sec-fetch-site", "same-origin"),
        ("cookie", cookie.as_str()),
    ];
    let list = |cursor: &str| {
        let body = json!({"slug": "my-workspace", "interview": interview, "query": {"cursor": cursor}}).to_string();
        let (house, headers) = (&house, &headers);
        async move {
            let answer = house.send(Method::POST, "/sfn/sessions/list", headers, &body).await;
            assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
            let mut data: Value = serde_json::from_str(&answer.body).unwrap();
            data["page"].take()
        }
    };
    let first = list("").await;
    let next = first["next"].as_str().unwrap();
    let second = list(next).await;
    let rows = |page: &Value| page["rows"].as_array().unwrap().len();
    assert_eq!((rows(&first), rows(&second)), (50, 1));
    let last: CandidateId = serde_json::from_value(second["rows"][0]["candidate_id"].clone()).unwrap();
    candidates::delete(s, &owner, &[last]).await.unwrap();
    let again = list(next).await;
    assert_eq!(rows(&again), 50);
    assert_eq!(again["rows"][0]["candidate_id"], first["rows"][0]["candidate_id"]);
    assert!(again["previous"].is_null() && again["next"].is_null(), "{again}");
}

/// Through the door of the screen, and then through all others: nobody is behind them any more.
#[tokio::test]
async fn an_owner_deletes_the_workspace_and_is_signed_out() {
    let house = House::with_owner().await;
    let cookie = house.log_in().await;
    let headers = [
        ("content-type", "application/json"),
        ("accept", "application/json"),
        ("sec-fetch-site", "same-origin"),
        ("cookie", cookie.as_str()),
    ];
    let delete = |name: &str, password: &str| {
        let body = json!({"workspace": "my-workspace", "name": name, "password": password}).to_string();
        let (house, headers) = (&house, &headers);
        async move { house.send(Method::POST, "/sfn/workspace/delete", headers, &body).await }
    };
    let held = json!({"workspace": "my-workspace"}).to_string();
    let held = house
        .send(Method::POST, "/sfn/workspace/contents", &headers, &held)
        .await;
    let held: Value = serde_json::from_str(&held.body).unwrap();
    assert_eq!(
        held,
        json!({"interviews": 0, "candidates": 0, "sessions": 0, "accounts": 1})
    );
    for (name, password, field) in [
        ("Another", house::PASSWORD, "name"),
        ("My workspace", "not hers", "password"),
    ] {
        let refused = delete(name, password).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let said: Value = serde_json::from_str(&refused.body).unwrap();
        assert!(said.to_string().contains(&format!("\"field\":\"{field}\"")), "{said}");
    }
    let gone = delete("My workspace", house::PASSWORD).await;
    assert_eq!(gone.status, StatusCode::OK, "{}", gone.body);
    let again = delete("My workspace", house::PASSWORD).await;
    assert_eq!(again.status, StatusCode::UNAUTHORIZED);
    let stream = house.get("/events/w/my-workspace", &[("cookie", &cookie)]).await;
    assert_eq!(stream.status, StatusCode::UNAUTHORIZED);
    let state = house
        .form("/sfn/account/setup-state", "application/json", &[], "")
        .await;
    // Nobody said in this house who may do it in the browser; somebody may, in some way.
    assert_eq!(state.body, "\"command_line\"");
}

/// What viewers may ask for; some ask about things that are not there.
const READS: &[&str] = &[
    "/sfn/ai/usage",
    "/sfn/usage",
    "/sfn/usage/account",
    "/sfn/resumes/open",
    "/sfn/resumes/read",
    "/sfn/sessions/list",
    "/sfn/sessions/counts",
    "/sfn/sessions/select",
    "/sfn/sessions/still-selected",
    "/sfn/sessions/columns",
    "/sfn/sessions/report",
    "/sfn/sessions/compare",
    "/sfn/sessions/earlier",
    "/sfn/candidates/get",
    "/sfn/interviews/list",
    "/sfn/interviews/get",
    "/sfn/interviews/templates",
    "/sfn/interviews/can-describe",
    "/sfn/analysis/batch",
    "/sfn/dashboard/read",
    "/sfn/results/of-interview",
    "/sfn/members/list",
    "/sfn/imports/list",
    "/sfn/imports/get",
    "/sfn/imports/preview",
];

/// A creators' tab has one stream, of its workspace: it says first that the page should read again, then what moves by ids.
#[tokio::test(flavor = "multi_thread")]
async fn a_tabs_stream_tells_of_its_workspace_and_of_no_other() {
    let house = House::with_owner().await;
    let path = "/events/w/my-workspace";
    assert_eq!(house.get(path, &[]).await.status, StatusCode::UNAUTHORIZED);
    let cookie = house.log_in().await;
    let nowhere = house.get("/events/w/nowhere", &[("cookie", &cookie)]).await;
    assert_eq!(nowhere.status, StatusCode::NOT_FOUND);

    let mine = workspace::Entity::find()
        .one(house.services.db.read())
        .await
        .unwrap()
        .unwrap();
    let request = Request::get(path)
        .header("cookie", &cookie)
        .body(Body::empty())
        .unwrap();
    let stream = house.router.clone().oneshot(request).await.unwrap();
    assert_eq!(stream.headers()["content-type"], "text/event-stream");
    let mut frames = stream.into_body().into_data_stream();
    let mut next = async || {
        let frame = futures::StreamExt::next(&mut frames).await.unwrap().unwrap();
        String::from_utf8(frame.to_vec()).unwrap()
    };
    let hello = next().await;
    assert!(hello.contains("event: change") && hello.contains("data: {}"), "{hello}");
    let id = Uuid::from_u128;
    let change = |workspace: Uuid, n: u128| Change {
        workspace: workspace.into(),
        interview: id(n).into(),
        candidate: Some(id(n + 1).into()),
        session: Some(id(n + 2).into()),
    };
    house.services.events.send(change(id(99), 50));
    house.services.events.send(change(mine.id, 10));
    let told = next().await;
    for n in [10, 11, 12] {
        assert!(told.contains(&id(n).to_string()), "{told}");
    }
    assert!(!told.contains(&id(50).to_string()), "another workspace's: {told}");
    // Very many at once: who fell behind is told to read again.
    for n in 0..3_000 {
        house.services.events.send(change(mine.id, 1_000 + n));
    }
    assert!(next().await.contains("data: {}"));
    house.stop.cancel();
    let mut last = String::new();
    while !last.contains("event: bye") {
        last = next().await;
    }
}

/// Whoever is taken out of a workspace hears nothing more of it, by a stream that was open before either.
#[tokio::test(flavor = "multi_thread")]
async fn a_stream_ends_with_the_membership() {
    let house = House::with_owner().await;
    let cookie = house.log_in().await;
    let request = Request::get("/events/w/my-workspace")
        .header("cookie", &cookie)
        .body(Body::empty())
        .unwrap();
    let stream = house.router.clone().oneshot(request).await.unwrap();
    let mut frames = stream.into_body().into_data_stream();
    let mut next = async || {
        let frame = futures::StreamExt::next(&mut frames).await.unwrap().unwrap();
        String::from_utf8(frame.to_vec()).unwrap()
    };
    assert!(next().await.contains("event: change"));
    let db = house.services.db.read();
    let mine = workspace::Entity::find().one(db).await.unwrap().unwrap();
    membership::Entity::delete_many().exec(db).await.unwrap();
    house.services.events.send(Change {
        workspace: mine.id.into(),
        interview: Uuid::from_u128(10).into(),
        candidate: None,
        session: None,
    });
    let last = next().await;
    assert!(last.contains("event: bye"), "{last}");
}
