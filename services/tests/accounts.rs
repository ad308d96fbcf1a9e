//! Signing in, setting up, roles, API keys, profiles.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops where something is not as it should be"
)]

mod common;

use common::TestBed;
use parley_domain::{
    account::{Actor, PASSWORD_MAX, Role},
    id::{ApiKeyId, UserId},
    person::{PersonInput, ProfileInput, SetupInput, SetupState},
    time::{DAY, HOUR, MINUTE},
};
use parley_services::{
    Services,
    accounts::{self, SetupRule, people, setup},
    entity::{api_key, audit, login_session, membership, user, workspace},
    error::ServiceError,
};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use std::net::{IpAddr, Ipv4Addr};
use uuid::Uuid;

on_both_databases!(
    signing_in_and_out,
    unknown_and_wrong_answer_alike,
    signing_in_again_ends_the_cookie_before,
    login_sessions_slide_and_expire,
    addresses_and_accounts_are_throttled,
    an_ipv6_network_counts_as_one_address,
    a_new_password_signs_out_everywhere,
    who_knows_their_password_chooses_another_one,
    admins_rename_the_workspace,
    setup_makes_one_owner_and_closes,
    twenty_first_visitors_make_one_owner,
    setup_asks_for_its_code,
    setup_is_closed_until_it_is_opened,
    people_are_added_from_the_command_line,
    roles_are_read_each_time,
    foreign_workspaces_do_not_exist,
    keys_never_outrank_their_maker,
    keys_end,
    keys_are_managed_by_admins_of_their_workspace,
    profiles_are_checked,
);

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const PASSWORD: &str = "correct horse battery";

fn person(email: &str) -> PersonInput {
    PersonInput {
        name: "Mia Member".to_owned(),
        email: email.to_owned(),
        password: PASSWORD.to_owned(),
        time_zone: "Asia/Tokyo".to_owned(),
    }
}

async fn add(bed: &TestBed, email: &str, role: Role) -> UserId {
    people::add(&bed.s, person(email), Some(role), None).await.unwrap()
}

async fn empty(bed: &TestBed) {
    membership::Entity::delete_many().exec(bed.s.db.read()).await.unwrap();
    user::Entity::delete_many().exec(bed.s.db.read()).await.unwrap();
    workspace::Entity::delete_many().exec(bed.s.db.read()).await.unwrap();
}

async fn log_in(s: &Services, email: &str, password: &str) -> Result<accounts::SignedIn, ServiceError> {
    accounts::log_in(s, email, password, HERE, None).await
}

async fn signing_in_and_out(bed: TestBed) {
    let mia = add(&bed, "Mia@Example.com", Role::Member).await;
    let signed = log_in(&bed.s, " mia@example.COM ", PASSWORD).await.unwrap();
    assert_eq!(signed.user, mia);
    assert_eq!(accounts::signed_in(&bed.s, &signed.secret).await.unwrap(), Some(mia));
    assert_eq!(accounts::signed_in(&bed.s, "something else").await.unwrap(), None);
    let stored = login_session::Entity::find().all(bed.s.db.read()).await.unwrap();
    assert_ne!(
        stored[0].hash,
        signed.secret.as_bytes(),
        "the cookie is not stored in clear"
    );
    accounts::log_out(&bed.s, &signed.secret).await.unwrap();
    accounts::log_out(&bed.s, &signed.secret).await.unwrap();
    assert_eq!(accounts::signed_in(&bed.s, &signed.secret).await.unwrap(), None);
}

async fn unknown_and_wrong_answer_alike(bed: TestBed) {
    add(&bed, "mia@example.com", Role::Member).await;
    let wrong = log_in(&bed.s, "mia@example.com", "not her password").await.unwrap_err();
    let unknown = log_in(&bed.s, "nobody@example.com", PASSWORD).await.unwrap_err();
    let long = log_in(&bed.s, "mia@example.com", &"x".repeat(PASSWORD_MAX + 1))
        .await
        .unwrap_err();
    assert_eq!(wrong.to_string(), unknown.to_string());
    assert_eq!(wrong.to_string(), long.to_string());
    assert!(matches!(wrong, ServiceError::Invalid(_)));
    // Somebody without any password (the test bed's owner) is not let in by an empty one.
    assert!(log_in(&bed.s, "owner@home.example", "").await.is_err());
}

