//! The page of an address that leads nowhere.

use crate::components::{ButtonLink, EmptyState};
use crate::messages::creator;
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
    view! {
        <Title text=t.not_found_title/>
        <main class="main" id="main">
            <EmptyState title=t.not_found_title text=t.not_found_text>
                <ButtonLink href="/">{t.not_found_home}</ButtonLink>
            </EmptyState>
        </main>
    }
}
