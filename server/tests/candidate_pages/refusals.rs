//! Answers of plain forms that are refused: what was typed stands on the page that says so, and nowhere else.

use super::{
    bed::{Bed, is_a_quiet_page, token},
    house::{Answer, PAGE},
};
use http::StatusCode;
use parley_domain::{
    conversation::{CandidateView, Speaker},
    time::MINUTE,
};
use parley_services::conversation;
use serde_json::json;

const ANSWER: &str = "/sfn/candidate/answer";

/// What the field of several lines with this id holds, as markup.
fn area<'a>(page: &'a Answer, id: &str) -> &'a str {
    let at = page
        .body
        .find(&format!("id=\"{id}\""))
        .unwrap_or_else(|| panic!("no {id} in {}", page.body));
    let start = at + page.body[at..].find('>').unwrap() + 1;
    &page.body[start..start + page.body[start..].find("</textarea>").unwrap()]
}

/// The fields that the chat's form posts with this text.
fn fields<'a>(link: &'a str, chat: &'a [String; 3], text: &'a str) -> Vec<(&'static str, &'a str)> {
    let [client_id, question, lease] = chat;
    vec![
        ("token", token(link)),
        ("client_id", client_id),
        ("question", question),
        ("lease", lease),
        ("text", text),
    ]
}

/// What the form of a page carries.
fn carried(page: &Answer) -> [String; 3] {
    [page.field("client_id"), page.field("question"), page.field("lease")]
}

/// What was typed is on the page, and in nothing else that the answer says.
#[track_caller]
fn is_kept_nowhere(answer: &Answer, status: StatusCode) {
    assert_eq!(answer.status, status, "{}", answer.body);
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!((answer.location(), answer.header("set-cookie")), ("", ""));
}

async fn view(house: &Bed, link: &str) -> CandidateView {
    conversation::view(&house.s, token(link)).await.unwrap()
}

