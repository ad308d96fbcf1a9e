//! Sessions that are read in parts.

use crate::{
    common::TestBed,
    on_both_databases,
    support::{complete, document, interview, judged, judges, with},
};
use parley_domain::session::AnalysisState;
use parley_services::{analysis, jobs};
use parley_testing::{ScriptedModel, Step};
use serde_json::json;

on_both_databases!(
    a_long_session_is_read_in_parts,
    a_small_server_is_asked_in_smaller_parts,
);

async fn a_long_session_is_read_in_parts(bed: TestBed) {
    let model = ScriptedModel::start().await;
    judges(&model, 8.0);
    let s = with(&bed, &model);
    let interview = interview(&bed, 8).await;
    let long = "We measured it carefully and wrote down every single step. ".repeat(330);
    let answers = [long.as_str(); 8];
    let session = complete(&bed.s, &bed, interview, &answers).await;
    jobs::run_due(&bed.s).await.unwrap();
    let told = analysis::estimate(&s, &bed.owner, interview, None).await.unwrap();
    analysis::run_again(&s, &bed.owner, session, None).await.unwrap();
    jobs::run_due(&s).await.unwrap();
    let requests = model.requests();
    assert!(requests.len() > 2, "{} calls", requests.len());
    assert_eq!(
        i64::try_from(requests.len()).unwrap(),
        told.calls,
        "as many as were told before"
    );
    let mut asked = Vec::new();
    for request in &requests[..requests.len() - 1] {
        assert!(request.to_string().len() < 120_000, "each within what a model can read");
        for q in document(request)["questions"].as_array().unwrap() {
            asked.push(q["ref"].as_str().unwrap().to_owned());
        }
    }
    assert_eq!(
        asked,
        (1..=8).map(|n| format!("Q{n}")).collect::<Vec<_>>(),
        "each question once, in order"
    );
    assert!(document(requests.last().unwrap()).get("parts").is_some());
    let ready = analysis::get(&s, &bed.owner, session).await.unwrap();
    assert_eq!(ready.state, AnalysisState::Ready);
    assert_eq!(ready.result.summary, "All parts together.");
    assert_eq!((ready.result.overall, ready.result.answered), (Some(8.0), 8));
    assert!(
        ready
            .result
            .questions
            .iter()
            .all(|q| q.score == Some(8.0) && !q.unevidenced)
    );
}

async fn a_small_server_is_asked_in_smaller_parts(bed: TestBed) {
    let model = ScriptedModel::start().await;
    // Reads about 3,500 tokens.
    model.otherwise(|request| {
        if request["messages"].to_string().len() > 14_000 {
            let body = json!({"error": {"message": "maximum context length is 3500 tokens"}}).to_string();
            return Step::Status {
                status: 400,
                retry_after: None,
                body,
            };
        }
        Step::json(&judged(request, 4.0))
    });
    let s = with(&bed, &model);
    let interview = interview(&bed, 3).await;
    let long = "We measured it carefully and wrote down every single step. ".repeat(250);
    let session = complete(&bed.s, &bed, interview, &[&long, &long, "Short."]).await;
    jobs::run_due(&bed.s).await.unwrap();
    analysis::run_again(&s, &bed.owner, session, None).await.unwrap();
    jobs::run_due(&s).await.unwrap();
    let ready = analysis::get(&s, &bed.owner, session).await.unwrap();
    assert_eq!(
        (ready.state, ready.result.overall),
        (AnalysisState::Ready, Some(4.0)),
        "{:?}",
        ready.error
    );
    assert_eq!(ready.result.answered, 3);
    let cut: Vec<_> = ready
        .result
        .cautions
        .iter()
        .filter(|c| c.contains("longer than the model can read"))
        .collect();
    assert_eq!(
        cut.len(),
        2,
        "what was not read whole is said: {:?}",
        ready.result.cautions
    );
}
