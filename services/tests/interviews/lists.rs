//! The list of interviews, page by page.

use crate::{
    common::TestBed,
    on_both_databases,
    support::{fields, titled},
};
use parley_domain::{interview::Interview, paging::PageRequest};
use parley_services::interviews::{self, InterviewFilter};
use serde_json::json;
use std::collections::BTreeSet;

on_both_databases! {
    pages_show_every_interview_once,
}

async fn walk(bed: &TestBed, limit: u64) -> Vec<Interview> {
    let mut request = PageRequest {
        limit: Some(limit),
        cursor: None,
    };
    let mut all = Vec::new();
    for _ in 0..100 {
        let page = interviews::list(&bed.s, &bed.owner, InterviewFilter::default(), &request)
            .await
            .unwrap();
        assert!(page.items.len() as u64 <= limit);
        all.extend(page.items);
        match page.next_cursor {
            Some(next) => request.cursor = Some(next),
            None => return all,
        }
    }
    panic!("the walk does not end");
}

async fn pages_show_every_interview_once(bed: TestBed) {
    assert!(walk(&bed, 3).await.is_empty());
    let mut made = Vec::new();
    for n in 0..10 {
        // Several of one moment: the id decides.
        if n % 3 == 0 {
            bed.clock.advance(1_000);
        }
        made.push(
            interviews::create(&bed.s, &bed.owner, titled(&format!("No {n}")))
                .await
                .unwrap(),
        );
    }
    let whole = walk(&bed, 200).await;
    for limit in [1, 3, 10] {
        assert_eq!(walk(&bed, limit).await, whole, "{limit}");
    }
    let ids = |list: &[Interview]| list.iter().map(|i| i.id).collect::<BTreeSet<_>>();
    assert_eq!(ids(&whole), ids(&made));
    assert!(
        whole
            .windows(2)
            .all(|w| (w[0].updated_at, w[0].id) > (w[1].updated_at, w[1].id))
    );

    bed.clock.advance(1_000);
    interviews::patch(&bed.s, &bed.owner, made[0].id, &json!({"title": "Changed last"}), None)
        .await
        .unwrap();
    assert_eq!(walk(&bed, 3).await[0].id, made[0].id);

    for wrong in [
        PageRequest {
            limit: Some(0),
            cursor: None,
        },
        PageRequest {
            limit: Some(201),
            cursor: None,
        },
    ] {
        let error = interviews::list(&bed.s, &bed.owner, InterviewFilter::default(), &wrong)
            .await
            .unwrap_err();
        assert_eq!(fields(error), ["limit"]);
    }
    let wrong = PageRequest {
        limit: None,
        cursor: Some("nonsense".into()),
    };
    let error = interviews::list(&bed.s, &bed.owner, InterviewFilter::default(), &wrong)
        .await
        .unwrap_err();
    assert_eq!(fields(error), ["cursor"]);
}
