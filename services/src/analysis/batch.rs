//! All completed sessions of an interview once more. Sessions are queued in waves: each wave is a job that queues a few and
//! then itself again behind them, so that a session that is completed meanwhile waits for a few others and not for
//! thousands. Where a batch is stands in its row; a worker that dies in the middle goes on there.

use super::{
    again::meant,
    model::{self, plan},
    store::add_runs,
};
use crate::{
    Services,
    accounts::audit,
    db::Priority,
    entity::{analysis, analysis_batch, interview_version, session, turn},
    error::{Result, ServiceError},
    interviews, jobs,
    sessions::{event, lock, tell_what_came_of, word},
};
use parley_domain::{
    account::{Action, Actor},
    analysis::{AnalysisBatch, BatchEstimate, BatchState, Engine},
    conversation::{Speaker, TurnKind},
    id::{AnalysisBatchId, InterviewId, SessionId, WorkspaceId},
    session::{AnalysisState, Status},
    time::Timestamp,
};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, Select,
    sea_query::{Expr, ExprTrait, Func},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// Sessions that one wave queues.
const WAVE: u64 = 8;

/// What a wave carries.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Payload {
    batch: Uuid,
}

fn on_its_way() -> Condition {
    Condition::any()
        .add(session::Column::AnalysisState.eq(AnalysisState::Queued.as_str()))
        .add(session::Column::AnalysisState.eq(AnalysisState::Running.as_str()))
}

/// The completed sessions of an interview in which something was said; previews and deleted candidates are not among them.
fn completed(workspace: WorkspaceId, interview: InterviewId) -> Select<session::Entity> {
    let answered = turn::Entity::find()
        .select_only()
        .column(turn::Column::Id)
        .filter(Expr::col((turn::Entity, turn::Column::SessionId)).equals((session::Entity, session::Column::Id)))
        .filter(turn::Column::Speaker.eq(Speaker::Candidate.as_str()))
        .into_query();
    session::Entity::find()
        .filter(session::Column::WorkspaceId.eq(workspace.0))
        .filter(session::Column::InterviewId.eq(interview.0))
        .filter(session::Column::Status.eq(Status::Completed.as_str()))
        .filter(session::Column::Listed.eq(true))
        .filter(session::Column::CandidateId.is_not_null())
        .filter(Expr::exists(answered))
}

/// What analysing all completed sessions would take, by the named engine or by the one that is configured.
///
/// # Errors
/// An unknown interview; a role that is too low; a model that is not there.
pub async fn estimate(
    s: &Services,
    actor: &Actor,
    interview: InterviewId,
    engine: Option<Engine>,
) -> Result<BatchEstimate> {
    let workspace = s.allow_own(actor, Action::EndSessions)?;
    let conn = s.db.read();
    interviews::known(conn, workspace, interview).await?;
    let engine = meant(s, engine).await?;
    let all = || completed(workspace, interview);
    let on_their_way = i64::try_from(all().filter(on_its_way()).count(conn).await?).unwrap_or(i64::MAX);
    let mut estimate = BatchEstimate {
        engine,
        model: None,
        sessions: 0,
        on_their_way,
        calls: 0,
        input_tokens: 0,
        output_tokens: 0,
    };
    if engine == Engine::BuiltIn {
        let sessions = all().filter(on_its_way().not()).count(conn).await?;
        estimate.sessions = i64::try_from(sessions).unwrap_or(i64::MAX);
        return Ok(estimate);
    }
    estimate.model = model::name(s).await;
    let pinned: Vec<(Uuid, Option<Uuid>)> = all()
        .filter(on_its_way().not())
        .select_only()
        .column(session::Column::Id)
        .column(session::Column::VersionId)
        .into_tuple()
        .all(conn)
        .await?;
    let measures = measures(conn, workspace, interview).await?;
    let mut said = lengths(conn, workspace, interview).await?;
    for (id, version) in pinned {
        let Some(measure) = version.and_then(|v| measures.get(&v)) else {
            continue;
        };
        let cost = measure.cost(&said.remove(&id).unwrap_or_default());
        estimate.sessions += 1;
        estimate.calls += cost.calls;
        estimate.input_tokens += cost.input;
        estimate.output_tokens += cost.output;
    }
    Ok(estimate)
}

/// What was said about each question of each session: characters and turns.
type Lengths = HashMap<Uuid, BTreeMap<Uuid, (usize, usize)>>;

