//! Retakes and the queue of those who ask for one.

use crate::bed::Bed;
use parley_domain::{
    account::{Actor, Role},
    id::WorkspaceId,
};
use parley_services::sessions;
use serde_json::json;

#[tokio::test]
async fn a_retake_makes_the_next_attempt() {
    let bed = Bed::new().await;
    let key = bed.key(Role::Member).await;
    let ana = bed.candidate(&key, &bed.interview(&key).await, "Ana").await;
    let path = format!("POST /candidates/{}/retakes", ana["id"].as_str().unwrap());
    bed.call(&key, &path, Some(json!({"reason": "other"})))
        .await
        .problem(409);
    bed.start(&ana).await;
    assert_eq!(
        bed.call(&key, &path, Some(json!({"reason": "boredom"})))
            .await
            .problem(422),
        ["reason"]
    );
    assert_eq!(
        bed.call(&key, &path, Some(json!({"note": "x"}))).await.problem(422),
        ["reason"]
    );
    let next = bed
        .call(&key, &path, Some(json!({"reason": "technical_issue", "note": "Wi-Fi"})))
        .await
        .ok(201);
    assert_eq!(next.body["attempt"], 2);
    assert_eq!(next.body["status"], "not_started");
    assert_eq!(next.body["current"], true);
    let seen = bed
        .call(&key, &format!("GET /candidates/{}", ana["id"].as_str().unwrap()), None)
        .await
        .ok(200);
    assert_eq!(seen.body["session"]["id"], next.body["id"]);
    assert_eq!(seen.body["invite_url"], ana["invite_url"]);
}

#[tokio::test]
async fn requests_wait_until_somebody_decides() {
    let bed = Bed::new().await;
    let key = bed.key(Role::Member).await;
    let interview = bed.interview(&key).await;
    let queue = format!("GET /interviews/{interview}/retake-requests");
    let mut ids = Vec::new();
    for name in ["Ana", "Ben"] {
        let person = bed.candidate(&key, &interview, name).await;
        bed.start(&person).await;
        // Ended for lack of activity: those may ask.
        bed.clock.advance(8 * parley_domain::time::DAY);
        sessions::sweep(&bed.s).await.unwrap();
        let member = parley_services::accounts::key_actor(&bed.s, &key)
            .await
            .unwrap()
            .unwrap();
        let workspace: WorkspaceId = member.workspace().unwrap();
        let candidate = person["id"].as_str().unwrap().parse().unwrap();
        sessions::ask(
            &bed.s,
            &Actor::Candidate { workspace, candidate },
            candidate,
            "I was ill",
        )
        .await
        .unwrap();
        ids.push(candidate.to_string());
    }
    let waiting = bed.call(&key, &queue, None).await.ok(200);
    let items = waiting.body["items"].as_array().unwrap().clone();
    assert_eq!(items.len(), 2);
    assert_eq!(items[0]["candidate_id"], ids[0]);
    assert_eq!(items[0]["reason"], "I was ill");
    let (first, second) = (items[0]["id"].as_str().unwrap(), items[1]["id"].as_str().unwrap());
    let granted = bed
        .call(&key, &format!("POST /retake-requests/{first}/grant"), None)
        .await
        .ok(200);
    assert_eq!(granted.body["state"], "granted");
    let declined = bed
        .call(&key, &format!("POST /retake-requests/{second}/decline"), None)
        .await
        .ok(200);
    assert_eq!(declined.body["state"], "declined");
    assert_eq!(
        bed.call(&key, &format!("GET /retake-requests/{second}"), None)
            .await
            .ok(200)
            .body,
        declined.body
    );
    bed.call(&key, &format!("POST /retake-requests/{first}/decline"), None)
        .await
        .problem(409);
    let person = bed
        .call(&key, &format!("GET /candidates/{}", ids[0]), None)
        .await
        .ok(200);
    assert_eq!(person.body["session"]["attempt"], 2);
    assert_eq!(bed.call(&key, &queue, None).await.body["items"], json!([]));
}

