//! Making a run: the job's handler, and what is said when it cannot be done. Models are asked outside every transaction.

use super::{
    engine::{Input, analyse, verify},
    model,
    store::{Payload, Step, move_to, turns, version_of},
};
use crate::{
    Services,
    ai::Failure,
    db::Priority,
    entity::{analysis, session, workspace},
    error::{Result, ServiceError},
    sessions::{lock, word},
};
use parley_domain::{
    analysis::Engine,
    id::{SessionId, WorkspaceId},
    session::AnalysisState,
};
use sea_orm::{EntityTrait, QueryFilter};
use serde_json::Value;
use uuid::Uuid;

/// What is kept and what can be done, after why it failed.
const KEPT: &str = "The transcript is complete; run the analysis again.";

/// Makes a queued analysis. One that is ready already is left alone.
pub(crate) async fn make(s: &Services, payload: &Value) -> Result<()> {
    let Payload { analysis: id } = serde_json::from_value(payload.clone())?;
    let Some(row) = open(s, id).await? else { return Ok(()) };
    let engine: Engine = word(&row.engine)?;
    let of = session::Entity::find_by_id(row.session_id)
        .one(s.db.read())
        .await?
        .ok_or(ServiceError::NotFound)?;
    if engine == Engine::Ai && is_deleted(s, &of).await? {
        // What a deleted person said is sent to nobody. The run stays as it is, and is made when they are restored.
        return Ok(());
    }
    let running = Step {
        // While it is tried again, it stays visible why.
        error: row.error.clone(),
        ..Step::to(AnalysisState::Running)
    };
    move_to(s, &row, running).await?;
    let version = version_of(s.db.read(), &of).await?;
    let turns = turns(s.db.read(), &of).await?;
    if engine == Engine::BuiltIn {
        let result = tokio::task::spawn_blocking(move || {
            let mut result = analyse(Input {
                criteria: &version.criteria,
                questions: &version.questions,
                turns: &turns,
            });
            verify(&mut result, &turns);
            result
        })
        .await
        .map_err(ServiceError::internal)?;
        let ready = Step {
            result: Some(result),
            ..Step::to(AnalysisState::Ready)
        };
        return move_to(s, &row, ready).await;
    }
    let case = model::Case {
        workspace: WorkspaceId(of.workspace_id),
        session: SessionId(of.id),
        objective: &version.objective,
        language: &version.settings.language,
        input: Input {
            criteria: &version.criteria,
            questions: &version.questions,
            turns: &turns,
        },
    };
    match model::assess(s, &case).await {
        Ok(made) => {
            let ready = Step {
                result: Some(made.result),
                made_by: Some((made.model, model::PROMPT_VERSION.to_owned())),
                ..Step::to(AnalysisState::Ready)
            };
            move_to(s, &row, ready).await
        }
        Err(failure) => fail(s, &row, &failure).await,
    }
}

/// Whether a session is a deleted candidate's. Where it looks so, once more behind its lock: who is being restored just now
/// has their runs queued anew by what the jobs are at then.
async fn is_deleted(s: &Services, of: &session::Model) -> Result<bool> {
    let deleted = |row: &session::Model| row.candidate_id.is_some() && !row.listed;
    if !deleted(of) {
        return Ok(false);
    }
    let tx = s.db.write(Priority::Background).await?;
    let row = lock(&*tx, SessionId(of.id)).await?;
    Ok(deleted(&row))
}

/// Writes down why, at once: whoever looks sees it while it is tried again.
async fn fail(s: &Services, row: &analysis::Model, failure: &Failure) -> Result<()> {
    let words = failure.words();
    let waiting = Step {
        error: Some(words.clone()),
        ..Step::to(AnalysisState::Queued)
    };
    move_to(s, row, waiting).await?;
    Err(if may_pass(failure) {
        ServiceError::Unavailable(format!("model: {}", failure.code()))
    } else {
        ServiceError::conflict("model", words)
    })
}

/// Whether trying again later can help: not where a person has to change something first.
const fn may_pass(failure: &Failure) -> bool {
    !matches!(
        failure,
        Failure::Off | Failure::Refused | Failure::Rejected { .. } | Failure::Declined
    )
}

/// Notes that an analysis could not be made; it can be run again.
pub(crate) async fn give_up(s: &Services, payload: &Value, _error: &ServiceError) -> Result<()> {
    let Payload { analysis: id } = serde_json::from_value(payload.clone())?;
    let Some(row) = open(s, id).await? else { return Ok(()) };
    // What went wrong inside stands in the log; here it is said what it means.
    let why = row.error.clone();
    let why = why.unwrap_or_else(|| "The analysis could not be made.".to_owned());
    let failed = Step {
        error: Some(format!("{why} {KEPT}")),
        ..Step::to(AnalysisState::Failed)
    };
    move_to(s, &row, failed).await
}

/// The row, if there still is something to do for it.
async fn open(s: &Services, id: Uuid) -> Result<Option<analysis::Model>> {
    let row = analysis::Entity::find_by_id(id)
        .filter(workspace::is_there(analysis::Column::WorkspaceId))
        .one(s.db.read())
        .await?;
    Ok(row.filter(|r| r.state != AnalysisState::Ready.as_str()))
}
