//! Fields: label above, control, and below it the hint or, in its place, the error. The note is tied to the control by
//! `aria-describedby`; an error also sets `aria-invalid`.
//!
//! Text lives in an `RwSignal<String>`, or, in plain forms, only in the element (`value` left out, `initial` given).
//! A value typed before the scripts arrived wins over the signal's first value: nothing that a person typed is lost.

use super::{Icon, IconName, raw_text};
use crate::messages::creator;
use leptos::html;
use leptos::prelude::*;

/// How wide a field is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FieldWidth {
    /// As wide as its place.
    #[default]
    Full,
    /// A few figures.
    Narrow,
    /// A name, a choice.
    Medium,
    /// A title.
    Wide,
}

impl FieldWidth {
    const fn class(self) -> &'static str {
        match self {
            Self::Full => "field",
            Self::Narrow => "field field--narrow",
            Self::Medium => "field field--medium",
            Self::Wide => "field field--wide",
        }
    }
}

/// Moves focus to the control with this id: the first bad field of a form.
pub fn focus_field(id: &str) {
    use leptos::wasm_bindgen::JsCast;
    if let Some(element) = document().get_element_by_id(id)
        && let Ok(element) = element.dyn_into::<web_sys::HtmlElement>()
    {
        // A field that cannot take focus is not worth an error: the message stands beside it anyway.
        let _ = element.focus();
    }
}

/// Whether a key is part of composing a character, as in Chinese or Japanese: Enter then takes what was composed and means
/// nothing else. Safari ends the composition before it tells of the key, and marks the key by its code.
#[must_use]
pub fn is_composing(ev: &web_sys::KeyboardEvent) -> bool {
    ev.is_composing() || ev.key_code() == 229
}

/// Label, control and note. The control's id is `id`, the note's `{id}-note`.
#[component]
pub fn FieldFrame(
    /// The control's id.
    #[prop(into)]
    id: String,
    /// Above the control.
    #[prop(into)]
    label: String,
    /// Below it.
    #[prop(optional, into)]
    hint: Option<String>,
    /// In place of the hint.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// Says "optional" beside the label.
    #[prop(optional)]
    optional: bool,
    /// How wide.
    #[prop(optional)]
    width: FieldWidth,
    /// The control.
    children: Children,
) -> impl IntoView {
    view! {
        <div class=width.class()>
            <label class="field__label" for=id.clone()>
                {label}
                {optional.then(|| view! { <span class="field__aside">{creator().optional}</span> })}
            </label>
            {children()}
            <Note id=id hint=hint error=error/>
        </div>
    }
}

/// The line under a control.
#[component]
fn Note(id: String, hint: Option<String>, error: Signal<Option<String>>) -> impl IntoView {
    let id = format!("{id}-note");
    move || match (error.get(), hint.clone()) {
        (Some(error), _) => view! {
            <p class="field__note field__note--error" id=id.clone()>
                <Icon name=IconName::Error/>
                <span>{error}</span>
            </p>
        }
        .into_any(),
        (None, Some(hint)) => view! { <p class="field__note" id=id.clone()>{hint}</p> }.into_any(),
        (None, None) => ().into_any(),
    }
}

/// `aria-describedby`, present only while there is a note.
fn described_by(
    id: &str,
    has_hint: bool,
    error: Signal<Option<String>>,
) -> impl Fn() -> Option<String> + Clone + use<> {
    let note = format!("{id}-note");
    move || (has_hint || error.with(Option::is_some)).then(|| note.clone())
}

fn invalid(error: Signal<Option<String>>) -> impl Fn() -> Option<&'static str> {
    move || error.with(Option::is_some).then_some("true")
}

