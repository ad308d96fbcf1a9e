//! Two entries that are one person: what merging them would do, doing it, or saying that they are two people.

use super::{
    insert::store_fields,
    read::{current_session, fields, find, to_candidate},
};
use crate::{
    Services, accounts,
    db::Priority,
    entity::{candidate, decision, import_row, resume_file, retake_request, session},
    error::{Result, ServiceError},
    events::Change,
    secrets,
    sessions::{event, mark_score, word},
};
use parley_domain::{
    account::{Action, Actor},
    candidate::Candidate,
    duplicate::{Entry, Held, MergePlan, MergedAttempt, merged_fields, plan_merge},
    id::{CandidateId, InterviewId, SessionId, WorkspaceId},
    session::{RetakeRequestState, Status},
    time::Timestamp,
};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait},
};
use uuid::Uuid;

/// Out of the way of every attempt's number while they are numbered anew: the pair of candidate and attempt is unique.
const ASIDE: i32 = 1_000_000;

/// What merging `gone` into `keep` would do. Without `gone`, the candidate whom `keep` may be a second time.
///
/// # Errors
/// Unknown, deleted and foreign candidates; a conflict `no_twin` for a candidate of whom no other is known.
pub async fn merge_plan(
    s: &Services,
    actor: &Actor,
    keep: CandidateId,
    gone: Option<CandidateId>,
) -> Result<MergePlan> {
    let workspace = s.allow_own(actor, Action::EditCandidates)?;
    let conn = s.db.read();
    let keep = find(conn, workspace, keep).await?;
    let gone = match gone.map(|id| id.0).or(keep.possible_duplicate_of) {
        None => return Err(no_twin()),
        Some(id) => match (find(conn, workspace, CandidateId(id)).await, gone) {
            (Err(ServiceError::NotFound), None) => return Err(no_twin()),
            (found, _) => found?,
        },
    };
    let (of_keep, of_gone) = (sessions_of(conn, &keep).await?, sessions_of(conn, &gone).await?);
    plan(&keep, &of_keep, &gone, &of_gone)
}

fn no_twin() -> ServiceError {
    ServiceError::conflict(
        "no_twin",
        "The other entry is not here any more. Nothing is left to merge.",
    )
}

async fn sessions_of(conn: &impl ConnectionTrait, of: &candidate::Model) -> Result<Vec<session::Model>> {
    Ok(session::Entity::find()
        .filter(session::Column::WorkspaceId.eq(of.workspace_id))
        .filter(session::Column::CandidateId.eq(of.id))
        .order_by_asc(session::Column::Attempt)
        .all(conn)
        .await?)
}

fn entry(of: &candidate::Model, sessions: &[session::Model]) -> Result<Entry> {
    let held = |row: &session::Model| {
        Ok(Held {
            session: row.id.into(),
            attempt: row.attempt,
            status: word(&row.status)?,
            started: row.started_at.map(Timestamp::from_millis),
            granted: row.attempt > 1,
            counts: row.counts,
        })
    };
    Ok(Entry {
        id: of.id.into(),
        fields: fields(of),
        source: word(&of.source)?,
        added: Timestamp::from_millis(of.created_at),
        resume: of.resume_name.clone(),
        attempts: sessions.iter().map(held).collect::<Result<_>>()?,
    })
}

fn plan(
    keep: &candidate::Model,
    of_keep: &[session::Model],
    gone: &candidate::Model,
    of_gone: &[session::Model],
) -> Result<MergePlan> {
    let same = keep.interview_id == gone.interview_id;
    let mut plan = plan_merge(&entry(keep, of_keep)?, &entry(gone, of_gone)?, same);
    let digest = secrets::hash(serde_json::to_vec(&plan)?);
    plan.mark = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    Ok(plan)
}

