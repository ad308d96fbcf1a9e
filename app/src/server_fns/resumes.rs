//! Import by resumes: everything but the bytes of the files, which travel by `/upload/…`.

use crate::error::AppError;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use parley_domain::{
    batch::{BatchSummary, Corrections, ResumeBatch},
    id::{BatchId, InterviewId, ResumeFileId},
    time::ShownTime,
};
use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
use crate::server_fns as door;
#[cfg(feature = "ssr")]
use parley_services::resumes::batch as service;

/// A batch in the list of those under way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BatchRow {
    /// The batch.
    pub batch: BatchSummary,
    /// When it was made.
    pub at: ShownTime,
}

/// What the screen shows of a batch: while it is read, the states of its files and not yet what was found in them.
#[cfg(feature = "ssr")]
fn shown(mut batch: ResumeBatch) -> ResumeBatch {
    let reading = batch.state == parley_domain::batch::BatchState::Running;
    for file in &mut batch.files {
        file.jobs.clear();
        file.studies.clear();
        if reading {
            file.fields.clear();
        }
    }
    batch
}

/// The batches of an interview that are not over.
#[server(endpoint = "resumes/open")]
pub async fn open_batches(workspace: String, interview: InterviewId) -> Result<Vec<BatchRow>, AppError> {
    let (s, actor) = door::who(&workspace).await?;
    let zone = parley_services::accounts::zone_of(&s, &actor).await?;
    let now = s.now();
    let batches = service::list(&s, &actor, interview).await?;
    Ok(batches
        .into_iter()
        .filter(|batch| batch.state.is_open() && batch.counts.files > 0)
        .map(|batch| BatchRow {
            at: zone.shown(batch.created_at, now),
            batch,
        })
        .collect())
}

/// One batch.
#[server(endpoint = "resumes/read")]
pub async fn read_batch(workspace: String, batch: BatchId) -> Result<ResumeBatch, AppError> {
    let (s, actor) = door::who(&workspace).await?;
    Ok(shown(service::get(&s, &actor, batch).await?))
}

/// An empty batch.
#[server(endpoint = "resumes/begin", input = Json)]
pub async fn begin_batch(workspace: String, interview: InterviewId) -> Result<BatchId, AppError> {
    let (s, actor) = door::who(&workspace).await?;
    Ok(service::begin(&s, &actor, interview, true).await?.id)
}

/// Sets the tokens aside and begins to read.
#[server(endpoint = "resumes/start", input = Json)]
pub async fn start_batch(workspace: String, batch: BatchId) -> Result<ResumeBatch, AppError> {
    let (s, actor) = door::who(&workspace).await?;
    Ok(shown(service::start(&s, &actor, batch).await?))
}

/// Gives a batch up.
#[server(endpoint = "resumes/cancel", input = Json)]
pub async fn cancel_batch(workspace: String, batch: BatchId) -> Result<ResumeBatch, AppError> {
    let (s, actor) = door::who(&workspace).await?;
    Ok(shown(service::cancel(&s, &actor, batch).await?))
}

/// Adds those who can be added.
#[server(endpoint = "resumes/add", input = Json)]
pub async fn add_batch(workspace: String, batch: BatchId, keep_files: bool) -> Result<ResumeBatch, AppError> {
    let (s, actor) = door::who(&workspace).await?;
    Ok(shown(service::add(&s, &actor, batch, Some(keep_files)).await?))
}

/// Corrects fields of one file.
#[server(endpoint = "resumes/correct", input = Json)]
pub async fn correct_file(
    workspace: String,
    batch: BatchId,
    file: ResumeFileId,
    changes: Corrections,
) -> Result<ResumeBatch, AppError> {
    let (s, actor) = door::who(&workspace).await?;
    Ok(shown(service::correct(&s, &actor, batch, file, changes).await?))
}

/// Takes a file out.
#[server(endpoint = "resumes/remove", input = Json)]
pub async fn remove_file(workspace: String, batch: BatchId, file: ResumeFileId) -> Result<ResumeBatch, AppError> {
    let (s, actor) = door::who(&workspace).await?;
    Ok(shown(service::remove(&s, &actor, batch, file).await?))
}

/// Reads a file once more.
#[server(endpoint = "resumes/retry", input = Json)]
pub async fn retry_file(workspace: String, batch: BatchId, file: ResumeFileId) -> Result<ResumeBatch, AppError> {
    let (s, actor) = door::who(&workspace).await?;
    Ok(shown(service::retry(&s, &actor, batch, file).await?))
}
