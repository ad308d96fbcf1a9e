//! Which window holds a session, over attempts and devices, and who may look into one whose link the invited email opens.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops where something is not as it should be"
)]

mod common;

use common::{START, TestBed, token};
use parley_domain::{
    candidate::{Candidate, CandidateInput, Source},
    clock::Presence,
    conversation::{CandidateError, CandidateErrorCode as Code, CandidateView},
    id::{InterviewId, PromptId},
    interview::InterviewInput,
    session::{RetakeReason, Status},
    time::{MINUTE, SECOND},
};
use parley_services::{
    candidates::{self, OnDuplicate},
    conversation::{self, AnswerInput, StartInput},
    entity, interviews,
    sessions::{self, RetakeInput},
};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter};
use serde_json::json;

on_both_databases!(
    a_window_of_an_earlier_attempt_is_an_older_one,
    a_merged_person_goes_on_with_leases_of_their_own,
    without_its_lease_no_door_shows_a_session,
    a_session_that_is_over_is_shown_by_its_email,
    the_setting_counts_from_the_next_return_on,
    an_email_that_is_added_counts_at_once,
    another_attempt_needs_the_email,
    a_cookie_follows_its_own_window,
    coming_back_is_noted_every_few_minutes,
    of_very_many_events_the_first_and_the_last_are_told,
);

/// Leases that nobody guesses begin here, and end where JavaScript no longer counts exactly.
const SECRET: std::ops::Range<i64> = 1 << 40..1 << 53;

fn consent() -> StartInput {
    StartInput {
        consent: true,
        language: "en".into(),
        ..Default::default()
    }
}

fn typed(email: &str) -> StartInput {
    StartInput {
        email: Some(email.into()),
        ..consent()
    }
}

fn says(client: &str, view: &CandidateView, text: &str) -> AnswerInput {
    AnswerInput {
        client_id: client.into(),
        question: view.question.as_ref().map_or(PromptId::NIL, |q| q.id),
        text: Some(text.into()),
        choices: Vec::new(),
        lease: Some(view.lease),
        presence: Presence::Live,
    }
}

fn code(result: Result<CandidateView, CandidateError>) -> Code {
    result.expect_err("a refusal").error
}

/// Refused like this, and nothing is said of the session.
#[track_caller]
fn shut(result: Result<CandidateView, CandidateError>, expected: Code) {
    let refused = result.expect_err("a refusal");
    assert_eq!((refused.error, refused.view), (expected, None));
}

fn again() -> RetakeInput {
    RetakeInput {
        reason: RetakeReason::TechnicalIssue,
        note: String::new(),
    }
}

/// Somebody whose link the invited email opens.
async fn by_email(bed: &TestBed, adjust: impl FnOnce(&mut InterviewInput)) -> (Candidate, String) {
    let interview = bed
        .interview(4, |i| {
            i.settings.require_invited_email = true;
            adjust(i);
        })
        .await;
    let c = bed.candidate(interview, "Ana Lima", Some("ana@example.com")).await;
    let t = token(&c);
    (c, t)
}

async fn ask_for_email(bed: &TestBed, interview: InterviewId, on: bool) {
    let change = json!({"settings": {"require_invited_email": on}});
    interviews::patch(&bed.s, &bed.owner, interview, &change, None)
        .await
        .unwrap();
}

/// What happened to the candidate's current session, of this kind.
async fn noted(bed: &TestBed, c: &Candidate, kind: &str) -> u64 {
    let session = candidates::get(&bed.s, &bed.owner, c.id).await.unwrap().session;
    entity::session_event::Entity::find()
        .filter(entity::session_event::Column::SessionId.eq(session.id.0))
        .filter(entity::session_event::Column::Kind.eq(kind))
        .count(bed.s.db.read())
        .await
        .unwrap()
}

