//! Adding the reviewed resumes as candidates. A file's id becomes the id of its candidate, so no file adds two.

use super::{intake, rows, view};
use crate::{
    Services,
    candidates::{self, NewCandidate, this_year},
    db::Priority,
    entity::{candidate, resume_batch, resume_file, session},
    error::{Result, ServiceError},
};
use parley_domain::{
    account::{Action, Actor},
    batch::{self, BatchState, FileState, ResumeBatch},
    candidate::Source,
    id::{BatchId, CandidateId, FileId, InterviewId},
    text,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, sea_query::Expr};
use std::collections::HashMap;
use uuid::Uuid;

/// Rows of one statement.
const PIECE: usize = 50;

/// Adds every file that was read and has nothing to correct. The batch is done when nothing is left in review; a row
/// without a name waits. `keep` says whether the PDFs are kept with the candidates, where it is not as the batch says.
///
/// # Errors
/// A batch that is still being read, was given up or has nothing to add; an unknown batch; a role that is too low.
pub async fn add(s: &Services, actor: &Actor, id: BatchId, keep: Option<bool>) -> Result<ResumeBatch> {
    let workspace = s.allow_own(actor, Action::EditCandidates)?;
    let tx = s.db.write(Priority::Person).await?;
    let mut batch = rows::lock(&*tx, workspace, id).await?;
    batch.keep_files = keep.unwrap_or(batch.keep_files);
    match rows::state(&batch)? {
        BatchState::Ready => {}
        // Pressed twice: what was added is there.
        BatchState::Done => {
            drop(tx);
            return view::of(s, actor, batch).await;
        }
        BatchState::Cancelled => return Err(intake::given_up()),
        BatchState::Uploaded | BatchState::Running => {
            return Err(ServiceError::conflict(
                "still_reading",
                "The resumes of this batch are not all read yet. Nobody was added; wait for them or remove them.",
            ));
        }
    }
    let files = rows::files(&*tx, batch.id).await?;
    let in_review: Vec<&resume_file::Model> = files
        .iter()
        .filter(|file| file.state == FileState::Read.as_str() && file.candidate_id.is_none())
        .collect();
    let added = insert(&*tx, s, &batch, &in_review).await?;
    if added == 0 {
        return Err(ServiceError::conflict(
            "nothing_to_add",
            "There is nobody to add: each resume that was read needs a name first. Nothing was changed.",
        ));
    }
    if added == in_review.len() {
        rows::set_state(&*tx, s, batch.id, BatchState::Done).await?;
    }
    tx.commit().await?;
    rows::tell(s, &batch);
    view::get(s, actor, id).await
}

/// Writes candidates and sessions; how many.
async fn insert(
    tx: &impl ConnectionTrait,
    s: &Services,
    batch: &resume_batch::Model,
    files: &[&resume_file::Model],
) -> Result<usize> {
    let workspace = batch.workspace_id.into();
    let interview = candidates::lock_interview(tx, workspace, batch.interview_id.into()).await?;
    let year = this_year(s);
    let mut own: HashMap<String, Uuid> = HashMap::new();
    let (mut people, mut sessions, mut ids) = (Vec::new(), Vec::new(), Vec::new());
    for file in files {
        let fields = batch::reviewed(&rows::fields(file)?, &rows::corrections(file)?);
        let Some(input) = batch::as_candidate(&fields)
            .ok()
            .and_then(|input| input.checked(year).ok())
        else {
            continue;
        };
        let email: Option<String> = input.email.as_deref().map(text::email_norm);
        let mut twin = None;
        if let Some(email) = &email {
            let here = InterviewId(batch.interview_id);
            for walk_ins in [false, true] {
                if twin.is_none() {
                    twin = candidates::twin(tx, workspace, here, email, walk_ins).await?;
                }
            }
            twin = twin.or_else(|| own.get(email).copied().map(CandidateId));
            own.entry(email.clone()).or_insert(file.id);
        }
        let resume = file.file_id.filter(|_| batch.keep_files);
        let new = NewCandidate {
            resume: resume.map(|stored| (FileId(stored), file.name.clone())),
            possible_duplicate_of: twin,
            ..NewCandidate::plain(input, Source::Resume)
        };
        let (person, session) = candidates::prepare(s, &interview, CandidateId(file.id), new)?;
        people.push(person);
        sessions.push(session);
        ids.push(file.id);
    }
    for piece in people.chunks(PIECE) {
        candidate::Entity::insert_many(piece.iter().cloned().map(IntoActiveModel::into_active_model))
            .exec_without_returning(tx)
            .await?;
    }
    for piece in sessions.chunks(PIECE) {
        session::Entity::insert_many(piece.iter().cloned().map(IntoActiveModel::into_active_model))
            .exec_without_returning(tx)
            .await?;
    }
    resume_file::Entity::update_many()
        .col_expr(resume_file::Column::CandidateId, Expr::col(resume_file::Column::Id))
        .filter(resume_file::Column::Id.is_in(ids.iter().copied()))
        .exec(tx)
        .await?;
    Ok(ids.len())
}
