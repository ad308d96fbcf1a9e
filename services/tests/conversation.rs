//! The candidate's conversation: start, answer, resume, takeover, clock, finish.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops where something is not as it should be"
)]

mod common;

use common::{START, TestBed, token};
use parley_domain::{
    candidate::Candidate,
    clock::Presence,
    conversation::{CandidateError, CandidateErrorCode as Code, CandidateView, Speaker},
    id::PromptId,
    interview::{FollowUpDepth, InterviewState},
    link::LinkState,
    question::{Choice, QuestionKind},
    session::{AnalysisState, EndReason, RetakeReason, Status},
    time::{DAY, MINUTE, SECOND},
};
use parley_services::{
    candidates, conversation,
    conversation::{AnswerInput, PublicStart, StartInput},
    db::Priority,
    entity,
    error::ServiceError,
    jobs,
    sessions::{self, RetakeInput},
};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use std::time::Duration;

on_both_databases!(
    the_whole_loop,
    nothing_secret_reaches_a_candidate,
    fifty_starts_make_one_session,
    fifty_answers_store_one,
    the_same_client_id_again_changes_nothing,
    an_older_window_is_refused,
    a_stale_question_stores_nothing,
    answers_are_checked,
    choices_are_stored_as_their_text,
    follow_ups_stay_within_the_depth,
    looking_changes_nothing,
    link_states,
    the_invited_email_is_asked_for,
    time_runs_out,
    a_pause_does_not_count,
    the_sweeper_closes_what_nobody_comes_back_to,
    what_the_sweeper_closes_is_analysed,
    a_retake_keeps_the_first_attempt,
    a_replaced_link_stops_the_old_one,
    deleting_stops_the_link_and_restoring_brings_it_back,
    an_interrupted_turn_is_made_by_the_next_resume,
    an_unknown_link_waits_for_no_writer,
);

