//! How turns are stored: together with what they make of their session, and only if the session still is as it was when
//! they were made up. So that can happen outside of the transaction, and the transaction is short.

use super::view::Scene;
use crate::{
    entity::{candidate, interview, session, turn, workspace},
    error::Result,
};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, Condition, ConnectionTrait, DatabaseBackend, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect,
    QueryTrait, Statement,
    sea_query::{Expr, Value},
};
use serde::Serialize;
use std::{collections::HashSet, sync::Arc};
use uuid::Uuid;

/// What a request makes of a session.
#[derive(Debug)]
pub(super) struct Write {
    /// The session as it was read.
    pub before: session::Model,
    /// As it becomes.
    pub after: session::Model,
    /// Whose link has to be good still; nobody's in a preview.
    pub link: Option<Link>,
    /// What else has to be as it was, where it was not read just now.
    pub known: Option<Known>,
    /// The turns that it has more.
    pub said: Vec<Arc<turn::Model>>,
}

/// A candidate's link.
#[derive(Debug)]
pub(super) struct Link {
    candidate: Uuid,
    hash: Vec<u8>,
}

/// What an interviewer's words and a candidate's page are made of, and who may come in, beside the session and its version.
#[derive(Debug)]
pub(super) struct Known {
    name: String,
    /// The interview may ask for it at the door.
    email_norm: Option<String>,
    interview: Uuid,
    revision: i64,
}

impl Write {
    /// What a scene has become since its session was `before`.
    pub(super) fn of(scene: &Scene, before: session::Model) -> Self {
        let candidate = &scene.known.candidate;
        let said = scene.turns.iter().filter(|turn| turn.number > before.turns);
        Self {
            after: scene.known.session.clone(),
            link: (!scene.known.is_preview()).then(|| Link {
                candidate: candidate.id,
                hash: candidate.link_hash.clone(),
            }),
            known: None,
            said: said.map(Arc::clone).collect(),
            before,
        }
    }

    /// The same of a scene that was not read just now.
    pub(super) fn of_kept(scene: &Scene, before: session::Model) -> Self {
        let known = Known {
            name: scene.known.candidate.name.clone(),
            email_norm: scene.known.candidate.email_norm.clone(),
            interview: scene.known.interview.id,
            revision: scene.known.interview.revision,
        };
        Self {
            known: Some(known),
            ..Self::of(scene, before)
        }
    }
}

/// Writes what has become of a session, and what was said in it; `false`, and nothing is written, if things are not as
/// they were.
///
/// Whoever adds a turn counts it in the session's row: as long as the count is the same, the turns are.
pub(super) async fn store(tx: &impl ConnectionTrait, write: &Write) -> Result<bool> {
    let change = change(&write.before, &write.after);
    let update = session::Entity::update_many().set(change).filter(unchanged(write));
    if update.exec(tx).await?.rows_affected == 0 {
        return Ok(false);
    }
    if !write.said.is_empty() {
        let said = write.said.iter().map(|turn| (**turn).clone().into_active_model());
        turn::Entity::insert_many(said).exec_without_returning(tx).await?;
    }
    Ok(true)
}

/// All that decides what may be said next, and by whom.
fn unchanged(write: &Write) -> Condition {
    use session::Column as C;
    let row = &write.before;
    let mut unchanged = Condition::all()
        .add(C::Id.eq(row.id))
        .add(is(C::CandidateId, row.candidate_id))
        .add(C::IsCurrent.eq(row.is_current))
        .add(C::Status.eq(row.status.as_str()))
        .add(is(C::Awaiting, row.awaiting.as_deref()))
        .add(C::Turns.eq(row.turns))
        .add(C::Holder.eq(row.holder))
        .add(C::Presence.eq(row.presence.as_str()))
        .add(C::ActiveMs.eq(row.active_ms))
        .add(C::PendingPauseMs.eq(row.pending_pause_ms))
        .add(is(C::LastSeenAt, row.last_seen_at));
    if let Some(link) = &write.link {
        let mut good = candidate::Entity::find()
            .select_only()
            .column(candidate::Column::Id)
            .filter(candidate::Column::Id.eq(link.candidate))
            .filter(candidate::Column::LinkHash.eq(link.hash.clone()))
            .filter(candidate::Column::DeletedAt.is_null())
            .filter(workspace::is_there(candidate::Column::WorkspaceId));
        if let Some(known) = &write.known {
            good = good
                .filter(candidate::Column::Name.eq(known.name.as_str()))
                .filter(is(candidate::Column::EmailNorm, known.email_norm.as_deref()));
        }
        unchanged = unchanged.add(Expr::exists(good.into_query()));
    }
    if let Some(known) = &write.known {
        let same = interview::Entity::find()
            .select_only()
            .column(interview::Column::Id)
            .filter(interview::Column::Id.eq(known.interview))
            .filter(interview::Column::Revision.eq(known.revision));
        unchanged = unchanged.add(Expr::exists(same.into_query()));
    }
    unchanged
}

