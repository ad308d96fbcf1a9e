//! Sessions: lists, one with all that was said and made of it, ending, deciding.

mod filter;

use crate::{
    api::{
        auth::Caller,
        doc::Problems,
        error::{ApiError, ApiResult},
        extract::{ApiJson, Id, Query},
        reply,
        routes::{Purpose, routes},
    },
    downloads,
};
use axum::{Json, extract::State, response::Response};
use filter::{SessionItem, SessionQuery};
use parley_domain::{
    account::Actor,
    conversation::Transcript,
    id::{CandidateId, InterviewId, SessionId},
    paging::{Page, PageRequest},
    session::{Decision, Session, SessionCounts, SessionEvent, Verdict},
};
use parley_services::{
    Services,
    sessions::{self, ExportFormat},
};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;

pub(super) fn routes(purpose: Purpose) -> OpenApiRouter<Services> {
    OpenApiRouter::new()
        .routes(routes!(purpose: list))
        .routes(routes!(purpose: counts))
        .routes(routes!(purpose: export_xlsx))
        .routes(routes!(purpose: export_csv))
        .routes(routes!(purpose: of_candidate))
        .routes(routes!(purpose: get))
        .routes(routes!(purpose: transcript))
        .routes(routes!(purpose: events))
        .routes(routes!(purpose: end))
        .routes(routes!(purpose: read_decision, decide))
}

/// List the sessions of an interview
///
/// One row a candidate: the current attempt; with `attempts=all` every attempt. Sorted by `added` a walk never skips or
/// repeats a row that stays; sorted by a value that can change, a row whose value changed meanwhile may move.
#[utoipa::path(get, path = "/interviews/{id}/sessions", tag = "Sessions",
    params(
        ("id" = InterviewId, Path,),
        SessionQuery,
        ("limit" = Option<u64>, Query, minimum = 1, maximum = 200, description = "Rows of the page; 50 where left out"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before"),
    ),
    responses((status = 200, description = "A page", body = Page<SessionItem>), Problems))]
async fn list(
    State(s): State<Services>,
    Caller(actor): Caller,
    Id(id): Id<InterviewId>,
    mut query: Query,
) -> ApiResult<Json<Page<SessionItem>>> {
    let filter = filter::filter(&mut query);
    let order = filter::order(&mut query);
    let page: PageRequest = query.page();
    query.done()?;
    let found = sessions::list(&s, &actor, Some(id), &filter, order, &page).await?;
    let items = found.rows.into_iter().map(SessionItem::from).collect();
    Ok(Json(Page {
        items,
        next_cursor: found.next,
    }))
}

/// Count the sessions of an interview
///
/// Under the same filters as the list, less `status`.
#[utoipa::path(get, path = "/interviews/{id}/sessions/counts", tag = "Sessions",
    params(("id" = InterviewId, Path,), SessionQuery),
    responses((status = 200, description = "How many stand where", body = SessionCounts), Problems))]
async fn counts(
    State(s): State<Services>,
    Caller(actor): Caller,
    Id(id): Id<InterviewId>,
    mut query: Query,
) -> ApiResult<Json<SessionCounts>> {
    let filter = filter::filter(&mut query);
    filter::order(&mut query);
    query.done()?;
    Ok(Json(sessions::counts(&s, &actor, Some(id), &filter).await?))
}

/// Export the sessions of an interview as a workbook
///
/// Exactly the filtered rows, with invite links for those who may see them. Importing the file again works.
#[utoipa::path(get, path = "/interviews/{id}/export.xlsx", tag = "Sessions",
    params(("id" = InterviewId, Path,), SessionQuery),
    responses(
        (status = 200, description = "The file", body = Vec<u8>,
            content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        Problems,
    ))]
async fn export_xlsx(
    State(s): State<Services>,
    Caller(actor): Caller,
    Id(id): Id<InterviewId>,
    query: Query,
) -> ApiResult<Response> {
    export(&s, &actor, id, query, ExportFormat::Xlsx).await
}

/// Export the sessions of an interview as CSV
///
/// UTF-8 with a byte order mark; cells that a spreadsheet would read as a formula are made harmless.
#[utoipa::path(get, path = "/interviews/{id}/export.csv", tag = "Sessions",
    params(("id" = InterviewId, Path,), SessionQuery),
    responses((status = 200, description = "The file", body = String, content_type = "text/csv"), Problems))]
async fn export_csv(
    State(s): State<Services>,
    Caller(actor): Caller,
    Id(id): Id<InterviewId>,
    query: Query,
) -> ApiResult<Response> {
    export(&s, &actor, id, query, ExportFormat::Csv).await
}

