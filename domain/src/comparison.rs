//! Attempts side by side: overall, per question and per criterion with the difference, transcripts aligned by question.

use crate::{
    analysis::AnalysisResult,
    conversation::Turn,
    id::{CandidateId, CriterionId, QuestionId},
    question::{Question, QuestionKind},
    session::Session,
};
use serde::{Deserialize, Serialize};

/// One attempt, as it goes into a comparison.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// The session.
    pub session: Session,
    /// The number of the interview's version that it pinned; `None` before the start.
    pub version: Option<i32>,
    /// The questions of that version, in order.
    pub questions: Vec<Question>,
    /// What its newest ready analysis says, if there is one.
    pub analysis: Option<AnalysisResult>,
    /// Its transcript.
    pub turns: Vec<Turn>,
}

/// A score beside the one of the attempt before.
#[derive(Clone, Copy, Debug, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ComparedScore {
    /// 0 to 10; `null` where there is none.
    pub score: Option<f64>,
    /// Minus the score of the nearest earlier attempt that has one; `null` where there is none to compare with.
    pub difference: Option<f64>,
}

/// The head of an attempt's column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ComparedAttempt {
    /// The session.
    pub session: Session,
    /// The version of the interview that it pinned.
    pub version: Option<i32>,
    /// Its overall score.
    pub overall: ComparedScore,
    /// Questions with an answer, where analysed.
    pub answered: Option<i32>,
    /// Whether its analysis is there.
    pub analysed: bool,
    /// What was said outside of any question: the closing.
    pub other_turns: Vec<Turn>,
}

/// One question in one attempt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ComparedAnswer {
    /// Whether the attempt's version has this question.
    pub asked: bool,
    /// Whether its text or choices differ from the attempt before.
    pub changed: bool,
    /// The question as this attempt had it; empty where it had not.
    pub text: String,
    /// How this attempt's question is answered; `null` where it had not.
    pub kind: Option<QuestionKind>,
    /// Its score.
    pub score: ComparedScore,
    /// What was said about it, in order.
    pub turns: Vec<Turn>,
}

/// A row of the comparison: one question across all attempts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ComparedQuestion {
    /// The question.
    pub id: QuestionId,
    /// Its newest text.
    pub text: String,
    /// Whether the attempts do not all have it alike.
    pub changed: bool,
    /// One per attempt, in the order of the attempts.
    pub attempts: Vec<ComparedAnswer>,
}

/// A row of the comparison: one criterion across all attempts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ComparedCriterion {
    /// The criterion.
    pub id: CriterionId,
    /// Its newest name.
    pub name: String,
    /// One per attempt, in the order of the attempts.
    pub attempts: Vec<ComparedScore>,
}

/// All attempts of a candidate side by side, first attempt first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Comparison {
    /// Whose.
    pub candidate_id: CandidateId,
    /// Their name.
    pub name: String,
    /// The columns.
    pub attempts: Vec<ComparedAttempt>,
    /// Questions, in the order of the newest attempt that has each.
    pub questions: Vec<ComparedQuestion>,
    /// Criteria, likewise.
    pub criteria: Vec<ComparedCriterion>,
}

/// Scores of consecutive attempts with their differences, rounded to one decimal.
fn differences(scores: impl IntoIterator<Item = Option<f64>>) -> Vec<ComparedScore> {
    let mut before = None;
    let mut compared = Vec::new();
    for score in scores {
        let difference = score
            .zip(before)
            .map(|(now, then): (f64, f64)| ((now - then) * 10.0).round() / 10.0);
        compared.push(ComparedScore { score, difference });
        before = score.or(before);
    }
    compared
}

