//! A creator's preview through the router: the candidate's own pages, marked as a preview, and told in no list.

use super::bed::{Bed, ORIGIN, is_a_quiet_page, token};
use http::Method;
use parley_domain::time::DAY;
use parley_services::{conversation, sessions};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn it_is_the_candidates_path_and_says_what_it_is() {
    let house = Bed::new().await;
    let interview = house.interview(json!({"state": "draft"})).await.id;
    let made = conversation::preview::create(&house.s, &house.owner, interview)
        .await
        .unwrap();
    let link = made.url.strip_prefix(ORIGIN).unwrap();
    let note = "Preview: this is what candidates see.";
    let landing = house.open(link).await;
    is_a_quiet_page(&landing);
    for words in [note, "Welcome to our café.", "Start interview"] {
        landing.says(words);
    }
    let fields = [("token", token(link)), ("consent", "true")];
    let started = house.post("/sfn/candidate/start", &fields).await;
    let chat = house.open(started.location()).await;
    for words in [note, "Why coffee?", "Question 1 of 2"] {
        chat.says(words);
    }
    chat.says_not("SECRET");
    house.open(link).await.says(note);

    // Its window hears of what happens to it, under its own cookie.
    let cookie = started.header("set-cookie").split(';').next().unwrap().to_owned();
    let stream = house
        .raw(Method::GET, "/events/session", &[("cookie", &cookie)], "")
        .await;
    let mut frames = stream.into_body().into_data_stream();
    let mut next = async || {
        let frame = futures::StreamExt::next(&mut frames).await.unwrap().unwrap();
        String::from_utf8(frame.to_vec()).unwrap()
    };
    assert!(next().await.contains("\"lease\":1"));
    house.post("/sfn/candidate/finish", &[("token", token(link))]).await;
    assert!(next().await.contains("\"state\":\"completed\""));
    let done = house.open(link).await;
    for words in [note, "That was the preview", "Close this tab to go back"] {
        done.says(words);
    }
    // Nobody reads them: the words for candidates would be untrue.
    done.says_not("Your answers are with the company");
    done.says_not("decide what happens next");
    done.says_not("Ask for another attempt");

    house.clock.advance(2 * DAY);
    sessions::sweep(&house.s).await.unwrap();
    assert_eq!(house.open(link).await.status, 404);
}
