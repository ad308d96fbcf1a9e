//! Public links.

use crate::api::{
    auth::Caller,
    doc::Problems,
    error::{ApiError, ApiResult},
    extract::{AnyJson, ApiJson, Id, JsonOrNone},
    idempotency::{Chosen, Parts},
    reply,
    routes::{Purpose, routes},
};
use axum::{
    Extension, Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use parley_domain::{
    id::{CandidateId, InterviewId},
    link::{LinkExpiry, Preview, PublicLink, PublicLinkInput},
};
use parley_services::{
    Services,
    candidates::{self, Whose},
    conversation,
    idempotency::Part,
    links,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;

pub(super) fn routes(purpose: Purpose) -> OpenApiRouter<Services> {
    OpenApiRouter::new()
        .routes(routes!(purpose: get, create, patch, revoke))
        .routes(routes!(purpose: qr))
        .routes(routes!(purpose: extend))
        .routes(routes!(purpose: preview))
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
/// Anyone with the URL can start from then on; without a body there is neither a window nor a cap. Refused where one lives
/// already: revoke it first for a new one.
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
    JsonOrNone(input): JsonOrNone<PublicLinkInput>,
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

/// Read the public link as a QR code
///
/// An SVG, black on white. Not found where the interview is invite-only.
#[utoipa::path(get, path = "/interviews/{id}/public-link/qr.svg", tag = "Public links",
    params(("id" = InterviewId, Path,)),
    responses((status = 200, description = "The image", body = String, content_type = "image/svg+xml"), Problems))]
async fn qr(State(s): State<Services>, Caller(actor): Caller, Id(id): Id<InterviewId>) -> ApiResult<Response> {
    let svg = links::qr(&s, &actor, id).await?;
    Ok(([(header::CONTENT_TYPE, "image/svg+xml")], svg).into_response())
}

/// Whose invite links, and until when they work.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ManyExtensions {
    /// These candidates; left out: everyone on the interview who has not started.
    #[serde(default)]
    candidates: Option<Vec<CandidateId>>,
    /// The new end: `{"in_days": 14}`, `{"at": "2026-12-24T18:00:00Z"}` or `"never"`.
    expires: LinkExpiry,
}

/// How many links were changed.
#[derive(Debug, Serialize, ToSchema)]
struct Extended {
    /// How many.
    extended: u64,
}

/// Change until when many invite links work
///
/// Of the candidates named, those of other interviews, unknown and deleted ones are left out.
#[utoipa::path(post, path = "/interviews/{id}/extend-links", tag = "Candidates",
    params(
        ("id" = InterviewId, Path,),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request harmless"),
    ),
    request_body = ManyExtensions,
    responses((status = 200, description = "How many links there were", body = Extended), Problems))]
async fn extend(
    State(s): State<Services>,
    Caller(actor): Caller,
    Id(id): Id<InterviewId>,
    done_before: Option<Extension<Parts>>,
    ApiJson(body): ApiJson<ManyExtensions>,
) -> ApiResult<Response> {
    let extended = match done_before.and_then(|Extension(Parts(parts))| parts.first()?.count) {
        Some(before) => before,
        None => {
            let whose = match body.candidates {
                Some(ids) => Whose::These(Some(id), ids),
                None => Whose::AllOf(id),
            };
            candidates::extend_links(&s, &actor, &whose, body.expires).await?
        }
    };
    let part = Part {
        result: "extended".to_owned(),
        count: Some(extended),
        ..Part::default()
    };
    Ok(reply::made_of(StatusCode::OK, vec![part], Extended { extended }))
}

/// Preview an interview
///
/// Makes a link under which the interview is taken as a candidate would. It stands in no list, count or export, is not
/// analysed, and is gone after a day.
#[utoipa::path(post, path = "/interviews/{id}/previews", tag = "Interviews",
    params(
        ("id" = InterviewId, Path,),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request harmless"),
    ),
    responses((status = 201, description = "The link", body = Preview), Problems))]
async fn preview(
    State(s): State<Services>,
    Caller(actor): Caller,
    Id(id): Id<InterviewId>,
    done_before: Option<Extension<Parts>>,
    Chosen(session): Chosen,
) -> ApiResult<Response> {
    // The link is a secret and not kept with the key: it is derived again from the session.
    let preview = match done_before {
        None => conversation::preview::create_as(&s, &actor, session.into(), id).await?,
        Some(_) => conversation::preview::again(&s, &actor, session.into()).await?,
    };
    Ok(reply::made_of(StatusCode::CREATED, Vec::new(), preview))
}
