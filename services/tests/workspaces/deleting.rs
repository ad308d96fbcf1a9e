//! Who may delete a workspace, and that it is over at once behind every door.

use crate::{
    common::{TestBed, token},
    on_both_databases,
    support::{HERE, NAME, PASSWORD, consent, delete, judge, says, with, with_password},
};
use parley_domain::{
    account::Role,
    ai::Purpose,
    conversation::{CandidateErrorCode as Code, CandidateView},
    link::LinkState,
    person::WorkspaceContents,
    time::DAY,
};
use parley_services::{
    accounts::{self, people},
    ai::{self, Failure, Request},
    candidates,
    conversation::{self, PublicStart, preview},
    entity,
    error::ServiceError,
    jobs, links, sessions, workspaces,
};
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::json;

on_both_databases!(only_an_owner_who_means_it_deletes, it_is_over_at_once_behind_every_door,);

fn code(error: ServiceError) -> String {
    match error {
        ServiceError::Invalid(errors) => errors[0].field.clone(),
        other => panic!("{other}"),
    }
}

async fn only_an_owner_who_means_it_deletes(bed: TestBed) {
    with_password(&bed).await;
    let interview = bed.interview(1, |_| {}).await;
    let ana = bed.candidate(interview, "Ana", None).await;
    bed.candidate(interview, "Ben", None).await;
    candidates::delete(&bed.s, &bed.owner, &[ana.id]).await.unwrap();
    preview::create(&bed.s, &bed.owner, interview).await.unwrap();
    let s = &bed.s;
    for role in [Role::Viewer, Role::Member, Role::Admin] {
        let member = bed.member(role);
        assert!(matches!(
            workspaces::contents(s, &member).await,
            Err(ServiceError::Forbidden)
        ));
        let refused = workspaces::delete(s, &member, NAME, PASSWORD, HERE).await;
        assert!(matches!(refused, Err(ServiceError::Forbidden)), "{role:?}");
    }
    let key = accounts::create_key(s, &bed.owner, "Import", Role::Owner)
        .await
        .unwrap();
    let key = accounts::key_actor(s, &key.secret).await.unwrap().unwrap();
    let refused = workspaces::delete(s, &key, NAME, PASSWORD, HERE).await;
    assert!(matches!(refused, Err(ServiceError::Forbidden)), "a key has no password");

    let held = workspaces::contents(s, &bed.owner).await.unwrap();
    let expected = WorkspaceContents {
        interviews: 1,
        candidates: 2,
        sessions: 2,
        accounts: 1,
    };
    assert_eq!(held, expected, "a preview is no session of anybody");
    for (name, password, field) in [
        ("", PASSWORD, "name"),
        ("the home café", PASSWORD, "name"),
        (NAME, "", "password"),
        (NAME, "correct horse batterz", "password"),
    ] {
        let refused = workspaces::delete(s, &bed.owner, name, password, HERE)
            .await
            .unwrap_err();
        assert_eq!(code(refused), field, "{name:?} {password:?}");
    }
    let mut guesses = 0;
    let limited = loop {
        match workspaces::delete(s, &bed.owner, NAME, "a guess of somebody", HERE).await {
            Err(ServiceError::TooMany { .. }) => break true,
            Err(ServiceError::Invalid(_)) if guesses < 1_000 => guesses += 1,
            _ => break false,
        }
    };
    assert!(limited, "guessing is limited as at the log-in");
    assert!(
        accounts::actor(s, bed.owner_id, "home").await.is_ok(),
        "nothing was changed"
    );
    assert_eq!(workspaces::purge(s).await.unwrap(), 0);
    // Typed with other spaces: one and the same name.
    bed.clock.advance(DAY);
    workspaces::delete(s, &bed.owner, "  The home  café ", PASSWORD, HERE)
        .await
        .unwrap();
    let gone = accounts::actor(s, bed.owner_id, "home").await;
    assert!(matches!(gone, Err(ServiceError::NotFound)));
}

