//! The one function that changes a session's status, and what goes with it.

use super::convert::word;
use crate::{
    Services, analysis,
    db::Priority,
    entity::{candidate, session, session_event},
    error::{Result, ServiceError},
    events::Change,
};
use parley_domain::{
    account::{Action, Actor},
    clock::{ClockRules, ClockState, Presence},
    id::SessionId,
    interview::Settings,
    session::{AnalysisState, EndReason, Refused, Session, Status, Transition, next_status},
    text,
    time::{MINUTE, Timestamp},
};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect,
};

/// A session that has not started, for attempt `attempt` of `candidate`.
pub(crate) fn new_session(s: &Services, candidate: &candidate::Model, attempt: i32) -> Result<session::Model> {
    let now = s.now().millis();
    let id: SessionId = s.new_id()?;
    Ok(session::Model {
        id: id.0,
        workspace_id: candidate.workspace_id,
        interview_id: candidate.interview_id,
        candidate_id: Some(candidate.id),
        version_id: None,
        attempt,
        counts: false,
        status: Status::NotStarted.as_str().to_owned(),
        awaiting: None,
        end_reason: None,
        question_index: 0,
        prompt_id: None,
        follow_ups: 0,
        turns: 0,
        holder: 0,
        presence: Presence::Live.as_str().to_owned(),
        consent_version: None,
        consent_language: None,
        consent_at: None,
        retake_reason: None,
        retake_note: None,
        opened_at: None,
        started_at: None,
        last_seen_at: None,
        inactivity_days: None,
        deadline: None,
        completed_at: None,
        active_ms: 0,
        pending_pause_ms: 0,
        analysis_state: AnalysisState::None.as_str().to_owned(),
        score: None,
        score_attempt: None,
        is_current: true,
        listed: candidate.deleted_at.is_none(),
        source: candidate.source.clone(),
        name_key: text::fold(&candidate.name),
        email_norm: candidate.email_norm.clone().unwrap_or_default(),
        added_key: candidate.created_at,
        score_key: -1,
        duration_key: 0,
        started_key: 0,
        finished_key: 0,
        verdict: None,
        created_at: now,
        updated_at: now,
    })
}

