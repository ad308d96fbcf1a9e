//! Reading the files of a batch: a job.
//!
//! A file is taken by one conditional update that names the job. What comes of it is written in one transaction with
//! what it does to the ledger, and only if the file is still that job's: a file that was removed or given up meanwhile
//! has had its tokens back. When a job is done again after its worker died, it first lets go of the files it had.

use super::rows;
use crate::{
    Services,
    db::Priority,
    entity::{resume_batch, resume_file, workspace},
    error::{Result, ServiceError},
    jobs::Claimed,
    resumes::extractor,
    storage, tokens,
};
use parley_domain::{
    batch::{BatchState, FileState},
    id::{BatchId, WorkspaceId},
    resume::{ResumeFailure, ResumeRead},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, sea_query::Expr};
use tokio::task::JoinSet;
use uuid::Uuid;

/// Files of one batch that are read at once.
const AT_ONCE: usize = 2;

fn batch_of(job: &Claimed) -> Result<BatchId> {
    let id = job.payload.get("batch").and_then(|id| id.as_str());
    id.and_then(|id| id.parse().ok())
        .ok_or_else(|| ServiceError::internal(anyhow::anyhow!("a job without its batch")))
}

async fn batch(s: &Services, id: BatchId) -> Result<Option<resume_batch::Model>> {
    Ok(resume_batch::Entity::find_by_id(id.0)
        .filter(workspace::is_there(resume_batch::Column::WorkspaceId))
        .one(s.db.read())
        .await?)
}

/// The job: reads every file that waits.
pub(crate) async fn read_all(s: &Services, job: &Claimed) -> Result<()> {
    let Some(batch) = batch(s, batch_of(job)?).await? else {
        // Deleted with its interview or workspace.
        return Ok(());
    };
    let me = job.id.0;
    let_go(s, batch.id, me).await?;
    let mut busy = JoinSet::new();
    loop {
        while busy.len() < AT_ONCE {
            let Some(file) = take(s, batch.id, me).await? else {
                break;
            };
            let (s, batch) = (s.clone(), batch.clone());
            busy.spawn(async move { read_one(&s, &batch, file, me).await });
        }
        match busy.join_next().await {
            Some(done) => done.map_err(ServiceError::internal)??,
            None => break,
        }
    }
    settle_batch(s, &batch).await
}

/// The job has failed for good: what it had not read fails and costs nothing.
pub(crate) async fn give_up(s: &Services, job: &Claimed, error: &ServiceError) -> Result<()> {
    tracing::warn!(%error, "a batch of resumes could not be read");
    let Some(batch) = batch(s, batch_of(job)?).await? else {
        return Ok(());
    };
    let me = job.id.0;
    let_go(s, batch.id, me).await?;
    while let Some(file) = take(s, batch.id, me).await? {
        settle(s, &batch, &file, me, Err(ResumeFailure::Unavailable)).await?;
    }
    settle_batch(s, &batch).await
}

/// Lets go of what this job held when its worker died.
async fn let_go(s: &Services, batch: Uuid, me: Uuid) -> Result<()> {
    let tx = s.db.write(Priority::Background).await?;
    resume_file::Entity::update_many()
        .col_expr(resume_file::Column::State, Expr::value(FileState::Waiting.as_str()))
        .col_expr(resume_file::Column::JobId, Expr::value(Option::<Uuid>::None))
        .filter(resume_file::Column::BatchId.eq(batch))
        .filter(resume_file::Column::State.eq(FileState::Reading.as_str()))
        .filter(resume_file::Column::JobId.eq(me))
        .exec(&*tx)
        .await?;
    tx.commit().await
}

/// Takes the next file that waits, as long as the batch is running; none where there is none.
async fn take(s: &Services, batch: Uuid, me: Uuid) -> Result<Option<resume_file::Model>> {
    loop {
        let running = resume_batch::Entity::find_by_id(batch)
            .filter(resume_batch::Column::State.eq(BatchState::Running.as_str()))
            .one(s.db.read())
            .await?;
        if running.is_none() {
            return Ok(None);
        }
        let next = resume_file::Entity::find()
            .filter(resume_file::Column::BatchId.eq(batch))
            .filter(resume_file::Column::State.eq(FileState::Waiting.as_str()))
            .order_by_asc(resume_file::Column::Number)
            .one(s.db.read())
            .await?;
        let Some(mut file) = next else {
            return Ok(None);
        };
        let tx = s.db.write(Priority::Background).await?;
        let taken = resume_file::Entity::update_many()
            .col_expr(resume_file::Column::State, Expr::value(FileState::Reading.as_str()))
            .col_expr(resume_file::Column::JobId, Expr::value(me))
            .col_expr(resume_file::Column::UpdatedAt, Expr::value(s.now().millis()))
            .filter(resume_file::Column::Id.eq(file.id))
            .filter(resume_file::Column::State.eq(FileState::Waiting.as_str()))
            .filter(resume_file::Column::Attempt.eq(file.attempt))
            .exec(&*tx)
            .await?;
        tx.commit().await?;
        if taken.rows_affected == 1 {
            file.state = FileState::Reading.as_str().to_owned();
            file.job_id = Some(me);
            return Ok(Some(file));
        }
        // Another job was faster, or it was removed: the next one.
    }
}

