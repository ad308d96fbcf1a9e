//! A dialog over the whole page, for what is done in steps. It is a page of its own, so that it has an address; as a native
//! dialog it keeps focus inside and closes on Esc.

use crate::{
    components::{Icon, IconName},
    messages::creator,
};
use leptos::{
    ev::{Event, KeyboardEvent, MouseEvent},
    html,
    prelude::*,
};
use leptos_meta::Title;
use leptos_router::{NavigateOptions, hooks::use_navigate};

/// The dialog; what the present step holds are its children: `.import__body`, and `.import__foot` with the way on.
#[component]
pub fn StepsDialog(
    /// What is done in it; also the document's title.
    title: &'static str,
    /// The steps and where we are, in its head: `.steps`.
    steps: AnyView,
    /// Where closing it leads.
    href: String,
    /// Something is on its way that closing would stop: `asking` is set instead.
    #[prop(optional, into)]
    busy: Signal<bool>,
    /// Opens the question whether to stop it.
    #[prop(optional)]
    asking: RwSignal<bool>,
    /// The step.
    children: Children,
) -> impl IntoView {
    let label = creator().imports.close;
    let node = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        if let Some(dialog) = node.get() {
            // Sent open, so that it is there without scripts; from now on it also holds the focus.
            let _ = dialog.remove_attribute("open");
            let _ = dialog.show_modal();
        }
    });
    let navigate = use_navigate();
    let to = href.clone();
    let leave = Callback::new(move |()| navigate(&to, NavigateOptions::default()));
    let close = Callback::new(move |()| {
        if busy.get_untracked() {
            asking.set(true);
        } else {
            leave.run(());
        }
    });
    let on_key = move |ev: KeyboardEvent| {
        if ev.key() == "Escape" && !ev.default_prevented() {
            ev.prevent_default();
            close.run(());
        }
    };
    // Events of the dialogs inside are theirs.
    let own = |ev: &Event| event_target::<web_sys::Element>(ev).class_list().contains("import");
    let on_cancel = move |ev: Event| {
        if own(&ev) {
            ev.prevent_default();
            close.run(());
        }
    };
    // A browser may close it whatever we say.
    let on_close = move |ev: Event| {
        if own(&ev) {
            leave.run(());
        }
    };
    let on_cross = move |ev: MouseEvent| {
        if busy.get_untracked() {
            ev.prevent_default();
            asking.set(true);
        }
    };
    view! {
        <Title text=title/>
        <dialog
            class="import"
            open=true
            aria-labelledby="import-title"
            node_ref=node
            on:keydown=on_key
            on:cancel=on_cancel
            on:close=on_close
        >
            <header class="import__head">
                <h1 class="import__title" id="import-title" tabindex="-1" autofocus=true>{title}</h1>
                {steps}
                <a
                    class="btn btn--quiet btn--icon import__close"
                    href=href
                    aria-label=label
                    title=label
                    on:click=on_cross
                >
                    <Icon name=IconName::Cross/>
                </a>
            </header>
            {children()}
        </dialog>
    }
}
