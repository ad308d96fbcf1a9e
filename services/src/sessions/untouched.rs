//! Sessions in which nothing is said any more although somebody keeps looking: a page that was left open, a program that
//! opens the link every day. Looking puts off that a session is closed for inactivity, but not for ever.

use super::lifecycle::{change_status, lock, tell};
use crate::{
    Services,
    db::Priority,
    entity::{interview, session, turn},
    error::Result,
};
use parley_domain::{
    account::Actor,
    id::SessionId,
    session::{EndReason, Status, Transition},
    time::{DAY, Timestamp},
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, JoinType, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::Expr,
};
use uuid::Uuid;

/// How many times the interview's inactivity days may go by without a word.
const TIMES: i64 = 4;
/// Sessions that one sweep looks at; the next one goes on.
const BATCH: u64 = 500;

/// Closes sessions that have gone without a word for too long; how many there were.
pub(super) async fn close(s: &Services) -> Result<u64> {
    let now = s.now();
    let patience = Expr::col((interview::Entity, interview::Column::InactivityDays)).mul(DAY * TIMES);
    let latest = Expr::val(now.millis()).sub(patience);
    let said_since = turn::Entity::find()
        .select_only()
        .column(turn::Column::Id)
        .filter(Expr::col((turn::Entity, turn::Column::SessionId)).equals((session::Entity, session::Column::Id)))
        .filter(Expr::col((turn::Entity, turn::Column::CreatedAt)).gte(latest.clone()))
        .into_query();
    let due = session::Entity::find()
        .join(
            JoinType::InnerJoin,
            session::Entity::belongs_to(interview::Entity)
                .from(session::Column::InterviewId)
                .to(interview::Column::Id)
                .into(),
        )
        .select_also(interview::Entity)
        .filter(session::Column::Status.eq(Status::InProgress.as_str()))
        .filter(session::Column::StartedAt.is_not_null())
        // Few have been open for so long; only of these the turns are looked at.
        .filter(Expr::col((session::Entity, session::Column::StartedAt)).lt(latest))
        .filter(Expr::not_exists(said_since))
        .limit(BATCH)
        .all(s.db.read())
        .await?;
    let mut closed = 0;
    for (row, of) in due {
        let Some(of) = of else { continue };
        let patience = i64::from(of.inactivity_days) * DAY * TIMES;
        match close_one(s, row.id, patience, now).await {
            Ok(done) => closed += u64::from(done),
            // One that cannot be closed is no reason to leave the others open.
            Err(error) => {
                tracing::error!(%error, session = %row.id, "a session could not be closed; the next sweep tries again")
            }
        }
    }
    Ok(closed)
}

async fn close_one(s: &Services, id: Uuid, patience: i64, now: Timestamp) -> Result<bool> {
    let tx = s.db.write(Priority::Background).await?;
    // Again under the lock: they may have said something meanwhile.
    let row = lock(&*tx, SessionId(id)).await?;
    let touched = last_word(&*tx, &row).await?;
    if row.status != Status::InProgress.as_str() || now.since(touched) <= patience {
        return Ok(false);
    }
    let reason = Transition::Complete(EndReason::Inactivity);
    let row = change_status(&*tx, s, row, reason, &Actor::System, touched.plus(patience), |_| {}).await?;
    tx.commit().await?;
    tell(s, &row);
    Ok(true)
}

/// When something was said last.
async fn last_word(conn: &impl ConnectionTrait, row: &session::Model) -> Result<Timestamp> {
    let at: Option<i64> = turn::Entity::find()
        .filter(turn::Column::SessionId.eq(row.id))
        .order_by_desc(turn::Column::Number)
        .select_only()
        .column(turn::Column::CreatedAt)
        .into_tuple()
        .one(conn)
        .await?;
    Ok(Timestamp::from_millis(at.or(row.started_at).unwrap_or(row.created_at)))
}
