//! Runs of analyses: queued, made, failed, repeated; and the score that lists show.

use super::engine::{Input, analyse, nothing_answered, verify};
use crate::{
    Services,
    db::Priority,
    entity::{analysis, session, turn},
    error::{Result, ServiceError},
    interviews, jobs, results,
    sessions::{event, lock, mark_score, tell, to_turn, word},
};
use parley_domain::{
    account::{Action, Actor},
    analysis::{Analysis, AnalysisResult, Engine},
    conversation::{Speaker, Turn},
    id::{SessionId, WorkspaceId},
    session::{AnalysisState, Status},
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

/// What a job of ours carries.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Payload {
    analysis: Uuid,
}

/// Queues the analysis of a session that was just completed, in the same transaction. Where nothing was answered there is
/// nothing to wait for: it is ready at once, without a score.
pub(crate) async fn queue(tx: &impl ConnectionTrait, s: &Services, row: session::Model) -> Result<session::Model> {
    let run = newest(tx, row.workspace_id, row.id).await?.map_or(0, |a| a.run) + 1;
    let answered = turn::Entity::find()
        .select_only()
        .column(turn::Column::Id)
        .filter(turn::Column::SessionId.eq(row.id))
        .filter(turn::Column::Speaker.eq(Speaker::Candidate.as_str()))
        .limit(1)
        .into_tuple::<Uuid>()
        .one(tx)
        .await?
        .is_some();
    let (state, result) = if answered {
        (AnalysisState::Queued, None)
    } else {
        let version = version_of(tx, &row).await?;
        let result = nothing_answered(&version.criteria, &version.questions);
        results::store(tx, &row, &result).await?;
        (AnalysisState::Ready, Some(serde_json::to_value(result)?))
    };
    let now = s.now().millis();
    let id: Uuid = s.new_id()?;
    let new = analysis::Model {
        id,
        workspace_id: row.workspace_id,
        session_id: row.id,
        run,
        state: state.as_str().to_owned(),
        engine: Engine::BuiltIn.as_str().to_owned(),
        model: None,
        prompt_version: None,
        result,
        error: None,
        created_at: now,
        updated_at: now,
    };
    analysis::Entity::insert(new.into_active_model())
        .exec_without_returning(tx)
        .await?;
    if answered {
        let payload = serde_json::to_value(Payload { analysis: id })?;
        jobs::enqueue(tx, s, jobs::Kind::Analysis, payload, Some(format!("analysis:{id}"))).await?;
    }
    show(tx, row, state, None).await
}

/// Writes where the analysis stands into the session, and the score into what lists show.
async fn show(
    tx: &impl ConnectionTrait,
    row: session::Model,
    state: AnalysisState,
    score: Option<f64>,
) -> Result<session::Model> {
    let mut change = row.into_active_model();
    change.analysis_state = Set(state.as_str().to_owned());
    change.score = Set(score);
    let row = change.update(tx).await?;
    if let Some(candidate) = row.candidate_id {
        mark_score(tx, row.workspace_id, candidate).await?;
    }
    // Read again: marking the score may have changed this row too.
    session::Entity::find_by_id(row.id)
        .one(tx)
        .await?
        .ok_or(ServiceError::NotFound)
}

async fn newest(conn: &impl ConnectionTrait, workspace: Uuid, session: Uuid) -> Result<Option<analysis::Model>> {
    Ok(analysis::Entity::find()
        .filter(analysis::Column::WorkspaceId.eq(workspace))
        .filter(analysis::Column::SessionId.eq(session))
        .order_by_desc(analysis::Column::Run)
        .one(conn)
        .await?)
}

async fn version_of(conn: &impl ConnectionTrait, row: &session::Model) -> Result<interviews::Version> {
    let version = row
        .version_id
        .ok_or_else(|| ServiceError::internal(anyhow::anyhow!("session {} is completed and has no version", row.id)))?;
    interviews::version(conn, WorkspaceId(row.workspace_id), version.into()).await
}

/// Makes a queued analysis: the job's handler. One that is ready already, or that a newer run replaced, is left alone.
pub(crate) async fn make(s: &Services, payload: &Value) -> Result<()> {
    let Payload { analysis: id } = serde_json::from_value(payload.clone())?;
    let Some(row) = open(s, id).await? else { return Ok(()) };
    move_to(s, &row, AnalysisState::Running, None, None).await?;
    let of = session::Entity::find_by_id(row.session_id)
        .one(s.db.read())
        .await?
        .ok_or(ServiceError::NotFound)?;
    let version = version_of(s.db.read(), &of).await?;
    let turns = turns(s.db.read(), &of).await?;
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
    move_to(s, &row, AnalysisState::Ready, Some(result), None).await
}

/// Notes that an analysis could not be made; it can be run again.
pub(crate) async fn give_up(s: &Services, payload: &Value, _error: &ServiceError) -> Result<()> {
    let Payload { analysis: id } = serde_json::from_value(payload.clone())?;
    let Some(row) = open(s, id).await? else { return Ok(()) };
    // What went wrong inside stands in the log; here it is said what it means.
    let words = "The analysis could not be made. The transcript is complete; run the analysis again.";
    move_to(s, &row, AnalysisState::Failed, None, Some(words)).await
}

/// The row, if there still is something to do for it.
async fn open(s: &Services, id: Uuid) -> Result<Option<analysis::Model>> {
    let row = analysis::Entity::find_by_id(id).one(s.db.read()).await?;
    Ok(row.filter(|r| r.state != AnalysisState::Ready.as_str()))
}

async fn turns(conn: &impl ConnectionTrait, of: &session::Model) -> Result<Vec<Turn>> {
    turn::Entity::find()
        .filter(turn::Column::WorkspaceId.eq(of.workspace_id))
        .filter(turn::Column::SessionId.eq(of.id))
        .order_by_asc(turn::Column::Number)
        .all(conn)
        .await?
        .into_iter()
        .map(to_turn)
        .collect()
}

