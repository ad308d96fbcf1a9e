//! What comes after: a first run, other workspaces, a second owner.

use crate::{
    common::TestBed,
    on_both_databases,
    support::{HERE, NAME, PASSWORD, delete, with_password},
};
use parley_domain::{
    account::Role,
    person::{PersonInput, SetupInput, SetupState},
};
use parley_services::{
    accounts::{self, SetupRule, people},
    demo, entity,
    error::ServiceError,
    tokens, workspaces,
};
use sea_orm::{EntityTrait, PaginatorTrait};
use std::time::Duration;
use uuid::Uuid;

on_both_databases!(
    the_last_one_leaves_a_first_run,
    who_belongs_elsewhere_keeps_their_account,
    a_second_owner_finds_it_gone,
);

fn person(email: &str) -> PersonInput {
    PersonInput {
        name: "Nora New".into(),
        email: email.into(),
        password: PASSWORD.into(),
        time_zone: "Europe/Berlin".into(),
    }
}

async fn the_last_one_leaves_a_first_run(bed: TestBed) {
    with_password(&bed).await;
    let s = &bed.s;
    s.accounts.allow_setup(SetupRule::Anyone);
    // Removed from the team, and an account all the same: it must not keep the installation closed.
    let former = people::add(s, person("former@home.example"), None, None).await.unwrap();
    accounts::remove_member(s, &bed.owner, former).await.unwrap();
    assert_eq!(accounts::setup_state(s).await.unwrap(), SetupState::Done);
    delete(&bed).await;
    let said = tokio::time::timeout(Duration::from_secs(5), s.accounts.emptied.notified()).await;
    assert!(said.is_ok(), "nobody says how to set it up");
    assert_eq!(accounts::setup_state(s).await.unwrap(), SetupState::Open);
    assert_eq!(entity::user::Entity::find().count(s.db.read()).await.unwrap(), 0);

    // Before the old one is cleared up: its name and its place are free.
    let input = SetupInput {
        workspace: "Home".into(),
        person: person("owner@home.example"),
        code: String::new(),
    };
    let (signed_in, slug) = accounts::set_up(s, input, HERE).await.unwrap();
    assert_eq!(slug, "home");
    let owner = accounts::actor(s, signed_in.user, &slug).await.unwrap();
    assert_ne!(owner.workspace(), Some(bed.workspace));
    assert_eq!(tokens::account(s, &owner).await.unwrap().balance, 500, "the first one");
    let me = accounts::me(s, signed_in.user).await.unwrap();
    assert!(me.workspaces[0].first);
    workspaces::purge(s).await.unwrap();
    assert_eq!(accounts::me(s, signed_in.user).await.unwrap(), me);

    // And from the command line, after the second one too.
    workspaces::delete(s, &owner, "Home", PASSWORD, HERE).await.unwrap();
    let nora = people::add(s, person("nora@home.example"), None, None).await.unwrap();
    let me = accounts::me(s, nora).await.unwrap();
    let found: Vec<_> = me.workspaces.iter().map(|w| (w.name.as_str(), w.role)).collect();
    assert_eq!(found, [("My workspace", Role::Owner)]);
    workspaces::purge(s).await.unwrap();
    let made = demo::fill(s, 10, |_| {}).await.unwrap();
    assert_eq!(made.slug, "harbour-pine");
    assert_eq!(entity::workspace::Entity::find().count(s.db.read()).await.unwrap(), 2);
}

async fn who_belongs_elsewhere_keeps_their_account(bed: TestBed) {
    with_password(&bed).await;
    let s = &bed.s;
    s.accounts.allow_setup(SetupRule::Anyone);
    bed.stranger().await;
    let mia = people::add(s, person("mia@home.example"), Some(Role::Member), Some("home"))
        .await
        .unwrap();
    let away = people::workspace_named(s.db.read(), Some("away"))
        .await
        .unwrap()
        .unwrap();
    let membership = entity::membership::ActiveModel {
        id: sea_orm::ActiveValue::Set(Uuid::from_u128(77)),
        workspace_id: sea_orm::ActiveValue::Set(away.0),
        user_id: sea_orm::ActiveValue::Set(mia.0),
        role: sea_orm::ActiveValue::Set("viewer".into()),
        created_at: sea_orm::ActiveValue::Set(0),
        updated_at: sea_orm::ActiveValue::Set(0),
    };
    entity::membership::Entity::insert(membership)
        .exec_without_returning(s.db.read())
        .await
        .unwrap();
    let signed_in = accounts::log_in(s, "mia@home.example", PASSWORD, HERE, None)
        .await
        .unwrap();
    assert_eq!(workspaces::contents(s, &bed.owner).await.unwrap().accounts, 1);
    delete(&bed).await;
    workspaces::purge(s).await.unwrap();
    assert_eq!(accounts::signed_in(s, &signed_in.secret).await.unwrap(), Some(mia));
    let me = accounts::me(s, mia).await.unwrap();
    let slugs: Vec<_> = me.workspaces.iter().map(|w| w.slug.as_str()).collect();
    assert_eq!(slugs, ["away"]);
    assert!(me.workspaces[0].first, "the oldest one that there is");
    assert_eq!(accounts::setup_state(s).await.unwrap(), SetupState::Done);
}

async fn a_second_owner_finds_it_gone(bed: TestBed) {
    with_password(&bed).await;
    let olga = people::add(&bed.s, person("olga@home.example"), Some(Role::Owner), None)
        .await
        .unwrap();
    let olga = accounts::actor(&bed.s, olga, "home").await.unwrap();
    let (s, t, owner) = (bed.s.clone(), bed.s.clone(), bed.owner);
    let (first, second) = tokio::join!(
        tokio::spawn(async move { workspaces::delete(&s, &owner, NAME, PASSWORD, HERE).await }),
        tokio::spawn(async move { workspaces::delete(&t, &olga, NAME, PASSWORD, HERE).await })
    );
    let results = [first.unwrap(), second.unwrap()];
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    for result in results {
        assert!(matches!(result, Ok(()) | Err(ServiceError::NotFound)), "{result:?}");
    }
    // Nobody joins it any more, by whatever way they came.
    let late = people::add(&bed.s, person("late@home.example"), None, Some("home")).await;
    assert!(matches!(late, Err(ServiceError::NotFound)));
    let late = people::add(
        &bed.s,
        person("late@home.example"),
        None,
        Some(&bed.workspace.to_string()),
    )
    .await;
    assert!(matches!(late, Err(ServiceError::NotFound)));
}
