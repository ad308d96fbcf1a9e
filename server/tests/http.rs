//! The router without a socket: who is let in, what every answer carries.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops where something is not as it should be"
)]

mod house;

use axum::body::Body;
use house::{House, PAGE};
use http::{Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use parley_domain::account::Role;
use parley_services::accounts::{self, SetupRule};
use serde_json::{Value, json};
use std::sync::Arc;
use tower::ServiceExt;

/// One of each kind of answer: a page, a page that is not there, data, a file, an error.
const EVERYWHERE: [&str; 6] = [
    "/",
    "/no/such/page",
    "/health/live",
    "/robots.txt",
    "/pkg/nothing.js",
    "/sfn/nothing",
];

#[tokio::test]
async fn every_answer_carries_the_headers() {
    let house = House::plain().await;
    for path in EVERYWHERE {
        for accept in [PAGE, "application/json"] {
            let answer = house.get(path, &[("accept", accept)]).await;
            let policy = answer.header("content-security-policy");
            for part in [
                "default-src 'self'",
                "object-src 'none'",
                "base-uri 'none'",
                "frame-ancestors 'none'",
                "form-action 'self'",
            ] {
                assert!(policy.contains(part), "{path}: {part} is not in {policy}");
            }
            assert!(
                !policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"),
                "{path}: {policy}"
            );
            assert_eq!(answer.header("referrer-policy"), "same-origin", "{path}");
            assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
            assert!(answer.header("permissions-policy").contains("camera=()"), "{path}");
            assert!(!answer.header("x-request-id").is_empty(), "{path}");
            assert!(
                !answer.headers.contains_key(header::STRICT_TRANSPORT_SECURITY),
                "{path}: plain http"
            );
        }
    }
    let secure = House::new("https://interviews.example.com").await;
    let answer = secure.get("/", &[("accept", PAGE)]).await;
    assert!(answer.header("strict-transport-security").starts_with("max-age="));
}

#[tokio::test]
async fn a_page_runs_only_scripts_with_its_nonce() {
    let house = House::plain().await;
    let mut seen = Vec::new();
    for _ in 0..2 {
        let answer = house.get("/login", &[("accept", PAGE)]).await;
        assert!(answer.header("content-type").starts_with("text/html"));
        let policy = answer.header("content-security-policy").to_owned();
        let nonce = policy
            .split("'nonce-")
            .nth(1)
            .unwrap()
            .split('\'')
            .next()
            .unwrap()
            .to_owned();
        assert!(nonce.len() >= 16, "{policy}");
        assert!(policy.contains("'strict-dynamic' 'wasm-unsafe-eval'"), "{policy}");
        let scripts: Vec<&str> = answer.body.split("<script").skip(1).collect();
        assert!(!scripts.is_empty());
        for script in scripts {
            let tag = script.split('>').next().unwrap();
            assert!(tag.contains(&format!("nonce=\"{nonce}\"")), "<script{tag}>");
        }
        // What the policy would refuse anyway must not be there at all.
        assert!(!answer.body.contains(" style=\"") && !answer.body.contains(" onclick="));
        seen.push(nonce);
    }
    assert_ne!(seen[0], seen[1]);
}

/// Whatever somebody is called and an interview says: in the window's title and within fields, too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_people_typed_never_becomes_markup() {
    let house = House::with_owner().await;
    let cookie = house.log_in().await;
    let key = accounts::keys::create_key_as_system(&house.services, "test", Role::Owner, None);
    let bearer = format!("Bearer {}", key.await.unwrap());
    let api = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    let post = async |path: &str, body: Value| -> Value {
        let made = house.send(Method::POST, path, &api, &body.to_string()).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
        serde_json::from_str(&made.body).unwrap()
    };
    let (named, said) = (
        "</title><meta http-equiv=refresh content=0>",
        "a &lt; b</textarea><meta http-equiv=refresh content=0>",
    );
    let question = json!({"text": said, "expected_points": [said]});
    let content = json!({
        "title": named, "description": said, "welcome": said, "objective": said, "questions": [question], "state": "open",
    });
    let interview = post("/api/v1/interviews", content).await;
    let base = format!("/interviews/{}", interview["id"].as_str().unwrap());
    let ana = post(&format!("/api/v1{base}/candidates"), json!({"name": named})).await;
    let report = format!("sessions/{}", ana["session"]["id"].as_str().unwrap());
    for page in ["content", "settings", "sessions", &report] {
        let path = format!("/w/my-workspace{base}/{page}");
        let answer = house.get(&path, &[("accept", PAGE), ("cookie", &cookie)]).await;
        assert_eq!(answer.status, StatusCode::OK, "{page}");
        answer.says("&lt;meta http-equiv");
        answer.says_not("<meta http-equiv");
        if page == "content" {
            answer.says("a &amp;lt; b&lt;/textarea>");
        }
    }
}

