//! Import by resumes, and one resume for a form.

use crate::{
    api::{
        auth::Caller,
        doc::Problems,
        error::{ApiError, ApiResult},
        extract::{ApiJson, Id, Query},
        idempotency::{Parts, key_reused},
        reply,
        routes::{Purpose, routes},
    },
    form::FileForm,
    receive::{self, NotReceived, wrong},
    resume_files::{self, MANY_BODY, ONE_BODY, Takes, attachment},
};
use axum::{
    Extension, Json,
    extract::{DefaultBodyLimit, State, multipart::MultipartRejection},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use parley_domain::{
    batch::{BatchSummary, Corrections, ExtractedResume, ResumeBatch},
    id::{BatchId, CandidateId, InterviewId, ResumeFileId},
    paging::Page,
    resume::{FILE_BYTES, ResumeField},
};
use parley_services::{
    Services,
    error::ServiceError,
    idempotency::Part,
    resumes::{batch, single},
};
use serde::Deserialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;

pub(super) fn routes(purpose: Purpose) -> OpenApiRouter<Services> {
    let many = OpenApiRouter::new()
        .routes(routes!(purpose: list, upload))
        .layer(DefaultBodyLimit::max(MANY_BODY));
    let one = OpenApiRouter::new()
        .routes(routes!(purpose: extract))
        .layer(DefaultBodyLimit::max(ONE_BODY));
    OpenApiRouter::new()
        .merge(many)
        .merge(one)
        .routes(routes!(purpose: get))
        .routes(routes!(purpose: start))
        .routes(routes!(purpose: correct, remove))
        .routes(routes!(purpose: retry))
        .routes(routes!(purpose: add))
        .routes(routes!(purpose: cancel))
        .routes(routes!(purpose: download))
}

fn path(id: BatchId) -> String {
    format!("/resume-batches/{id}")
}

/// What an upload's form holds.
#[derive(ToSchema)]
#[expect(dead_code, reason = "read field by field as it arrives; this is its description")]
struct BatchForm {
    /// PDFs of up to 10 MB, 200 of them at most, or a ZIP of such.
    #[schema(format = Binary)]
    files: Vec<String>,
    /// `false` only uploads, and says what reading would cost.
    start: Option<bool>,
    /// `false` does not keep the PDFs with the candidates.
    keep_files: Option<bool>,
}

fn truth(name: &str, text: &str) -> Result<bool, NotReceived> {
    text.parse().map_err(|_| wrong(name, "This is true or false."))
}

/// Upload resumes
///
/// Reads them in the background; AI tokens are set aside for all or for none, spent for each that was read and given
/// back for each that was not. Too few of them is a conflict that keeps and charges nothing. With `start=false` the
/// batch only says what it would cost, and `start` begins.
#[utoipa::path(post, path = "/interviews/{id}/resume-batches", tag = "Resumes",
    params(
        ("id" = InterviewId, Path,),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request harmless"),
    ),
    request_body(content = BatchForm, content_type = "multipart/form-data"),
    responses((status = 201, description = "The batch", body = ResumeBatch), Problems))]
async fn upload(
    State(s): State<Services>,
    Caller(actor): Caller,
    Id(id): Id<InterviewId>,
    form: Result<FileForm, MultipartRejection>,
) -> ApiResult<Response> {
    batch::may_begin(&s, &actor, id).await?;
    let form = form.map_err(|_| ApiError::media_type("multipart/form-data"))?;
    let received = resume_files::many(&s, form, Takes::BATCH).await?;
    let (mut start, mut keep) = (true, true);
    for (name, text) in &received.texts {
        match *name {
            "start" => start = truth(name, text)?,
            "keep_files" => keep = truth(name, text)?,
            other => return Err(receive::unknown(other).into()),
        }
    }
    let batch = batch::upload(&s, &actor, id, received.uploads, keep, start).await?;
    Ok(reply::created(&path(batch.id), &batch))
}

/// List the resume batches of an interview
///
/// Newest first, without their files.
#[utoipa::path(get, path = "/interviews/{id}/resume-batches", tag = "Resumes",
    params(
        ("id" = InterviewId, Path,),
        ("limit" = Option<u64>, Query, minimum = 1, maximum = 200, description = "Rows of the page; 50 where left out"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before"),
    ),
    responses((status = 200, description = "A page", body = Page<BatchSummary>), Problems))]
