//! One score: its bar, the sentence that says why, and the words of the candidate that it rests on.

use crate::{
    components::{Badge, Tone},
    messages::creator,
};
use leptos::prelude::*;
use parley_domain::analysis::{Confidence, CriterionResult, Evidence, QuestionResult};

/// The word for a confidence.
pub(super) fn confidence_word(level: Confidence) -> &'static str {
    let t = &creator().analysis;
    match level {
        Confidence::Low => t.confidence_low,
        Confidence::Medium => t.confidence_medium,
        Confidence::High => t.confidence_high,
    }
}

/// A labelled bar with its figure; a dash where there is no score.
fn bar(label: String, score: Option<f64>) -> AnyView {
    match score {
        Some(score) => view! {
            <progress class="bar" max="10" value=score.to_string() aria-label=label></progress>
            <span class="scores__figure">{format!("{score:.1}")}</span>
        }
        .into_any(),
        None => view! {
            <span class="bar bar--none" aria-hidden="true"></span>
            <span class="scores__figure faint" aria-label=creator().sessions.not_scored>"–"</span>
        }
        .into_any(),
    }
}

/// Quotes, each a link to the line of the transcript that it stands in.
fn quotes(evidence: Vec<Evidence>) -> AnyView {
    if evidence.is_empty() {
        return ().into_any();
    }
    let quotes = evidence
        .into_iter()
        .map(|e| {
            let href = format!("#turn-{}", e.turn);
            let to = (creator().sessions.turn_ref)(e.turn);
            view! {
                <li>
                    <q><bdi>{e.quote}</bdi></q>
                    " "
                    // The browser's own jump: it sets the target that the style lights up.
                    <a class="small" href=href rel="external">{to}</a>
                </li>
            }
        })
        .collect_view();
    view! { <ul class="quotes">{quotes}</ul> }.into_any()
}

/// The sentence, how sure it is, and whether anything was found that it rests on.
fn why(note: String, confidence: Option<Confidence>, unevidenced: bool) -> AnyView {
    let t = &creator().analysis;
    let sure = confidence.map(|level| {
        view! { " " <span class="faint">{format!("{}: {}.", t.confidence, confidence_word(level).to_lowercase())}</span> }
    });
    let without = unevidenced.then(|| {
        view! {
            <p class="row small">
                <Badge tone=Tone::Busy label=t.unevidenced/>
                <span class="muted">{t.unevidenced_hint}</span>
            </p>
        }
    });
    view! {
        <p class="muted small">{note} {sure}</p>
        {without}
    }
    .into_any()
}

pub(super) fn criterion(c: CriterionResult) -> AnyView {
    let weight = ((c.weight - 1.0).abs() > f64::EPSILON).then(|| {
        view! { <span class="faint small">{format!("{} {}", creator().sessions.weight, c.weight)}</span> }
    });
    view! {
        <li class="scores__item">
            <div class="scores__line">
                <span class="scores__name strong">{c.name.clone()} " " {weight}</span>
                {bar(c.name, c.score)}
            </div>
            {why(c.note, c.confidence, c.unevidenced)}
            {quotes(c.evidence)}
        </li>
    }
    .into_any()
}

pub(super) fn question(n: usize, q: QuestionResult) -> AnyView {
    let label = (creator().attempts.question_n)(n);
    view! {
        <li class="scores__item">
            <div class="scores__line">
                <span class="scores__name keep-lines">{q.text}</span>
                {bar(label, q.score)}
            </div>
            {why(q.note, q.confidence, q.unevidenced)}
            {quotes(q.evidence)}
        </li>
    }
    .into_any()
}
