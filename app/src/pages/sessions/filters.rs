//! Status with its counts, search and the finer filters. Links and a GET form: the same without scripts.

use super::desk::use_desk;
use crate::{
    components::{Icon, IconName, fold_like_menu},
    messages::{creator, number, source_word, status_word, verdict_word},
    server_fns::sessions::ListQuery,
};
use leptos::{ev::SubmitEvent, html, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use parley_domain::{
    candidate::Source,
    session::{SessionCounts, Status, Verdict},
};
use std::time::Duration;

/// How long typing rests before the list follows, in milliseconds.
const REST: u64 = 250;

/// Goes to a list without leaving a step in the history for every letter.
fn use_goto() -> impl Fn(&ListQuery) + Clone + 'static {
    let (desk, navigate) = (use_desk(), use_navigate());
    move |query: &ListQuery| {
        let href = desk.place.with_untracked(|p| p.list(query));
        let options = NavigateOptions {
            replace: true,
            scroll: false,
            ..Default::default()
        };
        navigate(&href, options);
    }
}

/// The three states and all, each with its live count.
#[component]
pub(super) fn StatusChips() -> impl IntoView {
    let desk = use_desk();
    let counts = desk.counts;
    let chip = move |status: Option<Status>, pick: fn(&SessionCounts) -> i64| {
        let word = status.map_or(creator().sessions.all, status_word);
        let value = status.map_or("", Status::as_str);
        let href = move || {
            desk.place.with(|p| {
                let query = ListQuery {
                    status: value.to_owned(),
                    cursor: String::new(),
                    ..desk.query.get()
                };
                p.list(&query)
            })
        };
        let current = move || desk.query.with(|q| q.status == value).then_some("true");
        let count = move || {
            counts.get().and_then(Result::ok).map(|c| {
                view! { <span class="chip__count">{number(pick(&c).unsigned_abs())}</span> }
            })
        };
        view! {
            <a class="chip" href=href aria-current=current>
                {word}
                <Transition>{count}</Transition>
            </a>
        }
    };
    view! {
        <nav class="chips" aria-label=creator().sessions.status_filter>
            {chip(None, |c| c.all)}
            {chip(Some(Status::NotStarted), |c| c.not_started)}
            {chip(Some(Status::InProgress), |c| c.in_progress)}
            {chip(Some(Status::Completed), |c| c.completed)}
        </nav>
    }
}

/// The fields of a form as a query, over what the address says already.
fn read_form(form: &web_sys::HtmlFormElement, present: &ListQuery) -> ListQuery {
    let get = |name: &str| {
        web_sys::FormData::new_with_form(form)
            .ok()
            .and_then(|data| data.get(name).as_string())
            .map(|value| value.trim().to_owned())
            .unwrap_or_default()
    };
    ListQuery {
        q: get("q"),
        source: get("source"),
        decision: get("decision"),
        from: get("from"),
        to: get("to"),
        score: get("score"),
        cursor: String::new(),
        ..present.clone()
    }
}

/// Search and the finer filters.
#[component]
pub(super) fn FilterForm() -> impl IntoView {
    let desk = use_desk();
    let t = &creator().sessions;
    let form = NodeRef::<html::Form>::new();
    let goto = use_goto();
    let waiting = StoredValue::new(None::<TimeoutHandle>);
    let stop = move || {
        if let Some(Some(handle)) = waiting.try_update_value(Option::take) {
            handle.clear();
        }
    };
    on_cleanup(stop);
    let follow = move || {
        stop();
        if let Some(form) = form.get_untracked() {
            let present = desk.query.get_untracked();
            let wanted = read_form(&form, &present);
            if wanted != present {
                goto(&wanted);
            }
        }
    };
    let typed = {
        let follow = follow.clone();
        move |_| {
            stop();
            let follow = follow.clone();
            let follow = move || {
                // Who has pressed a link meanwhile is on the way there: its part of the app may still be loading.
                let at = document().active_element();
                if !at.is_some_and(|at| at.has_attribute("href")) {
                    follow();
                }
            };
            waiting.set_value(set_timeout_with_handle(follow, Duration::from_millis(REST)).ok());
        }
    };
    let submit = {
        let follow = follow.clone();
        move |ev: SubmitEvent| {
            ev.prevent_default();
            follow();
        }
    };
    // Where the address changes otherwise than by the fields, they follow it; not the one that is being typed into, and not
    // what was typed before the scripts came.
    Effect::new(move |before: Option<()>| {
        let query = desk.query.get();
        let Some(form) = form.get_untracked().filter(|_| before.is_some()) else {
            return;
        };
        let active = document().active_element();
        for (name, value) in query.pairs() {
            if let Ok(Some(field)) = form.query_selector(&format!("[name={name}]"))
                && Some(&field) != active.as_ref()
            {
                // Of inputs and lists alike; what refuses it stays as it is.
                let _ = js_sys::Reflect::set(&field, &"value".into(), &value.into());
            }
        }
    });
    let action = move || desk.place.with(super::address::Place::base);
    let keep = move |name: &'static str, pick: fn(&ListQuery) -> String| move || view! { <input type="hidden" name=name value=desk.query.with(pick)/> };
    view! {
        <form class="toolbar__filters" method="get" action=action role="search" node_ref=form on:submit=submit>
            {keep("status", |q| q.status.clone())}
            {keep("sort", |q| q.sort.clone())}
            <label class="search toolbar__search">
                <span class="sr-only">{t.search}</span>
                <Icon name=IconName::Search/>
                <input
                    class="input"
                    type="search"
                    name="q"
                    maxlength="200"
                    placeholder=t.search_hint
                    autocomplete="off"
                    value=desk.query.get_untracked().q
                    on:input=typed
                />
            </label>
            <MoreFilters follow=Callback::new(move |()| follow())/>
        </form>
    }
}

