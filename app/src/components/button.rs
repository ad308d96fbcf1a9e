//! Buttons, and links that look like buttons.

use super::{Icon, IconName};
use leptos::prelude::*;

/// How much a button asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ButtonKind {
    /// The one thing to do on this page or in this dialog.
    Primary,
    /// Everything else.
    #[default]
    Secondary,
    /// Without an edge, for tools and rows.
    Quiet,
    /// Does harm, as the main action of a confirmation.
    Danger,
    /// Leads to harm, quiet until touched.
    Harm,
}

/// How large.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ButtonSize {
    /// 26 px, inside rows.
    Small,
    /// 32 px, the creators' tools.
    #[default]
    Tool,
    /// 44 px, the candidate's pages.
    Large,
}

/// What a press does to the form around it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ButtonType {
    /// Nothing.
    #[default]
    Button,
    /// Submits it.
    Submit,
}

/// The class names of a button, for elements that are neither of the two components.
#[must_use]
pub fn button_class(kind: ButtonKind, size: ButtonSize, icon_only: bool) -> String {
    let mut class = String::from("btn");
    class.push_str(match kind {
        ButtonKind::Primary => " btn--primary",
        ButtonKind::Secondary => "",
        ButtonKind::Quiet => " btn--quiet",
        ButtonKind::Danger => " btn--danger",
        ButtonKind::Harm => " btn--harm",
    });
    class.push_str(match size {
        ButtonSize::Small => " btn--small",
        ButtonSize::Tool => "",
        ButtonSize::Large => " btn--large",
    });
    if icon_only {
        class.push_str(" btn--icon");
    }
    class
}

/// A button. The label says what will happen. While `busy`, the spinner takes the icon's place, presses do nothing, and
/// the width stays. Other attributes go through: `attr:form="…"`, `attr:aria-controls="…"`.
#[component]
pub fn Button(
    /// How much it asks for.
    #[prop(optional)]
    kind: ButtonKind,
    /// How large.
    #[prop(optional)]
    size: ButtonSize,
    /// What a press does to the form around it.
    #[prop(optional)]
    r#type: ButtonType,
    /// Before the label.
    #[prop(optional, into)]
    icon: Option<IconName>,
    /// Over the full width.
    #[prop(optional)]
    block: bool,
    /// Work is under way.
    #[prop(optional, into)]
    busy: Signal<bool>,
    /// Cannot be pressed; say why beside it.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// What a press does.
    #[prop(optional, into)]
    on_press: Option<Callback<()>>,
    /// The label.
    children: Children,
) -> impl IntoView {
    let mut class = button_class(kind, size, false);
    if block {
        class.push_str(" btn--block");
    }
    let press = move |ev: leptos::ev::MouseEvent| {
        if busy.get_untracked() {
            ev.prevent_default();
            ev.stop_propagation();
        } else if let Some(on_press) = on_press {
            on_press.run(());
        }
    };
    view! {
        <button
            type=if r#type == ButtonType::Submit { "submit" } else { "button" }
            class=class
            disabled=move || disabled.get()
            aria-busy=move || busy.get().then_some("true")
            on:click=press
        >
            {move || lead(icon, busy.get())}
            <span class="btn__label">{children()}</span>
        </button>
    }
}

/// What stands before the label: the icon, or the spinner in its place (or over the label where there is no icon).
fn lead(icon: Option<IconName>, busy: bool) -> AnyView {
    match (icon, busy) {
        (Some(_), true) => view! { <span class="btn__spin"><Icon name=IconName::Spinner/></span> }.into_any(),
        (None, true) => {
            view! { <span class="btn__spin btn__spin--over"><Icon name=IconName::Spinner/></span> }.into_any()
        }
        (Some(name), false) => view! { <Icon name=name/> }.into_any(),
        (None, false) => ().into_any(),
    }
}

/// A button that is only an icon. Its label is read out and shown as a tooltip.
#[component]
pub fn IconButton(
    /// What a press does, in words.
    #[prop(into)]
    label: String,
    /// The drawing.
    icon: IconName,
    /// How much it asks for.
    #[prop(default = ButtonKind::Quiet)]
    kind: ButtonKind,
    /// How large.
    #[prop(optional)]
    size: ButtonSize,
    /// Work is under way.
    #[prop(optional, into)]
    busy: Signal<bool>,
    /// Cannot be pressed.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// What a press does.
    #[prop(into)]
    on_press: Callback<()>,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class=button_class(kind, size, true)
            aria-label=label.clone()
            title=label
            disabled=move || disabled.get()
            aria-busy=move || busy.get().then_some("true")
            on:click=move |_| {
                if !busy.get_untracked() {
                    on_press.run(());
                }
            }
        >
            {move || if busy.get() { lead(Some(icon), true) } else { lead(Some(icon), false) }}
        </button>
    }
}

/// A link that looks like a button.
#[component]
pub fn ButtonLink(
    /// Where it leads.
    #[prop(into)]
    href: String,
    /// How much it asks for.
    #[prop(optional)]
    kind: ButtonKind,
    /// How large.
    #[prop(optional)]
    size: ButtonSize,
    /// Before the label.
    #[prop(optional, into)]
    icon: Option<IconName>,
    /// A download or another site's page: the router leaves it alone.
    #[prop(optional)]
    external: bool,
    /// The label.
    children: Children,
) -> impl IntoView {
    view! {
        <a class=button_class(kind, size, false) href=href rel=external.then_some("external")>
            {icon.map(|name| view! { <Icon name=name/> })}
            <span class="btn__label">{children()}</span>
        </a>
    }
}
