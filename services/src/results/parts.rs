//! Scores per criterion and question as rows, kept true in the transactions that change them: where an analysis becomes
//! ready, where another attempt counts, where a candidate is deleted or brought back.

use crate::{
    entity::{score_part, session},
    error::Result,
    sessions::score_key,
};
use parley_domain::analysis::AnalysisResult;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect, QueryTrait,
    sea_query::{Alias, Expr, ExprTrait, Query},
};
use uuid::Uuid;

/// The scored parts of an analysis of `row`.
pub(crate) fn rows_of(row: &session::Model, result: &AnalysisResult, counted: bool) -> Vec<score_part::Model> {
    let criteria = result.criteria.iter().map(|c| (c.id.0, c.score));
    let questions = result.questions.iter().map(|q| (q.id.0, q.score));
    let mut parts: Vec<score_part::Model> = criteria
        .chain(questions)
        .filter(|(_, score)| score.is_some())
        .map(|(part_id, score)| score_part::Model {
            workspace_id: row.workspace_id,
            session_id: row.id,
            part_id,
            interview_id: row.interview_id,
            score_key: score_key(score),
            counted,
        })
        .collect();
    // Ids are unique in a version; should an old one hold one twice, the first score stands.
    let mut seen = std::collections::HashSet::new();
    parts.retain(|part| seen.insert(part.part_id));
    parts
}

/// Writes the scores of a ready analysis in place of those of the run before. Previews have none. An only attempt counts
/// from the start; among several, `mark_score`, which follows, asks which one does.
pub(crate) async fn store(tx: &impl ConnectionTrait, row: &session::Model, result: &AnalysisResult) -> Result<()> {
    if row.candidate_id.is_none() {
        return Ok(());
    }
    score_part::Entity::delete_many()
        .filter(score_part::Column::SessionId.eq(row.id))
        .exec(tx)
        .await?;
    let counted = row.listed && row.is_current && row.attempt == 1;
    let parts: Vec<_> = rows_of(row, result, counted)
        .into_iter()
        .map(IntoActiveModel::into_active_model)
        .collect();
    if parts.is_empty() {
        return Ok(());
    }
    score_part::Entity::insert_many(parts)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Marks again which scores of these candidates count: those of the attempt whose score the list shows, unless the
/// candidate is deleted.
pub(crate) async fn count_anew(tx: &impl ConnectionTrait, candidates: &[Uuid]) -> Result<()> {
    for chunk in candidates.chunks(1_000) {
        let of_these = session::Entity::find()
            .select_only()
            .column(session::Column::Id)
            .filter(session::Column::CandidateId.is_in(chunk.to_vec()))
            .into_query();
        let current = Alias::new("current_row");
        let counting = Query::select()
            .expr(Expr::val(1))
            .from_as(session::Entity, current.clone())
            .and_where(
                Expr::col((current.clone(), session::Column::CandidateId))
                    .equals((session::Entity, session::Column::CandidateId)),
            )
            .and_where(Expr::col((current.clone(), session::Column::IsCurrent)).eq(true))
            .and_where(
                Expr::col((current, session::Column::ScoreAttempt)).equals((session::Entity, session::Column::Attempt)),
            )
            .to_owned();
        let mut counted = of_these.clone();
        counted
            .and_where(Expr::col((session::Entity, session::Column::Listed)).eq(true))
            .cond_where(Condition::all().add(Expr::exists(counting)));
        score_part::Entity::update_many()
            .col_expr(score_part::Column::Counted, false.into())
            .filter(score_part::Column::Counted.eq(true))
            .filter(score_part::Column::SessionId.in_subquery(of_these))
            .exec(tx)
            .await?;
        score_part::Entity::update_many()
            .col_expr(score_part::Column::Counted, true.into())
            .filter(score_part::Column::SessionId.in_subquery(counted))
            .exec(tx)
            .await?;
    }
    Ok(())
}
