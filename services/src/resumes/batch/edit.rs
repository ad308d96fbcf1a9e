//! What a person does to a batch under way and in review: correct, remove, try again, give up.

use super::{intake, rows, view};
use crate::{
    Services,
    candidates::this_year,
    db::Priority,
    entity::{resume_batch, resume_file},
    error::{Result, ServiceError},
    tokens,
};
use parley_domain::{
    account::{Action, Actor},
    batch::{self, BatchState, Corrections, FileState, ResumeBatch},
    error::FieldError,
    id::{BatchId, ResumeFileId, WorkspaceId},
    resume::ResumeField,
    text,
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ConnectionTrait, EntityTrait, IntoActiveModel};

/// A batch that can still be worked with.
fn still_open(batch: &resume_batch::Model) -> Result<BatchState> {
    let state = rows::state(batch)?;
    if state.is_open() {
        Ok(state)
    } else {
        Err(intake::given_up())
    }
}

/// A corrected value as it is kept; none empties the field.
fn cleaned(field: ResumeField, value: Option<String>) -> Option<String> {
    let value = value.map(|value| match field {
        ResumeField::WorkExperience => text::many_lines(&value),
        _ => text::one_line(&value),
    });
    value.filter(|value| !value.trim().is_empty())
}

/// What is wrong with the fields as a candidate's.
pub(super) fn problems(s: &Services, fields: &batch::ReviewFields) -> Vec<FieldError> {
    match batch::as_candidate(fields) {
        Ok(input) => input.checked(this_year(s)).err().unwrap_or_default(),
        Err(year) => vec![year],
    }
}

/// Corrects fields of a file that was read: each that is named gets this value, or is emptied by none.
///
/// # Errors
/// What is wrong, field by field; a file that is not in review; an unknown file; a role that is too low.
pub async fn correct(
    s: &Services,
    actor: &Actor,
    id: BatchId,
    file: ResumeFileId,
    changes: Corrections,
) -> Result<ResumeBatch> {
    let workspace = s.allow_own(actor, Action::EditCandidates)?;
    let tx = s.db.write(Priority::Person).await?;
    let batch = rows::lock(&*tx, workspace, id).await?;
    still_open(&batch)?;
    let row = rows::file(&*tx, &batch, file).await?;
    if rows::file_state(&row)? != FileState::Read || row.candidate_id.is_some() {
        return Err(ServiceError::conflict(
            "not_in_review",
            "Only a resume that was read and not yet added can be corrected. Nothing was changed.",
        ));
    }
    let mut corrections = rows::corrections(&row)?;
    let changed: Vec<ResumeField> = changes.keys().copied().collect();
    for (field, value) in changes {
        corrections.insert(field, cleaned(field, value));
    }
    let after = batch::reviewed(&rows::fields(&row)?, &corrections);
    // What was wrong before and is not touched now stays for later; a name may be emptied, it then waits in review.
    let wrong: Vec<FieldError> = problems(s, &after)
        .into_iter()
        .filter(|error| {
            changed
                .iter()
                .any(|field| field.as_str() == error.field && after.contains_key(field))
        })
        .collect();
    if !wrong.is_empty() {
        return Err(ServiceError::Invalid(wrong));
    }
    let mut row = row.into_active_model();
    row.corrections = Set(Some(serde_json::to_string(&corrections)?));
    row.updated_at = Set(s.now().millis());
    row.update(&*tx).await?;
    tx.commit().await?;
    view::of(s, actor, batch).await
}

/// Gives back what is set aside for files that were not read.
async fn give_back(
    tx: &impl ConnectionTrait,
    s: &Services,
    batch: &resume_batch::Model,
    files: &[&resume_file::Model],
) -> Result<()> {
    let references: Vec<String> = files.iter().map(|file| rows::reference(file)).collect();
    let references: Vec<&str> = references.iter().map(String::as_str).collect();
    tokens::refund(tx, s, WorkspaceId(batch.workspace_id), &references).await?;
    Ok(())
}

/// Takes a file out of its batch. One that was not read yet costs nothing; one that was read is paid for.
///
/// # Errors
/// A file that became a candidate; an unknown file; a role that is too low.
pub async fn remove(s: &Services, actor: &Actor, id: BatchId, file: ResumeFileId) -> Result<ResumeBatch> {
    let workspace = s.allow_own(actor, Action::EditCandidates)?;
    let tx = s.db.write(Priority::Person).await?;
    let batch = rows::lock(&*tx, workspace, id).await?;
    let state = still_open(&batch)?;
    let row = rows::lock_file(&*tx, &batch, file).await?;
    if row.candidate_id.is_some() {
        return Err(ServiceError::conflict(
            "already_added",
            "This resume is a candidate already. Delete the candidate instead.",
        ));
    }
    if state != BatchState::Uploaded {
        give_back(&*tx, s, &batch, &[&row]).await?;
    }
    resume_file::Entity::delete_by_id(row.id).exec(&*tx).await?;
    free_twins(&*tx, s, &batch, &row, state).await?;
    rows::settle_state(&*tx, s, &batch).await?;
    tx.commit().await?;
    rows::tell(s, &batch);
    view::get(s, actor, id).await
}