fn consent() -> StartInput {
    StartInput {
        consent: true,
        language: "en".into(),
        ..Default::default()
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

/// What a call says while somebody else writes.
async fn at_once<T>(call: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(5), call)
        .await
        .expect("it waits for the writer")
}

async fn an_unknown_link_waits_for_no_writer(bed: TestBed) {
    let writes = bed.s.db.write(Priority::Person).await.unwrap();
    for token in ["", "no-such-token", "\0"] {
        let start = at_once(conversation::start(&bed.s, token, consent())).await;
        assert_eq!(code(start), Code::UnknownLink, "{token:?}");
        let finish = at_once(conversation::finish(&bed.s, token)).await;
        assert_eq!(code(finish), Code::UnknownLink, "{token:?}");
        let walk_in = PublicStart {
            name: "Ana".into(),
            email: "ana@example.com".into(),
            start_id: None,
            start: consent(),
        };
        let walk_in = at_once(conversation::start_public(&bed.s, token, walk_in)).await;
        assert_eq!(walk_in.unwrap_err().error, Code::UnknownLink, "{token:?}");
    }
    drop(writes);
}

async fn session_of(bed: &TestBed, c: &Candidate) -> parley_domain::session::Session {
    candidates::get(&bed.s, &bed.owner, c.id).await.unwrap().session
}

async fn turn_count(bed: &TestBed, c: &Candidate) -> u64 {
    let session = session_of(bed, c).await;
    entity::turn::Entity::find()
        .filter(entity::turn::Column::SessionId.eq(session.id.0))
        .count(bed.s.db.read())
        .await
        .unwrap()
}

fn code(result: Result<CandidateView, CandidateError>) -> Code {
    result.expect_err("a refusal").error
}

async fn the_whole_loop(bed: TestBed) {
    let interview = bed.interview(2, |_| {}).await;
    let c = bed.candidate(interview, "Ana Lima", Some("ana@example.com")).await;
    let t = token(&c);
    assert_eq!(conversation::landing(&bed.s, &t).await.unwrap().state, LinkState::Ready);

    let refused = conversation::start(&bed.s, &t, StartInput::default()).await;
    assert_eq!(code(refused), Code::ConsentNeeded);
    let view = conversation::start(&bed.s, &t, consent()).await.unwrap();
    assert_eq!((view.state, view.asked, view.total), (Status::InProgress, 1, 2));
    assert!(view.turns[0].text.contains("Ana Lima") && view.turns[0].text.ends_with("Question number 1?"));

    let view = conversation::answer(&bed.s, &t, says("a", &view, "First answer."))
        .await
        .unwrap();
    assert_eq!((view.asked, view.turns.len()), (2, 3));
    assert_eq!(view.turns[1].text, "First answer.");
    assert_eq!(view.question.as_ref().unwrap().text, "Question number 2?");
    // Another browser: the same link goes on with everything there.
    assert_eq!(
        conversation::landing(&bed.s, &t).await.unwrap().state,
        LinkState::Continue
    );
    let view = conversation::start(&bed.s, &t, StartInput::default()).await.unwrap();
    assert_eq!((view.lease, view.turns.len()), (2, 3));
    let view = conversation::answer(&bed.s, &t, says("b", &view, "Second answer."))
        .await
        .unwrap();
    assert!(view.question.is_none() && view.state == Status::InProgress);
    assert_eq!(
        code(conversation::answer(&bed.s, &t, says("c", &view, "More")).await),
        Code::Stale
    );

    let view = conversation::finish(&bed.s, &t).await.unwrap();
    assert_eq!(view.state, Status::Completed);
    let session = session_of(&bed, &c).await;
    assert_eq!(
        (session.status, session.end_reason),
        (Status::Completed, Some(EndReason::Finished))
    );
    // Again, and again by another way: nothing is added.
    let turns = turn_count(&bed, &c).await;
    assert_eq!(conversation::finish(&bed.s, &t).await.unwrap().state, Status::Completed);
    assert_eq!(
        conversation::start(&bed.s, &t, consent()).await.unwrap().state,
        Status::Completed
    );
    assert_eq!(
        code(conversation::answer(&bed.s, &t, says("d", &view, "x")).await),
        Code::Ended
    );
    assert_eq!(turn_count(&bed, &c).await, turns);
}

async fn nothing_secret_reaches_a_candidate(bed: TestBed) {
    let interview = bed
        .interview(3, |i| {
            i.criteria = vec![parley_domain::interview::Criterion {
                name: "SECRET-criterion".into(),
                weight: 1.0,
                ..Default::default()
            }];
            i.settings.follow_up_depth = FollowUpDepth::Deep;
        })
        .await;
    let c = bed.candidate(interview, "Ana", Some("ana@example.com")).await;
    bed.candidate(interview, "SECRET-other", Some("other@example.com"))
        .await;
    let t = token(&c);
    let mut seen = serde_json::to_string(&conversation::landing(&bed.s, &t).await.unwrap()).unwrap();
    let mut view = conversation::start(&bed.s, &t, consent()).await.unwrap();
    assert!(
        !serde_json::to_string(&view).unwrap().contains("Question number 2"),
        "later questions stay hidden"
    );
    for n in 0..20 {
        seen += &serde_json::to_string(&view).unwrap();
        if view.question.is_none() {
            break;
        }
        view = conversation::answer(&bed.s, &t, says(&format!("c{n}"), &view, "A short answer of mine"))
            .await
            .unwrap();
    }
    seen += &serde_json::to_string(&conversation::finish(&bed.s, &t).await.unwrap()).unwrap();
    assert!(!seen.contains("SECRET"), "{seen}");
}

async fn fifty_starts_make_one_session(bed: TestBed) {
    let interview = bed.interview(1, |_| {}).await;
    let c = bed.candidate(interview, "Ana", None).await;
    let starts = (0..50).map(|_| {
        let (s, t) = (bed.s.clone(), token(&c));
        tokio::spawn(async move { conversation::start(&s, &t, consent()).await })
    });
    for start in starts.collect::<Vec<_>>() {
        assert_eq!(start.await.unwrap().unwrap().state, Status::InProgress);
    }
    let all = entity::session::Entity::find().count(bed.s.db.read()).await.unwrap();
    assert_eq!((all, turn_count(&bed, &c).await), (1, 1));
}

async fn fifty_answers_store_one(bed: TestBed) {
    let interview = bed
        .interview(2, |i| i.settings.follow_up_depth = FollowUpDepth::Deep)
        .await;
    let c = bed.candidate(interview, "Ana", None).await;
    let view = conversation::start(&bed.s, &token(&c), consent()).await.unwrap();
    let answers = (0..50).map(|n| {
        let (s, t) = (bed.s.clone(), token(&c));
        let input = says(&format!("client-{n}"), &view, &format!("answer {n}"));
        tokio::spawn(async move { conversation::answer(&s, &t, input).await })
    });
    let mut stored = 0;
    for answer in answers.collect::<Vec<_>>() {
        match answer.await.unwrap() {
            Ok(_) => stored += 1,
            Err(e) => assert_eq!(e.error, Code::Stale),
        }
    }
    assert_eq!(stored, 1);
    assert_eq!(turn_count(&bed, &c).await, 3, "greeting, one answer, one turn after it");
}

async fn the_same_client_id_again_changes_nothing(bed: TestBed) {
    let interview = bed.interview(2, |_| {}).await;
    let c = bed.candidate(interview, "Ana", None).await;
    let t = token(&c);
    let view = conversation::start(&bed.s, &t, consent()).await.unwrap();
    let input = says("same", &view, "  My answer \r\n");
    let first = conversation::answer(&bed.s, &t, input.clone()).await.unwrap();
    // The response was lost; the page tries again, although the question is another by now.
    let again = conversation::answer(&bed.s, &t, input.clone()).await.unwrap();
    assert_eq!(first, again);
    let other = AnswerInput {
        text: Some("Another answer".into()),
        ..input
    };
    let refused = conversation::answer(&bed.s, &t, other).await.unwrap_err();
    assert_eq!(refused.error, Code::ClientIdReused);
    assert_eq!(refused.view.unwrap().turns.len(), 3);
    assert_eq!(turn_count(&bed, &c).await, 3);
}

async fn an_older_window_is_refused(bed: TestBed) {
    let interview = bed.interview(2, |_| {}).await;
    let c = bed.candidate(interview, "Ana", None).await;
    let t = token(&c);
    let old = conversation::start(&bed.s, &t, consent()).await.unwrap();
    let new = conversation::start(&bed.s, &t, StartInput::default()).await.unwrap();
    assert_eq!(
        code(conversation::answer(&bed.s, &t, says("a", &old, "from the old window")).await),
        Code::TakenOver
    );
    assert_eq!(
        code(conversation::heartbeat(&bed.s, &t, old.lease).await),
        Code::TakenOver
    );
    assert!(conversation::heartbeat(&bed.s, &t, new.lease).await.is_ok());
    let none = AnswerInput {
        lease: None,
        ..says("b", &old, "without a lease")
    };
    assert!(conversation::answer(&bed.s, &t, none).await.is_ok());
}

async fn a_stale_question_stores_nothing(bed: TestBed) {
    let interview = bed.interview(3, |_| {}).await;
    let c = bed.candidate(interview, "Ana", None).await;
    let t = token(&c);
    let first = conversation::start(&bed.s, &t, consent()).await.unwrap();
    conversation::answer(&bed.s, &t, says("a", &first, "One"))
        .await
        .unwrap();
    let refused = conversation::answer(&bed.s, &t, says("b", &first, "One, from the back button"))
        .await
        .unwrap_err();
    assert_eq!(refused.error, Code::Stale);
    assert_eq!(refused.view.unwrap().asked, 2);
    assert_eq!(turn_count(&bed, &c).await, 3);
}

async fn answers_are_checked(bed: TestBed) {
    let interview = bed.interview(1, |_| {}).await;
    let c = bed.candidate(interview, "Ana", None).await;
    let t = token(&c);
    let early = AnswerInput {
        lease: None,
        ..says("x", &conversation::view(&bed.s, &t).await.unwrap(), "early")
    };
    assert_eq!(code(conversation::answer(&bed.s, &t, early).await), Code::NotOpen);
    let view = conversation::start(&bed.s, &t, consent()).await.unwrap();
    for bad in ["", "  \n ", "\u{0}", &"x".repeat(20_001)] {
        assert_eq!(
            code(conversation::answer(&bed.s, &t, says("a", &view, bad)).await),
            Code::Invalid
        );
    }
    for bad in ["", "with space", &"x".repeat(101)] {
        assert_eq!(
            code(conversation::answer(&bed.s, &t, says(bad, &view, "fine")).await),
            Code::Invalid
        );
    }
    assert_eq!(
        code(conversation::answer(&bed.s, "no-such-token", says("a", &view, "fine")).await),
        Code::UnknownLink
    );
    assert_eq!(turn_count(&bed, &c).await, 1);
    let long = "🦀".repeat(20_000);
    let view = conversation::answer(&bed.s, &t, says("a", &view, &long)).await.unwrap();
    assert_eq!(view.turns[1].text, long);
}

async fn choices_are_stored_as_their_text(bed: TestBed) {
    let choice = |n: u128, text: &str| Choice {
        id: parley_domain::id::ChoiceId(uuid::Uuid::from_u128(n)),
        text: text.into(),
    };
    let interview = bed
        .interview(2, |i| {
            i.questions[0].kind = QuestionKind::SingleChoice;
            i.questions[0].choices = vec![choice(1, "Yes"), choice(2, "No")];
            i.questions[1].kind = QuestionKind::MultipleChoice;
            i.questions[1].choices = vec![choice(3, "Tea"), choice(4, "Coffee"), choice(5, "Water")];
        })
        .await;
    let c = bed.candidate(interview, "Ana", None).await;
    let t = token(&c);
    let view = conversation::start(&bed.s, &t, consent()).await.unwrap();
    let ids: Vec<_> = view.question.as_ref().unwrap().choices.iter().map(|c| c.id).collect();
    let pick = |client: &str, view: &CandidateView, choices: Vec<_>| AnswerInput {
        text: None,
        choices,
        ..says(client, view, "")
    };
    assert_eq!(
        code(conversation::answer(&bed.s, &t, pick("a", &view, ids.clone())).await),
        Code::Invalid
    );
    assert_eq!(
        code(conversation::answer(&bed.s, &t, pick("a", &view, vec![])).await),
        Code::Invalid
    );
    assert_eq!(
        code(conversation::answer(&bed.s, &t, pick("a", &view, vec![choice(9, "").id])).await),
        Code::Invalid
    );
    let view = conversation::answer(&bed.s, &t, pick("a", &view, vec![ids[1]]))
        .await
        .unwrap();
    assert_eq!(view.turns[1].text, "No");
    let view = conversation::answer(&bed.s, &t, pick("b", &view, vec![choice(5, "").id, choice(3, "").id]))
        .await
        .unwrap();
    assert_eq!(view.turns[3].text, "Tea\nWater");
}

async fn follow_ups_stay_within_the_depth(bed: TestBed) {
    let interview = bed
        .interview(2, |i| i.settings.follow_up_depth = FollowUpDepth::Moderate)
        .await;
    let c = bed.candidate(interview, "Ana", None).await;
    let t = token(&c);
    let mut view = conversation::start(&bed.s, &t, consent()).await.unwrap();
    let mut prompts = vec![view.question.clone().unwrap()];
    for n in 0..12 {
        if view.question.is_none() {
            break;
        }
        view = conversation::answer(&bed.s, &t, says(&format!("c{n}"), &view, "Rather thin words here"))
            .await
            .unwrap();
        prompts.extend(view.question.clone());
    }
    let follow_ups: Vec<_> = prompts.iter().map(|p| p.follow_up).collect();
    assert_eq!(follow_ups, [false, true, true, false, true, true]);
    let mut ids: Vec<_> = prompts.iter().map(|p| p.id).collect();
    ids.dedup();
    assert_eq!(ids.len(), 6, "each follow-up is a prompt of its own");
    assert_eq!(view.asked, 2, "follow-ups are not counted as questions");
}

async fn looking_changes_nothing(bed: TestBed) {
    let interview = bed.interview(1, |_| {}).await;
    let c = bed.candidate(interview, "Ana", None).await;
    let t = token(&c);
    let before = session_of(&bed, &c).await;
    for _ in 0..100 {
        conversation::landing(&bed.s, &t).await.unwrap();
        conversation::view(&bed.s, &t).await.unwrap();
    }
    assert_eq!(session_of(&bed, &c).await, before);
    for _ in 0..3 {
        conversation::observe_opened(&bed.s, &t).await.unwrap();
        bed.clock.advance(MINUTE);
    }
    let after = session_of(&bed, &c).await;
    assert_eq!(
        after.opened_at.map(|t| t.millis()),
        Some(START),
        "the first look, noted once"
    );
    assert_eq!(after.status, Status::NotStarted);
}

async fn link_states(bed: TestBed) {
    for (state, expected) in [
        (InterviewState::Draft, LinkState::NotOpenYet),
        (InterviewState::Paused, LinkState::Paused),
        (InterviewState::Archived, LinkState::Closed),
        (InterviewState::Open, LinkState::Ready),
    ] {
        let interview = bed.interview(1, |i| i.state = state).await;
        let c = bed.candidate(interview, "Ana", None).await;
        assert_eq!(conversation::landing(&bed.s, &token(&c)).await.unwrap().state, expected);
        let started = conversation::start(&bed.s, &token(&c), consent()).await;
        assert_eq!(started.is_ok(), expected == LinkState::Ready);
    }
    for unknown in ["", "x", &"y".repeat(5_000), "../../etc/passwd", "ü"] {
        assert_eq!(
            conversation::landing(&bed.s, unknown).await.unwrap().state,
            LinkState::Unknown
        );
    }
    let interview = bed.interview(1, |i| i.settings.invite_expiry_days = Some(3)).await;
    let c = bed.candidate(interview, "Ana", None).await;
    bed.clock.advance(3 * DAY);
    assert_eq!(
        conversation::landing(&bed.s, &token(&c)).await.unwrap().state,
        LinkState::Expired
    );
    assert_eq!(
        code(conversation::start(&bed.s, &token(&c), consent()).await),
        Code::NotOpen
    );
}

async fn the_invited_email_is_asked_for(bed: TestBed) {
    let interview = bed.interview(1, |i| i.settings.require_invited_email = true).await;
    let c = bed.candidate(interview, "Ana", Some("Ana@Example.com")).await;
    let t = token(&c);
    assert!(conversation::landing(&bed.s, &t).await.unwrap().asks_email);
    let with = |email: Option<&str>| StartInput {
        email: email.map(Into::into),
        ..consent()
    };
    for wrong in [
        None,
        Some(""),
        Some("eve@example.com"),
        Some("ana@example.co"),
        Some("x"),
    ] {
        assert_eq!(
            code(conversation::start(&bed.s, &t, with(wrong)).await),
            Code::EmailNeeded
        );
    }
    let right = with(Some(" ana@EXAMPLE.com "));
    assert_eq!(
        code(conversation::start(&bed.s, &t, right.clone()).await),
        Code::TooMany,
        "five tries"
    );
    bed.clock.advance(16 * MINUTE);
    assert_eq!(
        conversation::start(&bed.s, &t, right).await.unwrap().state,
        Status::InProgress
    );

    let nobody = bed.candidate(interview, "No Mail", None).await;
    assert!(
        conversation::start(&bed.s, &token(&nobody), consent()).await.is_ok(),
        "nothing to compare with"
    );
}

async fn time_runs_out(bed: TestBed) {
    let interview = bed.interview(20, |i| i.settings.time_limit_minutes = Some(2)).await;
    let c = bed.candidate(interview, "Ana", None).await;
    let t = token(&c);
    let view = conversation::start(&bed.s, &t, consent()).await.unwrap();
    assert_eq!(view.seconds_left, Some(120));
    bed.clock.advance(50 * SECOND);
    let view = conversation::answer(&bed.s, &t, says("a", &view, "One")).await.unwrap();
    assert_eq!(view.seconds_left, Some(70));
    bed.clock.advance(50 * SECOND);
    let view = conversation::heartbeat(&bed.s, &t, view.lease).await.unwrap();
    assert_eq!(view.seconds_left, Some(20));
    // The draft that the page sends at the deadline may be ten seconds late.
    bed.clock.advance(28 * SECOND);
    assert_eq!(sessions::sweep(&bed.s).await.unwrap(), 0, "the draft may still come");
    let last = conversation::answer(&bed.s, &t, says("b", &view, "What stood in the composer"))
        .await
        .unwrap();
    assert_eq!(
        (last.state, last.end_reason),
        (Status::Completed, Some(EndReason::TimeUp))
    );
    assert!(last.turns.last().unwrap().late);
    let session = session_of(&bed, &c).await;
    assert_eq!(
        (session.end_reason, session.active_seconds),
        (Some(EndReason::TimeUp), 120)
    );

    // Nobody sends anything: the sweeper closes it, at its time.
    let c = bed.candidate(interview, "Ben", None).await;
    let view = conversation::start(&bed.s, &token(&c), consent()).await.unwrap();
    for _ in 0..2 {
        bed.clock.advance(55 * SECOND);
        conversation::heartbeat(&bed.s, &token(&c), view.lease).await.unwrap();
    }
    let deadline = bed.s.now().plus(10 * SECOND);
    bed.clock.advance(10 * MINUTE);
    assert_eq!(sessions::sweep(&bed.s).await.unwrap(), 1);
    let session = session_of(&bed, &c).await;
    assert_eq!(
        (session.end_reason, session.completed_at),
        (Some(EndReason::TimeUp), Some(deadline))
    );
    let late = conversation::answer(&bed.s, &token(&c), says("z", &view, "too late"))
        .await
        .unwrap_err();
    assert_eq!(late.error, Code::Ended);
}

async fn a_pause_does_not_count(bed: TestBed) {
    let interview = bed.interview(3, |i| i.settings.time_limit_minutes = Some(5)).await;
    let c = bed.candidate(interview, "Ana", None).await;
    let t = token(&c);
    let view = conversation::start(&bed.s, &t, consent()).await.unwrap();
    bed.clock.advance(2 * DAY);
    assert_eq!(sessions::sweep(&bed.s).await.unwrap(), 0, "away: the clock stands");
    let view = conversation::answer(&bed.s, &t, says("a", &view, "Back again"))
        .await
        .unwrap();
    assert_eq!(view.seconds_left, Some(300));
    assert_eq!(view.turns[1].pause_minutes, Some(2 * 24 * 60));

    let counted = bed
        .interview(3, |i| {
            i.settings.time_limit_minutes = Some(5);
            i.settings.count_time_away = true;
        })
        .await;
    let c = bed.candidate(counted, "Ben", None).await;
    conversation::start(&bed.s, &token(&c), consent()).await.unwrap();
    bed.clock.advance(6 * MINUTE);
    assert_eq!(sessions::sweep(&bed.s).await.unwrap(), 1);
}

async fn the_sweeper_closes_what_nobody_comes_back_to(bed: TestBed) {
    let interview = bed.interview(3, |i| i.settings.inactivity_days = 3).await;
    let c = bed.candidate(interview, "Ana", None).await;
    let t = token(&c);
    let view = conversation::start(&bed.s, &t, consent()).await.unwrap();
    conversation::answer(&bed.s, &t, says("a", &view, "One answer"))
        .await
        .unwrap();
    bed.clock.advance(3 * DAY - MINUTE);
    assert_eq!(sessions::sweep(&bed.s).await.unwrap(), 0);
    bed.clock.advance(2 * MINUTE);
    assert_eq!(sessions::sweep(&bed.s).await.unwrap(), 1);
    assert_eq!(sessions::sweep(&bed.s).await.unwrap(), 0);
    let session = session_of(&bed, &c).await;
    assert_eq!(session.end_reason, Some(EndReason::Inactivity));
    assert_eq!(session.completed_at.map(|t| t.millis()), Some(START + 3 * DAY));
}

async fn what_the_sweeper_closes_is_analysed(bed: TestBed) {
    let interview = bed
        .interview(2, |i| {
            i.settings.inactivity_days = 1;
            i.settings.time_limit_minutes = Some(10);
        })
        .await;
    let (late, left) = (
        bed.candidate(interview, "Late", None).await,
        bed.candidate(interview, "Left", None).await,
    );
    for one in [&late, &left] {
        conversation::start(&bed.s, &token(one), consent()).await.unwrap();
    }
    // One answers and stays until time runs out, the other one says nothing and never comes back.
    let view = conversation::view(&bed.s, &token(&late)).await.unwrap();
    conversation::answer(&bed.s, &token(&late), says("a", &view, "I work in a team of four."))
        .await
        .unwrap();
    for _ in 0..22 {
        bed.clock.advance(30 * SECOND);
        conversation::heartbeat(&bed.s, &token(&late), view.lease)
            .await
            .unwrap();
    }
    assert_eq!(sessions::sweep(&bed.s).await.unwrap(), 1);
    bed.clock.advance(2 * DAY);
    assert_eq!(sessions::sweep(&bed.s).await.unwrap(), 1);
    let queued = session_of(&bed, &late).await;
    assert_eq!(queued.end_reason, Some(EndReason::TimeUp));
    assert_eq!(queued.analysis_state, AnalysisState::Queued);
    jobs::run_due(&bed.s).await.unwrap();
    let done = session_of(&bed, &late).await;
    assert_eq!(done.analysis_state, AnalysisState::Ready);
    assert!(done.score.is_some());
    // Nothing was answered: that is all there is to say, and it is said at once.
    let silent = session_of(&bed, &left).await;
    assert_eq!(silent.end_reason, Some(EndReason::Inactivity));
    assert_eq!((silent.analysis_state, silent.score), (AnalysisState::Ready, None));
}

async fn a_retake_keeps_the_first_attempt(bed: TestBed) {
    let interview = bed.interview(2, |_| {}).await;
    let c = bed.candidate(interview, "Ana", None).await;
    let t = token(&c);
    let retake = || RetakeInput {
        reason: RetakeReason::TechnicalIssue,
        note: "The line broke.".into(),
    };
    let refused = sessions::retake(&bed.s, &bed.owner, c.id, retake()).await.unwrap_err();
    assert!(matches!(refused, ServiceError::Conflict { .. }));
    let view = conversation::start(&bed.s, &t, consent()).await.unwrap();
    conversation::answer(&bed.s, &t, says("a", &view, "First attempt"))
        .await
        .unwrap();
    let first = session_of(&bed, &c).await;

    let second = sessions::retake(&bed.s, &bed.owner, c.id, retake()).await.unwrap();
    assert_eq!(
        (second.attempt, second.status, second.current),
        (2, Status::NotStarted, true)
    );
    let former = entity::session::Entity::find_by_id(first.id.0)
        .one(bed.s.db.read())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (former.end_reason.as_deref(), former.is_current),
        (Some("replaced"), false)
    );
    assert_eq!(former.turns, 3, "the first attempt is whole");
    assert!(
        sessions::retake(&bed.s, &bed.owner, c.id, retake()).await.is_err(),
        "attempt 2 has not started yet"
    );

    assert_eq!(
        code(conversation::start(&bed.s, &t, StartInput::default()).await),
        Code::ConsentNeeded,
        "asked again"
    );
    let view = conversation::start(&bed.s, &t, consent()).await.unwrap();
    assert_eq!((view.turns.len(), view.state), (1, Status::InProgress));
    let stranger = bed.stranger().await;
    assert!(matches!(
        sessions::retake(&bed.s, &stranger, c.id, retake()).await,
        Err(ServiceError::NotFound)
    ));
}

