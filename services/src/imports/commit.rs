//! Writing confirmed rows, a chunk at a time. Decides by what is in the database now, not by what the preview saw: between
//! the two, others may have added the same people.

use super::{
    run::Step,
    store::{self, Here, Judged},
};
use crate::{
    Services,
    candidates::{self, NewCandidate},
    entity::{candidate, import, import_row, interview, session},
    error::{Result, ServiceError},
};
use parley_domain::{
    candidate::{CandidateInput, Source},
    id::{CandidateId, ImportId, WorkspaceId},
    import::{Fate, ImportState, OnDuplicate, RowResult},
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr,
};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// Codes of why a row was skipped.
pub(super) mod reason {
    /// The email is on the interview.
    pub const ALREADY_HERE: &str = "already_here";
    /// The same row of the same file was imported before.
    pub const BEFORE: &str = "imported_before";
    /// An earlier row has the email.
    pub const TWICE: &str = "twice_in_file";
    /// Not reached before the import was cancelled.
    pub const CANCELLED: &str = "cancelled";
    /// Undo took it back.
    pub const REMOVED: &str = "removed";
    /// Undo restored earlier values.
    pub const RESTORED: &str = "restored";
    /// Undo left it.
    pub const KEPT: &str = "kept";
}

/// Changed fields of a candidate: from, to.
pub(super) type Changes = BTreeMap<String, (Value, Value)>;

