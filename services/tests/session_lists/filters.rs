//! Filters, the search, and the counts beside them.

use crate::{
    common::{START, TestBed},
    on_both_databases,
    support::{names, order, page, people},
};
use parley_domain::{
    candidate::Source,
    paging::PageRequest,
    session::{SessionCounts, SessionFilter, SessionPage, Status},
    time::Timestamp,
};
use parley_services::{error::ServiceError, sessions};

on_both_databases!(
    filters_and_counts_agree,
    the_search_finds_parts_and_takes_wildcards_literally,
);

async fn filters_and_counts_agree(bed: TestBed) {
    let interview = people(&bed).await;
    let none = SessionFilter::default();
    let counts = sessions::counts(&bed.s, &bed.owner, Some(interview), &none)
        .await
        .unwrap();
    assert_eq!(
        counts,
        SessionCounts {
            all: 11,
            not_started: 7,
            in_progress: 2,
            completed: 2
        }
    );
    for (status, n) in [(Status::NotStarted, 7), (Status::InProgress, 2), (Status::Completed, 2)] {
        for sort in ["-added", "name", "-score", "status"] {
            let filter = SessionFilter {
                status: Some(status),
                ..none.clone()
            };
            let request = PageRequest::default();
            let p = sessions::list(&bed.s, &bed.owner, Some(interview), &filter, order(sort), &request)
                .await
                .unwrap();
            assert_eq!(p.rows.len(), n, "{status:?} {sort}");
            assert!(p.rows.iter().all(|r| r.session.status == status));
        }
    }
    let narrow = SessionFilter {
        source: Some(Source::Invited),
        added_from: Some(Timestamp::from_millis(START + 1)),
        score_min: Some(5.9),
        status: Some(Status::Completed),
        ..none.clone()
    };
    let p = page(&bed, interview, &narrow, "-added", None).await;
    assert_eq!(names(&p), ["Bo"]);
    let counts = sessions::counts(&bed.s, &bed.owner, Some(interview), &narrow)
        .await
        .unwrap();
    assert_eq!(
        counts,
        SessionCounts {
            all: 1,
            completed: 1,
            ..Default::default()
        }
    );
    let empty = SessionFilter {
        added_to: Some(Timestamp::from_millis(START)),
        ..none.clone()
    };
    assert_eq!(
        page(&bed, interview, &empty, "name", None).await,
        SessionPage::default()
    );
    let wrong = SessionFilter {
        score_min: Some(11.0),
        ..none
    };
    let refused = sessions::counts(&bed.s, &bed.owner, Some(interview), &wrong)
        .await
        .unwrap_err();
    assert!(matches!(refused, ServiceError::Invalid(e) if e[0].field == "score_min"));
}

async fn the_search_finds_parts_and_takes_wildcards_literally(bed: TestBed) {
    let interview = people(&bed).await;
    let cases = [
        ("ANA", 2),
        ("emile", 1),
        ("小明", 1),
        ("p4@ex", 1),
        ("School 2", 3),
        ("%", 1),
        ("_", 1),
        ("50% off_er", 1),
        ("\\", 0),
        ("' OR 1=1 --", 0),
        ("  ", 11),
    ];
    for (q, n) in cases {
        let filter = SessionFilter {
            q: Some(q.into()),
            ..Default::default()
        };
        let counts = sessions::counts(&bed.s, &bed.owner, Some(interview), &filter)
            .await
            .unwrap();
        assert_eq!(counts.all, n, "{q}");
        let request = PageRequest::default();
        let p = sessions::list(&bed.s, &bed.owner, Some(interview), &filter, order("name"), &request)
            .await
            .unwrap();
        assert_eq!(i64::try_from(p.rows.len()).unwrap(), n, "{q}");
    }
}
