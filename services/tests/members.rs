//! Members of a workspace: the list, other roles, ends, and that an owner is always left.

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
    id::UserId,
    person::PersonInput,
};
use parley_services::{accounts, entity, error::ServiceError};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

on_both_databases!(
    a_role_takes_effect_at_once,
    admins_manage_below_owner,
    an_owner_is_always_left,
    two_owners_cannot_remove_each_other,
    keys_end_with_their_maker,
    foreign_members_are_unknown,
);

async fn person(bed: &TestBed, name: &str, role: Role) -> UserId {
    let input = PersonInput {
        name: name.into(),
        email: format!("{}@example.org", name.to_lowercase()),
        password: "a password of hers".into(),
        time_zone: "Europe/Berlin".into(),
    };
    accounts::people::add(&bed.s, input, Some(role), Some("home"))
        .await
        .unwrap()
}

async fn acting(bed: &TestBed, user: UserId) -> Result<Actor, ServiceError> {
    accounts::actor_in(&bed.s, user, bed.workspace).await
}

async fn a_role_takes_effect_at_once(bed: TestBed) {
    let vera = person(&bed, "Vera", Role::Viewer).await;
    let names: Vec<_> = accounts::members(&bed.s, &bed.owner)
        .await
        .unwrap()
        .into_iter()
        .map(|m| (m.name, m.role))
        .collect();
    assert_eq!(
        names,
        [
            ("Olive Owner".to_owned(), Role::Owner),
            ("Vera".to_owned(), Role::Viewer)
        ]
    );
    let changed = accounts::change_role(&bed.s, &bed.owner, vera, Role::Admin)
        .await
        .unwrap();
    assert_eq!(changed.role, Role::Admin);
    assert_eq!(acting(&bed, vera).await.unwrap().role(), Some(Role::Admin));
    // The same role again is no error and no second line of the log.
    accounts::change_role(&bed.s, &bed.owner, vera, Role::Admin)
        .await
        .unwrap();
    let noted = entity::audit::Entity::find()
        .filter(entity::audit::Column::Action.eq("member.role"))
        .all(bed.s.db.read())
        .await
        .unwrap();
    assert_eq!(noted.len(), 1);
    assert_eq!(noted[0].resource, Some(vera.to_string()));
    accounts::remove_member(&bed.s, &bed.owner, vera).await.unwrap();
    assert!(matches!(acting(&bed, vera).await, Err(ServiceError::NotFound)));
    let again = accounts::remove_member(&bed.s, &bed.owner, vera).await;
    assert!(matches!(again, Err(ServiceError::NotFound)));
}

async fn admins_manage_below_owner(bed: TestBed) {
    let adam = person(&bed, "Adam", Role::Admin).await;
    let mia = person(&bed, "Mia", Role::Member).await;
    let (admin, member) = (acting(&bed, adam).await.unwrap(), acting(&bed, mia).await.unwrap());
    for (actor, id, role) in [
        (&admin, bed.owner_id, Role::Member),
        (&admin, mia, Role::Owner),
        (&admin, adam, Role::Owner),
        (&member, mia, Role::Admin),
        (&member, adam, Role::Viewer),
    ] {
        let refused = accounts::change_role(&bed.s, actor, id, role).await;
        assert!(matches!(refused, Err(ServiceError::Forbidden)), "{actor:?} {role:?}");
    }
    for (actor, id) in [(&admin, bed.owner_id), (&member, adam)] {
        let refused = accounts::remove_member(&bed.s, actor, id).await;
        assert!(matches!(refused, Err(ServiceError::Forbidden)));
    }
    accounts::change_role(&bed.s, &admin, mia, Role::Admin).await.unwrap();
    // What the screen offers is what is allowed.
    let seen = accounts::members_seen(&bed.s, &admin).await.unwrap();
    for m in &seen {
        assert_eq!(m.you, m.id == adam);
        assert_eq!(m.may_give.is_empty(), m.role == Role::Owner);
        assert_eq!(m.may_remove, m.role != Role::Owner);
    }
    let seen = accounts::members_seen(&bed.s, &bed.owner).await.unwrap();
    let offered: Vec<_> = seen.iter().map(|m| (m.name.as_str(), m.may_give.len())).collect();
    assert_eq!(offered, [("Adam", 4), ("Mia", 4), ("Olive Owner", 0)]);
}

