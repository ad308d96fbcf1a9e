//! The Sessions tab: rows, page by page, and how many there are of each status.

use super::{
    convert::{with_total, word},
    cursor::Cursor,
    query::{Query, Scope, keys_of, kinds},
    report::find,
};
use crate::{
    Services,
    accounts::{Zone, zone_of},
    candidates::invite_url,
    entity::{candidate, interview, interview_version, retake_request, session},
    error::{Result, ServiceError},
};
use parley_domain::{
    account::{Action, Actor},
    clock::Presence,
    id::{CandidateId, InterviewId, SessionId, WorkspaceId},
    paging::PageRequest,
    session::{
        Beside, Decided, Neighbours, RetakeRequestState, SessionCounts, SessionFilter, SessionOrder, SessionPage,
        SessionRow, SessionSort, Status,
    },
    time::Timestamp,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select,
    sea_query::Expr,
};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// One page of sessions.
///
/// # Errors
/// An unknown interview; a filter or cursor that cannot be read; a role that may not read.
pub async fn list(
    s: &Services,
    actor: &Actor,
    interview: Option<InterviewId>,
    filter: &SessionFilter,
    order: SessionOrder,
    page: &PageRequest,
) -> Result<SessionPage> {
    let scope = scope(s, actor, interview).await?;
    let rows = page.rows().map_err(|m| ServiceError::invalid("limit", m))?;
    let cursor = page
        .cursor
        .as_deref()
        .map(|c| Cursor::decode(c, order, kinds(order.by)))
        .transpose()?;
    let backwards = cursor.as_ref().is_some_and(|c| c.before);
    let query = Query::new(s, scope, filter, order.by).await?;
    // One more than shown: it tells whether there is a further page.
    let mut found = query
        .page(order, cursor.as_ref())
        .limit(rows + 1)
        .all(s.db.read())
        .await?;
    let more = u64::try_from(found.len()).unwrap_or(u64::MAX) > rows;
    found.truncate(usize::try_from(rows).unwrap_or(usize::MAX));
    if backwards {
        found.reverse();
    }
    let at = |row: Option<&session::Model>, before: bool| {
        row.map(|r| Cursor::new(order, keys_of(r, order.by), r.id, before).encode())
            .transpose()
    };
    // Whoever came by a cursor knows that there is something on the other side.
    let has_next = if backwards { cursor.is_some() } else { more };
    let has_previous = if backwards { more } else { cursor.is_some() };
    let next = at(found.last().filter(|_| has_next), false)?;
    let previous = at(found.first().filter(|_| has_previous), true)?;
    let rows = to_rows(s, actor, found, interview.is_none()).await?;
    Ok(SessionPage { rows, next, previous })
}

/// The rows before and after a session in a list: of its interview, or of all (`all`). An earlier attempt, which is no row of
/// its own, has the neighbours of its candidate's current one. The session itself need not match the filter any more.
///
/// # Errors
/// Unknown, deleted and foreign sessions; a filter that cannot be read; a role that may not read.
pub async fn neighbours(
    s: &Services,
    actor: &Actor,
    id: SessionId,
    all: bool,
    filter: &SessionFilter,
    order: SessionOrder,
) -> Result<Neighbours> {
    let workspace = s.allow_own(actor, Action::Read)?;
    let mut here = find(s, workspace, id).await?;
    if !here.is_current && !filter.all_attempts {
        let whose = here.candidate_id.ok_or(ServiceError::NotFound)?;
        here = session::Entity::find()
            .filter(session::Column::WorkspaceId.eq(workspace.0))
            .filter(session::Column::CandidateId.eq(whose))
            .filter(session::Column::IsCurrent.eq(true))
            .one(s.db.read())
            .await?
            .ok_or(ServiceError::NotFound)?;
    }
    let interview = (!all).then_some(InterviewId(here.interview_id));
    let query = Query::new(s, Scope { workspace, interview }, filter, order.by).await?;
    let mut beside = [None, None];
    for (found, before) in beside.iter_mut().zip([true, false]) {
        let cursor = Cursor::new(order, keys_of(&here, order.by), here.id, before);
        let row: Option<(Uuid, Uuid)> = query
            .clone()
            .page(order, Some(&cursor))
            .limit(1)
            .select_only()
            .column(session::Column::InterviewId)
            .column(session::Column::Id)
            .into_tuple()
            .one(s.db.read())
            .await?;
        *found = row.map(|(interview, session)| Beside {
            interview: interview.into(),
            session: session.into(),
        });
    }
    let [previous, next] = beside;
    Ok(Neighbours { previous, next })
}

