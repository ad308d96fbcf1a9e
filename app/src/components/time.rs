//! Times. The words are made by the server in the person's zone, so that they never differ at hydration.

use leptos::prelude::*;
use leptos::wasm_bindgen::{JsCast, JsValue};
use parley_domain::time::ShownTime;

/// A moment: short words, the exact time with its zone as a tooltip, and the machine's form in `<time>`.
#[component]
pub fn Time(
    /// The moment, as the server worded it.
    at: ShownTime,
) -> impl IntoView {
    view! { <time datetime=at.at.to_string() title=at.exact>{at.short}</time> }
}

/// The browser's own time zone, by its IANA name; only in the browser.
#[must_use]
pub fn browser_zone() -> Option<String> {
    let options = js_sys::Intl::DateTimeFormat::default().resolved_options();
    js_sys::Reflect::get(&options, &"timeZone".into()).ok()?.as_string()
}

/// Every time zone that the browser knows; only in the browser, and empty in old ones.
#[must_use]
pub fn browser_zones() -> Vec<String> {
    let list = js_sys::global();
    let list = js_sys::Reflect::get(&list, &"Intl".into())
        .and_then(|intl| js_sys::Reflect::get(&intl, &"supportedValuesOf".into()))
        .map(|function| function.unchecked_into::<js_sys::Function>())
        .and_then(|function| function.call1(&JsValue::UNDEFINED, &"timeZone".into()));
    match list {
        Ok(list) if list.is_array() => list
            .unchecked_into::<js_sys::Array>()
            .iter()
            .filter_map(|zone| zone.as_string())
            .collect(),
        _ => Vec::new(),
    }
}
