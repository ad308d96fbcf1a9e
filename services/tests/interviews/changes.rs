//! Making an interview and saving it: ids, merge patches, wrong fields, lost updates, templates.

use crate::{
    common::TestBed,
    on_both_databases,
    support::{current_version, fields, titled},
};
use parley_domain::{
    account::Role,
    interview::{Criterion, InterviewInput, InterviewState},
    question::{Choice, Question, QuestionKind},
};
use parley_services::{error::ServiceError, interviews};
use serde_json::json;
use std::collections::BTreeSet;

on_both_databases! {
    ids_are_given_and_kept,
    a_merge_patch_changes_only_what_it_names,
    wrong_fields_are_named_and_nothing_is_saved,
    a_lost_update_is_refused,
    templates_become_interviews,
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