/// A page is drawn by one thread, and dropped by whichever has sent the last of it: what is bound to the first would panic
/// there, and the page would have no end.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_page_comes_whole() {
    let house = Arc::new(House::plain().await);
    let desk = house.desk().await;
    let key = accounts::keys::create_key_as_system(&house.services, "test", Role::Owner, None);
    let bearer = format!("Bearer {}", key.await.unwrap());
    let api = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    let path = format!("/api/v1/interviews/{}/candidates", desk.interview);
    let made = house.send(Method::POST, &path, &api, r#"{"name": "Ana Lima"}"#).await;
    let ana: Value = serde_json::from_str(&made.body).unwrap();
    let (candidate, session) = (ana["id"].as_str().unwrap(), ana["session"]["id"].as_str().unwrap());
    let of_interview = [
        "content".to_owned(),
        "sessions".to_owned(),
        format!("sessions/{session}"),
        format!("candidates/{candidate}/compare"),
        "deleted".to_owned(),
        "retakes".to_owned(),
        "results".to_owned(),
        "settings".to_owned(),
        "resumes".to_owned(),
        "imports/new".to_owned(),
    ];
    let of_workspace = [
        "",
        "/interviews",
        "/interviews/new",
        "/interviews/describe",
        "/sessions",
        "/usage",
        "/settings",
        "/settings/keys",
        "/settings/members",
        "/settings/ai",
        "/nowhere",
    ];
    let paths = of_interview
        .iter()
        .map(|page| format!("/interviews/{}/{page}", desk.interview))
        .chain(of_workspace.map(str::to_owned));
    for path in paths {
        let path = format!("/w/{}{path}", desk.slug);
        let asked: Vec<_> = (0..12)
            .map(|_| {
                let (house, path, cookie) = (Arc::clone(&house), path.clone(), desk.cookie.clone());
                tokio::spawn(async move { house.get(&path, &[("accept", PAGE), ("cookie", &cookie)]).await })
            })
            .collect();
        for answer in asked {
            let answer = answer.await.unwrap_or_else(|error| panic!("{path}: {error}"));
            assert!(answer.body.contains("</html>"), "{path}: {} and no end", answer.status);
        }
    }
}