/// Merges `gone` into `keep`: the attempts of both stand with `keep`, numbered by their start; `keep`'s link goes on,
/// `gone`'s stops; values of `gone` fill empty fields. With the `mark` of a plan, only if it would still do the same.
///
/// # Errors
/// What the plan refuses, as a conflict of that code; `changed` where something happened since the plan was made;
/// unknown, deleted and foreign candidates.
pub async fn merge(
    s: &Services,
    actor: &Actor,
    keep: CandidateId,
    gone: CandidateId,
    mark: Option<&str>,
) -> Result<Candidate> {
    let workspace = s.allow_own(actor, Action::EditCandidates)?;
    let tx = s.db.write(Priority::Person).await?;
    let (keep, gone) = lock_both(&*tx, workspace, keep, gone).await?;
    let (of_keep, of_gone) = (sessions_of(&*tx, &keep).await?, sessions_of(&*tx, &gone).await?);
    let plan = plan(&keep, &of_keep, &gone, &of_gone)?;
    if let Some(refused) = plan.refused {
        return Err(ServiceError::conflict(refused.as_str(), refused.detail()));
    }
    if mark.is_some_and(|mark| mark != plan.mark) {
        return Err(ServiceError::conflict(
            "changed",
            "One of the two changed meanwhile. Nothing was merged; look again at what would happen.",
        ));
    }
    let dropped: Vec<Uuid> = plan.dropped.iter().map(|id| id.0).collect();
    decisions(&*tx, workspace, &plan, &dropped).await?;
    session::Entity::delete_many()
        .filter(session::Column::WorkspaceId.eq(workspace.0))
        .filter(session::Column::Id.is_in(dropped))
        .exec(&*tx)
        .await?;
    number(&*tx, &keep, &plan, of_keep.into_iter().chain(of_gone).collect()).await?;
    requests(&*tx, actor, s, &keep, &gone, &plan).await?;
    came_from(&*tx, &keep, &gone).await?;
    let row = take_over(&*tx, s, keep, &gone).await?;
    let row = in_time(&*tx, row, &gone, &plan).await?;
    candidate::Entity::delete_by_id(gone.id).exec(&*tx).await?;
    mark_score(&*tx, workspace.0, row.id).await?;
    carry_verdict(&*tx, &row).await?;
    let current = current_session(&*tx, &row).await?;
    event(&*tx, s, &current, "merged", actor, None).await?;
    accounts::audit::write(&*tx, s, workspace, actor, "candidate.merge", Some(row.id)).await?;
    tx.commit().await?;
    // The kept one's too: the attempt that goes on in it may have another number now.
    s.scenes.forget([row.id, gone.id]);
    s.events.send(Change {
        workspace,
        interview: InterviewId(row.interview_id),
        candidate: None,
        session: None,
    });
    to_candidate(s, actor, row, current).await
}

/// Both, locked in the order of their ids, so that two merges of the same two never wait for each other.
async fn lock_both(
    tx: &impl ConnectionTrait,
    workspace: WorkspaceId,
    keep: CandidateId,
    gone: CandidateId,
) -> Result<(candidate::Model, candidate::Model)> {
    let found: Vec<candidate::Model> = candidate::Entity::find()
        .filter(candidate::Column::WorkspaceId.eq(workspace.0))
        .filter(candidate::Column::DeletedAt.is_null())
        .filter(candidate::Column::Id.is_in([keep.0, gone.0]))
        .order_by_asc(candidate::Column::Id)
        .lock_exclusive()
        .all(tx)
        .await?;
    let take = |id: CandidateId| {
        let row = found.iter().find(|row| row.id == id.0);
        row.cloned().ok_or(ServiceError::NotFound)
    };
    Ok((take(keep)?, take(gone)?))
}

/// What was decided about the person by an attempt that goes, because nobody started it, stands with the one that is current
/// from now on.
async fn decisions(
    tx: &impl ConnectionTrait,
    workspace: WorkspaceId,
    plan: &MergePlan,
    dropped: &[Uuid],
) -> Result<()> {
    let Some(current) = plan.attempts.last() else {
        return Ok(());
    };
    // Whoever decides has the attempt: once it is ours, what they decide at this moment is there.
    session::Entity::find()
        .select_only()
        .column(session::Column::Id)
        .filter(session::Column::WorkspaceId.eq(workspace.0))
        .filter(session::Column::Id.is_in(dropped.iter().copied()))
        .lock_exclusive()
        .into_tuple::<Uuid>()
        .all(tx)
        .await?;
    decision::Entity::update_many()
        .col_expr(decision::Column::SessionId, current.session_id.0.into())
        .filter(decision::Column::WorkspaceId.eq(workspace.0))
        .filter(decision::Column::SessionId.is_in(dropped.iter().copied()))
        .exec(tx)
        .await?;
    Ok(())
}

