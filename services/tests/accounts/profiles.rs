//! What people change of themselves.

use crate::{common::TestBed, on_both_databases, support::add};
use parley_domain::{account::Role, person::ProfileInput};
use parley_services::{accounts, error::ServiceError};

on_both_databases!(profiles_are_checked,);

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
