//! Dialogs: the native element, so that focus stays inside, Esc works and focus comes back, all by the browser. Esc, a press
//! outside and the cross ask before typed input is lost.

use super::{Button, ButtonKind, ButtonSize, IconButton, IconName, is_composing};
use crate::messages::creator;
use leptos::ev::{Event, KeyboardEvent, MouseEvent, beforeunload};
use leptos::html;
use leptos::prelude::*;
use std::time::Duration;

/// What a dialog is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DialogKind {
    /// A choice, in the middle.
    #[default]
    Centre,
    /// A table or several steps, in the middle and wide.
    Wide,
    /// A form, at the side.
    Sheet,
}

impl DialogKind {
    const fn class(self) -> &'static str {
        match self {
            Self::Centre => "dialog",
            Self::Wide => "dialog dialog--wide",
            Self::Sheet => "dialog dialog--sheet",
        }
    }
}

/// What a dialog asks before closing it loses something.
#[derive(Clone, Copy, Debug)]
pub struct Losing {
    /// The question.
    pub title: &'static str,
    /// What would be lost.
    pub text: &'static str,
    /// The answer that closes it.
    pub confirm: &'static str,
    /// The answer that does not.
    pub cancel: &'static str,
}

/// A dialog. The children are made anew each time it opens: `.dialog__body` and `.dialog__foot`, or a `form.dialog__form`
/// around both. The field that should take focus first has `autofocus`.
#[component]
pub fn Dialog(
    /// The dialog's id, unique on the page.
    #[prop(into)]
    id: String,
    /// Open or not; set it to open or to close without asking.
    open: RwSignal<bool>,
    /// What it is about.
    #[prop(into)]
    title: String,
    /// What it is for.
    #[prop(optional)]
    kind: DialogKind,
    /// There is input that closing would lose.
    #[prop(optional, into)]
    dirty: Signal<bool>,
    /// What is asked before it is lost, where it is not something that was entered.
    #[prop(optional)]
    losing: Option<Losing>,
    /// Set it to ask so before closing, as the cross does.
    #[prop(optional)]
    asking: RwSignal<bool>,
    /// Asked before Esc, a press outside or the cross close it: `true` keeps it open, because something is under way in it.
    #[prop(optional)]
    hold: Option<Callback<(), bool>>,
    /// Body and foot.
    children: ChildrenFn,
) -> impl IntoView {
    let t = creator();
    let ask_or_close = Callback::new(move |()| {
        if hold.is_some_and(|hold| hold.run(())) {
            return;
        }
        if dirty.get_untracked() {
            asking.set(true);
        } else {
            open.set(false);
        }
    });
    // A tab that is closed or loaded anew would lose it as well: then the browser asks.
    Effect::new(move |_| {
        let handle = window_event_listener(beforeunload, move |ev| {
            if open.try_get_untracked() == Some(true) && dirty.try_get_untracked() == Some(true) {
                ev.prevent_default();
            }
        });
        on_cleanup(move || handle.remove());
    });
    let ask_id = format!("{id}-discard");
    let losing = losing.unwrap_or(Losing {
        title: t.discard_title,
        text: t.discard_text,
        confirm: t.discard,
        cancel: t.keep_editing,
    });
    view! {
        <Modal id=id open=open title=title class=kind.class() request_close=ask_or_close cross=true>
            {children()}
        </Modal>
        <ConfirmDialog
            id=ask_id
            open=asking
            title=losing.title
            text=losing.text
            confirm=losing.confirm
            cancel=losing.cancel
            danger=true
            on_confirm=Callback::new(move |()| open.set(false))
        />
    }
}

