//! Reading the ledger.

use super::ledger::open_account;
use crate::{
    Services,
    accounts::zone_of,
    entity::{token_account, token_entry},
    error::{Result, ServiceError},
    paging,
};
use parley_domain::{
    account::{Action, Actor},
    paging::{Page, PageRequest},
    time::{DAY, Timestamp},
    token::{DaySpend, EntryKind, TokenAccount, TokenEntry},
};
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait, Func},
};

/// Spends are summed in the database by quarters of an hour, which every time zone's days are made of.
const QUARTER: i64 = 900_000;
/// The quarter that an entry falls into. Written out: two equal values that are bound are not the same to PostgreSQL.
const QUARTER_OF: &str = "created_at / 900000";

/// What one resume costs; 0 is free.
#[must_use]
pub fn per_resume(s: &Services) -> i64 {
    Ord::max(s.config.tokens_per_resume, 0)
}

/// What the workspace can spend, what is set aside, and what things cost.
///
/// # Errors
/// A role that may not read.
pub async fn account(s: &Services, actor: &Actor) -> Result<TokenAccount> {
    let workspace = s.allow_own(actor, Action::Read)?;
    let row = token_account::Entity::find()
        .filter(token_account::Column::WorkspaceId.eq(workspace.0))
        .one(s.db.read())
        .await?;
    let (balance, reserved) = match row {
        Some(row) => (row.available, row.reserved),
        None => {
            let made = open_account(s, workspace).await?;
            (made.available, made.reserved)
        }
    };
    Ok(TokenAccount {
        balance,
        reserved,
        per_resume: per_resume(s),
    })
}

fn seen(row: token_entry::Model) -> Result<TokenEntry> {
    let unknown = |word: String| ServiceError::internal(anyhow::anyhow!("stored entry: {word}"));
    Ok(TokenEntry {
        seq: row.seq,
        kind: row.kind.parse().map_err(unknown)?,
        amount: row.amount,
        reference: row.reference,
        note: row.note,
        balance: row.available_after,
        reserved: row.reserved_after,
        at: Timestamp::from_millis(row.created_at),
    })
}

/// A page of entries, newest first.
///
/// # Errors
/// A role that may not read; a limit or cursor that is none.
pub async fn entries(s: &Services, actor: &Actor, request: &PageRequest) -> Result<Page<TokenEntry>> {
    let workspace = s.allow_own(actor, Action::Read)?;
    let limit = paging::rows(request)?;
    // So that the first page of a new workspace shows what it was given.
    account(s, actor).await?;
    let mut query = token_entry::Entity::find().filter(token_entry::Column::WorkspaceId.eq(workspace.0));
    if let Some(cursor) = &request.cursor {
        let last: i64 = paging::decode(cursor)?;
        query = query.filter(token_entry::Column::Seq.lt(last));
    }
    let found = query
        .order_by_desc(token_entry::Column::Seq)
        .limit(limit + 1)
        .all(s.db.read())
        .await?;
    let page = paging::page(found, limit, |row| row.seq)?;
    let items: Result<Vec<TokenEntry>> = page.items.into_iter().map(seen).collect();
    Ok(Page {
        items: items?,
        next_cursor: page.next_cursor,
    })
}

/// What was spent on each of the last `days` days of the reader's time zone, oldest first, today last.
///
/// # Errors
/// A role that may not read.
pub async fn spend_by_day(s: &Services, actor: &Actor, days: u16) -> Result<Vec<DaySpend>> {
    let workspace = s.allow_own(actor, Action::Read)?;
    let (zone, now) = (zone_of(s, actor).await?, s.now());
    let dates = zone.last_days(now, days);
    let since = dates
        .first()
        .and_then(|(date, _)| zone.day_start(date))
        .unwrap_or(now.plus(-i64::from(days) * DAY));
    let quarter = || Expr::cust(QUARTER_OF);
    let sums: Vec<(i64, i64)> = token_entry::Entity::find()
        .select_only()
        .expr_as(quarter(), "quarter")
        // SUM of 64-bit numbers is a decimal on PostgreSQL.
        .expr_as(
            Func::cast_as(Expr::col(token_entry::Column::Amount).sum(), "bigint"),
            "spent",
        )
        .filter(token_entry::Column::WorkspaceId.eq(workspace.0))
        .filter(token_entry::Column::Kind.eq(EntryKind::Commit.as_str()))
        .filter(token_entry::Column::CreatedAt.gte(since.millis()))
        .group_by(quarter())
        .into_tuple()
        .all(s.db.read())
        .await?;
    let mut spends: Vec<DaySpend> = dates
        .into_iter()
        .map(|(date, label)| DaySpend { date, label, spent: 0 })
        .collect();
    for (quarter, spent) in sums {
        let stamp = zone.stamp(Timestamp::from_millis(quarter * QUARTER));
        let date = stamp.get(..10).unwrap_or_default();
        if let Some(day) = spends.iter_mut().find(|day| day.date == date) {
            day.spent += spent;
        }
    }
    Ok(spends)
}
