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
    account::Role,
    clock::Presence,
    conversation::Speaker,
    paging::PageRequest,
    session::{RetakeReason, RetakeRequestState, SessionFilter, SessionOrder, Status},
};
use parley_services::{
    conversation,
    conversation::{AnswerInput, StartInput},
    error::ServiceError,
    jobs, sessions,
    sessions::RetakeInput,
};

on_both_databases!(
    attempts_stand_side_by_side,
    some_attempts_alone_are_compared,
    the_marked_attempt_counts,
    earlier_attempts_unfold_below_the_row,
    many_get_a_retake_each_on_their_own,
    retakes_at_once_make_one_attempt,
    who_asks_waits_in_the_queue_until_somebody_decides,
);

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

    let compared = sessions::comparison(&bed.s, &bed.owner, c.id, &[]).await.unwrap();
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
        sessions::comparison(&bed.s, &stranger, c.id, &[]).await,
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

async fn some_attempts_alone_are_compared(bed: TestBed) {
    let interview = bed
        .interview(1, |i| {
            i.questions[0].expected_points = vec!["roasting coffee beans".into()]
        })
        .await;
    let c = bed.candidate(interview, "Ana", None).await;
    let t = token(&c);
    for (n, answer) in ["roasting coffee beans", "Nothing.", "roasting coffee beans"]
        .iter()
        .enumerate()
    {
        if n > 0 {
            sessions::retake(&bed.s, &bed.owner, c.id, retake()).await.unwrap();
        }
        attempt(&bed, &t, answer).await;
    }
    let differences = |compared: &parley_domain::comparison::Comparison| {
        let of = |a: &parley_domain::comparison::ComparedAttempt| (a.session.attempt, a.overall.difference);
        compared.attempts.iter().map(of).collect::<Vec<_>>()
    };
    let all = sessions::comparison(&bed.s, &bed.owner, c.id, &[]).await.unwrap();
    assert!(differences(&all)[2].1 > Some(0.0), "{all:?}");
    let some = sessions::comparison(&bed.s, &bed.owner, c.id, &[3, 1]).await.unwrap();
    assert_eq!(
        differences(&some),
        [(1, None), (3, Some(0.0))],
        "to the nearest that is shown"
    );
    assert!(
        !all.attempts[0].other_turns.is_empty(),
        "the closing belongs to no question"
    );
    let unknown = sessions::comparison(&bed.s, &bed.owner, c.id, &[1, 4]).await;
    assert!(matches!(unknown, Err(ServiceError::Invalid(_))));
}

async fn earlier_attempts_unfold_below_the_row(bed: TestBed) {
    let interview = bed.interview(1, |_| {}).await;
    let c = bed.candidate(interview, "Ana", None).await;
    let t = token(&c);
    assert_eq!(sessions::earlier(&bed.s, &bed.owner, c.id).await.unwrap(), []);
    for _ in 0..2 {
        attempt(&bed, &t, "I like people.").await;
        sessions::retake(&bed.s, &bed.owner, c.id, retake()).await.unwrap();
    }
    let rows = sessions::earlier(&bed.s, &bed.member(Role::Viewer), c.id)
        .await
        .unwrap();
    let seen: Vec<_> = rows
        .iter()
        .map(|r| (r.session.attempt, r.session.current, r.attempts, r.invite_url.is_some()))
        .collect();
    assert_eq!(seen, [(2, false, 3, false), (1, false, 3, false)]);
    let stranger = bed.stranger().await;
    let foreign = sessions::earlier(&bed.s, &stranger, c.id).await;
    assert!(matches!(foreign, Err(ServiceError::NotFound)));
}

async fn many_get_a_retake_each_on_their_own(bed: TestBed) {
    let interview = bed.interview(1, |_| {}).await;
    let (done, inside, idle) = (
        bed.candidate(interview, "Done", None).await,
        bed.candidate(interview, "Inside", None).await,
        bed.candidate(interview, "Idle", None).await,
    );
    attempt(&bed, &token(&done), "I like people.").await;
    let start = StartInput {
        consent: true,
        ..Default::default()
    };
    conversation::start(&bed.s, &token(&inside), start).await.unwrap();
    let ids = [done.id, inside.id, idle.id];
    let input = RetakeInput {
        reason: RetakeReason::TechnicalIssue,
        note: "The café lost power.".into(),
    };
    let result = sessions::retake_many(&bed.s, &bed.owner, &ids, input.clone())
        .await
        .unwrap();
    let granted: Vec<_> = result.granted.iter().map(|s| (s.candidate_id, s.attempt)).collect();
    assert_eq!(granted, [(Some(done.id), 2), (Some(inside.id), 2)]);
    assert_eq!(result.granted[0].retake_reason.as_deref(), Some("technical_issue"));
    assert_eq!(result.granted[0].retake_note.as_deref(), Some("The café lost power."));
    assert_eq!(result.refused.len(), 1);
    assert_eq!(result.refused[0].candidate, idle.id);
    assert_eq!(result.refused[0].detail, "Attempt 1 has not started yet.");
    let first = &sessions::of_candidate(&bed.s, &bed.owner, inside.id).await.unwrap()[1];
    assert_eq!(first.end_reason, Some(parley_domain::session::EndReason::Replaced));

    let viewer = sessions::retake_many(&bed.s, &bed.member(Role::Viewer), &ids, input.clone()).await;
    assert!(matches!(viewer, Err(ServiceError::Forbidden)));
    let stranger = bed.stranger().await;
    let foreign = sessions::retake_many(&bed.s, &stranger, &ids, input).await.unwrap();
    assert_eq!((foreign.granted.len(), foreign.refused.len()), (0, 3));
}

