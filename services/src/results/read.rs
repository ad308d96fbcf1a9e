//! Reading the results.

use crate::{
    Services,
    entity::{interview, interview_version, score_part, session},
    error::{Result, ServiceError},
};
use parley_domain::{
    account::{Action, Actor},
    id::{InterviewId, WorkspaceId},
    interview::Criterion,
    question::Question,
    results::{CriterionResults, Decisions, Funnel, Histogram, InterviewResults, QuestionResults, Scores},
    session::{Status, Verdict},
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IsolationLevel, QueryFilter, QueryOrder, QuerySelect, Select,
    TransactionOptions, TransactionTrait,
    sea_query::{Expr, ExprTrait, SimpleExpr},
};
use std::collections::HashMap;
use uuid::Uuid;

/// The results of an interview. All figures are of one moment.
///
/// # Errors
/// An unknown or foreign interview; a role that may not read.
pub async fn of_interview(s: &Services, actor: &Actor, id: InterviewId) -> Result<InterviewResults> {
    let workspace = s.allow_own(actor, Action::Read)?;
    // One snapshot: a session that completes meanwhile is in all figures or in none.
    let options = TransactionOptions {
        isolation_level: (!s.db.is_sqlite()).then_some(IsolationLevel::RepeatableRead),
        ..Default::default()
    };
    let tx = s.db.read().begin_with_options(options).await?;
    let present = interview::Entity::find_by_id(id.0)
        .filter(interview::Column::WorkspaceId.eq(workspace.0))
        .one(&tx)
        .await?
        .ok_or(ServiceError::NotFound)?;
    let (funnel, scores) = people(&tx, id).await?;
    let mut parts = part_scores(&tx, id).await?;
    let results = InterviewResults {
        decisions: decisions(&tx, id, funnel.completed).await?,
        median_seconds: median_seconds(&tx, s.db.is_sqlite(), id).await?,
        scores: Scores::from(&scores),
        funnel,
        criteria: Vec::new(),
        questions: Vec::new(),
    };
    let (criteria, questions) = names(&tx, workspace, &present, &mut parts).await?;
    tx.commit().await?;
    Ok(InterviewResults {
        criteria,
        questions,
        ..results
    })
}

/// The candidates of an interview, each by their current attempt. The interview was found in its workspace, and a session
/// cannot be in another one than its interview (a foreign key says so): naming the workspace here would only send the
/// database from the index to every row.
fn current(id: InterviewId) -> Select<session::Entity> {
    session::Entity::find()
        .select_only()
        .filter(session::Column::InterviewId.eq(id.0))
        .filter(session::Column::Listed.eq(true))
        .filter(session::Column::IsCurrent.eq(true))
}

async fn count(conn: &impl ConnectionTrait, of: Select<session::Entity>) -> Result<i64> {
    let n: Option<i64> = of
        .column_as(session::Column::Id.count(), "n")
        .into_tuple()
        .one(conn)
        .await?;
    Ok(n.unwrap_or(0))
}

/// How far candidates came and how they scored. Who is at a further attempt has been all the way before.
async fn people(conn: &impl ConnectionTrait, id: InterviewId) -> Result<(Funnel, Histogram)> {
    use session::Column as C;
    let keys: Vec<(i32, i64)> = current(id)
        .column(C::ScoreKey)
        .column_as(C::Id.count(), "n")
        .group_by(C::ScoreKey)
        .into_tuple()
        .all(conn)
        .await?;
    let mut scores = Histogram::default();
    keys.iter().for_each(|(key, n)| scores.add(*key, *n));
    // Who started has opened it, seen or not: scripts start without a navigation of a browser.
    let only_opened = current(id)
        .filter(C::OpenedAt.is_not_null())
        .filter(C::StartedKey.eq(0));
    let only_opened = count(conn, only_opened).await?;
    let started = count(conn, current(id).filter(C::StartedKey.gt(0))).await?;
    let completed = count(conn, current(id).filter(C::Status.eq(Status::Completed.as_str()))).await?;
    let again: Option<(Option<i64>, Option<i64>, Option<i64>)> = current(id)
        .filter(C::Attempt.gt(1))
        .column_as(sum(C::OpenedAt.is_null().and(C::StartedKey.eq(0))), "opened")
        .column_as(sum(C::StartedKey.eq(0)), "started")
        .column_as(sum(C::Status.ne(Status::Completed.as_str())), "completed")
        .into_tuple()
        .one(conn)
        .await?;
    let (opened_before, started_before, completed_before) = again.unwrap_or_default();
    let funnel = Funnel {
        added: keys.iter().map(|(_, n)| n).sum(),
        opened: only_opened + started + opened_before.unwrap_or(0),
        started: started + started_before.unwrap_or(0),
        completed: completed + completed_before.unwrap_or(0),
        scored: scores.count(),
    };
    Ok((funnel, scores))
}

/// In how many rows `what` holds.
fn sum(what: SimpleExpr) -> SimpleExpr {
    Expr::case(what, 1).finally(0).sum()
}

