//! What people see of imports: the preview, the progress, the result, the rows, the rejected ones as a workbook.

use super::{
    commit::reason,
    notices, row,
    run::obstacle,
    store,
    template::{RejectedRows, template},
};
use crate::{
    Services,
    candidates::this_year,
    entity::{import, import_row, interview, user},
    error::{Result, ServiceError},
    paging,
};
use parley_domain::{
    account::{Action, Actor},
    id::{CandidateId, ImportId, InterviewId, WorkspaceId},
    import::{CellProblem, Fate, Field, Import, ImportColumn, ImportCounts, ImportRow, ImportState, RowResult},
    paging::{Page, PageRequest},
    time::Timestamp,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, Select, sea_query::Expr,
};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Rows that show what a column holds.
const SAMPLE_ROWS: u64 = 5;
/// Imports of a list.
const LISTED: u64 = 100;
/// What is said of a row that held somebody's data, once these are gone. An entry that was merged into another is gone too.
const ERASED: &str = "This candidate is no longer here, and what the row held went with them.";

/// Which rows are wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RowFilter {
    /// Only those with this fate.
    pub fate: Option<Fate>,
    /// Only those with this result.
    pub result: Option<RowResult>,
}

/// One import as it stands.
///
/// # Errors
/// An unknown import; a role that is too low.
pub async fn get(s: &Services, actor: &Actor, id: ImportId) -> Result<Import> {
    let workspace = s.allow_own(actor, Action::Read)?;
    let import = store::find(s.db.read(), workspace, id).await?;
    let samples = import_row::Entity::find()
        .filter(import_row::Column::ImportId.eq(id.0))
        .order_by_asc(import_row::Column::Number)
        .limit(SAMPLE_ROWS)
        .all(s.db.read())
        .await?;
    let names = creators(s, std::slice::from_ref(&import)).await?;
    show(s, import, &samples, &names).await
}

/// The names of those who uploaded them.
async fn creators(s: &Services, imports: &[import::Model]) -> Result<HashMap<Uuid, String>> {
    let ids: HashSet<Uuid> = imports.iter().filter_map(|import| import.created_by).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let names: Vec<(Uuid, String)> = user::Entity::find()
        .select_only()
        .column(user::Column::Id)
        .column(user::Column::Name)
        .filter(user::Column::Id.is_in(ids))
        .into_tuple()
        .all(s.db.read())
        .await?;
    Ok(names.into_iter().collect())
}

/// The imports of an interview, newest first, 100 at most: what the screens show.
///
/// # Errors
/// An unknown interview; a role that is too low.
pub async fn list(s: &Services, actor: &Actor, interview: InterviewId) -> Result<Vec<Import>> {
    let workspace = s.allow_own(actor, Action::Read)?;
    Ok(listed(s, workspace, interview, None, LISTED).await?.items)
}

/// A page of all imports of an interview, newest first.
///
/// # Errors
/// An unknown interview; a limit or cursor that is none; a role that is too low.
pub async fn list_page(
    s: &Services,
    actor: &Actor,
    interview: InterviewId,
    request: &PageRequest,
) -> Result<Page<Import>> {
    let workspace = s.allow_own(actor, Action::Read)?;
    let limit = paging::rows(request)?;
    listed(s, workspace, interview, request.cursor.as_deref(), limit).await
}

async fn listed(
    s: &Services,
    workspace: WorkspaceId,
    interview: InterviewId,
    cursor: Option<&str>,
    limit: u64,
) -> Result<Page<Import>> {
    interview::Entity::find_by_id(interview.0)
        .filter(interview::Column::WorkspaceId.eq(workspace.0))
        .one(s.db.read())
        .await?
        .ok_or(ServiceError::NotFound)?;
    let mut query = import::Entity::find()
        .filter(import::Column::WorkspaceId.eq(workspace.0))
        .filter(import::Column::InterviewId.eq(interview.0));
    if let Some(cursor) = cursor {
        query = query.filter(paging::older(cursor, import::Column::CreatedAt, import::Column::Id)?);
    }
    let found = query
        .order_by_desc(import::Column::CreatedAt)
        .order_by_desc(import::Column::Id)
        .limit(limit + 1)
        .all(s.db.read())
        .await?;
    let page = paging::page(found, limit, |import| (import.created_at, import.id))?;
    let names = creators(s, &page.items).await?;
    let mut items = Vec::with_capacity(page.items.len());
    for import in page.items {
        items.push(show(s, import, &[], &names).await?);
    }
    Ok(Page {
        items,
        next_cursor: page.next_cursor,
    })
}

