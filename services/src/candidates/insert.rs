//! Adding candidates. Every way ends the same: one candidate, one session Not started, one invite link.

use super::read::{to_candidate, to_candidates, with_current};
use crate::{
    Services,
    db::Priority,
    entity::{candidate, interview, session},
    error::{Result, ServiceError},
    events::Change,
    secrets,
    sessions::new_session,
};
use parley_domain::{
    account::{Action, Actor},
    candidate::{Candidate, CandidateInput, Source},
    error::FieldError,
    id::{CandidateId, FileId, ImportId, InterviewId, WorkspaceId},
    text,
    time::{DAY, Timestamp},
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};
use std::collections::HashMap;
use uuid::Uuid;

/// What to do when the email is already on the interview.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum OnDuplicate {
    /// Refuse, and say who is there.
    #[default]
    Refuse,
    /// Add anyway; the new one is marked as a possible duplicate.
    Add,
}

/// Someone to add, with fields that were checked.
#[derive(Clone, Debug)]
pub struct NewCandidate {
    /// What is known of them, as [`CandidateInput::checked`] returned it.
    pub fields: CandidateInput,
    /// How they come.
    pub source: Source,
    /// The import that adds them.
    pub import: Option<ImportId>,
    /// Their stored resume and its file name.
    pub resume: Option<(FileId, String)>,
    /// Whom they may be again.
    pub possible_duplicate_of: Option<CandidateId>,
}

impl NewCandidate {
    /// Without import, resume or twin.
    #[must_use]
    pub const fn plain(fields: CandidateInput, source: Source) -> Self {
        Self {
            fields,
            source,
            import: None,
            resume: None,
            possible_duplicate_of: None,
        }
    }
}

/// What became of one entry of [`create_many`].
#[derive(Debug)]
pub enum BulkResult {
    /// Added.
    Created(Box<Candidate>),
    /// The email is already here; whose it is.
    Duplicate(CandidateId),
    /// Wrong, field by field.
    Invalid(Vec<FieldError>),
}

/// The interview, locked against changes by others for the rest of the transaction (PostgreSQL; SQLite has one writer).
pub(crate) async fn lock_interview(
    tx: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: InterviewId,
) -> Result<interview::Model> {
    interview::Entity::find_by_id(id.0)
        .filter(interview::Column::WorkspaceId.eq(workspace.0))
        .lock_exclusive()
        .one(tx)
        .await?
        .ok_or(ServiceError::NotFound)
}

/// The oldest candidate on the interview with this normalised email whom the workspace added itself (`walk_ins` false)
/// or who came by the public link (`walk_ins` true).
///
/// # Errors
/// When the database fails.
pub async fn twin(
    conn: &impl ConnectionTrait,
    workspace: WorkspaceId,
    interview: InterviewId,
    email_norm: &str,
    walk_ins: bool,
) -> Result<Option<CandidateId>> {
    let public = Source::PublicLink.as_str();
    let came = if walk_ins {
        candidate::Column::Source.eq(public)
    } else {
        candidate::Column::Source.ne(public)
    };
    let found = candidate::Entity::find()
        .filter(candidate::Column::WorkspaceId.eq(workspace.0))
        .filter(candidate::Column::InterviewId.eq(interview.0))
        .filter(candidate::Column::EmailNorm.eq(email_norm))
        .filter(candidate::Column::DeletedAt.is_null())
        .filter(came)
        // Not by id alone: those of an import have ids that were made when its file was uploaded.
        .order_by_asc(candidate::Column::CreatedAt)
        .order_by_asc(candidate::Column::Id)
        .one(conn)
        .await?;
    Ok(found.map(|c| CandidateId(c.id)))
}

/// Inserts a candidate with their first session in the given transaction. The caller has checked the fields, the
/// interview and the policy.
///
/// # Errors
/// When the database fails.
pub async fn insert(
    tx: &impl ConnectionTrait,
    s: &Services,
    interview: &interview::Model,
    new: NewCandidate,
) -> Result<(candidate::Model, session::Model)> {
    insert_as(tx, s, interview, s.new_id()?, new).await
}

async fn insert_as(
    tx: &impl ConnectionTrait,
    s: &Services,
    interview: &interview::Model,
    id: CandidateId,
    new: NewCandidate,
) -> Result<(candidate::Model, session::Model)> {
    let (row, session) = prepare(s, interview, id, new)?;
    candidate::Entity::insert(row.clone().into_active_model())
        .exec_without_returning(tx)
        .await?;
    session::Entity::insert(session.clone().into_active_model())
        .exec_without_returning(tx)
        .await?;
    Ok((row, session))
}

