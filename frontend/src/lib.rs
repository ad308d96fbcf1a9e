//! The WASM entry of the creators' app, and nothing else.

use leptos::mount::hydrate_from_async;
use leptos::prelude::document;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::spawn_local;

/// Brings the page that the server rendered to life, once the part of the bundle that holds it is there.
#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    spawn_local(async {
        let Some(body) = document().body() else { return };
        hydrate_from_async(body, parley_app::App).await.forget();
        // Style and tests can tell a page that answers to clicks from one that is still only HTML.
        if let Some(root) = document().document_element() {
            drop(root.set_attribute("data-hydrated", ""));
        }
    });
}

/// Room for the splitter, in no part of the bundle because nothing refers to it. The splitter lays the data of each part out
/// anew, with gaps for alignment; where that takes more room than all data took before, it leaves everything in the part that
/// every page begins with, 220 kB of it (`wasm_split_cli_support` 0.2.3, `emit.rs`: "Overlong segment").
#[cfg(feature = "lazy")]
#[used]
static ROOM_FOR_PARTS: [u8; 32 * 1024] = [1; 32 * 1024];
