//! Tabs: links, each a route.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// One tab: where it leads and what it is called.
pub type Tab = (String, &'static str);

/// The tabs of a page. The one whose address we are at is current.
#[component]
pub fn Tabs(
    /// Read out before the tabs.
    #[prop(into)]
    label: String,
    /// In order.
    tabs: Vec<Tab>,
) -> impl IntoView {
    let path = use_location().pathname;
    let links = tabs
        .into_iter()
        .map(|(href, words)| {
            let current = {
                let href = href.clone();
                move || (path.with(|path| path.trim_end_matches('/') == href)).then_some("page")
            };
            view! { <a class="tabs__tab" href=href aria-current=current>{words}</a> }
        })
        .collect_view();
    view! { <nav class="tabs" aria-label=label>{links}</nav> }
}
