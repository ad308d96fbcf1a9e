//! What models were used for: recorded call by call, in ids and codes, and added up for people.

use super::port::{End, Request};
use crate::{
    Services,
    db::Priority,
    entity::{ai_call, workspace},
    error::{Result, ServiceError},
};
use parley_domain::{
    account::{Action, Actor},
    ai::{AiUsage, AiUsageItem, Purpose},
    id::WorkspaceId,
    time::{DAY, Timestamp},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, Func},
};
use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
};
use uuid::Uuid;

/// Records that wait for the database at most; older ones are dropped.
const WAITING_MAX: usize = 10_000;
/// Most days that are added up.
pub const DAYS_MAX: u32 = 366;

/// One call that ended.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    pub workspace: WorkspaceId,
    pub purpose: Purpose,
    pub subject: Option<Uuid>,
    pub model: String,
    pub outcome: &'static str,
    pub failed: bool,
    pub tries: i32,
    pub latency_ms: i64,
    pub first_ms: Option<i64>,
    pub input: Option<i64>,
    pub output: Option<i64>,
    pub at: Timestamp,
}

impl Entry {
    pub(super) fn new(request: &Request, model: &str) -> Self {
        Self {
            workspace: request.workspace,
            purpose: request.purpose,
            subject: request.subject,
            model: model.to_owned(),
            outcome: "abandoned",
            failed: true,
            tries: 0,
            latency_ms: 0,
            first_ms: None,
            input: None,
            output: None,
            at: Timestamp::default(),
        }
    }

    /// Notes what is known at the end.
    pub(super) fn take(&mut self, end: &End) {
        if !end.model.is_empty() {
            self.model = end.model.chars().take(parley_domain::ai::AI_MODEL_MAX).collect();
        }
        self.input = end.usage.input;
        self.output = end.usage.output;
    }
}

/// Calls that ended and are not in the database yet.
#[derive(Debug, Default)]
pub(super) struct Ledger(Mutex<Vec<Entry>>);

impl Ledger {
    fn waiting(&self) -> std::sync::MutexGuard<'_, Vec<Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn push(&self, entry: Entry) {
        let mut waiting = self.waiting();
        if waiting.len() >= WAITING_MAX {
            waiting.remove(0);
        }
        waiting.push(entry);
    }

    fn take(&self, which: impl Fn(&Entry) -> bool) -> Vec<Entry> {
        let mut waiting = self.waiting();
        let (taken, left) = std::mem::take(&mut *waiting).into_iter().partition(which);
        *waiting = left;
        taken
    }
}

/// Writes what waits about `subject`, in the caller's transaction.
///
/// # Errors
/// When the database fails.
pub(crate) async fn store(s: &Services, tx: &impl ConnectionTrait, subject: Uuid) -> Result<()> {
    insert(s, tx, s.ai.0.ledger.take(|entry| entry.subject == Some(subject))).await
}

/// Writes everything that waits. What cannot be written waits on; nobody is stopped by it.
pub(crate) async fn flush(s: &Services) {
    let entries = s.ai.0.ledger.take(|_| true);
    if entries.is_empty() {
        return;
    }
    let result = async {
        let tx = s.db.write(Priority::Background).await?;
        insert(s, &*tx, entries.clone()).await?;
        tx.commit().await
    }
    .await;
    if let Err(error) = result {
        tracing::warn!(%error, "the use of the AI model could not be recorded; it is tried again");
        entries.into_iter().for_each(|entry| s.ai.0.ledger.push(entry));
    }
}

