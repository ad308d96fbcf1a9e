//! What the analysis says: the overall score, criteria and questions as bars, each with the words it rests on.

use super::Sheet;
use crate::{
    components::{Badge, Button, Notice, NoticeKind, Tone},
    messages::creator,
    server_fns::sessions::{ReportData, analyse_again},
};
use leptos::{prelude::*, task::spawn_local};
use parley_domain::{
    analysis::{Analysis, CriterionResult, Engine, Evidence, QuestionResult},
    session::{AnalysisState, Status},
};

#[component]
pub(super) fn AnalysisPart(found: ReportData, sheet: Sheet) -> impl IntoView {
    let t = &creator().sessions;
    let a = found.analysis;
    let again = (found.may.end && found.session.status == Status::Completed).then(|| {
        let busy = RwSignal::new(matches!(a.state, AnalysisState::Queued | AnalysisState::Running));
        let press = Callback::new(move |()| {
            busy.set(true);
            spawn_local(async move {
                let done = analyse_again(sheet.slug.get_untracked(), found.session.id).await;
                sheet.trouble.set(done.err());
                sheet.reload();
            });
        });
        view! { <span class="push no-print"><Button busy=busy on_press=press>{t.run_again}</Button></span> }
    });
    let said = a.result.total > 0;
    view! {
        <section class="section stack" aria-labelledby="overall-title">
            <div class="row">
                <h2 id="overall-title">{t.overall}</h2>
                {again}
            </div>
            {standing(&a, said)}
            {said.then(|| said_view(a))}
        </section>
    }
}

/// Where the analysis stands, unless it is simply there.
fn standing(a: &Analysis, said: bool) -> AnyView {
    let t = &creator().sessions;
    let line = |text: &'static str| view! { <p class="muted" role="status">{text}</p> }.into_any();
    match a.state {
        AnalysisState::None => line(t.analysis_none),
        AnalysisState::Queued | AnalysisState::Running if said => line(t.analysis_again),
        AnalysisState::Queued => line(t.analysis_queued),
        AnalysisState::Running => line(t.analysis_running),
        AnalysisState::Failed => {
            let text = a.error.clone().unwrap_or_default();
            view! { <Notice kind=NoticeKind::Error title=t.analysis_failed text=text/> }.into_any()
        }
        AnalysisState::Ready => ().into_any(),
    }
}

fn said_view(a: Analysis) -> AnyView {
    let t = &creator().sessions;
    let engine = match a.engine {
        Engine::BuiltIn => t.built_in.to_owned(),
        Engine::Ai => [a.model.unwrap_or_default(), a.prompt_version.unwrap_or_default()].join(" · "),
    };
    let figure = match a.result.overall {
        Some(score) => view! {
            <span class="figure__number">{format!("{score:.1}")}</span>
            <span class="muted">{t.of_ten}</span>
        }
        .into_any(),
        None => view! { <span class="figure__number faint">{t.not_scored}</span> }.into_any(),
    };
    let run = (t.run)(a.run);
    let answered = (t.answered_of)(a.result.answered, a.result.total);
    let criteria = (!a.result.criteria.is_empty()).then(|| {
        let list = a.result.criteria.into_iter().map(criterion).collect_view();
        view! { <h3>{t.criteria}</h3> <ul class="scores">{list}</ul> }
    });
    let questions = a
        .result
        .questions
        .into_iter()
        .enumerate()
        .map(|(n, q)| question(n + 1, q))
        .collect_view();
    view! {
        <div class="report__overall">
            <p class="figure">{figure}</p>
            <div class="stack stack--tight">
                <p>{answered}</p>
                <p class="row">
                    <Badge tone=Tone::Accent label=engine/>
                    <span class="faint small">{run}</span>
                </p>
            </div>
        </div>
        <p class="prose">{a.result.summary}</p>
        <div class="report__two">
            {sentences(t.strengths, a.result.strengths)}
            {sentences(t.concerns, a.result.concerns)}
        </div>
        {criteria}
        <h3>{t.questions}</h3>
        <ol class="scores">{questions}</ol>
    }
    .into_any()
}

fn sentences(title: &'static str, lines: Vec<String>) -> AnyView {
    if lines.is_empty() {
        return ().into_any();
    }
    let lines = lines.into_iter().map(|l| view! { <li>{l}</li> }).collect_view();
    view! { <div><h3>{title}</h3><ul class="prose">{lines}</ul></div> }.into_any()
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

fn criterion(c: CriterionResult) -> impl IntoView {
    let weight = ((c.weight - 1.0).abs() > f64::EPSILON).then(|| {
        view! { <span class="faint small">{format!("{} {}", creator().sessions.weight, c.weight)}</span> }
    });
    view! {
        <li class="scores__item">
            <div class="scores__line">
                <span class="scores__name strong">{c.name.clone()} " " {weight}</span>
                {bar(c.name, c.score)}
            </div>
            <p class="muted small">{c.note}</p>
            {quotes(c.evidence)}
        </li>
    }
}

fn question(n: usize, q: QuestionResult) -> impl IntoView {
    let label = format!("{} {n}", creator().sessions.questions);
    view! {
        <li class="scores__item">
            <div class="scores__line">
                <span class="scores__name keep-lines">{q.text}</span>
                {bar(label, q.score)}
            </div>
            <p class="muted small">{q.note}</p>
            {quotes(q.evidence)}
        </li>
    }
}