async fn lengths(conn: &impl ConnectionTrait, workspace: WorkspaceId, interview: InterviewId) -> Result<Lengths> {
    let sessions = completed(workspace, interview)
        .select_only()
        .column(session::Column::Id)
        .into_query();
    let rows: Vec<(Uuid, Option<Uuid>, Option<i64>, i64)> = turn::Entity::find()
        .select_only()
        .column(turn::Column::SessionId)
        .column(turn::Column::QuestionId)
        .column_as(
            Expr::expr(Func::char_length(Expr::col((turn::Entity, turn::Column::Text))))
                .sum()
                .cast_as("bigint"),
            "chars",
        )
        .column_as(turn::Column::Id.count(), "turns")
        .filter(turn::Column::WorkspaceId.eq(workspace.0))
        .filter(turn::Column::SessionId.in_subquery(sessions))
        .filter(
            Condition::any()
                .add(turn::Column::Speaker.eq(Speaker::Candidate.as_str()))
                .add(turn::Column::Kind.eq(TurnKind::FollowUp.as_str())),
        )
        .group_by(turn::Column::SessionId)
        .group_by(turn::Column::QuestionId)
        .into_tuple()
        .all(conn)
        .await?;
    let mut lengths = Lengths::new();
    for (session, question, chars, turns) in rows {
        let Some(question) = question else { continue };
        let size = |n: i64| usize::try_from(n).unwrap_or(0);
        lengths
            .entry(session)
            .or_default()
            .insert(question, (size(chars.unwrap_or(0)), size(turns)));
    }
    Ok(lengths)
}

/// The measures of an interview's versions, by their ids.
async fn measures(
    conn: &impl ConnectionTrait,
    workspace: WorkspaceId,
    interview: InterviewId,
) -> Result<HashMap<Uuid, model::Measure>> {
    let ids: Vec<Uuid> = interview_version::Entity::find()
        .filter(interview_version::Column::WorkspaceId.eq(workspace.0))
        .filter(interview_version::Column::InterviewId.eq(interview.0))
        .filter(interview_version::Column::Pinned.eq(true))
        .select_only()
        .column(interview_version::Column::Id)
        .into_tuple()
        .all(conn)
        .await?;
    let mut measures = HashMap::with_capacity(ids.len());
    for id in ids {
        let version = interviews::version(conn, workspace, id.into()).await?;
        measures.insert(id, model::Measure::of(&version));
    }
    Ok(measures)
}

/// Analyses all completed sessions of an interview once more. Those that are being analysed already are left alone.
///
/// # Errors
/// A conflict while another batch of this interview is being queued, and where there is nothing to analyse; an unknown
/// interview; a role that is too low; a model that is not there.
pub async fn start_batch(
    s: &Services,
    actor: &Actor,
    interview: InterviewId,
    engine: Option<Engine>,
) -> Result<AnalysisBatch> {
    let workspace = s.allow_own(actor, Action::EndSessions)?;
    interviews::known(s.db.read(), workspace, interview).await?;
    let engine = meant(s, engine).await?;
    let total = completed(workspace, interview)
        .filter(on_its_way().not())
        .count(s.db.read())
        .await?;
    if total == 0 {
        return Err(ServiceError::conflict(
            "nothing_to_analyse",
            "No completed session of this interview waits to be analysed again.",
        ));
    }
    let now = s.now().millis();
    let id: Uuid = s.new_id()?;
    let row = analysis_batch::Model {
        id,
        workspace_id: workspace.0,
        interview_id: interview.0,
        engine: engine.as_str().to_owned(),
        state: BatchState::Running.as_str().to_owned(),
        total: i32::try_from(total).unwrap_or(i32::MAX),
        queued: 0,
        after_session: None,
        actor: actor.code(),
        created_at: now,
        updated_at: now,
    };
    let tx = s.db.write(Priority::Person).await?;
    let added = analysis_batch::Entity::insert(row.clone().into_active_model())
        .exec_without_returning(&*tx)
        .await;
    match added {
        Err(error) if ServiceError::is_unique_violation(&error) => {
            return Err(ServiceError::conflict(
                "batch_running",
                "The sessions of this interview are being analysed again already.",
            ));
        }
        other => other?,
    };
    enqueue_wave(&*tx, s, &row).await?;
    audit::write(&*tx, s, workspace, actor, "analysis.batch", Some(id)).await?;
    tx.commit().await?;
    to_batch(s, row).await
}

