//! What the browser may know of a failure: a closed set, so that nothing inside the server can slip out by `?`.

use crate::messages::creator;
use leptos::server_fn::{codec::JsonEncoding, error::FromServerFnError, error::ServerFnErrorErr};
use parley_domain::error::FieldError;
use serde::{Deserialize, Serialize};
use std::fmt;
use uuid::Uuid;

/// Why a server function did not do what it was asked. Nothing was changed in any of these cases, except that after
/// [`AppError::Offline`] nobody knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "error", rename_all = "snake_case")]
pub enum AppError {
    /// Nobody is signed in, or not any more.
    SignedOut,
    /// The role is too low.
    Forbidden,
    /// Unknown, deleted, or in another workspace.
    NotFound,
    /// The input is wrong, field by field.
    Invalid {
        /// What is wrong where.
        errors: Vec<FieldError>,
    },
    /// The present state does not allow it.
    Conflict {
        /// Stable, for programs.
        code: String,
        /// A sentence for people.
        detail: String,
        /// An object that stands in the way, where there is one.
        existing: Option<Uuid>,
    },
    /// Too often.
    TooMany {
        /// Seconds to wait.
        retry_after: u64,
    },
    /// Busy or out of space; try again.
    Unavailable,
    /// The request could not be read: a page of another version, most likely.
    Unreadable,
    /// The server did not answer.
    Offline,
    /// A fault of ours; it is in the log.
    Internal,
}

impl AppError {
    /// One wrong field.
    pub fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Invalid {
            errors: vec![FieldError::new(field, message)],
        }
    }

    /// A short word for this kind of failure: what a plain form's page finds in its address.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::SignedOut => "signed_out",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not_found",
            Self::Invalid { .. } => "invalid",
            Self::Conflict { .. } => "conflict",
            Self::TooMany { .. } => "too_many",
            Self::Unavailable => "unavailable",
            Self::Unreadable => "unreadable",
            Self::Offline => "offline",
            Self::Internal => "internal",
        }
    }

    /// What is wrong with this field, if that is it.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&str> {
        match self {
            Self::Invalid { errors } => errors.iter().find(|e| e.field == name).map(|e| e.message.as_str()),
            _ => None,
        }
    }

    /// The HTTP status that says the same.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::SignedOut => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::Invalid { .. } => 422,
            Self::Conflict { .. } => 409,
            Self::TooMany { .. } => 429,
            Self::Unavailable | Self::Offline => 503,
            Self::Unreadable => 400,
            Self::Internal => 500,
        }
    }

    /// The same error, after its status was put into the answer. A plain form post keeps its redirect, and a page that
    /// is being rendered keeps its own status: both accept HTML.
    #[cfg(feature = "ssr")]
    #[must_use]
    pub fn answered(self) -> Self {
        use leptos::prelude::use_context;
        let Some(options) = use_context::<leptos_axum::ResponseOptions>() else {
            return self;
        };
        if crate::server_fns::accepts_html() {
            return self;
        }
        if let Ok(status) = http::StatusCode::from_u16(self.status()) {
            options.set_status(status);
        }
        if let Self::TooMany { retry_after } = self {
            options.insert_header(http::header::RETRY_AFTER, retry_after.into());
        }
        self
    }
}

impl fmt::Display for AppError {
    /// A sentence for people: what happened, what to do.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let t = creator().failures;
        f.write_str(match self {
            Self::SignedOut => t.signed_out,
            Self::Forbidden => t.forbidden,
            Self::NotFound => t.not_found,
            Self::Invalid { errors } => {
                let messages: Vec<&str> = errors.iter().map(|e| e.message.as_str()).collect();
                return f.write_str(&messages.join(" "));
            }
            Self::Conflict { detail, .. } => detail,
            Self::TooMany { retry_after } => return f.write_str(&(t.too_often)(*retry_after)),
            Self::Unavailable => t.unavailable,
            Self::Unreadable => t.unreadable,
            Self::Offline => t.offline,
            Self::Internal => t.internal,
        })
    }
}

impl std::error::Error for AppError {}

impl FromServerFnError for AppError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        let kind = match error {
            ServerFnErrorErr::Request(_) => Self::Offline,
            ServerFnErrorErr::Args(_)
            | ServerFnErrorErr::MissingArg(_)
            | ServerFnErrorErr::Deserialization(_)
            | ServerFnErrorErr::Serialization(_)
            | ServerFnErrorErr::UnsupportedRequestMethod(_) => Self::Unreadable,
            ServerFnErrorErr::Registration(_)
            | ServerFnErrorErr::ServerError(_)
            | ServerFnErrorErr::MiddlewareError(_)
            | ServerFnErrorErr::Response(_) => Self::Internal,
        };
        #[cfg(feature = "ssr")]
        {
            // Without the text: it quotes what was sent.
            tracing::debug!(error = kind.code(), "a server function was not reached");
            kind.answered()
        }
        #[cfg(not(feature = "ssr"))]
        kind
    }
}

#[cfg(feature = "ssr")]
impl From<parley_services::error::ServiceError> for AppError {
    /// Logs what must not be shown, once, here; and puts the status into the answer.
    fn from(error: parley_services::error::ServiceError) -> Self {
        use parley_services::error::ServiceError;
        let shown = match error {
            ServiceError::NotFound => Self::NotFound,
            ServiceError::Forbidden => Self::Forbidden,
            ServiceError::Invalid(errors) => Self::Invalid { errors },
            ServiceError::Conflict { code, detail, existing } => Self::Conflict {
                code: code.to_owned(),
                detail,
                existing,
            },
            ServiceError::TooMany { retry_after } => Self::TooMany { retry_after },
            ServiceError::Unavailable(why) => {
                tracing::warn!(%why, "temporarily unavailable");
                Self::Unavailable
            }
            ServiceError::Internal(error) => {
                tracing::error!(error = format!("{error:#}"), "a use-case failed");
                Self::Internal
            }
        };
        shown.answered()
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use parley_services::error::ServiceError;

    #[test]
    fn what_is_inside_stays_inside() {
        let inside = ServiceError::internal(anyhow_like("SELECT password FROM user"));
        let shown = AppError::from(inside);
        assert_eq!(shown, AppError::Internal);
        let sent = serde_json::to_string(&shown).unwrap();
        assert_eq!(sent, r#"{"error":"internal"}"#);
        assert!(!shown.to_string().contains("SELECT"));
    }

    #[test]
    fn every_kind_survives_the_wire() {
        for error in [
            AppError::SignedOut,
            AppError::invalid("email", "Enter an email address."),
            AppError::Conflict {
                code: "c".to_owned(),
                detail: "d".to_owned(),
                existing: Some(Uuid::nil()),
            },
            AppError::TooMany { retry_after: 7 },
            AppError::Offline,
        ] {
            let wire = serde_json::to_string(&error).unwrap();
            assert_eq!(serde_json::from_str::<AppError>(&wire).unwrap(), error);
            assert!(!error.to_string().is_empty());
        }
    }

    fn anyhow_like(text: &str) -> std::io::Error {
        std::io::Error::other(text.to_owned())
    }
}
