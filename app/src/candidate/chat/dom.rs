//! The few things that are read from and written to the page itself. The composer's fields are the browser's own: what
//! somebody typed before the WASM arrived is found there and stays.

use super::{model::Draft, state::Chat};
use leptos::{
    prelude::{GetUntracked, document, window},
    wasm_bindgen::{JsCast, JsValue},
};
use parley_domain::id::ChoiceId;
use web_sys::{HtmlInputElement, VisibilityState};

/// The name of the choices' inputs.
pub(super) const CHOICES: &str = "choices[]";

fn choice_inputs(chat: Chat) -> Vec<HtmlInputElement> {
    let Some(form) = chat.form.get_untracked() else {
        return vec![];
    };
    let Ok(found) = form.query_selector_all(&format!("input[name='{CHOICES}']")) else {
        return vec![];
    };
    (0..found.length())
        .filter_map(|i| found.item(i)?.dyn_into().ok())
        .collect()
}

/// What stands in the composer.
pub(super) fn read_composer(chat: Chat) -> Draft {
    let picked = choice_inputs(chat).into_iter().filter(HtmlInputElement::checked);
    Draft {
        text: chat.area.get_untracked().map(|area| area.value()).unwrap_or_default(),
        choices: picked
            .filter_map(|input| input.value().parse::<ChoiceId>().ok())
            .collect(),
    }
}

/// Puts `draft` into the composer.
pub(super) fn fill_composer(chat: Chat, draft: &Draft) {
    if let Some(area) = chat.area.get_untracked()
        && area.value() != draft.text
    {
        area.set_value(&draft.text);
    }
    for input in choice_inputs(chat) {
        let picked = input.value().parse().is_ok_and(|id| draft.choices.contains(&id));
        input.set_checked(picked);
    }
}

/// Puts the cursor where the answer goes.
pub(super) fn focus_composer(chat: Chat) {
    if let Some(area) = chat.area.get_untracked() {
        let _ = area.focus();
    } else if let Some(first) = choice_inputs(chat).into_iter().next() {
        let _ = first.focus();
    }
}

/// Whether somebody is looking at this window.
pub(super) fn is_visible() -> bool {
    document().visibility_state() == VisibilityState::Visible
}

/// Whether the browser believes that it has a network.
pub(super) fn is_online() -> bool {
    window().navigator().on_line()
}

/// Whether the main pointer is a finger: Enter on a touch keyboard has no Shift beside it.
pub(super) fn is_touch() -> bool {
    window()
        .match_media("(pointer: coarse)")
        .ok()
        .flatten()
        .is_some_and(|m| m.matches())
}

/// Milliseconds by this machine's clock: for counting down between the server's words, never for deciding.
pub(super) fn now() -> f64 {
    js_sys::Date::now()
}

/// A new client id: 128 random bits, from the browser's own source.
pub(super) fn new_client_id() -> String {
    let mut bytes = [0_u8; 16];
    let filled = window()
        .crypto()
        .and_then(|c| c.get_random_values_with_u8_array(&mut bytes));
    if filled.is_err() {
        // No source of randomness: the time and Math.random still tell this session's answers apart.
        return format!("{:x}-{:x}", now() as u64, (js_sys::Math::random() * 1e15) as u64);
    }
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// Leaves the chat for another page.
pub(super) fn go_to(path: &str) {
    let _ = window().location().set_href(path);
}

/// Writes the lease into the address, so that a reload is this window again.
pub(super) fn show_address(path: &str) {
    if let Ok(history) = window().history() {
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(path));
    }
}
