//! The built-in analysis: figures that anybody can check by hand. Deterministic, no model, no network, no clock.
//!
//! An expected point counts as touched when enough of its content words appear in the answer: all of one or two, three
//! fifths of more. The quote is the sentence with most of them. What it cannot know (whether a thing is right, or well
//! said) it does not judge, and where no expected points were written down there is no score.

use super::{
    sentences::{quote, sentences},
    terms::{count, enough, terms},
};
use parley_domain::{
    analysis::{AnalysisResult, CriterionResult, Evidence, QuestionResult, overall},
    conversation::{Speaker, Turn},
    interview::Criterion,
    question::Question,
    text::{fold, shorten},
};
use std::collections::BTreeSet;

/// What is analysed: the version that the session is pinned to and its transcript.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// What answers are judged by.
    pub criteria: &'a [Criterion],
    /// What was asked.
    pub questions: &'a [Question],
    /// What was said.
    pub turns: &'a [Turn],
}

/// An expected point and where it is touched.
struct Point<'a> {
    text: &'a str,
    terms: BTreeSet<String>,
    touched: Option<Evidence>,
}

/// One question with what became of it.
struct Answered<'a> {
    question: &'a Question,
    answers: Vec<&'a Turn>,
    words: usize,
    points: Vec<Point<'a>>,
    /// Choices that were picked and are not among the expected points.
    amiss: usize,
}

/// Analyses a session.
#[must_use]
pub fn analyse(input: Input<'_>) -> AnalysisResult {
    let all: Vec<_> = input.questions.iter().map(|q| read(q, input.turns)).collect();
    let questions: Vec<_> = all.iter().map(question_result).collect();
    let criteria: Vec<_> = input.criteria.iter().map(|c| criterion_result(c, &all)).collect();
    let by_criteria = overall(criteria.iter().map(|c| (c.weight, c.score)));
    let total = by_criteria.or_else(|| overall(questions.iter().map(|q| (1.0, q.score))));
    let answered = all.iter().filter(|a| !a.answers.is_empty()).count();
    AnalysisResult {
        overall: total,
        answered: small(answered),
        total: small(all.len()),
        summary: summary(&all, input.criteria, by_criteria.is_some()),
        strengths: strengths(&all),
        concerns: concerns(&all),
        criteria,
        questions,
        ..Default::default()
    }
}

/// The result where nothing was answered.
#[must_use]
pub fn nothing_answered(criteria: &[Criterion], questions: &[Question]) -> AnalysisResult {
    AnalysisResult {
        summary: "Nothing was answered.".to_owned(),
        ..analyse(Input {
            criteria,
            questions,
            turns: &[],
        })
    }
}

fn small(n: usize) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}

fn read<'a>(question: &'a Question, turns: &'a [Turn]) -> Answered<'a> {
    let answers: Vec<_> = turns
        .iter()
        .filter(|t| t.speaker == Speaker::Candidate && t.question == Some(question.id) && !t.text.trim().is_empty())
        .collect();
    let words = answers.iter().map(|t| count(&t.text)).sum();
    let mut points: Vec<_> = question
        .expected_points
        .iter()
        .map(|text| Point {
            text,
            terms: terms(text),
            touched: None,
        })
        .collect();
    let amiss = if points.is_empty() {
        // Where nothing is expected, no pick is unexpected.
        0
    } else if question.kind.has_choices() {
        compare_choices(question, &answers, &mut points)
    } else {
        points.iter_mut().for_each(|p| p.touched = touch(p, &answers));
        0
    };
    Answered {
        question,
        answers,
        words,
        points,
        amiss,
    }
}

fn touch(point: &Point<'_>, answers: &[&Turn]) -> Option<Evidence> {
    if point.terms.is_empty() {
        // A point such as "C" or "?" has no content words: it is looked for as it stands.
        return literally(point.text, answers);
    }
    let common = |text: &str| terms(text).intersection(&point.terms).count();
    for turn in answers {
        if common(&turn.text) < enough(point.terms.len()) {
            continue;
        }
        let mut best: Option<(usize, &str)> = None;
        for sentence in sentences(&turn.text) {
            let n = common(quote(sentence));
            if n > best.map_or(0, |(most, _)| most) {
                best = Some((n, sentence));
            }
        }
        return best.map(|(_, s)| Evidence {
            turn: turn.number,
            quote: quote(s).to_owned(),
        });
    }
    None
}

