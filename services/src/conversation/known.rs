//! A browser that comes back to a public link.

use super::door::{token_of_cookie, visitor};
use crate::{Services, error::Result, links};
use parley_domain::session::Status;

/// The invite token of the session in progress that this browser's cookie speaks for, if it is one of the interview
/// behind this public link. Changes nothing.
///
/// # Errors
/// When the database fails.
pub async fn session_of_cookie(s: &Services, slug: &str, cookie: &str) -> Result<Option<String>> {
    let (Some(link), Some(token)) = (
        links::by_slug(s.db.read(), slug).await?,
        token_of_cookie(s, cookie).await?,
    ) else {
        return Ok(None);
    };
    let known = visitor(s.db.read(), &token).await?;
    let inside = known.is_some_and(|known| {
        !known.is_preview()
            && known.interview.id == link.interview_id
            && known.session.status == Status::InProgress.as_str()
    });
    Ok(inside.then_some(token))
}
