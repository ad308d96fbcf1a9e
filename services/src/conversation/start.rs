//! Starting and resuming: one press, idempotent, whatever arrives at once.

use super::{
    door::{RefusedOr, Visitor, asks_email, link_state, refuse, unknown_link, visitor},
    interviewer::{advance, due, opening},
    view::{Scene, not_open, version_within},
    window::{email_needed, next_lease},
};
use crate::{
    Services,
    db::Priority,
    entity::{candidate, interview_version, session, session_event},
    error::{Result, ServiceError},
    sessions::{change_status, clock_of, event, lock, rules_of, store_clock, tell},
};
use parley_domain::{
    account::Actor,
    clock::{ClockState, Presence},
    conversation::{CandidateError, CandidateErrorCode, CandidateView},
    id::VersionId,
    link::LinkState,
    session::{Awaiting, EndReason, Transition},
    text,
    time::{MINUTE, SECOND},
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect,
};
use std::sync::Arc;

/// Which consent text candidates agree to; stored with the consent. Changes whenever the text does.
pub const CONSENT_VERSION: &str = "2026-11";

/// Wrong emails that one link takes in [`EMAIL_WINDOW`].
const EMAIL_TRIES: usize = 5;
/// The window for [`EMAIL_TRIES`], in milliseconds.
const EMAIL_WINDOW: i64 = 15 * MINUTE;

/// Between two notes that a candidate came back, in milliseconds: what happened to a session is a list that people read.
const RETURNS: i64 = 5 * MINUTE;
/// The same where they had not gone away, so that another window took over.
const TAKEOVERS: i64 = MINUTE;

/// What comes with a press on Start interview.
#[derive(Clone, Debug, Default)]
pub struct StartInput {
    /// Whether the consent box was ticked; asked for a start, not for a resume.
    pub consent: bool,
    /// The invited email, where the interview asks for it.
    pub email: Option<String>,
    /// How the page will tell that somebody is there.
    pub presence: Presence,
    /// The language in which the consent text was shown.
    pub language: String,
}

/// Starts the session; or, in progress, goes on here: this window gets a new lease and older ones stop. A completed
/// session is answered with its view and nothing is added.
///
/// # Errors
/// An unknown link; an interview that takes no starts now; missing consent or email.
pub async fn start(s: &Services, token: &str, input: StartInput) -> Result<CandidateView, CandidateError> {
    start_inner(s, token, input).await.map_err(|RefusedOr(e)| e)
}

async fn start_inner(s: &Services, token: &str, input: StartInput) -> Result<CandidateView, RefusedOr> {
    // First where nobody waits: whoever has no link does not queue with those who write.
    visitor(s.db.read(), token).await?.ok_or_else(unknown_link)?;
    let tx = s.db.write(Priority::Person).await?;
    let known = visitor(&*tx, token).await?.ok_or_else(unknown_link)?;
    // Lock, then read again: of many starts at once one starts, the others find a session in progress.
    if known.is_preview() {
        lock(&*tx, known.session.id.into()).await?;
    } else {
        candidate::Entity::find_by_id(known.candidate.id)
            .lock_exclusive()
            .one(&*tx)
            .await
            .map_err(ServiceError::from)?;
    }
    let known = visitor(&*tx, token).await?.ok_or_else(unknown_link)?;
    let state = link_state(&known, s.now())?;
    if !matches!(state, LinkState::Completed | LinkState::Continue | LinkState::Ready) {
        return Err(not_open().into());
    }
    // Before anything of the session is shown, also where it is over.
    if let Err(refusal) = check_email(s, &*tx, &known, input.email.as_deref()).await? {
        // The failed try counts: it is all that this transaction wrote.
        tx.commit().await?;
        return Err(refusal.into());
    }
    let scene = match state {
        LinkState::Ready => begin(s, &*tx, known, &input).await?,
        LinkState::Continue => resume(s, &*tx, known, &input).await?,
        _ => {
            tx.commit().await?;
            return Ok(Scene::around(s, known).await?.view(s)?);
        }
    };
    tx.commit().await?;
    tell(s, &scene.known.session);
    if !due(&scene.known.session) {
        return Ok(scene.shown_and_kept(s)?);
    }
    // A process died between an answer and the next question.
    advance(s, scene.known.session.id.into()).await?;
    Ok(Scene::of(s, token).await?.ok_or_else(unknown_link)?.view(s)?)
}

/// Checks the typed email in a transaction of its own, for what needs nothing else of it.
pub(super) async fn checked(s: &Services, known: &Visitor, typed: Option<&str>) -> Result<(), RefusedOr> {
    if !asks_email(known) {
        return Ok(());
    }
    let tx = s.db.write(Priority::Person).await?;
    // Of many tries at once each is counted.
    candidate::Entity::find_by_id(known.candidate.id)
        .lock_exclusive()
        .one(&*tx)
        .await?;
    let checked = check_email(s, &*tx, known, typed).await?;
    tx.commit().await?;
    Ok(checked?)
}