macro_rules! bind {
    ($name:ident, $element:ty) => {
        /// Keeps element and signal alike without `prop:value`, which would overwrite at hydration what was typed before it.
        fn $name(node: NodeRef<$element>, value: RwSignal<String>) {
            let rendered = value.get_untracked();
            Effect::new(move |first: Option<()>| {
                let text = value.get();
                if let Some(element) = node.get() {
                    let shown = element.value();
                    if shown != text {
                        // Another text than what was rendered was typed. The rendered one is only old: edits of an earlier
                        // visit may have been put back into the signal meanwhile.
                        if first.is_none() && !shown.is_empty() && shown != rendered {
                            value.set(shown);
                        } else {
                            element.set_value(&text);
                        }
                    }
                }
            });
        }
    };
}

bind!(bind_input, html::Input);
bind!(bind_area, html::Textarea);
bind!(bind_select, html::Select);

/// One line of text (or email, password, number, date: `kind` is the input's type).
#[component]
pub fn TextField(
    /// The control's id, unique on the page.
    #[prop(into)]
    id: String,
    /// Above the control.
    #[prop(into)]
    label: String,
    /// The form's name of it.
    #[prop(optional, into)]
    name: Option<String>,
    /// The input's type.
    #[prop(default = "text")]
    kind: &'static str,
    /// Where the text lives.
    #[prop(optional, into)]
    value: Option<RwSignal<String>>,
    /// The text at first, where there is no `value`.
    #[prop(optional, into)]
    initial: String,
    /// Below the control.
    #[prop(optional, into)]
    hint: Option<String>,
    /// In place of the hint.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// Grey text in an empty field: an example, never the label.
    #[prop(optional, into)]
    placeholder: Option<String>,
    /// What browsers fill in.
    #[prop(optional, into)]
    autocomplete: Option<&'static str>,
    /// The on-screen keyboard.
    #[prop(optional, into)]
    inputmode: Option<&'static str>,
    /// Longest text that is taken.
    #[prop(optional, into)]
    maxlength: Option<u32>,
    /// Shortest text that is taken.
    #[prop(optional, into)]
    minlength: Option<u32>,
    /// Id of a `<datalist>` with suggestions.
    #[prop(optional, into)]
    list: Option<&'static str>,
    /// The form cannot do without it.
    #[prop(optional)]
    required: bool,
    /// Says "optional" beside the label.
    #[prop(optional)]
    optional: bool,
    /// Takes focus when the page opens.
    #[prop(optional)]
    autofocus: bool,
    /// Cannot be changed now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// How wide.
    #[prop(optional)]
    width: FieldWidth,
    /// After the person leaves the field: the time to check it.
    #[prop(optional, into)]
    on_blur: Option<Callback<()>>,
) -> impl IntoView {
    let node = NodeRef::<html::Input>::new();
    let first = value.map_or(initial, |value| value.get_untracked());
    if let Some(value) = value {
        bind_input(node, value);
    }
    let describe = described_by(&id, hint.is_some(), error);
    view! {
        <FieldFrame id=id.clone() label=label nostrip:hint=hint error=error optional=optional width=width>
            <input
                class="input"
                id=id
                name=name
                type=kind
                value=first
                placeholder=placeholder
                autocomplete=autocomplete
                inputmode=inputmode
                maxlength=maxlength.map(|most| most.to_string())
                minlength=minlength.map(|least| least.to_string())
                list=list
                required=required
                autofocus=autofocus
                disabled=move || disabled.get()
                aria-invalid=invalid(error)
                aria-describedby=describe
                node_ref=node
                on:input=move |ev| {
                    if let Some(value) = value {
                        value.set(event_target_value(&ev));
                    }
                }
                on:blur=move |_| {
                    if let Some(on_blur) = on_blur {
                        // A field that goes with its form loses the focus, too: then there is nothing left to check.
                        on_blur.try_run(());
                    }
                }
            />
        </FieldFrame>
    }
}