async fn it_is_over_at_once_behind_every_door(bed: TestBed) {
    with_password(&bed).await;
    let model = judge().await;
    let s = with(&bed, &model);
    let signed_in = accounts::log_in(&s, "owner@home.example", PASSWORD, HERE, None)
        .await
        .unwrap();
    let key = accounts::create_key(&s, &bed.owner, "Import", Role::Member)
        .await
        .unwrap();
    let interview = bed.interview(2, |_| {}).await;
    let public = links::create(&s, &bed.owner, interview, Default::default())
        .await
        .unwrap();
    let shown = preview::create(&s, &bed.owner, interview).await.unwrap();
    let shown = shown.url.rsplit('/').next().unwrap().to_owned();
    let mut people = Vec::new();
    for name in ["Ana", "Ben", "Cleo", "Dora"] {
        people.push(bed.candidate(interview, name, None).await);
    }
    let [waiting, inside, kept, done] = [0, 1, 2, 3].map(|n: usize| token(&people[n]));
    // Another process, which has what was said in its own memory.
    let mut other = bed.s.clone();
    other.scenes = conversation::Scenes::default();
    other.transcripts = conversation::Transcripts::default();
    let view_inside = conversation::start(&bed.s, &inside, consent()).await.unwrap();
    let view_kept = conversation::start(&other, &kept, consent()).await.unwrap();
    let view = conversation::start(&bed.s, &done, consent()).await.unwrap();
    conversation::answer(&bed.s, &done, says("a", &view)).await.unwrap();
    conversation::finish(&s, &done).await.unwrap();
    let cookie = conversation::cookie(&s, &inside).await.unwrap().unwrap();
    let turns = entity::turn::Entity::find().count(s.db.read()).await.unwrap();
    let mut watched = s.events.watch_candidate(people[1].id);

    delete(&bed).await;
    assert!(watched.try_recv().is_ok(), "who watches is told to look");

    assert_eq!(accounts::signed_in(&s, &signed_in.secret).await.unwrap(), None);
    for slug in ["home", &bed.workspace.to_string()] {
        let gone = accounts::actor(&s, bed.owner_id, slug).await;
        assert!(matches!(gone, Err(ServiceError::NotFound)), "{slug}");
    }
    let gone = accounts::actor_for_interview(&s, bed.owner_id, interview).await;
    assert!(matches!(gone, Err(ServiceError::NotFound)));
    assert_eq!(accounts::key_actor(&s, &key.secret).await.unwrap(), None);
    for named in ["home", &bed.workspace.to_string()] {
        let gone = people::workspace_named(s.db.read(), Some(named)).await;
        assert!(matches!(gone, Err(ServiceError::NotFound)), "{named}");
    }
    assert_eq!(people::workspace_named(s.db.read(), None).await.unwrap(), None);
    assert_eq!(ai::settings::first(s.db.read()).await.unwrap(), None);

    for token in [&waiting, &inside, &kept, &done, &shown] {
        let landing = conversation::landing(&s, token).await.unwrap();
        assert_eq!(landing.state, LinkState::Unknown);
        let code =
            |refused: Result<CandidateView, parley_domain::conversation::CandidateError>| refused.unwrap_err().error;
        assert_eq!(code(conversation::view(&s, token).await), Code::UnknownLink);
        assert_eq!(code(conversation::start(&s, token, consent()).await), Code::UnknownLink);
        assert_eq!(code(conversation::heartbeat(&s, token, 1).await), Code::UnknownLink);
        assert_eq!(code(conversation::finish(&s, token).await), Code::UnknownLink);
        assert!(
            conversation::pulse(&s, token, None).await.unwrap().is_none(),
            "streams end"
        );
    }
    for (s, token, view) in [(&bed.s, &inside, &view_inside), (&other, &kept, &view_kept)] {
        let refused = conversation::answer(s, token, says("b", view)).await.unwrap_err();
        assert_eq!(refused.error, Code::UnknownLink);
        let refused = conversation::heartbeat(s, token, view.lease).await.unwrap_err();
        assert_eq!(refused.error, Code::UnknownLink);
    }
    assert_eq!(entity::turn::Entity::find().count(s.db.read()).await.unwrap(), turns);
    assert_eq!(conversation::token_of_cookie(&s, &cookie).await.unwrap(), None);
    assert_eq!(
        conversation::public_landing(&s, &public.slug).await.unwrap().state,
        LinkState::Unknown
    );
    let walk_in = PublicStart {
        name: "Eve".into(),
        email: "eve@example.org".into(),
        start: consent(),
        ..Default::default()
    };
    let refused = conversation::start_public(&s, &public.slug, walk_in).await.unwrap_err();
    assert_eq!(refused.error, Code::UnknownLink);

    // What was queued asks nobody, and neither does who still works for it.
    jobs::run_due(&s).await.unwrap();
    bed.clock.advance(30 * DAY);
    assert_eq!(sessions::sweep(&s).await.unwrap(), 0);
    jobs::run_due(&s).await.unwrap();
    let request = Request::new(Purpose::Analysis, bed.workspace, "Judge.").data(&json!({}));
    assert_eq!(ai::ask(&s, &request).await.unwrap_err(), Failure::Off);
    assert_eq!(model.requests().len(), 0);
}
