//! A person's decision: apart from any score. A form: the same without scripts.

use super::Sheet;
use crate::{
    components::{focus_field, use_toasts},
    messages::{creator, verdict_word},
    pages::sessions::{report_href, when::when},
    server_fns::sessions::{Decide, ReportData, decide},
};
use leptos::{
    ev::{self, SubmitEvent},
    html,
    prelude::*,
    task::spawn_local,
};
use parley_domain::{
    id::SessionId,
    session::{REASON_MAX, Verdict},
};
use server_fn::ServerFn;
use std::{cell::RefCell, collections::BTreeMap};

thread_local! {
    /// What was chosen and typed about a session and not recorded, while other pages are looked at: the verdict and the reason.
    /// Written by what happens in a browser only; on the server it is empty.
    static DRAFTS: RefCell<BTreeMap<SessionId, (String, String)>> = const { RefCell::new(BTreeMap::new()) };
}

/// The first choice.
const FIRST: &str = "verdict-first";

/// The decision as it stands follows what others decide; the form stays as it is, with what is being typed into it.
#[component]
pub(super) fn DecisionPart(found: Memo<Option<ReportData>>, sheet: Sheet) -> impl IntoView {
    let t = &creator().sessions;
    let present = Memo::new(move |_| found.with(|f| f.as_ref().and_then(|f| f.decision.clone())));
    let may = Memo::new(move |_| found.with(|f| f.as_ref().is_some_and(|f| f.may.decide)));
    let line = move || match present.get() {
        Some(d) => view! {
            <p>
                <strong>{verdict_word(d.verdict)}</strong>
                " " <span class="muted">{d.who}</span> " "
                {when(d.at)}
            </p>
            {(!d.reason.is_empty()).then(|| view! { <p class="keep-lines prose">{d.reason}</p> })}
        }
        .into_any(),
        None => view! { <p class="muted">{t.decision_none}</p> }.into_any(),
    };
    // A form of its own for each session: what is chosen or typed about one never stands in the form of the next.
    let forms = move || {
        let found = may.get().then(|| found.get_untracked()).flatten();
        found.into_iter().collect::<Vec<_>>()
    };
    view! {
        <section class="stack report__decision" aria-labelledby="decision-title">
            <h2 id="decision-title">{t.decision}</h2>
            {line}
            <For each=forms key=|found| found.session.id let:found>
                <DecisionForm found=found sheet=sheet/>
            </For>
        </section>
    }
}

#[component]
fn DecisionForm(found: ReportData, sheet: Sheet) -> impl IntoView {
    let t = &creator().sessions;
    let toasts = use_toasts();
    let id = found.session.id;
    // What was begun before another page was looked at stands here again.
    let draft = DRAFTS.with_borrow(|drafts| drafts.get(&id).cloned());
    let (begun, typed) = draft.unzip();
    let verdict = match begun {
        Some(begun) => begun.parse::<Verdict>().ok(),
        None => found.decision.map(|d| d.verdict),
    };
    let back = report_href(&sheet.slug.get_untracked(), found.session.interview_id, id) + &sheet.trail.get_untracked();
    let form = NodeRef::<html::Form>::new();
    let busy = RwSignal::new(false);
    let why = NodeRef::<html::Textarea>::new();
    // Said by us where scripts run, by the browser elsewhere.
    let (live, none) = (RwSignal::new(false), RwSignal::new(false));
    Effect::new(move |_| live.set(true));
    Effect::new(move |_| {
        if let (Some(why), Some(typed)) = (why.get(), &typed) {
            why.set_value(typed);
        }
    });
    let keep = move |_| {
        let Some(form) = form.get_untracked() else { return };
        if let Ok(data) = web_sys::FormData::new_with_form(&form) {
            let get = |name: &str| data.get(name).as_string().unwrap_or_default();
            let now = (get("verdict"), get("reason"));
            DRAFTS.with_borrow_mut(|drafts| drafts.insert(id, now));
        }
    };
    // A reason that would go with the tab is asked about by the browser.
    Effect::new(move |_| {
        let handle = window_event_listener(ev::beforeunload, move |ev| {
            let typed = |drafts: &BTreeMap<SessionId, (String, String)>| {
                drafts.get(&id).is_some_and(|(_, reason)| !reason.trim().is_empty())
            };
            if DRAFTS.with_borrow(typed) {
                ev.prevent_default();
            }
        });
        on_cleanup(move || handle.remove());
    });
    let submit = move |ev: SubmitEvent| {
        ev.prevent_default();
        if busy.get_untracked() {
            return;
        }
        let Some(form) = form.get_untracked() else { return };
        let Ok(data) = web_sys::FormData::new_with_form(&form) else {
            return;
        };
        let get = |name: &str| data.get(name).as_string().unwrap_or_default();
        let (verdict, reason) = (get("verdict"), get("reason"));
        none.set(verdict.is_empty());
        if verdict.is_empty() {
            return focus_field(FIRST);
        }
        busy.set(true);
        let slug = sheet.slug.get_untracked();
        spawn_local(async move {
            let done = decide(slug, id, verdict, reason, "/".to_owned()).await;
            busy.try_set(false);
            match done {
                Ok(()) => {
                    DRAFTS.with_borrow_mut(|drafts| drafts.remove(&id));
                    // Stands above the form now.
                    if let Some(why) = why.try_get_untracked().flatten() {
                        why.set_value("");
                    }
                    toasts.show(t.decision_saved);
                    sheet.settle(id, toasts, None);
                }
                Err(error) => sheet.settle(id, toasts, Some(error)),
            }
        });
    };
    let choices = Verdict::ALL
        .iter()
        .map(|v| {
            view! {
                <label class="choice">
                    <input
                        type="radio"
                        id=(*v == Verdict::ALL[0]).then_some(FIRST)
                        name="verdict"
                        value=v.as_str()
                        required
                        checked=verdict == Some(*v)
                        on:change=move |_| none.set(false)
                    />
                    <span>{verdict_word(*v)}</span>
                </label>
            }
        })
        .collect_view();
    view! {
        <form
            class="stack no-print"
            method="post"
            action=Decide::url()
            novalidate=move || live.get()
            node_ref=form
            on:input=keep
            on:submit=submit
        >
            <input type="hidden" name="slug" value=sheet.slug.get_untracked()/>
            <input type="hidden" name="id" value=id.to_string()/>
            <input type="hidden" name="back" value=back/>
            <fieldset class="row row--wide">
                <legend class="sr-only">{t.decision}</legend>
                {choices}
            </fieldset>
            {move || none.get().then(|| view! {
                <p class="field__note field__note--error" role="alert">{creator().failures.choose_decision}</p>
            })}
            <label class="field">
                <span class="field__label">
                    {t.decision_reason} <span class="field__aside">{creator().optional}</span>
                </span>
                <textarea class="input" name="reason" rows="2" maxlength=REASON_MAX.to_string() node_ref=why></textarea>
            </label>
            <div><button type="submit" class="btn btn--primary">{t.decide}</button></div>
        </form>
    }
}
