//! Public links, public starts, retakes by candidates and the queue.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops where something is not as it should be"
)]

mod common;

use common::{TestBed, token};
use parley_domain::{
    candidate::Source,
    conversation::CandidateErrorCode as Code,
    id::{CandidateId, InterviewId},
    interview::InterviewState,
    link::{LinkState, PublicLinkInput, RetakeOffer},
    session::{RetakeReason, Status},
    time::{DAY, HOUR, MINUTE},
};
use parley_services::{
    candidates, conversation,
    conversation::{PublicStart, StartInput},
    entity,
    error::ServiceError,
    interviews, links,
    sessions::{self, RetakeInput},
};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::json;

on_both_databases!(
    off_until_created_and_revoking_really_revokes,
    a_walk_in_gets_a_session_and_a_link_of_their_own,
    the_same_email_opens_nothing_and_tells_nothing,
    the_cap_holds_whatever_arrives_at_once,
    pressing_twice_starts_once,
    a_page_that_somebody_else_presses_on_starts_somebody_else,
    the_window_is_kept,
    strangers_see_no_link,
    a_candidate_takes_the_retakes_that_are_allowed,
    a_retake_on_a_link_that_has_expired_can_be_taken,
    asking_stands_in_the_queue_once,
);

fn person(name: &str, email: &str) -> PublicStart {
    let start = StartInput {
        consent: true,
        language: "en".into(),
        ..Default::default()
    };
    PublicStart {
        name: name.into(),
        email: email.into(),
        start_id: None,
        start,
    }
}

async fn state(bed: &TestBed, slug: &str) -> LinkState {
    conversation::public_landing(&bed.s, slug).await.unwrap().state
}

async fn link(bed: &TestBed, interview: InterviewId, input: PublicLinkInput) -> String {
    links::create(&bed.s, &bed.owner, interview, input).await.unwrap().slug
}

async fn people(bed: &TestBed) -> u64 {
    entity::candidate::Entity::find()
        .filter(entity::candidate::Column::WorkspaceId.eq(bed.workspace.0))
        .count(bed.s.db.read())
        .await
        .unwrap()
}

async fn off_until_created_and_revoking_really_revokes(bed: TestBed) {
    let interview = bed.interview(2, |_| {}).await;
    assert!(links::get(&bed.s, &bed.owner, interview).await.unwrap().is_none());
    let first = link(&bed, interview, PublicLinkInput::default()).await;
    let again = links::create(&bed.s, &bed.owner, interview, PublicLinkInput::default()).await;
    assert!(matches!(
        again,
        Err(ServiceError::Conflict {
            code: "link_exists",
            ..
        })
    ));
    let (_, inside) = conversation::start_public(&bed.s, &first, person("Ana", "ana@example.com"))
        .await
        .unwrap();
    links::revoke(&bed.s, &bed.owner, interview).await.unwrap();
    assert_eq!(state(&bed, &first).await, LinkState::Revoked);
    let refused = conversation::start_public(&bed.s, &first, person("Ben", "ben@example.com"))
        .await
        .unwrap_err();
    assert_eq!(refused.error, Code::NotOpen);
    assert_eq!(
        conversation::landing(&bed.s, &inside).await.unwrap().state,
        LinkState::Continue,
        "who is inside stays"
    );
    let second = link(&bed, interview, PublicLinkInput::default()).await;
    assert_ne!(first, second);
    assert_eq!(
        (state(&bed, &first).await, state(&bed, &second).await),
        (LinkState::Revoked, LinkState::Ready)
    );
    for unknown in ["", "nope", "\0", "no\0pe", "ä", &"x".repeat(3_000)] {
        assert_eq!(state(&bed, unknown).await, LinkState::Unknown);
        let start = conversation::start_public(&bed.s, unknown, person("Ana", "ana@example.com")).await;
        assert_eq!(start.unwrap_err().error, Code::UnknownLink, "{unknown:?}");
    }
}

async fn a_walk_in_gets_a_session_and_a_link_of_their_own(bed: TestBed) {
    let interview = bed.interview(2, |i| i.settings.invite_expiry_days = Some(1)).await;
    let slug = link(&bed, interview, PublicLinkInput::default()).await;
    let (view, own) = conversation::start_public(&bed.s, &slug, person(" Ana  Lima", "Ana@Example.com"))
        .await
        .unwrap();
    assert_eq!(
        (view.state, view.name.as_str(), view.turns.len()),
        (Status::InProgress, "Ana Lima", 1)
    );
    bed.clock.advance(2 * DAY);
    let again = conversation::start(&bed.s, &own, StartInput::default()).await.unwrap();
    assert_eq!((again.state, again.lease), (Status::InProgress, view.lease + 1));
    for (name, email) in [("", "a@b.co"), ("Ana", ""), ("Ana", "not an email")] {
        let refused = conversation::start_public(&bed.s, &slug, person(name, email))
            .await
            .unwrap_err();
        assert_eq!(refused.error, Code::Invalid);
    }
    let mut silent = person("Ana", "x@example.com");
    silent.start.consent = false;
    assert_eq!(
        conversation::start_public(&bed.s, &slug, silent)
            .await
            .unwrap_err()
            .error,
        Code::ConsentNeeded
    );
    assert_eq!(people(&bed).await, 1);
}

