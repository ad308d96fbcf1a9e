//! The first owner: by the page of a new installation, and from the command line.

use crate::{
    common::TestBed,
    on_both_databases,
    support::{HERE, person},
};
use parley_domain::{
    account::Role,
    person::{PersonInput, SetupInput, SetupState},
    time::MINUTE,
};
use parley_services::{
    accounts::{self, SetupRule, people, setup},
    entity::{membership, user, workspace},
    error::ServiceError,
};
use sea_orm::{EntityTrait, PaginatorTrait};
use std::net::{IpAddr, Ipv4Addr};

on_both_databases!(
    setup_makes_one_owner_and_closes,
    twenty_first_visitors_make_one_owner,
    setup_asks_for_its_code,
    setup_is_closed_until_it_is_opened,
    people_are_added_from_the_command_line,
);

async fn empty(bed: &TestBed) {
    membership::Entity::delete_many().exec(bed.s.db.read()).await.unwrap();
    user::Entity::delete_many().exec(bed.s.db.read()).await.unwrap();
    workspace::Entity::delete_many().exec(bed.s.db.read()).await.unwrap();
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
