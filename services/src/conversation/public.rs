//! The public link: anyone with the URL may start, as a candidate of their own.

use super::{
    door::{RefusedOr, Visitor, refuse, unknown_link},
    start::{StartInput, begin},
    view::{Scene, not_open},
};
use crate::{
    Services,
    candidates::{self, NewCandidate, twin},
    db::Priority,
    entity::{candidate, interview, public_link, session, workspace},
    error::{Result, ServiceError},
    links, secrets,
    sessions::tell,
};
use parley_domain::{
    candidate::{CandidateInput, Source},
    conversation::{CandidateError, CandidateErrorCode, CandidateView},
    id::{CandidateId, InterviewId, WorkspaceId},
    interview::{InterviewState, about_minutes},
    link::{Landing, LinkState},
    text,
    time::{MINUTE, Timestamp},
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QuerySelect,
};

/// For how long pressing start again on the same page finds the same session.
const SAME_START: i64 = 10 * MINUTE;

/// What comes with a public start.
#[derive(Clone, Debug, Default)]
pub struct PublicStart {
    /// The person's name.
    pub name: String,
    /// Their email.
    pub email: String,
    /// Random, made for each page that was shown: pressing twice starts once.
    pub start_id: Option<String>,
    /// Consent and how the page takes part.
    pub start: StartInput,
}

fn state_of(link: &public_link::Model, interview: &interview::Model, now: Timestamp) -> Result<LinkState> {
    let state: InterviewState = interview
        .state
        .parse()
        .map_err(|e: String| ServiceError::internal(anyhow::anyhow!(e)))?;
    let now = now.millis();
    Ok(if link.revoked_at.is_some() {
        LinkState::Revoked
    } else if state == InterviewState::Draft || link.opens_at.is_some_and(|at| at > now) {
        LinkState::NotOpenYet
    } else if state == InterviewState::Archived || link.closes_at.is_some_and(|at| at <= now) {
        LinkState::Closed
    } else if state == InterviewState::Paused {
        LinkState::Paused
    } else if link.max_starts.is_some_and(|most| link.starts >= most) {
        LinkState::Full
    } else {
        LinkState::Ready
    })
}

/// What the page of a public link shows; changes nothing.
///
/// # Errors
/// When the database fails; an unknown slug is no error but a state.
pub async fn public_landing(s: &Services, slug: &str) -> Result<Landing> {
    let conn = s.db.read();
    let Some(link) = links::by_slug(conn, slug).await? else {
        return Ok(super::door::unknown());
    };
    let Some(of) = interview::Entity::find_by_id(link.interview_id).one(conn).await? else {
        return Ok(super::door::unknown());
    };
    let state = state_of(&link, &of, s.now())?;
    let workspace = WorkspaceId(of.workspace_id);
    let company = workspace::Entity::find_by_id(workspace.0)
        .one(conn)
        .await?
        .map_or_else(String::new, |w| w.name);
    let version = s.pinned.get(conn, &of, of.version_id.into()).await?;
    Ok(Landing {
        state,
        company,
        title: of.title,
        welcome: of.welcome,
        questions: i32::try_from(version.questions.len()).unwrap_or(i32::MAX),
        about_minutes: about_minutes(&version.questions, version.settings.follow_up_depth),
        time_limit_minutes: version.settings.time_limit_minutes,
        count_time_away: version.settings.count_time_away,
        opens_at: link
            .opens_at
            .filter(|at| state == LinkState::NotOpenYet && *at > s.now().millis())
            .map(Timestamp::from_millis),
        language: version.settings.language.clone(),
        attempt: 1,
        ..super::door::unknown()
    })
}

/// Starts by a public link: a candidate with a session in progress and an invite link of their own. The same email again
/// starts like any other: nobody learns whether it was known, and nobody enters another's session.
///
/// Returns the view and the invite token.
///
/// # Errors
/// A link that takes no starts now, wrong name or email, missing consent.
pub async fn start_public(
    s: &Services,
    slug: &str,
    input: PublicStart,
) -> Result<(CandidateView, String), CandidateError> {
    start_inner(s, slug, input).await.map_err(|RefusedOr(e)| e)
}