async fn the_same_email_opens_nothing_and_tells_nothing(bed: TestBed) {
    let interview = bed.interview(2, |_| {}).await;
    let invited = bed.candidate(interview, "Ana Lima", Some("ana@example.com")).await;
    let slug = link(&bed, interview, PublicLinkInput::default()).await;
    let (known, own) = conversation::start_public(&bed.s, &slug, person("Eve", "ANA@example.com"))
        .await
        .unwrap();
    let (fresh, _) = conversation::start_public(&bed.s, &slug, person("Eve", "new@example.com"))
        .await
        .unwrap();
    assert_eq!(known, fresh, "a known email starts like any other");
    assert_ne!(own, token(&invited));
    let invited = candidates::get(&bed.s, &bed.owner, invited.id).await.unwrap();
    assert_eq!(
        (invited.session.status, invited.fields.name.as_str()),
        (Status::NotStarted, "Ana Lima")
    );
    let walk_in = entity::candidate::Entity::find()
        .filter(entity::candidate::Column::Source.eq(Source::PublicLink.as_str()))
        .filter(entity::candidate::Column::EmailNorm.eq("ana@example.com"))
        .one(bed.s.db.read())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(walk_in.possible_duplicate_of, Some(invited.id.0), "the creator sees it");
}

async fn the_cap_holds_whatever_arrives_at_once(bed: TestBed) {
    let interview = bed.interview(1, |_| {}).await;
    let slug = link(
        &bed,
        interview,
        PublicLinkInput {
            max_starts: Some(7),
            ..Default::default()
        },
    )
    .await;
    let starts = (0..40).map(|n| {
        let (s, slug) = (bed.s.clone(), slug.clone());
        tokio::spawn(async move {
            conversation::start_public(&s, &slug, person("Ana", &format!("ana{n}@example.com")))
                .await
                .is_ok()
        })
    });
    let mut started = 0;
    for start in starts.collect::<Vec<_>>() {
        started += i32::from(start.await.unwrap());
    }
    assert_eq!((started, people(&bed).await), (7, 7));
    assert_eq!(state(&bed, &slug).await, LinkState::Full);
    let more = links::patch(&bed.s, &bed.owner, interview, &json!({"max_starts": null}))
        .await
        .unwrap();
    assert_eq!((more.starts, more.max_starts), (7, None));
    assert_eq!(state(&bed, &slug).await, LinkState::Ready);
}

async fn pressing_twice_starts_once(bed: TestBed) {
    let interview = bed.interview(1, |_| {}).await;
    let slug = link(&bed, interview, PublicLinkInput::default()).await;
    let press = || PublicStart {
        start_id: Some("0123456789abcdef".into()),
        ..person("Ana", "ana@example.com")
    };
    let (one, token_one) = conversation::start_public(&bed.s, &slug, press()).await.unwrap();
    let (two, token_two) = conversation::start_public(&bed.s, &slug, press()).await.unwrap();
    assert_eq!((one, token_one), (two, token_two));
    assert_eq!(people(&bed).await, 1);
    assert_eq!(
        links::get(&bed.s, &bed.owner, interview).await.unwrap().unwrap().starts,
        1
    );
}

/// A laptop that is handed round: the page is still open, or comes back by the browser's history.
async fn a_page_that_somebody_else_presses_on_starts_somebody_else(bed: TestBed) {
    let interview = bed.interview(1, |_| {}).await;
    let slug = link(&bed, interview, PublicLinkInput::default()).await;
    let press = async |name: &str, email: &str| {
        let start = PublicStart {
            start_id: Some("0123456789abcdef".into()),
            ..person(name, email)
        };
        conversation::start_public(&bed.s, &slug, start).await.unwrap()
    };
    let (_, ana) = press("Ana Lima", "ana@example.com").await;
    let mut tokens = vec![ana.clone()];
    for (name, email) in [
        ("Ben Ito", "ben@example.com"),
        ("Ana Lima", "other@example.com"),
        ("Ben Ito", "ana@example.com"),
    ] {
        let (view, token) = press(name, email).await;
        assert_eq!((view.name.as_str(), view.turns.len()), (name, 1));
        assert!(!tokens.contains(&token), "{name} {email}");
        tokens.push(token);
    }
    assert_eq!(people(&bed).await, 4);
    let (_, again) = press(" Ana  Lima", "ANA@example.com").await;
    assert_eq!(again, ana, "the same person, as it is stored");
    assert_eq!(people(&bed).await, 4);
}