async fn a_window_of_an_earlier_attempt_is_an_older_one(bed: TestBed) {
    for own in [false, true] {
        let interview = bed.interview(2, |i| i.settings.self_retakes = u32::from(own)).await;
        let c = bed.candidate(interview, "Ana", None).await;
        let t = token(&c);
        let laptop = conversation::start(&bed.s, &t, consent()).await.unwrap();
        if own {
            conversation::finish(&bed.s, &t).await.unwrap();
            conversation::ask_retake(&bed.s, &t, "").await.unwrap();
        } else {
            sessions::retake(&bed.s, &bed.owner, c.id, again()).await.unwrap();
        }
        let phone = conversation::start(&bed.s, &t, consent()).await.unwrap();
        assert_eq!((laptop.attempt, phone.attempt), (1, 2));
        assert_eq!((laptop.lease, phone.lease), (1, 2));
        assert_eq!(laptop.question, phone.question, "the same questions are asked again");
        // The laptop wakes up. Nothing of it reaches the second attempt.
        let answer = says("a", &laptop, "Written in the first attempt");
        assert_eq!(code(conversation::answer(&bed.s, &t, answer).await), Code::TakenOver);
        assert_eq!(
            code(conversation::heartbeat(&bed.s, &t, laptop.lease).await),
            Code::TakenOver
        );
        let refused = conversation::finish_by(&bed.s, &t, Some(laptop.lease))
            .await
            .unwrap_err();
        assert_eq!(refused.error, Code::TakenOver);
        assert_eq!(refused.view.unwrap().attempt, 2, "with how things stand");
        let now = conversation::view(&bed.s, &t).await.unwrap();
        assert_eq!((now.state, now.turns.len()), (Status::InProgress, 1));
        conversation::answer(&bed.s, &t, says("b", &phone, "Written in the second"))
            .await
            .unwrap();
        let done = conversation::finish_by(&bed.s, &t, Some(phone.lease)).await.unwrap();
        assert_eq!(done.state, Status::Completed);
        // It is over: there is nothing to take from anybody.
        let seen = conversation::finish_by(&bed.s, &t, Some(laptop.lease)).await.unwrap();
        assert_eq!(seen, done);
    }
}

async fn a_merged_person_goes_on_with_leases_of_their_own(bed: TestBed) {
    let interview = bed.interview(1, |_| {}).await;
    let add = async |source| {
        let input = CandidateInput {
            name: "Ana".into(),
            email: Some("ana@example.com".into()),
            ..Default::default()
        };
        candidates::create(&bed.s, &bed.owner, interview, input, source, OnDuplicate::Add)
            .await
            .unwrap()
    };
    let (kept, gone) = (add(Source::Invited).await, add(Source::PublicLink).await);
    let t = token(&kept);
    // Opened three times by the kept link, once by the other.
    conversation::start(&bed.s, &t, consent()).await.unwrap();
    conversation::start(&bed.s, &t, consent()).await.unwrap();
    let old = conversation::start(&bed.s, &t, consent()).await.unwrap();
    assert_eq!(old.lease, 3);
    conversation::finish(&bed.s, &t).await.unwrap();
    bed.clock.advance(MINUTE);
    conversation::start(&bed.s, &token(&gone), consent()).await.unwrap();
    conversation::finish(&bed.s, &token(&gone)).await.unwrap();
    candidates::merge(&bed.s, &bed.owner, kept.id, gone.id, None)
        .await
        .unwrap();
    sessions::retake(&bed.s, &bed.owner, kept.id, again()).await.unwrap();
    let now = conversation::start(&bed.s, &t, consent()).await.unwrap();
    assert!(now.lease > old.lease, "{} after {}", now.lease, old.lease);
    assert_eq!(
        code(conversation::heartbeat(&bed.s, &t, old.lease).await),
        Code::TakenOver
    );
}

