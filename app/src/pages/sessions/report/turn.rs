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
    // The page is drawn anew for another session, and the link that led here went with it: the focus goes to its like, or to
    // the name where there is none further.
    Effect::new(move |_| {
        if let Some(rel) = sheet.turned.get_value() {
            sheet.turned.set_value(None);
            request_animation_frame(move || focus_like(rel));
        }
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
        (t.next, "next", "Alt+J")
    } else {
        (t.previous, "prev", "Alt+K")
    };
    let before = (!next).then(|| view! { <Icon name=IconName::ChevronLeft/> });
    let after = next.then(|| view! { <Icon name=IconName::ChevronRight/> });
    let Some(to) = to else {
        return view! { <span class="btn" aria-disabled="true">{before} {words} {after}</span> }.into_any();
    };
    let href = report_href(&sheet.slug.get_untracked(), to.interview, to.session) + &sheet.trail.get_untracked();
    view! {
        <a
            class="btn"
            rel=rel
            href=href
            title=format!("{words} ({key})")
            aria-keyshortcuts=key
            on:click=move |ev| {
                // Otherwise it opens beside this one.
                if !(ev.ctrl_key() || ev.meta_key() || ev.shift_key()) {
                    sheet.turned.set_value(Some(rel));
                }
            }
        >
            {before} {words} {after}
        </a>
    }
    .into_any()
}

/// Focuses the link of this `rel`, else the page's name.
fn focus_like(rel: &str) {
    let link = document().query_selector(&format!(".report-turn [rel={rel}]"));
    let at = link.ok().flatten().or_else(|| {
        let name = document().query_selector("h1").ok().flatten()?;
        // A name takes the focus only when it is told so.
        name.set_attribute("tabindex", "-1").ok()?;
        Some(name)
    });
    if let Some(Ok(at)) = at.map(JsCast::dyn_into::<HtmlElement>) {
        // What cannot take it leaves the focus where it is.
        let _ = at.focus();
    }
}

/// Alt+J for the next and Alt+K for the one before, as the links do it; not while something is typed or chosen, where on some
/// systems they write characters, or asked in a dialog. With Alt: a letter alone is what speech and slips produce.
fn on_key(ev: &KeyboardEvent) {
    let key = ev.key().to_ascii_lowercase();
    // Where Alt makes another character of it, the place of the key says which it is.
    let rel = match (key.as_str(), ev.code().as_str()) {
        ("j", _) => "next",
        ("k", _) => "prev",
        (other, "KeyJ") if !other.is_ascii() => "next",
        (other, "KeyK") if !other.is_ascii() => "prev",
        _ => return,
    };
    let with = !ev.alt_key() || ev.ctrl_key() || ev.meta_key() || ev.shift_key() || ev.repeat();
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
