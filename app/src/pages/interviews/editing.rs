//! The editor's handle. Edits are kept in the browser until they are saved; a save that would undo someone else's asks.

use super::draft::Draft;
use super::frame::{OneInterview, Then};
use super::store::{Kept, forget, keep, kept};
use crate::components::{Toasts, focus_field, use_toasts};
use crate::error::AppError;
use crate::messages::creator;
use crate::server_fns::analysis::create_written;
use crate::server_fns::interviews::{Content, get_interview, save_content};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_navigate;
use parley_domain::{error::FieldError, id::InterviewId};
use std::time::Duration;

/// What keeps the editor from saving just now.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Obstacle {
    /// Someone saved since these edits began.
    Conflict,
    /// Anything else.
    Failed(AppError),
}

/// Where the content is saved.
#[derive(Clone, Copy)]
pub(super) enum Home {
    /// In an interview that is there.
    Saved {
        /// Its frame, told when something was saved.
        frame: OneInterview,
        /// Its id.
        id: InterviewId,
    },
    /// Nowhere yet: saving makes an interview.
    New,
}

/// What the parts of the editor share.
#[derive(Clone, Copy)]
pub(super) struct Editing {
    pub(super) draft: Draft,
    pub(super) errors: RwSignal<Vec<FieldError>>,
    /// The role may read only.
    pub(super) locked: bool,
    pub(super) slug: StoredValue<String>,
    pub(super) toasts: Toasts,
    /// An interview is being written into the editor: it is not saved meanwhile.
    pub(super) writing: RwSignal<bool>,
    pub(super) home: Home,
    /// Goes to a path of ours.
    go: Callback<String>,
    pub(super) base: RwSignal<Content>,
    revision: RwSignal<i64>,
    pub(super) busy: RwSignal<bool>,
    pub(super) obstacle: RwSignal<Option<Obstacle>>,
    /// Edits of an earlier visit were put back; `true` where someone saved in between.
    pub(super) restored: RwSignal<Option<bool>>,
}

impl Editing {
    /// An editor of this content.
    pub(super) fn new(content: Content, revision: i64, home: Home, slug: String, locked: bool) -> Self {
        let navigate = use_navigate();
        Self {
            draft: Draft::new(&content),
            errors: RwSignal::default(),
            locked,
            slug: StoredValue::new(slug),
            // What is undone here is undone in this editor: elsewhere there is nothing to undo it in.
            toasts: use_toasts().of_page(),
            writing: RwSignal::new(false),
            home,
            go: Callback::new(move |path: String| navigate(&path, Default::default())),
            base: RwSignal::new(content),
            revision: RwSignal::new(revision),
            busy: RwSignal::new(false),
            obstacle: RwSignal::new(None),
            restored: RwSignal::new(None),
        }
    }

    /// The message at this field, by the path that the check gives it.
    pub(super) fn error(self, path: impl Fn() -> String + Send + Sync + 'static) -> Signal<Option<String>> {
        Signal::derive(move || {
            self.errors.with(|errors| {
                if errors.is_empty() {
                    return None;
                }
                let path = path();
                errors
                    .iter()
                    .find(|error| error.field == path)
                    .map(|error| error.message.clone())
            })
        })
    }

    fn key(self) -> String {
        match self.home {
            Home::Saved { id, .. } => format!("parley.content.{id}"),
            Home::New => format!("parley.content.new.{}", self.slug.get_value()),
        }
    }

    /// These edits, as they are kept.
    fn as_kept(self, input: Content) -> Kept<Content> {
        let stale = self.restored.get_untracked() == Some(true);
        Kept {
            revision: self.revision.get_untracked(),
            base: (!stale).then(|| self.base.get_untracked()),
            input,
        }
    }

    fn reset(self, content: &Content) {
        self.draft.load(content);
        self.errors.set(Vec::new());
        self.obstacle.set(None);
        self.restored.set(None);
        forget(&self.key());
    }
}

/// Puts back what an earlier visit left unsaved, keeps every edit, and asks before a page with unsaved edits is left.
pub(super) fn guard(editing: Editing, dirty: Memo<bool>) {
    let ready = RwSignal::new(false);
    Effect::new(move |_| {
        let saved = editing.base.get_untracked();
        if let Some(found) = kept::<Content>(&editing.key())
            && found.input != saved
        {
            let stale = found.is_stale(&saved, editing.revision.get_untracked());
            editing.draft.load(&found.input);
            if stale {
                // A save then meets the newer revision as a conflict, and asks.
                editing.revision.set(found.revision);
            }
            editing.restored.set(Some(stale));
        }
        ready.set(true);
    });
    Effect::new(move |timer: Option<Option<TimeoutHandle>>| {
        if let Some(Some(timer)) = timer {
            timer.clear();
        }
        let content = editing.draft.read();
        if !ready.get() {
            return None;
        }
        if !dirty.get() {
            forget(&editing.key());
            return None;
        }
        // Also when they come to stand on something newer.
        editing.base.track();
        editing.revision.track();
        let (key, kept) = (editing.key(), editing.as_kept(content));
        // The page may be left before: that letter is kept too.
        let write = move || keep(&key, &kept);
        set_timeout_with_handle(write, Duration::from_millis(250)).ok()
    });
    // The browser's own question. Edits are kept anyway; this is for those who would look for them elsewhere.
    Effect::new(move |_| {
        let handle = window_event_listener(leptos::ev::beforeunload, move |ev| {
            if dirty.try_get_untracked() == Some(true) {
                // Without waiting for a pause in typing: there may be none.
                let input = untrack(|| editing.draft.read());
                keep(&editing.key(), &editing.as_kept(input));
                ev.prevent_default();
            }
        });
        on_cleanup(move || handle.remove());
    });
}

