//! The candidate's door: start, answer, heartbeat, finish. Form-encoded, so that a page without WASM posts them too.
//!
//! With `Accept: application/json` each answers the [`CandidateView`], and a refusal has its status and, where there is
//! one, the present view. A plain form post is answered by a redirect to a page of ours, success and failure alike; where an
//! answer was refused, the server sends that page instead, with what was typed (`server/src/candidate_answers.rs`).

use leptos::prelude::*;
use leptos::server_fn::{
    codec::JsonEncoding,
    error::{FromServerFnError, ServerFnErrorErr},
};
use parley_domain::conversation::{CandidateError, CandidateErrorCode, CandidateView};
use serde::{Deserialize, Serialize};

/// A [`CandidateError`] as these functions answer it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Refusal(pub CandidateError);

impl FromServerFnError for Refusal {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        let (code, detail) = match error {
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) | ServerFnErrorErr::Deserialization(_) => (
                CandidateErrorCode::Invalid,
                "The page sent something that could not be read. Nothing was stored. Reload the page and send it again.",
            ),
            _ => (
                CandidateErrorCode::Unavailable,
                "This did not work right now. Nothing that was saved is lost. Try again in a moment.",
            ),
        };
        let refusal = Self(CandidateError {
            error: code,
            detail: detail.to_owned(),
            retry_after: None,
            view: None,
        });
        #[cfg(feature = "ssr")]
        server::set_status(&refusal.0);
        refusal
    }
}

/// Starts the session, or goes on here if it is in progress; the newest window wins.
#[server(endpoint = "candidate/start")]
pub async fn start_session(
    token: String,
    #[server(default)] consent: Option<String>,
    #[server(default)] email: Option<String>,
    #[server(default)] language: Option<String>,
) -> Result<CandidateView, Refusal> {
    use crate::candidate::landing_path;
    use parley_services::conversation;
    let services = server::services()?;
    if let Err(refusal) = server::spare_request(&services, &token) {
        return server::end(&token, None, Err(refusal), server::After::Landing);
    }
    let typed = server::typed(None, email.as_deref(), consent.as_deref());
    let input = server::start_input(consent, email, language);
    let result = conversation::start(&services, &token, input).await;
    match &result {
        Ok(_) => server::remember(&services, &token).await,
        Err(_) => server::keep_typed(&services, &landing_path(server::safe(&token)), &typed),
    }
    server::end(&token, None, result, server::After::Session)
}

/// Stores an answer; returns once the interviewer's next turn is stored too.
#[server(endpoint = "candidate/answer")]
pub async fn answer_question(
    token: String,
    client_id: String,
    question: String,
    #[server(default)] text: Option<String>,
    #[server(default)] choices: Vec<String>,
    #[server(default)] lease: Option<String>,
) -> Result<CandidateView, Refusal> {
    use parley_services::conversation::{self, AnswerInput};
    let services = server::services()?;
    let lease = server::lease(lease.as_deref());
    if let Err(refusal) = server::spare_request(&services, &token) {
        return server::end(&token, lease, Err(refusal), server::After::Session);
    }
    let presence = server::presence();
    let lease = server::lease_or_kept(&services, &token, lease).await;
    let result = match (
        question.parse(),
        choices.iter().map(|c| c.parse()).collect::<Result<Vec<_>, _>>(),
    ) {
        (Ok(question), Ok(choices)) => {
            let input = AnswerInput {
                client_id,
                question,
                text,
                choices,
                lease,
                presence,
            };
            conversation::answer(&services, &token, input).await
        }
        _ => Err(CandidateError {
            error: CandidateErrorCode::Invalid,
            detail: "The question or a choice is not one that the server knows. Nothing was stored.".to_owned(),
            retry_after: None,
            view: None,
        }),
    };
    server::end(&token, lease, result, server::After::Session)
}

/// A sign of life from the window that holds the session. `known` says what of the conversation the page has, as
/// [`CandidateView::known`] does; where that is all, the turns are left out of the answer.
#[server(endpoint = "candidate/heartbeat")]
pub async fn heartbeat(
    token: String,
    #[server(default)] lease: Option<String>,
    #[server(default)] known: Option<String>,
) -> Result<CandidateView, Refusal> {
    let services = server::services()?;
    let lease = server::lease(lease.as_deref());
    if let Err(refusal) = server::spare_request(&services, &token) {
        return server::end(&token, lease, Err(refusal), server::After::Session);
    }
    let lease = server::lease_or_kept(&services, &token, lease).await;
    let mut result = parley_services::conversation::heartbeat(&services, &token, lease).await;
    if let Ok(view) = &mut result
        && known.is_some_and(|known| known == view.known())
    {
        // Of a long talk they would be nearly all that a page is sent three times a minute.
        view.turns.clear();
    }
    server::end(&token, lease, result, server::After::Session)
}

