//! How turns are stored: together with what they make of their session, and only if the session still is as it was when
//! they were made up. So that can happen outside of the transaction, and the transaction is short.

use crate::{
    Services,
    db::Priority,
    entity::{candidate, session, turn},
    error::{Result, ServiceError},
};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{NotSet, Set},
    ColumnTrait, Condition, ConnectionTrait, DatabaseBackend, EntityTrait, IntoActiveModel, Iterable, QueryFilter,
    QuerySelect, QueryTrait,
    sea_query::{CommonTableExpression, Expr, Query, UnionType, UpdateStatement, Value, WithClause},
};

/// Writes what `after` differs from `before` in, and `said`; `false`, and nothing is written, if the session is not as it
/// was in `before` any more, or, with `link`, if the candidate's link was replaced or they were deleted.
///
/// Whoever adds a turn counts it in the session's row: as long as the count is the same, the turns are.
pub(super) async fn store(
    tx: &impl ConnectionTrait,
    before: &session::Model,
    after: &session::Model,
    link: Option<&candidate::Model>,
    said: Vec<turn::Model>,
) -> Result<bool> {
    let change = change(before, after);
    if !change.is_changed() {
        return Ok(true);
    }
    let mut unchanged = unchanged(before);
    if let Some(link) = link {
        unchanged = unchanged.add(Expr::exists(
            candidate::Entity::find()
                .select_only()
                .column(candidate::Column::Id)
                .filter(candidate::Column::Id.eq(link.id))
                .filter(candidate::Column::LinkHash.eq(link.link_hash.clone()))
                .filter(candidate::Column::DeletedAt.is_null())
                .into_query(),
        ));
    }
    let update = session::Entity::update_many().set(change).filter(unchanged);
    if tx.get_database_backend() == DatabaseBackend::Postgres && !said.is_empty() {
        return at_once(tx, update.into_query(), said).await;
    }
    if update.exec(tx).await?.rows_affected == 0 {
        return Ok(false);
    }
    if !said.is_empty() {
        turn::Entity::insert_many(said.into_iter().map(IntoActiveModel::into_active_model))
            .exec_without_returning(tx)
            .await?;
    }
    Ok(true)
}

/// The same as a transaction of its own.
pub(super) async fn store_alone(
    s: &Services,
    before: &session::Model,
    after: &session::Model,
    link: Option<&candidate::Model>,
    said: Vec<turn::Model>,
) -> Result<bool> {
    if !s.db.is_sqlite() {
        // It is one statement, which PostgreSQL does wholly or not at all: no need to say where it begins and ends.
        return store(s.db.read(), before, after, link, said).await;
    }
    let tx = s.db.write(Priority::Person).await?;
    let stored = store(&*tx, before, after, link, said).await?;
    if stored {
        tx.commit().await?;
    }
    Ok(stored)
}

/// Updates a session and, if that found it, inserts turns, in one statement: a way to PostgreSQL and back costs more than
/// what it does there. SQLite, which is no way at all, knows no such statement.
async fn at_once(tx: &impl ConnectionTrait, mut update: UpdateStatement, said: Vec<turn::Model>) -> Result<bool> {
    const FOUND: &str = "found";
    update.returning_col(session::Column::Id);
    let mut rows = said.into_iter().map(|turn| {
        let turn = turn.into_active_model();
        let values = turn::Column::iter().map(|column| turn.get(column).into_value());
        let values = values.map(|value| value.map_or_else(|| Expr::value(Option::<String>::None), Expr::value));
        Query::select().exprs(values).from(FOUND).to_owned()
    });
    let Some(mut select) = rows.next() else {
        return Ok(true);
    };
    for row in rows {
        select.union(UnionType::All, row);
    }
    let mut insert = Query::insert();
    insert
        .into_table(turn::Entity)
        .columns(turn::Column::iter())
        .select_from(select)
        .map_err(ServiceError::internal)?;
    let found = CommonTableExpression::new().query(update).table_name(FOUND).to_owned();
    let statement = insert.with(WithClause::new().cte(found).to_owned());
    Ok(tx.execute(&statement).await?.rows_affected() > 0)
}

/// All that decides what may be said next, and by whom.
fn unchanged(row: &session::Model) -> Condition {
    use session::Column as C;
    Condition::all()
        .add(C::Id.eq(row.id))
        .add(is(C::CandidateId, row.candidate_id))
        .add(C::IsCurrent.eq(row.is_current))
        .add(C::Status.eq(row.status.as_str()))
        .add(is(C::Awaiting, row.awaiting.as_deref()))
        .add(C::Turns.eq(row.turns))
        .add(C::Holder.eq(row.holder))
        .add(C::Presence.eq(row.presence.as_str()))
        .add(C::ActiveMs.eq(row.active_ms))
        .add(is(C::LastSeenAt, row.last_seen_at))
}

fn is<V: Into<Value>>(column: session::Column, value: Option<V>) -> Expr {
    value.map_or_else(|| column.is_null(), |value| column.eq(value))
}

/// The columns that a turn or a sign of life changes, where they did: what is not named costs no index.
fn change(before: &session::Model, after: &session::Model) -> session::ActiveModel {
    macro_rules! changed {
        ($($column:ident),+) => {
            session::ActiveModel {
                $($column: if before.$column == after.$column { NotSet } else { Set(after.$column.clone()) },)+
                ..Default::default()
            }
        };
    }
    changed!(
        awaiting,
        question_index,
        prompt_id,
        follow_ups,
        turns,
        presence,
        last_seen_at,
        deadline,
        active_ms,
        duration_key,
        updated_at
    )
}
