//! Running an analysis again.

use super::{model, read::get, store::add_runs};
use crate::{
    Services,
    accounts::audit,
    db::Priority,
    error::{Result, ServiceError},
    sessions::{event, find_session, lock, tell_what_came_of},
};
use parley_domain::{
    account::{Action, Actor},
    analysis::{Analysis, Engine},
    id::SessionId,
    session::{AnalysisState, Status},
};

/// The engine that is meant: the one that was named, else the model where one is configured.
///
/// # Errors
/// A conflict where the model is named and none is configured.
pub(super) async fn meant(s: &Services, engine: Option<Engine>) -> Result<Engine> {
    let on = model::is_on(s).await;
    match engine {
        Some(Engine::Ai) if !on => Err(ServiceError::conflict(
            "no_model",
            "No AI model is configured. Run the built-in analysis, or have a model configured first.",
        )),
        Some(engine) => Ok(engine),
        None if on => Ok(Engine::Ai),
        None => Ok(Engine::BuiltIn),
    }
}

/// Analyses a completed session once more, by the named engine or by the one that is configured: a new run, the earlier
/// ones are kept. While a run is on its way there is no second one: asking again answers with it.
///
/// # Errors
/// A conflict for a session that is not completed; an unknown one; a role that is too low; a model that is not there.
pub async fn run_again(s: &Services, actor: &Actor, id: SessionId, engine: Option<Engine>) -> Result<Analysis> {
    let workspace = s.allow_own(actor, Action::EndSessions)?;
    find_session(s, workspace, id).await?;
    let engine = meant(s, engine).await?;
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
        let row = add_runs(&*tx, s, row, engine, None).await?;
        event(&*tx, s, &row, "analysis_requested", actor, Some(engine.as_str())).await?;
        audit::write(&*tx, s, workspace, actor, "analysis.run", Some(id.0)).await?;
        tx.commit().await?;
        tell_what_came_of(s, &row);
    } else {
        // Whoever holds a connection must not wait for another one.
        drop(tx);
    }
    get(s, actor, id).await
}
