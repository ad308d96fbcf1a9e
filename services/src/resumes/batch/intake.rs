//! From uploaded files to a batch, and its start.

use super::{
    archive::{self, Member, Refused},
    rows, view,
};
use crate::{
    Services,
    db::Priority,
    entity::{resume_batch, resume_file},
    error::{Result, ServiceError},
    interviews, jobs, storage, tokens,
};
use parley_domain::{
    account::{Action, Actor},
    batch::{BatchState, FILE_NAME_MAX, FILES_MAX, FileState, ResumeBatch, UNPACKED_MAX},
    id::{BatchId, InterviewId, WorkspaceId},
    text,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, sea_query::Expr};
use serde_json::json;
use std::{collections::HashMap, fs::File, io::Read as _};
use tempfile::TempPath;
use uuid::Uuid;

/// A file that has arrived.
#[derive(Debug)]
pub struct Upload {
    /// Its name as the browser gave it; never used as a path.
    pub file_name: String,
    /// Its bytes, in a file made by [`storage::incoming`] and closed since: a form may bring hundreds of them.
    pub file: TempPath,
}

/// Whether [`begin`] and [`upload`] would find the interview and allow it: asked before the first byte of an upload is read.
///
/// # Errors
/// An unknown interview; a role that is too low.
pub async fn may_begin(s: &Services, actor: &Actor, interview: InterviewId) -> Result<()> {
    let workspace = s.allow_own(actor, Action::EditCandidates)?;
    interviews::known(s.db.read(), workspace, interview).await
}

/// Whether [`add_file`] would find the batch and take a file: asked before the first byte of it is read.
///
/// # Errors
/// A batch that was started; an unknown batch; a role that is too low.
pub async fn may_add(s: &Services, actor: &Actor, id: BatchId) -> Result<()> {
    let workspace = s.allow_own(actor, Action::EditCandidates)?;
    uploading(&rows::find(s.db.read(), workspace, id).await?)
}

/// Makes an empty batch.
///
/// # Errors
/// An unknown interview; a role that is too low.
pub async fn begin(s: &Services, actor: &Actor, interview: InterviewId, keep_files: bool) -> Result<ResumeBatch> {
    let workspace = s.allow_own(actor, Action::EditCandidates)?;
    interviews::known(s.db.read(), workspace, interview).await?;
    let now = s.now().millis();
    let row = resume_batch::Model {
        id: s.new_id()?,
        workspace_id: workspace.0,
        interview_id: interview.0,
        created_by: match actor {
            Actor::Member { user, .. } => Some(user.0),
            _ => None,
        },
        state: BatchState::Uploaded.as_str().to_owned(),
        price: tokens::per_resume(s),
        keep_files,
        started_at: None,
        finished_at: None,
        created_at: now,
        updated_at: now,
    };
    let tx = s.db.write(Priority::Person).await?;
    resume_batch::Entity::insert(row.clone().into_active_model())
        .exec_without_returning(&*tx)
        .await?;
    tx.commit().await?;
    view::of(s, actor, row).await
}

/// Adds a PDF, or the files of a ZIP, to a batch that has not been started. What cannot be a resume is listed as failed.
///
/// # Errors
/// A ZIP that is refused whole; a batch that is full or was started; an unknown batch; a role that is too low.
pub async fn add_file(s: &Services, actor: &Actor, id: BatchId, upload: Upload) -> Result<ResumeBatch> {
    let batch = put(s, actor, id, upload).await?;
    rows::tell(s, &batch);
    view::of(s, actor, batch).await
}

/// The same, for those who do not look at the batch after each file.
async fn put(s: &Services, actor: &Actor, id: BatchId, upload: Upload) -> Result<resume_batch::Model> {
    let workspace = s.allow_own(actor, Action::EditCandidates)?;
    uploading(&rows::find(s.db.read(), workspace, id).await?)?;
    let members = members(s, upload).await?;
    let tx = s.db.write(Priority::Person).await?;
    let batch = rows::lock(&*tx, workspace, id).await?;
    uploading(&batch)?;
    store(&*tx, s, &batch, members).await?;
    tx.commit().await?;
    Ok(batch)
}

