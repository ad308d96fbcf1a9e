//! What was typed: in the composer, kept in this browser, or set aside because its question is gone. Nothing of it goes
//! without a word.

use super::{
    dom, keep,
    model::{self, Draft, Pending, Trouble},
    state::Chat,
};
use crate::candidate::{landing_path, session_path};
use leptos::prelude::*;
use parley_domain::{
    conversation::{CandidateView, TurnView},
    id::PromptId,
};
use std::time::Duration;

impl Chat {
    /// What was typed before the script ran stays, and the kept draft comes back. An answer that was on its way goes on.
    pub fn restore(self) {
        let (token, attempt) = (self.token(), self.attempt());
        let typed = dom::read_composer();
        let prompt = self.prompt().map(|p| p.id);
        let pending = keep::pending(&token);
        let kept = prompt.and_then(|id| keep::draft(&token, attempt, id));
        if typed.is_empty() {
            if let Some(kept) = kept {
                self.fill(kept);
            }
        } else {
            let goes_out = pending.as_ref().is_some_and(|p| Some(p.prompt) == prompt);
            if let Some(kept) = kept.filter(|_| !goes_out) {
                let text = model::merged(&kept.text, &typed.text);
                self.fill(Draft { text, ..typed });
            }
            self.typed();
        }
        if let Some(pending) = pending {
            if self.view.with_untracked(|v| model::is_stored(v, &pending.client_id)) {
                keep::forget_pending(&token);
                keep::keep_draft(&token, pending.attempt, pending.prompt, &Draft::default());
            } else if self.view.with_untracked(|v| model::may_go(v, &pending)) {
                self.pending.set(Some(pending));
                self.deliver();
            } else {
                self.give_back(pending);
            }
        }
        // Their questions were answered elsewhere while this browser was away. What was typed in an earlier attempt waits: its
        // question may still be asked in this one.
        let turns = self.view.with_untracked(|v| v.turns.clone());
        for text in keep::other_drafts(&token, attempt, prompt) {
            self.set_aside(&text, &turns);
        }
    }

    /// Another question: its own draft, and the cursor in its field.
    pub fn turn_to(self, prompt: Option<PromptId>) {
        let kept = prompt.and_then(|id| keep::draft(&self.token(), self.attempt(), id));
        let kept = kept.unwrap_or_default();
        self.clear_flaw();
        if self.unsent.with_untracked(|text| *text == kept.text) {
            // It was waiting for this question.
            self.unsent.set(String::new());
        }
        self.fill(kept);
        if !self.is_over() {
            dom::focus_composer();
            // Once what changed has been rendered.
            set_timeout(dom::show_newest, Duration::ZERO);
        }
    }

    fn clear_flaw(self) {
        if self.trouble.with_untracked(|t| matches!(t, Some(Trouble::Flaw(_)))) {
            self.trouble.set(None);
        }
    }

    /// Puts a draft into the composer.
    pub fn fill(self, draft: Draft) {
        dom::fill_composer(&draft);
        self.draft.set(draft);
    }

    /// Somebody typed or picked.
    pub fn typed(self) {
        let draft = dom::read_composer();
        if let Some(prompt) = self.prompt() {
            self.kept
                .set(keep::keep_draft(&self.token(), self.attempt(), prompt.id, &draft));
        }
        self.clear_flaw();
        self.draft.set(draft);
    }

    /// An answer that will not be stored goes back to where it can be changed, sent again or copied. One of an earlier attempt
    /// only to its own question; else it is shown beside, and its draft waits for that.
    pub fn give_back(self, pending: Pending) {
        keep::forget_pending(&self.token());
        let earlier = pending.attempt != self.attempt();
        let fits = self.prompt().is_some_and(|p| {
            if earlier || p.kind.has_choices() {
                p.id == pending.prompt
            } else {
                !pending.draft.text.is_empty()
            }
        });
        // Its draft may stand there already.
        let there = dom::read_composer();
        let free = there.is_empty() || there == pending.draft;
        if fits && free && !self.is_over() {
            // From now on it is the draft of the question that is asked now.
            keep::keep_draft(&self.token(), pending.attempt, pending.prompt, &Draft::default());
            self.fill(pending.draft);
            self.typed();
        } else {
            self.set_aside(&pending.shown, &[]);
        }
    }

    /// The question goes, because it was answered elsewhere: what was typed for it here is set aside.
    pub fn keep_typed(self, next: &CandidateView) {
        let Some(now) = self.prompt().filter(|p| !p.kind.has_choices()) else {
            return;
        };
        let stays = next.question.as_ref().is_some_and(|q| q.id == now.id);
        if !stays && self.pending.with_untracked(Option::is_none) {
            let known = self.view.with_untracked(|v| v.turns.len());
            let fresh = next.turns.get(known..).unwrap_or_default();
            self.set_aside(&dom::read_composer().text, fresh);
        }
    }

    /// The session is over: what was typed and not sent is shown for copying, and nothing is kept here.
    pub fn close(self) {
        let draft = self
            .prompt()
            .map(|p| dom::read_composer().shown(&p))
            .unwrap_or_default();
        self.set_aside(&draft, &[]);
        for text in keep::earlier_drafts(&self.token(), self.attempt()) {
            // Its question was not asked any more.
            self.set_aside(&text, &[]);
        }
        keep::forget_all(&self.token());
        self.ending.set(false);
    }

    /// Shows text that has no place to go, unless it stands among `turns`.
    fn set_aside(self, text: &str, turns: &[TurnView]) {
        let all = self.unsent.with_untracked(|before| model::joined(before, text));
        if !model::is_said(turns, text) && self.unsent.with_untracked(|before| *before != all) {
            self.unsent.set(all);
        }
    }

    /// What was set aside goes into the composer, after what stands there.
    pub fn take_up(self) {
        let mut draft = dom::read_composer();
        draft.text = self.unsent.with_untracked(|text| model::joined(&draft.text, text));
        self.discard();
        self.fill(draft);
        self.typed();
    }

    /// What was set aside is not needed any more.
    pub fn discard(self) {
        keep::forget_other_drafts(&self.token(), self.attempt(), self.prompt().map(|p| p.id));
        self.unsent.set(String::new());
        dom::focus_composer();
    }

    /// Loads the page anew, because the server says what only its own script can read. Once for each script, and only where
    /// nothing is lost by it; whether it is so.
    pub fn load_anew(self, script: &str) -> bool {
        let token = self.token();
        let safe = self.kept.get_untracked() && self.unsent.with_untracked(String::is_empty);
        let goes = safe && keep::note_anew(&token, script);
        if goes {
            // What is on its way is kept, and nobody has to be asked whether to leave.
            self.pending.set(None);
            dom::go_to(&session_path(&token, self.lease()));
        }
        goes
    }

    /// Leaves for the landing page, which says so where something typed waits in this browser.
    pub fn go_to_landing(self) {
        let token = self.token();
        let kept = self.prompt().and_then(|p| keep::draft(&token, self.attempt(), p.id));
        let mut path = landing_path(&token);
        if kept.is_some() {
            path.push_str("?typed=1");
        }
        if self.kept.get_untracked() {
            // What is on its way is kept as well, and nobody has to be asked whether to leave.
            self.pending.set(None);
        }
        dom::go_to(&path);
    }
}
