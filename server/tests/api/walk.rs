//! Every documented route, with every role, in the own workspace and in another one.

use crate::bed::{Bed, Reply};
use axum::body::Body;
use http::{Request, StatusCode};
use parley_domain::{account::Role, person::PersonInput};
use parley_services::{accounts::people, conversation};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What a route needs beyond reading (viewer) and writing (member).
fn least_role(method: &str, path: &str) -> Role {
    match (method, path) {
        ("POST", "/candidates/{id}/erase") | ("PATCH", "/workspace") | ("PATCH" | "DELETE", "/members/{id}") => {
            Role::Admin
        }
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

/// A body that the route can read, where `{}` is none: whoever may not is refused for that and not for the body.
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
        ("PATCH", "/imports/{id}/rows/{n}") => Some(json!({"cells": [{"column": 0, "value": "Ana Lima"}]})),
        ("PATCH", "/resume-batches/{id}/files/{file}") => Some(json!({"fields": {}})),
        ("PATCH", "/workspace") => Some(json!({"name": "home"})),
        ("PATCH", "/members/{id}") => Some(json!({"role": "viewer"})),
        // Read, and then refused: no model is to be asked here.
        ("PUT", "/ai") => Some(json!({"url": "nowhere", "model": "m"})),
        _ => Some(json!({})),
    }
}

/// What addresses are about, by their first word.
const KINDS: [&str; 7] = [
    "interviews",
    "candidates",
    "sessions",
    "imports",
    "resume-batches",
    "retake-requests",
    "members",
];

/// What stands in the braces of an address.
#[derive(Clone, Debug)]
struct Thing {
    id: String,
    /// Of a file in it, where it has files.
    file: String,
}

impl Thing {
    fn of(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            file: UNKNOWN.to_owned(),
        }
    }

    fn put_into(&self, path: &str) -> String {
        path.replace("{id}", &self.id)
            .replace("{file}", &self.file)
            .replace("{n}", "2")
    }
}

/// A form with one file, and text fields before it.
async fn upload(bed: &Bed, key: &str, path: &str, texts: &[(&str, &str)], file: (&str, &str, &str)) -> Reply {
    let mut form = String::new();
    for (name, text) in texts {
        form.push_str(&format!(
            "--cut\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n"
        ));
    }
    let (name, file_name, content) = file;
    form.push_str(&format!(
        "--cut\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{file_name}\"\r\n\r\n{content}\r\n--cut--\r\n"
    ));
    let request = Request::post(format!("/api/v1{path}"))
        .header("host", "127.0.0.1:3000")
        .header("authorization", format!("Bearer {key}"))
        .header("content-type", "multipart/form-data; boundary=cut")
        .body(Body::from(form))
        .unwrap();
    bed.send(request).await
}

/// Makes one thing of a kind.
async fn make(bed: &Bed, key: &str, kind: &str) -> Thing {
    let interview = bed.interview(key).await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    match kind {
        "imports" => {
            let path = format!("/interviews/{interview}/imports");
            let table = ("file", "people.csv", "Name,Email\nAna,ana@x.example\n");
            Thing::of(upload(bed, key, &path, &[], table).await.ok(201).id())
        }
        "resume-batches" => {
            let path = format!("/interviews/{interview}/resume-batches");
            let resume = ("files", "ana.pdf", "%PDF-1.4 of Ana");
            let made = upload(bed, key, &path, &[("start", "false")], resume).await.ok(201);
            Thing {
                id: made.id(),
                file: text(&made.body["files"][0]["id"]),
            }
        }
        "members" => {
            let person = PersonInput {
                name: "Mia Member".to_owned(),
                email: format!("{}@example.org", bed.s.new_id::<Uuid>().unwrap()),
                password: "a password of hers".to_owned(),
                time_zone: "UTC".to_owned(),
            };
            let id = people::add(&bed.s, person, Some(Role::Viewer), Some("home")).await;
            Thing::of(id.unwrap().to_string())
        }
        _ => {
            let ana = bed.candidate(key, &interview, "Ana").await;
            bed.start(&ana).await;
            let session = text(&ana["session"]["id"]);
            match kind {
                "interviews" => Thing::of(interview),
                "candidates" => Thing::of(text(&ana["id"])),
                "sessions" => Thing::of(session),
                "retake-requests" => {
                    bed.call(key, &format!("POST /sessions/{session}/end"), None)
                        .await
                        .ok(200);
                    let token = text(&ana["invite_url"]).rsplit('/').next().unwrap().to_owned();
                    conversation::ask_retake(&bed.s, &token, "I was ill").await.unwrap();
                    let queue = format!("GET /interviews/{interview}/retake-requests");
                    let waiting = bed.call(key, &queue, None).await.ok(200).body;
                    Thing::of(text(&waiting["items"][0]["id"]))
                }
                other => panic!("nothing of the kind {other} is made here: every route is walked"),
            }
        }
    }
}

