//! Recently deleted: who can still be brought back, one by one, by a search, or together with whoever was deleted with them.

use super::delete::DELETED_KEPT_DAYS;
use crate::{Services, entity::candidate, error::Result, interviews, paging, sessions::search_pattern};
use parley_domain::{
    account::{Action, Actor},
    id::{CandidateId, InterviewId, WorkspaceId},
    paging::{Page, PageRequest, SELECT_MAX},
    time::{DAY, SECOND, Timestamp},
};
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
    sea_query::{Expr, ExprTrait},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Whoever was deleted no longer than this after the one before was deleted together with them. Very many are deleted part by
/// part, each part at a moment of its own, and what lies between is the time that a request takes.
const APART: i64 = 30 * SECOND;

/// A row of Recently deleted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeletedCandidate {
    /// Who.
    pub id: CandidateId,
    /// Their name.
    pub name: String,
    /// Their email.
    pub email: Option<String>,
    /// When they were deleted.
    pub deleted_at: Timestamp,
    /// When they go for good.
    pub purged_at: Timestamp,
}

/// People who were deleted together, two at least.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Together {
    /// When the first of them was deleted.
    pub from: Timestamp,
    /// When the last of them was.
    pub to: Timestamp,
    /// How many are still deleted.
    pub people: u64,
}

/// What Recently deleted shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deleted {
    /// Those at the top of the list, last deleted first.
    pub rows: Vec<DeletedCandidate>,
    /// How many there are in all.
    pub total: u64,
    /// Who was deleted together, last deleted first; of a search, nothing.
    pub together: Vec<Together>,
}

/// The moment until which somebody who was deleted at `at` can be brought back.
#[must_use]
pub fn purged_at(at: Timestamp) -> Timestamp {
    at.plus(DELETED_KEPT_DAYS * DAY)
}

/// The first `most` of the deleted candidates of an interview whom a search names, all of them counted, and without a search who
/// was deleted together.
///
/// # Errors
/// A role that is too low; unknown and foreign interviews; a search that is too long.
pub async fn deleted(s: &Services, actor: &Actor, interview: InterviewId, q: &str, most: u64) -> Result<Deleted> {
    let workspace = s.allow_own(actor, Action::EditCandidates)?;
    interviews::known(s.db.read(), workspace, interview).await?;
    let query = named(workspace, interview, q)?;
    let rows = newest(s, query.clone(), most).await?;
    let times: Vec<(i64, i64)> = query
        .select_only()
        .column(candidate::Column::DeletedAt)
        .column_as(candidate::Column::Id.count(), "n")
        .group_by(candidate::Column::DeletedAt)
        .order_by_desc(candidate::Column::DeletedAt)
        .into_tuple()
        .all(s.db.read())
        .await?;
    Ok(Deleted {
        rows: rows.into_iter().map(shown).collect(),
        total: times.iter().map(|(_, n)| n.unsigned_abs()).sum(),
        together: if q.trim().is_empty() {
            together(times)
        } else {
            Vec::new()
        },
    })
}

/// Those of them who were deleted from the first to the second of these moments, both included, or ever: for bringing them
/// back. Last deleted first, [`SELECT_MAX`] at most.
///
/// # Errors
/// As [`deleted`].
pub async fn deleted_ids(
    s: &Services,
    actor: &Actor,
    interview: InterviewId,
    q: &str,
    within: Option<(Timestamp, Timestamp)>,
) -> Result<Vec<CandidateId>> {
    let workspace = s.allow_own(actor, Action::EditCandidates)?;
    interviews::known(s.db.read(), workspace, interview).await?;
    let mut query = named(workspace, interview, q)?;
    if let Some((from, to)) = within {
        query = query.filter(candidate::Column::DeletedAt.between(from.millis(), to.millis()));
    }
    let ids: Vec<Uuid> = query
        .select_only()
        .column(candidate::Column::Id)
        .order_by_desc(candidate::Column::DeletedAt)
        .order_by_desc(candidate::Column::Id)
        .limit(SELECT_MAX)
        .into_tuple()
        .all(s.db.read())
        .await?;
    Ok(ids.into_iter().map(CandidateId).collect())
}

