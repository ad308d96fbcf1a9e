//! Links: their states, whose they are, replaced, deleted, unknown.

use crate::{
    common::{TestBed, token},
    on_both_databases,
    support::{code, consent, says},
};
use parley_domain::{
    conversation::CandidateErrorCode as Code,
    interview::InterviewState,
    link::LinkState,
    session::Status,
    time::{DAY, MINUTE},
};
use parley_services::{
    candidates,
    conversation::{self, PublicStart, StartInput},
    db::Priority,
    entity,
    error::ServiceError,
};
use sea_orm::{EntityTrait, PaginatorTrait};
use std::time::Duration;

on_both_databases!(
    link_states,
    the_invited_email_is_asked_for,
    a_replaced_link_stops_the_old_one,
    deleting_stops_the_link_and_restoring_brings_it_back,
    an_unknown_link_waits_for_no_writer,
);

/// What a call says while somebody else writes.
async fn at_once<T>(call: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(5), call)
        .await
        .expect("it waits for the writer")
}

async fn an_unknown_link_waits_for_no_writer(bed: TestBed) {
    let writes = bed.s.db.write(Priority::Person).await.unwrap();
    for token in ["", "no-such-token", "\0"] {
        let start = at_once(conversation::start(&bed.s, token, consent())).await;
        assert_eq!(code(start), Code::UnknownLink, "{token:?}");
        let finish = at_once(conversation::finish(&bed.s, token)).await;
        assert_eq!(code(finish), Code::UnknownLink, "{token:?}");
        let walk_in = PublicStart {
            name: "Ana".into(),
            email: "ana@example.com".into(),
            start_id: None,
            start: consent(),
        };
        let walk_in = at_once(conversation::start_public(&bed.s, token, walk_in)).await;
        assert_eq!(walk_in.unwrap_err().error, Code::UnknownLink, "{token:?}");
    }
    drop(writes);
}

async fn link_states(bed: TestBed) {
    for (state, expected) in [
        (InterviewState::Draft, LinkState::NotOpenYet),
        (InterviewState::Paused, LinkState::Paused),
        (InterviewState::Archived, LinkState::Closed),
        (InterviewState::Open, LinkState::Ready),
    ] {
        let interview = bed.interview(1, |i| i.state = state).await;
        let c = bed.candidate(interview, "Ana", None).await;
        assert_eq!(conversation::landing(&bed.s, &token(&c)).await.unwrap().state, expected);
        let started = conversation::start(&bed.s, &token(&c), consent()).await;
        assert_eq!(started.is_ok(), expected == LinkState::Ready);
    }
    for unknown in ["", "x", &"y".repeat(5_000), "../../etc/passwd", "ü"] {
        assert_eq!(
            conversation::landing(&bed.s, unknown).await.unwrap().state,
            LinkState::Unknown
        );
    }
    let interview = bed.interview(1, |i| i.settings.invite_expiry_days = Some(3)).await;
    let c = bed.candidate(interview, "Ana", None).await;
    bed.clock.advance(3 * DAY);
    assert_eq!(
        conversation::landing(&bed.s, &token(&c)).await.unwrap().state,
        LinkState::Expired
    );
    assert_eq!(
        code(conversation::start(&bed.s, &token(&c), consent()).await),
        Code::NotOpen
    );
}

async fn the_invited_email_is_asked_for(bed: TestBed) {
    let interview = bed.interview(1, |i| i.settings.require_invited_email = true).await;
    let c = bed.candidate(interview, "Ana", Some("Ana@Example.com")).await;
    let t = token(&c);
    assert!(conversation::landing(&bed.s, &t).await.unwrap().asks_email);
    let with = |email: Option<&str>| StartInput {
        email: email.map(Into::into),
        ..consent()
    };
    for wrong in [
        None,
        Some(""),
        Some("eve@example.com"),
        Some("ana@example.co"),
        Some("x"),
    ] {
        assert_eq!(
            code(conversation::start(&bed.s, &t, with(wrong)).await),
            Code::EmailNeeded
        );
    }
    let right = with(Some(" ana@EXAMPLE.com "));
    assert_eq!(
        code(conversation::start(&bed.s, &t, right.clone()).await),
        Code::TooMany,
        "five tries"
    );
    bed.clock.advance(16 * MINUTE);
    assert_eq!(
        conversation::start(&bed.s, &t, right).await.unwrap().state,
        Status::InProgress
    );

    let nobody = bed.candidate(interview, "No Mail", None).await;
    assert!(
        conversation::start(&bed.s, &token(&nobody), consent()).await.is_ok(),
        "nothing to compare with"
    );
}

async fn a_replaced_link_stops_the_old_one(bed: TestBed) {
    let interview = bed.interview(2, |_| {}).await;
    let c = bed.candidate(interview, "Ana", None).await;
    let old = token(&c);
    let view = conversation::start(&bed.s, &old, consent()).await.unwrap();
    let again = candidates::replace_link(&bed.s, &bed.owner, c.id).await.unwrap();
    assert_ne!(token(&again), old);
    assert_eq!(
        conversation::landing(&bed.s, &old).await.unwrap().state,
        LinkState::Unknown
    );
    assert_eq!(
        code(conversation::answer(&bed.s, &old, says("a", &view, "inside")).await),
        Code::UnknownLink
    );
    assert_eq!(
        conversation::landing(&bed.s, &token(&again)).await.unwrap().state,
        LinkState::Continue
    );
    assert_eq!(
        candidates::get(&bed.s, &bed.owner, c.id).await.unwrap().invite_url,
        again.invite_url
    );
}

async fn deleting_stops_the_link_and_restoring_brings_it_back(bed: TestBed) {
    let interview = bed.interview(2, |_| {}).await;
    let c = bed.candidate(interview, "Ana", Some("ana@example.com")).await;
    let t = token(&c);
    assert_eq!(candidates::delete(&bed.s, &bed.owner, &[c.id]).await.unwrap(), [c.id]);
    assert_eq!(
        conversation::landing(&bed.s, &t).await.unwrap().state,
        LinkState::Unknown
    );
    assert!(matches!(
        candidates::get(&bed.s, &bed.owner, c.id).await,
        Err(ServiceError::NotFound)
    ));
    let deleted = candidates::deleted(&bed.s, &bed.owner, interview, "", 50)
        .await
        .unwrap();
    assert_eq!((deleted.rows.len(), deleted.total), (1, 1));
    let stranger = bed.stranger().await;
    assert_eq!(candidates::restore(&bed.s, &stranger, &[c.id]).await.unwrap(), 0);
    assert_eq!(candidates::restore(&bed.s, &bed.owner, &[c.id]).await.unwrap(), 1);
    assert_eq!(conversation::landing(&bed.s, &t).await.unwrap().state, LinkState::Ready);
    candidates::delete(&bed.s, &bed.owner, &[c.id]).await.unwrap();
    bed.clock.advance(29 * DAY);
    assert_eq!(candidates::purge(&bed.s).await.unwrap(), 0);
    bed.clock.advance(2 * DAY);
    assert_eq!(candidates::purge(&bed.s).await.unwrap(), 1);
    assert_eq!(entity::session::Entity::find().count(bed.s.db.read()).await.unwrap(), 0);
}