/// What is to be done with a row.
enum Decision {
    Add { possible_duplicate_of: Option<Uuid> },
    Update(Uuid),
    Skip(&'static str),
}

/// What a chunk gathers before it writes.
#[derive(Default)]
struct Gathered {
    candidates: Vec<candidate::Model>,
    sessions: Vec<session::Model>,
    added: Vec<Uuid>,
    rejected: Vec<Uuid>,
    skipped: HashMap<&'static str, Vec<Uuid>>,
    updated: Vec<(Uuid, Uuid, Changes)>,
}

/// The next rows to write, read and judged.
#[derive(Default)]
pub(super) struct Batch {
    rows: Vec<(import_row::Model, Option<Judged>)>,
}

impl Batch {
    /// The next rows after number `after`, `most` of them.
    pub(super) async fn read(s: &Services, import: &import::Model, after: i32, most: usize) -> Result<Self> {
        let rows = import_row::Entity::find()
            .filter(import_row::Column::ImportId.eq(import.id))
            .filter(import_row::Column::Number.gt(after))
            .filter(import_row::Column::Result.is_null())
            .order_by_asc(import_row::Column::Number)
            .limit(most as u64)
            .all(s.db.read())
            .await?;
        let (columns, year) = (store::columns(import)?, candidates::this_year(s));
        let order = store::name_order(import, &columns)?;
        let judge = |stored: import_row::Model| {
            let judged = Judged::of(store::row_of(&stored)?, &columns, order, year);
            Ok((stored, judged))
        };
        Ok(Self {
            rows: rows.into_iter().map(judge).collect::<Result<_>>()?,
        })
    }
}

/// Writes a batch.
pub(super) async fn write(
    tx: &impl ConnectionTrait,
    s: &Services,
    import: &mut import::Model,
    batch: Batch,
) -> Result<Step> {
    let rows = batch.rows;
    let Some(last) = rows.last().map(|(row, _)| row.number) else {
        return Ok(Step::Finished(ImportState::Done));
    };
    let interview = interview::Entity::find_by_id(import.interview_id)
        .filter(interview::Column::WorkspaceId.eq(import.workspace_id))
        .one(tx)
        .await?
        .ok_or(ServiceError::NotFound)?;
    let policy: OnDuplicate = import.on_duplicate.parse().map_err(store::unknown_word)?;
    let here = store::here(tx, import, rows.iter().filter_map(|(row, _)| row.email_norm.clone())).await?;
    let without_email = rows.iter().map(|(row, _)| row).filter(|row| row.email_norm.is_none());
    let numbers = without_email.filter_map(|row| u32::try_from(row.number).ok());
    let before = store::added_before(tx, import, numbers).await?;
    let mut own: HashMap<String, Uuid> = HashMap::new();
    let mut gathered = Gathered::default();
    for (stored, judged) in rows {
        let (row, fields) = match judged {
            Some(Judged {
                row,
                verdict: Ok(fields),
            }) if stored.fate != Fate::Rejected.as_str() => (row, fields),
            _ => {
                gathered.rejected.push(stored.id);
                continue;
            }
        };
        let same = before
            .get(&row.number)
            .filter(|before| stored.email_norm.is_none() && before.cells == row.cells)
            .map(|before| before.candidate);
        let email = stored.email_norm.clone();
        let mut found = email
            .as_ref()
            .and_then(|email| here.get(email))
            .copied()
            .unwrap_or_default();
        found.own = found
            .own
            .or_else(|| email.as_ref().and_then(|email| own.get(email)).copied());
        found.twin = found.twin.or(same);
        let twice = stored.fate == Fate::TwiceInFile.as_str();
        match decide(found, twice, policy) {
            Decision::Skip(reason::ALREADY_HERE) if same.is_some() => {
                gathered.skipped.entry(reason::BEFORE).or_default().push(stored.id);
            }
            Decision::Skip(why) => gathered.skipped.entry(why).or_default().push(stored.id),
            Decision::Update(twin) => {
                let changes = update(tx, s, WorkspaceId(import.workspace_id), twin, &fields).await?;
                gathered.updated.push((stored.id, twin, changes));
            }
            Decision::Add { possible_duplicate_of } => {
                let new = NewCandidate {
                    import: Some(ImportId(import.id)),
                    possible_duplicate_of: possible_duplicate_of.map(CandidateId),
                    ..NewCandidate::plain(*fields, Source::Imported)
                };
                let (row, session) = candidates::prepare(s, &interview, CandidateId(stored.id), new)?;
                gathered.candidates.push(row);
                gathered.sessions.push(session);
                gathered.added.push(stored.id);
                if let Some(email) = email {
                    own.entry(email).or_insert(stored.id);
                }
            }
        }
    }
    store_chunk(tx, s, import, gathered).await?;
    Ok(Step::More(last))
}

fn decide(here: Here, twice: bool, policy: OnDuplicate) -> Decision {
    let add = |possible_duplicate_of| Decision::Add { possible_duplicate_of };
    if twice || here.own.is_some() {
        return match policy {
            OnDuplicate::Add => add(here.twin.or(here.own)),
            OnDuplicate::Skip | OnDuplicate::Update => Decision::Skip(reason::TWICE),
        };
    }
    match (here.twin, policy) {
        (None, _) => add(here.walk_in),
        (Some(_), OnDuplicate::Skip) => Decision::Skip(reason::ALREADY_HERE),
        (Some(twin), OnDuplicate::Update) => Decision::Update(twin),
        (Some(twin), OnDuplicate::Add) => add(Some(twin)),
    }
}

/// Gives a candidate the row's filled cells; what was changed. Name and email stay: they say who it is.
async fn update(
    tx: &impl ConnectionTrait,
    s: &Services,
    workspace: WorkspaceId,
    id: Uuid,
    fields: &CandidateInput,
) -> Result<Changes> {
    let row = candidates::lock_candidate(tx, workspace, CandidateId(id)).await?;
    let mut merged = values(&candidates::fields(&row))?;
    let mut changes = Changes::new();
    for (field, value) in values(fields)? {
        if matches!(field.as_str(), "name" | "email") || value.is_null() {
            continue;
        }
        let slot = merged.entry(field.clone()).or_insert(Value::Null);
        if *slot != value {
            let old = std::mem::replace(slot, value.clone());
            changes.insert(field, (old, value));
        }
    }
    if !changes.is_empty() {
        candidates::store_fields(tx, s, row, serde_json::from_value(Value::Object(merged))?).await?;
    }
    Ok(changes)
}

/// The fields as a map.
pub(super) fn values(fields: &CandidateInput) -> Result<serde_json::Map<String, Value>> {
    match serde_json::to_value(fields)? {
        Value::Object(map) => Ok(map),
        _ => Err(ServiceError::internal(anyhow::anyhow!(
            "a candidate's fields are no object"
        ))),
    }
}

/// Writes what was gathered, and the import's figures with it.
async fn store_chunk(
    tx: &impl ConnectionTrait,
    s: &Services,
    import: &mut import::Model,
    gathered: Gathered,
) -> Result<()> {
    let count = |rows: usize| i32::try_from(rows).unwrap_or(i32::MAX);
    import.added += count(gathered.added.len());
    import.updated += count(gathered.updated.len());
    import.rejected += count(gathered.rejected.len());
    import.skipped += count(gathered.skipped.values().map(Vec::len).sum());
    for piece in store::pieces(gathered.candidates) {
        candidate::Entity::insert_many(piece.into_iter().map(IntoActiveModel::into_active_model))
            .exec_without_returning(tx)
            .await?;
    }
    for piece in store::pieces(gathered.sessions) {
        session::Entity::insert_many(piece.into_iter().map(IntoActiveModel::into_active_model))
            .exec_without_returning(tx)
            .await?;
    }
    mark(tx, gathered.added, RowResult::Added, None).await?;
    mark(tx, gathered.rejected, RowResult::Rejected, None).await?;
    for (why, rows) in gathered.skipped {
        mark(tx, rows, RowResult::Skipped, Some(why)).await?;
    }
    for (row, twin, changes) in gathered.updated {
        import_row::Entity::update_many()
            .col_expr(import_row::Column::Result, Expr::value(RowResult::Updated.as_str()))
            .col_expr(import_row::Column::CandidateId, Expr::value(twin))
            .col_expr(
                import_row::Column::Before,
                Expr::value(serde_json::to_string(&changes)?),
            )
            .col_expr(import_row::Column::UpdatedAt, Expr::value(s.now().millis()))
            .filter(import_row::Column::Id.eq(row))
            .exec(tx)
            .await?;
    }
    Ok(())
}

async fn mark(tx: &impl ConnectionTrait, rows: Vec<Uuid>, result: RowResult, why: Option<&str>) -> Result<()> {
    for piece in store::pieces(rows) {
        let mut change = import_row::Entity::update_many()
            .col_expr(import_row::Column::Result, Expr::value(result.as_str()))
            .col_expr(import_row::Column::Reason, Expr::value(why));
        if result == RowResult::Added {
            change = change.col_expr(import_row::Column::CandidateId, Expr::col(import_row::Column::Id));
        }
        change.filter(import_row::Column::Id.is_in(piece)).exec(tx).await?;
    }
    Ok(())
}

/// Marks the next rows after number `after` that were not reached as skipped.
pub(super) async fn skip_rest(
    tx: &impl ConnectionTrait,
    import: &mut import::Model,
    after: i32,
    most: usize,
) -> Result<Step> {
    let rest: Vec<(Uuid, i32)> = import_row::Entity::find()
        .select_only()
        .column(import_row::Column::Id)
        .column(import_row::Column::Number)
        .filter(import_row::Column::ImportId.eq(import.id))
        .filter(import_row::Column::Number.gt(after))
        .filter(import_row::Column::Result.is_null())
        .order_by_asc(import_row::Column::Number)
        .limit(most as u64)
        .into_tuple()
        .all(tx)
        .await?;
    let Some((_, last)) = rest.last().copied() else {
        return Ok(Step::Finished(ImportState::Cancelled));
    };
    import.skipped += i32::try_from(rest.len()).unwrap_or(i32::MAX);
    let rest = rest.into_iter().map(|(id, _)| id).collect();
    mark(tx, rest, RowResult::Skipped, Some(reason::CANCELLED)).await?;
    Ok(Step::More(last))
}
