//! Attempts side by side, and the one that counts.

use super::{
    lifecycle::{event, lock, tell_what_came_of},
    report::{of_candidate, transcript},
    score::mark_score,
};
use crate::{
    Services, analysis, candidates,
    db::Priority,
    entity::session,
    error::{Result, ServiceError},
    interviews,
};
use parley_domain::{
    account::{Action, Actor},
    comparison::{Attempt, Comparison, compare},
    id::{CandidateId, SessionId},
    session::{AnalysisState, Session, Status},
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};

/// Attempts of a candidate side by side, first attempt first: those of `only`, or all where it is empty. Differences are
/// to the nearest of them before.
///
/// # Errors
/// An unknown, deleted or foreign candidate; an attempt that they do not have.
pub async fn comparison(s: &Services, actor: &Actor, candidate: CandidateId, only: &[i32]) -> Result<Comparison> {
    let workspace = s.allow_own(actor, Action::Read)?;
    let name = candidates::get(s, actor, candidate).await?.fields.name;
    let mut sessions = of_candidate(s, actor, candidate).await?;
    sessions.sort_by_key(|session| session.attempt);
    if let Some(unknown) = only.iter().find(|n| !sessions.iter().any(|s| s.attempt == **n)) {
        return Err(ServiceError::invalid(
            "attempts",
            format!("There is no attempt {unknown}."),
        ));
    }
    sessions.retain(|session| only.is_empty() || only.contains(&session.attempt));
    let mut attempts = Vec::with_capacity(sessions.len());
    for session in sessions {
        let row = session::Entity::find_by_id(session.id.0)
            .filter(session::Column::WorkspaceId.eq(workspace.0))
            .one(s.db.read())
            .await?
            .ok_or(ServiceError::NotFound)?;
        let version = match row.version_id {
            Some(id) => Some(interviews::version(s.db.read(), workspace, id.into()).await?),
            None => None,
        };
        // The newest that is there: while another run is on its way, and where it failed, the one before holds, as in the
        // list and the report.
        let analysis = analysis::history(s, actor, session.id)
            .await?
            .into_iter()
            .find(|run| run.state == AnalysisState::Ready)
            .map(|run| run.result);
        attempts.push(Attempt {
            turns: transcript(s, actor, session.id).await?.items,
            version: version.as_ref().map(|v| v.number),
            questions: version.map(|v| v.questions).unwrap_or_default(),
            analysis,
            session,
        });
    }
    Ok(compare(candidate, name, &attempts))
}

/// Marks a completed attempt as the one that counts; the mark leaves the candidate's other attempts.
///
/// # Errors
/// An attempt that is not completed; unknown and foreign ones.
pub async fn mark_counts(s: &Services, actor: &Actor, id: SessionId) -> Result<Session> {
    let workspace = s.allow_own(actor, Action::GrantRetakes)?;
    let known = super::get(s, actor, id).await?;
    let candidate = known.candidate_id.ok_or(ServiceError::NotFound)?;
    let tx = s.db.write(Priority::Person).await?;
    // The candidate first: of two who mark different attempts at once, one is done before the other begins.
    candidates::lock_candidate(&*tx, workspace, candidate).await?;
    let row = lock(&*tx, id).await?;
    if row.status != Status::Completed.as_str() {
        return Err(ServiceError::conflict(
            "not_completed",
            "Only a completed attempt can be the one that counts.",
        ));
    }
    let candidate = row.candidate_id.ok_or(ServiceError::NotFound)?;
    session::Entity::update_many()
        .col_expr(session::Column::Counts, false.into())
        .filter(session::Column::WorkspaceId.eq(workspace.0))
        .filter(session::Column::CandidateId.eq(candidate))
        .exec(&*tx)
        .await?;
    let mut change = row.into_active_model();
    change.counts = Set(true);
    let row = change.update(&*tx).await?;
    event(&*tx, s, &row, "marked_as_counting", actor, None).await?;
    mark_score(&*tx, workspace.0, candidate).await?;
    tx.commit().await?;
    tell_what_came_of(s, &row);
    super::get(s, actor, id).await
}
