//! Another attempt, from the candidate's side of the door.

use super::{
    door::{RefusedOr, refuse, unknown_link, visitor},
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
/// An unknown link; a session that is not completed; an interview that takes nobody now; a reason that is missing.
pub async fn ask_retake(s: &Services, token: &str, reason: &str) -> Result<CandidateView, CandidateError> {
    inner(s, token, reason).await.map_err(|RefusedOr(e)| e)
}

async fn inner(s: &Services, token: &str, reason: &str) -> Result<CandidateView, RefusedOr> {
    let known = visitor(s.db.read(), token).await?.ok_or_else(unknown_link)?;
    match sessions::ask(s, &known.actor(), CandidateId(known.candidate.id), reason).await {
        Ok(_) => {}
        Err(ServiceError::Conflict { detail, .. }) => return Err(refuse(CandidateErrorCode::NotOpen, &detail).into()),
        Err(other) => return Err(other.into()),
    }
    Ok(Scene::of(s, token).await?.ok_or_else(unknown_link)?.view(s)?)
}
