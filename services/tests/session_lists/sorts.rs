//! Sorting and turning pages.

use crate::{
    common::TestBed,
    on_both_databases,
    support::{names, order, page, people},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use parley_domain::{
    paging::PageRequest,
    session::{SessionFilter, SessionSort},
};
use parley_services::{error::ServiceError, sessions};
use serde_json::{Value, json};
use std::collections::BTreeSet;

on_both_databases!(
    every_sort_walks_every_row_once_both_ways,
    cursors_of_other_lists_are_refused,
);

async fn every_sort_walks_every_row_once_both_ways(bed: TestBed) {
    let interview = people(&bed).await;
    let filter = SessionFilter::default();
    for by in SessionSort::ALL {
        for direction in ["", "-"] {
            let sort = format!("{direction}{}", by.as_str());
            let (mut there, mut pages, mut cursor) = (Vec::new(), Vec::new(), None);
            loop {
                let p = page(&bed, interview, &filter, &sort, cursor).await;
                assert_eq!(p.previous.is_some(), !pages.is_empty());
                there.extend(p.rows.iter().map(|r| r.session.id));
                cursor = p.next.clone();
                pages.push(p);
                if cursor.is_none() {
                    break;
                }
            }
            assert_eq!((there.len(), pages.len()), (11, 3), "{sort}");
            assert_eq!(there.iter().collect::<BTreeSet<_>>().len(), 11, "{sort} repeats a row");
            let mut back = Vec::new();
            let mut cursor = pages[2].previous.clone();
            while let Some(c) = cursor {
                let p = page(&bed, interview, &filter, &sort, Some(c)).await;
                assert!(p.next.is_some());
                back.splice(0..0, p.rows.iter().map(|r| r.session.id));
                cursor = p.previous;
            }
            assert_eq!(back, there[..8], "{sort} backwards");
        }
    }
    let first = page(&bed, interview, &filter, "name", None).await;
    assert_eq!(
        names(&first),
        ["50% off_er", "ana", "Ana", "Bo"],
        "sorted without regard to case"
    );
    let best = page(&bed, interview, &filter, "-score", None).await;
    assert_eq!(best.rows[0].score, Some(6.0));
    let newest = page(&bed, interview, &filter, "-added", None).await;
    assert_eq!(names(&newest), ["Omar", "50% off_er", "d", "Émile"]);
}

async fn cursors_of_other_lists_are_refused(bed: TestBed) {
    let interview = people(&bed).await;
    let filter = SessionFilter::default();
    let next = page(&bed, interview, &filter, "name", None).await.next;
    // One of this order, but with a key that no row can have: a number for a name, and what PostgreSQL takes in no text.
    let forged = |key: Value| {
        let bytes = URL_SAFE_NO_PAD.decode(next.as_deref().unwrap()).unwrap();
        let mut cursor: Value = serde_json::from_slice(&bytes).unwrap();
        cursor["k"] = json!([key]);
        Some(URL_SAFE_NO_PAD.encode(cursor.to_string()))
    };
    for (sort, cursor) in [
        ("-name", next.clone()),
        ("name", Some("nonsense".into())),
        ("name", forged(json!(5))),
        ("name", forged(json!("a\0"))),
    ] {
        let request = PageRequest { limit: None, cursor };
        let refused = sessions::list(&bed.s, &bed.owner, Some(interview), &filter, order(sort), &request).await;
        assert!(matches!(refused, Err(ServiceError::Invalid(e)) if e[0].field == "cursor"));
    }
    let request = PageRequest {
        limit: Some(201),
        cursor: None,
    };
    let refused = sessions::list(&bed.s, &bed.owner, Some(interview), &filter, order("name"), &request).await;
    assert!(matches!(refused, Err(ServiceError::Invalid(e)) if e[0].field == "limit"));
}
