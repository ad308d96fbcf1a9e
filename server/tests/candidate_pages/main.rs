//! The candidate's pages through the router: every state of a link, what may and may not stand on a page, the whole path as
//! plain forms, and the stream.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops where something is not as it should be"
)]

mod bed;
mod entries;
#[path = "../house/mod.rs"]
mod house;
mod link_states;
mod previews;
mod refusals;
mod windows;

use bed::{Bed, NAVIGATE, is_a_quiet_page, token};
use house::PAGE;
use http::{Method, StatusCode, header};
use parley_domain::{
    conversation::CandidateView,
    session::Status,
    time::{DAY, MINUTE},
};
use parley_services::{candidates, conversation, interviews};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn every_state_of_a_link_has_its_page() {
    let house = Bed::new().await;
    let (_, ready) = house.invite(json!({})).await;
    let (_, draft) = house.invite(json!({"state": "draft"})).await;
    let (_, paused) = house.invite(json!({"state": "paused"})).await;
    let (of_archived, closed) = house.invite(json!({})).await;
    let archived = json!({"state": "archived"});
    interviews::patch(&house.s, &house.owner, of_archived.interview_id, &archived, None)
        .await
        .unwrap();
    let (_, inside) = house.invite(json!({})).await;
    house.start(&inside).await;
    let (_, done) = house.invite(json!({})).await;
    house.start(&done).await;
    conversation::finish(&house.s, token(&done)).await.unwrap();
    let (replaced, old) = house.invite(json!({})).await;
    candidates::replace_link(&house.s, &house.owner, replaced.id)
        .await
        .unwrap();
    let (_, expired) = house.invite(json!({"settings": {"invite_expiry_days": 3}})).await;
    house.clock.advance(4 * DAY);
    let never = "/i/invite/AAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let long = format!("/i/invite/{}", "x".repeat(3_000));
    for (path, status, words) in [
        (ready.as_str(), 200, "Start interview"),
        (&inside, 200, "Continue interview"),
        (&done, 200, "You have completed this interview"),
        (&draft, 200, "This interview is not open yet"),
        (&paused, 200, "This interview is paused"),
        (&closed, 410, "This interview is closed"),
        (&expired, 410, "This link has expired"),
        (&old, 404, "This link does not work"),
        (never, 404, "This link does not work"),
        ("/i/invite/%00%F0%9F%92%A9", 404, "This link does not work"),
        ("/i/%00", 404, "This link does not work"),
        (&long, 404, "This link does not work"),
        ("/i/no/such/place", 404, "This link does not work"),
        ("/i/", 404, "This link does not work"),
    ] {
        let answer = house.open(path).await;
        assert_eq!(answer.status.as_u16(), status, "{path}");
        is_a_quiet_page(&answer);
        answer.says(words);
        let head = house.send(Method::HEAD, path, &[("accept", PAGE)], "").await;
        assert_eq!((head.status, head.body.as_str()), (answer.status, ""), "HEAD {path}");
        let post = house.post(path, &[]).await;
        assert!(post.status.is_client_error(), "POST {path}: {}", post.status);
    }
    assert_eq!(
        house.open(&old).await.body,
        house.open(never).await.body,
        "a replaced link is like one that never was"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn opening_a_link_changes_nothing() {
    let house = Bed::new().await;
    let (candidate, link) = house.invite(json!({})).await;
    let before = house.again(&candidate).await;
    let paths = [
        link.clone(),
        format!("{link}/session"),
        format!("{link}/finish"),
        format!("{link}?notice=x"),
    ];
    for n in 0..100 {
        let method = if n % 2 == 0 { Method::GET } else { Method::HEAD };
        let scanner = [("accept", "*/*"), ("user-agent", "MailScanner/1.0")];
        let preview = [("accept", PAGE), ("sec-purpose", "prefetch"), NAVIGATE];
        let headers: &[(&str, &str)] = if n % 3 == 0 { &preview } else { &scanner };
        house.send(method, &paths[n % 4], headers, "").await;
        house.clock.advance(MINUTE);
    }
    assert_eq!(house.again(&candidate).await, before, "nothing at all was noted");
    house.open(&link).await;
    let opened = house.again(&candidate).await.session;
    assert_eq!(opened.status, Status::NotStarted);
    assert!(opened.opened_at.is_some(), "a person's look is noted");
    for _ in 0..10 {
        house.clock.advance(MINUTE);
        house.open(&link).await;
    }
    assert_eq!(house.again(&candidate).await.session, opened, "once");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_landing_page_tells_before_it_asks() {
    let house = Bed::new().await;
    let change = json!({
        "title": "Barista <b>& co</b>",
        "welcome": "Line one.\n<script>alert(1)</script>",
        "settings": {"time_limit_minutes": 90, "count_time_away": true, "require_invited_email": true},
    });
    let (_, link) = house.invite(change).await;
    let page = house.open(&link).await;
    is_a_quiet_page(&page);
    for words in [
        "Hello Ana Lima",
        "Barista &lt;b&gt;&amp; co&lt;/b&gt;",
        "Line one.\n&lt;script&gt;alert(1)&lt;/script&gt;",
        "2 questions, one at a time",
        "Up to 1 hour 30 minutes",
        "The clock also runs while you are away.",
        "You will talk to an AI",
        "What is recorded",
        "name=\"consent\"",
        "name=\"email\"",
    ] {
        page.says(words);
    }
    page.says_not("Why coffee?");
    page.says_not("ana@example.com");
    house
        .open(&format!("{link}?notice=email_needed"))
        .await
        .says("That did not match.");
    house
        .open(&format!("{link}?notice=consent_needed"))
        .await
        .says("Tick the box to start.");
    let kept = "What you typed and did not send is kept in this browser.";
    house.open(&format!("{link}?typed=1")).await.says(kept);
    page.says_not(kept);
    let odd = house.open(&format!("{link}?notice=%22%3E%3Cscript%3E&lease=%00")).await;
    assert_eq!(odd.status, StatusCode::OK);
    is_a_quiet_page(&odd);
    // Without a limit, what to go by is a guess.
    let (_, link) = house.invite(json!({})).await;
    let page = house.open(&link).await;
    page.says("About 5 minutes");
    page.says("There is no time limit.");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_interviews_language_is_the_pages() {
    let house = Bed::new().await;
    let (_, link) = house.invite(json!({"settings": {"language": "zh"}})).await;
    let page = house.open(&link).await;
    page.says("<html lang=\"zh-Hans\"");
    page.says("开始面试");
    page.says_not("Start interview");
    let chat = house.start(&link).await;
    house.open(&chat).await.says("第 1 题，共 2 题");
    // Where no interview says so, the browser does.
    let unknown = house
        .send(
            Method::GET,
            "/i/x",
            &[("accept-language", "zh-CN,zh;q=0.9,en;q=0.8")],
            "",
        )
        .await;
    unknown.says("此链接无效");
    // A language that we do not speak: our words in English, the author's marked as theirs.
    let (_, link) = house.invite(json!({"settings": {"language": "ar"}})).await;
    let page = house.open(&link).await;
    page.says("<html lang=\"en\" dir=\"ltr\"");
    page.says("lang=\"ar\" dir=\"auto\"");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_path_works_as_plain_forms() {
    let house = Bed::new().await;
    let (candidate, link) = house.invite(json!({})).await;
    let refused = house.post("/sfn/candidate/start", &[("token", token(&link))]).await;
    assert_eq!(refused.location(), format!("{link}?notice=consent_needed"));
    assert_eq!(house.again(&candidate).await.session.status, Status::NotStarted);

    let path = house.start(&link).await;
    assert_eq!(path, format!("{link}/session?lease=1"));
    let chat = house.open(&path).await;
    for words in [
        "Question 1 of 2",
        "Why coffee?",
        "action=\"/sfn/candidate/answer\"",
        "After you send",
    ] {
        chat.says(words);
    }
    chat.says_not("Which one?");
    chat.says_not("SECRET");
    assert_eq!(chat.field("token"), token(&link));

    // An empty answer is refused in words; nothing is lost by it.
    let (client, question) = (chat.field("client_id"), chat.field("question"));
    let refused = house.answer(&link, &question, &client, "  ").await;
    house
        .open(refused.location())
        .await
        .says("This answer could not be stored");
    let sent = house.answer(&link, &question, &client, "I like mornings.").await;
    assert_eq!(sent.location(), path);
    let next = house.open(&path).await;
    for words in ["Question 2 of 2", "I like mornings.", "type=\"radio\""] {
        next.says(words);
    }
    // The same form again (Back, then Send) stores nothing twice, another text under it nothing at all.
    house.answer(&link, &question, &client, "I like mornings.").await;
    let other = house.answer(&link, &question, &client, "I changed my mind.").await;
    other.says("An answer is stored already");
    let late = house
        .answer(&link, &question, "another-client-id", "For the first question.")
        .await;
    late.says("The interview has moved on");
    assert_eq!(conversation::view(&house.s, token(&link)).await.unwrap().turns.len(), 3);

    let asks = house.open(&format!("{link}/finish?lease=1")).await;
    is_a_quiet_page(&asks);
    asks.says("1 question has not been answered.");
    let done = house.post("/sfn/candidate/finish", &[("token", token(&link))]).await;
    assert_eq!(done.location(), link);
    house.open(&link).await.says("You have completed this interview");
    assert_eq!(house.again(&candidate).await.session.status, Status::Completed);
    for gone in [path, format!("{link}/finish")] {
        let answer = house.open(&gone).await;
        assert_eq!(
            (answer.status, answer.location()),
            (StatusCode::SEE_OTHER, link.as_str())
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_newest_window_has_the_chat() {
    let house = Bed::new().await;
    let (_, link) = house.invite(json!({})).await;
    let first = house.start(&link).await;
    let second = house.post("/sfn/candidate/start", &[("token", token(&link))]).await;
    assert_eq!(
        second.location(),
        format!("{link}/session?lease=2"),
        "resuming asks no consent"
    );
    for stale in [
        first.as_str(),
        &format!("{link}/session"),
        &format!("{link}/session?lease=x"),
    ] {
        let page = house.open(stale).await;
        assert_eq!(page.status, StatusCode::OK);
        is_a_quiet_page(&page);
        page.says("You continued elsewhere");
        page.says("Continue here");
        page.says_not("Why coffee?");
    }
    house.open(second.location()).await.says("Why coffee?");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_chats_data_cannot_leave_its_place() {
    let house = Bed::new().await;
    let evil = "</script><script>alert(1)</script><!--";
    let (_, link) = house
        .invite(json!({"questions": [{"text": evil}], "title": evil}))
        .await;
    let path = house.start(&link).await;
    let chat = house.open(&path).await;
    let policy = chat.header("content-security-policy").to_owned();
    let nonce = policy
        .split("'nonce-")
        .nth(1)
        .unwrap()
        .split('\'')
        .next()
        .unwrap()
        .to_owned();
    assert!(nonce.len() >= 16);
    chat.says(&format!("nonce=\"{nonce}\""));
    assert_eq!(chat.body.matches("<script").count(), 2, "the data and the start");
    chat.says_not("<script>alert");
    assert_eq!(chat.header("cache-control"), "no-store");
    assert_ne!(
        house.open(&path).await.header("content-security-policy"),
        policy,
        "a nonce is for one answer"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_stream_tells_what_changed_and_no_more() {
    let house = Bed::new().await;
    let (_, link) = house.invite(json!({})).await;
    let fields = [("token", token(&link)), ("consent", "true")];
    let started = house.post("/sfn/candidate/start", &fields).await;
    assert!(started.header("set-cookie").contains("HttpOnly"));
    let cookie = started.header("set-cookie").split(';').next().unwrap().to_owned();
    for bad in ["", "parley_candidate=x.1.y"] {
        let answer = house.send(Method::GET, "/events/session", &[("cookie", bad)], "").await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    }
    let stream = house
        .raw(Method::GET, "/events/session", &[("cookie", &cookie)], "")
        .await;
    assert_eq!(stream.headers()[header::CONTENT_TYPE], "text/event-stream");
    // A proxy passes on what is told as it is told.
    assert_eq!(stream.headers()["x-accel-buffering"], "no");
    let mut frames = stream.into_body().into_data_stream();
    let mut next = async || {
        let frame = futures::StreamExt::next(&mut frames).await.unwrap().unwrap();
        String::from_utf8(frame.to_vec()).unwrap()
    };
    let first = next().await;
    assert!(
        first.contains("event: pulse") && first.contains("\"lease\":1,\"turns\":1"),
        "{first}"
    );
    assert!(!first.contains("coffee") && !first.contains(token(&link)), "{first}");
    house.post("/sfn/candidate/start", &fields).await;
    assert!(next().await.contains("\"lease\":2"));
    conversation::finish(&house.s, token(&link)).await.unwrap();
    assert!(next().await.contains("\"state\":\"completed\""));
    house.stop.cancel();
    assert!(next().await.contains("event: bye"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_of_life_is_not_answered_with_what_the_page_has() {
    let house = Bed::new().await;
    let (_, link) = house.invite(json!({})).await;
    house.start(&link).await;
    let beat = async |known: &str| {
        let body = format!("token={}&lease=1&known={known}", token(&link));
        let answer = house
            .form("/sfn/candidate/heartbeat", "application/json", &[], &body)
            .await;
        serde_json::from_str::<CandidateView>(&answer.body).unwrap()
    };
    let whole = beat("").await;
    assert_eq!((whole.known().as_str(), whole.turns.len()), ("1.1", 1));
    let spared = beat("1.1").await;
    assert!(spared.turns.is_empty() && spared.question.is_some());
    assert_eq!((spared.known().as_str(), spared.lease), ("1.0", whole.lease));
    for other in ["1.0", "1.2", "2.1", "nothing"] {
        assert_eq!(beat(other).await, whole, "{other}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn code_is_shown_as_it_was_typed() {
    let house = Bed::new().await;
    let questions = json!([{"text": "Write a loop.", "kind": "code"}, {"text": "Why like this?"}]);
    let (_, link) = house
        .invite(json!({"questions": questions, "settings": {"follow_up_depth": "light"}}))
        .await;
    let path = house.start(&link).await;
    for text in ["  loop {\n\tbreak;\n  }", "Because it ends."] {
        let chat = house.open(&path).await;
        let (client, question) = (chat.field("client_id"), chat.field("question"));
        house.answer(&link, &question, &client, text).await;
    }
    let chat = house.open(&path).await;
    let tag = |before: &str| {
        let end = chat.body.find(before).unwrap();
        &chat.body[chat.body[..end].rfind("<p").unwrap()..end]
    };
    let code = tag("  loop {\n\tbreak;\n  }<");
    assert!(
        code.contains("turn__text--code") && code.contains("dir=\"ltr\""),
        "{code}"
    );
    let words = tag("Because it ends.<");
    assert!(words.contains("dir=\"auto\""), "{words}");
    assert_eq!(chat.body.matches("turn__text--code").count(), 1);
}