/// Completes the session, from the window that holds it.
#[server(endpoint = "candidate/finish")]
pub async fn finish_session(token: String, #[server(default)] lease: Option<String>) -> Result<CandidateView, Refusal> {
    let services = server::services()?;
    let lease = server::lease(lease.as_deref());
    if let Err(refusal) = server::spare_request(&services, &token) {
        return server::end(&token, lease, Err(refusal), server::After::Session);
    }
    let lease = server::lease_or_kept(&services, &token, lease).await;
    let result = parley_services::conversation::finish_by(&services, &token, lease).await;
    server::end(&token, lease, result, server::After::Landing)
}

/// Starts another attempt where the interview allows it, else asks the team for one. The email where the interview asks for
/// the invited one.
#[server(endpoint = "candidate/retake")]
pub async fn ask_retake(
    token: String,
    #[server(default)] reason: Option<String>,
    #[server(default)] email: Option<String>,
) -> Result<CandidateView, Refusal> {
    let services = server::services()?;
    if let Err(refusal) = server::spare_request(&services, &token) {
        return server::end(&token, None, Err(refusal), server::After::Landing);
    }
    let reason = reason.unwrap_or_default();
    let result = parley_services::conversation::ask_retake_by(&services, &token, &reason, email.as_deref()).await;
    server::end(&token, None, result, server::After::Landing)
}

/// A candidate's view with the link that a walk-in comes back by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicStarted {
    /// The view.
    #[serde(flatten)]
    pub view: CandidateView,
    /// Their own invite link.
    pub invite_url: String,
}

/// Starts by a public link, as a candidate of one's own.
#[server(endpoint = "candidate/start-public")]
pub async fn start_public(
    slug: String,
    #[server(default)] name: Option<String>,
    #[server(default)] email: Option<String>,
    #[server(default)] consent: Option<String>,
    #[server(default)] language: Option<String>,
    #[server(default)] start_id: Option<String>,
) -> Result<PublicStarted, Refusal> {
    use crate::candidate::public_path;
    use parley_services::conversation::{self, PublicStart};
    let services = server::services()?;
    let typed = server::typed(name.as_deref(), email.as_deref(), consent.as_deref());
    let input = PublicStart {
        name: name.unwrap_or_default(),
        email: email.unwrap_or_default(),
        start_id,
        start: server::start_input(consent, None, language),
    };
    let result = match server::spare_start() {
        Ok(()) => conversation::start_public(&services, &slug, input).await,
        Err(refusal) => Err(refusal),
    };
    match &result {
        Ok((_, token)) => server::remember(&services, token).await,
        Err(_) => server::keep_typed(&services, &public_path(server::safe(&slug)), &typed),
    }
    server::end_public(&services, &slug, result)
}

#[cfg(feature = "ssr")]
pub use server::status_of;

#[cfg(feature = "ssr")]
mod server {
    use super::Refusal;
    use crate::candidate::{CANDIDATE_COOKIE, landing_path, pages::Typed, public_path, session_path};
    use crate::login;
    use crate::server_fns as door;
    use http::{HeaderValue, StatusCode, header};
    use leptos::prelude::use_context;
    use leptos_axum::ResponseOptions;
    use parley_domain::{
        clock::Presence,
        conversation::{CandidateError, CandidateErrorCode, CandidateView},
        session::Status,
    };
    use parley_services::{
        Services,
        conversation::{self, StartInput},
        error::ServiceError,
    };

    /// Which page a plain form post leads to.
    #[derive(Clone, Copy, PartialEq, Eq)]
    pub(super) enum After {
        /// The chat, while the session is in progress.
        Session,
        /// The landing page, which shows what became of the session.
        Landing,
    }

    pub(super) fn services() -> Result<Services, Refusal> {
        door::services().map_err(|_| {
            Refusal(CandidateError {
                error: CandidateErrorCode::Unavailable,
                detail: "This did not work right now. Try again in a moment.".to_owned(),
                retry_after: None,
                view: None,
            })
        })
    }

