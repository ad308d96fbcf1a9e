//! What a model answered, held against what was said. Whatever it answers, what comes out is valid: scores from 0 to 10 or
//! none, quotes that stand in the candidate's turns, nothing for what was not answered, confidence no higher than the
//! evidence carries, and no overall score but our own.

use super::{
    ask::{criterion_ref, question_ref},
    clean::gives_orders,
    quotes::Sayings,
};
use crate::analysis::Input;
use parley_domain::{
    analysis::{AnalysisResult, Confidence, CriterionResult, Evidence, QuestionResult, QuoteCount},
    conversation::{Speaker, Turn},
    question::Question,
    text,
};
use serde::Deserialize;

/// Longest summary, in characters.
const SUMMARY_MAX: usize = 3_000;
/// Longest note or sentence, in characters.
const SENTENCE_MAX: usize = 600;
/// Most sentences of one kind.
const SENTENCES_MAX: usize = 8;
/// Most quotes under one score.
const QUOTES_MAX: usize = 5;
/// Quotes that are looked at for one score, at most: a model gone wild may give thousands.
const QUOTES_SEEN: usize = 20;

/// An assessment as a model writes it. Fields that we do not know are left alone; of those that we know, only the summary
/// must be there.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Assessment {
    /// What stands above.
    pub summary: String,
    /// Sentences.
    #[serde(default)]
    pub strengths: Vec<String>,
    /// Sentences.
    #[serde(default)]
    pub concerns: Vec<String>,
    /// One a criterion.
    #[serde(default)]
    pub criteria: Vec<Judgement>,
    /// One a question.
    #[serde(default)]
    pub questions: Vec<Judgement>,
}

/// A judgement as a model writes it.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Judgement {
    /// Whose.
    #[serde(rename = "about")]
    pub of: String,
    /// Any number, or none.
    #[serde(default)]
    pub score: Option<f64>,
    /// A word.
    #[serde(default)]
    pub confidence: Option<String>,
    /// A sentence.
    #[serde(default)]
    pub note: Option<String>,
    /// Passages.
    #[serde(default)]
    pub quotes: Vec<Passage>,
}

/// A quote as a model writes it.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Passage {
    /// The turn that it says it is from.
    #[serde(default)]
    pub turn: Option<i64>,
    /// The words.
    #[serde(default)]
    pub text: String,
}

/// The words over parts, as a model writes them.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Words {
    /// What stands above.
    pub summary: String,
    /// Sentences.
    #[serde(default)]
    pub strengths: Vec<String>,
    /// Sentences.
    #[serde(default)]
    pub concerns: Vec<String>,
}

impl Assessment {
    /// What is missing for it to be an assessment of these questions and criteria: said to the model, which may repair it.
    ///
    /// # Errors
    /// A sentence.
    pub fn complete(&self, answered: &[usize], criteria: usize) -> Result<(), String> {
        if self.summary.trim().is_empty() {
            return Err("\"summary\" is empty".to_owned());
        }
        let lacks = |list: &[Judgement], name: String| !list.iter().any(|j| same_ref(&j.of, &name));
        let questions = answered
            .iter()
            .map(|i| question_ref(*i))
            .filter(|n| lacks(&self.questions, n.clone()));
        let criteria = (0..criteria)
            .map(criterion_ref)
            .filter(|n| lacks(&self.criteria, n.clone()));
        let missing: Vec<_> = questions.chain(criteria).collect();
        if missing.is_empty() {
            Ok(())
        } else {
            Err(format!("there is no judgement for {}", missing.join(", ")))
        }
    }
}

fn same_ref(given: &str, wanted: &str) -> bool {
    given.trim().eq_ignore_ascii_case(wanted)
}

/// A judgement that holds.
struct Held {
    score: Option<f64>,
    confidence: Confidence,
    note: String,
    evidence: Vec<Evidence>,
    out_of_range: bool,
}

/// What is being held against what.
struct Court<'a> {
    sayings: Sayings<'a>,
    quotes: QuoteCount,
}

