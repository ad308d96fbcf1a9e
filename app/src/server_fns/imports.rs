//! Server functions of Import by Excel: everything after the upload. The bytes of the file travel by `/upload/…`.

use crate::error::AppError;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use parley_domain::{
    id::{ImportId, InterviewId},
    import::{CellChange, Import, ImportPatch, ImportRow, ImportWork, OnDuplicate},
    time::ShownTime,
};
use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
use crate::server_fns as door;
#[cfg(feature = "ssr")]
use parley_services::imports as service;

/// An import as the screens show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportData {
    /// The import.
    pub import: Import,
    /// When it was uploaded.
    pub created: ShownTime,
    /// When the last row was accounted for.
    pub finished: Option<ShownTime>,
    /// Whether the person may change, confirm and undo it.
    pub may_edit: bool,
}

/// A page of rows.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RowsData {
    /// In the order of the file.
    pub rows: Vec<ImportRow>,
    /// The page before.
    pub previous: Option<String>,
    /// The page after.
    pub next: Option<String>,
}

/// Rows of a page.
#[cfg(feature = "ssr")]
const PAGE: u64 = 50;

#[cfg(feature = "ssr")]
async fn shown(
    s: &parley_services::Services,
    actor: &parley_domain::account::Actor,
    imports: Vec<Import>,
) -> Result<Vec<ImportData>, AppError> {
    use parley_domain::account::{Action, Resource, can};
    if imports.is_empty() {
        return Ok(Vec::new());
    }
    let zone = parley_services::accounts::zone_of(s, actor).await?;
    let now = s.now();
    let may_edit = actor
        .workspace()
        .is_some_and(|w| can(actor, Action::EditCandidates, &Resource::of(w)));
    let one = |import: Import| ImportData {
        created: zone.shown(import.created_at, now),
        finished: import.finished_at.map(|at| zone.shown(at, now)),
        may_edit,
        import,
    };
    Ok(imports.into_iter().map(one).collect())
}

#[cfg(feature = "ssr")]
async fn one(
    s: &parley_services::Services,
    actor: &parley_domain::account::Actor,
    import: Import,
) -> Result<ImportData, AppError> {
    let mut list = shown(s, actor, vec![import]).await?;
    list.pop().ok_or(AppError::Internal)
}

/// The imports of an interview, newest first.
#[server(endpoint = "imports/list", input = Json)]
pub async fn list_imports(slug: String, interview: InterviewId) -> Result<Vec<ImportData>, AppError> {
    let (s, actor) = door::who(&slug).await?;
    let imports = service::list(&s, &actor, interview).await?;
    shown(&s, &actor, imports).await
}

/// One import as it stands.
#[server(endpoint = "imports/get", input = Json)]
pub async fn get_import(slug: String, id: ImportId) -> Result<ImportData, AppError> {
    let (s, actor) = door::who(&slug).await?;
    let import = service::get(&s, &actor, id).await?;
    one(&s, &actor, import).await
}

/// Matches columns anew, reads the file another way, or chooses what happens to people who are already here; then every
/// row is previewed again.
#[server(endpoint = "imports/match", input = Json)]
pub async fn match_import(slug: String, id: ImportId, change: ImportPatch) -> Result<ImportData, AppError> {
    let (s, actor) = door::who(&slug).await?;
    let import = service::patch(&s, &actor, id, change).await?;
    one(&s, &actor, import).await
}

/// A page of an import's rows with their fates, or with what became of them. `only` is a fate or a result; a word that is
/// neither filters nothing, for addresses are typed and shared.
#[server(endpoint = "imports/preview", input = Json)]
pub async fn preview_rows(slug: String, id: ImportId, only: String, cursor: String) -> Result<RowsData, AppError> {
    use parley_domain::paging::PageRequest;
    let (s, actor) = door::who(&slug).await?;
    let after = only.strip_prefix("done_");
    let filter = service::RowFilter {
        fate: only.parse().ok(),
        result: after.and_then(|word| word.parse().ok()),
    };
    let page = PageRequest {
        limit: Some(PAGE),
        cursor: cursor.parse::<i32>().is_ok().then_some(cursor),
    };
    let found = service::rows(&s, &actor, id, filter, &page).await?;
    Ok(RowsData {
        previous: service::page_before(&s, &actor, id, filter, &page).await?,
        rows: found.items,
        next: found.next_cursor,
    })
}

/// Corrects cells of a row in the preview; the row as it is then.
#[server(endpoint = "imports/correct", input = Json)]
pub async fn correct_row(
    slug: String,
    id: ImportId,
    number: u32,
    cells: Vec<CellChange>,
) -> Result<ImportRow, AppError> {
    let (s, actor) = door::who(&slug).await?;
    Ok(service::correct(&s, &actor, id, number, &cells).await?)
}

/// Confirms, cancels or undoes. Who confirms says for which choice about people who are already here the figures held
/// that they saw: where another one is stored by now, nothing is done.
#[server(endpoint = "imports/work", input = Json)]
pub async fn work_import(
    slug: String,
    id: ImportId,
    work: ImportWork,
    #[server(default)] seen: Option<OnDuplicate>,
) -> Result<ImportData, AppError> {
    let (s, actor) = door::who(&slug).await?;
    let import = match work {
        ImportWork::Confirm => match seen {
            Some(seen) => service::confirm_seen(&s, &actor, id, seen).await?,
            None => service::confirm(&s, &actor, id).await?,
        },
        ImportWork::Cancel => service::cancel(&s, &actor, id).await?,
        ImportWork::Undo => service::undo(&s, &actor, id).await?,
    };
    one(&s, &actor, import).await
}