/// A question with two answers.
#[component]
pub fn ConfirmDialog(
    /// The dialog's id, unique on the page.
    #[prop(into)]
    id: String,
    /// Open or not.
    open: RwSignal<bool>,
    /// The question.
    #[prop(into)]
    title: String,
    /// What will happen.
    #[prop(into)]
    text: String,
    /// The answer that does it: a verb.
    #[prop(into)]
    confirm: String,
    /// The answer that does not; **Cancel** where left out.
    #[prop(optional, into)]
    cancel: Option<String>,
    /// It does harm.
    #[prop(optional)]
    danger: bool,
    /// Does it; the dialog closes first.
    #[prop(into)]
    on_confirm: Callback<()>,
) -> impl IntoView {
    let close = Callback::new(move |()| open.set(false));
    // Stored, because the children are made anew each time the dialog opens.
    let cancel = StoredValue::new(cancel.unwrap_or_else(|| creator().cancel.to_owned()));
    let confirm = StoredValue::new(confirm);
    let text = StoredValue::new(text);
    let kind = if danger {
        ButtonKind::Danger
    } else {
        ButtonKind::Primary
    };
    view! {
        <Modal id=id open=open title=title class="dialog" request_close=close cross=false>
            <div class="dialog__body">
                <p>{text.get_value()}</p>
            </div>
            <div class="dialog__foot">
                <Button on_press=close>{cancel.get_value()}</Button>
                <Button
                    kind=kind
                    on_press=Callback::new(move |()| {
                        open.set(false);
                        on_confirm.run(());
                    })
                >
                    {confirm.get_value()}
                </Button>
            </div>
        </Modal>
    }
}

/// A button in a row that does harm, and the question before it does.
#[component]
pub fn HarmButton(
    /// The dialog's id, unique on the page.
    id: String,
    /// What it does, on the button and on the answer that does it.
    label: &'static str,
    /// The question.
    title: String,
    /// What comes of it.
    text: &'static str,
    /// It was meant.
    on_confirm: Callback<()>,
) -> impl IntoView {
    let asking = RwSignal::new(false);
    view! {
        <Button
            size=ButtonSize::Small
            kind=ButtonKind::Harm
            on_press=Callback::new(move |()| asking.set(true))
        >
            {label}
        </Button>
        <ConfirmDialog id=id open=asking title=title text=text confirm=label danger=true on_confirm=on_confirm/>
    }
}

/// The element itself: opens and closes with the signal, and turns every way out into `request_close`.
#[component]
fn Modal(
    id: String,
    open: RwSignal<bool>,
    title: String,
    class: &'static str,
    request_close: Callback<()>,
    cross: bool,
    children: ChildrenFn,
) -> impl IntoView {
    let node = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let wanted = open.get();
        // After the content is there, so that the browser finds the field to focus.
        set_timeout(
            move || {
                let Some(dialog) = node.try_get_untracked().flatten() else {
                    return;
                };
                if wanted && !dialog.open() {
                    // Fails only if the element left the page meanwhile.
                    let _ = dialog.show_modal();
                } else if !wanted && dialog.open() {
                    dialog.close();
                }
            },
            Duration::ZERO,
        );
    });
    let own = move |ev: &Event| match (ev.target(), node.get_untracked()) {
        (Some(target), Some(dialog)) => &target == AsRef::<web_sys::EventTarget>::as_ref(&*dialog),
        _ => false,
    };
    let on_key = move |ev: KeyboardEvent| {
        // While a character is composed, Esc takes that back.
        if ev.key() == "Escape" && !ev.default_prevented() && !is_composing(&ev) {
            ev.prevent_default();
            ev.stop_propagation();
            request_close.run(());
        }
    };
    let on_cancel = move |ev: Event| {
        if own(&ev) {
            ev.prevent_default();
            request_close.run(());
        }
    };
    let on_mouse = move |ev: MouseEvent| {
        if own(&ev) {
            request_close.run(());
        }
    };
    let title_id = format!("{id}-title");
    let content = {
        let title_id = title_id.clone();
        move || {
            open.get().then(|| {
                view! {
                    <div class="dialog__head">
                        <h2 class="dialog__title" id=title_id.clone()>{title.clone()}</h2>
                        {cross.then(|| {
                            view! { <IconButton label=creator().close icon=IconName::Cross on_press=request_close/> }
                        })}
                    </div>
                    {children()}
                }
            })
        }
    };
    view! {
        <dialog
            id=id
            class=class
            aria-labelledby=title_id
            node_ref=node
            on:keydown=on_key
            on:cancel=on_cancel
            on:mousedown=on_mouse
            on:close=move |ev| {
                if own(&ev) && open.get_untracked() {
                    open.set(false);
                }
            }
        >
            {content}
        </dialog>
    }
}