impl Court<'_> {
    /// Evidence for one score: what was found, without doubles and without words that are addressed to the model.
    fn evidence(&mut self, passages: &[Passage]) -> Vec<Evidence> {
        let mut kept: Vec<Evidence> = Vec::new();
        for passage in passages.iter().take(QUOTES_SEEN) {
            self.quotes.given += 1;
            let turn = passage.turn.and_then(|t| i32::try_from(t).ok());
            let found = self.sayings.find(turn, &passage.text);
            if found.is_empty() {
                continue;
            }
            self.quotes.found += 1;
            for e in found {
                if kept.len() < QUOTES_MAX && !kept.contains(&e) && !gives_orders(&e.quote) {
                    kept.push(e);
                }
            }
        }
        kept.sort_by_key(|e| e.turn);
        kept
    }

    fn hold(&mut self, judgement: Option<&Judgement>) -> Held {
        let Some(j) = judgement else {
            return Held {
                score: None,
                confidence: Confidence::Low,
                note: "The model gave no judgement.".to_owned(),
                evidence: Vec::new(),
                out_of_range: false,
            };
        };
        let evidence = self.evidence(&j.quotes);
        let (score, out_of_range) = in_range(j.score);
        Held {
            score,
            confidence: carried(j.confidence.as_deref(), &evidence),
            note: sentence(j.note.as_deref().unwrap_or_default()),
            evidence,
            out_of_range,
        }
    }
}

/// A score from 0 to 10 with one decimal; whether the given one was beyond that.
fn in_range(score: Option<f64>) -> (Option<f64>, bool) {
    let Some(score) = score.filter(|s| !s.is_nan()) else {
        return (None, false);
    };
    let held = (score.clamp(0.0, 10.0) * 10.0).round() / 10.0;
    (Some(held.abs()), !(0.0..=10.0).contains(&score))
}

/// The model's word, capped by what there is to show: no quote, low; one, medium.
fn carried(word: Option<&str>, evidence: &[Evidence]) -> Confidence {
    let said = match word.map(|w| w.trim().to_ascii_lowercase()).as_deref() {
        Some("high") => Confidence::High,
        Some("medium") => Confidence::Medium,
        _ => Confidence::Low,
    };
    match (evidence.len(), said) {
        (0, _) => Confidence::Low,
        (1, Confidence::High) => Confidence::Medium,
        (_, said) => said,
    }
}

fn sentence(given: &str) -> String {
    text::shorten(&text::one_line(given), SENTENCE_MAX)
}

fn sentences(given: Vec<String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for one in given {
        let one = sentence(&one);
        if !one.is_empty() && !kept.contains(&one) && kept.len() < SENTENCES_MAX {
            kept.push(one);
        }
    }
    kept
}

/// Whether the candidate said anything to a question.
pub(super) fn answered(question: &Question, turns: &[Turn]) -> bool {
    turns
        .iter()
        .any(|t| t.speaker == Speaker::Candidate && t.question == Some(question.id) && !t.text.trim().is_empty())
}