async fn show(
    s: &Services,
    import: import::Model,
    samples: &[import_row::Model],
    names: &HashMap<Uuid, String>,
) -> Result<Import> {
    let state = store::state(&import)?;
    Ok(Import {
        id: ImportId(import.id),
        interview_id: InterviewId(import.interview_id),
        file_name: import.file_name.clone(),
        format: import.format.clone(),
        state,
        work: import
            .work
            .as_deref()
            .map(str::parse)
            .transpose()
            .map_err(store::unknown_word)?,
        counts: counts(s.db.read(), &import, state).await?,
        sheets: serde_json::from_str(&import.sheets)?,
        sheet: import.sheet.clone(),
        header_row: u32::try_from(import.header_row).unwrap_or_default(),
        top_rows: import
            .top_rows
            .as_deref()
            .map(serde_json::from_str)
            .transpose()?
            .unwrap_or_default(),
        encoding: import.encoding.clone(),
        separator: import.separator.clone(),
        mapping: mapping(&import, samples)?,
        on_duplicate: import.on_duplicate.parse().map_err(store::unknown_word)?,
        notices: if matches!(state, ImportState::Reading | ImportState::Preview) {
            notices::of(&import)?
        } else {
            Vec::new()
        },
        obstacle: if state == ImportState::Preview {
            obstacle(&import)?
        } else {
            None
        },
        failure: import.failure.clone(),
        created_by: import.created_by.and_then(|id| names.get(&id).cloned()),
        created_at: Timestamp::from_millis(import.created_at),
        finished_at: import.finished_at.map(Timestamp::from_millis),
    })
}

fn mapping(import: &import::Model, samples: &[import_row::Model]) -> Result<Vec<ImportColumn>> {
    let header: Vec<String> = serde_json::from_str(&import.header)?;
    let fields = store::columns(import)?;
    let rows = samples
        .iter()
        .map(|row| serde_json::from_str(&row.cells))
        .collect::<Result<Vec<Vec<String>>, _>>()?;
    let width = rows
        .iter()
        .map(Vec::len)
        .chain([header.len(), fields.len()])
        .max()
        .unwrap_or_default();
    let column = |at: usize| ImportColumn {
        column: u32::try_from(at).unwrap_or(u32::MAX),
        header: header.get(at).cloned().unwrap_or_default(),
        field: fields.get(at).copied().flatten(),
        sample: rows
            .iter()
            .map(|cells| cells.get(at).cloned().unwrap_or_default())
            .collect(),
    };
    Ok((0..width).map(column).collect())
}

async fn counts(conn: &impl ConnectionTrait, import: &import::Model, state: ImportState) -> Result<ImportCounts> {
    let figure = |figure: i32| u32::try_from(figure).unwrap_or_default();
    let rows = figure(import.rows);
    Ok(match state {
        ImportState::Reading | ImportState::Preview => {
            let grouped: Vec<(String, i64)> = import_row::Entity::find()
                .select_only()
                .column(import_row::Column::Fate)
                .column_as(Expr::col(import_row::Column::Id).count(), "rows")
                .filter(import_row::Column::ImportId.eq(import.id))
                .group_by(import_row::Column::Fate)
                .into_tuple()
                .all(conn)
                .await?;
            let of = |fate: Fate| {
                let found = grouped.iter().find(|(word, _)| word == fate.as_str());
                u32::try_from(found.map_or(0, |(_, rows)| *rows)).unwrap_or(u32::MAX)
            };
            ImportCounts {
                rows,
                new: Some(of(Fate::New)),
                already_here: Some(of(Fate::AlreadyHere)),
                twice_in_file: Some(of(Fate::TwiceInFile)),
                rejected: of(Fate::Rejected),
                ..ImportCounts::default()
            }
        }
        _ => {
            // From the first rows on: whoever watches it sees how far it is.
            let undone = state == ImportState::Undone || import.work.as_deref() == Some("undo");
            ImportCounts {
                rows,
                added: Some(figure(import.added)),
                updated: Some(figure(import.updated)),
                skipped: Some(figure(import.skipped)),
                rejected: figure(import.rejected),
                removed: undone.then(|| figure(import.removed)),
                restored: undone.then(|| figure(import.restored)),
                kept: undone.then(|| figure(import.kept)),
                ..ImportCounts::default()
            }
        }
    })
}

