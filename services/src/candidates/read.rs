//! Reading and changing one candidate.

use super::{
    insert::{store_fields, this_year},
    links::invite_url,
};
use crate::{
    Services,
    db::Priority,
    entity::{candidate, session},
    error::{Result, ServiceError},
    events::Change,
    input,
    sessions::to_session,
};
use parley_domain::{
    account::{Action, Actor},
    candidate::{Candidate, CandidateInput},
    id::{CandidateId, InterviewId, WorkspaceId},
    merge::merge_patch,
    session::Session,
    time::Timestamp,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use serde_json::Value;

/// A candidate that is not deleted.
pub(crate) async fn find(
    conn: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: CandidateId,
) -> Result<candidate::Model> {
    candidate::Entity::find_by_id(id.0)
        .filter(candidate::Column::WorkspaceId.eq(workspace.0))
        .filter(candidate::Column::DeletedAt.is_null())
        .one(conn)
        .await?
        .ok_or(ServiceError::NotFound)
}

/// The same, locked against changes by others for the rest of the transaction (PostgreSQL; SQLite has one writer). Whoever
/// makes new fields of the present ones reads them by this: what others wrote meanwhile is among them.
pub(crate) async fn lock_candidate(
    tx: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: CandidateId,
) -> Result<candidate::Model> {
    candidate::Entity::find_by_id(id.0)
        .filter(candidate::Column::WorkspaceId.eq(workspace.0))
        .filter(candidate::Column::DeletedAt.is_null())
        .lock_exclusive()
        .one(tx)
        .await?
        .ok_or(ServiceError::NotFound)
}

/// The newest attempt of a candidate.
pub(crate) async fn current_session(conn: &impl ConnectionTrait, row: &candidate::Model) -> Result<session::Model> {
    session::Entity::find()
        .filter(session::Column::WorkspaceId.eq(row.workspace_id))
        .filter(session::Column::CandidateId.eq(row.id))
        .filter(session::Column::IsCurrent.eq(true))
        .one(conn)
        .await?
        .ok_or(ServiceError::NotFound)
}

/// What is known of a candidate, as their fields.
pub(crate) fn fields(row: &candidate::Model) -> CandidateInput {
    CandidateInput {
        name: row.name.clone(),
        email: row.email.clone(),
        phone: row.phone.clone(),
        school: row.school.clone(),
        major: row.major.clone(),
        degree: row.degree.clone(),
        graduation_year: row.graduation_year,
        work_experience: row.work_experience.clone(),
        notes: row.notes.clone(),
    }
}

/// The object that the doors show; with the invite link for those who may see it.
///
/// # Errors
/// When the database fails.
pub async fn to_candidate(
    s: &Services,
    actor: &Actor,
    row: candidate::Model,
    session: session::Model,
) -> Result<Candidate> {
    let session = to_session(s.db.read(), session).await?;
    of_rows(s, actor, row, session)
}

/// The same, where the session is an object already.
pub(super) fn of_rows(s: &Services, actor: &Actor, row: candidate::Model, session: Session) -> Result<Candidate> {
    Ok(Candidate {
        id: CandidateId(row.id),
        interview_id: InterviewId(row.interview_id),
        fields: fields(&row),
        source: row
            .source
            .parse()
            .map_err(|e: String| ServiceError::internal(anyhow::anyhow!(e)))?,
        resume_file: row.resume_name.clone(),
        invite_url: invite_url(s, actor, &row)?,
        link_expires_at: row.link_expires_at.map(Timestamp::from_millis),
        possible_duplicate_of: row.possible_duplicate_of.map(CandidateId),
        session,
        created_at: Timestamp::from_millis(row.created_at),
    })
}

/// One candidate with their current attempt.
///
/// # Errors
/// Unknown, deleted or foreign ones are not found.
pub async fn get(s: &Services, actor: &Actor, id: CandidateId) -> Result<Candidate> {
    let workspace = s.allow_own(actor, Action::Read)?;
    let row = find(s.db.read(), workspace, id).await?;
    let session = current_session(s.db.read(), &row).await?;
    to_candidate(s, actor, row, session).await
}

/// Changes a candidate by a merge patch over their fields: what is not named stays, `null` clears.
///
/// # Errors
/// Unknown fields and wrong values, field by field.
pub async fn patch(s: &Services, actor: &Actor, id: CandidateId, change: &Value) -> Result<Candidate> {
    let workspace = s.allow_own(actor, Action::EditCandidates)?;
    if !change.is_object() {
        return Err(ServiceError::invalid("", "Send an object with the fields to change."));
    }
    let tx = s.db.write(Priority::Person).await?;
    let row = lock_candidate(&*tx, workspace, id).await?;
    let mut merged = serde_json::to_value(fields(&row))?;
    merge_patch(&mut merged, change);
    let input: CandidateInput = input::parse(merged)?;
    let input = input.checked(this_year(s))?;
    let row = store_fields(&*tx, s, row, input).await?;
    let session = current_session(&*tx, &row).await?;
    tx.commit().await?;
    s.events.send(Change {
        workspace,
        interview: InterviewId(row.interview_id),
        candidate: Some(id),
        session: Some(session.id.into()),
    });
    to_candidate(s, actor, row, session).await
}
