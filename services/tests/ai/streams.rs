//! Answers that arrive in pieces, and those that break off.

use crate::{
    common::TestBed,
    on_both_databases,
    support::{calls, request, with},
};
use parley_services::{
    Services,
    ai::{self, Failure, Request, usage},
};
use parley_testing::{ScriptedModel, Step};

on_both_databases!(streams_arrive_in_pieces, broken_streams_say_so,);

async fn read_all(s: &Services, request: &Request) -> Result<Vec<String>, (Vec<String>, Failure)> {
    let mut answer = ai::stream(s, request).await.map_err(|f| (Vec::new(), f))?;
    let mut parts = Vec::new();
    while let Some(part) = answer.next().await {
        match part {
            Ok(text) => parts.push(text),
            Err(failure) => return Err((parts, failure)),
        }
    }
    answer.accept();
    Ok(parts)
}

async fn streams_arrive_in_pieces(bed: TestBed) {
    let model = ScriptedModel::start().await;
    let s = with(&bed, &model);
    model
        .then(Step::status(500))
        .then(Step::Text("Thank you, héllo 中文.".into()));
    let parts = read_all(&s, &request(&bed)).await.unwrap();
    assert!(parts.len() > 3);
    assert_eq!(parts.concat(), "Thank you, héllo 中文.");
    assert_eq!(model.requests()[1]["stream"], true);
    usage::summary(&s, &bed.owner, 30).await.unwrap();
    let call = &calls(&s).await[0];
    assert_eq!(
        (call.outcome.as_str(), call.tries, call.input_tokens),
        ("ok", 2, Some(100))
    );
    assert!(call.first_ms.is_some());
}

async fn broken_streams_say_so(bed: TestBed) {
    let model = ScriptedModel::start().await;
    for (step, failure, some) in [
        (Step::Break("Thank you, h".into()), Failure::Broken, true),
        (Step::Stall("Thank you, h".into()), Failure::TimedOut, true),
        (Step::Length("Thank you, h".into()), Failure::Cut, true),
        (Step::Huge(200_000), Failure::Huge, true),
        (Step::Empty, Failure::Empty, false),
        (Step::Refuse, Failure::Declined, false),
    ] {
        let s = with(&bed, &model);
        model.then(step);
        let (parts, found) = read_all(&s, &request(&bed)).await.unwrap_err();
        assert_eq!((found, !parts.is_empty()), (failure, some));
    }
    // Nobody waits for the rest: recorded as such.
    let s = with(&bed, &model);
    model.then(Step::Stall("Thank you, h".into()));
    let mut answer = ai::stream(&s, &request(&bed)).await.unwrap();
    assert!(answer.next().await.unwrap().is_ok());
    drop(answer);
    usage::summary(&s, &bed.owner, 30).await.unwrap();
    assert!(
        calls(&s)
            .await
            .iter()
            .any(|call| call.outcome == "abandoned" && call.failed)
    );
}
