//! Which window may do what: over attempts and devices, where the invited email opens a link, and what its stream hears.

use super::{
    bed::{Bed, NAVIGATE, ORIGIN, is_a_quiet_page, token},
    house::{Answer, PAGE},
};
use futures::StreamExt;
use http::{Method, StatusCode};
use parley_app::candidate::chat::model::form;
use parley_domain::{
    link::PublicLinkInput,
    session::{RetakeReason, Status},
};
use parley_services::{
    links,
    sessions::{self, RetakeInput},
};
use serde_json::{Value, json};
use std::time::Duration;

const START: &str = "/sfn/candidate/start";
const ANSWER: &str = "/sfn/candidate/answer";
const BEAT: &str = "/sfn/candidate/heartbeat";
const FINISH: &str = "/sfn/candidate/finish";
const RETAKE: &str = "/sfn/candidate/retake";

/// Posts as the page's script does.
async fn send(house: &Bed, path: &str, fields: &[(&str, &str)]) -> Answer {
    let headers = [
        ("accept", "application/json"),
        ("content-type", "application/x-www-form-urlencoded"),
        ("sec-fetch-site", "same-origin"),
    ];
    house.send(Method::POST, path, &headers, &form(fields)).await
}

/// The status and the refusal's code; nothing of the session may stand beside it.
#[track_caller]
fn shut(answer: &Answer) -> (u16, String) {
    answer.says_not("coffee");
    answer.says_not("mornings");
    answer.says_not("turns");
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    (
        answer.status.as_u16(),
        body["error"].as_str().unwrap_or_default().to_owned(),
    )
}

