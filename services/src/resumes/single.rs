//! One resume for a form: its fields with their sources, and nothing saved. Also the stored resume of a candidate.

use super::{batch::Upload, extractor};
use crate::{
    Services, candidates,
    db::Priority,
    error::{Result, ServiceError},
    secrets, storage, tokens,
};
use parley_domain::{
    account::{Action, Actor},
    batch::{Corrections, ExtractedResume, reviewed},
    id::{CandidateId, FileId, WorkspaceId},
    resume::{FILE_BYTES, ResumeFailure, ResumeRead},
};
use std::fs::File;
use uuid::Uuid;

/// Begins the reference of a reservation for one resume that is read for a form.
pub(crate) const PREFIX: &str = "extract:";

fn refused(failure: ResumeFailure) -> ServiceError {
    ServiceError::invalid("file", failure.sentence())
}

/// Whether [`extract`] would allow it: asked before the first byte of the file is read.
///
/// # Errors
/// A role that is too low.
pub fn may_extract(s: &Services, actor: &Actor) -> Result<()> {
    s.allow_own(actor, Action::EditCandidates)?;
    s.allow_own(actor, Action::SpendTokens)?;
    Ok(())
}

/// Reads one resume and saves nothing. Costs what one resume costs if it was read; the same file under the same key
/// `once` is read again and costs nothing more.
///
/// # Errors
/// Why it cannot be read, as an invalid `file`; a conflict `too_few_tokens`; a role that is too low.
pub async fn extract(s: &Services, actor: &Actor, upload: Upload, once: Option<String>) -> Result<ExtractedResume> {
    let workspace = s.allow_own(actor, Action::EditCandidates)?;
    s.allow_own(actor, Action::SpendTokens)?;
    let (s, actor) = (s.clone(), *actor);
    // A task of its own: it comes to an end, and settles, even if the caller goes away in the middle.
    let work = async move { extract_to_the_end(&s, &actor, workspace, upload, once).await };
    tokio::spawn(work).await.map_err(ServiceError::internal)?
}

async fn extract_to_the_end(
    s: &Services,
    actor: &Actor,
    workspace: WorkspaceId,
    upload: Upload,
    once: Option<String>,
) -> Result<ExtractedResume> {
    let file_name = super::batch::shown_name(&upload.file_name);
    let sealed = File::open(&upload.file).and_then(|mut file| Ok((storage::sealed(&mut file)?, file)));
    let ((sha256, length), content) = sealed.map_err(|error| storage::unwritable(&error))?;
    match length {
        0 => return Err(refused(ResumeFailure::Empty)),
        length if length > FILE_BYTES => return Err(refused(ResumeFailure::TooLarge)),
        _ => {}
    }
    let subject = match once {
        None => s.new_id()?,
        Some(key) => subject_of(actor, &key, &sha256)?,
    };
    let tx = s.db.write(Priority::Person).await?;
    // What was set aside for a try that failed came back: the next one sets aside anew.
    let reference = tokens::not_given_back(&*tx, workspace, &format!("{PREFIX}{subject}")).await?;
    let hold = tokens::Hold {
        reference: reference.clone(),
        subject,
        amount: tokens::per_resume(s),
        note: Some("Resume for a form".to_owned()),
    };
    tokens::reserve(&*tx, s, actor, workspace, &[hold]).await?;
    tx.commit().await?;
    let reader = extractor::Reader {
        workspace,
        subject,
        live: true,
    };
    let read = extractor::read(s, reader, content).await;
    let tx = s.db.write(Priority::Person).await?;
    let balance = match &read {
        Ok(Ok(_)) => tokens::commit(&*tx, s, workspace, &reference).await?,
        _ => tokens::refund(&*tx, s, workspace, &[&reference]).await?,
    };
    let cost = tokens::charged(&*tx, workspace, subject).await?;
    tx.commit().await?;
    let ResumeRead {
        fields,
        engine,
        fell_back,
        damaged,
    } = read?.map_err(refused)?;
    Ok(ExtractedResume {
        name: file_name,
        fields: reviewed(&fields, &Corrections::new()),
        jobs: fields.jobs,
        studies: fields.studies,
        engine,
        fell_back,
        damaged,
        cost,
        balance: balance.available,
    })
}

/// Tells whether two uploads hold the same: the first half of the SHA-256 of what arrived.
///
/// # Errors
/// When what arrived cannot be read.
pub fn fingerprint(upload: &Upload) -> Result<Uuid> {
    let sealed = File::open(&upload.file).and_then(|mut file| storage::sealed(&mut file));
    let (sha256, _) = sealed.map_err(|error| storage::unwritable(&error))?;
    Uuid::from_slice(sha256.get(..16).unwrap_or_default()).map_err(ServiceError::internal)
}

/// What is charged for this file under this key: the same again for the same again.
fn subject_of(actor: &Actor, key: &str, sha256: &[u8]) -> Result<Uuid> {
    let whole = secrets::hash([actor.code().as_bytes(), b"\n", key.as_bytes(), b"\n", sha256].concat());
    let first = whole.get(..16).unwrap_or_default();
    Uuid::from_slice(first).map_err(ServiceError::internal)
}

/// The stored resume of a candidate: its name, its content and its length.
///
/// # Errors
/// [`ServiceError::NotFound`] for unknown candidates and those without one.
pub async fn of_candidate(s: &Services, actor: &Actor, id: CandidateId) -> Result<(String, File, u64)> {
    let workspace = s.allow_own(actor, Action::Read)?;
    let person = candidates::find(s.db.read(), workspace, id).await?;
    let stored = person.resume_file_id.ok_or(ServiceError::NotFound)?;
    let (content, length) = storage::open(s, workspace, FileId(stored)).await?;
    let name = person.resume_name.unwrap_or_else(|| "resume.pdf".to_owned());
    Ok((name, content, length))
}
