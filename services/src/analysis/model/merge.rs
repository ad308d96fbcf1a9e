//! An interview that was read in parts, put together by our own rule: a question's judgement is the one of the part that
//! held it; a criterion's score is the mean of the parts that have one, each counting by the answered questions it read.

use super::answer::settle;
use parley_domain::{
    analysis::{AnalysisResult, Confidence, CriterionResult, Evidence, QuoteCount},
    text::shorten,
};

/// Most quotes under one score.
const QUOTES_MAX: usize = 5;

/// One part: which questions it held, and what came of it.
pub(super) struct Part {
    pub(super) asked: Vec<usize>,
    pub(super) result: AnalysisResult,
}

/// Puts parts together. The words above are those of the parts, one after the other, until better ones are written.
pub(super) fn together(parts: &[Part]) -> Option<AnalysisResult> {
    let mut whole = parts.first()?.result.clone();
    if parts.len() == 1 {
        return Some(whole);
    }
    for part in parts.iter().skip(1) {
        for i in &part.asked {
            if let (Some(to), Some(from)) = (whole.questions.get_mut(*i), part.result.questions.get(*i)) {
                *to = from.clone();
            }
        }
    }
    for (i, criterion) in whole.criteria.iter_mut().enumerate() {
        let of: Vec<_> = parts
            .iter()
            .filter_map(|p| Some((weight(p), p.result.criteria.get(i)?)))
            .collect();
        mean(criterion, &of);
    }
    let all = |list: fn(&AnalysisResult) -> &Vec<String>| -> Vec<String> {
        parts.iter().flat_map(|p| list(&p.result)).take(8).cloned().collect()
    };
    whole.summary = parts
        .iter()
        .map(|p| p.result.summary.as_str())
        .collect::<Vec<_>>()
        .join("\n\n");
    whole.strengths = all(|r| &r.strengths);
    whole.concerns = all(|r| &r.concerns);
    whole.cautions = parts.iter().flat_map(|p| p.result.cautions.iter().cloned()).collect();
    whole.quotes = parts.iter().fold(QuoteCount::default(), |sum, p| QuoteCount {
        given: sum.given + p.result.quotes.given,
        found: sum.found + p.result.quotes.found,
    });
    settle(&mut whole);
    Some(whole)
}

fn weight(part: &Part) -> f64 {
    let read = part
        .asked
        .iter()
        .filter(|i| part.result.questions.get(**i).is_some_and(|q| q.answered));
    f64::from(u32::try_from(read.count()).unwrap_or(u32::MAX))
}

fn mean(to: &mut CriterionResult, of: &[(f64, &CriterionResult)]) {
    to.score = parley_domain::analysis::overall(of.iter().map(|(weight, c)| (*weight, c.score)));
    let scored = || of.iter().map(|(_, c)| *c).filter(|c| c.score.is_some());
    let mut evidence: Vec<Evidence> = Vec::new();
    for e in scored().flat_map(|c| &c.evidence) {
        if !evidence.contains(e) && evidence.len() < QUOTES_MAX {
            evidence.push(e.clone());
        }
    }
    let lowest = [Confidence::Low, Confidence::Medium, Confidence::High]
        .into_iter()
        .find(|level| scored().any(|c| c.confidence == Some(*level)));
    let notes: Vec<_> = scored().map(|c| c.note.as_str()).filter(|n| !n.is_empty()).collect();
    if !notes.is_empty() {
        to.note = shorten(&notes.join(" "), 1_200);
    }
    to.confidence = to.score.and(lowest);
    to.unevidenced = to.score.is_some() && evidence.is_empty();
    to.evidence = evidence;
}