/// A whole batch at once, started unless `start` is false. Where there are too few tokens, nothing is kept.
///
/// # Errors
/// As of [`begin`], [`add_file`] and [`start`].
pub async fn upload(
    s: &Services,
    actor: &Actor,
    interview: InterviewId,
    uploads: Vec<Upload>,
    keep_files: bool,
    start_now: bool,
) -> Result<ResumeBatch> {
    if uploads.is_empty() {
        return Err(ServiceError::invalid(
            "files",
            "Send at least one PDF or ZIP in `files`.",
        ));
    }
    let id = begin(s, actor, interview, keep_files).await?.id;
    let filled = async {
        for upload in uploads {
            put(s, actor, id, upload).await?;
        }
        if start_now {
            start(s, actor, id).await
        } else {
            view::get(s, actor, id).await
        }
    };
    let filled = filled.await;
    if filled.is_err() {
        let tx = s.db.write(Priority::Person).await?;
        resume_batch::Entity::delete_by_id(id.0).exec(&*tx).await?;
        tx.commit().await?;
        storage::collect(s, s.now()).await?;
    }
    filled
}

fn uploading(batch: &resume_batch::Model) -> Result<()> {
    if rows::state(batch)? == BatchState::Uploaded {
        return Ok(());
    }
    Err(ServiceError::conflict(
        "already_started",
        "This batch was started already and takes no more files. Begin another one for them.",
    ))
}

/// What has arrived, file by file.
async fn members(s: &Services, upload: Upload) -> Result<Vec<Member>> {
    let folder = s.config.data_dir.join("files");
    let look = move || -> std::result::Result<Vec<Member>, Refused> {
        let path = upload.file;
        let mut start = Vec::new();
        File::open(&path)?.take(4).read_to_end(&mut start)?;
        if archive::is_zip(&start) {
            return archive::unpack(&folder, File::open(&path)?, UNPACKED_MAX);
        }
        Ok(vec![archive::member(upload.file_name, path)?])
    };
    match tokio::task::spawn_blocking(look)
        .await
        .map_err(ServiceError::internal)?
    {
        Ok(members) => Ok(members),
        Err(Refused::Because(sentence)) => Err(ServiceError::invalid("files", sentence)),
        Err(Refused::Io(error)) => Err(storage::unwritable(&error)),
    }
}

/// Writes the files of a locked batch.
async fn store(
    tx: &impl ConnectionTrait,
    s: &Services,
    batch: &resume_batch::Model,
    members: Vec<Member>,
) -> Result<()> {
    let there = rows::files(tx, batch.id).await?;
    if there.len() + members.len() > FILES_MAX {
        return Err(ServiceError::conflict(
            "batch_full",
            format!(
                "A batch takes {FILES_MAX} files; with this there would be {}. Nothing of this upload was taken: begin \
                 another batch for it.",
                there.len() + members.len()
            ),
        ));
    }
    let last = there.iter().map(|file| file.number).max().unwrap_or(0);
    let mut seen: HashMap<Vec<u8>, Uuid> = there
        .iter()
        .filter(|file| file.file_id.is_some() && file.duplicate_of.is_none())
        .map(|file| (file.sha256.clone(), file.id))
        .collect();
    let now = s.now().millis();
    for (number, member) in (last + 1..).zip(members) {
        let mut row = resume_file::Model {
            id: s.new_id()?,
            workspace_id: batch.workspace_id,
            batch_id: batch.id,
            number,
            name: shown_name(&member.name),
            size: i64::try_from(member.size).unwrap_or(i64::MAX),
            sha256: Vec::new(),
            file_id: None,
            state: FileState::Waiting.as_str().to_owned(),
            job_id: None,
            attempt: 1,
            charged: false,
            reason: None,
            duplicate_of: None,
            fields: None,
            corrections: None,
            engine: None,
            fell_back: false,
            damaged: false,
            candidate_id: None,
            created_at: now,
            updated_at: now,
        };
        match member.content {
            Err(failure) => {
                row.state = FileState::Failed.as_str().to_owned();
                row.reason = Some(failure.as_str().to_owned());
            }
            Ok((sha256, file)) => {
                let workspace = WorkspaceId(batch.workspace_id);
                let content = (sha256.as_slice(), member.size);
                row.file_id = Some(
                    storage::keep(tx, s, workspace, content, "application/pdf", file)
                        .await?
                        .0,
                );
                row.duplicate_of = seen.get(&sha256).copied();
                if row.duplicate_of.is_some() {
                    row.state = FileState::Failed.as_str().to_owned();
                    row.reason = Some(rows::reason::DUPLICATE.to_owned());
                } else {
                    seen.insert(sha256.clone(), row.id);
                }
                row.sha256 = sha256;
            }
        }
        resume_file::Entity::insert(row.into_active_model())
            .exec_without_returning(tx)
            .await?;
    }
    Ok(())
}

