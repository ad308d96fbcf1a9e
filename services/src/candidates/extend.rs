//! Until when invite links work: set for one, for many, or for all of an interview who have not started.

use super::read::{current_session, find, to_candidate};
use crate::{
    Services,
    db::Priority,
    entity::{candidate, session, session_event},
    error::Result,
    events::Change,
    interviews,
    sessions::event,
};
use parley_domain::{
    account::{Action, Actor},
    candidate::Candidate,
    id::{CandidateId, InterviewId, WorkspaceId},
    link::LinkExpiry,
    paging::AT_ONCE,
    session::Status,
    time::Timestamp,
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect,
    sea_query::Expr,
};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Whose links.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whose {
    /// Of these candidates, and of them only those of the interview where one is named; unknown, foreign and deleted ones
    /// are left out.
    These(Option<InterviewId>, Vec<CandidateId>),
    /// Of everyone on the interview whose current attempt has not started.
    AllOf(InterviewId),
}

/// What an event says of a link's new end.
pub(crate) fn code(until: Option<Timestamp>) -> String {
    until.map_or_else(|| "never".to_owned(), |at| at.to_string())
}

/// Lets one invite link work until another moment.
///
/// # Errors
/// An unknown candidate; a moment that is past; a role that is too low.
pub async fn extend_link(s: &Services, actor: &Actor, id: CandidateId, expires: LinkExpiry) -> Result<Candidate> {
    let workspace = s.allow_own(actor, Action::EditCandidates)?;
    let until = expires.moment(s.now())?;
    let tx = s.db.write(Priority::Person).await?;
    let row = find(&*tx, workspace, id).await?;
    let session = current_session(&*tx, &row).await?;
    let mut change = row.into_active_model();
    change.link_expires_at = Set(until.map(Timestamp::millis));
    change.updated_at = Set(s.now().millis());
    let row = change.update(&*tx).await?;
    event(&*tx, s, &session, "link_extended", actor, Some(&code(until))).await?;
    tx.commit().await?;
    s.events.send(Change {
        workspace,
        interview: InterviewId(row.interview_id),
        candidate: Some(id),
        session: Some(session.id.into()),
    });
    to_candidate(s, actor, row, session).await
}

/// Lets many invite links work until another moment; how many there were.
///
/// # Errors
/// An unknown interview; a moment that is past; a role that is too low. What was changed before a failure stays changed.
pub async fn extend_links(s: &Services, actor: &Actor, whose: &Whose, expires: LinkExpiry) -> Result<u64> {
    let workspace = s.allow_own(actor, Action::EditCandidates)?;
    let until = expires.moment(s.now())?;
    let mut ids = match whose {
        Whose::These(of, ids) => {
            if let Some(of) = of {
                interviews::known(s.db.read(), workspace, *of).await?;
            }
            ids.iter().map(|id| id.0).collect()
        }
        Whose::AllOf(interview) => not_started(s, workspace, *interview).await?,
    };
    // Named twice is meant once.
    ids.sort_unstable();
    ids.dedup();
    let of = match whose {
        Whose::These(of, _) => *of,
        Whose::AllOf(interview) => Some(*interview),
    };
    let mut changed = 0;
    let mut interviews = BTreeSet::new();
    for chunk in ids.chunks(AT_ONCE) {
        changed += extend_chunk(s, actor, (workspace, of), chunk, until, &mut interviews).await?;
    }
    for interview in interviews {
        s.events.send(Change {
            workspace,
            interview: InterviewId(interview),
            candidate: None,
            session: None,
        });
    }
    Ok(changed)
}

async fn not_started(s: &Services, workspace: WorkspaceId, interview: InterviewId) -> Result<Vec<Uuid>> {
    interviews::known(s.db.read(), workspace, interview).await?;
    let ids: Vec<Option<Uuid>> = session::Entity::find()
        .filter(session::Column::WorkspaceId.eq(workspace.0))
        .filter(session::Column::InterviewId.eq(interview.0))
        .filter(session::Column::Listed.eq(true))
        .filter(session::Column::IsCurrent.eq(true))
        .filter(session::Column::Status.eq(Status::NotStarted.as_str()))
        .select_only()
        .column(session::Column::CandidateId)
        .into_tuple()
        .all(s.db.read())
        .await?;
    Ok(ids.into_iter().flatten().collect())
}

async fn extend_chunk(
    s: &Services,
    actor: &Actor,
    (workspace, of): (WorkspaceId, Option<InterviewId>),
    chunk: &[Uuid],
    until: Option<Timestamp>,
    interviews: &mut BTreeSet<Uuid>,
) -> Result<u64> {
    let now = s.now().millis();
    let tx = s.db.write(Priority::Background).await?;
    let mut there = candidate::Entity::find()
        .filter(candidate::Column::WorkspaceId.eq(workspace.0))
        .filter(candidate::Column::DeletedAt.is_null())
        .filter(candidate::Column::Id.is_in(chunk.to_vec()));
    if let Some(of) = of {
        there = there.filter(candidate::Column::InterviewId.eq(of.0));
    }
    let there: Vec<(Uuid, Uuid)> = there
        .select_only()
        .column(candidate::Column::Id)
        .column(candidate::Column::InterviewId)
        .into_tuple()
        .all(&*tx)
        .await?;
    if there.is_empty() {
        return Ok(0);
    }
    interviews.extend(there.iter().map(|(_, interview)| *interview));
    let ids: Vec<_> = there.iter().map(|(id, _)| *id).collect();
    candidate::Entity::update_many()
        .col_expr(
            candidate::Column::LinkExpiresAt,
            Expr::value(until.map(Timestamp::millis)),
        )
        .col_expr(candidate::Column::UpdatedAt, Expr::value(now))
        .filter(candidate::Column::WorkspaceId.eq(workspace.0))
        .filter(candidate::Column::Id.is_in(ids.clone()))
        .exec(&*tx)
        .await?;
    let current: Vec<Uuid> = session::Entity::find()
        .filter(session::Column::WorkspaceId.eq(workspace.0))
        .filter(session::Column::CandidateId.is_in(ids))
        .filter(session::Column::IsCurrent.eq(true))
        .select_only()
        .column(session::Column::Id)
        .into_tuple()
        .all(&*tx)
        .await?;
    let mut events = Vec::with_capacity(current.len());
    for session_id in current {
        let event = session_event::Model {
            id: s.new_id()?,
            workspace_id: workspace.0,
            session_id,
            kind: "link_extended".to_owned(),
            actor: actor.code(),
            code: Some(code(until)),
            at: now,
            created_at: now,
            updated_at: now,
        };
        events.push(event.into_active_model());
    }
    if !events.is_empty() {
        session_event::Entity::insert_many(events)
            .exec_without_returning(&*tx)
            .await?;
    }
    tx.commit().await?;
    Ok(there.len() as u64)
}
