//! Every kind of error, as problem details.

use crate::bed::Bed;
use axum::body::Body;
use futures::StreamExt;
use http::Request;
use parley_domain::account::Role;
use parley_services::limits::Rates;
use serde_json::json;
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

fn raw(method: &str, path: &str, key: &str, kind: Option<&str>, body: impl Into<Body>) -> Request<Body> {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header("authorization", format!("Bearer {key}"));
    if let Some(kind) = kind {
        request = request.header("content-type", kind);
    }
    request.body(body.into()).unwrap()
}

#[tokio::test]
async fn without_a_valid_key_nothing_is_answered() {
    let bed = Bed::new().await;
    for header in [
        None,
        Some("Bearer pk_nonsense"),
        Some("Bearer "),
        Some("Basic pk_x"),
        Some("pk_x"),
    ] {
        let mut request = Request::get("/api/v1/interviews");
        if let Some(value) = header {
            request = request.header("authorization", value);
        }
        let reply = bed.send(request.body(Body::empty()).unwrap()).await;
        reply.problem(401);
        assert!(reply.header("www-authenticate").starts_with("Bearer"));
    }
}

#[tokio::test]
async fn addresses_methods_and_ids_that_there_are_not() {
    let bed = Bed::new().await;
    let key = bed.key(Role::Owner).await;
    for path in [
        "/api",
        "/api/",
        "/api/v1",
        "/api/v1/",
        "/api/v1/nothing",
        "/api/v2/interviews",
        "/api/v1/interviews/",
    ] {
        let reply = bed.send(raw("GET", path, &key, None, Body::empty())).await;
        assert_eq!(reply.header("content-type"), "application/problem+json", "{path}");
        reply.problem(404);
    }
    let wrong = bed.call(&key, "PUT /interviews", None).await;
    wrong.problem(405);
    assert!(
        wrong.header("allow").contains("GET") && wrong.header("allow").contains("POST"),
        "{}",
        wrong.header("allow")
    );
    for path in [
        "/interviews/nonsense",
        "/candidates/1",
        "/interviews/%00",
        "/interviews/00000000-0000-0000-0000-00000000000",
    ] {
        bed.call(&key, &format!("GET {path}"), None).await.problem(404);
    }
    bed.call(&key, "GET /interviews/00000000-0000-0000-0000-000000000000", None)
        .await
        .problem(404);
}