fn literally(point: &str, answers: &[&Turn]) -> Option<Evidence> {
    let wanted = fold(point);
    answers.iter().find_map(|turn| {
        let sentence = sentences(&turn.text).into_iter().find(|s| {
            fold(s)
                .split(char::is_whitespace)
                .any(|w| w.trim_matches(['.', ',', '!', ';']) == wanted)
        })?;
        Some(Evidence {
            turn: turn.number,
            quote: quote(sentence).to_owned(),
        })
    })
}

/// Compares the picked choices with the expected points; how many were picked that are none of them.
fn compare_choices(question: &Question, answers: &[&Turn], points: &mut [Point<'_>]) -> usize {
    let Some(turn) = answers.last() else { return 0 };
    let mut rest = turn.text.clone();
    let mut choices: Vec<_> = question.choices.iter().map(|c| c.text.as_str()).collect();
    // Longest first: "Java" stands in "JavaScript" too.
    choices.sort_by_key(|c| std::cmp::Reverse(c.len()));
    let mut amiss = 0;
    for choice in choices {
        if !rest.contains(choice) {
            continue;
        }
        rest = rest.replacen(choice, "\u{0}", 1);
        let said = terms(choice);
        let meant = points.iter_mut().find(|p| {
            fold(p.text) == fold(choice)
                || !p.terms.is_empty() && said.intersection(&p.terms).count() >= enough(p.terms.len())
        });
        match meant {
            Some(point) => {
                point.touched = Some(Evidence {
                    turn: turn.number,
                    quote: quote(choice).to_owned(),
                });
            }
            None => amiss += 1,
        }
    }
    amiss
}

/// 0 to 10, one decimal.
fn share(part: usize, whole: usize) -> Option<f64> {
    let (part, whole) = (u32::try_from(part).ok()?, u32::try_from(whole).ok()?);
    (whole > 0).then(|| (f64::from(part) / f64::from(whole) * 100.0).round() / 10.0)
}

fn plural(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

impl Answered<'_> {
    fn touched(&self) -> usize {
        self.points.iter().filter(|p| p.touched.is_some()).count()
    }

    fn score(&self) -> Option<f64> {
        if self.answers.is_empty() {
            return None;
        }
        // A wrong pick takes a right one back, so that picking everything is worth nothing.
        share(self.touched().saturating_sub(self.amiss), self.points.len())
    }

    fn missing(&self) -> impl Iterator<Item = &str> {
        self.points.iter().filter(|p| p.touched.is_none()).map(|p| p.text)
    }

    fn name(&self) -> String {
        format!("“{}”", shorten(&self.question.text.replace('\n', " "), 80))
    }
}

fn question_result(a: &Answered<'_>) -> QuestionResult {
    let answered = !a.answers.is_empty();
    let choices = a.question.kind.has_choices();
    let note = if !answered {
        "Not answered.".to_owned()
    } else if a.points.is_empty() {
        format!(
            "{}. No expected points were written down, so there is no score.",
            plural(a.words, "word", "words")
        )
    } else if choices {
        let expected = plural(a.points.len(), "expected choice", "expected choices");
        match a.amiss {
            0 => format!("{} of {expected} picked.", a.touched()),
            n => format!(
                "{} of {expected} picked, and {}.",
                a.touched(),
                plural(n, "other", "others")
            ),
        }
    } else {
        let expected = plural(a.points.len(), "expected point", "expected points");
        format!(
            "{} of {expected} touched, in {}.",
            a.touched(),
            plural(a.words, "word", "words")
        )
    };
    QuestionResult {
        id: a.question.id,
        text: a.question.text.clone(),
        answered,
        score: a.score(),
        note,
        evidence: distinct(a.points.iter().filter_map(|p| p.touched.clone())),
        confidence: None,
        unevidenced: false,
    }
}

fn distinct(evidence: impl Iterator<Item = Evidence>) -> Vec<Evidence> {
    let mut found: Vec<Evidence> = Vec::new();
    for e in evidence {
        if !found.contains(&e) {
            found.push(e);
        }
    }
    found.sort_by_key(|e| e.turn);
    found
}

/// A criterion is measured by the expected points that share content words with it; and, of questions whose text does,
/// by all their points. Only answered questions count.
fn criterion_result(criterion: &Criterion, all: &[Answered<'_>]) -> CriterionResult {
    let own: BTreeSet<_> = terms(&criterion.name)
        .union(&terms(&criterion.description))
        .cloned()
        .collect();
    let shares = |text: &BTreeSet<String>| text.intersection(&own).next().is_some();
    let (mut touched, mut of, mut questions) = (0, 0, 0);
    let mut evidence = Vec::new();
    for a in all.iter().filter(|a| !a.answers.is_empty()) {
        let whole = shares(&terms(&a.question.text));
        let points: Vec<_> = a.points.iter().filter(|p| whole || shares(&p.terms)).collect();
        if points.is_empty() {
            continue;
        }
        questions += 1;
        of += points.len();
        let hits: Vec<_> = points.iter().filter_map(|p| p.touched.clone()).collect();
        touched += hits.len().saturating_sub(a.amiss);
        evidence.extend(hits);
    }
    let note = if of == 0 {
        "No answered question has expected points that share words with this criterion, so there is nothing to judge by."
            .to_owned()
    } else {
        let points = plural(of, "expected point", "expected points");
        format!(
            "{touched} of {points} touched, in {}.",
            plural(questions, "question", "questions")
        )
    };
    CriterionResult {
        id: criterion.id,
        name: criterion.name.clone(),
        weight: criterion.weight,
        score: share(touched, of),
        note,
        evidence: distinct(evidence.into_iter()),
        confidence: None,
        unevidenced: false,
    }
}

fn summary(all: &[Answered<'_>], criteria: &[Criterion], by_criteria: bool) -> String {
    let answered = all.iter().filter(|a| !a.answers.is_empty()).count();
    let words = all.iter().map(|a| a.words).sum();
    let points: usize = all.iter().map(|a| a.points.len()).sum();
    let touched: usize = all.iter().map(Answered::touched).sum();
    let questions = plural(all.len(), "question", "questions");
    let mut text = format!(
        "{answered} of {questions} answered, {} in all.",
        plural(words, "word", "words")
    );
    if points == 0 {
        text.push_str(" The questions have no expected points, so nothing is scored.");
    } else {
        let expected = plural(points, "expected point", "expected points");
        text.push_str(&format!(" {touched} of {expected} touched."));
        if !criteria.is_empty() && !by_criteria && touched > 0 {
            text.push_str(" No criterion could be measured; the overall score is the mean of the questions.");
        }
    }
    text.push_str(" These are counts of words; no AI model read the answers.");
    text
}

/// Most sentences of one kind.
const SENTENCES_MAX: usize = 8;

fn strengths(all: &[Answered<'_>]) -> Vec<String> {
    all.iter()
        .filter(|a| a.score().is_some_and(|s| s >= 7.0))
        .map(|a| {
            format!(
                "{}: {} of {} expected points touched.",
                a.name(),
                a.touched(),
                a.points.len()
            )
        })
        .take(SENTENCES_MAX)
        .collect()
}

fn concerns(all: &[Answered<'_>]) -> Vec<String> {
    let mut found = Vec::new();
    for a in all {
        if a.answers.is_empty() {
            found.push(format!("{}: not answered.", a.name()));
            continue;
        }
        let missing: Vec<_> = a.missing().map(|m| format!("“{}”", shorten(m, 60))).collect();
        if !missing.is_empty() {
            found.push(format!("{}: not touched: {}.", a.name(), missing.join(", ")));
        }
        if a.amiss > 0 {
            found.push(format!(
                "{}: {} not expected.",
                a.name(),
                plural(a.amiss, "pick", "picks")
            ));
        }
        if a.words < 5 && !a.question.kind.has_choices() {
            found.push(format!(
                "{}: answered in {}.",
                a.name(),
                plural(a.words, "word", "words")
            ));
        }
    }
    found.truncate(SENTENCES_MAX);
    found
}

/// Drops quotes that do not stand word for word in the candidate's turn that they name, and says so where a score is
/// left without any. Every result passes through here before it is stored, whatever made it.
pub fn verify(result: &mut AnalysisResult, turns: &[Turn]) {
    let stands = |e: &Evidence| {
        !e.quote.trim().is_empty()
            && turns
                .iter()
                .any(|t| t.number == e.turn && t.speaker == Speaker::Candidate && t.text.contains(&e.quote))
    };
    let check = |evidence: &mut Vec<Evidence>, note: &mut String| {
        let before = evidence.len();
        evidence.retain(stands);
        if before > 0 && evidence.is_empty() {
            note.push_str(" No quote could be found in the answers.");
        }
    };
    result
        .questions
        .iter_mut()
        .for_each(|q| check(&mut q.evidence, &mut q.note));
    result
        .criteria
        .iter_mut()
        .for_each(|c| check(&mut c.evidence, &mut c.note));
}
