//! Toasts: done, and undo. Never for an error that needs an answer.

use super::{Button, ButtonKind, ButtonSize, IconButton, IconName};
use crate::messages::creator;
use leptos::html;
use leptos::prelude::*;
use std::{sync::Arc, time::Duration};

#[derive(Clone)]
struct Toast {
    id: u32,
    text: String,
    action: Option<(String, Action)>,
    /// The page that it goes with.
    page: Option<u32>,
}

/// What a toast's button does. No callback: that would end with the row or dialog that made it, which is what may be undone.
type Action = Arc<dyn Fn() + Send + Sync>;

/// The toasts of the app; take it from context with [`use_toasts`].
#[derive(Clone, Copy)]
pub struct Toasts {
    list: RwSignal<Vec<Toast>>,
    next: StoredValue<u32>,
    /// Time stands still while the pointer or focus is on a toast.
    held: RwSignal<bool>,
    /// The page whose offers to undo these are.
    page: Option<u32>,
}

impl Toasts {
    /// Says that something is done.
    pub fn show(self, text: impl Into<String>) {
        self.push(text.into(), None);
    }

    /// The toasts of the page around: what they offer to undo is undone on that page only, so they go when it does. Where the
    /// server can undo it, none of this is needed, but then `undo` holds nothing of the page.
    #[must_use]
    pub fn of_page(self) -> Self {
        let page = self.next.get_value();
        self.next.set_value(page.wrapping_add(1));
        on_cleanup(move || self.keep(|toast| toast.page != Some(page)));
        Self {
            page: Some(page),
            ..self
        }
    }

    /// Says that something is done and offers **Undo**.
    pub fn with_undo(self, text: impl Into<String>, undo: impl Fn() + Send + Sync + 'static) {
        self.push(text.into(), Some((creator().undo.to_owned(), Arc::new(undo))));
    }

    fn push(self, text: String, action: Option<(String, Action)>) {
        let id = self.next.get_value();
        self.next.set_value(id.wrapping_add(1));
        let seconds = if action.is_some() { 10 } else { 5 };
        let page = self.page.filter(|_| action.is_some());
        self.list.update(|list| {
            list.push(Toast { id, text, action, page });
        });
        self.wait(id, Duration::from_secs(seconds));
    }

    fn wait(self, id: u32, long: Duration) {
        set_timeout(
            move || match self.held.try_get_untracked() {
                Some(true) => self.wait(id, Duration::from_secs(2)),
                Some(false) => self.dismiss(id),
                None => {}
            },
            long,
        );
    }

    fn dismiss(self, id: u32) {
        self.keep(|toast| toast.id != id);
    }

    fn keep(self, wanted: impl Fn(&Toast) -> bool) {
        // The app itself may be going.
        let empty = self.list.try_update(|list| {
            list.retain(wanted);
            list.is_empty()
        });
        if empty == Some(true) {
            self.held.set(false);
        }
    }
}

/// Makes the toasts available below; called once, by the app.
pub fn provide_toasts() {
    provide_context(Toasts {
        list: RwSignal::new(Vec::new()),
        next: StoredValue::new(0),
        held: RwSignal::new(false),
        page: None,
    });
}

/// The toasts of the app.
///
/// # Panics
/// Outside the app, where nobody provided them.
#[must_use]
pub fn use_toasts() -> Toasts {
    expect_context()
}

/// Where toasts appear, above everything, dialogs included. A polite live region says the newest one.
#[component]
pub fn ToastRegion() -> impl IntoView {
    let toasts = use_toasts();
    let region = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        let empty = toasts.list.with(Vec::is_empty);
        if let Some(region) = region.get() {
            // Hidden and shown again, it comes to lie above a dialog that opened meanwhile.
            let _ = region.hide_popover();
            if !empty {
                let _ = region.show_popover();
            }
        }
    });
    view! {
        <div class="sr-only" role="status" aria-live="polite">
            {move || toasts.list.with(|list| list.last().map(|toast| toast.text.clone()))}
        </div>
        <div
            class="toasts"
            popover="manual"
            node_ref=region
            on:mouseenter=move |_| toasts.held.set(true)
            on:mouseleave=move |_| toasts.held.set(false)
            on:focusin=move |_| toasts.held.set(true)
            on:focusout=move |_| toasts.held.set(false)
        >
            <For each=move || toasts.list.get() key=|toast| toast.id let:toast>
                <OneToast toast=toast toasts=toasts/>
            </For>
        </div>
    }
}

#[component]
fn OneToast(toast: Toast, toasts: Toasts) -> impl IntoView {
    let id = toast.id;
    let dismiss = Callback::new(move |()| toasts.dismiss(id));
    let action = toast.action.map(|(label, action)| {
        let press = Callback::new(move |()| {
            toasts.dismiss(id);
            action();
        });
        view! { <Button size=ButtonSize::Small on_press=press>{label}</Button> }
    });
    view! {
        <div class="toast">
            <span class="toast__text">{toast.text}</span>
            {action}
            <IconButton
                label=creator().dismiss
                icon=IconName::Cross
                size=ButtonSize::Small
                kind=ButtonKind::Quiet
                on_press=dismiss
            />
        </div>
    }
}
