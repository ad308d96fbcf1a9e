//! What the chat knows, as signals. Plain storage; [`super::drive`] changes it.

use super::{
    ChatStart,
    model::{Delivery, Draft, Flaw, Pending},
};
use crate::messages::Candidate;
use leptos::{html, prelude::*};
use parley_domain::{
    conversation::{CandidateErrorCode, CandidateView, PromptView},
    session::Status,
};

/// One window's chat.
#[derive(Clone, Copy)]
pub(super) struct Chat {
    /// The words of the interview's language.
    pub texts: &'static Candidate,
    /// The link's token.
    pub token: StoredValue<String>,
    /// How things stand, as the server said last.
    pub view: RwSignal<CandidateView>,
    /// The lease under which this window sends.
    pub lease: RwSignal<i64>,
    /// What stands in the composer.
    pub draft: RwSignal<Draft>,
    /// The answer on its way.
    pub pending: RwSignal<Option<Pending>>,
    /// How its sending goes.
    pub delivery: RwSignal<Delivery>,
    /// Why the draft cannot be sent.
    pub flaw: RwSignal<Option<Flaw>>,
    /// Why the last request was refused.
    pub refused: RwSignal<Option<CandidateErrorCode>>,
    /// Whether another window has taken over.
    pub elsewhere: RwSignal<bool>,
    /// Whether there is a network.
    pub online: RwSignal<bool>,
    /// Seconds left, counted down here between the server's words.
    pub left: RwSignal<Option<i64>>,
    /// Time ran out; the session is being closed.
    pub ending: RwSignal<bool>,
    /// Whether the script runs: what only it can do is shown from then on.
    pub live: RwSignal<bool>,
    /// The interviewer's newest turn, for screen readers.
    pub said: RwSignal<String>,
    /// The time and other news, for screen readers.
    pub told: RwSignal<String>,
    /// Text that could not be stored any more.
    pub unsent: RwSignal<String>,
    /// Whether a press on Finish is under way.
    pub finishing: RwSignal<bool>,
    /// The composer's form.
    pub form: NodeRef<html::Form>,
    /// The text field, where the question has one.
    pub area: NodeRef<html::Textarea>,
    /// The question before finishing.
    pub dialog: NodeRef<html::Dialog>,
    /// When time is up, by this machine's clock, in milliseconds.
    pub deadline: StoredValue<Option<f64>>,
    /// When the server last heard of this window, by this machine's clock.
    pub heard: StoredValue<f64>,
    /// Whether the loop that sends is running.
    pub delivering: StoredValue<bool>,
    /// Counts presses on **Try again** and returns of the network.
    pub nudges: StoredValue<u32>,
}

impl Chat {
    /// As the server rendered it.
    pub fn new(texts: &'static Candidate, start: ChatStart) -> Self {
        Self {
            texts,
            token: StoredValue::new(start.token),
            lease: RwSignal::new(start.view.lease),
            left: RwSignal::new(start.view.seconds_left),
            view: RwSignal::new(start.view),
            draft: RwSignal::default(),
            pending: RwSignal::new(None),
            delivery: RwSignal::default(),
            flaw: RwSignal::new(None),
            refused: RwSignal::new(start.notice),
            elsewhere: RwSignal::new(false),
            online: RwSignal::new(true),
            ending: RwSignal::new(false),
            live: RwSignal::new(false),
            said: RwSignal::default(),
            told: RwSignal::default(),
            unsent: RwSignal::default(),
            finishing: RwSignal::new(false),
            form: NodeRef::new(),
            area: NodeRef::new(),
            dialog: NodeRef::new(),
            deadline: StoredValue::new(None),
            heard: StoredValue::new(0.0),
            delivering: StoredValue::new(false),
            nudges: StoredValue::new(0),
        }
    }

    /// The question of the moment, for use outside of rendering.
    pub fn prompt(self) -> Option<PromptView> {
        self.view.with_untracked(|v| v.question.clone())
    }

    /// Whether the session is over, for use outside of rendering.
    pub fn is_over(self) -> bool {
        self.view.with_untracked(|v| v.state == Status::Completed)
    }

    /// Whether nothing can be sent now: an answer is on its way, or the session goes on elsewhere.
    pub fn is_locked(self) -> bool {
        self.pending.with(Option::is_some) || self.elsewhere.get() || self.ending.get()
    }

    /// The token, for use outside of rendering.
    pub fn token(self) -> String {
        self.token.get_value()
    }
}
