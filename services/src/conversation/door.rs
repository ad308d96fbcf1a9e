//! Who stands at the door, and what they may know before they start.

use super::{preview, view::version_of};
use crate::{
    Services,
    db::Priority,
    entity::{candidate, interview, session, workspace},
    error::{Result, ServiceError},
    secrets::{self, CandidateCookie},
    sessions::{event, own_retakes_left, waiting_request},
};
use parley_domain::{
    account::Actor,
    candidate::Source,
    conversation::{CandidateError, CandidateErrorCode, CandidateView},
    id::{CandidateId, WorkspaceId},
    interview::{InterviewState, about_minutes},
    link::{Landing, LinkState, RetakeOffer},
    session::Status,
    time::Timestamp,
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    Related, RelationDef,
};

/// A candidate who showed a token that leads to them.
#[derive(Debug)]
pub(super) struct Visitor {
    pub candidate: candidate::Model,
    pub interview: interview::Model,
    pub session: session::Model,
}

impl Visitor {
    /// Whether a creator takes a preview.
    pub const fn is_preview(&self) -> bool {
        self.session.candidate_id.is_none()
    }

    pub const fn actor(&self) -> Actor {
        Actor::Candidate {
            workspace: WorkspaceId(self.candidate.workspace_id),
            candidate: CandidateId(self.candidate.id),
        }
    }
}

/// Most characters that a token can have; longer ones are not even hashed.
const TOKEN_MAX: usize = 100;

/// Whom the token leads to; `None` for unknown, replaced and deleted alike, be it the candidate or their whole workspace.
pub(super) async fn visitor(conn: &impl ConnectionTrait, token: &str) -> Result<Option<Visitor>> {
    if token.is_empty() || token.len() > TOKEN_MAX {
        return Ok(None);
    }
    let hash = secrets::hash(token);
    let found = session::Entity::find()
        .find_also_related(candidate::Entity)
        .find_also_related(interview::Entity)
        .filter(candidate::Column::LinkHash.eq(hash.clone()))
        .filter(candidate::Column::DeletedAt.is_null())
        .filter(workspace::is_there(candidate::Column::WorkspaceId))
        .filter(session::Column::IsCurrent.eq(true))
        .one(conn)
        .await?;
    match found {
        Some((session, Some(candidate), Some(interview))) => Ok(Some(Visitor {
            candidate,
            interview,
            session,
        })),
        _ => preview::visitor(conn, hash).await,
    }
}

impl Related<candidate::Entity> for session::Entity {
    fn to() -> RelationDef {
        Self::belongs_to(candidate::Entity)
            .from(session::Column::CandidateId)
            .to(candidate::Column::Id)
            .into()
    }
}

impl Related<interview::Entity> for session::Entity {
    fn to() -> RelationDef {
        Self::belongs_to(interview::Entity)
            .from(session::Column::InterviewId)
            .to(interview::Column::Id)
            .into()
    }
}

/// What stands behind a link now. Those inside may go on whatever became of the link or the interview.
pub(super) fn link_state(visitor: &Visitor, now: Timestamp) -> Result<LinkState> {
    let status: Status = visitor.session.status.parse().map_err(fault)?;
    let state: InterviewState = visitor.interview.state.parse().map_err(fault)?;
    Ok(match (status, state) {
        (Status::InProgress, _) => LinkState::Continue,
        (Status::Completed, _) => LinkState::Completed,
        (Status::NotStarted, _) if visitor.is_preview() => LinkState::Ready,
        (Status::NotStarted, InterviewState::Draft) => LinkState::NotOpenYet,
        (Status::NotStarted, InterviewState::Archived) => LinkState::Closed,
        (Status::NotStarted, _) if expired(&visitor.candidate, now) => LinkState::Expired,
        (Status::NotStarted, InterviewState::Paused) => LinkState::Paused,
        (Status::NotStarted, InterviewState::Open) => LinkState::Ready,
    })
}

fn fault(message: String) -> ServiceError {
    ServiceError::internal(anyhow::anyhow!(message))
}

