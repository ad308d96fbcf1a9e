//! Interviews and templates.

use crate::bed::Bed;
use parley_domain::account::Role;
use serde_json::json;
use std::collections::BTreeSet;

#[tokio::test]
async fn an_interview_from_title_to_archive() {
    let bed = Bed::new().await;
    let key = bed.key(Role::Member).await;
    let made = bed
        .call(&key, "POST /interviews", Some(json!({"title": " Barista "})))
        .await
        .ok(201);
    let id = made.id();
    assert_eq!(made.header("location"), format!("/api/v1/interviews/{id}"));
    assert_eq!(made.header("etag"), "\"1\"");
    assert_eq!(made.body["title"], "Barista");
    assert_eq!(made.body["state"], "draft");
    assert_eq!(made.body["created_at"], "2026-11-24T09:00:00Z");
    assert_eq!(made.body["settings"]["inactivity_days"], 7);

    let path = format!("/interviews/{id}");
    let read = bed.call(&key, &format!("GET {path}"), None).await.ok(200);
    assert_eq!(read.body, made.body);
    assert_eq!(read.header("etag"), "\"1\"");

    let change = json!({"questions": [{"text": "Why?"}], "settings": {"time_limit_minutes": 30}, "state": "open"});
    let if_match = [("if-match", "\"1\"")];
    let changed = bed
        .call_with(&key, &format!("PATCH {path}"), &if_match, Some(change))
        .await
        .ok(200);
    assert_eq!(changed.body["settings"]["time_limit_minutes"], 30);
    assert_eq!(changed.body["settings"]["inactivity_days"], 7);
    assert!(changed.body["questions"][0]["id"].is_string());

    let lost = bed
        .call_with(&key, &format!("PATCH {path}"), &if_match, Some(json!({"title": "x"})))
        .await;
    lost.problem(409);
    assert_eq!(lost.body["type"], "urn:parley:problem:changed_meanwhile");
    bed.call_with(&key, &format!("PATCH {path}"), &[("if-match", "soon")], Some(json!({})))
        .await
        .problem(400);
    for current in ["\"2\"", "W/\"2\"", "2", "*"] {
        bed.call_with(
            &key,
            &format!("PATCH {path}"),
            &[("if-match", current)],
            Some(json!({})),
        )
        .await
        .ok(200);
    }
    let null = bed
        .call(
            &key,
            &format!("PATCH {path}"),
            Some(json!({"settings": {"time_limit_minutes": null}})),
        )
        .await;
    assert_eq!(null.ok(200).body["settings"]["time_limit_minutes"], json!(null));
    for (unknown, field) in [
        (json!({"colour": null}), "colour"),
        (json!({"settings": {"speed": null}}), "settings.speed"),
    ] {
        let refused = bed.call(&key, &format!("PATCH {path}"), Some(unknown)).await;
        assert_eq!(refused.problem(422), [field]);
    }

    bed.call(&key, &format!("DELETE {path}"), None).await.ok(204);
    let list = bed.call(&key, "GET /interviews", None).await.ok(200);
    assert_eq!(list.body, json!({"items": [], "next_cursor": null}));
    let archived = bed.call(&key, "GET /interviews?state=archived", None).await.ok(200);
    assert_eq!(archived.body["items"][0]["id"], *id);
    assert_eq!(
        bed.call(&key, &format!("GET {path}"), None).await.body["state"],
        "archived"
    );
}

