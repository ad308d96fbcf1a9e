//! What the analysis says beside the overall score, which stands in the head: its summary and how it was made, criteria and
//! questions as bars, each with the words it rests on; runs before it, and the built-in figures beside a model's judgement.

use super::{
    Sheet,
    made::MadePart,
    runs::{BesidePart, RunsPart},
    scores::{criterion, question},
};
use crate::{
    components::{Badge, Button, ButtonKind, ConfirmDialog, Notice, NoticeKind, Toasts, Tone, use_toasts},
    messages::creator,
    server_fns::{analysis::analyse_again, sessions::ReportData},
};
use leptos::{prelude::*, task::spawn_local};
use parley_domain::{
    analysis::{Analysis, Engine},
    id::SessionId,
    session::{AnalysisState, Status},
};

#[component]
pub(super) fn AnalysisPart(found: ReportData, sheet: Sheet) -> impl IntoView {
    let t = &creator().sessions;
    let a = found.analysis;
    let again = (found.may.end && found.session.status == Status::Completed).then(|| {
        let busy = matches!(a.state, AnalysisState::Queued | AnalysisState::Running);
        view! { <Again id=found.session.id model=found.analyses.model.clone() busy=busy sheet=sheet/> }
    });
    let said = a.result.total > 0;
    let analyses = found.analyses;
    let made = analyses.made.clone();
    view! {
        <section class="section stack" aria-labelledby="analysis-title">
            <div class="row">
                <h2 id="analysis-title">{t.summary}</h2>
                {again}
            </div>
            {standing(&a, said)}
            {said.then(|| said_view(a, made))}
            <BesidePart seen=analyses.clone()/>
            <RunsPart seen=analyses/>
        </section>
    }
}

/// Asks for another run. What is read next says whether there is one; a refusal leaves everything as it is.
fn run(sheet: Sheet, toasts: Toasts, id: SessionId, engine: Engine) {
    sheet.running.set(true);
    sheet.calling.set_value(true);
    let slug = sheet.slug.get_untracked();
    spawn_local(async move {
        let done = analyse_again(slug, id, Some(engine)).await;
        sheet.calling.try_set_value(false);
        if done.is_err() {
            sheet.running.try_set(false);
        }
        sheet.settle(id, toasts, done.err());
    });
}

/// **Run again**. Where a model is configured, the built-in analysis can be run beside it; both then ask first.
#[component]
fn Again(id: SessionId, model: Option<String>, busy: bool, sheet: Sheet) -> impl IntoView {
    let (s, t) = (&creator().sessions, &creator().analysis);
    let toasts = use_toasts();
    let busy = Signal::derive(move || busy || sheet.running.get());
    let Some(model) = model else {
        // Costs nothing and is done at once: nothing to ask.
        let press = Callback::new(move |()| run(sheet, toasts, id, Engine::BuiltIn));
        return view! { <span class="push no-print"><Button busy=busy on_press=press>{s.run_again}</Button></span> }
            .into_any();
    };
    let (by_model, built_in) = sheet.again;
    let label = (t.run_again_with)(&model);
    view! {
        <span class="row push no-print">
            <Button kind=ButtonKind::Quiet disabled=busy on_press=Callback::new(move |()| built_in.set(true))>
                {t.run_built_in}
            </Button>
            <Button busy=busy on_press=Callback::new(move |()| by_model.set(true))>{label}</Button>
        </span>
    }
    .into_any()
}

/// The questions before it: what it takes. They stand outside of what is drawn anew as the session moves.
#[component]
pub(super) fn AgainDialogs(found: Memo<Option<ReportData>>, sheet: Sheet) -> impl IntoView {
    let (s, t) = (&creator().sessions, &creator().analysis);
    let model = Memo::new(move |_| {
        found.with(|found| {
            found
                .as_ref()
                .and_then(|f| f.analyses.model.clone().map(|model| (f.session.id, model)))
        })
    });
    let (by_model, built_in) = sheet.again;
    let toasts = use_toasts();
    move || {
        let (id, model) = model.get()?;
        let cost = (t.again_cost)(&model);
        Some(view! {
            <ConfirmDialog
                id="again-ai"
                open=by_model
                title=t.again_title
                text=format!("{} {cost}", t.again_text)
                confirm=s.run_again
                on_confirm=Callback::new(move |()| run(sheet, toasts, id, Engine::Ai))
            />
            <ConfirmDialog
                id="again-built-in"
                open=built_in
                title=t.again_built_in_title
                text=format!("{} {}", t.again_text, t.again_cost_built_in)
                confirm=t.run_built_in
                on_confirm=Callback::new(move |()| run(sheet, toasts, id, Engine::BuiltIn))
            />
        })
    }
}

/// Where the analysis stands, unless it is simply there.
fn standing(a: &Analysis, said: bool) -> AnyView {
    let t = &creator().sessions;
    let line = |text: &'static str| view! { <p class="muted" role="status">{text}</p> }.into_any();
    let on_its_way = matches!(a.state, AnalysisState::Queued | AnalysisState::Running);
    match a.state {
        AnalysisState::None => line(t.analysis_none),
        _ if on_its_way && a.error.is_some() => {
            let text = format!(
                "{} {}",
                a.error.clone().unwrap_or_default(),
                creator().analysis.trying_again
            );
            view! { <Notice kind=NoticeKind::Mind title=t.analysis_queued text=text/> }.into_any()
        }
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

fn said_view(a: Analysis, made: Option<parley_domain::time::ShownTime>) -> AnyView {
    let t = &creator().sessions;
    let engine = match a.engine {
        Engine::BuiltIn => t.built_in.to_owned(),
        Engine::Ai => a.model.clone().unwrap_or_default(),
    };
    let cautions = cautions(&a.result.cautions);
    let part = view! { <MadePart analysis=a.clone() made=made/> };
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
        {cautions}
        <p class="row">
            <Badge tone=Tone::Accent label=engine/>
            <span class="faint small">{creator().analysis.person_decides}</span>
        </p>
        <p class="prose keep-lines">{a.result.summary}</p>
        <div class="report__two">
            {sentences(t.strengths, a.result.strengths)}
            {sentences(t.concerns, a.result.concerns)}
        </div>
        {criteria}
        <h3>{t.questions}</h3>
        <ol class="scores">{questions}</ol>
        {part}
    }
    .into_any()
}

/// What the reader must know before the scores.
fn cautions(lines: &[String]) -> AnyView {
    if lines.is_empty() {
        return ().into_any();
    }
    let lines = lines.iter().map(|l| view! { <li>{l.clone()}</li> }).collect_view();
    view! {
        <Notice kind=NoticeKind::Mind title=creator().analysis.cautions>
            <ul>{lines}</ul>
        </Notice>
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