fn expired(candidate: &candidate::Model, now: Timestamp) -> bool {
    candidate.link_expires_at.is_some_and(|at| at <= now.millis())
}

/// Whether the invited email has to be typed first: only where there is one to compare with.
pub(super) const fn asks_email(visitor: &Visitor) -> bool {
    visitor.interview.require_invited_email && visitor.candidate.email_norm.is_some()
}

/// What a landing page shows. Changes nothing, however often and by whomever it is opened.
///
/// # Errors
/// When the database fails; an unknown link is no error but a state.
pub async fn landing(s: &Services, token: &str) -> Result<Landing> {
    let conn = s.db.read();
    let Some(visitor) = visitor(conn, token).await? else {
        return Ok(unknown());
    };
    let state = link_state(&visitor, s.now())?;
    let workspace = WorkspaceId(visitor.interview.workspace_id);
    let company = workspace::Entity::find_by_id(workspace.0)
        .one(conn)
        .await?
        .map_or_else(String::new, |w| w.name);
    let version = version_of(s, &visitor).await?;
    let settings = &version.settings;
    let total = i32::try_from(version.questions.len()).unwrap_or(i32::MAX);
    let attempt = visitor.session.attempt;
    let retake = retake_offer(conn, &visitor, state).await?;
    let preview = visitor.is_preview();
    Ok(Landing {
        state,
        company,
        asks_email: asks_email(&visitor),
        title: visitor.interview.title,
        welcome: visitor.interview.welcome,
        name: Some(visitor.candidate.name),
        questions: total,
        about_minutes: about_minutes(&version.questions, settings.follow_up_depth),
        time_limit_minutes: settings.time_limit_minutes,
        count_time_away: settings.count_time_away,
        language: settings.language.clone(),
        attempt,
        view: None,
        retake,
        opens_at: None,
        preview,
        walk_in: !preview && visitor.candidate.source == Source::PublicLink.as_str(),
    })
}

/// What a candidate may do about another attempt.
async fn retake_offer(conn: &impl ConnectionTrait, visitor: &Visitor, state: LinkState) -> Result<RetakeOffer> {
    if visitor.is_preview() || state != LinkState::Completed || visitor.interview.state != InterviewState::Open.as_str()
    {
        return Ok(RetakeOffer::None);
    }
    if own_retakes_left(conn, &visitor.candidate, visitor.interview.self_retakes).await? > 0 {
        return Ok(RetakeOffer::Start);
    }
    let waits = waiting_request(conn, &visitor.candidate).await?.is_some();
    Ok(if waits { RetakeOffer::Waiting } else { RetakeOffer::Ask })
}

pub(super) fn unknown() -> Landing {
    Landing {
        state: LinkState::Unknown,
        company: String::new(),
        title: String::new(),
        welcome: String::new(),
        name: None,
        questions: 0,
        about_minutes: 0,
        time_limit_minutes: None,
        count_time_away: false,
        language: "en".to_owned(),
        asks_email: false,
        attempt: 0,
        view: None,
        retake: RetakeOffer::None,
        opens_at: None,
        preview: false,
        walk_in: false,
    }
}

/// Notes that the link was opened, once, and only before the start: an observation for the creator ("perhaps by a mail
/// scanner"), not a state. Call it for a navigating GET only.
///
/// # Errors
/// When the database fails; the page is shown all the same.
pub async fn observe_opened(s: &Services, token: &str) -> Result<()> {
    let Some(known) = visitor(s.db.read(), token).await? else {
        return Ok(());
    };
    if known.is_preview() || known.session.opened_at.is_some() || known.session.status != Status::NotStarted.as_str() {
        return Ok(());
    }
    let tx = s.db.write(Priority::Background).await?;
    let row = crate::sessions::lock(&*tx, known.session.id.into()).await?;
    if row.opened_at.is_some() || row.status != Status::NotStarted.as_str() {
        return Ok(());
    }
    let mut change = row.into_active_model();
    change.opened_at = Set(Some(s.now().millis()));
    let row = change.update(&*tx).await?;
    event(&*tx, s, &row, "link_opened", &known.actor(), None).await?;
    tx.commit().await?;
    crate::sessions::tell(s, &row);
    Ok(())
}

