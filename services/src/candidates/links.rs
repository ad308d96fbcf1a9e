//! Invite links: shown to those who may see them, replaced, copied.

use super::{
    insert::link_expiry,
    read::{current_session, lock_candidate, to_candidate},
};
use crate::{
    Services,
    db::Priority,
    entity::{candidate, interview, session},
    error::{Result, ServiceError},
    events::Change,
    secrets,
    sessions::event,
};
use parley_domain::{
    account::{Action, Actor, Resource, can},
    candidate::Candidate,
    id::{CandidateId, InterviewId, WorkspaceId},
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter,
    sea_query::Expr,
};
use serde::{Deserialize, Serialize};

/// A candidate's link, for copying.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CandidateLink {
    /// Whose.
    pub id: CandidateId,
    /// Their name.
    pub name: String,
    /// The link.
    pub url: String,
}

/// The invite link of `row`; `None` for an actor who may not see links.
///
/// # Errors
/// When the key that made the link is gone.
pub fn invite_url(s: &Services, actor: &Actor, row: &candidate::Model) -> Result<Option<String>> {
    if !can(actor, Action::SeeLinks, &Resource::of(WorkspaceId(row.workspace_id))) {
        return Ok(None);
    }
    let token = s
        .secrets
        .invite_token(&row.link_key, CandidateId(row.id), row.link_version)?;
    Ok(Some(format!("{}/i/invite/{token}", s.config.public_url)))
}

/// The links of these candidates, in the order of their ids; unknown and deleted ones are left out.
///
/// # Errors
/// A role that may not see links.
pub async fn links(s: &Services, actor: &Actor, ids: &[CandidateId]) -> Result<Vec<CandidateLink>> {
    let workspace = s.allow_own(actor, Action::SeeLinks)?;
    let mut links = Vec::with_capacity(ids.len());
    // Below the number of values that a statement may bind.
    for chunk in ids.chunks(10_000) {
        let rows = candidate::Entity::find()
            .filter(candidate::Column::WorkspaceId.eq(workspace.0))
            .filter(candidate::Column::DeletedAt.is_null())
            .filter(candidate::Column::Id.is_in(chunk.iter().map(|id| id.0)))
            .all(s.db.read())
            .await?;
        for row in rows {
            if let Some(url) = invite_url(s, actor, &row)? {
                links.push(CandidateLink {
                    id: CandidateId(row.id),
                    name: row.name,
                    url,
                });
            }
        }
    }
    links.sort_by_key(|l| l.id);
    Ok(links)
}

/// Replaces the invite link: the old one stops at once, for people inside too.
///
/// # Errors
/// An unknown candidate; a role that is too low.
pub async fn replace_link(s: &Services, actor: &Actor, id: CandidateId) -> Result<Candidate> {
    let workspace = s.allow_own(actor, Action::EditCandidates)?;
    let tx = s.db.write(Priority::Person).await?;
    // The candidate first, as everybody who changes an attempt; and the interview is only read: whoever grants a retake has
    // the candidate and needs the interview, and the two would wait for each other.
    let row = lock_candidate(&*tx, workspace, id).await?;
    let interview = interview::Entity::find_by_id(row.interview_id)
        .filter(interview::Column::WorkspaceId.eq(workspace.0))
        .one(&*tx)
        .await?
        .ok_or(ServiceError::NotFound)?;
    let version = row.link_version + 1;
    let key = s.secrets.current_key().to_owned();
    let token = s.secrets.invite_token(&key, id, version)?;
    let mut change = row.into_active_model();
    change.link_version = Set(version);
    change.link_key = Set(key);
    change.link_hash = Set(secrets::hash(&token));
    change.link_expires_at = Set(link_expiry(&interview, s.now()));
    change.updated_at = Set(s.now().millis());
    let row = change.update(&*tx).await?;
    let current = current_session(&*tx, &row).await?;
    // The new link has not been opened by anybody. No window has the newest lease any more: an answer by the old link that
    // waits for this row, on PostgreSQL, sees the row as it becomes, but the candidate as they were when it began to wait.
    session::Entity::update_many()
        .col_expr(session::Column::OpenedAt, Option::<i64>::None.into())
        .col_expr(session::Column::Holder, Expr::col(session::Column::Holder).add(1))
        .filter(session::Column::Id.eq(current.id))
        .exec(&*tx)
        .await?;
    event(&*tx, s, &current, "link_replaced", actor, None).await?;
    tx.commit().await?;
    s.events.send(Change {
        workspace,
        interview: InterviewId(interview.id),
        candidate: Some(id),
        session: Some(current.id.into()),
    });
    to_candidate(
        s,
        actor,
        row,
        session::Model {
            opened_at: None,
            holder: current.holder + 1,
            ..current
        },
    )
    .await
}