/// A result out of what a model answered about some questions (`asked`, indices) and all criteria. Questions that it was not
/// asked about stand there without a score.
pub(super) fn accept(given: Assessment, asked: &[usize], input: &Input<'_>) -> AnalysisResult {
    let mut court = Court {
        sayings: Sayings::of(input.turns),
        quotes: QuoteCount::default(),
    };
    let mut cautions = Vec::new();
    let find = |list: &[Judgement], name: &str| list.iter().find(|j| same_ref(&j.of, name)).cloned();
    let mut questions = Vec::with_capacity(input.questions.len());
    for (i, question) in input.questions.iter().enumerate() {
        let is_answered = answered(question, input.turns);
        let mut result = QuestionResult {
            id: question.id,
            text: question.text.clone(),
            answered: is_answered,
            score: None,
            note: if is_answered {
                String::new()
            } else {
                "Not answered.".to_owned()
            },
            evidence: Vec::new(),
            confidence: None,
            unevidenced: false,
        };
        if is_answered && asked.contains(&i) {
            let held = court.hold(find(&given.questions, &question_ref(i)).as_ref());
            if held.out_of_range {
                cautions.push(out_of_range(&format!("question {}", i + 1)));
            }
            result.unevidenced = held.score.is_some() && held.evidence.is_empty();
            result.confidence = held.score.map(|_| held.confidence);
            (result.score, result.note, result.evidence) = (held.score, held.note, held.evidence);
        }
        questions.push(result);
    }
    let anything = questions.iter().any(|q| q.answered);
    let mut criteria = Vec::with_capacity(input.criteria.len());
    for (i, criterion) in input.criteria.iter().enumerate() {
        let held = court.hold(find(&given.criteria, &criterion_ref(i)).as_ref());
        if held.out_of_range {
            cautions.push(out_of_range(&format!("“{}”", criterion.name)));
        }
        let score = held.score.filter(|_| anything);
        criteria.push(CriterionResult {
            id: criterion.id,
            name: criterion.name.clone(),
            weight: criterion.weight,
            score,
            note: held.note,
            unevidenced: score.is_some() && held.evidence.is_empty(),
            confidence: score.map(|_| held.confidence),
            evidence: held.evidence,
        });
    }
    let mut result = AnalysisResult {
        overall: None,
        answered: count(questions.iter().filter(|q| q.answered).count()),
        total: count(questions.len()),
        summary: text::shorten(&text::many_lines(&given.summary), SUMMARY_MAX),
        strengths: sentences(given.strengths),
        concerns: sentences(given.concerns),
        criteria,
        questions,
        confidence: None,
        quotes: court.quotes,
        cautions,
    };
    settle(&mut result);
    result
}

/// Overall score and confidence, by our own rule, from what is there.
pub(super) fn settle(result: &mut AnalysisResult) {
    result.overall = result.overall_by_rule();
    let by_criteria = result.criteria.iter().any(|c| c.score.is_some());
    let levels: Vec<Confidence> = if by_criteria {
        result.criteria.iter().filter_map(|c| c.confidence).collect()
    } else {
        result.questions.iter().filter_map(|q| q.confidence).collect()
    };
    result.confidence = middle(&levels);
}

/// The level that at least half of all reach, rounded down.
fn middle(levels: &[Confidence]) -> Option<Confidence> {
    if levels.is_empty() {
        return None;
    }
    let reach = |least: &[Confidence]| levels.iter().filter(|l| least.contains(l)).count() * 2 > levels.len();
    Some(if reach(&[Confidence::High]) {
        Confidence::High
    } else if reach(&[Confidence::High, Confidence::Medium]) {
        Confidence::Medium
    } else {
        Confidence::Low
    })
}

/// The model's words over an interview that was read in parts.
pub(super) fn put_words(result: &mut AnalysisResult, words: Words) {
    result.summary = text::shorten(&text::many_lines(&words.summary), SUMMARY_MAX);
    result.strengths = sentences(words.strengths);
    result.concerns = sentences(words.concerns);
}

pub(super) fn count(n: usize) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}

fn out_of_range(of: &str) -> String {
    format!("The model gave a score outside 0 to 10 for {of}; it was limited to that range.")
}

/// What the reader must know about what was said: turns that speak to the model instead of answering.
pub(super) fn addressed(turns: &[Turn]) -> Option<String> {
    let numbers: Vec<String> = turns
        .iter()
        .filter(|t| t.speaker == Speaker::Candidate && gives_orders(&t.text))
        .map(|t| t.number.to_string())
        .collect();
    match numbers.as_slice() {
        [] => None,
        [one] => Some(format!(
            "Turn {one} seems to speak to the AI instead of answering. It changed nothing by itself; read it."
        )),
        many => Some(format!(
            "Turns {} seem to speak to the AI instead of answering. They changed nothing by themselves; read them.",
            many.join(", ")
        )),
    }
}
