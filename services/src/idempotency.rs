//! Answers to repeated requests: a client that does not know whether its POST arrived sends it again with the same key.
//! Only the status and the address of the object that was the answer are kept, never a secret or a name: a repeated
//! request is answered by reading that object again.
//!
//! A request that was lost with its process may have done its work just before: so the id of what it makes is chosen
//! when it is first seen ([`Ticket::id`]) and stays the same when it is sent again.

use crate::{
    Services,
    db::Priority,
    entity::idempotency_key::{ActiveModel, Column, Entity},
    error::{Result, ServiceError},
};
use parley_domain::{
    account::Actor,
    id::{ApiKeyId, WorkspaceId},
    time::{DAY, MINUTE},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, OnConflict},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// For how long a request is answered again, in milliseconds.
pub const KEPT: i64 = DAY;
/// After how long without a sign of life ([`touch`]) a request without an answer counts as lost with its process, in
/// milliseconds.
const ABANDONED: i64 = 2 * MINUTE;

/// What was answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// The HTTP status.
    pub status: u16,
    /// The address of the object that was the answer; none where there was no body.
    pub location: Option<String>,
    /// What the answer is made of again, where it is no object with an address. Where many objects were made at once: the
    /// fate of each, in the order sent; what was wrong with one is found out again from what was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parts: Option<Vec<Part>>,
}

/// Something that an answer is made of again, such as the fate of one of many objects.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// A word.
    pub result: String,
    /// The object that it is about, where there is one.
    pub id: Option<Uuid>,
    /// How many there were, where that was the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
}

/// A request that is being worked on; give it back by [`finish`] or [`release`].
#[derive(Clone, Copy, Debug)]
pub struct Ticket(Uuid);

impl Ticket {
    /// The id for what the request makes: the same whenever it is sent again within 24 hours.
    #[must_use]
    pub const fn id(self) -> Uuid {
        self.0
    }
}

/// What to do with a request.
#[derive(Debug)]
pub enum Begin {
    /// Do it.
    Run(Ticket),
    /// It was done, under this ticket: answer again.
    Done(Ticket, Answered),
    /// Another request with this key is being worked on.
    Running,
    /// The key was used for another request.
    Other,
}

/// Looks whether the request `hash` was sent with `key` before; if not, notes that it is being worked on.
///
/// # Errors
/// When the database fails; an actor that is no API key.
pub async fn begin(s: &Services, actor: &Actor, key: &str, hash: &[u8]) -> Result<Begin> {
    let Actor::ApiKey {
        workspace, key: sender, ..
    } = *actor
    else {
        return Err(ServiceError::Forbidden);
    };
    let now = s.now().millis();
    let row = fresh(s, workspace, sender, key, hash)?;
    let tx = s.db.write(Priority::Person).await?;
    let id = row.id.clone().take().unwrap_or_default();
    // Of two at once one inserts; the other sees its row.
    let inserted = Entity::insert(row.clone())
        .on_conflict(
            OnConflict::columns([Column::ApiKeyId, Column::Key])
                .do_nothing()
                .to_owned(),
        )
        .exec_without_returning(&*tx)
        .await?;
    if inserted > 0 {
        tx.commit().await?;
        return Ok(Begin::Run(Ticket(id)));
    }
    let known = Entity::find()
        .filter(Column::WorkspaceId.eq(workspace.0))
        .filter(Column::ApiKeyId.eq(sender.0))
        .filter(Column::Key.eq(key))
        .lock_exclusive()
        .one(&*tx)
        .await?;
    let Some(known) = known else {
        // Gone between the two statements: the caller asks again.
        return Ok(Begin::Running);
    };
    let same = known.request_hash == hash;
    let over = now - known.created_at >= KEPT;
    let lost = !known.done && now - known.updated_at >= ABANDONED;
    if over || (lost && !same) {
        Entity::delete_by_id(known.id).exec(&*tx).await?;
        Entity::insert(row).exec_without_returning(&*tx).await?;
        tx.commit().await?;
        return Ok(Begin::Run(Ticket(id)));
    }
    if !same {
        return Ok(Begin::Other);
    }
    let ticket = Ticket(known.id);
    if lost {
        // The same row: what the lost request made is met again by its id.
        Entity::update_many()
            .col_expr(Column::CreatedAt, Expr::value(now))
            .col_expr(Column::UpdatedAt, Expr::value(now))
            .filter(Column::Id.eq(known.id))
            .exec(&*tx)
            .await?;
        tx.commit().await?;
        return Ok(Begin::Run(ticket));
    }
    match known.answer {
        Some(answer) if known.done => Ok(Begin::Done(ticket, serde_json::from_value(answer)?)),
        _ => Ok(Begin::Running),
    }
}

