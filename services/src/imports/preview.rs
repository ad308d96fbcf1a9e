//! Changing a preview: another sheet or encoding, another match of the columns, another value in a cell.

use super::{
    intake::{self, Frames, Told},
    matching,
    reader::{Options, limits, without_links},
    store::{self, Judged, Pace},
    view,
};
use crate::{
    Services,
    candidates::this_year,
    db::Priority,
    entity::{import, import_mapping, import_row},
    error::{Result, ServiceError},
};
use parley_domain::{
    account::{Action, Actor},
    id::{ImportId, WorkspaceId},
    import::{CellChange, ColumnMatch, Fate, Field, Import, ImportPatch, ImportRow, ImportState},
    text,
};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, OnConflict},
};
use std::{collections::HashSet, time::Instant};

fn not_in_preview() -> ServiceError {
    ServiceError::conflict(
        "not_in_preview",
        "This import is no longer in preview, so it cannot be changed. Upload the file again for another import.",
    )
}

/// Refuses unless the import is in preview.
fn require_preview(import: &import::Model) -> Result<()> {
    if store::state(import)? == ImportState::Preview {
        Ok(())
    } else {
        Err(not_in_preview())
    }
}

/// Changes how the file is read or what its columns mean, and previews again. Reading another part of the file drops
/// corrected cells, for they belonged to the rows that were read before; a new match keeps them.
///
/// # Errors
/// Values that cannot be, a sheet that cannot be read, an import that is no longer in preview.
pub async fn patch(s: &Services, actor: &Actor, id: ImportId, patch: ImportPatch) -> Result<Import> {
    let workspace = s.allow_own(actor, Action::EditCandidates)?;
    let before = store::find(s.db.read(), workspace, id).await?;
    require_preview(&before)?;
    if let Some(changes) = &patch.mapping {
        // A match that cannot be is said before anything is done: the file is not read another way for it.
        changed_columns(&before, changes)?;
    }
    let (s, actor) = (s.clone(), *actor);
    // A task of its own: it comes to an end even if the caller goes away in the middle.
    let work = async move {
        if let Some(options) = options_of(&before, &patch)? {
            read_again(&s, workspace, &before, &options).await?;
        }
        if let Some(changes) = &patch.mapping {
            match_again(&s, workspace, id, changes).await?;
        }
        if let Some(choice) = patch.on_duplicate {
            let change = Expr::value(choice.as_str());
            let done = import::Entity::update_many()
                .col_expr(import::Column::OnDuplicate, change)
                .filter(import::Column::Id.eq(id.0))
                .filter(import::Column::State.eq(ImportState::Preview.as_str()));
            let tx = s.db.write(Priority::Person).await?;
            if done.exec(&*tx).await?.rows_affected == 0 {
                return Err(not_in_preview());
            }
            tx.commit().await?;
        }
        view::get(&s, &actor, id).await
    };
    tokio::spawn(work).await.map_err(ServiceError::internal)?
}

/// How the file is to be read from now on; `None` if nothing of that changes.
fn options_of(import: &import::Model, patch: &ImportPatch) -> Result<Option<Options>> {
    if patch.sheet.is_none() && patch.header_row.is_none() && patch.encoding.is_none() && patch.separator.is_none() {
        return Ok(None);
    }
    let one = |text: &String| {
        let mut chars = text.chars();
        match (chars.next(), chars.next()) {
            (Some(c), None) => Ok(c),
            _ => Err(ServiceError::invalid("separator", "The separator is one character.")),
        }
    };
    let long = |text: &Option<String>| text.as_ref().is_some_and(|text| text::chars(text) > 200);
    if long(&patch.sheet) || long(&patch.encoding) {
        return Err(ServiceError::invalid("sheet", "This name is too long."));
    }
    let separator = patch
        .separator
        .as_ref()
        .or(import.separator.as_ref())
        .map(one)
        .transpose()?;
    // Another sheet, encoding or separator may have its header elsewhere.
    Ok(Some(Options {
        sheet: patch.sheet.clone().or_else(|| import.sheet.clone()),
        header_row: patch.header_row,
        encoding: patch.encoding.clone().or_else(|| import.encoding.clone()),
        separator,
    }))
}

