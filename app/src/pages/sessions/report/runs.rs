//! Runs of the analysis, what changed from one to the next, and the built-in figures beside a model's judgement.

use crate::{
    components::{Badge, Tone},
    messages::creator,
    pages::sessions::when::when,
    server_fns::analysis::{AnalysesSeen, RunSeen},
};
use leptos::prelude::*;
use parley_domain::{
    analysis::{ComparedLine, Engine, SideBySide},
    session::AnalysisState,
};

fn score(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), |s| format!("{s:.1}"))
}

/// `+1.2 ↑`, `−0.3 ↓`, `0.0`.
fn signed(difference: Option<f64>) -> String {
    match difference {
        None => String::new(),
        Some(d) if d > 0.0 => format!("+{d:.1} ↑"),
        Some(d) if d < 0.0 => format!("−{:.1} ↓", d.abs()),
        Some(_) => "0.0".to_owned(),
    }
}

fn made_by(engine: Engine, model: Option<&str>, prompt: Option<&str>) -> String {
    match engine {
        Engine::BuiltIn => creator().analysis.built_in_engine.to_owned(),
        Engine::Ai => [model, prompt].into_iter().flatten().collect::<Vec<_>>().join(" · "),
    }
}

/// A table of two scores and their difference a line.
fn lines(before: String, after: String, pair: &SideBySide, only_moved: bool) -> AnyView {
    let t = &creator().analysis;
    let row = |name: String, before: Option<f64>, after: Option<f64>, difference: Option<f64>| {
        view! {
            <tr>
                <th scope="row" class="beside__name">{name}</th>
                <td class="num">{score(before)}</td>
                <td class="num">{score(after)}</td>
                <td class="num">{signed(difference)}</td>
            </tr>
        }
    };
    let overall = row(
        creator().sessions.overall.to_owned(),
        pair.overall_before,
        pair.overall_after,
        pair.overall_difference,
    );
    let rest = pair
        .lines
        .iter()
        .filter(|l| !only_moved || l.moved())
        .map(|l: &ComparedLine| row(l.name.clone(), l.before, l.after, l.difference))
        .collect_view();
    view! {
        <div class="table-box">
            <table class="table beside">
                <thead>
                    <tr>
                        <th scope="col">{t.beside_what}</th>
                        <th scope="col" class="num">{before}</th>
                        <th scope="col" class="num">{after}</th>
                        <th scope="col" class="num">{t.difference}</th>
                    </tr>
                </thead>
                <tbody>{overall} {rest}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// The built-in figures beside the model's judgement, where both are there.
#[component]
pub(super) fn BesidePart(seen: AnalysesSeen) -> impl IntoView {
    let t = &creator().analysis;
    seen.beside.map(|pair| {
        let model = pair.after.model.clone().unwrap_or_else(|| t.ai_engine.to_owned());
        view! {
            <section class="stack stack--tight" aria-labelledby="beside-title">
                <h3 id="beside-title">{t.beside}</h3>
                <p class="muted small prose">{t.beside_help}</p>
                {lines(t.built_in_engine.to_owned(), model, &pair, false)}
            </section>
        }
    })
}

/// All runs, newest first, where there is more than one.
#[component]
pub(super) fn RunsPart(seen: AnalysesSeen) -> impl IntoView {
    let t = &creator().analysis;
    (seen.runs.len() > 1).then(|| {
        let rows = seen.runs.iter().map(run).collect_view();
        let changes = seen.runs.iter().filter_map(changed).collect_view();
        view! {
            <section class="stack stack--tight" aria-labelledby="runs-title">
                <h3 id="runs-title">{t.runs}</h3>
                <div class="table-box">
                    <table class="table">
                        <thead>
                            <tr>
                                <th scope="col" class="num">{t.run_col}</th>
                                <th scope="col">{t.made_by}</th>
                                <th scope="col">{t.made_at}</th>
                                <th scope="col" class="num">{t.overall_col}</th>
                                <th scope="col" class="num">{t.change_col}</th>
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
                {changes}
            </section>
        }
    })
}

fn run(r: &RunSeen) -> AnyView {
    let t = &creator().analysis;
    let state = match r.state {
        AnalysisState::Ready | AnalysisState::None => None,
        AnalysisState::Queued => Some((Tone::Busy, t.state_queued)),
        AnalysisState::Running => Some((Tone::Busy, t.state_running)),
        AnalysisState::Failed => Some((Tone::Harm, t.state_failed)),
    };
    let state = state.map(|(tone, word)| view! { " " <Badge tone=tone label=word/> });
    let error = r.error.clone().map(|e| view! { <p class="muted small">{e}</p> });
    let by = made_by(r.engine, r.model.as_deref(), r.prompt_version.as_deref());
    let by = if by.is_empty() { t.ai_engine.to_owned() } else { by };
    view! {
        <tr>
            <td class="num">{r.run}</td>
            <td>{by} {state} {error}</td>
            <td>{r.at.clone().map(when)}</td>
            <td class="num">{score(r.overall)}</td>
            <td class="num">{r.changes.as_ref().map(|c| signed(c.overall_difference))}</td>
        </tr>
    }
    .into_any()
}

/// What changed in a run: folded away, only the scores that moved.
fn changed(r: &RunSeen) -> Option<AnyView> {
    let t = &creator().analysis;
    let pair = r.changes.as_ref()?;
    let title = format!(
        "{}: {}",
        (t.run_n)(r.run),
        (t.changed_from)(pair.before.run).to_lowercase()
    );
    let inside = if pair.same_scores() {
        view! { <p class="muted">{t.nothing_changed}</p> }.into_any()
    } else {
        lines((t.run_n)(pair.before.run), (t.run_n)(pair.after.run), pair, true)
    };
    Some(
        view! {
            <details class="folded">
                <summary>{title}</summary>
                {inside}
            </details>
        }
        .into_any(),
    )
}
