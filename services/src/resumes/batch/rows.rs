//! What all steps share: finding and locking a batch, its files, and the names of its reservations.

use crate::{
    Services,
    entity::{resume_batch, resume_file},
    error::{Result, ServiceError},
    events::Change,
};
use parley_domain::{
    batch::{BatchState, Corrections, FileState},
    id::{BatchId, InterviewId, ResumeFileId, WorkspaceId},
    resume::ResumeFields,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr,
};
use uuid::Uuid;

/// Codes of why a file was not read, beside those of `ResumeFailure`.
pub(super) mod reason {
    /// The batch holds the same content already.
    pub const DUPLICATE: &str = "duplicate";
    /// The batch was given up before the file was read.
    pub const CANCELLED: &str = "cancelled";
    /// Whom it was about is erased, and what was read with them.
    pub const ERASED: &str = "erased";
}

fn stored(word: String) -> ServiceError {
    ServiceError::internal(anyhow::anyhow!("stored batch: {word}"))
}

/// Where a batch stands.
pub(super) fn state(batch: &resume_batch::Model) -> Result<BatchState> {
    batch.state.parse().map_err(stored)
}

/// Where a file stands.
pub(super) fn file_state(file: &resume_file::Model) -> Result<FileState> {
    file.state.parse().map_err(stored)
}

/// What was found in a file.
pub(super) fn fields(file: &resume_file::Model) -> Result<ResumeFields> {
    let text = file.fields.as_deref();
    Ok(text.map(serde_json::from_str).transpose()?.unwrap_or_default())
}

/// What a person corrected.
pub(super) fn corrections(file: &resume_file::Model) -> Result<Corrections> {
    let text = file.corrections.as_deref();
    Ok(text.map(serde_json::from_str).transpose()?.unwrap_or_default())
}

/// The name of the reservation for one try of a file.
pub(super) fn reference(file: &resume_file::Model) -> String {
    format!("resume:{}:{}", file.id, file.attempt)
}

/// A batch of the workspace.
pub(super) async fn find(
    conn: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: BatchId,
) -> Result<resume_batch::Model> {
    resume_batch::Entity::find_by_id(id.0)
        .filter(resume_batch::Column::WorkspaceId.eq(workspace.0))
        .one(conn)
        .await?
        .ok_or(ServiceError::NotFound)
}

/// The same, locked against changes by others for the rest of the transaction (PostgreSQL; SQLite has one writer).
pub(super) async fn lock(
    tx: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: BatchId,
) -> Result<resume_batch::Model> {
    resume_batch::Entity::find_by_id(id.0)
        .filter(resume_batch::Column::WorkspaceId.eq(workspace.0))
        .lock_exclusive()
        .one(tx)
        .await?
        .ok_or(ServiceError::NotFound)
}

/// The files of a batch, in order.
pub(super) async fn files(conn: &impl ConnectionTrait, batch: Uuid) -> Result<Vec<resume_file::Model>> {
    Ok(resume_file::Entity::find()
        .filter(resume_file::Column::BatchId.eq(batch))
        .order_by_asc(resume_file::Column::Number)
        .all(conn)
        .await?)
}

/// The same, locked as [`lock_file`] says.
pub(super) async fn lock_files(tx: &impl ConnectionTrait, batch: Uuid) -> Result<Vec<resume_file::Model>> {
    Ok(resume_file::Entity::find()
        .filter(resume_file::Column::BatchId.eq(batch))
        .order_by_asc(resume_file::Column::Number)
        .lock_exclusive()
        .all(tx)
        .await?)
}

/// One file of a batch.
pub(super) async fn file(
    conn: &impl ConnectionTrait,
    batch: &resume_batch::Model,
    id: ResumeFileId,
) -> Result<resume_file::Model> {
    resume_file::Entity::find_by_id(id.0)
        .filter(resume_file::Column::WorkspaceId.eq(batch.workspace_id))
        .filter(resume_file::Column::BatchId.eq(batch.id))
        .one(conn)
        .await?
        .ok_or(ServiceError::NotFound)
}

/// The same, locked (PostgreSQL; SQLite has one writer). Whoever settles a file has it first and the account then: who comes
/// to the account first would wait for them, and they for him.
pub(super) async fn lock_file(
    tx: &impl ConnectionTrait,
    batch: &resume_batch::Model,
    id: ResumeFileId,
) -> Result<resume_file::Model> {
    resume_file::Entity::find_by_id(id.0)
        .filter(resume_file::Column::WorkspaceId.eq(batch.workspace_id))
        .filter(resume_file::Column::BatchId.eq(batch.id))
        .lock_exclusive()
        .one(tx)
        .await?
        .ok_or(ServiceError::NotFound)
}

/// Puts a batch into another state.
pub(super) async fn set_state(tx: &impl ConnectionTrait, s: &Services, batch: Uuid, to: BatchState) -> Result<()> {
    let now = s.now().millis();
    let mut change = resume_batch::Entity::update_many()
        .col_expr(resume_batch::Column::State, Expr::value(to.as_str()))
        .col_expr(resume_batch::Column::UpdatedAt, Expr::value(now));
    if !to.is_open() {
        change = change.col_expr(resume_batch::Column::FinishedAt, Expr::value(now));
    }
    change.filter(resume_batch::Column::Id.eq(batch)).exec(tx).await?;
    if !to.is_open() {
        // The candidates hold what they keep; the rest of the bytes goes.
        resume_file::Entity::update_many()
            .col_expr(resume_file::Column::FileId, Expr::value(Option::<Uuid>::None))
            .filter(resume_file::Column::BatchId.eq(batch))
            .exec(tx)
            .await?;
    }
    Ok(())
}

/// Makes a running batch ready once nothing waits and nothing is being read. The batch must be locked.
pub(super) async fn settle_state(tx: &impl ConnectionTrait, s: &Services, batch: &resume_batch::Model) -> Result<()> {
    if state(batch)? != BatchState::Running {
        return Ok(());
    }
    let open = resume_file::Entity::find()
        .filter(resume_file::Column::BatchId.eq(batch.id))
        .filter(resume_file::Column::State.is_in([FileState::Waiting.as_str(), FileState::Reading.as_str()]))
        .count(tx)
        .await?;
    if open == 0 {
        set_state(tx, s, batch.id, BatchState::Ready).await?;
    }
    Ok(())
}

/// Tells those who watch the interview, after the commit.
pub(super) fn tell(s: &Services, batch: &resume_batch::Model) {
    s.events.send(Change {
        workspace: WorkspaceId(batch.workspace_id),
        interview: InterviewId(batch.interview_id),
        candidate: None,
        session: None,
    });
}