async fn signing_in_again_ends_the_cookie_before(bed: TestBed) {
    let mia = add(&bed, "mia@example.com", Role::Member).await;
    let planted = log_in(&bed.s, "mia@example.com", PASSWORD).await.unwrap().secret;
    let fresh = accounts::log_in(&bed.s, "mia@example.com", PASSWORD, HERE, Some(&planted))
        .await
        .unwrap();
    assert_ne!(fresh.secret, planted);
    assert_eq!(accounts::signed_in(&bed.s, &planted).await.unwrap(), None);
    assert_eq!(accounts::signed_in(&bed.s, &fresh.secret).await.unwrap(), Some(mia));
}

async fn login_sessions_slide_and_expire(bed: TestBed) {
    let mia = add(&bed, "mia@example.com", Role::Member).await;
    let secret = log_in(&bed.s, "mia@example.com", PASSWORD).await.unwrap().secret;
    for _ in 0..3 {
        bed.clock.advance(29 * DAY);
        assert_eq!(
            accounts::signed_in(&bed.s, &secret).await.unwrap(),
            Some(mia),
            "each visit extends it"
        );
    }
    let seen = login_session::Entity::find()
        .one(bed.s.db.read())
        .await
        .unwrap()
        .unwrap();
    bed.clock.advance(HOUR / 2);
    accounts::signed_in(&bed.s, &secret).await.unwrap();
    let again = login_session::Entity::find()
        .one(bed.s.db.read())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(seen, again, "a visit within the hour is not a write");
    bed.clock.advance(31 * DAY);
    assert_eq!(accounts::signed_in(&bed.s, &secret).await.unwrap(), None);
    // The next log-in forgets what has expired.
    log_in(&bed.s, "mia@example.com", PASSWORD).await.unwrap();
    assert_eq!(login_session::Entity::find().count(bed.s.db.read()).await.unwrap(), 1);
}

async fn addresses_and_accounts_are_throttled(bed: TestBed) {
    add(&bed, "mia@example.com", Role::Member).await;
    let from = |n: u8| IpAddr::V4(Ipv4Addr::new(198, 51, 100, n));
    let long = "x".repeat(PASSWORD_MAX + 1);
    for _ in 0..10 {
        // Refused before any hashing: the test is about counting.
        accounts::log_in(&bed.s, "a@example.com", &long, from(1), None)
            .await
            .unwrap_err();
    }
    let eleventh = accounts::log_in(&bed.s, "mia@example.com", PASSWORD, from(1), None).await;
    assert!(
        matches!(eleventh, Err(ServiceError::TooMany { retry_after: 6 })),
        "{eleventh:?}"
    );
    accounts::log_in(&bed.s, "mia@example.com", PASSWORD, from(2), None)
        .await
        .unwrap();
    bed.clock.advance(MINUTE);
    accounts::log_in(&bed.s, "mia@example.com", PASSWORD, from(1), None)
        .await
        .unwrap();

    // Guessing the passwords of one account is limited too, and for one that does not exist just the same.
    for email in ["mia@example.com", "nobody@example.com"] {
        for _ in 0..20 {
            bed.s.limits.guessed(email, from(3), bed.s.now());
        }
        let guess = accounts::log_in(&bed.s, email, PASSWORD, from(3), None).await;
        assert!(matches!(guess, Err(ServiceError::TooMany { .. })), "{email}: {guess:?}");
    }
    // But nobody is locked out of their account by a stranger elsewhere.
    accounts::log_in(&bed.s, "mia@example.com", PASSWORD, from(4), None)
        .await
        .unwrap();
    // Strangers in very many places are limited together, whether the account exists or not.
    for email in ["mia@example.com", "nobody@example.com"] {
        for n in 100..180 {
            bed.s.limits.guessed(email, from(n), bed.s.now());
        }
        let guess = accounts::log_in(&bed.s, email, PASSWORD, from(5), None).await;
        assert!(
            matches!(guess, Err(ServiceError::TooMany { retry_after: 3 })),
            "{email}: {guess:?}"
        );
    }
}