async fn start_inner(s: &Services, slug: &str, input: PublicStart) -> Result<(CandidateView, String), RefusedOr> {
    let fields = CandidateInput {
        name: input.name,
        email: Some(input.email),
        ..Default::default()
    };
    let fields = fields.checked(i32::from(s.now().year())).map_err(ServiceError::from)?;
    let email = fields.email.as_deref().map(text::email_norm);
    let email = email.ok_or_else(|| refuse(CandidateErrorCode::Invalid, "Type your email address."))?;
    if !input.start.consent {
        return Err(refuse(
            CandidateErrorCode::ConsentNeeded,
            "Tick the box to agree before you start.",
        )
        .into());
    }
    let start_hash = input
        .start_id
        .filter(|id| (16..=100).contains(&id.len()))
        .map(|id| secrets::hash(&id));
    // First where nobody waits: whoever has no link does not queue with those who write.
    links::by_slug(s.db.read(), slug).await?.ok_or_else(unknown_link)?;
    let tx = s.db.write(Priority::Person).await?;
    let link = links::by_slug(&*tx, slug).await?.ok_or_else(unknown_link)?;
    let of = interview::Entity::find_by_id(link.interview_id)
        .lock_exclusive()
        .one(&*tx)
        .await?
        .ok_or_else(unknown_link)?;
    if let Some(hash) = &start_hash
        && let Some(known) = pressed_before(s, &*tx, hash, &of, (&fields.name, &email)).await?
    {
        drop(tx);
        let token = token_of(s, &known.candidate)?;
        return Ok((Scene::around(s, known).await?.view(s)?, token));
    }
    let start_hash = match start_hash {
        // A page that was kept open, or came back by the browser's own history, long after its first start, or somebody
        // else has typed their name into it: whoever sits there now does not get what the first one has.
        Some(hash) if used_before(&*tx, &hash).await? => None,
        other => other,
    };
    if state_of(&link, &of, s.now())? != LinkState::Ready || !links::take_start(&*tx, &link).await? {
        return Err(not_open().into());
    }
    let (workspace, id) = (WorkspaceId(of.workspace_id), InterviewId(of.id));
    let known_as = match twin(&*tx, workspace, id, &email, false).await? {
        None => twin(&*tx, workspace, id, &email, true).await?,
        found => found,
    };
    let new = NewCandidate {
        possible_duplicate_of: known_as,
        ..NewCandidate::plain(fields, Source::PublicLink)
    };
    let (row, session) = candidates::insert(&*tx, s, &of, new).await?;
    let mut change = row.into_active_model();
    // Their own link is theirs to come back by; an interview's expiry is for invitations.
    change.link_expires_at = Set(None);
    change.start_hash = Set(start_hash);
    let candidate = change.update(&*tx).await?;
    let token = token_of(s, &candidate)?;
    let scene = begin(
        s,
        &*tx,
        Visitor {
            candidate,
            interview: of,
            session,
        },
        &input.start,
    )
    .await?;
    tx.commit().await?;
    tell(s, &scene.known.session);
    Ok((scene.shown_and_kept(s)?, token))
}

fn token_of(s: &Services, row: &candidate::Model) -> Result<String> {
    s.secrets
        .invite_token(&row.link_key, CandidateId(row.id), row.link_version)
}

/// Whether a start with this mark is stored already: each stands once.
async fn used_before(tx: &impl ConnectionTrait, hash: &[u8]) -> Result<bool> {
    let found = candidate::Entity::find()
        .filter(candidate::Column::StartHash.eq(hash))
        .select_only()
        .column(candidate::Column::Id)
        .into_tuple::<uuid::Uuid>()
        .one(tx)
        .await?;
    Ok(found.is_some())
}

/// The session that an earlier press on the same page started, with the same name and email in it.
async fn pressed_before(
    s: &Services,
    tx: &impl ConnectionTrait,
    hash: &[u8],
    of: &interview::Model,
    (name, email): (&str, &str),
) -> Result<Option<Visitor>> {
    let found = candidate::Entity::find()
        .filter(candidate::Column::StartHash.eq(hash))
        .filter(candidate::Column::InterviewId.eq(of.id))
        .filter(candidate::Column::Name.eq(name))
        .filter(candidate::Column::EmailNorm.eq(email))
        .filter(candidate::Column::DeletedAt.is_null())
        .filter(candidate::Column::CreatedAt.gt(s.now().plus(-SAME_START).millis()))
        .one(tx)
        .await?;
    let Some(candidate) = found else { return Ok(None) };
    let session = session::Entity::find()
        .filter(session::Column::CandidateId.eq(candidate.id))
        .filter(session::Column::IsCurrent.eq(true))
        .one(tx)
        .await?;
    Ok(session.map(|session| Visitor {
        candidate,
        interview: of.clone(),
        session,
    }))
}
