//! The REST door, `/api/v1`. Every handler reads the request, makes one service call and maps the answer; rules, SQL and
//! permissions are not here.
//!
//! From the outside in: panics become answers ([`error`]), a Bearer key becomes an [`Actor`](parley_domain::account::Actor)
//! and pays for the request ([`auth`], [`limit`]), a repeated POST is answered again ([`idempotency`]), and the handler's
//! extractors ([`extract`]) turn what does not fit into problem details. [`doc`] is the OpenAPI document, generated from
//! the handlers.

pub mod auth;
pub mod doc;
pub mod error;
pub mod extract;
pub mod idempotency;
pub mod limit;
pub mod reply;
pub mod v1;

use axum::{Router, middleware::from_fn_with_state, routing::get};
use limit::Limiter;
use parley_services::Services;
use std::sync::Arc;
use tower_http::catch_panic::CatchPanicLayer;

/// What the REST door is told at start.
#[derive(Clone, Copy, Debug)]
pub struct ApiConfig {
    /// Requests a minute and key; as many at once.
    pub requests_per_minute: u32,
}

impl Default for ApiConfig {
    fn default() -> Self {
        Self { requests_per_minute: 600 }
    }
}

/// Everything under `/api`, ready to be merged into the server's router.
pub fn router(services: Services, config: ApiConfig) -> Router {
    let (routes, document) = doc::open_api_router().split_for_parts();
    let document = Arc::new(doc::finished(document));
    let routes = routes.method_not_allowed_fallback(error::method_not_allowed).with_state(services.clone());
    let door = auth::Door { services: services.clone(), limiter: Arc::new(Limiter::new(config.requests_per_minute)) };
    let repeat = idempotency::Repeat { services, routes: routes.clone() };
    let v1 = routes
        .route_layer(from_fn_with_state(repeat, idempotency::answer_again))
        .route_layer(from_fn_with_state(door, auth::let_in))
        .route("/openapi.json", get(move || doc::serve(Arc::clone(&document))))
        .method_not_allowed_fallback(error::method_not_allowed)
        .fallback(error::no_such_route);
    let api = Router::new().nest("/v1", v1).fallback(error::no_such_route);
    Router::new().nest("/api", api).layer(CatchPanicLayer::custom(error::from_panic))
}