async fn an_ipv6_network_counts_as_one_address(bed: TestBed) {
    add(&bed, "mia@example.com", Role::Member).await;
    let from = |network: u16, host: u16| IpAddr::from([0x2001, 0xdb8, 0, network, 0, 0, 0, host]);
    let long = "x".repeat(PASSWORD_MAX + 1);
    for host in 0..10 {
        accounts::log_in(&bed.s, "a@example.com", &long, from(1, host), None)
            .await
            .unwrap_err();
    }
    let eleventh = accounts::log_in(&bed.s, "mia@example.com", PASSWORD, from(1, 99), None).await;
    assert!(
        matches!(eleventh, Err(ServiceError::TooMany { .. })),
        "the eleventh of one network passed"
    );
    accounts::log_in(&bed.s, "mia@example.com", PASSWORD, from(2, 0), None)
        .await
        .unwrap();
}

async fn a_new_password_signs_out_everywhere(bed: TestBed) {
    add(&bed, "mia@example.com", Role::Member).await;
    let secret = log_in(&bed.s, "mia@example.com", PASSWORD).await.unwrap().secret;
    let short = people::set_password(&bed.s, "mia@example.com", "short").await;
    assert!(matches!(short, Err(ServiceError::Invalid(_))));
    people::set_password(&bed.s, "MIA@example.com", "another good one")
        .await
        .unwrap();
    assert_eq!(accounts::signed_in(&bed.s, &secret).await.unwrap(), None);
    assert!(log_in(&bed.s, "mia@example.com", PASSWORD).await.is_err());
    log_in(&bed.s, "mia@example.com", "another good one").await.unwrap();
    let unknown = people::set_password(&bed.s, "nobody@example.com", "another good one").await;
    assert!(matches!(unknown, Err(ServiceError::NotFound)));
}

async fn who_knows_their_password_chooses_another_one(bed: TestBed) {
    let mia = add(&bed, "mia@example.com", Role::Viewer).await;
    let here = log_in(&bed.s, "mia@example.com", PASSWORD).await.unwrap().secret;
    let elsewhere = log_in(&bed.s, "mia@example.com", PASSWORD).await.unwrap().secret;
    let change = async |old: &str, new: &str| accounts::change_password(&bed.s, mia, old, new, HERE).await;
    for (old, new, field) in [
        ("not her password", "another good one", "password"),
        (&*"x".repeat(PASSWORD_MAX + 1), "another good one", "password"),
        (PASSWORD, "short", "new_password"),
    ] {
        let refused = change(old, new).await.unwrap_err();
        assert!(
            matches!(&refused, ServiceError::Invalid(errors) if errors[0].field == field),
            "{refused:?}"
        );
    }
    for untouched in [&here, &elsewhere] {
        assert_eq!(accounts::signed_in(&bed.s, untouched).await.unwrap(), Some(mia));
    }

    let after = change(PASSWORD, "another good one").await.unwrap();
    // Who has a copy of this browser's cookie is out too; the browser itself goes on with another one.
    assert_eq!(accounts::signed_in(&bed.s, &after.secret).await.unwrap(), Some(mia));
    for ended in [&here, &elsewhere] {
        assert_eq!(accounts::signed_in(&bed.s, ended).await.unwrap(), None);
    }
    assert!(log_in(&bed.s, "mia@example.com", PASSWORD).await.is_err());
    log_in(&bed.s, "mia@example.com", "another good one").await.unwrap();
    let told = audit::Entity::find()
        .filter(audit::Column::Action.eq("member.password"))
        .one(bed.s.db.read())
        .await
        .unwrap();
    assert_eq!(told.unwrap().actor, format!("user:{mia}"));

    // Guessing is limited here as at the log-in.
    for _ in 0..20 {
        bed.s.limits.guessed("mia@example.com", HERE, bed.s.now());
    }
    let guess = change("a guess or two", "another good one").await;
    assert!(matches!(guess, Err(ServiceError::TooMany { .. })), "{guess:?}");
}

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