#[tokio::test]
async fn lists_counts_and_exports_show_the_same_rows() {
    let bed = Bed::new().await;
    let key = bed.key(Role::Member).await;
    let interview = bed.interview(&key).await;
    let ana = bed.candidate(&key, &interview, "Ana").await;
    bed.candidate(&key, &interview, "Ben").await;
    bed.start(&ana).await;
    let path = format!("/interviews/{interview}/sessions");
    let names = |query: &'static str| {
        let (bed, key, path) = (&bed, &key, &path);
        async move {
            let page = bed.call(key, &format!("GET {path}{query}"), None).await.ok(200);
            let items = page.body["items"].as_array().unwrap().clone();
            items
                .iter()
                .map(|i| i["name"].as_str().unwrap().to_owned())
                .collect::<Vec<_>>()
        }
    };
    assert_eq!(names("?sort=name").await, ["Ana", "Ben"]);
    assert_eq!(names("?sort=-name").await, ["Ben", "Ana"]);
    assert_eq!(names("?status=in_progress").await, ["Ana"]);
    assert_eq!(names("?q=be").await, ["Ben"]);
    assert_eq!(names("?source=imported").await, [""; 0]);
    assert_eq!(names("?decision=none").await.len(), 2);
    assert_eq!(names("?decision=hold").await, [""; 0]);
    let decide = format!("PUT /sessions/{}/decision", ana["session"]["id"].as_str().unwrap());
    bed.call(&key, &decide, Some(json!({"verdict": "hold"}))).await.ok(200);
    assert_eq!(names("?decision=hold").await, ["Ana"]);
    assert_eq!(names("?decision=none").await, ["Ben"]);
    let held = bed.call(&key, &format!("GET {path}?decision=hold"), None).await.ok(200);
    assert_eq!(held.body["items"][0]["decision"], "hold");
    let export = format!("GET /interviews/{interview}/export.csv?decision=hold");
    let csv = bed.call(&key, &export, None).await.ok(200);
    assert!(csv.text.contains("Ana") && csv.text.contains("Hold") && !csv.text.contains("Ben"));
    assert_eq!(names("?added_from=2027-01-01T00:00:00Z").await, [""; 0]);
    assert_eq!(
        names("?added_to=2027-01-01T00:00:00Z&attempts=all&sort=added")
            .await
            .len(),
        2
    );
    let counts = bed
        .call(&key, &format!("GET {path}/counts?status=in_progress"), None)
        .await
        .ok(200);
    assert_eq!(
        counts.body,
        json!({"all": 2, "not_started": 1, "in_progress": 1, "completed": 0})
    );
    for (query, field) in [
        ("sort=colour", "sort"),
        ("status=done", "status"),
        ("decision=maybe", "decision"),
        ("score_min=nan", "score_min"),
        ("score_min=11", "score_min"),
        ("added_from=yesterday", "added_from"),
        ("attempts=some", "attempts"),
        ("q=%00", "q"),
        ("cursor=abc", "cursor"),
        ("statsu=completed", "statsu"),
    ] {
        assert_eq!(
            bed.call(&key, &format!("GET {path}?{query}"), None).await.problem(422),
            [field],
            "{query}"
        );
    }
    let csv = bed
        .call(&key, &format!("GET /interviews/{interview}/export.csv?q=ana"), None)
        .await
        .ok(200);
    assert!(csv.header("content-type").starts_with("text/csv"));
    assert!(csv.header("content-disposition").starts_with("attachment"));
    assert!(csv.text.contains("Ana") && !csv.text.contains("Ben"), "{}", csv.text);
    assert!(csv.text.contains("/i/invite/"));
    let viewer = bed.key(Role::Viewer).await;
    let seen = bed
        .call(&viewer, &format!("GET /interviews/{interview}/export.csv"), None)
        .await
        .ok(200);
    assert!(
        seen.text.contains("Ana") && !seen.text.contains("/i/invite/"),
        "{}",
        seen.text
    );
    let list = bed.call(&viewer, &format!("GET {path}"), None).await.ok(200);
    assert!(!list.text.contains("/i/invite/"));
    let book = bed
        .call(&key, &format!("GET /interviews/{interview}/export.xlsx"), None)
        .await
        .ok(200);
    assert!(book.text.starts_with("PK"));
}

