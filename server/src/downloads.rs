//! Files for a signed-in browser.

use crate::{
    auth::{Person, Refused},
    state::AppState,
};
use axum::{
    Form, Router,
    body::{Body, Bytes},
    extract::{Path, Query},
    response::{IntoResponse, Response},
    routing::get,
};
use futures::stream;
use http::{StatusCode, header};
use parley_app::server_fns::sessions::{ListQuery, read_query};
use parley_domain::{
    id::{CandidateId, InterviewId},
    paging::SELECT_MAX,
};
use parley_services::{
    Services,
    accounts::zone_of,
    error::ServiceError,
    links,
    sessions::{self, ExportFile, ExportFormat},
};
use serde::Deserialize;
use tokio::io::AsyncReadExt;

/// The routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route(
            "/download/w/{slug}/interviews/{id}/export.xlsx",
            get(|p, q, a| export(p, q, a, ExportFormat::Xlsx))
                .post(|p, q, a, f| export_selected(p, q, a, f, ExportFormat::Xlsx)),
        )
        .route(
            "/download/w/{slug}/interviews/{id}/export.csv",
            get(|p, q, a| export(p, q, a, ExportFormat::Csv))
                .post(|p, q, a, f| export_selected(p, q, a, f, ExportFormat::Csv)),
        )
        .route("/download/w/{slug}/interviews/{id}/public-link.svg", get(public_link))
}

async fn export(
    person: Person,
    Query(list): Query<ListQuery>,
    at: Path<(String, String)>,
    format: ExportFormat,
) -> Response {
    let file = try_export(&person, &list, &[], at, format).await;
    file.unwrap_or_else(refused)
}

/// What a selection posts: thousands of candidates are longer than an address may be.
#[derive(Debug, Deserialize)]
struct Selected {
    /// Candidates, separated by full stops.
    ids: String,
}

/// The rows of these candidates, in the order that the address says.
async fn export_selected(
    person: Person,
    Query(list): Query<ListQuery>,
    at: Path<(String, String)>,
    Form(selected): Form<Selected>,
    format: ExportFormat,
) -> Response {
    let ids: Result<Vec<CandidateId>, _> = selected.ids.split('.').map(str::parse).collect();
    let file = match ids {
        Ok(ids) if ids.len() as u64 <= SELECT_MAX => try_export(&person, &list, &ids, at, format).await,
        Ok(_) => Err(ServiceError::invalid(
            "ids",
            format!("At most {SELECT_MAX} rows can be selected at once."),
        )),
        Err(_) => Err(ServiceError::invalid(
            "ids",
            "Nobody is selected, or this is not a selection.",
        )),
    };
    file.unwrap_or_else(refused)
}

async fn try_export(
    person: &Person,
    list: &ListQuery,
    ids: &[CandidateId],
    Path((slug, id)): Path<(String, String)>,
    format: ExportFormat,
) -> Result<Response, ServiceError> {
    let s: &Services = &person.services;
    let actor = person.in_workspace(&slug).await?;
    let id: InterviewId = id.parse().map_err(|_| ServiceError::NotFound)?;
    let (filter, order) = read_query(list, &zone_of(s, &actor).await?);
    let file = sessions::export(s, &actor, id, &filter, order, ids, format).await?;
    Ok(send(file, format, s.now()))
}

/// The shareable link as a QR code, to be shown on a page and to be saved.
async fn public_link(person: Person, Path((slug, id)): Path<(String, String)>) -> Response {
    let image = async {
        let actor = person.in_workspace(&slug).await?;
        let id: InterviewId = id.parse().map_err(|_| ServiceError::NotFound)?;
        links::qr(&person.services, &actor, id).await
    };
    match image.await {
        Ok(svg) => ([(header::CONTENT_TYPE, "image/svg+xml")], svg).into_response(),
        Err(error) => refused(error),
    }
}

/// The file as an attachment, read as the browser takes it.
pub(crate) fn send(file: ExportFile, format: ExportFormat, now: parley_domain::time::Timestamp) -> Response {
    let day = now.to_string();
    let name = format!("sessions-{}.{}", day.get(..10).unwrap_or("export"), format.extension());
    (
        [
            (header::CONTENT_TYPE, format.content_type().to_owned()),
            (header::CONTENT_LENGTH, file.size.to_string()),
            (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
            // Invite links are in it.
            (header::CACHE_CONTROL, "no-store".to_owned()),
        ],
        file_body(file.file),
    )
        .into_response()
}

/// What is in a file, piece by piece: read as the browser takes it.
pub(crate) fn file_body(file: std::fs::File) -> Body {
    let source = tokio::fs::File::from_std(file);
    Body::from_stream(stream::try_unfold(source, |mut source| async move {
        let mut chunk = vec![0; 64 * 1024];
        let n = source.read(&mut chunk).await?;
        chunk.truncate(n);
        Ok::<_, std::io::Error>((n > 0).then(|| (Bytes::from(chunk), source)))
    }))
}

/// A line of text: a download has no page to show an error on.
fn refused(error: ServiceError) -> Response {
    let (status, text) = match error {
        ServiceError::NotFound => (StatusCode::NOT_FOUND, "This is not here.".to_owned()),
        ServiceError::Forbidden => (StatusCode::FORBIDDEN, "Your role does not allow this.".to_owned()),
        ServiceError::Invalid(errors) => {
            let messages: Vec<_> = errors.into_iter().map(|e| e.message).collect();
            (StatusCode::UNPROCESSABLE_ENTITY, messages.join(" "))
        }
        ServiceError::Conflict { detail, .. } => (StatusCode::CONFLICT, detail),
        other => return Refused::Failed(other).into_response(),
    };
    (status, text).into_response()
}
