//! How the score was made: model, prompt, measure, date, quotes, confidence; and that a person decides.

use super::scores::confidence_word;
use crate::messages::creator;
use leptos::prelude::*;
use parley_domain::{
    analysis::{Analysis, Engine},
    time::ShownTime,
};

#[component]
pub(super) fn MadePart(analysis: Analysis, made: Option<ShownTime>) -> impl IntoView {
    let t = &creator().analysis;
    let by = match analysis.engine {
        Engine::BuiltIn => t.built_in_engine.to_owned(),
        Engine::Ai => format!("{}: {}", t.ai_engine, analysis.model.clone().unwrap_or_default()),
    };
    let count = analysis.result.quotes;
    let quotes = (analysis.engine == Engine::Ai).then(|| {
        if count.given == 0 {
            t.quotes_none.to_owned()
        } else {
            (t.quotes_found)(count.given, count.found)
        }
    });
    let fact = |label: &'static str, value: Option<String>| {
        value.map(|value| view! { <div><dt>{label}</dt><dd>{value}</dd></div> })
    };
    let at = made.map(|at| {
        view! { <div><dt>{t.made_at}</dt><dd><time datetime=at.at.to_string()>{at.exact}</time></dd></div> }
    });
    let confidence = analysis
        .result
        .confidence
        .map(|level| confidence_word(level).to_owned());
    view! {
        <section class="card stack stack--tight made" aria-labelledby="made-title">
            <h3 id="made-title">{t.made}</h3>
            <dl class="made__facts">
                {fact(t.made_by, Some(by))}
                {fact(t.prompt, analysis.prompt_version.clone())}
                {fact(t.rubric, analysis.rubric.map(|n| (t.version_n)(n)))}
                {at}
                {fact(creator().analysis.run_col, Some(analysis.run.to_string()))}
                {fact(t.quotes, quotes)}
                {fact(t.confidence, confidence)}
            </dl>
            <p class="muted small prose">{t.overall_rule} " " {t.text_alone} " " {t.person_decides}</p>
        </section>
    }
}
