//! The candidate's pages: which one stands behind a link now, with which status. Opening any of them, however often and
//! by whomever, changes nothing; what changes something is posted to the server functions.

use crate::{security, state::AppState};
use axum::{
    Extension, Router,
    extract::{Path, Query, State},
    response::{Html, IntoResponse, Redirect, Response},
    routing::{any, get},
};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use leptos::nonce::Nonce;
use parley_app::{
    candidate::{
        CANDIDATE_COOKIE,
        chat::{ChatStart, model::Draft},
        landing_path,
        pages::{self, Assets, Before, Door, Typed},
        public_path,
    },
    login,
    messages::Locale,
    server_fns::LinkLookup,
};
use parley_domain::{
    conversation::{CandidateErrorCode, CandidateView},
    link::{Landing, LinkState},
    session::Status,
};
use parley_services::{Services, conversation};
use serde::Deserialize;

/// The routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/i/invite/{token}", get(landing))
        .route("/i/invite/{token}/session", get(session))
        .route("/i/invite/{token}/finish", get(finish))
        .route("/i/{slug}", get(public))
        .route("/i", any(unknown))
        .route("/i/", any(unknown))
        .route("/i/{slug}/{*rest}", any(unknown))
}

/// What may stand behind the question mark.
#[derive(Debug, Default, Deserialize)]
struct Asked {
    /// The window's lease, as text: what is not a number is no lease.
    lease: Option<String>,
    /// Why the last press was refused.
    notice: Option<String>,
    /// The chat, which leads here, keeps something that was typed.
    typed: Option<String>,
    /// On a public link: start anew although this browser has a session there.
    new: Option<String>,
}

impl Asked {
    fn lease(&self) -> Option<i64> {
        self.lease.as_deref()?.parse().ok()
    }

    fn notice(&self) -> Option<CandidateErrorCode> {
        pages::notice_code(self.notice.as_deref()?)
    }

    /// What happened before a landing page is shown to a request with these headers.
    fn before(&self, headers: &HeaderMap) -> Before {
        let notice = self.notice();
        let typed = notice.and_then(|_| login::cookie(headers, Typed::COOKIE));
        Before {
            notice,
            typed: typed.map(read_typed).unwrap_or_default(),
            kept: self.typed.is_some(),
        }
    }
}

pub(crate) fn assets(state: &AppState) -> Assets {
    Assets {
        css: state.assets.candidate_css.clone(),
        js: state.assets.candidate_js.clone(),
        wasm: state.assets.candidate_wasm.clone(),
    }
}

/// The language of pages that belong to no interview.
pub(crate) fn preferred(headers: &HeaderMap) -> Locale {
    let header = headers.get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok());
    Locale::preferred(header.unwrap_or_default())
}

pub(crate) fn page(status: StatusCode, html: String) -> Response {
    (status, Html(html)).into_response()
}

/// What a cookie of [`Typed`] holds.
fn read_typed(cookie: &str) -> Typed {
    let mut typed = Typed::default();
    for (name, value) in form_urlencoded::parse(cookie.as_bytes()) {
        match &*name {
            "name" => typed.name = value.into_owned(),
            "email" => typed.email = value.into_owned(),
            "consent" => typed.consent = value == "true",
            _ => {}
        }
    }
    typed
}

/// A landing page; it takes back what was typed before a refusal.
fn landing_page(html: String, path: &str, headers: &HeaderMap) -> Response {
    let mut answer = page(StatusCode::OK, html);
    if login::cookie(headers, Typed::COOKIE).is_some() {
        let gone = format!("{}=; Path={path}; HttpOnly; SameSite=Lax; Max-Age=0", Typed::COOKIE);
        if let Ok(gone) = HeaderValue::from_str(&gone) {
            answer.headers_mut().append(header::SET_COOKIE, gone);
        }
    }
    answer
}

/// A fault of ours or a busy database: said in plain words, to be tried again.
fn unavailable(state: &AppState, headers: &HeaderMap) -> Response {
    page(
        StatusCode::SERVICE_UNAVAILABLE,
        pages::plain(&assets(state), preferred(headers), |t| &t.common.ours),
    )
}

/// What stands behind the link, or the answer that says why that cannot be told.
async fn look_up(state: &AppState, token: &str, headers: &HeaderMap) -> Result<Landing, Response> {
    conversation::landing(&state.services, token).await.map_err(|error| {
        tracing::error!(%error, "a landing page could not be made");
        unavailable(state, headers)
    })
}

/// The present view of a session that the link leads into.
async fn present(
    state: &AppState,
    token: &str,
    lookup: Option<&LinkLookup>,
    headers: &HeaderMap,
) -> Result<CandidateView, Response> {
    conversation::view(&state.services, token)
        .await
        .map_err(|refusal| match refusal.error {
            CandidateErrorCode::UnknownLink => strange(state, lookup, headers),
            _ => unavailable(state, headers),
        })
}

pub(crate) fn nothing_here(state: &AppState, headers: &HeaderMap) -> Response {
    page(
        StatusCode::NOT_FOUND,
        pages::plain(&assets(state), preferred(headers), |t| &t.link.unknown),
    )
}