async fn insert(s: &Services, tx: &impl ConnectionTrait, mut entries: Vec<Entry>) -> Result<()> {
    if entries.is_empty() {
        return Ok(());
    }
    // What was used for a workspace that was deleted meanwhile is nobody's, and must not hold up the others'.
    let named: HashSet<Uuid> = entries.iter().map(|entry| entry.workspace.0).collect();
    let there: Vec<Uuid> = workspace::Entity::find()
        .select_only()
        .column(workspace::Column::Id)
        .filter(workspace::Column::Id.is_in(named))
        .filter(workspace::Column::DeletedAt.is_null())
        .into_tuple()
        .all(tx)
        .await?;
    entries.retain(|entry| there.contains(&entry.workspace.0));
    let now = s.now().millis();
    for chunk in entries.chunks(500) {
        let rows = chunk
            .iter()
            .map(|entry| {
                Ok(ai_call::ActiveModel {
                    id: Set(s.new_id()?),
                    workspace_id: Set(entry.workspace.0),
                    purpose: Set(entry.purpose.as_str().to_owned()),
                    model: Set(entry.model.clone()),
                    subject_id: Set(entry.subject),
                    outcome: Set(entry.outcome.to_owned()),
                    failed: Set(entry.failed),
                    tries: Set(entry.tries),
                    latency_ms: Set(entry.latency_ms),
                    first_ms: Set(entry.first_ms),
                    input_tokens: Set(entry.input),
                    output_tokens: Set(entry.output),
                    at: Set(entry.at.millis()),
                    created_at: Set(now),
                    updated_at: Set(now),
                })
            })
            .collect::<Result<Vec<_>>>()?;
        ai_call::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    Ok(())
}

#[derive(FromQueryResult)]
struct Sum {
    purpose: String,
    model: String,
    calls: i64,
    failed: i64,
    input_tokens: i64,
    output_tokens: i64,
    total_ms: i64,
    slowest_ms: i64,
}

/// What the workspace used in the last `days` days (1 to [`DAYS_MAX`]), per purpose and model.
///
/// # Errors
/// A role that may not read; a number of days out of range.
pub async fn summary(s: &Services, actor: &Actor, days: u32) -> Result<AiUsage> {
    let workspace = s.allow_own(actor, Action::Read)?;
    if !(1..=DAYS_MAX).contains(&days) {
        return Err(ServiceError::invalid("days", format!("Choose 1 to {DAYS_MAX} days.")));
    }
    flush(s).await;
    let since = s.now().plus(-i64::from(days) * DAY).millis();
    // Sums of BIGINT are NUMERIC on PostgreSQL.
    let sum = |column: ai_call::Column| Func::coalesce([column.sum(), Expr::val(0_i64)]);
    let whole = |sum: sea_orm::sea_query::FunctionCall| Expr::expr(sum).cast_as("bigint");
    let failures = Expr::case(ai_call::Column::Failed.eq(true), 1_i64).finally(0_i64);
    let sums = ai_call::Entity::find()
        .select_only()
        .column(ai_call::Column::Purpose)
        .column(ai_call::Column::Model)
        .column_as(ai_call::Column::Id.count(), "calls")
        .column_as(Expr::expr(Func::sum(failures)).cast_as("bigint"), "failed")
        .column_as(whole(sum(ai_call::Column::InputTokens)), "input_tokens")
        .column_as(whole(sum(ai_call::Column::OutputTokens)), "output_tokens")
        .column_as(whole(sum(ai_call::Column::LatencyMs)), "total_ms")
        .column_as(ai_call::Column::LatencyMs.max(), "slowest_ms")
        .filter(ai_call::Column::WorkspaceId.eq(workspace.0))
        .filter(ai_call::Column::At.gte(since))
        .group_by(ai_call::Column::Purpose)
        .group_by(ai_call::Column::Model)
        .order_by_asc(ai_call::Column::Purpose)
        .order_by_asc(ai_call::Column::Model)
        .into_model::<Sum>()
        .all(s.db.read())
        .await?;
    let mut items = sums
        .into_iter()
        .map(|sum| {
            Ok(AiUsageItem {
                purpose: sum
                    .purpose
                    .parse()
                    .map_err(|e: String| ServiceError::internal(anyhow::anyhow!(e)))?,
                model: sum.model,
                calls: sum.calls,
                failed: sum.failed,
                input_tokens: sum.input_tokens,
                output_tokens: sum.output_tokens,
                mean_ms: sum.total_ms.checked_div(sum.calls).unwrap_or(0),
                slowest_ms: sum.slowest_ms,
            })
        })
        .collect::<Result<Vec<_>>>()?;
    items.sort_by_key(|item| std::cmp::Reverse(item.calls));
    Ok(AiUsage { days, items })
}
