//! The clock, the sweeper, and another attempt.

use crate::{
    common::{START, TestBed, token},
    on_both_databases,
    support::{code, consent, says, session_of},
};
use parley_domain::{
    conversation::CandidateErrorCode as Code,
    session::{AnalysisState, EndReason, RetakeReason, Status},
    time::{DAY, MINUTE, SECOND},
};
use parley_services::{
    conversation::{self, StartInput},
    entity,
    error::ServiceError,
    jobs,
    sessions::{self, RetakeInput},
};
use sea_orm::EntityTrait;

on_both_databases!(
    time_runs_out,
    a_pause_does_not_count,
    the_sweeper_closes_what_nobody_comes_back_to,
    what_the_sweeper_closes_is_analysed,
    a_retake_keeps_the_first_attempt,
);

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
