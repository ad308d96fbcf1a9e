//! The workspace itself.

use crate::api::{
    auth::Caller,
    doc::Problems,
    error::ApiResult,
    extract::ApiJson,
    routes::{Purpose, routes},
};
use axum::{Json, extract::State};
use parley_domain::person::Workspace;
use parley_services::{Services, accounts};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;

pub(super) fn routes(purpose: Purpose) -> OpenApiRouter<Services> {
    OpenApiRouter::new().routes(routes!(purpose: get, change))
}

/// What of the workspace can be changed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct WorkspaceChange {
    /// Its name, 1 to 100 characters.
    name: String,
}

/// Read the workspace
///
/// The one that the key belongs to.
#[utoipa::path(get, path = "/workspace", tag = "Members",
    responses((status = 200, description = "The workspace", body = Workspace), Problems))]
async fn get(State(s): State<Services>, Caller(actor): Caller) -> ApiResult<Json<Workspace>> {
    Ok(Json(accounts::workspace::get(&s, &actor).await?))
}

/// Rename the workspace
///
/// Candidates read its name as the company's. Its place in addresses stays.
#[utoipa::path(patch, path = "/workspace", tag = "Members",
    request_body = WorkspaceChange,
    responses((status = 200, description = "The workspace as it is now", body = Workspace), Problems))]
async fn change(
    State(s): State<Services>,
    Caller(actor): Caller,
    ApiJson(WorkspaceChange { name }): ApiJson<WorkspaceChange>,
) -> ApiResult<Json<Workspace>> {
    Ok(Json(accounts::workspace::rename(&s, &actor, &name).await?))
}
