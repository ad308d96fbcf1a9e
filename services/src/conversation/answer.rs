//! Answers, signs of life and the end: what a candidate's page sends.

use super::{
    door::{RefusedOr, Visitor, refuse, refuse_with, unknown_link, visitor},
    interviewer::advance,
    view::{question_at, version_of, view_of},
};
use crate::{
    Services,
    db::{Priority, WriteTxn},
    entity::{session, turn},
    error::{Result, ServiceError},
    interviews::Version,
    sessions::{change_status, clock_of, lock, rules_of, store_clock, tell},
};
use parley_domain::{
    clock::{GRACE, Presence},
    conversation::{ANSWER_MAX, CLIENT_ID_MAX, CandidateError, CandidateErrorCode, CandidateView, Speaker, TurnKind},
    id::{ChoiceId, PromptId},
    question::{Question, QuestionKind},
    session::{Awaiting, EndReason, Status, Transition},
    text,
    time::Timestamp,
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter,
    sea_query::prelude::Uuid,
};

/// One answer.
#[derive(Clone, Debug)]
pub struct AnswerInput {
    /// Made by the page; the same for every try of the same answer.
    pub client_id: String,
    /// What it answers.
    pub question: PromptId,
    /// The text, for open and code questions.
    pub text: Option<String>,
    /// The choices, for choice questions.
    pub choices: Vec<ChoiceId>,
    /// The lease of the sending window; none counts as the newest.
    pub lease: Option<i64>,
    /// How the page tells that somebody is there.
    pub presence: Presence,
}

/// Stores an answer and makes the interviewer's next turn. Returns once both are stored.
///
/// The same client id with the same text is answered again without effect, whatever the question is by now.
///
/// # Errors
/// Nothing is stored when the link is unknown, the session is not in progress, the question is no longer current, the
/// lease is older than another window's, the client id was used with another text, or the answer itself cannot be
/// stored. Where there is a present view, the error carries it.
pub async fn answer(s: &Services, token: &str, input: AnswerInput) -> Result<CandidateView, CandidateError> {
    answer_inner(s, token, input).await.map_err(|RefusedOr(e)| e)
}

async fn answer_inner(s: &Services, token: &str, input: AnswerInput) -> Result<CandidateView, RefusedOr> {
    check_client_id(&input.client_id)?;
    let tx = s.db.write(Priority::Person).await?;
    let mut known = visitor(&*tx, token).await?.ok_or_else(unknown_link)?;
    known.session = lock(&*tx, known.session.id.into()).await?;
    let version = version_of(&*tx, &known).await?;

    if let Some(stored) = with_client_id(&tx, &known.session, &input.client_id).await? {
        let same = answer_text(&version, &stored, &input).as_deref() == Ok(stored.text.as_str());
        let view = view_of(s, &*tx, &known).await?;
        return if same { Ok(view) } else { Err(reused(view).into()) };
    }
    let now = s.now();
    guard(s, &tx, &known, &input).await?;
    let rules = rules_of(&version.settings);
    let clock = clock_of(&known.session);
    let up = clock.up_at(&rules, now);
    if let Some(up) = up
        && now > up.plus(GRACE)
    {
        return Err(too_late(s, tx, known, &version, up).await?.into());
    }
    let question = question_at(&version, known.session.question_index);
    let question = question.ok_or_else(|| ServiceError::internal(anyhow::anyhow!("a session without its question")))?;
    let text = read_answer(question, known.session.follow_ups > 0, &input)?;
    let row = store(s, &tx, &known, question, text, &input, up.is_some()).await?;
    let row = match up {
        Some(up) => {
            let active = clock.active_at(&rules, up);
            change_status(
                &*tx,
                s,
                row,
                Transition::Complete(EndReason::TimeUp),
                &known.actor(),
                up,
                |c| {
                    c.active_ms = Set(active);
                    c.duration_key = Set(active);
                },
            )
            .await?
        }
        None => {
            let mut change = row.into_active_model();
            change.awaiting = Set(Some(Awaiting::Interviewer.as_str().to_owned()));
            change.updated_at = Set(now.millis());
            store_clock(&mut change, &clock.seen(&rules, now, input.presence), &rules);
            change.update(&*tx).await.map_err(ServiceError::from)?
        }
    };
    tx.commit().await?;
    if crate::ai::model(s).await.is_some() {
        // The next turn takes a while: the page is told now that the answer is stored.
        tell(s, &row);
    }
    // From here on the answer is safe. Should the next turn fail, the sweeper makes it; the page is told what is true.
    if let Err(error) = advance(s, row.id.into()).await {
        tracing::error!(%error, session = %row.id, "the interviewer's turn failed; the sweeper will make it");
    }
    tell(s, &row);
    let known = visitor(s.db.read(), token).await?.ok_or_else(unknown_link)?;
    Ok(view_of(s, s.db.read(), &known).await?)
}