/// Moves a run on, and its session with it where it is the newest run. A candidate that was erased meanwhile took
/// everything along: then there is nothing to do.
async fn move_to(
    s: &Services,
    run: &analysis::Model,
    state: AnalysisState,
    result: Option<AnalysisResult>,
    error: Option<&str>,
) -> Result<()> {
    let tx = s.db.write(Priority::Background).await?;
    let row = match lock(&*tx, SessionId(run.session_id)).await {
        Ok(row) => row,
        Err(ServiceError::NotFound) => return Ok(()),
        Err(other) => return Err(other),
    };
    let Some(newest) = newest(&*tx, row.workspace_id, row.id).await? else {
        return Ok(());
    };
    let current = if newest.id == run.id {
        newest.clone()
    } else {
        analysis::Entity::find_by_id(run.id)
            .one(&*tx)
            .await?
            .ok_or(ServiceError::NotFound)?
    };
    if current.state == AnalysisState::Ready.as_str() {
        return Ok(());
    }
    let score = result.as_ref().and_then(|r| r.overall);
    let mut change = current.into_active_model();
    change.state = Set(state.as_str().to_owned());
    change.error = Set(error.map(str::to_owned));
    change.updated_at = Set(s.now().millis());
    if let Some(result) = result {
        if newest.id == run.id {
            results::store(&*tx, &row, &result).await?;
        }
        change.result = Set(Some(serde_json::to_value(result)?));
    }
    change.update(&*tx).await?;
    let row = if newest.id == run.id {
        // While a new run is made, the score of the one before stays.
        let score = if state == AnalysisState::Ready {
            score
        } else {
            row.score
        };
        show(&*tx, row, state, score).await?
    } else {
        row
    };
    if state != AnalysisState::Running {
        event(
            &*tx,
            s,
            &row,
            &format!("analysis_{}", state.as_str()),
            &Actor::System,
            None,
        )
        .await?;
    }
    tx.commit().await?;
    tell(s, &row);
    Ok(())
}

fn to_analysis(row: analysis::Model) -> Result<Analysis> {
    Ok(Analysis {
        state: word(&row.state)?,
        run: row.run,
        engine: word(&row.engine)?,
        model: row.model,
        prompt_version: row.prompt_version,
        error: row.error,
        result: row.result.map(serde_json::from_value).transpose()?.unwrap_or_default(),
    })
}

async fn find_session(s: &Services, workspace: WorkspaceId, id: SessionId) -> Result<session::Model> {
    session::Entity::find_by_id(id.0)
        .filter(session::Column::WorkspaceId.eq(workspace.0))
        .filter(session::Column::Listed.eq(true))
        .one(s.db.read())
        .await?
        .ok_or(ServiceError::NotFound)
}

/// The newest run of a session's analysis; state `none`, run 0 before the first. While a newer run is on its way, what it
/// says is what the last ready one said.
///
/// # Errors
/// An unknown session; a role that may not read.
pub async fn get(s: &Services, actor: &Actor, id: SessionId) -> Result<Analysis> {
    let runs = history(s, actor, id).await?;
    let last_ready = runs
        .iter()
        .find(|a| a.state == AnalysisState::Ready)
        .map(|a| a.result.clone());
    let mut newest = runs.into_iter().next().unwrap_or(Analysis {
        state: AnalysisState::None,
        run: 0,
        engine: Engine::BuiltIn,
        model: None,
        prompt_version: None,
        error: None,
        result: AnalysisResult::default(),
    });
    if newest.state != AnalysisState::Ready
        && let Some(result) = last_ready
    {
        newest.result = result;
    }
    Ok(newest)
}

/// All runs of a session's analysis, newest first.
///
/// # Errors
/// An unknown session; a role that may not read.
pub async fn history(s: &Services, actor: &Actor, id: SessionId) -> Result<Vec<Analysis>> {
    let workspace = s.allow_own(actor, Action::Read)?;
    find_session(s, workspace, id).await?;
    analysis::Entity::find()
        .filter(analysis::Column::WorkspaceId.eq(workspace.0))
        .filter(analysis::Column::SessionId.eq(id.0))
        .order_by_desc(analysis::Column::Run)
        .all(s.db.read())
        .await?
        .into_iter()
        .map(to_analysis)
        .collect()
}

/// Analyses a completed session once more: a new run, the earlier ones are kept. While a run is on its way there is no
/// second one: asking again answers with it.
///
/// # Errors
/// A conflict for a session that is not completed; an unknown one; a role that is too low.
pub async fn run_again(s: &Services, actor: &Actor, id: SessionId) -> Result<Analysis> {
    let workspace = s.allow_own(actor, Action::EndSessions)?;
    find_session(s, workspace, id).await?;
    let tx = s.db.write(Priority::Person).await?;
    let row = lock(&*tx, id).await?;
    if row.status != Status::Completed.as_str() {
        return Err(ServiceError::conflict(
            "not_completed",
            "This session is not completed yet; it is analysed when it is.",
        ));
    }
    let on_its_way = [AnalysisState::Queued.as_str(), AnalysisState::Running.as_str()];
    if !on_its_way.contains(&row.analysis_state.as_str()) {
        let score = row.score;
        let row = queue(&*tx, s, row).await?;
        let row = if row.analysis_state == AnalysisState::Queued.as_str() {
            show(&*tx, row, AnalysisState::Queued, score).await?
        } else {
            row
        };
        event(&*tx, s, &row, "analysis_requested", actor, None).await?;
        tx.commit().await?;
        tell(s, &row);
    }
    get(s, actor, id).await
}
