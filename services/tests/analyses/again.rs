//! Running again: one session, and many of an interview at once.

use crate::{
    common::{TestBed, token},
    on_both_databases,
    support::{complete, interview, judges, with},
};
use parley_domain::{
    account::Role,
    analysis::{BatchState, Engine},
};
use parley_services::{
    analysis,
    conversation::{self, StartInput},
    error::ServiceError,
    jobs, sessions,
};
use parley_testing::ScriptedModel;

on_both_databases!(
    running_again_keeps_history_and_shows_what_changed,
    a_batch_tells_its_cost_and_does_what_it_told,
    a_batch_can_be_stopped_and_is_for_those_who_may,
);

async fn running_again_keeps_history_and_shows_what_changed(bed: TestBed) {
    let model = ScriptedModel::start().await;
    let s = with(&bed, &model);
    let interview = interview(&bed, 1).await;
    let session = complete(&bed.s, &bed, interview, &["We measured first."]).await;
    jobs::run_due(&bed.s).await.unwrap();
    let nothing = analysis::changes(&s, &bed.owner, session, None, None)
        .await
        .unwrap_err();
    assert!(matches!(
        nothing,
        ServiceError::Conflict {
            code: "nothing_to_compare",
            ..
        }
    ));
    for score in [4.0, 6.5] {
        judges(&model, score);
        analysis::run_again(&s, &bed.owner, session, None).await.unwrap();
        jobs::run_due(&s).await.unwrap();
    }
    let runs: Vec<_> = analysis::history(&s, &bed.owner, session)
        .await
        .unwrap()
        .into_iter()
        .map(|a| (a.run, a.engine, a.result.overall))
        .collect();
    assert_eq!(
        runs,
        [
            (3, Engine::Ai, Some(6.5)),
            (2, Engine::Ai, Some(4.0)),
            (1, Engine::BuiltIn, runs[2].2),
        ]
    );
    let changes = analysis::changes(&s, &bed.owner, session, None, None).await.unwrap();
    assert_eq!(
        (changes.before.run, changes.after.run),
        (2, 3),
        "the one before by the same engine"
    );
    assert_eq!(changes.overall_difference, Some(2.5));
    assert!(changes.lines.iter().all(|l| l.difference == Some(2.5)));
    let named = analysis::changes(&s, &bed.owner, session, Some(1), Some(2))
        .await
        .unwrap();
    assert_eq!((named.before.engine, named.after.engine), (Engine::BuiltIn, Engine::Ai));
    assert!(matches!(
        analysis::changes(&s, &bed.owner, session, Some(9), None).await,
        Err(ServiceError::NotFound)
    ));
    // A later built-in run does not take the model's words away: each run says what made it.
    analysis::run_again(&s, &bed.owner, session, Some(Engine::BuiltIn))
        .await
        .unwrap();
    jobs::run_due(&s).await.unwrap();
    let now = analysis::get(&s, &bed.owner, session).await.unwrap();
    assert_eq!((now.run, now.engine, now.model), (4, Engine::BuiltIn, None));
    let row = sessions::get(&s, &bed.owner, session).await.unwrap();
    assert_eq!(row.score, now.result.overall, "the list shows the newest run");
}

