//! Previews stand apart from everything that is counted; how long invite links work.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops where something is not as it should be"
)]

mod common;

use common::{START, TestBed, token};
use parley_domain::{
    account::Role,
    candidate::{CandidateInput, Source},
    clock::Presence,
    conversation::CandidateErrorCode as Code,
    id::{CandidateId, InterviewId, SessionId},
    interview::InterviewState,
    link::{LinkExpiry, LinkState, PublicLinkInput, RetakeOffer},
    paging::PageRequest,
    session::{EndReason, SessionFilter, Status},
    time::{DAY, MINUTE, SECOND, Timestamp},
};
use parley_services::{
    analysis, candidates,
    candidates::{BulkResult, OnDuplicate, Whose},
    conversation::{self, AnswerInput, PublicStart, StartInput},
    entity,
    error::ServiceError,
    interviews, links, sessions,
};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::json;

on_both_databases!(
    a_preview_is_taken_as_a_candidate_would_and_stands_nowhere,
    a_preview_opens_whatever_the_state,
    previews_are_for_those_who_edit,
    previews_are_gone_after_a_day,
    one_link_works_longer,
    many_links_work_longer,
    all_links_of_those_who_have_not_started_work_longer,
    a_page_that_was_kept_open_starts_anew,
    who_falls_silent_is_noticed,
    after_a_downtime_all_that_is_overdue_is_closed_at_once,
);

fn consent() -> StartInput {
    StartInput {
        consent: true,
        language: "en".into(),
        ..Default::default()
    }
}

fn token_in(url: &str) -> String {
    url.rsplit('/').next().unwrap().to_owned()
}

async fn preview(bed: &TestBed, interview: InterviewId) -> String {
    let made = conversation::preview::create(&bed.s, &bed.owner, interview).await;
    token_in(&made.unwrap().url)
}

/// Everything that lists, counts, exports or queues.
async fn seen(bed: &TestBed, interview: InterviewId) -> String {
    let filter = SessionFilter {
        all_attempts: true,
        ..Default::default()
    };
    let s = &bed.s;
    let mut all = Vec::new();
    for of in [Some(interview), None] {
        let first = PageRequest::default();
        let page = sessions::list(s, &bed.owner, of, &filter, Default::default(), &first).await;
        all.push(format!("{:?}", page.unwrap().rows));
        all.push(format!(
            "{:?}",
            sessions::counts(s, &bed.owner, of, &filter).await.unwrap()
        ));
    }
    let overview = interviews::session_counts(s, &bed.owner, &[interview]).await.unwrap();
    let people = candidates::list(s, &bed.owner, interview, &PageRequest::default())
        .await
        .unwrap();
    let jobs = entity::job::Entity::find().count(s.db.read()).await.unwrap();
    let analyses = entity::analysis::Entity::find().count(s.db.read()).await.unwrap();
    all.push(format!("{overview:?} {people:?} {jobs} {analyses}"));
    all.join("\n")
}

async fn preview_session(bed: &TestBed) -> Option<SessionId> {
    let found = entity::session::Entity::find()
        .filter(entity::session::Column::CandidateId.is_null())
        .one(bed.s.db.read())
        .await
        .unwrap();
    found.map(|row| SessionId(row.id))
}

