//! Analyses over HTTP: runs, what changed, all sessions of an interview, interviews from descriptions. Without a model; what
//! a model makes of it stands in the tests of the services.

use crate::bed::Bed;
use parley_domain::account::Role;
use parley_services::jobs;
use serde_json::{Value, json};

/// A completed session of a candidate who answered both questions; the interview's id and the session's.
async fn completed(bed: &Bed, key: &str) -> (String, String) {
    let interview = bed.interview(key).await;
    let ana = bed.candidate(key, &interview, "Ana").await;
    let session = ana["session"]["id"].as_str().unwrap().to_owned();
    bed.start(&ana).await;
    bed.answer(&ana, "For the taste of it.").await;
    bed.call(key, &format!("POST /sessions/{session}/end"), None)
        .await
        .ok(200);
    jobs::run_due(&bed.s).await.unwrap();
    (interview, session)
}

#[tokio::test]
async fn runs_are_kept_and_compared() {
    let bed = Bed::new().await;
    let key = bed.key(Role::Member).await;
    let (_, session) = completed(&bed, &key).await;
    let path = format!("/sessions/{session}/analysis");
    let first = bed.call(&key, &format!("GET {path}"), None).await.ok(200).body;
    assert_eq!(
        (&first["state"], &first["run"], &first["engine"]),
        (&json!("ready"), &json!(1), &json!("built_in"))
    );
    assert_eq!(first["rubric"], 1);
    assert!(first["at"].is_string());
    assert_eq!(first["questions"][0]["unevidenced"], json!(false));
    bed.call(&key, &format!("GET {path}/changes"), None).await.problem(409);

    let wrong = bed
        .call(&key, &format!("POST {path}?engine=magic"), None)
        .await
        .problem(422);
    assert_eq!(wrong, ["engine"]);
    let refused = bed.call(&key, &format!("POST {path}?engine=ai"), None).await;
    assert!(refused.text.contains("No AI model is configured"), "{}", refused.text);
    refused.problem(409);
    bed.call(&key, &format!("POST {path}?engine=built_in"), None)
        .await
        .ok(200);
    jobs::run_due(&bed.s).await.unwrap();

    let history = bed.call(&key, &format!("GET {path}/history"), None).await.ok(200).body;
    let runs: Vec<&Value> = history["items"].as_array().unwrap().iter().map(|a| &a["run"]).collect();
    assert_eq!(runs, [&json!(2), &json!(1)]);
    let changes = bed.call(&key, &format!("GET {path}/changes"), None).await.ok(200).body;
    assert_eq!(
        (&changes["before"]["run"], &changes["after"]["run"]),
        (&json!(1), &json!(2))
    );
    assert_eq!(changes["overall_difference"], json!(0.0));
    assert_eq!(changes["lines"][0]["kind"], "question");
    bed.call(&key, &format!("GET {path}/changes?from=7"), None)
        .await
        .problem(404);
    assert_eq!(
        bed.call(&key, &format!("GET {path}/changes?from=one"), None)
            .await
            .problem(422),
        ["from"]
    );
    let away = bed.key_of("away", Role::Owner).await;
    for call in ["/history", "/changes", ""] {
        bed.call(&away, &format!("GET {path}{call}"), None).await.problem(404);
    }
}

#[tokio::test]
async fn all_sessions_are_analysed_again() {
    let bed = Bed::new().await;
    let key = bed.key(Role::Member).await;
    let (interview, session) = completed(&bed, &key).await;
    let path = format!("/interviews/{interview}/analysis");
    bed.call(&key, &format!("GET {path}"), None).await.problem(404);
    let told = bed.call(&key, &format!("GET {path}/estimate"), None).await.ok(200).body;
    assert_eq!(
        told,
        json!({"engine": "built_in", "model": null, "sessions": 1, "on_their_way": 0, "calls": 0, "input_tokens": 0, "output_tokens": 0})
    );
    let viewer = bed.key(Role::Viewer).await;
    bed.call(&viewer, &format!("POST {path}"), None).await.problem(403);
    bed.call(&viewer, &format!("GET {path}/estimate"), None)
        .await
        .problem(403);

    let headers = [("idempotency-key", "again-1")];
    let started = bed
        .call_with(&key, &format!("POST {path}"), &headers, None)
        .await
        .ok(200)
        .body;
    assert_eq!((&started["state"], &started["total"]), (&json!("running"), &json!(1)));
    let repeated = bed
        .call_with(&key, &format!("POST {path}"), &headers, None)
        .await
        .ok(200)
        .body;
    assert_eq!(repeated["id"], started["id"], "done once");
    jobs::run_due(&bed.s).await.unwrap();
    let done = bed.call(&viewer, &format!("GET {path}"), None).await.ok(200).body;
    assert_eq!(
        (&done["state"], &done["ready"], &done["failed"]),
        (&json!("done"), &json!(1), &json!(0))
    );
    bed.call(&key, &format!("DELETE {path}"), None).await.problem(409);
    let run = bed
        .call(&key, &format!("GET /sessions/{session}/analysis"), None)
        .await
        .ok(200);
    assert_eq!(run.body["run"], 2);
    let away = bed.key_of("away", Role::Owner).await;
    for call in ["GET", "POST", "DELETE"] {
        bed.call(&away, &format!("{call} {path}"), None).await.problem(404);
    }
}

#[tokio::test]
async fn without_a_model_no_interview_is_written() {
    let bed = Bed::new().await;
    let key = bed.key(Role::Member).await;
    let asked = json!({"description": "Baristas who stay calm when the queue is long."});
    let refused = bed.call(&key, "POST /interviews/draft", Some(asked.clone())).await;
    assert!(refused.text.contains("No AI model is configured"), "{}", refused.text);
    refused.problem(409);
    let viewer = bed.key(Role::Viewer).await;
    bed.call(&viewer, "POST /interviews/draft", Some(asked))
        .await
        .problem(403);
    let wrong = bed
        .call(&key, "POST /interviews/draft", Some(json!({"description": "short"})))
        .await;
    assert_eq!(wrong.problem(422), ["description"]);
    let unknown = bed
        .call(&key, "POST /interviews/draft", Some(json!({"describe": "x"})))
        .await;
    assert_eq!(unknown.problem(422), ["describe"]);
}
