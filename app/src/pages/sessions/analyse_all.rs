//! All completed sessions of an interview, analysed again: what it takes is said before anything runs, and how far it is
//! while it does. Stands on the Results tab.

use crate::{
    components::{Button, ButtonKind, Dialog, ErrorNotice, Notice, NoticeKind, Progress},
    error::AppError,
    messages::creator,
    pages::layout::{Of, on_change},
    server_fns::analysis::{BatchSeen, cancel_batch, estimate_batch, read_batch, start_batch},
};
use leptos::{prelude::*, task::spawn_local};
use parley_domain::{
    analysis::{AnalysisBatch, BatchEstimate, BatchState, Engine},
    id::InterviewId,
};

/// What the parts share.
#[derive(Clone, Copy)]
struct All {
    slug: StoredValue<String>,
    interview: InterviewId,
    data: Resource<Result<BatchSeen, AppError>>,
    open: RwSignal<bool>,
    engine: RwSignal<Engine>,
    estimate: RwSignal<Option<Result<BatchEstimate, AppError>>>,
    failed: RwSignal<Option<AppError>>,
    busy: RwSignal<bool>,
}

impl All {
    /// Asks what it would take; nothing runs.
    fn reckon(self) {
        self.estimate.set(None);
        let engine = self.engine.get_untracked();
        spawn_local(async move {
            let found = estimate_batch(self.slug.get_value(), self.interview, engine).await;
            // Another engine may have been chosen meanwhile.
            if self.engine.try_get_untracked() == Some(engine) {
                self.estimate.set(Some(found));
            }
        });
    }

    fn ask(self, engine: Engine) {
        self.engine.set(engine);
        self.reckon();
        self.open.set(true);
    }

    fn start(self) {
        self.busy.set(true);
        let engine = self.engine.get_untracked();
        spawn_local(async move {
            let started = start_batch(self.slug.get_value(), self.interview, engine).await;
            if self.busy.try_set(false).is_some() {
                return;
            }
            self.failed.set(started.err());
            self.open.set(false);
            self.data.refetch();
        });
    }

    fn stop(self) {
        spawn_local(async move {
            let stopped = cancel_batch(self.slug.get_value(), self.interview).await;
            if self.failed.try_set(stopped.err()).is_none() {
                self.data.refetch();
            }
        });
    }
}

/// The part of a page that analyses all sessions of an interview again.
#[component]
pub fn AnalyseAll(
    /// The workspace's slug.
    slug: String,
    /// The interview.
    interview: InterviewId,
) -> impl IntoView {
    let slug = StoredValue::new(slug);
    let all = All {
        slug,
        interview,
        data: Resource::new(|| (), move |()| read_batch(slug.get_value(), interview)),
        open: RwSignal::new(false),
        engine: RwSignal::new(Engine::BuiltIn),
        estimate: RwSignal::new(None),
        failed: RwSignal::new(None),
        busy: RwSignal::new(false),
    };
    on_change(
        Signal::stored(Of::interview(interview)),
        Callback::new(move |()| all.data.refetch()),
    );
    view! {
        <Transition>
            {move || Suspend::new(async move {
                match all.data.await {
                    Ok(seen) if seen.may => view! { <Part all=all seen=seen/> }.into_any(),
                    // Those who may not have nothing to see here; a failure shows when it is tried.
                    _ => ().into_any(),
                }
            })}
        </Transition>
        <Ask all=all/>
    }
}

#[component]
fn Part(all: All, seen: BatchSeen) -> impl IntoView {
    let t = creator().analysis;
    let engine = if seen.model.is_some() {
        Engine::Ai
    } else {
        Engine::BuiltIn
    };
    let running = seen.batch.as_ref().is_some_and(AnalysisBatch::is_busy);
    let last = seen.batch.filter(|_| !running).map(|b| {
        let words = if b.state == BatchState::Cancelled {
            t.all_stopped.to_owned()
        } else {
            (t.batch_done)(b.ready, b.failed)
        };
        view! { <p class="muted small" role="status">{words}</p> }
    });
    view! {
        <section class="card stack stack--tight no-print" aria-labelledby="analyse-all-title">
            <div class="row">
                <h2 id="analyse-all-title">{t.all_title}</h2>
                <span class="push"></span>
                {(!running).then(|| view! {
                    <Button on_press=Callback::new(move |()| all.ask(engine))>{t.all_button}</Button>
                })}
            </div>
            <p class="muted prose">{t.all_text}</p>
            {move || all.failed.get().map(|e| view! {
                <Notice kind=NoticeKind::Error title=t.all_failed text=e.to_string()/>
            })}
            {running.then(|| view! { <Running all=all/> })}
            {last}
        </section>
    }
}

