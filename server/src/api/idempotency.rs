//! `Idempotency-Key`: a POST that is sent again is answered again instead of being done again.
//!
//! The handler runs in a task of its own, so that a client that hangs up does not leave it half remembered. Its answer
//! is remembered by the address that it names ([`super::reply`]) and read again from there. Where the answer is no object
//! with an address, the handler leaves [`Parts`], gets them back with the repeated request and answers by itself. Failures
//! are not remembered: such a request may be sent again corrected.
//!
//! A process may die after the work and before the answer is remembered. Handlers that would make a second object then take
//! its id from [`Chosen`], which is the same for the same request.

use super::{
    error::ApiError,
    extract::{JSON_MAX, read_body},
    reply::BASE,
};
use axum::{
    Router,
    body::Body,
    extract::{FromRequestParts, OriginalUri, Request, State},
    http::{self, HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use parley_domain::account::Actor;
use parley_services::{
    Services,
    idempotency::{Answered, Begin, Part, Ticket, begin, finish, purge, release, touch},
    secrets,
};
use std::{pin::pin, time::Duration};
use tower::ServiceExt;
use uuid::Uuid;

/// What the layer needs.
#[derive(Clone, Debug)]
pub struct Repeat {
    /// Where keys are kept.
    pub services: Services,
    /// Where objects are read again.
    pub routes: Router,
}

/// What the answer is made of again, such as the fates of the objects of one request, in the order sent: on an answer, what
/// to remember; on a request, that it was done already and only has to be answered again.
#[derive(Clone, Debug)]
pub struct Parts(pub Vec<Part>);

/// Extractor: the id for what a request makes. The same request with the same `Idempotency-Key`, sent again after it was
/// lost with its process, meets the object instead of making a second one; a request without a key has a new one.
#[derive(Clone, Copy, Debug)]
pub struct Chosen(pub Uuid);

impl FromRequestParts<Services> for Chosen {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut http::request::Parts, s: &Services) -> Result<Self, ApiError> {
        match parts.extensions.get() {
            Some(chosen) => Ok(*chosen),
            None => Ok(Self(s.new_id()?)),
        }
    }
}

/// How long a request waits for one with the same key that is being worked on, in steps of [`STEP`].
const STEPS: u32 = 100;
const STEP: Duration = Duration::from_millis(100);
/// How often a request that takes long says that it is still being worked on; four times before it would count as lost.
const BEAT: Duration = Duration::from_secs(30);
/// Longest key.
const KEY_MAX: usize = 255;

fn key_of(headers: &HeaderMap) -> Result<Option<String>, ApiError> {
    let Some(value) = headers.get("idempotency-key") else {
        return Ok(None);
    };
    match value.to_str() {
        Ok(key) if (1..=KEY_MAX).contains(&key.len()) => Ok(Some(key.to_owned())),
        _ => Err(ApiError::unreadable(
            "An Idempotency-Key has 1 to 255 printable ASCII characters.",
        )),
    }
}

/// Layer: see the module.
pub async fn answer_again(State(repeat): State<Repeat>, request: Request, next: Next) -> Response {
    if request.method() != Method::POST {
        return next.run(request).await;
    }
    match key_of(request.headers()) {
        Ok(None) => next.run(request).await,
        Ok(Some(key)) => repeated(&repeat, key, request, next)
            .await
            .unwrap_or_else(IntoResponse::into_response),
        Err(error) => error.into_response(),
    }
}

async fn repeated(repeat: &Repeat, key: String, request: Request, next: Next) -> Result<Response, ApiError> {
    let actor = request
        .extensions()
        .get::<Actor>()
        .copied()
        .ok_or_else(ApiError::unauthorized)?;
    let (hash, mut request) = hashed(request).await?;
    match wait(repeat, &actor, &key, &hash).await? {
        Begin::Run(ticket) => {
            request.extensions_mut().insert(Chosen(ticket.id()));
            run(repeat, ticket, request, next).await
        }
        Begin::Done(ticket, answered) => match answered.parts {
            Some(parts) => {
                request.extensions_mut().insert(Chosen(ticket.id()));
                request.extensions_mut().insert(Parts(parts));
                Ok(next.run(request).await)
            }
            None => read_again(repeat, actor, &answered).await,
        },
        Begin::Running => Err(ApiError::conflict(
            "still_running",
            "A request with this Idempotency-Key is still being worked on. Try again in a moment.",
        )
        .retry_after(2)),
        Begin::Other => Err(key_reused()),
    }
}

/// 409: the key came with another request before.
pub fn key_reused() -> ApiError {
    ApiError::conflict(
        "key_reused",
        "This Idempotency-Key was used for another request in the last 24 hours. Nothing was done; use a new key.",
    )
}

/// SHA-256 over method, path with query, and body; of a multipart form, whose boundary differs each time, without body.
async fn hashed(request: Request) -> Result<(Vec<u8>, Request), ApiError> {
    let address = request
        .extensions()
        .get::<OriginalUri>()
        .map_or_else(|| request.uri().clone(), |uri| uri.0.clone());
    let head = format!(
        "{}\n{}\n",
        request.method(),
        address.path_and_query().map_or("", |p| p.as_str())
    );
    let kind = request
        .headers()
        .get(header::CONTENT_TYPE)
        .map_or(&b""[..], HeaderValue::as_bytes);
    if kind.to_ascii_lowercase().starts_with(b"multipart/") {
        return Ok((secrets::hash(&head), request));
    }
    let (parts, body) = request.into_parts();
    let bytes = read_body(body, JSON_MAX).await?;
    let hash = secrets::hash([head.as_bytes(), &bytes].concat());
    Ok((hash, Request::from_parts(parts, Body::from(bytes))))
}

async fn wait(repeat: &Repeat, actor: &Actor, key: &str, hash: &[u8]) -> Result<Begin, ApiError> {
    for _ in 1..STEPS {
        match begin(&repeat.services, actor, key, hash).await? {
            Begin::Running => tokio::time::sleep(STEP).await,
            other => return Ok(other),
        }
    }
    Ok(begin(&repeat.services, actor, key, hash).await?)
}

/// Does the request and remembers its answer, whether or not anybody still waits for it.
async fn run(repeat: &Repeat, ticket: Ticket, request: Request, next: Next) -> Result<Response, ApiError> {
    let services = repeat.services.clone();
    let work = tokio::spawn(async move {
        let response = alive(&services, ticket, next.run(request)).await;
        let kept = match remembered(&response) {
            Some(answered) => finish(&services, ticket, &answered).await,
            None => release(&services, ticket).await,
        };
        if let Err(error) = kept {
            tracing::warn!(%error, "the answer to an Idempotency-Key could not be kept");
        }
        if let Err(error) = purge(&services).await {
            tracing::warn!(%error, "old Idempotency-Keys could not be removed");
        }
        response
    });
    match work.await {
        Ok(response) => Ok(response),
        Err(error) => {
            // The panic hook has logged it. What it had not committed by then was not written; what it had, was: the key is
            // free again, and a repetition meets that as any other request would.
            release(&repeat.services, ticket).await?;
            match error.try_into_panic() {
                Ok(panic) => Ok(super::error::from_panic(panic)),
                Err(_) => Err(ApiError::conflict(
                    "stopping",
                    "The server is stopping. Nothing is lost; try again.",
                )),
            }
        }
    }
}

/// What `work` answers; for as long as it takes, its ticket is marked as still being worked on.
async fn alive(s: &Services, ticket: Ticket, work: impl Future<Output = Response>) -> Response {
    let mut work = pin!(work);
    loop {
        let mark = async {
            tokio::time::sleep(BEAT).await;
            if let Err(error) = touch(s, ticket).await {
                tracing::warn!(%error, "a request with an Idempotency-Key could not be marked as being worked on");
            }
        };
        // Both at once: the work may hold what the marking waits for.
        tokio::select! {
            response = &mut work => return response,
            () = mark => {}
        }
    }
}

fn remembered(response: &Response) -> Option<Answered> {
    let status = response.status();
    if !status.is_success() {
        return None;
    }
    if let Some(Parts(parts)) = response.extensions().get() {
        return Some(Answered {
            status: status.as_u16(),
            location: None,
            parts: Some(parts.clone()),
        });
    }
    let headers = response.headers();
    let address = headers
        .get(header::LOCATION)
        .or_else(|| headers.get(header::CONTENT_LOCATION));
    let location = address.and_then(|v| v.to_str().ok()).map(str::to_owned);
    (location.is_some() || status == StatusCode::NO_CONTENT).then(|| Answered {
        status: status.as_u16(),
        location,
        parts: None,
    })
}

/// Reads the object that was the answer, as it is now.
async fn read_again(repeat: &Repeat, actor: Actor, answered: &Answered) -> Result<Response, ApiError> {
    let status = StatusCode::from_u16(answered.status).unwrap_or(StatusCode::OK);
    let Some(location) = &answered.location else {
        return Ok(status.into_response());
    };
    let path = location.strip_prefix(BASE).unwrap_or(location);
    let mut get = Request::get(path)
        .body(Body::empty())
        .map_err(|_| ApiError::not_found())?;
    get.extensions_mut().insert(actor);
    let mut response = repeat
        .routes
        .clone()
        .oneshot(get)
        .await
        .unwrap_or_else(|never| match never {});
    if response.status() == StatusCode::OK {
        *response.status_mut() = status;
        let name = if status == StatusCode::CREATED {
            header::LOCATION
        } else {
            header::CONTENT_LOCATION
        };
        if let Ok(value) = HeaderValue::from_str(location) {
            response.headers_mut().insert(name, value);
        }
    }
    Ok(response)
}
