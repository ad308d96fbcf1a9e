//! Public links: one interview for each state.

use super::{key, page, rest, set_state, start_public};
use crate::bed::{Bed, ORIGIN};
use parley_domain::{id::InterviewId, link::PublicLinkInput, time::DAY};
use parley_services::{entity, links};
use sea_orm::EntityTrait;
use serde_json::json;

/// What is expected of a public link in one state.
pub struct Public {
    pub is: &'static str,
    pub path: String,
    pub of: Option<InterviewId>,
    pub page: (u16, &'static str),
    /// The press: status, and the session's state or the refusal's code.
    pub press: (u16, &'static str),
    /// What REST says of a live link.
    pub rest: u16,
}

pub async fn publics(house: &Bed) -> Vec<Public> {
    let mut all = Vec::new();
    let now = house.s.now();
    let window = |opens: Option<i64>, closes: Option<i64>, max_starts| PublicLinkInput {
        opens_at: opens.map(|ms| now.plus(ms)),
        closes_at: closes.map(|ms| now.plus(ms)),
        max_starts,
    };
    let any = || window(None, None, None);
    for (is, change, input, page, press) in [
        (
            "ready",
            json!({}),
            any(),
            (200, "Start interview"),
            (200, "in_progress"),
        ),
        (
            "opens later",
            json!({}),
            window(Some(90 * DAY), None, None),
            (200, "It opens on Mon 22 Feb 2027, 09:00 (UTC), in 88 days."),
            (409, "not_open"),
        ),
        (
            "over",
            json!({}),
            window(None, Some(DAY), None),
            (410, "This interview is closed"),
            (409, "not_open"),
        ),
        (
            "draft",
            json!({"state": "draft"}),
            any(),
            (200, "This interview is not open yet"),
            (409, "not_open"),
        ),
        (
            "paused",
            json!({"state": "paused"}),
            any(),
            (200, "This interview is paused"),
            (409, "not_open"),
        ),
        (
            "full",
            json!({}),
            window(None, None, Some(1)),
            (200, "All places are taken"),
            (409, "not_open"),
        ),
        (
            "archived",
            json!({}),
            any(),
            (410, "This interview is closed"),
            (409, "not_open"),
        ),
        (
            "revoked",
            json!({}),
            any(),
            (410, "This link has been switched off"),
            (409, "not_open"),
        ),
    ] {
        let interview = house.interview(change).await.id;
        let link = links::create(&house.s, &house.owner, interview, input).await.unwrap();
        let path = link.url.strip_prefix(ORIGIN).unwrap().to_owned();
        match is {
            "full" => assert_eq!(start_public(house, &path).await.0, 200),
            "archived" => set_state(house, interview, "archived").await,
            "revoked" => links::revoke(&house.s, &house.owner, interview).await.unwrap(),
            _ => {}
        }
        all.push(Public {
            is,
            path,
            of: Some(interview),
            page,
            press,
            rest: if is == "revoked" { 404 } else { 200 },
        });
    }
    all.push(Public {
        is: "nobody's",
        path: "/i/AAAAAAAAAAAAAAAA".to_owned(),
        of: None,
        page: (404, "This link does not work"),
        press: (404, "unknown_link"),
        rest: 404,
    });
    house.clock.advance(2 * DAY);
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn every_state_of_a_public_link_at_every_door() {
    let house = Bed::new().await;
    let key = key(&house).await;
    for case in publics(&house).await {
        let is = case.is;
        page(&house, is, &case.path, case.page).await;
        let people = async || {
            entity::candidate::Entity::find()
                .all(house.s.db.read())
                .await
                .unwrap()
                .len()
        };
        let before = people().await;
        let pressed = start_public(&house, &case.path).await;
        assert_eq!((pressed.0, pressed.1.as_str()), case.press, "{is}: start");
        let came = usize::from(case.press.0 == 200);
        assert_eq!(
            people().await,
            before + came,
            "{is}: a refused start leaves nobody behind"
        );
        if let Some(of) = case.of {
            let (status, body) = rest(&house, &key, &format!("/interviews/{of}/public-link")).await;
            assert_eq!(status, case.rest, "{is}: REST");
            assert!(
                status == 404 || body["url"].as_str().unwrap().ends_with(&case.path),
                "{is}: REST"
            );
            let image = rest(&house, &key, &format!("/interviews/{of}/public-link/qr.svg"))
                .await
                .0;
            assert_eq!(image, case.rest, "{is}: the code");
        }
    }
}
