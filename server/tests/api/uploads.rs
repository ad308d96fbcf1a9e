//! Forms with files through the REST door: who may send one is found out before anything of it is read, and no form takes
//! more than it may.

use crate::bed::{Bed, Reply};
use axum::body::{Body, Bytes};
use futures::{StreamExt as _, stream};
use http::Request;
use parley_domain::account::Role;
use serde_json::json;
use std::{convert::Infallible, time::Duration};

const SOME_ID: &str = "01a20b9c-876e-7c29-a412-6054cb96f285";

async fn send(bed: &Bed, key: &str, path: &str, body: Body) -> Reply {
    let request = Request::builder()
        .method("POST")
        .uri(format!("/api/v1{path}"))
        .header("host", "127.0.0.1:3000")
        .header("authorization", format!("Bearer {key}"))
        .header("content-type", "multipart/form-data; boundary=cut")
        .body(body)
        .unwrap();
    bed.send(request).await
}

/// The answer to a form of which nothing ever comes.
async fn unread(bed: &Bed, key: &str, path: &str) -> Reply {
    let never = Body::from_stream(stream::pending::<Result<Bytes, Infallible>>());
    tokio::time::timeout(Duration::from_secs(10), send(bed, key, path, never))
        .await
        .unwrap_or_else(|_| panic!("{path} waits for the form"))
}

/// A form of these fields: the name, the name of a file where it is one, the content.
fn form(fields: &[(&str, Option<&str>, &str)]) -> Body {
    let mut body = String::new();
    for (name, file, content) in fields {
        let file = file.map(|file| format!("; filename=\"{file}\"")).unwrap_or_default();
        body.push_str(&format!(
            "--cut\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n{content}\r\n"
        ));
    }
    body.push_str("--cut--\r\n");
    Body::from(body)
}

fn kept_files(bed: &Bed) -> usize {
    let folder = bed.s.config.data_dir.join("files");
    std::fs::read_dir(folder).map_or(0, Iterator::count)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forms_that_may_not_be_sent_are_refused_unread() {
    let bed = Bed::new().await;
    let member = bed.key(Role::Member).await;
    let viewer = bed.key(Role::Viewer).await;
    let stranger = bed.key_of("away", Role::Owner).await;
    let interview = bed.interview(&member).await;
    let of = |id: &str| {
        [
            format!("/interviews/{id}/resume-batches"),
            format!("/interviews/{id}/imports"),
        ]
    };
    for path in of(&interview) {
        unread(&bed, &viewer, &path).await.problem(403);
        unread(&bed, &stranger, &path).await.problem(404);
    }
    for path in of(SOME_ID) {
        unread(&bed, &member, &path).await.problem(404);
    }
    unread(&bed, &viewer, "/resumes/extract").await.problem(403);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_form_holds_more_than_it_may() {
    let bed = Bed::new().await;
    let key = bed.key(Role::Member).await;
    let interview = bed.interview(&key).await;
    let batches = format!("/interviews/{interview}/resume-batches");
    let many = [("files", Some("a.pdf"), "%PDF-1.4"); 201];
    let refused = send(&bed, &key, &batches, form(&many)).await;
    assert_eq!(refused.problem(422), ["files"]);
    assert!(refused.text.contains("200 files"), "{}", refused.text);
    assert_eq!(kept_files(&bed), 0, "what had arrived is gone");
    let list = bed.call(&key, &format!("GET {batches}"), None).await.ok(200);
    assert_eq!(list.body["items"], json!([]));

    let pdf = ("files", Some("a.pdf"), "%PDF-1.4");
    for (fields, wrong) in [
        (vec![pdf, ("start", None, "false"), ("start", None, "false")], "start"),
        (vec![("colour", None, "red"), pdf], "colour"),
    ] {
        let refused = send(&bed, &key, &batches, form(&fields)).await;
        assert_eq!(refused.problem(422), [wrong]);
    }
    let one = ("file", Some("a.pdf"), "%PDF-1.4");
    let refused = send(&bed, &key, "/resumes/extract", form(&[one, one])).await;
    assert_eq!(refused.problem(422), ["file"]);

    let imports = format!("/interviews/{interview}/imports");
    let table = ("file", Some("people.csv"), "Name\nAna\n");
    for (fields, wrong) in [
        (vec![table, table], "file"),
        (vec![("sheet", None, "A"), ("sheet", None, "B"), table], "sheet"),
        (vec![table, ("colour", None, "red")], "colour"),
    ] {
        let refused = send(&bed, &key, &imports, form(&fields)).await;
        assert_eq!(refused.problem(422), [wrong]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_part_that_never_begins_ends_the_form() {
    let bed = Bed::new().await;
    let key = bed.key(Role::Member).await;
    let interview = bed.interview(&key).await;
    // Far less than the form may have in all, and it never ends.
    let head = stream::iter([Ok::<_, Infallible>(Bytes::from("--cut\r\nX-Head: "))]);
    let filling = stream::iter((0..64).map(|_| Ok::<_, Infallible>(Bytes::from("x".repeat(16 * 1024)))));
    let endless = Body::from_stream(head.chain(filling).chain(stream::pending()));
    let path = format!("/interviews/{interview}/resume-batches");
    let answer = tokio::time::timeout(Duration::from_secs(10), send(&bed, &key, &path, endless)).await;
    answer.expect("the form is read on and on").problem(400);
}
