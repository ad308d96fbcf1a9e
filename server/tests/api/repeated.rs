//! `Idempotency-Key`: a POST that is sent again is answered again.

use crate::bed::{Bed, Reply};
use parley_domain::{
    account::Role,
    time::{DAY, MINUTE},
};
use parley_services::{
    accounts,
    entity::{idempotency_key, preview},
    idempotency::{self, Begin},
};
use parley_testing::{ScriptedModel, Step};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, sea_query::Expr};
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
    let preview = path.replace("/candidates", "/previews");
    let preview = keyed(&bed, &key, "preview", &preview, None).await.ok(201).body;
    let token = preview["url"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    let rows = idempotency_key::Entity::find().all(bed.s.db.read()).await.unwrap();
    assert_eq!(rows.len(), 3);
    let kept = format!("{rows:?}");
    for secret in ["Zebulon", "zebulon", "invite", &token] {
        assert!(!kept.contains(secret), "{kept}");
    }
}

#[tokio::test]
async fn answers_without_an_address_are_remembered_too() {
    let bed = Bed::new().await;
    let model = ScriptedModel::start().await;
    model.otherwise(|asked| {
        if asked.to_string().contains("test of the connection") {
            return Step::json(&json!({"greeting": "hello", "number": 7}));
        }
        Step::json(&json!({"title": "Barista", "questions": [
            {"ref": "", "kind": "open", "text": "Twelve people wait. What do you do?", "choices": [], "expected_points": []},
        ]}))
    });
    let key = bed.key(Role::Owner).await;
    let settings = json!({"url": model.url(), "model": "m"});
    bed.call(&key, "PUT /ai", Some(settings)).await.ok(200);
    let interview = bed.interview(&key).await;
    bed.candidate(&key, &interview, "Ana").await;
    let of = |what: &str| format!("POST /interviews/{interview}/{what}");

    let first = keyed(&bed, &key, "preview", &of("previews"), None).await.ok(201);
    let again = keyed(&bed, &key, "preview", &of("previews"), None).await.ok(201);
    assert_eq!(again.body, first.body, "the same link");
    assert_eq!(preview::Entity::find().count(bed.s.db.read()).await.unwrap(), 1);

    let later = Some(json!({"expires": {"in_days": 9}}));
    let first = keyed(&bed, &key, "extend", &of("extend-links"), later.clone()).await;
    assert_eq!(first.ok(200).body, json!({"extended": 1}));
    let ben = bed.candidate(&key, &interview, "Ben").await;
    let again = keyed(&bed, &key, "extend", &of("extend-links"), later).await;
    assert_eq!(again.ok(200).body, json!({"extended": 1}));
    let ben = format!("GET /candidates/{}", ben["id"].as_str().unwrap());
    let ben = bed.call(&key, &ben, None).await.ok(200).body;
    assert_eq!(ben["link_expires_at"], Value::Null, "nothing was extended once more");

    for _ in 0..2 {
        let none = keyed(&bed, &key, "none", &of("candidates"), Some(json!([]))).await;
        assert_eq!(none.ok(200).body, json!({"items": []}));
    }
    let asked = json!({"description": "Baristas who stay calm when the queue is long."});
    for _ in 0..2 {
        let test = keyed(&bed, &key, "test", "POST /ai/test", None).await.ok(200);
        assert_eq!(test.body["ok"], true);
        let draft = keyed(&bed, &key, "draft", "POST /interviews/draft", Some(asked.clone())).await;
        assert_eq!(draft.ok(200).body["title"], "Barista");
    }
    // With another body, or at another address, the key is another request's.
    for (name, call, body) in [
        ("preview", of("extend-links"), Some(json!({"expires": "never"}))),
        ("extend", of("extend-links"), Some(json!({"expires": "never"}))),
        ("none", of("candidates"), Some(json!([{"name": "Cem"}]))),
        ("test", "POST /interviews/draft".to_owned(), Some(asked)),
        (
            "draft",
            "POST /interviews/draft".to_owned(),
            Some(json!({"description": "Somebody else."})),
        ),
    ] {
        let refused = keyed(&bed, &key, name, &call, body).await;
        refused.problem(409);
        assert_eq!(refused.body["type"], "urn:parley:problem:key_reused", "{name}");
    }
}