/// Addresses that lead nowhere look like links that lead nowhere.
async fn unknown(State(state): State<AppState>, headers: HeaderMap) -> Response {
    nothing_here(&state, &headers)
}

/// Whether this is a page that somebody opens, as far as a request tells: not a preview, a prefetch or a program.
fn is_navigation(method: &Method, headers: &HeaderMap) -> bool {
    let value = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    if method != Method::GET || value("sec-purpose").is_some() || value("purpose").is_some() {
        return false;
    }
    match value("sec-fetch-mode") {
        Some(mode) => mode == "navigate",
        // Older browsers do not say; they do say that they want a page.
        None => value("accept").is_some_and(|accept| accept.contains("text/html")),
    }
}

/// Only noted, never a state; a failure to note it is no reason not to show the page.
async fn observe(services: &Services, token: &str) {
    if let Err(error) = conversation::observe_opened(services, token).await {
        tracing::warn!(%error, "could not note that a link was opened");
    }
}

const fn status_of(state: LinkState) -> StatusCode {
    match state {
        LinkState::Unknown => StatusCode::NOT_FOUND,
        LinkState::Revoked | LinkState::Expired | LinkState::Closed => StatusCode::GONE,
        LinkState::Ready
        | LinkState::Continue
        | LinkState::Completed
        | LinkState::NotOpenYet
        | LinkState::Full
        | LinkState::Paused => StatusCode::OK,
    }
}