/// How often the candidate has answered.
fn answers(view: &CandidateView) -> usize {
    view.turns.iter().filter(|t| t.speaker == Speaker::Candidate).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_too_long_stands_in_the_composer_again() {
    let house = Bed::new().await;
    let (_, link) = house.invite(json!({})).await;
    let path = house.start(&link).await;
    let chat = carried(&house.open(&path).await);
    let text = format!("\r\n</textarea><b> & \r\n{}", "x".repeat(20_000));
    let shown = format!("\n\n&lt;/textarea&gt;&lt;b&gt; &amp; \n{}", "x".repeat(20_000));
    for _ in 0..2 {
        // The second is what a browser sends that loads the page again.
        let refused = house.post(ANSWER, &fields(&link, &chat, &text)).await;
        is_kept_nowhere(&refused, StatusCode::UNPROCESSABLE_ENTITY);
        refused.says("This answer could not be stored");
        refused.says("This is too long.");
        // The script takes over this page like any other.
        assert!(refused.header("content-security-policy").contains("nonce-"));
        refused.says("id=\"chat-data\"");
        assert_eq!(refused.field("question"), chat[1]);
        assert!(area(&refused, "answer") == shown, "the text is not as it was typed");
        assert_eq!(refused.body.matches("</textarea>").count(), 1);
    }
    let page = house.open(&path).await;
    assert_eq!(area(&page, "answer"), "", "the server has not kept it");
    let refused = house.post(ANSWER, &fields(&link, &chat, &text)).await;
    let sent = house.post(ANSWER, &fields(&link, &carried(&refused), "Shorter.")).await;
    assert_eq!(sent.location(), path);
    house.open(&path).await.says("Shorter.");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_ticked_stays_ticked_while_there_are_too_many_requests() {
    let house = Bed::new().await;
    let picks = json!({"questions": [
        {"text": "Which?", "kind": "multiple_choice", "choices": [{"text": "Espresso"}, {"text": "Filter"}, {"text": "Tea"}]},
        {"text": "Why?"},
    ]});
    let (_, link) = house.invite(picks).await;
    let path = house.start(&link).await;
    let chat = carried(&house.open(&path).await);
    let choices = view(&house, &link).await.question.unwrap().choices;
    let picked = [choices[0].id.to_string(), choices[2].id.to_string()];
    let mut ticked = fields(&link, &chat, "");
    ticked.pop();
    ticked.extend(picked.iter().map(|id| ("choices[]", id.as_str())));
    let beat = format!("token={}&lease=1", token(&link));
    while house
        .form("/sfn/candidate/heartbeat", "application/json", &[], &beat)
        .await
        .status
        == StatusCode::OK
    {}
    let refused = house.post(ANSWER, &ticked).await;
    is_kept_nowhere(&refused, StatusCode::TOO_MANY_REQUESTS);
    refused.says("Not sent yet");
    let ticks: Vec<_> = choices
        .iter()
        .map(|choice| {
            let at = refused.body.find(&format!("value=\"{}\"", choice.id)).unwrap();
            let start = refused.body[..at].rfind('<').unwrap();
            let end = at + refused.body[at..].find('>').unwrap();
            refused.body[start..end].contains(" checked")
        })
        .collect();
    assert_eq!(ticks, [true, false, true]);

    // A window that does not hold the session has no chat, but the same form once more.
    let mut older = fields(&link, &chat, "Typed & kept");
    older[3].1 = "0";
    let other = house.post(ANSWER, &older).await;
    is_kept_nowhere(&other, StatusCode::TOO_MANY_REQUESTS);
    is_a_quiet_page(&other);
    assert_eq!(area(&other, "answer"), "Typed &amp; kept");
    assert_eq!(carried(&other), [chat[0].clone(), chat[1].clone(), "0".to_owned()]);

    // Loaded again once there is room, the page sends it, and once only.
    house.clock.advance(MINUTE);
    for _ in 0..2 {
        assert_eq!(house.post(ANSWER, &ticked).await.location(), path);
    }
    let now = view(&house, &link).await;
    assert_eq!(answers(&now), 1);
    assert!(now.turns.iter().any(|t| t.text == "Espresso\nTea"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_whose_question_is_gone_is_shown_beside_the_next() {
    let house = Bed::new().await;
    let (_, link) = house.invite(json!({})).await;
    let path = house.start(&link).await;
    let chat = carried(&house.open(&path).await);
    house.post(ANSWER, &fields(&link, &chat, "I like mornings.")).await;
    let mut twice = chat.clone();
    twice[0] = "of-another-tab".to_owned();
    let refused = house.post(ANSWER, &fields(&link, &twice, "Evenings <3")).await;
    is_kept_nowhere(&refused, StatusCode::CONFLICT);
    refused.says("The interview has moved on");
    refused.says("You had typed this for another question");
    refused.says("Which one?");
    assert_eq!(area(&refused, "unsent-text"), "Evenings &lt;3");
    assert_eq!(answers(&view(&house, &link).await), 1);
    // An answer that is empty is nothing to bring back.
    let mut next = carried(&refused);
    next[1] = chat[1].clone();
    let empty = house.post(ANSWER, &fields(&link, &next, " ")).await;
    assert!(empty.status.is_redirection());
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_chat_is_not_to_be_had_the_text_has_a_page_of_its_own() {
    let house = Bed::new().await;
    let (_, link) = house
        .invite(json!({"settings": {"time_limit_minutes": 30, "count_time_away": true}}))
        .await;
    let chat = carried(&house.open(&house.start(&link).await).await);
    let text = "Typed & not sent";
    house.post("/sfn/candidate/start", &[("token", token(&link))]).await;
    let taken = house.post(ANSWER, &fields(&link, &chat, text)).await;
    is_kept_nowhere(&taken, StatusCode::CONFLICT);
    is_a_quiet_page(&taken);
    taken.says("You continued elsewhere");
    taken.says(&format!("href=\"{link}/session?lease=1"));
    taken.says_not("Why coffee?");
    assert_eq!(area(&taken, "unsent"), "Typed &amp; not sent");

    house.clock.advance(31 * MINUTE);
    let mut newest = chat.clone();
    newest[2] = "2".to_owned();
    let late = house.post(ANSWER, &fields(&link, &newest, text)).await;
    is_kept_nowhere(&late, StatusCode::CONFLICT);
    is_a_quiet_page(&late);
    late.says("The time was up");
    late.says(&format!("href=\"{link}?notice=ended\""));
    assert_eq!(area(&late, "unsent"), "Typed &amp; not sent");
    assert_eq!(answers(&view(&house, &link).await), 0);

    let gone = house
        .post(ANSWER, &fields("/i/invite/AAAAAAAAAAAAAAAAAAAAAAAAAAA", &newest, text))
        .await;
    is_kept_nowhere(&gone, StatusCode::NOT_FOUND);
    is_a_quiet_page(&gone);
    gone.says("Your link no longer works");
    assert_eq!(area(&gone, "unsent"), "Typed &amp; not sent");
    gone.says_not("href=\"/i/");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_address_of_such_a_page_leads_back_to_the_link() {
    let house = Bed::new().await;
    let (_, link) = house.invite(json!({})).await;
    let started = house
        .post("/sfn/candidate/start", &[("token", token(&link)), ("consent", "true")])
        .await;
    let cookie = started.cookie();
    let back = house.get(ANSWER, &[("accept", PAGE), ("cookie", &cookie)]).await;
    assert_eq!((back.status, back.location()), (StatusCode::SEE_OTHER, link.as_str()));
    let stranger = house.get(ANSWER, &[("accept", PAGE)]).await;
    assert_eq!(stranger.status, StatusCode::NOT_FOUND);
    is_a_quiet_page(&stranger);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_far_too_long_is_said_to_be() {
    let house = Bed::new().await;
    let (_, link) = house.invite(json!({})).await;
    let path = house.start(&link).await;
    let chat = carried(&house.open(&path).await);
    let text = "x".repeat(3 * 1024 * 1024);
    let refused = house.post(ANSWER, &fields(&link, &chat, &text)).await;
    assert_eq!(refused.status, StatusCode::PAYLOAD_TOO_LARGE);
    is_a_quiet_page(&refused);
    refused.says("This answer could not be stored");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_door_says_which_script_the_page_loads_now() {
    let house = Bed::new().await;
    let (_, link) = house.invite(json!({})).await;
    let path = house.start(&link).await;
    let chat = house.open(&path).await;
    let beat = format!("token={}&lease=1", token(&link));
    let answer = house
        .form("/sfn/candidate/heartbeat", "application/json", &[], &beat)
        .await;
    let script = answer.header("x-parley-chat");
    assert!(script.ends_with(".wasm"), "{script}");
    chat.says(&format!("href=\"{script}\""));
}
