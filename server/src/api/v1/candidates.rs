//! Candidates of an interview.

use crate::api::{
    auth::Caller,
    doc::Problems,
    error::{ApiError, ApiResult},
    extract::{AnyJson, ApiJson, Id, Query},
    idempotency::{Chosen, Parts},
    reply,
    routes::{Purpose, routes},
};
use axum::{Extension, Json, extract::State, response::Response};
use parley_domain::{
    candidate::{Candidate, CandidateInput, Source},
    id::{CandidateId, InterviewId},
    link::LinkExpiry,
    paging::Page,
};
use parley_services::{
    Services,
    candidates::{self, DeletedCandidate, OnDuplicate},
    input,
};
use utoipa_axum::router::OpenApiRouter;

mod many;

pub(super) fn routes(purpose: Purpose) -> OpenApiRouter<Services> {
    OpenApiRouter::new()
        .routes(routes!(purpose: list, create))
        .routes(routes!(purpose: get, patch, delete))
        .routes(routes!(purpose: restore))
        .routes(routes!(purpose: erase))
        .routes(routes!(purpose: replace_link, extend_link))
        .routes(routes!(purpose: deleted))
}

fn path(id: CandidateId) -> String {
    format!("/candidates/{id}")
}

/// List the candidates of an interview
///
/// By id, newest first, each with the current attempt: last added first, but for imported candidates, whose ids are made when
/// the file is uploaded. `GET /interviews/{id}/sessions` filters, searches and sorts, also by when they were added.
#[utoipa::path(get, path = "/interviews/{id}/candidates", tag = "Candidates",
    params(
        ("id" = InterviewId, Path,),
        ("limit" = Option<u64>, Query, minimum = 1, maximum = 200, description = "Rows of the page; 50 where left out"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before"),
    ),
    responses((status = 200, description = "A page", body = Page<Candidate>), Problems))]
async fn list(
    State(s): State<Services>,
    Caller(actor): Caller,
    Id(id): Id<InterviewId>,
    mut query: Query,
) -> ApiResult<Json<Page<Candidate>>> {
    let page = query.page();
    query.done()?;
    Ok(Json(candidates::list(&s, &actor, id, &page).await?))
}

/// Add candidates
///
/// One object adds one; an email that is already on the interview is refused with `existing_id` unless
/// `on_duplicate=add`. An array of up to 1,000 adds each that can be added and says what became of every one.
#[utoipa::path(post, path = "/interviews/{id}/candidates", tag = "Candidates",
    params(
        ("id" = InterviewId, Path,),
        ("on_duplicate" = inline(Option<many::OnDuplicateWord>), Query, description = "What to do when the email is already here"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request harmless"),
    ),
    request_body = many::OneOrMany,
    responses(
        (status = 201, description = "The candidate, where one was sent", body = Candidate),
        (status = 200, description = "The fate of each, where an array was sent", body = many::Fates),
        Problems,
    ))]
async fn create(
    State(s): State<Services>,
    Caller(actor): Caller,
    Id(id): Id<InterviewId>,
    mut query: Query,
    done_before: Option<Extension<Parts>>,
    Chosen(made): Chosen,
    AnyJson(body): AnyJson,
) -> ApiResult<Response> {
    let on_duplicate = query
        .value("on_duplicate")
        .map_or(OnDuplicate::Refuse, many::OnDuplicateWord::into);
    query.done()?;
    match body {
        serde_json::Value::Array(entries) => match done_before {
            None => many::create(&s, &actor, id, entries, on_duplicate, made.into()).await,
            Some(Extension(Parts(parts))) => many::answer_again(&s, &actor, entries, parts).await,
        },
        one => {
            let input: CandidateInput = input::parse(one)?;
            let candidate =
                candidates::create_as(&s, &actor, made.into(), id, input, Source::Api, on_duplicate).await?;
            Ok(reply::created(&path(candidate.id), &candidate))
        }
    }
}

/// Read a candidate
#[utoipa::path(get, path = "/candidates/{id}", tag = "Candidates", params(("id" = CandidateId, Path,)),
    responses((status = 200, description = "The candidate with the current attempt", body = Candidate), Problems))]
async fn get(State(s): State<Services>, Caller(actor): Caller, Id(id): Id<CandidateId>) -> ApiResult<Json<Candidate>> {
    Ok(Json(candidates::get(&s, &actor, id).await?))
}

/// Change a candidate
///
/// A JSON merge patch over the fields of a person: what is not named stays, `null` clears.
#[utoipa::path(patch, path = "/candidates/{id}", tag = "Candidates", params(("id" = CandidateId, Path,)),
    request_body(content(
        (CandidateInput = "application/json"),
        (CandidateInput = "application/merge-patch+json"),
    )),
    responses((status = 200, description = "The candidate as they are now", body = Candidate), Problems))]
