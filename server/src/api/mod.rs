//! The REST door, `/api/v1`. Every handler reads the request, makes one service call and maps the answer; rules, SQL and
//! permissions are not here.
//!
//! From the outside in: panics become answers ([`error`]), a Bearer key becomes an [`Actor`](parley_domain::account::Actor)
//! and pays for the request ([`auth`]), a repeated POST is answered again ([`idempotency`]), and the handler's
//! extractors ([`extract`]) turn what does not fit into problem details. [`doc`] is the OpenAPI document, generated from
//! the handlers.

pub mod auth;
pub mod doc;
pub mod error;
pub mod extract;
pub mod idempotency;
pub mod reply;
pub mod routes;
pub mod v1;

use axum::{
    Router,
    middleware::from_fn_with_state,
    routing::{any, get},
};
use parley_services::Services;
use routes::Purpose;
use tower_http::catch_panic::CatchPanicLayer;

/// Everything under `/api`, to be merged into the server's router.
pub fn router<S: Clone + Send + Sync + 'static>(services: Services) -> Router<S> {
    let (routes, _) = v1::routes(Purpose::Serve).split_for_parts();
    let routes: Router = routes
        .method_not_allowed_fallback(error::method_not_allowed)
        .with_state(services.clone());
    let repeat = idempotency::Repeat {
        services: services.clone(),
        routes: routes.clone(),
    };
    let v1: Router = routes
        .route_layer(from_fn_with_state(repeat, idempotency::answer_again))
        .route_layer(from_fn_with_state(services, auth::let_in))
        .route("/openapi.json", get(doc::serve))
        .method_not_allowed_fallback(error::method_not_allowed)
        .fallback(error::no_such_route);
    let api = Router::new().nest("/v1", v1).fallback(error::no_such_route);
    // A nested router's own fallback does not see its bare prefix with a slash.
    let bare = any(error::no_such_route);
    let all = Router::new()
        .nest("/api", api)
        .route("/api/", bare.clone())
        .route("/api/v1/", bare);
    all.layer(CatchPanicLayer::custom(error::from_panic)).with_state(())
}