/// Puts attempts side by side. `attempts` in the order in which they were taken.
#[must_use]
pub fn compare(candidate_id: CandidateId, name: String, attempts: &[Attempt]) -> Comparison {
    let overall = differences(attempts.iter().map(|a| a.analysis.as_ref().and_then(|r| r.overall)));
    let heads = attempts.iter().zip(overall).map(|(a, overall)| ComparedAttempt {
        session: a.session.clone(),
        version: a.version,
        overall,
        answered: a.analysis.as_ref().map(|r| r.answered),
        analysed: a.analysis.is_some(),
        other_turns: a.turns.iter().filter(|t| t.question.is_none()).cloned().collect(),
    });
    Comparison {
        candidate_id,
        name,
        attempts: heads.collect(),
        questions: questions(attempts),
        criteria: criteria(attempts),
    }
}

fn questions(attempts: &[Attempt]) -> Vec<ComparedQuestion> {
    let mut order: Vec<&Question> = Vec::new();
    for question in attempts.iter().rev().flat_map(|a| &a.questions) {
        if !order.iter().any(|known| known.id == question.id) {
            order.push(question);
        }
    }
    order.into_iter().map(|newest| question_row(newest, attempts)).collect()
}

fn question_row(newest: &Question, attempts: &[Attempt]) -> ComparedQuestion {
    let id = newest.id;
    let of = |a: &Attempt| {
        let results = a.analysis.as_ref().map(|r| r.questions.as_slice()).unwrap_or_default();
        results.iter().find(|q| q.id == id).and_then(|q| q.score)
    };
    let scores = differences(attempts.iter().map(of));
    let mut before: Option<Option<&Question>> = None;
    let mut cells = Vec::with_capacity(attempts.len());
    for (attempt, score) in attempts.iter().zip(scores) {
        let asked = attempt.questions.iter().find(|q| q.id == id);
        // An attempt that has not started has no questions yet: nothing changed in it.
        let changed = attempt.version.is_some() && before.is_some_and(|then| !alike(then, asked));
        if attempt.version.is_some() {
            before = Some(asked);
        }
        cells.push(ComparedAnswer {
            asked: asked.is_some(),
            changed,
            text: asked.map(|q| q.text.clone()).unwrap_or_default(),
            kind: asked.map(|q| q.kind),
            score,
            turns: attempt
                .turns
                .iter()
                .filter(|t| t.question == Some(id))
                .cloned()
                .collect(),
        });
    }
    ComparedQuestion {
        id,
        text: newest.text.clone(),
        changed: cells.iter().any(|c| c.changed),
        attempts: cells,
    }
}

/// Whether a candidate would read the same question.
fn alike(one: Option<&Question>, other: Option<&Question>) -> bool {
    let texts = |q: &Question| q.choices.iter().map(|c| c.text.clone()).collect::<Vec<_>>();
    match (one, other) {
        (None, None) => true,
        (Some(a), Some(b)) => a.text == b.text && a.kind == b.kind && texts(a) == texts(b),
        _ => false,
    }
}