/// The two rows that [`insert`] writes, for callers that write many at once.
pub(crate) fn prepare(
    s: &Services,
    interview: &interview::Model,
    id: CandidateId,
    new: NewCandidate,
) -> Result<(candidate::Model, session::Model)> {
    let now = s.now();
    let key = s.secrets.current_key().to_owned();
    let token = s.secrets.invite_token(&key, id, 1)?;
    let f = new.fields;
    let (resume_file_id, resume_name) = new.resume.map_or((None, None), |(id, name)| (Some(id.0), Some(name)));
    let row = candidate::Model {
        id: id.0,
        workspace_id: interview.workspace_id,
        interview_id: interview.id,
        search_key: search_key(&f),
        email_norm: f.email.as_deref().map(text::email_norm),
        name: f.name,
        email: f.email,
        phone: f.phone,
        school: f.school,
        major: f.major,
        degree: f.degree,
        work_experience: f.work_experience,
        notes: f.notes,
        graduation_year: f.graduation_year,
        email_verified: false,
        source: new.source.as_str().to_owned(),
        import_id: new.import.map(Into::into),
        resume_file_id,
        resume_name,
        link_version: 1,
        link_key: key,
        link_hash: secrets::hash(&token),
        link_expires_at: link_expiry(interview, now),
        possible_duplicate_of: new.possible_duplicate_of.map(Into::into),
        deleted_at: None,
        start_hash: None,
        created_at: now.millis(),
        updated_at: now.millis(),
    };
    let session = new_session(s, &row, 1)?;
    Ok((row, session))
}

/// When a link made now expires.
pub(crate) fn link_expiry(interview: &interview::Model, now: Timestamp) -> Option<i64> {
    interview
        .invite_expiry_days
        .map(|days| now.plus(i64::from(days) * DAY).millis())
}

/// What the search box looks at.
pub(crate) fn search_key(f: &CandidateInput) -> String {
    let parts = [
        Some(f.name.as_str()),
        f.email.as_deref(),
        f.phone.as_deref(),
        f.school.as_deref(),
    ];
    // A line break keeps a search from matching across two fields.
    text::fold(&parts.into_iter().flatten().collect::<Vec<_>>().join("\n")).replace('\u{0}', "")
}

/// The calendar year, for graduation years.
pub(crate) fn this_year(s: &Services) -> i32 {
    i32::from(s.now().year())
}

/// Adds one candidate.
///
/// # Errors
/// Invalid fields; a conflict `already_here` that names the candidate with the same email; an unknown interview; a role
/// that is too low.
pub async fn create(
    s: &Services,
    actor: &Actor,
    interview: InterviewId,
    input: CandidateInput,
    source: Source,
    on_duplicate: OnDuplicate,
) -> Result<Candidate> {
    create_as(s, actor, s.new_id()?, interview, input, source, on_duplicate).await
}

/// Adds one candidate under an id that was chosen before. Whoever is there under it already was added by the same request,
/// and is answered as they are.
///
/// # Errors
/// As [`create`].
pub async fn create_as(
    s: &Services,
    actor: &Actor,
    id: CandidateId,
    interview: InterviewId,
    input: CandidateInput,
    source: Source,
    on_duplicate: OnDuplicate,
) -> Result<Candidate> {
    let workspace = s.allow_own(actor, Action::EditCandidates)?;
    let fields = input.checked(this_year(s))?;
    let tx = s.db.write(Priority::Person).await?;
    let interview = lock_interview(&*tx, workspace, interview).await?;
    if let Some((row, session)) = already_there(&*tx, &interview, &[id]).await?.remove(&id.0) {
        drop(tx);
        return to_candidate(s, actor, row, session).await;
    }
    let (row, session) = match add_one(&*tx, s, &interview, id, fields, (source, on_duplicate)).await? {
        Added::Yes(row, session) => (*row, *session),
        Added::Twin(id) => return Err(already_here(id)),
    };
    tx.commit().await?;
    s.events.send(Change {
        workspace,
        interview: InterviewId(interview.id),
        candidate: Some(CandidateId(row.id)),
        session: None,
    });
    to_candidate(s, actor, row, session).await
}

/// Those of an interview who are there under these ids, each with the current attempt.
async fn already_there(
    tx: &impl ConnectionTrait,
    interview: &interview::Model,
    ids: &[CandidateId],
) -> Result<HashMap<Uuid, (candidate::Model, session::Model)>> {
    let rows = candidate::Entity::find()
        .filter(candidate::Column::WorkspaceId.eq(interview.workspace_id))
        .filter(candidate::Column::InterviewId.eq(interview.id))
        .filter(candidate::Column::Id.is_in(ids.iter().map(|id| id.0)))
        .all(tx)
        .await?;
    let rows = with_current(tx, WorkspaceId(interview.workspace_id), rows).await?;
    Ok(rows
        .into_iter()
        .map(|(row, session)| (row.id, (row, session)))
        .collect())
}

enum Added {
    Yes(Box<candidate::Model>, Box<session::Model>),
    Twin(CandidateId),
}

