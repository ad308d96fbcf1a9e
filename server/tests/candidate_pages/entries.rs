//! Other ways in: the public link, another attempt, and what stops those who try many links.

use super::{
    bed::{Bed, ORIGIN, is_a_quiet_page, token},
    house::PAGE,
};
use http::{Method, StatusCode};
use parley_domain::link::PublicLinkInput;
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
    chat.says(&format!("{ORIGIN}/i/invite/{}", chat.field("token")));

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
