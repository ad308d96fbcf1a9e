//! Imports from spreadsheets.

use crate::{
    api::{
        auth::Caller,
        doc::Problems,
        error::{ApiError, ApiResult},
        extract::{ApiJson, Id, Query},
        reply,
        routes::{Purpose, routes},
    },
    form::FileForm,
    import_files::{TABLE_BODY, table, workbook},
};
use axum::{
    Json,
    extract::{DefaultBodyLimit, State, multipart::MultipartRejection},
    response::Response,
};
use parley_domain::{
    id::{ImportId, InterviewId},
    import::{CellChange, Fate, Import, ImportPatch, ImportRow, RowResult},
    paging::Page,
};
use parley_services::{
    Services,
    imports::{self, RowFilter},
};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;

pub(super) fn routes(purpose: Purpose) -> OpenApiRouter<Services> {
    let uploads = OpenApiRouter::new()
        .routes(routes!(purpose: list, upload))
        .layer(DefaultBodyLimit::max(TABLE_BODY));
    OpenApiRouter::new()
        .merge(uploads)
        .routes(routes!(purpose: template))
        .routes(routes!(purpose: get, patch))
        .routes(routes!(purpose: rows))
        .routes(routes!(purpose: correct))
        .routes(routes!(purpose: confirm))
        .routes(routes!(purpose: cancel))
        .routes(routes!(purpose: undo))
        .routes(routes!(purpose: rejected))
}

fn path(id: ImportId) -> String {
    format!("/imports/{id}")
}

/// Download the template
///
/// A workbook with a header row, notes, drop-down lists and a sample row that is recognised and never imported.
#[utoipa::path(get, path = "/imports/template.xlsx", tag = "Imports",
    responses((status = 200, description = "The workbook", content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", body = Vec<u8>), Problems))]
async fn template(State(s): State<Services>, Caller(actor): Caller) -> ApiResult<Response> {
    Ok(workbook(
        "candidates-template.xlsx",
        imports::template_xlsx(&s, &actor)?,
    ))
}

/// What an upload's form holds.
#[derive(ToSchema)]
#[expect(dead_code, reason = "read field by field as it arrives; this is its description")]
struct TableForm {
    /// .xlsx, .xls, .ods, .csv or .tsv; up to 25 MB and 50,000 rows.
    #[schema(format = Binary)]
    file: String,
    /// The sheet to read, where not the first with recognised columns.
    sheet: Option<String>,
    /// The row of the header, counted from 1.
    header_row: Option<u32>,
    /// The encoding of a text file.
    encoding: Option<String>,
    /// The separator of a text file.
    separator: Option<String>,
}

/// Upload a table
///
/// Reads it and says what an import would do with every row. Nobody is added before `confirm`.
#[utoipa::path(post, path = "/interviews/{id}/imports", tag = "Imports",
    params(
        ("id" = InterviewId, Path,),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request harmless"),
    ),
    request_body(content = TableForm, content_type = "multipart/form-data"),
    responses((status = 201, description = "The import, in preview", body = Import), Problems))]
async fn upload(
    State(s): State<Services>,
    Caller(actor): Caller,
    Id(id): Id<InterviewId>,
    form: Result<FileForm, MultipartRejection>,
) -> ApiResult<Response> {
    imports::may_upload(&s, &actor, id).await?;
    let form = form.map_err(|_| ApiError::media_type("multipart/form-data"))?;
    let upload = table(&s, form).await?;
    let import = imports::upload(&s, &actor, id, upload).await?;
    Ok(reply::created(&path(import.id), &import))
}

/// List the imports of an interview
///
/// Newest first.
#[utoipa::path(get, path = "/interviews/{id}/imports", tag = "Imports",
    params(
        ("id" = InterviewId, Path,),
        ("limit" = Option<u64>, Query, minimum = 1, maximum = 200, description = "Rows of the page; 50 where left out"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before"),
    ),
    responses((status = 200, description = "A page", body = Page<Import>), Problems))]
async fn list(
    State(s): State<Services>,
    Caller(actor): Caller,
    Id(id): Id<InterviewId>,
    mut query: Query,
) -> ApiResult<Json<Page<Import>>> {
    let page = query.page();
    query.done()?;
    Ok(Json(imports::list_page(&s, &actor, id, &page).await?))
}

/// Read an import
///
/// Its state, its counts (those of one state always add up to `rows`) and how its columns are matched.
#[utoipa::path(get, path = "/imports/{id}", tag = "Imports", params(("id" = ImportId, Path,)),
    responses((status = 200, description = "The import", body = Import), Problems))]
async fn get(State(s): State<Services>, Caller(actor): Caller, Id(id): Id<ImportId>) -> ApiResult<Json<Import>> {
    Ok(Json(imports::get(&s, &actor, id).await?))
}