async fn list(
    State(s): State<Services>,
    Caller(actor): Caller,
    Id(id): Id<InterviewId>,
    mut query: Query,
) -> ApiResult<Json<Page<BatchSummary>>> {
    let page = query.page();
    query.done()?;
    Ok(Json(batch::list_page(&s, &actor, id, &page).await?))
}

/// Read a resume batch
///
/// With every file's state and, once it was read, its fields: each with its value, how sure the reader is, and the text
/// of the document it stands in. A field that was not found is absent.
#[utoipa::path(get, path = "/resume-batches/{id}", tag = "Resumes", params(("id" = BatchId, Path,)),
    responses((status = 200, description = "The batch", body = ResumeBatch), Problems))]
async fn get(State(s): State<Services>, Caller(actor): Caller, Id(id): Id<BatchId>) -> ApiResult<Json<ResumeBatch>> {
    Ok(Json(batch::get(&s, &actor, id).await?))
}

/// Start a resume batch
///
/// For one that was uploaded with `start=false`. Starting again changes nothing.
#[utoipa::path(post, path = "/resume-batches/{id}/start", tag = "Resumes",
    params(
        ("id" = BatchId, Path,),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request harmless"),
    ),
    responses((status = 200, description = "The batch, running", body = ResumeBatch), Problems))]
async fn start(State(s): State<Services>, Caller(actor): Caller, Id(id): Id<BatchId>) -> ApiResult<Response> {
    Ok(reply::changed(&path(id), batch::start(&s, &actor, id).await?))
}

/// A corrected field.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged)]
enum Corrected {
    /// The new value.
    Text(String),
    /// A year, as a number.
    Number(i32),
    /// The field as it was answered; only its value counts.
    Field {
        /// The new value.
        value: String,
    },
    /// `null`: nothing.
    Nothing,
}

impl Corrected {
    fn text(self) -> Option<String> {
        match self {
            Self::Text(text) | Self::Field { value: text } => Some(text),
            Self::Number(number) => Some(number.to_string()),
            Self::Nothing => None,
        }
    }
}

/// Corrected fields of a resume.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct FilePatch {
    /// By field: its new value, or `null` to empty it.
    fields: BTreeMap<ResumeField, Corrected>,
}

/// Correct fields of a resume
///
/// What is not named stays, `null` empties.
#[utoipa::path(patch, path = "/resume-batches/{id}/files/{file}", tag = "Resumes",
    params(("id" = BatchId, Path,), ("file" = ResumeFileId, Path,)),
    request_body = FilePatch,
    responses((status = 200, description = "The batch", body = ResumeBatch), Problems))]
async fn correct(
    State(s): State<Services>,
    Caller(actor): Caller,
    Id((id, file)): Id<(BatchId, ResumeFileId)>,
    ApiJson(FilePatch { fields }): ApiJson<FilePatch>,
) -> ApiResult<Json<ResumeBatch>> {
    let changes: Corrections = fields.into_iter().map(|(field, value)| (field, value.text())).collect();
    Ok(Json(batch::correct(&s, &actor, id, file, changes).await?))
}

/// Remove a file from its batch
///
/// Before it was read it costs nothing.
#[utoipa::path(delete, path = "/resume-batches/{id}/files/{file}", tag = "Resumes",
    params(("id" = BatchId, Path,), ("file" = ResumeFileId, Path,)),
    responses((status = 204, description = "Removed"), Problems))]
async fn remove(
    State(s): State<Services>,
    Caller(actor): Caller,
    Id((id, file)): Id<(BatchId, ResumeFileId)>,
) -> ApiResult<Response> {
    batch::remove(&s, &actor, id, file).await?;
    Ok(reply::done())
}

/// Read a file once more
///
/// One that failed. It is charged only if it is read now, and never twice.
#[utoipa::path(post, path = "/resume-batches/{id}/files/{file}/retry", tag = "Resumes",
    params(
        ("id" = BatchId, Path,),
        ("file" = ResumeFileId, Path,),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request harmless"),
    ),
    responses((status = 200, description = "The batch, running", body = ResumeBatch), Problems))]