    /// Takes one of the requests that the session behind a link has. The token is only counted by its hash.
    pub(super) fn spare_request(services: &Services, token: &str) -> Result<(), CandidateError> {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let mut hasher = DefaultHasher::new();
        token.hash(&mut hasher);
        let key = format!("{:016x}", hasher.finish());
        services
            .limits
            .candidate_requests
            .take(&key, services.now())
            .map(drop)
            .map_err(|error| {
                too_many(
                    &error,
                    "This page sent very many requests. What was saved is safe; wait a moment and try again.",
                )
            })
    }

    /// A limit was reached; with the time after which there is room again.
    fn too_many(error: &ServiceError, detail: &str) -> CandidateError {
        let retry_after = match error {
            ServiceError::TooMany { retry_after } => Some(*retry_after),
            _ => None,
        };
        CandidateError {
            error: CandidateErrorCode::TooMany,
            detail: detail.to_owned(),
            retry_after,
            view: None,
        }
    }

    /// Takes one of the public starts that an address has.
    pub(super) fn spare_start() -> Result<(), CandidateError> {
        let Ok(services) = door::services() else { return Ok(()) };
        let address = parley_services::limits::network(door::address());
        services
            .limits
            .starts
            .take(&address, services.now())
            .map(|_| ())
            .map_err(|error| {
                too_many(
                    &error,
                    "Too many interviews were started from your network. Wait a minute and try again.",
                )
            })
    }

    /// A page without scripts has no heartbeat; one with scripts says so by asking for JSON.
    pub(super) fn presence() -> Presence {
        if door::accepts_html() {
            Presence::Plain
        } else {
            Presence::Live
        }
    }

    fn is_ticked(consent: Option<&str>) -> bool {
        matches!(consent, Some("true" | "on" | "1" | "yes"))
    }

    /// What stands in the fields again if the start is refused.
    pub(super) fn typed(name: Option<&str>, email: Option<&str>, consent: Option<&str>) -> Typed {
        Typed {
            name: name.unwrap_or_default().to_owned(),
            email: email.unwrap_or_default().to_owned(),
            consent: is_ticked(consent),
        }
    }

    /// Hands what was typed into a plain form to the page at `path`, which the browser is sent to. Only the pages of this
    /// link get it, and the first one that shows it takes it back.
    pub(super) fn keep_typed(services: &Services, path: &str, typed: &Typed) {
        if door::accepts_html()
            && let Some(value) = typed.value()
        {
            let (name, secure) = (Typed::COOKIE, if door::https(services) { "; Secure" } else { "" });
            let cookie = format!("{name}={value}; Path={path}; HttpOnly; SameSite=Lax; Max-Age=120{secure}");
            door::set_cookie(HeaderValue::from_str(&cookie).ok());
        }
    }

    pub(super) fn start_input(consent: Option<String>, email: Option<String>, language: Option<String>) -> StartInput {
        StartInput {
            consent: is_ticked(consent.as_deref()),
            email,
            presence: presence(),
            language: language.unwrap_or_else(|| "en".to_owned()),
        }
    }

    /// A lease that cannot be read counts as the oldest, not as none: none would be taken as the newest.
    pub(super) fn lease(text: Option<&str>) -> Option<i64> {
        text.filter(|t| !t.is_empty()).map(|t| t.parse().unwrap_or(0))
    }

    /// The lease that was sent. Where none was and the invited email opens the link, the one in the candidate's cookie, if
    /// that is of this link: who keeps cookies came in by the email, and needs no other proof of it.
    pub(super) async fn lease_or_kept(services: &Services, token: &str, sent: Option<i64>) -> Option<i64> {
        if sent.is_some() {
            return sent;
        }
        // Of the request before anything is awaited.
        let headers = door::headers();
        let cookie = login::cookie(&headers, CANDIDATE_COOKIE)?;
        let kept = services.secrets.read_candidate_cookie(cookie)?.lease?;
        let of = conversation::token_of_cookie(services, cookie).await;
        matches!(of, Ok(Some(of)) if of == token).then_some(kept)
    }