/// How the database would find a page: for the test that an index serves every sort.
///
/// # Errors
/// As [`list`].
#[doc(hidden)]
pub async fn plan(
    s: &Services,
    actor: &Actor,
    interview: Option<InterviewId>,
    filter: &SessionFilter,
    order: SessionOrder,
    cursor: Option<&str>,
) -> Result<String> {
    let scope = scope(s, actor, interview).await?;
    let cursor = cursor.map(|c| Cursor::decode(c, order, kinds(order.by))).transpose()?;
    let select = Query::new(s, scope, filter, order.by)
        .await?
        .page(order, cursor.as_ref())
        .limit(51);
    explain(s, select).await
}

/// How the database would do it, in its own words.
pub(super) async fn explain(s: &Services, select: Select<session::Entity>) -> Result<String> {
    let mut statement = select.build(s.db.read().get_database_backend());
    let (explain, column) = if s.db.is_sqlite() {
        ("EXPLAIN QUERY PLAN", "detail")
    } else {
        ("EXPLAIN", "QUERY PLAN")
    };
    statement.sql = format!("{explain} {}", statement.sql);
    let rows = s.db.read().query_all_raw(statement).await?;
    let lines: std::result::Result<Vec<String>, _> = rows.iter().map(|r| r.try_get("", column)).collect();
    Ok(lines?.join("\n"))
}

/// How many sessions stand where, under the same filter less the status.
///
/// # Errors
/// An unknown interview; a filter that cannot be read; a role that may not read.
pub async fn counts(
    s: &Services,
    actor: &Actor,
    interview: Option<InterviewId>,
    filter: &SessionFilter,
) -> Result<SessionCounts> {
    let scope = scope(s, actor, interview).await?;
    let filter = SessionFilter {
        status: None,
        ..filter.clone()
    };
    if filter.decision != Some(Decided::Nothing) {
        return by_status(s, Query::new(s, scope, &filter, SessionSort::Added).await?).await;
    }
    // No index says of whom nothing was decided: it would hold nearly everybody. They are all less the others, and both
    // of these are counted from an index.
    let everybody = SessionFilter {
        decision: None,
        ..filter
    };
    let query = Query::new(s, scope, &everybody, SessionSort::Added).await?;
    let decided = by_status(s, query.clone().decided(s, scope)).await?;
    let all = by_status(s, query).await?;
    // Something may have happened between the two.
    let less = |all: i64, decided: i64| (all - decided).max(0);
    Ok(SessionCounts {
        all: less(all.all, decided.all),
        not_started: less(all.not_started, decided.not_started),
        in_progress: less(all.in_progress, decided.in_progress),
        completed: less(all.completed, decided.completed),
    })
}

async fn by_status(s: &Services, query: Query) -> Result<SessionCounts> {
    let groups: Vec<(String, i64)> = query
        .plain()
        .select_only()
        .column(session::Column::Status)
        .column_as(session::Column::Id.count(), "n")
        .group_by(session::Column::Status)
        .into_tuple()
        .all(s.db.read())
        .await?;
    let mut counts = SessionCounts::default();
    for (status, n) in groups {
        counts.all += n;
        match word::<Status>(&status)? {
            Status::NotStarted => counts.not_started = n,
            Status::InProgress => counts.in_progress = n,
            Status::Completed => counts.completed = n,
        }
    }
    Ok(counts)
}

