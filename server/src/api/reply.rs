//! Successful answers. Each says where its object can be read again, for clients and for repeated requests.

use super::idempotency::Parts;
use axum::{
    Json,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use parley_services::idempotency::Part;
use serde::Serialize;

/// Where everything of this version is.
pub const BASE: &str = "/api/v1";

fn with_address(status: StatusCode, name: HeaderName, path: &str, body: impl Serialize) -> Response {
    let mut response = (status, Json(body)).into_response();
    // Paths are made of words and ids: always a header value.
    if let Ok(address) = HeaderValue::from_str(&format!("{BASE}{path}")) {
        response.headers_mut().insert(name, address);
    }
    response
}

/// 201: a new object, which can be read at `path` (such as `/candidates/{id}`).
pub fn created(path: &str, body: impl Serialize) -> Response {
    with_address(StatusCode::CREATED, header::LOCATION, path, body)
}

/// 200 to a POST: an object that was there before, which can be read at `path`.
pub fn changed(path: &str, body: impl Serialize) -> Response {
    with_address(StatusCode::OK, header::CONTENT_LOCATION, path, body)
}

/// An answer that is no object with an address, with what it is made of again when the request is repeated.
pub fn made_of(status: StatusCode, parts: Vec<Part>, body: impl Serialize) -> Response {
    let mut response = (status, Json(body)).into_response();
    response.extensions_mut().insert(Parts(parts));
    response
}

/// 204: done, nothing to show.
#[must_use]
pub fn done() -> Response {
    StatusCode::NO_CONTENT.into_response()
}
