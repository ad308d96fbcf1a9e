//! Results of an interview over all its candidates.

use crate::api::{
    auth::Caller,
    doc::Problems,
    error::ApiResult,
    extract::Id,
    routes::{Purpose, routes},
};
use axum::{Json, extract::State};
use parley_domain::{id::InterviewId, results::InterviewResults};
use parley_services::{Services, results};
use utoipa_axum::router::OpenApiRouter;

pub(super) fn routes(purpose: Purpose) -> OpenApiRouter<Services> {
    OpenApiRouter::new().routes(routes!(purpose: of_interview))
}

/// Read the results of an interview
///
/// Each candidate stands in them once, with the attempt that counts: how far they came, the distribution of overall
/// scores, means per criterion and question, decisions. All figures are of one moment.
#[utoipa::path(get, path = "/interviews/{id}/results", tag = "Interviews", params(("id" = InterviewId, Path,)),
    responses((status = 200, description = "The results", body = InterviewResults), Problems))]
async fn of_interview(
    State(s): State<Services>,
    Caller(actor): Caller,
    Id(id): Id<InterviewId>,
) -> ApiResult<Json<InterviewResults>> {
    Ok(Json(results::of_interview(&s, &actor, id).await?))
}
