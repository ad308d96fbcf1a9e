//! From rows to the objects that the doors show.

use crate::{
    entity::{interview, interview_version, session, turn},
    error::{Result, ServiceError},
};
use parley_domain::{conversation::Turn, session::Session, time::Timestamp};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

/// Reads a word of the database; a word that we do not know is a fault of ours.
pub(crate) fn word<T: std::str::FromStr<Err = String>>(text: &str) -> Result<T> {
    text.parse()
        .map_err(|e: String| ServiceError::internal(anyhow::anyhow!(e)))
}

/// The number of questions of a version.
async fn question_count(conn: &impl ConnectionTrait, workspace: Uuid, version: Uuid) -> Result<i32> {
    let count: Option<i32> = interview_version::Entity::find_by_id(version)
        .filter(interview_version::Column::WorkspaceId.eq(workspace))
        .select_only()
        .column(interview_version::Column::QuestionCount)
        .into_tuple()
        .one(conn)
        .await?;
    count.ok_or(ServiceError::NotFound)
}

/// A session as an object, with the number of questions of its version (before the start: of the interview's).
///
/// # Errors
/// When the database fails.
pub async fn to_session(conn: &impl ConnectionTrait, row: session::Model) -> Result<Session> {
    let version = match row.version_id {
        Some(version) => version,
        None => {
            interview::Entity::find_by_id(row.interview_id)
                .filter(interview::Column::WorkspaceId.eq(row.workspace_id))
                .one(conn)
                .await?
                .ok_or(ServiceError::NotFound)?
                .version_id
        }
    };
    let total = question_count(conn, row.workspace_id, version).await?;
    with_total(row, total)
}

/// A session as an object, where the number of questions is known.
///
/// # Errors
/// A word in the row that we do not know.
pub(crate) fn with_total(row: session::Model, total: i32) -> Result<Session> {
    let moment = |millis: Option<i64>| millis.map(Timestamp::from_millis);
    let started = row.started_at.is_some();
    Ok(Session {
        id: row.id.into(),
        candidate_id: row.candidate_id.map(Into::into),
        interview_id: row.interview_id.into(),
        attempt: row.attempt,
        current: row.is_current,
        counts: row.counts,
        retake_reason: row.retake_reason,
        retake_note: row.retake_note,
        status: word(&row.status)?,
        end_reason: row.end_reason.as_deref().map(word).transpose()?,
        opened_at: moment(row.opened_at),
        started_at: moment(row.started_at),
        last_seen_at: moment(row.last_seen_at),
        completed_at: moment(row.completed_at),
        active_seconds: row.active_ms / 1_000,
        question_number: if started {
            (row.question_index + 1).min(total)
        } else {
            0
        },
        question_total: total,
        score: row.score,
        analysis_state: word(&row.analysis_state)?,
    })
}

/// A line of a transcript as creators read it.
///
/// # Errors
/// A word in the row that we do not know.
pub(crate) fn to_turn(row: turn::Model) -> Result<Turn> {
    Ok(Turn {
        number: row.number,
        speaker: word(&row.speaker)?,
        kind: word(&row.kind)?,
        question: row.question_id.map(Into::into),
        text: row.text,
        at: Timestamp::from_millis(row.created_at),
        scripted: row.scripted,
        pause_ms: row.pause_ms,
    })
}
