//! API keys: what they may, when they end, who manages them.

use crate::{common::TestBed, on_both_databases, support::add};
use parley_domain::{
    account::{Actor, Role},
    id::ApiKeyId,
};
use parley_services::{
    accounts,
    entity::{api_key, audit, membership},
    error::ServiceError,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

on_both_databases!(
    keys_never_outrank_their_maker,
    keys_end,
    keys_are_managed_by_admins_of_their_workspace,
);

async fn keys_never_outrank_their_maker(bed: TestBed) {
    let ada = add(&bed, "ada@example.com", Role::Admin).await;
    let admin = accounts::actor(&bed.s, ada, "home").await.unwrap();
    let above = accounts::create_key(&bed.s, &admin, "too much", Role::Owner).await;
    assert!(matches!(above, Err(ServiceError::Invalid(_))), "{above:?}");
    let made = accounts::create_key(&bed.s, &admin, " For  scripts ", Role::Admin)
        .await
        .unwrap();
    assert_eq!(made.key.name, "For scripts");
    assert_eq!(made.key.maker.as_deref(), Some("Mia Member"));
    assert!(made.secret.starts_with("pk_") && made.secret.ends_with(&made.key.hint));
    let actor = accounts::key_actor(&bed.s, &made.secret).await.unwrap().unwrap();
    assert_eq!(
        (actor.role(), actor.workspace()),
        (Some(Role::Admin), Some(bed.workspace))
    );

    // The maker steps down: so does the key.
    let lower = membership::ActiveModel {
        role: sea_orm::ActiveValue::Set("viewer".to_owned()),
        ..Default::default()
    };
    membership::Entity::update_many()
        .set(lower)
        .filter(membership::Column::UserId.eq(ada.0))
        .exec(bed.s.db.read())
        .await
        .unwrap();
    let actor = accounts::key_actor(&bed.s, &made.secret).await.unwrap().unwrap();
    assert_eq!(actor.role(), Some(Role::Viewer));
    // The maker leaves: the key ends.
    membership::Entity::delete_many()
        .filter(membership::Column::UserId.eq(ada.0))
        .exec(bed.s.db.read())
        .await
        .unwrap();
    assert_eq!(accounts::key_actor(&bed.s, &made.secret).await.unwrap(), None);
}

async fn keys_end(bed: TestBed) {
    let secret = accounts::keys::create_key_as_system(&bed.s, "script", Role::Member, None)
        .await
        .unwrap();
    let stored = api_key::Entity::find().one(bed.s.db.read()).await.unwrap().unwrap();
    assert_eq!(stored.last_used_at, None);
    let actor = accounts::key_actor(&bed.s, &secret).await.unwrap().unwrap();
    let Actor::ApiKey { key, role, .. } = actor else {
        panic!("{actor:?}")
    };
    assert_eq!(role, Role::Member);
    let listed = accounts::list_keys(&bed.s, &bed.owner).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!((listed[0].id, listed[0].maker.as_deref()), (key, None));
    assert!(listed[0].last_used.is_some());

    for bad in [
        "",
        "pk_",
        "pk_wrong",
        secret.trim_start_matches("pk_"),
        &secret[..secret.len() - 1],
    ] {
        assert_eq!(accounts::key_actor(&bed.s, bad).await.unwrap(), None, "{bad}");
    }
    accounts::revoke_key(&bed.s, &bed.owner, key).await.unwrap();
    assert_eq!(accounts::key_actor(&bed.s, &secret).await.unwrap(), None);
    assert!(accounts::list_keys(&bed.s, &bed.owner).await.unwrap().is_empty());
    let again = accounts::revoke_key(&bed.s, &bed.owner, key).await;
    assert!(matches!(again, Err(ServiceError::NotFound)));
    let told: Vec<String> = audit::Entity::find()
        .filter(audit::Column::WorkspaceId.eq(bed.workspace.0))
        .all(bed.s.db.read())
        .await
        .unwrap()
        .into_iter()
        .map(|row| row.action)
        .collect();
    assert!(
        told.contains(&"api_key.create".to_owned()) && told.contains(&"api_key.revoke".to_owned()),
        "{told:?}"
    );
}

async fn keys_are_managed_by_admins_of_their_workspace(bed: TestBed) {
    let made = accounts::create_key(&bed.s, &bed.owner, "ours", Role::Owner)
        .await
        .unwrap();
    for role in [Role::Viewer, Role::Member] {
        let actor = bed.member(role);
        assert!(matches!(
            accounts::list_keys(&bed.s, &actor).await,
            Err(ServiceError::Forbidden)
        ));
        assert!(matches!(
            accounts::create_key(&bed.s, &actor, "k", Role::Viewer).await,
            Err(ServiceError::Forbidden)
        ));
        assert!(matches!(
            accounts::revoke_key(&bed.s, &actor, made.key.id).await,
            Err(ServiceError::Forbidden)
        ));
    }
    // An admin does not end what stands above them; a stranger does not see it at all.
    let admin = accounts::revoke_key(&bed.s, &bed.member(Role::Admin), made.key.id).await;
    assert!(matches!(admin, Err(ServiceError::Forbidden)));
    let stranger = bed.stranger().await;
    for id in [made.key.id, ApiKeyId(Uuid::from_u128(1))] {
        let answer = accounts::revoke_key(&bed.s, &stranger, id).await;
        assert!(matches!(answer, Err(ServiceError::NotFound)), "{answer:?}");
    }
    assert!(accounts::list_keys(&bed.s, &stranger).await.unwrap().is_empty());
    // A key does not make keys.
    let key = accounts::key_actor(&bed.s, &made.secret).await.unwrap().unwrap();
    let made_by_key = accounts::create_key(&bed.s, &key, "child", Role::Viewer).await;
    assert!(matches!(made_by_key, Err(ServiceError::Forbidden)), "{made_by_key:?}");
}
