//! Uploaded files on their way to disk: a form's file goes to a temporary file as it arrives, never into memory, and no
//! further than its limit. And what a browser is answered where a form is not taken.

use crate::{
    auth::Refused,
    form::{FileForm, Halt, Part},
};
use axum::{
    Json,
    extract::multipart::{MultipartError, MultipartRejection},
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use parley_domain::{error::FieldError, text::shorten};
use parley_services::error::ServiceError;
use std::io::Write;

/// Why a form was not taken.
#[derive(Debug)]
pub enum NotReceived {
    /// The file is larger than its limit; the sentence says which.
    TooLarge(String),
    /// The form is not one that can be read.
    Unreadable(String),
    /// Nothing came any more.
    Stalled(String),
    /// A field holds what it cannot hold.
    Wrong(FieldError),
    /// The service refused.
    Refused(ServiceError),
}

impl From<ServiceError> for NotReceived {
    fn from(error: ServiceError) -> Self {
        Self::Refused(error)
    }
}

/// What is said of a form that does not arrive as it should; each kind of file has its own consequences.
#[derive(Debug)]
pub struct Sentences {
    /// It is larger than its limit.
    pub too_large: String,
    /// It broke off.
    pub broken: &'static str,
}

impl Sentences {
    fn too_large(&self) -> NotReceived {
        NotReceived::TooLarge(self.too_large.clone())
    }

    /// Why reading the form failed.
    pub fn of(&self, error: &MultipartError) -> NotReceived {
        match Halt::behind(error) {
            Some(Halt::Idle) => NotReceived::Stalled(format!("Nothing more came for a minute. {}", self.broken)),
            None if error.status() == StatusCode::PAYLOAD_TOO_LARGE => self.too_large(),
            Some(Halt::Endless) | None => NotReceived::Unreadable(self.broken.to_owned()),
        }
    }
}

/// The form of a request that should be one.
///
/// # Errors
/// It is none.
pub fn form_of(form: Result<FileForm, MultipartRejection>) -> Result<FileForm, NotReceived> {
    form.map_err(|_| NotReceived::Unreadable("Send the file as a form.".to_owned()))
}

/// Writes a form's file as it arrives; `left` is how many bytes may still come.
///
/// # Errors
/// It breaks off, is too large, or cannot be written.
pub async fn to_disk(
    part: &mut Part<'_>,
    file: &mut (impl Write + Send),
    left: &mut u64,
    say: &Sentences,
) -> Result<(), NotReceived> {
    while let Some(piece) = part.chunk().await.map_err(|error| say.of(&error))? {
        *left = left.checked_sub(piece.len() as u64).ok_or_else(|| say.too_large())?;
        file.write_all(&piece)
            .map_err(|error| ServiceError::Unavailable(format!("an upload cannot be stored: {error}")))?;
    }
    Ok(())
}

/// The value of a form's text field called `name`, of at most so many bytes.
///
/// # Errors
/// It breaks off, is longer, or is no text.
pub async fn text(part: &mut Part<'_>, name: &str, most: usize, say: &Sentences) -> Result<String, NotReceived> {
    let mut text = Vec::new();
    while let Some(piece) = part.chunk().await.map_err(|error| say.of(&error))? {
        text.extend_from_slice(&piece);
        if text.len() > most {
            return Err(wrong(name, "This value is too long."));
        }
    }
    String::from_utf8(text).map_err(|_| wrong(name, "This value is not UTF-8."))
}

/// A wrong field of a form.
pub fn wrong(field: &str, message: &str) -> NotReceived {
    NotReceived::Wrong(FieldError::new(field, message))
}

/// A field that nobody asked for.
pub fn unknown(field: &str) -> NotReceived {
    wrong(&shorten(field, 80), "This field is not known here.")
}

/// A field that came before, and means one thing.
pub fn twice(field: &str) -> NotReceived {
    wrong(field, "This field stands twice in the form.")
}

/// What the page shows: a sentence in problem details.
fn problem(status: StatusCode, detail: &str, code: Option<&str>) -> Response {
    let title = status.canonical_reason().unwrap_or_default();
    let body = serde_json::json!({
        "type": "about:blank", "title": title, "status": status.as_u16(), "detail": detail, "code": code,
    });
    let mut response = (status, Json(body)).into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/problem+json"),
    );
    if status == StatusCode::REQUEST_TIMEOUT {
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// The answer to a signed-in browser.
pub fn refused(error: NotReceived) -> Response {
    match error {
        NotReceived::TooLarge(sentence) => problem(StatusCode::PAYLOAD_TOO_LARGE, &sentence, None),
        NotReceived::Unreadable(sentence) => problem(StatusCode::BAD_REQUEST, &sentence, None),
        NotReceived::Stalled(sentence) => problem(StatusCode::REQUEST_TIMEOUT, &sentence, None),
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
