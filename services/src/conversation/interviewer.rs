//! The interviewer's turns. The server decides what comes next. What the scripted interviewer says is stored with the answer
//! before it. What a model says comes later, in a step of its own, which can be run by anybody, again and again, and has
//! effect once: it only acts on a session that awaits the interviewer and still has as many turns as it saw.

use super::{
    guard::Action,
    phrases::{self, Phrases},
    preview,
    proposal::{About, Proposal, propose},
    scripted::{self, Next, Situation},
    store::{Write, store},
    view::question_at,
};
use crate::{
    Services, ai,
    db::Priority,
    entity::{candidate, session, turn, workspace},
    error::{Result, ServiceError},
    interviews::{self, Version},
    sessions::{lock, tell},
};
use parley_domain::{
    conversation::{Speaker, TurnKind},
    id::{PromptId, SessionId, WorkspaceId},
    question::Question,
    session::{Awaiting, Status},
};
use sea_orm::{ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter};
use std::sync::Arc;

/// A turn of the interviewer that is about to be stored.
struct Line {
    kind: TurnKind,
    question: Option<uuid::Uuid>,
    prompt: Option<uuid::Uuid>,
    text: String,
    scripted: bool,
}

/// What the next turn is, whoever says it.
struct Turn<'a> {
    next: Next,
    /// What a model says in it: the whole of a follow-up, or the sentence before the next question.
    words: Option<&'a str>,
}

/// What the interviewer says as turn `number`. Stores nothing.
fn say(s: &Services, row: &session::Model, number: i32, line: Line) -> Result<turn::Model> {
    let now = s.now().millis();
    Ok(turn::Model {
        id: s.new_id()?,
        workspace_id: row.workspace_id,
        session_id: row.id,
        number,
        speaker: Speaker::Interviewer.as_str().to_owned(),
        kind: line.kind.as_str().to_owned(),
        question_id: line.question,
        prompt_id: line.prompt,
        text: line.text,
        client_id: None,
        scripted: line.scripted,
        pause_ms: 0,
        created_at: now,
        updated_at: now,
    })
}

/// The first turn, in the transaction that starts the session: greeting and first question.
pub(super) async fn opening(
    s: &Services,
    tx: &impl ConnectionTrait,
    row: &session::Model,
    name: &str,
    version: &Version,
    first: &Question,
) -> Result<turn::Model> {
    let words = phrases::of(&version.settings.language);
    let greeting = (words.greeting)(version.settings.tone, name, &version.settings.interviewer_name);
    let text = format!("{greeting}\n\n{}", first.text);
    let line = Line {
        kind: TurnKind::Question,
        question: Some(first.id.0),
        prompt: Some(first.id.0),
        text,
        scripted: true,
    };
    let said = say(s, row, 1, line)?;
    turn::Entity::insert(said.clone().into_active_model())
        .exec_without_returning(tx)
        .await?;
    Ok(said)
}

/// The scripted interviewer's turn after what was said last, and the session after it. Stores nothing: whoever stores
/// the answer stores both.
pub(super) fn scripted_turn(
    s: &Services,
    row: &session::Model,
    version: &Version,
    turns: &[Arc<turn::Model>],
    name: &str,
) -> Result<(session::Model, turn::Model)> {
    let words = phrases::of(&version.settings.language);
    let about = About {
        row,
        version,
        question: asked(version, row)?,
        turns,
    };
    let turn = Turn {
        next: decide(&about, words),
        words: None,
    };
    carry_out(s, row.clone(), version, words, turn, name)
}

/// The question that the session is at.
pub(super) fn asked<'a>(version: &'a Version, row: &session::Model) -> Result<&'a Question> {
    question_at(version, row.question_index)
        .ok_or_else(|| ServiceError::internal(anyhow::anyhow!("a session without its question")))
}

/// Makes the interviewer's next turn if one is due. Has effect once, however many run it; goes on even when whoever asked
/// for it is gone.
///
/// # Errors
/// When the database fails; the sweeper tries again.
pub async fn advance(s: &Services, id: SessionId) -> Result<()> {
    let s = s.clone();
    let step = tokio::spawn(async move { step(&s, id).await });
    step.await.map_err(ServiceError::internal)?
}

