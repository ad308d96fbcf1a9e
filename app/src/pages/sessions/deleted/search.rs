//! The search in Recently deleted. A GET form: the same without scripts.

use super::{Bin, STEP, href};
use crate::{
    components::{Icon, IconName},
    messages::creator,
};
use leptos::{ev::SubmitEvent, html, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use std::time::Duration;

/// How long typing rests before the list follows, in milliseconds.
const REST: u64 = 250;

/// The field. The list follows what is typed, without a step in the history for every letter.
#[component]
pub(super) fn Search(bin: Bin) -> impl IntoView {
    let t = &creator().sessions;
    let field = NodeRef::<html::Input>::new();
    let navigate = use_navigate();
    let waiting = StoredValue::new(None::<TimeoutHandle>);
    let stop = move || {
        if let Some(Some(handle)) = waiting.try_update_value(Option::take) {
            handle.clear();
        }
    };
    on_cleanup(stop);
    let follow = move || {
        stop();
        let Some(field) = field.get_untracked() else { return };
        let q = field.value().trim().to_owned();
        if bin.asked.with_untracked(|asked| asked.q != q) {
            let options = NavigateOptions {
                replace: true,
                scroll: false,
                ..Default::default()
            };
            navigate(&bin.place.with_untracked(|p| href(p, &q, STEP)), options);
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
    let submit = move |ev: SubmitEvent| {
        ev.prevent_default();
        follow();
    };
    // Where the address changes otherwise than by the field, it follows; not while somebody types, and not what was typed before
    // the scripts came.
    Effect::new(move |before: Option<()>| {
        let q = bin.asked.with(|asked| asked.q.clone());
        let Some(field) = field.get_untracked().filter(|_| before.is_some()) else {
            return;
        };
        let own: &web_sys::Element = field.as_ref();
        if document().active_element().as_ref() != Some(own) {
            field.set_value(&q);
        }
    });
    let action = move || bin.place.with(|p| href(p, "", STEP));
    view! {
        <form class="toolbar no-print" method="get" action=action role="search" on:submit=submit>
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
                    value=bin.asked.with_untracked(|asked| asked.q.clone())
                    node_ref=field
                    on:input=typed
                />
            </label>
        </form>
    }
}