/// Copies of a file that is gone are copies of nothing: before the start the first of them takes its place, later each
/// can be tried again.
async fn free_twins(
    tx: &impl ConnectionTrait,
    s: &Services,
    batch: &resume_batch::Model,
    gone: &resume_file::Model,
    state: BatchState,
) -> Result<()> {
    let mut heir = None;
    for twin in rows::files(tx, batch.id).await? {
        if twin.duplicate_of != Some(gone.id) {
            continue;
        }
        let id = twin.id;
        let mut row = twin.into_active_model();
        row.duplicate_of = Set(heir);
        if heir.is_none() && state == BatchState::Uploaded {
            row.state = Set(FileState::Waiting.as_str().to_owned());
            row.reason = Set(None);
        }
        row.updated_at = Set(s.now().millis());
        row.update(tx).await?;
        heir = heir.or(Some(id));
    }
    Ok(())
}

/// Reads a file once more that failed, or where the model failed. Tokens are set aside as for the first try, unless the
/// file was paid for.
///
/// # Errors
/// A conflict `too_few_tokens`; a file that cannot be tried again; an unknown file; a role that is too low.
pub async fn retry(s: &Services, actor: &Actor, id: BatchId, file: ResumeFileId) -> Result<ResumeBatch> {
    let workspace = s.allow_own(actor, Action::EditCandidates)?;
    s.allow_own(actor, Action::SpendTokens)?;
    let tx = s.db.write(Priority::Person).await?;
    let batch = rows::lock(&*tx, workspace, id).await?;
    let state = still_open(&batch)?;
    let mut row = rows::file(&*tx, &batch, file).await?;
    if state == BatchState::Uploaded || !view::can_retry(&row)? {
        return Err(ServiceError::conflict(
            "no_retry",
            "This file cannot be read again as it is. Nothing was charged; upload another copy in a new batch.",
        ));
    }
    row.attempt += 1;
    tokens::reserve(&*tx, s, actor, workspace, &[intake::hold(&row, batch.price)]).await?;
    let attempt = row.attempt;
    let mut row = row.into_active_model();
    row.attempt = Set(attempt);
    row.state = Set(FileState::Waiting.as_str().to_owned());
    row.reason = Set(None);
    row.updated_at = Set(s.now().millis());
    row.update(&*tx).await?;
    let mut running = batch.into_active_model();
    running.state = Set(BatchState::Running.as_str().to_owned());
    running.started_at = Set(Some(s.now().millis()));
    running.updated_at = Set(s.now().millis());
    let batch = running.update(&*tx).await?;
    intake::enqueue(&*tx, s, &batch).await?;
    tx.commit().await?;
    rows::tell(s, &batch);
    view::of(s, actor, batch).await
}

/// Gives a batch up: what is set aside comes back, candidates that were added stay. Again, nothing happens.
///
/// # Errors
/// A batch whose candidates were all added; an unknown batch; a role that is too low.
pub async fn cancel(s: &Services, actor: &Actor, id: BatchId) -> Result<ResumeBatch> {
    let workspace = s.allow_own(actor, Action::EditCandidates)?;
    let tx = s.db.write(Priority::Person).await?;
    let batch = rows::lock(&*tx, workspace, id).await?;
    match rows::state(&batch)? {
        BatchState::Cancelled => {}
        BatchState::Done => return Err(intake::given_up()),
        BatchState::Uploaded | BatchState::Running | BatchState::Ready => {
            close(&*tx, s, &batch).await?;
        }
    }
    tx.commit().await?;
    rows::tell(s, &batch);
    view::get(s, actor, id).await
}

/// Ends a locked batch before all of it was read or added.
pub(super) async fn close(tx: &impl ConnectionTrait, s: &Services, batch: &resume_batch::Model) -> Result<()> {
    // With what came of those that are being read at this moment.
    let files = rows::lock_files(tx, batch.id).await?;
    let unread: Vec<&resume_file::Model> = files
        .iter()
        .filter(|file| matches!(file.state.as_str(), "waiting" | "reading"))
        .collect();
    give_back(tx, s, batch, &unread).await?;
    for file in unread {
        let mut row = file.clone().into_active_model();
        row.state = Set(FileState::Failed.as_str().to_owned());
        row.reason = Set(Some(rows::reason::CANCELLED.to_owned()));
        row.job_id = Set(None);
        row.updated_at = Set(s.now().millis());
        row.update(tx).await?;
    }
    rows::set_state(tx, s, batch.id, BatchState::Cancelled).await
}
