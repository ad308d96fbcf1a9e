//! Who is asking: a Bearer key. Cookies are never read here, so no page of another site can act with them.

use super::{error::ApiError, limit::{Allowance, Limiter}};
use axum::{
    extract::{FromRequestParts, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use parley_domain::account::Actor;
use parley_services::{Services, accounts};
use std::sync::Arc;

/// What the layer needs.
#[derive(Clone, Debug)]
pub struct Door {
    /// To look keys up.
    pub services: Services,
    /// What each key has left.
    pub limiter: Arc<Limiter>,
}

/// The key that comes with a request.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, key) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(key.trim())
}

/// Layer: finds out who is asking, lets the key pay for the request, and says what it has left.
pub async fn let_in(State(door): State<Door>, mut request: Request, next: Next) -> Response {
    let known = match bearer(request.headers()) {
        None => Ok(None),
        Some(key) => accounts::key_actor(&door.services, key).await,
    };
    let actor = match known {
        Ok(Some(actor)) => actor,
        Ok(None) => return ApiError::unauthorized().into_response(),
        Err(error) => return ApiError::from(error).into_response(),
    };
    let Actor::ApiKey { key, .. } = actor else {
        return ApiError::unauthorized().into_response();
    };
    let allowance = door.limiter.take(key, door.services.now());
    let mut response = match allowance.retry_after {
        Some(seconds) => ApiError::too_many(seconds).into_response(),
        None => {
            request.extensions_mut().insert(actor);
            next.run(request).await
        }
    };
    tell(response.headers_mut(), allowance);
    response
}

fn tell(headers: &mut HeaderMap, allowance: Allowance) {
    for (name, value) in [
        ("ratelimit-limit", u64::from(allowance.limit)),
        ("ratelimit-remaining", u64::from(allowance.remaining)),
        ("ratelimit-reset", allowance.reset),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from(value));
    }
    // Answers hold people's data: nobody in between keeps them.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
}

/// Extractor: who is asking, as [`let_in`] found out.
#[derive(Clone, Copy, Debug)]
pub struct Caller(pub Actor);

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        parts.extensions.get::<Actor>().copied().map(Self).ok_or_else(ApiError::unauthorized)
    }
}