#[tokio::test]
async fn bodies_that_cannot_be_read() {
    let bed = Bed::new().await;
    let key = bed.key(Role::Owner).await;
    let json = Some("application/json");
    let post = |kind, body: Vec<u8>| bed.send(raw("POST", "/api/v1/interviews", &key, kind, body));
    post(None, b"{}".to_vec()).await.problem(415);
    post(Some("text/plain"), b"{}".to_vec()).await.problem(415);
    for broken in [
        &b""[..],
        b"{",
        b"{\"title\": }",
        b"\xff\xfe",
        b"{\"title\": \"\\ud800\"}",
    ] {
        post(json, broken.to_vec()).await.problem(400);
    }
    assert!(
        post(json, "[".repeat(100_000).into_bytes())
            .await
            .problem(400)
            .is_empty()
    );
    post(json, vec![b' '; 9 * 1024 * 1024]).await.problem(413);
    // Small as text, and very large once it is read.
    let many = format!("[{}]", vec![r#"{"":0}"#; 200_000].join(","));
    post(json, many.into_bytes()).await.problem(413);
    assert_eq!(post(json, b"{}".to_vec()).await.problem(422), ["title"]);
    assert_eq!(post(json, b"[]".to_vec()).await.problem(422).len(), 1);
    assert_eq!(post(json, b"null".to_vec()).await.problem(422), [""]);
    assert_eq!(
        post(json, br#"{"title":"x","colour":1}"#.to_vec()).await.problem(422),
        ["colour"]
    );
    assert_eq!(
        post(Some("application/json; charset=utf-8"), br#"{"title":"x"}"#.to_vec())
            .await
            .status,
        201
    );
    let patch = json!({"title": null, "settings": {"speed": 1}});
    let id = bed.interview(&key).await;
    assert_eq!(
        bed.call(&key, &format!("PATCH /interviews/{id}"), Some(patch))
            .await
            .problem(422)
            .len(),
        1
    );
    bed.call(&key, &format!("PATCH /interviews/{id}"), Some(json!([1])))
        .await
        .problem(422);
}

#[tokio::test]
async fn queries_that_do_not_fit_name_the_parameter() {
    let bed = Bed::new().await;
    let key = bed.key(Role::Owner).await;
    for (query, field) in [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=many", "limit"),
        ("limit=-1", "limit"),
        ("cursor=nonsense", "cursor"),
        ("state=happy", "state"),
        ("sate=open", "sate"),
        ("state=open&state=draft", "state"),
        ("cursor=%00", "cursor"),
    ] {
        assert_eq!(
            bed.call(&key, &format!("GET /interviews?{query}"), None)
                .await
                .problem(422),
            [field],
            "{query}"
        );
    }
    bed.call(&key, "GET /interviews?state=&limit=&cursor=", None)
        .await
        .ok(200);
}

#[tokio::test]
async fn a_key_that_asks_too_often_waits() {
    let bed = Bed::with_rates(Rates {
        key_requests: 3,
        ..Rates::default()
    })
    .await;
    let (key, other) = (bed.key(Role::Viewer).await, bed.key(Role::Viewer).await);
    for left in ["2", "1", "0"] {
        let reply = bed.call(&key, "GET /interviews", None).await.ok(200);
        assert_eq!(
            (reply.header("ratelimit-limit"), reply.header("ratelimit-remaining")),
            ("3", left)
        );
        assert_eq!(reply.header("cache-control"), "no-store");
    }
    let refused = bed.call(&key, "GET /interviews", None).await;
    refused.problem(429);
    assert_eq!(refused.header("retry-after"), "20");
    assert_eq!(refused.header("ratelimit-remaining"), "0");
    bed.call(&other, "GET /interviews", None).await.ok(200);
    bed.clock.advance(20_000);
    bed.call(&key, "GET /interviews", None).await.ok(200);
    bed.call(&key, "GET /interviews", None).await.problem(429);
}

#[tokio::test]
async fn cookies_are_not_read_and_other_sites_get_nothing() {
    let bed = Bed::new().await;
    let request = Request::get("/api/v1/interviews")
        .header("cookie", "parley_login=x")
        .body(Body::empty())
        .unwrap();
    let reply = bed.send(request).await;
    reply.problem(401);
    assert_eq!(reply.header("access-control-allow-origin"), "");
    assert_eq!(reply.header("x-content-type-options"), "nosniff");
}

/// A body of so many pieces of 64 kB, and how many of them were taken.
fn pieces(many: usize) -> (Body, Arc<AtomicUsize>) {
    let taken = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&taken);
    let pieces = futures::stream::iter(0..many).map(move |_| {
        counter.fetch_add(1, Ordering::Relaxed);
        Ok::<_, std::io::Error>(vec![b'x'; 64 * 1024])
    });
    (Body::from_stream(pieces), taken)
}

/// A body that is left in the socket has the connection reset, and the client never reads why.
#[tokio::test]
async fn what_is_refused_unread_is_read_out_first() {
    let bed = Bed::new().await;
    let path = "/api/v1/interviews/01912345-6789-7abc-8def-0123456789ab/imports";
    let kind = Some("multipart/form-data; boundary=cut");
    for (many, all) in [(100, true), (600, false)] {
        let (body, taken) = pieces(many);
        bed.send(raw("POST", path, "pk_nonsense", kind, body))
            .await
            .problem(401);
        let taken = taken.load(Ordering::Relaxed);
        assert_eq!(taken == many, all, "{taken} of {many}");
    }
    // Who waits to be told to send is not told.
    let (body, taken) = pieces(3);
    let mut waits = raw("POST", path, "pk_nonsense", kind, body);
    waits.headers_mut().insert("expect", "100-continue".parse().unwrap());
    bed.send(waits).await.problem(401);
    assert_eq!(taken.load(Ordering::Relaxed), 0);
    // A form that is too large is read to its limit, and the rest thrown away.
    let key = bed.key(Role::Member).await;
    let (body, taken) = pieces(300);
    bed.send(raw("POST", "/api/v1/interviews", &key, Some("application/json"), body))
        .await
        .problem(413);
    assert_eq!(taken.load(Ordering::Relaxed), 300);
}
