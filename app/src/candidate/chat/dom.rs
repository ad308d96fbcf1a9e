//! The few things that are read from and written to the page itself. The composer's fields are the browser's own: what
//! somebody typed before the WASM arrived is found there and stays.

use super::model::Draft;
use leptos::{
    prelude::{document, window},
    wasm_bindgen::{JsCast, JsValue, closure::Closure},
};
use parley_domain::id::ChoiceId;
use web_sys::{
    BeforeUnloadEvent, Element, Event, HtmlDialogElement, HtmlDocument, HtmlElement, HtmlInputElement,
    HtmlTextAreaElement, VisibilityState,
};

/// The name of the choices' inputs.
pub(super) const CHOICES: &str = "choices[]";
/// The id of the composer's form.
pub(super) const COMPOSER: &str = "composer";
/// The id of the text field, where the question has one.
pub(super) const ANSWER: &str = "answer";
/// The id of the question before finishing.
pub(super) const FINISH: &str = "finish";
/// The id of the closing page's heading.
pub(super) const CLOSING: &str = "closing";
/// The id of the text that was set aside.
pub(super) const UNSENT: &str = "unsent-text";
/// The id of the person's own link.
pub(super) const OWN_LINK: &str = "own-link-url";

fn by_id<T: JsCast>(id: &str) -> Option<T> {
    document().get_element_by_id(id)?.dyn_into().ok()
}

fn area() -> Option<HtmlTextAreaElement> {
    by_id(ANSWER)
}

/// Selects what a part of the page says and copies it; `false` where the browser refuses, and it stays selected for
/// copying by hand. By the document's own command, which plain http in a local network has too.
pub(super) fn copy(id: &str) -> bool {
    if let Some(area) = by_id::<HtmlTextAreaElement>(id) {
        let _ = area.focus();
        area.select();
    } else if let (Some(part), Ok(Some(selection))) = (by_id::<Element>(id), window().get_selection()) {
        let _ = selection.select_all_children(&part);
    }
    let page: HtmlDocument = document().unchecked_into();
    let copied = page.exec_command("copy").unwrap_or(false);
    // What folds once it was copied takes the button away that was pressed: the focus goes to what opens it again.
    if copied
        && let Some(part) = by_id::<Element>(id)
        && let Ok(Some(head)) = part.closest("details")
        && let Ok(Some(head)) = head.query_selector("summary")
        && let Ok(head) = head.dyn_into::<HtmlElement>()
    {
        let _ = head.focus();
    }
    copied
}

/// Asks before handing in.
pub(super) fn open_dialog() {
    if let Some(dialog) = by_id::<HtmlDialogElement>(FINISH) {
        let _ = dialog.show_modal();
    }
}

/// Goes on answering.
pub(super) fn close_dialog() {
    if let Some(dialog) = by_id::<HtmlDialogElement>(FINISH) {
        dialog.close();
    }
}

/// Puts the reader at the heading of the closing page: the page changed under them.
pub(super) fn focus_closing() {
    if let Some(heading) = by_id::<HtmlElement>(CLOSING) {
        let _ = heading.focus();
    }
}

fn choice_inputs() -> Vec<HtmlInputElement> {
    let Some(form) = document().get_element_by_id(COMPOSER) else {
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
pub(super) fn read_composer() -> Draft {
    let picked = choice_inputs().into_iter().filter(HtmlInputElement::checked);
    Draft {
        text: area().map(|area| area.value()).unwrap_or_default(),
        choices: picked
            .filter_map(|input| input.value().parse::<ChoiceId>().ok())
            .collect(),
    }
}

/// Puts `draft` into the composer.
pub(super) fn fill_composer(draft: &Draft) {
    if let Some(area) = area()
        && area.value() != draft.text
    {
        area.set_value(&draft.text);
    }
    for input in choice_inputs() {
        let picked = input.value().parse().is_ok_and(|id| draft.choices.contains(&id));
        input.set_checked(picked);
    }
}

/// Puts the cursor where the answer goes.
pub(super) fn focus_composer() {
    if let Some(area) = area() {
        let _ = area.focus();
    } else if let Some(first) = choice_inputs().into_iter().next() {
        let _ = first.focus();
    }
}

/// Where the window is low and everything in it scrolls together: the newest turn stands above the composer. A long question
/// begins at its beginning.
pub(super) fn show_newest() {
    if let Ok(Some(question)) = document().query_selector(".ask") {
        question.set_scroll_top(0);
    }
    if let Ok(Some(chat)) = document().query_selector(".chat") {
        chat.set_scroll_top(chat.scroll_height());
    }
}

/// Keeps the chat as high as what is seen of the page, for as long as the page lives. An iPhone lays its keyboard over the
/// page and pushes the page up under it, and no unit of a style sheet knows. Who zooms in sees less of the page, which is as
/// high as before.
pub(super) fn follow_viewport() {
    let root = document()
        .document_element()
        .and_then(|root| root.dyn_into::<HtmlElement>().ok());
    let (Some(viewport), Some(root)) = (window().visual_viewport(), root) else {
        return;
    };
    let seen = viewport.clone();
    let mut before = 0;
    let mut fit = move || {
        let scale = seen.scale();
        let height = (seen.height() * scale) as i32;
        let pushed = if scale > 1.01 { 0 } else { seen.offset_top() as i32 };
        let style = root.style();
        // Refused by no browser that knows the viewport.
        let _ = style.set_property("--seen", &format!("{height}px"));
        let _ = style.set_property("--pushed", &format!("{pushed}px"));
        if height != before {
            before = height;
            show_newest();
        }
    };
    fit();
    let fit = Closure::<dyn FnMut()>::new(fit);
    for event in ["resize", "scroll"] {
        let _ = viewport.add_event_listener_with_callback(event, fit.as_ref().unchecked_ref());
    }
    fit.forget();
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

/// Has the browser ask before the page is left. Older ones ask only where the event is given a value.
pub(super) fn ask_before_leaving(event: &Event) {
    event.prevent_default();
    event.unchecked_ref::<BeforeUnloadEvent>().set_return_value("unsent");
}

/// Whether this page loads the script at this address.
#[cfg(feature = "hydrate")]
pub(super) fn loads(script: &str) -> bool {
    let found = document().query_selector(&format!("link[href='{script}']"));
    found.is_ok_and(|link| link.is_some())
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
