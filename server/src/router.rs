//! All routes, area by area, and what wraps them.

use crate::{
    address, api, arriving, assets, candidate_answers, candidate_events, candidate_pages, downloads, health,
    import_files, logging, lookups, pages, resume_files, security, state::AppState, streams, unread,
};
use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use std::any::Any;
use tower_http::catch_panic::CatchPanicLayer;

/// Largest body where a route does not say otherwise, in bytes: the longest answer or interview, with room. Uploads have
/// limits of their own.
pub(crate) const BODY_MAX: usize = 2 * 1024 * 1024;

/// The whole server, without a socket.
pub fn build(state: AppState) -> Router {
    let areas = Router::new()
        .merge(health::router())
        .merge(assets::router())
        .merge(candidate_pages::router())
        .merge(candidate_events::router())
        .merge(streams::router())
        .merge(downloads::router())
        .merge(import_files::router())
        .merge(resume_files::router())
        .merge(api::router(state.services.clone()));
    // Added last and run first: the request gets its id, then its address, then passes the guard. Whoever hears that a body
    // did not arrive hears it within all of these.
    pages::routes(areas, &state)
        .fallback(pages::nowhere)
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(middleware::from_fn_with_state(
            state.clone(),
            candidate_answers::give_back,
        ))
        .layer(middleware::from_fn_with_state(state.clone(), arriving::limit))
        .layer(middleware::from_fn_with_state(state.clone(), lookups::count))
        .layer(middleware::from_fn_with_state(state.clone(), security::guard))
        .layer(middleware::from_fn_with_state(state.clone(), address::note))
        .layer(middleware::from_fn(unread::read_out))
        .layer(middleware::from_fn_with_state(state.clone(), logging::request))
        .with_state(state)
}

/// One bad request does not end the process; where it went wrong is in the log.
fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    let text = "Something went wrong on the server; it is in its log. Try again.";
    (StatusCode::INTERNAL_SERVER_ERROR, text).into_response()
}
