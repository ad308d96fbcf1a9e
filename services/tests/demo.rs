//! The invented workspace is one that the use-cases could have left.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops where something is not as it should be"
)]

mod common;

use common::TestBed;
use parley_domain::{
    account::{Actor, Role},
    paging::PageRequest,
    session::{AnalysisState, SessionFilter, SessionOrder, Status},
};
use parley_services::{accounts, analysis, demo, entity, jobs, sessions};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use std::net::{IpAddr, Ipv4Addr};

on_both_databases!(a_demo_looks_like_real_life, a_second_demo_stands_beside_the_first);

async fn actor(bed: &TestBed, slug: &str) -> Actor {
    let user = entity::user::Entity::find()
        .filter(entity::user::Column::EmailNorm.eq(demo::EMAIL))
        .one(bed.s.db.read())
        .await
        .unwrap()
        .unwrap();
    accounts::actor(&bed.s, user.id.into(), slug).await.unwrap()
}

async fn a_demo_looks_like_real_life(bed: TestBed) {
    let mut told = 0;
    let made = demo::fill(&bed.s, 200, |n| told = n).await.unwrap();
    assert_eq!((made.candidates, made.interviews, told), (200, 5, 200));
    let actor = actor(&bed, &made.slug).await;
    assert_eq!(actor.role(), Some(Role::Owner));
    let all = SessionFilter::default();
    let counts = sessions::counts(&bed.s, &actor, None, &all).await.unwrap();
    assert_eq!(counts.all, 200);
    assert!(
        counts.not_started > 40 && counts.in_progress > 8 && counts.completed > 50,
        "{counts:?}"
    );

    // What is shown agrees with what stands there.
    let request = PageRequest {
        limit: Some(200),
        cursor: None,
    };
    let page = sessions::list(&bed.s, &actor, None, &all, SessionOrder::default(), &request)
        .await
        .unwrap();
    let (mut scored, mut quotes) = (0, 0);
    for row in &page.rows {
        let s = &row.session;
        let turns = sessions::transcript(&bed.s, &actor, s.id).await.unwrap().items;
        assert_eq!(turns.is_empty(), s.status == Status::NotStarted);
        assert!(turns.iter().zip(1..).all(|(t, n)| t.number == n));
        assert!(
            s.started_at.is_none_or(|at| at <= bed.s.now()) && s.last_seen_at <= s.completed_at.or(Some(bed.s.now()))
        );
        if s.status != Status::Completed {
            continue;
        }
        assert_eq!(s.analysis_state, AnalysisState::Ready);
        let said = analysis::get(&bed.s, &actor, s.id).await.unwrap().result;
        assert_eq!(said.overall, s.score);
        scored += usize::from(said.overall.is_some());
        for e in said.questions.iter().flat_map(|q| &q.evidence) {
            quotes += 1;
            assert!(
                turns.iter().any(|t| t.number == e.turn && t.text.contains(&e.quote)),
                "{e:?}"
            );
        }
    }
    assert!(scored > 30 && quotes > 60, "{scored} scores, {quotes} quotes");
    // Nothing in it makes the sweeper or the worker move.
    assert_eq!(sessions::sweep(&bed.s).await.unwrap(), 0);
    assert_eq!(jobs::run_due(&bed.s).await.unwrap(), 0);
}

async fn a_second_demo_stands_beside_the_first(bed: TestBed) {
    let first = demo::fill(&bed.s, 12, |_| {}).await.unwrap();
    let password = first.password.clone().unwrap();
    let here = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let earlier = accounts::log_in(&bed.s, demo::EMAIL, &password, here, None)
        .await
        .unwrap();
    let second = demo::fill(&bed.s, 12, |_| {}).await.unwrap();
    assert_ne!(first.slug, second.slug);
    // Who wrote the password down signs in with it, and stays signed in.
    assert_eq!(second.password, None);
    assert!(accounts::signed_in(&bed.s, &earlier.secret).await.unwrap().is_some());
    accounts::log_in(&bed.s, demo::EMAIL, &password, here, None)
        .await
        .unwrap();
    let people = entity::user::Entity::find().count(bed.s.db.read()).await.unwrap();
    assert_eq!(people, 2, "the owner of the test and one person of the demos");
    let one = actor(&bed, &first.slug).await;
    let counts = sessions::counts(&bed.s, &one, None, &SessionFilter::default())
        .await
        .unwrap();
    assert_eq!(counts.all, 12);
}