/// Compares the typed email with the invited one; one answer for every failure, five tries in 15 minutes.
async fn check_email(
    s: &Services,
    tx: &impl ConnectionTrait,
    known: &Visitor,
    typed: Option<&str>,
) -> Result<Result<(), CandidateError>> {
    if !asks_email(known) {
        return Ok(Ok(()));
    }
    // The last ones, newest first: with the oldest of them out of the window there is a try again.
    let tries: Vec<i64> = session_event::Entity::find()
        .select_only()
        .column(session_event::Column::At)
        .filter(session_event::Column::SessionId.eq(known.session.id))
        .filter(session_event::Column::Kind.eq("email_refused"))
        .filter(session_event::Column::At.gt(s.now().plus(-EMAIL_WINDOW).millis()))
        .order_by_desc(session_event::Column::At)
        .limit(EMAIL_TRIES as u64)
        .into_tuple()
        .all(tx)
        .await?;
    if let Some(oldest) = tries.get(EMAIL_TRIES - 1) {
        let left = oldest + EMAIL_WINDOW - s.now().millis();
        return Ok(Err(CandidateError {
            retry_after: Some(left.unsigned_abs().div_ceil(SECOND.unsigned_abs()).max(1)),
            ..refuse(
                CandidateErrorCode::TooMany,
                "Too many tries with this link. Wait 15 minutes and try again.",
            )
        }));
    }
    let typed = typed.map(text::email_norm).filter(|e| !e.is_empty());
    if typed.is_some() && typed == known.candidate.email_norm {
        let mut change = known.candidate.clone().into_active_model();
        change.email_verified = Set(true);
        change.update(tx).await?;
        return Ok(Ok(()));
    }
    event(tx, s, &known.session, "email_refused", &known.actor(), None).await?;
    Ok(Err(email_needed()))
}

pub(super) async fn begin(
    s: &Services,
    tx: &impl ConnectionTrait,
    mut known: Visitor,
    input: &StartInput,
) -> Result<Scene, RefusedOr> {
    if !input.consent {
        return Err(refuse(
            CandidateErrorCode::ConsentNeeded,
            "Tick the box to agree before you start.",
        )
        .into());
    }
    // Pinned before it is read: a save that comes in between copies it instead of changing it under the candidate.
    pin(tx, known.interview.version_id.into()).await?;
    let version = version_within(s, tx, &known).await?;
    let Some(first) = version.questions.first() else {
        return Err(not_open().into());
    };
    let now = s.now();
    let clock = ClockState::started(now, input.presence);
    let rules = rules_of(&version.settings);
    let (session, actor) = (known.session.clone(), known.actor());
    // Goes on from the attempt before: a window that was left open there is an older one here.
    let holder = next_lease(s, &known, session.holder)?;
    known.session = change_status(tx, s, session, Transition::Start, &actor, now, |change| {
        change.version_id = Set(Some(version.id.0));
        change.inactivity_days = Set(i32::try_from(version.settings.inactivity_days).ok());
        change.awaiting = Set(Some(Awaiting::Candidate.as_str().to_owned()));
        change.prompt_id = Set(Some(first.id.0));
        change.holder = Set(holder);
        change.turns = Set(1);
        change.consent_version = Set(Some(CONSENT_VERSION.to_owned()));
        change.consent_language = Set(Some(text::shorten(&text::one_line(&input.language), 35)));
        change.consent_at = Set(Some(now.millis()));
        store_clock(change, &clock, &rules);
    })
    .await?;
    let said = opening(s, tx, &known.session, &known.candidate.name, &version, first).await?;
    Ok(Scene {
        known,
        version,
        turns: vec![Arc::new(said)],
    })
}

/// From now on saving the interview copies this version instead of changing it.
async fn pin(tx: &impl ConnectionTrait, version: VersionId) -> Result<()> {
    interview_version::Entity::update_many()
        .col_expr(interview_version::Column::Pinned, true.into())
        .filter(interview_version::Column::Id.eq(version.0))
        .filter(interview_version::Column::Pinned.eq(false))
        .exec(tx)
        .await?;
    Ok(())
}

async fn resume(
    s: &Services,
    tx: &impl ConnectionTrait,
    mut known: Visitor,
    input: &StartInput,
) -> Result<Scene, RefusedOr> {
    let version = version_within(s, tx, &known).await?;
    let rules = rules_of(&version.settings);
    let actor = known.actor();
    let now = s.now();
    let session = lock(tx, known.session.id.into()).await?;
    let clock = clock_of(&session);
    known.session = if let Some(up) = clock.up_at(&rules, now) {
        let active = clock.active_at(&rules, up);
        change_status(
            tx,
            s,
            session,
            Transition::Complete(EndReason::TimeUp),
            &actor,
            up,
            |c| {
                c.active_ms = Set(active);
            },
        )
        .await?
    } else {
        let holder = next_lease(s, &known, session.holder)?;
        let here = clock.away(now).is_none();
        let mut change: session::ActiveModel = session.into_active_model();
        change.holder = Set(holder);
        change.updated_at = Set(now.millis());
        store_clock(&mut change, &clock.seen(&rules, now, input.presence), &rules);
        let session = change.update(tx).await?;
        note_return(tx, s, &session, here, &actor).await?;
        session
    };
    let turns = s.transcripts.within(tx, &known.session).await?;
    Ok(Scene { known, version, turns })
}

/// Notes that the candidate came back, or took over from another window while they were `here`; not each time, however
/// often somebody presses.
async fn note_return(
    tx: &impl ConnectionTrait,
    s: &Services,
    row: &session::Model,
    here: bool,
    actor: &Actor,
) -> Result<()> {
    let since = s.now().plus(if here { -TAKEOVERS } else { -RETURNS });
    let noted = session_event::Entity::find()
        .filter(session_event::Column::SessionId.eq(row.id))
        .filter(session_event::Column::Kind.eq("resumed"))
        .filter(session_event::Column::At.gt(since.millis()))
        .count(tx)
        .await?;
    if noted == 0 {
        event(tx, s, row, "resumed", actor, None).await?;
    }
    Ok(())
}