async fn retry(
    State(s): State<Services>,
    Caller(actor): Caller,
    Id((id, file)): Id<(BatchId, ResumeFileId)>,
) -> ApiResult<Response> {
    Ok(reply::changed(&path(id), batch::retry(&s, &actor, id, file).await?))
}

/// Add the resumes that were read as candidates
///
/// Those with a name and nothing to correct; the others wait. `candidate_id` of each file says whom it became. Adding
/// again adds nobody twice.
#[utoipa::path(post, path = "/resume-batches/{id}/add", tag = "Resumes",
    params(
        ("id" = BatchId, Path,),
        ("keep_files" = Option<bool>, Query, description = "Whether the PDFs are kept with the candidates; as said at the upload where left out"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request harmless"),
    ),
    responses((status = 200, description = "The batch", body = ResumeBatch), Problems))]
async fn add(
    State(s): State<Services>,
    Caller(actor): Caller,
    Id(id): Id<BatchId>,
    mut query: Query,
) -> ApiResult<Response> {
    let keep = query.value("keep_files");
    query.done()?;
    Ok(reply::changed(&path(id), batch::add(&s, &actor, id, keep).await?))
}

/// Give a resume batch up
///
/// What is set aside comes back; candidates that were added stay.
#[utoipa::path(post, path = "/resume-batches/{id}/cancel", tag = "Resumes",
    params(
        ("id" = BatchId, Path,),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request harmless"),
    ),
    responses((status = 200, description = "The batch, cancelled", body = ResumeBatch), Problems))]
async fn cancel(State(s): State<Services>, Caller(actor): Caller, Id(id): Id<BatchId>) -> ApiResult<Response> {
    Ok(reply::changed(&path(id), batch::cancel(&s, &actor, id).await?))
}

/// What the form of one resume holds.
#[derive(ToSchema)]
#[expect(dead_code, reason = "read as it arrives; this is its description")]
struct ResumeForm {
    /// A PDF of up to 10 MB.
    #[schema(format = Binary)]
    file: String,
}

/// Read one resume
///
/// Its fields with their sources; nothing is saved. Charged only if it could be read. The same file with the same key is read
/// again and charged once; another file with it is a conflict.
#[utoipa::path(post, path = "/resumes/extract", tag = "Resumes",
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request harmless")),
    request_body(content = ResumeForm, content_type = "multipart/form-data"),
    responses((status = 200, description = "What was found", body = ExtractedResume), Problems))]
async fn extract(
    State(s): State<Services>,
    Caller(actor): Caller,
    headers: HeaderMap,
    done_before: Option<Extension<Parts>>,
    form: Result<FileForm, MultipartRejection>,
) -> ApiResult<Response> {
    single::may_extract(&s, &actor)?;
    let form = form.map_err(|_| ApiError::media_type("multipart/form-data"))?;
    let upload = resume_files::one(&s, form, FILE_BYTES).await?;
    // Nothing is kept that could be answered again: the file is read again, and charged once. So it has to be the same.
    let once = headers.get("idempotency-key").and_then(|key| key.to_str().ok());
    let (upload, which) = if once.is_some() {
        let (upload, id) = tokio::task::spawn_blocking(move || {
            let id = single::fingerprint(&upload);
            (upload, id)
        })
        .await
        .map_err(ServiceError::internal)?;
        let which = Part {
            result: "read".to_owned(),
            id: Some(id?),
            ..Part::default()
        };
        (upload, vec![which])
    } else {
        (upload, Vec::new())
    };
    if let Some(Extension(Parts(before))) = done_before
        && !which.iter().all(|part| before.contains(part))
    {
        return Err(key_reused());
    }
    let extracted = single::extract(&s, &actor, upload, once.map(str::to_owned)).await?;
    Ok(reply::made_of(StatusCode::OK, which, extracted))
}

/// Download a candidate's resume
///
/// The PDF as it was uploaded, as an attachment.
#[utoipa::path(get, path = "/candidates/{id}/resume", tag = "Resumes", params(("id" = CandidateId, Path,)),
    responses((status = 200, description = "The PDF", content_type = "application/pdf", body = Vec<u8>), Problems))]
async fn download(State(s): State<Services>, Caller(actor): Caller, Id(id): Id<CandidateId>) -> ApiResult<Response> {
    let (name, file, length) = single::of_candidate(&s, &actor, id).await?;
    Ok(attachment(&name, file, length))
}
