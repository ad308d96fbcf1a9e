//! Analyses: of one session, again, what changed; of all sessions of an interview; and interviews made from descriptions.

use crate::api::{
    auth::Caller,
    doc::Problems,
    error::ApiResult,
    extract::{ApiJson, Id, Query},
    reply,
    routes::{Purpose, routes},
};
use axum::{Json, extract::State, http::StatusCode, response::Response};
use parley_domain::{
    analysis::{Analysis, AnalysisBatch, BatchEstimate, Engine, SideBySide},
    drafting::DraftRequest,
    id::{InterviewId, SessionId},
    interview::InterviewInput,
    paging::Page,
};
use parley_services::{Services, analysis, drafting};
use utoipa_axum::router::OpenApiRouter;

pub(super) fn routes(purpose: Purpose) -> OpenApiRouter<Services> {
    OpenApiRouter::new()
        .routes(routes!(purpose: read, run_again))
        .routes(routes!(purpose: history))
        .routes(routes!(purpose: changes))
        .routes(routes!(purpose: read_batch, start_batch, cancel_batch))
        .routes(routes!(purpose: estimate))
        .routes(routes!(purpose: draft))
}

/// Read the analysis of a session
///
/// The newest run; while it is on its way, or where it failed, what the last ready one said. `state` is `none` before the
/// session is completed. Scores rest on `evidence`: words of the candidate, found in the turn that is named; `unevidenced`
/// marks a score without any.
#[utoipa::path(get, path = "/sessions/{id}/analysis", tag = "Analysis", params(("id" = SessionId, Path,)),
    responses((status = 200, description = "The analysis", body = Analysis), Problems))]
async fn read(State(s): State<Services>, Caller(actor): Caller, Id(id): Id<SessionId>) -> ApiResult<Json<Analysis>> {
    Ok(Json(analysis::get(&s, &actor, id).await?))
}

/// Run the analysis again
///
/// A new run; earlier ones are kept. While one is on its way, it is answered and none is added.
#[utoipa::path(post, path = "/sessions/{id}/analysis", tag = "Analysis",
    params(
        ("id" = SessionId, Path,),
        ("engine" = Option<Engine>, Query, description = "`ai` or `built_in`; the configured one where left out"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request harmless"),
    ),
    responses((status = 200, description = "The run, on its way", body = Analysis), Problems))]
async fn run_again(
    State(s): State<Services>,
    Caller(actor): Caller,
    Id(id): Id<SessionId>,
    mut query: Query,
) -> ApiResult<Response> {
    let engine: Option<Engine> = query.value("engine");
    query.done()?;
    let analysis = analysis::run_again(&s, &actor, id, engine).await?;
    Ok(reply::changed(&format!("/sessions/{id}/analysis"), &analysis))
}

/// List all runs of a session's analysis
///
/// Newest first, each whole.
#[utoipa::path(get, path = "/sessions/{id}/analysis/history", tag = "Analysis", params(("id" = SessionId, Path,)),
    responses((status = 200, description = "All runs", body = Page<Analysis>), Problems))]
async fn history(
    State(s): State<Services>,
    Caller(actor): Caller,
    Id(id): Id<SessionId>,
    query: Query,
) -> ApiResult<Json<Page<Analysis>>> {
    query.whole()?;
    let items = analysis::history(&s, &actor, id).await?;
    Ok(Json(Page {
        items,
        next_cursor: None,
    }))
}

/// Compare two runs
///
/// What changed from one to the other, score by score. Left out, `to` is the newest ready run and `from` the ready one
/// before it by the same engine; name both to put the built-in analysis beside a model's.
#[utoipa::path(get, path = "/sessions/{id}/analysis/changes", tag = "Analysis",
    params(
        ("id" = SessionId, Path,),
        ("from" = Option<i32>, Query, description = "A run"),
        ("to" = Option<i32>, Query, description = "A run"),
    ),
    responses((status = 200, description = "Both, side by side", body = SideBySide), Problems))]
