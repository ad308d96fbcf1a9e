//! The AI model: settings, test, use.

use crate::api::{
    auth::Caller,
    doc::Problems,
    error::ApiResult,
    extract::{ApiJson, Query},
    reply,
    routes::{Purpose, routes},
};
use axum::{Json, extract::State, http::StatusCode, response::Response};
use parley_domain::ai::{AiSettings, AiSettingsInput, AiTest, AiUsage};
use parley_services::{
    Services,
    ai::{settings, usage},
};
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;

pub(super) fn routes(purpose: Purpose) -> OpenApiRouter<Services> {
    OpenApiRouter::new()
        .routes(routes!(purpose: get, put, remove))
        .routes(routes!(purpose: test))
        .routes(routes!(purpose: used))
}

/// Read the settings of the AI model
///
/// They belong to the whole installation: only keys with the owner's role in the workspace that was made first may read
/// and change them. The model's own key is never shown.
#[utoipa::path(get, path = "/ai", tag = "AI model",
    responses((status = 200, description = "The settings", body = AiSettings), Problems))]
async fn get(State(s): State<Services>, Caller(actor): Caller) -> ApiResult<Json<AiSettings>> {
    Ok(Json(settings::get(&s, &actor).await?))
}

/// Set the AI model
///
/// Refused where the environment decides. Without `key` the stored one stays, as long as the address does; an empty one
/// removes it.
#[utoipa::path(put, path = "/ai", tag = "AI model", request_body = AiSettingsInput,
    responses((status = 200, description = "The settings as they are now", body = AiSettings), Problems))]
async fn put(
    State(s): State<Services>,
    Caller(actor): Caller,
    ApiJson(input): ApiJson<AiSettingsInput>,
) -> ApiResult<Json<AiSettings>> {
    Ok(Json(settings::put(&s, &actor, input).await?))
}

/// Remove the AI model
///
/// From then on the built-in engine does the work. Refused where the environment decides.
#[utoipa::path(delete, path = "/ai", tag = "AI model",
    responses((status = 200, description = "The settings as they are now", body = AiSettings), Problems))]
async fn remove(State(s): State<Services>, Caller(actor): Caller) -> ApiResult<Json<AiSettings>> {
    Ok(Json(settings::remove(&s, &actor).await?))
}

/// Test the AI model
///
/// Asks the model that is used one harmless question. A model that does not answer is no error: the result says so. Sent
/// again with the same key it is tested once more.
#[utoipa::path(post, path = "/ai/test", tag = "AI model",
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request harmless")),
    responses((status = 200, description = "What was found", body = AiTest), Problems))]
async fn test(State(s): State<Services>, Caller(actor): Caller) -> ApiResult<Response> {
    let found = settings::test(&s, &actor, None).await?;
    Ok(reply::made_of(StatusCode::OK, Vec::new(), found))
}

/// The query, for the document.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only described: the query is read field by field")]
struct Days {
    /// Days that are counted, today included: 1 to 366; 30 where left out
    #[param(minimum = 1, maximum = 366)]
    days: Option<u32>,
}

/// Read what AI models were used for
///
/// Calls, tokens and times of this workspace, per purpose and model.
#[utoipa::path(get, path = "/ai/usage", tag = "AI model", params(Days),
    responses((status = 200, description = "The use", body = AiUsage), Problems))]
async fn used(State(s): State<Services>, Caller(actor): Caller, mut query: Query) -> ApiResult<Json<AiUsage>> {
    let days = query.value("days").unwrap_or(30);
    query.done()?;
    Ok(Json(usage::summary(&s, &actor, days).await?))
}
