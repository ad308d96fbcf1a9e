//! Several attempts of one candidate: side by side, and which one counts.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops where something is not as it should be"
)]

mod common;

use common::{TestBed, token};
use parley_domain::{
    clock::Presence,
    conversation::Speaker,
    session::{RetakeReason, Status},
};
use parley_services::{
    conversation,
    conversation::{AnswerInput, StartInput},
    error::ServiceError,
    jobs, sessions,
    sessions::RetakeInput,
};

on_both_databases!(attempts_stand_side_by_side, the_marked_attempt_counts);

/// Takes the current attempt with this answer to every question, and has it analysed.
async fn attempt(bed: &TestBed, token: &str, answer: &str) {
    let start = StartInput {
        consent: true,
        ..Default::default()
    };
    let mut view = conversation::start(&bed.s, token, start).await.unwrap();
    while let Some(question) = &view.question {
        let input = AnswerInput {
            client_id: format!("c{}", view.turns.len()),
            question: question.id,
            text: Some(answer.to_owned()),
            choices: Vec::new(),
            lease: Some(view.lease),
            presence: Presence::Live,
        };
        view = conversation::answer(&bed.s, token, input).await.unwrap();
    }
    conversation::finish(&bed.s, token).await.unwrap();
    jobs::run_due(&bed.s).await.unwrap();
}

fn retake() -> RetakeInput {
    RetakeInput {
        reason: RetakeReason::Requested,
        note: String::new(),
    }
}

async fn attempts_stand_side_by_side(bed: TestBed) {
    let interview = bed
        .interview(2, |i| {
            for question in &mut i.questions {
                question.expected_points = vec!["roasting coffee beans".into(), "cleaning the machine".into()];
            }
        })
        .await;
    let c = bed.candidate(interview, "Ana", None).await;
    let t = token(&c);
    attempt(&bed, &t, "I like people.").await;
    sessions::retake(&bed.s, &bed.owner, c.id, retake()).await.unwrap();
    attempt(
        &bed,
        &t,
        "I was roasting coffee beans and cleaning the machine every day.",
    )
    .await;
    sessions::retake(&bed.s, &bed.owner, c.id, retake()).await.unwrap();

    let compared = sessions::comparison(&bed.s, &bed.owner, c.id).await.unwrap();
    let states: Vec<_> = compared
        .attempts
        .iter()
        .map(|a| (a.session.attempt, a.session.status))
        .collect();
    assert_eq!(
        states,
        [(1, Status::Completed), (2, Status::Completed), (3, Status::NotStarted)]
    );
    let overall: Vec<_> = compared.attempts.iter().map(|a| a.overall).collect();
    assert!(overall[1].score > overall[0].score, "{overall:?}");
    assert_eq!(
        overall[1].difference,
        overall[1].score.zip(overall[0].score).map(|(b, a)| b - a)
    );
    assert_eq!(overall[2].score, None);
    assert_eq!(compared.questions.len(), 2);
    assert!(compared.questions.iter().all(|q| !q.changed));
    let answers = &compared.questions[0].attempts;
    let said = |n: usize| {
        let turn = answers[n].turns.iter().find(|t| t.speaker == Speaker::Candidate);
        turn.map(|t| t.text.as_str())
    };
    assert_eq!(said(0), Some("I like people."));
    assert!(said(1).is_some_and(|t| t.starts_with("I was roasting")));
    assert_eq!(said(2), None);

    let stranger = bed.stranger().await;
    assert!(matches!(
        sessions::comparison(&bed.s, &stranger, c.id).await,
        Err(ServiceError::NotFound)
    ));
}

async fn the_marked_attempt_counts(bed: TestBed) {
    let interview = bed
        .interview(1, |i| {
            i.questions[0].expected_points = vec!["roasting coffee beans".into()]
        })
        .await;
    let c = bed.candidate(interview, "Ana", None).await;
    let t = token(&c);
    attempt(&bed, &t, "I was roasting coffee beans.").await;
    sessions::retake(&bed.s, &bed.owner, c.id, retake()).await.unwrap();
    attempt(&bed, &t, "Nothing to say about it.").await;

    let all = sessions::of_candidate(&bed.s, &bed.owner, c.id).await.unwrap();
    let (second, first) = (&all[0], &all[1]);
    assert!(first.score > second.score);
    let shown = || async {
        use sea_orm::EntityTrait;
        let found = parley_services::entity::session::Entity::find_by_id(second.id.0);
        found.one(bed.s.db.read()).await.unwrap().unwrap().score_attempt
    };
    assert_eq!(
        shown().await,
        Some(2),
        "the newest completed counts until somebody says otherwise"
    );
    let marked = sessions::mark_counts(&bed.s, &bed.owner, first.id).await.unwrap();
    assert!(marked.counts);
    assert_eq!(shown().await, Some(1));
    sessions::mark_counts(&bed.s, &bed.owner, second.id).await.unwrap();
    let marks: Vec<_> = sessions::of_candidate(&bed.s, &bed.owner, c.id)
        .await
        .unwrap()
        .iter()
        .map(|a| a.counts)
        .collect();
    assert_eq!(marks, [true, false], "one mark at most");

    let third = sessions::retake(&bed.s, &bed.owner, c.id, retake()).await.unwrap();
    let refused = sessions::mark_counts(&bed.s, &bed.owner, third.id).await;
    assert!(matches!(
        refused,
        Err(ServiceError::Conflict {
            code: "not_completed",
            ..
        })
    ));
}
