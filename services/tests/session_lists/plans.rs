//! The indexes that lists are read by.

use crate::{
    common::TestBed,
    on_both_databases,
    support::{fill_up, order, page, people},
};
use parley_domain::session::{SessionFilter, SessionOrder, SessionSort, Status};
use parley_services::sessions;

on_both_databases!(an_index_serves_each_sort, an_index_serves_all_interviews,);

/// The plan of each sort, with and without a status: rows come out of an index in their order, nothing is sorted.
async fn an_index_serves_each_sort(bed: TestBed) {
    let interview = people(&bed).await;
    let conn = bed.s.db.read();
    if !bed.s.db.is_sqlite() {
        // A table of eleven rows is read whole whatever there is; the planner is told that this is not an option.
        fill_up(conn).await;
    }
    for by in SessionSort::ALL {
        for status in [None, Some(Status::Completed)] {
            let filter = SessionFilter {
                status,
                ..Default::default()
            };
            for sort in [by.as_str().to_owned(), format!("-{}", by.as_str())] {
                let first = page(&bed, interview, &SessionFilter::default(), &sort, None).await;
                for cursor in [None, first.next.clone()] {
                    let plan = sessions::plan(
                        &bed.s,
                        &bed.owner,
                        Some(interview),
                        &filter,
                        order(&sort),
                        cursor.as_deref(),
                    )
                    .await
                    .unwrap();
                    let text = plan.to_lowercase();
                    assert!(text.contains("session_by_"), "{sort} {status:?}: no index\n{plan}");
                    assert!(
                        !text.contains("b-tree") && !text.contains("sort"),
                        "{sort} {status:?}: sorts\n{plan}"
                    );
                }
            }
        }
    }
}

/// Over all interviews of a workspace too, in the one order that there is: rows come out of an index, and counts do not read
/// a row.
async fn an_index_serves_all_interviews(bed: TestBed) {
    let interview = people(&bed).await;
    let completed = SessionFilter {
        status: Some(Status::Completed),
        ..Default::default()
    };
    let all = sessions::counts(&bed.s, &bed.owner, None, &SessionFilter::default())
        .await
        .unwrap();
    let one = sessions::counts(&bed.s, &bed.owner, Some(interview), &SessionFilter::default())
        .await
        .unwrap();
    assert_eq!((&all, all.all), (&one, 11));
    let last = sessions::completed_last(&bed.s, &bed.owner, 5).await.unwrap();
    assert!(
        last.iter()
            .all(|r| r.interview.as_deref() == Some("Barista") && r.finished.is_some())
    );
    let finished: Vec<_> = last.iter().map(|r| r.session.completed_at).collect();
    assert_eq!(last.len(), 2);
    assert!(finished.is_sorted_by(|a, b| a >= b), "{finished:?}");
    let conn = bed.s.db.read();
    if !bed.s.db.is_sqlite() {
        fill_up(conn).await;
    }
    for filter in [SessionFilter::default(), completed] {
        let plan = sessions::plan(&bed.s, &bed.owner, None, &filter, SessionOrder::default(), None)
            .await
            .unwrap();
        let text = plan.to_lowercase();
        assert!(
            text.contains("session_by_workspace") || text.contains("session_ws_status"),
            "{plan}"
        );
        assert!(
            !text.contains("b-tree") && !text.contains("sort"),
            "{filter:?}: sorts\n{plan}"
        );
    }
}
