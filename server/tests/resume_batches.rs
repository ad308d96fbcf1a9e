//! Resumes on their way through the router and the real reading process: the binary `parley` itself.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops where something is not as it should be"
)]

mod house;
#[path = "../../services/tests/common/pdf.rs"]
mod pdf;

use axum::body::{Body, Bytes};
use futures::stream;
use house::{Desk, House, Plan};
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt;
use parley_domain::{
    account::{Actor, Role},
    id::InterviewId,
};
use parley_services::{accounts, jobs};
use pdf::{resume, without_text};
use serde_json::{Value, json};
use std::{
    convert::Infallible,
    ops::Deref,
    time::{Duration, Instant},
};
use tower::ServiceExt;

/// The house with somebody in it who has an interview and a key, at both doors for resumes.
struct Bed {
    house: House,
    owner: Actor,
    interview: InterviewId,
    slug: String,
    key: String,
    cookie: String,
}

impl Deref for Bed {
    type Target = House;

    fn deref(&self) -> &House {
        &self.house
    }
}

impl Drop for Bed {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    bytes: Vec<u8>,
}

impl Reply {
    fn json(&self, expected: u16) -> Value {
        assert_eq!(
            self.status.as_u16(),
            expected,
            "{}",
            String::from_utf8_lossy(&self.bytes)
        );
        serde_json::from_slice(&self.bytes).unwrap_or_default()
    }
}

