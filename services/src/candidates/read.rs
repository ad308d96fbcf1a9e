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
    sessions::{question_totals, to_session, with_total},
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
use std::collections::HashMap;
use uuid::Uuid;

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

/// These candidates, each with the newest attempt, in the order given.
pub(super) async fn with_current(
    conn: &impl ConnectionTrait,
    workspace: WorkspaceId,
    rows: Vec<candidate::Model>,
) -> Result<Vec<(candidate::Model, session::Model)>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let sessions = session::Entity::find()
        .filter(session::Column::WorkspaceId.eq(workspace.0))
        .filter(session::Column::CandidateId.is_in(rows.iter().map(|row| row.id)))
        .filter(session::Column::IsCurrent.eq(true))
        .all(conn)
        .await?;
    let mut current: HashMap<Uuid, session::Model> = sessions
        .into_iter()
        .filter_map(|session| Some((session.candidate_id?, session)))
        .collect();
    let pair = |row: candidate::Model| {
        let session = current.remove(&row.id)?;
        Some((row, session))
    };
    Ok(rows.into_iter().filter_map(pair).collect())
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

/// The same for many of a workspace, in the order given: what their sessions need is read for all at once.
pub(super) async fn to_candidates(
    s: &Services,
    actor: &Actor,
    workspace: WorkspaceId,
    rows: Vec<(candidate::Model, session::Model)>,
) -> Result<Vec<Candidate>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let (people, sessions): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
    let totals = question_totals(s, workspace, &sessions).await?;
    let mut shown = Vec::with_capacity(people.len());
    for (row, session) in people.into_iter().zip(sessions) {
        let total = totals.get(&session.id).copied().unwrap_or(0);
        shown.push(of_rows(s, actor, row, with_total(session, total)?)?);
    }
    Ok(shown)
}

/// The same as [`to_candidate`], where the session is an object already.
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

/// Those of these candidates who are there, each with the current attempt; a thousand at most.
///
/// # Errors
/// A role that may not read.
pub async fn present(s: &Services, actor: &Actor, ids: &[CandidateId]) -> Result<HashMap<CandidateId, Candidate>> {
    let workspace = s.allow_own(actor, Action::Read)?;
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = candidate::Entity::find()
        .filter(candidate::Column::WorkspaceId.eq(workspace.0))
        .filter(candidate::Column::DeletedAt.is_null())
        .filter(candidate::Column::Id.is_in(ids.iter().map(|id| id.0)))
        .all(s.db.read())
        .await?;
    let rows = with_current(s.db.read(), workspace, rows).await?;
    let people = to_candidates(s, actor, workspace, rows).await?;
    Ok(people.into_iter().map(|person| (person.id, person)).collect())
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
    write(s, actor, workspace, id, |present| {
        let mut merged = serde_json::to_value(present)?;
        merge_patch(&mut merged, change);
        let input: CandidateInput = input::parse(merged)?;
        Ok(input.checked(this_year(s))?)
    })
    .await
}

/// Saves a form that was filled with `seen`: what it left alone stays as it is by now.
///
/// # Errors
/// Wrong values, field by field; a conflict `changed_meanwhile` where somebody else changed the same fields into something
/// else since; unknown, deleted and foreign candidates; a role that is too low.
pub async fn edit(
    s: &Services,
    actor: &Actor,
    id: CandidateId,
    seen: &CandidateInput,
    input: CandidateInput,
) -> Result<Candidate> {
    let workspace = s.allow_own(actor, Action::EditCandidates)?;
    let input = input.checked(this_year(s))?;
    write(s, actor, workspace, id, |present| {
        let clashes = input.clashes(seen, &present);
        if clashes.is_empty() {
            Ok(input.over(seen, present))
        } else {
            Err(changed_meanwhile(&clashes))
        }
    })
    .await
}

fn changed_meanwhile(clashes: &[(&'static str, Option<String>)]) -> ServiceError {
    let fields: Vec<_> = clashes.iter().map(|(field, _)| field.replace('_', " ")).collect();
    ServiceError::conflict(
        "changed_meanwhile",
        format!(
            "Somebody saved this candidate meanwhile, and changed the same: {}. Nothing of yours was saved. Open the \
             candidate again and repeat your change.",
            fields.join(", ")
        ),
    )
}

/// Writes what `edit` makes of the fields that are there, which nobody else changes before it is written.
async fn write(
    s: &Services,
    actor: &Actor,
    workspace: WorkspaceId,
    id: CandidateId,
    edit: impl FnOnce(CandidateInput) -> Result<CandidateInput>,
) -> Result<Candidate> {
    let tx = s.db.write(Priority::Person).await?;
    let row = lock_candidate(&*tx, workspace, id).await?;
    let input = edit(fields(&row))?;
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
