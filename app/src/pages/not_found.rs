//! The page of an address that leads nowhere.

use crate::components::{ButtonLink, EmptyState};
use crate::messages::creator;
use crate::pages::layout::Here;
use leptos::prelude::*;
use leptos_meta::Title;

/// Nothing here; the way back.
#[component]
pub fn NotFound() -> impl IntoView {
    let t = creator();
    #[cfg(feature = "ssr")]
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(http::StatusCode::NOT_FOUND);
    }
    let nothing = view! {
        <Title text=t.not_found_title/>
        <EmptyState title=t.not_found_title text=t.not_found_text>
            <ButtonLink href="/">{t.not_found_home}</ButtonLink>
        </EmptyState>
    };
    // In a workspace the frame is around it: one part of a page is its main one.
    if use_context::<Here>().is_some() {
        view! { <div class="page">{nothing}</div> }.into_any()
    } else {
        view! { <main class="main" id="main">{nothing}</main> }.into_any()
    }
}
