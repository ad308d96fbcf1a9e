//! Public links: off until a creator turns one on; revoking really revokes, creating again makes a new slug.

mod qr;

use crate::{
    Services,
    candidates::lock_interview,
    db::Priority,
    entity::{public_link, workspace},
    error::{Result, ServiceError},
    events::Change,
    input,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use parley_domain::{
    account::{Action, Actor},
    id::{InterviewId, WorkspaceId},
    link::{PublicLink, PublicLinkInput},
    merge::merge_patch,
    time::Timestamp,
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, IntoActiveModel,
    QueryFilter, sea_query::Expr,
};
use serde_json::Value;

fn shown(s: &Services, row: public_link::Model) -> PublicLink {
    let moment = |millis: Option<i64>| millis.map(Timestamp::from_millis);
    PublicLink {
        url: format!("{}/i/{}", s.config.public_url, row.slug),
        slug: row.slug,
        starts: row.starts,
        opens_at: moment(row.opens_at),
        closes_at: moment(row.closes_at),
        max_starts: row.max_starts,
        created_at: Timestamp::from_millis(row.created_at),
    }
}

async fn live(
    conn: &impl ConnectionTrait,
    workspace: WorkspaceId,
    interview: InterviewId,
) -> Result<Option<public_link::Model>> {
    Ok(public_link::Entity::find()
        .filter(public_link::Column::WorkspaceId.eq(workspace.0))
        .filter(public_link::Column::InterviewId.eq(interview.0))
        .filter(public_link::Column::RevokedAt.is_null())
        .one(conn)
        .await?)
}

/// The live link of an interview; `None` where it is invite-only.
///
/// # Errors
/// A role that may not see links.
pub async fn get(s: &Services, actor: &Actor, interview: InterviewId) -> Result<Option<PublicLink>> {
    let workspace = s.allow_own(actor, Action::SeeLinks)?;
    Ok(live(s.db.read(), workspace, interview).await?.map(|row| shown(s, row)))
}

/// The live link of an interview as a QR code, an SVG.
///
/// # Errors
/// Not found where none lives; a role that may not see links.
pub async fn qr(s: &Services, actor: &Actor, interview: InterviewId) -> Result<String> {
    let link = get(s, actor, interview).await?.ok_or(ServiceError::NotFound)?;
    qr::svg(&link.url)
}

/// Turns the public link on, with a new slug.
///
/// # Errors
/// A conflict where one lives already; an unknown interview; a wrong window or cap.
pub async fn create(s: &Services, actor: &Actor, interview: InterviewId, input: PublicLinkInput) -> Result<PublicLink> {
    let workspace = s.allow_own(actor, Action::ManagePublicLinks)?;
    let input = input.checked()?;
    let tx = s.db.write(Priority::Person).await?;
    lock_interview(&*tx, workspace, interview).await?;
    if live(&*tx, workspace, interview).await?.is_some() {
        let detail = "This interview has a public link already. Revoke it first for a new one.";
        return Err(ServiceError::conflict("link_exists", detail));
    }
    let now = s.now().millis();
    let id: uuid::Uuid = s.new_id()?;
    let row = public_link::Model {
        id,
        workspace_id: workspace.0,
        interview_id: interview.0,
        // 96 bits: not secret, but nobody finds one by trying.
        slug: URL_SAFE_NO_PAD.encode(s.secrets.random::<12>()?),
        opens_at: input.opens_at.map(Timestamp::millis),
        closes_at: input.closes_at.map(Timestamp::millis),
        max_starts: input.max_starts,
        starts: 0,
        revoked_at: None,
        created_at: now,
        updated_at: now,
    };
    public_link::Entity::insert(row.clone().into_active_model())
        .exec_without_returning(&*tx)
        .await?;
    tx.commit().await?;
    s.events.send(Change {
        workspace,
        interview,
        candidate: None,
        session: None,
    });
    Ok(shown(s, row))
}

/// Changes window and cap by a merge patch.
///
/// # Errors
/// Not found where none lives; a wrong window or cap.
pub async fn patch(s: &Services, actor: &Actor, interview: InterviewId, change: &Value) -> Result<PublicLink> {
    let workspace = s.allow_own(actor, Action::ManagePublicLinks)?;
    if !change.is_object() {
        return Err(ServiceError::invalid("", "Send an object with the fields to change."));
    }
    let tx = s.db.write(Priority::Person).await?;
    lock_interview(&*tx, workspace, interview).await?;
    let row = live(&*tx, workspace, interview).await?.ok_or(ServiceError::NotFound)?;
    let present = shown(s, row.clone());
    let present = PublicLinkInput {
        opens_at: present.opens_at,
        closes_at: present.closes_at,
        max_starts: present.max_starts,
    };
    let mut merged = serde_json::to_value(present)?;
    merge_patch(&mut merged, change);
    let input: PublicLinkInput = input::parse(merged)?;
    let input = input.checked()?;
    let mut row = row.into_active_model();
    row.opens_at = Set(input.opens_at.map(Timestamp::millis));
    row.closes_at = Set(input.closes_at.map(Timestamp::millis));
    row.max_starts = Set(input.max_starts);
    row.updated_at = Set(s.now().millis());
    let row = row.update(&*tx).await?;
    tx.commit().await?;
    Ok(shown(s, row))
}

/// Revokes the live link; people already inside may finish.
///
/// # Errors
/// Not found where none lives.
pub async fn revoke(s: &Services, actor: &Actor, interview: InterviewId) -> Result<()> {
    let workspace = s.allow_own(actor, Action::ManagePublicLinks)?;
    let tx = s.db.write(Priority::Person).await?;
    let mut row = live(&*tx, workspace, interview)
        .await?
        .ok_or(ServiceError::NotFound)?
        .into_active_model();
    row.revoked_at = Set(Some(s.now().millis()));
    row.updated_at = Set(s.now().millis());
    row.update(&*tx).await?;
    tx.commit().await?;
    s.events.send(Change {
        workspace,
        interview,
        candidate: None,
        session: None,
    });
    Ok(())
}

/// The link with this slug, revoked or not; none of a deleted workspace. What cannot be a slug is not asked for: PostgreSQL
/// takes no NUL in a text.
pub(crate) async fn by_slug(conn: &impl ConnectionTrait, slug: &str) -> Result<Option<public_link::Model>> {
    if slug.len() > 100 || !input::is_slug(slug) {
        return Ok(None);
    }
    Ok(public_link::Entity::find()
        .filter(public_link::Column::Slug.eq(slug))
        .filter(workspace::is_there(public_link::Column::WorkspaceId))
        .one(conn)
        .await?)
}

/// Takes one of the link's starts, if one is left; in the transaction of the start. One conditional UPDATE: however many
/// arrive at once, the cap holds.
pub(crate) async fn take_start(tx: &impl ConnectionTrait, link: &public_link::Model) -> Result<bool> {
    let left = Expr::col(public_link::Column::MaxStarts)
        .is_null()
        .or(Expr::col(public_link::Column::Starts).lt(Expr::col(public_link::Column::MaxStarts)));
    let taken = public_link::Entity::update_many()
        .col_expr(
            public_link::Column::Starts,
            Expr::col(public_link::Column::Starts).add(1),
        )
        .filter(public_link::Column::Id.eq(link.id))
        .filter(public_link::Column::RevokedAt.is_null())
        .filter(left)
        .exec(tx)
        .await?;
    Ok(taken.rows_affected == 1)
}
