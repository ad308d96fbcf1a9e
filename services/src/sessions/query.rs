//! Which sessions a list, a count or an export is about: one filter, one place. All of it runs on columns that stand in
//! the session itself, so that an index serves it; only the search looks at candidates.

use super::cursor::{Cursor, Key, Kind};
use crate::{
    Services,
    entity::{candidate, session},
    error::{Result, ServiceError},
};
use parley_domain::{
    id::{CandidateId, InterviewId, WorkspaceId},
    session::{Decided, SessionFilter, SessionOrder, SessionSort, Verdict},
    text,
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select,
    sea_query::{self, Expr, ExprTrait, LikeExpr},
};
use uuid::Uuid;

/// Longest search that is taken, in characters.
const SEARCH_MAX: usize = 200;
/// Up to so many found candidates are named in the query; with more, rows are looked at in the order of the list, which
/// then meets a match soon.
const FOUND_MAX: u64 = 2_000;
/// Up to so many sessions of one decision are sorted; with more, rows are looked at in the order of the list, which then
/// meets one soon.
const SORTED_MAX: u64 = 10_000;

/// Whose sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope {
    /// Always one workspace.
    pub workspace: WorkspaceId,
    /// One of its interviews, or all.
    pub interview: Option<InterviewId>,
}

/// The sessions of a filter, ready to be ordered or counted.
#[derive(Clone, Debug)]
pub(super) struct Query {
    select: Select<session::Entity>,
    all_attempts: bool,
    /// SQLite, asked for all interviews and every status: see [`Query::page`].
    keep_order: bool,
    /// SQLite, asked for what was decided: see [`current`].
    by_decision: bool,
}

/// What is asked about decisions.
#[derive(Clone, Copy, Debug)]
enum Asked {
    /// Nothing was decided.
    Nothing,
    /// Something was.
    Something,
    /// This was decided last.
    This(Verdict),
}

impl Query {
    /// Reads a filter. What cannot match anything (an empty range) matches nothing; what cannot be read is refused.
    pub(super) async fn new(s: &Services, scope: Scope, filter: &SessionFilter, by: SessionSort) -> Result<Self> {
        Self::within(s, scope, all_of(scope), filter, by).await
    }