async fn changes(
    State(s): State<Services>,
    Caller(actor): Caller,
    Id(id): Id<SessionId>,
    mut query: Query,
) -> ApiResult<Json<SideBySide>> {
    let (from, to) = (query.value("from"), query.value("to"));
    query.done()?;
    Ok(Json(analysis::changes(&s, &actor, id, from, to).await?))
}

/// Estimate what analysing all sessions takes
///
/// Completed sessions in which something was answered, all attempts; nothing runs.
#[utoipa::path(get, path = "/interviews/{id}/analysis/estimate", tag = "Analysis",
    params(
        ("id" = InterviewId, Path,),
        ("engine" = Option<Engine>, Query, description = "`ai` or `built_in`; the configured one where left out"),
    ),
    responses((status = 200, description = "Sessions, calls and tokens", body = BatchEstimate), Problems))]
async fn estimate(
    State(s): State<Services>,
    Caller(actor): Caller,
    Id(id): Id<InterviewId>,
    mut query: Query,
) -> ApiResult<Json<BatchEstimate>> {
    let engine: Option<Engine> = query.value("engine");
    query.done()?;
    Ok(Json(analysis::estimate(&s, &actor, id, engine).await?))
}

/// Read how far the analysis of all sessions is
///
/// The newest batch; not found where there was none.
#[utoipa::path(get, path = "/interviews/{id}/analysis", tag = "Analysis", params(("id" = InterviewId, Path,)),
    responses((status = 200, description = "The newest batch", body = AnalysisBatch), Problems))]
async fn read_batch(
    State(s): State<Services>,
    Caller(actor): Caller,
    Id(id): Id<InterviewId>,
) -> ApiResult<Json<AnalysisBatch>> {
    Ok(Json(analysis::current_batch(&s, &actor, id).await?))
}

/// Analyse all sessions again
///
/// Every completed session gets a new run, in the background; earlier runs are kept, and sessions that are being analysed
/// already are left alone.
#[utoipa::path(post, path = "/interviews/{id}/analysis", tag = "Analysis",
    params(
        ("id" = InterviewId, Path,),
        ("engine" = Option<Engine>, Query, description = "`ai` or `built_in`; the configured one where left out"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request harmless"),
    ),
    responses((status = 200, description = "The batch, on its way", body = AnalysisBatch), Problems))]
async fn start_batch(
    State(s): State<Services>,
    Caller(actor): Caller,
    Id(id): Id<InterviewId>,
    mut query: Query,
) -> ApiResult<Response> {
    let engine: Option<Engine> = query.value("engine");
    query.done()?;
    let batch = analysis::start_batch(&s, &actor, id, engine).await?;
    Ok(reply::changed(&format!("/interviews/{id}/analysis"), &batch))
}

/// Stop analysing all sessions
///
/// What was queued is still analysed; what was analysed stays.
#[utoipa::path(delete, path = "/interviews/{id}/analysis", tag = "Analysis", params(("id" = InterviewId, Path,)),
    responses((status = 200, description = "The batch as it is", body = AnalysisBatch), Problems))]
async fn cancel_batch(
    State(s): State<Services>,
    Caller(actor): Caller,
    Id(id): Id<InterviewId>,
) -> ApiResult<Json<AnalysisBatch>> {
    Ok(Json(analysis::cancel_batch(&s, &actor, id).await?))
}

/// Write an interview from a description
///
/// By the configured model; nothing is stored: post the answer to `/interviews` to keep it. With `current` and `wish` an
/// interview is changed instead; what it keeps keeps its id. A conflict where no model is configured. Sent again with the
/// same key it is written anew, for nothing of it was kept.
#[utoipa::path(post, path = "/interviews/draft", tag = "Interviews",
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request harmless")),
    request_body = DraftRequest,
    responses((status = 200, description = "An interview, as POST takes it", body = InterviewInput), Problems))]
async fn draft(
    State(s): State<Services>,
    Caller(actor): Caller,
    ApiJson(asked): ApiJson<DraftRequest>,
) -> ApiResult<Response> {
    let draft = drafting::whole(&s, &actor, asked).await?;
    Ok(reply::made_of(StatusCode::OK, Vec::new(), draft))
}
