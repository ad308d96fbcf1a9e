//! A batch as the doors show it.

use super::{edit, rows};
use crate::{
    Services,
    entity::{candidate, resume_batch, resume_file},
    error::{Result, ServiceError},
    interviews, paging, tokens,
};
use parley_domain::{
    account::{Action, Actor},
    batch::{self, BatchFile, BatchState, BatchSummary, FileCounts, FileState, PossibleDuplicate, ResumeBatch},
    error::FieldError,
    id::{BatchId, CandidateId, InterviewId, ResumeFileId, WorkspaceId},
    paging::{Page, PageRequest},
    resume::{ResumeFailure, ResumeField},
    text,
    time::Timestamp,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use std::collections::HashMap;
use uuid::Uuid;

/// Batches of one list.
const LISTED: u64 = 50;

/// One batch with its files.
///
/// # Errors
/// Unknown and foreign ones are not found.
pub async fn get(s: &Services, actor: &Actor, id: BatchId) -> Result<ResumeBatch> {
    let workspace = s.allow_own(actor, Action::Read)?;
    let row = rows::find(s.db.read(), workspace, id).await?;
    of(s, actor, row).await
}

/// The latest batches of an interview, newest first, without their files, 50 at most: what the screens show.
///
/// # Errors
/// An unknown interview; a role that may not read.
pub async fn list(s: &Services, actor: &Actor, interview: InterviewId) -> Result<Vec<BatchSummary>> {
    let workspace = s.allow_own(actor, Action::Read)?;
    Ok(listed(s, workspace, interview, None, LISTED).await?.items)
}

/// A page of all batches of an interview, newest first, without their files.
///
/// # Errors
/// An unknown interview; a limit or cursor that is none; a role that may not read.
pub async fn list_page(
    s: &Services,
    actor: &Actor,
    interview: InterviewId,
    request: &PageRequest,
) -> Result<Page<BatchSummary>> {
    let workspace = s.allow_own(actor, Action::Read)?;
    let limit = paging::rows(request)?;
    listed(s, workspace, interview, request.cursor.as_deref(), limit).await
}

async fn listed(
    s: &Services,
    workspace: WorkspaceId,
    interview: InterviewId,
    cursor: Option<&str>,
    limit: u64,
) -> Result<Page<BatchSummary>> {
    interviews::known(s.db.read(), workspace, interview).await?;
    let mut query = resume_batch::Entity::find()
        .filter(resume_batch::Column::WorkspaceId.eq(workspace.0))
        .filter(resume_batch::Column::InterviewId.eq(interview.0));
    if let Some(cursor) = cursor {
        let (at, id) = (resume_batch::Column::CreatedAt, resume_batch::Column::Id);
        query = query.filter(paging::older(cursor, at, id)?);
    }
    let found = query
        .order_by_desc(resume_batch::Column::CreatedAt)
        .order_by_desc(resume_batch::Column::Id)
        .limit(limit + 1)
        .all(s.db.read())
        .await?;
    let page = paging::page(found, limit, |batch| (batch.created_at, batch.id))?;
    let batches = page.items;
    let files: Vec<(Uuid, String, Option<Uuid>)> = resume_file::Entity::find()
        .select_only()
        .columns([
            resume_file::Column::BatchId,
            resume_file::Column::State,
            resume_file::Column::CandidateId,
        ])
        .filter(resume_file::Column::BatchId.is_in(batches.iter().map(|batch| batch.id)))
        .into_tuple()
        .all(s.db.read())
        .await?;
    let mut counts: HashMap<Uuid, FileCounts> = HashMap::new();
    for (batch, state, candidate) in files {
        let state = state
            .parse()
            .map_err(|word| ServiceError::internal(anyhow::Error::msg::<String>(word)))?;
        count(counts.entry(batch).or_default(), state, candidate.is_some());
    }
    let items: Result<Vec<BatchSummary>> = batches
        .into_iter()
        .map(|batch| {
            Ok(BatchSummary {
                id: BatchId(batch.id),
                state: rows::state(&batch)?,
                counts: counts.get(&batch.id).copied().unwrap_or_default(),
                created_at: Timestamp::from_millis(batch.created_at),
            })
        })
        .collect();
    Ok(Page {
        items: items?,
        next_cursor: page.next_cursor,
    })
}

const fn count(counts: &mut FileCounts, state: FileState, added: bool) {
    counts.files += 1;
    counts.added += added as u32;
    *match state {
        FileState::Waiting => &mut counts.waiting,
        FileState::Reading => &mut counts.reading,
        FileState::Read => &mut counts.read,
        FileState::Failed => &mut counts.failed,
    } += 1;
}

/// Whether trying again can help: it was stored, and it failed or the model did.
pub(super) fn can_retry(file: &resume_file::Model) -> Result<bool> {
    let state = rows::file_state(file)?;
    Ok(file.file_id.is_some()
        && file.duplicate_of.is_none()
        && file.candidate_id.is_none()
        && (state == FileState::Failed || (state == FileState::Read && file.fell_back)))
}

/// The batch with its files.
pub(super) async fn of(s: &Services, actor: &Actor, batch: resume_batch::Model) -> Result<ResumeBatch> {
    let rows_of = rows::files(s.db.read(), batch.id).await?;
    let state = rows::state(&batch)?;
    let mut counts = FileCounts::default();
    let mut files = Vec::with_capacity(rows_of.len());
    for row in &rows_of {
        let file = file_of(s, row, &rows_of, state)?;
        count(&mut counts, file.state, file.candidate_id.is_some());
        files.push(file);
    }
    if state.is_open() {
        mark_duplicates(s, &batch, &rows_of, &mut files).await?;
    }
    let account = tokens::account(s, actor).await?;
    let per_resume = if state == BatchState::Uploaded {
        account.per_resume
    } else {
        batch.price
    };
    let unpaid = rows_of
        .iter()
        .filter(|row| row.state == FileState::Waiting.as_str() && !row.charged)
        .count();
    Ok(ResumeBatch {
        id: BatchId(batch.id),
        interview_id: InterviewId(batch.interview_id),
        state,
        per_resume,
        cost: per_resume.saturating_mul(i64::try_from(unpaid).unwrap_or(i64::MAX)),
        balance: account.balance,
        keep_files: batch.keep_files,
        counts,
        files,
        created_at: Timestamp::from_millis(batch.created_at),
    })
}

/// Why a file was not read, for the person who chose it.
fn sentence(row: &resume_file::Model, all: &[resume_file::Model]) -> Option<String> {
    let code = row.reason.as_deref()?;
    Some(match code {
        rows::reason::DUPLICATE => {
            let first = row.duplicate_of.and_then(|id| all.iter().find(|other| other.id == id));
            match first {
                Some(first) => format!(
                    "The same file as {}. It is read once and costs nothing more.",
                    first.name
                ),
                None => "It was the same as a file that is removed. Try again to read it.".to_owned(),
            }
        }
        rows::reason::CANCELLED => "Not read: the batch was given up. It cost nothing.".to_owned(),
        rows::reason::ERASED => "This candidate is no longer here, and what was read went with them.".to_owned(),
        code => match code.parse::<ResumeFailure>() {
            Ok(failure) => failure.sentence().to_owned(),
            Err(_) => code.to_owned(),
        },
    })
}

fn file_of(s: &Services, row: &resume_file::Model, all: &[resume_file::Model], state: BatchState) -> Result<BatchFile> {
    let found = rows::fields(row)?;
    let fields = batch::reviewed(&found, &rows::corrections(row)?);
    let stands = rows::file_state(row)?;
    let mut problems: Vec<FieldError> = Vec::new();
    if stands == FileState::Read && row.candidate_id.is_none() {
        problems = edit::problems(s, &fields);
        for problem in &mut problems {
            if problem.field == "name" && !fields.contains_key(&ResumeField::Name) {
                "No name was found. Enter it, or remove this row.".clone_into(&mut problem.message);
            }
        }
    }
    let stored = |word: String| ServiceError::internal(anyhow::anyhow!("stored engine: {word}"));
    Ok(BatchFile {
        id: ResumeFileId(row.id),
        name: row.name.clone(),
        size: row.size,
        state: stands,
        reason: sentence(row, all),
        reason_code: row.reason.clone(),
        duplicate_of: row.duplicate_of.map(ResumeFileId),
        fields,
        jobs: found.jobs,
        studies: found.studies,
        problems,
        possible_duplicate: None,
        engine: row.engine.as_deref().map(str::parse).transpose().map_err(stored)?,
        fell_back: row.fell_back,
        damaged: row.damaged,
        can_retry: state.is_open() && state != BatchState::Uploaded && can_retry(row)?,
        candidate_id: row.candidate_id.map(CandidateId),
    })
}

/// Marks people who may be on the interview already, by email or by the very same file, and those who stand twice in the
/// batch.
async fn mark_duplicates(
    s: &Services,
    batch: &resume_batch::Model,
    rows_of: &[resume_file::Model],
    files: &mut [BatchFile],
) -> Result<()> {
    let norm = |file: &BatchFile| {
        let email = file.fields.get(&ResumeField::Email);
        email.map(|found| text::email_norm(&found.value))
    };
    let open = |file: &BatchFile| file.state == FileState::Read && file.candidate_id.is_none();
    let emails: Vec<String> = files.iter().filter(|file| open(file)).filter_map(norm).collect();
    let by_email = here(
        s,
        batch,
        candidate::Column::EmailNorm.is_in(emails.iter().map(String::as_str)),
    )
    .await?;
    let stored: Vec<Uuid> = rows_of.iter().filter_map(|row| row.file_id).collect();
    let by_file = here(s, batch, candidate::Column::ResumeFileId.is_in(stored)).await?;
    let mut seen: HashMap<String, (ResumeFileId, String)> = HashMap::new();
    for (file, row) in files.iter_mut().zip(rows_of) {
        if !open(file) {
            continue;
        }
        let email = norm(file);
        let same_email = by_email
            .iter()
            .find(|person| person.email_norm.is_some() && person.email_norm == email);
        let same_file = by_file
            .iter()
            .find(|person| person.resume_file_id.is_some() && person.resume_file_id == row.file_id);
        let known = same_email
            .map(|person| (person, "email"))
            .or(same_file.map(|person| (person, "resume")));
        if let Some((person, same)) = known {
            file.possible_duplicate = Some(PossibleDuplicate {
                candidate_id: Some(CandidateId(person.id)),
                file_id: None,
                name: person.name.clone(),
                same: same.to_owned(),
            });
        }
        if let Some(email) = email {
            match seen.get(&email) {
                Some((first, name)) if file.possible_duplicate.is_none() => {
                    file.possible_duplicate = Some(PossibleDuplicate {
                        candidate_id: None,
                        file_id: Some(*first),
                        name: name.clone(),
                        same: "email".to_owned(),
                    });
                }
                Some(_) => {}
                None => {
                    seen.insert(email, (file.id, file.name.clone()));
                }
            }
        }
    }
    Ok(())
}

/// Candidates of the interview for whom `same` holds, oldest first.
async fn here(
    s: &Services,
    batch: &resume_batch::Model,
    same: sea_orm::sea_query::SimpleExpr,
) -> Result<Vec<candidate::Model>> {
    Ok(candidate::Entity::find()
        .filter(candidate::Column::WorkspaceId.eq(WorkspaceId(batch.workspace_id).0))
        .filter(candidate::Column::InterviewId.eq(batch.interview_id))
        .filter(candidate::Column::DeletedAt.is_null())
        .filter(same)
        .order_by_asc(candidate::Column::CreatedAt)
        .order_by_asc(candidate::Column::Id)
        .all(s.db.read())
        .await?)
}
