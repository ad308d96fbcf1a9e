//! What this browser keeps until the server has it: the draft of each question, and the answer on its way. Where the
//! browser keeps nothing (private mode, full), typing and sending work all the same; the page does not say then that it is
//! kept.

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

/// Whether it is kept. Full or refused: the text is still on the page.
fn write(name: &str, value: &impl Serialize) -> bool {
    match (storage(), serde_json::to_string(value)) {
        (Some(storage), Ok(text)) => storage.set_item(name, &text).is_ok(),
        _ => false,
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

fn drafts_prefix(token: &str) -> String {
    format!("{}draft.", keep_name(token))
}

fn attempt_prefix(token: &str, attempt: i32) -> String {
    format!("{}{attempt}.", drafts_prefix(token))
}

fn draft_name(token: &str, attempt: i32, prompt: PromptId) -> String {
    format!("{}{prompt}", attempt_prefix(token, attempt))
}

fn pending_name(token: &str) -> String {
    format!("{}sending", keep_name(token))
}

/// The names of the drafts for a question, whichever attempt it was asked in.
fn names_for(token: &str, prompt: PromptId) -> Vec<String> {
    let end = format!(".{prompt}");
    let mut names = names(&drafts_prefix(token));
    names.retain(|name| name.ends_with(&end));
    names
}

/// The draft for a question; else what was typed for it in an earlier attempt.
pub(super) fn draft(token: &str, attempt: i32, prompt: PromptId) -> Option<Draft> {
    read(&draft_name(token, attempt, prompt)).or_else(|| names_for(token, prompt).iter().find_map(|name| read(name)))
}

/// The names of the drafts of this attempt for other questions than this one.
fn other_names(token: &str, attempt: i32, prompt: Option<PromptId>) -> Vec<String> {
    let own = prompt.map(|id| draft_name(token, attempt, id));
    let mut names = names(&attempt_prefix(token, attempt));
    names.retain(|name| Some(name) != own.as_ref());
    names
}

fn texts(names: Vec<String>) -> Vec<String> {
    let drafts = names.into_iter().filter_map(|name| read::<Draft>(&name));
    drafts.map(|draft| draft.text).collect()
}

/// The texts kept in this attempt for other questions than this one.
pub(super) fn other_drafts(token: &str, attempt: i32, prompt: Option<PromptId>) -> Vec<String> {
    texts(other_names(token, attempt, prompt))
}

/// The texts kept in earlier attempts that were not taken up in this one.
pub(super) fn earlier_drafts(token: &str, attempt: i32) -> Vec<String> {
    let own = attempt_prefix(token, attempt);
    let mut names = names(&drafts_prefix(token));
    names.retain(|name| !name.starts_with(&own));
    texts(names)
}

/// Forgets the drafts of this attempt for other questions than this one.
pub(super) fn forget_other_drafts(token: &str, attempt: i32, prompt: Option<PromptId>) {
    for name in other_names(token, attempt, prompt) {
        remove(&name);
    }
}

/// Keeps the draft for a question instead of any that was there, also of an earlier attempt; an empty one is forgotten.
/// Whether it could.
pub(super) fn keep_draft(token: &str, attempt: i32, prompt: PromptId, draft: &Draft) -> bool {
    let name = draft_name(token, attempt, prompt);
    for other in names_for(token, prompt) {
        if other != name || draft.is_empty() {
            remove(&other);
        }
    }
    draft.is_empty() || write(&name, draft)
}

/// The answer that was on its way when the page was left.
pub(super) fn pending(token: &str) -> Option<Pending> {
    read(&pending_name(token))
}

/// Keeps the answer on its way; whether it could.
pub(super) fn keep_pending(token: &str, pending: &Pending) -> bool {
    write(&pending_name(token), pending)
}

/// Forgets the answer on its way.
pub(super) fn forget_pending(token: &str) {
    remove(&pending_name(token));
}

/// Notes that the page is loaded anew for the script at this address; `false` where it was before, or nothing is kept.
pub(super) fn note_anew(token: &str, script: &str) -> bool {
    let name = format!("{}anew", keep_name(token));
    storage().is_some_and(|storage| {
        let before = storage.get_item(&name).ok().flatten();
        before.as_deref() != Some(script) && storage.set_item(&name, script).is_ok()
    })
}

/// Forgets everything of this link.
pub(super) fn forget_all(token: &str) {
    for name in names(&keep_name(token)) {
        remove(&name);
    }
}
