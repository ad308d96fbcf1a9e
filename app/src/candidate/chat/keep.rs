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

/// The names of what is kept that begin so.
fn names(prefix: &str) -> Vec<String> {
    let Some(storage) = storage() else { return vec![] };
    let length = storage.length().unwrap_or(0);
    let names = (0..length).filter_map(|i| storage.key(i).ok().flatten());
    names.filter(|name| name.starts_with(prefix)).collect()
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

/// The names of the drafts for other questions than this one.
fn other_names(token: &str, prompt: Option<PromptId>) -> Vec<String> {
    let own = prompt.map(|id| draft_name(token, id));
    let mut names = names(&format!("{}draft.", keep_name(token)));
    names.retain(|name| Some(name) != own.as_ref());
    names
}

/// The texts kept for other questions than this one.
pub(super) fn other_drafts(token: &str, prompt: Option<PromptId>) -> Vec<String> {
    let drafts = other_names(token, prompt)
        .into_iter()
        .filter_map(|name| read::<Draft>(&name));
    drafts.map(|draft| draft.text).collect()
}

/// Forgets the drafts for other questions than this one.
pub(super) fn forget_other_drafts(token: &str, prompt: Option<PromptId>) {
    for name in other_names(token, prompt) {
        remove(&name);
    }
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
    for name in names(&keep_name(token)) {
        remove(&name);
    }
}