async fn landing(
    State(state): State<AppState>,
    Path(token): Path<String>,
    Query(asked): Query<Asked>,
    method: Method,
    lookup: Option<Extension<LinkLookup>>,
    headers: HeaderMap,
) -> Response {
    let found = match look_up(&state, &token, &headers).await {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    match found.state {
        LinkState::Unknown => strange(&state, lookup.as_deref(), &headers),
        LinkState::Ready => {
            if is_navigation(&method, &headers) {
                observe(&state.services, &token).await;
            }
            invited(&state, token, &found, None, asked.before(&headers), &headers)
        }
        LinkState::Continue => {
            // Without its view the page says less, but leads on all the same: nor does it tell how far somebody is before
            // the email is typed.
            let view = if found.asks_email {
                None
            } else {
                conversation::view(&state.services, &token).await.ok()
            };
            invited(&state, token, &found, view.as_ref(), asked.before(&headers), &headers)
        }
        LinkState::Completed => {
            let view = conversation::view(&state.services, &token).await;
            let why = view.ok().and_then(|v| v.end_reason);
            page(
                StatusCode::OK,
                pages::completed(&assets(&state), &token, &found, why, asked.notice()),
            )
        }
        LinkState::Revoked
        | LinkState::NotOpenYet
        | LinkState::Closed
        | LinkState::Full
        | LinkState::Paused
        | LinkState::Expired => stopped(&state, &found),
    }
}

/// The landing page of an invite link that may be started or gone on with.
fn invited(
    state: &AppState,
    token: String,
    found: &Landing,
    view: Option<&CandidateView>,
    before: Before,
    headers: &HeaderMap,
) -> Response {
    let path = landing_path(&token);
    let html = pages::landing(&assets(state), Door::Invite(token), found, view, before);
    landing_page(html, &path, headers)
}

/// The page of a link that leads nowhere now.
fn stopped(state: &AppState, found: &Landing) -> Response {
    let locale = Locale::parse(&found.language);
    let html = pages::stopped(&assets(state), locale, found, state.services.now());
    page(status_of(found.state), html)
}

/// The landing page of a public link; in a browser that has a session there, the choice to go on with it.
async fn public(
    State(state): State<AppState>,
    Path(slug): Path<String>,
    Query(asked): Query<Asked>,
    lookup: Option<Extension<LinkLookup>>,
    headers: HeaderMap,
) -> Response {
    let found = match conversation::public_landing(&state.services, &slug).await {
        Ok(found) => found,
        Err(error) => {
            tracing::error!(%error, "a public link's page could not be made");
            return unavailable(&state, &headers);
        }
    };
    if found.state == LinkState::Unknown {
        return strange(&state, lookup.as_deref(), &headers);
    }
    if asked.new.is_none()
        && let Some(cookie) = login::cookie(&headers, CANDIDATE_COOKIE)
        && let Ok(Some(back)) = conversation::session_of_cookie(&state.services, &slug, cookie).await
    {
        let html = pages::welcome_back(&assets(&state), &slug, &back.token, back.asks_email, &found);
        return page(StatusCode::OK, html);
    }
    if found.state != LinkState::Ready {
        return stopped(&state, &found);
    }
    let Ok(start_id) = state.services.new_id::<uuid::Uuid>() else {
        return unavailable(&state, &headers);
    };
    let path = public_path(&slug);
    let door = Door::Public {
        slug,
        start_id: start_id.to_string(),
    };
    let html = pages::landing(&assets(&state), door, &found, None, asked.before(&headers));
    landing_page(html, &path, &headers)
}

/// A link that leads nowhere; counted by [`crate::lookups`], so that nobody tries many.
fn strange(state: &AppState, lookup: Option<&LinkLookup>, headers: &HeaderMap) -> Response {
    if let Some(lookup) = lookup {
        lookup.fail();
    }
    nothing_here(state, headers)
}

/// The answer to somebody who tried too many links.
pub(crate) fn too_many(state: &AppState, locale: Locale) -> Response {
    page(
        StatusCode::TOO_MANY_REQUESTS,
        pages::plain(&assets(state), locale, |t| &t.link.too_many),
    )
}

/// The answer to a form that did not arrive.
pub(crate) fn too_slow(state: &AppState, locale: Locale) -> Response {
    page(
        StatusCode::REQUEST_TIMEOUT,
        pages::plain(&assets(state), locale, |t| &t.link.unavailable),
    )
}

/// The present view of a session in progress, and what its link says; or the answer that is to be given instead.
async fn inside(
    state: &AppState,
    token: &str,
    lookup: Option<&LinkLookup>,
    headers: &HeaderMap,
) -> Result<(CandidateView, Landing), Response> {
    let found = look_up(state, token, headers).await?;
    match found.state {
        LinkState::Unknown => Err(strange(state, lookup, headers)),
        LinkState::Continue => {
            let view = present(state, token, lookup, headers).await?;
            if view.state == Status::InProgress {
                Ok((view, found))
            } else {
                Err(Redirect::to(&landing_path(token)).into_response())
            }
        }
        _ => Err(Redirect::to(&landing_path(token)).into_response()),
    }
}

/// Where the invited email opens a link, its session's pages are for the window that came in by it. To any other one the
/// landing page, which asks for the email, says that the session is open elsewhere.
fn by_email(token: &str, found: &Landing, lease: Option<i64>, view: &CandidateView) -> Option<Response> {
    if !found.asks_email || lease == Some(view.lease) {
        return None;
    }
    let mut path = landing_path(token);
    if lease.is_some() {
        path.push_str("?notice=taken_over");
    }
    Some(Redirect::to(&path).into_response())
}

async fn session(
    State(state): State<AppState>,
    Path(token): Path<String>,
    Query(asked): Query<Asked>,
    lookup: Option<Extension<LinkLookup>>,
    headers: HeaderMap,
) -> Response {
    let (view, found) = match inside(&state, &token, lookup.as_deref(), &headers).await {
        Ok(inside) => inside,
        Err(answer) => return answer,
    };
    if let Some(answer) = by_email(&token, &found, asked.lease(), &view) {
        return answer;
    }
    if asked.lease() != Some(view.lease) {
        let html = pages::elsewhere(&assets(&state), &token, &found.company, &view);
        return page(StatusCode::OK, html);
    }
    let last = LastSend {
        notice: asked.notice(),
        ..LastSend::default()
    };
    chat(&state, token, view, found, last, &headers)
}

/// What the chat shows of the last plain send, which was refused.
#[derive(Debug, Default)]
pub(crate) struct LastSend {
    /// Why.
    pub notice: Option<CandidateErrorCode>,
    /// What stands in the composer again.
    pub draft: Draft,
    /// What does not: its question is gone.
    pub unsent: String,
    /// The client id that the same answer is sent with again; else a new one.
    pub client_id: Option<String>,
}

/// The chat, for the window that holds the session.
pub(crate) fn chat(
    state: &AppState,
    token: String,
    view: CandidateView,
    found: Landing,
    last: LastSend,
    headers: &HeaderMap,
) -> Response {
    let Landing {
        company,
        preview,
        asks_email,
        walk_in,
        ..
    } = found;
    let client_id = match last.client_id {
        Some(again) => again,
        None => match state.services.new_id::<uuid::Uuid>() {
            Ok(id) => id.to_string(),
            Err(_) => return unavailable(state, headers),
        },
    };
    let nonce = Nonce::new().to_string();
    let own_link = walk_in.then(|| format!("{}{}", state.http.public_url, landing_path(&token)));
    let start = ChatStart {
        token,
        company,
        view,
        client_id,
        notice: last.notice,
        own_link,
        preview,
        asks_email,
        draft: last.draft,
        unsent: last.unsent,
    };
    let mut answer = page(StatusCode::OK, pages::chat(&assets(state), &nonce, start));
    if let Some(policy) = security::page_policy(&nonce) {
        answer.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    answer
}

/// Asks before finishing, for browsers without scripts.
async fn finish(
    State(state): State<AppState>,
    Path(token): Path<String>,
    Query(asked): Query<Asked>,
    lookup: Option<Extension<LinkLookup>>,
    headers: HeaderMap,
) -> Response {
    match inside(&state, &token, lookup.as_deref(), &headers).await {
        Ok((view, found)) => {
            if let Some(answer) = by_email(&token, &found, asked.lease(), &view) {
                return answer;
            }
            let html = pages::finish(&assets(&state), &token, &found.company, asked.lease(), &view);
            page(StatusCode::OK, html)
        }
        Err(answer) => answer,
    }
}
