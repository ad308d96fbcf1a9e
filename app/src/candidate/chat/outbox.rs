//! Sends an answer until the server has said yes or no, however bad the network is.

use super::{
    dom, keep,
    model::{self, AfterRefusal, Delivery, Draft, Outcome, Pending, Trouble},
    net,
    state::Chat,
};
use leptos::{prelude::*, task::spawn_local};
use parley_domain::conversation::CandidateErrorCode;

impl Chat {
    /// Shows how the sending goes.
    fn mark(self, delivery: Delivery) {
        if self
            .pending
            .with_untracked(|p| p.as_ref().is_some_and(|p| p.delivery != delivery))
        {
            self.pending.update(|p| {
                if let Some(p) = p {
                    p.delivery = delivery;
                }
            });
        }
    }

    /// Sends what stands in the composer.
    pub fn submit(self) {
        let busy = self.pending.with_untracked(Option::is_some) || self.elsewhere.get_untracked();
        let Some(prompt) = self.prompt().filter(|_| !busy && !self.is_over()) else {
            return;
        };
        let draft = dom::read_composer();
        if let Err(flaw) = model::check(prompt.kind, &draft) {
            self.trouble.set(Some(Trouble::Flaw(flaw)));
            dom::focus_composer();
            return;
        }
        let shown = draft.shown(&prompt);
        let pending = Pending {
            client_id: dom::new_client_id(),
            prompt: prompt.id,
            attempt: self.attempt(),
            draft,
            shown,
            delivery: Delivery::default(),
        };
        self.kept.set(keep::keep_pending(&self.token(), &pending));
        self.trouble.set(None);
        self.pending.set(Some(pending));
        self.fill(Draft::default());
        self.deliver();
    }

    /// The client id of the pending answer; none: nothing is on its way.
    fn pending_id(self) -> String {
        let id = |p: &Option<Pending>| p.as_ref().map(|p| p.client_id.clone());
        self.pending.with_untracked(id).unwrap_or_default()
    }

    /// Sends the pending answer until the server has said yes or no. One loop an answer; the client id makes it storable once,
    /// however often it is sent. That it is stored may be heard by another way first, while its request hangs in a bad
    /// network: the next answer does not wait for that, and what becomes of that says nothing about the next answer.
    pub fn deliver(self) {
        let id = self.pending_id();
        if id.is_empty() || self.hidden.with_value(|h| h.delivering == id) {
            return;
        }
        self.hidden.update_value(|h| h.delivering.clone_from(&id));
        spawn_local(async move {
            let mut failures = 0_u32;
            while let Some(pending) = self.pending.get_untracked().filter(|p| p.client_id == id) {
                if pending.attempt != self.attempt() {
                    // Another attempt has begun meanwhile, and this window holds it: what was written in the one before is
                    // not an answer in this one unless somebody sends it.
                    self.pending.set(None);
                    self.give_back(pending);
                    break;
                }
                self.mark(Delivery::Sending);
                let hurry = self.ending.get_untracked();
                let outcome = net::answer(&self.token(), self.lease(), &pending, hurry).await;
                if self.pending_id() != id {
                    if let Outcome::View(view) = outcome {
                        self.apply(*view);
                    }
                    break;
                }
                let Some(delivery) = self.delivered(pending, outcome) else {
                    break;
                };
                failures += 1;
                self.mark(delivery);
                if let Some(words) = model::held_up(self.texts, delivery, self.online.get_untracked()) {
                    self.told.set(words.title.to_owned());
                }
                self.wait(model::backoff(failures)).await;
            }
            if self.hidden.with_value(|h| h.delivering == id) {
                self.hidden.update_value(|h| h.delivering.clear());
                if self.ending.get_untracked() {
                    self.conclude().await;
                }
            }
        });
    }

    /// Sends the pending answer beside a try that may hang, because time is up: for a few seconds more the server takes it.
    pub fn deliver_now(self) {
        let on_its_way = |p: &Option<Pending>| p.as_ref().is_some_and(|p| p.delivery == Delivery::Sending);
        if self.pending.with_untracked(on_its_way) {
            self.hidden.update_value(|h| h.delivering.clear());
            self.deliver();
        } else {
            self.nudge();
        }
    }

    /// What came of one try; `None` when it is settled, else how the next one is announced.
    fn delivered(self, pending: Pending, outcome: Outcome) -> Option<Delivery> {
        match outcome {
            Outcome::View(view) => {
                self.hidden.update_value(|h| h.heard = dom::now());
                self.settle();
                self.apply(*view);
                None
            }
            Outcome::Refused(code, view) => {
                if model::after(code) == AfterRefusal::TryAgain {
                    let slowed = code == CandidateErrorCode::TooMany;
                    return Some(if slowed { Delivery::Slowed } else { Delivery::Waiting });
                }
                self.pending.set(None);
                keep::forget_pending(&self.token());
                self.trouble.set(Some(Trouble::Refused(code)));
                self.elsewhere.set(code == CandidateErrorCode::TakenOver);
                if let Some(view) = view {
                    self.apply(*view);
                }
                self.give_back(pending);
                None
            }
            Outcome::Barred => {
                self.pending.set(None);
                self.trouble.set(Some(Trouble::Barred));
                self.give_back(pending);
                None
            }
            // It waits where this browser keeps it, and goes on from the new page.
            Outcome::Newer(script) if self.load_anew(&script) => None,
            Outcome::Newer(_) | Outcome::Lost => Some(Delivery::Waiting),
        }
    }

    /// The pending answer is stored.
    pub fn settle(self) {
        let token = self.token();
        if let Some(stored) = self.pending.get_untracked() {
            keep::keep_draft(&token, stored.attempt, stored.prompt, &Draft::default());
        }
        keep::forget_pending(&token);
        self.pending.set(None);
        // Said once more where the next one does not get through either.
        self.told.set(String::new());
    }

    /// Waits, or shorter if somebody presses **Try again** or looks at the page again, or the network comes back. By the clock
    /// too: in a page that nobody looks at, what is to take moments takes minutes.
    async fn wait(self, millis: u32) {
        let nudges = self.hidden.with_value(|h| h.nudges);
        let end = dom::now() + f64::from(millis);
        let mut waited = 0;
        while waited < millis && dom::now() < end && self.hidden.with_value(|h| h.nudges) == nudges {
            net::sleep(200).await;
            waited += 200;
        }
    }

    /// Tries the pending answer again at once.
    pub fn nudge(self) {
        self.hidden.update_value(|h| h.nudges += 1);
    }
}