fn is<V: Into<Value>>(column: impl ColumnTrait, value: Option<V>) -> Expr {
    value.map_or_else(|| column.is_null(), |value| column.eq(value))
}

/// The columns that a turn or a sign of life changes, where they did: what is not named costs no index.
fn change(before: &session::Model, after: &session::Model) -> session::ActiveModel {
    macro_rules! changed {
        ($($column:ident),+) => {
            session::ActiveModel {
                $($column: if before.$column == after.$column { NotSet } else { Set(after.$column.clone()) },)+
                updated_at: Set(after.updated_at),
                ..Default::default()
            }
        };
    }
    changed!(
        awaiting,
        question_index,
        prompt_id,
        follow_ups,
        turns,
        presence,
        last_seen_at,
        deadline,
        active_ms,
        pending_pause_ms,
        duration_key
    )
}

/// Writes of several sessions, one each, in one statement: a way to PostgreSQL and back costs more than what it does there.
/// The sessions of those that were stored; a session that somebody else has locked is passed over, so that the others do
/// not wait for them.
///
/// The same as [`store`], in PostgreSQL's words.
pub(super) async fn store_all(
    conn: &impl ConnectionTrait,
    writes: impl Iterator<Item = &Write>,
) -> Result<HashSet<Uuid>> {
    let (mut rows, mut turns) = (Vec::new(), Vec::new());
    for write in writes {
        rows.push(Row::of(write));
        turns.extend(write.said.iter().map(|turn| Said::of(turn)));
    }
    let values = [
        serde_json::to_string(&rows)?.into(),
        serde_json::to_string(&turns)?.into(),
    ];
    let statement = Statement::from_sql_and_values(DatabaseBackend::Postgres, TOGETHER, values);
    let stored = conn.query_all_raw(statement).await?;
    Ok(stored
        .iter()
        .map(|row| row.try_get_by_index(0))
        .collect::<Result<_, _>>()?)
}

/// Takes [`Row`]s and [`Said`]s as JSON.
const TOGETHER: &str = "
WITH want AS (
    SELECT * FROM json_to_recordset(CAST($1 AS text)::json) AS want (
        id uuid, candidate_id uuid, is_current boolean, status text, awaiting text, turns integer, holder bigint,
        presence text, active_ms bigint, pending_pause_ms bigint, last_seen_at bigint,
        link_of uuid, link_hash bytea, name text, email_norm text, interview_id uuid, revision bigint,
        new_awaiting text, question_index integer, prompt_id uuid, follow_ups integer, new_turns integer,
        new_presence text, new_last_seen_at bigint, deadline bigint, new_active_ms bigint,
        new_pending_pause_ms bigint, duration_key bigint, updated_at bigint)
), same AS (
    SELECT session.id FROM session JOIN want ON want.id = session.id
    WHERE session.candidate_id IS NOT DISTINCT FROM want.candidate_id
        AND session.is_current = want.is_current
        AND session.status = want.status
        AND session.awaiting IS NOT DISTINCT FROM want.awaiting
        AND session.turns = want.turns
        AND session.holder = want.holder
        AND session.presence = want.presence
        AND session.active_ms = want.active_ms
        AND session.pending_pause_ms = want.pending_pause_ms
        AND session.last_seen_at IS NOT DISTINCT FROM want.last_seen_at
        AND (want.link_of IS NULL OR EXISTS (
            SELECT 1 FROM candidate WHERE candidate.id = want.link_of AND candidate.link_hash = want.link_hash
                AND candidate.deleted_at IS NULL AND (want.name IS NULL OR (candidate.name = want.name
                    AND candidate.email_norm IS NOT DISTINCT FROM want.email_norm))
                AND candidate.workspace_id NOT IN (
                    SELECT workspace.id FROM workspace WHERE workspace.deleted_at IS NOT NULL)))
        AND (want.interview_id IS NULL OR EXISTS (
            SELECT 1 FROM interview WHERE interview.id = want.interview_id AND interview.revision = want.revision))
    FOR NO KEY UPDATE OF session SKIP LOCKED
), stored AS (
    UPDATE session SET
        awaiting = want.new_awaiting, question_index = want.question_index, prompt_id = want.prompt_id,
        follow_ups = want.follow_ups, turns = want.new_turns, presence = want.new_presence,
        last_seen_at = want.new_last_seen_at, deadline = want.deadline, active_ms = want.new_active_ms,
        pending_pause_ms = want.new_pending_pause_ms, duration_key = want.duration_key, updated_at = want.updated_at
    FROM want JOIN same ON same.id = want.id
    WHERE session.id = want.id
    RETURNING session.id
), said AS (
    INSERT INTO turn (id, workspace_id, session_id, number, speaker, kind, question_id, prompt_id, text, client_id,
        scripted, pause_ms, created_at, updated_at)
    SELECT said.* FROM json_to_recordset(CAST($2 AS text)::json) AS said (
        id uuid, workspace_id uuid, session_id uuid, number integer, speaker text, kind text, question_id uuid,
        prompt_id uuid, text text, client_id text, scripted boolean, pause_ms bigint, created_at bigint,
        updated_at bigint)
    JOIN stored ON stored.id = said.session_id
)
SELECT id FROM stored";

