//! Interviews: making, changing, versions, archiving, lists, templates.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops where something is not as it should be"
)]

mod common;

use common::{TestBed, token};
use parley_domain::{
    account::Role,
    id::InterviewId,
    interview::{Criterion, Interview, InterviewInput, InterviewState},
    paging::PageRequest,
    question::{Choice, Question, QuestionKind},
    session::{EndReason, Status},
};
use parley_services::{
    candidates,
    conversation::{self, StartInput},
    entity::{interview, interview_version, session},
    error::ServiceError,
    interviews::{self, InterviewFilter},
};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::json;
use std::collections::BTreeSet;

on_both_databases! {
    ids_are_given_and_kept,
    a_merge_patch_changes_only_what_it_names,
    wrong_fields_are_named_and_nothing_is_saved,
    a_lost_update_is_refused,
    versions_are_written_in_place_until_somebody_starts,
    archiving_ends_those_inside,
    a_start_beside_a_save_asks_what_is_pinned,
    pages_show_every_interview_once,
    others_see_and_change_nothing,
    viewers_only_read,
    templates_become_interviews,
}

fn titled(title: &str) -> InterviewInput {
    InterviewInput {
        title: title.into(),
        ..Default::default()
    }
}

async fn versions(bed: &TestBed, id: InterviewId) -> u64 {
    interview_version::Entity::find()
        .filter(interview_version::Column::InterviewId.eq(id.0))
        .count(bed.s.db.read())
        .await
        .unwrap()
}

async fn current_version(bed: &TestBed, id: InterviewId) -> interviews::Version {
    let row = interview::Entity::find_by_id(id.0)
        .one(bed.s.db.read())
        .await
        .unwrap()
        .unwrap();
    interviews::version(bed.s.db.read(), bed.workspace, row.version_id.into())
        .await
        .unwrap()
}

fn fields(error: ServiceError) -> Vec<String> {
    match error {
        ServiceError::Invalid(errors) => errors.into_iter().map(|e| e.field).collect(),
        other => panic!("{other:?}"),
    }
}

async fn ids_are_given_and_kept(bed: TestBed) {
    let input = InterviewInput {
        questions: vec![Question {
            kind: QuestionKind::SingleChoice,
            text: "Tea or coffee?".into(),
            choices: vec![
                Choice {
                    text: "Tea".into(),
                    ..Default::default()
                },
                Choice {
                    text: "Coffee".into(),
                    ..Default::default()
                },
            ],
            ..Default::default()
        }],
        criteria: vec![Criterion {
            name: "Taste".into(),
            weight: 2.5,
            ..Default::default()
        }],
        ..titled("  Barista ")
    };
    let made = interviews::create(&bed.s, &bed.owner, input).await.unwrap();
    let content = &made.content;
    assert_eq!((content.title.as_str(), made.revision), ("Barista", 1));
    let question = &content.questions[0];
    let ids = [
        question.id.0,
        question.choices[0].id.0,
        question.choices[1].id.0,
        content.criteria[0].id.0,
    ];
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), 4);
    assert!(ids.iter().all(|id| !id.is_nil()));
    assert_eq!(interviews::get(&bed.s, &bed.owner, made.id).await.unwrap(), made);

    // A question is added before the one that there is, which keeps its id.
    let mut questions = json!(content.questions);
    questions.as_array_mut().unwrap().insert(0, json!({"text": "Why us?"}));
    let changed = interviews::patch(&bed.s, &bed.owner, made.id, &json!({"questions": questions}), None)
        .await
        .unwrap();
    assert_eq!(changed.content.questions[1], content.questions[0]);
    assert!(!changed.content.questions[0].id.is_nil());
    let version = current_version(&bed, made.id).await;
    assert_eq!(version.questions, changed.content.questions);
    assert_eq!(
        interviews::question_count(bed.s.db.read(), bed.workspace, version.id)
            .await
            .unwrap(),
        2
    );
}

async fn a_merge_patch_changes_only_what_it_names(bed: TestBed) {
    let input = InterviewInput {
        welcome: "Hello".into(),
        ..titled("Barista")
    };
    let made = interviews::create(&bed.s, &bed.owner, input).await.unwrap();
    bed.clock.advance(1_000);
    let change = json!({"description": "for the bar", "settings": {"time_limit_minutes": 20, "self_retakes": 1}});
    let changed = interviews::patch(&bed.s, &bed.owner, made.id, &change, None)
        .await
        .unwrap();
    let mut expected = made.content.clone();
    expected.description = "for the bar".into();
    expected.settings.time_limit_minutes = Some(20);
    expected.settings.self_retakes = 1;
    assert_eq!(changed.content, expected);
    assert_eq!((changed.revision, changed.created_at), (2, made.created_at));
    assert_eq!(changed.updated_at.since(made.updated_at), 1_000);
    assert_eq!(interviews::get(&bed.s, &bed.owner, made.id).await.unwrap(), changed);

    // `null` takes back to the default.
    let change = json!({"welcome": null, "settings": {"time_limit_minutes": null, "self_retakes": null}});
    let back = interviews::patch(&bed.s, &bed.owner, made.id, &change, None)
        .await
        .unwrap();
    assert_eq!(back.content.welcome, "");
    assert_eq!(back.content.settings, made.content.settings);

    // What changes nothing is not a new revision.
    let same = interviews::patch(&bed.s, &bed.owner, made.id, &json!({"title": "Barista"}), None)
        .await
        .unwrap();
    assert_eq!(same, back);
}