async fn a_preview_is_taken_as_a_candidate_would_and_stands_nowhere(bed: TestBed) {
    let interview = bed.interview(2, |_| {}).await;
    bed.candidate(interview, "Ana", Some("ana@example.com")).await;
    let before = seen(&bed, interview).await;
    let token = preview(&bed, interview).await;
    let landing = conversation::landing(&bed.s, &token).await.unwrap();
    assert_eq!((landing.state, landing.preview), (LinkState::Ready, true));
    assert_eq!(landing.name.as_deref(), Some("Olive Owner"));
    conversation::observe_opened(&bed.s, &token).await.unwrap();

    let refused = conversation::start(&bed.s, &token, StartInput::default())
        .await
        .unwrap_err();
    assert_eq!(refused.error, Code::ConsentNeeded, "as for everybody");
    let mut view = conversation::start(&bed.s, &token, consent()).await.unwrap();
    assert!(view.turns[0].text.contains("Olive"), "{}", view.turns[0].text);
    // The own cookie leads to the own window, and does not claim a place on the public link.
    let cookie = conversation::cookie(&bed.s, &token).await.unwrap().unwrap();
    assert_eq!(
        conversation::token_of_cookie(&bed.s, &cookie).await.unwrap().as_ref(),
        Some(&token)
    );
    let link = links::create(&bed.s, &bed.owner, interview, PublicLinkInput::default())
        .await
        .unwrap();
    assert_eq!(
        conversation::session_of_cookie(&bed.s, &link.slug, &cookie)
            .await
            .unwrap(),
        None
    );
    for n in 0..10 {
        let Some(question) = view.question else { break };
        let input = AnswerInput {
            client_id: format!("client-{n}"),
            question: question.id,
            text: Some("I listened to the team, and the result was good in the end.".into()),
            choices: vec![],
            lease: Some(view.lease),
            presence: Presence::Live,
        };
        view = conversation::answer(&bed.s, &token, input).await.unwrap();
    }
    assert!(view.question.is_none());
    assert!(
        !view.turns.last().unwrap().text.contains(", ."),
        "it is called by its name"
    );
    view = conversation::finish(&bed.s, &token).await.unwrap();
    assert_eq!(view.state, Status::Completed);
    let landing = conversation::landing(&bed.s, &token).await.unwrap();
    assert_eq!(
        (landing.state, landing.retake),
        (LinkState::Completed, RetakeOffer::None)
    );
    assert!(conversation::ask_retake(&bed.s, &token, "again").await.is_err());

    assert_eq!(seen(&bed, interview).await, before);
    let id = preview_session(&bed).await.unwrap();
    let (s, owner) = (&bed.s, &bed.owner);
    assert!(matches!(sessions::get(s, owner, id).await, Err(ServiceError::NotFound)));
    assert!(matches!(
        sessions::transcript(s, owner, id).await,
        Err(ServiceError::NotFound)
    ));
    assert!(matches!(sessions::end(s, owner, id).await, Err(ServiceError::NotFound)));
    assert!(matches!(analysis::get(s, owner, id).await, Err(ServiceError::NotFound)));
    assert!(matches!(
        analysis::run_again(s, owner, id, None).await,
        Err(ServiceError::NotFound)
    ));
}

async fn a_preview_opens_whatever_the_state(bed: TestBed) {
    for state in [
        InterviewState::Draft,
        InterviewState::Open,
        InterviewState::Paused,
        InterviewState::Archived,
    ] {
        let interview = bed.interview(1, |i| i.state = state).await;
        let token = preview(&bed, interview).await;
        let view = conversation::start(&bed.s, &token, consent()).await.unwrap();
        assert_eq!(view.state, Status::InProgress, "{state:?}");
        // As a candidate's, it keeps the questions it started with.
        let change = json!({"questions": [{"text": "Another one?"}]});
        interviews::patch(&bed.s, &bed.owner, interview, &change, None)
            .await
            .unwrap();
        let view = conversation::view(&bed.s, &token).await.unwrap();
        assert_eq!(view.question.unwrap().text, "Question number 1?");
    }
}

async fn previews_are_for_those_who_edit(bed: TestBed) {
    let interview = bed.interview(1, |_| {}).await;
    let make = async |actor, id| conversation::preview::create(&bed.s, &actor, id).await;
    assert!(matches!(
        make(bed.member(Role::Viewer), interview).await,
        Err(ServiceError::Forbidden)
    ));
    assert!(matches!(
        make(bed.stranger().await, interview).await,
        Err(ServiceError::NotFound)
    ));
    let empty = bed.interview(0, |i| i.state = InterviewState::Draft).await;
    assert!(matches!(
        make(bed.owner, empty).await,
        Err(ServiceError::Conflict {
            code: "no_questions",
            ..
        })
    ));
    assert!(make(bed.member(Role::Member), interview).await.is_ok());
}

async fn previews_are_gone_after_a_day(bed: TestBed) {
    let interview = bed.interview(1, |_| {}).await;
    let ana = bed.candidate(interview, "Ana", None).await;
    conversation::start(&bed.s, &token(&ana), consent()).await.unwrap();
    let old = preview(&bed, interview).await;
    conversation::start(&bed.s, &old, consent()).await.unwrap();
    bed.clock.advance(DAY - MINUTE);
    let fresh = preview(&bed, interview).await;
    sessions::sweep(&bed.s).await.unwrap();
    assert_eq!(
        conversation::landing(&bed.s, &old).await.unwrap().state,
        LinkState::Continue
    );
    bed.clock.advance(2 * MINUTE);
    sessions::sweep(&bed.s).await.unwrap();
    assert_eq!(
        conversation::landing(&bed.s, &old).await.unwrap().state,
        LinkState::Unknown
    );
    assert_eq!(
        conversation::landing(&bed.s, &fresh).await.unwrap().state,
        LinkState::Ready
    );
    let conn = bed.s.db.read();
    assert_eq!(entity::session::Entity::find().count(conn).await.unwrap(), 2);
    assert_eq!(entity::preview::Entity::find().count(conn).await.unwrap(), 1);
    assert_eq!(
        entity::turn::Entity::find().count(conn).await.unwrap(),
        1,
        "Ana's opening"
    );
}

async fn state(bed: &TestBed, link: &str) -> LinkState {
    conversation::landing(&bed.s, link).await.unwrap().state
}