async fn a_replaced_link_stops_the_old_one(bed: TestBed) {
    let interview = bed.interview(2, |_| {}).await;
    let c = bed.candidate(interview, "Ana", None).await;
    let old = token(&c);
    let view = conversation::start(&bed.s, &old, consent()).await.unwrap();
    let again = candidates::replace_link(&bed.s, &bed.owner, c.id).await.unwrap();
    assert_ne!(token(&again), old);
    assert_eq!(
        conversation::landing(&bed.s, &old).await.unwrap().state,
        LinkState::Unknown
    );
    assert_eq!(
        code(conversation::answer(&bed.s, &old, says("a", &view, "inside")).await),
        Code::UnknownLink
    );
    assert_eq!(
        conversation::landing(&bed.s, &token(&again)).await.unwrap().state,
        LinkState::Continue
    );
    assert_eq!(
        candidates::get(&bed.s, &bed.owner, c.id).await.unwrap().invite_url,
        again.invite_url
    );
}

async fn deleting_stops_the_link_and_restoring_brings_it_back(bed: TestBed) {
    let interview = bed.interview(2, |_| {}).await;
    let c = bed.candidate(interview, "Ana", Some("ana@example.com")).await;
    let t = token(&c);
    assert_eq!(candidates::delete(&bed.s, &bed.owner, &[c.id]).await.unwrap(), 1);
    assert_eq!(
        conversation::landing(&bed.s, &t).await.unwrap().state,
        LinkState::Unknown
    );
    assert!(matches!(
        candidates::get(&bed.s, &bed.owner, c.id).await,
        Err(ServiceError::NotFound)
    ));
    assert_eq!(
        candidates::deleted(&bed.s, &bed.owner, interview).await.unwrap().len(),
        1
    );
    let stranger = bed.stranger().await;
    assert_eq!(candidates::restore(&bed.s, &stranger, &[c.id]).await.unwrap(), 0);
    assert_eq!(candidates::restore(&bed.s, &bed.owner, &[c.id]).await.unwrap(), 1);
    assert_eq!(conversation::landing(&bed.s, &t).await.unwrap().state, LinkState::Ready);
    candidates::delete(&bed.s, &bed.owner, &[c.id]).await.unwrap();
    bed.clock.advance(29 * DAY);
    assert_eq!(candidates::purge(&bed.s).await.unwrap(), 0);
    bed.clock.advance(2 * DAY);
    assert_eq!(candidates::purge(&bed.s).await.unwrap(), 1);
    assert_eq!(entity::session::Entity::find().count(bed.s.db.read()).await.unwrap(), 0);
}