/// As if the process had died between the work and the note that it is done.
async fn lose(bed: &Bed, name: &str) {
    idempotency_key::Entity::update_many()
        .col_expr(idempotency_key::Column::Done, Expr::value(false))
        .filter(idempotency_key::Column::Key.eq(name))
        .exec(bed.s.db.read())
        .await
        .unwrap();
    bed.clock.advance(2 * MINUTE);
}

#[tokio::test]
async fn a_request_that_was_lost_with_its_process_is_done_once() {
    let bed = Bed::new().await;
    let key = bed.key(Role::Member).await;
    let interview = bed.interview(&key).await;
    let people = format!("POST /interviews/{interview}/candidates");
    let many = json!([{"name": "Ben", "email": "ben@example.com"}, {"name": ""}, {"name": "Cem"}]);
    for (name, call, body) in [
        (
            "interview",
            "POST /interviews".to_owned(),
            Some(json!({"title": "Barista"})),
        ),
        ("one", people.clone(), Some(json!({"name": "Ana"}))),
        (
            "mail",
            people.clone(),
            Some(json!({"name": "Eva", "email": "eva@example.com"})),
        ),
        ("many", people.clone(), Some(many)),
        ("preview", format!("POST /interviews/{interview}/previews"), None),
    ] {
        let first = keyed(&bed, &key, name, &call, body.clone()).await;
        assert!(first.status.is_success(), "{name}: {}", first.text);
        lose(&bed, name).await;
        for _ in 0..2 {
            let again = keyed(&bed, &key, name, &call, body.clone()).await;
            assert_eq!((again.status, &again.body), (first.status, &first.body), "{name}");
        }
    }
    assert_eq!(count(&bed, &key).await, 2);
    let list = format!("GET /interviews/{interview}/candidates");
    let list = bed.call(&key, &list, None).await.ok(200).body;
    let items = list["items"].as_array().unwrap();
    let mut names: Vec<_> = items.iter().map(|c| c["name"].as_str().unwrap()).collect();
    names.sort_unstable();
    assert_eq!(names, ["Ana", "Ben", "Cem", "Eva"]);
    assert_eq!(preview::Entity::find().count(bed.s.db.read()).await.unwrap(), 1);
    // What was lost may also be sent again as something else.
    lose(&bed, "one").await;
    keyed(&bed, &key, "one", &people, Some(json!({"name": "Dana"})))
        .await
        .ok(201);
}

#[tokio::test]
async fn a_request_that_takes_long_is_not_taken_for_lost() {
    let bed = Bed::new().await;
    let key = bed.key(Role::Member).await;
    let actor = accounts::key_actor(&bed.s, &key).await.unwrap().unwrap();
    let begin = async |hash: &[u8]| idempotency::begin(&bed.s, &actor, "a", hash).await.unwrap();
    let Begin::Run(ticket) = begin(b"one").await else {
        panic!("it is new");
    };
    for _ in 0..3 {
        bed.clock.advance(2 * MINUTE - 1);
        assert!(matches!(begin(b"one").await, Begin::Running));
        assert!(matches!(begin(b"two").await, Begin::Other));
        idempotency::touch(&bed.s, ticket).await.unwrap();
    }
    bed.clock.advance(2 * MINUTE);
    let Begin::Run(again) = begin(b"one").await else {
        panic!("it is lost");
    };
    assert_eq!(again.id(), ticket.id());
    // After a failure the same may be sent again at once, or another.
    for (hash, same) in [(&b"one"[..], true), (&b"two"[..], false)] {
        idempotency::release(&bed.s, again).await.unwrap();
        let Begin::Run(next) = begin(hash).await else {
            panic!("it was let go of");
        };
        assert_eq!(next.id() == ticket.id(), same);
    }
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