/// How far it is.
#[component]
fn Running(all: All) -> impl IntoView {
    let t = creator().analysis;
    let batch = move || all.data.get().and_then(Result::ok).and_then(|seen| seen.batch);
    let small = |n: i64| u32::try_from(n).unwrap_or(u32::MAX);
    let value = Signal::derive(move || batch().map(|b| small(b.ready + b.failed)));
    let total = Signal::derive(move || batch().map_or(1, |b| small(b.total)));
    let figures = Signal::derive(move || {
        batch().map_or_else(String::new, |b| {
            (t.batch_figures)(b.ready + b.failed, b.total, b.failed)
        })
    });
    let stoppable = move || batch().is_some_and(|b| b.state == BatchState::Running);
    view! {
        <Progress label=t.all_progress value=value total=total figures=figures/>
        {move || stoppable().then(|| view! {
            <div><Button kind=ButtonKind::Quiet on_press=Callback::new(move |()| all.stop())>{t.all_stop}</Button></div>
        })}
    }
}

/// Asks before anything runs: how many sessions, how many calls, how many tokens.
#[component]
fn Ask(all: All) -> impl IntoView {
    let t = creator().analysis;
    view! {
        <Dialog id="analyse-all" open=all.open title=t.all_title>
            <div class="dialog__body stack">
                <Engines all=all/>
                <div role="status">{move || estimate(all)}</div>
                <p class="muted small">{t.all_free}</p>
            </div>
            <div class="dialog__foot">
                <Button kind=ButtonKind::Quiet on_press=Callback::new(move |()| all.open.set(false))>
                    {creator().cancel}
                </Button>
                {move || go(all)}
            </div>
        </Dialog>
    }
}

/// The model or the built-in engine, where both can be had.
#[component]
fn Engines(all: All) -> impl IntoView {
    let t = creator().analysis;
    let model = all
        .data
        .get_untracked()
        .and_then(Result::ok)
        .and_then(|seen| seen.model);
    model.map(|model| {
        let one = |engine: Engine, words: String| {
            view! {
                <label class="choice">
                    <input
                        type="radio"
                        name="analyse-all-engine"
                        checked=all.engine.get_untracked() == engine
                        on:change=move |_| {
                            all.engine.set(engine);
                            all.reckon();
                        }
                    />
                    <span>{words}</span>
                </label>
            }
        };
        view! {
            <fieldset class="stack stack--tight">
                <legend class="field__label">{t.all_with}</legend>
                {one(Engine::Ai, model)}
                {one(Engine::BuiltIn, t.built_in_engine.to_owned())}
            </fieldset>
        }
    })
}

fn estimate(all: All) -> AnyView {
    let t = creator().analysis;
    match all.estimate.get() {
        None => view! { <p class="muted">{creator().loading}</p> }.into_any(),
        Some(Err(error)) => view! {
            <ErrorNotice title=creator().load_failed text=error.to_string() on_retry=Callback::new(move |()| all.reckon())/>
        }
        .into_any(),
        Some(Ok(e)) if e.sessions == 0 => view! { <p>{t.all_nothing}</p> }.into_any(),
        Some(Ok(e)) => {
            let left = (e.on_their_way > 0).then(|| view! { <p class="muted small">{(t.on_their_way)(e.on_their_way)}</p> });
            let (cost, tokens) = match e.engine {
                Engine::BuiltIn => ((t.cost_built_in)(e.sessions), None),
                Engine::Ai => (
                    (t.cost)(e.sessions, e.calls, e.model.as_deref().unwrap_or_default()),
                    Some((t.cost_tokens)(e.input_tokens, e.output_tokens)),
                ),
            };
            view! {
                <p class="strong">{cost}</p>
                {tokens.map(|tokens| view! { <p class="muted small">{tokens}</p> })}
                {left}
            }
            .into_any()
        }
    }
}

/// The button says what it will do.
fn go(all: All) -> AnyView {
    let t = creator().analysis;
    match all.estimate.get() {
        Some(Ok(e)) if e.sessions > 0 => {
            let words = match e.engine {
                Engine::BuiltIn => (t.go_built_in)(e.sessions),
                Engine::Ai => (t.go)(e.sessions, e.calls),
            };
            view! {
                <Button kind=ButtonKind::Primary busy=all.busy on_press=Callback::new(move |()| all.start())>{words}</Button>
            }
            .into_any()
        }
        _ => ().into_any(),
    }
}