/// Change a preview
///
/// Another match of the columns (kept for the workspace), another sheet, header row, encoding or separator, or what to do
/// with people who are already here; then every row is previewed again.
#[utoipa::path(patch, path = "/imports/{id}", tag = "Imports", params(("id" = ImportId, Path,)),
    request_body = ImportPatch,
    responses((status = 200, description = "The import as it is now", body = Import), Problems))]
async fn patch(
    State(s): State<Services>,
    Caller(actor): Caller,
    Id(id): Id<ImportId>,
    ApiJson(change): ApiJson<ImportPatch>,
) -> ApiResult<Json<Import>> {
    Ok(Json(imports::patch(&s, &actor, id, change).await?))
}

/// List the rows of an import
///
/// In the order of the file, with their cells, their fate and what became of them.
#[utoipa::path(get, path = "/imports/{id}/rows", tag = "Imports",
    params(
        ("id" = ImportId, Path,),
        ("fate" = Option<Fate>, Query, description = "Only rows with this fate"),
        ("result" = Option<RowResult>, Query, description = "Only rows with this result"),
        ("limit" = Option<u64>, Query, minimum = 1, maximum = 200, description = "Rows of the page; 50 where left out"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before"),
    ),
    responses((status = 200, description = "A page", body = Page<ImportRow>), Problems))]
async fn rows(
    State(s): State<Services>,
    Caller(actor): Caller,
    Id(id): Id<ImportId>,
    mut query: Query,
) -> ApiResult<Json<Page<ImportRow>>> {
    let filter = RowFilter {
        fate: query.value("fate"),
        result: query.value("result"),
    };
    let page = query.page();
    query.done()?;
    Ok(Json(imports::rows(&s, &actor, id, filter, &page).await?))
}

/// Corrected cells of a row.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RowPatch {
    /// The cells and what they hold now.
    cells: Vec<CellChange>,
}

/// Correct cells of a row
///
/// In the preview only; the row's fate, and that of rows with the same email, is found anew.
#[utoipa::path(patch, path = "/imports/{id}/rows/{n}", tag = "Imports",
    params(("id" = ImportId, Path,), ("n" = u32, Path, description = "The row's number")),
    request_body = RowPatch,
    responses((status = 200, description = "The row as it is now", body = ImportRow), Problems))]
async fn correct(
    State(s): State<Services>,
    Caller(actor): Caller,
    Id((id, number)): Id<(ImportId, u32)>,
    ApiJson(RowPatch { cells }): ApiJson<RowPatch>,
) -> ApiResult<Json<ImportRow>> {
    Ok(Json(imports::correct(&s, &actor, id, number, &cells).await?))
}

/// Confirm an import
///
/// Its rows are written in the background; read the import for its progress. Confirming again changes nothing.
#[utoipa::path(post, path = "/imports/{id}/confirm", tag = "Imports",
    params(
        ("id" = ImportId, Path,),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request harmless"),
    ),
    responses((status = 200, description = "The import, running", body = Import), Problems))]
async fn confirm(State(s): State<Services>, Caller(actor): Caller, Id(id): Id<ImportId>) -> ApiResult<Response> {
    Ok(reply::changed(&path(id), imports::confirm(&s, &actor, id).await?))
}

/// Cancel an import
///
/// What was written stays; rows that were not reached are skipped.
#[utoipa::path(post, path = "/imports/{id}/cancel", tag = "Imports",
    params(
        ("id" = ImportId, Path,),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request harmless"),
    ),
    responses((status = 200, description = "The import, cancelled", body = Import), Problems))]
async fn cancel(State(s): State<Services>, Caller(actor): Caller, Id(id): Id<ImportId>) -> ApiResult<Response> {
    Ok(reply::changed(&path(id), imports::cancel(&s, &actor, id).await?))
}

/// Undo an import
///
/// Removes the candidates whom nobody has interviewed yet and restores the values that update changed, unless they were
/// edited since; `counts` says what was removed, restored and kept.
#[utoipa::path(post, path = "/imports/{id}/undo", tag = "Imports",
    params(
        ("id" = ImportId, Path,),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request harmless"),
    ),
    responses((status = 200, description = "The import, undone", body = Import), Problems))]
async fn undo(State(s): State<Services>, Caller(actor): Caller, Id(id): Id<ImportId>) -> ApiResult<Response> {
    Ok(reply::changed(&path(id), imports::undo(&s, &actor, id).await?))
}

/// Download the rejected rows
///
/// The file's own columns and one that says what to fix; the file can be uploaded again after fixing.
#[utoipa::path(get, path = "/imports/{id}/rejected.xlsx", tag = "Imports", params(("id" = ImportId, Path,)),
    responses((status = 200, description = "The workbook", content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", body = Vec<u8>), Problems))]
async fn rejected(State(s): State<Services>, Caller(actor): Caller, Id(id): Id<ImportId>) -> ApiResult<Response> {
    Ok(workbook(
        "rejected-rows.xlsx",
        imports::rejected_xlsx(&s, &actor, id).await?,
    ))
}
