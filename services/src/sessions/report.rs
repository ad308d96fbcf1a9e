//! What creators read of one session: itself, its transcript, what happened to it, and the decision about it.

use super::{
    convert::{to_session, to_turn, word},
    lifecycle::{event, lock, tell_what_came_of},
    list::question_totals,
};
use crate::{
    Services,
    db::Priority,
    entity::{
        api_key, candidate, decision as row_of_decision, interview, membership, session, session_event, turn, user,
    },
    error::{Result, ServiceError},
    interviews,
};
use parley_domain::{
    account::{Action, Actor},
    conversation::{Transcript, Turn},
    id::{CandidateId, SessionId, WorkspaceId},
    question::Question,
    session::{Decision, REASON_MAX, Session, SessionEvent, Verdict},
    text,
    time::Timestamp,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};
use std::collections::HashMap;
use uuid::Uuid;

/// The session if it is there to be read: not where its candidate was deleted, and never a preview.
pub(crate) async fn find(s: &Services, workspace: WorkspaceId, id: SessionId) -> Result<session::Model> {
    let row = session::Entity::find_by_id(id.0)
        .filter(session::Column::WorkspaceId.eq(workspace.0))
        .one(s.db.read())
        .await?
        .ok_or(ServiceError::NotFound)?;
    if !row.listed {
        return Err(ServiceError::NotFound);
    }
    Ok(row)
}

/// One session.
///
/// # Errors
/// Unknown, deleted and foreign ones are not found.
pub async fn get(s: &Services, actor: &Actor, id: SessionId) -> Result<Session> {
    let workspace = s.allow_own(actor, Action::Read)?;
    to_session(s.db.read(), find(s, workspace, id).await?).await
}

/// All attempts of a candidate, newest first.
///
/// # Errors
/// An unknown, deleted or foreign candidate.
pub async fn of_candidate(s: &Services, actor: &Actor, candidate: CandidateId) -> Result<Vec<Session>> {
    let workspace = s.allow_own(actor, Action::Read)?;
    let rows = session::Entity::find()
        .filter(session::Column::WorkspaceId.eq(workspace.0))
        .filter(session::Column::CandidateId.eq(candidate.0))
        .filter(session::Column::Listed.eq(true))
        .order_by_desc(session::Column::Attempt)
        .all(s.db.read())
        .await?;
    if rows.is_empty() {
        return Err(ServiceError::NotFound);
    }
    let totals = question_totals(s, workspace, &rows).await?;
    let total = |row: &session::Model| totals.get(&row.id).copied().unwrap_or(0);
    rows.into_iter()
        .map(|row| (total(&row), row))
        .map(|(n, row)| super::convert::with_total(row, n))
        .collect()
}

/// The whole conversation of a session.
///
/// # Errors
/// Unknown, deleted and foreign ones are not found.
pub async fn transcript(s: &Services, actor: &Actor, id: SessionId) -> Result<Transcript> {
    let workspace = s.allow_own(actor, Action::Read)?;
    find(s, workspace, id).await?;
    Ok(Transcript {
        items: turns(s, workspace, id).await?,
        next_cursor: None,
    })
}

async fn turns(s: &Services, workspace: WorkspaceId, id: SessionId) -> Result<Vec<Turn>> {
    turn::Entity::find()
        .filter(turn::Column::WorkspaceId.eq(workspace.0))
        .filter(turn::Column::SessionId.eq(id.0))
        .order_by_asc(turn::Column::Number)
        .all(s.db.read())
        .await?
        .into_iter()
        .map(to_turn)
        .collect()
}

/// Events that are told from the beginning of a session, and as many from its end.
const EVENTS: u64 = 300;

/// What happened to a session, oldest first; of very many the first and the last 300.
///
/// # Errors
/// Unknown, deleted and foreign ones are not found.
pub async fn events(s: &Services, actor: &Actor, id: SessionId) -> Result<Vec<SessionEvent>> {
    let workspace = s.allow_own(actor, Action::Read)?;
    find(s, workspace, id).await?;
    let all = || {
        session_event::Entity::find()
            .filter(session_event::Column::WorkspaceId.eq(workspace.0))
            .filter(session_event::Column::SessionId.eq(id.0))
            .limit(EVENTS)
    };
    let mut rows = all()
        .order_by_asc(session_event::Column::At)
        .order_by_asc(session_event::Column::Id)
        .all(s.db.read())
        .await?;
    if rows.len() as u64 >= EVENTS {
        let newest = all()
            .order_by_desc(session_event::Column::At)
            .order_by_desc(session_event::Column::Id)
            .all(s.db.read())
            .await?;
        let told = rows.last().map(|row| (row.at, row.id));
        rows.extend(newest.into_iter().rev().filter(|row| Some((row.at, row.id)) > told));
    }
    Ok(rows
        .into_iter()
        .map(|r| SessionEvent {
            kind: r.kind,
            actor: r.actor,
            code: r.code,
            at: Timestamp::from_millis(r.at),
        })
        .collect())
}

