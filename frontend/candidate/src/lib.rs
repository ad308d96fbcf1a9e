//! The WASM entry of the candidate's chat, and nothing else.

use leptos::prelude::*;
use parley_app::candidate::chat::{ChatApp, start_of_page};
use wasm_bindgen::prelude::wasm_bindgen;

/// Brings the chat that the server rendered to life. A page without one stays the plain page that it is.
#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    if let Some(start) = start_of_page() {
        leptos::mount::hydrate_body(move || view! { <ChatApp start=start/> });
        // Style and tests can tell a page that answers to presses by itself from one that is still only HTML.
        if let Some(root) = document().document_element() {
            drop(root.set_attribute("data-hydrated", ""));
        }
    }
}
