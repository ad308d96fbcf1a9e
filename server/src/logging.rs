//! Logs: one line a request, by route pattern. Paths, queries, bodies and cookies are never logged: they hold tokens and
//! names.

use crate::{config::LogFormat, state::AppState};
use anyhow::Context;
use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderName, HeaderValue};
use std::{io, time::Instant};
use tracing::Instrument;
use tracing_subscriber::{EnvFilter, fmt};
use uuid::Uuid;

/// Names a request in the answer and in all of its log lines.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Starts logging to standard error, and makes panics a log line without their message, which may quote anything.
///
/// # Errors
/// When the filter cannot be read.
pub fn init(filter: &str, format: LogFormat) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(filter).context("PARLEY_LOG is not a filter such as info,parley_services=debug")?;
    let lines = fmt().with_env_filter(filter).with_writer(io::stderr);
    match format {
        LogFormat::Text => lines.with_ansi(false).try_init(),
        LogFormat::Json => lines.json().try_init(),
    }
    .map_err(|error| anyhow::anyhow!("logging did not start: {error}"))?;
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "panicked");
    }));
    Ok(())
}

/// Gives the request an id and logs how it was answered.
pub async fn request(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let id: Uuid = state.services.new_id().unwrap_or_default();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("(none)", MatchedPath::as_str)
        .to_owned();
    let quiet = route.starts_with("/pkg/") || route.starts_with("/fonts/") || route.starts_with("/health/");
    let span = tracing::info_span!("request", %id, method = %request.method(), route);
    async move {
        let start = Instant::now();
        let mut response = next.run(request).await;
        let status = response.status().as_u16();
        let ms = start.elapsed().as_millis();
        if quiet && status < 500 {
            tracing::debug!(status, ms, "answered");
        } else {
            tracing::info!(status, ms, "answered");
        }
        if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
            response.headers_mut().insert(REQUEST_ID, value);
        }
        response
    }
    .instrument(span)
    .await
}
