//! Several attempts of one candidate: retakes, the queue of those who ask for one, comparison, which one counts; and two
//! entries that are one person.

use super::May;
#[cfg(feature = "ssr")]
use super::ssr;
use crate::error::AppError;
use leptos::prelude::*;
use parley_domain::{
    comparison::Comparison,
    duplicate::MergePlan,
    id::{CandidateId, InterviewId, RetakeRequestId, SessionId},
    session::{RetakeReason, RetakeRequestState, Session, SessionRow},
    time::ShownTime,
};
use serde::{Deserialize, Serialize};
use server_fn::codec::Json;

/// What became of retakes.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RetakesDone {
    /// How many new attempts there are.
    pub granted: u64,
    /// Who got none, and why.
    pub refused: Vec<(CandidateId, String)>,
}

/// One line of the queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueRow {
    /// The request.
    pub id: RetakeRequestId,
    /// The attempt that they had.
    pub session: SessionId,
    /// Its number.
    pub attempt: i32,
    /// Who asks.
    pub name: String,
    /// Why, in their words.
    pub reason: String,
    /// When they asked.
    pub asked: ShownTime,
    /// Where it stands.
    pub state: RetakeRequestState,
    /// Who decided, by name; empty while it waits.
    pub who: String,
    /// When they decided.
    pub decided: Option<ShownTime>,
}

/// The queue of an interview.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueData {
    /// Longest waiting first.
    pub waiting: Vec<QueueRow>,
    /// Last decided first.
    pub decided: Vec<QueueRow>,
}

/// Attempts side by side.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CompareData {
    /// The interview's title.
    pub title: String,
    /// All attempts, first one first, for choosing.
    pub all: Vec<Session>,
    /// The compared ones.
    pub compared: Comparison,
    /// When each of the compared ones was started.
    pub started: Vec<Option<ShownTime>>,
    /// What the person may do.
    pub may: May,
}

/// What a merge would do, with its times in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MergeData {
    /// The plan.
    pub plan: MergePlan,
    /// When the kept entry was added.
    pub keep_added: ShownTime,
    /// When the other one was added.
    pub gone_added: ShownTime,
    /// When each attempt of the plan was started.
    pub started: Vec<Option<ShownTime>>,
}

/// Grants retakes; who cannot have one is named.
#[server(endpoint = "sessions/retake", input = Json)]
pub async fn grant_retakes(
    slug: String,
    candidates: Vec<CandidateId>,
    reason: RetakeReason,
    note: String,
) -> Result<RetakesDone, AppError> {
    use parley_services::sessions::{self, RetakeInput};
    let (s, actor) = crate::server_fns::who(&slug).await?;
    let done = sessions::retake_many(&s, &actor, &candidates, RetakeInput { reason, note }).await?;
    Ok(RetakesDone {
        granted: done.granted.len() as u64,
        refused: done.refused.into_iter().map(|r| (r.candidate, r.detail)).collect(),
    })
}

/// The attempts of a candidate before the current one, newest first.
#[server(endpoint = "sessions/earlier", input = Json)]
pub async fn earlier_attempts(slug: String, candidate: CandidateId) -> Result<Vec<SessionRow>, AppError> {
    let (s, actor) = crate::server_fns::who(&slug).await?;
    Ok(parley_services::sessions::earlier(&s, &actor, candidate).await?)
}

/// Marks the attempt that counts. Also from a plain form.
#[server(endpoint = "sessions/counts-mark")]
pub async fn mark_counts(slug: String, id: SessionId, back: String) -> Result<(), AppError> {
    let result = async {
        let (s, actor) = crate::server_fns::who(&slug).await?;
        parley_services::sessions::mark_counts(&s, &actor, id).await?;
        Ok(())
    }
    .await;
    crate::server_fns::end_form_at(result, &back)
}

/// Who asks for a retake, and what was decided.
#[server(endpoint = "retakes/queue", input = Json)]
pub async fn retake_queue(slug: String, interview: InterviewId) -> Result<QueueData, AppError> {
    use parley_domain::session::RetakeRequest;
    use parley_services::{accounts::zone_of, sessions};
    let (s, actor) = crate::server_fns::who(&slug).await?;
    let zone = zone_of(&s, &actor).await?;
    let now = s.now();
    let waiting = sessions::requests(&s, &actor, interview).await?;
    let decided = sessions::decided(&s, &actor, interview).await?;
    let codes: Vec<_> = decided.iter().filter_map(|r| r.decided_by.as_deref()).collect();
    let names = sessions::actor_names(&s, &actor, &codes).await?;
    let row = |r: RetakeRequest| QueueRow {
        id: r.id,
        session: r.session_id,
        attempt: r.attempt,
        name: r.name,
        reason: r.reason,
        asked: zone.shown(r.created_at, now),
        state: r.state,
        who: r
            .decided_by
            .and_then(|code| names.get(&code).cloned())
            .unwrap_or_default(),
        decided: r.decided_at.map(|at| zone.shown(at, now)),
    };
    Ok(QueueData {
        waiting: waiting.into_iter().map(row).collect(),
        decided: decided.into_iter().map(row).collect(),
    })
}

