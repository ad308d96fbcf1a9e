//! Answers, signs of life and the end: what a candidate's page sends.

use super::{
    door::{RefusedOr, refuse, refuse_with, unknown_link, visitor},
    interviewer::{advance, asked, due, scripted_turn},
    store::{Write, store},
    view::Scene,
    window::admit,
};
use crate::{
    Services, ai,
    db::{Priority, WriteTxn},
    entity::{session, turn},
    error::{Result, ServiceError},
    interviews::Version,
    sessions::{change_status, clock_of, keep_clock, rules_of, store_clock, tell},
};
use parley_domain::{
    clock::{GRACE, Presence},
    conversation::{ANSWER_MAX, CLIENT_ID_MAX, CandidateError, CandidateErrorCode, CandidateView, Speaker, TurnKind},
    id::{ChoiceId, PromptId},
    question::Question,
    session::{Awaiting, EndReason, Status, Transition},
    text,
    time::Timestamp,
};
use sea_orm::{ActiveValue::Set, EntityTrait, IntoActiveModel};
use std::sync::Arc;

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
    /// The lease of the sending window; none counts as the newest, unless the invited email opens the link.
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

/// Everything is read, judged and made up outside of the transaction, which only writes, and only if nothing happened
/// meanwhile.
async fn answer_inner(s: &Services, token: &str, input: AnswerInput) -> Result<CandidateView, RefusedOr> {
    check_client_id(&input.client_id)?;
    let scripted = ai::model(s).await.is_none();
    if scripted
        && let Some(scene) = s.scenes.take(token)
        && let Some(view) = answer_kept(s, scene, &input).await?
    {
        return Ok(view);
    }
    let mut scene = Scene::of(s, token).await?.ok_or_else(unknown_link)?;
    match judge(s, &scene, &input)? {
        Fate::Stored => return onward(s, token, scene).await,
        Fate::Fits { said, up: None } => {
            let before = scene.known.session.clone();
            take(s, &mut scene, *said, &input, scripted)?;
            if s.together.put(&s.db, Write::of(&scene, before)).await? {
                tell(s, &scene.known.session);
                return onward(s, token, scene).await;
            }
        }
        Fate::Fits { up: Some(_), .. } | Fate::TooLate(_) => {}
    }
    under_lock(s, token, &input, scripted).await
}

/// The same by the scene that the last request left; `None`, and nothing is stored, where a look at how things really
/// stand is needed.
async fn answer_kept(s: &Services, mut scene: Scene, input: &AnswerInput) -> Result<Option<CandidateView>, RefusedOr> {
    let Ok(Fate::Fits { said, up: None }) = judge(s, &scene, input) else {
        return Ok(None);
    };
    let before = scene.known.session.clone();
    take(s, &mut scene, *said, input, true)?;
    if !s.together.put(&s.db, Write::of_kept(&scene, before)).await? {
        return Ok(None);
    }
    tell(s, &scene.known.session);
    Ok(Some(scene.shown_and_kept(s)?))
}

/// The same where something happened meanwhile, or where the session ends with it: looks again behind the row's lock.
async fn under_lock(
    s: &Services,
    token: &str,
    input: &AnswerInput,
    scripted: bool,
) -> Result<CandidateView, RefusedOr> {
    let tx = s.db.write(Priority::Person).await?;
    let mut scene = Scene::locked(s, &*tx, token).await?.ok_or_else(unknown_link)?;
    let before = scene.known.session.clone();
    match judge(s, &scene, input)? {
        Fate::Stored => {
            drop(tx);
            return onward(s, token, scene).await;
        }
        Fate::Fits { said, up: None } => {
            take(s, &mut scene, *said, input, scripted)?;
            if !store(&*tx, &Write::of(&scene, before)).await? {
                return Err(ServiceError::internal(anyhow::anyhow!("a locked session changed")).into());
            }
        }
        Fate::Fits { said, up: Some(up) } => close(s, &tx, &mut scene, up, Some(*said)).await?,
        Fate::TooLate(up) => {
            close(s, &tx, &mut scene, up, None).await?;
            tx.commit().await?;
            tell(s, &scene.known.session);
            let detail = "The time was up before this answer arrived. It was not stored; the text is still here.";
            return Err(refuse_with(CandidateErrorCode::Ended, detail, scene.view(s)?).into());
        }
    }
    tx.commit().await?;
    tell(s, &scene.known.session);
    onward(s, token, scene).await
}

