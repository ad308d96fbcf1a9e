//! Taking an import back: what nobody has used goes or returns to what it was, the rest stays and is counted.

use super::{
    commit::{Changes, reason, values},
    run::Step,
    store,
};
use crate::{
    Services, candidates,
    entity::{candidate, import, import_row, session},
    error::{Result, ServiceError},
};
use parley_domain::{
    id::{CandidateId, WorkspaceId},
    import::{ImportState, RowResult},
    session::Status,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr,
};
use serde_json::Value;
use std::collections::HashSet;
use uuid::Uuid;

/// Takes back the next rows after number `after`.
pub(super) async fn take_back(
    tx: &impl ConnectionTrait,
    s: &Services,
    import: &mut import::Model,
    after: i32,
    most: usize,
) -> Result<Step> {
    let rows = import_row::Entity::find()
        .filter(import_row::Column::ImportId.eq(import.id))
        .filter(import_row::Column::Number.gt(after))
        .filter(import_row::Column::Result.is_in([RowResult::Added.as_str(), RowResult::Updated.as_str()]))
        // What an earlier, interrupted round has done carries its reason.
        .filter(import_row::Column::Reason.is_null())
        .order_by_asc(import_row::Column::Number)
        .limit(most as u64)
        .all(tx)
        .await?;
    let Some(last) = rows.last().map(|row| row.number) else {
        return Ok(Step::Finished(ImportState::Undone));
    };
    let is_added = |row: &import_row::Model| row.result.as_deref() == Some(RowResult::Added.as_str());
    let (added, updated): (Vec<_>, Vec<_>) = rows.into_iter().partition(is_added);
    // Whoever was merged into another entry is that one now, which stays.
    let is_another = |row: &import_row::Model| row.candidate_id.is_some_and(|of| of != row.id);
    let (merged, added): (Vec<_>, Vec<_>) = added.into_iter().partition(is_another);
    let added: Vec<Uuid> = added.into_iter().map(|row| row.id).collect();
    let mut restored = Vec::new();
    let mut kept: Vec<Uuid> = merged.into_iter().map(|row| row.id).collect();
    for row in updated {
        if restore(tx, s, WorkspaceId(import.workspace_id), &row).await? {
            &mut restored
        } else {
            &mut kept
        }
        .push(row.id);
    }
    lock(tx, &added).await?;
    let begun = begun(tx, &added).await?;
    let (stay, go): (Vec<Uuid>, Vec<Uuid>) = added.into_iter().partition(|id| begun.contains(id));
    remove(tx, s, go.clone()).await?;
    kept.extend(stay);
    let count = |rows: &[Uuid]| i32::try_from(rows.len()).unwrap_or(i32::MAX);
    import.removed += count(&go);
    import.restored += count(&restored);
    import.kept += count(&kept);
    for (rows, why) in [
        (go, reason::REMOVED),
        (restored, reason::RESTORED),
        (kept, reason::KEPT),
    ] {
        for piece in store::pieces(rows) {
            import_row::Entity::update_many()
                .col_expr(import_row::Column::Reason, Expr::value(why))
                .filter(import_row::Column::Id.is_in(piece))
                .exec(tx)
                .await?;
        }
    }
    Ok(Step::More(last))
}

/// Locks those who are still there (PostgreSQL; SQLite has one writer): whoever starts at this moment has begun by the time
/// that somebody looks, or finds their link gone.
async fn lock(tx: &impl ConnectionTrait, candidates: &[Uuid]) -> Result<()> {
    for piece in store::pieces(candidates.to_vec()) {
        candidate::Entity::find()
            .select_only()
            .column(candidate::Column::Id)
            .filter(candidate::Column::Id.is_in(piece))
            .filter(candidate::Column::DeletedAt.is_null())
            .order_by_asc(candidate::Column::Id)
            .lock_exclusive()
            .into_tuple::<Uuid>()
            .all(tx)
            .await?;
    }
    Ok(())
}

/// Those who have begun any attempt.
async fn begun(tx: &impl ConnectionTrait, candidates: &[Uuid]) -> Result<HashSet<Uuid>> {
    let mut found = HashSet::new();
    for piece in store::pieces(candidates.to_vec()) {
        let begun = Condition::any()
            .add(session::Column::Status.ne(Status::NotStarted.as_str()))
            .add(session::Column::Attempt.gt(1));
        let ids: Vec<Option<Uuid>> = session::Entity::find()
            .select_only()
            .column(session::Column::CandidateId)
            .filter(session::Column::CandidateId.is_in(piece))
            .filter(begun)
            .into_tuple()
            .all(tx)
            .await?;
        found.extend(ids.into_iter().flatten());
    }
    Ok(found)
}

/// Deletes like a person would: links stop and counts drop at once, and it can be brought back for 30 days.
async fn remove(tx: &impl ConnectionTrait, s: &Services, candidates: Vec<Uuid>) -> Result<()> {
    for piece in store::pieces(candidates) {
        candidate::Entity::update_many()
            .col_expr(candidate::Column::DeletedAt, Expr::value(s.now().millis()))
            .filter(candidate::Column::Id.is_in(piece.clone()))
            .filter(candidate::Column::DeletedAt.is_null())
            .exec(tx)
            .await?;
        session::Entity::update_many()
            .col_expr(session::Column::Listed, Expr::value(false))
            .filter(session::Column::CandidateId.is_in(piece))
            .exec(tx)
            .await?;
    }
    Ok(())
}

/// Gives a candidate the values back that update changed, unless they were edited since; whether all of them.
async fn restore(
    tx: &impl ConnectionTrait,
    s: &Services,
    workspace: WorkspaceId,
    row: &import_row::Model,
) -> Result<bool> {
    let changes: Changes = row
        .before
        .as_deref()
        .map(serde_json::from_str)
        .transpose()?
        .unwrap_or_default();
    let Some(id) = row.candidate_id else { return Ok(false) };
    let candidate = match candidates::lock_candidate(tx, workspace, CandidateId(id)).await {
        Ok(candidate) => candidate,
        Err(ServiceError::NotFound) => return Ok(false),
        Err(other) => return Err(other),
    };
    let mut fields = values(&candidates::fields(&candidate))?;
    let (mut all, mut any) = (true, false);
    for (field, (old, new)) in changes {
        let slot = fields.entry(field).or_insert(Value::Null);
        if *slot == new {
            *slot = old;
            any = true;
        } else {
            all = false;
        }
    }
    if any {
        candidates::store_fields(tx, s, candidate, serde_json::from_value(Value::Object(fields))?).await?;
    }
    Ok(all)
}
