//! Resumes on their way in and out, for a signed-in browser: files of a batch one by one, the one that fills a form, and
//! the stored PDF of a candidate. Everything else about resumes are server functions.

use crate::{
    auth::{Person, Refused},
    receive::NotReceived,
    state::AppState,
};
use axum::{
    Json, Router,
    body::{Body, Bytes},
    extract::{
        DefaultBodyLimit, Multipart, Path,
        multipart::{MultipartError, MultipartRejection},
    },
    response::{IntoResponse, Response},
    routing::{get, post},
};
use futures::stream;
use http::{HeaderValue, StatusCode, header};
use parley_domain::{
    batch::UNPACKED_MAX,
    error::FieldError,
    id::{BatchId, CandidateId},
    resume::FILE_BYTES,
};
use parley_services::{
    Services,
    error::ServiceError,
    resumes::{
        batch::{self, Upload},
        single,
    },
    storage,
};
use std::{fs::File, io::Write};
use tokio::io::AsyncReadExt;

/// What a form takes around its files, in bytes.
const AROUND: u64 = 256 * 1024;
/// Longest value of a form's text field, in bytes.
const TEXT_MAX: usize = 64;

/// Largest body of a form with one resume.
pub const ONE_BODY: usize = (FILE_BYTES + AROUND) as usize;
/// Largest body of a form with a ZIP or many resumes.
pub const MANY_BODY: usize = (UNPACKED_MAX + AROUND) as usize;

/// The routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route(
            "/upload/w/{slug}/resume-batches/{id}/files",
            post(add_file).layer(DefaultBodyLimit::max(MANY_BODY)),
        )
        .route(
            "/upload/w/{slug}/resumes/extract",
            post(extract).layer(DefaultBodyLimit::max(ONE_BODY)),
        )
        .route("/download/w/{slug}/candidates/{id}/resume", get(download))
}

/// What a form of resumes held.
#[derive(Debug, Default)]
pub struct Received {
    /// Its files.
    pub uploads: Vec<Upload>,
    /// The other fields, in order.
    pub texts: Vec<(String, String)>,
}

/// Reads a form whose files stand in the fields `names`; each goes to disk as it arrives, up to `most` bytes in all.
///
/// # Errors
/// What is wrong with the form.
pub async fn receive(
    services: &Services,
    mut form: Multipart,
    names: &[&str],
    most: u64,
) -> Result<Received, NotReceived> {
    let mut received = Received::default();
    let mut left = most;
    while let Some(mut field) = form.next_field().await.map_err(|error| broken(&error, most))? {
        let name = field.name().unwrap_or_default().to_owned();
        if names.contains(&name.as_str()) {
            let file_name = field.file_name().unwrap_or("resume.pdf").to_owned();
            let mut file = storage::incoming(services)?;
            while let Some(piece) = field.chunk().await.map_err(|error| broken(&error, most))? {
                left = left.checked_sub(piece.len() as u64).ok_or_else(|| too_large(most))?;
                file.write_all(&piece)
                    .map_err(|error| ServiceError::Unavailable(format!("an upload cannot be stored: {error}")))?;
            }
            received.uploads.push(Upload { file_name, file });
            continue;
        }
        let mut text = Vec::new();
        while let Some(piece) = field.chunk().await.map_err(|error| broken(&error, most))? {
            text.extend_from_slice(&piece);
            if text.len() > TEXT_MAX {
                return Err(wrong(&name, "This value is too long."));
            }
        }
        let text = String::from_utf8(text).map_err(|_| wrong(&name, "This value is not UTF-8."))?;
        received.texts.push((name, text));
    }
    Ok(received)
}

/// One file in the field `file`, and nothing else.
///
/// # Errors
/// What is wrong with the form.
pub async fn receive_one(services: &Services, form: Multipart, most: u64) -> Result<Upload, NotReceived> {
    let received = receive(services, form, &["file"], most).await?;
    if let Some((name, _)) = received.texts.first() {
        return Err(wrong(name, "This field is not known here."));
    }
    let mut uploads = received.uploads.into_iter();
    match (uploads.next(), uploads.next()) {
        (Some(upload), None) => Ok(upload),
        _ => Err(wrong("file", "Send one file in the form's field `file`.")),
    }
}

/// A wrong field of a form.
pub fn wrong(field: &str, message: &str) -> NotReceived {
    NotReceived::Wrong(FieldError::new(field, message))
}

fn too_large(most: u64) -> NotReceived {
    NotReceived::TooLarge(format!(
        "This is larger than {} MB. Nothing was read and nothing was charged.",
        most / 1_000_000
    ))
}

fn broken(error: &MultipartError, most: u64) -> NotReceived {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        too_large(most)
    } else {
        NotReceived::Unreadable("The form did not arrive whole. Nothing was charged; send it again.".to_owned())
    }
}

fn form_of(form: Result<Multipart, MultipartRejection>) -> Result<Multipart, NotReceived> {
    form.map_err(|_| NotReceived::Unreadable("Send the file as a form.".to_owned()))
}