/// The view of a scene whose answer is stored, once the interviewer has said what is due. The answer is safe; should the
/// turn fail, the sweeper makes it, and the page is told what is true.
async fn onward(s: &Services, token: &str, scene: Scene) -> Result<CandidateView, RefusedOr> {
    let row = &scene.known.session;
    if !due(row) {
        return Ok(scene.shown_and_kept(s)?);
    }
    s.transcripts.keep(row.id, &scene.turns);
    if let Err(error) = advance(s, row.id.into()).await {
        tracing::error!(%error, session = %row.id, "the interviewer's turn failed; the sweeper will make it");
    }
    Ok(Scene::of(s, token).await?.ok_or_else(unknown_link)?.view(s)?)
}

/// What becomes of an answer, as things stand in a scene.
enum Fate {
    /// It is stored already.
    Stored,
    /// It may be stored as this turn; `up`: the time was up, but it comes within the grace.
    Fits {
        said: Box<turn::Model>,
        up: Option<Timestamp>,
    },
    /// The time was up before it came, and nobody noticed so far.
    TooLate(Timestamp),
}

fn judge(s: &Services, scene: &Scene, input: &AnswerInput) -> Result<Fate, RefusedOr> {
    // First of all: what follows answers with the conversation.
    admit(&scene.known, input.lease)?;
    let row = &scene.known.session;
    let client_id = Some(input.client_id.as_str());
    if let Some(stored) = scene.turns.iter().find(|turn| turn.client_id.as_deref() == client_id) {
        if answer_text(&scene.version, stored, input).as_deref() == Ok(stored.text.as_str()) {
            return Ok(Fate::Stored);
        }
        let detail = "Another answer was sent under this client id. What was stored first stays.";
        return Err(refuse_with(CandidateErrorCode::ClientIdReused, detail, scene.view(s)?).into());
    }
    if let Some((code, detail)) = refusal(row, input) {
        return Err(refuse_with(code, detail, scene.view(s)?).into());
    }
    let (now, rules, clock) = (s.now(), rules_of(&scene.version.settings), clock_of(row));
    let up = clock.up_at(&rules, now);
    if let Some(up) = up
        && now > up.plus(GRACE)
    {
        return Ok(Fate::TooLate(up));
    }
    let question = asked(&scene.version, row)?;
    let text = read_answer(question, row.follow_ups > 0, input)?;
    let kind = if up.is_some() {
        TurnKind::LateAnswer
    } else {
        TurnKind::Answer
    };
    let said = turn::Model {
        id: s.new_id()?,
        workspace_id: row.workspace_id,
        session_id: row.id,
        number: row.turns + 1,
        speaker: Speaker::Candidate.as_str().to_owned(),
        kind: kind.as_str().to_owned(),
        question_id: Some(question.id.0),
        prompt_id: Some(input.question.0),
        text,
        client_id: Some(input.client_id.clone()),
        scripted: false,
        pause_ms: clock.seen(&rules, now, input.presence).pause,
        created_at: now.millis(),
        updated_at: now.millis(),
    };
    let said = Box::new(said);
    Ok(Fate::Fits { said, up })
}

/// Takes an answer into the scene: what becomes of the session, and, if `scripted`, what the interviewer says next.
fn take(s: &Services, scene: &mut Scene, said: turn::Model, input: &AnswerInput, scripted: bool) -> Result<()> {
    let rules = rules_of(&scene.version.settings);
    let row = &mut scene.known.session;
    let clock = clock_of(row).seen(&rules, Timestamp::from_millis(said.created_at), input.presence);
    keep_clock(row, &clock.told(), &rules);
    row.turns = said.number;
    row.awaiting = Some(Awaiting::Interviewer.as_str().to_owned());
    row.updated_at = said.created_at;
    scene.turns.push(Arc::new(said));
    if scripted {
        let (row, reply) = scripted_turn(
            s,
            &scene.known.session,
            &scene.version,
            &scene.turns,
            &scene.known.candidate.name,
        )?;
        scene.known.session = row;
        scene.turns.push(Arc::new(reply));
    }
    Ok(())
}

