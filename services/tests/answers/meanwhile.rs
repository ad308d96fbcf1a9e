//! What happens between the look at a session and the write to it.

use crate::{
    common::TestBed,
    on_both_databases,
    support::{Talk, code},
};
use parley_domain::{
    conversation::CandidateErrorCode as Code,
    id::SessionId,
    session::{EndReason, RetakeReason, Status},
    time::{MINUTE, SECOND},
};
use parley_services::{
    candidates,
    conversation::{self, StartInput},
    db::Priority,
    entity,
    sessions::{self, RetakeInput},
};
use sea_orm::{ConnectionTrait, DatabaseBackend, EntityTrait, QuerySelect, Statement};
use std::time::Duration;

on_both_databases!(
    another_answer_meanwhile,
    the_same_answer_meanwhile,
    another_text_under_the_same_client_id_meanwhile,
    another_window_meanwhile,
    an_end_meanwhile,
    a_finish_meanwhile,
    a_replaced_link_meanwhile,
    a_link_replaced_ahead_of_an_answer,
    a_deletion_meanwhile,
    a_retake_meanwhile,
    a_heartbeat_meanwhile,
    the_deadline_meanwhile,
    an_answer_during_a_heartbeat,
    a_window_that_is_taken_over_during_its_heartbeat,
);

async fn another_answer_meanwhile(bed: TestBed) {
    let talk = Talk::start(bed).await;
    let held = talk.held("slow", "The slow one").await;
    talk.answer("quick", "The quick one").await.unwrap();
    let refused = held.release().await.unwrap_err();
    assert_eq!(refused.error, Code::Stale);
    assert_eq!(refused.view.unwrap().turns.len(), 3, "with the view of now");
    assert_eq!(talk.said().await, ["The quick one"]);
}

async fn the_same_answer_meanwhile(bed: TestBed) {
    let talk = Talk::start(bed).await;
    let held = talk.held("same", "The same").await;
    let view = talk.answer("same", "The same").await.unwrap();
    assert_eq!(held.release().await.unwrap(), view);
    assert_eq!(talk.said().await, ["The same"]);
}

async fn another_text_under_the_same_client_id_meanwhile(bed: TestBed) {
    let talk = Talk::start(bed).await;
    let held = talk.held("same", "The slow one").await;
    talk.answer("same", "The quick one").await.unwrap();
    assert_eq!(code(held.release().await), Code::ClientIdReused);
    assert_eq!(talk.said().await, ["The quick one"]);
}

async fn another_window_meanwhile(bed: TestBed) {
    let talk = Talk::start(bed).await;
    let held = talk.held("a", "From the old window").await;
    let view = conversation::start(&talk.bed.s, &talk.token, StartInput::default())
        .await
        .unwrap();
    assert_eq!(view.lease, 2);
    assert_eq!(code(held.release().await), Code::TakenOver);
    assert!(talk.said().await.is_empty());
}

async fn an_end_meanwhile(bed: TestBed) {
    let talk = Talk::start(bed).await;
    let held = talk.held("a", "Too late").await;
    let id = SessionId(talk.session().await.id);
    sessions::end(&talk.bed.s, &talk.bed.owner, id).await.unwrap();
    assert_eq!(code(held.release().await), Code::Ended);
    assert!(talk.said().await.is_empty());
}

async fn a_finish_meanwhile(bed: TestBed) {
    let talk = Talk::start(bed).await;
    let held = talk.held("a", "Too late").await;
    conversation::finish(&talk.bed.s, &talk.token).await.unwrap();
    assert_eq!(code(held.release().await), Code::Ended);
    assert!(talk.said().await.is_empty());
}

async fn a_replaced_link_meanwhile(bed: TestBed) {
    let talk = Talk::start(bed).await;
    let held = talk.held("a", "By the old link").await;
    candidates::replace_link(&talk.bed.s, &talk.bed.owner, talk.candidate.id)
        .await
        .unwrap();
    assert_eq!(code(held.release().await), Code::UnknownLink);
    assert!(talk.said().await.is_empty());
}