fn setup_input(code: &str) -> SetupInput {
    SetupInput {
        workspace: "Café Söhne".to_owned(),
        person: person("olga@example.com"),
        code: code.to_owned(),
    }
}

async fn setup_makes_one_owner_and_closes(bed: TestBed) {
    empty(&bed).await;
    bed.s.accounts.allow_setup(SetupRule::Anyone);
    assert_eq!(accounts::setup_state(&bed.s).await.unwrap(), SetupState::Open);
    let (signed, slug) = accounts::set_up(&bed.s, setup_input(""), HERE).await.unwrap();
    assert_eq!(slug, "cafe-sohne");
    let me = accounts::me(&bed.s, signed.user).await.unwrap();
    assert_eq!(me.workspaces.len(), 1);
    assert_eq!(
        (me.workspaces[0].role, me.workspaces[0].name.as_str()),
        (Role::Owner, "Café Söhne")
    );
    assert_eq!(me.time_zone, "Asia/Tokyo");
    assert_eq!(
        accounts::signed_in(&bed.s, &signed.secret).await.unwrap(),
        Some(signed.user)
    );

    assert_eq!(accounts::setup_state(&bed.s).await.unwrap(), SetupState::Done);
    let again = SetupInput {
        person: person("mallory@example.com"),
        ..setup_input("")
    };
    let refused = accounts::set_up(&bed.s, again, HERE).await;
    assert!(
        matches!(refused, Err(ServiceError::Conflict { code: "setup_done", .. })),
        "{refused:?}"
    );
    assert_eq!(user::Entity::find().count(bed.s.db.read()).await.unwrap(), 1);
}