/// Rows of an import in the order of the file, a page at a time.
///
/// # Errors
/// An unknown import, a cursor or limit that cannot be, a role that is too low.
pub async fn rows(
    s: &Services,
    actor: &Actor,
    id: ImportId,
    filter: RowFilter,
    page: &PageRequest,
) -> Result<Page<ImportRow>> {
    let workspace = s.allow_own(actor, Action::Read)?;
    let import = store::find(s.db.read(), workspace, id).await?;
    let limit = page.rows().map_err(|message| ServiceError::invalid("limit", message))?;
    let after: i32 = match page.cursor.as_deref() {
        None => 0,
        Some(cursor) => cursor
            .parse()
            .map_err(|_| ServiceError::invalid("cursor", "This cursor is not one of ours."))?,
    };
    let mut found = after_number(s.db.read(), &import, filter, after, limit + 1).await?;
    let more = found.len() as u64 > limit;
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let next_cursor = found.last().filter(|_| more).map(|row| row.number.to_string());
    let items = found
        .into_iter()
        .map(|stored| self::row(&import, stored))
        .collect::<Result<_>>()?;
    Ok(Page { items, next_cursor })
}

/// The cursor of the page before one, if it is not the first: for screens, which also turn back.
///
/// # Errors
/// As [`rows`].
pub async fn page_before(
    s: &Services,
    actor: &Actor,
    id: ImportId,
    filter: RowFilter,
    page: &PageRequest,
) -> Result<Option<String>> {
    let workspace = s.allow_own(actor, Action::Read)?;
    let import = store::find(s.db.read(), workspace, id).await?;
    let limit = page.rows().map_err(|message| ServiceError::invalid("limit", message))?;
    let Some(after) = page.cursor.as_deref().and_then(|cursor| cursor.parse::<i32>().ok()) else {
        return Ok(None);
    };
    let before: Vec<i32> = filtered(&import, filter)
        .select_only()
        .column(import_row::Column::Number)
        .filter(import_row::Column::Number.lte(after))
        .order_by_desc(import_row::Column::Number)
        .limit(limit + 1)
        .into_tuple()
        .all(s.db.read())
        .await?;
    // The page before begins behind the row before its first one; a first page behind none.
    Ok(match before.len() as u64 {
        0 => None,
        found if found > limit => before.last().map(ToString::to_string),
        _ => Some("0".to_owned()),
    })
}

async fn after_number(
    conn: &impl ConnectionTrait,
    import: &import::Model,
    filter: RowFilter,
    after: i32,
    limit: u64,
) -> Result<Vec<import_row::Model>> {
    Ok(filtered(import, filter)
        .filter(import_row::Column::Number.gt(after))
        .order_by_asc(import_row::Column::Number)
        .limit(limit)
        .all(conn)
        .await?)
}

fn filtered(import: &import::Model, filter: RowFilter) -> Select<import_row::Entity> {
    let mut query = import_row::Entity::find().filter(import_row::Column::ImportId.eq(import.id));
    if let Some(fate) = filter.fate {
        query = query.filter(import_row::Column::Fate.eq(fate.as_str()));
    }
    if let Some(result) = filter.result {
        query = query.filter(import_row::Column::Result.eq(result.as_str()));
    }
    query
}