/// Several lines of text; grows with them.
#[component]
pub fn TextArea(
    /// The control's id, unique on the page.
    #[prop(into)]
    id: String,
    /// Above the control.
    #[prop(into)]
    label: String,
    /// The form's name of it.
    #[prop(optional, into)]
    name: Option<String>,
    /// Where the text lives.
    #[prop(optional, into)]
    value: Option<RwSignal<String>>,
    /// The text at first, where there is no `value`.
    #[prop(optional, into)]
    initial: String,
    /// Below the control.
    #[prop(optional, into)]
    hint: Option<String>,
    /// In place of the hint.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// Grey text in an empty field: an example, never the label.
    #[prop(optional, into)]
    placeholder: Option<String>,
    /// Longest text that is taken.
    #[prop(optional, into)]
    maxlength: Option<u32>,
    /// Lines at first.
    #[prop(default = 3)]
    rows: u32,
    /// Monospaced.
    #[prop(optional)]
    code: bool,
    /// Says "optional" beside the label.
    #[prop(optional)]
    optional: bool,
    /// Cannot be changed now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// After the person leaves the field: the time to check it.
    #[prop(optional, into)]
    on_blur: Option<Callback<()>>,
) -> impl IntoView {
    let node = NodeRef::<html::Textarea>::new();
    let first = value.map_or(initial, |value| value.get_untracked());
    if let Some(value) = value {
        bind_area(node, value);
    }
    let describe = described_by(&id, hint.is_some(), error);
    view! {
        <FieldFrame id=id.clone() label=label nostrip:hint=hint error=error optional=optional>
            <textarea
                class=if code { "input input--code" } else { "input" }
                id=id
                name=name
                rows=rows.to_string()
                placeholder=placeholder
                maxlength=maxlength.map(|most| most.to_string())
                spellcheck=code.then_some("false")
                disabled=move || disabled.get()
                aria-invalid=invalid(error)
                aria-describedby=describe
                node_ref=node
                on:input=move |ev| {
                    if let Some(value) = value {
                        value.set(event_target_value(&ev));
                    }
                }
                on:blur=move |_| {
                    if let Some(on_blur) = on_blur {
                        // A field that goes with its form loses the focus, too: then there is nothing left to check.
                        on_blur.try_run(());
                    }
                }
            >
                {raw_text(first)}
            </textarea>
        </FieldFrame>
    }
}

/// One entry of a [`SelectField`]: the value that is sent and the words that are shown.
pub type Choice = (String, String);

/// One of a few values, as the platform's list.
#[component]
pub fn SelectField(
    /// The control's id, unique on the page.
    #[prop(into)]
    id: String,
    /// Above the control.
    #[prop(into)]
    label: String,
    /// What there is to choose from.
    options: Vec<Choice>,
    /// The form's name of it.
    #[prop(optional, into)]
    name: Option<String>,
    /// Where the chosen value lives.
    #[prop(optional, into)]
    value: Option<RwSignal<String>>,
    /// The value at first, where there is no `value`.
    #[prop(optional, into)]
    initial: String,
    /// Below the control.
    #[prop(optional, into)]
    hint: Option<String>,
    /// In place of the hint.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// Cannot be changed now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// How wide.
    #[prop(optional)]
    width: FieldWidth,
) -> impl IntoView {
    let node = NodeRef::<html::Select>::new();
    let first = value.map_or(initial, |value| value.get_untracked());
    if let Some(value) = value {
        bind_select(node, value);
    }
    let describe = described_by(&id, hint.is_some(), error);
    let entries = options
        .into_iter()
        .map(|(key, words)| {
            let selected = key == first;
            view! { <option value=key selected=selected>{words}</option> }
        })
        .collect_view();
    view! {
        <FieldFrame id=id.clone() label=label nostrip:hint=hint error=error width=width>
            <div class="select">
                <select
                    class="input"
                    id=id
                    name=name
                    disabled=move || disabled.get()
                    aria-invalid=invalid(error)
                    aria-describedby=describe
                    node_ref=node
                    on:change=move |ev| {
                        if let Some(value) = value {
                            value.set(event_target_value(&ev));
                        }
                    }
                >
                    {entries}
                </select>
                <Icon name=IconName::ChevronDown/>
            </div>
        </FieldFrame>
    }
}