fn fresh(s: &Services, workspace: WorkspaceId, sender: ApiKeyId, key: &str, hash: &[u8]) -> Result<ActiveModel> {
    let now = s.now().millis();
    Ok(ActiveModel {
        id: Set(s.new_id()?),
        workspace_id: Set(workspace.0),
        api_key_id: Set(sender.0),
        key: Set(key.to_owned()),
        request_hash: Set(hash.to_vec()),
        done: Set(false),
        status: Set(0),
        answer: Set(None),
        created_at: Set(now),
        updated_at: Set(now),
    })
}

/// Notes what was answered.
///
/// # Errors
/// When the database fails.
pub async fn finish(s: &Services, ticket: Ticket, answered: &Answered) -> Result<()> {
    let tx = s.db.write(Priority::Person).await?;
    let change = ActiveModel {
        done: Set(true),
        status: Set(i32::from(answered.status)),
        answer: Set(Some(serde_json::to_value(answered)?)),
        updated_at: Set(s.now().millis()),
        ..Default::default()
    };
    Entity::update_many()
        .set(change)
        .filter(Column::Id.eq(ticket.0))
        .exec(&*tx)
        .await?;
    tx.commit().await
}

/// Says that a request is still being worked on: a long upload is not taken for lost.
///
/// # Errors
/// When the database fails.
pub async fn touch(s: &Services, ticket: Ticket) -> Result<()> {
    seen_at(s, ticket, s.now().millis()).await
}

/// Lets go of a request that has no answer to be kept, so that it can be sent again, corrected or as it was. As it was it
/// keeps its ticket: a failure may also have come after the work was done.
///
/// # Errors
/// When the database fails.
pub async fn release(s: &Services, ticket: Ticket) -> Result<()> {
    seen_at(s, ticket, 0).await
}

/// When a request that is being worked on was last seen alive.
async fn seen_at(s: &Services, ticket: Ticket, at: i64) -> Result<()> {
    let tx = s.db.write(Priority::Person).await?;
    Entity::update_many()
        .col_expr(Column::UpdatedAt, Expr::value(at))
        .filter(Column::Id.eq(ticket.0))
        .filter(Column::Done.eq(false))
        .exec(&*tx)
        .await?;
    tx.commit().await
}

/// Forgets up to 500 requests that are older than [`KEPT`]; how many there were.
///
/// # Errors
/// When the database fails.
pub async fn purge(s: &Services) -> Result<u64> {
    let limit = s.now().plus(-KEPT).millis();
    // Ids begin with their time, so the primary key finds the old ones; of these, some were sent again later.
    let oldest = uuid::Builder::from_unix_timestamp_millis(u64::try_from(limit).unwrap_or(0), &[0; 10]).into_uuid();
    let due: Vec<Uuid> = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::Id.lt(oldest))
        .filter(Column::CreatedAt.lt(limit))
        .order_by_asc(Column::Id)
        .limit(500)
        .into_tuple()
        .all(s.db.read())
        .await?;
    if due.is_empty() {
        return Ok(0);
    }
    let tx = s.db.write(Priority::Background).await?;
    let gone = Entity::delete_many().filter(Column::Id.is_in(due)).exec(&*tx).await?;
    tx.commit().await?;
    Ok(gone.rows_affected)
}