/// A stored row as people see it.
pub(super) fn row(import: &import::Model, stored: import_row::Model) -> Result<ImportRow> {
    let columns: Vec<Option<Field>> = store::columns(import)?;
    let mut row = store::row_of(&stored)?;
    // What is read as empty is shown so.
    for (cell, field) in row.cells.iter_mut().zip(&columns) {
        if field.is_some_and(|field| row::says_nothing(field, cell)) {
            cell.clear();
        }
    }
    let problems: Vec<CellProblem> = stored
        .problems
        .as_deref()
        .map(serde_json::from_str)
        .transpose()?
        .unwrap_or_default();
    Ok(ImportRow {
        number: row.number,
        notes: row::notes(&row, &columns),
        cells: row.cells,
        fate: stored.fate.parse().map_err(store::unknown_word)?,
        result: stored
            .result
            .map(|word| word.parse())
            .transpose()
            .map_err(store::unknown_word)?,
        reason: match stored.erased_at {
            Some(_) => Some(ERASED.to_owned()),
            None => stored.reason.as_deref().map(sentence),
        },
        problems,
        candidate_id: stored.candidate_id.map(CandidateId),
    })
}

fn sentence(code: &str) -> String {
    match code {
        reason::ALREADY_HERE => "Someone with this email is already on the interview.",
        reason::BEFORE => "This row of the same file was imported before.",
        reason::TWICE => "An earlier row of the file has this email.",
        reason::CANCELLED => "The import was cancelled before this row.",
        reason::REMOVED => "Undo took this candidate back.",
        reason::RESTORED => "Undo gave this candidate the earlier values back.",
        reason::KEPT => "Undo left this candidate, who has started, was edited or was merged since.",
        other => other,
    }
    .to_owned()
}

/// The template to fill in, as an .xlsx file.
///
/// # Errors
/// A role that is too low.
pub fn template_xlsx(s: &Services, actor: &Actor) -> Result<Vec<u8>> {
    s.allow_own(actor, Action::Read)?;
    template(this_year(s)).map_err(ServiceError::internal)
}

/// The rejected rows as an .xlsx file with a column that says what to fix; uploading it again after fixing works.
///
/// # Errors
/// An unknown import; a role that is too low; a conflict where no row was rejected.
pub async fn rejected_xlsx(s: &Services, actor: &Actor, id: ImportId) -> Result<Vec<u8>> {
    let workspace: WorkspaceId = s.allow_own(actor, Action::Read)?;
    let import = store::find(s.db.read(), workspace, id).await?;
    let mut header: Vec<String> = serde_json::from_str(&import.header)?;
    let columns = store::columns(&import)?;
    // A column that was matched though its header is empty keeps its place, and is found again by its field's name.
    if header.len() < columns.len() {
        header.resize(columns.len(), String::new());
    }
    for (text, field) in header.iter_mut().zip(&columns) {
        if let Some(field) = field.filter(|_| text.is_empty()) {
            field.label().clone_into(text);
        }
    }
    let mut book = RejectedRows::new(&header).map_err(ServiceError::internal)?;
    let filter = RowFilter {
        fate: Some(Fate::Rejected),
        result: None,
    };
    let (mut after, mut any) = (0, false);
    loop {
        let found = after_number(s.db.read(), &import, filter, after, 500).await?;
        let Some(last) = found.last().map(|row| row.number) else {
            break;
        };
        after = last;
        // What was erased cannot be fixed.
        for stored in found.into_iter().filter(|row| row.erased_at.is_none()) {
            any = true;
            let row = row(&import, stored)?;
            let reasons: Vec<String> = row.problems.iter().map(CellProblem::sentence).collect();
            book.row(&row.cells, &reasons.join(" "))
                .map_err(ServiceError::internal)?;
        }
    }
    if !any {
        return Err(ServiceError::conflict(
            "none_rejected",
            "There is no rejected row in this import.",
        ));
    }
    // Packing tens of thousands of rows takes a while: not on a thread that answers others.
    tokio::task::spawn_blocking(move || book.finish())
        .await
        .map_err(ServiceError::internal)?
        .map_err(ServiceError::internal)
}
