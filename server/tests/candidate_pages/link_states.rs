//! Every state of a link at every door: page by GET and HEAD, the press that starts, REST; and that looking changes
//! nothing.

use super::{
    bed::{Bed, NAVIGATE, ORIGIN, is_a_quiet_page, token},
    house::PAGE,
};
use http::Method;
use parley_app::candidate::chat::model::form;
use parley_domain::{
    account::Role,
    candidate::Candidate,
    id::InterviewId,
    link::PublicLinkInput,
    session::RetakeReason,
    time::{DAY, SECOND},
};
use parley_services::{accounts, candidates, conversation, entity, interviews, links, sessions, sessions::RetakeInput};
use sea_orm::{ConnectionTrait, EntityTrait};
use serde_json::{Value, json};

/// What is expected of an invite link in one state.
struct Invite {
    /// The state, for the message of a failure.
    is: &'static str,
    link: String,
    /// Whose it is; none for a link that nobody was given.
    of: Option<Candidate>,
    /// The page's status, and what it says.
    page: (u16, &'static str),
    /// The press: status, and the session's state or the refusal's code.
    press: (u16, &'static str),
    /// What REST says of the session, before and after the press.
    rest: (&'static str, &'static str),
}

/// One interview for each state, a link each.
async fn invites(house: &Bed) -> Vec<Invite> {
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

/// What is expected of a public link in one state.
struct Public {
    is: &'static str,
    path: String,
    of: Option<InterviewId>,
    page: (u16, &'static str),
    /// The press: status, and the session's state or the refusal's code.
    press: (u16, &'static str),
    /// What REST says of a live link.
    rest: u16,
}

async fn publics(house: &Bed) -> Vec<Public> {
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

async fn set_state(house: &Bed, interview: InterviewId, state: &str) {
    let change = json!({ "state": state });
    interviews::patch(&house.s, &house.owner, interview, &change, None)
        .await
        .unwrap();
}

/// Posts as the page's script does: the status, and the state or the refusal.
async fn press(house: &Bed, path: &str, fields: &[(&str, &str)]) -> (u16, String) {
    let headers = [
        ("accept", "application/json"),
        ("content-type", "application/x-www-form-urlencoded"),
        ("sec-fetch-site", "same-origin"),
    ];
    let answer = house.send(Method::POST, path, &headers, &form(fields)).await;
    let body: Value = serde_json::from_str(&answer.body).unwrap_or_default();
    let word = body["error"].as_str().or(body["state"].as_str()).unwrap_or_default();
    (answer.status.as_u16(), word.to_owned())
}

async fn start_public(house: &Bed, path: &str) -> (u16, String) {
    let fields = [
        ("slug", token(path)),
        ("name", "Wim Walkin"),
        ("email", "wim@example.com"),
        ("consent", "true"),
    ];
    press(house, "/sfn/candidate/start-public", &fields).await
}

async fn rest(house: &Bed, key: &str, path: &str) -> (u16, Value) {
    let bearer = format!("Bearer {key}");
    let answer = house
        .send(
            Method::GET,
            &format!("/api/v1{path}"),
            &[("authorization", &bearer)],
            "",
        )
        .await;
    (
        answer.status.as_u16(),
        serde_json::from_str(&answer.body).unwrap_or_default(),
    )
}

async fn key(house: &Bed) -> String {
    accounts::keys::create_key_as_system(&house.s, "doors", Role::Member, None)
        .await
        .unwrap()
}

/// The page of a link by GET and HEAD.
async fn page(house: &Bed, is: &str, path: &str, (status, words): (u16, &str)) {
    let answer = house.open(path).await;
    assert_eq!(answer.status.as_u16(), status, "{is}: GET");
    is_a_quiet_page(&answer);
    assert!(answer.body.contains(words), "{is}: {words:?} is not in {}", answer.body);
    let head = house.send(Method::HEAD, path, &[("accept", PAGE)], "").await;
    assert_eq!((head.status.as_u16(), head.body.as_str()), (status, ""), "{is}: HEAD");
    assert_eq!(head.header("referrer-policy"), "same-origin", "{is}: HEAD");
    assert!(head.header("x-robots-tag").contains("noindex"), "{is}: HEAD");
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