#[tokio::test]
async fn one_session_from_start_to_decision() {
    let bed = Bed::new().await;
    let key = bed.key(Role::Member).await;
    let interview = bed.interview(&key).await;
    let ana = bed.candidate(&key, &interview, "Ana").await;
    let session = ana["session"]["id"].as_str().unwrap();
    let path = format!("/sessions/{session}");
    bed.call(&key, &format!("POST {path}/end"), None).await.problem(409);
    bed.call(&key, &format!("POST {path}/analysis"), None)
        .await
        .problem(409);
    let none = bed.call(&key, &format!("GET {path}/analysis"), None).await.ok(200);
    assert_eq!(none.body["state"], "none");
    bed.start(&ana).await;
    let said = bed.call(&key, &format!("GET {path}/transcript"), None).await.ok(200);
    assert_eq!(said.body["next_cursor"], json!(null));
    assert_eq!(said.body["items"][0]["number"], 1);
    assert_eq!(said.body["items"][0]["speaker"], "interviewer");

    let ended = bed.call(&key, &format!("POST {path}/end"), None).await.ok(200);
    assert_eq!(
        (&ended.body["status"], &ended.body["end_reason"]),
        (&json!("completed"), &json!("ended_by_creator"))
    );
    assert_eq!(
        bed.call(&key, &format!("GET {path}"), None).await.ok(200).body,
        ended.body
    );
    bed.call(&key, &format!("POST {path}/end"), None).await.problem(409);
    let ready = bed.call(&key, &format!("GET {path}/analysis"), None).await.ok(200);
    assert_eq!(
        (&ready.body["state"], &ready.body["overall"]),
        (&json!("ready"), &json!(null)),
        "nothing was answered"
    );
    let kinds = bed.call(&key, &format!("GET {path}/events"), None).await.ok(200);
    let kinds: Vec<_> = kinds.body["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["kind"].clone())
        .collect();
    assert!(
        kinds.contains(&json!("started")) && kinds.contains(&json!("completed")),
        "{kinds:?}"
    );

    bed.call(&key, &format!("GET {path}/decision"), None).await.problem(404);
    let body = json!({"verdict": "advance", "reason": "Kind and exact"});
    let decided = bed
        .call(&key, &format!("PUT {path}/decision"), Some(body))
        .await
        .ok(200);
    assert_eq!(decided.body["verdict"], "advance");
    assert_eq!(
        bed.call(&key, &format!("GET {path}/decision"), None).await.ok(200).body,
        decided.body
    );
    let wrong = bed
        .call(&key, &format!("PUT {path}/decision"), Some(json!({"verdict": "maybe"})))
        .await;
    assert_eq!(wrong.problem(422), ["verdict"]);
    let all = format!("GET /candidates/{}/sessions", ana["id"].as_str().unwrap());
    assert_eq!(
        bed.call(&key, &all, None).await.ok(200).body["items"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn attempts_stand_side_by_side_and_one_counts() {
    let bed = Bed::new().await;
    let key = bed.key(Role::Member).await;
    let ana = bed.candidate(&key, &bed.interview(&key).await, "Ana").await;
    let id = ana["id"].as_str().unwrap();
    let first = ana["session"]["id"].as_str().unwrap();
    bed.call(&key, &format!("POST /sessions/{first}/counts"), None)
        .await
        .problem(409);
    bed.start(&ana).await;
    bed.call(&key, &format!("POST /sessions/{first}/end"), None)
        .await
        .ok(200);
    bed.call(
        &key,
        &format!("POST /candidates/{id}/retakes"),
        Some(json!({"reason": "requested"})),
    )
    .await
    .ok(201);
    let marked = bed
        .call(&key, &format!("POST /sessions/{first}/counts"), None)
        .await
        .ok(200);
    assert_eq!(marked.body["counts"], true);
    let compared = bed
        .call(&key, &format!("GET /candidates/{id}/comparison"), None)
        .await
        .ok(200);
    assert_eq!(compared.body["attempts"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn decided_requests_are_listed_apart() {
    let bed = Bed::new().await;
    let key = bed.key(Role::Member).await;
    let interview = bed.interview(&key).await;
    let ana = bed.candidate(&key, &interview, "Ana").await;
    bed.start(&ana).await;
    let session = ana["session"]["id"].as_str().unwrap();
    bed.call(&key, &format!("POST /sessions/{session}/end"), None)
        .await
        .ok(200);
    let token = ana["invite_url"].as_str().unwrap().rsplit('/').next().unwrap();
    parley_services::conversation::ask_retake(&bed.s, token, "I was ill")
        .await
        .unwrap();
    let queue = format!("GET /interviews/{interview}/retake-requests");
    let waiting = bed.call(&key, &queue, None).await.ok(200);
    let id = waiting.body["items"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(waiting.body["items"][0]["attempt"], 1);
    assert_eq!(waiting.body["items"][0]["decided_by"], json!(null));
    let rows = bed
        .call(&key, &format!("GET /interviews/{interview}/sessions"), None)
        .await
        .ok(200);
    assert_eq!(rows.body["items"][0]["asks_retake"], true);
    bed.call(&key, &format!("POST /retake-requests/{id}/grant"), None)
        .await
        .ok(200);
    let decided = bed.call(&key, &format!("{queue}?state=decided"), None).await.ok(200);
    assert_eq!(decided.body["items"][0]["state"], "granted");
    assert!(
        decided.body["items"][0]["decided_by"]
            .as_str()
            .unwrap()
            .starts_with("key:")
    );
    assert_eq!(
        bed.call(&key, &format!("{queue}?state=some"), None).await.problem(422),
        ["state"]
    );
    let all = bed
        .call(
            &key,
            &format!("GET /candidates/{}/sessions", ana["id"].as_str().unwrap()),
            None,
        )
        .await
        .ok(200);
    assert_eq!(all.body["items"][0]["retake_reason"], "requested");
}

#[tokio::test]
async fn chosen_attempts_are_compared() {
    let bed = Bed::new().await;
    let key = bed.key(Role::Member).await;
    let ana = bed.candidate(&key, &bed.interview(&key).await, "Ana").await;
    let id = ana["id"].as_str().unwrap();
    for _ in 0..2 {
        bed.start(&ana).await;
        let body = json!({"reason": "other"});
        bed.call(&key, &format!("POST /candidates/{id}/retakes"), Some(body))
            .await
            .ok(201);
    }
    let path = format!("GET /candidates/{id}/comparison");
    let numbers = |reply: crate::bed::Reply| {
        let attempts = reply.body["attempts"].as_array().unwrap().clone();
        attempts
            .iter()
            .map(|a| a["session"]["attempt"].as_i64().unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(numbers(bed.call(&key, &path, None).await.ok(200)), [1, 2, 3]);
    assert_eq!(
        numbers(bed.call(&key, &format!("{path}?attempts=2,1"), None).await.ok(200)),
        [1, 2]
    );
    for wrong in ["1,x", "7"] {
        let reply = bed.call(&key, &format!("{path}?attempts={wrong}"), None).await;
        assert_eq!(reply.problem(422), ["attempts"], "{wrong}");
    }
}

#[tokio::test]
async fn a_merge_does_what_its_plan_says() {
    let bed = Bed::new().await;
    let key = bed.key(Role::Member).await;
    let interview = bed.interview(&key).await;
    let person = json!({"name": "Ana", "email": "ana@example.com"});
    let add = format!("POST /interviews/{interview}/candidates?on_duplicate=add");
    let first = bed.call(&key, &add, Some(person.clone())).await.ok(201).body;
    let second = bed.call(&key, &add, Some(person)).await.ok(201).body;
    assert_eq!(second["possible_duplicate_of"], first["id"]);
    let of = |c: &serde_json::Value| c["id"].as_str().unwrap().to_owned();
    bed.start(&second).await;
    // Whoever is inside stays inside: the plan says so, and so does the merge.
    let plan = format!("GET /candidates/{}/merge?from={}", of(&first), of(&second));
    let refused = bed.call(&key, &plan, None).await.ok(200);
    assert_eq!(refused.body["refused"], "in_progress");
    let merge = format!("POST /candidates/{}/merge", of(&first));
    let body = json!({"from": second["id"]});
    bed.call(&key, &merge, Some(body.clone())).await.problem(409);
    let session = second["session"]["id"].as_str().unwrap();
    bed.call(&key, &format!("POST /sessions/{session}/end"), None)
        .await
        .ok(200);
    // What the first plan said is not true any more.
    let stale = json!({"from": second["id"], "mark": refused.body["mark"]});
    bed.call(&key, &merge, Some(stale)).await.problem(409);
    let planned = bed.call(&key, &plan, None).await.ok(200).body;
    assert_eq!(planned["refused"], json!(null));
    assert_eq!(planned["attempts"][0]["session_id"], second["session"]["id"]);
    let body = json!({"from": second["id"], "mark": planned["mark"]});
    let kept = bed.call(&key, &merge, Some(body)).await.ok(200);
    assert_eq!(kept.body["id"], first["id"]);
    assert_eq!(kept.body["session"]["id"], second["session"]["id"]);
    bed.call(&key, &format!("GET /candidates/{}", of(&second)), None)
        .await
        .problem(404);

    assert_eq!(
        bed.call(&key, &merge, Some(json!({"from": "x"}))).await.problem(422),
        ["from"]
    );
    let third = json!({"name": "Ana", "email": "ana@example.com"});
    let third = bed.call(&key, &add, Some(third)).await.ok(201).body;
    assert_eq!(third["possible_duplicate_of"], first["id"]);
    let not = format!("DELETE /candidates/{}/possible-duplicate", of(&third));
    bed.call(&key, &not, None).await.ok(204);
    let seen = bed
        .call(&key, &format!("GET /candidates/{}", of(&third)), None)
        .await
        .ok(200);
    assert_eq!(seen.body["possible_duplicate_of"], json!(null));
    bed.call(&key, &format!("GET /candidates/{}/merge", of(&third)), None)
        .await
        .problem(409);
}