/// The decision about a session, if there is one.
///
/// # Errors
/// Unknown, deleted and foreign ones are not found.
pub async fn decision(s: &Services, actor: &Actor, id: SessionId) -> Result<Option<Decision>> {
    let workspace = s.allow_own(actor, Action::Read)?;
    find(s, workspace, id).await?;
    newest(s.db.read(), workspace, id).await
}

/// The decision that holds.
async fn newest(conn: &impl ConnectionTrait, workspace: WorkspaceId, id: SessionId) -> Result<Option<Decision>> {
    let row = row_of_decision::Entity::find()
        .filter(row_of_decision::Column::WorkspaceId.eq(workspace.0))
        .filter(row_of_decision::Column::SessionId.eq(id.0))
        .order_by_desc(row_of_decision::Column::CreatedAt)
        .order_by_desc(row_of_decision::Column::Id)
        .limit(1)
        .one(conn)
        .await?;
    row.map(|r| {
        Ok(Decision {
            verdict: word(&r.verdict)?,
            reason: r.reason,
            actor: r.actor,
            at: Timestamp::from_millis(r.created_at),
        })
    })
    .transpose()
}

/// Whether this is what the newest decision about the person says, whichever attempt it is about.
async fn holds(conn: &impl ConnectionTrait, of: &session::Model, verdict: Verdict) -> Result<bool> {
    let current: Option<Option<String>> = session::Entity::find()
        .select_only()
        .column(session::Column::Verdict)
        .filter(session::Column::WorkspaceId.eq(of.workspace_id))
        .filter(session::Column::CandidateId.eq(of.candidate_id))
        .filter(session::Column::IsCurrent.eq(true))
        .into_tuple()
        .one(conn)
        .await?;
    Ok(current.flatten().as_deref() == Some(verdict.as_str()))
}

/// Records a decision about a session. Earlier ones are kept; the newest holds. The same once more by the same person (a
/// double press, an answer that was lost) is the decision that is there already, unless something else was decided about
/// another attempt since.
///
/// # Errors
/// A reason that is too long; an unknown session; a role that is too low.
pub async fn decide(s: &Services, actor: &Actor, id: SessionId, verdict: Verdict, reason: &str) -> Result<Decision> {
    let workspace = s.allow_own(actor, Action::Decide)?;
    let reason = text::many_lines(reason);
    if text::chars(&reason) > REASON_MAX {
        return Err(ServiceError::invalid(
            "reason",
            format!("A reason has at most {REASON_MAX} characters."),
        ));
    }
    let known = find(s, workspace, id).await?;
    let tx = s.db.write(Priority::Person).await?;
    if let Some(whose) = known.candidate_id {
        // First the candidate, as a retake does: one that is being granted is waited for, or the new attempt, which then is
        // the current one, would go without what is decided here.
        candidate::Entity::find_by_id(whose).lock_exclusive().one(&*tx).await?;
    }
    let of = lock(&*tx, id).await?;
    if let Some(present) = newest(&*tx, workspace, id).await?
        && (present.verdict, &present.reason, &present.actor) == (verdict, &reason, &actor.code())
        && holds(&*tx, &of, verdict).await?
    {
        return Ok(present);
    }
    let now = s.now();
    let row = row_of_decision::Model {
        id: s.new_id()?,
        workspace_id: workspace.0,
        session_id: id.0,
        verdict: verdict.as_str().to_owned(),
        reason: reason.clone(),
        actor: actor.code(),
        created_at: now.millis(),
        updated_at: now.millis(),
    };
    row_of_decision::Entity::insert(row.into_active_model())
        .exec_without_returning(&*tx)
        .await?;
    if let Some(candidate) = of.candidate_id {
        session::Entity::update_many()
            .col_expr(session::Column::Verdict, verdict.as_str().into())
            .filter(session::Column::WorkspaceId.eq(workspace.0))
            .filter(session::Column::CandidateId.eq(candidate))
            .filter(session::Column::IsCurrent.eq(true))
            .exec(&*tx)
            .await?;
    }
    event(&*tx, s, &of, "decided", actor, Some(verdict.as_str())).await?;
    tx.commit().await?;
    tell_what_came_of(s, &of);
    Ok(Decision {
        verdict,
        reason,
        actor: actor.code(),
        at: now,
    })
}