/// Takes the import out of preview for as long as its rows change; one caller at a time.
async fn begin(s: &Services, id: ImportId) -> Result<()> {
    let tx = s.db.write(Priority::Person).await?;
    let taken = import::Entity::update_many()
        .col_expr(import::Column::State, Expr::value(ImportState::Reading.as_str()))
        .col_expr(import::Column::UpdatedAt, Expr::value(s.now().millis()))
        .filter(import::Column::Id.eq(id.0))
        .filter(import::Column::State.eq(ImportState::Preview.as_str()))
        .exec(&*tx)
        .await?;
    if taken.rows_affected == 0 {
        return Err(not_in_preview());
    }
    tx.commit().await
}

/// Marks a preview that broke off in the middle: half of it must not be confirmed.
async fn broken(s: &Services, id: ImportId) -> Result<()> {
    let tx = s.db.write(Priority::Person).await?;
    import::Entity::update_many()
        .col_expr(import::Column::State, Expr::value(ImportState::Failed.as_str()))
        .col_expr(
            import::Column::Failure,
            Expr::value("The preview could not be completed. Nothing was added. Upload the file again."),
        )
        .filter(import::Column::Id.eq(id.0))
        .exec(&*tx)
        .await?;
    tx.commit().await
}

async fn read_again(s: &Services, workspace: WorkspaceId, before: &import::Model, options: &Options) -> Result<()> {
    // A file that cannot be read this way leaves the preview as it was.
    let spool = intake::extract(s, &store::file_of(s, before.id), options).await?;
    let (opened, mut frames) = Frames::open(spool)?;
    let told = Told::by(s, workspace, opened).await?;
    let id = ImportId(before.id);
    begin(s, id).await?;
    let work = async {
        delete_rows(s, id).await?;
        let mut change = store::find(s.db.read(), workspace, id).await?.into_active_model();
        told.store(&mut change)?;
        let tx = s.db.write(Priority::Person).await?;
        change.update(&*tx).await?;
        tx.commit().await?;
        intake::fill(s, workspace, id, &told.columns, &mut frames).await
    };
    let done = work.await;
    if done.is_err() {
        broken(s, id).await?;
    }
    done
}

async fn delete_rows(s: &Services, id: ImportId) -> Result<()> {
    let mut pace = Pace::new();
    loop {
        let ids: Vec<uuid::Uuid> = import_row::Entity::find()
            .select_only()
            .column(import_row::Column::Id)
            .filter(import_row::Column::ImportId.eq(id.0))
            .limit(pace.rows as u64)
            .into_tuple()
            .all(s.db.read())
            .await?;
        if ids.is_empty() {
            return Ok(());
        }
        let tx = s.db.write(Priority::Background).await?;
        let since = Instant::now();
        delete_these(&*tx, ids).await?;
        tx.commit().await?;
        pace.held(since);
    }
}

async fn delete_these(tx: &impl ConnectionTrait, ids: Vec<uuid::Uuid>) -> Result<()> {
    for piece in store::pieces(ids) {
        import_row::Entity::delete_many()
            .filter(import_row::Column::Id.is_in(piece))
            .exec(tx)
            .await?;
    }
    Ok(())
}

/// Applies a new match to all rows, keeping their cells, and remembers it for the workspace.
async fn match_again(s: &Services, workspace: WorkspaceId, id: ImportId, changes: &[ColumnMatch]) -> Result<()> {
    let import = store::find(s.db.read(), workspace, id).await?;
    let columns = changed_columns(&import, changes)?;
    begin(s, id).await?;
    let work = async {
        remember(s, workspace, &import, changes).await?;
        let tx = s.db.write(Priority::Person).await?;
        let mut change = import.clone().into_active_model();
        change.mapping = Set(serde_json::to_string(&columns)?);
        change.state = Set(ImportState::Reading.as_str().to_owned());
        change.update(&*tx).await?;
        tx.commit().await?;
        judge_again(s, &import, &columns).await?;
        let tx = s.db.write(Priority::Person).await?;
        import::Entity::update_many()
            .col_expr(import::Column::State, Expr::value(ImportState::Preview.as_str()))
            .filter(import::Column::Id.eq(id.0))
            .exec(&*tx)
            .await?;
        tx.commit().await
    };
    let done = work.await;
    if done.is_err() {
        broken(s, id).await?;
    }
    done
}

