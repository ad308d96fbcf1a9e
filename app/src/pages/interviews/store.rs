//! Unsaved edits in the browser's own storage, so that a closed tab, an ended login or a crash loses nothing.

use leptos::prelude::*;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// What was being written, and on which saved revision it stands.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Kept<T> {
    /// The revision that was loaded when the edits began.
    pub(super) revision: i64,
    /// The edits, whole.
    pub(super) input: T,
}

fn storage() -> Option<web_sys::Storage> {
    // Refused in some private modes: then nothing is kept, and the page asks before it is left.
    window().local_storage().ok().flatten()
}

/// Keeps the edits under `key`.
pub(super) fn keep<T: Serialize>(key: &str, kept: &Kept<T>) {
    if let (Some(storage), Ok(text)) = (storage(), serde_json::to_string(kept)) {
        // A full storage keeps the older edits; saving still works.
        let _ = storage.set_item(key, &text);
    }
}

/// The edits kept under `key`; those of another version of Parley that cannot be read are as good as none.
pub(super) fn kept<T: DeserializeOwned>(key: &str) -> Option<Kept<T>> {
    serde_json::from_str(&storage()?.get_item(key).ok()??).ok()
}

/// Forgets them: they are saved, or discarded.
pub(super) fn forget(key: &str) {
    if let Some(storage) = storage() {
        let _ = storage.remove_item(key);
    }
}