/// All that the report page shows, apart from its analysis.
#[derive(Clone, Debug)]
pub struct Report {
    /// Whose session.
    pub candidate: CandidateId,
    /// The interview's title.
    pub title: String,
    /// The session.
    pub session: Session,
    /// All attempts, newest first.
    pub attempts: Vec<Session>,
    /// What was asked in this one; what would be asked, before the start.
    pub questions: Vec<Question>,
    /// The conversation.
    pub turns: Vec<Turn>,
}

/// Reads a report.
///
/// # Errors
/// Unknown, deleted and foreign ones, and previews, are not found.
pub async fn report(s: &Services, actor: &Actor, id: SessionId) -> Result<Report> {
    let workspace = s.allow_own(actor, Action::Read)?;
    let row = find(s, workspace, id).await?;
    let whose = row.candidate_id.ok_or(ServiceError::NotFound)?;
    let title: String = interview::Entity::find_by_id(row.interview_id)
        .filter(interview::Column::WorkspaceId.eq(workspace.0))
        .select_only()
        .column(interview::Column::Title)
        .into_tuple()
        .one(s.db.read())
        .await?
        .ok_or(ServiceError::NotFound)?;
    let questions = match row.version_id {
        Some(version) => {
            interviews::version(s.db.read(), workspace, version.into())
                .await?
                .questions
        }
        None => Vec::new(),
    };
    Ok(Report {
        candidate: whose.into(),
        title,
        attempts: of_candidate(s, actor, whose.into()).await?,
        questions,
        turns: turns(s, workspace, id).await?,
        session: to_session(s.db.read(), row).await?,
    })
}

/// Names of those who did something, by the codes that stand in events and decisions. People who left the workspace are
/// "a former member".
///
/// # Errors
/// A role that may not read.
pub async fn actor_names(s: &Services, actor: &Actor, codes: &[&str]) -> Result<HashMap<String, String>> {
    let workspace = s.allow_own(actor, Action::Read)?;
    let ids = |kind: &str| -> Vec<Uuid> {
        codes
            .iter()
            .filter_map(|c| c.strip_prefix(kind)?.parse().ok())
            .collect()
    };
    let members: Vec<Uuid> = membership::Entity::find()
        .filter(membership::Column::WorkspaceId.eq(workspace.0))
        .filter(membership::Column::UserId.is_in(ids("user:")))
        .select_only()
        .column(membership::Column::UserId)
        .into_tuple()
        .all(s.db.read())
        .await?;
    let people: HashMap<Uuid, String> = user::Entity::find()
        .filter(user::Column::Id.is_in(members))
        .select_only()
        .column(user::Column::Id)
        .column(user::Column::Name)
        .into_tuple::<(Uuid, String)>()
        .all(s.db.read())
        .await?
        .into_iter()
        .collect();
    let keys: HashMap<Uuid, String> = api_key::Entity::find()
        .filter(api_key::Column::WorkspaceId.eq(workspace.0))
        .filter(api_key::Column::Id.is_in(ids("key:")))
        .select_only()
        .column(api_key::Column::Id)
        .column(api_key::Column::Name)
        .into_tuple::<(Uuid, String)>()
        .all(s.db.read())
        .await?
        .into_iter()
        .collect();
    let name = |code: &str| match code.split_once(':') {
        Some(("user", id)) => id
            .parse()
            .ok()
            .and_then(|id| people.get(&id).cloned())
            .unwrap_or_else(|| "a former member".to_owned()),
        Some(("key", id)) => {
            let name = id.parse().ok().and_then(|id| keys.get(&id).cloned());
            name.map_or_else(|| "an API key".to_owned(), |name| format!("API key {name}"))
        }
        Some(("candidate", _)) => "the candidate".to_owned(),
        _ => "Parley".to_owned(),
    };
    Ok(codes.iter().map(|code| ((*code).to_owned(), name(code))).collect())
}
