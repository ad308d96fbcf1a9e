//! Retakes, the queue of those who ask for one, attempts side by side.

use crate::api::{
    auth::Caller,
    doc::Problems,
    error::ApiResult,
    extract::{ApiJson, Id, Query},
    reply,
    routes::{Purpose, routes},
};
use axum::{Json, extract::State, response::Response};
use parley_domain::{
    comparison::Comparison,
    id::{CandidateId, InterviewId, RetakeRequestId, SessionId},
    paging::Page,
    session::{RetakeReason, RetakeRequest, Session},
};
use parley_services::{
    Services,
    sessions::{self, RetakeInput},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;

pub(super) fn routes(purpose: Purpose) -> OpenApiRouter<Services> {
    OpenApiRouter::new()
        .routes(routes!(purpose: create))
        .routes(routes!(purpose: requests))
        .routes(routes!(purpose: request))
        .routes(routes!(purpose: grant))
        .routes(routes!(purpose: decline))
        .routes(routes!(purpose: comparison))
        .routes(routes!(purpose: counts))
}

/// Why a retake is granted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewRetake {
    /// Why.
    reason: RetakeReason,
    /// What else there is to say; for the team only.
    #[serde(default)]
    note: String,
}

/// Grant a retake
///
/// Makes the next attempt, not started, on the same link. An attempt in progress is closed as replaced; earlier attempts
/// stay whole. Refused while the current attempt has not started.
#[utoipa::path(post, path = "/candidates/{id}/retakes", tag = "Sessions",
    params(
        ("id" = CandidateId, Path,),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request harmless"),
    ),
    request_body = NewRetake,
    responses((status = 201, description = "The new session", body = Session), Problems))]
async fn create(
    State(s): State<Services>,
    Caller(actor): Caller,
    Id(id): Id<CandidateId>,
    ApiJson(NewRetake { reason, note }): ApiJson<NewRetake>,
) -> ApiResult<Response> {
    let session = sessions::retake(&s, &actor, id, RetakeInput { reason, note }).await?;
    Ok(reply::created(&format!("/sessions/{}", session.id), &session))
}

/// List the requests for a retake
///
/// Those of the interview that wait for a decision, oldest first; or those that were decided, last decided first.
#[utoipa::path(get, path = "/interviews/{id}/retake-requests", tag = "Sessions",
    params(
        ("id" = InterviewId, Path,),
        ("state" = inline(Option<Queue>), Query, description = "`waiting` where left out, or `decided`"),
        ("limit" = Option<u64>, Query, minimum = 1, maximum = 200, description = "Rows of the page; 50 where left out"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before"),
    ),
    responses((status = 200, description = "A page", body = Page<RetakeRequest>), Problems))]
async fn requests(
    State(s): State<Services>,
    Caller(actor): Caller,
    Id(id): Id<InterviewId>,
    mut query: Query,
) -> ApiResult<Json<Page<RetakeRequest>>> {
    let state: Option<Queue> = query.value("state");
    let page = query.page();
    query.done()?;
    let found = match state {
        Some(Queue::Decided) => sessions::decided_page(&s, &actor, id, &page).await?,
        Some(Queue::Waiting) | None => sessions::requests_page(&s, &actor, id, &page).await?,
    };
    Ok(Json(found))
}

/// Which requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Queue {
    /// Nobody has decided yet.
    Waiting,
    /// Granted or declined.
    Decided,
}

impl std::str::FromStr for Queue {
    type Err = &'static str;
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        match s {
            "waiting" => Ok(Self::Waiting),
            "decided" => Ok(Self::Decided),
            _ => Err("state is waiting or decided"),
        }
    }
}

fn path(id: RetakeRequestId) -> String {
    format!("/retake-requests/{id}")
}

/// Read a request for a retake
#[utoipa::path(get, path = "/retake-requests/{id}", tag = "Sessions", params(("id" = RetakeRequestId, Path,)),
    responses((status = 200, description = "The request", body = RetakeRequest), Problems))]
async fn request(
    State(s): State<Services>,
    Caller(actor): Caller,
    Id(id): Id<RetakeRequestId>,
) -> ApiResult<Json<RetakeRequest>> {
    Ok(Json(sessions::request(&s, &actor, id).await?))
}

/// Grant a request
///
/// Makes the next attempt, not started, on the same link.
#[utoipa::path(post, path = "/retake-requests/{id}/grant", tag = "Sessions",
    params(
        ("id" = RetakeRequestId, Path,),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request harmless"),
    ),
    responses((status = 200, description = "The request as it is now", body = RetakeRequest), Problems))]
async fn grant(State(s): State<Services>, Caller(actor): Caller, Id(id): Id<RetakeRequestId>) -> ApiResult<Response> {
    Ok(reply::changed(&path(id), sessions::grant(&s, &actor, id).await?))
}

/// Decline a request
///
/// The candidate's attempts stay as they are.
#[utoipa::path(post, path = "/retake-requests/{id}/decline", tag = "Sessions",
    params(
        ("id" = RetakeRequestId, Path,),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request harmless"),
    ),
    responses((status = 200, description = "The request as it is now", body = RetakeRequest), Problems))]
async fn decline(State(s): State<Services>, Caller(actor): Caller, Id(id): Id<RetakeRequestId>) -> ApiResult<Response> {
    Ok(reply::changed(&path(id), sessions::decline(&s, &actor, id).await?))
}

/// Compare the attempts of a candidate
///
/// Side by side: overall, per question and per criterion, with the difference to the attempt before.
#[utoipa::path(get, path = "/candidates/{id}/comparison", tag = "Sessions",
    params(
        ("id" = CandidateId, Path,),
        ("attempts" = Option<String>, Query, description = "Only these, such as `1,3`; all where left out"),
    ),
    responses((status = 200, description = "The attempts, first one first", body = Comparison), Problems))]
async fn comparison(
    State(s): State<Services>,
    Caller(actor): Caller,
    Id(id): Id<CandidateId>,
    mut query: Query,
) -> ApiResult<Json<Comparison>> {
    let text = query.text("attempts").unwrap_or_default();
    let only: Result<Vec<i32>, _> = text.split(',').filter(|n| !n.is_empty()).map(str::parse).collect();
    if only.is_err() {
        query.wrong("attempts", "attempts are numbers, separated by commas.");
    }
    query.done()?;
    let only = only.unwrap_or_default();
    Ok(Json(sessions::comparison(&s, &actor, id, &only).await?))
}

/// Mark an attempt as the one that counts
///
/// The mark leaves the candidate's other attempts. Refused for an attempt that is not completed.
#[utoipa::path(post, path = "/sessions/{id}/counts", tag = "Sessions",
    params(
        ("id" = SessionId, Path,),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request harmless"),
    ),
    responses((status = 200, description = "The session, marked", body = Session), Problems))]
async fn counts(State(s): State<Services>, Caller(actor): Caller, Id(id): Id<SessionId>) -> ApiResult<Response> {
    let session = sessions::mark_counts(&s, &actor, id).await?;
    Ok(reply::changed(&format!("/sessions/{id}"), &session))
}