/// The match after `changes`. A field that moves to another column leaves the one it had.
fn changed_columns(import: &import::Model, changes: &[ColumnMatch]) -> Result<Vec<Option<Field>>> {
    let mut columns = store::columns(import)?;
    let mut named: HashSet<Field> = HashSet::new();
    for change in changes {
        let at = change.column as usize;
        if at >= limits::COLUMNS as usize {
            return Err(ServiceError::invalid(
                "mapping",
                format!("There is no column {}.", change.column),
            ));
        }
        if let Some(field) = change.field.filter(|field| !field.takes_several()) {
            if !named.insert(field) {
                let sentence = format!("Two columns are matched to {}. Leave one of them out.", field.label());
                return Err(ServiceError::invalid("mapping", sentence));
            }
            columns
                .iter_mut()
                .filter(|column| **column == Some(field))
                .for_each(|column| *column = None);
        }
        if columns.len() <= at {
            columns.resize(at + 1, None);
        }
        columns[at] = change.field;
    }
    Ok(columns)
}

async fn remember(s: &Services, workspace: WorkspaceId, import: &import::Model, changes: &[ColumnMatch]) -> Result<()> {
    let header: Vec<String> = serde_json::from_str(&import.header)?;
    let tx = s.db.write(Priority::Person).await?;
    for change in changes {
        let key = header
            .get(change.column as usize)
            .map(|text| matching::key(text))
            .unwrap_or_default();
        if key.is_empty() {
            continue;
        }
        let now = s.now().millis();
        let row = import_mapping::Model {
            id: s.new_id()?,
            workspace_id: workspace.0,
            header_key: key,
            field: change.field.map(|field| field.as_str().to_owned()),
            created_at: now,
            updated_at: now,
        };
        import_mapping::Entity::insert(row.into_active_model())
            .on_conflict(
                OnConflict::columns([import_mapping::Column::WorkspaceId, import_mapping::Column::HeaderKey])
                    .update_columns([import_mapping::Column::Field, import_mapping::Column::UpdatedAt])
                    .to_owned(),
            )
            .exec_without_returning(&*tx)
            .await?;
    }
    tx.commit().await
}

/// Judges every row anew and stores it under its id.
async fn judge_again(s: &Services, import: &import::Model, columns: &[Option<Field>]) -> Result<()> {
    let (year, order) = (this_year(s), store::name_order(import, columns)?);
    let (mut pace, mut seen, mut last) = (Pace::new(), HashSet::new(), 0);
    loop {
        let stored = import_row::Entity::find()
            .filter(import_row::Column::ImportId.eq(import.id))
            .filter(import_row::Column::Number.gt(last))
            .order_by_asc(import_row::Column::Number)
            .limit(pace.rows as u64)
            .all(s.db.read())
            .await?;
        let Some(end) = stored.last() else { return Ok(()) };
        last = end.number;
        let mut rows = Vec::with_capacity(stored.len());
        for row in &stored {
            let row = store::row_of(row)?;
            // A row that was counted stays one, whatever a new match makes of it.
            let verdict =
                Judged::of(row.clone(), columns, order, year).map_or(Err(Vec::new()), |judged| judged.verdict);
            rows.push(Judged { row, verdict });
        }
        let fates = store::fates(s.db.read(), import, &rows, &mut seen).await?;
        let now = s.now().millis();
        let ids: Vec<uuid::Uuid> = stored.iter().map(|row| row.id).collect();
        let models = rows.into_iter().zip(fates).zip(&ids);
        let models: Vec<import_row::Model> = models
            .map(|((row, fate), id)| row.into_model(import, *id, fate, now))
            .collect::<Result<_>>()?;
        let tx = s.db.write(Priority::Background).await?;
        let since = Instant::now();
        delete_these(&*tx, ids).await?;
        store::insert_rows(&*tx, models).await?;
        tx.commit().await?;
        pace.held(since);
    }
}

