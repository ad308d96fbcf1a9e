//! Pages before and after, as links.

use super::{Icon, IconName};
use crate::messages::creator;
use leptos::prelude::*;

/// Where we are and the ways on. Links, so that they work without scripts and can be opened beside.
#[component]
pub fn Pager(
    /// "1–50 of 1,204".
    #[prop(into)]
    text: String,
    /// The page before, or the first one.
    #[prop(optional, into)]
    previous: Option<String>,
    /// `previous` leads to the first page: the list cannot be turned back page by page.
    #[prop(optional)]
    first: bool,
    /// The page after.
    #[prop(optional, into)]
    next: Option<String>,
) -> impl IntoView {
    let t = creator();
    let back = if first { t.first_page } else { t.previous };
    view! {
        <nav class="pager" aria-label=t.pages>
            <span>{text}</span>
            <span class="pager__links">
                {turn(previous, back, Some(IconName::ChevronLeft), None)}
                {turn(next, t.next, None, Some(IconName::ChevronRight))}
            </span>
        </nav>
    }
}

fn turn(href: Option<String>, words: &'static str, before: Option<IconName>, after: Option<IconName>) -> AnyView {
    let before = before.map(|name| view! { <Icon name=name/> });
    let after = after.map(|name| view! { <Icon name=name/> });
    match href {
        Some(href) => view! { <a class="btn btn--small" href=href>{before} {words} {after}</a> }.into_any(),
        None => view! { <span class="btn btn--small" aria-disabled="true">{before} {words} {after}</span> }.into_any(),
    }
}
