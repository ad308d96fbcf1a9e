//! What creators read of a session's analyses: the newest, all of them, two side by side.

use super::store::rubric_of;
use crate::{
    Services,
    entity::{analysis, session},
    error::{Result, ServiceError},
    sessions::{find_session, word},
};
use parley_domain::{
    account::{Action, Actor},
    analysis::{Analysis, AnalysisResult, Engine, SideBySide, side_by_side},
    id::{SessionId, WorkspaceId},
    session::AnalysisState,
    time::Timestamp,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

fn to_analysis(row: analysis::Model, rubric: Option<i32>) -> Result<Analysis> {
    Ok(Analysis {
        state: word(&row.state)?,
        run: row.run,
        engine: word(&row.engine)?,
        model: row.model,
        prompt_version: row.prompt_version,
        rubric,
        at: Some(Timestamp::from_millis(row.updated_at)),
        error: row.error,
        result: row.result.map(serde_json::from_value).transpose()?.unwrap_or_default(),
    })
}

/// The newest run of a session's analysis; state `none`, run 0 before the first. While a newer run is on its way, or where
/// it failed, what it says is what the last ready one said, and engine, model and prompt are that one's.
///
/// # Errors
/// An unknown session; a role that may not read.
pub async fn get(s: &Services, actor: &Actor, id: SessionId) -> Result<Analysis> {
    let runs = history(s, actor, id).await?;
    Ok(present(&runs))
}

/// What holds at present, out of all runs, newest first.
#[must_use]
pub fn present(runs: &[Analysis]) -> Analysis {
    let Some(newest) = runs.first() else {
        return Analysis {
            state: AnalysisState::None,
            run: 0,
            engine: Engine::BuiltIn,
            model: None,
            prompt_version: None,
            rubric: None,
            at: None,
            error: None,
            result: AnalysisResult::default(),
        };
    };
    let last_ready = runs.iter().find(|a| a.state == AnalysisState::Ready);
    match last_ready {
        Some(ready) if newest.state != AnalysisState::Ready => Analysis {
            state: newest.state,
            run: newest.run,
            error: newest.error.clone(),
            ..ready.clone()
        },
        _ => newest.clone(),
    }
}

/// All runs of a session's analysis, newest first.
///
/// # Errors
/// An unknown session; a role that may not read.
pub async fn history(s: &Services, actor: &Actor, id: SessionId) -> Result<Vec<Analysis>> {
    let workspace = s.allow_own(actor, Action::Read)?;
    let of = find_session(s, workspace, id).await?;
    let rubric = rubric_of(s.db.read(), &of).await?;
    rows(s, workspace, &of)
        .await?
        .into_iter()
        .map(|row| to_analysis(row, rubric))
        .collect()
}

async fn rows(s: &Services, workspace: WorkspaceId, of: &session::Model) -> Result<Vec<analysis::Model>> {
    Ok(analysis::Entity::find()
        .filter(analysis::Column::WorkspaceId.eq(workspace.0))
        .filter(analysis::Column::SessionId.eq(of.id))
        .order_by_desc(analysis::Column::Run)
        .all(s.db.read())
        .await?)
}

/// What changed from one run to another: from `from` (the ready run before it by the same engine, where left out) to `to`
/// (the newest ready run, where left out).
///
/// # Errors
/// An unknown session or run; runs that are not ready; nothing to compare with.
pub async fn changes(
    s: &Services,
    actor: &Actor,
    id: SessionId,
    from: Option<i32>,
    to: Option<i32>,
) -> Result<SideBySide> {
    let runs = history(s, actor, id).await?;
    let ready = || runs.iter().filter(|a| a.state == AnalysisState::Ready);
    let named = |run: i32| ready().find(|a| a.run == run);
    let to = match to {
        Some(run) => named(run).ok_or(ServiceError::NotFound)?,
        None => ready().next().ok_or_else(nothing_to_compare)?,
    };
    let from = match from {
        Some(run) => named(run).ok_or(ServiceError::NotFound)?,
        None => before(&runs, to).ok_or_else(nothing_to_compare)?,
    };
    Ok(side_by_side(from, to))
}

fn nothing_to_compare() -> ServiceError {
    ServiceError::conflict(
        "nothing_to_compare",
        "There is only one ready analysis of this session. Run it again to see what changes.",
    )
}

/// The ready run before `to` that was made by the same engine.
#[must_use]
pub fn before<'a>(runs: &'a [Analysis], to: &Analysis) -> Option<&'a Analysis> {
    runs.iter()
        .find(|a| a.state == AnalysisState::Ready && a.run < to.run && a.engine == to.engine)
}

/// The newest built-in analysis beside the newest of a model, where both are ready.
#[must_use]
pub fn beside(runs: &[Analysis]) -> Option<SideBySide> {
    let newest = |engine: Engine| {
        runs.iter()
            .find(|a| a.state == AnalysisState::Ready && a.engine == engine)
    };
    let (built_in, model) = newest(Engine::BuiltIn).zip(newest(Engine::Ai))?;
    Some(side_by_side(built_in, model))
}
