//! Unsaved edits in the browser's own storage, so that a closed tab, an ended login or a crash loses nothing.

use leptos::prelude::*;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// What was being written, and on which saved revision it stands.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Kept<T> {
    /// The revision that was loaded when the edits began.
    pub(super) revision: i64,
    /// What was saved then; none where something else is known to be saved by now.
    pub(super) base: Option<T>,
    /// The edits, whole.
    pub(super) input: T,
}

impl<T: PartialEq> Kept<T> {
    /// Whether something else is saved by now than what these edits were made of. A revision alone does not say so: it also
    /// counts what was changed beside them.
    pub(super) fn is_stale(&self, saved: &T, revision: i64) -> bool {
        match &self.base {
            Some(base) => base != saved,
            None => self.revision != revision,
        }
    }
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

#[cfg(test)]
mod tests {
    use super::Kept;

    #[test]
    fn edits_are_stale_when_what_they_were_made_of_is_not_what_is_saved() {
        let kept = |base| Kept {
            revision: 3,
            base,
            input: "mine",
        };
        // The state was changed meanwhile, or another tab's part of the interview.
        assert!(!kept(Some("saved")).is_stale(&"saved", 4));
        assert!(kept(Some("saved")).is_stale(&"theirs", 4));
        assert!(kept(None).is_stale(&"theirs", 4));
        assert!(!kept(None).is_stale(&"theirs", 3));
    }

    #[test]
    fn edits_of_an_earlier_version_are_read() {
        let kept: Kept<String> = serde_json::from_str(r#"{"revision":3,"input":"mine"}"#).unwrap();
        assert!(kept.base.is_none() && kept.is_stale(&"theirs".to_owned(), 4));
    }
}