fn criteria(attempts: &[Attempt]) -> Vec<ComparedCriterion> {
    let mut order: Vec<(CriterionId, &str)> = Vec::new();
    for result in attempts.iter().rev().filter_map(|a| a.analysis.as_ref()) {
        for criterion in &result.criteria {
            if !order.iter().any(|(id, _)| *id == criterion.id) {
                order.push((criterion.id, &criterion.name));
            }
        }
    }
    let row = |(id, name): (CriterionId, &str)| {
        let of = |a: &Attempt| a.analysis.as_ref()?.criteria.iter().find(|c| c.id == id)?.score;
        ComparedCriterion {
            id,
            name: name.to_owned(),
            attempts: differences(attempts.iter().map(of)),
        }
    };
    order.into_iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        analysis::QuestionResult,
        id::{InterviewId, SessionId},
        session::{AnalysisState, Status},
    };
    use uuid::Uuid;

    fn question(n: u128, text: &str) -> Question {
        Question {
            id: QuestionId(Uuid::from_u128(n)),
            text: text.into(),
            ..Default::default()
        }
    }

    fn attempt(number: i32, questions: Vec<Question>, overall: Option<f64>, scores: &[(u128, Option<f64>)]) -> Attempt {
        let session = Session {
            id: SessionId::NIL,
            candidate_id: None,
            interview_id: InterviewId::NIL,
            attempt: number,
            current: false,
            counts: false,
            retake_reason: None,
            retake_note: None,
            status: Status::Completed,
            end_reason: None,
            opened_at: None,
            started_at: None,
            last_seen_at: None,
            completed_at: None,
            active_seconds: 0,
            question_number: 0,
            question_total: 0,
            score: overall,
            analysis_state: AnalysisState::Ready,
        };
        let result = |(id, score): &(u128, Option<f64>)| QuestionResult {
            id: QuestionId(Uuid::from_u128(*id)),
            text: String::new(),
            answered: score.is_some(),
            score: *score,
            note: String::new(),
            evidence: Vec::new(),
            confidence: None,
            unevidenced: false,
        };
        let analysis = AnalysisResult {
            overall,
            questions: scores.iter().map(result).collect(),
            ..Default::default()
        };
        Attempt {
            session,
            version: Some(number),
            questions,
            analysis: Some(analysis),
            turns: Vec::new(),
        }
    }

    #[test]
    fn differences_skip_attempts_without_a_score() {
        let found: Vec<_> = differences([Some(5.0), None, Some(7.3), Some(7.3)])
            .iter()
            .map(|d| d.difference)
            .collect();
        assert_eq!(found, [None, None, Some(2.3), Some(0.0)]);
    }

    #[test]
    fn changed_added_and_removed_questions_are_marked() {
        let one = attempt(
            1,
            vec![question(1, "A?"), question(2, "B?")],
            Some(4.0),
            &[(1, Some(3.0)), (2, Some(5.0))],
        );
        let two = attempt(
            2,
            vec![question(1, "A, really?"), question(3, "C?")],
            Some(6.0),
            &[(1, Some(6.0)), (3, None)],
        );
        let compared = compare(CandidateId::NIL, "Ana".into(), &[one, two]);
        let rows: Vec<_> = compared
            .questions
            .iter()
            .map(|q| (q.text.as_str(), q.changed))
            .collect();
        assert_eq!(rows, [("A, really?", true), ("C?", true), ("B?", true)]);
        assert_eq!(compared.questions[0].attempts[1].score.difference, Some(3.0));
        assert!(!compared.questions[1].attempts[0].asked && compared.questions[1].attempts[1].asked);
        assert_eq!(compared.attempts[1].overall.difference, Some(2.0));
    }

    #[test]
    fn each_attempt_says_how_it_is_answered() {
        let one = attempt(1, vec![question(1, "A?")], None, &[]);
        let mut code = question(1, "A?");
        code.kind = QuestionKind::Code;
        let two = attempt(2, vec![code], None, &[]);
        let three = attempt(3, vec![], None, &[]);
        let compared = compare(CandidateId::NIL, "Ana".into(), &[one, two, three]);
        let kinds: Vec<_> = compared.questions[0].attempts.iter().map(|a| a.kind).collect();
        assert_eq!(kinds, [Some(QuestionKind::Open), Some(QuestionKind::Code), None]);
    }

    #[test]
    fn an_attempt_that_has_not_started_changes_nothing() {
        let one = attempt(1, vec![question(1, "A?")], Some(4.0), &[(1, Some(4.0))]);
        let mut two = attempt(2, vec![], None, &[]);
        two.version = None;
        two.analysis = None;
        let three = attempt(3, vec![question(1, "A?")], Some(5.0), &[(1, Some(5.0))]);
        let compared = compare(CandidateId::NIL, "Ana".into(), &[one, two, three]);
        assert!(!compared.questions[0].changed);
        assert_eq!(compared.attempts[2].overall.difference, Some(1.0));
    }
}
