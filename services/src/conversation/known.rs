//! A browser that comes back to a public link.

use super::door::{asks_email, token_of_cookie, visitor};
use crate::{Services, error::Result, links};
use parley_domain::session::Status;

/// A session in progress that a browser knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComesBack {
    /// The invite token that leads to it.
    pub token: String,
    /// Whether the email has to be typed before it goes on.
    pub asks_email: bool,
}

/// The session in progress that this browser's cookie speaks for, if it is one of the interview behind this public link.
/// Changes nothing.
///
/// # Errors
/// When the database fails.
pub async fn session_of_cookie(s: &Services, slug: &str, cookie: &str) -> Result<Option<ComesBack>> {
    let (Some(link), Some(token)) = (
        links::by_slug(s.db.read(), slug).await?,
        token_of_cookie(s, cookie).await?,
    ) else {
        return Ok(None);
    };
    let Some(known) = visitor(s.db.read(), &token).await? else {
        return Ok(None);
    };
    let inside = !known.is_preview()
        && known.interview.id == link.interview_id
        && known.session.status == Status::InProgress.as_str();
    let asks_email = asks_email(&known);
    Ok(inside.then_some(ComesBack { token, asks_email }))
}
