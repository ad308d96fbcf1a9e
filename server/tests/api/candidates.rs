//! Candidates.

use crate::bed::Bed;
use parley_domain::{account::Role, candidate::Source, id::CandidateId};
use parley_services::{
    accounts,
    candidates::{self, OnDuplicate},
};
use serde_json::json;
use uuid::Uuid;

#[tokio::test]
async fn a_candidate_from_adding_to_erasing() {
    let bed = Bed::new().await;
    let key = bed.key(Role::Member).await;
    let interview = bed.interview(&key).await;
    let list = format!("/interviews/{interview}/candidates");
    let body = json!({"name": " Ana  Lima ", "email": "Ana@Example.com", "notes": "SECRET-notes"});
    let made = bed.call(&key, &format!("POST {list}"), Some(body)).await.ok(201);
    let path = format!("/candidates/{}", made.id());
    assert_eq!(made.header("location"), format!("/api/v1{path}"));
    assert_eq!(made.body["name"], "Ana Lima");
    assert_eq!(made.body["source"], "api");
    assert_eq!(made.body["interview_id"], *interview);
    assert_eq!(made.body["session"]["status"], "not_started");
    assert_eq!(made.body["session"]["attempt"], 1);
    assert_eq!(made.body["session"]["question_total"], 2);
    let url = made.body["invite_url"].as_str().unwrap();
    assert!(url.starts_with("http://127.0.0.1:3000/i/invite/"), "{url}");
    assert_eq!(
        bed.call(&key, &format!("GET {path}"), None).await.ok(200).body,
        made.body
    );
    let page = bed.call(&key, &format!("GET {list}"), None).await.ok(200);
    assert_eq!(page.body, json!({"items": [made.body], "next_cursor": null}));

    let change = json!({"notes": null, "phone": "+49 30 1234567", "graduation_year": 2020});
    let changed = bed.call(&key, &format!("PATCH {path}"), Some(change)).await.ok(200);
    assert_eq!(changed.body["notes"], json!(null));
    assert_eq!(changed.body["phone"], "+49 30 1234567");
    assert_eq!(changed.body["email"], "Ana@Example.com");
    let wrong = json!({"email": "ana@", "graduation_year": 1800});
    assert_eq!(
        bed.call(&key, &format!("PATCH {path}"), Some(wrong)).await.problem(422),
        ["email", "graduation_year"]
    );
    for unknown in [json!({"age": 30}), json!({"age": null, "notes": "kept?"})] {
        let refused = bed.call(&key, &format!("PATCH {path}"), Some(unknown)).await;
        assert_eq!(refused.problem(422), ["age"]);
    }
    assert_eq!(
        bed.call(&key, &format!("GET {path}"), None).await.body["notes"],
        json!(null)
    );

    let replaced = bed.call(&key, &format!("POST {path}/link"), None).await.ok(200);
    assert_ne!(replaced.body["invite_url"], made.body["invite_url"]);

    bed.call(&key, &format!("DELETE {path}"), None).await.ok(204);
    bed.call(&key, &format!("GET {path}"), None).await.problem(404);
    bed.call(&key, &format!("DELETE {path}"), None).await.problem(404);
    let deleted = bed.call(&key, &format!("GET {list}/deleted"), None).await.ok(200);
    assert_eq!(deleted.body["items"][0]["name"], "Ana Lima");
    let back = bed.call(&key, &format!("POST {path}/restore"), None).await.ok(200);
    assert_eq!(back.body["invite_url"], replaced.body["invite_url"]);

    let admin = bed.key(Role::Admin).await;
    bed.call(&admin, &format!("POST {path}/erase"), None).await.problem(404);
    bed.call(&key, &format!("DELETE {path}"), None).await.ok(204);
    bed.call(&key, &format!("POST {path}/erase"), None).await.problem(403);
    bed.call(&admin, &format!("POST {path}/erase"), None).await.ok(204);
    bed.call(&key, &format!("POST {path}/restore"), None).await.problem(404);
}

#[tokio::test]
async fn an_email_that_is_here_is_refused_unless_said_otherwise() {
    let bed = Bed::new().await;
    let key = bed.key(Role::Member).await;
    let path = format!("POST /interviews/{}/candidates", bed.interview(&key).await);
    let first = bed
        .call(&key, &path, Some(json!({"name": "Ana", "email": "ana@example.com"})))
        .await
        .ok(201);
    let twin = json!({"name": "Ana L.", "email": " ANA@example.com"});
    let refused = bed.call(&key, &path, Some(twin.clone())).await;
    refused.problem(409);
    assert_eq!(refused.body["existing_id"], first.body["id"]);
    bed.clock.advance(1);
    let added = bed
        .call(&key, &format!("{path}?on_duplicate=add"), Some(twin.clone()))
        .await
        .ok(201);
    assert_eq!(added.body["possible_duplicate_of"], first.body["id"]);
    // Whoever was added first, whatever the ids: those of an import are as old as its upload.
    bed.clock.advance(1);
    let actor = accounts::key_actor(&bed.s, &key).await.unwrap().unwrap();
    let interview = first.body["interview_id"].as_str().unwrap().parse().unwrap();
    let input = serde_json::from_value(twin.clone()).unwrap();
    let (id, policy) = (CandidateId(Uuid::from_u128(1)), OnDuplicate::Add);
    candidates::create_as(&bed.s, &actor, id, interview, input, Source::Imported, policy)
        .await
        .unwrap();
    let refused = bed.call(&key, &path, Some(twin.clone())).await;
    assert_eq!(refused.body["existing_id"], first.body["id"]);
    assert_eq!(
        bed.call(&key, &format!("{path}?on_duplicate=maybe"), Some(twin))
            .await
            .problem(422),
        ["on_duplicate"]
    );
}