/// The process died after the answer was committed and before the interviewer's turn was.
async fn an_interrupted_turn_is_made_by_the_next_resume(bed: TestBed) {
    let interview = bed.interview(2, |_| {}).await;
    let c = bed.candidate(interview, "Ana", None).await;
    let t = token(&c);
    let view = conversation::start(&bed.s, &t, consent()).await.unwrap();
    conversation::answer(&bed.s, &t, says("a", &view, "One")).await.unwrap();
    let id = session_of(&bed, &c).await.id;
    undo_last_turn(&bed, id.0).await;
    let view = conversation::start(&bed.s, &t, StartInput::default()).await.unwrap();
    assert_eq!((view.turns.len(), view.asked), (3, 2));
    undo_last_turn(&bed, id.0).await;
    bed.clock.advance(MINUTE);
    sessions::sweep(&bed.s).await.unwrap();
    let view = conversation::view(&bed.s, &t).await.unwrap();
    assert_eq!(view.turns.len(), 3, "the sweeper goes on too");
    assert_eq!(view.turns.iter().filter(|t| t.speaker == Speaker::Candidate).count(), 1);
}

async fn undo_last_turn(bed: &TestBed, session: uuid::Uuid) {
    use sea_orm::{ActiveModelTrait, ActiveValue::Set, IntoActiveModel};
    let conn = bed.s.db.read();
    entity::turn::Entity::delete_many()
        .filter(entity::turn::Column::SessionId.eq(session))
        .filter(entity::turn::Column::Number.eq(3))
        .exec(conn)
        .await
        .unwrap();
    let mut row = entity::session::Entity::find_by_id(session)
        .one(conn)
        .await
        .unwrap()
        .unwrap()
        .into_active_model();
    row.turns = Set(2);
    row.question_index = Set(0);
    row.prompt_id = Set(Some(uuid::Uuid::from_u128(1)));
    row.awaiting = Set(Some("interviewer".into()));
    row.update(conn).await.unwrap();
}