async fn without_its_lease_no_door_shows_a_session(bed: TestBed) {
    let (_, t) = by_email(&bed, |_| {}).await;
    let first = conversation::start(&bed.s, &t, typed("ana@example.com")).await.unwrap();
    conversation::answer(&bed.s, &t, says("a", &first, "My words"))
        .await
        .unwrap();
    let now = conversation::start(&bed.s, &t, typed("ANA@example.com")).await.unwrap();
    assert!(SECRET.contains(&first.lease) && SECRET.contains(&now.lease));
    assert!(now.lease > first.lease);
    for (lease, expected) in [
        (None, Code::EmailNeeded),
        (Some(0), Code::TakenOver),
        (Some(1), Code::TakenOver),
        (Some(first.lease), Code::TakenOver),
        (Some(now.lease + 1), Code::TakenOver),
        (Some(i64::MAX), Code::TakenOver),
    ] {
        let with = |client: &str, text: &str| AnswerInput {
            lease,
            ..says(client, &now, text)
        };
        shut(conversation::heartbeat(&bed.s, &t, lease).await, expected);
        shut(
            conversation::answer(&bed.s, &t, with("b", "Not theirs")).await,
            expected,
        );
        // The repetition of an answer that is stored shows the conversation too.
        shut(conversation::answer(&bed.s, &t, with("a", "My words")).await, expected);
        shut(conversation::finish_by(&bed.s, &t, lease).await, expected);
        // The window that has it leaves a scene in memory each time, and the next one comes by that.
        let seen = conversation::heartbeat(&bed.s, &t, now.lease).await.unwrap();
        assert_eq!((seen.state, seen.turns.len()), (Status::InProgress, 3));
    }
    let view = conversation::answer(&bed.s, &t, says("c", &now, "More of my words"))
        .await
        .unwrap();
    assert_eq!(view.turns.len(), 5);
    let done = conversation::finish_by(&bed.s, &t, Some(now.lease)).await.unwrap();
    assert_eq!(done.state, Status::Completed);
}

async fn a_session_that_is_over_is_shown_by_its_email(bed: TestBed) {
    let (_, t) = by_email(&bed, |_| {}).await;
    let view = conversation::start(&bed.s, &t, typed("ana@example.com")).await.unwrap();
    conversation::answer(&bed.s, &t, says("a", &view, "My words"))
        .await
        .unwrap();
    let done = conversation::finish_by(&bed.s, &t, Some(view.lease)).await.unwrap();
    shut(conversation::start(&bed.s, &t, consent()).await, Code::EmailNeeded);
    shut(
        conversation::start(&bed.s, &t, typed("eve@example.com")).await,
        Code::EmailNeeded,
    );
    shut(
        conversation::heartbeat(&bed.s, &t, None::<i64>).await,
        Code::EmailNeeded,
    );
    shut(conversation::finish(&bed.s, &t).await, Code::EmailNeeded);
    shut(
        conversation::answer(
            &bed.s,
            &t,
            AnswerInput {
                lease: None,
                ..says("a", &view, "My words")
            },
        )
        .await,
        Code::EmailNeeded,
    );
    assert_eq!(
        conversation::start(&bed.s, &t, typed("ana@example.com")).await.unwrap(),
        done
    );
    assert_eq!(conversation::heartbeat(&bed.s, &t, view.lease).await.unwrap(), done);
}

async fn the_setting_counts_from_the_next_return_on(bed: TestBed) {
    let interview = bed.interview(4, |_| {}).await;
    let c = bed.candidate(interview, "Ana", Some("ana@example.com")).await;
    let t = token(&c);
    let inside = conversation::start(&bed.s, &t, consent()).await.unwrap();
    let view = conversation::answer(&bed.s, &t, says("a", &inside, "One"))
        .await
        .unwrap();
    assert_eq!(view.lease, 1);
    ask_for_email(&bed, interview, true).await;
    // Whoever is inside goes on; whoever has the link alone does not come in any more.
    shut(
        conversation::heartbeat(&bed.s, &t, None::<i64>).await,
        Code::EmailNeeded,
    );
    let view = conversation::answer(&bed.s, &t, says("b", &view, "Two")).await.unwrap();
    assert_eq!(view.lease, 1);
    shut(conversation::start(&bed.s, &t, consent()).await, Code::EmailNeeded);
    let back = conversation::start(&bed.s, &t, typed("ana@example.com")).await.unwrap();
    assert!(SECRET.contains(&back.lease));
    shut(conversation::heartbeat(&bed.s, &t, 1_i64).await, Code::TakenOver);
    // Without the setting the link is the credential again.
    ask_for_email(&bed, interview, false).await;
    assert!(conversation::heartbeat(&bed.s, &t, None::<i64>).await.is_ok());
    let view = conversation::start(&bed.s, &t, StartInput::default()).await.unwrap();
    assert_eq!(view.lease, back.lease + 1);
    let refused = conversation::heartbeat(&bed.s, &t, back.lease).await.unwrap_err();
    assert_eq!(refused.error, Code::TakenOver);
    assert!(refused.view.is_some());
}

