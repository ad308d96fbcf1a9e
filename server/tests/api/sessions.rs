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