async fn enqueue_wave(tx: &impl ConnectionTrait, s: &Services, batch: &analysis_batch::Model) -> Result<()> {
    let payload = serde_json::to_value(Payload { batch: batch.id })?;
    // A key of its own for each wave: this one is queued while the one before it still runs.
    let key = format!(
        "analysis_batch:{}:{}",
        batch.id,
        batch.after_session.unwrap_or_default()
    );
    let workspace = WorkspaceId(batch.workspace_id);
    jobs::enqueue(tx, s, workspace, jobs::Kind::AnalysisBatch, payload, Some(key)).await
}

async fn latest(s: &Services, workspace: WorkspaceId, interview: InterviewId) -> Result<Option<analysis_batch::Model>> {
    Ok(analysis_batch::Entity::find()
        .filter(analysis_batch::Column::WorkspaceId.eq(workspace.0))
        .filter(analysis_batch::Column::InterviewId.eq(interview.0))
        .order_by_desc(analysis_batch::Column::CreatedAt)
        .order_by_desc(analysis_batch::Column::Id)
        .one(s.db.read())
        .await?)
}

/// The newest batch of an interview.
///
/// # Errors
/// Not found where there was none yet, and for an unknown interview; a role that may not read.
pub async fn current_batch(s: &Services, actor: &Actor, interview: InterviewId) -> Result<AnalysisBatch> {
    let workspace = s.allow_own(actor, Action::Read)?;
    let row = latest(s, workspace, interview).await?.ok_or(ServiceError::NotFound)?;
    to_batch(s, row).await
}

/// Stops queuing. What was queued is still analysed; what was analysed stays.
///
/// # Errors
/// A conflict where nothing is being queued; an unknown interview; a role that is too low.
pub async fn cancel_batch(s: &Services, actor: &Actor, interview: InterviewId) -> Result<AnalysisBatch> {
    let workspace = s.allow_own(actor, Action::EndSessions)?;
    let known = latest(s, workspace, interview).await?.ok_or(ServiceError::NotFound)?;
    let tx = s.db.write(Priority::Person).await?;
    let row = locked(&*tx, known.id).await?.ok_or(ServiceError::NotFound)?;
    if row.state != BatchState::Running.as_str() {
        return Err(ServiceError::conflict(
            "batch_over",
            "All sessions of this batch are queued already; what is on its way is finished.",
        ));
    }
    let mut change = row.into_active_model();
    change.state = Set(BatchState::Cancelled.as_str().to_owned());
    change.updated_at = Set(s.now().millis());
    let row = change.update(&*tx).await?;
    audit::write(&*tx, s, workspace, actor, "analysis.batch_cancel", Some(row.id)).await?;
    tx.commit().await?;
    to_batch(s, row).await
}

async fn locked(tx: &impl ConnectionTrait, id: Uuid) -> Result<Option<analysis_batch::Model>> {
    Ok(analysis_batch::Entity::find_by_id(id).lock_exclusive().one(tx).await?)
}

async fn to_batch(s: &Services, row: analysis_batch::Model) -> Result<AnalysisBatch> {
    let by_state: Vec<(String, i64)> = analysis::Entity::find()
        .select_only()
        .column(analysis::Column::State)
        .column_as(analysis::Column::Id.count(), "n")
        .filter(analysis::Column::WorkspaceId.eq(row.workspace_id))
        .filter(analysis::Column::BatchId.eq(row.id))
        .group_by(analysis::Column::State)
        .into_tuple()
        .all(s.db.read())
        .await?;
    let count = |state: AnalysisState| {
        let found = by_state.iter().find(|(word, _)| word == state.as_str());
        found.map_or(0, |(_, n)| *n)
    };
    let (ready, failed) = (count(AnalysisState::Ready), count(AnalysisState::Failed));
    let state: BatchState = word(&row.state)?;
    // Counted, not remembered: runs of who was deleted meanwhile wait until they are restored, or are gone, and nothing
    // more comes of either.
    let listed = session::Entity::find()
        .select_only()
        .expr(Expr::val(1))
        .filter(
            Expr::col((session::Entity, session::Column::Id)).equals((analysis::Entity, analysis::Column::SessionId)),
        )
        .filter(session::Column::Listed.eq(true))
        .into_query();
    let coming = analysis::Entity::find()
        .filter(analysis::Column::WorkspaceId.eq(row.workspace_id))
        .filter(analysis::Column::BatchId.eq(row.id))
        .filter(
            analysis::Column::State.is_in([AnalysisState::Queued, AnalysisState::Running].map(AnalysisState::as_str)),
        )
        .filter(Expr::exists(listed))
        .count(s.db.read())
        .await?;
    let queued = ready + failed + i64::try_from(coming).unwrap_or(i64::MAX);
    Ok(AnalysisBatch {
        id: AnalysisBatchId(row.id),
        engine: word(&row.engine)?,
        state,
        total: if state == BatchState::Done {
            queued
        } else {
            row.total.into()
        },
        queued,
        ready,
        failed,
        created_at: Timestamp::from_millis(row.created_at),
    })
}