fn refusal(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

/// The lease in the address of a chat.
fn lease(chat: &str) -> String {
    chat.rsplit("lease=").next().unwrap().to_owned()
}

fn by_email() -> Value {
    json!({"settings": {"require_invited_email": true, "self_retakes": 1, "follow_up_depth": "light"}})
}

/// Comes in by the email, as a plain form does.
async fn come_in(house: &Bed, link: &str) -> Answer {
    let fields = [
        ("token", token(link)),
        ("consent", "true"),
        ("email", "ana@example.com"),
    ];
    let answer = house.post(START, &fields).await;
    assert!(answer.location().starts_with(&format!("{link}/session?lease=")));
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_that_was_left_open_ends_nobody_elses_attempt() {
    let house = Bed::new().await;
    let (candidate, link) = house.invite(json!({})).await;
    let laptop = house.start(&link).await;
    let asks = house.open(&format!("{link}/finish?lease=1")).await;
    assert_eq!(asks.field("lease"), "1", "the plain page says which window it is");
    let chat = house.open(&laptop).await;
    assert_eq!(
        chat.body.matches("name=\"lease\"").count(),
        2,
        "answering and finishing"
    );
    let again = RetakeInput {
        reason: RetakeReason::TechnicalIssue,
        note: String::new(),
    };
    sessions::retake(&house.s, &house.owner, candidate.id, again)
        .await
        .unwrap();
    let phone = house.start(&link).await;
    assert_eq!(phone, format!("{link}/session?lease=2"));
    house.open(&laptop).await.says("You continued elsewhere");
    let question = house.open(&phone).await.field("question");
    let old = [("token", token(&link)), ("lease", "1")];
    let answer = [
        old[0],
        old[1],
        ("client_id", "of-the-first-attempt"),
        ("question", question.as_str()),
        ("text", "Written in the first attempt."),
    ];
    for (path, fields) in [(BEAT, &old[..]), (FINISH, &old[..]), (ANSWER, &answer[..])] {
        let refused = send(&house, path, fields).await;
        assert_eq!(refused.status, StatusCode::CONFLICT, "{path}");
        refused.says("taken_over");
        let plain = house.post(path, fields).await;
        if path == ANSWER {
            // Here is what was typed, and nothing of what goes on there.
            plain.says("Written in the first attempt.");
            plain.says_not("coffee");
        } else {
            assert!(plain.status.is_redirection(), "{path}");
        }
    }
    let pressed = house.post(FINISH, &old).await;
    assert_eq!(pressed.location(), format!("{link}?notice=taken_over"));
    house.open(pressed.location()).await.says("You continued elsewhere");
    assert_eq!(house.again(&candidate).await.session.status, Status::InProgress);
    let page = house.open(&format!("{link}/finish?lease=2")).await;
    let own = page.field("lease");
    house
        .post(FINISH, &[("token", token(&link)), ("lease", own.as_str())])
        .await;
    assert_eq!(house.again(&candidate).await.session.status, Status::Completed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_was_passed_on_shows_nothing_without_the_email() {
    let house = Bed::new().await;
    let (_, link) = house.invite(by_email()).await;
    let t = token(&link);
    let chat = come_in(&house, &link).await.location().to_owned();
    let own = lease(&chat);
    assert!(own.parse::<i64>().unwrap() >= 1 << 40);
    let page = house.open(&chat).await;
    page.says("Why coffee?");
    let question = page.field("question");
    let fields = [
        ("token", t),
        ("lease", own.as_str()),
        ("client_id", "the-first-answer"),
        ("question", question.as_str()),
        ("text", "I like mornings."),
    ];
    assert_eq!(send(&house, ANSWER, &fields).await.status, StatusCode::OK);

    // The pages.
    for path in ["session", "finish"] {
        for (asked, to) in [
            ("", link.clone()),
            ("?lease=x", link.clone()),
            ("?lease=1", format!("{link}?notice=taken_over")),
        ] {
            let answer = house.open(&format!("{link}/{path}{asked}")).await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}{asked}");
            assert_eq!(answer.location(), to, "{path}{asked}");
        }
    }
    let landing = house.open(&format!("{link}?notice=taken_over")).await;
    is_a_quiet_page(&landing);
    for words in ["You continued elsewhere", "name=\"email\"", "Continue interview"] {
        landing.says(words);
    }
    landing.says_not("Question 2 of 2");

    // The doors.
    let answer = |lease: Option<&'static str>| {
        let mut fields = fields.to_vec();
        fields.remove(1);
        fields.extend(lease.map(|lease| ("lease", lease)));
        fields
    };
    for (path, fields) in [
        (BEAT, vec![("token", t)]),
        (FINISH, vec![("token", t)]),
        (ANSWER, answer(None)),
        (START, vec![("token", t), ("consent", "true")]),
        (RETAKE, vec![("token", t), ("reason", "I was ill")]),
    ] {
        let refused = send(&house, path, &fields).await;
        assert_eq!(shut(&refused), refusal(403, "email_needed"), "{path}");
    }
    for path in [BEAT, FINISH] {
        let refused = send(&house, path, &[("token", t), ("lease", "1")]).await;
        assert_eq!(shut(&refused), refusal(409, "taken_over"), "{path}");
    }
    assert_eq!(
        shut(&send(&house, ANSWER, &answer(Some("1"))).await),
        refusal(409, "taken_over")
    );
    let plain = house.post(ANSWER, &answer(Some("1"))).await;
    assert_eq!(plain.status, StatusCode::CONFLICT);
    is_a_quiet_page(&plain);
    plain.says("You continued elsewhere");
    plain.says_not("coffee");
    let beat = send(&house, BEAT, &[("token", t), ("lease", &own)]).await;
    assert_eq!(beat.status, StatusCode::OK);
    beat.says("I like mornings.");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_keeps_the_cookie_of_such_a_session_needs_no_lease() {
    let house = Bed::new().await;
    let (_, link) = house.invite(by_email()).await;
    let (_, other) = house.invite(by_email()).await;
    let laptop = come_in(&house, &link).await;
    let elsewhere = house
        .post(
            START,
            &[
                ("token", token(&other)),
                ("consent", "true"),
                ("email", "ana@example.com"),
            ],
        )
        .await;
    let act = async |path: &str, cookie: &str| {
        let headers = [
            ("accept", "application/json"),
            ("content-type", "application/x-www-form-urlencoded"),
            ("sec-fetch-site", "same-origin"),
            ("cookie", cookie),
        ];
        house
            .send(Method::POST, path, &headers, &form(&[("token", token(&link))]))
            .await
    };
    let own = laptop.cookie();
    assert_eq!(act(BEAT, &own).await.status, StatusCode::OK);
    assert_eq!(
        shut(&act(BEAT, &elsewhere.cookie()).await),
        refusal(403, "email_needed"),
        "another link's"
    );
    let phone = come_in(&house, &link).await;
    assert_eq!(shut(&act(FINISH, &own).await), refusal(409, "taken_over"));
    let done = act(FINISH, &phone.cookie()).await;
    assert_eq!(done.status, StatusCode::OK);
    done.says("\"state\":\"completed\"");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_after_such_a_session_asks_for_the_email_too() {
    let house = Bed::new().await;
    let (candidate, link) = house.invite(by_email()).await;
    let t = token(&link);
    let chat = come_in(&house, &link).await.location().to_owned();
    let own = lease(&chat);
    let asks = house.open(&format!("{link}/finish?lease={own}")).await;
    assert_eq!(asks.field("lease"), own);
    let done = house.post(FINISH, &[("token", t), ("lease", &own)]).await;
    assert_eq!(done.location(), link);
    let page = house.open(&link).await;
    is_a_quiet_page(&page);
    page.says("You have completed this interview");
    page.says("Take it again");
    page.says("name=\"email\"");
    assert_eq!(house.open(&chat).await.location(), link);

    let start = send(&house, START, &[("token", t), ("consent", "true")]).await;
    assert_eq!(shut(&start), refusal(403, "email_needed"));
    let fields = [("token", t), ("email", "ana@example.com")];
    let start = send(&house, START, &fields).await;
    assert_eq!(start.status, StatusCode::OK);
    start.says("Why coffee?");

    let refused = house.post(RETAKE, &[("token", t)]).await;
    assert_eq!(refused.location(), format!("{link}?notice=email_needed"));
    house.open(refused.location()).await.says("That did not match.");
    assert_eq!(house.again(&candidate).await.session.attempt, 1);
    let taken = house.post(RETAKE, &fields).await;
    assert_eq!(taken.location(), link);
    assert_eq!(house.again(&candidate).await.session.attempt, 2);
    let second = come_in(&house, &link).await.location().to_owned();
    house.post(FINISH, &[("token", t), ("lease", &lease(&second))]).await;
    let page = house.open(&link).await;
    page.says("Ask for another attempt");
    page.says("name=\"email\"");
    let fields = [("token", t), ("reason", "I was ill"), ("email", "ana@example.com")];
    house.post(RETAKE, &fields).await;
    house.open(&link).await.says("Your request is with the company");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_comes_back_by_the_public_link_is_asked_too() {
    let house = Bed::new().await;
    let interview = house.interview(by_email()).await;
    let public = links::create(&house.s, &house.owner, interview.id, PublicLinkInput::default())
        .await
        .unwrap();
    let fields = [
        ("slug", public.slug.as_str()),
        ("name", "Wim Walkin"),
        ("email", "wim@example.com"),
        ("consent", "true"),
    ];
    let started = house.post("/sfn/candidate/start-public", &fields).await;
    let chat = started.location().to_owned();
    house.open(&chat).await.says("Why coffee?");
    let cookie = started.cookie();
    let headers = [("accept", PAGE), NAVIGATE, ("cookie", cookie.as_str())];
    let path = public.url.strip_prefix(ORIGIN).unwrap();
    let back = house.send(Method::GET, path, &headers, "").await;
    is_a_quiet_page(&back);
    back.says("Continue interview");
    back.says_not("action=\"/sfn/candidate/start\"");
    let own = chat.split("/session").next().unwrap();
    back.says(&format!("href=\"{own}\""));
    house.open(own).await.says("name=\"email\"");
}

/// The next event of a stream.
async fn next(frames: &mut axum::body::BodyDataStream) -> String {
    let frame = frames.next().await.expect("the stream is over").unwrap();
    String::from_utf8(frame.to_vec()).unwrap()
}

async fn follow(house: &Bed, cookie: &str) -> axum::body::BodyDataStream {
    let stream = house
        .raw(Method::GET, "/events/session", &[("cookie", cookie)], "")
        .await;
    assert_eq!(stream.status(), StatusCode::OK);
    stream.into_body().into_data_stream()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_tells_nobody_the_lease_of_another_window() {
    let house = Bed::new().await;
    let (_, link) = house.invite(by_email()).await;
    let laptop = come_in(&house, &link).await;
    let mut frames = follow(&house, &laptop.cookie()).await;
    let own = lease(laptop.location());
    assert!(next(&mut frames).await.contains(&format!("\"lease\":{own},")));
    let phone = come_in(&house, &link).await;
    let last = next(&mut frames).await;
    assert!(
        last.contains("\"lease\":null") && !last.contains(&lease(phone.location())),
        "{last}"
    );
    assert!(next(&mut frames).await.contains("event: bye"));
    assert!(frames.next().await.is_none());
    // Told so that a browser does not ask again by itself.
    let answer = house
        .send(Method::GET, "/events/session", &[("cookie", &laptop.cookie())], "")
        .await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    let mut frames = follow(&house, &phone.cookie()).await;
    let first = next(&mut frames).await;
    assert!(
        first.contains(&format!("\"lease\":{},", lease(phone.location()))),
        "{first}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_page_is_told_the_time() {
    let house = Bed::ticking(Duration::from_millis(40)).await;
    let (_, link) = house
        .invite(json!({"settings": {"time_limit_minutes": 30, "follow_up_depth": "light"}}))
        .await;
    let t = token(&link);
    let started = house.post(START, &[("token", t), ("consent", "true")]).await;
    let mut frames = follow(&house, &started.cookie()).await;
    assert!(next(&mut frames).await.contains("event: pulse"));
    let first = next(&mut frames).await;
    assert!(
        first.contains("event: tick") && first.contains("\"seconds_left\":1800"),
        "{first}"
    );
    assert!(!first.contains(t), "{first}");
    house.clock.advance(30_000);
    // One may be on its way from before.
    let mut later = String::new();
    for _ in 0..3 {
        later = next(&mut frames).await;
        if later.contains("1770") {
            break;
        }
    }
    assert!(later.contains("\"seconds_left\":1770"), "{later}");
    house.post(FINISH, &[("token", t)]).await;
    // No time is told once it is over.
    let mut over = false;
    for _ in 0..3 {
        let event = next(&mut frames).await;
        over = event.contains("\"state\":\"completed\"");
        if over {
            break;
        }
    }
    assert!(over);
    let quiet = tokio::time::timeout(Duration::from_millis(300), frames.next()).await;
    assert!(quiet.is_err(), "{quiet:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_candidate_has_so_many_streams_and_no_more() {
    let house = Bed::new().await;
    let (_, link) = house.invite(json!({})).await;
    let started = house.post(START, &[("token", token(&link)), ("consent", "true")]).await;
    let mut streams = Vec::new();
    for _ in 0..5 {
        let mut frames = follow(&house, &started.cookie()).await;
        assert!(next(&mut frames).await.contains("event: pulse"));
        streams.push(frames);
    }
    let mut oldest = streams.remove(0);
    let bye = next(&mut oldest).await;
    assert!(bye.contains("event: bye") && bye.contains("retry: 60000"), "{bye}");
    assert!(oldest.next().await.is_none());
    // The others go on, and one that is closed leaves its place to the next.
    drop(streams.pop());
    let mut fresh = follow(&house, &started.cookie()).await;
    next(&mut fresh).await;
    house.post(FINISH, &[("token", token(&link))]).await;
    for frames in streams.iter_mut().chain([&mut fresh]) {
        assert!(next(frames).await.contains("\"state\":\"completed\""));
    }
}