/// Who completed last, over all interviews of the workspace.
///
/// # Errors
/// A role that may not read.
pub async fn completed_last(s: &Services, actor: &Actor, most: u64) -> Result<Vec<SessionRow>> {
    use session::Column as C;
    let workspace = s.allow_own(actor, Action::Read)?;
    let found = session::Entity::find()
        .filter(C::WorkspaceId.eq(workspace.0))
        .filter(C::Listed.eq(true))
        .filter(C::IsCurrent.eq(true))
        // In so many words: a bound zero would not be recognised as the condition of the index.
        .filter(Expr::cust(r#""session"."finished_key" > 0"#))
        .order_by_desc(C::FinishedKey)
        .order_by_desc(C::Id)
        .limit(most)
        .all(s.db.read())
        .await?;
    to_rows(s, actor, found, true).await
}

/// The sessions that this actor asks about; an interview that is not theirs is not found.
pub(super) async fn scope(s: &Services, actor: &Actor, interview: Option<InterviewId>) -> Result<Scope> {
    let workspace = s.allow_own(actor, Action::Read)?;
    if let Some(id) = interview {
        let known: Option<Uuid> = interview::Entity::find_by_id(id.0)
            .filter(interview::Column::WorkspaceId.eq(workspace.0))
            .select_only()
            .column(interview::Column::Id)
            .into_tuple()
            .one(s.db.read())
            .await?;
        known.ok_or(ServiceError::NotFound)?;
    }
    Ok(Scope { workspace, interview })
}

/// The attempts of a candidate before the current one, newest first, as rows of the list.
///
/// # Errors
/// A role that may not read; unknown, deleted and foreign candidates.
pub async fn earlier(s: &Services, actor: &Actor, candidate: CandidateId) -> Result<Vec<SessionRow>> {
    let workspace = s.allow_own(actor, Action::Read)?;
    let found = session::Entity::find()
        .filter(session::Column::WorkspaceId.eq(workspace.0))
        .filter(session::Column::CandidateId.eq(candidate.0))
        .filter(session::Column::Listed.eq(true))
        .order_by_desc(session::Column::Attempt)
        .all(s.db.read())
        .await?;
    if found.is_empty() {
        return Err(ServiceError::NotFound);
    }
    let earlier = found.into_iter().filter(|row| !row.is_current).collect();
    to_rows(s, actor, earlier, false).await
}

/// What rows say of their interview.
struct Of {
    title: String,
    /// Its present version.
    version: Uuid,
    /// It asks for the invited email first.
    asks_email: bool,
}

async fn interviews_of(
    s: &Services,
    workspace: WorkspaceId,
    rows: impl Iterator<Item = &session::Model>,
) -> Result<HashMap<Uuid, Of>> {
    let ids = distinct(rows.map(|r| r.interview_id).collect());
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let found: Vec<(Uuid, String, Uuid, bool)> = interview::Entity::find()
        .filter(interview::Column::WorkspaceId.eq(workspace.0))
        .filter(interview::Column::Id.is_in(ids))
        .select_only()
        .column(interview::Column::Id)
        .column(interview::Column::Title)
        .column(interview::Column::VersionId)
        .column(interview::Column::RequireInvitedEmail)
        .into_tuple()
        .all(s.db.read())
        .await?;
    let of = |(id, title, version, asks_email)| {
        let of = Of {
            title,
            version,
            asks_email,
        };
        (id, of)
    };
    Ok(found.into_iter().map(of).collect())
}

/// Number of questions per session: of its version, or before the start of the interview's present one.
pub(crate) async fn question_totals(
    s: &Services,
    workspace: WorkspaceId,
    rows: &[session::Model],
) -> Result<HashMap<Uuid, i32>> {
    let not_started = rows.iter().filter(|r| r.version_id.is_none());
    let interviews = interviews_of(s, workspace, not_started).await?;
    totals_with(s, workspace, rows, &interviews).await
}

async fn totals_with(
    s: &Services,
    workspace: WorkspaceId,
    rows: &[session::Model],
    interviews: &HashMap<Uuid, Of>,
) -> Result<HashMap<Uuid, i32>> {
    let version = |r: &session::Model| {
        r.version_id
            .or_else(|| interviews.get(&r.interview_id).map(|i| i.version))
    };
    let wanted = distinct(rows.iter().filter_map(version).collect());
    let counts: HashMap<Uuid, i32> = interview_version::Entity::find()
        .filter(interview_version::Column::WorkspaceId.eq(workspace.0))
        .filter(interview_version::Column::Id.is_in(wanted))
        .select_only()
        .column(interview_version::Column::Id)
        .column(interview_version::Column::QuestionCount)
        .into_tuple::<(Uuid, i32)>()
        .all(s.db.read())
        .await?
        .into_iter()
        .collect();
    let total = |r: &session::Model| version(r).and_then(|v| counts.get(&v).copied()).unwrap_or(0);
    Ok(rows.iter().map(|r| (r.id, total(r))).collect())
}

fn distinct(mut ids: Vec<Uuid>) -> Vec<Uuid> {
    ids.sort_unstable();
    ids.dedup();
    ids
}

pub(super) async fn candidates_of(
    s: &Services,
    workspace: WorkspaceId,
    rows: &[session::Model],
) -> Result<HashMap<Uuid, candidate::Model>> {
    let ids: Vec<_> = distinct(rows.iter().filter_map(|r| r.candidate_id).collect());
    Ok(candidate::Entity::find()
        .filter(candidate::Column::WorkspaceId.eq(workspace.0))
        .filter(candidate::Column::Id.is_in(ids))
        .all(s.db.read())
        .await?
        .into_iter()
        .map(|c| (c.id, c))
        .collect())
}

/// How many attempts these candidates have, for those with more than one row.
async fn attempts_of(s: &Services, rows: &[session::Model]) -> Result<HashMap<Uuid, i32>> {
    let ids: Vec<_> = distinct(
        rows.iter()
            .filter(|r| !r.is_current)
            .filter_map(|r| r.candidate_id)
            .collect(),
    );
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    Ok(session::Entity::find()
        .filter(session::Column::CandidateId.is_in(ids))
        .filter(session::Column::IsCurrent.eq(true))
        .select_only()
        .column(session::Column::CandidateId)
        .column(session::Column::Attempt)
        .into_tuple::<(Uuid, i32)>()
        .all(s.db.read())
        .await?
        .into_iter()
        .collect())
}

/// Who of them waits for a decision on a retake.
async fn asking(s: &Services, workspace: WorkspaceId, rows: &[session::Model]) -> Result<HashSet<Uuid>> {
    // Whoever asks has completed an attempt.
    let completed = |r: &&session::Model| r.is_current && r.status == Status::Completed.as_str();
    let ids: Vec<_> = distinct(rows.iter().filter(completed).filter_map(|r| r.candidate_id).collect());
    if ids.is_empty() {
        return Ok(HashSet::new());
    }
    Ok(retake_request::Entity::find()
        .filter(retake_request::Column::WorkspaceId.eq(workspace.0))
        .filter(retake_request::Column::State.eq(RetakeRequestState::Waiting.as_str()))
        .filter(retake_request::Column::CandidateId.is_in(ids))
        .select_only()
        .column(retake_request::Column::CandidateId)
        .into_tuple()
        .all(s.db.read())
        .await?
        .into_iter()
        .collect())
}

/// The rows as they are shown; with the interview's title where they are of several (`named`).
async fn to_rows(s: &Services, actor: &Actor, found: Vec<session::Model>, named: bool) -> Result<Vec<SessionRow>> {
    let Some(workspace) = found.first().map(|r| WorkspaceId(r.workspace_id)) else {
        return Ok(Vec::new());
    };
    let interviews = interviews_of(s, workspace, found.iter()).await?;
    let totals = totals_with(s, workspace, &found, &interviews).await?;
    let people = candidates_of(s, workspace, &found).await?;
    let attempts = attempts_of(s, &found).await?;
    let asking = asking(s, workspace, &found).await?;
    let zone = zone_of(s, actor).await?;
    let mut rows = Vec::with_capacity(found.len());
    for row in found {
        // Purged between the two reads: the row goes with them.
        let Some(person) = row.candidate_id.and_then(|id| people.get(&id)) else {
            continue;
        };
        let total = totals.get(&row.id).copied().unwrap_or(0);
        let highest = attempts.get(&person.id).copied().unwrap_or(row.attempt);
        let asks = row.is_current && asking.contains(&person.id);
        let of = interviews.get(&row.interview_id);
        let first = of.is_some_and(|i| i.asks_email);
        rows.push(SessionRow {
            asks_retake: asks,
            interview: of.filter(|_| named).map(|i| i.title.clone()),
            ..to_row(s, actor, &zone, row, person, (total, highest), first)?
        });
    }
    Ok(rows)
}

fn to_row(
    s: &Services,
    actor: &Actor,
    zone: &Zone,
    row: session::Model,
    person: &candidate::Model,
    (total, attempts): (i32, i32),
    asks_email: bool,
) -> Result<SessionRow> {
    let now = s.now();
    let shown = |millis: i64| zone.shown(Timestamp::from_millis(millis), now);
    let patience = if row.presence == Presence::Plain.as_str() {
        Presence::Plain
    } else {
        Presence::Live
    }
    .patience();
    let in_progress = row.status == Status::InProgress.as_str();
    // On an earlier attempt stands what was decided before the next one was granted.
    let verdict = row.verdict.as_deref().filter(|_| row.is_current);
    Ok(SessionRow {
        decision: verdict.map(word).transpose()?,
        candidate_id: person.id.into(),
        name: person.name.clone(),
        email: person.email.clone(),
        interview: None,
        source: word(&person.source)?,
        score: (row.score_key >= 0).then(|| f64::from(row.score_key) / 10.0),
        score_attempt: row.score_attempt.filter(|a| *a != row.attempt && row.score_key >= 0),
        attempts,
        possible_duplicate: person.possible_duplicate_of.is_some(),
        asks_retake: false,
        link_expires: person.link_expires_at.map(shown),
        asks_email,
        link_expired: person.link_expires_at.is_some_and(|at| at <= now.millis()),
        invite_url: invite_url(s, actor, person)?,
        added: shown(person.created_at),
        opened: row.opened_at.map(shown),
        started: row.started_at.map(shown),
        seen: row.last_seen_at.map(shown),
        active_now: in_progress
            && row
                .last_seen_at
                .is_some_and(|at| now.since(Timestamp::from_millis(at)) <= patience),
        finished: row.completed_at.map(shown),
        session: with_total(row, total)?,
    })
}
