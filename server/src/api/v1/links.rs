//! Public links.

use crate::api::{
    auth::Caller,
    doc::Problems,
    error::{ApiError, ApiResult},
    extract::{AnyJson, ApiJson, Id},
    reply,
};
use axum::{Json, extract::State, response::Response};
use parley_domain::{
    id::InterviewId,
    link::{PublicLink, PublicLinkInput},
};
use parley_services::{Services, links};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<Services> {
    OpenApiRouter::new().routes(routes!(get, create, patch, revoke))
}

/// Read the public link
///
/// Not found where the interview is invite-only.
#[utoipa::path(get, path = "/interviews/{id}/public-link", tag = "Public links", params(("id" = InterviewId, Path,)),
    responses((status = 200, description = "The link", body = PublicLink), Problems))]
async fn get(State(s): State<Services>, Caller(actor): Caller, Id(id): Id<InterviewId>) -> ApiResult<Json<PublicLink>> {
    links::get(&s, &actor, id)
        .await?
        .map(Json)
        .ok_or_else(ApiError::not_found)
}

/// Create the public link
///
/// Anyone with the URL can start from then on. Refused where one lives already: revoke it first for a new one.
#[utoipa::path(post, path = "/interviews/{id}/public-link", tag = "Public links",
    params(
        ("id" = InterviewId, Path,),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request harmless"),
    ),
    request_body = PublicLinkInput,
    responses((status = 201, description = "The link", body = PublicLink), Problems))]
async fn create(
    State(s): State<Services>,
    Caller(actor): Caller,
    Id(id): Id<InterviewId>,
    ApiJson(input): ApiJson<PublicLinkInput>,
) -> ApiResult<Response> {
    let link = links::create(&s, &actor, id, input).await?;
    Ok(reply::created(&format!("/interviews/{id}/public-link"), &link))
}

/// Change the public link's window and cap
///
/// A JSON merge patch: what is not named stays, `null` clears.
#[utoipa::path(patch, path = "/interviews/{id}/public-link", tag = "Public links", params(("id" = InterviewId, Path,)),
    request_body(content(
        (PublicLinkInput = "application/json"),
        (PublicLinkInput = "application/merge-patch+json"),
    )),
    responses((status = 200, description = "The link as it is now", body = PublicLink), Problems))]
async fn patch(
    State(s): State<Services>,
    Caller(actor): Caller,
    Id(id): Id<InterviewId>,
    AnyJson(change): AnyJson,
) -> ApiResult<Json<PublicLink>> {
    Ok(Json(links::patch(&s, &actor, id, &change).await?))
}

/// Revoke the public link
///
/// It stops at once; people inside may finish. Creating again makes a new address.
#[utoipa::path(delete, path = "/interviews/{id}/public-link", tag = "Public links", params(("id" = InterviewId, Path,)),
    responses((status = 204, description = "Revoked"), Problems))]
async fn revoke(State(s): State<Services>, Caller(actor): Caller, Id(id): Id<InterviewId>) -> ApiResult<Response> {
    links::revoke(&s, &actor, id).await?;
    Ok(reply::done())
}
