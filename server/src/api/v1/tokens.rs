//! AI tokens: what a workspace has and where it went. Granted from the command line only.

use crate::api::{
    auth::Caller,
    doc::Problems,
    error::ApiResult,
    extract::Query,
    routes::{Purpose, routes},
};
use axum::{Json, extract::State};
use parley_domain::{
    paging::Page,
    token::{TokenAccount, TokenEntry},
};
use parley_services::{Services, tokens};
use utoipa_axum::router::OpenApiRouter;

pub(super) fn routes(purpose: Purpose) -> OpenApiRouter<Services> {
    OpenApiRouter::new()
        .routes(routes!(purpose: account))
        .routes(routes!(purpose: entries))
}

/// Read the balance
///
/// `balance` is what can be spent now; `reserved` is set aside for work under way and not part of it.
#[utoipa::path(get, path = "/tokens", tag = "AI tokens",
    responses((status = 200, description = "The account", body = TokenAccount), Problems))]
async fn account(State(s): State<Services>, Caller(actor): Caller) -> ApiResult<Json<TokenAccount>> {
    Ok(Json(tokens::account(&s, &actor).await?))
}

/// List the ledger's entries
///
/// Newest first. Each reference is reserved once, and then either committed or refunded.
#[utoipa::path(get, path = "/tokens/entries", tag = "AI tokens",
    params(
        ("limit" = Option<u64>, Query, minimum = 1, maximum = 200, description = "Rows of the page; 50 where left out"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before"),
    ),
    responses((status = 200, description = "A page", body = Page<TokenEntry>), Problems))]
async fn entries(
    State(s): State<Services>,
    Caller(actor): Caller,
    mut query: Query,
) -> ApiResult<Json<Page<TokenEntry>>> {
    let page = query.page();
    query.done()?;
    Ok(Json(tokens::entries(&s, &actor, &page).await?))
}