#[tokio::test]
async fn a_walk_through_the_list_sees_each_once() {
    let bed = Bed::new().await;
    let key = bed.key(Role::Member).await;
    let mut made = BTreeSet::new();
    for n in 0..7 {
        let body = json!({"title": format!("No {n}")});
        made.insert(bed.call(&key, "POST /interviews", Some(body)).await.ok(201).id());
    }
    let (mut seen, mut path) = (Vec::new(), "GET /interviews?limit=3".to_owned());
    for pages in 1.. {
        let page = bed.call(&key, &path, None).await.ok(200);
        seen.extend(
            page.body["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|i| i["id"].as_str().unwrap().to_owned()),
        );
        match page.body["next_cursor"].as_str() {
            Some(cursor) => path = format!("GET /interviews?limit=3&cursor={cursor}"),
            None => {
                assert_eq!(pages, 3);
                break;
            }
        }
    }
    assert_eq!(seen.len(), 7);
    assert_eq!(seen.into_iter().collect::<BTreeSet<_>>(), made);
}

#[tokio::test]
async fn templates_can_be_posted_as_they_are() {
    let bed = Bed::new().await;
    let key = bed.key(Role::Member).await;
    let templates = bed.call(&key, "GET /templates", None).await.ok(200);
    let items = templates.body["items"].as_array().unwrap();
    assert_eq!(items.len(), 5);
    for template in items {
        let made = bed
            .call(&key, "POST /interviews", Some(template["interview"].clone()))
            .await
            .ok(201);
        assert_eq!(made.body["title"], template["interview"]["title"]);
    }
}

#[tokio::test]
async fn public_links_live_until_revoked() {
    let bed = Bed::new().await;
    let key = bed.key(Role::Member).await;
    let path = format!("/interviews/{}/public-link", bed.interview(&key).await);
    bed.call(&key, &format!("GET {path}"), None).await.problem(404);
    let made = bed
        .call(&key, &format!("POST {path}"), Some(json!({"max_starts": 5})))
        .await
        .ok(201);
    assert_eq!(made.body["max_starts"], 5);
    assert_eq!(made.header("location"), format!("/api/v1{path}"));
    assert!(
        made.body["url"]
            .as_str()
            .unwrap()
            .starts_with("http://127.0.0.1:3000/i/")
    );
    assert_eq!(
        bed.call(&key, &format!("GET {path}"), None).await.ok(200).body,
        made.body
    );
    bed.call(&key, &format!("POST {path}"), Some(json!({})))
        .await
        .problem(409);
    let open = bed
        .call(&key, &format!("PATCH {path}"), Some(json!({"max_starts": null})))
        .await
        .ok(200);
    assert_eq!(open.body["max_starts"], json!(null));
    for (wrong, field) in [
        (json!({"max_starts": 0}), "max_starts"),
        (json!({"starts": null}), "starts"),
    ] {
        let refused = bed.call(&key, &format!("PATCH {path}"), Some(wrong)).await;
        assert_eq!(refused.problem(422), [field]);
    }
    bed.call(&key, &format!("DELETE {path}"), None).await.ok(204);
    bed.call(&key, &format!("GET {path}"), None).await.problem(404);
    bed.call(&key, &format!("DELETE {path}"), None).await.problem(404);
    let again = bed.call(&key, &format!("POST {path}"), Some(json!({}))).await.ok(201);
    assert_ne!(again.body["slug"], made.body["slug"]);

    // No field is required: so no body is.
    bed.call(&key, &format!("DELETE {path}"), None).await.ok(204);
    let call = format!("POST {path}");
    let bare = bed.call_with(&key, &call, &[("idempotency-key", "bare")], None).await;
    let bare = bare.ok(201).body;
    assert_eq!(bare["max_starts"], json!(null));
    let repeated = bed.call_with(&key, &call, &[("idempotency-key", "bare")], None).await;
    assert_eq!(repeated.ok(201).body, bare);
    let other = [("content-type", "text/plain")];
    bed.call_with(&key, &call, &other, None).await.problem(415);
    let document = bed.call("", "GET /openapi.json", None).await.ok(200).body;
    let of = |path: &str| document["paths"][path]["post"]["requestBody"]["required"].clone();
    assert_eq!(of("/interviews/{id}/public-link"), json!(false));
    assert_eq!(of("/interviews"), json!(true));
}
