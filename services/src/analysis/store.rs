//! The rows: runs of analyses, what the session shows of them, and the score that lists show.

use super::engine::nothing_answered;
use crate::{
    Services,
    db::Priority,
    entity::{analysis, interview_version, session, turn},
    error::{Result, ServiceError},
    interviews, jobs, results,
    sessions::{event, lock, mark_score, tell_what_came_of, to_turn, word},
};
use parley_domain::{
    account::Actor,
    analysis::{AnalysisResult, Engine},
    conversation::{Speaker, Turn},
    id::{CandidateId, SessionId, WorkspaceId},
    session::AnalysisState,
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What a job of ours carries.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Payload {
    pub(super) analysis: Uuid,
}

/// Queues the analysis of a session that was just completed, in the same transaction. Where nothing was answered there is
/// nothing to wait for: it is ready at once, without a score. Where a model is configured it analyses, and the built-in
/// figures are made beside it; a creator's preview never costs a model call.
pub(crate) async fn queue(tx: &impl ConnectionTrait, s: &Services, row: session::Model) -> Result<session::Model> {
    let by_model = row.candidate_id.is_some() && super::model::is_on_within(tx, s).await;
    add_runs(tx, s, row, if by_model { Engine::Ai } else { Engine::BuiltIn }, None).await
}

/// Adds a run by this engine, and for a model's first run one of the built-in engine before it.
pub(super) async fn add_runs(
    tx: &impl ConnectionTrait,
    s: &Services,
    row: session::Model,
    engine: Engine,
    batch: Option<Uuid>,
) -> Result<session::Model> {
    let mut run = newest(tx, row.workspace_id, row.id).await?.map_or(0, |a| a.run) + 1;
    if !has_answers(tx, row.id).await? {
        let version = version_of(tx, &row).await?;
        let result = nothing_answered(&version.criteria, &version.questions);
        insert(tx, s, &row, run, Engine::BuiltIn, batch, Some(result)).await?;
        return refresh(tx, row, true).await;
    }
    if engine == Engine::Ai && !has_built_in(tx, row.id).await? {
        insert(tx, s, &row, run, Engine::BuiltIn, None, None).await?;
        run += 1;
    }
    insert(tx, s, &row, run, engine, batch, None).await?;
    refresh(tx, row, false).await
}

async fn has_answers(tx: &impl ConnectionTrait, session: Uuid) -> Result<bool> {
    let found: Option<Uuid> = turn::Entity::find()
        .select_only()
        .column(turn::Column::Id)
        .filter(turn::Column::SessionId.eq(session))
        .filter(turn::Column::Speaker.eq(Speaker::Candidate.as_str()))
        .limit(1)
        .into_tuple()
        .one(tx)
        .await?;
    Ok(found.is_some())
}

async fn has_built_in(tx: &impl ConnectionTrait, session: Uuid) -> Result<bool> {
    let found: Option<Uuid> = analysis::Entity::find()
        .select_only()
        .column(analysis::Column::Id)
        .filter(analysis::Column::SessionId.eq(session))
        .filter(analysis::Column::Engine.eq(Engine::BuiltIn.as_str()))
        .filter(analysis::Column::State.ne(AnalysisState::Failed.as_str()))
        .limit(1)
        .into_tuple()
        .one(tx)
        .await?;
    Ok(found.is_some())
}

async fn insert(
    tx: &impl ConnectionTrait,
    s: &Services,
    row: &session::Model,
    run: i32,
    engine: Engine,
    batch: Option<Uuid>,
    ready: Option<AnalysisResult>,
) -> Result<()> {
    let now = s.now().millis();
    let id: Uuid = s.new_id()?;
    let state = if ready.is_some() {
        AnalysisState::Ready
    } else {
        AnalysisState::Queued
    };
    let new = analysis::Model {
        id,
        workspace_id: row.workspace_id,
        session_id: row.id,
        run,
        state: state.as_str().to_owned(),
        engine: engine.as_str().to_owned(),
        model: None,
        prompt_version: None,
        result: ready.map(serde_json::to_value).transpose()?,
        error: None,
        batch_id: batch,
        created_at: now,
        updated_at: now,
    };
    analysis::Entity::insert(new.into_active_model())
        .exec_without_returning(tx)
        .await?;
    if state == AnalysisState::Queued {
        enqueue(tx, s, WorkspaceId(row.workspace_id), id, key(id)).await?;
    }
    Ok(())
}

/// By what the job of a run is known.
fn key(run: Uuid) -> String {
    format!("analysis:{run}")
}

/// Queues the making of a run, once under a key.
async fn enqueue(
    tx: &impl ConnectionTrait,
    s: &Services,
    workspace: WorkspaceId,
    run: Uuid,
    key: String,
) -> Result<()> {
    let payload = serde_json::to_value(Payload { analysis: run })?;
    jobs::enqueue(tx, s, workspace, jobs::Kind::Analysis, payload, Some(key)).await
}

/// Queues what was left undone about these candidates while they were deleted, in the transaction that restores them.
pub(crate) async fn take_up(
    tx: &impl ConnectionTrait,
    s: &Services,
    workspace: WorkspaceId,
    candidates: &[CandidateId],
) -> Result<()> {
    let on_its_way = [AnalysisState::Queued.as_str(), AnalysisState::Running.as_str()];
    for chunk in candidates.chunks(1_000) {
        let restored = session::Entity::find()
            .select_only()
            .column(session::Column::Id)
            .filter(session::Column::WorkspaceId.eq(workspace.0))
            .filter(session::Column::CandidateId.is_in(chunk.iter().map(|id| id.0)))
            .filter(session::Column::AnalysisState.is_in(on_its_way))
            .filter(session::Column::Listed.eq(true))
            .into_query();
        let runs: Vec<Uuid> = analysis::Entity::find()
            .select_only()
            .column(analysis::Column::Id)
            .filter(analysis::Column::SessionId.in_subquery(restored))
            .filter(analysis::Column::State.is_in(on_its_way))
            .into_tuple()
            .all(tx)
            .await?;
        for run in runs {
            let mut key = key(run);
            if jobs::is_running(tx, &key).await? {
                // It may have found them deleted just now, and end without having done anything.
                key.push_str(":restored");
            }
            enqueue(tx, s, workspace, run, key).await?;
        }
    }
    Ok(())
}

/// Writes into the session where its analysis stands (the newest run) and what the newest ready run scored: while a run is
/// on its way, and where it failed, the score of the one before stays.
/// The results of the interview follow where a run became ready.
async fn refresh(tx: &impl ConnectionTrait, row: session::Model, ready: bool) -> Result<session::Model> {
    let runs = || {
        analysis::Entity::find()
            .filter(analysis::Column::WorkspaceId.eq(row.workspace_id))
            .filter(analysis::Column::SessionId.eq(row.id))
            .order_by_desc(analysis::Column::Run)
            .select_only()
    };
    let state: Option<String> = runs().column(analysis::Column::State).into_tuple().one(tx).await?;
    let said: Option<Option<serde_json::Value>> = runs()
        .column(analysis::Column::Result)
        .filter(analysis::Column::State.eq(AnalysisState::Ready.as_str()))
        .into_tuple()
        .one(tx)
        .await?;
    let said = said.flatten();
    let score = said.as_ref().and_then(|result| result.get("overall")?.as_f64());
    if let Some(said) = said
        && ready
    {
        results::store(tx, &row, &serde_json::from_value(said)?).await?;
    }
    let (id, workspace, candidate) = (row.id, row.workspace_id, row.candidate_id);
    let mut change = row.into_active_model();
    change.analysis_state = Set(state.unwrap_or_else(|| AnalysisState::None.as_str().to_owned()));
    change.score = Set(score);
    change.update(tx).await?;
    if let Some(candidate) = candidate {
        mark_score(tx, workspace, candidate).await?;
    }
    // Read again: marking the score may have changed this row too.
    session::Entity::find_by_id(id)
        .one(tx)
        .await?
        .ok_or(ServiceError::NotFound)
}

pub(super) async fn newest(
    conn: &impl ConnectionTrait,
    workspace: Uuid,
    session: Uuid,
) -> Result<Option<analysis::Model>> {
    Ok(analysis::Entity::find()
        .filter(analysis::Column::WorkspaceId.eq(workspace))
        .filter(analysis::Column::SessionId.eq(session))
        .order_by_desc(analysis::Column::Run)
        .one(conn)
        .await?)
}

pub(super) async fn version_of(conn: &impl ConnectionTrait, row: &session::Model) -> Result<interviews::Version> {
    let version = row
        .version_id
        .ok_or_else(|| ServiceError::internal(anyhow::anyhow!("session {} is completed and has no version", row.id)))?;
    interviews::version(conn, WorkspaceId(row.workspace_id), version.into()).await
}

/// The number of the version that a session is pinned to: by what its analyses measure.
pub(super) async fn rubric_of(conn: &impl ConnectionTrait, row: &session::Model) -> Result<Option<i32>> {
    let Some(version) = row.version_id else {
        return Ok(None);
    };
    Ok(interview_version::Entity::find_by_id(version)
        .filter(interview_version::Column::WorkspaceId.eq(row.workspace_id))
        .select_only()
        .column(interview_version::Column::Number)
        .into_tuple()
        .one(conn)
        .await?)
}

pub(super) async fn turns(conn: &impl ConnectionTrait, of: &session::Model) -> Result<Vec<Turn>> {
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

/// What becomes of a run.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) state: AnalysisState,
    pub(super) result: Option<AnalysisResult>,
    pub(super) error: Option<String>,
    /// The model and the version of the prompt.
    pub(super) made_by: Option<(String, String)>,
}

impl Step {
    pub(super) const fn to(state: AnalysisState) -> Self {
        Self {
            state,
            result: None,
            error: None,
            made_by: None,
        }
    }
}

/// Moves a run on, and its session with it. A candidate that was erased meanwhile took everything along: then there is
/// nothing to do. A run that is ready stays as it is, and one that has failed fails once.
pub(super) async fn move_to(s: &Services, run: &analysis::Model, step: Step) -> Result<()> {
    let tx = s.db.write(Priority::Background).await?;
    let row = match lock(&*tx, SessionId(run.session_id)).await {
        Ok(row) => row,
        Err(ServiceError::NotFound) => return Ok(()),
        Err(other) => return Err(other),
    };
    let Some(current) = analysis::Entity::find_by_id(run.id).one(&*tx).await? else {
        return Ok(());
    };
    let failed_before = current.state == AnalysisState::Failed.as_str();
    if current.state == AnalysisState::Ready.as_str() || (failed_before && step.state == AnalysisState::Failed) {
        return Ok(());
    }
    let engine: Engine = word(&current.engine)?;
    let mut change = current.into_active_model();
    change.state = Set(step.state.as_str().to_owned());
    change.error = Set(step.error);
    change.updated_at = Set(s.now().millis());
    if let Some(result) = step.result {
        change.result = Set(Some(serde_json::to_value(result)?));
    }
    if let Some((model, prompt)) = step.made_by {
        change.model = Set(Some(model));
        change.prompt_version = Set(Some(prompt));
    }
    change.update(&*tx).await?;
    let row = refresh(&*tx, row, step.state == AnalysisState::Ready).await?;
    if matches!(step.state, AnalysisState::Ready | AnalysisState::Failed) {
        let kind = format!("analysis_{}", step.state.as_str());
        event(&*tx, s, &row, &kind, &Actor::System, Some(engine.as_str())).await?;
    }
    tx.commit().await?;
    tell_what_came_of(s, &row);
    Ok(())
}
