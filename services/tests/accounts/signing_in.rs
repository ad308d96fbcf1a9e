//! Signing in and out, how long it lasts, who is throttled, and passwords.

use crate::{
    common::TestBed,
    on_both_databases,
    support::{HERE, PASSWORD, add},
};
use parley_domain::{
    account::{PASSWORD_MAX, Role},
    time::{DAY, HOUR, MINUTE},
};
use parley_services::{
    Services,
    accounts::{self, people},
    entity::{audit, login_session},
    error::ServiceError,
    secrets,
};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, sea_query::Expr};
use std::net::{IpAddr, Ipv4Addr};

on_both_databases!(
    signing_in_and_out,
    unknown_and_wrong_answer_alike,
    signing_in_again_ends_the_cookie_before,
    login_sessions_slide_and_expire,
    a_login_session_ends_however_often_it_is_used,
    addresses_and_accounts_are_throttled,
    an_ipv6_network_counts_as_one_address,
    a_new_password_signs_out_everywhere,
    who_knows_their_password_chooses_another_one,
);

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

async fn a_login_session_ends_however_often_it_is_used(bed: TestBed) {
    let mia = add(&bed, "mia@example.com", Role::Member).await;
    let secret = log_in(&bed.s, "mia@example.com", PASSWORD).await.unwrap().secret;
    let other = log_in(&bed.s, "mia@example.com", PASSWORD).await.unwrap().secret;
    for day in 1..90 {
        bed.clock.advance(DAY);
        let who = accounts::signed_in(&bed.s, &secret).await.unwrap();
        assert_eq!(who, Some(mia), "after {day} days");
        // The other one is used rarely, which is enough to keep it.
        if day % 20 == 0 {
            assert_eq!(accounts::signed_in(&bed.s, &other).await.unwrap(), Some(mia));
        }
    }
    // A row as an earlier version left it: good for 30 days from now.
    let late = bed.s.now().millis() + 30 * DAY;
    login_session::Entity::update_many()
        .col_expr(login_session::Column::ExpiresAt, Expr::value(late))
        .filter(login_session::Column::Hash.eq(secrets::hash(&other)))
        .exec(bed.s.db.read())
        .await
        .unwrap();
    bed.clock.advance(DAY - 1);
    assert_eq!(accounts::signed_in(&bed.s, &secret).await.unwrap(), Some(mia));
    bed.clock.advance(1);
    for secret in [&secret, &other] {
        assert_eq!(accounts::signed_in(&bed.s, secret).await.unwrap(), None);
    }
    // The password begins the next one.
    let next = log_in(&bed.s, "mia@example.com", PASSWORD).await.unwrap().secret;
    assert_eq!(accounts::signed_in(&bed.s, &next).await.unwrap(), Some(mia));
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