fn check_client_id(id: &str) -> Result<(), CandidateError> {
    let good = !id.is_empty() && id.len() <= CLIENT_ID_MAX && id.chars().all(|c| c.is_ascii_graphic());
    if good {
        return Ok(());
    }
    Err(refuse(
        CandidateErrorCode::Invalid,
        "The page sent no valid client id with the answer. Reload the page and send it again.",
    ))
}

async fn with_client_id(tx: &WriteTxn, row: &session::Model, client_id: &str) -> Result<Option<turn::Model>> {
    Ok(turn::Entity::find()
        .filter(turn::Column::SessionId.eq(row.id))
        .filter(turn::Column::ClientId.eq(client_id))
        .one(&**tx)
        .await?)
}

fn reused(view: CandidateView) -> CandidateError {
    let detail = "Another answer was sent under this client id. What was stored first stays.";
    refuse_with(CandidateErrorCode::ClientIdReused, detail, view)
}

/// The text that `input` would be stored as, for the question that `stored` answered.
fn answer_text(version: &Version, stored: &turn::Model, input: &AnswerInput) -> Result<String, CandidateError> {
    let question = version.questions.iter().find(|q| Some(q.id.0) == stored.question_id);
    let question = question.ok_or_else(unknown_link)?;
    read_answer(question, stored.prompt_id != Some(question.id.0), input)
}

/// Whether an answer may be stored now: in progress, newest window, current question.
async fn guard(s: &Services, tx: &WriteTxn, known: &Visitor, input: &AnswerInput) -> Result<(), RefusedOr> {
    let row = &known.session;
    let refusal = if row.status == Status::NotStarted.as_str() {
        Some((
            CandidateErrorCode::NotOpen,
            "The interview has not been started yet. Open your link and start it.",
        ))
    } else if row.status == Status::Completed.as_str() {
        Some((
            CandidateErrorCode::Ended,
            "The interview is over. This answer was not stored; the text is still here.",
        ))
    } else if input.lease.is_some_and(|lease| lease < row.holder) {
        let detail = "The interview was opened in another window. This answer was not stored; the text is still here.";
        Some((CandidateErrorCode::TakenOver, detail))
    } else if row.awaiting.as_deref() != Some(Awaiting::Candidate.as_str()) || row.prompt_id != Some(input.question.0) {
        let detail = "This question is no longer the current one. Nothing was stored; the text is still here.";
        Some((CandidateErrorCode::Stale, detail))
    } else {
        None
    };
    let Some((code, detail)) = refusal else { return Ok(()) };
    Err(refuse_with(code, detail, view_of(s, &**tx, known).await?).into())
}

/// Closes a session whose time ran out before anybody noticed, and says so.
async fn too_late(
    s: &Services,
    tx: WriteTxn,
    mut known: Visitor,
    version: &Version,
    up: Timestamp,
) -> Result<CandidateError> {
    let active = clock_of(&known.session).active_at(&rules_of(&version.settings), up);
    let actor = known.actor();
    known.session = change_status(
        &*tx,
        s,
        known.session,
        Transition::Complete(EndReason::TimeUp),
        &actor,
        up,
        |c| {
            c.active_ms = Set(active);
            c.duration_key = Set(active);
        },
    )
    .await?;
    let view = view_of(s, &*tx, &known).await?;
    tx.commit().await?;
    tell(s, &known.session);
    let detail = "The time was up before this answer arrived. It was not stored; the text is still here.";
    Ok(refuse_with(CandidateErrorCode::Ended, detail, view))
}

/// What is stored as the answer; refuses what is empty, too long, or not one of the choices.
fn read_answer(question: &Question, follow_up: bool, input: &AnswerInput) -> Result<String, CandidateError> {
    let invalid = |detail: &str| refuse(CandidateErrorCode::Invalid, detail);
    if follow_up || !question.kind.has_choices() {
        let typed = text::many_lines(input.text.as_deref().unwrap_or_default());
        if typed.trim().is_empty() {
            return Err(invalid("The answer is empty. Write something before sending it."));
        }
        let length = text::chars(&typed);
        if length > ANSWER_MAX {
            let detail = format!(
                "The answer has {length} characters; {ANSWER_MAX} is the most. Nothing was stored; shorten it."
            );
            return Err(invalid(&detail));
        }
        return Ok(typed);
    }
    let typed = input.text.as_deref().map(text::one_line).filter(|t| !t.is_empty());
    let named = |c: &&parley_domain::question::Choice| input.choices.contains(&c.id) || typed.as_ref() == Some(&c.text);
    let picked: Vec<_> = question.choices.iter().filter(named).map(|c| c.text.as_str()).collect();
    let known = |id: &ChoiceId| question.choices.iter().any(|c| c.id == *id);
    if !input.choices.iter().all(known) || picked.is_empty() {
        return Err(invalid("Pick one of the choices."));
    }
    if question.kind == QuestionKind::SingleChoice && picked.len() != 1 {
        return Err(invalid("Pick exactly one of the choices."));
    }
    Ok(picked.join("\n"))
}

