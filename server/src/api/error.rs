//! Errors as problem details (RFC 9457): what happened, what is kept, what to do.

use crate::receive::NotReceived;
use axum::{
    Json,
    extract::Request,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use parley_domain::error::FieldError;
use parley_services::error::ServiceError;
use serde::Serialize;
use std::any::Any;
use utoipa::ToSchema;
use uuid::Uuid;

/// The body of every error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Problem {
    /// A stable name of the kind of problem: `urn:parley:problem:` and a word.
    #[serde(rename = "type")]
    #[schema(rename = "type", example = "urn:parley:problem:not_found")]
    pub kind: String,
    /// The kind of problem in words.
    pub title: &'static str,
    /// The HTTP status once more.
    pub status: u16,
    /// What happened this time, what is kept, what to do.
    pub detail: String,
    /// What is wrong with which field, where fields are the matter.
    pub errors: Vec<FieldError>,
    /// The object that stands in the way, on a conflict with one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub existing_id: Option<Uuid>,
}

/// Why a request was not done. Everything that a handler or a layer answers besides success is one of these.
#[derive(Debug)]
pub struct ApiError {
    status: StatusCode,
    word: &'static str,
    detail: String,
    errors: Vec<FieldError>,
    existing: Option<Uuid>,
    retry_after: Option<u64>,
}

/// What a handler answers.
pub type ApiResult<T> = Result<T, ApiError>;

impl ApiError {
    fn new(status: StatusCode, word: &'static str, detail: impl Into<String>) -> Self {
        Self {
            status,
            word,
            detail: detail.into(),
            errors: Vec::new(),
            existing: None,
            retry_after: None,
        }
    }

    /// 400: the request cannot be read.
    pub fn unreadable(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "unreadable", detail)
    }

    /// 401: no key, or one that is not valid.
    pub fn unauthorized() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "unauthorized",
            "Send a valid API key: Authorization: Bearer pk_… Keys are made in Settings › API keys.",
        )
    }

    /// 404: unknown or foreign, which is the same.
    pub fn not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "not_found",
            "There is nothing here that this key may see.",
        )
    }

    /// 405.
    pub fn method() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method_not_allowed",
            "This address does not take this method; the Allow header says which it takes.",
        )
    }

    /// 408: nothing came any more.
    pub fn stalled() -> Self {
        let detail = "The body did not arrive in time. Nothing was done; send it again.";
        Self::new(StatusCode::REQUEST_TIMEOUT, "stalled", detail)
    }

    /// 409: the present state does not allow it.
    pub fn conflict(word: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, word, detail)
    }

    /// 413: the body is too large.
    pub fn too_large(most: usize) -> Self {
        let detail = format!("The body is larger than {} MB. Nothing was read.", most / 1024 / 1024);
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", detail)
    }

    /// 413, with a sentence of its own.
    pub fn too_large_because(sentence: impl Into<String>) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", sentence)
    }

    /// 415: the body is not of a kind that this address takes.
    pub fn media_type(expected: &str) -> Self {
        let detail = format!("Send the body as {expected}, with that Content-Type.");
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", detail)
    }

    /// 422: wrong fields.
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        let detail = match errors.as_slice() {
            [one] if one.field.is_empty() => one.message.clone(),
            [one] => format!("{}: {}", one.field, one.message),
            many => format!("{} fields are wrong. Nothing was changed.", many.len()),
        };
        Self {
            errors,
            ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", detail)
        }
    }

    /// 422: one wrong field.
    pub fn field(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::invalid(vec![FieldError::new(field, message)])
    }

    /// 429: too often.
    pub fn too_many(retry_after: u64) -> Self {
        let detail = format!("Too many requests. Try again in {retry_after} s; nothing was done.");
        Self {
            retry_after: Some(retry_after),
            ..Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many", detail)
        }
    }

    /// The same error, with a hint when to come back.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "Something went wrong on our side; it was logged. Nothing was changed.",
        )
    }

    /// The body.
    #[must_use]
    pub fn problem(self) -> Problem {
        Problem {
            kind: format!("urn:parley:problem:{}", self.word),
            title: title(self.status),
            status: self.status.as_u16(),
            detail: self.detail,
            errors: self.errors,
            existing_id: self.existing,
        }
    }
}

fn title(status: StatusCode) -> &'static str {
    match status {
        StatusCode::BAD_REQUEST => "The request cannot be read",
        StatusCode::UNAUTHORIZED => "No valid key",
        StatusCode::FORBIDDEN => "Not allowed",
        StatusCode::NOT_FOUND => "Not found",
        StatusCode::CONFLICT => "The present state does not allow it",
        StatusCode::UNPROCESSABLE_ENTITY => "Wrong fields",
        other => other.canonical_reason().unwrap_or("Error"),
    }
}

impl From<NotReceived> for ApiError {
    fn from(error: NotReceived) -> Self {
        match error {
            NotReceived::TooLarge(sentence) => Self::too_large_because(sentence),
            NotReceived::Unreadable(sentence) => Self::unreadable(sentence),
            NotReceived::Stalled(sentence) => Self::new(StatusCode::REQUEST_TIMEOUT, "stalled", sentence),
            NotReceived::Wrong(error) => Self::invalid(vec![error]),
            NotReceived::Refused(error) => error.into(),
        }
    }
}

impl From<ServiceError> for ApiError {
    fn from(error: ServiceError) -> Self {
        match error {
            ServiceError::NotFound => Self::not_found(),
            ServiceError::Forbidden => Self::new(
                StatusCode::FORBIDDEN,
                "forbidden",
                "The role of this key is too low for that.",
            ),
            ServiceError::Invalid(errors) => Self::invalid(errors),
            ServiceError::Conflict { code, detail, existing } => Self {
                existing,
                ..Self::conflict(code, detail)
            },
            ServiceError::TooMany { retry_after } => Self::too_many(retry_after),
            ServiceError::Unavailable(why) => {
                tracing::warn!(%why, "a request was put off");
                let detail = "The server is busy. Nothing was changed; try again.";
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail).retry_after(1)
            }
            ServiceError::Internal(error) => {
                tracing::error!(error = %format!("{error:#}"), "a request failed");
                Self::internal()
            }
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (status, retry_after) = (self.status, self.retry_after);
        let mut response = (status, Json(self.problem())).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static("Bearer realm=\"parley\""),
            );
        }
        if status == StatusCode::REQUEST_TIMEOUT {
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        if let Some(seconds) = retry_after {
            headers.insert(HeaderName::from_static("retry-after"), HeaderValue::from(seconds));
        }
        response
    }
}

/// Answers an address that there is not.
pub async fn no_such_route(request: Request) -> ApiError {
    let error = ApiError::not_found();
    let detail = format!(
        "There is no {} here. GET /api/v1/openapi.json lists every address.",
        parley_domain::text::shorten(request.uri().path(), 100)
    );
    ApiError { detail, ..error }
}

/// Answers a method that an address does not take.
pub async fn method_not_allowed() -> ApiError {
    ApiError::method()
}

/// Turns a panic in a handler into an answer; the panic hook has logged it.
pub fn from_panic(_: Box<dyn Any + Send + 'static>) -> Response {
    ApiError::internal().into_response()
}
