//! Tables on their way in and out, for a signed-in browser: the upload of an import, the template, the rejected rows.
//! Everything else about imports are server functions.

use crate::{
    auth::{Person, Refused},
    receive::{self, NotReceived},
    state::AppState,
};
use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, Multipart, Path, multipart::MultipartRejection},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use http::{HeaderValue, StatusCode, header};
use parley_domain::{
    id::{ImportId, InterviewId},
    import::Import,
};
use parley_services::{error::ServiceError, imports};

/// The routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route(
            "/upload/w/{slug}/interviews/{id}/imports",
            post(upload).layer(DefaultBodyLimit::max(receive::TABLE_BODY)),
        )
        .route("/download/w/{slug}/imports/template.xlsx", get(template))
        .route("/download/w/{slug}/imports/{id}/rejected.xlsx", get(rejected))
}

async fn upload(
    person: Person,
    Path((slug, id)): Path<(String, String)>,
    form: Result<Multipart, MultipartRejection>,
) -> Response {
    let taken = async {
        let actor = person.in_workspace(&slug).await?;
        let id: InterviewId = id.parse().map_err(|_| ServiceError::NotFound)?;
        let form = form.map_err(|_| NotReceived::Unreadable("Send the file as a form.".to_owned()))?;
        let upload = receive::table(&person.services, form).await?;
        Ok::<Import, NotReceived>(imports::upload(&person.services, &actor, id, upload).await?)
    };
    match taken.await {
        Ok(import) => (StatusCode::CREATED, Json(import)).into_response(),
        Err(NotReceived::TooLarge(sentence)) => problem(StatusCode::PAYLOAD_TOO_LARGE, &sentence),
        Err(NotReceived::Unreadable(sentence)) => problem(StatusCode::BAD_REQUEST, &sentence),
        Err(NotReceived::Wrong(error)) => problem(StatusCode::UNPROCESSABLE_ENTITY, &error.message),
        Err(NotReceived::Refused(error)) => refused(error),
    }
}

async fn template(person: Person, Path(slug): Path<String>) -> Response {
    let made = async {
        let actor = person.in_workspace(&slug).await?;
        imports::template_xlsx(&person.services, &actor)
    };
    match made.await {
        Ok(bytes) => workbook("candidates-template.xlsx", bytes),
        Err(error) => refused(error),
    }
}

async fn rejected(person: Person, Path((slug, id)): Path<(String, String)>) -> Response {
    let made = async {
        let actor = person.in_workspace(&slug).await?;
        let id: ImportId = id.parse().map_err(|_| ServiceError::NotFound)?;
        imports::rejected_xlsx(&person.services, &actor, id).await
    };
    match made.await {
        Ok(bytes) => workbook("rejected-rows.xlsx", bytes),
        Err(error) => refused(error),
    }
}

/// A workbook as an attachment.
pub(crate) fn workbook(file_name: &str, bytes: Vec<u8>) -> Response {
    let kind = HeaderValue::from_static("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, kind);
    // It holds people's data: nobody in between keeps it.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(disposition) = HeaderValue::from_str(&format!("attachment; filename=\"{file_name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    response
}

/// What the page shows: a sentence in problem details.
fn problem(status: StatusCode, detail: &str) -> Response {
    let title = status.canonical_reason().unwrap_or_default();
    let body = serde_json::json!({"type": "about:blank", "title": title, "status": status.as_u16(), "detail": detail});
    let mut response = (status, Json(body)).into_response();
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/problem+json"),
    );
    response
}

fn refused(error: ServiceError) -> Response {
    match error {
        ServiceError::NotFound => problem(StatusCode::NOT_FOUND, "This is not here."),
        ServiceError::Forbidden => problem(StatusCode::FORBIDDEN, "Your role does not allow this."),
        ServiceError::Invalid(errors) => {
            let sentences: Vec<String> = errors.into_iter().map(|error| error.message).collect();
            problem(StatusCode::UNPROCESSABLE_ENTITY, &sentences.join(" "))
        }
        ServiceError::Conflict { detail, .. } => problem(StatusCode::CONFLICT, &detail),
        other => Refused::Failed(other).into_response(),
    }
}