/// Closes a session whose time was up at `up`, with the answer that came within the grace.
async fn close(s: &Services, tx: &WriteTxn, scene: &mut Scene, up: Timestamp, said: Option<turn::Model>) -> Result<()> {
    let row = scene.known.session.clone();
    let active = clock_of(&row).active_at(&rules_of(&scene.version.settings), up);
    let pause = if said.is_some() { 0 } else { row.pending_pause_ms };
    if let Some(said) = said {
        turn::Entity::insert(said.clone().into_active_model())
            .exec_without_returning(&**tx)
            .await?;
        scene.turns.push(Arc::new(said));
    }
    let turns = scene.turns.last().map_or(row.turns, |turn| turn.number);
    let up_now = Transition::Complete(EndReason::TimeUp);
    scene.known.session = change_status(&**tx, s, row, up_now, &scene.known.actor(), up, |c| {
        c.turns = Set(turns);
        c.active_ms = Set(active);
        c.pending_pause_ms = Set(pause);
    })
    .await?;
    Ok(())
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

/// The text that `input` would be stored as, for the question that `stored` answered.
fn answer_text(version: &Version, stored: &turn::Model, input: &AnswerInput) -> Result<String, CandidateError> {
    let question = version.questions.iter().find(|q| Some(q.id.0) == stored.question_id);
    let question = question.ok_or_else(unknown_link)?;
    read_answer(question, stored.prompt_id != Some(question.id.0), input)
}

/// Why an answer may not be stored now: not in progress, not the newest window, not the current question.
fn refusal(row: &session::Model, input: &AnswerInput) -> Option<(CandidateErrorCode, &'static str)> {
    if row.status == Status::NotStarted.as_str() {
        let detail = "The interview has not been started yet. Open your link and start it.";
        Some((CandidateErrorCode::NotOpen, detail))
    } else if row.status == Status::Completed.as_str() {
        let detail = "The interview is over. This answer was not stored; the text is still here.";
        Some((CandidateErrorCode::Ended, detail))
    } else if is_older(input.lease, row) {
        let detail = "The interview was opened in another window. This answer was not stored; the text is still here.";
        Some((CandidateErrorCode::TakenOver, detail))
    } else if row.awaiting.as_deref() != Some(Awaiting::Candidate.as_str()) || row.prompt_id != Some(input.question.0) {
        let detail = "This question is no longer the current one. Nothing was stored; the text is still here.";
        Some((CandidateErrorCode::Stale, detail))
    } else {
        None
    }
}

/// Whether another window has taken over from the one with this lease, perhaps in an attempt after the one that it shows.
fn is_older(lease: Option<i64>, row: &session::Model) -> bool {
    lease.is_some_and(|lease| lease < row.holder)
}

/// What is stored as the answer; refuses what is empty, too long, or not one of the choices.
fn read_answer(question: &Question, follow_up: bool, input: &AnswerInput) -> Result<String, CandidateError> {
    let invalid = |detail: &str| refuse(CandidateErrorCode::Invalid, detail);
    if follow_up || !question.kind.has_choices() {
        let typed = text::many_lines(input.text.as_deref().unwrap_or_default());
        if text::is_blank(&typed) {
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
    if question.kind.picks_one() && picked.len() != 1 {
        return Err(invalid("Pick exactly one of the choices."));
    }
    Ok(picked.join("\n"))
}

/// A sign of life from the window with `lease`; none counts as the newest, unless the invited email opens the link.
///
/// # Errors
/// An unknown link; a window whose session was taken over by a newer one; no lease where the invited email is asked for.
pub async fn heartbeat(
    s: &Services,
    token: &str,
    lease: impl Into<Option<i64>>,
) -> Result<CandidateView, CandidateError> {
    let lease = lease.into();
    heartbeat_inner(s, token, lease).await.map_err(|RefusedOr(e)| e)
}

async fn heartbeat_inner(s: &Services, token: &str, lease: Option<i64>) -> Result<CandidateView, RefusedOr> {
    if let Some(mut scene) = s.scenes.take(token)
        && let Ok(Some(before)) = beats(s, &mut scene, lease)
    {
        let was_away = clock_of(&before).away(s.now()).is_some();
        if s.together.put(&s.db, Write::of_kept(&scene, before)).await? {
            if was_away {
                tell(s, &scene.known.session);
            }
            return Ok(scene.shown_and_kept(s)?);
        }
    }
    let mut scene = Scene::of(s, token).await?.ok_or_else(unknown_link)?;
    let Some(before) = beats(s, &mut scene, lease)? else {
        return Ok(scene.view(s)?);
    };
    let was_away = clock_of(&before).away(s.now()).is_some();
    if !s.together.put(&s.db, Write::of(&scene, before)).await? {
        // Something happened meanwhile.
        let tx = s.db.write(Priority::Person).await?;
        scene = Scene::locked(s, &*tx, token).await?.ok_or_else(unknown_link)?;
        if let Some(before) = beats(s, &mut scene, lease)? {
            store(&*tx, &Write::of(&scene, before)).await?;
        }
        tx.commit().await?;
    }
    if was_away {
        tell(s, &scene.known.session);
    }
    Ok(scene.shown_and_kept(s)?)
}

/// Takes a sign of life into the scene; its session before that, if it changes anything.
fn beats(s: &Services, scene: &mut Scene, lease: Option<i64>) -> Result<Option<session::Model>, RefusedOr> {
    admit(&scene.known, lease)?;
    let row = &scene.known.session;
    if row.status != Status::InProgress.as_str() {
        return Ok(None);
    }
    if is_older(lease, row) {
        let detail = "The interview was opened in another window. It goes on there; you can take it back here.";
        return Err(refuse_with(CandidateErrorCode::TakenOver, detail, scene.view(s)?).into());
    }
    let rules = rules_of(&scene.version.settings);
    let clock = clock_of(row);
    let now = s.now();
    // Time that is up is not declared here: the draft has ten seconds to arrive, then the sweeper closes.
    if clock.up_at(&rules, now).is_some() {
        return Ok(None);
    }
    let before = row.clone();
    keep_clock(
        &mut scene.known.session,
        &clock.seen(&rules, now, Presence::Live),
        &rules,
    );
    Ok(Some(before))
}

/// Completes the session because the candidate pressed Finish, whichever window has it. Completed already: the view,
/// nothing added.
///
/// # Errors
/// An unknown link; a session that has not started; one whose link the invited email opens.
pub async fn finish(s: &Services, token: &str) -> Result<CandidateView, CandidateError> {
    finish_by(s, token, None).await
}

/// The same, pressed in the window with `lease`; none counts as the newest, unless the invited email opens the link.
///
/// # Errors
/// As for [`finish`]; a window whose session was taken over by a newer one, also one that shows an earlier attempt.
pub async fn finish_by(s: &Services, token: &str, lease: Option<i64>) -> Result<CandidateView, CandidateError> {
    finish_inner(s, token, lease).await.map_err(|RefusedOr(e)| e)
}

async fn finish_inner(s: &Services, token: &str, lease: Option<i64>) -> Result<CandidateView, RefusedOr> {
    // First where nobody waits: whoever has no link does not queue with those who write.
    visitor(s.db.read(), token).await?.ok_or_else(unknown_link)?;
    let tx = s.db.write(Priority::Person).await?;
    let mut scene = Scene::locked(s, &*tx, token).await?.ok_or_else(unknown_link)?;
    admit(&scene.known, lease)?;
    if scene.known.session.status == Status::NotStarted.as_str() {
        let detail = "The interview has not been started yet. Open your link and start it.";
        return Err(refuse_with(CandidateErrorCode::NotOpen, detail, scene.view(s)?).into());
    }
    if scene.known.session.status == Status::InProgress.as_str() {
        if is_older(lease, &scene.known.session) {
            let detail = "The interview was opened in another window and goes on there. Nothing was handed in.";
            return Err(refuse_with(CandidateErrorCode::TakenOver, detail, scene.view(s)?).into());
        }
        let rules = rules_of(&scene.version.settings);
        let clock = clock_of(&scene.known.session);
        let now = s.now();
        let (reason, at) = clock
            .up_at(&rules, now)
            .map_or((EndReason::Finished, now), |up| (EndReason::TimeUp, up));
        let clock = clock.seen(&rules, at, clock.presence);
        let (row, end) = (scene.known.session.clone(), Transition::Complete(reason));
        scene.known.session = change_status(&*tx, s, row, end, &scene.known.actor(), at, |c| {
            store_clock(c, &clock, &rules);
            c.deadline = Set(None);
        })
        .await?;
        tx.commit().await?;
        tell(s, &scene.known.session);
    }
    Ok(scene.view(s)?)
}