/// Source, decision, days and score, folded away until wanted.
#[component]
fn MoreFilters(follow: Callback<()>) -> impl IntoView {
    let desk = use_desk();
    let t = &creator().sessions;
    let first = desk.query.get_untracked();
    let used = move || {
        desk.query.with(|q| {
            [&q.source, &q.decision, &q.from, &q.to, &q.score]
                .into_iter()
                .filter(|v| !v.is_empty())
                .count()
        })
    };
    let sources = Source::ALL
        .into_iter()
        .map(|s| {
            let selected = first.source == s.as_str();
            view! { <option value=s.as_str() selected=selected>{source_word(s)}</option> }
        })
        .collect_view();
    // What is not decided yet is one of them.
    let decisions = [("none", t.decision_none)]
        .into_iter()
        .chain(Verdict::ALL.map(|v| (v.as_str(), verdict_word(v))))
        .map(|(value, words)| {
            let selected = first.decision == value;
            view! { <option value=value selected=selected>{words}</option> }
        })
        .collect_view();
    let clear = move || {
        desk.query.with(ListQuery::is_filtered).then(|| {
            let href = desk.place.with(|p| {
                p.list(&ListQuery {
                    sort: desk.query.with(|q| q.sort.clone()),
                    ..Default::default()
                })
            });
            view! { <a class="btn btn--quiet" href=href>{t.clear}</a> }
        })
    };
    let day = move |name: &'static str, label: &'static str, value: String| {
        view! {
            <label class="field">
                <span class="field__label">{label}</span>
                <input class="input" type="date" name=name value=value on:change=move |_| follow.run(())/>
            </label>
        }
    };
    let panel = NodeRef::<html::Details>::new();
    fold_like_menu(panel);
    view! {
        <details class="more-filters" node_ref=panel>
            <summary class="btn">
                <Icon name=IconName::Filter/>
                <span class="btn__label">{t.filters}</span>
                {move || match used() {
                    0 => None,
                    n => Some(view! { <span class="chip__count">{n}</span> }),
                }}
            </summary>
            <div class="more-filters__panel stack">
                <label class="field">
                    <span class="field__label">{t.source}</span>
                    <span class="select">
                        <select class="input" name="source" on:change=move |_| follow.run(())>
                            <option value="">{t.source_any}</option>
                            {sources}
                        </select>
                        <Icon name=IconName::ChevronDown/>
                    </span>
                </label>
                <label class="field">
                    <span class="field__label">{t.decision}</span>
                    <span class="select">
                        <select class="input" name="decision" on:change=move |_| follow.run(())>
                            <option value="">{t.decision_any}</option>
                            {decisions}
                        </select>
                        <Icon name=IconName::ChevronDown/>
                    </span>
                </label>
                {day("from", t.from, first.from.clone())}
                {day("to", t.to, first.to.clone())}
                <label class="field">
                    <span class="field__label">{t.score_least}</span>
                    <input
                        class="input"
                        type="number"
                        name="score"
                        min="0"
                        max="10"
                        step="0.1"
                        value=first.score.clone()
                        on:change=move |_| follow.run(())
                    />
                </label>
                <button type="submit" class="btn">{t.apply}</button>
            </div>
        </details>
        {clear}
    }
}
