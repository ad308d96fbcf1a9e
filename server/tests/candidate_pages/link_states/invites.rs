//! Invite links: one interview for each state.

use super::{key, page, press, rest, set_state};
use crate::bed::{Bed, token};
use parley_domain::{candidate::Candidate, session::RetakeReason, time::DAY};
use parley_services::{candidates, conversation, sessions, sessions::RetakeInput};
use serde_json::{Value, json};

/// What is expected of an invite link in one state.
pub struct Invite {
    /// The state, for the message of a failure.
    pub is: &'static str,
    pub link: String,
    /// Whose it is; none for a link that nobody was given.
    pub of: Option<Candidate>,
    /// The page's status, and what it says.
    pub page: (u16, &'static str),
    /// The press: status, and the session's state or the refusal's code.
    pub press: (u16, &'static str),
    /// What REST says of the session, before and after the press.
    pub rest: (&'static str, &'static str),
}

/// One interview for each state, a link each.
pub async fn invites(house: &Bed) -> Vec<Invite> {
    let mut all = Vec::new();
    let mut add = |is, (of, link): (Candidate, String), page, press, rest| {
        all.push(Invite {
            is,
            link,
            of: Some(of),
            page,
            press,
            rest,
        });
    };
    let fresh = ("not_started", "not_started");
    let ready = house.invite(json!({})).await;
    add(
        "ready",
        ready,
        (200, "Start interview"),
        (200, "in_progress"),
        ("not_started", "in_progress"),
    );
    let asks = house.invite(json!({"settings": {"require_invited_email": true}})).await;
    add(
        "asks for the email",
        asks,
        (200, "name=\"email\""),
        (403, "email_needed"),
        fresh,
    );
    let draft = house.invite(json!({"state": "draft"})).await;
    add(
        "draft",
        draft,
        (200, "This interview is not open yet"),
        (409, "not_open"),
        fresh,
    );
    let paused = house.invite(json!({"state": "paused"})).await;
    add(
        "paused",
        paused,
        (200, "This interview is paused"),
        (409, "not_open"),
        fresh,
    );
    let archived = house.invite(json!({})).await;
    set_state(house, archived.0.interview_id, "archived").await;
    add(
        "archived",
        archived,
        (410, "This interview is closed"),
        (409, "not_open"),
        fresh,
    );
    let expired = house.invite(json!({"settings": {"invite_expiry_days": 1}})).await;
    add(
        "expired",
        expired,
        (410, "This link has expired"),
        (409, "not_open"),
        fresh,
    );

    let inside = house.invite(json!({})).await;
    house.start(&inside.1).await;
    let running = ("in_progress", "in_progress");
    add(
        "in progress",
        inside,
        (200, "Continue interview"),
        (200, "in_progress"),
        running,
    );
    let inside = house.invite(json!({})).await;
    house.start(&inside.1).await;
    set_state(house, inside.0.interview_id, "paused").await;
    add(
        "in progress, paused",
        inside,
        (200, "Continue interview"),
        (200, "in_progress"),
        running,
    );
    let inside = house.invite(json!({"settings": {"invite_expiry_days": 1}})).await;
    house.start(&inside.1).await;
    add(
        "in progress, expired",
        inside,
        (200, "Continue interview"),
        (200, "in_progress"),
        running,
    );
    let done = house.invite(json!({})).await;
    house.start(&done.1).await;
    conversation::finish(&house.s, token(&done.1)).await.unwrap();
    let over = ("completed", "completed");
    add(
        "completed",
        done,
        (200, "You have completed this interview"),
        (200, "completed"),
        over,
    );

    let archived = house.invite(json!({})).await;
    house.start(&archived.1).await;
    set_state(house, archived.0.interview_id, "archived").await;
    add(
        "archived while in progress",
        archived,
        (200, "The company has ended this interview"),
        (200, "completed"),
        over,
    );
    let ended = house.invite(json!({})).await;
    house.start(&ended.1).await;
    sessions::end(&house.s, &house.owner, ended.0.session.id).await.unwrap();
    add(
        "ended by the team",
        ended,
        (200, "The company has ended this interview"),
        (200, "completed"),
        over,
    );
    let left = house.invite(json!({"settings": {"inactivity_days": 1}})).await;
    house.start(&left.1).await;
    add(
        "closed after inactivity",
        left,
        (200, "This interview was closed"),
        (200, "completed"),
        over,
    );
    let limit = json!({"settings": {"time_limit_minutes": 5, "count_time_away": true}});
    let late = house.invite(limit).await;
    house.start(&late.1).await;
    add(
        "closed when time was up",
        late,
        (200, "The time is up"),
        (200, "completed"),
        over,
    );
    let own = finished(house, json!({"settings": {"self_retakes": 1}})).await;
    add(
        "completed, may be taken again",
        own,
        (200, "Take it again"),
        (200, "completed"),
        over,
    );
    let asking = finished(house, json!({})).await;
    conversation::ask_retake(&house.s, token(&asking.1), "The power went out.")
        .await
        .unwrap();
    add(
        "completed, asked for another attempt",
        asking,
        (200, "Your request is with the company"),
        (200, "completed"),
        over,
    );
    let again = finished(house, json!({})).await;
    retake(house, &again.0).await;
    add(
        "retake granted",
        again,
        (200, "Your earlier attempt is kept."),
        (200, "in_progress"),
        ("not_started", "in_progress"),
    );
    let again = house.invite(json!({})).await;
    house.start(&again.1).await;
    retake(house, &again.0).await;
    add(
        "retake granted while in progress",
        again,
        (200, "Your earlier attempt is kept."),
        (200, "in_progress"),
        ("not_started", "in_progress"),
    );
    let again = finished(house, json!({})).await;
    retake(house, &again.0).await;
    set_state(house, again.0.interview_id, "paused").await;
    add(
        "retake granted, paused",
        again,
        (200, "This interview is paused"),
        (409, "not_open"),
        fresh,
    );

    let gone = (404, "This link does not work");
    let replaced = house.invite(json!({})).await;
    house.start(&replaced.1).await;
    candidates::replace_link(&house.s, &house.owner, replaced.0.id)
        .await
        .unwrap();
    add(
        "replaced while in progress",
        replaced,
        gone,
        (404, "unknown_link"),
        running,
    );
    let replaced = house.invite(json!({})).await;
    candidates::replace_link(&house.s, &house.owner, replaced.0.id)
        .await
        .unwrap();
    add("replaced", replaced, gone, (404, "unknown_link"), fresh);
    let deleted = house.invite(json!({})).await;
    candidates::delete(&house.s, &house.owner, &[deleted.0.id])
        .await
        .unwrap();
    add("deleted", deleted, gone, (404, "unknown_link"), ("", ""));
    all.push(Invite {
        is: "nobody's",
        link: format!("/i/invite/{}", "A".repeat(27)),
        of: None,
        page: gone,
        press: (404, "unknown_link"),
        rest: ("", ""),
    });
    house.clock.advance(2 * DAY);
    sessions::sweep(&house.s).await.unwrap();
    all
}

/// Somebody who has started and finished.
async fn finished(house: &Bed, change: Value) -> (Candidate, String) {
    let (candidate, link) = house.invite(change).await;
    house.start(&link).await;
    conversation::finish(&house.s, token(&link)).await.unwrap();
    (candidate, link)
}

async fn retake(house: &Bed, of: &Candidate) {
    let input = RetakeInput {
        reason: RetakeReason::Requested,
        note: String::new(),
    };
    sessions::retake(&house.s, &house.owner, of.id, input).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_state_of_an_invite_link_at_every_door() {
    let house = Bed::new().await;
    let key = key(&house).await;
    for case in invites(&house).await {
        let is = case.is;
        page(&house, is, &case.link, case.page).await;
        // The chat and the question before finishing: only for who is inside, and with the window's lease.
        let inside = case.page.1 == "Continue interview";
        for rest in ["session", "finish"] {
            let answer = house.open(&format!("{}/{rest}?lease=1", case.link)).await;
            let expected = match (case.page.0, inside) {
                (404, _) => 404,
                (_, true) => 200,
                (_, false) => 303,
            };
            assert_eq!(answer.status.as_u16(), expected, "{is}: {rest}");
            assert!(expected != 303 || answer.location() == case.link, "{is}: {rest}");
        }
        let status = async || {
            let Some(of) = &case.of else { return String::new() };
            let (_, body) = rest(&house, &key, &format!("/candidates/{}", of.id)).await;
            body["session"]["status"].as_str().unwrap_or_default().to_owned()
        };
        assert_eq!(status().await, case.rest.0, "{is}: REST before the press");
        let fields = [("token", token(&case.link)), ("consent", "true")];
        let pressed = press(&house, "/sfn/candidate/start", &fields).await;
        assert_eq!((pressed.0, pressed.1.as_str()), case.press, "{is}: start");
        assert_eq!(status().await, case.rest.1, "{is}: REST after the press");
    }
}
