//! Another attempt, from the candidate's side of the door.

use super::{
    door::{RefusedOr, refuse, unknown_link, visitor},
    start::checked,
    view::Scene,
};
use crate::{Services, error::ServiceError, sessions};
use parley_domain::{
    conversation::{CandidateError, CandidateErrorCode, CandidateView},
    id::CandidateId,
};

/// Starts another attempt where the interview allows it, else asks the team for one. The view says which: Not started
/// for a new attempt, Completed while the wish waits.
///
/// # Errors
/// An unknown link; a session that is not completed; an interview that takes nobody now; a reason that is missing; one that
/// asks for the invited email.
pub async fn ask_retake(s: &Services, token: &str, reason: &str) -> Result<CandidateView, CandidateError> {
    ask_retake_by(s, token, reason, None).await
}

/// The same by somebody who typed this email.
///
/// # Errors
/// As for [`ask_retake`]; where the interview asks for the invited email, one that is not it.
pub async fn ask_retake_by(
    s: &Services,
    token: &str,
    reason: &str,
    email: Option<&str>,
) -> Result<CandidateView, CandidateError> {
    inner(s, token, reason, email).await.map_err(|RefusedOr(e)| e)
}

async fn inner(s: &Services, token: &str, reason: &str, email: Option<&str>) -> Result<CandidateView, RefusedOr> {
    let known = visitor(s.db.read(), token).await?.ok_or_else(unknown_link)?;
    // An attempt is used up, and the view shows the one before.
    checked(s, &known, email).await?;
    match sessions::ask(s, &known.actor(), CandidateId(known.candidate.id), reason).await {
        Ok(_) => {}
        Err(ServiceError::Conflict { detail, .. }) => return Err(refuse(CandidateErrorCode::NotOpen, &detail).into()),
        Err(other) => return Err(other.into()),
    }
    Ok(Scene::of(s, token).await?.ok_or_else(unknown_link)?.view(s)?)
}