/// A form with these fields; those with a file name are files.
fn form(fields: &[(&str, Option<&str>, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, file, bytes) in fields {
        let file = file.map(|file| format!("; filename=\"{file}\"")).unwrap_or_default();
        body.extend_from_slice(
            format!("--cut\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n").as_bytes(),
        );
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--cut--\r\n");
    body
}

impl Bed {
    async fn new(initial_tokens: i64) -> Self {
        let house = House::with(Plan {
            initial_tokens,
            ..Plan::default()
        })
        .await;
        tokio::spawn(jobs::run(house.services.clone(), house.stop.clone()));
        let Desk {
            owner,
            slug,
            interview,
            cookie,
        } = house.desk().await;
        let key = accounts::create_key(&house.services, &owner, "test", Role::Owner)
            .await
            .unwrap()
            .secret;
        Self {
            house,
            owner,
            interview,
            slug,
            key,
            cookie,
        }
    }

    async fn send(&self, call: &str, more: &[(&str, &str)], body: Vec<u8>) -> Reply {
        let (method, path) = call.split_once(' ').unwrap();
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "127.0.0.1:3000")
            .header("sec-fetch-site", "same-origin");
        for (name, value) in more {
            request = request.header(*name, *value);
        }
        let response = self
            .router
            .clone()
            .oneshot(request.body(Body::from(body)).unwrap())
            .await
            .unwrap();
        let (parts, body) = response.into_parts();
        Reply {
            status: parts.status,
            headers: parts.headers,
            bytes: body.collect().await.unwrap().to_bytes().to_vec(),
        }
    }

    /// By REST, with the key.
    async fn rest(&self, call: &str, kind: &str, body: Vec<u8>) -> Reply {
        let (method, path) = call.split_once(' ').unwrap();
        let bearer = format!("Bearer {}", self.key);
        let call = format!("{method} /api/v1{path}");
        self.send(&call, &[("authorization", &bearer), ("content-type", kind)], body)
            .await
    }

    async fn get(&self, path: &str) -> Reply {
        self.rest(&format!("GET {path}"), "application/json", Vec::new()).await
    }

    async fn post_form(&self, path: &str, fields: &[(&str, Option<&str>, &[u8])]) -> Reply {
        let kind = "multipart/form-data; boundary=cut";
        self.rest(&format!("POST {path}"), kind, form(fields)).await
    }

    /// By the browser's door, with the cookie.
    async fn browser(&self, path: &str, fields: &[(&str, Option<&str>, &[u8])]) -> Reply {
        let more = [
            ("cookie", self.cookie.as_str()),
            ("content-type", "multipart/form-data; boundary=cut"),
        ];
        self.send(&format!("POST {path}"), &more, form(fields)).await
    }

    async fn finished(&self, batch: &str) -> Value {
        let limit = Instant::now() + Duration::from_secs(60);
        loop {
            let batch = self.get(&format!("/resume-batches/{batch}")).await.json(200);
            if batch["state"] != "running" {
                return batch;
            }
            assert!(Instant::now() < limit, "the batch does not end: {batch}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn tokens(&self) -> Value {
        self.get("/tokens").await.json(200)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn resumes_go_all_the_way_by_rest() {
    let house = Bed::new(500).await;
    let path = format!("/interviews/{}/resume-batches", house.interview);
    let reply = house
        .post_form(
            &path,
            &[
                ("files", Some("ana.pdf"), &resume("Ana Lima", "ana@example.com")),
                ("files", Some("ben.pdf"), &resume("Ben Doe", "ben@example.com")),
                ("files", Some("scan.pdf"), &without_text()),
                ("files", Some("cut.pdf"), b"%PDF-1.4\n1 0 obj\n<< /Type /Cat"),
                ("files", Some("photo.jpg"), b"\xff\xd8\xff"),
                ("start", None, b"true"),
            ],
        )
        .await;
    let batch = reply.json(201);
    let id = batch["id"].as_str().unwrap().to_owned();
    assert_eq!(reply.headers["location"], format!("/api/v1/resume-batches/{id}"));
    let batch = house.finished(&id).await;
    assert_eq!(batch["state"], "ready");
    let codes: Vec<_> = batch["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| &file["reason_code"])
        .collect();
    assert_eq!(codes[..3], [&Value::Null, &Value::Null, &json!("scanned")]);
    assert!(codes[3].is_string(), "{batch}");
    assert_eq!(codes[4], &json!("not_a_pdf"));
    let name = &batch["files"][0]["fields"]["name"];
    assert_eq!(
        (&name["value"], &name["source"]),
        (&json!("Ana Lima"), &json!("Ana Lima"))
    );
    assert!(name["confidence"].is_string());
    assert_eq!(
        house.tokens().await,
        json!({"balance": 490, "reserved": 0, "per_resume": 5})
    );

    let file = batch["files"][0]["id"].as_str().unwrap();
    let patch = json!({"fields": {"name": "Ana M. Lima", "graduation_year": 2020, "phone": null}}).to_string();
    let call = format!("PATCH /resume-batches/{id}/files/{file}");
    let after = house.rest(&call, "application/json", patch.into()).await.json(200);
    assert_eq!(after["files"][0]["fields"]["name"]["value"], "Ana M. Lima");
    assert!(after["files"][0]["fields"]["phone"].is_null());
    for wrong in [
        json!({"fields": {"email": "ana@"}}),
        json!({"fields": {"gender": "x"}}),
        json!({"colour": 1}),
    ] {
        let reply = house.rest(&call, "application/json", wrong.to_string().into()).await;
        assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
    }
    let ben = batch["files"][1]["id"].as_str().unwrap();
    let call = format!("DELETE /resume-batches/{id}/files/{ben}");
    assert_eq!(
        house.rest(&call, "application/json", Vec::new()).await.status,
        StatusCode::NO_CONTENT
    );

    let call = format!("POST /resume-batches/{id}/add");
    let done = house.rest(&call, "application/json", Vec::new()).await.json(200);
    assert_eq!((&done["state"], &done["counts"]["added"]), (&json!("done"), &json!(1)));
    let candidate = done["files"][0]["candidate_id"].as_str().unwrap();
    let seen = house.get(&format!("/candidates/{candidate}")).await.json(200);
    assert_eq!(
        (&seen["source"], &seen["resume_file"]),
        (&json!("resume"), &json!("ana.pdf"))
    );

    let pdf = house.get(&format!("/candidates/{candidate}/resume")).await;
    assert_eq!(pdf.bytes, resume("Ana Lima", "ana@example.com"));
    let disposition = pdf.headers["content-disposition"].to_str().unwrap();
    assert!(
        disposition.starts_with("attachment; filename=\"ana.pdf\""),
        "{disposition}"
    );
    assert_eq!(pdf.headers["content-type"], "application/pdf");
    assert_eq!(pdf.headers["x-content-type-options"], "nosniff");

    let entries = house.get("/tokens/entries?limit=2").await.json(200);
    assert_eq!(entries["items"].as_array().unwrap().len(), 2);
    assert!(entries["next_cursor"].is_string());
    let list = house.get(&path).await.json(200);
    assert_eq!(list["items"][0]["id"], id.as_str());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn too_few_tokens_keep_and_charge_nothing() {
    let house = Bed::new(4).await;
    let path = format!("/interviews/{}/resume-batches", house.interview);
    let ana = resume("Ana Lima", "ana@example.com");
    let problem = house
        .post_form(&path, &[("files", Some("ana.pdf"), &ana)])
        .await
        .json(409);
    assert_eq!(problem["type"], "urn:parley:problem:too_few_tokens");
    assert!(
        problem["detail"].as_str().unwrap().contains("1 are missing"),
        "{problem}"
    );
    assert_eq!(house.get(&path).await.json(200)["items"], json!([]));
    assert_eq!(house.tokens().await["balance"], 4);
    // Only uploaded, it says what is missing without taking anything.
    let fields: [(&str, Option<&str>, &[u8]); 2] = [("files", Some("ana.pdf"), &ana), ("start", None, b"false")];
    let batch = house.post_form(&path, &fields).await.json(201);
    assert_eq!(
        (&batch["state"], &batch["cost"], &batch["balance"]),
        (&json!("uploaded"), &json!(5), &json!(4))
    );
    let call = format!("POST /resume-batches/{}/start", batch["id"].as_str().unwrap());
    house.rest(&call, "application/json", Vec::new()).await.json(409);
    parley_services::tokens::grant(&house.services, None, 1, None, None)
        .await
        .unwrap();
    house.rest(&call, "application/json", Vec::new()).await.json(200);
    let batch = house.finished(batch["id"].as_str().unwrap()).await;
    assert_eq!(batch["counts"]["read"], 1);
    assert_eq!(house.tokens().await["balance"], 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_resume_fills_a_form() {
    let house = Bed::new(500).await;
    let ana = resume("Ana Lima", "ana@example.com");
    let found = house
        .post_form("/resumes/extract", &[("file", Some("ana.pdf"), &ana)])
        .await
        .json(200);
    assert_eq!(found["fields"]["email"]["value"], "ana@example.com");
    assert_eq!((&found["engine"], &found["balance"]), (&json!("built_in"), &json!(495)));
    let path = format!("/upload/w/{}/resumes/extract", house.slug);
    let found = house.browser(&path, &[("file", Some("ana.pdf"), &ana)]).await.json(200);
    assert_eq!(found["fields"]["name"]["value"], "Ana Lima");
    let problem = house
        .browser(&path, &[("file", Some("scan.pdf"), &without_text())])
        .await
        .json(422);
    assert!(problem["detail"].as_str().unwrap().starts_with("Scanned"), "{problem}");
    let large = vec![b'x'; 10_000_001];
    house
        .browser(&path, &[("file", Some("large.pdf"), &large)])
        .await
        .json(413);
    house
        .post_form("/resumes/extract", &[("files", Some("a.pdf"), &ana)])
        .await
        .json(422);
    house.post_form("/resumes/extract", &[]).await.json(422);
    assert_eq!(house.tokens().await["balance"], 490);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_resume_with_a_key_is_charged_once() {
    let house = Bed::new(500).await;
    let bearer = format!("Bearer {}", house.key);
    let extract = async |bytes: &[u8]| {
        let more = [
            ("authorization", bearer.as_str()),
            ("content-type", "multipart/form-data; boundary=cut"),
            ("idempotency-key", "once"),
        ];
        let body = form(&[("file", Some("ana.pdf"), bytes)]);
        house.send("POST /api/v1/resumes/extract", &more, body).await
    };
    // What could not be read is neither charged nor remembered.
    extract(&without_text()).await.json(422);
    let ana = resume("Ana Lima", "ana@example.com");
    for _ in 0..2 {
        let found = extract(&ana).await.json(200);
        assert_eq!((&found["cost"], &found["balance"]), (&json!(5), &json!(495)));
        assert_eq!(found["fields"]["email"]["value"], "ana@example.com");
    }
    let other = extract(&resume("Ben Doe", "ben@example.com")).await.json(409);
    assert_eq!(other["type"], "urn:parley:problem:key_reused");
    assert_eq!(house.tokens().await["balance"], 495);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_browser_sends_file_by_file() {
    let house = Bed::new(500).await;
    let id = parley_services::resumes::batch::begin(&house.services, &house.owner, house.interview, true)
        .await
        .unwrap()
        .id;
    let path = format!("/upload/w/{}/resume-batches/{id}/files", house.slug);
    for n in 0..3 {
        let bytes = resume("Ana Lima", &format!("p{n}@example.com"));
        let counts = house.browser(&path, &[("file", Some("a.pdf"), &bytes)]).await.json(201);
        assert_eq!(counts["files"], n + 1);
    }
    let other = format!("/upload/w/{}/resume-batches/{}/files", house.slug, house.interview);
    house
        .browser(&other, &[("file", Some("a.pdf"), b"%PDF-1.4")])
        .await
        .json(404);
    let mut signed_out = house;
    signed_out.cookie = String::new();
    let reply = signed_out.browser(&path, &[("file", Some("a.pdf"), b"%PDF-1.4")]).await;
    assert!(matches!(reply.status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN));
    let call = format!("GET /download/w/{}/candidates/{id}/resume", signed_out.slug);
    assert_eq!(
        signed_out.send(&call, &[], Vec::new()).await.status,
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_is_refused_before_its_file_is_read() {
    let house = Bed::new(500).await;
    let begun = parley_services::resumes::batch::begin(&house.services, &house.owner, house.interview, true).await;
    let id = begun.unwrap().id;
    let path = format!("/upload/w/{}/resume-batches/{id}/files", house.slug);
    house
        .browser(
            &path,
            &[("file", Some("a.pdf"), &resume("Ana Lima", "ana@example.com"))],
        )
        .await
        .json(201);
    let started = format!("POST /resume-batches/{id}/start");
    house.rest(&started, "application/json", Vec::new()).await.json(200);
    for (path, status) in [
        (path, 409),
        (
            format!("/upload/w/{}/resume-batches/{}/files", house.slug, house.interview),
            404,
        ),
        ("/upload/w/elsewhere/resumes/extract".to_owned(), 404),
        (format!("/upload/w/{}/interviews/{id}/imports", house.slug), 404),
    ] {
        // A form of which nothing ever comes.
        let request = Request::builder()
            .method(Method::POST)
            .uri(&path)
            .header("host", "127.0.0.1:3000")
            .header("sec-fetch-site", "same-origin")
            .header("cookie", &house.cookie)
            .header("content-type", "multipart/form-data; boundary=cut")
            .body(Body::from_stream(stream::pending::<Result<Bytes, Infallible>>()))
            .unwrap();
        let answer = tokio::time::timeout(Duration::from_secs(10), house.router.clone().oneshot(request)).await;
        let answer = answer.expect("it waits for the form").unwrap();
        assert_eq!(answer.status().as_u16(), status, "{path}");
    }
}
