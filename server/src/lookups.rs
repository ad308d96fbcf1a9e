//! Guessing candidate links through the server functions: each address has so many look-ups of links that do not exist,
//! then hears 429. A link that exists works all the same, so that a guesser in the same network locks nobody out. The
//! pages of links count for themselves, into the same bucket, and answer with a page.

use crate::state::AppState;
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::{StatusCode, header};
use parley_app::server_fns::ClientAddress;
use parley_services::error::ServiceError;

/// Counts answers of 404 to candidates' server functions; needs [`crate::address::note`] before it.
pub async fn count(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let counted = request.uri().path().starts_with("/sfn/candidate/");
    let address = request.extensions().get::<ClientAddress>().copied();
    let mut response = next.run(request).await;
    let Some(ClientAddress(address)) = address.filter(|_| counted && response.status() == StatusCode::NOT_FOUND) else {
        return response;
    };
    let services = &state.services;
    if let Err(ServiceError::TooMany { retry_after }) =
        services.limits.lookups.take(&address.to_string(), services.now())
    {
        *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
        response.headers_mut().insert(header::RETRY_AFTER, retry_after.into());
    }
    response
}
