//! Every documented route, with every role, in the own workspace and in another one.

use crate::bed::{Bed, Reply};
use http::StatusCode;
use parley_domain::account::Role;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What a route needs beyond reading (viewer) and writing (member).
fn least_role(method: &str, path: &str) -> Role {
    match (method, path) {
        ("POST", "/candidates/{id}/erase") => Role::Admin,
        (_, "/ai" | "/ai/test") => Role::Owner,
        (
            "GET",
            "/interviews/{id}/public-link"
            | "/interviews/{id}/public-link/qr.svg"
            | "/interviews/{id}/candidates/deleted"
            | "/interviews/{id}/retake-requests"
            | "/interviews/{id}/analysis/estimate"
            | "/candidates/{id}/merge"
            | "/retake-requests/{id}",
        ) => Role::Member,
        ("GET", _) => Role::Viewer,
        _ => Role::Member,
    }
}

/// A body that the route takes, where `{}` is none.
fn body(method: &str, path: &str) -> Option<Value> {
    match (method, path) {
        ("GET" | "DELETE", _) => None,
        ("POST", "/interviews") => Some(json!({"title": "x"})),
        ("POST", "/interviews/{id}/candidates") => Some(json!({"name": "x"})),
        ("POST", "/candidates/{id}/merge") => Some(json!({"from": UNKNOWN})),
        ("POST", "/candidates/{id}/retakes") => Some(json!({"reason": "other"})),
        ("PATCH", "/candidates/{id}/link") | ("POST", "/interviews/{id}/extend-links") => {
            Some(json!({"expires": "never"}))
        }
        ("PUT", "/sessions/{id}/decision") => Some(json!({"verdict": "hold", "reason": ""})),
        _ => Some(json!({})),
    }
}

/// One of each kind of thing, by the first word of the addresses that are about it.
async fn things(bed: &Bed, key: &str) -> BTreeMap<&'static str, String> {
    let interview = bed.interview(key).await;
    let ana = bed.candidate(key, &interview, "Ana").await;
    bed.start(&ana).await;
    let id = |value: &Value| value["id"].as_str().unwrap().to_owned();
    BTreeMap::from([
        ("interviews", interview),
        ("candidates", id(&ana)),
        ("sessions", id(&ana["session"])),
    ])
}

async fn routes(bed: &Bed) -> Vec<(String, String)> {
    let document = bed.call("", "GET /openapi.json", None).await.ok(200).body;
    let mut routes = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            routes.push((method.to_uppercase(), path.clone()));
        }
    }
    assert!(routes.len() > 15);
    routes
}

const UNKNOWN: &str = "01912345-6789-7abc-8def-0123456789ab";

/// The address with the id of one of `things`, where there is one of its kind.
fn about(path: &str, things: &BTreeMap<&'static str, String>) -> Option<String> {
    let first = path.split('/').nth(1)?;
    let id = things.get(first)?;
    let rest = path.replacen("{id}", id, 1);
    (!rest.contains('{')).then_some(rest)
}

fn refused(reply: &Reply) -> bool {
    reply.status == StatusCode::FORBIDDEN
}

#[tokio::test]
async fn every_role_may_what_the_table_says() {
    let bed = Bed::new().await;
    let owner = bed.key(Role::Owner).await;
    for (method, path) in routes(&bed).await {
        let least = least_role(&method, &path);
        for role in Role::ALL {
            // Fresh things each time: some routes delete.
            let things = things(&bed, &owner).await;
            let address = match path.contains("{id}") {
                true => about(&path, &things),
                false => Some(path.clone()),
            };
            let Some(address) = address else { continue };
            let key = bed.key(role).await;
            let reply = bed
                .call(&key, &format!("{method} {address}"), body(&method, &path))
                .await;
            assert!(
                !reply.status.is_server_error(),
                "{method} {path} as {role:?}: {}",
                reply.text
            );
            let unread = [400, 415, 422].contains(&reply.status.as_u16());
            if role < least && !unread {
                reply.problem(403);
            }
            if role >= least {
                assert!(!refused(&reply), "{method} {path} as {role:?}: {}", reply.text);
            }
        }
    }
}

#[tokio::test]
async fn what_is_in_another_workspace_is_like_what_is_nowhere() {
    let bed = Bed::new().await;
    let owner = bed.key(Role::Owner).await;
    let stranger = bed.key_of("away", Role::Owner).await;
    let things = things(&bed, &owner).await;
    let before = whole(&bed, &owner, &things).await;
    for (method, path) in routes(&bed).await.into_iter().filter(|(_, path)| path.contains("{id}")) {
        let unknown = path
            .replace("{id}", UNKNOWN)
            .replace("{n}", "1")
            .replace("{file}", UNKNOWN);
        let nowhere = bed
            .call(&stranger, &format!("{method} {unknown}"), body(&method, &path))
            .await;
        let unread = [400, 415, 422].contains(&nowhere.status.as_u16());
        if !unread {
            nowhere.problem(404);
        }
        if let Some(address) = about(&path, &things) {
            let foreign = bed
                .call(&stranger, &format!("{method} {address}"), body(&method, &path))
                .await;
            assert_eq!(
                (foreign.status, &foreign.body),
                (nowhere.status, &nowhere.body),
                "{method} {path}"
            );
        }
    }
    assert_eq!(
        whole(&bed, &owner, &things).await,
        before,
        "nothing was changed from outside"
    );
}

/// Everything that can be read of the things.
async fn whole(bed: &Bed, key: &str, things: &BTreeMap<&'static str, String>) -> Vec<Value> {
    let mut all = Vec::new();
    for path in ["/interviews/{id}", "/candidates/{id}", "/interviews/{id}/candidates"] {
        let address = about(path, things).unwrap();
        all.push(bed.call(key, &format!("GET {address}"), None).await.ok(200).body);
    }
    all
}
