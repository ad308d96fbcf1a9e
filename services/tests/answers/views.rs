//! What is answered, what is looked at and what the list sorts by are the same, in every process.

use crate::{common::TestBed, on_both_databases, support::Talk};
use parley_domain::{
    conversation::CandidateView,
    id::SessionId,
    time::{MINUTE, SECOND},
};
use parley_services::{
    conversation::{self, StartInput},
    sessions,
};

on_both_databases!(
    two_processes_share_a_session,
    the_list_sorts_by_minutes_until_the_end,
    the_view_of_an_answer_is_the_view,
);

/// The list sorts whoever is inside by whole minutes, and whoever is through by what it took.
async fn the_list_sorts_by_minutes_until_the_end(bed: TestBed) {
    let mut talk = Talk::start(bed).await;
    for (n, minutes) in [(1, 0), (2, 1)] {
        talk.bed.clock.advance(40 * SECOND);
        talk.view = talk.answer(&format!("c{n}"), "Words").await.unwrap();
        let row = talk.session().await;
        assert_eq!((row.active_ms, row.duration_key), (n * 40 * SECOND, minutes * MINUTE));
    }
    let id = SessionId(talk.session().await.id);
    sessions::end(&talk.bed.s, &talk.bed.owner, id).await.unwrap();
    let row = talk.session().await;
    assert_eq!((row.active_ms, row.duration_key), (80 * SECOND, 80 * SECOND));
}

/// What a process remembers of a transcript, another one may have gone on with.
async fn two_processes_share_a_session(bed: TestBed) {
    let mut talk = Talk::start(bed).await;
    let one = talk.bed.s.clone();
    talk.bed.restart().await;
    let other = talk.bed.s.clone();
    for n in 1..=2 {
        talk.bed.s = if n == 1 { one.clone() } else { other.clone() };
        talk.view = talk.answer(&format!("c{n}"), "Words").await.unwrap();
        for s in [&one, &other] {
            let seen = conversation::view(s, &talk.token).await.unwrap();
            assert_eq!((seen.turns.len(), &seen), (1 + 2 * n, &talk.view));
        }
    }
}

/// What is answered is made up in memory; what is looked at comes from the database.
async fn the_view_of_an_answer_is_the_view(bed: TestBed) {
    let mut talk = Talk::limited(bed, Some(30)).await;
    assert_eq!(conversation::view(&talk.bed.s, &talk.token).await.unwrap(), talk.view);
    let mut n = 0;
    while talk.view.question.is_some() {
        talk.bed.clock.advance(if n == 1 { 5 * MINUTE } else { 40 * SECOND });
        n += 1;
        talk.view = talk
            .answer(&format!("c{n}"), " Some words,\r\n and more ")
            .await
            .unwrap();
        assert_eq!(conversation::view(&talk.bed.s, &talk.token).await.unwrap(), talk.view);
        let beat = conversation::heartbeat(&talk.bed.s, &talk.token, talk.view.lease).await;
        assert_eq!(beat.unwrap(), talk.view);
    }
    assert_eq!((n, talk.view.turns.len()), (3, 7));
    assert_eq!(talk.view.turns[3].pause_minutes, Some(5));
    let resumed = conversation::start(&talk.bed.s, &talk.token, StartInput::default())
        .await
        .unwrap();
    assert_eq!(
        resumed,
        CandidateView {
            lease: 2,
            ..talk.view.clone()
        }
    );
    let finished = conversation::finish(&talk.bed.s, &talk.token).await.unwrap();
    assert_eq!(conversation::view(&talk.bed.s, &talk.token).await.unwrap(), finished);
}
