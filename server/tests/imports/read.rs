//! Files that are read, whatever they are called and however odd they are.

use super::{
    bed::Bed,
    files::{cells, workbook},
};
use http::StatusCode;
use parley_domain::{id::ImportId, import::ImportState};
use parley_services::imports;
use serde_json::json;
use std::time::{Duration, Instant};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_content_of_a_file_counts_not_its_name() {
    let house = Bed::new().await;
    let book = workbook("", &[cells(&["Name"]), cells(&["Ana"])]);
    for (name, bytes) in [
        ("people.csv", &book[..]),
        ("people.pdf", &book),
        ("people.xlsx", b"Name\nAna\n"),
        ("no ending", b"Name\tEmail\nAna\ta@x.example\n"),
    ] {
        let (status, made) = house.upload(name, bytes).await;
        assert_eq!(
            (status, &made["counts"]["new"]),
            (StatusCode::CREATED, &1.into()),
            "{name}: {made}"
        );
    }
}

/// Files that are read, with something in them that a person has to see to or that must do no harm.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn odd_tables_are_read_and_say_what_is_odd() {
    let house = Bed::new().await;
    let made = async |text: &str| {
        let (status, made) = house.upload("people.csv", text.as_bytes()).await;
        assert_eq!(status, StatusCode::CREATED, "{made}");
        made
    };
    // Without a column of names nothing can be confirmed.
    let nameless = made("Colour,Size\nred,4\n").await;
    assert!(nameless["obstacle"].as_str().unwrap().contains("name"), "{nameless}");
    let id: ImportId = nameless["id"].as_str().unwrap().parse().unwrap();
    let refused = imports::confirm(&house.services, &house.owner, id).await;
    assert!(refused.is_err(), "{refused:?}");
    // Of two columns of the same name the first is taken; the other one can be chosen.
    let twice = made("Name,Email,Email\nAna,a@x.example,b@x.example\n").await;
    let fields: Vec<_> = twice["mapping"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| m["field"].clone())
        .collect();
    assert_eq!(fields[..2], [json!("name"), json!("email")]);
    assert_ne!(fields.get(2), Some(&json!("email")));
    // Line breaks, NULs and what looks like a formula are text.
    let harmful = made("Name,Notes,School\n\"=1+1\",\"line 1\nline 2\",@SUM(A1)\nA\0na,-2+3,+1+2\n").await;
    assert_eq!(harmful["counts"]["new"], 2, "{harmful}");
    let id: ImportId = harmful["id"].as_str().unwrap().parse().unwrap();
    imports::confirm(&house.services, &house.owner, id).await.unwrap();
    let limit = Instant::now() + Duration::from_secs(30);
    while imports::get(&house.services, &house.owner, id).await.unwrap().state != ImportState::Done {
        assert!(Instant::now() < limit, "the import does not end");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let (status, export) = house
        .get(&format!(
            "/download/w/{}/interviews/{}/export.csv",
            house.slug, house.interview
        ))
        .await;
    let export = String::from_utf8(export).unwrap();
    assert_eq!(status, StatusCode::OK, "{export}");
    for cell in ["=1+1", "@SUM(A1)", "-2+3", "+1+2"] {
        assert!(export.contains(cell), "{cell} is gone: {export}");
        let at = export
            .match_indices(cell)
            .map(|(at, _)| export[..at].chars().next_back());
        for before in at {
            assert!(
                !matches!(before, Some(',' | '"' | '\n')),
                "{cell} begins a cell: {export}"
            );
        }
    }
    assert!(export.contains("line 1\nline 2") && export.contains("Ana"), "{export}");
}
