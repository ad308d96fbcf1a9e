//! Analyses: again, side by side, of all sessions; and interviews written from descriptions.

use super::interviews::Content;
use crate::error::AppError;
use leptos::prelude::*;
use leptos::server_fn::codec::{Json, StreamingText, TextStream};
use parley_domain::{
    analysis::{AnalysisBatch, BatchEstimate, Engine, SideBySide},
    drafting::DraftRequest,
    id::{InterviewId, SessionId},
    session::AnalysisState,
    time::ShownTime,
};
use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
use crate::server_fns as door;
#[cfg(feature = "ssr")]
use parley_services::{analysis as service, drafting};

/// A run, as the report lists it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunSeen {
    /// From 1.
    pub run: i32,
    /// Where it stands.
    pub state: AnalysisState,
    /// What makes it.
    pub engine: Engine,
    /// The model, where one made it.
    pub model: Option<String>,
    /// The version of the prompt, where a model made it.
    pub prompt_version: Option<String>,
    /// When it last moved.
    pub at: Option<ShownTime>,
    /// Its overall score.
    pub overall: Option<f64>,
    /// Why it failed.
    pub error: Option<String>,
    /// What changed since the run before it by the same engine.
    pub changes: Option<SideBySide>,
}

/// All that a report shows of analyses besides the present one.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
pub struct AnalysesSeen {
    /// The configured model.
    pub model: Option<String>,
    /// When the present one was made.
    pub made: Option<ShownTime>,
    /// All runs, newest first.
    pub runs: Vec<RunSeen>,
    /// The newest built-in one beside the newest of a model.
    pub beside: Option<SideBySide>,
}

/// What the part of a page shows that analyses all sessions again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchSeen {
    /// Whether the person may.
    pub may: bool,
    /// The configured model.
    pub model: Option<String>,
    /// The newest batch.
    pub batch: Option<AnalysisBatch>,
}

/// What the report shows of these runs.
#[cfg(feature = "ssr")]
pub(super) async fn seen(
    s: &parley_services::Services,
    runs: &[parley_domain::analysis::Analysis],
    shown: impl Fn(parley_domain::time::Timestamp) -> ShownTime,
) -> AnalysesSeen {
    use parley_domain::analysis::side_by_side;
    let one = |a: &parley_domain::analysis::Analysis| RunSeen {
        run: a.run,
        state: a.state,
        engine: a.engine,
        model: a.model.clone(),
        prompt_version: a.prompt_version.clone(),
        at: a.at.map(&shown),
        overall: a.result.overall,
        error: a.error.clone(),
        changes: (a.state == AnalysisState::Ready)
            .then(|| service::before(runs, a))
            .flatten()
            .map(|before| side_by_side(before, a)),
    };
    AnalysesSeen {
        model: service::model::name(s).await,
        made: service::present(runs).at.map(&shown),
        runs: runs.iter().map(one).collect(),
        beside: service::beside(runs),
    }
}

/// Analyses a session once more, by this engine or by the one that is configured.
#[server(endpoint = "sessions/analyse", input = Json)]
pub async fn analyse_again(
    slug: String,
    id: SessionId,
    #[server(default)] engine: Option<Engine>,
) -> Result<(), AppError> {
    let (s, actor) = door::who(&slug).await?;
    service::run_again(&s, &actor, id, engine).await?;
    Ok(())
}

/// How far the analysis of all sessions is.
#[server(endpoint = "analysis/batch", input = Json)]
pub async fn read_batch(slug: String, interview: InterviewId) -> Result<BatchSeen, AppError> {
    use parley_domain::account::{Action, Resource, can};
    use parley_services::error::ServiceError;
    let (s, actor) = door::who(&slug).await?;
    let batch = match service::current_batch(&s, &actor, interview).await {
        Ok(batch) => Some(batch),
        Err(ServiceError::NotFound) => None,
        Err(error) => return Err(error.into()),
    };
    let may = actor
        .workspace()
        .is_some_and(|w| can(&actor, Action::EndSessions, &Resource::of(w)));
    Ok(BatchSeen {
        may,
        model: service::model::name(&s).await,
        batch,
    })
}

/// What analysing all sessions takes; nothing runs.
#[server(endpoint = "analysis/estimate", input = Json)]
pub async fn estimate_batch(slug: String, interview: InterviewId, engine: Engine) -> Result<BatchEstimate, AppError> {
    let (s, actor) = door::who(&slug).await?;
    Ok(service::estimate(&s, &actor, interview, Some(engine)).await?)
}

/// Analyses all sessions again.
#[server(endpoint = "analysis/start", input = Json)]
pub async fn start_batch(slug: String, interview: InterviewId, engine: Engine) -> Result<AnalysisBatch, AppError> {
    let (s, actor) = door::who(&slug).await?;
    Ok(service::start_batch(&s, &actor, interview, Some(engine)).await?)
}

/// Stops queuing sessions.
#[server(endpoint = "analysis/cancel", input = Json)]
pub async fn cancel_batch(slug: String, interview: InterviewId) -> Result<AnalysisBatch, AppError> {
    let (s, actor) = door::who(&slug).await?;
    Ok(service::cancel_batch(&s, &actor, interview).await?)
}

/// Whether interviews can be written from descriptions here.
#[server(endpoint = "interviews/can-describe", input = Json)]
pub async fn can_describe(workspace: String) -> Result<bool, AppError> {
    let (s, _) = door::who(&workspace).await?;
    Ok(drafting::is_on(&s).await)
}

/// Writes an interview: one piece a line, as JSON, as it is written. Nothing is stored.
#[server(endpoint = "interviews/describe", input = Json, output = StreamingText)]
pub async fn describe(workspace: String, asked: DraftRequest) -> Result<TextStream<AppError>, AppError> {
    use futures::StreamExt;
    let (s, actor) = door::who(&workspace).await?;
    let pieces = drafting::write(&s, &actor, asked).await?;
    Ok(TextStream::new(pieces.map(|piece| {
        // A piece is plain data: it always becomes JSON.
        let line = serde_json::to_string(&piece).unwrap_or_default();
        Ok(format!("{line}\n"))
    })))
}

/// Saves a new interview out of the editor.
#[server(endpoint = "interviews/create-written", input = Json)]
pub async fn create_written(workspace: String, content: Content) -> Result<InterviewId, AppError> {
    let (s, actor) = door::who(&workspace).await?;
    let made = parley_services::interviews::create(&s, &actor, content.into_input()).await?;
    Ok(made.id)
}