/// Corrects cells of one row in the preview.
///
/// # Errors
/// An unknown row, a column or a value that cannot be, an import that is no longer in preview.
pub async fn correct(
    s: &Services,
    actor: &Actor,
    id: ImportId,
    number: u32,
    changes: &[CellChange],
) -> Result<ImportRow> {
    let workspace = s.allow_own(actor, Action::EditCandidates)?;
    for change in changes {
        if change.column >= limits::COLUMNS {
            return Err(ServiceError::invalid(
                "cells",
                format!("There is no column {}.", change.column),
            ));
        }
        if text::chars(&change.value) > limits::CELL_CHARS as usize {
            return Err(ServiceError::invalid(
                "cells",
                "This value is longer than a cell can be.",
            ));
        }
    }
    let tx = s.db.write(Priority::Person).await?;
    let import = store::lock(&*tx, workspace, id).await?;
    require_preview(&import)?;
    let stored = import_row::Entity::find()
        .filter(import_row::Column::ImportId.eq(id.0))
        .filter(import_row::Column::Number.eq(i32::try_from(number).unwrap_or(i32::MAX)))
        .one(&*tx)
        .await?
        .ok_or(ServiceError::NotFound)?;
    let mut row = store::row_of(&stored)?;
    for change in changes {
        let at = change.column as usize;
        if row.cells.len() <= at {
            row.cells.resize(at + 1, String::new());
        }
        // A link that is pasted is kept no more than one that came with the file.
        row.cells[at] = without_links(text::many_lines(&change.value).trim().to_owned());
        row.notes.retain(|note| note.column != change.column);
    }
    let columns = store::columns(&import)?;
    let order = store::name_order(&import, &columns)?;
    let verdict = Judged::of(row.clone(), &columns, order, this_year(s)).map(|judged| judged.verdict);
    let judged = Judged {
        row,
        verdict: verdict.unwrap_or(Err(Vec::new())),
    };
    let (old, new) = (stored.email_norm.clone(), judged.email_norm());
    let fate = if judged.verdict.is_ok() {
        Fate::New
    } else {
        Fate::Rejected
    };
    let mut model = judged.into_model(&import, stored.id, fate, s.now().millis())?;
    model.created_at = stored.created_at;
    model.into_active_model().reset_all().update(&*tx).await?;
    for email in [&old, &new].into_iter().flatten().collect::<HashSet<_>>() {
        settle_email(&*tx, &import, email).await?;
    }
    let row = import_row::Entity::find_by_id(stored.id)
        .one(&*tx)
        .await?
        .ok_or(ServiceError::NotFound)?;
    tx.commit().await?;
    view::row(&import, row)
}

/// Fates of the rows that share an email, after one of them changed.
async fn settle_email(tx: &impl ConnectionTrait, import: &import::Model, email: &str) -> Result<()> {
    let here = store::here(tx, import, [email.to_owned()]).await?;
    let known = here.get(email).is_some_and(|here| here.twin.is_some());
    let rows: Vec<(uuid::Uuid, String)> = import_row::Entity::find()
        .select_only()
        .column(import_row::Column::Id)
        .column(import_row::Column::Fate)
        .filter(import_row::Column::ImportId.eq(import.id))
        .filter(import_row::Column::EmailNorm.eq(email))
        .order_by_asc(import_row::Column::Number)
        .into_tuple()
        .all(tx)
        .await?;
    for (at, (id, stored)) in rows.into_iter().enumerate() {
        let fate = match (at, known) {
            (0, true) => Fate::AlreadyHere,
            (0, false) => Fate::New,
            _ => Fate::TwiceInFile,
        };
        if stored != fate.as_str() {
            import_row::Entity::update_many()
                .col_expr(import_row::Column::Fate, Expr::value(fate.as_str()))
                .filter(import_row::Column::Id.eq(id))
                .exec(tx)
                .await?;
        }
    }
    Ok(())
}
