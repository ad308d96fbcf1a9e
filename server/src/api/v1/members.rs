//! Members of the workspace.

use crate::api::{
    auth::Caller,
    doc::Problems,
    error::ApiResult,
    extract::{ApiJson, Id, Query},
    reply,
    routes::{Purpose, routes},
};
use axum::{Json, extract::State, response::Response};
use parley_domain::{account::Role, id::UserId, member::Member, paging::Page};
use parley_services::{Services, accounts};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;

pub(super) fn routes(purpose: Purpose) -> OpenApiRouter<Services> {
    OpenApiRouter::new()
        .routes(routes!(purpose: list))
        .routes(routes!(purpose: change, remove))
}

/// What of a membership can be changed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MembershipChange {
    /// The new role.
    role: Role,
}

/// List members
///
/// All of them, by name.
#[utoipa::path(get, path = "/members", tag = "Members",
    responses((status = 200, description = "All members", body = Page<Member>), Problems))]
async fn list(State(s): State<Services>, Caller(actor): Caller, query: Query) -> ApiResult<Json<Page<Member>>> {
    query.whole()?;
    let items = accounts::members(&s, &actor).await?;
    Ok(Json(Page {
        items,
        next_cursor: None,
    }))
}

/// Change a member's role
///
/// Owners are changed by owners only, and a workspace keeps one.
#[utoipa::path(patch, path = "/members/{id}", tag = "Members", params(("id" = UserId, Path,)),
    request_body = MembershipChange,
    responses((status = 200, description = "The member as they are now", body = Member), Problems))]
async fn change(
    State(s): State<Services>,
    Caller(actor): Caller,
    Id(id): Id<UserId>,
    ApiJson(MembershipChange { role }): ApiJson<MembershipChange>,
) -> ApiResult<Json<Member>> {
    Ok(Json(accounts::change_role(&s, &actor, id, role).await?))
}

/// Remove a member
///
/// What they did stays; the API keys that they made end at once. A workspace keeps an owner.
#[utoipa::path(delete, path = "/members/{id}", tag = "Members", params(("id" = UserId, Path,)),
    responses((status = 204, description = "Removed"), Problems))]
async fn remove(State(s): State<Services>, Caller(actor): Caller, Id(id): Id<UserId>) -> ApiResult<Response> {
    accounts::remove_member(&s, &actor, id).await?;
    Ok(reply::done())
}
