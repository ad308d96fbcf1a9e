//! What this browser keeps until the server has it: the draft of each question, and the answer on its way. Where the
//! browser keeps nothing (private mode, full), typing and sending work all the same.

use super::model::{Draft, Pending, keep_name};
use leptos::prelude::window;
use parley_domain::id::PromptId;
use serde::{Serialize, de::DeserializeOwned};

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

fn read<T: DeserializeOwned>(name: &str) -> Option<T> {
    let text = storage()?.get_item(name).ok().flatten()?;
    serde_json::from_str(&text).ok()
}

fn write(name: &str, value: &impl Serialize) {
    if let (Some(storage), Ok(text)) = (storage(), serde_json::to_string(value)) {
        // Full or refused: the text is still on the page.
        let _ = storage.set_item(name, &text);
    }
}

fn remove(name: &str) {
    if let Some(storage) = storage() {
        let _ = storage.remove_item(name);
    }
}

fn draft_name(token: &str, prompt: PromptId) -> String {
    format!("{}draft.{prompt}", keep_name(token))
}

fn pending_name(token: &str) -> String {
    format!("{}sending", keep_name(token))
}

/// The draft for a question.
pub(super) fn draft(token: &str, prompt: PromptId) -> Option<Draft> {
    read(&draft_name(token, prompt))
}

/// Keeps the draft for a question; an empty one is forgotten.
pub(super) fn keep_draft(token: &str, prompt: PromptId, draft: &Draft) {
    let name = draft_name(token, prompt);
    if draft.is_empty() {
        remove(&name);
    } else {
        write(&name, draft);
    }
}

/// The answer that was on its way when the page was left.
pub(super) fn pending(token: &str) -> Option<Pending> {
    read(&pending_name(token))
}

/// Keeps the answer on its way.
pub(super) fn keep_pending(token: &str, pending: &Pending) {
    write(&pending_name(token), pending);
}

/// Forgets the answer on its way.
pub(super) fn forget_pending(token: &str) {
    remove(&pending_name(token));
}

/// Forgets everything of this link.
pub(super) fn forget_all(token: &str) {
    let Some(storage) = storage() else { return };
    let prefix = keep_name(token);
    let length = storage.length().unwrap_or(0);
    let names: Vec<String> = (0..length).filter_map(|i| storage.key(i).ok().flatten()).collect();
    for name in names.iter().filter(|n| n.starts_with(&prefix)) {
        remove(name);
    }
}
