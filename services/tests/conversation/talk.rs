//! Questions and answers, from the start to the end.

use crate::{
    common::{START, TestBed, token},
    on_both_databases,
    support::{code, consent, says, session_of, turn_count},
};
use parley_domain::{
    conversation::{CandidateErrorCode as Code, CandidateView},
    interview::FollowUpDepth,
    link::LinkState,
    question::{Choice, QuestionKind},
    session::{EndReason, Status},
    time::MINUTE,
};
use parley_services::conversation::{self, AnswerInput, StartInput};

on_both_databases!(
    the_whole_loop,
    nothing_secret_reaches_a_candidate,
    answers_are_checked,
    choices_are_stored_as_their_text,
    follow_ups_stay_within_the_depth,
    looking_changes_nothing,
);

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
