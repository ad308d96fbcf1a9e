//! Results of an interview over all its candidates: how far they came, how they scored, what was decided.
//!
//! Each candidate stands in it once, with the attempt that counts.

use crate::{
    id::{CriterionId, QuestionId},
    question::QuestionKind,
};
use serde::{Deserialize, Serialize};

/// Keys that a score can have: tenths from 0.0 to 10.0.
const KEYS: usize = 101;
/// Bands of the distribution of overall scores.
const BANDS: usize = 10;

/// How often each score was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Histogram {
    counts: [i64; KEYS],
}

impl Default for Histogram {
    fn default() -> Self {
        Self { counts: [0; KEYS] }
    }
}

impl Histogram {
    /// Adds `count` scores of `key` tenths. What is no score is left out.
    pub fn add(&mut self, key: i32, count: i64) {
        if let Some(slot) = usize::try_from(key).ok().and_then(|key| self.counts.get_mut(key)) {
            *slot += count;
        }
    }

    /// How many scores there are.
    #[must_use]
    pub fn count(&self) -> i64 {
        self.counts.iter().sum()
    }

    /// The mean, rounded to one decimal; `None` without scores.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        let count = self.count();
        let sum: i64 = self.counts.iter().zip(0_i64..).map(|(n, key)| n * key).sum();
        // Rounded in whole tenths, so that no figure depends on how a sum of floats came about.
        (count > 0).then(|| tenths((2 * sum + count) / (2 * count)))
    }

    /// The score in the middle, between two the lower one; `None` without scores.
    #[must_use]
    pub fn median(&self) -> Option<f64> {
        let middle = (self.count() + 1) / 2;
        let mut seen = 0;
        for (n, key) in self.counts.iter().zip(0_i64..) {
            seen += n;
            if middle > 0 && seen >= middle {
                return Some(tenths(key));
            }
        }
        None
    }

    /// The distribution in ten bands; 10.0 belongs to the last.
    #[must_use]
    pub fn bands(&self) -> Vec<Band> {
        (0..BANDS)
            .zip(0_i32..)
            .map(|(at, from)| {
                let last = at + 1 == BANDS;
                let keys = at * BANDS..if last { KEYS } else { (at + 1) * BANDS };
                Band {
                    from,
                    to: from + 1,
                    count: self.counts.get(keys).map_or(0, |part| part.iter().sum()),
                }
            })
            .collect()
    }
}

fn tenths(key: i64) -> f64 {
    // At most 100: exact.
    f64::from(i32::try_from(key).unwrap_or(0)) / 10.0
}

/// Scores from `from` up to, but not with, `to`; the last band has 10.0 too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Band {
    /// From this score on.
    pub from: i32,
    /// Below this score.
    pub to: i32,
    /// How many.
    pub count: i64,
}

/// How many candidates came how far. Each step is part of the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Funnel {
    /// Candidates.
    pub added: i64,
    /// Their link was opened, or they started.
    pub opened: i64,
    /// Started at least once.
    pub started: i64,
    /// Completed at least once.
    pub completed: i64,
    /// Have a score.
    pub scored: i64,
}

/// Overall scores, of the attempts that count.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Scores {
    /// How many there are.
    pub count: i64,
    /// Mean, one decimal; `null` without scores.
    pub mean: Option<f64>,
    /// Median; `null` without scores.
    pub median: Option<f64>,
    /// The distribution, lowest band first.
    pub bands: Vec<Band>,
}

impl From<&Histogram> for Scores {
    fn from(of: &Histogram) -> Self {
        Self {
            count: of.count(),
            mean: of.mean(),
            median: of.median(),
            bands: of.bands(),
        }
    }
}

/// How one criterion was met over all candidates.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CriterionResults {
    /// The criterion.
    pub id: CriterionId,
    /// Its name, as it was last written.
    pub name: String,
    /// Its weight.
    pub weight: f64,
    /// Whether the interview still has it.
    pub current: bool,
    /// Candidates who have a score here.
    pub count: i64,
    /// Mean, one decimal; `null` without scores.
    pub mean: Option<f64>,
}

/// How one question was answered over all candidates.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QuestionResults {
    /// The question.
    pub id: QuestionId,
    /// Its text, as it was last written.
    pub text: String,
    /// How it is answered.
    pub kind: QuestionKind,
    /// Whether the interview still asks it.
    pub current: bool,
    /// Candidates who have a score here.
    pub count: i64,
    /// Mean, one decimal; `null` without scores.
    pub mean: Option<f64>,
}

/// What people decided about the candidates who completed; the newest decision about a candidate holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Decisions {
    /// Advance.
    pub advance: i64,
    /// Hold.
    pub hold: i64,
    /// Decline.
    pub decline: i64,
    /// Completed, and nothing decided yet.
    pub open: i64,
}

/// The results of an interview.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InterviewResults {
    /// How far candidates came.
    pub funnel: Funnel,
    /// How they scored.
    pub scores: Scores,
    /// The middle of the time that completed sessions took; `null` without one.
    pub median_seconds: Option<i64>,
    /// Per criterion: those of the interview in its order, then former ones.
    pub criteria: Vec<CriterionResults>,
    /// Per question: those of the interview in its order, then former ones.
    pub questions: Vec<QuestionResults>,
    /// What was decided.
    pub decisions: Decisions,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(keys: &[i32]) -> Histogram {
        let mut histogram = Histogram::default();
        keys.iter().for_each(|key| histogram.add(*key, 1));
        histogram
    }

    #[test]
    fn nothing_has_no_middle() {
        let none = Histogram::default();
        assert_eq!((none.count(), none.mean(), none.median()), (0, None, None));
        assert!(none.bands().iter().all(|band| band.count == 0));
        assert_eq!(none.bands().len(), 10);
    }

    #[test]
    fn what_is_no_score_is_left_out() {
        assert_eq!(of(&[-1, 101, i32::MAX, 50]).count(), 1);
    }

    #[test]
    fn mean_and_median() {
        assert_eq!(of(&[0]).mean(), Some(0.0));
        assert_eq!(of(&[0]).median(), Some(0.0));
        assert_eq!(of(&[60, 67, 80]).mean(), Some(6.9));
        assert_eq!(of(&[60, 67, 80]).median(), Some(6.7));
        assert_eq!(of(&[60, 67]).median(), Some(6.0));
        assert_eq!(of(&[100, 100]).median(), Some(10.0));
        // 6.25 is rounded up like everywhere.
        assert_eq!(of(&[62, 63]).mean(), Some(6.3));
    }

    #[test]
    fn bands_hold_every_score_once() {
        let all: Vec<i32> = (0..=100).collect();
        let bands = of(&all).bands();
        assert_eq!(bands.iter().map(|b| b.count).sum::<i64>(), 101);
        assert_eq!(bands.first().map(|b| (b.from, b.to, b.count)), Some((0, 1, 10)));
        assert_eq!(bands.last().map(|b| (b.from, b.to, b.count)), Some((9, 10, 11)));
        let many = {
            let mut h = Histogram::default();
            h.add(99, 400_000);
            h.add(90, 600_000);
            h
        };
        assert_eq!(
            (many.count(), many.mean(), many.median()),
            (1_000_000, Some(9.4), Some(9.0))
        );
    }
}
