//! What the chat knows, as signals. Plain storage; [`super::drive`] changes it. Few kinds of signals, on purpose: each kind
//! is code that a candidate downloads.

use super::{
    ChatStart,
    model::{Draft, Pending, Trouble},
};
use crate::messages::Candidate;
use leptos::prelude::*;
use parley_domain::{
    conversation::{CandidateView, PromptView},
    session::Status,
};

/// What no part of the page shows.
#[derive(Debug, Default)]
pub(super) struct Hidden {
    /// The link's token.
    pub token: String,
    /// The lease under which this window sends.
    pub lease: i64,
    /// Whether coming back leads over the landing page.
    pub asks_email: bool,
    /// When time is up, by this machine's clock, in milliseconds.
    pub deadline: Option<f64>,
    /// When the server last heard of this window, by this machine's clock.
    pub heard: f64,
    /// When the clock here last ticked, by this machine's clock.
    pub ticked: f64,
    /// When this window last asked how things stand, by this machine's clock.
    pub asked: f64,
    /// The client id of the answer whose loop is running; none: nothing is being sent.
    pub delivering: String,
    /// Counts presses on **Try again** and returns of the network.
    pub nudges: u32,
}

/// One window's chat.
#[derive(Clone, Copy)]
pub(super) struct Chat {
    /// The words of the interview's language.
    pub texts: &'static Candidate,
    /// What no part of the page shows.
    pub hidden: StoredValue<Hidden>,
    /// How things stand, as the server said last.
    pub view: RwSignal<CandidateView>,
    /// What stands in the composer.
    pub draft: RwSignal<Draft>,
    /// Whether this browser keeps what is typed; it may refuse (private mode), or be full.
    pub kept: RwSignal<bool>,
    /// The answer on its way.
    pub pending: RwSignal<Option<Pending>>,
    /// What is wrong with the draft, or why the last request was refused.
    pub trouble: RwSignal<Option<Trouble>>,
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
    /// What the interviewer has written so far of its next turn.
    pub written: RwSignal<String>,
    /// Whether what is being written is the next question.
    pub asking_on: RwSignal<bool>,
    /// The interviewer's newest turn, for screen readers.
    pub said: RwSignal<String>,
    /// The time and other news, for screen readers.
    pub told: RwSignal<String>,
    /// Text that has no place to go: its question is gone, or the session is over.
    pub unsent: RwSignal<String>,
    /// Whether a press on Finish is under way.
    pub finishing: RwSignal<bool>,
}

impl Chat {
    /// As the server rendered it.
    pub fn new(texts: &'static Candidate, start: ChatStart) -> Self {
        let hidden = Hidden {
            token: start.token,
            lease: start.view.lease,
            asks_email: start.asks_email,
            ..Hidden::default()
        };
        Self {
            texts,
            hidden: StoredValue::new(hidden),
            left: RwSignal::new(start.view.seconds_left),
            view: RwSignal::new(start.view),
            draft: RwSignal::new(start.draft),
            kept: RwSignal::new(true),
            pending: RwSignal::new(None),
            trouble: RwSignal::new(start.notice.map(Trouble::of_plain)),
            elsewhere: RwSignal::new(false),
            online: RwSignal::new(true),
            ending: RwSignal::new(false),
            live: RwSignal::new(false),
            written: RwSignal::default(),
            asking_on: RwSignal::new(false),
            said: RwSignal::default(),
            told: RwSignal::default(),
            unsent: RwSignal::new(start.unsent),
            finishing: RwSignal::new(false),
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

    /// Whether the interviewer's next turn is on its way, or the answer before it.
    pub fn is_waiting(self) -> bool {
        self.pending.with(Option::is_some) || self.view.with(|v| v.writing)
    }

    /// Whether nothing can be sent now: something is on its way, or the session goes on elsewhere.
    pub fn is_locked(self) -> bool {
        self.is_waiting() || self.elsewhere.get() || self.ending.get()
    }

    /// Whether something would not reach the server, or be gone, if the page were left now: an answer on its way goes out only
    /// while the page is open, and what is typed waits where the browser keeps it.
    pub fn loses_by_leaving(self) -> bool {
        let typed = self.draft.with_untracked(|d| !d.is_empty());
        let sending = self.pending.with_untracked(Option::is_some);
        !self.is_over() && (sending || typed && !self.kept.get_untracked())
    }

    /// The token.
    pub fn token(self) -> String {
        self.hidden.with_value(|h| h.token.clone())
    }

    /// The lease under which this window sends.
    pub fn lease(self) -> i64 {
        self.hidden.with_value(|h| h.lease)
    }

    /// Which attempt this is.
    pub fn attempt(self) -> i32 {
        self.view.with_untracked(|v| v.attempt)
    }
}
