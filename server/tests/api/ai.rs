//! The AI model: its settings through REST, and an interview with it through the candidate's door and stream.

use crate::bed::Bed;
use axum::body::{Body, BodyDataStream};
use futures::StreamExt;
use http::Request;
use parley_domain::account::Role;
use parley_testing::{MODEL, ScriptedModel, Step};
use serde_json::{Value, json};
use std::time::Duration;

#[tokio::test]
async fn the_first_workspaces_owners_set_it() {
    let bed = Bed::new().await;
    let model = ScriptedModel::start().await;
    model.otherwise(|_| Step::json(&json!({ "greeting": "hello", "number": 7 })));
    let owner = bed.key(Role::Owner).await;
    let input = json!({ "url": model.url(), "model": "m", "key": "sk-nobody-should-see" });
    for other in [
        bed.key(Role::Admin).await,
        bed.key(Role::Viewer).await,
        bed.key_of("away", Role::Owner).await,
    ] {
        for call in ["GET /ai", "DELETE /ai", "POST /ai/test"] {
            bed.call(&other, call, None).await.problem(403);
        }
        bed.call(&other, "PUT /ai", Some(input.clone())).await.problem(403);
    }
    let none = bed.call(&owner, "GET /ai", None).await.ok(200);
    assert_eq!(
        none.body,
        json!({ "source": "none", "url": "", "model": "", "has_key": false })
    );
    bed.call(&owner, "POST /ai/test", None).await.problem(409);

    let wrong = json!({ "url": "ftp://x", "model": "", "key": "a b" });
    assert_eq!(
        bed.call(&owner, "PUT /ai", Some(wrong)).await.problem(422),
        ["url", "model", "key"]
    );
    bed.call(
        &owner,
        "PUT /ai",
        Some(json!({ "url": model.url(), "model": "m", "more": 1 })),
    )
    .await
    .problem(422);
    let set = bed.call(&owner, "PUT /ai", Some(input)).await.ok(200);
    assert_eq!(
        set.body,
        json!({ "source": "settings", "url": model.url(), "model": "m", "has_key": true })
    );
    assert!(
        !bed.call(&owner, "GET /ai", None)
            .await
            .ok(200)
            .text
            .contains("nobody-should-see")
    );

    let test = bed.call(&owner, "POST /ai/test", None).await.ok(200).body;
    assert_eq!(
        (&test["ok"], &test["structured"], &test["model"]),
        (&json!(true), &json!(true), &json!(MODEL))
    );
    assert_eq!(model.keys()[0].as_deref(), Some("Bearer sk-nobody-should-see"));
    let used = bed
        .call(&bed.key(Role::Viewer).await, "GET /ai/usage", None)
        .await
        .ok(200)
        .body;
    assert_eq!(
        (&used["days"], &used["items"][0]["purpose"]),
        (&json!(30), &json!("test"))
    );
    assert_eq!(
        bed.call(&owner, "GET /ai/usage?days=0", None).await.problem(422),
        ["days"]
    );
    bed.call(&owner, "GET /ai/usage?month=1", None).await.problem(422);

    let gone = bed.call(&owner, "DELETE /ai", None).await.ok(200).body;
    assert_eq!(gone["source"], "none");
    assert_eq!(
        bed.call(&owner, "DELETE /ai", None).await.ok(200).body["source"],
        "none"
    );
}

struct Candidate {
    token: String,
    cookie: String,
}

fn form(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish()
}

impl Candidate {
    async fn start(bed: &Bed, candidate: &Value) -> Self {
        let token = candidate["invite_url"]
            .as_str()
            .unwrap()
            .rsplit('/')
            .next()
            .unwrap()
            .to_owned();
        let mut new = Self {
            token,
            cookie: String::new(),
        };
        let reply = bed.send(new.request("start", &[("consent", "true")])).await.ok(200);
        new.cookie = reply.header("set-cookie").split(';').next().unwrap().to_owned();
        new
    }

    fn request(&self, door: &str, fields: &[(&str, &str)]) -> Request<Body> {
        Request::post(format!("/sfn/candidate/{door}"))
            .header("host", "127.0.0.1:3000")
            .header("accept", "application/json")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .body(Body::from(form(&[&[("token", self.token.as_str())], fields].concat())))
            .unwrap()
    }
}

/// A page's stream.
struct Stream(BodyDataStream);

impl Stream {
    async fn open(bed: &Bed, cookie: &str) -> Self {
        let request = Request::get("/events/session")
            .header("host", "127.0.0.1:3000")
            .header("cookie", cookie)
            .body(Body::empty())
            .unwrap();
        Self(bed.raw(request).await.into_body().into_data_stream())
    }