/// Queues the next sessions of a batch: the job's handler.
pub(crate) async fn wave(s: &Services, payload: &Value) -> Result<()> {
    let Payload { batch } = serde_json::from_value(payload.clone())?;
    let tx = s.db.write(Priority::Background).await?;
    let Some(row) = locked(&*tx, batch).await? else {
        return Ok(());
    };
    if row.state != BatchState::Running.as_str() {
        return Ok(());
    }
    let engine: Engine = word(&row.engine)?;
    // Who has completed since it was asked for is analysed anyway, and was not in what it was said to take.
    let mut next = completed(row.workspace_id.into(), row.interview_id.into())
        .filter(session::Column::FinishedKey.lte(row.created_at));
    if let Some(after) = row.after_session {
        next = next.filter(session::Column::Id.gt(after));
    }
    let ids: Vec<Uuid> = next
        .select_only()
        .column(session::Column::Id)
        .order_by_asc(session::Column::Id)
        .limit(WAVE)
        .into_tuple()
        .all(&*tx)
        .await?;
    let mut moved = Vec::new();
    for id in &ids {
        let of = lock(&*tx, SessionId(*id)).await?;
        let busy = [AnalysisState::Queued, AnalysisState::Running].map(AnalysisState::as_str);
        if busy.contains(&of.analysis_state.as_str()) {
            continue;
        }
        let of = add_runs(&*tx, s, of, engine, Some(row.id)).await?;
        event(
            &*tx,
            s,
            &of,
            "analysis_requested",
            &Actor::System,
            Some(engine.as_str()),
        )
        .await?;
        moved.push(of);
    }
    let queued = row.queued + i32::try_from(moved.len()).unwrap_or(0);
    let over = u64::try_from(ids.len()).unwrap_or(0) < WAVE;
    let mut change = row.into_active_model();
    change.queued = Set(queued);
    change.updated_at = Set(s.now().millis());
    if let Some(last) = ids.last() {
        change.after_session = Set(Some(*last));
    }
    if over {
        change.state = Set(BatchState::Done.as_str().to_owned());
        // Sessions that moved meanwhile were left alone: what was promised is what was done.
        change.total = Set(queued);
    }
    let row = change.update(&*tx).await?;
    if !over {
        enqueue_wave(&*tx, s, &row).await?;
    }
    tx.commit().await?;
    moved.iter().for_each(|of| tell_what_came_of(s, of));
    Ok(())
}

/// A wave could not be queued for good: the batch ends where it is, and another one can be started.
pub(crate) async fn give_up_wave(s: &Services, payload: &Value) -> Result<()> {
    let Payload { batch } = serde_json::from_value(payload.clone())?;
    let tx = s.db.write(Priority::Background).await?;
    if let Some(row) = locked(&*tx, batch).await?
        && row.state == BatchState::Running.as_str()
    {
        let mut change = row.into_active_model();
        change.state = Set(BatchState::Cancelled.as_str().to_owned());
        change.updated_at = Set(s.now().millis());
        change.update(&*tx).await?;
        tx.commit().await?;
    }
    Ok(())
}

impl model::Measure {
    /// What one session takes, by how much was said about each question.
    fn cost(&self, said: &BTreeMap<Uuid, (usize, usize)>) -> Cost {
        let sizes: Vec<usize> = self
            .questions
            .iter()
            .map(|(id, own)| {
                let (chars, turns) = said.get(id).copied().unwrap_or_default();
                own + plan::tokens_of_chars(chars, self.wide) + turns * model::LINE
            })
            .collect();
        let budget = model::BUDGETS[0];
        let parts = plan::parts(&sizes, self.fixed, self.criteria, budget);
        let read: usize = parts
            .iter()
            .map(|part| (self.fixed + part.iter().map(|i| sizes[*i]).sum::<usize>()).min(budget.prompt))
            .sum();
        let written: usize = parts.iter().map(|p| plan::answer_tokens(p.len(), self.criteria)).sum();
        let size = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        Cost {
            calls: size(plan::calls(parts.len())),
            input: size(read),
            output: size(written),
        }
    }
}

struct Cost {
    calls: i64,
    input: i64,
    output: i64,
}