async fn the_window_is_kept(bed: TestBed) {
    let interview = bed.interview(1, |_| {}).await;
    let now = bed.s.now();
    let input = PublicLinkInput {
        opens_at: Some(now.plus(HOUR)),
        closes_at: Some(now.plus(2 * HOUR)),
        max_starts: None,
    };
    let slug = link(&bed, interview, input).await;
    for (wait, expected) in [
        (0, LinkState::NotOpenYet),
        (HOUR, LinkState::Ready),
        (HOUR - MINUTE, LinkState::Ready),
        (MINUTE, LinkState::Closed),
    ] {
        bed.clock.advance(wait);
        assert_eq!(state(&bed, &slug).await, expected);
    }
    let wrong = json!({"opens_at": "2027-01-01T00:00:00Z", "closes_at": "2026-01-01T00:00:00Z"});
    assert!(matches!(
        links::patch(&bed.s, &bed.owner, interview, &wrong).await,
        Err(ServiceError::Invalid(_))
    ));
    let unknown = json!({"colour": 1});
    assert!(matches!(
        links::patch(&bed.s, &bed.owner, interview, &unknown).await,
        Err(ServiceError::Invalid(_))
    ));
}

async fn strangers_see_no_link(bed: TestBed) {
    let interview = bed.interview(1, |_| {}).await;
    link(&bed, interview, PublicLinkInput::default()).await;
    let stranger = bed.stranger().await;
    assert!(links::get(&bed.s, &stranger, interview).await.unwrap().is_none());
    assert!(matches!(
        links::revoke(&bed.s, &stranger, interview).await,
        Err(ServiceError::NotFound)
    ));
    let own = links::create(&bed.s, &stranger, interview, PublicLinkInput::default()).await;
    assert!(matches!(own, Err(ServiceError::NotFound)));
    let viewer = bed.member(parley_domain::account::Role::Viewer);
    assert!(matches!(
        links::get(&bed.s, &viewer, interview).await,
        Err(ServiceError::Forbidden)
    ));
}

async fn completed(bed: &TestBed, interview: InterviewId) -> (parley_domain::candidate::Candidate, String) {
    let c = bed.candidate(interview, "Ana", None).await;
    let t = token(&c);
    let start = StartInput {
        consent: true,
        ..Default::default()
    };
    conversation::start(&bed.s, &t, start).await.unwrap();
    conversation::finish(&bed.s, &t).await.unwrap();
    (c, t)
}

async fn offer(bed: &TestBed, t: &str) -> RetakeOffer {
    conversation::landing(&bed.s, t).await.unwrap().retake
}

async fn a_candidate_takes_the_retakes_that_are_allowed(bed: TestBed) {
    let interview = bed.interview(1, |i| i.settings.self_retakes = 1).await;
    let (c, t) = completed(&bed, interview).await;
    assert_eq!(offer(&bed, &t).await, RetakeOffer::Start);
    let view = conversation::ask_retake(&bed.s, &t, "").await.unwrap();
    assert_eq!((view.state, view.turns.len()), (Status::NotStarted, 0));
    assert_eq!(
        candidates::get(&bed.s, &bed.owner, c.id).await.unwrap().session.attempt,
        2
    );
    assert_eq!(
        conversation::ask_retake(&bed.s, &t, "").await.unwrap_err().error,
        Code::NotOpen
    );
    conversation::start(
        &bed.s,
        &t,
        StartInput {
            consent: true,
            ..Default::default()
        },
    )
    .await
    .unwrap();
    conversation::finish(&bed.s, &t).await.unwrap();
    assert_eq!(offer(&bed, &t).await, RetakeOffer::Ask, "the allowed one is used");
}