async fn add_file(
    person: Person,
    Path((slug, id)): Path<(String, String)>,
    form: Result<Multipart, MultipartRejection>,
) -> Response {
    let taken = async {
        let actor = person.in_workspace(&slug).await?;
        let id: BatchId = id.parse().map_err(|_| ServiceError::NotFound)?;
        let upload = receive_one(&person.services, form_of(form)?, UNPACKED_MAX).await?;
        let batch = batch::add_file(&person.services, &actor, id, upload).await?;
        Ok::<_, NotReceived>((StatusCode::CREATED, Json(batch.counts)).into_response())
    };
    taken.await.unwrap_or_else(refused)
}

async fn extract(person: Person, Path(slug): Path<String>, form: Result<Multipart, MultipartRejection>) -> Response {
    let taken = async {
        let actor = person.in_workspace(&slug).await?;
        let upload = receive_one(&person.services, form_of(form)?, FILE_BYTES).await?;
        Ok::<_, NotReceived>(Json(single::extract(&person.services, &actor, upload, None).await?).into_response())
    };
    taken.await.unwrap_or_else(refused)
}

async fn download(person: Person, Path((slug, id)): Path<(String, String)>) -> Response {
    let found = async {
        let actor = person.in_workspace(&slug).await?;
        let id: CandidateId = id.parse().map_err(|_| ServiceError::NotFound)?;
        single::of_candidate(&person.services, &actor, id).await
    };
    match found.await {
        Ok((name, file, length)) => attachment(&name, file, length),
        Err(error) => refused(error.into()),
    }
}

/// A stranger's PDF: only ever an attachment, never shown on this origin.
pub fn attachment(name: &str, file: File, length: u64) -> Response {
    let source = tokio::fs::File::from_std(file);
    let chunks = stream::try_unfold(source, |mut source| async move {
        let mut chunk = vec![0; 64 * 1024];
        let n = source.read(&mut chunk).await?;
        chunk.truncate(n);
        Ok::<_, std::io::Error>((n > 0).then(|| (Bytes::from(chunk), source)))
    });
    let mut response = (
        [
            (header::CONTENT_TYPE, "application/pdf".to_owned()),
            (header::CONTENT_LENGTH, length.to_string()),
            (header::CACHE_CONTROL, "no-store".to_owned()),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
            (
                header::CONTENT_SECURITY_POLICY,
                "sandbox; default-src 'none'".to_owned(),
            ),
        ],
        Body::from_stream(chunks),
    )
        .into_response();
    let disposition = HeaderValue::from_str(&disposition(name));
    response.headers_mut().insert(
        header::CONTENT_DISPOSITION,
        disposition.unwrap_or(HeaderValue::from_static("attachment")),
    );
    response
}

/// `attachment` with the name in both spellings: plain for old programs, percent-encoded UTF-8 (RFC 6266) for all others.
fn disposition(name: &str) -> String {
    use std::fmt::Write as _;
    let plain: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || " ._-()".contains(c) {
                c
            } else {
                '_'
            }
        })
        .collect();
    let mut encoded = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"._-".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a String does not fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

/// What the page shows: a sentence in problem details.
fn problem(status: StatusCode, detail: &str, code: Option<&str>) -> Response {
    let title = status.canonical_reason().unwrap_or_default();
    let body = serde_json::json!({
        "type": "about:blank", "title": title, "status": status.as_u16(), "detail": detail, "code": code,
    });
    let mut response = (status, Json(body)).into_response();
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/problem+json"),
    );
    response
}

fn refused(error: NotReceived) -> Response {
    match error {
        NotReceived::TooLarge(sentence) => problem(StatusCode::PAYLOAD_TOO_LARGE, &sentence, None),
        NotReceived::Unreadable(sentence) => problem(StatusCode::BAD_REQUEST, &sentence, None),
        NotReceived::Wrong(error) => problem(StatusCode::UNPROCESSABLE_ENTITY, &error.message, None),
        NotReceived::Refused(error) => match error {
            ServiceError::NotFound => problem(StatusCode::NOT_FOUND, "This is not here.", None),
            ServiceError::Forbidden => problem(StatusCode::FORBIDDEN, "Your role does not allow this.", None),
            ServiceError::Invalid(errors) => {
                let sentences: Vec<String> = errors.into_iter().map(|error| error.message).collect();
                problem(StatusCode::UNPROCESSABLE_ENTITY, &sentences.join(" "), None)
            }
            ServiceError::Conflict { code, detail, .. } => problem(StatusCode::CONFLICT, &detail, Some(code)),
            other => Refused::Failed(other).into_response(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::disposition;

    #[test]
    fn names_cannot_break_out_of_the_header() {
        assert_eq!(
            disposition("Zoë \"x\".pdf"),
            "attachment; filename=\"Zo_ _x_.pdf\"; filename*=UTF-8''Zo%C3%AB%20%22x%22.pdf"
        );
        assert!(!disposition("a\r\nSet-Cookie: x").contains('\n'));
    }
}
