//! Progress with its figures.

use leptos::prelude::*;

/// A bar, determinate where the total is known. Without `value` it is indeterminate: only for what takes under two seconds.
#[component]
pub fn Progress(
    /// What is going on: "Importing".
    #[prop(into)]
    label: String,
    /// How far, of `total`.
    #[prop(optional, into)]
    value: Signal<Option<u32>>,
    /// Of how much.
    #[prop(into)]
    total: Signal<u32>,
    /// "4,120 of 9,991 rows · 3 s left".
    #[prop(optional, into)]
    figures: Signal<String>,
) -> impl IntoView {
    view! {
        <div class="progress">
            <div class="progress__line">
                <span>{label.clone()}</span>
                <span class="progress__figures">{move || figures.get()}</span>
            </div>
            <progress
                class="bar"
                aria-label=label
                max=move || total.get().to_string()
                value=move || value.get().map(|value| value.to_string())
            ></progress>
        </div>
    }
}