    /// All events up to the first that `ends` it.
    async fn read(&mut self, ends: impl Fn(&str) -> bool) -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        while !all.last().is_some_and(|text| ends(text)) {
            let frame = self.0.next().await.unwrap().unwrap();
            all.push(String::from_utf8(frame.to_vec()).unwrap());
        }
        all
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_is_told_while_it_is_written() {
    let bed = Bed::new().await;
    let model = ScriptedModel::start().await;
    let owner = bed.key(Role::Owner).await;
    let input = json!({ "url": model.url(), "model": "m" });
    bed.call(&owner, "PUT /ai", Some(input)).await.ok(200);
    model
        .slow(Duration::from_millis(200))
        .say(json!({ "action": "next", "text": "Thank you, that gives me a good picture of it." }));
    let interview = bed.interview(&owner).await;
    let ana = bed.candidate(&owner, &interview, "Ana").await;
    let candidate = Candidate::start(&bed, &ana).await;
    let view = bed.send(candidate.request("heartbeat", &[])).await.ok(200).body;
    let question = view["question"]["id"].as_str().unwrap().to_owned();
    let answer = [
        ("client_id", "c1"),
        ("question", question.as_str()),
        ("text", "I like the smell."),
    ];
    let mut stream = Stream::open(&bed, &candidate.cookie).await;
    stream
        .read(|text| text.contains("event: pulse") && text.contains("\"turns\":1"))
        .await;
    let told = stream.read(|text| text.contains("\"turns\":3"));
    let (told, view) = tokio::join!(told, bed.send(candidate.request("answer", &answer)));
    let view = view.ok(200).body;
    assert_eq!(
        view["turns"][2]["text"],
        "Thank you, that gives me a good picture of it.\n\nWhy us?"
    );
    assert_eq!(view["writing"], false);

    let stored = told.iter().position(|t| t.contains("\"turns\":2")).unwrap();
    let replies: Vec<&String> = told.iter().filter(|t| t.contains("event: reply")).collect();
    assert!(!replies.is_empty(), "{told:?}");
    assert!(
        told.iter().position(|t| t.contains("event: reply")).unwrap() > stored,
        "the answer was stored first"
    );
    for reply in replies {
        let data = reply.split_once("data:").unwrap().1.trim();
        let data: Value = serde_json::from_str(data).unwrap();
        assert_eq!((&data["turn"], &data["follow_up"]), (&json!(3), &json!(false)));
        assert!("Thank you, that gives me a good picture of it.".starts_with(data["text"].as_str().unwrap()));
        assert!(!reply.contains(&candidate.token));
    }
    let transcript = bed
        .call(
            &owner,
            &format!("GET /sessions/{}/transcript", ana["session"]["id"].as_str().unwrap()),
            None,
        )
        .await
        .ok(200)
        .body;
    assert_eq!(transcript["items"][2]["scripted"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_back_while_it_is_written_reads_along() {
    let bed = Bed::new().await;
    let model = ScriptedModel::start().await;
    let owner = bed.key(Role::Owner).await;
    bed.call(&owner, "PUT /ai", Some(json!({ "url": model.url(), "model": "m" })))
        .await
        .ok(200);
    // It begins to write and stalls; the scripted interviewer would go on after seconds.
    model.then(Step::Stall(
        json!({ "action": "next", "text": "Thank you for that, it" })
            .to_string()
            .replace("it\"}", "it"),
    ));
    let interview = bed.interview(&owner).await;
    let ana = bed.candidate(&owner, &interview, "Ana").await;
    let candidate = Candidate::start(&bed, &ana).await;
    let view = bed.send(candidate.request("heartbeat", &[])).await.ok(200).body;
    let question = view["question"]["id"].as_str().unwrap().to_owned();
    let answer = candidate.request(
        "answer",
        &[("client_id", "c1"), ("question", &question), ("text", "Because.")],
    );
    let mut stream = Stream::open(&bed, &candidate.cookie).await;
    let reading = async {
        let written = |text: &str| text.contains("Thank you for that");
        stream.read(written).await;
        // Another window of the same person, opened now.
        let again = Stream::open(&bed, &candidate.cookie).await.read(written).await;
        assert!(
            again[0].contains("event: pulse") && again[0].contains("\"turns\":2"),
            "{again:?}"
        );
        let view = bed.send(candidate.request("heartbeat", &[])).await.ok(200).body;
        assert_eq!((&view["writing"], &view["question"]), (&json!(true), &Value::Null));
        // Without a script the page asks again by itself.
        let page = Request::get(format!("/i/invite/{}/session?lease=1", candidate.token))
            .header("host", "127.0.0.1:3000")
            .body(Body::empty())
            .unwrap();
        let page = bed.send(page).await.ok(200).text;
        assert!(
            page.contains("Robin is writing") && page.contains("http-equiv=\"refresh\""),
            "{page}"
        );
    };
    tokio::select! {
        () = reading => {}
        reply = bed.send(answer) => panic!("too early: {}", reply.text),
    }
}