async fn patch(
    State(s): State<Services>,
    Caller(actor): Caller,
    Id(id): Id<CandidateId>,
    AnyJson(change): AnyJson,
) -> ApiResult<Json<Candidate>> {
    Ok(Json(candidates::patch(&s, &actor, id, &change).await?))
}

/// Delete a candidate
///
/// With all sessions, transcripts and files. The link stops at once; for 30 days everything can be restored.
#[utoipa::path(delete, path = "/candidates/{id}", tag = "Candidates", params(("id" = CandidateId, Path,)),
    responses((status = 204, description = "Deleted"), Problems))]
async fn delete(State(s): State<Services>, Caller(actor): Caller, Id(id): Id<CandidateId>) -> ApiResult<Response> {
    if candidates::delete(&s, &actor, &[id]).await?.is_empty() {
        return Err(ApiError::not_found());
    }
    Ok(reply::done())
}

/// Restore a deleted candidate
///
/// As they were, with the same link. One that is not deleted is answered as it is.
#[utoipa::path(post, path = "/candidates/{id}/restore", tag = "Candidates",
    params(
        ("id" = CandidateId, Path,),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request harmless"),
    ),
    responses((status = 200, description = "The candidate", body = Candidate), Problems))]
async fn restore(State(s): State<Services>, Caller(actor): Caller, Id(id): Id<CandidateId>) -> ApiResult<Response> {
    candidates::restore(&s, &actor, &[id]).await?;
    let candidate = candidates::get(&s, &actor, id).await?;
    Ok(reply::changed(&path(id), &candidate))
}

/// Erase a deleted candidate
///
/// At once and for good, for admins; what is not deleted first is not found.
#[utoipa::path(post, path = "/candidates/{id}/erase", tag = "Candidates",
    params(
        ("id" = CandidateId, Path,),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request harmless"),
    ),
    responses((status = 204, description = "Gone"), Problems))]
async fn erase(State(s): State<Services>, Caller(actor): Caller, Id(id): Id<CandidateId>) -> ApiResult<Response> {
    match candidates::erase(&s, &actor, &[id]).await? {
        0 => Err(ApiError::not_found()),
        _ => Ok(reply::done()),
    }
}

/// Replace the invite link
///
/// The old one stops at once, also for somebody inside.
#[utoipa::path(post, path = "/candidates/{id}/link", tag = "Candidates",
    params(
        ("id" = CandidateId, Path,),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request harmless"),
    ),
    responses((status = 200, description = "The candidate with the new link", body = Candidate), Problems))]
async fn replace_link(
    State(s): State<Services>,
    Caller(actor): Caller,
    Id(id): Id<CandidateId>,
) -> ApiResult<Response> {
    let candidate = candidates::replace_link(&s, &actor, id).await?;
    Ok(reply::changed(&path(id), &candidate))
}

/// Until when an invite link works.
#[derive(Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LinkEnd {
    /// The new end.
    expires: LinkExpiry,
}

/// Change until when the invite link works
///
/// `{"expires": {"in_days": 14}}`, `{"expires": {"at": "2026-12-24T18:00:00Z"}}` or `{"expires": "never"}`. The link
/// itself stays the same; one that has expired works again.
#[utoipa::path(patch, path = "/candidates/{id}/link", tag = "Candidates", params(("id" = CandidateId, Path,)),
    request_body = LinkEnd,
    responses((status = 200, description = "The candidate as they are now", body = Candidate), Problems))]
async fn extend_link(
    State(s): State<Services>,
    Caller(actor): Caller,
    Id(id): Id<CandidateId>,
    ApiJson(body): ApiJson<LinkEnd>,
) -> ApiResult<Json<Candidate>> {
    Ok(Json(candidates::extend_link(&s, &actor, id, body.expires).await?))
}

/// List the deleted candidates of an interview
///
/// Last deleted first, those of the last 30 days.
#[utoipa::path(get, path = "/interviews/{id}/candidates/deleted", tag = "Candidates",
    params(
        ("id" = InterviewId, Path,),
        ("limit" = Option<u64>, Query, minimum = 1, maximum = 200, description = "Rows of the page; 50 where left out"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before"),
    ),
    responses((status = 200, description = "A page", body = Page<many::Deleted>), Problems))]
async fn deleted(
    State(s): State<Services>,
    Caller(actor): Caller,
    Id(id): Id<InterviewId>,
    mut query: Query,
) -> ApiResult<Json<Page<DeletedCandidate>>> {
    let page = query.page();
    query.done()?;
    Ok(Json(candidates::deleted_page(&s, &actor, id, &page).await?))
}
