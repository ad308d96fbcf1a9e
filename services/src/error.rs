//! What can go wrong in a use-case. Rich inside; the doors turn it into what their callers may see.

use parley_domain::error::FieldError;
use sea_orm::{DbErr, RuntimeErr, SqlErr};
use tokio::task::JoinError;

/// Result of a use-case.
pub type Result<T, E = ServiceError> = std::result::Result<T, E>;

/// Why a use-case did not happen. Nothing was changed in any of these cases.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// Unknown, deleted, or in another workspace: the same for all.
    #[error("not found")]
    NotFound,
    /// The actor's role is too low.
    #[error("not allowed")]
    Forbidden,
    /// The input is wrong, field by field.
    #[error("invalid input: {0:?}")]
    Invalid(Vec<FieldError>),
    /// The present state does not allow it; `code` for programs, `detail` for people.
    #[error("conflict {code}: {detail}")]
    Conflict {
        /// Stable, lower_snake_case.
        code: &'static str,
        /// A sentence: what happened, what is kept, what to do.
        detail: String,
        /// An object that stands in the way, where there is one.
        existing: Option<uuid::Uuid>,
    },
    /// Too often; try again after so many seconds.
    #[error("too many requests, retry in {retry_after} s")]
    TooMany {
        /// Seconds to wait.
        retry_after: u64,
    },
    /// Busy, locked or out of space: nothing was written, try again.
    #[error("temporarily unavailable: {0}")]
    Unavailable(String),
    /// A fault of ours. Logged where it is turned into an answer; never shown.
    #[error("internal: {0:#}")]
    Internal(anyhow::Error),
}

impl ServiceError {
    /// One wrong field.
    pub fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError::new(field, message)])
    }

    /// A conflict without an object in the way.
    pub fn conflict(code: &'static str, detail: impl Into<String>) -> Self {
        Self::Conflict {
            code,
            detail: detail.into(),
            existing: None,
        }
    }

    /// A fault of ours. Of a task that panicked it says only that: the message of a panic may quote anything, and where it
    /// was is in the log already.
    pub fn internal(error: impl Into<anyhow::Error>) -> Self {
        let error = error.into();
        let panicked = error.downcast_ref::<JoinError>().is_some_and(JoinError::is_panic);
        Self::Internal(if panicked {
            anyhow::anyhow!("a task panicked")
        } else {
            error
        })
    }

    /// The same trouble, for another request that met it.
    #[must_use]
    pub(crate) fn shared(&self) -> Self {
        match self {
            Self::Unavailable(why) => Self::Unavailable(why.clone()),
            other => Self::Internal(anyhow::anyhow!("{other}")),
        }
    }

    /// Whether this is a broken UNIQUE rule of the database.
    #[must_use]
    pub fn is_unique_violation(error: &DbErr) -> bool {
        matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_)))
    }
}

impl From<Vec<FieldError>> for ServiceError {
    fn from(errors: Vec<FieldError>) -> Self {
        Self::Invalid(errors)
    }
}

impl From<serde_json::Error> for ServiceError {
    fn from(error: serde_json::Error) -> Self {
        Self::Internal(error.into())
    }
}

/// SQLite's primary codes for "busy", "locked", "full" and "I/O error"; PostgreSQL's classes for "out of resources",
/// "object in use", "operator intervention" and serialisation failures.
fn passing(code: &str) -> bool {
    let sqlite = code.parse::<u32>().is_ok_and(|n| matches!(n & 0xff, 5 | 6 | 10 | 13));
    sqlite && code.len() <= 4
        || ["53", "55", "57", "40", "08"]
            .iter()
            .any(|class| code.len() == 5 && code.starts_with(class))
}

impl From<DbErr> for ServiceError {
    fn from(error: DbErr) -> Self {
        let busy = match &error {
            DbErr::ConnectionAcquire(_) => true,
            DbErr::Conn(RuntimeErr::SqlxError(e))
            | DbErr::Exec(RuntimeErr::SqlxError(e))
            | DbErr::Query(RuntimeErr::SqlxError(e)) => e
                .as_database_error()
                .and_then(|d| d.code())
                .is_some_and(|code| passing(&code)),
            _ => false,
        };
        if busy {
            Self::Unavailable(error.to_string())
        } else {
            Self::Internal(error.into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ServiceError, passing};

    #[tokio::test]
    async fn a_panic_is_told_without_its_message() {
        let name = "Ana Lim\u{e9}".to_owned();
        // In the middle of a letter: such a panic quotes the text.
        let broken = tokio::task::spawn_blocking(move || name[..8].to_owned()).await;
        let error = ServiceError::internal(broken.unwrap_err());
        assert_eq!(error.to_string(), "internal: a task panicked");
        assert!(!format!("{error:?}").contains("Ana"), "{error:?}");
    }

    #[test]
    fn tells_passing_troubles_from_faults() {
        // SQLITE_BUSY, SQLITE_LOCKED, SQLITE_FULL, SQLITE_IOERR_WRITE, PostgreSQL deadlock and disk full.
        for code in ["5", "6", "13", "778", "40P01", "53100"] {
            assert!(passing(code), "{code}");
        }
        // SQLITE_ERROR, SQLITE_CONSTRAINT_UNIQUE, PostgreSQL unique_violation and syntax error.
        for code in ["1", "2067", "23505", "42601"] {
            assert!(!passing(code), "{code}");
        }
    }
}
