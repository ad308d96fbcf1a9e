//! Looking at a link changes nothing.

use super::{invites::invites, publics::publics};
use crate::{
    bed::{Bed, NAVIGATE, ORIGIN},
    house::PAGE,
};
use http::Method;
use parley_domain::time::SECOND;
use parley_services::{conversation, entity};
use sea_orm::{ConnectionTrait, EntityTrait};
use serde_json::json;

/// Everything that a look could change.
async fn everything(house: &Bed) -> String {
    async fn table<E: EntityTrait<Model: std::fmt::Debug>>(conn: &impl ConnectionTrait) -> String {
        format!("{:?}", E::find().all(conn).await.unwrap())
    }
    let conn = house.s.db.read();
    [
        table::<entity::candidate::Entity>(conn).await,
        table::<entity::session::Entity>(conn).await,
        table::<entity::session_event::Entity>(conn).await,
        table::<entity::turn::Entity>(conn).await,
        table::<entity::public_link::Entity>(conn).await,
        table::<entity::preview::Entity>(conn).await,
        table::<entity::retake_request::Entity>(conn).await,
        table::<entity::job::Entity>(conn).await,
    ]
    .join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_looks_at_every_kind_of_link_change_nothing() {
    let house = Bed::new().await;
    let mut paths: Vec<String> = publics(&house).await.into_iter().map(|case| case.path).collect();
    for case in invites(&house).await {
        paths.push(format!("{}/session?lease=1", case.link));
        paths.push(format!("{}/finish", case.link));
        paths.push(case.link);
    }
    let interview = house.interview(json!({"state": "draft"})).await.id;
    let preview = conversation::preview::create(&house.s, &house.owner, interview)
        .await
        .unwrap();
    paths.push(preview.url.strip_prefix(ORIGIN).unwrap().to_owned());
    let before = everything(&house).await;
    let scanners: [&[(&str, &str)]; 4] = [
        &[("accept", "*/*"), ("user-agent", "MailScanner/1.0")],
        &[("accept", PAGE), ("sec-purpose", "prefetch"), NAVIGATE],
        &[("accept", PAGE), ("purpose", "preview")],
        &[
            ("accept", PAGE),
            ("sec-fetch-mode", "no-cors"),
            ("sec-fetch-dest", "image"),
        ],
    ];
    for n in 0..100 {
        let method = if n % 2 == 0 { Method::GET } else { Method::HEAD };
        for path in &paths {
            house.send(method.clone(), path, scanners[n / 2 % 4], "").await;
        }
        house.clock.advance(30 * SECOND);
    }
    assert!(everything(&house).await == before, "a look changed something");
    // People leave an observation, and nothing else.
    for path in &paths {
        house.open(path).await;
    }
    let blank = |all: &str| {
        let mut lines: Vec<_> = all.lines().map(str::to_owned).collect();
        lines[2] = String::new();
        let mut sessions = String::new();
        for (n, part) in lines[1].split("opened_at: ").enumerate() {
            let rest = if n == 0 {
                part
            } else {
                part.split_once(", started_at").unwrap().1
            };
            sessions.push_str(rest);
        }
        lines[1] = sessions;
        lines
    };
    assert!(
        blank(&everything(&house).await) == blank(&before),
        "a person's look changed more than that it was noted"
    );
}
