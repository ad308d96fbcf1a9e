//! `Idempotency-Key`: a POST that is sent again is answered again.

use crate::bed::{Bed, Reply};
use parley_domain::{
    account::Role,
    time::{DAY, MINUTE},
};
use parley_services::{entity::idempotency_key, idempotency};
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};
use std::sync::Arc;

async fn keyed(bed: &Bed, key: &str, name: &str, call: &str, body: Option<Value>) -> Reply {
    bed.call_with(key, call, &[("idempotency-key", name)], body).await
}

async fn count(bed: &Bed, key: &str) -> usize {
    let page = bed.call(key, "GET /interviews?limit=200", None).await.ok(200);
    page.body["items"].as_array().unwrap().len()
}

#[tokio::test]
async fn the_same_key_and_body_is_done_once() {
    let bed = Bed::new().await;
    let key = bed.key(Role::Member).await;
    let body = json!({"title": "Barista"});
    let first = keyed(&bed, &key, "a", "POST /interviews", Some(body.clone()))
        .await
        .ok(201);
    let second = keyed(&bed, &key, "a", "POST /interviews", Some(body.clone()))
        .await
        .ok(201);
    assert_eq!(second.body, first.body);
    assert_eq!(second.header("location"), first.header("location"));
    assert_eq!(count(&bed, &key).await, 1);

    // The object as it is now, not a copy of what it was.
    let patch = format!("PATCH /interviews/{}", first.id());
    bed.call(&key, &patch, Some(json!({"title": "Barista, evenings"})))
        .await
        .ok(200);
    let third = keyed(&bed, &key, "a", "POST /interviews", Some(body.clone()))
        .await
        .ok(201);
    assert_eq!(third.body["title"], "Barista, evenings");

    let other_body = keyed(&bed, &key, "a", "POST /interviews", Some(json!({"title": "Other"}))).await;
    other_body.problem(409);
    assert_eq!(other_body.body["type"], "urn:parley:problem:key_reused");
    let path = format!("POST /interviews/{}/candidates", first.id());
    keyed(&bed, &key, "a", &path, Some(json!({"name": "Ana"})))
        .await
        .problem(409);

    // Another API key has its own; another name is another request.
    let other = bed.key(Role::Member).await;
    keyed(&bed, &other, "a", "POST /interviews", Some(body.clone()))
        .await
        .ok(201);
    keyed(&bed, &key, "b", "POST /interviews", Some(body.clone()))
        .await
        .ok(201);
    assert_eq!(count(&bed, &key).await, 3);

    // After 24 hours it is a new request.
    bed.clock.advance(DAY - 1);
    keyed(&bed, &key, "a", "POST /interviews", Some(body.clone()))
        .await
        .ok(201);
    assert_eq!(count(&bed, &key).await, 3);
    bed.clock.advance(1);
    let new = keyed(&bed, &key, "a", "POST /interviews", Some(body)).await.ok(201);
    assert_ne!(new.id(), first.id());
}

