//! Copying. Where the browser refuses the clipboard (plain http in a local network, a missing permission), the text is
//! selected for copying by hand.

use super::{ButtonKind, ButtonSize, Icon, IconName, button_class};
use crate::messages::creator;
use js_sys::futures::JsFuture;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::{JsCast, JsValue};
use std::time::Duration;

/// Puts the text on the clipboard; `false` where the browser refuses.
pub async fn copy_text(text: &str) -> bool {
    let navigator = window().navigator();
    // Undefined outside secure contexts, where the typed getter would hand out something that is not there.
    match js_sys::Reflect::get(&navigator, &JsValue::from_str("clipboard")) {
        Ok(clipboard) if clipboard.is_object() => {
            let clipboard: web_sys::Clipboard = clipboard.unchecked_into();
            JsFuture::from(clipboard.write_text(text)).await.is_ok()
        }
        _ => false,
    }
}

/// Copies when pressed, and says so for two seconds. Where that fails, a small box with the selected text opens.
#[component]
pub fn CopyButton(
    /// What is copied.
    #[prop(into)]
    text: Signal<String>,
    /// What the button says: "Copy link".
    #[prop(into)]
    label: String,
    /// Only the icon; the label is read out.
    #[prop(optional)]
    icon_only: bool,
    /// How much it asks for.
    #[prop(optional)]
    kind: ButtonKind,
    /// How large.
    #[prop(optional)]
    size: ButtonSize,
    /// After it was copied.
    #[prop(optional, into)]
    on_copy: Option<Callback<()>>,
) -> impl IntoView {
    let t = creator();
    let copied = RwSignal::new(false);
    let by_hand = NodeRef::<html::Div>::new();
    let field = NodeRef::<html::Input>::new();
    let press = move |_| {
        spawn_local(async move {
            if copy_text(&text.get_untracked()).await {
                copied.set(true);
                if let Some(on_copy) = on_copy {
                    on_copy.try_run(());
                }
                set_timeout(move || _ = copied.try_set(false), Duration::from_secs(2));
                return;
            }
            // The button may be gone since.
            let box_and_field = (
                by_hand.try_get_untracked().flatten(),
                field.try_get_untracked().flatten(),
            );
            if let (Some(by_hand), Some(field)) = box_and_field {
                let _ = by_hand.show_popover();
                let _ = field.focus();
                field.select();
            }
        });
    };
    let words = {
        let label = label.clone();
        move || {
            if copied.get() {
                t.copied.to_owned()
            } else {
                label.clone()
            }
        }
    };
    let icon = move || view! { <Icon name=if copied.get() { IconName::Check } else { IconName::Copy }/> };
    view! {
        <button
            type="button"
            class=button_class(kind, size, icon_only)
            aria-label=icon_only.then(|| label.clone())
            title=icon_only.then(|| label.clone())
            on:click=press
        >
            {icon}
            {(!icon_only).then(|| view! { <span class="btn__label">{words}</span> })}
        </button>
        <span class="sr-only" role="status">{move || copied.get().then_some(t.copied)}</span>
        <div class="menu copy-fallback" popover="auto" node_ref=by_hand>
            <label class="field">
                <span class="field__label">{t.copy_by_hand}</span>
                <input
                    class="input"
                    type="text"
                    readonly
                    prop:value=move || text.get()
                    node_ref=field
                    on:copy=move |_| {
                        if let Some(on_copy) = on_copy {
                            on_copy.run(());
                        }
                    }
                />
            </label>
        </div>
    }
}

/// A value to copy: a read-only field, selected when it takes focus, and its button.
#[component]
pub fn CopyField(
    /// The field's id, unique on the page.
    #[prop(into)]
    id: String,
    /// Above the field.
    #[prop(into)]
    label: String,
    /// What the button says.
    #[prop(into)]
    copy: String,
    /// The value.
    #[prop(into)]
    value: String,
    /// Set once it was copied, by the button or by hand.
    #[prop(optional)]
    copied: Option<RwSignal<bool>>,
) -> impl IntoView {
    let text = Signal::stored(value.clone());
    let taken = move || {
        if let Some(copied) = copied {
            copied.try_set(true);
        }
    };
    let field = NodeRef::<html::Input>::new();
    view! {
        <div class="field">
            <label class="field__label" for=id.clone()>{label}</label>
            <div class="copy">
                <input
                    class="input"
                    id=id
                    type="text"
                    readonly
                    value=value
                    node_ref=field
                    on:copy=move |_| taken()
                    on:focus=move |_| {
                        if let Some(field) = field.get_untracked() {
                            field.select();
                        }
                    }
                />
                <CopyButton text=text label=copy on_copy=Callback::new(move |()| taken())/>
            </div>
        </div>
    }
}
