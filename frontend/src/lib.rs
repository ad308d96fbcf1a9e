//! The WASM entry of the creators' app, and nothing else.

use wasm_bindgen::prelude::wasm_bindgen;

/// Brings the page that the server rendered to life.
#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(parley_app::App);
    // Style and tests can tell a page that answers to clicks from one that is still only HTML.
    if let Some(root) = leptos::prelude::document().document_element() {
        drop(root.set_attribute("data-hydrated", ""));
    }
}
