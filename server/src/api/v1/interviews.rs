//! Interviews and templates.

use crate::api::{
    auth::Caller,
    doc::Problems,
    error::ApiResult,
    extract::{AnyJson, ApiJson, Id, IfMatch, Query},
    idempotency::Chosen,
    reply,
    routes::{Purpose, routes},
};
use axum::{
    Json,
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use parley_domain::{
    id::InterviewId,
    interview::{Interview, InterviewInput, InterviewState, Template},
    paging::Page,
};
use parley_services::{
    Services,
    interviews::{self, InterviewFilter},
};
use utoipa_axum::router::OpenApiRouter;

pub(super) fn routes(purpose: Purpose) -> OpenApiRouter<Services> {
    OpenApiRouter::new()
        .routes(routes!(purpose: list, create))
        .routes(routes!(purpose: get, patch, archive))
        .routes(routes!(purpose: templates))
}

fn path(id: InterviewId) -> String {
    format!("/interviews/{id}")
}

/// Adds the revision as `ETag`, for `If-Match`.
fn with_revision(revision: i64, mut response: Response) -> Response {
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{revision}\"")) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

/// List interviews
///
/// Last changed first. Archived ones only with `state=archived`.
#[utoipa::path(get, path = "/interviews", tag = "Interviews",
    params(
        ("state" = Option<InterviewState>, Query, description = "Only those in this state"),
        ("limit" = Option<u64>, Query, minimum = 1, maximum = 200, description = "Rows of the page; 50 where left out"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before"),
    ),
    responses((status = 200, description = "A page", body = Page<Interview>), Problems))]
async fn list(State(s): State<Services>, Caller(actor): Caller, mut query: Query) -> ApiResult<Json<Page<Interview>>> {
    let filter = InterviewFilter {
        state: query.value("state"),
    };
    let page = query.page();
    query.done()?;
    Ok(Json(interviews::list(&s, &actor, filter, &page).await?))
}

/// Create an interview
///
/// Only `title` is required. Questions, choices and criteria get ids where they have none.
#[utoipa::path(post, path = "/interviews", tag = "Interviews",
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request harmless")),
    request_body = InterviewInput,
    responses((status = 201, description = "The interview", body = Interview), Problems))]
async fn create(
    State(s): State<Services>,
    Caller(actor): Caller,
    Chosen(id): Chosen,
    ApiJson(input): ApiJson<InterviewInput>,
) -> ApiResult<Response> {
    let made = interviews::create_as(&s, &actor, id.into(), input).await?;
    Ok(with_revision(made.revision, reply::created(&path(made.id), &made)))
}

/// Read an interview
#[utoipa::path(get, path = "/interviews/{id}", tag = "Interviews", params(("id" = InterviewId, Path,)),
    responses((status = 200, description = "The interview", body = Interview), Problems))]
async fn get(State(s): State<Services>, Caller(actor): Caller, Id(id): Id<InterviewId>) -> ApiResult<Response> {
    let interview = interviews::get(&s, &actor, id).await?;
    Ok(with_revision(interview.revision, Json(&interview).into_response()))
}

/// Change an interview
///
/// A JSON merge patch: what is not named stays, `null` takes back to the default, a list replaces the list (keep the ids
/// of questions that stay). With `If-Match` of the revision, a change on top of somebody else's is refused. Sessions that
/// have started keep what they started with.
#[utoipa::path(patch, path = "/interviews/{id}", tag = "Interviews",
    params(
        ("id" = InterviewId, Path,),
        ("If-Match" = Option<String>, Header, description = "The revision that the change is made to, such as `\"3\"`"),
    ),
    request_body(content(
        (InterviewInput = "application/json"),
        (InterviewInput = "application/merge-patch+json"),
    )),
    responses((status = 200, description = "The interview as it is now", body = Interview), Problems))]
async fn patch(
    State(s): State<Services>,
    Caller(actor): Caller,
    Id(id): Id<InterviewId>,
    IfMatch(revision): IfMatch,
    AnyJson(change): AnyJson,
) -> ApiResult<Response> {
    let interview = interviews::patch(&s, &actor, id, &change, revision).await?;
    Ok(with_revision(interview.revision, Json(&interview).into_response()))
}

/// Archive an interview
///
/// It takes nobody in any more, and sessions in progress are ended with what was answered. Changing `state` brings it
/// back.
#[utoipa::path(delete, path = "/interviews/{id}", tag = "Interviews", params(("id" = InterviewId, Path,)),
    responses((status = 204, description = "Archived"), Problems))]
async fn archive(State(s): State<Services>, Caller(actor): Caller, Id(id): Id<InterviewId>) -> ApiResult<Response> {
    interviews::archive(&s, &actor, id).await?;
    Ok(reply::done())
}

/// List templates
///
/// Ready-made interviews; POST the `interview` of one to start from it.
#[utoipa::path(get, path = "/templates", tag = "Interviews",
    responses((status = 200, description = "All templates", body = Page<Template>), Problems))]
async fn templates(State(s): State<Services>, Caller(actor): Caller, query: Query) -> ApiResult<Json<Page<Template>>> {
    query.whole()?;
    let items = interviews::templates(&s, &actor)?;
    Ok(Json(Page {
        items,
        next_cursor: None,
    }))
}
