//! Roles, workspaces that are not ours, and the name of our own.

use crate::{common::TestBed, on_both_databases, support::add};
use parley_domain::{
    account::{Actor, Role},
    id::UserId,
};
use parley_services::{
    accounts,
    entity::{audit, membership},
    error::ServiceError,
};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use uuid::Uuid;

on_both_databases!(
    admins_rename_the_workspace,
    roles_are_read_each_time,
    foreign_workspaces_do_not_exist,
);

async fn admins_rename_the_workspace(bed: TestBed) {
    let before = accounts::workspace::get(&bed.s, &bed.owner).await.unwrap();
    let member = Actor::Member {
        workspace: bed.owner.workspace().unwrap(),
        user: UserId::NIL,
        role: Role::Member,
    };
    let refused = accounts::workspace::rename(&bed.s, &member, "Acme").await;
    assert!(matches!(refused, Err(ServiceError::Forbidden)), "{refused:?}");
    let blank = accounts::workspace::rename(&bed.s, &bed.owner, "  ").await.unwrap_err();
    assert!(
        matches!(&blank, ServiceError::Invalid(errors) if errors[0].field == "name"),
        "{blank:?}"
    );
    assert_eq!(accounts::workspace::get(&bed.s, &member).await.unwrap(), before);
    let after = accounts::workspace::rename(&bed.s, &bed.owner, " Café  Söhne ")
        .await
        .unwrap();
    assert_eq!((after.name.as_str(), &after.slug), ("Café Söhne", &before.slug));
    let told = audit::Entity::find()
        .filter(audit::Column::Action.eq("workspace.rename"))
        .count(bed.s.db.read())
        .await
        .unwrap();
    assert_eq!(told, 1);
}

async fn roles_are_read_each_time(bed: TestBed) {
    let mia = add(&bed, "mia@example.com", Role::Viewer).await;
    let role = |actor: Actor| actor.role().unwrap();
    assert_eq!(role(accounts::actor(&bed.s, mia, "home").await.unwrap()), Role::Viewer);
    let promoted = membership::ActiveModel {
        role: sea_orm::ActiveValue::Set("admin".to_owned()),
        ..Default::default()
    };
    membership::Entity::update_many()
        .set(promoted)
        .filter(membership::Column::UserId.eq(mia.0))
        .exec(bed.s.db.read())
        .await
        .unwrap();
    assert_eq!(role(accounts::actor(&bed.s, mia, "home").await.unwrap()), Role::Admin);
    let interview = bed.interview(1, |_| {}).await;
    assert_eq!(
        role(accounts::actor_for_interview(&bed.s, mia, interview).await.unwrap()),
        Role::Admin
    );
}

async fn foreign_workspaces_do_not_exist(bed: TestBed) {
    let Actor::Member { user: stranger, .. } = bed.stranger().await else {
        unreachable!()
    };
    let interview = bed.interview(1, |_| {}).await;
    let answers = [
        accounts::actor(&bed.s, stranger, "home").await.unwrap_err(),
        accounts::actor(&bed.s, stranger, "no-such-place").await.unwrap_err(),
        accounts::actor(&bed.s, stranger, "ho\0me").await.unwrap_err(),
        accounts::actor_for_interview(&bed.s, stranger, interview)
            .await
            .unwrap_err(),
        accounts::actor_for_interview(&bed.s, stranger, Uuid::from_u128(1).into())
            .await
            .unwrap_err(),
    ];
    for answer in answers {
        assert!(matches!(answer, ServiceError::NotFound), "{answer}");
    }
}
