//! Saving the settings, and what stands in the way of it.

use super::fields::Fields;
use crate::components::{Toasts, focus_field};
use crate::error::AppError;
use crate::messages::creator;
use crate::pages::interviews::frame::{OneInterview, Then};
use crate::pages::interviews::store::forget;
use crate::server_fns::interviews::{get_interview, save_settings};
use leptos::prelude::*;
use leptos::task::spawn_local;
use parley_domain::{
    error::FieldError,
    id::InterviewId,
    interview::{Interview, Settings},
};

/// What the form's functions share.
#[derive(Clone, Copy)]
pub(super) struct Form {
    pub(super) fields: Fields,
    pub(super) slug: StoredValue<String>,
    pub(super) id: InterviewId,
    pub(super) frame: OneInterview,
    pub(super) toasts: Toasts,
    pub(super) base: RwSignal<Settings>,
    pub(super) revision: RwSignal<i64>,
    pub(super) errors: RwSignal<Vec<FieldError>>,
    pub(super) busy: RwSignal<bool>,
    pub(super) failed: RwSignal<Option<AppError>>,
    /// Edits of an earlier visit were put back; `true` where someone saved in between.
    pub(super) restored: RwSignal<Option<bool>>,
}

impl Form {
    pub(super) fn error(self, field: &'static str) -> Signal<Option<String>> {
        Signal::derive(move || {
            self.errors.with(|errors| {
                let found = errors
                    .iter()
                    .find(|error| error.field.strip_prefix("settings.") == Some(field));
                found.map(|error| error.message.clone())
            })
        })
    }

    pub(super) fn key(self) -> String {
        format!("parley.settings.{}", self.id)
    }

    fn show(self, errors: Vec<FieldError>) {
        let first = errors
            .first()
            .map(|error| format!("settings-{}", error.field.trim_start_matches("settings.")));
        self.errors.set(errors);
        if let Some(id) = first {
            focus_field(&id);
        }
    }

    fn took(self, saved: &Interview) {
        self.revision.set(saved.revision);
        self.base.set(saved.content.settings.clone());
        self.fields.load(&saved.content.settings);
        self.errors.set(Vec::new());
        self.failed.set(None);
        self.restored.set(None);
        forget(&self.key());
    }

    /// After a save: what was typed meanwhile stays, as edits on what is saved now.
    fn settled(self, sent: &Settings, saved: &Interview) {
        let typed = untrack(|| self.fields.read());
        if typed.as_ref() == Ok(sent) {
            return self.took(saved);
        }
        self.revision.set(saved.revision);
        self.base.set(saved.content.settings.clone());
        self.failed.set(None);
        self.restored.set(None);
    }

    /// `anew`: first fetch the present revision, so that this replaces what someone saved meanwhile.
    pub(super) fn save(self, anew: bool) {
        self.save_then(anew, Box::new(|_| {}));
    }

    /// [`Form::save`], and what follows it.
    pub(super) fn save_then(self, anew: bool, then: Then) {
        if self.busy.get_untracked() {
            return then(false);
        }
        let settings = match untrack(|| self.fields.read()) {
            Ok(settings) => settings,
            Err(errors) => {
                self.show(errors);
                return then(false);
            }
        };
        self.errors.set(Vec::new());
        self.busy.set(true);
        let sent = settings.clone();
        spawn_local(async move {
            let slug = self.slug.get_value();
            let result = async {
                let revision = if anew {
                    get_interview(slug.clone(), self.id).await?.revision
                } else {
                    self.revision.get_untracked()
                };
                save_settings(slug, self.id, revision, settings).await
            }
            .await;
            // The page may have been left meanwhile.
            if self.busy.try_set(false).is_some() {
                return then(false);
            }
            let done = result.is_ok();
            match result {
                Ok(saved) => {
                    self.settled(&sent, &saved);
                    self.toasts.show(creator().interviews.saved);
                    self.frame.reload();
                }
                Err(AppError::Invalid { errors }) => self.show(errors),
                Err(error) => self.failed.set(Some(error)),
            }
            then(done);
        });
    }

    /// Goes back to what is saved now; a toast brings the edits back.
    pub(super) fn discard(self) {
        let edits = untrack(|| self.fields.read());
        spawn_local(async move {
            match get_interview(self.slug.get_value(), self.id).await {
                Ok(saved) => {
                    self.took(&saved);
                    // Fields that hold no number are not worth bringing back.
                    if let Ok(edits) = edits {
                        let words = creator().interviews.edits_discarded;
                        self.toasts.with_undo(words, move || self.fields.load(&edits));
                    }
                }
                Err(error) => _ = self.failed.try_set(Some(error)),
            }
        });
    }
}
