//! What a candidate sees of their session.

use super::door::{RefusedOr, Visitor, refuse, unknown_link, visitor};
use crate::{
    Services,
    entity::{session, turn},
    error::{Result, ServiceError},
    interviews::{self, Version},
    sessions::{clock_of, rules_of},
};
use parley_domain::{
    conversation::{
        CandidateError, CandidateErrorCode, CandidateView, ChoiceView, PromptView, Speaker, TurnKind, TurnView,
    },
    id::{PromptId, WorkspaceId},
    question::Question,
    session::{Awaiting, Status},
    time::MINUTE,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

/// The present view; changes nothing.
///
/// # Errors
/// An unknown link.
pub async fn view(s: &Services, token: &str) -> Result<CandidateView, CandidateError> {
    async {
        let known = visitor(s.db.read(), token).await?.ok_or_else(unknown_link)?;
        Ok(view_of(s, s.db.read(), &known).await?)
    }
    .await
    .map_err(|RefusedOr(e)| e)
}

/// The version that a session is about: its own, or the interview's before the start.
pub(super) async fn version_of(conn: &impl ConnectionTrait, known: &Visitor) -> Result<Version> {
    let id = known.session.version_id.unwrap_or(known.interview.version_id);
    interviews::version(conn, WorkspaceId(known.interview.workspace_id), id.into()).await
}

/// All turns of a session, in order.
pub(super) async fn turns_of(conn: &impl ConnectionTrait, row: &session::Model) -> Result<Vec<turn::Model>> {
    Ok(turn::Entity::find()
        .filter(turn::Column::SessionId.eq(row.id))
        .order_by_asc(turn::Column::Number)
        .all(conn)
        .await?)
}

pub(super) async fn view_of(s: &Services, conn: &impl ConnectionTrait, known: &Visitor) -> Result<CandidateView> {
    let version = version_of(conn, known).await?;
    let turns = turns_of(conn, &known.session).await?;
    build(s, known, &version, &turns)
}

fn build(s: &Services, known: &Visitor, version: &Version, turns: &[turn::Model]) -> Result<CandidateView> {
    let row = &known.session;
    let status: Status = row
        .status
        .parse()
        .map_err(|e: String| ServiceError::internal(anyhow::anyhow!(e)))?;
    let total = i32::try_from(version.questions.len()).unwrap_or(i32::MAX);
    let running = status == Status::InProgress;
    let seconds_left = running
        .then(|| clock_of(row).seconds_left(&rules_of(&version.settings), s.now()))
        .flatten();
    Ok(CandidateView {
        state: status,
        question: running.then(|| prompt(row, version, turns)).flatten(),
        asked: if row.started_at.is_some() {
            (row.question_index + 1).min(total)
        } else {
            0
        },
        total,
        seconds_left,
        lease: row.holder,
        turns: turns.iter().map(shown).collect(),
        title: known.interview.title.clone(),
        name: known.candidate.name.clone(),
        interviewer: version.settings.interviewer_name.clone(),
        language: version.settings.language.clone(),
        writing: running && row.awaiting.as_deref() == Some(Awaiting::Interviewer.as_str()),
        end_reason: row.end_reason.as_deref().and_then(|reason| reason.parse().ok()),
    })
}

/// What is asked right now: the question itself, or the follow-up that stands in the newest interviewer's turn.
fn prompt(row: &session::Model, version: &Version, turns: &[turn::Model]) -> Option<PromptView> {
    if row.awaiting.as_deref() != Some(Awaiting::Candidate.as_str()) {
        return None;
    }
    let id = row.prompt_id?;
    let question = question_at(version, row.question_index)?;
    let follow_up = row.follow_ups > 0;
    let text = if follow_up {
        let asked = turns
            .iter()
            .rev()
            .find(|t| t.prompt_id == Some(id) && t.speaker == Speaker::Interviewer.as_str());
        asked.map_or_else(|| question.text.clone(), |t| t.text.clone())
    } else {
        question.text.clone()
    };
    Some(PromptView {
        id: PromptId(id),
        kind: if follow_up {
            parley_domain::question::QuestionKind::Open
        } else {
            question.kind
        },
        text,
        choices: if follow_up { Vec::new() } else { choices(question) },
        follow_up,
    })
}

fn choices(question: &Question) -> Vec<ChoiceView> {
    question
        .choices
        .iter()
        .map(|c| ChoiceView {
            id: c.id,
            text: c.text.clone(),
        })
        .collect()
}

/// The question at an index of the version, if there is one.
pub(super) fn question_at(version: &Version, index: i32) -> Option<&Question> {
    usize::try_from(index).ok().and_then(|i| version.questions.get(i))
}

fn shown(row: &turn::Model) -> TurnView {
    let candidate = row.speaker == Speaker::Candidate.as_str();
    TurnView {
        number: row.number,
        speaker: if candidate {
            Speaker::Candidate
        } else {
            Speaker::Interviewer
        },
        text: row.text.clone(),
        late: row.kind == TurnKind::LateAnswer.as_str(),
        client_id: row.client_id.clone(),
        pause_minutes: (row.pause_ms > 0).then_some(row.pause_ms / MINUTE),
    }
}

/// The session cannot be taken at this moment, for a reason that the landing page explains.
pub(super) fn not_open() -> CandidateError {
    refuse(
        CandidateErrorCode::NotOpen,
        "This interview cannot be started right now. Open your link again to see why and what to do.",
    )
}