/// Gives every attempt its new number and owner.
async fn number(
    tx: &impl ConnectionTrait,
    keep: &candidate::Model,
    plan: &MergePlan,
    rows: Vec<session::Model>,
) -> Result<()> {
    session::Entity::update_many()
        .col_expr(session::Column::Attempt, Expr::col(session::Column::Attempt).add(ASIDE))
        .filter(session::Column::WorkspaceId.eq(keep.workspace_id))
        .filter(session::Column::CandidateId.eq(keep.id))
        .exec(tx)
        .await?;
    let last = plan.attempts.last().map(|a| a.session_id);
    let highest = rows.iter().map(|row| row.holder).max().unwrap_or(0);
    for attempt in &plan.attempts {
        let Some(row) = rows.iter().find(|row| SessionId(row.id) == attempt.session_id) else {
            continue;
        };
        let mut change = row.clone().into_active_model();
        change.candidate_id = Set(Some(keep.id));
        change.attempt = Set(attempt.attempt);
        // Every column that is set is written: the number that was put aside is another one than the row here says.
        change.is_current = Set(last == Some(attempt.session_id));
        change.counts = Set(attempt.counts);
        if last == Some(attempt.session_id) && row.candidate_id != Some(keep.id) {
            // It goes on by the kept link, by which windows of other attempts have had leases.
            change.holder = Set(highest + 1);
        }
        change.source = Set(keep.source.clone());
        change.added_key = Set(keep.created_at);
        change.update(tx).await?;
    }
    Ok(())
}

/// Requests for a retake go with the person; where an attempt is open by now, the wish is granted.
async fn requests(
    tx: &impl ConnectionTrait,
    actor: &Actor,
    s: &Services,
    keep: &candidate::Model,
    gone: &candidate::Model,
    plan: &MergePlan,
) -> Result<()> {
    use retake_request::Column as C;
    let waiting = C::State.eq(RetakeRequestState::Waiting.as_str());
    let already = retake_request::Entity::find()
        .filter(C::CandidateId.eq(keep.id))
        .filter(waiting.clone())
        .count(tx)
        .await?;
    if already > 0 {
        // One person asks once: the other entry's wish goes with it.
        retake_request::Entity::delete_many()
            .filter(C::CandidateId.eq(gone.id))
            .filter(waiting.clone())
            .exec(tx)
            .await?;
    }
    retake_request::Entity::update_many()
        .col_expr(C::CandidateId, keep.id.into())
        .filter(C::WorkspaceId.eq(keep.workspace_id))
        .filter(C::CandidateId.eq(gone.id))
        .exec(tx)
        .await?;
    let open = plan.attempts.last().is_some_and(|a| a.status != Status::Completed);
    if open {
        retake_request::Entity::update_many()
            .col_expr(C::State, RetakeRequestState::Granted.as_str().into())
            .col_expr(C::DecidedBy, actor.code().into())
            .col_expr(C::DecidedAt, s.now().millis().into())
            .filter(C::CandidateId.eq(keep.id))
            .filter(waiting)
            .exec(tx)
            .await?;
    }
    Ok(())
}

/// The rows of imports and the files of batches that the other entry came from are the kept one's now: when somebody is
/// erased, what was imported of them is found by whose it is.
async fn came_from(tx: &impl ConnectionTrait, keep: &candidate::Model, gone: &candidate::Model) -> Result<()> {
    import_row::Entity::update_many()
        .col_expr(import_row::Column::CandidateId, keep.id.into())
        .filter(import_row::Column::WorkspaceId.eq(keep.workspace_id))
        .filter(import_row::Column::CandidateId.eq(gone.id))
        .exec(tx)
        .await?;
    resume_file::Entity::update_many()
        .col_expr(resume_file::Column::CandidateId, keep.id.into())
        .filter(resume_file::Column::WorkspaceId.eq(keep.workspace_id))
        .filter(resume_file::Column::CandidateId.eq(gone.id))
        .exec(tx)
        .await?;
    Ok(())
}