async fn one_link_works_longer(bed: TestBed) {
    let interview = bed.interview(1, |i| i.settings.invite_expiry_days = Some(3)).await;
    let ana = bed.candidate(interview, "Ana", None).await;
    let link = token(&ana);
    bed.clock.advance(3 * DAY);
    assert_eq!(state(&bed, &link).await, LinkState::Expired);
    let extend = async |expires| candidates::extend_link(&bed.s, &bed.owner, ana.id, expires).await;
    let longer = extend(LinkExpiry::InDays(2)).await.unwrap();
    assert_eq!(longer.link_expires_at, Some(bed.s.now().plus(2 * DAY)));
    assert_eq!(longer.invite_url, ana.invite_url, "it stays the same link");
    assert_eq!(state(&bed, &link).await, LinkState::Ready);
    bed.clock.advance(2 * DAY);
    assert_eq!(state(&bed, &link).await, LinkState::Expired);
    let at = bed.s.now().plus(MINUTE);
    extend(LinkExpiry::At(at)).await.unwrap();
    assert_eq!(state(&bed, &link).await, LinkState::Ready);
    bed.clock.advance(MINUTE);
    assert_eq!(state(&bed, &link).await, LinkState::Expired);
    extend(LinkExpiry::Never).await.unwrap();
    bed.clock.advance(9_000 * DAY);
    assert_eq!(state(&bed, &link).await, LinkState::Ready);
    let past = extend(LinkExpiry::At(at)).await;
    assert!(matches!(past, Err(ServiceError::Invalid(fields)) if fields[0].field == "expires"));
    let events = sessions::events(&bed.s, &bed.owner, ana.session.id).await.unwrap();
    let codes: Vec<_> = events
        .iter()
        .filter(|e| e.kind == "link_extended")
        .map(|e| e.code.clone().unwrap())
        .collect();
    assert_eq!(codes.len(), 3);
    assert!(codes.contains(&"never".to_owned()), "{codes:?}");
    for (actor, foreign) in [(bed.member(Role::Viewer), false), (bed.stranger().await, true)] {
        let refused = candidates::extend_link(&bed.s, &actor, ana.id, LinkExpiry::Never).await;
        assert!(matches!(
            (refused, foreign),
            (Err(ServiceError::Forbidden), false) | (Err(ServiceError::NotFound), true)
        ));
    }
}

async fn many_links_work_longer(bed: TestBed) {
    let interview = bed.interview(1, |i| i.settings.invite_expiry_days = Some(1)).await;
    let other = bed.interview(1, |i| i.settings.invite_expiry_days = Some(1)).await;
    let mut ids = Vec::new();
    for n in 0..205 {
        ids.push(bed.candidate(interview, &format!("Person {n}"), None).await.id);
    }
    let elsewhere = bed.candidate(other, "Elsewhere", None).await;
    let gone = ids[0];
    candidates::delete(&bed.s, &bed.owner, &[gone]).await.unwrap();
    bed.clock.advance(2 * DAY);
    let mut asked = ids.clone();
    asked.extend([ids[1], elsewhere.id, CandidateId(uuid::Uuid::from_u128(5))]);
    let stranger = bed.stranger().await;
    let whose = |of| Whose::These(of, asked.clone());
    let week = LinkExpiry::InDays(7);
    let none = candidates::extend_links(&bed.s, &stranger, &whose(None), week)
        .await
        .unwrap();
    assert_eq!(none, 0, "another workspace's links are nobody's");
    let n = candidates::extend_links(&bed.s, &bed.owner, &whose(Some(interview)), week).await;
    assert_eq!(
        n.unwrap(),
        204,
        "each once; not the deleted one, nor another interview's"
    );
    assert_eq!(state(&bed, &token(&elsewhere)).await, LinkState::Expired);
    let n = candidates::extend_links(&bed.s, &bed.owner, &whose(None), week).await;
    assert_eq!(n.unwrap(), 205);
    assert_eq!(state(&bed, &token(&elsewhere)).await, LinkState::Ready);
    let restored = candidates::restore(&bed.s, &bed.owner, &[gone]).await.unwrap();
    assert_eq!(restored, 1);
    let back = candidates::get(&bed.s, &bed.owner, gone).await.unwrap();
    assert_eq!(state(&bed, &token(&back)).await, LinkState::Expired);
    assert!(matches!(
        candidates::extend_links(&bed.s, &stranger, &whose(Some(interview)), week).await,
        Err(ServiceError::NotFound)
    ));
}

