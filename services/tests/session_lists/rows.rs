//! What a row says, and whose rows are there.

use crate::{
    common::{TestBed, token},
    on_both_databases,
    support::{order, page, people},
};
use parley_domain::{
    account::Role,
    paging::PageRequest,
    session::{SessionCounts, SessionFilter, SessionPage, Verdict},
    time::MINUTE,
};
use parley_services::{
    candidates,
    conversation::{self, StartInput},
    error::ServiceError,
    jobs, sessions,
};

on_both_databases!(
    rows_say_what_a_creator_sees,
    nothing_crosses_a_workspace,
    deleted_candidates_are_gone_from_every_list,
);

async fn rows_say_what_a_creator_sees(bed: TestBed) {
    let interview = bed.interview(3, |_| {}).await;
    let candidate = bed.candidate(interview, "Ana", Some("ana@example.org")).await;
    let start = StartInput {
        consent: true,
        language: "en".into(),
        ..Default::default()
    };
    conversation::start(&bed.s, &token(&candidate), start).await.unwrap();
    let filter = SessionFilter::default();
    let row = page(&bed, interview, &filter, "-added", None).await.rows.remove(0);
    assert_eq!((row.session.question_number, row.session.question_total), (1, 3));
    assert!(row.active_now);
    assert_eq!(row.invite_url, candidate.invite_url);
    assert_eq!(row.added.exact, "Tue 24 Nov 2026, 10:00:00 Europe/Berlin");
    bed.clock.advance(2 * MINUTE);
    let viewer = bed.member(Role::Viewer);
    let request = PageRequest::default();
    let rows = sessions::list(&bed.s, &viewer, Some(interview), &filter, order("-added"), &request)
        .await
        .unwrap()
        .rows;
    assert!(!rows[0].active_now);
    assert_eq!(rows[0].invite_url, None, "viewers never see links");
    assert_eq!(rows[0].seen.as_ref().unwrap().short, "2 min ago");
}

async fn nothing_crosses_a_workspace(bed: TestBed) {
    let interview = people(&bed).await;
    let stranger = bed.stranger().await;
    let (filter, request) = (SessionFilter::default(), PageRequest::default());
    let theirs = sessions::list(&bed.s, &stranger, Some(interview), &filter, order("name"), &request).await;
    assert!(matches!(theirs, Err(ServiceError::NotFound)));
    let all = sessions::list(&bed.s, &stranger, None, &filter, order("-added"), &request)
        .await
        .unwrap();
    assert_eq!(all, SessionPage::default());
    let counts = sessions::counts(&bed.s, &stranger, None, &filter).await.unwrap();
    assert_eq!(counts, SessionCounts::default());
    let mine = sessions::list(&bed.s, &bed.owner, None, &filter, order("-added"), &request)
        .await
        .unwrap();
    assert_eq!(mine.rows.len(), 11);
    let id = mine.rows[0].session.id;
    for refused in [
        sessions::get(&bed.s, &stranger, id).await.err(),
        sessions::transcript(&bed.s, &stranger, id).await.err(),
        sessions::events(&bed.s, &stranger, id).await.err(),
        sessions::report(&bed.s, &stranger, id).await.err(),
        sessions::decide(&bed.s, &stranger, id, Verdict::Hold, "").await.err(),
    ] {
        assert!(matches!(refused, Some(ServiceError::NotFound)), "{refused:?}");
    }
}

async fn deleted_candidates_are_gone_from_every_list(bed: TestBed) {
    let interview = people(&bed).await;
    let filter = SessionFilter::default();
    let row = page(&bed, interview, &filter, "name", None).await.rows.remove(0);
    candidates::delete(&bed.s, &bed.owner, &[row.candidate_id])
        .await
        .unwrap();
    let counts = sessions::counts(&bed.s, &bed.owner, Some(interview), &filter)
        .await
        .unwrap();
    assert_eq!(counts.all, 10);
    assert_ne!(
        page(&bed, interview, &filter, "name", None).await.rows[0].candidate_id,
        row.candidate_id
    );
    assert!(matches!(
        sessions::get(&bed.s, &bed.owner, row.session.id).await,
        Err(ServiceError::NotFound)
    ));
    candidates::restore(&bed.s, &bed.owner, &[row.candidate_id])
        .await
        .unwrap();
    assert_eq!(jobs::run_due(&bed.s).await.unwrap(), 0);
    assert_eq!(
        page(&bed, interview, &filter, "name", None).await.rows[0].candidate_id,
        row.candidate_id
    );
}