/// A name as it is shown: one line, without folders, not too long.
pub(crate) fn shown_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean = text::shorten(&text::one_line(last), FILE_NAME_MAX);
    if clean.is_empty() {
        "resume.pdf".to_owned()
    } else {
        clean
    }
}

/// Sets the tokens aside and begins to read; again, nothing happens. All files or none: too few tokens is said before
/// anything runs.
///
/// # Errors
/// A conflict `too_few_tokens`, or `nothing_to_read`; a batch that was given up; an unknown batch; a role that is too
/// low.
pub async fn start(s: &Services, actor: &Actor, id: BatchId) -> Result<ResumeBatch> {
    let workspace = s.allow_own(actor, Action::EditCandidates)?;
    s.allow_own(actor, Action::SpendTokens)?;
    let tx = s.db.write(Priority::Person).await?;
    let batch = rows::lock(&*tx, workspace, id).await?;
    match rows::state(&batch)? {
        BatchState::Uploaded => {}
        BatchState::Running | BatchState::Ready | BatchState::Done => {
            drop(tx);
            return view::of(s, actor, batch).await;
        }
        BatchState::Cancelled => return Err(given_up()),
    }
    let price = tokens::per_resume(s);
    let waiting: Vec<resume_file::Model> = rows::files(&*tx, batch.id)
        .await?
        .into_iter()
        .filter(|file| file.state == FileState::Waiting.as_str())
        .collect();
    if waiting.is_empty() {
        return Err(ServiceError::conflict(
            "nothing_to_read",
            "There is no resume to read in this batch. Nothing was charged; add a PDF first.",
        ));
    }
    let holds: Vec<tokens::Hold> = waiting.iter().map(|file| hold(file, price)).collect();
    tokens::reserve(&*tx, s, actor, workspace, &holds).await?;
    let now = s.now().millis();
    resume_batch::Entity::update_many()
        .col_expr(resume_batch::Column::State, Expr::value(BatchState::Running.as_str()))
        .col_expr(resume_batch::Column::Price, Expr::value(price))
        .col_expr(resume_batch::Column::StartedAt, Expr::value(now))
        .col_expr(resume_batch::Column::UpdatedAt, Expr::value(now))
        .filter(resume_batch::Column::Id.eq(batch.id))
        .exec(&*tx)
        .await?;
    enqueue(&*tx, s, &batch).await?;
    tx.commit().await?;
    rows::tell(s, &batch);
    view::get(s, actor, id).await
}

/// The conflict of a batch that is over.
pub(super) fn given_up() -> ServiceError {
    ServiceError::conflict(
        "batch_over",
        "This batch is over. What was set aside has come back; begin another one.",
    )
}

/// What a file's next try sets aside.
pub(super) fn hold(file: &resume_file::Model, price: i64) -> tokens::Hold {
    tokens::Hold {
        reference: rows::reference(file),
        subject: file.id,
        amount: if file.charged { 0 } else { price },
        // Entries stay for good: no name, and that of a file is its person's as a rule.
        note: Some(format!("Resume {} of a batch", file.number)),
    }
}

/// Queues the reading. Without a key: two jobs of one batch share its files, and neither misses one.
pub(super) async fn enqueue(tx: &impl ConnectionTrait, s: &Services, batch: &resume_batch::Model) -> Result<()> {
    let (workspace, payload) = (WorkspaceId(batch.workspace_id), json!({ "batch": batch.id }));
    jobs::enqueue(tx, s, workspace, jobs::Kind::Resumes, payload, None).await
}