async fn retakes_at_once_make_one_attempt(bed: TestBed) {
    let interview = bed.interview(1, |_| {}).await;
    let c = bed.candidate(interview, "Ana", None).await;
    attempt(&bed, &token(&c), "I like people.").await;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (s, owner) = (bed.s.clone(), bed.owner);
        tasks.spawn(async move { sessions::retake(&s, &owner, c.id, retake()).await });
    }
    let results = tasks.join_all().await;
    assert_eq!(results.iter().filter(|r| r.is_ok()).count(), 1);
    for refused in results.iter().filter_map(|r| r.as_ref().err()) {
        assert!(
            matches!(
                refused,
                ServiceError::Conflict {
                    code: "not_started",
                    ..
                }
            ),
            "{refused}"
        );
    }
    let attempts = sessions::of_candidate(&bed.s, &bed.owner, c.id).await.unwrap();
    assert_eq!(attempts.len(), 2);
}

async fn who_asks_waits_in_the_queue_until_somebody_decides(bed: TestBed) {
    let interview = bed.interview(1, |_| {}).await;
    let mut people = Vec::new();
    for name in ["Ana", "Ben"] {
        let c = bed.candidate(interview, name, None).await;
        attempt(&bed, &token(&c), "I like people.").await;
        // One after the other: of one moment, who came first is nobody's.
        bed.clock.advance(1_000);
        conversation::ask_retake(&bed.s, &token(&c), "I was ill").await.unwrap();
        // Asking again stands there once.
        conversation::ask_retake(&bed.s, &token(&c), "Still ill").await.unwrap();
        people.push(c);
    }
    let queue = sessions::requests(&bed.s, &bed.owner, interview).await.unwrap();
    let seen: Vec<_> = queue
        .iter()
        .map(|r| (r.name.as_str(), r.attempt, r.reason.as_str()))
        .collect();
    assert_eq!(seen, [("Ana", 1, "I was ill"), ("Ben", 1, "I was ill")]);
    assert_eq!(sessions::waiting(&bed.s, &bed.owner, interview).await.unwrap(), (2, 2));
    assert_eq!(
        sessions::waiting(&bed.s, &bed.member(Role::Viewer), interview)
            .await
            .unwrap(),
        (0, 0)
    );
    let (filter, request) = (SessionFilter::default(), PageRequest::default());
    let rows = sessions::list(
        &bed.s,
        &bed.owner,
        Some(interview),
        &filter,
        SessionOrder::default(),
        &request,
    )
    .await
    .unwrap()
    .rows;
    assert!(rows.iter().all(|row| row.asks_retake));

    sessions::grant(&bed.s, &bed.owner, queue[0].id).await.unwrap();
    bed.clock.advance(1_000);
    sessions::decline(&bed.s, &bed.owner, queue[1].id).await.unwrap();
    assert!(
        sessions::requests(&bed.s, &bed.owner, interview)
            .await
            .unwrap()
            .is_empty()
    );
    let decided = sessions::decided(&bed.s, &bed.owner, interview).await.unwrap();
    let seen: Vec<_> = decided
        .iter()
        .map(|r| (r.name.as_str(), r.state, r.decided_by.clone()))
        .collect();
    let me = Some(bed.owner.code());
    assert_eq!(
        seen,
        [
            ("Ben", RetakeRequestState::Declined, me.clone()),
            ("Ana", RetakeRequestState::Granted, me)
        ]
    );
    assert_eq!(sessions::waiting(&bed.s, &bed.owner, interview).await.unwrap(), (0, 2));
    let attempts = |n: usize| sessions::of_candidate(&bed.s, &bed.owner, people[n].id);
    assert_eq!(attempts(0).await.unwrap().len(), 2);
    assert_eq!(attempts(1).await.unwrap().len(), 1);
    let told = sessions::events(&bed.s, &bed.owner, people[1].session.id)
        .await
        .unwrap();
    let kinds: Vec<_> = told.iter().map(|e| e.kind.as_str()).collect();
    assert!(
        kinds.contains(&"retake_requested") && kinds.last() == Some(&"retake_declined"),
        "{kinds:?}"
    );
    let again = sessions::grant(&bed.s, &bed.owner, queue[1].id).await;
    assert!(matches!(again, Err(ServiceError::Conflict { code: "decided", .. })));
}
