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

#[cfg(test)]
mod tests {
    use leptos_axum::generate_route_list;
    use parley_app::{App, lazy::area_of};

    /// Addresses stand in the routes and beside the parts of the bundle: a page that is missing there would come without its
    /// part being asked for early, a round trip later.
    #[tokio::test]
    async fn every_page_has_its_part_of_the_bundle() {
        // Two that only lead on, and the one that stands for all that lead nowhere.
        let without = [
            "/w/{slug}/interviews/{id}",
            "/w/{slug}/interviews/{id}/imports",
            "/w/{slug}/{*rest}",
        ];
        let paths: Vec<_> = generate_route_list(App)
            .iter()
            .map(|route| route.path().trim_end_matches('/').to_owned())
            .collect();
        assert!(paths.len() > 20, "{paths:?}");
        for path in without {
            assert!(paths.iter().any(|known| known == path), "{path} is not among {paths:?}");
        }
        for path in paths.iter().filter(|path| !without.contains(&path.as_str())) {
            let parts: Vec<_> = path
                .split('/')
                .map(|part| if part.starts_with('{') { "1" } else { part })
                .collect();
            assert!(
                area_of(&parts.join("/")).is_some(),
                "{path} is missing in app/src/lazy.rs"
            );
        }
    }
}
