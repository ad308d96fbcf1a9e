//! A whole server without a socket, on a fresh database.

#![allow(
    clippy::allow_attributes,
    dead_code,
    reason = "each test file uses its own part of the house"
)]

use axum::{Router, body::Body};
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::BodyExt;
use parley_domain::{
    account::{Actor, Role},
    id::{InterviewId, UserId},
    interview::InterviewInput,
    person::PersonInput,
};
use parley_server::{
    arriving::Patience,
    candidate_events::Ticks,
    router,
    state::{AppState, Http},
};
use parley_services::{
    Config, Services,
    accounts::{self, people},
    child::Children,
    clock::ManualClock,
    db::Db,
    install, interviews,
    limits::Rates,
};
use std::{sync::Arc, time::Duration};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

pub const PASSWORD: &str = "correct horse battery";
/// What a browser accepts when it asks for a page.
pub const PAGE: &str = "text/html,application/xhtml+xml";

/// What is particular about a house.
pub struct Plan {
    pub public_url: String,
    /// AI tokens of the first workspace.
    pub initial_tokens: i64,
    /// Moved by hand; where there is none, the machine's clock counts.
    pub clock: Option<Arc<ManualClock>>,
    pub rates: Rates,
    /// How often open chats are told the time.
    pub ticks: Ticks,
    /// How long bodies are waited for.
    pub patience: Patience,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            public_url: "http://127.0.0.1:3000".to_owned(),
            initial_tokens: 500,
            clock: None,
            rates: Rates::default(),
            ticks: Ticks::default(),
            patience: Patience::default(),
        }
    }
}

pub struct House {
    pub router: Router,
    pub services: Services,
    pub stop: CancellationToken,
    _dir: tempfile::TempDir,
}

/// An owner who is signed in, and their interview.
pub struct Desk {
    pub owner: Actor,
    /// The workspace's.
    pub slug: String,
    pub interview: InterviewId,
    pub cookie: String,
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    pub fn location(&self) -> &str {
        self.header("location")
    }

    /// The value of the hidden field of this name.
    pub fn field(&self, name: &str) -> String {
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
    pub fn says(&self, words: &str) {
        assert!(self.body.contains(words), "{words:?} is not in {}", self.body);
    }

    #[track_caller]
    pub fn says_not(&self, words: &str) {
        assert!(!self.body.contains(words), "{words:?} is in {}", self.body);
    }

    /// The login cookie that the answer sets, as a `Cookie` header.
    pub fn cookie(&self) -> String {
        let line = self.header("set-cookie");
        line.split(';').next().unwrap().to_owned()
    }
}

impl House {
    pub async fn new(public_url: &str) -> Self {
        Self::with(Plan {
            public_url: public_url.to_owned(),
            ..Plan::default()
        })
        .await
    }

    /// With a clock that is moved by hand.
    pub async fn at(clock: Arc<ManualClock>) -> Self {
        Self::with(Plan {
            clock: Some(clock),
            ..Plan::default()
        })
        .await
    }

    /// The same, where open chats are told the time more often than a test could wait for.
    pub async fn ticking(clock: Arc<ManualClock>, every: Duration) -> Self {
        Self::with(Plan {
            clock: Some(clock),
            ticks: Ticks(every),
            ..Plan::default()
        })
        .await
    }

    /// Tables and resumes are read as in production: by the binary `parley`, as a process of its own.
    pub async fn with(plan: Plan) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let db = Db::connect(&install::sqlite_url(dir.path())).await.unwrap();
        install::migrate(&db).await.unwrap();
        let secrets = install::keys(&db, None, dir.path()).await.unwrap();
        let config = Config {
            data_dir: dir.path().to_owned(),
            public_url: plan.public_url.clone(),
            initial_tokens: plan.initial_tokens,
            tokens_per_resume: 5,
        };
        let services = match plan.clock {
            Some(clock) => Services::with_clock(db, secrets, config, clock),
            None => Services::new(db, secrets, config),
        };
        let mut services = services.with_rates(plan.rates);
        services.children = Some(Children::new(env!("CARGO_BIN_EXE_parley").into(), 2));
        let http = Http {
            works_elsewhere: false,
            public_url: plan.public_url,
            trusted_proxies: Vec::new(),
        };
        let stop = CancellationToken::new();
        let mut state = AppState::new(services.clone(), http, stop.clone());
        state.ticks = plan.ticks;
        state.patience = plan.patience;
        Self {
            router: router::build(state),
            services,
            stop,
            _dir: dir,
        }
    }

    pub async fn plain() -> Self {
        Self::new("http://127.0.0.1:3000").await
    }

    pub async fn with_owner() -> Self {
        let house = Self::plain().await;
        house.add_owner().await;
        house
    }

    pub async fn add_owner(&self) -> UserId {
        let person = PersonInput {
            name: "Olga Owner".to_owned(),
            email: "olga@example.com".to_owned(),
            password: PASSWORD.to_owned(),
            time_zone: String::new(),
        };
        people::add(&self.services, person, Some(Role::Owner), None)
            .await
            .unwrap()
    }

    /// Adds the owner with an interview, and signs them in.
    pub async fn desk(&self) -> Desk {
        let user = self.add_owner().await;
        let me = accounts::me(&self.services, user).await.unwrap();
        let slug = me.workspaces[0].slug.clone();
        let owner = accounts::actor(&self.services, user, &slug).await.unwrap();
        let input = InterviewInput {
            title: "Barista".to_owned(),
            ..InterviewInput::default()
        };
        let interview = interviews::create(&self.services, &owner, input).await.unwrap().id;
        Desk {
            owner,
            slug,
            interview,
            cookie: self.log_in().await,
        }
    }

    pub async fn raw(&self, method: Method, path: &str, headers: &[(&str, &str)], body: &str) -> Response<Body> {
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

    pub async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let (parts, body) = self.raw(method, path, headers, body).await.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8_lossy(&body).into_owned(),
        }
    }

    pub async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send(Method::GET, path, headers, "").await
    }

    /// Posts a form as a hydrated page does (`accept` JSON) or as a plain form does (`accept` a page).
    pub async fn form(&self, path: &str, accept: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let kind = ("content-type", "application/x-www-form-urlencoded");
        let all = [&[kind, ("accept", accept)], headers].concat();
        self.send(Method::POST, path, &all, body).await
    }

    pub async fn log_in(&self) -> String {
        self.log_in_as("olga@example.com").await
    }

    pub async fn log_in_as(&self, email: &str) -> String {
        let body = format!("email={}&password=correct+horse+battery", email.replace('@', "%40"));
        let answer = self.form("/sfn/account/login", "application/json", &[], &body).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        answer.cookie()
    }
}
