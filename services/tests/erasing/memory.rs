//! What a process has of them in memory.

use crate::{
    common::{TestBed, token},
    on_both_databases,
};
use parley_domain::{
    candidate::Candidate,
    clock::Presence,
    conversation::CandidateView,
    id::InterviewId,
    time::{DAY, MINUTE},
};
use parley_services::{
    candidates,
    conversation::{self, AnswerInput, StartInput},
};

on_both_databases!(who_is_deleted_leaves_the_memory,);

async fn answered(bed: &TestBed, token: &str, view: &CandidateView, text: &str) -> CandidateView {
    let input = AnswerInput {
        client_id: text.split(' ').next().unwrap().to_owned(),
        question: view.question.as_ref().unwrap().id,
        text: Some(text.to_owned()),
        choices: Vec::new(),
        lease: Some(view.lease),
        presence: Presence::Live,
    };
    conversation::answer(&bed.s, token, input).await.unwrap()
}

/// A candidate who has answered once, so that the process has them in memory.
async fn inside(bed: &TestBed, interview: InterviewId) -> (Candidate, CandidateView) {
    let candidate = bed.candidate(interview, "Zebulon", Some("zebulon@x.example")).await;
    let input = StartInput {
        consent: true,
        language: "en".into(),
        ..Default::default()
    };
    let view = conversation::start(&bed.s, &token(&candidate), input).await.unwrap();
    let view = answered(bed, &token(&candidate), &view, "first: quaggas are zebras").await;
    // Whoever looks keeps what was said.
    conversation::view(&bed.s, &token(&candidate)).await.unwrap();
    (candidate, view)
}

async fn who_is_deleted_leaves_the_memory(bed: TestBed) {
    let interview = bed.interview(3, |_| {}).await;
    let scenes = || format!("{:?}", bed.s.scenes);
    let transcripts = || format!("{:?}", bed.s.transcripts);
    let known = || scenes().contains("Zebulon") && transcripts().contains("quaggas");
    let unknown = || {
        let kept = scenes() + &transcripts();
        !kept.contains("Zebulon") && !kept.contains("quaggas")
    };
    let (first, view) = inside(&bed, interview).await;
    assert!(known());
    candidates::delete(&bed.s, &bed.owner, &[first.id]).await.unwrap();
    assert!(unknown());
    // Brought back, they go on where they were.
    candidates::restore(&bed.s, &bed.owner, &[first.id]).await.unwrap();
    let view = answered(&bed, &token(&first), &view, "second: and so are zebras").await;
    assert_eq!(view.turns.len(), 5);
    conversation::view(&bed.s, &token(&first)).await.unwrap();
    assert!(known());
    conversation::finish(&bed.s, &token(&first)).await.unwrap();
    assert!(unknown(), "the session is over");
    conversation::view(&bed.s, &token(&first)).await.unwrap();
    assert!(unknown(), "who looks at what is over brings it back for nobody");
    candidates::delete(&bed.s, &bed.owner, &[first.id]).await.unwrap();
    bed.clock.advance(MINUTE);
    assert_eq!(candidates::erase(&bed.s, &bed.owner, &[first.id]).await.unwrap(), 1);

    // Under a link that was replaced in the middle.
    let (second, _) = inside(&bed, interview).await;
    candidates::replace_link(&bed.s, &bed.owner, second.id).await.unwrap();
    candidates::delete(&bed.s, &bed.owner, &[second.id]).await.unwrap();
    assert!(unknown());
    bed.clock.advance(31 * DAY);
    assert_eq!(candidates::purge(&bed.s).await.unwrap(), 1);
    assert!(unknown());
}
