//! Guessing candidate links: each address has so many look-ups of links that do not exist, then hears 429, whichever door it
//! knocks at. A link that exists works all the same, so that a guesser in the same network locks nobody out.
//!
//! Doors say that a link does not exist by the [`LinkLookup`] of their request: their answers look different, some of them
//! are redirects.

use crate::{candidate_pages, security, state::AppState};
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderMap, StatusCode, header};
use parley_app::server_fns::{ClientAddress, LinkLookup};
use parley_services::{error::ServiceError, limits};
use std::net::{IpAddr, Ipv4Addr};

/// Counts requests for links that do not exist; needs [`crate::address::note`] before it.
pub async fn count(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if !security::is_candidate(path) {
        return next.run(request).await;
    }
    let shows_page = path.starts_with("/i/") || takes_page(request.headers());
    let locale = shows_page.then(|| candidate_pages::preferred(request.headers()));
    let address = request.extensions().get::<ClientAddress>().copied();
    let lookup = LinkLookup::default();
    request.extensions_mut().insert(lookup.clone());
    let mut response = next.run(request).await;
    if !lookup.has_failed() {
        return response;
    }
    let services = &state.services;
    let address = address.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ClientAddress(ip)| ip);
    let taken = services.limits.lookups.take(&limits::network(address), services.now());
    let Err(ServiceError::TooMany { retry_after }) = taken else {
        return response;
    };
    if let Some(locale) = locale {
        response = candidate_pages::too_many(&state, locale);
    } else {
        *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
    }
    response.headers_mut().insert(header::RETRY_AFTER, retry_after.into());
    response
}

/// Whether a browser asks for a page: it posts a plain form.
pub(crate) fn takes_page(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.contains("text/html"))
}