async fn store(
    s: &Services,
    tx: &WriteTxn,
    known: &Visitor,
    question: &Question,
    text: String,
    input: &AnswerInput,
    late: bool,
) -> Result<session::Model> {
    let row = &known.session;
    let now = s.now();
    let number = row.turns + 1;
    let kind = if late { TurnKind::LateAnswer } else { TurnKind::Answer };
    let id: Uuid = s.new_id()?;
    let stored = turn::Model {
        id,
        workspace_id: row.workspace_id,
        session_id: row.id,
        number,
        speaker: Speaker::Candidate.as_str().to_owned(),
        kind: kind.as_str().to_owned(),
        question_id: Some(question.id.0),
        prompt_id: Some(input.question.0),
        text,
        client_id: Some(input.client_id.clone()),
        scripted: false,
        pause_ms: clock_of(row).away(now).unwrap_or(0),
        created_at: now.millis(),
        updated_at: now.millis(),
    };
    turn::Entity::insert(stored.into_active_model())
        .exec_without_returning(&**tx)
        .await?;
    let mut change = row.clone().into_active_model();
    change.turns = Set(number);
    Ok(change.update(&**tx).await?)
}

/// A sign of life from the window with `lease`.
///
/// # Errors
/// An unknown link; a window whose session was taken over by a newer one.
pub async fn heartbeat(s: &Services, token: &str, lease: i64) -> Result<CandidateView, CandidateError> {
    heartbeat_inner(s, token, lease).await.map_err(|RefusedOr(e)| e)
}

async fn heartbeat_inner(s: &Services, token: &str, lease: i64) -> Result<CandidateView, RefusedOr> {
    let tx = s.db.write(Priority::Person).await?;
    let mut known = visitor(&*tx, token).await?.ok_or_else(unknown_link)?;
    if known.session.status != Status::InProgress.as_str() {
        return Ok(view_of(s, &*tx, &known).await?);
    }
    known.session = lock(&*tx, known.session.id.into()).await?;
    if lease < known.session.holder {
        let view = view_of(s, &*tx, &known).await?;
        let detail = "The interview was opened in another window. It goes on there; you can take it back here.";
        return Err(refuse_with(CandidateErrorCode::TakenOver, detail, view).into());
    }
    let version = version_of(&*tx, &known).await?;
    let rules = rules_of(&version.settings);
    let clock = clock_of(&known.session);
    let now = s.now();
    // Time that is up is not declared here: the draft has ten seconds to arrive, then the sweeper closes.
    if clock.up_at(&rules, now).is_none() {
        let was_away = clock.away(now).is_some();
        let mut change = known.session.into_active_model();
        store_clock(&mut change, &clock.seen(&rules, now, Presence::Live), &rules);
        known.session = change.update(&*tx).await.map_err(ServiceError::from)?;
        let view = view_of(s, &*tx, &known).await?;
        tx.commit().await?;
        if was_away {
            tell(s, &known.session);
        }
        return Ok(view);
    }
    Ok(view_of(s, &*tx, &known).await?)
}

/// Completes the session because the candidate pressed Finish. Completed already: the view, nothing added.
///
/// # Errors
/// An unknown link; a session that has not started.
pub async fn finish(s: &Services, token: &str) -> Result<CandidateView, CandidateError> {
    finish_inner(s, token).await.map_err(|RefusedOr(e)| e)
}

async fn finish_inner(s: &Services, token: &str) -> Result<CandidateView, RefusedOr> {
    let tx = s.db.write(Priority::Person).await?;
    let mut known = visitor(&*tx, token).await?.ok_or_else(unknown_link)?;
    known.session = lock(&*tx, known.session.id.into()).await?;
    if known.session.status == Status::NotStarted.as_str() {
        let detail = "The interview has not been started yet. Open your link and start it.";
        return Err(refuse_with(CandidateErrorCode::NotOpen, detail, view_of(s, &*tx, &known).await?).into());
    }
    if known.session.status == Status::InProgress.as_str() {
        let version = version_of(&*tx, &known).await?;
        let rules = rules_of(&version.settings);
        let clock = clock_of(&known.session);
        let now = s.now();
        let (reason, at) = clock
            .up_at(&rules, now)
            .map_or((EndReason::Finished, now), |up| (EndReason::TimeUp, up));
        let clock = clock.seen(&rules, at, clock.presence);
        let actor = known.actor();
        known.session = change_status(&*tx, s, known.session, Transition::Complete(reason), &actor, at, |c| {
            store_clock(c, &clock, &rules);
            c.deadline = Set(None);
        })
        .await?;
        tx.commit().await?;
        tell(s, &known.session);
    }
    Ok(view_of(s, s.db.read(), &known).await?)
}