/// A page of the deleted candidates of an interview, last deleted first.
///
/// # Errors
/// A role that is too low; unknown and foreign interviews; a limit or cursor that is none.
pub async fn deleted_page(
    s: &Services,
    actor: &Actor,
    interview: InterviewId,
    request: &PageRequest,
) -> Result<Page<DeletedCandidate>> {
    let workspace = s.allow_own(actor, Action::EditCandidates)?;
    let limit = paging::rows(request)?;
    interviews::known(s.db.read(), workspace, interview).await?;
    let mut query = named(workspace, interview, "")?;
    if let Some(cursor) = request.cursor.as_deref() {
        let (at, id) = (candidate::Column::DeletedAt, candidate::Column::Id);
        query = query.filter(paging::older(cursor, at, id)?);
    }
    let found = newest(s, query, limit + 1).await?;
    let page = paging::page(found, limit, |(id, .., at)| (*at, *id))?;
    Ok(page.map(shown))
}

/// The deleted candidates of an interview; with a search, those whom it names, found as in the list of sessions.
fn named(workspace: WorkspaceId, interview: InterviewId, q: &str) -> Result<Select<candidate::Entity>> {
    let query = candidate::Entity::find()
        .filter(candidate::Column::WorkspaceId.eq(workspace.0))
        .filter(candidate::Column::InterviewId.eq(interview.0))
        .filter(candidate::Column::DeletedAt.is_not_null());
    Ok(match search_pattern(q)? {
        Some(pattern) => query.filter(Expr::col((candidate::Entity, candidate::Column::SearchKey)).like(pattern)),
        None => query,
    })
}

/// Who, their name, their email, and when they were deleted.
type Row = (Uuid, String, Option<String>, i64);

/// The last deleted of these.
async fn newest(s: &Services, query: Select<candidate::Entity>, most: u64) -> Result<Vec<Row>> {
    use candidate::Column as C;
    Ok(query
        .select_only()
        .columns([C::Id, C::Name, C::Email, C::DeletedAt])
        .order_by_desc(C::DeletedAt)
        .order_by_desc(C::Id)
        .limit(most)
        .into_tuple()
        .all(s.db.read())
        .await?)
}

fn shown((id, name, email, at): Row) -> DeletedCandidate {
    let deleted_at = Timestamp::from_millis(at);
    DeletedCandidate {
        id: CandidateId(id),
        name,
        email,
        deleted_at,
        purged_at: purged_at(deleted_at),
    }
}

/// Who was deleted together, out of the moments with how many were deleted at each, newest first.
fn together(times: Vec<(i64, i64)>) -> Vec<Together> {
    let mut acts: Vec<Together> = Vec::new();
    for (at, people) in times {
        let (at, people) = (Timestamp::from_millis(at), people.unsigned_abs());
        match acts.last_mut() {
            Some(act) if act.from.since(at) <= APART => {
                act.from = at;
                act.people += people;
            }
            _ => acts.push(Together {
                from: at,
                to: at,
                people,
            }),
        }
    }
    acts.retain(|act| act.people > 1);
    acts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_one_act_belong_together_and_other_acts_do_not() {
        let second = |n: i64| n * SECOND;
        let act = |from, to, people| Together {
            from: Timestamp::from_millis(second(from)),
            to: Timestamp::from_millis(second(to)),
            people,
        };
        let times = [
            (500, 50),
            (495, 200),
            (490, 200),
            (459, 1),
            (400, 1),
            (380, 1),
            (100, 9),
        ];
        let times = times.map(|(at, n)| (second(at), n)).to_vec();
        assert_eq!(
            together(times),
            [act(490, 500, 450), act(380, 400, 2), act(100, 100, 9)]
        );
        assert_eq!(together(Vec::new()), []);
    }
}
