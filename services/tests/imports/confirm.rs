//! What is confirmed is imported, once, and accounted for.

use crate::{
    common::TestBed,
    on_both_databases,
    support::{PEOPLE, choose, person, set, uploaded},
    tables::{all_rows, confirmed, finished, here, people, sums_hold, upload},
};
use parley_domain::{
    candidate::{CandidateInput, Source},
    import::{ImportState, OnDuplicate},
};
use parley_services::{
    candidates,
    error::ServiceError,
    imports::{self, RowFilter},
};

on_both_databases!(
    confirming_adds_once_and_accounts_for_all,
    confirming_many_times_at_once_imports_once,
    confirming_figures_that_hold_no_more_is_refused,
    add_anyway_adds_everyone,
    rejected_rows_come_back_corrected,
    people_who_came_meanwhile_are_not_added_twice,
);

async fn confirming_adds_once_and_accounts_for_all(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(2, |_| {}).await;
    bed.candidate(interview, "Ben", Some("ben@x.example")).await;
    let import = uploaded(&s, &bed, interview, PEOPLE).await;
    let done = confirmed(&s, &bed, import.id).await;
    assert_eq!(done.state, ImportState::Done);
    let counts = done.counts;
    assert_eq!(
        (counts.added, counts.updated, counts.skipped, counts.rejected),
        (Some(2), Some(0), Some(2), 2)
    );
    sums_hold(&s, &bed.owner, import.id).await;

    let ana = person(&s, &bed, interview, "ana@x.example").await;
    assert_eq!((ana.fields.name.as_str(), ana.source), ("Ana Lima", Source::Imported));
    assert_eq!(
        (ana.fields.graduation_year, ana.fields.school.as_deref()),
        (Some(2024), Some("UPM"))
    );
    assert!(ana.invite_url.is_some());
    assert_eq!(ana.session.attempt, 1);
    let rows = all_rows(&s, &bed.owner, import.id, RowFilter::default()).await;
    assert_eq!(rows[0].candidate_id, Some(ana.id));
    assert_eq!(
        rows[2].reason.as_deref(),
        Some("An earlier row of the file has this email.")
    );

    // Again, later: nothing more happens.
    assert_eq!(confirmed(&s, &bed, import.id).await.counts, counts);
    let again = uploaded(&s, &bed, interview, PEOPLE).await;
    let again = confirmed(&s, &bed, again.id).await;
    assert_eq!((again.counts.added, again.counts.skipped), (Some(0), Some(4)));
    assert!(
        std::fs::read_dir(bed.dir().join("imports")).unwrap().next().is_none(),
        "a finished file lies around"
    );
}

async fn confirming_many_times_at_once_imports_once(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    let import = uploaded(&s, &bed, interview, PEOPLE).await;
    let confirms = (0..20).map(|_| imports::confirm(&s, &bed.owner, import.id));
    for outcome in futures::future::join_all(confirms).await {
        outcome.unwrap();
    }
    let done = finished(&s, &bed.owner, import.id).await;
    assert_eq!(done.counts.added, Some(3));
    assert_eq!(people(&s, interview).await.len(), 3);
    sums_hold(&s, &bed.owner, import.id).await;
}

async fn confirming_figures_that_hold_no_more_is_refused(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    let import = uploaded(&s, &bed, interview, PEOPLE).await;
    imports::patch(&s, &bed.owner, import.id, choose(OnDuplicate::Update))
        .await
        .unwrap();
    let refused = imports::confirm_seen(&s, &bed.owner, import.id, OnDuplicate::Skip).await;
    assert!(
        matches!(
            refused,
            Err(ServiceError::Conflict {
                code: "changed_meanwhile",
                ..
            })
        ),
        "{refused:?}"
    );
    assert!(people(&s, interview).await.is_empty());
    let seen = imports::confirm_seen(&s, &bed.owner, import.id, OnDuplicate::Update).await;
    assert_ne!(seen.unwrap().state, ImportState::Preview);
    finished(&s, &bed.owner, import.id).await;
    // Confirmed already: a repetition is answered, whatever it saw.
    let again = imports::confirm_seen(&s, &bed.owner, import.id, OnDuplicate::Skip).await;
    assert_eq!(again.unwrap().state, ImportState::Done);
    sums_hold(&s, &bed.owner, import.id).await;
}

async fn add_anyway_adds_everyone(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    let ben = bed.candidate(interview, "Ben", Some("ben@x.example")).await;
    let text = "Name,Email\nBen B,ben@x.example\nAna,ana@x.example\nAna A,ana@x.example\n";
    let import = uploaded(&s, &bed, interview, text).await;
    imports::patch(&s, &bed.owner, import.id, choose(OnDuplicate::Add))
        .await
        .unwrap();
    let done = confirmed(&s, &bed, import.id).await;
    assert_eq!((done.counts.added, done.counts.skipped), (Some(3), Some(0)));
    let twin = people(&s, interview)
        .await
        .into_iter()
        .find(|row| row.name == "Ben B")
        .unwrap();
    assert_eq!(twin.possible_duplicate_of, Some(ben.id.0));
    sums_hold(&s, &bed.owner, import.id).await;
}

async fn rejected_rows_come_back_corrected(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    let import = uploaded(&s, &bed, interview, PEOPLE).await;
    confirmed(&s, &bed, import.id).await;
    let bytes = imports::rejected_xlsx(&s, &bed.owner, import.id).await.unwrap();
    let again = upload(&s, &bed.owner, interview, &bytes).await.unwrap();
    assert_eq!((again.counts.rows, again.counts.rejected), (2, 2));
    imports::correct(&s, &bed.owner, again.id, 2, &set(1, "anna@x.example"))
        .await
        .unwrap();
    imports::correct(&s, &bed.owner, again.id, 3, &set(0, "Somebody"))
        .await
        .unwrap();
    let done = confirmed(&s, &bed, again.id).await;
    assert_eq!((done.counts.added, done.counts.rejected), (Some(2), 0));
    let nobody = candidates::get(&s, &bed.owner, person(&s, &bed, interview, "anna@x.example").await.id)
        .await
        .unwrap();
    assert_eq!(nobody.fields.notes, None, "the reason column must not be imported");
    let none = imports::rejected_xlsx(&s, &bed.owner, again.id).await;
    assert!(matches!(
        none,
        Err(ServiceError::Conflict {
            code: "none_rejected",
            ..
        })
    ));
}

async fn people_who_came_meanwhile_are_not_added_twice(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    let import = uploaded(&s, &bed, interview, PEOPLE).await;
    assert_eq!(import.counts.already_here, Some(0));
    bed.candidate(interview, "Ana", Some("ana@x.example")).await;
    let walk_in = CandidateInput {
        name: "Ben".into(),
        email: Some("ben@x.example".into()),
        ..Default::default()
    };
    let refuse = candidates::OnDuplicate::Refuse;
    let walk_in = candidates::create(&s, &bed.owner, interview, walk_in, Source::PublicLink, refuse)
        .await
        .unwrap();
    let done = confirmed(&s, &bed, import.id).await;
    assert_eq!((done.counts.added, done.counts.skipped), (Some(2), Some(2)));
    let ben = people(&s, interview)
        .await
        .into_iter()
        .find(|row| row.name == "Ben Doe")
        .unwrap();
    assert_eq!(ben.possible_duplicate_of, Some(walk_in.id.0));
    sums_hold(&s, &bed.owner, import.id).await;
}