/// The answer stands in line for the row behind whoever replaces the link.
async fn a_link_replaced_ahead_of_an_answer(bed: TestBed) {
    if bed.s.db.is_sqlite() {
        // Its writers stand in one line, so that there is nothing to wait for in the middle of one.
        return;
    }
    let talk = Talk::start(bed).await;
    let s = talk.bed.s.clone();
    let row = talk.session().await;
    let waiting = async |wanted: i64| {
        let ask =
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        loop {
            let ask = Statement::from_string(DatabaseBackend::Postgres, ask);
            let found = s.db.read().query_one_raw(ask).await.unwrap().unwrap();
            if found.try_get_by_index::<i64>(0).unwrap() >= wanted {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let tx = s.db.write(Priority::Person).await.unwrap();
    entity::session::Entity::find_by_id(row.id)
        .lock_exclusive()
        .one(&*tx)
        .await
        .unwrap();
    let (services, owner, id) = (s.clone(), talk.bed.owner, talk.candidate.id);
    let replacing = tokio::spawn(async move { candidates::replace_link(&services, &owner, id).await });
    waiting(1).await;
    let (services, token, input) = (s.clone(), talk.token.clone(), talk.input("a", "By the old link"));
    let answering = tokio::spawn(async move { conversation::answer(&services, &token, input).await });
    waiting(2).await;
    tx.commit().await.unwrap();
    replacing.await.unwrap().unwrap();
    assert_eq!(code(answering.await.unwrap()), Code::UnknownLink);
    assert!(talk.said().await.is_empty());
}

async fn a_deletion_meanwhile(bed: TestBed) {
    let talk = Talk::start(bed).await;
    let held = talk.held("a", "Of somebody who is gone").await;
    candidates::delete(&talk.bed.s, &talk.bed.owner, &[talk.candidate.id])
        .await
        .unwrap();
    assert_eq!(code(held.release().await), Code::UnknownLink);
    assert!(talk.said().await.is_empty());
}

async fn a_retake_meanwhile(bed: TestBed) {
    let talk = Talk::start(bed).await;
    let held = talk.held("a", "To the attempt before").await;
    let input = RetakeInput {
        reason: RetakeReason::Other,
        note: String::new(),
    };
    sessions::retake(&talk.bed.s, &talk.bed.owner, talk.candidate.id, input)
        .await
        .unwrap();
    assert_eq!(
        code(held.release().await),
        Code::NotOpen,
        "the new attempt has not started"
    );
    assert!(talk.said().await.is_empty());
}

async fn a_heartbeat_meanwhile(bed: TestBed) {
    let talk = Talk::start(bed).await;
    talk.bed.clock.advance(30 * SECOND);
    let held = talk.held("a", "An answer").await;
    conversation::heartbeat(&talk.bed.s, &talk.token, talk.view.lease)
        .await
        .unwrap();
    talk.bed.clock.advance(20 * SECOND);
    let view = held.release().await.unwrap();
    assert_eq!((view.turns.len(), view.asked), (3, 2));
    assert_eq!(talk.said().await, ["An answer"]);
    let row = talk.session().await;
    assert_eq!(row.active_ms, 50 * SECOND, "no time is lost or counted twice");
    assert_eq!(row.last_seen_at, row.started_at.map(|at| at + 50 * SECOND));
}

/// Time is up, within the grace, and what was seen of the clock is not how it stands.
async fn the_deadline_meanwhile(bed: TestBed) {
    let talk = Talk::limited(bed, Some(1)).await;
    talk.bed.clock.advance(30 * SECOND);
    let held = talk.held("a", "Just so").await;
    conversation::heartbeat(&talk.bed.s, &talk.token, talk.view.lease)
        .await
        .unwrap();
    talk.bed.clock.advance(35 * SECOND);
    let view = held.release().await.unwrap();
    assert_eq!(
        (view.state, view.end_reason),
        (Status::Completed, Some(EndReason::TimeUp))
    );
    assert!(view.turns[1].late && view.turns.len() == 2);
    assert_eq!(talk.said().await, ["Just so"]);
    assert_eq!(talk.session().await.active_ms, MINUTE);
}

async fn an_answer_during_a_heartbeat(bed: TestBed) {
    let talk = Talk::start(bed).await;
    talk.bed.clock.advance(20 * SECOND);
    let held = talk.held_heartbeat().await;
    talk.bed.clock.advance(5 * SECOND);
    let answered = talk.answer("a", "An answer").await.unwrap();
    talk.bed.clock.advance(5 * SECOND);
    assert_eq!(held.release().await.unwrap(), answered, "nothing is taken back");
    assert_eq!(talk.said().await, ["An answer"]);
    assert_eq!(talk.session().await.active_ms, 30 * SECOND);
}

async fn a_window_that_is_taken_over_during_its_heartbeat(bed: TestBed) {
    let talk = Talk::start(bed).await;
    talk.bed.clock.advance(20 * SECOND);
    let held = talk.held_heartbeat().await;
    conversation::start(&talk.bed.s, &talk.token, StartInput::default())
        .await
        .unwrap();
    assert_eq!(code(held.release().await), Code::TakenOver);
    assert_eq!(talk.session().await.holder, 2);
}