#[tokio::test]
async fn an_address_that_leads_nowhere_says_so() {
    let house = House::plain().await;
    let page = house.get("/no/such/page", &[("accept", PAGE)]).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert!(page.body.contains("<html"), "{}", page.body);
    let data = house.get("/no/such/data", &[("accept", "application/json")]).await;
    assert_eq!((data.status, data.body.as_str()), (StatusCode::NOT_FOUND, "not found"));
    let file = house.get("/pkg/parley.0000.js", &[]).await;
    assert_eq!(
        (file.status, file.header("cache-control")),
        (StatusCode::NOT_FOUND, "no-store")
    );
    let climb = house.get("/fonts/..%2Ftokens.css", &[]).await;
    assert_eq!(climb.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn fonts_are_kept_and_asked_for_again() {
    let house = House::plain().await;
    let font = house.get("/fonts/inter-latin.woff2", &[]).await;
    assert_eq!(
        (font.status, font.header("content-type")),
        (StatusCode::OK, "font/woff2")
    );
    assert_eq!(font.header("cache-control"), "public, no-cache");
    let tag = font.header("etag").to_owned();
    let again = house.get("/fonts/inter-latin.woff2", &[("if-none-match", &tag)]).await;
    assert_eq!((again.status, again.body.as_str()), (StatusCode::NOT_MODIFIED, ""));
    assert_eq!(
        house.get("/favicon.ico", &[]).await.header("content-type"),
        "image/svg+xml"
    );
}

#[tokio::test]
async fn health_says_when_it_stops() {
    let house = House::plain().await;
    assert_eq!(house.get("/health/live", &[]).await.status, StatusCode::OK);
    assert_eq!(house.get("/health/ready", &[]).await.status, StatusCode::OK);
    house.stop.cancel();
    assert_eq!(
        house.get("/health/ready", &[]).await.status,
        StatusCode::SERVICE_UNAVAILABLE
    );
    assert_eq!(house.get("/health/live", &[]).await.status, StatusCode::OK);
}

#[tokio::test]
async fn signing_in_by_a_hydrated_page() {
    let house = House::with_owner().await;
    let nobody = house.form("/sfn/account/me", "application/json", &[], "").await;
    assert_eq!((nobody.status, nobody.body.as_str()), (StatusCode::OK, "null"));
    let cookie = house.log_in().await;
    let own = [("cookie", cookie.as_str()), ("sec-fetch-site", "same-origin")];
    let me = house.form("/sfn/account/me", "application/json", &own, "").await;
    assert!(me.body.contains("olga@example.com"), "{}", me.body);
    assert!(!me.body.contains("argon2"), "{}", me.body);
    let out = house.form("/sfn/account/logout", "application/json", &own, "").await;
    assert!(out.header("set-cookie").contains("Max-Age=0"));
    let gone = house.form("/sfn/account/me", "application/json", &own, "").await;
    assert_eq!(gone.body, "null");
    let keys = house
        .form("/sfn/account/keys", "application/json", &own, "workspace=my-workspace")
        .await;
    assert_eq!(keys.status, StatusCode::UNAUTHORIZED);
    assert!(keys.body.contains("signed_out"), "{}", keys.body);
}

#[tokio::test]
async fn signing_in_by_a_plain_form_goes_only_to_paths_of_ours() {
    let house = House::with_owner().await;
    for (next, expected) in [
        ("", "/"),
        ("%2Fw%2Fmy-workspace", "/w/my-workspace"),
        ("https%3A%2F%2Fevil.example", "/"),
        ("%2F%2Fevil.example", "/"),
    ] {
        let body = format!("email=olga%40example.com&password=correct+horse+battery&next={next}");
        // A referrer elsewhere must not be where the answer leads.
        let answer = house
            .form(
                "/sfn/account/login",
                PAGE,
                &[("referer", "https://evil.example/")],
                &body,
            )
            .await;
        assert_eq!(
            (answer.status, answer.header("location")),
            (StatusCode::FOUND, expected),
            "{next}"
        );
        let cookie = answer.header("set-cookie");
        assert!(
            cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && cookie.contains("Path=/"),
            "{cookie}"
        );
    }
    let body = "email=olga%40example.com&password=wrong&next=%2Fw%2Fmy-workspace";
    let refused = house.form("/sfn/account/login", PAGE, &[], body).await;
    assert_eq!(refused.status, StatusCode::FOUND);
    assert_eq!(refused.header("location"), "/login?next=/w/my-workspace&error=invalid");
    assert!(!refused.headers.contains_key(header::SET_COOKIE));
}

#[tokio::test]
async fn another_password_comes_with_another_cookie() {
    let house = House::with_owner().await;
    let me = async |cookie: &str| {
        let headers = [("cookie", cookie), ("sec-fetch-site", "same-origin")];
        house
            .form("/sfn/account/me", "application/json", &headers, "")
            .await
            .body
    };
    for accept in ["application/json", PAGE] {
        let before = house.log_in().await;
        let headers = [("cookie", before.as_str()), ("sec-fetch-site", "same-origin")];
        let change = async |password: &str| {
            let body = format!("password={password}&new_password=correct+horse+battery&back=%2F");
            house.form("/sfn/account/password", accept, &headers, &body).await
        };
        let refused = change("not+hers").await;
        assert!(!refused.headers.contains_key(header::SET_COOKIE), "{accept}");
        assert!(me(&before).await.contains("olga@example.com"), "{accept}");
        let changed = change("correct+horse+battery").await;
        let written = changed.header("set-cookie");
        assert!(
            written.contains("HttpOnly") && written.contains("SameSite=Lax"),
            "{written}"
        );
        // A copy of the cookie that the browser had is worth nothing any more.
        assert_eq!(me(&before).await, "null", "{accept}");
        assert!(me(&changed.cookie()).await.contains("olga@example.com"), "{accept}");
    }
}

#[tokio::test]
async fn log_ins_are_throttled_and_say_when_to_come_back() {
    let house = House::with_owner().await;
    let long = format!("email=nobody%40example.com&password={}", "x".repeat(300));
    for _ in 0..10 {
        let refused = house.form("/sfn/account/login", "application/json", &[], &long).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let body = "email=olga%40example.com&password=correct+horse+battery";
    // What a stranger says of its own address counts for nothing.
    let claim = [("x-forwarded-for", "192.0.2.77")];
    let eleventh = house.form("/sfn/account/login", "application/json", &claim, body).await;
    assert_eq!(eleventh.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(eleventh.header("retry-after").parse::<u32>().unwrap() >= 1);
}

#[tokio::test]
async fn the_cookie_is_for_https_where_browsers_use_it() {
    let house = House::new("https://interviews.example.com").await;
    house.services.accounts.allow_setup(SetupRule::Anyone);
    let body = "name=Olga&email=olga%40example.com&password=correct+horse+battery&workspace=Acme";
    let made = house.form("/sfn/account/setup", "application/json", &[], body).await;
    assert!(
        made.header("set-cookie").ends_with("; Secure"),
        "{}",
        made.header("set-cookie")
    );
}

#[tokio::test]
async fn setup_closes() {
    let house = House::plain().await;
    let state = |body: &str| body.trim_matches('"').to_owned();
    let before = house
        .form("/sfn/account/setup-state", "application/json", &[], "")
        .await;
    assert_eq!(state(&before.body), "command_line");
    house.services.accounts.allow_setup(SetupRule::Anyone);
    let before = house
        .form("/sfn/account/setup-state", "application/json", &[], "")
        .await;
    assert_eq!(state(&before.body), "open");

    let bad = "name=&email=olga&password=short";
    let refused = house.form("/sfn/account/setup", PAGE, &[], bad).await;
    assert_eq!(refused.header("location"), "/setup?field=name&error=invalid");
    let nameless = "name=Olga&email=olga%40example.com&password=correct+horse+battery&workspace=+";
    let refused = house.form("/sfn/account/setup", PAGE, &[], nameless).await;
    assert_eq!(refused.header("location"), "/setup?field=workspace&error=invalid");
    let good = "name=Olga&email=olga%40example.com&password=correct+horse+battery&workspace=Acme";
    let made = house.form("/sfn/account/setup", PAGE, &[], good).await;
    assert_eq!((made.status, made.header("location")), (StatusCode::FOUND, "/w/acme"));
    let own = [("cookie", made.cookie()), ("sec-fetch-site", "same-origin".to_owned())];
    let own: Vec<(&str, &str)> = own.iter().map(|(k, v)| (*k, v.as_str())).collect();
    let me = house.form("/sfn/account/me", "application/json", &own, "").await;
    assert!(me.body.contains("\"role\":\"owner\""), "{}", me.body);

    let again = house.form("/sfn/account/setup", "application/json", &[], good).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    assert!(again.body.contains("setup_done"), "{}", again.body);
    let after = house
        .form("/sfn/account/setup-state", "application/json", &[], "")
        .await;
    assert_eq!(state(&after.body), "done");
}

#[tokio::test]
async fn only_a_visitor_at_this_machine_is_the_first_visitor() {
    let house = House::plain().await;
    house.services.accounts.allow_setup(SetupRule::Anyone);
    let good = "name=Olga&email=olga%40example.com&password=correct+horse+battery&workspace=Acme";
    for name in ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip"] {
        let far = [(name, "198.51.100.1")];
        let refused = house.form("/sfn/account/setup", "application/json", &far, good).await;
        assert_eq!(refused.status, StatusCode::CONFLICT, "{name}");
    }
    let other_name = ("rebound.example:3000", http::Version::HTTP_11);
    for (host, version) in [other_name, ("127.0.0.1:3000", http::Version::HTTP_10)] {
        let state = Request::post("/sfn/account/setup-state")
            .version(version)
            .header("host", host)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::empty())
            .unwrap();
        let answer = house.router.clone().oneshot(state).await.unwrap();
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(&body[..], b"\"command_line\"", "{host}");
    }
    let made = house.form("/sfn/account/setup", "application/json", &[], good).await;
    assert_eq!(made.status, StatusCode::OK, "{}", made.body);
}

#[tokio::test]
async fn other_sites_cannot_act_with_our_cookies() {
    let house = House::with_owner().await;
    let cookie = house.log_in().await;
    let me = |site: &'static [(&'static str, &'static str)]| {
        let cookie = cookie.clone();
        let house = &house;
        async move {
            let headers = [&[("cookie", cookie.as_str())], site].concat();
            house
                .form("/sfn/account/logout", "application/json", &headers, "")
                .await
                .status
        }
    };
    assert_eq!(me(&[("sec-fetch-site", "cross-site")]).await, StatusCode::FORBIDDEN);
    assert_eq!(me(&[("sec-fetch-site", "same-site")]).await, StatusCode::FORBIDDEN);
    assert_eq!(me(&[("origin", "https://evil.example")]).await, StatusCode::FORBIDDEN);
    assert_eq!(me(&[("origin", "null")]).await, StatusCode::FORBIDDEN);
    assert_eq!(me(&[]).await, StatusCode::FORBIDDEN);
    // Still signed in: nothing of that was done.
    let own = [("cookie", cookie.as_str()), ("origin", "http://127.0.0.1:3000")];
    let still = house.form("/sfn/account/me", "application/json", &own, "").await;
    assert!(still.body.contains("olga@example.com"), "{}", still.body);
    assert_eq!(me(&[("sec-fetch-site", "same-origin")]).await, StatusCode::OK);
}

#[tokio::test]
async fn keys_are_made_once_and_never_by_a_form() {
    let house = House::with_owner().await;
    let cookie = house.log_in().await;
    let headers = [
        ("cookie", cookie.as_str()),
        ("sec-fetch-site", "same-origin"),
        ("content-type", "application/json"),
        ("accept", "application/json"),
    ];
    let body = r#"{"workspace":"my-workspace","name":"script","role":"member"}"#;
    let made = house
        .send(Method::POST, "/sfn/account/create-key", &headers, body)
        .await;
    assert_eq!(made.status, StatusCode::OK, "{}", made.body);
    let secret = made
        .body
        .split("\"secret\":\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let actor = accounts::key_actor(&house.services, secret).await.unwrap().unwrap();
    assert_eq!(actor.role(), Some(Role::Member));
    let list = house
        .form(
            "/sfn/account/keys",
            "application/json",
            &headers[..2],
            "workspace=my-workspace",
        )
        .await;
    assert!(
        list.body.contains("script") && !list.body.contains(secret),
        "{}",
        list.body
    );
    let foreign = house
        .form(
            "/sfn/account/keys",
            "application/json",
            &headers[..2],
            "workspace=not-mine",
        )
        .await;
    assert_eq!(foreign.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn damaged_and_huge_input_is_refused_in_order() {
    let house = House::with_owner().await;
    let missing = house
        .form("/sfn/account/login", "application/json", &[], "email=a")
        .await;
    assert_eq!(missing.status, StatusCode::BAD_REQUEST);
    assert!(missing.body.contains("unreadable"), "{}", missing.body);
    let huge = format!("email=a&password={}", "x".repeat(3 * 1024 * 1024));
    let refused = house.form("/sfn/account/login", "application/json", &[], &huge).await;
    assert!(refused.status.is_client_error(), "{}", refused.status);
    let rubbish = house
        .form("/sfn/account/login", "application/json", &[], "%FF%FE=&&&=")
        .await;
    assert_eq!(rubbish.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn guessing_links_is_limited_by_address_and_locks_nobody_out() {
    let house = House::plain().await;
    for n in 0..30 {
        let answer = house.get(&format!("/i/invite/guess{n}"), &[("accept", PAGE)]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
    }
    let answer = house.get("/i/invite/guess30", &[("accept", PAGE)]).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(answer.header("retry-after").parse::<u32>().unwrap() >= 1);
    assert_eq!(answer.header("x-robots-tag"), "noindex, nofollow");
    assert_eq!(house.get("/health/live", &[]).await.status, StatusCode::OK);
}

#[tokio::test]
async fn one_link_cannot_flood() {
    let house = House::plain().await;
    let body = "token=some-token&client_id=1&question=1&text=x";
    let mut passed = 0;
    // Three minutes' worth at once, and what refills meanwhile.
    let refused = loop {
        let answer = house.form("/sfn/candidate/answer", "application/json", &[], body).await;
        if answer.body.contains("too_many") || passed > 400 {
            break answer;
        }
        passed += 1;
    };
    assert!((180..400).contains(&passed), "{passed}");
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.header("retry-after"), "1");
    let other = house
        .form(
            "/sfn/candidate/answer",
            "application/json",
            &[],
            &body.replace("some", "other"),
        )
        .await;
    assert!(!other.body.contains("too_many"), "{}", other.body);
}
