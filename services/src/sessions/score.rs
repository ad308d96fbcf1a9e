//! The score that lists show: of the attempt that counts.

use crate::{entity::session, error::Result, results};
use parley_domain::session::Status;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder,
};
use uuid::Uuid;

/// The key by which a score is sorted: ten times the score, -1 for none.
#[must_use]
pub(crate) fn score_key(score: Option<f64>) -> i32 {
    #[expect(clippy::cast_possible_truncation, reason = "clamped to 0..=100 before")]
    score.map_or(-1, |s| (s * 10.0).round().clamp(0.0, 100.0) as i32)
}

/// Keeps what lists show of a candidate's scores true, after an attempt was completed, analysed or marked: the current
/// row shows the score of the attempt that counts (the marked one, else the newest completed), every other row its own.
///
/// # Errors
/// When the database fails.
pub async fn mark_score(tx: &impl ConnectionTrait, workspace: Uuid, candidate: Uuid) -> Result<()> {
    let attempts = session::Entity::find()
        .filter(session::Column::WorkspaceId.eq(workspace))
        .filter(session::Column::CandidateId.eq(candidate))
        .order_by_desc(session::Column::Attempt)
        .all(tx)
        .await?;
    let counting = attempts
        .iter()
        .find(|a| a.counts)
        .or_else(|| attempts.iter().find(|a| a.status == Status::Completed.as_str()))
        .map(|a| (a.attempt, a.score));
    let several = attempts.len() > 1;
    for row in attempts {
        let (attempt, score) = match counting {
            Some((attempt, score)) if row.is_current => (Some(attempt), score),
            None if row.is_current => (None, None),
            _ => (Some(row.attempt), row.score),
        };
        let key = score_key(score);
        if row.score_key == key && row.score_attempt == attempt {
            continue;
        }
        let mut change = row.into_active_model();
        change.score_key = Set(key);
        change.score_attempt = Set(attempt);
        change.update(tx).await?;
    }
    // With one attempt, its scores were written as they count.
    if several {
        results::count_anew(tx, &[candidate]).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::score_key;

    #[test]
    fn keys_sort_like_scores() {
        let scores = [None, Some(0.0), Some(6.7), Some(6.8), Some(10.0)];
        let keys: Vec<_> = scores.into_iter().map(score_key).collect();
        assert_eq!(keys, [-1, 0, 67, 68, 100]);
    }
}