/// What the process remembers of a session is from before.
async fn an_email_that_is_added_counts_at_once(bed: TestBed) {
    let interview = bed.interview(4, |i| i.settings.require_invited_email = true).await;
    for door in ["heartbeat", "answer"] {
        let c = bed.candidate(interview, "Ana", None).await;
        let t = token(&c);
        let view = conversation::start(&bed.s, &t, consent()).await.unwrap();
        assert_eq!(view.lease, 1, "there is nothing to compare with");
        let view = conversation::answer(&bed.s, &t, says("a", &view, "One")).await.unwrap();
        let change = json!({"email": format!("{door}@example.com")});
        candidates::patch(&bed.s, &bed.owner, c.id, &change).await.unwrap();
        let refused = if door == "heartbeat" {
            conversation::heartbeat(&bed.s, &t, None::<i64>).await
        } else {
            let input = AnswerInput {
                lease: None,
                ..says("b", &view, "Two")
            };
            conversation::answer(&bed.s, &t, input).await
        };
        shut(refused, Code::EmailNeeded);
        assert_eq!(
            conversation::heartbeat(&bed.s, &t, view.lease)
                .await
                .unwrap()
                .turns
                .len(),
            3
        );
    }
}

async fn another_attempt_needs_the_email(bed: TestBed) {
    let (c, t) = by_email(&bed, |i| i.settings.self_retakes = 1).await;
    let attempt = async || candidates::get(&bed.s, &bed.owner, c.id).await.unwrap().session.attempt;
    let take = async || {
        let view = conversation::start(&bed.s, &t, typed("ana@example.com")).await.unwrap();
        conversation::finish_by(&bed.s, &t, Some(view.lease)).await.unwrap();
        view.lease
    };
    let first = take().await;
    shut(conversation::ask_retake(&bed.s, &t, "").await, Code::EmailNeeded);
    shut(
        conversation::ask_retake_by(&bed.s, &t, "", Some("eve@example.com")).await,
        Code::EmailNeeded,
    );
    assert_eq!(attempt().await, 1, "nobody else uses it up");
    let view = conversation::ask_retake_by(&bed.s, &t, "", Some("ana@example.com"))
        .await
        .unwrap();
    assert_eq!((view.state, view.attempt), (Status::NotStarted, 2));
    // An open page of the first attempt learns of it, and of nothing that is said in the second.
    assert_eq!(
        conversation::heartbeat(&bed.s, &t, first).await.unwrap().state,
        Status::NotStarted
    );
    let second = take().await;
    assert!(second > first);
    shut(conversation::heartbeat(&bed.s, &t, first).await, Code::TakenOver);
    shut(
        conversation::ask_retake(&bed.s, &t, "I was ill").await,
        Code::EmailNeeded,
    );
    let waits = conversation::ask_retake_by(&bed.s, &t, "I was ill", Some("ana@example.com"))
        .await
        .unwrap();
    assert_eq!((waits.state, waits.turns.len()), (Status::Completed, 1));
}