#[tokio::test]
async fn a_failure_is_not_remembered() {
    let bed = Bed::new().await;
    let key = bed.key(Role::Member).await;
    keyed(&bed, &key, "a", "POST /interviews", Some(json!({"title": ""})))
        .await
        .problem(422);
    keyed(&bed, &key, "a", "POST /interviews", Some(json!({"title": "Barista"})))
        .await
        .ok(201);
    for bad in ["", &"x".repeat(256)] {
        keyed(&bed, &key, bad, "POST /interviews", Some(json!({"title": "x"})))
            .await
            .problem(400);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_at_once_make_one() {
    let bed = Arc::new(Bed::new().await);
    let key = bed.key(Role::Member).await;
    let tasks = (0..50).map(|_| {
        let (bed, key) = (Arc::clone(&bed), key.clone());
        tokio::spawn(async move {
            keyed(
                &bed,
                &key,
                "once",
                "POST /interviews",
                Some(json!({"title": "Barista"})),
            )
            .await
            .ok(201)
            .id()
        })
    });
    let ids: Vec<_> = futures::future::join_all(tasks)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    assert!(ids.iter().all(|id| *id == ids[0]));
    assert_eq!(count(&bed, &key).await, 1);
}

#[tokio::test]
async fn actions_and_many_are_answered_again_too() {
    let bed = Bed::new().await;
    let key = bed.key(Role::Member).await;
    let interview = bed.interview(&key).await;
    let path = format!("POST /interviews/{interview}/candidates");
    let body =
        json!([{"name": "Ana", "email": "ana@example.com"}, {"name": ""}, {"name": "A", "email": "ana@example.com"}]);
    let first = keyed(&bed, &key, "many", &path, Some(body.clone())).await.ok(200);
    let second = keyed(&bed, &key, "many", &path, Some(body)).await.ok(200);
    assert_eq!(second.body, first.body);

    let ana = &first.body["items"][0]["candidate"];
    let id = ana["id"].as_str().unwrap();
    let replaced = keyed(&bed, &key, "link", &format!("POST /candidates/{id}/link"), None)
        .await
        .ok(200);
    let again = keyed(&bed, &key, "link", &format!("POST /candidates/{id}/link"), None)
        .await
        .ok(200);
    assert_eq!(again.body, replaced.body, "the link was replaced once");

    bed.start(&again.body).await;
    let retake = format!("POST /candidates/{id}/retakes");
    let reason = Some(json!({"reason": "technical_issue"}));
    keyed(&bed, &key, "retake", &retake, reason.clone()).await.ok(201);
    let second = keyed(&bed, &key, "retake", &retake, reason.clone()).await;
    assert_ne!(second.status, 409, "{}", second.text);
    bed.call(&key, &retake, reason).await.problem(409);

    bed.call(&key, &format!("DELETE /candidates/{id}"), None).await.ok(204);
    let admin = bed.key(Role::Admin).await;
    for _ in 0..2 {
        keyed(&bed, &admin, "erase", &format!("POST /candidates/{id}/erase"), None)
            .await
            .ok(204);
    }
    // What was made is gone: so is the answer.
    keyed(&bed, &key, "link", &format!("POST /candidates/{id}/link"), None)
        .await
        .problem(404);
}

#[tokio::test]
async fn nothing_personal_or_secret_is_kept_with_a_key() {
    let bed = Bed::new().await;
    let key = bed.key(Role::Member).await;
    let path = format!("POST /interviews/{}/candidates", bed.interview(&key).await);
    let body = json!([{"name": "Zebulon", "email": "zebulon@example.com"}, {"name": "Zebulon", "email": "zebulon@"}]);
    keyed(&bed, &key, "many", &path, Some(body)).await.ok(200);
    keyed(&bed, &key, "one", &path, Some(json!({"name": "Zebulon"})))
        .await
        .ok(201);
    let rows = idempotency_key::Entity::find().all(bed.s.db.read()).await.unwrap();
    assert_eq!(rows.len(), 2);
    let kept = format!("{rows:?}");
    for secret in ["Zebulon", "zebulon", "invite"] {
        assert!(!kept.contains(secret), "{kept}");
    }
}

#[tokio::test]
async fn a_request_that_was_lost_with_its_process_can_be_sent_again() {
    let bed = Bed::new().await;
    let key = bed.key(Role::Member).await;
    let body = json!({"title": "Barista"});
    keyed(&bed, &key, "a", "POST /interviews", Some(body.clone()))
        .await
        .ok(201);
    let row = idempotency_key::Entity::find()
        .one(bed.s.db.read())
        .await
        .unwrap()
        .unwrap();
    let unfinished = idempotency_key::ActiveModel {
        id: sea_orm::ActiveValue::Unchanged(row.id),
        done: sea_orm::ActiveValue::Set(false),
        ..Default::default()
    };
    idempotency_key::Entity::update(unfinished)
        .exec(bed.s.db.read())
        .await
        .unwrap();
    bed.clock.advance(2 * MINUTE);
    keyed(&bed, &key, "a", "POST /interviews", Some(body)).await.ok(201);
    assert_eq!(count(&bed, &key).await, 2);
}

#[tokio::test]
async fn old_keys_are_removed() {
    let bed = Bed::new().await;
    let key = bed.key(Role::Member).await;
    keyed(&bed, &key, "old", "POST /interviews", Some(json!({"title": "x"})))
        .await
        .ok(201);
    bed.clock.advance(DAY + 1);
    assert_eq!(idempotency::purge(&bed.s).await.unwrap(), 1);
    assert_eq!(idempotency_key::Entity::find().count(bed.s.db.read()).await.unwrap(), 0);
}
