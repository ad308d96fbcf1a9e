//! Who stands before and after a report.

use crate::{
    common::TestBed,
    on_both_databases,
    support::{found, order, people, retaken},
};
use parley_domain::session::{Beside, Neighbours, SessionFilter, SessionOrder, SessionRow, Status};
use parley_services::{error::ServiceError, sessions};

on_both_databases!(reports_have_the_neighbours_of_their_list,);

async fn reports_have_the_neighbours_of_their_list(bed: TestBed) {
    let interview = people(&bed).await;
    let everybody = SessionFilter::default();
    let open = SessionFilter {
        status: Some(Status::NotStarted),
        ..Default::default()
    };
    let beside = |id, all, filter: &SessionFilter, sort: &str| {
        let (s, actor, filter, order) = (bed.s.clone(), bed.owner, filter.clone(), order(sort));
        async move { sessions::neighbours(&s, &actor, id, all, &filter, order).await.unwrap() }
    };
    let to = |row: Option<&SessionRow>| {
        row.map(|row| Beside {
            interview,
            session: row.session.id,
        })
    };
    for (filter, sort) in [
        (&everybody, "-added"),
        (&everybody, "name"),
        (&everybody, "-score"),
        (&open, "-name"),
    ] {
        let rows = found(&bed, Some(interview), filter, sort).await;
        for (n, row) in rows.iter().enumerate() {
            let expected = Neighbours {
                previous: to(n.checked_sub(1).and_then(|n| rows.get(n))),
                next: to(rows.get(n + 1)),
            };
            for all in [false, true] {
                assert_eq!(beside(row.session.id, all, filter, sort).await, expected, "{sort} {n}");
            }
        }
    }
    // Whoever moved on after the list was read still has those between whom they stood.
    let rows = found(&bed, Some(interview), &everybody, "-added").await;
    let at = rows.iter().position(|r| r.session.status == Status::Completed).unwrap();
    let still = |row: &&SessionRow| row.session.status == Status::NotStarted;
    let expected = Neighbours {
        previous: to(rows[..at].iter().rev().find(still)),
        next: to(rows[at..].iter().find(still)),
    };
    assert_eq!(beside(rows[at].session.id, false, &open, "-added").await, expected);
    // An earlier attempt is no row; its candidate is.
    let expected = beside(rows[at].session.id, false, &everybody, "-added").await;
    retaken(&bed, rows[at].candidate_id).await;
    assert_eq!(beside(rows[at].session.id, false, &everybody, "-added").await, expected);
    let stranger = bed.stranger().await;
    let theirs = sessions::neighbours(
        &bed.s,
        &stranger,
        rows[0].session.id,
        true,
        &everybody,
        SessionOrder::default(),
    )
    .await;
    assert!(matches!(theirs, Err(ServiceError::NotFound)));
}
