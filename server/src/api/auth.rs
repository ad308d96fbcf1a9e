//! Who is asking: a Bearer key. Cookies are never read here, so no page of another site can act with them.

use super::error::ApiError;
use axum::{
    extract::{FromRequestParts, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use parley_domain::account::Actor;
use parley_services::{Services, accounts, error::ServiceError, limits::Left};

/// The key that comes with a request; the scheme's case does not matter (RFC 9110).
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, key) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(key.trim())
}

/// Layer: finds out who is asking, lets the key pay for the request, and says what it has left.
pub async fn let_in(State(s): State<Services>, mut request: Request, next: Next) -> Response {
    let known = match bearer(request.headers()) {
        None => Ok(None),
        Some(key) => accounts::key_actor(&s, key).await,
    };
    let actor = match known {
        Ok(Some(actor)) => actor,
        Ok(None) => return ApiError::unauthorized().into_response(),
        Err(error) => return ApiError::from(error).into_response(),
    };
    let (mut response, left) = match s.limits.key_requests.take(&actor.code(), s.now()) {
        Ok(left) => {
            request.extensions_mut().insert(actor);
            (next.run(request).await, left)
        }
        Err(error) => {
            let wait = if let ServiceError::TooMany { retry_after } = &error {
                *retry_after
            } else {
                1
            };
            let none = Left {
                limit: s.limits.key_requests.burst(),
                remaining: 0,
                reset: wait,
            };
            (ApiError::from(error).into_response(), none)
        }
    };
    tell(response.headers_mut(), left);
    response
}

fn tell(headers: &mut HeaderMap, left: Left) {
    // Answers hold people's data: nobody in between keeps them.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if left.limit == u32::MAX {
        return;
    }
    for (name, value) in [
        ("ratelimit-limit", u64::from(left.limit)),
        ("ratelimit-remaining", u64::from(left.remaining)),
        ("ratelimit-reset", left.reset),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from(value));
    }
}

/// Extractor: who is asking, as [`let_in`] found out.
#[derive(Clone, Copy, Debug)]
pub struct Caller(pub Actor);

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        parts
            .extensions
            .get::<Actor>()
            .copied()
            .map(Self)
            .ok_or_else(ApiError::unauthorized)
    }
}