/// A newer revision that did not touch the content (the state, the settings) is no conflict: the editor moves on to it. Edits
/// of an earlier visit that stand on something older stay there.
pub(super) fn follow(editing: Editing) {
    let Home::Saved { frame, .. } = editing.home else {
        return;
    };
    let shared = frame.data;
    Effect::new(move |_| {
        if let Some(Ok(newer)) = shared.get()
            && editing.restored.get_untracked() != Some(true)
            && editing.base.with_untracked(|base| Content::of(&newer) == *base)
            && newer.revision > editing.revision.get_untracked()
        {
            editing.revision.set(newer.revision);
        }
    });
}

/// Saves what the editor holds, or says why it cannot.
pub(super) fn save(editing: Editing) {
    save_then(editing, Box::new(|_| {}));
}

/// [`save`], and what follows it.
pub(super) fn save_then(editing: Editing, then: Then) {
    if editing.busy.get_untracked() || editing.writing.get_untracked() || editing.locked {
        return then(false);
    }
    let content = untrack(|| editing.draft.read());
    if let Err(errors) = content.checked() {
        show_errors(editing, errors);
        return then(false);
    }
    editing.errors.set(Vec::new());
    editing.busy.set(true);
    let Home::Saved { frame, id } = editing.home else {
        return create(editing, content);
    };
    let sent = editing.draft.sent();
    let revision = editing.revision.get_untracked();
    spawn_local(async move {
        let result = save_content(editing.slug.get_value(), id, revision, content.clone()).await;
        // The page may have been left meanwhile.
        if editing.busy.try_set(false).is_some() {
            return then(false);
        }
        let done = result.is_ok();
        match result {
            Ok(saved) => {
                let now = Content::of(&saved);
                editing.draft.settle(&content, &sent, &now);
                editing.revision.set(saved.revision);
                editing.base.set(now);
                editing.obstacle.set(None);
                editing.restored.set(None);
                editing.toasts.show(creator().interviews.saved);
                frame.reload();
            }
            Err(AppError::Invalid { errors }) => show_errors(editing, errors),
            Err(AppError::Conflict { code, .. }) if code == "changed_meanwhile" => {
                editing.obstacle.set(Some(Obstacle::Conflict));
            }
            Err(error) => editing.obstacle.set(Some(Obstacle::Failed(error))),
        }
        then(done);
    });
}

/// Makes an interview of what the editor holds, and goes to it.
fn create(editing: Editing, content: Content) {
    spawn_local(async move {
        let slug = editing.slug.get_value();
        let result = create_written(slug.clone(), content.clone()).await;
        if editing.busy.try_set(false).is_some() {
            return;
        }
        match result {
            Ok(id) => {
                forget(&editing.key());
                // Nothing is unsaved any more: the page is left without a question.
                editing.base.set(content);
                editing.toasts.show(creator().interviews.saved);
                editing.go.run(format!("/w/{slug}/interviews/{id}/content"));
            }
            Err(AppError::Invalid { errors }) => show_errors(editing, errors),
            Err(error) => editing.obstacle.set(Some(Obstacle::Failed(error))),
        }
    });
}

/// Shows the messages at their fields and goes to the first.
fn show_errors(editing: Editing, errors: Vec<FieldError>) {
    let first = errors.first().map(|error| editing.draft.control_of(&error.field));
    editing.errors.set(errors);
    if let Some(id) = first {
        focus_field(&id);
    }
}

/// Fetches what is saved now: to look at it (`mine` false; a toast brings the edits back), or to replace it with one's own.
pub(super) fn resolve(editing: Editing, mine: bool) {
    let edits = untrack(|| editing.draft.read());
    let discard = move |saved: &Content| {
        editing.reset(saved);
        let words = creator().interviews.edits_discarded;
        editing.toasts.with_undo(words, move || editing.draft.load(&edits));
    };
    let Home::Saved { id, .. } = editing.home else {
        return discard(&Content::default());
    };
    editing.busy.set(true);
    spawn_local(async move {
        let result = get_interview(editing.slug.get_value(), id).await;
        if editing.busy.try_set(false).is_some() {
            return;
        }
        match result {
            Ok(theirs) => {
                let content = Content::of(&theirs);
                editing.revision.set(theirs.revision);
                editing.base.set(content.clone());
                if mine {
                    editing.obstacle.set(None);
                    editing.restored.set(None);
                    save(editing);
                } else {
                    discard(&content);
                }
            }
            Err(error) => editing.obstacle.set(Some(Obstacle::Failed(error))),
        }
    });
}
