//! Empty states.

use leptos::prelude::*;

/// What this is, why it is empty, and (the children) the one next step.
#[component]
pub fn EmptyState(
    /// What there would be.
    #[prop(into)]
    title: String,
    /// Why there is none, and what to do.
    #[prop(into)]
    text: String,
    /// The next step.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty">
            <h2>{title}</h2>
            <p class="empty__text">{text}</p>
            {children.map(|children| view! { <div class="empty__action">{children()}</div> })}
        </div>
    }
}
