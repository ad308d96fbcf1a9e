//! Two entries that are one person: what a merge would do, doing it, or saying that they are two people.

use crate::api::{
    auth::Caller,
    doc::Problems,
    error::ApiResult,
    extract::{ApiJson, Id, Query},
    reply,
    routes::{Purpose, routes},
};
use axum::{Json, extract::State, response::Response};
use parley_domain::{candidate::Candidate, duplicate::MergePlan, id::CandidateId};
use parley_services::{Services, candidates};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;

pub(super) fn routes(purpose: Purpose) -> OpenApiRouter<Services> {
    OpenApiRouter::new()
        .routes(routes!(purpose: plan, merge))
        .routes(routes!(purpose: not_duplicate))
}

/// Whom to merge.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Merge {
    /// The entry that goes; its attempts move to the one in the address.
    from: CandidateId,
    /// The `mark` of a plan: the merge is refused if it would do something else by now.
    #[serde(default)]
    mark: Option<String>,
}

/// See what a merge would do
///
/// Changes nothing. The candidate in the address is kept with their link; `from` goes and its link stops.
#[utoipa::path(get, path = "/candidates/{id}/merge", tag = "Candidates",
    params(
        ("id" = CandidateId, Path,),
        ("from" = Option<CandidateId>, Query,
            description = "The entry that goes; where left out, the one that the candidate may be a second time"),
    ),
    responses((status = 200, description = "What would happen; `refused` says why it cannot", body = MergePlan), Problems))]
async fn plan(
    State(s): State<Services>,
    Caller(actor): Caller,
    Id(id): Id<CandidateId>,
    mut query: Query,
) -> ApiResult<Json<MergePlan>> {
    let from = query.value("from");
    query.done()?;
    Ok(Json(candidates::merge_plan(&s, &actor, id, from).await?))
}

/// Merge two candidates
///
/// Attempts of both are numbered anew by their start; each stays whole. Attempts that nobody started go, unless they
/// were granted. Values of the entry that goes fill empty fields. This cannot be undone.
#[utoipa::path(post, path = "/candidates/{id}/merge", tag = "Candidates",
    params(
        ("id" = CandidateId, Path,),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request harmless"),
    ),
    request_body = Merge,
    responses((status = 200, description = "The candidate who is kept", body = Candidate), Problems))]
async fn merge(
    State(s): State<Services>,
    Caller(actor): Caller,
    Id(id): Id<CandidateId>,
    ApiJson(Merge { from, mark }): ApiJson<Merge>,
) -> ApiResult<Response> {
    let kept = candidates::merge(&s, &actor, id, from, mark.as_deref()).await?;
    Ok(reply::changed(&format!("/candidates/{id}"), &kept))
}

/// Say that a possible duplicate is somebody else
///
/// Takes the mark away; a candidate without one stays as they are.
#[utoipa::path(delete, path = "/candidates/{id}/possible-duplicate", tag = "Candidates",
    params(("id" = CandidateId, Path,)),
    responses((status = 204, description = "No mark any more"), Problems))]
async fn not_duplicate(
    State(s): State<Services>,
    Caller(actor): Caller,
    Id(id): Id<CandidateId>,
) -> ApiResult<Response> {
    candidates::not_duplicate(&s, &actor, id).await?;
    Ok(reply::done())
}