async fn a_cookie_follows_its_own_window(bed: TestBed) {
    let (_, t) = by_email(&bed, |_| {}).await;
    let lease = async || {
        let cookie = conversation::cookie(&bed.s, &t).await.unwrap().unwrap();
        assert_eq!(
            conversation::token_of_cookie(&bed.s, &cookie).await.unwrap().as_ref(),
            Some(&t)
        );
        bed.s.secrets.read_candidate_cookie(&cookie).unwrap().lease
    };
    let stands = async |lease| conversation::pulse(&bed.s, &t, lease).await.unwrap().unwrap();
    let first = conversation::start(&bed.s, &t, typed("ana@example.com")).await.unwrap();
    assert_eq!(lease().await, Some(first.lease));
    let now = stands(Some(first.lease)).await;
    assert!(now.theirs);
    assert_eq!(now.pulse.lease, Some(first.lease));
    let second = conversation::start(&bed.s, &t, typed("ana@example.com")).await.unwrap();
    assert_eq!(lease().await, Some(second.lease));
    for other in [None, Some(first.lease), Some(1)] {
        let now = stands(other).await;
        assert!(!now.theirs);
        assert_eq!(now.pulse.lease, None, "the new lease is nobody else's");
    }
    // An ordinary link is the credential by itself.
    let interview = bed.interview(1, |i| i.settings.time_limit_minutes = Some(5)).await;
    let c = bed.candidate(interview, "Ben", Some("ben@example.com")).await;
    conversation::start(&bed.s, &token(&c), consent()).await.unwrap();
    bed.clock.advance(20 * SECOND);
    let now = conversation::pulse(&bed.s, &token(&c), None).await.unwrap().unwrap();
    assert_eq!(
        (now.theirs, now.pulse.lease, now.seconds_left),
        (true, Some(1), Some(280))
    );
}

async fn coming_back_is_noted_every_few_minutes(bed: TestBed) {
    let interview = bed.interview(2, |_| {}).await;
    let c = bed.candidate(interview, "Ana", None).await;
    let t = token(&c);
    conversation::start(&bed.s, &t, consent()).await.unwrap();
    // After so many seconds somebody presses, and so many times it is noted by then: another window at most once a minute,
    // coming back at most once in five.
    for (wait, expected) in [
        (10, 1),
        (10, 1),
        (40, 1),
        (15, 2),
        (120, 2),
        (120, 2),
        (90, 3),
        (20, 3),
        (45, 4),
    ] {
        bed.clock.advance(wait * SECOND);
        conversation::start(&bed.s, &t, StartInput::default()).await.unwrap();
        assert_eq!(noted(&bed, &c, "resumed").await, expected, "after {wait} s");
    }
}

async fn of_very_many_events_the_first_and_the_last_are_told(bed: TestBed) {
    let interview = bed.interview(1, |_| {}).await;
    let c = bed.candidate(interview, "Ana", None).await;
    let session = c.session.id;
    let told = async || {
        let events = sessions::events(&bed.s, &bed.owner, session).await.unwrap();
        assert!(events.is_sorted_by_key(|e| e.at));
        let codes = events.into_iter().filter(|e| e.kind == "test").filter_map(|e| e.code);
        codes.map(|code| code.parse().unwrap()).collect::<Vec<i64>>()
    };
    let add = async |numbers: std::ops::Range<i64>| {
        let rows = numbers.map(|n| {
            let row = entity::session_event::Model {
                id: bed.s.new_id().unwrap(),
                workspace_id: bed.workspace.0,
                session_id: session.0,
                kind: "test".into(),
                actor: "system".into(),
                code: Some(n.to_string()),
                at: START + n,
                created_at: START,
                updated_at: START,
            };
            row.into_active_model()
        });
        entity::session_event::Entity::insert_many(rows)
            .exec_without_returning(bed.s.db.read())
            .await
            .unwrap();
    };
    let before = sessions::events(&bed.s, &bed.owner, session).await.unwrap().len();
    assert!(before < 5, "{before}");
    add(0..350).await;
    assert_eq!(
        told().await,
        (0..350).collect::<Vec<_>>(),
        "all, as long as they are few"
    );
    add(350..1_000).await;
    let few = told().await;
    assert!((590..=600).contains(&few.len()), "{}", few.len());
    assert_eq!((few[0], few[290], *few.last().unwrap()), (0, 290, 999));
    assert!(!few.contains(&400) && few.contains(&700));
}