    /// The sessions of a filter that are these candidates', looked up by who it is: they are few beside all that the list has.
    pub(super) async fn of(s: &Services, scope: Scope, filter: &SessionFilter, ids: &[CandidateId]) -> Result<Self> {
        use session::Column as C;
        let select = session::Entity::find().filter(C::CandidateId.is_in(ids.iter().map(|id| id.0)));
        let (column, name, whose) = match scope.interview {
            Some(interview) => (C::InterviewId, "interview_id", interview.0),
            None => (C::WorkspaceId, "workspace_id", scope.workspace.0),
        };
        let select = if s.db.is_sqlite() {
            // SQLite takes one value for rarer than a thousand, and would read all of the interview for each thousand. The plus
            // sign leaves it the index of the candidates only; sorted by name, the status has such a sign as well.
            select.filter(Expr::cust_with_values(format!(r#"+"session"."{name}" = ?"#), [whose]))
        } else {
            select.filter(column.eq(whose))
        };
        Self::within(s, scope, select, filter, SessionSort::Name).await
    }

    async fn within(
        s: &Services,
        scope: Scope,
        mut select: Select<session::Entity>,
        filter: &SessionFilter,
        by: SessionSort,
    ) -> Result<Self> {
        use session::Column as C;
        if let Some(status) = filter.status {
            // SQLite would take the index that begins with the status and sort what it finds. The plus sign keeps it on
            // the index that has the order already; that one holds the status too.
            let in_order = matches!(by, SessionSort::Added | SessionSort::Status) || !s.db.is_sqlite();
            select = if in_order {
                select.filter(C::Status.eq(status.as_str()))
            } else {
                select.filter(Expr::cust_with_values(r#"+"session"."status" = ?"#, [status.as_str()]))
            };
        }
        if let Some(source) = filter.source {
            select = select.filter(C::Source.eq(source.as_str()));
        }
        let verdict = filter.decision.and_then(Decided::verdict);
        if filter.decision.is_some() {
            let asked = verdict.map_or(Asked::Nothing, Asked::This);
            select = select.filter(decided(s, scope, asked, filter.all_attempts));
        }
        if let Some(from) = filter.added_from {
            select = select.filter(C::AddedKey.gte(from.millis()));
        }
        if let Some(to) = filter.added_to {
            select = select.filter(C::AddedKey.lt(to.millis()));
        }
        if let Some(least) = filter.score_min {
            if !(0.0..=10.0).contains(&least) {
                return Err(ServiceError::invalid("score_min", "A score is between 0 and 10."));
            }
            #[expect(clippy::cast_possible_truncation, reason = "between 0 and 100")]
            let key = (least * 10.0).ceil() as i32;
            select = select.filter(C::ScoreKey.gte(key));
        }
        if let Some(q) = filter.q.as_deref() {
            select = search(s, scope, select, q).await?;
        }
        let by_decision = match verdict {
            Some(verdict) if s.db.is_sqlite() && !filter.all_attempts => {
                matches!(by, SessionSort::Added) || are_few(s, scope, verdict).await?
            }
            _ => false,
        };
        Ok(Self {
            select,
            all_attempts: filter.all_attempts,
            keep_order: scope.interview.is_none() && filter.status.is_none() && s.db.is_sqlite() && !by_decision,
            by_decision,
        })
    }

    /// Those of them about whom something was decided; of a query that asks for no decision.
    pub(super) fn decided(self, s: &Services, scope: Scope) -> Self {
        let something = decided(s, scope, Asked::Something, self.all_attempts);
        Self {
            select: self.select.filter(something),
            by_decision: s.db.is_sqlite() && !self.all_attempts,
            ..self
        }
    }

    /// Without an order.
    pub(super) fn plain(self) -> Select<session::Entity> {
        let select = self.select.filter(session::Column::Listed.eq(true));
        if self.all_attempts {
            select
        } else {
            select.filter(current(self.by_decision))
        }
    }

    /// In this order, from `cursor` on. A page before the cursor comes out last row first.
    pub(super) fn page(self, order: SessionOrder, cursor: Option<&Cursor>) -> Select<session::Entity> {
        let mut select = if self.keep_order {
            // Plus signs again: three columns of the index that counts by status would be taken, and all of the workspace
            // sorted; the index in the order of the list has these columns too.
            let select = self.select.filter(hidden("listed"));
            if self.all_attempts {
                select
            } else {
                select.filter(current(true))
            }
        } else {
            self.plain()
        };
        let backwards = cursor.is_some_and(|c| c.before);
        let ascending = order.descending == backwards;
        let columns = columns(order.by);
        if let Some(cursor) = cursor {
            let left = columns
                .iter()
                .chain([&session::Column::Id])
                .map(|c| Expr::col((session::Entity, *c)));
            let keys = cursor.keys.iter().map(|k| match k {
                Key::Number(n) => Expr::value(*n),
                Key::Text(t) => Expr::value(t.as_str()),
            });
            let right = Expr::tuple(keys.chain([Expr::value(cursor.id)]));
            let left = Expr::tuple(left);
            select = select.filter(if ascending { left.gt(right) } else { left.lt(right) });
        }
        for column in columns.iter().chain([&session::Column::Id]) {
            select = if ascending {
                select.order_by_asc(*column)
            } else {
                select.order_by_desc(*column)
            };
        }
        select
    }
}

/// The columns that an order goes by, without the id that always comes last.
fn columns(by: SessionSort) -> &'static [session::Column] {
    use session::Column as C;
    match by {
        SessionSort::Added => &[C::AddedKey],
        SessionSort::Name => &[C::NameKey],
        SessionSort::Email => &[C::EmailNorm],
        SessionSort::Status => &[C::Status, C::AddedKey],
        SessionSort::Attempt => &[C::Attempt],
        SessionSort::Source => &[C::Source],
        SessionSort::Score => &[C::ScoreKey],
        SessionSort::Duration => &[C::DurationKey],
        SessionSort::Started => &[C::StartedKey],
        SessionSort::Finished => &[C::FinishedKey],
    }
}

/// Of which kinds the keys of this order are.
pub(super) const fn kinds(by: SessionSort) -> &'static [Kind] {
    match by {
        SessionSort::Added
        | SessionSort::Attempt
        | SessionSort::Score
        | SessionSort::Duration
        | SessionSort::Started
        | SessionSort::Finished => &[Kind::Number],
        SessionSort::Name | SessionSort::Email | SessionSort::Source => &[Kind::Text],
        SessionSort::Status => &[Kind::Text, Kind::Number],
    }
}

/// The keys of a row in this order.
pub(super) fn keys_of(row: &session::Model, by: SessionSort) -> Vec<Key> {
    match by {
        SessionSort::Added => vec![Key::Number(row.added_key)],
        SessionSort::Name => vec![Key::Text(row.name_key.clone())],
        SessionSort::Email => vec![Key::Text(row.email_norm.clone())],
        SessionSort::Status => vec![Key::Text(row.status.clone()), Key::Number(row.added_key)],
        SessionSort::Attempt => vec![Key::Number(row.attempt.into())],
        SessionSort::Source => vec![Key::Text(row.source.clone())],
        SessionSort::Score => vec![Key::Number(row.score_key.into())],
        SessionSort::Duration => vec![Key::Number(row.duration_key)],
        SessionSort::Started => vec![Key::Number(row.started_key)],
        SessionSort::Finished => vec![Key::Number(row.finished_key)],
    }
}

/// The pattern that finds `q` anywhere, with the wildcards in it taken literally; `None` for a blank search.
pub(crate) fn pattern(q: &str) -> Result<Option<LikeExpr>> {
    if text::chars(q) > SEARCH_MAX {
        return Err(ServiceError::invalid(
            "q",
            format!("A search has at most {SEARCH_MAX} characters."),
        ));
    }
    let folded = text::fold(&text::one_line(q));
    if folded.trim().is_empty() {
        return Ok(None);
    }
    let mut escaped = String::with_capacity(folded.len() + 2);
    for c in folded.trim().chars() {
        if matches!(c, '%' | '_' | '\\') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    Ok(Some(LikeExpr::new(format!("%{escaped}%")).escape('\\')))
}

/// All sessions of a scope. The workspace alone, where no interview is given. One that is given was found in the workspace, and
/// a foreign key keeps its sessions there: to name both would send every count from its index to every row.
fn all_of(scope: Scope) -> Select<session::Entity> {
    use session::Column as C;
    match scope.interview {
        Some(interview) => session::Entity::find().filter(C::InterviewId.eq(interview.0)),
        None => session::Entity::find().filter(C::WorkspaceId.eq(scope.workspace.0)),
    }
}

/// A column that is true, with the plus sign before it: SQLite looks for no index by it.
fn hidden(column: &str) -> Expr {
    Expr::cust_with_values(format!(r#"+"session"."{column}" = ?"#), [true])
}

/// The attempts that stand for their candidates. Where something was decided, SQLite is to take the index of decisions, which
/// says it behind the order: any other that has the order of the list looks as good to it, and would lead to every row.
fn current(by_decision: bool) -> Expr {
    if by_decision {
        hidden("is_current")
    } else {
        session::Column::IsCurrent.eq(true)
    }
}

/// Those about whom this was decided last. It stands with the candidate's current attempt, and earlier ones go with their
/// candidate.
fn decided(s: &Services, scope: Scope, asked: Asked, all_attempts: bool) -> Expr {
    use session::Column as C;
    let is = match asked {
        Asked::Nothing if all_attempts => {
            // Asked of each row: nearly everybody is one of them.
            let mut otherwise = sea_query::Query::select();
            otherwise
                .expr(Expr::val(1))
                .from_as(session::Entity, "c")
                .and_where(Expr::col(("c", C::CandidateId)).equals((session::Entity, C::CandidateId)))
                .and_where(Expr::col(("c", C::IsCurrent)).eq(true))
                .and_where(Expr::col(("c", C::Verdict)).is_not_null());
            return Expr::not_exists(otherwise);
        }
        Asked::Nothing => C::Verdict.is_null(),
        Asked::Something => C::Verdict.is_not_null(),
        Asked::This(verdict) => C::Verdict.eq(verdict.as_str()),
    };
    if !all_attempts {
        return is;
    }
    let people = all_of(scope)
        .filter(C::Listed.eq(true))
        .filter(current(s.db.is_sqlite()))
        .filter(is)
        .select_only()
        .column(C::CandidateId);
    C::CandidateId.in_subquery(people.into_query())
}

/// Whether a decision is rare enough for its sessions to be sorted. Over all interviews they are: nothing but the time of
/// adding is in order there.
async fn are_few(s: &Services, scope: Scope, verdict: Verdict) -> Result<bool> {
    use session::Column as C;
    if scope.interview.is_none() {
        return Ok(true);
    }
    let further: Option<Uuid> = all_of(scope)
        .filter(C::Listed.eq(true))
        .filter(current(true))
        .filter(C::Verdict.eq(verdict.as_str()))
        .select_only()
        .column(C::Id)
        .offset(SORTED_MAX)
        .limit(1)
        .into_tuple()
        .one(s.db.read())
        .await?;
    Ok(further.is_none())
}

async fn search(
    s: &Services,
    scope: Scope,
    select: Select<session::Entity>,
    q: &str,
) -> Result<Select<session::Entity>> {
    use candidate::Column as C;
    let Some(pattern) = pattern(q)? else { return Ok(select) };
    let mut matching = candidate::Entity::find().select_only().column(C::Id);
    // The workspace alone, where no interview is given; the interview belongs to it otherwise.
    matching = match scope.interview {
        Some(interview) => matching.filter(C::InterviewId.eq(interview.0)),
        None => matching.filter(C::WorkspaceId.eq(scope.workspace.0)),
    };
    matching = matching.filter(Expr::col((candidate::Entity, C::SearchKey)).like(pattern));
    let found: Vec<Uuid> = matching
        .clone()
        .limit(FOUND_MAX + 1)
        .into_tuple()
        .all(s.db.read())
        .await?;
    if u64::try_from(found.len()).unwrap_or(u64::MAX) <= FOUND_MAX {
        return Ok(select.filter(session::Column::CandidateId.is_in(found)));
    }
    let mut of_row = matching.into_query();
    of_row.and_where(Expr::col((candidate::Entity, C::Id)).equals((session::Entity, session::Column::CandidateId)));
    Ok(select.filter(Condition::all().add(Expr::exists(of_row))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_order_says_what_its_keys_are() {
        for by in SessionSort::ALL {
            assert_eq!(kinds(by).len(), columns(by).len(), "{}", by.as_str());
        }
    }

    #[test]
    fn wildcards_are_taken_literally() {
        let plain = |q| pattern(q).unwrap().map(|p| format!("{p:?}"));
        assert!(plain("50%_\\").unwrap().contains(r"%50\\%\\_\\\\%"));
        assert_eq!(plain(" \t "), None);
        assert!(pattern(&"x".repeat(201)).is_err());
        assert!(plain("Ł").unwrap().contains("%ł%"));
    }
}