/// Reads a file that this job has taken.
async fn read_one(s: &Services, batch: &resume_batch::Model, file: resume_file::Model, me: Uuid) -> Result<()> {
    rows::tell(s, batch);
    let workspace = WorkspaceId(file.workspace_id);
    let read = match file.file_id {
        Some(stored) => match storage::open(s, workspace, stored.into()).await {
            Ok((content, _)) => {
                let reader = extractor::Reader {
                    workspace,
                    subject: file.id,
                    live: false,
                };
                extractor::read(s, reader, content).await?
            }
            Err(ServiceError::NotFound) => Err(ResumeFailure::Damaged),
            Err(error) => return Err(error),
        },
        None => Err(ResumeFailure::Damaged),
    };
    settle(s, batch, &file, me, read).await?;
    rows::tell(s, batch);
    Ok(())
}

/// Writes what came of a file, and what it cost, if it is still this job's.
async fn settle(
    s: &Services,
    batch: &resume_batch::Model,
    file: &resume_file::Model,
    me: Uuid,
    read: Result<ResumeRead, ResumeFailure>,
) -> Result<()> {
    let tx = s.db.write(Priority::Background).await?;
    let mut change = resume_file::Entity::update_many()
        .col_expr(resume_file::Column::JobId, Expr::value(Option::<Uuid>::None))
        .col_expr(resume_file::Column::UpdatedAt, Expr::value(s.now().millis()));
    change = match &read {
        Ok(read) => change
            .col_expr(resume_file::Column::State, Expr::value(FileState::Read.as_str()))
            .col_expr(resume_file::Column::Charged, Expr::value(true))
            .col_expr(resume_file::Column::Reason, Expr::value(Option::<String>::None))
            .col_expr(
                resume_file::Column::Fields,
                Expr::value(serde_json::to_string(&read.fields)?),
            )
            .col_expr(resume_file::Column::Engine, Expr::value(read.engine.as_str()))
            .col_expr(resume_file::Column::FellBack, Expr::value(read.fell_back))
            .col_expr(resume_file::Column::Damaged, Expr::value(read.damaged)),
        Err(failure) => change
            .col_expr(resume_file::Column::State, Expr::value(FileState::Failed.as_str()))
            .col_expr(resume_file::Column::Reason, Expr::value(failure.as_str())),
    };
    let ours = change
        .filter(resume_file::Column::Id.eq(file.id))
        .filter(resume_file::Column::State.eq(FileState::Reading.as_str()))
        .filter(resume_file::Column::JobId.eq(me))
        .filter(resume_file::Column::Attempt.eq(file.attempt))
        .exec(&*tx)
        .await?;
    if ours.rows_affected == 1 {
        let (workspace, reference) = (WorkspaceId(batch.workspace_id), rows::reference(file));
        if read.is_ok() {
            tokens::commit(&*tx, s, workspace, &reference).await?;
        } else {
            tokens::refund(&*tx, s, workspace, &[&reference]).await?;
        }
        tx.commit().await?;
    }
    Ok(())
}

/// Makes the batch ready where nothing is left to read.
async fn settle_batch(s: &Services, batch: &resume_batch::Model) -> Result<()> {
    let tx = s.db.write(Priority::Background).await?;
    let locked = match rows::lock(&*tx, WorkspaceId(batch.workspace_id), BatchId(batch.id)).await {
        Ok(locked) => locked,
        Err(ServiceError::NotFound) => return Ok(()),
        Err(error) => return Err(error),
    };
    rows::settle_state(&*tx, s, &locked).await?;
    tx.commit().await?;
    rows::tell(s, batch);
    Ok(())
}
