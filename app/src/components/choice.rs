//! Checkbox and radio: native inputs in the product's colours.

use leptos::html;
use leptos::prelude::*;

/// A tick with its label, and a line of help below.
#[component]
pub fn Checkbox(
    /// The control's id, unique on the page.
    #[prop(into)]
    id: String,
    /// Beside the box.
    #[prop(into)]
    label: String,
    /// The form's name of it; a ticked box sends `true`.
    #[prop(optional, into)]
    name: Option<String>,
    /// Where the tick lives.
    #[prop(optional, into)]
    checked: Option<RwSignal<bool>>,
    /// Ticked at first, where there is no `checked`.
    #[prop(optional)]
    initial: bool,
    /// Below the label.
    #[prop(optional, into)]
    hint: Option<String>,
    /// In place of the hint.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// The form cannot do without it.
    #[prop(optional)]
    required: bool,
    /// Cannot be changed now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
) -> impl IntoView {
    let node = NodeRef::<html::Input>::new();
    let first = checked.map_or(initial, |checked| checked.get_untracked());
    if let Some(checked) = checked {
        bind_checked(node, checked);
    }
    let note = format!("{id}-note");
    let has_note = hint.is_some();
    let described = {
        let note = note.clone();
        move || (has_note || error.with(Option::is_some)).then(|| note.clone())
    };
    let below = move || match (error.get(), hint.clone()) {
        (Some(text), _) => {
            view! { <span class="choice__note choice__note--error" id=note.clone()>{text}</span> }.into_any()
        }
        (None, Some(text)) => view! { <span class="choice__note" id=note.clone()>{text}</span> }.into_any(),
        (None, None) => ().into_any(),
    };
    view! {
        <label class="choice">
            <input
                type="checkbox"
                id=id
                name=name
                value="true"
                checked=first
                required=required
                disabled=move || disabled.get()
                aria-invalid=move || error.with(Option::is_some).then_some("true")
                aria-describedby=described
                node_ref=node
                on:change=move |ev| {
                    if let Some(checked) = checked {
                        checked.set(event_target_checked(&ev));
                    }
                }
            />
            <span>{label}</span>
            {below}
        </label>
    }
}

/// As for text: a tick set before the scripts arrived stays.
fn bind_checked(node: NodeRef<html::Input>, checked: RwSignal<bool>) {
    let rendered = checked.get_untracked();
    Effect::new(move |first: Option<()>| {
        let wanted = checked.get();
        if let Some(element) = node.get()
            && element.checked() != wanted
        {
            if first.is_none() && element.checked() != rendered {
                checked.set(element.checked());
            } else {
                element.set_checked(wanted);
            }
        }
    });
}