    /// The status of a refusal.
    #[must_use]
    pub const fn status_of(code: CandidateErrorCode) -> StatusCode {
        match code {
            CandidateErrorCode::UnknownLink => StatusCode::NOT_FOUND,
            CandidateErrorCode::ConsentNeeded | CandidateErrorCode::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
            CandidateErrorCode::EmailNeeded => StatusCode::FORBIDDEN,
            CandidateErrorCode::NotOpen
            | CandidateErrorCode::Stale
            | CandidateErrorCode::TakenOver
            | CandidateErrorCode::ClientIdReused
            | CandidateErrorCode::Ended => StatusCode::CONFLICT,
            CandidateErrorCode::TooMany => StatusCode::TOO_MANY_REQUESTS,
            CandidateErrorCode::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// Puts a refusal's status into the answer, and when to come back where waiting helps.
    pub(super) fn set_status(refusal: &CandidateError) {
        let Some(options) = use_context::<ResponseOptions>() else {
            return;
        };
        if door::accepts_html() {
            return;
        }
        let status = status_of(refusal.error);
        options.set_status(status);
        if [StatusCode::TOO_MANY_REQUESTS, StatusCode::SERVICE_UNAVAILABLE].contains(&status) {
            options.insert_header(header::RETRY_AFTER, refusal.retry_after.unwrap_or(1).into());
        }
    }

    /// Notes a refusal where it says that there is no such link, for whoever counts how many of them somebody tries.
    fn note_unknown(code: CandidateErrorCode) {
        if code == CandidateErrorCode::UnknownLink {
            door::link_is_unknown();
        }
    }

    /// The code as it stands in an address.
    fn word(code: CandidateErrorCode) -> String {
        serde_json::to_value(code)
            .ok()
            .and_then(|v| v.as_str().map(str::to_owned))
            .unwrap_or_default()
    }

    /// Tokens are URL-safe base64; anything else leads to the page of an unknown link.
    pub(super) fn safe(token: &str) -> &str {
        let good = !token.is_empty()
            && token
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        if good { token } else { "unknown" }
    }

    /// Lets the browser's event stream, and later the public link, know this candidate again.
    pub(super) async fn remember(services: &Services, token: &str) {
        let Ok(Some(value)) = conversation::cookie(services, token).await else {
            return;
        };
        let secure = if door::https(services) { "; Secure" } else { "" };
        let cookie = format!("{CANDIDATE_COOKIE}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=7776000{secure}");
        door::set_cookie(HeaderValue::from_str(&cookie).ok());
    }

    /// Ends a function: JSON callers get the result with its status, plain posts a redirect to the page that shows it.
    pub(super) fn end(
        token: &str,
        lease: Option<i64>,
        result: Result<CandidateView, CandidateError>,
        after: After,
    ) -> Result<CandidateView, Refusal> {
        let html = door::accepts_html();
        match result {
            Ok(view) => {
                if html {
                    let in_session = after == After::Session && view.state == Status::InProgress;
                    let lease = lease.filter(|l| *l > 0).unwrap_or(view.lease);
                    door::go(&if in_session {
                        session_path(safe(token), lease)
                    } else {
                        landing_path(safe(token))
                    });
                }
                Ok(view)
            }
            Err(refusal) => {
                note_unknown(refusal.error);
                if html {
                    let notice = word(refusal.error);
                    let inside = refusal.view.as_ref().is_some_and(|v| v.state == Status::InProgress);
                    door::go(&match lease {
                        Some(lease)
                            if after == After::Session && (inside || refusal.error == CandidateErrorCode::Invalid) =>
                        {
                            format!("{}&notice={notice}", session_path(safe(token), lease))
                        }
                        _ => format!("{}?notice={notice}", landing_path(safe(token))),
                    });
                } else {
                    set_status(&refusal);
                }
                Err(Refusal(refusal))
            }
        }
    }

    /// Ends a public start: a plain form comes to the chat, which shows the own link.
    pub(super) fn end_public(
        services: &Services,
        slug: &str,
        result: Result<(CandidateView, String), CandidateError>,
    ) -> Result<super::PublicStarted, Refusal> {
        let html = door::accepts_html();
        match result {
            Ok((view, token)) => {
                if html {
                    door::go(&session_path(safe(&token), view.lease));
                }
                let invite_url = format!("{}{}", services.config.public_url, landing_path(safe(&token)));
                Ok(super::PublicStarted { view, invite_url })
            }
            Err(refusal) => {
                note_unknown(refusal.error);
                if html {
                    door::go(&format!("{}?notice={}", public_path(safe(slug)), word(refusal.error)));
                } else {
                    set_status(&refusal);
                }
                Err(Refusal(refusal))
            }
        }
    }
}
