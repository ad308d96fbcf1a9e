//! Where leptos is asked: the pages of the app, its server functions, and the page of an address that leads nowhere.

use crate::{security, state::AppState};
use axum::{
    Router,
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use http::{Method, StatusCode, header};
use leptos::prelude::provide_context;
use leptos_axum::LeptosRoutes;
use parley_app::server_fns::Asking;

/// What pages and server functions find in their context.
fn context(state: &AppState) -> impl Fn() + Clone + Send + Sync + 'static + use<> {
    let services = state.services.clone();
    let assets = state.assets.clone();
    move || {
        provide_context(services.clone());
        provide_context(assets.clone());
        // A new one for each request.
        provide_context(Asking::default());
        security::set_page_policy();
    }
}

/// The app's pages and all server functions.
pub fn routes(router: Router<AppState>, state: &AppState) -> Router<AppState> {
    let paths = leptos_axum::generate_route_list(parley_app::App);
    router.leptos_routes_with_context(state, paths, context(state), parley_app::shell)
}

/// An address that leads nowhere: a page for those who look at it, a line of text for all others.
pub async fn nowhere(State(state): State<AppState>, request: Request) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let html = request
        .headers()
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.contains("text/html"));
    if !reads || !html {
        return (StatusCode::NOT_FOUND, "not found").into_response();
    }
    let render = leptos_axum::render_app_async_with_context(context(&state), parley_app::shell);
    let mut response = render(request).await;
    if response.status() == StatusCode::OK {
        *response.status_mut() = StatusCode::NOT_FOUND;
    }
    response
}