async fn step(s: &Services, id: SessionId) -> Result<()> {
    let desk = s.desks.of(id);
    // One at a time: who comes second finds the turn made.
    let _alone = desk.take().await;
    let conn = s.db.read();
    let seen = session::Entity::find_by_id(id.0).filter(workspace::is_there(session::Column::WorkspaceId));
    let Some(seen) = seen.one(conn).await? else {
        return Ok(());
    };
    if !due(&seen) {
        return Ok(());
    }
    let version_id = seen
        .version_id
        .ok_or_else(|| ServiceError::internal(anyhow::anyhow!("no version")))?;
    let version = interviews::version(conn, WorkspaceId(seen.workspace_id), version_id.into()).await?;
    let turns = s.transcripts.of(conn, &seen).await?;
    let words = phrases::of(&version.settings.language);
    let about = About {
        row: &seen,
        version: &version,
        question: asked(&version, &seen)?,
        turns: &turns,
    };
    let proposal = propose(s, &desk, &about).await;
    let turn = match &proposal {
        Some(proposal) => proposed(&about, proposal),
        None => Turn {
            next: decide(&about, words),
            words: None,
        },
    };
    let name = match seen.candidate_id {
        Some(id) => candidate::Entity::find_by_id(id).one(conn).await?.map(|c| c.name),
        None => preview::name(conn, seen.id).await?,
    };

    let tx = s.db.write(Priority::Person).await?;
    let row = lock(&*tx, id).await?;
    if !due(&row) || row.turns != seen.turns {
        return Ok(());
    }
    let name = name.as_deref().unwrap_or_default();
    let (next, said) = carry_out(s, row.clone(), &version, words, turn, name)?;
    let write = Write {
        before: row,
        after: next,
        link: None,
        known: None,
        said: vec![Arc::new(said)],
    };
    if !store(&*tx, &write).await? {
        return Err(ServiceError::internal(anyhow::anyhow!("a locked session changed")));
    }
    ai::usage::store(s, &*tx, id.0).await?;
    tx.commit().await?;
    tell(s, &write.after);
    Ok(())
}

/// A proposal that passed, as a turn: the server counts, orders and ends.
fn proposed<'a>(about: &About<'_>, proposal: &'a Proposal) -> Turn<'a> {
    Turn {
        next: match proposal.action {
            Action::FollowUp => Next::FollowUp(proposal.text.clone()),
            Action::Next if is_last(about) => Next::Close,
            Action::Next => Next::Question,
        },
        words: Some(&proposal.text),
    }
}

fn is_last(about: &About<'_>) -> bool {
    usize::try_from(about.row.question_index).unwrap_or(0) + 1 >= about.version.questions.len()
}

/// Whether the interviewer is to say something. Not to a deleted candidate, of whom no model is told anything: it is due
/// again once they are restored.
pub(super) fn due(row: &session::Model) -> bool {
    let is_there = row.candidate_id.is_none() || row.listed;
    is_there
        && row.status == Status::InProgress.as_str()
        && row.awaiting.as_deref() == Some(Awaiting::Interviewer.as_str())
}

/// What the scripted interviewer does next, from what was said about the current question.
fn decide(about: &About<'_>, words: &'static Phrases) -> Next {
    let answers: Vec<&str> = about
        .turns
        .iter()
        .filter(|t| t.question_id == Some(about.question.id.0) && t.speaker == Speaker::Candidate.as_str())
        .map(|t| t.text.as_str())
        .collect();
    scripted::next(
        words,
        &Situation {
            question: about.question,
            answers: &answers,
            follow_ups: u32::try_from(about.row.follow_ups).unwrap_or(0),
            depth: about.version.settings.follow_up_depth,
            last: is_last(about),
        },
    )
}

/// The session after a turn, and the turn in words. Stores nothing.
fn carry_out(
    s: &Services,
    mut row: session::Model,
    version: &Version,
    words: &'static Phrases,
    turn: Turn<'_>,
    name: &str,
) -> Result<(session::Model, turn::Model)> {
    let tone = version.settings.tone;
    let scripted = turn.words.is_none();
    let reaction = turn
        .words
        .unwrap_or_else(|| (words.reaction)(tone, row.question_index.unsigned_abs()));
    let line = match turn.next {
        Next::FollowUp(text) => {
            let prompt: PromptId = s.new_id()?;
            let question = question_at(version, row.question_index).map(|q| q.id.0);
            row.follow_ups += 1;
            row.prompt_id = Some(prompt.0);
            row.awaiting = Some(Awaiting::Candidate.as_str().to_owned());
            Line {
                kind: TurnKind::FollowUp,
                question,
                prompt: Some(prompt.0),
                text,
                scripted,
            }
        }
        Next::Question => {
            row.question_index += 1;
            let question = asked(version, &row)?;
            row.follow_ups = 0;
            row.prompt_id = Some(question.id.0);
            row.awaiting = Some(Awaiting::Candidate.as_str().to_owned());
            let text = format!("{reaction}\n\n{}", question.text);
            Line {
                kind: TurnKind::Question,
                question: Some(question.id.0),
                prompt: Some(question.id.0),
                text,
                scripted,
            }
        }
        Next::Close => {
            row.prompt_id = None;
            row.awaiting = Some(Awaiting::Finish.as_str().to_owned());
            let closing = (words.closing)(tone, name);
            Line {
                kind: TurnKind::Closing,
                question: None,
                prompt: None,
                text: if scripted {
                    closing
                } else {
                    format!("{reaction}\n\n{closing}")
                },
                scripted,
            }
        }
    };
    row.turns += 1;
    row.updated_at = s.now().millis();
    let said = turn::Model {
        pause_ms: std::mem::take(&mut row.pending_pause_ms),
        ..say(s, &row, row.turns, line)?
    };
    Ok((row, said))
}