#[tokio::test]
async fn of_many_each_has_its_fate() {
    let bed = Bed::new().await;
    let key = bed.key(Role::Member).await;
    let interview = bed.interview(&key).await;
    let path = format!("POST /interviews/{interview}/candidates");
    let body = json!([
        {"name": "Ana", "email": "ana@example.com"},
        {"name": "", "email": "x"},
        {"name": "Ana again", "email": "Ana@example.com"},
        {"name": "Ben", "shoe_size": 44},
        "Cem",
        {"name": "Dana"},
        {"name": "Ana once more", "email": "ana@example.com"},
    ]);
    let fates = bed.call(&key, &path, Some(body)).await.ok(200);
    let items = fates.body["items"].as_array().unwrap();
    let results: Vec<_> = items
        .iter()
        .map(|i| (i["index"].as_u64().unwrap(), i["result"].as_str().unwrap()))
        .collect();
    assert_eq!(
        results,
        [
            (0, "created"),
            (1, "invalid"),
            (2, "duplicate"),
            (3, "invalid"),
            (4, "invalid"),
            (5, "created"),
            (6, "duplicate")
        ]
    );
    assert_eq!(items[0]["candidate"]["name"], "Ana");
    assert_eq!(items[5]["candidate"]["name"], "Dana");
    for (entry, of) in [(0, 0), (2, 0), (6, 0), (5, 5)] {
        // As whoever asks for them one by one reads them.
        let get = format!("GET /candidates/{}", items[of]["candidate"]["id"].as_str().unwrap());
        let one = bed.call(&key, &get, None).await.ok(200);
        assert_eq!(items[entry]["candidate"], one.body, "{entry}");
    }
    assert_eq!(items[3]["errors"][0]["field"], "shoe_size");
    let list = bed
        .call(&key, &format!("GET /interviews/{interview}/candidates"), None)
        .await
        .ok(200);
    assert_eq!(list.body["items"].as_array().unwrap().len(), 2);
    let too_many = json!(vec![json!({"name": "x"}); 1_001]);
    bed.call(&key, &path, Some(too_many)).await.problem(422);
}

#[tokio::test]
async fn viewers_never_see_invite_links() {
    let bed = Bed::new().await;
    let (key, viewer) = (bed.key(Role::Member).await, bed.key(Role::Viewer).await);
    let interview = bed.interview(&key).await;
    let made = bed.candidate(&key, &interview, "Ana").await;
    for path in [
        format!("/candidates/{}", made["id"].as_str().unwrap()),
        format!("/interviews/{interview}/candidates"),
    ] {
        let seen = bed.call(&viewer, &format!("GET {path}"), None).await.ok(200);
        assert!(!seen.text.contains("/i/invite/"), "{}", seen.text);
        assert!(seen.text.contains("\"invite_url\":null"));
    }
}

#[tokio::test]
async fn a_walk_through_candidates_sees_each_once_while_some_come_and_go() {
    let bed = Bed::new().await;
    let key = bed.key(Role::Member).await;
    let interview = bed.interview(&key).await;
    let all: Vec<_> = (0..9).map(|n| json!({"name": format!("No {n}")})).collect();
    let list = format!("/interviews/{interview}/candidates");
    bed.call(&key, &format!("POST {list}"), Some(json!(all))).await.ok(200);
    let (mut names, mut path) = (Vec::new(), format!("GET {list}?limit=2"));
    loop {
        let page = bed.call(&key, &path, None).await.ok(200);
        names.extend(
            page.body["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|c| c["name"].as_str().unwrap().to_owned()),
        );
        let Some(cursor) = page.body["next_cursor"].as_str() else {
            break;
        };
        path = format!("GET {list}?limit=2&cursor={cursor}");
        // Ids begin with their millisecond: in the same one a newcomer could stand anywhere.
        bed.clock.advance(1);
        bed.candidate(&key, &interview, "Newcomer").await;
    }
    names.sort();
    let expected: Vec<_> = (0..9).map(|n| format!("No {n}")).collect();
    assert_eq!(names, expected);
}