/// Fills what is empty, and turns what pointed at the other entry to the kept one.
async fn take_over(
    tx: &impl ConnectionTrait,
    s: &Services,
    keep: candidate::Model,
    gone: &candidate::Model,
) -> Result<candidate::Model> {
    let (id, workspace) = (keep.id, keep.workspace_id);
    let same_email = keep.email_norm.is_some() && keep.email_norm == gone.email_norm;
    let verified = keep.email_verified || ((keep.email.is_none() || same_email) && gone.email_verified);
    let twin = keep.possible_duplicate_of.filter(|twin| *twin != gone.id);
    let twin = twin.or(gone.possible_duplicate_of).filter(|twin| *twin != id);
    let resume = keep
        .resume_file_id
        .is_none()
        .then(|| (gone.resume_file_id, gone.resume_name.clone()));
    let merged = merged_fields(&fields(&keep), &fields(gone));
    let row = store_fields(tx, s, keep, merged).await?;
    let mut change = row.into_active_model();
    change.email_verified = Set(verified);
    change.possible_duplicate_of = Set(twin);
    if let Some((file, name)) = resume {
        change.resume_file_id = Set(file);
        change.resume_name = Set(name);
    }
    let row = change.update(tx).await?;
    candidate::Entity::update_many()
        .col_expr(candidate::Column::PossibleDuplicateOf, id.into())
        .filter(candidate::Column::WorkspaceId.eq(workspace))
        .filter(candidate::Column::PossibleDuplicateOf.eq(gone.id))
        .filter(candidate::Column::Id.ne(id))
        .exec(tx)
        .await?;
    Ok(row)
}

/// An attempt that came along and waits can be taken for as long as before: the kept link ends no sooner than the one that
/// stops.
async fn in_time(
    tx: &impl ConnectionTrait,
    row: candidate::Model,
    gone: &candidate::Model,
    plan: &MergePlan,
) -> Result<candidate::Model> {
    let waits = |a: &MergedAttempt| a.moved && a.status == Status::NotStarted;
    let ends_later = |own: i64| gone.link_expires_at.is_none_or(|other| other > own);
    if !plan.attempts.last().is_some_and(waits) || !row.link_expires_at.is_some_and(ends_later) {
        return Ok(row);
    }
    let mut change = row.into_active_model();
    change.link_expires_at = Set(gone.link_expires_at);
    Ok(change.update(tx).await?)
}

/// The current attempt carries the newest decision about the person, whichever entry it was made on.
async fn carry_verdict(tx: &impl ConnectionTrait, of: &candidate::Model) -> Result<()> {
    let sessions = sessions_of(tx, of).await?;
    let newest: Option<String> = decision::Entity::find()
        .filter(decision::Column::WorkspaceId.eq(of.workspace_id))
        .filter(decision::Column::SessionId.is_in(sessions.iter().map(|row| row.id)))
        .order_by_desc(decision::Column::CreatedAt)
        .order_by_desc(decision::Column::Id)
        .select_only()
        .column(decision::Column::Verdict)
        .into_tuple()
        .one(tx)
        .await?;
    session::Entity::update_many()
        .col_expr(session::Column::Verdict, newest.into())
        .filter(session::Column::WorkspaceId.eq(of.workspace_id))
        .filter(session::Column::CandidateId.eq(of.id))
        .filter(session::Column::IsCurrent.eq(true))
        .exec(tx)
        .await?;
    Ok(())
}

/// Says that a possible duplicate is somebody else; the mark goes. Without a mark nothing happens.
///
/// # Errors
/// Unknown, deleted and foreign candidates; a role that is too low.
pub async fn not_duplicate(s: &Services, actor: &Actor, id: CandidateId) -> Result<Candidate> {
    let workspace = s.allow_own(actor, Action::EditCandidates)?;
    let tx = s.db.write(Priority::Person).await?;
    let row = find(&*tx, workspace, id).await?;
    let current = current_session(&*tx, &row).await?;
    if row.possible_duplicate_of.is_none() {
        // Whoever holds a connection must not wait for another one.
        drop(tx);
        return to_candidate(s, actor, row, current).await;
    }
    let mut change = row.into_active_model();
    change.possible_duplicate_of = Set(None);
    change.updated_at = Set(s.now().millis());
    let row = change.update(&*tx).await?;
    event(&*tx, s, &current, "not_a_duplicate", actor, None).await?;
    tx.commit().await?;
    s.events.send(Change {
        workspace,
        interview: InterviewId(row.interview_id),
        candidate: Some(id),
        session: Some(current.id.into()),
    });
    to_candidate(s, actor, row, current).await
}