/// Grants (`verdict` is `grant`) or declines a request. Also from a plain form.
#[server(endpoint = "retakes/decide")]
pub async fn decide_retake(slug: String, id: RetakeRequestId, verdict: String, back: String) -> Result<(), AppError> {
    let result = async {
        let (s, actor) = crate::server_fns::who(&slug).await?;
        match verdict.as_str() {
            "grant" => parley_services::sessions::grant(&s, &actor, id).await?,
            "decline" => parley_services::sessions::decline(&s, &actor, id).await?,
            _ => {
                return Err(
                    AppError::invalid("verdict", crate::messages::creator().failures.grant_or_decline).answered(),
                );
            }
        };
        Ok(())
    }
    .await;
    crate::server_fns::end_form_at(result, &back)
}

/// Attempts side by side: those of `only`; all that have begun, where it is empty.
#[server(endpoint = "sessions/compare", input = Json)]
pub async fn compare_attempts(slug: String, candidate: CandidateId, only: Vec<i32>) -> Result<CompareData, AppError> {
    use parley_domain::session::Status;
    use parley_services::{accounts::zone_of, sessions};
    let (s, actor) = crate::server_fns::who(&slug).await?;
    let zone = zone_of(&s, &actor).await?;
    let now = s.now();
    let mut all = sessions::of_candidate(&s, &actor, candidate).await?;
    all.sort_by_key(|session| session.attempt);
    // Addresses are shared and typed: an attempt that is not there is left out.
    let mut wanted: Vec<i32> = only
        .into_iter()
        .filter(|n| all.iter().any(|a| a.attempt == *n))
        .collect();
    if wanted.is_empty() {
        let begun = all.iter().filter(|a| a.status != Status::NotStarted);
        wanted = begun.map(|a| a.attempt).collect();
    }
    let compared = sessions::comparison(&s, &actor, candidate, &wanted).await?;
    let first = all.first().ok_or_else(|| AppError::NotFound.answered())?;
    Ok(CompareData {
        title: parley_services::interviews::get(&s, &actor, first.interview_id)
            .await?
            .content
            .title,
        started: compared
            .attempts
            .iter()
            .map(|a| a.session.started_at.map(|at| zone.shown(at, now)))
            .collect(),
        all,
        compared,
        may: ssr::may(&actor),
    })
}

/// What merging `gone` into `keep` would do; without `gone`, the candidate whom `keep` may be a second time, in whichever
/// direction can be done.
#[server(endpoint = "candidates/merge-plan", input = Json)]
pub async fn plan_merge(slug: String, keep: CandidateId, gone: Option<CandidateId>) -> Result<MergeData, AppError> {
    use parley_services::{accounts::zone_of, candidates};
    let (s, actor) = crate::server_fns::who(&slug).await?;
    let zone = zone_of(&s, &actor).await?;
    let now = s.now();
    let mut plan = candidates::merge_plan(&s, &actor, keep, gone).await?;
    if gone.is_none() && plan.refused.is_some() {
        // Nobody has chosen a direction yet: one that can be done comes first.
        let (of_keep, of_gone) = (plan.keep.candidate_id, plan.gone.candidate_id);
        let other = candidates::merge_plan(&s, &actor, of_gone, Some(of_keep)).await?;
        if other.refused.is_none() {
            plan = other;
        }
    }
    Ok(MergeData {
        keep_added: zone.shown(plan.keep.added_at, now),
        gone_added: zone.shown(plan.gone.added_at, now),
        started: plan
            .attempts
            .iter()
            .map(|a| a.started_at.map(|at| zone.shown(at, now)))
            .collect(),
        plan,
    })
}

/// Merges `gone` into `keep`, if it would still do what the plan with this mark said.
#[server(endpoint = "candidates/merge", input = Json)]
pub async fn merge_candidates(
    slug: String,
    keep: CandidateId,
    gone: CandidateId,
    mark: String,
) -> Result<(), AppError> {
    let (s, actor) = crate::server_fns::who(&slug).await?;
    parley_services::candidates::merge(&s, &actor, keep, gone, Some(&mark)).await?;
    Ok(())
}

/// Says that a possible duplicate is somebody else.
#[server(endpoint = "candidates/not-duplicate", input = Json)]
pub async fn not_duplicate(slug: String, id: CandidateId) -> Result<(), AppError> {
    let (s, actor) = crate::server_fns::who(&slug).await?;
    parley_services::candidates::not_duplicate(&s, &actor, id).await?;
    Ok(())
}