async fn wrong_fields_are_named_and_nothing_is_saved(bed: TestBed) {
    let made = interviews::create(&bed.s, &bed.owner, titled("Barista")).await.unwrap();
    for (change, field) in [
        (json!({"title": null}), "title"),
        (json!({"title": " "}), "title"),
        (json!({"colour": "red"}), "colour"),
        (json!({"settings": {"speed": 3}}), "settings.speed"),
        (json!({"settings": {"inactivity_days": 0}}), "settings.inactivity_days"),
        (
            json!({"settings": {"self_retakes": 4_000_000_000_u32}}),
            "settings.self_retakes",
        ),
        (
            json!({"questions": [{"text": "Q?", "kind": "riddle"}]}),
            "questions[0].kind",
        ),
        (json!({"state": "open"}), "questions"),
        (json!({"criteria": [{"name": "x", "weight": 0}]}), "criteria[0].weight"),
        (json!([1, 2]), ""),
    ] {
        let error = interviews::patch(&bed.s, &bed.owner, made.id, &change, None)
            .await
            .unwrap_err();
        assert_eq!(fields(error), [field], "{change}");
    }
    assert_eq!(interviews::get(&bed.s, &bed.owner, made.id).await.unwrap(), made);
    assert_eq!(
        fields(interviews::create(&bed.s, &bed.owner, titled("")).await.unwrap_err()),
        ["title"]
    );
}

async fn a_lost_update_is_refused(bed: TestBed) {
    let made = interviews::create(&bed.s, &bed.owner, titled("Barista")).await.unwrap();
    let first = interviews::patch(&bed.s, &bed.owner, made.id, &json!({"title": "First"}), Some(1))
        .await
        .unwrap();
    let second = interviews::patch(&bed.s, &bed.owner, made.id, &json!({"title": "Second"}), Some(1)).await;
    assert!(
        matches!(
            second,
            Err(ServiceError::Conflict {
                code: "changed_meanwhile",
                ..
            })
        ),
        "{second:?}"
    );
    let stale = interviews::save(&bed.s, &bed.owner, made.id, titled("Third"), Some(1)).await;
    assert!(
        matches!(
            stale,
            Err(ServiceError::Conflict {
                code: "changed_meanwhile",
                ..
            })
        ),
        "{stale:?}"
    );
    assert_eq!(interviews::get(&bed.s, &bed.owner, made.id).await.unwrap(), first);

    // Of many who save the same revision at once, one does.
    let many = (0..8).map(|n| {
        let (s, owner, id) = (bed.s.clone(), bed.owner, made.id);
        tokio::spawn(async move { interviews::save(&s, &owner, id, titled(&format!("Tab {n}")), Some(2)).await })
    });
    let results = futures::future::join_all(many).await;
    assert_eq!(results.into_iter().filter(|r| r.as_ref().unwrap().is_ok()).count(), 1);
    assert_eq!(interviews::get(&bed.s, &bed.owner, made.id).await.unwrap().revision, 3);
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

async fn others_see_and_change_nothing(bed: TestBed) {
    let made = interviews::create(&bed.s, &bed.owner, titled("Barista")).await.unwrap();
    let stranger = bed.stranger().await;
    let s = &bed.s;
    let page = interviews::list(s, &stranger, InterviewFilter::default(), &PageRequest::default())
        .await
        .unwrap();
    assert!(page.items.is_empty());
    for answer in [
        interviews::get(s, &stranger, made.id).await,
        interviews::patch(s, &stranger, made.id, &json!({"title": "Mine"}), None).await,
        interviews::save(s, &stranger, made.id, titled("Mine"), None).await,
        interviews::archive(s, &stranger, made.id).await,
    ] {
        assert!(matches!(answer, Err(ServiceError::NotFound)), "{answer:?}");
    }
    let version = current_version(&bed, made.id).await;
    let away = stranger.workspace().unwrap();
    let foreign = interviews::version(s.db.read(), away, version.id).await;
    assert!(matches!(foreign, Err(ServiceError::NotFound)), "{foreign:?}");
    assert!(interviews::question_count(s.db.read(), away, version.id).await.is_err());
    assert_eq!(interviews::get(s, &bed.owner, made.id).await.unwrap(), made);
}

async fn viewers_only_read(bed: TestBed) {
    let made = interviews::create(&bed.s, &bed.member(Role::Member), titled("Barista"))
        .await
        .unwrap();
    let viewer = bed.member(Role::Viewer);
    let s = &bed.s;
    assert_eq!(interviews::get(s, &viewer, made.id).await.unwrap(), made);
    for answer in [
        interviews::create(s, &viewer, titled("x")).await,
        interviews::patch(s, &viewer, made.id, &json!({"title": "x"}), None).await,
        interviews::save(s, &viewer, made.id, titled("x"), None).await,
        interviews::archive(s, &viewer, made.id).await,
    ] {
        assert!(matches!(answer, Err(ServiceError::Forbidden)), "{answer:?}");
    }
    assert_eq!(interviews::get(s, &viewer, made.id).await.unwrap(), made);
}

async fn templates_become_interviews(bed: TestBed) {
    let viewer = bed.member(Role::Viewer);
    let templates = interviews::templates(&bed.s, &viewer).unwrap();
    assert_eq!(templates.len(), 5);
    for template in templates {
        assert_eq!(interviews::template(&bed.s, &viewer, &template.key).unwrap(), template);
        let mut open = template.interview.clone();
        open.state = InterviewState::Open;
        let made = interviews::create(&bed.s, &bed.owner, open).await.unwrap();
        assert_eq!(
            made.content.questions.len(),
            template.interview.questions.len(),
            "{}",
            template.key
        );
    }
    assert!(matches!(
        interviews::template(&bed.s, &viewer, "nonsense"),
        Err(ServiceError::NotFound)
    ));
}