async fn all_links_of_those_who_have_not_started_work_longer(bed: TestBed) {
    let interview = bed.interview(1, |i| i.settings.invite_expiry_days = Some(1)).await;
    let waiting = bed.candidate(interview, "Waiting", None).await;
    let inside = bed.candidate(interview, "Inside", None).await;
    conversation::start(&bed.s, &token(&inside), consent()).await.unwrap();
    bed.clock.advance(2 * DAY);
    let all = Whose::AllOf(interview);
    let n = candidates::extend_links(&bed.s, &bed.owner, &all, LinkExpiry::InDays(7)).await;
    assert_eq!(n.unwrap(), 1);
    assert_eq!(state(&bed, &token(&waiting)).await, LinkState::Ready);
    let untouched = candidates::get(&bed.s, &bed.owner, inside.id).await.unwrap();
    assert_eq!(untouched.link_expires_at, inside.link_expires_at);
    assert!(matches!(
        candidates::extend_links(&bed.s, &bed.stranger().await, &all, LinkExpiry::Never).await,
        Err(ServiceError::NotFound)
    ));
}

async fn a_page_that_was_kept_open_starts_anew(bed: TestBed) {
    let interview = bed.interview(1, |_| {}).await;
    let link = links::create(&bed.s, &bed.owner, interview, PublicLinkInput::default())
        .await
        .unwrap();
    let press = async |name: &str| {
        let input = PublicStart {
            name: name.into(),
            email: format!("{}@example.com", name.to_lowercase()),
            start_id: Some("the-page-in-the-lobby".into()),
            start: consent(),
        };
        conversation::start_public(&bed.s, &link.slug, input).await.unwrap()
    };
    let (ana, her_own) = press("Ana").await;
    let (again, same) = press("Ana").await;
    assert_eq!((&same, again.name), (&her_own, ana.name));
    bed.clock.advance(11 * MINUTE);
    for name in ["Ben", "Cem"] {
        let (view, own) = press(name).await;
        assert_eq!(view.name, name, "somebody else sits there by now");
        assert_ne!(own, her_own);
    }
}

async fn who_falls_silent_is_noticed(bed: TestBed) {
    let interview = bed.interview(2, |_| {}).await;
    let ana = bed.candidate(interview, "Ana", None).await;
    conversation::start(&bed.s, &token(&ana), consent()).await.unwrap();
    let mut changes = bed.s.events.watch();
    bed.clock.advance(30 * SECOND);
    sessions::sweep(&bed.s).await.unwrap();
    assert!(changes.try_recv().is_err(), "there, as far as anybody knows");
    bed.clock.advance(40 * SECOND);
    sessions::sweep(&bed.s).await.unwrap();
    assert_eq!(changes.try_recv().unwrap().session, Some(ana.session.id));
    bed.clock.advance(5 * MINUTE);
    sessions::sweep(&bed.s).await.unwrap();
    assert!(changes.try_recv().is_err(), "that is no news any more");
}

async fn after_a_downtime_all_that_is_overdue_is_closed_at_once(bed: TestBed) {
    let interview = bed
        .interview(2, |i| {
            i.settings.time_limit_minutes = Some(10);
            i.settings.count_time_away = true;
        })
        .await;
    // More than a batch.
    let people: Vec<_> = (0..520)
        .map(|n| CandidateInput {
            name: format!("Person {n}"),
            ..Default::default()
        })
        .collect();
    let made = candidates::create_many(&bed.s, &bed.owner, interview, people, Source::Api, OnDuplicate::Add).await;
    let mut broken = None;
    for one in made.unwrap() {
        let BulkResult::Created(one) = one else {
            panic!("not added")
        };
        conversation::start(&bed.s, &token(&one), consent()).await.unwrap();
        broken = Some(one.session.id);
    }
    // One whose version is gone: it cannot be closed, and the others are.
    let broken = broken.unwrap();
    entity::session::Entity::update_many()
        .col_expr(
            entity::session::Column::VersionId,
            Some(uuid::Uuid::from_u128(9)).into(),
        )
        .filter(entity::session::Column::Id.eq(broken.0))
        .exec(bed.s.db.read())
        .await
        .unwrap();
    bed.clock.advance(3 * DAY);
    assert_eq!(sessions::sweep(&bed.s).await.unwrap(), 519);
    let counts = sessions::counts(&bed.s, &bed.owner, Some(interview), &SessionFilter::default())
        .await
        .unwrap();
    assert_eq!((counts.in_progress, counts.completed), (1, 519));
    let some = sessions::list(
        &bed.s,
        &bed.owner,
        Some(interview),
        &SessionFilter::default(),
        Default::default(),
        &PageRequest::default(),
    )
    .await
    .unwrap();
    let closed = some.rows.iter().find(|r| r.session.id != broken).unwrap();
    assert_eq!(closed.session.end_reason, Some(EndReason::TimeUp));
    // The moment that counts is when time ran out, not when somebody noticed.
    assert_eq!(closed.session.active_seconds, 600);
    assert_eq!(
        closed.session.completed_at,
        Some(Timestamp::from_millis(START + 10 * MINUTE))
    );
}