/// The kind of thing that an address is about.
fn kind_of(path: &str) -> Option<&str> {
    path.contains('{').then(|| path.split('/').nth(1).unwrap())
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

fn refused(reply: &Reply) -> bool {
    reply.status == StatusCode::FORBIDDEN
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_role_may_what_the_table_says() {
    let bed = Bed::new().await;
    let owner = bed.key(Role::Owner).await;
    for (method, path) in routes(&bed).await {
        let least = least_role(&method, &path);
        for role in Role::ALL {
            // Fresh things each time: some routes delete.
            let address = match kind_of(&path) {
                Some(kind) => make(&bed, &owner, kind).await.put_into(&path),
                None => path.clone(),
            };
            let key = bed.key(role).await;
            let reply = bed
                .call(&key, &format!("{method} {address}"), body(&method, &path))
                .await;
            assert!(
                !reply.status.is_server_error(),
                "{method} {path} as {role:?}: {}",
                reply.text
            );
            assert_eq!(
                refused(&reply),
                role < least,
                "{method} {path} as {role:?}: {}",
                reply.text
            );
            if role < least {
                reply.problem(403);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_in_another_workspace_is_like_what_is_nowhere() {
    let bed = Bed::new().await;
    let owner = bed.key(Role::Owner).await;
    let stranger = bed.key_of("away", Role::Owner).await;
    let mut things = BTreeMap::new();
    for kind in KINDS {
        things.insert(kind, make(&bed, &owner, kind).await);
    }
    let before = whole(&bed, &owner, &things).await;
    for (method, path) in routes(&bed).await {
        let Some(kind) = kind_of(&path) else { continue };
        let unknown = Thing::of(UNKNOWN).put_into(&path);
        let nowhere = bed
            .call(&stranger, &format!("{method} {unknown}"), body(&method, &path))
            .await;
        let unread = [400, 415, 422].contains(&nowhere.status.as_u16());
        if !unread {
            nowhere.problem(404);
        }
        let address = things[kind].put_into(&path);
        let foreign = bed
            .call(&stranger, &format!("{method} {address}"), body(&method, &path))
            .await;
        assert_eq!(
            (foreign.status, &foreign.body),
            (nowhere.status, &nowhere.body),
            "{method} {path}"
        );
    }
    assert_eq!(
        whole(&bed, &owner, &things).await,
        before,
        "nothing was changed from outside"
    );
}

/// Everything that can be read of the things.
async fn whole(bed: &Bed, key: &str, things: &BTreeMap<&'static str, Thing>) -> Vec<Value> {
    let mut all = Vec::new();
    for path in [
        "/interviews/{id}",
        "/interviews/{id}/candidates",
        "/candidates/{id}",
        "/sessions/{id}",
        "/imports/{id}",
        "/imports/{id}/rows",
        "/resume-batches/{id}",
        "/retake-requests/{id}",
        "/members",
    ] {
        let address = kind_of(path).map_or_else(|| path.to_owned(), |kind| things[kind].put_into(path));
        all.push(bed.call(key, &format!("GET {address}"), None).await.ok(200).body);
    }
    all
}