/// Notes that something happened to a session. `code` says why, as a code: never personal data.
pub(crate) async fn event(
    tx: &impl ConnectionTrait,
    s: &Services,
    row: &session::Model,
    kind: &str,
    actor: &Actor,
    code: Option<&str>,
) -> Result<()> {
    let now = s.now().millis();
    let id: uuid::Uuid = s.new_id()?;
    let event = session_event::Model {
        id,
        workspace_id: row.workspace_id,
        session_id: row.id,
        kind: kind.to_owned(),
        actor: actor.code(),
        code: code.map(str::to_owned),
        at: now,
        created_at: now,
        updated_at: now,
    };
    session_event::Entity::insert(event.into_active_model())
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// What of the interview's settings the clock needs.
pub(crate) fn rules_of(settings: &Settings) -> ClockRules {
    ClockRules {
        limit: settings.time_limit_minutes.map(|m| i64::from(m) * MINUTE),
        count_time_away: settings.count_time_away,
    }
}

/// The clock of a session that has started.
pub(crate) fn clock_of(row: &session::Model) -> ClockState {
    let last_seen = row.last_seen_at.or(row.started_at).unwrap_or(row.created_at);
    let presence = if row.presence == Presence::Plain.as_str() {
        Presence::Plain
    } else {
        Presence::Live
    };
    ClockState {
        active: row.active_ms,
        last_seen: Timestamp::from_millis(last_seen),
        presence,
        pause: row.pending_pause_ms,
    }
}

/// What the list sorts a session in progress by: whole minutes, so that an answer leaves the list's order alone. A column
/// that stands in an index costs PostgreSQL an entry in every index of the table whenever it changes.
fn sorted_by(clock: &ClockState) -> i64 {
    clock.active - clock.active.rem_euclid(MINUTE)
}

/// Writes a clock into its session.
pub(crate) fn keep_clock(row: &mut session::Model, clock: &ClockState, rules: &ClockRules) {
    row.active_ms = clock.active;
    row.duration_key = sorted_by(clock);
    row.last_seen_at = Some(clock.last_seen.millis());
    row.presence = clock.presence.as_str().to_owned();
    row.pending_pause_ms = clock.pause;
    row.deadline = clock.deadline(rules).map(Timestamp::millis);
}

/// Writes a clock into a change of its session.
pub(crate) fn store_clock(change: &mut session::ActiveModel, clock: &ClockState, rules: &ClockRules) {
    change.active_ms = Set(clock.active);
    change.duration_key = Set(sorted_by(clock));
    change.last_seen_at = Set(Some(clock.last_seen.millis()));
    change.presence = Set(clock.presence.as_str().to_owned());
    change.pending_pause_ms = Set(clock.pause);
    change.deadline = Set(clock.deadline(rules).map(Timestamp::millis));
}

/// Changes the status of `row`, the only place that does: guarded by the state machine, in the caller's transaction,
/// with an event row; a completed session has its analysis queued in the same transaction. `at` is the moment that
/// counts (time may have run out before anybody noticed). `prepare` sets what else changes with it.
pub(crate) async fn change_status(
    tx: &impl ConnectionTrait,
    s: &Services,
    row: session::Model,
    transition: Transition,
    actor: &Actor,
    at: Timestamp,
    prepare: impl FnOnce(&mut session::ActiveModel),
) -> Result<session::Model> {
    let status = next_status(word(&row.status)?, transition).map_err(refused)?;
    let mut change = row.clone().into_active_model();
    change.status = Set(status.as_str().to_owned());
    change.updated_at = Set(s.now().millis());
    let kind = match transition {
        Transition::Start => {
            change.started_at = Set(Some(at.millis()));
            change.started_key = Set(at.millis());
            "started"
        }
        Transition::Complete(reason) => {
            change.end_reason = Set(Some(reason.as_str().to_owned()));
            change.completed_at = Set(Some(at.millis()));
            change.finished_key = Set(at.millis());
            change.awaiting = Set(None);
            change.prompt_id = Set(None);
            change.deadline = Set(None);
            "completed"
        }
    };
    prepare(&mut change);
    if let (Transition::Complete(_), Set(active) | Unchanged(active)) = (transition, &change.active_ms) {
        change.duration_key = Set(*active);
    }
    let row = change.update(tx).await?;
    let code = match transition {
        Transition::Start => None,
        Transition::Complete(reason) => Some(reason.as_str()),
    };
    event(tx, s, &row, kind, actor, code).await?;
    match transition {
        Transition::Start => Ok(row),
        // A preview is nobody's: there is nothing to judge.
        Transition::Complete(_) if row.candidate_id.is_none() => Ok(row),
        Transition::Complete(_) => analysis::queue(tx, s, row).await,
    }
}

fn refused(why: Refused) -> ServiceError {
    match why {
        Refused::NotStarted => ServiceError::conflict("not_started", "This session has not started yet."),
        Refused::AlreadyStarted => ServiceError::conflict("already_started", "This session has started already."),
        Refused::AlreadyCompleted => ServiceError::conflict("already_completed", "This session is completed already."),
    }
}

/// The session, locked for the rest of the transaction.
pub(crate) async fn lock(tx: &impl ConnectionTrait, id: SessionId) -> Result<session::Model> {
    session::Entity::find_by_id(id.0)
        .lock_exclusive()
        .one(tx)
        .await?
        .ok_or(ServiceError::NotFound)
}

/// Ends a session in progress, by a member. What was answered stays and is analysed.
///
/// # Errors
/// A session that has not started or is over; unknown and foreign ones.
pub async fn end(s: &Services, actor: &Actor, id: SessionId) -> Result<Session> {
    let workspace = s.allow_own(actor, Action::EndSessions)?;
    let known = session::Entity::find_by_id(id.0)
        .filter(session::Column::WorkspaceId.eq(workspace.0))
        .filter(session::Column::Listed.eq(true))
        .one(s.db.read())
        .await?
        .ok_or(ServiceError::NotFound)?;
    let tx = s.db.write(Priority::Person).await?;
    let row = lock(&*tx, SessionId(known.id)).await?;
    let reason = Transition::Complete(EndReason::EndedByCreator);
    let row = change_status(&*tx, s, row, reason, actor, s.now(), |_| {}).await?;
    tx.commit().await?;
    tell(s, &row);
    super::to_session(s.db.read(), row).await
}

/// Tells those who watch that a session changed. One that is over is not kept in memory any longer; an earlier attempt was
/// let go of when the next one began, and what is kept of that one stays.
pub(crate) fn tell(s: &Services, row: &session::Model) {
    if row.status == Status::Completed.as_str() {
        s.transcripts.forget([row.id]);
        if row.is_current {
            s.scenes.forget(row.candidate_id);
        }
    }
    tell_what_came_of(s, row);
}

/// Tells those who watch that something came of a session that was over before: an analysis, a decision.
pub(crate) fn tell_what_came_of(s: &Services, row: &session::Model) {
    s.events.send(Change {
        workspace: row.workspace_id.into(),
        interview: row.interview_id.into(),
        // The window of a preview listens under its session's id.
        candidate: Some(row.candidate_id.unwrap_or(row.id).into()),
        session: Some(row.id.into()),
    });
}