/// A [`Write`]'s session: as it has to be, then as it becomes.
#[derive(Serialize)]
struct Row<'a> {
    id: Uuid,
    candidate_id: Option<Uuid>,
    is_current: bool,
    status: &'a str,
    awaiting: Option<&'a str>,
    turns: i32,
    holder: i64,
    presence: &'a str,
    active_ms: i64,
    pending_pause_ms: i64,
    last_seen_at: Option<i64>,
    link_of: Option<Uuid>,
    /// As PostgreSQL writes bytes.
    link_hash: Option<String>,
    name: Option<&'a str>,
    email_norm: Option<&'a str>,
    interview_id: Option<Uuid>,
    revision: Option<i64>,
    new_awaiting: Option<&'a str>,
    question_index: i32,
    prompt_id: Option<Uuid>,
    follow_ups: i32,
    new_turns: i32,
    new_presence: &'a str,
    new_last_seen_at: Option<i64>,
    deadline: Option<i64>,
    new_active_ms: i64,
    new_pending_pause_ms: i64,
    duration_key: i64,
    updated_at: i64,
}

impl<'a> Row<'a> {
    fn of(write: &'a Write) -> Self {
        let Write {
            before,
            after,
            link,
            known,
            said: _,
        } = write;
        Self {
            id: before.id,
            candidate_id: before.candidate_id,
            is_current: before.is_current,
            status: &before.status,
            awaiting: before.awaiting.as_deref(),
            turns: before.turns,
            holder: before.holder,
            presence: &before.presence,
            active_ms: before.active_ms,
            pending_pause_ms: before.pending_pause_ms,
            last_seen_at: before.last_seen_at,
            link_of: link.as_ref().map(|link| link.candidate),
            link_hash: link.as_ref().map(|link| bytea(&link.hash)),
            name: known.as_ref().map(|known| known.name.as_str()),
            email_norm: known.as_ref().and_then(|known| known.email_norm.as_deref()),
            interview_id: known.as_ref().map(|known| known.interview),
            revision: known.as_ref().map(|known| known.revision),
            new_awaiting: after.awaiting.as_deref(),
            question_index: after.question_index,
            prompt_id: after.prompt_id,
            follow_ups: after.follow_ups,
            new_turns: after.turns,
            new_presence: &after.presence,
            new_last_seen_at: after.last_seen_at,
            deadline: after.deadline,
            new_active_ms: after.active_ms,
            new_pending_pause_ms: after.pending_pause_ms,
            duration_key: after.duration_key,
            updated_at: after.updated_at,
        }
    }
}

/// A turn.
#[derive(Serialize)]
struct Said<'a> {
    id: Uuid,
    workspace_id: Uuid,
    session_id: Uuid,
    number: i32,
    speaker: &'a str,
    kind: &'a str,
    question_id: Option<Uuid>,
    prompt_id: Option<Uuid>,
    text: &'a str,
    client_id: Option<&'a str>,
    scripted: bool,
    pause_ms: i64,
    created_at: i64,
    updated_at: i64,
}

impl<'a> Said<'a> {
    fn of(turn: &'a turn::Model) -> Self {
        Self {
            id: turn.id,
            workspace_id: turn.workspace_id,
            session_id: turn.session_id,
            number: turn.number,
            speaker: &turn.speaker,
            kind: &turn.kind,
            question_id: turn.question_id,
            prompt_id: turn.prompt_id,
            text: &turn.text,
            client_id: turn.client_id.as_deref(),
            scripted: turn.scripted,
            pause_ms: turn.pause_ms,
            created_at: turn.created_at,
            updated_at: turn.updated_at,
        }
    }
}

fn bytea(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold("\\x".to_owned(), |mut hex, byte| {
        // Writing into a string does not fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