async fn export(
    s: &Services,
    actor: &Actor,
    id: InterviewId,
    mut query: Query,
    format: ExportFormat,
) -> ApiResult<Response> {
    let filter = filter::filter(&mut query);
    let order = filter::order(&mut query);
    query.done()?;
    let file = sessions::export(s, actor, id, &filter, order, &[], format).await?;
    Ok(downloads::send(file, format, s.now()))
}

/// List the attempts of a candidate
///
/// All of them, newest first.
#[utoipa::path(get, path = "/candidates/{id}/sessions", tag = "Sessions", params(("id" = CandidateId, Path,)),
    responses((status = 200, description = "All attempts", body = Page<Session>), Problems))]
async fn of_candidate(
    State(s): State<Services>,
    Caller(actor): Caller,
    Id(id): Id<CandidateId>,
    query: Query,
) -> ApiResult<Json<Page<Session>>> {
    query.whole()?;
    let items = sessions::of_candidate(&s, &actor, id).await?;
    Ok(Json(Page {
        items,
        next_cursor: None,
    }))
}

/// Read a session
#[utoipa::path(get, path = "/sessions/{id}", tag = "Sessions", params(("id" = SessionId, Path,)),
    responses((status = 200, description = "The session", body = Session), Problems))]
async fn get(State(s): State<Services>, Caller(actor): Caller, Id(id): Id<SessionId>) -> ApiResult<Json<Session>> {
    Ok(Json(sessions::get(&s, &actor, id).await?))
}

/// Read a transcript
///
/// Always whole.
#[utoipa::path(get, path = "/sessions/{id}/transcript", tag = "Sessions", params(("id" = SessionId, Path,)),
    responses((status = 200, description = "All turns, in order", body = Transcript), Problems))]
async fn transcript(
    State(s): State<Services>,
    Caller(actor): Caller,
    Id(id): Id<SessionId>,
    query: Query,
) -> ApiResult<Json<Transcript>> {
    query.whole()?;
    Ok(Json(sessions::transcript(&s, &actor, id).await?))
}

/// List what happened to a session
///
/// Who, when and why, in codes; oldest first. Of very many the first and the last 300.
#[utoipa::path(get, path = "/sessions/{id}/events", tag = "Sessions", params(("id" = SessionId, Path,)),
    responses((status = 200, description = "The events", body = Page<SessionEvent>), Problems))]
async fn events(
    State(s): State<Services>,
    Caller(actor): Caller,
    Id(id): Id<SessionId>,
    query: Query,
) -> ApiResult<Json<Page<SessionEvent>>> {
    query.whole()?;
    let items = sessions::events(&s, &actor, id).await?;
    Ok(Json(Page {
        items,
        next_cursor: None,
    }))
}

/// End a session in progress
///
/// What was answered stays and is analysed.
#[utoipa::path(post, path = "/sessions/{id}/end", tag = "Sessions",
    params(
        ("id" = SessionId, Path,),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request harmless"),
    ),
    responses((status = 200, description = "The session, completed", body = Session), Problems))]
async fn end(State(s): State<Services>, Caller(actor): Caller, Id(id): Id<SessionId>) -> ApiResult<Response> {
    let session = sessions::end(&s, &actor, id).await?;
    Ok(reply::changed(&format!("/sessions/{id}"), &session))
}

/// What was decided about a candidate.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewDecision {
    /// What.
    verdict: Verdict,
    /// In words.
    #[serde(default)]
    reason: String,
}

/// Read the decision
///
/// Not found before there is one.
#[utoipa::path(get, path = "/sessions/{id}/decision", tag = "Sessions", params(("id" = SessionId, Path,)),
    responses((status = 200, description = "The decision as it stands", body = Decision), Problems))]
async fn read_decision(
    State(s): State<Services>,
    Caller(actor): Caller,
    Id(id): Id<SessionId>,
) -> ApiResult<Json<Decision>> {
    sessions::decision(&s, &actor, id)
        .await?
        .map(Json)
        .ok_or_else(ApiError::not_found)
}

/// Decide
///
/// Apart from any score, by a person; deciding again replaces; earlier decisions are kept.
#[utoipa::path(put, path = "/sessions/{id}/decision", tag = "Sessions", params(("id" = SessionId, Path,)),
    request_body = NewDecision,
    responses((status = 200, description = "The decision as it stands", body = Decision), Problems))]
async fn decide(
    State(s): State<Services>,
    Caller(actor): Caller,
    Id(id): Id<SessionId>,
    ApiJson(NewDecision { verdict, reason }): ApiJson<NewDecision>,
) -> ApiResult<Json<Decision>> {
    Ok(Json(sessions::decide(&s, &actor, id, verdict, &reason).await?))
}
