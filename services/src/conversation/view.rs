//! What a candidate sees of their session.

use super::{
    door::{RefusedOr, Visitor, refuse, unknown_link, visitor},
    transcripts::Turns,
};
use crate::{
    Services,
    entity::{session, turn},
    error::{Result, ServiceError},
    interviews::Version,
    sessions::{clock_of, lock, rules_of},
};
use parley_domain::{
    conversation::{
        CandidateError, CandidateErrorCode, CandidateView, ChoiceView, PromptView, Speaker, TurnKind, TurnView,
    },
    id::{PromptId, VersionId},
    question::{Question, QuestionKind},
    session::{Awaiting, Status},
    time::MINUTE,
};
use sea_orm::ConnectionTrait;
use std::sync::Arc;

/// A session as its candidate's request finds it: who they are, what is asked, and all that was said.
#[derive(Debug)]
pub(super) struct Scene {
    pub known: Visitor,
    pub version: Arc<Version>,
    /// All turns up to the session's count, in order.
    pub turns: Turns,
}

impl Scene {
    /// What a link leads to now; `None` for unknown, replaced and deleted alike.
    pub async fn of(s: &Services, token: &str) -> Result<Option<Self>> {
        match visitor(s.db.read(), token).await? {
            Some(known) => Self::around(s, known).await.map(Some),
            None => Ok(None),
        }
    }

    /// What stands around a visitor.
    pub async fn around(s: &Services, known: Visitor) -> Result<Self> {
        let version = version_of(s, &known).await?;
        let turns = s.transcripts.of(s.db.read(), &known.session).await?;
        Ok(Self { known, version, turns })
    }

    /// What a link leads to now, with its session locked for the rest of the transaction.
    pub async fn locked(s: &Services, tx: &impl ConnectionTrait, token: &str) -> Result<Option<Self>> {
        let Some(mut known) = visitor(tx, token).await? else {
            return Ok(None);
        };
        loop {
            let session = lock(tx, known.session.id.into()).await?;
            // Whoever had the row before may have replaced the link, or the session by another attempt.
            let Some(now) = visitor(tx, token).await? else {
                return Ok(None);
            };
            let is_same = now.session.id == session.id;
            known = now;
            if is_same {
                break;
            }
        }
        let version = version_within(s, tx, &known).await?;
        let turns = s.transcripts.within(tx, &known.session).await?;
        Ok(Some(Self { known, version, turns }))
    }

    /// What the candidate may know of it.
    pub fn view(&self, s: &Services) -> Result<CandidateView> {
        build(s, &self.known, &self.version, &self.turns)
    }

    /// The same of what is stored like this; the candidate's next request begins with it.
    pub fn shown_and_kept(self, s: &Services) -> Result<CandidateView> {
        let view = self.view(s)?;
        s.scenes.keep(self);
        Ok(view)
    }

    pub fn is_in_progress(&self) -> bool {
        self.known.session.status == Status::InProgress.as_str()
    }
}

/// The present view; changes nothing.
///
/// # Errors
/// An unknown link.
pub async fn view(s: &Services, token: &str) -> Result<CandidateView, CandidateError> {
    async {
        let scene = Scene::of(s, token).await?.ok_or_else(unknown_link)?;
        Ok(scene.view(s)?)
    }
    .await
    .map_err(|RefusedOr(e)| e)
}

/// The version that a session is about: its own, or the interview's before the start.
pub(super) async fn version_of(s: &Services, known: &Visitor) -> Result<Arc<Version>> {
    s.pinned.get(s.db.read(), &known.interview, version_id(known)).await
}

/// The same inside a transaction.
pub(super) async fn version_within(s: &Services, tx: &impl ConnectionTrait, known: &Visitor) -> Result<Arc<Version>> {
    s.pinned.get_within(tx, &known.interview, version_id(known)).await
}

fn version_id(known: &Visitor) -> VersionId {
    known.session.version_id.unwrap_or(known.interview.version_id).into()
}

fn build(s: &Services, known: &Visitor, version: &Version, turns: &[Arc<turn::Model>]) -> Result<CandidateView> {
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
        attempt: row.attempt,
        turns: turns.iter().map(|turn| shown(turn, version)).collect(),
        title: known.interview.title.clone(),
        name: known.candidate.name.clone(),
        interviewer: version.settings.interviewer_name.clone(),
        language: version.settings.language.clone(),
        writing: running && row.awaiting.as_deref() == Some(Awaiting::Interviewer.as_str()),
        end_reason: row.end_reason.as_deref().and_then(|reason| reason.parse().ok()),
    })
}

/// What is asked right now: the question itself, or the follow-up that stands in the newest interviewer's turn.
fn prompt(row: &session::Model, version: &Version, turns: &[Arc<turn::Model>]) -> Option<PromptView> {
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
        kind: if follow_up { QuestionKind::Open } else { question.kind },
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

/// Whether a turn belongs to a question for code itself; a follow-up to it is answered in words.
fn is_code(row: &turn::Model, version: &Version) -> bool {
    let is = |question: &Question| Some(question.id.0) == row.question_id && question.kind.is_code();
    row.prompt_id == row.question_id && version.questions.iter().any(is)
}

fn shown(row: &turn::Model, version: &Version) -> TurnView {
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
        code: candidate && is_code(row, version),
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
