//! Times. The words are made by the server in the person's zone, so that they never differ at hydration.

use leptos::prelude::*;

/// A moment: relative or short words, the exact time with its zone as a tooltip, and the machine's form in `<time>`.
#[component]
pub fn Time(
    /// RFC 3339, UTC.
    #[prop(into)]
    at: String,
    /// "2 hours ago".
    #[prop(into)]
    text: String,
    /// "24 Nov 2026, 14:03 Europe/Berlin".
    #[prop(into)]
    exact: String,
) -> impl IntoView {
    view! { <time datetime=at title=exact>{text}</time> }
}
