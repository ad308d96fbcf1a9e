//! What of its proposals is carried out, and what a candidate sees of them.

use crate::{
    common::TestBed,
    on_both_databases,
    support::{Talk, follow_up, next, outcomes, secrets_everywhere, with},
};
use parley_domain::{
    conversation::TurnKind,
    id::{ChoiceId, QuestionId},
    interview::FollowUpDepth,
    question::{Choice, Question, QuestionKind},
    session::Status,
};
use parley_services::{candidates, conversation, entity};
use parley_testing::{MODEL, ScriptedModel, Step};
use sea_orm::EntityTrait;
use serde_json::json;
use std::time::Duration;

on_both_databases!(
    a_follow_up_is_asked_and_counted,
    the_server_asks_the_next_question_and_ends,
    the_server_counts_the_follow_ups,
    what_is_written_is_shown_while_it_is_written,
);

async fn a_follow_up_is_asked_and_counted(bed: TestBed) {
    let model = ScriptedModel::start().await;
    let s = with(&bed, &model);
    model
        .say(follow_up("What was the hardest part?"))
        .say(next("Thank you."));
    let mut talk = Talk::start(&bed, &s, 2, secrets_everywhere).await;
    let view = talk.say("We had an outage.").await;
    assert_eq!((view.asked, view.writing), (1, false));
    let question = view.question.as_ref().unwrap();
    assert!(question.follow_up && question.text == "What was the hardest part?");
    let view = talk.say("The database.").await;
    assert_eq!(view.question.as_ref().unwrap().text, "Question number 2?");
    let transcript = talk.transcript(&bed).await;
    let said: Vec<_> = transcript.items.iter().map(|t| (t.kind, t.scripted)).collect();
    assert_eq!(
        said,
        [
            (TurnKind::Question, true),
            (TurnKind::Answer, false),
            (TurnKind::FollowUp, false),
            (TurnKind::Answer, false),
            (TurnKind::Question, false),
        ]
    );
    let rows = entity::ai_call::Entity::find().all(s.db.read()).await.unwrap();
    let session = candidates::get(&s, &bed.owner, talk.candidate.id)
        .await
        .unwrap()
        .session;
    for row in &rows {
        assert_eq!(
            (row.purpose.as_str(), row.model.as_str(), row.outcome.as_str()),
            ("interview", MODEL, "ok")
        );
        assert_eq!(row.subject_id, Some(session.id.0));
    }
    assert_eq!(rows.len(), 2);
}

async fn the_server_asks_the_next_question_and_ends(bed: TestBed) {
    let model = ScriptedModel::start().await;
    let s = with(&bed, &model);
    model
        .say(next("Thank you, that is clear."))
        .say(next("I see, thank you."));
    let mut talk = Talk::start(&bed, &s, 2, |_| {}).await;
    talk.say("First.").await;
    assert_eq!(talk.last(), "Thank you, that is clear.\n\nQuestion number 2?");
    // Light: nothing may be asked on, and the model is told so.
    assert_eq!(
        model.requests()[0]["response_format"]["json_schema"]["schema"]["properties"]["action"]["enum"],
        json!(["next"])
    );
    talk.say("Second.").await;
    assert!(talk.last().starts_with("I see, thank you.\n\n") && talk.last().contains("Finish interview"));
    assert!(talk.view.question.is_none() && !talk.view.writing);
    assert_eq!(
        conversation::finish(&s, &talk.token).await.unwrap().state,
        Status::Completed
    );
}

async fn the_server_counts_the_follow_ups(bed: TestBed) {
    let model = ScriptedModel::start().await;
    let s = with(&bed, &model);
    model.otherwise(|_| Step::json(&follow_up("What else was there?")));
    let mut talk = Talk::start(&bed, &s, 2, secrets_everywhere).await;
    // Long, so that the scripted interviewer would not ask on.
    let long = "word ".repeat(60);
    for expected in [true, true, false] {
        let view = talk.say(&long).await;
        assert_eq!(view.question.as_ref().unwrap().follow_up, expected);
    }
    assert_eq!(talk.view.asked, 2, "the third was refused, and the script went on");
    let codes = outcomes(&s).await;
    assert_eq!(codes.iter().filter(|c| *c == "invalid").count(), 2, "{codes:?}");
    // A choice is never asked on.
    let mut choice = Talk::start(&bed, &s, 1, |input| {
        input.settings.follow_up_depth = FollowUpDepth::Deep;
        input.questions = vec![
            Question {
                id: QuestionId(uuid::Uuid::from_u128(1)),
                kind: QuestionKind::SingleChoice,
                text: "Which shift?".into(),
                choices: ["Morning", "Evening"]
                    .map(|text| Choice {
                        id: ChoiceId(uuid::Uuid::from_u128(
                            text.len() as u128 + u128::from(text.as_bytes()[0]),
                        )),
                        text: text.into(),
                    })
                    .to_vec(),
                ..Default::default()
            },
            Question {
                id: QuestionId(uuid::Uuid::from_u128(2)),
                text: "And why?".into(),
                ..Default::default()
            },
        ];
    })
    .await;
    let view = choice.say("Morning").await;
    assert_eq!(view.question.as_ref().unwrap().text, "And why?");
}

async fn what_is_written_is_shown_while_it_is_written(bed: TestBed) {
    let model = ScriptedModel::start().await;
    let s = with(&bed, &model);
    let said = "You mention a handover that went wrong. What did you change after that?";
    model.say(follow_up(said));
    let mut talk = Talk::start(&bed, &s, 2, secrets_everywhere).await;
    let session = conversation::pulse(&s, &talk.token, None)
        .await
        .unwrap()
        .unwrap()
        .session;
    let desk = s.desks.of(session);
    let mut drafts = desk.watch();
    let watching = tokio::spawn(async move {
        let mut seen = Vec::new();
        while drafts.changed().await.is_ok() {
            let draft = drafts.borrow_and_update().clone();
            seen.push(draft.text.clone());
            if draft.text.ends_with("after") {
                break;
            }
        }
        seen
    });
    talk.say("The handover went wrong.").await;
    let seen = tokio::time::timeout(Duration::from_secs(5), watching)
        .await
        .unwrap()
        .unwrap();
    assert!(seen.iter().all(|part| said.starts_with(part.as_str())), "{seen:?}");
    assert_eq!(talk.last(), said);
}
