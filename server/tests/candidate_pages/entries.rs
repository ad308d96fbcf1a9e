//! Other ways in: the public link, another attempt, and what stops those who try many links.

use super::{
    bed::{Bed, NAVIGATE, ORIGIN, is_a_quiet_page, token},
    house::{Answer, PAGE},
};
use http::{Method, StatusCode};
use parley_app::candidate::chat::model::form;
use parley_domain::{link::PublicLinkInput, time::MINUTE};
use parley_services::{conversation, links};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_public_link_has_its_pages() {
    let house = Bed::new().await;
    let interview = house.interview(json!({})).await;
    let input = PublicLinkInput {
        max_starts: Some(1),
        ..Default::default()
    };
    let link = links::create(&house.s, &house.owner, interview.id, input)
        .await
        .unwrap();
    let path = link.url.strip_prefix(ORIGIN).unwrap();
    let page = house.open(path).await;
    assert_eq!(page.status, StatusCode::OK);
    is_a_quiet_page(&page);
    for words in ["Your name", "Your email", "name=\"consent\"", "Start interview"] {
        page.says(words);
    }
    let start_id = page.field("start_id");
    let fields = |email: &'static str| {
        let (slug, start_id) = (link.slug.clone(), start_id.clone());
        [
            ("slug", slug),
            ("start_id", start_id),
            ("name", "Wim Walkin".into()),
            ("email", email.into()),
            ("consent", "true".into()),
        ]
    };
    let post = async |email| {
        let fields = fields(email);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(a, b): &(&str, String)| (*a, b.as_str())).collect();
        house.post("/sfn/candidate/start-public", &fields).await
    };
    let refused = post("not an address").await;
    house
        .open(refused.location())
        .await
        .says("Check your name and your email address.");
    let started = post("wim@example.com").await;
    assert!(
        started.location().contains("/session?lease=1"),
        "{}",
        started.location()
    );
    let chat = house.open(started.location()).await;
    chat.says("Your own link");
    let own = format!("{ORIGIN}/i/invite/{}", chat.field("token"));
    chat.says(&own);
    // It is there as long as the talk goes on; who was invited has a link already.
    let link_of = format!("/i/invite/{}", chat.field("token"));
    let (question, client) = (chat.field("question"), chat.field("client_id"));
    let sent = house.answer(&link_of, &question, &client, "I like mornings.").await;
    house.open(sent.location()).await.says(&own);
    let (_, invited) = house.invite(json!({})).await;
    let theirs = house.start(&invited).await;
    house.open(&theirs).await.says_not("Your own link");

    // The same browser may go on; the page shows nothing of the session. Another browser finds it full.
    let cookie = started.header("set-cookie").split(';').next().unwrap().to_owned();
    let headers = [("accept", PAGE), ("cookie", cookie.as_str())];
    let back = house.send(Method::GET, path, &headers, "").await;
    is_a_quiet_page(&back);
    back.says("Continue interview");
    back.says("Start as someone else");
    back.says_not("Wim");
    back.says_not("Question");
    house.open(path).await.says("All places are taken");
    let anew = house.send(Method::GET, &format!("{path}?new=1"), &headers, "").await;
    anew.says("All places are taken");

    links::revoke(&house.s, &house.owner, interview.id).await.unwrap();
    let revoked = house.open(path).await;
    assert_eq!(revoked.status, StatusCode::GONE);
    revoked.says("This link has been switched off");
    house.open(started.location()).await.says("Why coffee?");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_attempt_is_offered_or_asked_for() {
    let house = Bed::new().await;
    let (_, link) = house.invite(json!({"settings": {"self_retakes": 1}})).await;
    let finish = async || {
        house.start(&link).await;
        conversation::finish(&house.s, token(&link)).await.unwrap();
        house.open(&link).await
    };
    let done = finish().await;
    is_a_quiet_page(&done);
    done.says("Take it again");
    let again = house.post("/sfn/candidate/retake", &[("token", token(&link))]).await;
    assert_eq!(again.location(), link);
    let landing = house.open(&link).await;
    landing.says("Your earlier attempt is kept.");
    landing.says("name=\"consent\"");
    let done = finish().await;
    done.says("Ask for another attempt");
    let refused = house
        .post("/sfn/candidate/retake", &[("token", token(&link)), ("reason", " ")])
        .await;
    house.open(refused.location()).await.says("Write an answer first.");
    house
        .post(
            "/sfn/candidate/retake",
            &[("token", token(&link)), ("reason", "The power went out.")],
        )
        .await;
    let waiting = house.open(&link).await;
    waiting.says("Your request is with the company");
    waiting.says_not("Ask for another attempt");
    let closes = waiting.body.matches("You can close this page").count();
    assert_eq!(closes, 1, "said once");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_tries_many_links() {
    let house = Bed::new().await;
    for _ in 0..30 {
        assert_eq!(house.open("/i/invite/nothing").await.status, StatusCode::NOT_FOUND);
    }
    let refused = house.open("/i/nothing").await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(!refused.header("retry-after").is_empty());
    is_a_quiet_page(&refused);
    refused.says("Too many tries");
    let (_, link) = house.invite(json!({})).await;
    assert_eq!(
        house.open(&link).await.status,
        StatusCode::OK,
        "a real link still opens"
    );
}

/// Knocks at one of the doors with a link that does not exist, as a page, a plain form or a script does.
async fn knock(house: &Bed, n: usize) -> Answer {
    let token = format!("nothing{n}");
    let fields = [("token", token.as_str())];
    match n % 5 {
        0 => house.open(&format!("/i/invite/{token}/session?lease=1")).await,
        1 => house.open(&format!("/i/invite/{token}/finish")).await,
        2 => house.post("/sfn/candidate/finish", &fields).await,
        3 => {
            house
                .form("/sfn/candidate/heartbeat", "application/json", &[], &form(&fields))
                .await
        }
        _ => {
            let fields = [
                ("slug", token.as_str()),
                ("name", "Eve"),
                ("email", "eve@example.com"),
                ("consent", "true"),
            ];
            house.post("/sfn/candidate/start-public", &fields).await
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_door_counts_those_who_try_many_links() {
    let house = Bed::new().await;
    for n in 0..30 {
        let expected = [404, 404, 302, 404, 302][n % 5];
        assert_eq!(knock(&house, n).await.status.as_u16(), expected, "knock {n}");
    }
    for n in 30..35 {
        let refused = knock(&house, n).await;
        assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS, "knock {n}");
        assert!(!refused.header("retry-after").is_empty());
        assert_eq!(refused.location(), "");
        if n != 33 {
            is_a_quiet_page(&refused);
            refused.says("Too many tries");
        }
    }
    let (_, link) = house.invite(json!({})).await;
    let inside = house.start(&link).await;
    house.open(&inside).await.says("Why coffee?");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_tried_too_often_is_told_when_to_come_back() {
    let house = Bed::new().await;
    let (_, link) = house.invite(json!({"settings": {"require_invited_email": true}})).await;
    let start = async |name: &str| {
        let body = format!("token={}&consent=true&email={name}%40example.com", token(&link));
        house.form("/sfn/candidate/start", "application/json", &[], &body).await
    };
    for _ in 0..5 {
        assert_eq!(start("eve").await.status, StatusCode::FORBIDDEN);
        house.clock.advance(MINUTE);
    }
    // The first of the five tries counts for ten minutes more.
    let refused = start("ana").await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.header("retry-after"), "600");
    refused.says("\"retry_after\":600");
    house.clock.advance(10 * MINUTE - 1);
    let refused = start("ana").await;
    assert_eq!(refused.header("retry-after"), "1");
    house.clock.advance(1);
    let inside = start("ana").await;
    assert_eq!(inside.status, StatusCode::OK);
    let lease = serde_json::from_str::<serde_json::Value>(&inside.body).unwrap()["lease"].clone();

    let flood = async || {
        let body = format!("token={}&lease={lease}", token(&link));
        house
            .form("/sfn/candidate/heartbeat", "application/json", &[], &body)
            .await
    };
    let refused = loop {
        let answer = flood().await;
        if answer.status == StatusCode::TOO_MANY_REQUESTS {
            break answer;
        }
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        assert_eq!(answer.header("retry-after"), "");
    };
    assert_eq!(refused.header("retry-after"), "1");
    // A plain form is led to a page that says it.
    let plain = house.post("/sfn/candidate/finish", &[("token", token(&link))]).await;
    assert_eq!(plain.location(), format!("{link}?notice=too_many"));
}

/// Presses the button of a plain form, and follows where it leads as a browser does: with the cookie that was set.
async fn press(house: &Bed, door: &str, fields: &[(&str, &str)]) -> (Answer, Answer) {
    let pressed = house.post(door, fields).await;
    let cookie = pressed.cookie();
    let headers = [("accept", PAGE), NAVIGATE, ("cookie", cookie.as_str())];
    let page = house.send(Method::GET, pressed.location(), &headers, "").await;
    (pressed, page)
}

/// The box of a landing page, as its markup.
fn consent_box(page: &Answer) -> &str {
    let start = page.body.find("<input type=\"checkbox\"").unwrap();
    let end = start + page.body[start..].find('>').unwrap();
    &page.body[start..end]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_start_has_what_was_typed_in_its_fields_again() {
    let house = Bed::new().await;
    let (_, link) = house.invite(json!({"settings": {"require_invited_email": true}})).await;
    let fields = [
        ("token", token(&link)),
        ("email", "eve\"><b>; ü@example.com"),
        ("consent", "true"),
    ];
    let (pressed, refused) = press(&house, "/sfn/candidate/start", &fields).await;
    assert_eq!(pressed.location(), format!("{link}?notice=email_needed"));
    let cookie = pressed.header("set-cookie");
    for part in ["HttpOnly", "SameSite=Lax", "Max-Age=120", &format!("Path={link};")] {
        assert!(cookie.contains(part), "{part} is not in {cookie}");
    }
    is_a_quiet_page(&refused);
    refused.says("That did not match.");
    assert_eq!(refused.field("email"), "eve&quot;&gt;&lt;b&gt;; ü@example.com");
    assert!(consent_box(&refused).contains("checked"), "what was ticked stays so");
    assert!(refused.header("set-cookie").contains("Max-Age=0"), "shown once");
    let fields = [("token", token(&link)), ("email", "ana@example.com")];
    let (pressed, refused) = press(&house, "/sfn/candidate/start", &fields).await;
    refused.says("Tick the box to start.");
    assert_eq!(refused.field("email"), "ana@example.com");
    assert!(!consent_box(&refused).contains("checked"));
    // Not on a page that was opened by itself, and not for a program, which has no page.
    let cookie = pressed.cookie();
    let headers = [("accept", PAGE), ("cookie", cookie.as_str())];
    let opened = house.send(Method::GET, &link, &headers, "").await;
    opened.says_not("ana@example.com");
    let program = house
        .form("/sfn/candidate/start", "application/json", &[], &form(&fields))
        .await;
    assert_eq!((program.status.as_u16(), program.header("set-cookie")), (422, ""));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_public_start_too() {
    let house = Bed::new().await;
    let interview = house.interview(json!({})).await;
    let public = links::create(&house.s, &house.owner, interview.id, PublicLinkInput::default())
        .await
        .unwrap();
    let path = public.url.strip_prefix(ORIGIN).unwrap();
    let mut fields = [
        ("slug", public.slug.as_str()),
        ("name", "王 & Wanda"),
        ("email", "not an address"),
        ("consent", "true"),
    ];
    let (pressed, refused) = press(&house, "/sfn/candidate/start-public", &fields).await;
    assert_eq!(pressed.location(), format!("{path}?notice=invalid"));
    is_a_quiet_page(&refused);
    refused.says("Check your name and your email address.");
    assert_eq!(refused.field("name"), "王 &amp; Wanda");
    assert_eq!(refused.field("email"), "not an address");
    assert!(consent_box(&refused).contains("checked"));
    // More than a browser keeps in a cookie: the page comes back without it.
    let long = "x".repeat(4_000);
    fields[1].1 = &long;
    let (pressed, refused) = press(&house, "/sfn/candidate/start-public", &fields).await;
    assert_eq!(pressed.header("set-cookie"), "");
    assert_eq!(refused.field("name"), "");
}
