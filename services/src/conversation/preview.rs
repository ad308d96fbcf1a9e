//! Previews: a creator takes the interview as a candidate would. A session without a candidate, which stands in no list,
//! count or export, is not analysed, costs nothing, and is gone after a day.
//!
//! Its link is derived like an invite link, of the session and link version 0, which no candidate's link has.

use super::door::Visitor;
use crate::{
    Services,
    db::Priority,
    entity::{candidate, interview, preview, session, user, workspace},
    error::{Result, ServiceError},
    interviews, secrets,
    sessions::new_session,
};
use parley_domain::{
    account::{Action, Actor},
    candidate::Source,
    id::{CandidateId, InterviewId, SessionId, WorkspaceId},
    link::Preview,
    time::{DAY, Timestamp},
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

/// How long a preview is kept, in milliseconds.
const KEPT: i64 = DAY;
/// The link version of previews.
pub(super) const VERSION: i32 = 0;
/// Previews that one sweep removes; the next one goes on.
const BATCH: u64 = 200;

/// The link's token; the current key made it, because nobody needs it for longer than a day.
fn token(s: &Services, session: Uuid) -> Result<String> {
    s.secrets
        .invite_token(s.secrets.current_key(), CandidateId(session), VERSION)
}

/// Makes a preview of an interview, whatever its state; its link opens the landing page as candidates see it.
///
/// # Errors
/// A conflict for an interview without a question; an unknown one; a role that is too low.
pub async fn create(s: &Services, actor: &Actor, id: InterviewId) -> Result<Preview> {
    create_as(s, actor, s.new_id()?, id).await
}

/// Makes a preview whose session has an id that was chosen before. Where it is there already, the same request made it: it
/// is answered as it is.
///
/// # Errors
/// As [`create`].
pub async fn create_as(s: &Services, actor: &Actor, session_id: SessionId, id: InterviewId) -> Result<Preview> {
    let workspace = s.allow_own(actor, Action::EditInterviews)?;
    if let Some(row) = of_session(s, workspace, session_id).await? {
        return shown(s, &row);
    }
    let session_id = session_id.0;
    let of = interview::Entity::find_by_id(id.0)
        .filter(interview::Column::WorkspaceId.eq(workspace.0))
        .one(s.db.read())
        .await?
        .ok_or(ServiceError::NotFound)?;
    let version = interviews::version(s.db.read(), workspace, of.version_id.into()).await?;
    if version.questions.is_empty() {
        return Err(ServiceError::conflict(
            "no_questions",
            "There is nothing to preview yet. Add a question first.",
        ));
    }
    let name = name_of(s, actor).await?;
    let now = s.now();
    let taker = stand_in(&of, session_id, &name, now);
    let row = session::Model {
        id: session_id,
        candidate_id: None,
        is_current: false,
        listed: false,
        ..new_session(s, &taker, 1)?
    };
    let token = token(s, session_id)?;
    let preview = preview::Model {
        id: s.new_id()?,
        workspace_id: workspace.0,
        session_id,
        link_hash: secrets::hash(&token),
        name,
        made_by: actor.code(),
        created_at: now.millis(),
        updated_at: now.millis(),
    };
    let tx = s.db.write(Priority::Person).await?;
    session::Entity::insert(row.into_active_model())
        .exec_without_returning(&*tx)
        .await?;
    preview::Entity::insert(preview.clone().into_active_model())
        .exec_without_returning(&*tx)
        .await?;
    tx.commit().await?;
    shown(s, &preview)
}

/// The preview with this session once more, with its link.
///
/// # Errors
/// [`ServiceError::NotFound`] once it is gone; a role that is too low.
pub async fn again(s: &Services, actor: &Actor, session: SessionId) -> Result<Preview> {
    let workspace = s.allow_own(actor, Action::EditInterviews)?;
    let row = of_session(s, workspace, session).await?.ok_or(ServiceError::NotFound)?;
    shown(s, &row)
}

async fn of_session(s: &Services, workspace: WorkspaceId, session: SessionId) -> Result<Option<preview::Model>> {
    Ok(preview::Entity::find()
        .filter(preview::Column::WorkspaceId.eq(workspace.0))
        .filter(preview::Column::SessionId.eq(session.0))
        .one(s.db.read())
        .await?)
}

fn shown(s: &Services, row: &preview::Model) -> Result<Preview> {
    let token = token(s, row.session_id)?;
    Ok(Preview {
        url: format!("{}/i/invite/{token}", s.config.public_url),
        expires_at: Timestamp::from_millis(row.created_at).plus(KEPT),
    })
}

/// The creator's own name, so that they read what a candidate would.
async fn name_of(s: &Services, actor: &Actor) -> Result<String> {
    let name: Option<String> = match actor {
        Actor::Member { user, .. } => {
            user::Entity::find_by_id(user.0)
                .select_only()
                .column(user::Column::Name)
                .into_tuple()
                .one(s.db.read())
                .await?
        }
        _ => None,
    };
    Ok(name.unwrap_or_else(|| "Preview".to_owned()))
}

/// Whom the conversation takes for its candidate; never stored.
fn stand_in(of: &interview::Model, session: Uuid, name: &str, at: Timestamp) -> candidate::Model {
    candidate::Model {
        id: session,
        workspace_id: of.workspace_id,
        interview_id: of.id,
        name: name.to_owned(),
        email: None,
        email_norm: None,
        email_verified: false,
        phone: None,
        school: None,
        major: None,
        degree: None,
        graduation_year: None,
        work_experience: None,
        notes: None,
        search_key: String::new(),
        source: Source::Invited.as_str().to_owned(),
        import_id: None,
        resume_file_id: None,
        resume_name: None,
        link_version: VERSION,
        link_key: String::new(),
        link_hash: Vec::new(),
        link_expires_at: None,
        possible_duplicate_of: None,
        deleted_at: None,
        start_hash: None,
        created_at: at.millis(),
        updated_at: at.millis(),
    }
}

/// Whom a preview's link leads to.
pub(super) async fn visitor(conn: &impl ConnectionTrait, hash: Vec<u8>) -> Result<Option<Visitor>> {
    let Some(preview) = preview::Entity::find()
        .filter(preview::Column::LinkHash.eq(hash))
        .filter(workspace::is_there(preview::Column::WorkspaceId))
        .one(conn)
        .await?
    else {
        return Ok(None);
    };
    let Some(session) = session::Entity::find_by_id(preview.session_id).one(conn).await? else {
        return Ok(None);
    };
    let interview = interview::Entity::find_by_id(session.interview_id).one(conn).await?;
    Ok(interview.map(|interview| Visitor {
        candidate: stand_in(
            &interview,
            session.id,
            &preview.name,
            Timestamp::from_millis(preview.created_at),
        ),
        interview,
        session,
    }))
}

/// By which name the interviewer calls whoever takes the preview with this session.
pub(super) async fn name(conn: &impl ConnectionTrait, session: Uuid) -> Result<Option<String>> {
    Ok(preview::Entity::find()
        .filter(preview::Column::SessionId.eq(session))
        .one(conn)
        .await?
        .map(|row| row.name))
}

/// The token of the preview with this session, for its own cookie; `None` once it is gone.
pub(super) async fn token_of(s: &Services, session: CandidateId) -> Result<Option<String>> {
    let known = preview::Entity::find()
        .filter(preview::Column::SessionId.eq(session.0))
        .filter(workspace::is_there(preview::Column::WorkspaceId))
        .one(s.db.read())
        .await?;
    known.map(|row| token(s, row.session_id)).transpose()
}

/// Removes previews of yesterday with their sessions; how many there were.
///
/// # Errors
/// When the database fails.
pub async fn purge(s: &Services) -> Result<u64> {
    let old: Vec<Uuid> = preview::Entity::find()
        .filter(preview::Column::CreatedAt.lt(s.now().plus(-KEPT).millis()))
        .order_by_asc(preview::Column::CreatedAt)
        .limit(BATCH)
        .select_only()
        .column(preview::Column::SessionId)
        .into_tuple()
        .all(s.db.read())
        .await?;
    let mut gone = 0;
    for chunk in old.chunks(20) {
        let tx = s.db.write(Priority::Background).await?;
        gone += session::Entity::delete_many()
            .filter(session::Column::Id.is_in(chunk.to_vec()))
            .filter(session::Column::CandidateId.is_null())
            .exec(&*tx)
            .await?
            .rows_affected;
        tx.commit().await?;
    }
    Ok(gone)
}
