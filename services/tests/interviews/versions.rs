//! What a version is, when one is pinned, and what archiving does to those inside.

use crate::{
    common::{TestBed, token},
    on_both_databases,
    support::current_version,
};
use parley_domain::{
    id::InterviewId,
    interview::InterviewState,
    paging::PageRequest,
    session::{EndReason, Status},
};
use parley_services::{
    candidates,
    conversation::{self, StartInput},
    entity::{interview_version, session},
    interviews::{self, InterviewFilter},
};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::json;

on_both_databases! {
    versions_are_written_in_place_until_somebody_starts,
    archiving_ends_those_inside,
    a_start_beside_a_save_asks_what_is_pinned,
}

async fn versions(bed: &TestBed, id: InterviewId) -> u64 {
    interview_version::Entity::find()
        .filter(interview_version::Column::InterviewId.eq(id.0))
        .count(bed.s.db.read())
        .await
        .unwrap()
}

async fn versions_are_written_in_place_until_somebody_starts(bed: TestBed) {
    let id = bed.interview(2, |_| {}).await;
    let rename = |text: &str| json!({"objective": text});
    interviews::patch(&bed.s, &bed.owner, id, &rename("one"), None)
        .await
        .unwrap();
    interviews::patch(&bed.s, &bed.owner, id, &rename("two"), None)
        .await
        .unwrap();
    assert_eq!(versions(&bed, id).await, 1);

    let ana = bed.candidate(id, "Ana", None).await;
    let input = StartInput {
        consent: true,
        language: "en".into(),
        ..Default::default()
    };
    conversation::start(&bed.s, &token(&ana), input).await.unwrap();
    let started_on = current_version(&bed, id).await;
    assert_eq!((started_on.number, started_on.objective.as_str()), (1, "two"));

    // What is read live makes no new version, and neither does content that stays the same.
    let live = json!({"title": "Barista, evenings", "settings": {"inactivity_days": 3, "invite_expiry_days": 9}});
    let changed = interviews::patch(&bed.s, &bed.owner, id, &live, None).await.unwrap();
    assert_eq!(changed.content.settings.inactivity_days, 3);
    assert_eq!(versions(&bed, id).await, 1);
    assert_eq!(current_version(&bed, id).await.settings.invite_expiry_days, Some(9));

    // Pinned content is copied; the one that a session has started on never changes.
    interviews::patch(&bed.s, &bed.owner, id, &rename("three"), None)
        .await
        .unwrap();
    interviews::patch(&bed.s, &bed.owner, id, &json!({"settings": {"tone": "formal"}}), None)
        .await
        .unwrap();
    assert_eq!(versions(&bed, id).await, 2);
    let now = current_version(&bed, id).await;
    assert_eq!((now.number, now.objective.as_str()), (2, "three"));
    let then = interviews::version(bed.s.db.read(), bed.workspace, started_on.id)
        .await
        .unwrap();
    assert_eq!(then.objective, "two");
    assert_eq!(then.questions, started_on.questions);
    assert_eq!(then.settings.tone, started_on.settings.tone);
}

async fn a_start_beside_a_save_asks_what_is_pinned(bed: TestBed) {
    for _ in 0..12 {
        let id = bed.interview(1, |_| {}).await;
        let ana = bed.candidate(id, "Ana", None).await;
        let (s, token) = (bed.s.clone(), token(&ana));
        let start = tokio::spawn(async move {
            let input = StartInput {
                consent: true,
                language: "en".into(),
                ..Default::default()
            };
            conversation::start(&s, &token, input).await.unwrap()
        });
        let (s, owner) = (bed.s.clone(), bed.owner);
        let save = tokio::spawn(async move {
            let change = json!({"questions": [{"text": "Something else entirely?"}]});
            interviews::patch(&s, &owner, id, &change, None).await.unwrap()
        });
        let (view, saved) = (start.await.unwrap(), save.await.unwrap());
        assert_eq!(saved.content.questions[0].text, "Something else entirely?");
        let row = session::Entity::find_by_id(ana.session.id.0)
            .one(bed.s.db.read())
            .await
            .unwrap()
            .unwrap();
        let pinned = row.version_id.unwrap().into();
        let pinned = interviews::version(bed.s.db.read(), bed.workspace, pinned)
            .await
            .unwrap();
        let asked = view.question.unwrap();
        assert_eq!(asked.text, pinned.questions[0].text);
        let said = view
            .turns
            .iter()
            .any(|turn| turn.text.contains(&pinned.questions[0].text));
        assert!(said, "{:?} is not in {:?}", pinned.questions[0].text, view.turns);
    }
}

async fn archiving_ends_those_inside(bed: TestBed) {
    let id = bed.interview(2, |_| {}).await;
    let inside = bed.candidate(id, "Ana", None).await;
    let outside = bed.candidate(id, "Ben", None).await;
    let input = StartInput {
        consent: true,
        language: "en".into(),
        ..Default::default()
    };
    conversation::start(&bed.s, &token(&inside), input).await.unwrap();

    for _ in 0..2 {
        let archived = interviews::archive(&bed.s, &bed.owner, id).await.unwrap();
        assert_eq!(
            (archived.content.state, archived.revision),
            (InterviewState::Archived, 2)
        );
    }
    let session = candidates::get(&bed.s, &bed.owner, inside.id).await.unwrap().session;
    assert_eq!(
        (session.status, session.end_reason),
        (Status::Completed, Some(EndReason::EndedByCreator))
    );
    let session = candidates::get(&bed.s, &bed.owner, outside.id).await.unwrap().session;
    assert_eq!(session.status, Status::NotStarted);

    let listed = |state| {
        let bed = &bed;
        async move {
            let filter = InterviewFilter { state };
            let page = interviews::list(&bed.s, &bed.owner, filter, &PageRequest::default())
                .await
                .unwrap();
            page.items.len()
        }
    };
    assert_eq!(listed(None).await, 0);
    assert_eq!(listed(Some(InterviewState::Archived)).await, 1);
    let back = interviews::patch(&bed.s, &bed.owner, id, &json!({"state": "open"}), None)
        .await
        .unwrap();
    assert_eq!(back.content.state, InterviewState::Open);
    assert_eq!(listed(None).await, 1);
}