async fn an_owner_is_always_left(bed: TestBed) {
    let refused = accounts::change_role(&bed.s, &bed.owner, bed.owner_id, Role::Admin).await;
    assert!(matches!(
        refused,
        Err(ServiceError::Conflict { code: "last_owner", .. })
    ));
    let refused = accounts::remove_member(&bed.s, &bed.owner, bed.owner_id).await;
    assert!(matches!(
        refused,
        Err(ServiceError::Conflict { code: "last_owner", .. })
    ));
    let olga = person(&bed, "Olga", Role::Owner).await;
    accounts::change_role(&bed.s, &bed.owner, bed.owner_id, Role::Viewer)
        .await
        .unwrap();
    assert_eq!(acting(&bed, bed.owner_id).await.unwrap().role(), Some(Role::Viewer));
    let olga = acting(&bed, olga).await.unwrap();
    accounts::remove_member(&bed.s, &olga, bed.owner_id).await.unwrap();
    assert_eq!(accounts::members(&bed.s, &olga).await.unwrap().len(), 1);
}

async fn two_owners_cannot_remove_each_other(bed: TestBed) {
    for round in 0..8 {
        person(&bed, &format!("Olga{round}"), Role::Owner).await;
        let members = accounts::members(&bed.s, &bed.owner).await.unwrap();
        let [one, two] = members.iter().map(|m| m.id).collect::<Vec<_>>()[..] else {
            panic!("{members:?}")
        };
        let (a, b) = (acting(&bed, one).await.unwrap(), acting(&bed, two).await.unwrap());
        let (s, t) = (bed.s.clone(), bed.s.clone());
        let first = tokio::spawn(async move { accounts::remove_member(&s, &a, two).await });
        let second = tokio::spawn(async move { accounts::remove_member(&t, &b, one).await });
        let results = [first.await.unwrap(), second.await.unwrap()];
        assert_eq!(results.iter().filter(|r| r.is_ok()).count(), 1, "{results:?}");
        let left = accounts::members(&bed.s, &bed.member(Role::Owner)).await.unwrap();
        assert_eq!(left.len(), 1);
    }
}

async fn keys_end_with_their_maker(bed: TestBed) {
    let adam = person(&bed, "Adam", Role::Admin).await;
    let admin = acting(&bed, adam).await.unwrap();
    let key = accounts::create_key(&bed.s, &admin, "script", Role::Admin)
        .await
        .unwrap()
        .secret;
    accounts::change_role(&bed.s, &bed.owner, adam, Role::Viewer)
        .await
        .unwrap();
    let actor = accounts::key_actor(&bed.s, &key).await.unwrap().unwrap();
    assert_eq!(actor.role(), Some(Role::Viewer));
    accounts::remove_member(&bed.s, &bed.owner, adam).await.unwrap();
    assert!(accounts::key_actor(&bed.s, &key).await.unwrap().is_none());
}

async fn foreign_members_are_unknown(bed: TestBed) {
    let stranger = bed.stranger().await;
    let mia = person(&bed, "Mia", Role::Member).await;
    assert!(matches!(
        accounts::change_role(&bed.s, &stranger, mia, Role::Viewer).await,
        Err(ServiceError::NotFound)
    ));
    assert!(matches!(
        accounts::remove_member(&bed.s, &stranger, mia).await,
        Err(ServiceError::NotFound)
    ));
    assert_eq!(accounts::members(&bed.s, &stranger).await.unwrap().len(), 1);
}
