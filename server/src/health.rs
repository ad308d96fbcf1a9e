//! What watches the process asks: is it alive, can it work.

use crate::state::AppState;
use axum::{Router, extract::State, routing::get};
use http::StatusCode;

/// The routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/health/live", get(|| async { "ok" }))
        .route("/health/ready", get(ready))
}

/// 200 while requests can be served; 503 while the database does not answer or the process is about to stop.
async fn ready(State(state): State<AppState>) -> (StatusCode, &'static str) {
    if state.stop.is_cancelled() {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping");
    }
    match state.services.db.ping().await {
        Ok(()) => (StatusCode::OK, "ready"),
        Err(error) => {
            tracing::warn!(%error, "the database does not answer");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer")
        }
    }
}