async fn a_retake_on_a_link_that_has_expired_can_be_taken(bed: TestBed) {
    let interview = bed
        .interview(1, |i| {
            i.settings.invite_expiry_days = Some(3);
            i.settings.self_retakes = 1;
        })
        .await;
    let ends = async |c: CandidateId| {
        let found = entity::candidate::Entity::find_by_id(c.0).one(bed.s.db.read()).await;
        found.unwrap().unwrap().link_expires_at
    };
    let again = RetakeInput {
        reason: RetakeReason::Requested,
        note: String::new(),
    };
    for own in [true, false] {
        let (c, t) = completed(&bed, interview).await;
        bed.clock.advance(4 * DAY);
        if own {
            assert_eq!(offer(&bed, &t).await, RetakeOffer::Start);
            conversation::ask_retake(&bed.s, &t, "").await.unwrap();
        } else {
            sessions::retake(&bed.s, &bed.owner, c.id, again.clone()).await.unwrap();
        }
        assert_eq!(conversation::landing(&bed.s, &t).await.unwrap().state, LinkState::Ready);
        let until = bed.s.now().plus(3 * DAY);
        assert_eq!(ends(c.id).await, Some(until.millis()), "as for a new invitation");
        let events = sessions::events(
            &bed.s,
            &bed.owner,
            candidates::get(&bed.s, &bed.owner, c.id).await.unwrap().session.id,
        );
        let said = events.await.unwrap().into_iter().find(|e| e.kind == "link_extended");
        assert_eq!(said.unwrap().code, Some(until.to_string()));
        bed.clock.advance(3 * DAY);
        assert_eq!(
            conversation::landing(&bed.s, &t).await.unwrap().state,
            LinkState::Expired,
            "and no longer"
        );
    }
    // One that still has time keeps it; by an interview without an end for links it is good for ever.
    let (c, _) = completed(&bed, interview).await;
    let before = ends(c.id).await;
    bed.clock.advance(DAY);
    sessions::retake(&bed.s, &bed.owner, c.id, again.clone()).await.unwrap();
    assert_eq!(ends(c.id).await, before);
    let (c, _) = completed(&bed, interview).await;
    let change = json!({"settings": {"invite_expiry_days": null}});
    interviews::patch(&bed.s, &bed.owner, interview, &change, None)
        .await
        .unwrap();
    bed.clock.advance(4 * DAY);
    sessions::retake(&bed.s, &bed.owner, c.id, again).await.unwrap();
    assert_eq!(ends(c.id).await, None);
}

async fn asking_stands_in_the_queue_once(bed: TestBed) {
    let interview = bed.interview(1, |_| {}).await;
    let (c, t) = completed(&bed, interview).await;
    assert_eq!(
        conversation::ask_retake(&bed.s, &t, "  ").await.unwrap_err().error,
        Code::Invalid
    );
    for _ in 0..3 {
        let view = conversation::ask_retake(&bed.s, &t, "My connection broke.")
            .await
            .unwrap();
        assert_eq!(view.state, Status::Completed);
    }
    assert_eq!(offer(&bed, &t).await, RetakeOffer::Waiting);
    let queue = sessions::requests(&bed.s, &bed.owner, interview).await.unwrap();
    assert_eq!((queue.len(), queue[0].reason.as_str()), (1, "My connection broke."));
    let stranger = bed.stranger().await;
    assert!(matches!(
        sessions::grant(&bed.s, &stranger, queue[0].id).await,
        Err(ServiceError::NotFound)
    ));
    sessions::decline(&bed.s, &bed.owner, queue[0].id).await.unwrap();
    let decided = sessions::grant(&bed.s, &bed.owner, queue[0].id).await;
    assert!(matches!(decided, Err(ServiceError::Conflict { code: "decided", .. })));
    assert_eq!(offer(&bed, &t).await, RetakeOffer::Ask);

    conversation::ask_retake(&bed.s, &t, "Again, please.").await.unwrap();
    let queue = sessions::requests(&bed.s, &bed.owner, interview).await.unwrap();
    sessions::grant(&bed.s, &bed.owner, queue[0].id).await.unwrap();
    assert_eq!(
        candidates::get(&bed.s, &bed.owner, c.id).await.unwrap().session.attempt,
        2
    );
    assert!(
        sessions::requests(&bed.s, &bed.owner, interview)
            .await
            .unwrap()
            .is_empty()
    );

    let paused = bed.interview(1, |i| i.state = InterviewState::Open).await;
    let (_, t) = completed(&bed, paused).await;
    pause(&bed, paused).await;
    assert_eq!(offer(&bed, &t).await, RetakeOffer::None);
    assert_eq!(
        conversation::ask_retake(&bed.s, &t, "x").await.unwrap_err().error,
        Code::NotOpen
    );
}

async fn pause(bed: &TestBed, interview: InterviewId) {
    entity::interview::Entity::update_many()
        .col_expr(entity::interview::Column::State, "paused".into())
        .filter(entity::interview::Column::Id.eq(interview.0))
        .exec(bed.s.db.read())
        .await
        .unwrap();
}
