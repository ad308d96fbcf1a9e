//! Who comes with a login cookie: for event streams, uploads and downloads. These routes never read API keys, and REST
//! never reads cookies.

use crate::state::AppState;
use axum::{
    Json,
    extract::FromRequestParts,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header, request::Parts};
use parley_app::login;
use parley_domain::{
    account::Actor,
    id::{InterviewId, UserId},
};
use parley_services::{Services, accounts, error::ServiceError};

/// A request of a signed-in browser.
#[derive(Clone, Debug)]
pub struct Person {
    /// The use-cases' surroundings.
    pub services: Services,
    /// Who.
    pub user: UserId,
}

impl Person {
    /// As a member of the workspace at `/w/{slug}`.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for a workspace that is not theirs.
    pub async fn in_workspace(&self, slug: &str) -> Result<Actor, ServiceError> {
        accounts::actor(&self.services, self.user, slug).await
    }

    /// As a member of the workspace that has this interview.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for an interview that is not theirs.
    pub async fn on_interview(&self, id: InterviewId) -> Result<Actor, ServiceError> {
        accounts::actor_for_interview(&self.services, self.user, id).await
    }
}

/// Why a request is not let in, as problem+json (RFC 9457).
#[derive(Debug)]
pub enum Refused {
    /// Nobody is signed in.
    Login,
    /// It could not be found out.
    Failed(ServiceError),
}

impl From<ServiceError> for Refused {
    fn from(error: ServiceError) -> Self {
        Self::Failed(error)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let (status, title, detail) = match &self {
            Self::Login => (
                StatusCode::UNAUTHORIZED,
                "Logged out",
                "Log in again; nothing was changed.",
            ),
            Self::Failed(ServiceError::Unavailable(why)) => {
                tracing::warn!(%why, "temporarily unavailable");
                (
                    StatusCode::SERVICE_UNAVAILABLE,
                    "Busy",
                    "The server is busy. Nothing was changed; try again in a moment.",
                )
            }
            Self::Failed(error) => {
                tracing::error!(%error, "finding out who asks");
                (
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "Internal error",
                    "Something went wrong on the server; it is in its log.",
                )
            }
        };
        let body =
            serde_json::json!({"type": "about:blank", "title": title, "status": status.as_u16(), "detail": detail});
        let mut response = (status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        match self {
            Self::Failed(ServiceError::Unavailable(_)) => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
            }
            Self::Login | Self::Failed(_) => {}
        }
        response
    }
}

impl FromRequestParts<AppState> for Person {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Self::Rejection> {
        let secret = login::secret(&parts.headers).ok_or(Refused::Login)?;
        let services = state.services.clone();
        let user = accounts::signed_in(&services, secret).await?.ok_or(Refused::Login)?;
        Ok(Self { services, user })
    }
}