async fn twenty_first_visitors_make_one_owner(bed: TestBed) {
    empty(&bed).await;
    bed.s.accounts.allow_setup(SetupRule::Anyone);
    let visits = (0..20).map(|n| {
        let s = bed.s.clone();
        tokio::spawn(async move {
            let input = SetupInput {
                person: person(&format!("visitor{n}@example.com")),
                ..setup_input("")
            };
            accounts::set_up(&s, input, IpAddr::V4(Ipv4Addr::new(10, 0, 0, n))).await
        })
    });
    let mut made = 0;
    for visit in visits.collect::<Vec<_>>() {
        match visit.await.unwrap() {
            Ok(_) => made += 1,
            Err(ServiceError::Conflict { code: "setup_done", .. }) => {}
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!(made, 1);
    assert_eq!(user::Entity::find().count(bed.s.db.read()).await.unwrap(), 1);
    assert_eq!(workspace::Entity::find().count(bed.s.db.read()).await.unwrap(), 1);
}

async fn setup_asks_for_its_code(bed: TestBed) {
    empty(&bed).await;
    let (code, rule) = setup::new_code(&bed.s).unwrap();
    assert_eq!(code.len(), 14);
    bed.s.accounts.allow_setup(rule);
    bed.s.accounts.allow_setup(SetupRule::Anyone);
    assert_eq!(
        accounts::setup_state(&bed.s).await.unwrap(),
        SetupState::NeedsCode,
        "the first word counts"
    );
    for _ in 0..10 {
        let wrong = accounts::set_up(&bed.s, setup_input("AAAA-AAAA-AAAA"), HERE)
            .await
            .unwrap_err();
        assert!(
            matches!(&wrong, ServiceError::Invalid(e) if e[0].field == "code"),
            "{wrong}"
        );
    }
    let eleventh = accounts::set_up(&bed.s, setup_input(&code), HERE).await;
    assert!(
        matches!(eleventh, Err(ServiceError::TooMany { .. })),
        "guessing is limited"
    );
    bed.clock.advance(MINUTE);
    let typed = code.to_lowercase().replace('-', " ");
    accounts::set_up(&bed.s, setup_input(&typed), HERE).await.unwrap();
}

async fn setup_is_closed_until_it_is_opened(bed: TestBed) {
    empty(&bed).await;
    assert_eq!(accounts::setup_state(&bed.s).await.unwrap(), SetupState::CommandLine);
    assert!(accounts::set_up(&bed.s, setup_input(""), HERE).await.is_err());
    assert_eq!(user::Entity::find().count(bed.s.db.read()).await.unwrap(), 0);
}

async fn people_are_added_from_the_command_line(bed: TestBed) {
    empty(&bed).await;
    let first = people::add(&bed.s, person("olga@example.com"), None, None)
        .await
        .unwrap();
    let me = accounts::me(&bed.s, first).await.unwrap();
    assert_eq!(
        (me.workspaces[0].name.as_str(), me.workspaces[0].role),
        ("My workspace", Role::Owner)
    );
    assert_eq!(accounts::setup_state(&bed.s).await.unwrap(), SetupState::Done);

    let taken = people::add(&bed.s, person("OLGA@example.com"), Some(Role::Viewer), None).await;
    assert!(
        matches!(
            taken,
            Err(ServiceError::Conflict {
                code: "email_taken",
                ..
            })
        ),
        "{taken:?}"
    );
    assert_eq!(accounts::me(&bed.s, first).await.unwrap(), me, "nothing was changed");

    let second = people::add(&bed.s, person("mia@example.com"), None, Some("my-workspace"))
        .await
        .unwrap();
    assert_eq!(
        accounts::me(&bed.s, second).await.unwrap().workspaces[0].role,
        Role::Member
    );
    let nowhere = people::add(&bed.s, person("x@example.com"), None, Some("elsewhere")).await;
    assert!(matches!(nowhere, Err(ServiceError::NotFound)));
    let mars = PersonInput {
        time_zone: "Mars/Olympus".to_owned(),
        ..person("y@example.com")
    };
    assert!(matches!(
        people::add(&bed.s, mars, None, None).await,
        Err(ServiceError::Invalid(_))
    ));

    bed.stranger().await;
    let unclear = people::add(&bed.s, person("z@example.com"), None, None).await;
    assert!(
        matches!(
            unclear,
            Err(ServiceError::Conflict {
                code: "workspace_needed",
                ..
            })
        ),
        "{unclear:?}"
    );
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

async fn profiles_are_checked(bed: TestBed) {
    let mia = add(&bed, "mia@example.com", Role::Member).await;
    let input = ProfileInput {
        name: " Mia  M ".to_owned(),
        time_zone: "America/Sao_Paulo".to_owned(),
        locale: "en".to_owned(),
    };
    let me = accounts::change_profile(&bed.s, mia, input.clone()).await.unwrap();
    assert_eq!(
        (me.name.as_str(), me.time_zone.as_str()),
        ("Mia M", "America/Sao_Paulo")
    );
    let actor = accounts::actor(&bed.s, mia, "home").await.unwrap();
    assert_eq!(
        accounts::zone_of(&bed.s, &actor).await.unwrap().name(),
        "America/Sao_Paulo"
    );
    for (field, bad) in [
        (
            "name",
            ProfileInput {
                name: " ".to_owned(),
                ..input.clone()
            },
        ),
        (
            "time_zone",
            ProfileInput {
                time_zone: "Nowhere".to_owned(),
                ..input.clone()
            },
        ),
        (
            "locale",
            ProfileInput {
                locale: "<b>".to_owned(),
                ..input
            },
        ),
    ] {
        let Err(ServiceError::Invalid(errors)) = accounts::change_profile(&bed.s, mia, bad).await else {
            panic!("{field} passed");
        };
        assert_eq!(errors[0].field, field);
    }
    assert_eq!(accounts::me(&bed.s, mia).await.unwrap(), me, "nothing was changed");
}