/// The distribution of scores per criterion and question.
async fn part_scores(conn: &impl ConnectionTrait, id: InterviewId) -> Result<HashMap<Uuid, Histogram>> {
    use score_part::Column as C;
    let rows: Vec<(Uuid, i32, i64)> = score_part::Entity::find()
        .select_only()
        .filter(C::InterviewId.eq(id.0))
        .filter(C::Counted.eq(true))
        .column(C::PartId)
        .column(C::ScoreKey)
        .column_as(Expr::col(sea_orm::sea_query::Asterisk).count(), "n")
        .group_by(C::PartId)
        .group_by(C::ScoreKey)
        .into_tuple()
        .all(conn)
        .await?;
    let mut parts: HashMap<Uuid, Histogram> = HashMap::new();
    for (part, key, n) in rows {
        parts.entry(part).or_default().add(key, n);
    }
    Ok(parts)
}

async fn decisions(conn: &impl ConnectionTrait, id: InterviewId, completed: i64) -> Result<Decisions> {
    use session::Column as C;
    // Decided about before they completed: shown, but not taken from those who wait for a decision.
    let done = C::Status.eq(Status::Completed.as_str()).or(C::Attempt.gt(1));
    let rows: Vec<(Option<String>, i64, Option<i64>)> = current(id)
        .filter(C::Verdict.is_not_null())
        .column(C::Verdict)
        .column_as(C::Id.count(), "n")
        .column_as(sum(done), "done")
        .group_by(C::Verdict)
        .into_tuple()
        .all(conn)
        .await?;
    let mut decisions = Decisions {
        open: completed,
        ..Default::default()
    };
    for (word, n, done) in rows {
        decisions.open -= done.unwrap_or(0);
        match word.as_deref().and_then(|w| w.parse().ok()) {
            Some(Verdict::Advance) => decisions.advance = n,
            Some(Verdict::Hold) => decisions.hold = n,
            Some(Verdict::Decline) => decisions.decline = n,
            None => {}
        }
    }
    Ok(decisions)
}

/// The middle of the durations of completed attempts.
async fn median_seconds(conn: &impl ConnectionTrait, sqlite: bool, id: InterviewId) -> Result<Option<i64>> {
    use session::Column as C;
    let completed = Status::Completed.as_str();
    let n = count(conn, current(id).filter(C::Status.eq(completed))).await?;
    let Ok(middle) = u64::try_from((n - 1) / 2) else {
        return Ok(None);
    };
    if n == 0 {
        return Ok(None);
    }
    // As in the list: SQLite would take the index that begins with the status, and sort.
    let of = if sqlite {
        current(id).filter(Expr::cust_with_values(r#"+"session"."status" = ?"#, [completed]))
    } else {
        current(id).filter(C::Status.eq(completed))
    };
    let millis: Option<i64> = of
        .column(C::DurationKey)
        .order_by_asc(C::DurationKey)
        .offset(middle)
        .limit(1)
        .into_tuple()
        .one(conn)
        .await?;
    Ok(millis.map(|m| m / 1_000))
}

type Named = (Vec<CriterionResults>, Vec<QuestionResults>);

/// Names the parts: those of the present version in its order, with or without scores; then those that only earlier
/// versions have, as far as somebody was scored by them.
async fn names(
    conn: &impl ConnectionTrait,
    workspace: WorkspaceId,
    of: &interview::Model,
    parts: &mut HashMap<Uuid, Histogram>,
) -> Result<Named> {
    use interview_version::Column as C;
    let version = interview_version::Entity::find_by_id(of.version_id)
        .filter(C::WorkspaceId.eq(workspace.0))
        .one(conn)
        .await?
        .ok_or(ServiceError::NotFound)?;
    let mut named: Named = (Vec::new(), Vec::new());
    take(&mut named, version, true, parts)?;
    if parts.is_empty() {
        return Ok(named);
    }
    let earlier: Vec<Uuid> = interview_version::Entity::find()
        .filter(C::WorkspaceId.eq(workspace.0))
        .filter(C::InterviewId.eq(of.id))
        .filter(C::Id.ne(of.version_id))
        .order_by_desc(C::Number)
        .select_only()
        .column(C::Id)
        .into_tuple()
        .all(conn)
        .await?;
    // One at a time, newest first, until nothing is left to be named.
    for id in earlier {
        if parts.is_empty() {
            break;
        }
        if let Some(version) = interview_version::Entity::find_by_id(id).one(conn).await? {
            take(&mut named, version, false, parts)?;
        }
    }
    Ok(named)
}

/// Takes what this version names out of `parts`.
fn take(
    (criteria, questions): &mut Named,
    version: interview_version::Model,
    current: bool,
    parts: &mut HashMap<Uuid, Histogram>,
) -> Result<()> {
    let mut scores = |id: Uuid| {
        let found = parts.remove(&id);
        (current || found.is_some()).then(|| found.unwrap_or_default())
    };
    let all: Vec<Criterion> = serde_json::from_value(version.criteria)?;
    for criterion in all {
        if let Some(scores) = scores(criterion.id.0) {
            criteria.push(CriterionResults {
                id: criterion.id,
                name: criterion.name,
                weight: criterion.weight,
                current,
                count: scores.count(),
                mean: scores.mean(),
            });
        }
    }
    let all: Vec<Question> = serde_json::from_value(version.questions)?;
    for question in all {
        if let Some(scores) = scores(question.id.0) {
            questions.push(QuestionResults {
                id: question.id,
                text: question.text,
                kind: question.kind,
                current,
                count: scores.count(),
                mean: scores.mean(),
            });
        }
    }
    Ok(())
}