async fn add_one(
    tx: &impl ConnectionTrait,
    s: &Services,
    interview: &interview::Model,
    id: CandidateId,
    fields: CandidateInput,
    (source, on_duplicate): (Source, OnDuplicate),
) -> Result<Added> {
    let (workspace, of) = (WorkspaceId(interview.workspace_id), InterviewId(interview.id));
    let mut duplicate = None;
    if let Some(email) = fields.email.as_deref().map(text::email_norm) {
        duplicate = twin(tx, workspace, of, &email, false).await?;
        if let Some(existing) = duplicate
            && on_duplicate == OnDuplicate::Refuse
        {
            return Ok(Added::Twin(existing));
        }
        if duplicate.is_none() {
            duplicate = twin(tx, workspace, of, &email, true).await?;
        }
    }
    let new = NewCandidate {
        possible_duplicate_of: duplicate,
        ..NewCandidate::plain(fields, source)
    };
    let (row, session) = insert_as(tx, s, interview, id, new).await?;
    Ok(Added::Yes(Box::new(row), Box::new(session)))
}

fn already_here(existing: CandidateId) -> ServiceError {
    ServiceError::Conflict {
        code: "already_here",
        detail: "A candidate with this email is already on this interview. Nothing was added.".to_owned(),
        existing: Some(existing.0),
    }
}

/// Adds many candidates in one transaction, each with its own fate, in the order given.
///
/// # Errors
/// An unknown interview; a role that is too low. Wrong entries are no error of the whole.
pub async fn create_many(
    s: &Services,
    actor: &Actor,
    interview: InterviewId,
    inputs: Vec<CandidateInput>,
    source: Source,
    on_duplicate: OnDuplicate,
) -> Result<Vec<BulkResult>> {
    create_many_as(s, actor, s.new_id()?, interview, inputs, source, on_duplicate).await
}

/// Adds many candidates under ids that were chosen before: `first` for the first, and those that follow it for the others.
/// Whoever is there under one of them already was added by the same request.
///
/// # Errors
/// As [`create_many`].
pub async fn create_many_as(
    s: &Services,
    actor: &Actor,
    first: CandidateId,
    interview: InterviewId,
    inputs: Vec<CandidateInput>,
    source: Source,
    on_duplicate: OnDuplicate,
) -> Result<Vec<BulkResult>> {
    let workspace = s.allow_own(actor, Action::EditCandidates)?;
    let year = this_year(s);
    let ids: Vec<CandidateId> = (0..inputs.len() as u128)
        .map(|n| CandidateId(Uuid::from_u128(first.0.as_u128().wrapping_add(n))))
        .collect();
    let tx = s.db.write(Priority::Person).await?;
    let interview = lock_interview(&*tx, workspace, interview).await?;
    let mut known = already_there(&*tx, &interview, &ids).await?;
    // Of each entry why it was not added; of the others, in the same order, what was.
    let mut fates = Vec::with_capacity(inputs.len());
    let mut added = Vec::new();
    for (input, id) in inputs.into_iter().zip(ids) {
        fates.push(match (input.checked(year), known.remove(&id.0)) {
            (Err(errors), _) => Some(BulkResult::Invalid(errors)),
            (Ok(_), Some(before)) => {
                added.push(before);
                None
            }
            (Ok(fields), None) => match add_one(&*tx, s, &interview, id, fields, (source, on_duplicate)).await? {
                Added::Twin(id) => Some(BulkResult::Duplicate(id)),
                Added::Yes(row, session) => {
                    added.push((*row, *session));
                    None
                }
            },
        });
    }
    tx.commit().await?;
    s.events.send(Change {
        workspace,
        interview: InterviewId(interview.id),
        candidate: None,
        session: None,
    });
    let mut added = to_candidates(s, actor, workspace, added).await?.into_iter();
    let mut created = || added.next().map(|candidate| BulkResult::Created(Box::new(candidate)));
    Ok(fates
        .into_iter()
        .filter_map(|fate| fate.or_else(&mut created))
        .collect())
}

/// Writes changed fields of a candidate and what lists keep of them.
pub(crate) async fn store_fields(
    tx: &impl ConnectionTrait,
    s: &Services,
    row: candidate::Model,
    fields: CandidateInput,
) -> Result<candidate::Model> {
    use sea_orm::ActiveValue::Set;
    let email_norm = fields.email.as_deref().map(text::email_norm);
    let same_email = email_norm == row.email_norm;
    session::Entity::update_many()
        .col_expr(session::Column::NameKey, text::fold(&fields.name).into())
        .col_expr(
            session::Column::EmailNorm,
            email_norm.clone().unwrap_or_default().into(),
        )
        .filter(session::Column::WorkspaceId.eq(row.workspace_id))
        .filter(session::Column::CandidateId.eq(row.id))
        .exec(tx)
        .await?;
    let verified = row.email_verified && same_email;
    let mut change = row.into_active_model();
    change.search_key = Set(search_key(&fields));
    change.email_norm = Set(email_norm);
    change.email_verified = Set(verified);
    change.name = Set(fields.name);
    change.email = Set(fields.email);
    change.phone = Set(fields.phone);
    change.school = Set(fields.school);
    change.major = Set(fields.major);
    change.degree = Set(fields.degree);
    change.graduation_year = Set(fields.graduation_year);
    change.work_experience = Set(fields.work_experience);
    change.notes = Set(fields.notes);
    change.updated_at = Set(s.now().millis());
    Ok(change.update(tx).await?)
}
