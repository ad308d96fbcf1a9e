//! The ways to the reports before and after this one, in the order of the list that it was opened from. Links: the same without
//! scripts.

use super::Sheet;
use crate::{
    components::{Icon, IconName, is_composing},
    messages::creator,
    pages::sessions::report_href,
    server_fns::sessions::ReportData,
};
use leptos::{
    ev::{self, KeyboardEvent},
    prelude::*,
    wasm_bindgen::JsCast,
};
use parley_domain::session::{Beside, Neighbours};
use web_sys::{Element, HtmlElement};

/// Both links; nothing where nobody else is in the list.
#[component]
pub(super) fn Turn(found: Memo<Option<ReportData>>, sheet: Sheet) -> impl IntoView {
    let beside = Memo::new(move |_| {
        let beside = found.with(|found| found.as_ref().map(|found| found.beside));
        beside.unwrap_or_default()
    });
    Effect::new(move |_| {
        let handle = window_event_listener(ev::keydown, |ev| on_key(&ev));
        on_cleanup(move || handle.remove());
    });
    move || {
        let Neighbours { previous, next } = beside.get();
        (previous.is_some() || next.is_some()).then(|| {
            view! {
                <nav class="row report-turn" aria-label=creator().sessions.report_turn>
                    {turn(previous, false, sheet)}
                    {turn(next, true, sheet)}
                </nav>
            }
        })
    }
}

fn turn(to: Option<Beside>, next: bool, sheet: Sheet) -> AnyView {
    let t = creator();
    let (words, rel, key) = if next {
        (t.next, "next", "J")
    } else {
        (t.previous, "prev", "K")
    };
    let before = (!next).then(|| view! { <Icon name=IconName::ChevronLeft/> });
    let after = next.then(|| view! { <Icon name=IconName::ChevronRight/> });
    let Some(to) = to else {
        return view! { <span class="btn" aria-disabled="true">{before} {words} {after}</span> }.into_any();
    };
    let href = report_href(&sheet.slug.get_untracked(), to.interview, to.session) + &sheet.trail.get_untracked();
    view! {
        <a class="btn" rel=rel href=href title=format!("{words} ({key})") aria-keyshortcuts=key>
            {before} {words} {after}
        </a>
    }
    .into_any()
}

/// J for the next and K for the one before, as the links do it; not while something is typed or chosen, or asked in a dialog.
fn on_key(ev: &KeyboardEvent) {
    let rel = match ev.key().as_str() {
        "j" | "J" => "next",
        "k" | "K" => "prev",
        _ => return,
    };
    let with = ev.ctrl_key() || ev.meta_key() || ev.alt_key() || ev.shift_key() || ev.repeat();
    let at = ev.target().and_then(|at| at.dyn_into::<Element>().ok());
    let field = "input, textarea, select, [contenteditable], dialog, [popover]";
    let typing = at.is_some_and(|at| !matches!(at.closest(field), Ok(None)));
    let asked = !matches!(document().query_selector("dialog[open]"), Ok(None));
    if with || typing || asked || ev.default_prevented() || is_composing(ev) {
        return;
    }
    if let Ok(Some(link)) = document().query_selector(&format!(".report-turn [rel={rel}]"))
        && let Ok(link) = link.dyn_into::<HtmlElement>()
    {
        ev.prevent_default();
        link.click();
    }
}
