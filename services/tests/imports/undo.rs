//! Taking an import back.

use crate::{
    common::TestBed,
    on_both_databases,
    support::{PEOPLE, choose, person, uploaded},
    tables::{confirmed, here, people, sums_hold},
};
use parley_domain::{
    import::{ImportState, ImportWork, OnDuplicate},
    time::DAY,
};
use parley_services::{
    candidates,
    entity::{import, session},
    error::ServiceError,
    imports,
};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::json;

on_both_databases!(
    update_changes_filled_cells_and_undo_gives_them_back,
    undo_leaves_who_has_started,
    undo_tells_how_far_it_is,
);

async fn update_changes_filled_cells_and_undo_gives_them_back(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    let ben = bed.candidate(interview, "Ben", Some("ben@x.example")).await;
    let eve = bed.candidate(interview, "Eve", Some("eve@x.example")).await;
    let change = json!({"phone": "020 7946 0000", "school": "UCL"});
    candidates::patch(&s, &bed.owner, ben.id, &change).await.unwrap();
    let text = "Name,Email,Phone,School\nBenjamin,ben@x.example,,KCL\nEvelyn,eve@x.example,+33 6 12 34 56 78,\n";
    let import = uploaded(&s, &bed, interview, text).await;
    imports::patch(&s, &bed.owner, import.id, choose(OnDuplicate::Update))
        .await
        .unwrap();
    let done = confirmed(&s, &bed, import.id).await;
    assert_eq!((done.counts.added, done.counts.updated), (Some(0), Some(2)));
    let fields = async |id| candidates::get(&s, &bed.owner, id).await.unwrap().fields;
    let updated = fields(ben.id).await;
    assert_eq!(updated.name, "Ben", "update must not rename");
    assert_eq!(
        (updated.phone.as_deref(), updated.school.as_deref()),
        (Some("020 7946 0000"), Some("KCL"))
    );
    assert_eq!(fields(eve.id).await.phone.as_deref(), Some("+33 6 12 34 56 78"));

    // Edited since: undo leaves it.
    candidates::patch(&s, &bed.owner, eve.id, &json!({"phone": "11111"}))
        .await
        .unwrap();
    let undone = imports::undo(&s, &bed.owner, import.id).await.unwrap();
    assert_eq!(undone.state, ImportState::Undone);
    let counts = undone.counts;
    assert_eq!(
        (counts.removed, counts.restored, counts.kept),
        (Some(0), Some(1), Some(1))
    );
    assert_eq!(fields(ben.id).await.school.as_deref(), Some("UCL"));
    assert_eq!(fields(eve.id).await.phone.as_deref(), Some("11111"));
    sums_hold(&s, &bed.owner, import.id).await;
    assert_eq!(imports::undo(&s, &bed.owner, import.id).await.unwrap().counts, counts);
}

async fn undo_leaves_who_has_started(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    let import = uploaded(&s, &bed, interview, PEOPLE).await;
    assert!(matches!(
        imports::undo(&s, &bed.owner, import.id).await,
        Err(ServiceError::Conflict { .. })
    ));
    confirmed(&s, &bed, import.id).await;
    let ana = person(&s, &bed, interview, "ana@x.example").await;
    session::Entity::update_many()
        .col_expr(session::Column::Status, "in_progress".into())
        .filter(session::Column::CandidateId.eq(ana.id.0))
        .exec(s.db.read())
        .await
        .unwrap();
    let undone = imports::undo(&s, &bed.owner, import.id).await.unwrap();
    assert_eq!((undone.counts.removed, undone.counts.kept), (Some(2), Some(1)));
    let left = people(&s, interview).await;
    assert_eq!(left.iter().map(|row| row.id).collect::<Vec<_>>(), [ana.id.0]);
    let listed = session::Entity::find()
        .filter(session::Column::InterviewId.eq(interview.0))
        .filter(session::Column::Listed.eq(true));
    assert_eq!(listed.count(s.db.read()).await.unwrap(), 1);
    sums_hold(&s, &bed.owner, import.id).await;
}

async fn undo_tells_how_far_it_is(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    let import = uploaded(&s, &bed, interview, PEOPLE).await;
    let done = confirmed(&s, &bed, import.id).await;
    assert_eq!(done.counts.removed, None);
    // Half-way, and in the hands of a process that is not seen here.
    import::Entity::update_many()
        .col_expr(import::Column::Work, "undo".into())
        .col_expr(import::Column::LeaseUntil, s.now().plus(DAY).millis().into())
        .col_expr(import::Column::Removed, 2_i32.into())
        .filter(import::Column::Id.eq(import.id.0))
        .exec(s.db.read())
        .await
        .unwrap();
    let now = imports::get(&s, &bed.owner, import.id).await.unwrap();
    assert_eq!((now.state, now.work), (ImportState::Done, Some(ImportWork::Undo)));
    let counts = now.counts;
    assert_eq!(
        (counts.removed, counts.restored, counts.kept),
        (Some(2), Some(0), Some(0))
    );
}
