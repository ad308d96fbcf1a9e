//! Somebody to sign in with.

use crate::common::TestBed;
use parley_domain::{account::Role, id::UserId, person::PersonInput};
use parley_services::accounts::people;
use std::net::{IpAddr, Ipv4Addr};

pub const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

pub const PASSWORD: &str = "correct horse battery";

pub fn person(email: &str) -> PersonInput {
    PersonInput {
        name: "Mia Member".to_owned(),
        email: email.to_owned(),
        password: PASSWORD.to_owned(),
        time_zone: "Asia/Tokyo".to_owned(),
    }
}

pub async fn add(bed: &TestBed, email: &str, role: Role) -> UserId {
    people::add(&bed.s, person(email), Some(role), None).await.unwrap()
}