/// The value of the candidate's cookie for the link with this token, whose session they have just come into; `None` for an
/// unknown one.
///
/// # Errors
/// When the database fails.
pub async fn cookie(s: &Services, token: &str) -> Result<Option<String>> {
    let Some(known) = visitor(s.db.read(), token).await? else {
        return Ok(None);
    };
    Ok(Some(s.secrets.candidate_cookie(&CandidateCookie {
        candidate: CandidateId(known.candidate.id),
        link_version: known.candidate.link_version,
        // The cookie follows the session, so it is worth as much as the lease.
        lease: asks_email(&known).then_some(known.session.holder),
    })?))
}

/// Whom a candidate's cookie speaks for, as their present invite token; `None` once the link was replaced or the
/// candidate deleted, and for a cookie that we did not make.
///
/// # Errors
/// When the database fails.
pub async fn token_of_cookie(s: &Services, cookie: &str) -> Result<Option<String>> {
    let Some(cookie) = s.secrets.read_candidate_cookie(cookie) else {
        return Ok(None);
    };
    let (id, link_version) = (cookie.candidate, cookie.link_version);
    if link_version == preview::VERSION {
        return preview::token_of(s, id).await;
    }
    let row = candidate::Entity::find_by_id(id.0)
        .filter(candidate::Column::LinkVersion.eq(link_version))
        .filter(candidate::Column::DeletedAt.is_null())
        .filter(workspace::is_there(candidate::Column::WorkspaceId))
        .one(s.db.read())
        .await?;
    row.map(|row| s.secrets.invite_token(&row.link_key, id, row.link_version))
        .transpose()
}

/// A refusal without a view.
pub(super) fn refuse(error: CandidateErrorCode, detail: &str) -> CandidateError {
    CandidateError {
        error,
        detail: detail.to_owned(),
        retry_after: None,
        view: None,
    }
}

/// A refusal with the present view.
pub(super) fn refuse_with(error: CandidateErrorCode, detail: &str, view: CandidateView) -> CandidateError {
    CandidateError {
        error,
        detail: detail.to_owned(),
        retry_after: None,
        view: Some(Box::new(view)),
    }
}

/// The link is unknown, replaced or deleted: all look the same.
pub(super) fn unknown_link() -> CandidateError {
    refuse(
        CandidateErrorCode::UnknownLink,
        "This link is not valid. Ask the company that invited you for your current link.",
    )
}

/// Turns what went wrong inside into what a candidate may know of it; logs it once.
impl From<ServiceError> for RefusedOr {
    fn from(error: ServiceError) -> Self {
        Self(match error {
            ServiceError::Invalid(fields) => CandidateError {
                error: CandidateErrorCode::Invalid,
                detail: fields.first().map_or_else(String::new, |f| f.message.clone()),
                retry_after: None,
                view: None,
            },
            ServiceError::NotFound | ServiceError::Forbidden => unknown_link(),
            ServiceError::TooMany { retry_after } => CandidateError {
                retry_after: Some(retry_after),
                ..refuse(
                    CandidateErrorCode::TooMany,
                    "Too many tries. Wait a few minutes and try again.",
                )
            },
            other => {
                tracing::error!(error = %other, "a candidate's request failed");
                refuse(
                    CandidateErrorCode::Unavailable,
                    "This did not work right now. Nothing that was saved is lost. Try again in a moment.",
                )
            }
        })
    }
}

impl From<sea_orm::DbErr> for RefusedOr {
    fn from(error: sea_orm::DbErr) -> Self {
        ServiceError::from(error).into()
    }
}

impl From<CandidateError> for RefusedOr {
    fn from(error: CandidateError) -> Self {
        Self(error)
    }
}

/// Carries either kind of failure through `?`; the doors get the [`CandidateError`] inside.
pub(super) struct RefusedOr(pub CandidateError);
