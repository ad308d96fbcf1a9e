//! The candidate's pages through the router: every state of a link, what may and may not stand on a page, the whole path as
//! plain forms, and the stream.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops where something is not as it should be"
)]

mod link_states;
mod previews;

use axum::{Router, body::Body};
use http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use parley_app::candidate::chat::model::form;
use parley_domain::{
    account::{Actor, Role},
    candidate::{Candidate, CandidateInput, Source},
    interview::{Interview, InterviewInput},
    link::PublicLinkInput,
    person::PersonInput,
    session::Status,
    time::{DAY, MINUTE, Timestamp},
};
use parley_server::{
    router,
    state::{AppState, Http},
};
use parley_services::{
    Config, Services,
    accounts::{self, people},
    candidates::{self, OnDuplicate},
    clock::ManualClock,
    conversation,
    db::Db,
    install, interviews, links,
};
use serde_json::{Value, json};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

const ORIGIN: &str = "http://127.0.0.1:3000";
const PAGE: &str = "text/html,application/xhtml+xml";
const NAVIGATE: (&str, &str) = ("sec-fetch-mode", "navigate");

struct House {
    router: Router,
    s: Services,
    clock: Arc<ManualClock>,
    owner: Actor,
    stop: CancellationToken,
    _dir: tempfile::TempDir,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default()
    }

    fn location(&self) -> &str {
        self.header("location")
    }

    /// The value of the hidden field of this name.
    fn field(&self, name: &str) -> String {
        let at = self
            .body
            .find(&format!("name=\"{name}\""))
            .unwrap_or_else(|| panic!("no {name} in {}", self.body));
        let input = &self.body[at..at + self.body[at..].find('>').unwrap()];
        input
            .split("value=\"")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap()
            .to_owned()
    }

    #[track_caller]
    fn says(&self, words: &str) {
        assert!(self.body.contains(words), "{words:?} is not in {}", self.body);
    }

    #[track_caller]
    fn says_not(&self, words: &str) {
        assert!(!self.body.contains(words), "{words:?} is in {}", self.body);
    }
}

