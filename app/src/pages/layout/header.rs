//! The head of a page: breadcrumb, title, one primary action at the right.

use crate::components::{Icon, IconName};
use crate::messages::creator;
use leptos::prelude::*;
use leptos_meta::Title;

/// One step of the breadcrumb: where it leads and what it is called.
pub type Crumb = (String, String);

/// The head of a page. `title` is also the document's.
#[component]
pub fn PageHeader(
    /// The page's name.
    #[prop(into)]
    title: String,
    /// The pages above it, from the outermost.
    #[prop(optional)]
    crumbs: Vec<Crumb>,
    /// Beside the title: state, badges.
    #[prop(optional, into)]
    meta: Option<ViewFn>,
    /// As wide as a table that takes the whole width.
    #[prop(optional)]
    full: bool,
    /// The one primary action, and menus beside it.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let trail = (!crumbs.is_empty()).then(|| {
        let steps = crumbs
            .into_iter()
            .map(|(href, words)| {
                view! {
                    <li>
                        <a href=href>{words}</a>
                        <Icon name=IconName::ChevronRight/>
                    </li>
                }
            })
            .collect_view();
        view! { <nav aria-label=creator().breadcrumb><ol class="crumbs">{steps}</ol></nav> }
    });
    view! {
        <Title text=title.clone()/>
        <header class=if full { "page-header page-header--full" } else { "page-header" }>
            {trail}
            <div class="page-header__row">
                <h1 class="page-header__title">{title}</h1>
                {meta.map(|meta| view! { <div class="page-header__meta">{meta.run()}</div> })}
                {children.map(|children| view! { <div class="page-header__actions">{children()}</div> })}
            </div>
        </header>
    }
}