async fn a_batch_tells_its_cost_and_does_what_it_told(bed: TestBed) {
    let model = ScriptedModel::start().await;
    judges(&model, 5.0);
    let s = with(&bed, &model);
    let interview = interview(&bed, 2).await;
    let mut all = Vec::new();
    for _ in 0..10 {
        all.push(complete(&bed.s, &bed, interview, &["We measured first.", "Then we changed it."]).await);
    }
    // Neither of these is analysed: one has not started, one said nothing.
    bed.candidate(interview, "Bo", None).await;
    let silent = bed.candidate(interview, "Cy", None).await;
    let start = StartInput {
        consent: true,
        language: "en".into(),
        ..Default::default()
    };
    conversation::start(&bed.s, &token(&silent), start).await.unwrap();
    sessions::end(&bed.s, &bed.owner, silent.session.id).await.unwrap();
    let early = analysis::estimate(&s, &bed.owner, interview, None).await.unwrap();
    assert_eq!(
        (early.sessions, early.on_their_way),
        (0, 10),
        "all of them are being analysed"
    );
    jobs::run_due(&bed.s).await.unwrap();

    let told = analysis::estimate(&s, &bed.owner, interview, None).await.unwrap();
    assert_eq!((told.engine, told.model.as_deref()), (Engine::Ai, Some("m")));
    assert_eq!((told.sessions, told.calls, told.on_their_way), (10, 10, 0));
    assert!(told.input_tokens > 5_000 && told.output_tokens > 5_000);
    let built_in = analysis::estimate(&s, &bed.owner, interview, Some(Engine::BuiltIn))
        .await
        .unwrap();
    assert_eq!((built_in.sessions, built_in.calls, built_in.model), (10, 0, None));
    assert_eq!(model.requests().len(), 0, "nothing runs by asking");

    let batch = analysis::start_batch(&s, &bed.owner, interview, None).await.unwrap();
    assert_eq!((batch.state, batch.total, batch.queued), (BatchState::Running, 10, 0));
    assert!(matches!(
        analysis::start_batch(&s, &bed.owner, interview, None).await,
        Err(ServiceError::Conflict {
            code: "batch_running",
            ..
        })
    ));
    jobs::run_due(&s).await.unwrap();
    let done = analysis::current_batch(&s, &bed.owner, interview).await.unwrap();
    assert_eq!((done.id, done.state), (batch.id, BatchState::Done));
    assert_eq!((done.total, done.queued, done.ready, done.failed), (10, 10, 10, 0));
    assert!(!done.is_busy());
    assert_eq!(model.requests().len(), 10, "as many calls as were told");
    for session in all {
        let now = analysis::get(&s, &bed.owner, session).await.unwrap();
        assert_eq!((now.run, now.engine, now.result.overall), (2, Engine::Ai, Some(5.0)));
    }
    // All over: another one can begin.
    analysis::start_batch(&s, &bed.owner, interview, Some(Engine::BuiltIn))
        .await
        .unwrap();
}

async fn a_batch_can_be_stopped_and_is_for_those_who_may(bed: TestBed) {
    let interview = interview(&bed, 1).await;
    let s = &bed.s;
    assert!(matches!(
        analysis::start_batch(s, &bed.owner, interview, None).await,
        Err(ServiceError::Conflict {
            code: "nothing_to_analyse",
            ..
        })
    ));
    assert!(matches!(
        analysis::current_batch(s, &bed.owner, interview).await,
        Err(ServiceError::NotFound)
    ));
    for _ in 0..20 {
        complete(s, &bed, interview, &["We measured first."]).await;
    }
    jobs::run_due(s).await.unwrap();
    let (viewer, stranger) = (bed.member(Role::Viewer), bed.stranger().await);
    assert!(matches!(
        analysis::start_batch(s, &viewer, interview, None).await,
        Err(ServiceError::Forbidden)
    ));
    assert!(matches!(
        analysis::estimate(s, &viewer, interview, None).await,
        Err(ServiceError::Forbidden)
    ));
    for foreign in [
        analysis::start_batch(s, &stranger, interview, None).await.map(drop),
        analysis::estimate(s, &stranger, interview, None).await.map(drop),
        analysis::current_batch(s, &stranger, interview).await.map(drop),
        analysis::cancel_batch(s, &stranger, interview).await.map(drop),
    ] {
        assert!(matches!(foreign, Err(ServiceError::NotFound)), "{foreign:?}");
    }
    analysis::start_batch(s, &bed.owner, interview, None).await.unwrap();
    let stopped = analysis::cancel_batch(s, &bed.owner, interview).await.unwrap();
    assert_eq!((stopped.state, stopped.queued), (BatchState::Cancelled, 0));
    jobs::run_due(s).await.unwrap();
    let after = analysis::current_batch(s, &bed.owner, interview).await.unwrap();
    assert_eq!(
        (after.queued, after.ready),
        (0, 0),
        "a stopped batch queues nothing more"
    );
    assert!(matches!(
        analysis::cancel_batch(s, &bed.owner, interview).await,
        Err(ServiceError::Conflict { code: "batch_over", .. })
    ));
    bed.clock.advance(1);
    analysis::start_batch(s, &bed.owner, interview, None).await.unwrap();
    jobs::run_due(s).await.unwrap();
    let again = analysis::current_batch(s, &bed.owner, interview).await.unwrap();
    assert_eq!(
        (again.state, again.total, again.ready),
        (BatchState::Done, 20, 20),
        "three waves"
    );
}
