//! What each fault becomes, and what is repeated.

use crate::{
    common::TestBed,
    on_both_databases,
    support::{calls, request, with},
};
use parley_domain::time::SECOND;
use parley_services::ai::{self, Ai, AiConfig, Failure};
use parley_testing::{ScriptedModel, Step};
use std::time::Duration;

on_both_databases!(
    each_fault_has_its_name,
    passing_faults_are_repeated,
    the_servers_pause_is_kept,
    a_failing_server_is_left_alone,
);

async fn each_fault_has_its_name(bed: TestBed) {
    let model = ScriptedModel::start().await;
    for (step, failure) in [
        (Step::status(401), Failure::Refused),
        (Step::status(403), Failure::Refused),
        (Step::status(404), Failure::Rejected { status: 404 }),
        (Step::status(413), Failure::Rejected { status: 413 }),
        (Step::Refuse, Failure::Declined),
        (Step::Empty, Failure::Empty),
        (Step::Huge(6_000_000), Failure::Huge),
        (Step::Hang, Failure::TimedOut),
    ] {
        let s = with(&bed, &model);
        model.then(step);
        let request = request(&bed).within(Duration::from_millis(700));
        assert_eq!(ai::ask(&s, &request).await.unwrap_err(), failure);
        assert!(!failure.words().is_empty());
        let last = calls(&s).await.pop().unwrap();
        assert!(last.failed);
    }
    let gone = AiConfig {
        url: "http://127.0.0.1:9/v1".into(),
        key: None,
        model: "m".into(),
    };
    let s = bed.s.clone().with_ai(Ai::new(Some(gone), 8).unwrap());
    let request = request(&bed).within(Duration::from_millis(200));
    assert_eq!(ai::ask(&s, &request).await.unwrap_err(), Failure::Unreachable);
    let outcomes: Vec<_> = calls(&s).await.into_iter().map(|c| c.outcome).collect();
    let expected = [
        "refused",
        "rejected",
        "declined",
        "empty",
        "huge",
        "timed_out",
        "unreachable",
    ];
    assert!(
        expected.iter().all(|code| outcomes.iter().any(|o| o == code)),
        "{outcomes:?}"
    );
}

async fn passing_faults_are_repeated(bed: TestBed) {
    let model = ScriptedModel::start().await;
    let s = with(&bed, &model);
    for step in [
        Step::status(500),
        Step::status(503),
        Step::Nonsense,
        Step::Break("x".into()),
    ] {
        model.then(step.clone()).then(step).then(Step::Text("There.".into()));
        assert_eq!(ai::ask(&s, &request(&bed)).await.unwrap().text, "There.");
    }
    assert!(calls(&s).await.iter().all(|call| call.tries == 3 && !call.failed));
    let before = model.requests().len();
    model.otherwise(|_| Step::status(502));
    assert_eq!(
        ai::ask(&s, &request(&bed)).await.unwrap_err(),
        Failure::Down { status: 502 }
    );
    assert_eq!(model.requests().len() - before, 3, "three tries and no more");
    // What will not pass is not repeated.
    model.otherwise(|_| Step::status(401));
    assert_eq!(ai::ask(&s, &request(&bed)).await.unwrap_err(), Failure::Refused);
    assert_eq!(model.requests().len() - before, 4);
}

fn throttled(retry_after: u64) -> Step {
    Step::Status {
        status: 429,
        retry_after: Some(retry_after),
        body: String::new(),
    }
}

async fn the_servers_pause_is_kept(bed: TestBed) {
    let model = ScriptedModel::start().await;
    let s = with(&bed, &model);
    model.then(throttled(1)).then(Step::Text("There.".into()));
    ai::ask(&s, &request(&bed)).await.unwrap();
    assert!(calls(&s).await[0].latency_ms >= 1_000, "it waited as it was told");
    // A pause that is longer than anybody waits is no reason to wait.
    model.then(throttled(3_600));
    let failure = ai::ask(&s, &request(&bed)).await.unwrap_err();
    assert_eq!(
        failure,
        Failure::Throttled {
            retry_after: Some(3_600)
        }
    );
    assert_eq!(model.requests().len(), 3);
}

async fn a_failing_server_is_left_alone(bed: TestBed) {
    let model = ScriptedModel::start().await;
    let s = with(&bed, &model);
    model.otherwise(|_| Step::status(401));
    for _ in 0..5 {
        assert_eq!(ai::ask(&s, &request(&bed)).await.unwrap_err(), Failure::Refused);
    }
    assert_eq!(ai::ask(&s, &request(&bed)).await.unwrap_err(), Failure::Resting);
    assert_eq!(model.requests().len(), 5, "nothing was sent");
    bed.clock.advance(15 * SECOND);
    model.otherwise(|_| Step::Text("Back.".into()));
    assert_eq!(ai::ask(&s, &request(&bed)).await.unwrap().text, "Back.");
    assert_eq!(ai::ask(&s, &request(&bed)).await.unwrap().text, "Back.");
}
