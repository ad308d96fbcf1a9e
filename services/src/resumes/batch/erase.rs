//! What batches keep of people who are erased: that there was a file, how large it was, that it was read and paid for, and
//! that somebody was added from it. Its name, its content and all that was found in it go.

use super::rows::reason;
use crate::{
    entity::{resume_batch, resume_file},
    error::Result,
};
use parley_domain::batch::BatchState;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, JoinType, QueryFilter, QuerySelect, Select,
    sea_query::Expr,
};
use std::collections::HashSet;
use uuid::Uuid;

/// What stands in place of the name of a file.
const NAME: &str = "(erased)";
/// Values of one list in a statement.
const PIECE: usize = 1_000;

/// A file as it is looked at.
#[derive(FromQueryResult)]
struct Seen {
    id: Uuid,
    file_id: Option<Uuid>,
    sha256: Vec<u8>,
    duplicate_of: Option<Uuid>,
    interview_id: Uuid,
    batch_state: String,
}

fn seen() -> Select<resume_file::Entity> {
    resume_file::Entity::find()
        .join(
            JoinType::InnerJoin,
            resume_file::Entity::belongs_to(resume_batch::Entity)
                .from(resume_file::Column::BatchId)
                .to(resume_batch::Column::Id)
                .into(),
        )
        .select_only()
        .columns([
            resume_file::Column::Id,
            resume_file::Column::FileId,
            resume_file::Column::Sha256,
            resume_file::Column::DuplicateOf,
        ])
        .column(resume_batch::Column::InterviewId)
        .column_as(resume_batch::Column::State, "batch_state")
}

/// Takes out of their files what these hold of `people`, in the transaction that erases them; which stored files they held.
///
/// # Errors
/// When the database fails.
pub(crate) async fn forget(tx: &impl ConnectionTrait, now: i64, people: &[Uuid]) -> Result<Vec<Uuid>> {
    let mut files: Vec<Seen> = Vec::new();
    for piece in people.chunks(PIECE) {
        let own: Vec<Seen> = seen()
            .filter(resume_file::Column::CandidateId.is_in(piece.iter().copied()))
            .into_model()
            .all(tx)
            .await?;
        files.extend(own);
    }
    if files.is_empty() {
        return Ok(Vec::new());
    }
    let same = same_content(tx, &files).await?;
    files.extend(same);
    let ids: Vec<Uuid> = files.iter().map(|file| file.id).collect();
    for piece in ids.chunks(PIECE) {
        let nothing = || Expr::value(Option::<String>::None);
        resume_file::Entity::update_many()
            .col_expr(resume_file::Column::Name, Expr::value(NAME))
            .col_expr(resume_file::Column::Sha256, Expr::value(Vec::<u8>::new()))
            .col_expr(resume_file::Column::FileId, Expr::value(Option::<Uuid>::None))
            .col_expr(resume_file::Column::Fields, nothing())
            .col_expr(resume_file::Column::Corrections, nothing())
            .col_expr(resume_file::Column::Reason, Expr::value(reason::ERASED))
            .col_expr(resume_file::Column::UpdatedAt, Expr::value(now))
            .filter(resume_file::Column::Id.is_in(piece.iter().copied()))
            .exec(tx)
            .await?;
    }
    Ok(files.into_iter().filter_map(|file| file.file_id).collect())
}

/// The same documents once more on their interviews, from which nobody was added: copies in the same batch, and what other
/// batches left over. A batch that is still open keeps its own: somebody is about to look at it.
async fn same_content(tx: &impl ConnectionTrait, own: &[Seen]) -> Result<Vec<Seen>> {
    let ids: HashSet<Uuid> = own.iter().map(|file| file.id).collect();
    let content: HashSet<(Uuid, &[u8])> = own
        .iter()
        .filter(|file| !file.sha256.is_empty())
        .map(|file| (file.interview_id, file.sha256.as_slice()))
        .collect();
    let interviews: HashSet<Uuid> = content.iter().map(|(interview, _)| *interview).collect();
    let hashes: Vec<Vec<u8>> = content.iter().map(|(_, sha256)| sha256.to_vec()).collect();
    let mut same = Vec::new();
    for piece in hashes.chunks(PIECE) {
        let found: Vec<Seen> = seen()
            .filter(resume_file::Column::Sha256.is_in(piece.iter().cloned()))
            .filter(resume_file::Column::CandidateId.is_null())
            .filter(resume_batch::Column::InterviewId.is_in(interviews.iter().copied()))
            .into_model()
            .all(tx)
            .await?;
        let is_theirs = |file: &Seen| {
            let is_copy = file.duplicate_of.is_some_and(|first| ids.contains(&first));
            let is_over = file
                .batch_state
                .parse::<BatchState>()
                .is_ok_and(|state| !state.is_open());
            (is_copy || is_over) && content.contains(&(file.interview_id, file.sha256.as_slice()))
        };
        same.extend(found.into_iter().filter(is_theirs));
    }
    Ok(same)
}
