//! What a page keeps of the browser's own things, such as a file that was chosen.

use leptos::{__reexports::send_wrapper::SendWrapper, prelude::*};

/// A place for one thing of the browser's that lives as long as the page. Such things belong to one thread, and the library's
/// own place for them panics when another thread empties it: on the server, where each page is drawn by one thread and
/// dropped by another, with the end of the page not sent. This one is empty there.
#[derive(Debug)]
pub struct Keep<T: 'static>(StoredValue<Option<SendWrapper<T>>>);

impl<T> Clone for Keep<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Keep<T> {}

impl<T> Default for Keep<T> {
    fn default() -> Self {
        Self(StoredValue::new(None))
    }
}

impl<T> Keep<T> {
    /// Keeps this one, unless the page was left.
    pub fn set(self, thing: T) {
        self.0.try_set_value(Some(SendWrapper::new(thing)));
    }

    /// What is kept, which is not kept any more.
    #[must_use]
    pub fn take(self) -> Option<T> {
        let kept = self.0.try_update_value(Option::take).flatten();
        kept.map(SendWrapper::take)
    }

    /// What is kept.
    #[must_use]
    pub fn get(self) -> Option<T>
    where
        T: Clone,
    {
        let kept = self.0.try_with_value(Clone::clone).flatten();
        kept.map(SendWrapper::take)
    }
}
