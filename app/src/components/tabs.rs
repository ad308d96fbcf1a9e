//! Tabs: links, each a route.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// One tab: where it leads and what it is called.
pub type Tab = (String, &'static str);

/// The tabs of a page. The one whose address we are at is current; at an address of none of them, the one it belongs to.
#[component]
pub fn Tabs(
    /// Read out before the tabs.
    #[prop(into)]
    label: String,
    /// In order.
    tabs: Vec<Tab>,
    /// The address of the tab that pages without a tab of their own belong to.
    #[prop(optional, into)]
    others: Option<String>,
) -> impl IntoView {
    let path = use_location().pathname;
    let known: Vec<String> = tabs.iter().map(|(href, _)| href.clone()).collect();
    let at = Memo::new(move |_| {
        path.with(|path| {
            let path = path.trim_end_matches('/');
            known
                .iter()
                .find(|href| *href == path)
                .map(|href| (href.clone(), "page"))
                .or_else(|| others.clone().map(|href| (href, "true")))
        })
    });
    let links = tabs
        .into_iter()
        .map(|(href, words)| {
            let current = {
                let href = href.clone();
                move || at.with(|at| at.as_ref().filter(|(at, _)| *at == href).map(|(_, how)| *how))
            };
            view! { <a class="tabs__tab" href=href aria-current=current>{words}</a> }
        })
        .collect_view();
    view! { <nav class="tabs" aria-label=label>{links}</nav> }
}
