//! AI tokens: the balance, its entries, and where they went.

use crate::error::AppError;
use leptos::prelude::*;
use parley_domain::{
    time::ShownTime,
    token::{DaySpend, TokenAccount, TokenEntry},
};
use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
use crate::server_fns as door;
#[cfg(feature = "ssr")]
use parley_services::tokens as service;

/// An entry with its time in words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EntryRow {
    /// The entry.
    pub entry: TokenEntry,
    /// When.
    pub at: ShownTime,
}

/// The Usage page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UsageSeen {
    /// Balance, what is set aside, prices.
    pub account: TokenAccount,
    /// The last 30 days, oldest first.
    pub days: Vec<DaySpend>,
    /// A page of entries, newest first.
    pub entries: Vec<EntryRow>,
    /// Leads to older ones.
    pub next: Option<String>,
}

/// What a workspace has and where it went; `cursor` leads to older entries.
#[server(endpoint = "usage")]
pub async fn read_usage(workspace: String, #[server(default)] cursor: String) -> Result<UsageSeen, AppError> {
    let (s, actor) = door::who(&workspace).await?;
    let zone = parley_services::accounts::zone_of(&s, &actor).await?;
    let request = parley_domain::paging::PageRequest {
        limit: None,
        cursor: Some(cursor).filter(|cursor| !cursor.is_empty()),
    };
    let page = service::entries(&s, &actor, &request).await?;
    let now = s.now();
    Ok(UsageSeen {
        account: service::account(&s, &actor).await?,
        days: service::spend_by_day(&s, &actor, 30).await?,
        entries: page
            .items
            .into_iter()
            .map(|entry| EntryRow {
                at: zone.shown(entry.at, now),
                entry,
            })
            .collect(),
        next: page.next_cursor,
    })
}

/// What a workspace can spend, and what things cost.
#[server(endpoint = "usage/account")]
pub async fn read_account(workspace: String) -> Result<TokenAccount, AppError> {
    let (s, actor) = door::who(&workspace).await?;
    Ok(service::account(&s, &actor).await?)
}