impl House {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let db = Db::connect(&install::sqlite_url(dir.path())).await.unwrap();
        install::migrate(&db).await.unwrap();
        let secrets = install::keys(&db, None, dir.path()).await.unwrap();
        let config = Config {
            data_dir: dir.path().to_owned(),
            public_url: ORIGIN.to_owned(),
            initial_tokens: 0,
            tokens_per_resume: 0,
        };
        let clock = Arc::new(ManualClock::new(Timestamp::from_millis(1_795_510_800_000)));
        let s = Services::with_clock(db, secrets, config, Arc::clone(&clock) as _);
        let person = PersonInput {
            name: "Olga Owner".into(),
            email: "olga@example.com".into(),
            password: "correct horse battery".into(),
            time_zone: String::new(),
        };
        people::add(&s, person, Some(Role::Owner), None).await.unwrap();
        let key = accounts::keys::create_key_as_system(&s, "test", Role::Owner, None)
            .await
            .unwrap();
        let owner = accounts::key_actor(&s, &key).await.unwrap().unwrap();
        let http = Http {
            public_url: ORIGIN.to_owned(),
            trusted_proxies: Vec::new(),
        };
        let stop = CancellationToken::new();
        let router = router::build(AppState::new(s.clone(), http, stop.clone()));
        Self {
            router,
            s,
            clock,
            owner,
            stop,
            _dir: dir,
        }
    }

    async fn raw(&self, method: Method, path: &str, headers: &[(&str, &str)], body: &str) -> http::Response<Body> {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "127.0.0.1:3000");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.to_owned())).unwrap();
        self.router.clone().oneshot(request).await.unwrap()
    }

    async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let (parts, body) = self.raw(method, path, headers, body).await.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8_lossy(&body).into_owned(),
        }
    }

    /// As a person opens a page.
    async fn open(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[("accept", PAGE), NAVIGATE], "").await
    }

    /// As a plain form is posted.
    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let kind = "application/x-www-form-urlencoded";
        let headers = [
            ("accept", PAGE),
            ("content-type", kind),
            ("sec-fetch-site", "same-origin"),
        ];
        self.send(Method::POST, path, &headers, &form(fields)).await
    }

    async fn interview(&self, change: Value) -> Interview {
        let mut input = json!({
            "title": "Barista",
            "description": "SECRET-description",
            "welcome": "Welcome to our café.\nTake your time.",
            "objective": "SECRET-objective",
            "state": "open",
            "criteria": [{"name": "SECRET-criterion"}],
            "questions": [
                {"text": "Why coffee?", "expected_points": ["SECRET-point"]},
                {"text": "Which one?", "kind": "single_choice", "choices": [{"text": "Espresso"}, {"text": "Filter"}]},
            ],
        });
        merge(&mut input, change);
        let input: InterviewInput = serde_json::from_value(input).unwrap();
        interviews::create(&self.s, &self.owner, input).await.unwrap()
    }

    /// A candidate on a new interview, and the path of their link.
    async fn invite(&self, change: Value) -> (Candidate, String) {
        let interview = self.interview(change).await;
        let input = CandidateInput {
            name: "Ana Lima".into(),
            email: Some("ana@example.com".into()),
            notes: Some("SECRET-notes".into()),
            ..Default::default()
        };
        let new = candidates::create(
            &self.s,
            &self.owner,
            interview.id,
            input,
            Source::Invited,
            OnDuplicate::Refuse,
        );
        let candidate = new.await.unwrap();
        let url = candidate.invite_url.clone().unwrap();
        (candidate, url.strip_prefix(ORIGIN).unwrap().to_owned())
    }

    async fn again(&self, candidate: &Candidate) -> Candidate {
        candidates::get(&self.s, &self.owner, candidate.id).await.unwrap()
    }

    /// Starts as a plain form does; the path of the chat.
    async fn start(&self, link: &str) -> String {
        let started = self
            .post("/sfn/candidate/start", &[("token", token(link)), ("consent", "true")])
            .await;
        assert!(started.status.is_redirection(), "{} {}", started.status, started.body);
        started.location().to_owned()
    }

    /// Answers as the plain form of the page with this question does.
    async fn answer(&self, link: &str, question: &str, client_id: &str, text: &str) -> Answer {
        let fields = [
            ("token", token(link)),
            ("client_id", client_id),
            ("question", question),
            ("lease", "1"),
            ("text", text),
        ];
        self.post("/sfn/candidate/answer", &fields).await
    }
}

fn merge(into: &mut Value, change: Value) {
    match (into, change) {
        (Value::Object(into), Value::Object(change)) => {
            for (key, value) in change {
                merge(into.entry(key).or_insert(Value::Null), value);
            }
        }
        (into, change) => *into = change,
    }
}

fn token(link: &str) -> &str {
    link.rsplit('/').next().unwrap()
}

#[track_caller]
fn is_a_quiet_page(answer: &Answer) {
    assert_eq!(answer.header("cache-control"), "no-store");
    assert!(answer.header("x-robots-tag").contains("noindex"));
    assert_eq!(answer.header("referrer-policy"), "same-origin");
    assert!(answer.header("content-security-policy").contains("script-src 'none'"));
    assert!(answer.header("content-type").starts_with("text/html"));
    answer.says("<!DOCTYPE html>");
    answer.says_not("<script");
    answer.says_not("SECRET");
    // No third party, no style that the policy would refuse.
    answer.says_not("style=\"");
    answer.says_not("//");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_state_of_a_link_has_its_page() {
    let house = House::new().await;
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
    let house = House::new().await;
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
    let house = House::new().await;
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
    let odd = house.open(&format!("{link}?notice=%22%3E%3Cscript%3E&lease=%00")).await;
    assert_eq!(odd.status, StatusCode::OK);
    is_a_quiet_page(&odd);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_interviews_language_is_the_pages() {
    let house = House::new().await;
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
    let house = House::new().await;
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
    house.open(other.location()).await.says("An answer is stored already");
    let late = house
        .answer(&link, &question, "another-client-id", "For the first question.")
        .await;
    house.open(late.location()).await.says("The interview has moved on");
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
    let house = House::new().await;
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
    let house = House::new().await;
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
    let house = House::new().await;
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
async fn a_public_link_has_its_pages() {
    let house = House::new().await;
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
    let house = House::new().await;
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
    let house = House::new().await;
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
