//! What each fault becomes, and a model that is not there.

use crate::{
    common::TestBed,
    on_both_databases,
    support::{complete, interview, judges, with},
};
use parley_domain::{
    analysis::Engine,
    session::{AnalysisState, Status},
};
use parley_services::{analysis, error::ServiceError, jobs, sessions};
use parley_testing::{ScriptedModel, Step};
use serde_json::json;

on_both_databases!(
    faults_are_seen_tried_again_and_never_block,
    a_model_that_is_not_there_is_refused,
);

async fn faults_are_seen_tried_again_and_never_block(bed: TestBed) {
    let interview = interview(&bed, 1).await;
    // (what the server does, whether it is tried again, what is said)
    let table = [
        (Step::status(401), false, "refuses the key"),
        (Step::status(404), false, "no such address or model"),
        (
            Step::Text("no JSON at all".into()),
            true,
            "did not have the asked structure",
        ),
        (
            Step::json(&json!({"summary": "", "questions": []})),
            true,
            "did not have the asked structure",
        ),
        (Step::Empty, true, "answered with nothing"),
        (Step::Refuse, false, "declined"),
    ];
    for (step, again, words) in table {
        let model = ScriptedModel::start().await;
        let s = with(&bed, &model);
        let fault = step.clone();
        model.otherwise(move |_| fault.clone());
        let session = complete(&bed.s, &bed, interview, &["We measured first."]).await;
        let row = sessions::get(&s, &bed.owner, session).await.unwrap();
        assert_eq!(
            row.status,
            Status::Completed,
            "completed whatever becomes of the analysis"
        );
        jobs::run_due(&bed.s).await.unwrap();
        analysis::run_again(&s, &bed.owner, session, Some(Engine::Ai))
            .await
            .unwrap();
        jobs::run_due(&s).await.unwrap();
        let now = analysis::get(&s, &bed.owner, session).await.unwrap();
        let state = if again {
            AnalysisState::Queued
        } else {
            AnalysisState::Failed
        };
        assert_eq!(now.state, state, "{step:?}");
        let said = now.error.unwrap();
        assert!(said.contains(words), "{step:?}: {said}");
        assert!(
            now.result.overall.is_some() || now.engine == Engine::BuiltIn,
            "the built-in figures stay"
        );
        assert!(again || said.contains("The transcript is complete"), "{said}");
        if again {
            judges(&model, 6.0);
            bed.clock.advance(10_000);
            jobs::run_due(&s).await.unwrap();
            let ready = analysis::get(&s, &bed.owner, session).await.unwrap();
            assert_eq!((ready.state, ready.error), (AnalysisState::Ready, None), "{step:?}");
            assert_eq!(ready.result.overall, Some(6.0));
        }
    }
    // A server that never works again: tried with growing pauses, then it stands there as failed.
    let model = ScriptedModel::start().await;
    let s = with(&bed, &model);
    model.otherwise(|_| Step::Text("never".into()));
    let session = complete(&bed.s, &bed, interview, &["We measured first."]).await;
    jobs::run_due(&bed.s).await.unwrap();
    analysis::run_again(&s, &bed.owner, session, Some(Engine::Ai))
        .await
        .unwrap();
    for _ in 0..jobs::TRIES_MAX {
        jobs::run_due(&s).await.unwrap();
        bed.clock.advance(30 * 60_000);
    }
    let failed = analysis::get(&s, &bed.owner, session).await.unwrap();
    assert_eq!(failed.state, AnalysisState::Failed);
    let codes: Vec<_> = sessions::events(&s, &bed.owner, session)
        .await
        .unwrap()
        .into_iter()
        .filter(|e| e.kind == "analysis_failed")
        .map(|e| e.code)
        .collect();
    assert_eq!(codes, [Some("ai".to_owned())]);
    judges(&model, 3.0);
    analysis::run_again(&s, &bed.owner, session, None).await.unwrap();
    jobs::run_due(&s).await.unwrap();
    assert_eq!(
        analysis::get(&s, &bed.owner, session).await.unwrap().result.overall,
        Some(3.0)
    );
}

async fn a_model_that_is_not_there_is_refused(bed: TestBed) {
    let interview = interview(&bed, 1).await;
    let session = complete(&bed.s, &bed, interview, &["We measured first."]).await;
    jobs::run_due(&bed.s).await.unwrap();
    for refused in [
        analysis::run_again(&bed.s, &bed.owner, session, Some(Engine::Ai))
            .await
            .map(drop),
        analysis::estimate(&bed.s, &bed.owner, interview, Some(Engine::Ai))
            .await
            .map(drop),
        analysis::start_batch(&bed.s, &bed.owner, interview, Some(Engine::Ai))
            .await
            .map(drop),
    ] {
        assert!(
            matches!(refused, Err(ServiceError::Conflict { code: "no_model", .. })),
            "{refused:?}"
        );
    }
    let runs = analysis::history(&bed.s, &bed.owner, session).await.unwrap();
    assert_eq!(
        runs.len(),
        1,
        "without a model there is the built-in analysis and nothing else"
    );
}
