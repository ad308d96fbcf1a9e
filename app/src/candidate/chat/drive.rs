//! How the chat acts once its script runs: it shows what is true, and hands in. Answers are sent in `outbox`, what was typed
//! is looked after in `drafts`.

use super::{
    dom,
    model::{self, AtZero, Draft, Outcome, Trouble},
    net::{self, News},
    state::Chat,
};
use crate::candidate::session_path;
use leptos::{leptos_dom::helpers::set_interval, prelude::*, task::spawn_local};
use parley_domain::{
    conversation::{CandidateErrorCode, CandidateView, Pulse, ReplySoFar, Tick},
    id::PromptId,
    link,
    session::Status,
};
use std::time::Duration;

/// Between signs of life where the server does not tell the time. It takes a silence of a minute for being away.
const BEAT: Duration = Duration::from_secs(25);

impl Chat {
    /// The script runs: take over what was typed, what was kept, and everything that only a script can do.
    pub fn wake(self) {
        self.live.set(true);
        self.online.set(dom::is_online());
        self.hidden.update_value(|h| {
            h.heard = dom::now();
            h.ticked = h.heard;
        });
        self.set_clock(self.left.get_untracked());
        if self.draft.with_untracked(|d| !d.is_empty()) || self.unsent.with_untracked(|text| !text.is_empty()) {
            // The page is what a plain form was answered with: loaded again, it would post that once more.
            dom::show_address(&session_path(&self.token(), self.lease()));
        }
        self.restore();
        Effect::new(move |before: Option<Option<PromptId>>| {
            let now = self.view.with(|v| v.question.as_ref().map(|q| q.id));
            if before.is_some_and(|before| before != now) {
                untrack(|| self.turn_to(now));
            }
            now
        });
        set_interval(move || self.tick(), Duration::from_secs(1));
        set_interval(move || self.beat_if_due(), BEAT);
        window_event_listener_untyped("visibilitychange", move |_| self.look());
        window_event_listener_untyped("pageshow", move |_| self.look());
        window_event_listener_untyped("beforeunload", move |ev| {
            if self.loses_by_leaving() {
                dom::ask_before_leaving(&ev);
            }
        });
        window_event_listener_untyped("offline", move |_| self.online.set(false));
        window_event_listener_untyped("online", move |_| {
            self.online.set(true);
            self.nudge();
            self.beat_if_there();
        });
        self.beat_if_there();
        spawn_local(net::watch(move |news| match news {
            News::Pulse(pulse) => self.hear(pulse),
            News::Reply(reply) => self.read_along(reply),
            News::Tick(tick) => self.hear_time(&tick),
        }));
    }

    /// Somebody looks at the page again, perhaps after hours in which its timers stood: what waits goes out at once.
    fn look(self) {
        if dom::is_visible() {
            self.nudge();
            self.beat_if_open();
        }
    }

    /// Takes over how things stand, unless it was overtaken on its way.
    pub fn apply(self, next: CandidateView) {
        if next.state == Status::NotStarted {
            // A new attempt was granted: it begins on the landing page.
            self.go_to_landing();
            return;
        }
        let known = self.view.with_untracked(|present| {
            // Of another attempt nothing is known.
            let same = present.turns.last().filter(|_| present.attempt == next.attempt);
            model::is_newer(present, &next).then(|| same.map_or(0, |t| t.number))
        });
        let Some(known) = known else { return };
        let pending = self.pending.get_untracked();
        if pending.is_some_and(|p| model::is_stored(&next, &p.client_id)) {
            self.settle();
        }
        if next.state == Status::Completed {
            // Not what was said last, which asks to finish.
            self.said.set(self.texts.finish.over.to_owned());
        } else if let Some(words) = model::said_since(&next, known) {
            self.said.set(words);
        }
        if next.lease > self.lease() && next.state == Status::InProgress {
            self.elsewhere.set(true);
        }
        if next.state == Status::Completed {
            self.close();
        }
        let was_writing = self.view.with_untracked(|v| v.writing);
        if !next.writing {
            // Whole, and among the turns.
            self.written.set(String::new());
        }
        if next.writing != was_writing {
            // Who does not see the page hears that the answer arrived and is being read.
            let words = next.writing.then(|| (self.texts.chat.typing)(&next.interviewer));
            self.told.set(words.unwrap_or_default());
        }
        self.set_clock(next.seconds_left);
        if self.view.with_untracked(|present| *present != next) {
            self.keep_typed(&next);
            self.view.set(next);
        }
        if self.is_over() {
            spawn_local(async {
                // The closing page is there once what changed has been rendered.
                net::sleep(0).await;
                dom::focus_closing();
            });
        }
    }

    fn set_clock(self, seconds: Option<i64>) {
        // Exact in f64: seconds of a day at most.
        let deadline = seconds.map(|s| dom::now() + s as f64 * 1_000.0);
        self.hidden.update_value(|h| h.deadline = deadline);
        self.left.set(seconds);
    }

    /// Every second: counts down, announces, and sends the draft when time is up.
    fn tick(self) {
        let now = dom::now();
        let before = self.hidden.with_value(|h| h.ticked);
        self.hidden.update_value(|h| h.ticked = now);
        if model::jumped(before, now) {
            // The machine slept, or its clock was set: what is left is the server's to say.
            self.beat_if_there();
        }
        let Some(deadline) = self.hidden.with_value(|h| h.deadline).filter(|_| !self.is_over()) else {
            return;
        };
        let left = ((deadline - now) / 1_000.0).ceil().max(0.0) as i64;
        let before = self.left.get_untracked().unwrap_or(left);
        if left == before && left > 0 {
            return;
        }
        if let Some(minutes) = model::announces(before, left) {
            self.told.set((self.texts.chat.time_warning)(minutes));
        }
        self.left.set(Some(left));
        if left > 0 || self.ending.get_untracked() || self.elsewhere.get_untracked() {
            return;
        }
        let (heard, asked) = self.hidden.with_value(|h| (h.heard, h.asked));
        match model::at_zero(now - heard, now - asked) {
            AtZero::Send => self.time_is_up(),
            // Not heard of for long: for the server this window was away, and its clock may stand. A draft must not go out
            // as an answer then.
            AtZero::Ask => self.beat_if_there(),
            AtZero::Wait => {}
        }
    }

    /// What stands in the composer goes out; the server marks it as late. Then the session closes.
    fn time_is_up(self) {
        self.told.set(self.texts.finish.ending.to_owned());
        self.ending.set(true);
        if self.pending.with_untracked(Option::is_some) {
            self.deliver_now();
            return;
        }
        let draft = dom::read_composer();
        if self.prompt().is_some_and(|p| model::check(p.kind, &draft).is_ok()) {
            self.submit();
        } else {
            spawn_local(self.conclude());
        }
    }

    /// Sees to it that a session whose time is up is closed and shown so. The server decides whether it is.
    pub(super) async fn conclude(self) {
        for _ in 0..60 {
            match self.ask().await {
                Outcome::View(view) => {
                    let left = view.seconds_left;
                    self.apply(*view);
                    if self.is_over() || self.elsewhere.get_untracked() {
                        return;
                    }
                    if left == Some(0) {
                        if let Outcome::View(view) = net::finish(&self.token(), self.lease()).await {
                            self.apply(*view);
                        }
                    } else {
                        // Our clock ran ahead: the time is not up.
                        self.ending.set(false);
                        return;
                    }
                }
                Outcome::Newer(script) if self.load_anew(&script) => return,
                _ => {}
            }
            net::sleep(2_000).await;
        }
        // For minutes nobody answered: from here on the clock asks, and closes once it hears.
        self.ending.set(false);
    }

    /// A sign of life from a window that somebody looks at.
    fn beat_if_there(self) {
        if dom::is_visible() {
            self.beat_if_open();
        }
    }

    /// The same where none has gone out for a while.
    fn beat_if_due(self) {
        let heard = self.hidden.with_value(|h| h.heard);
        if model::is_due(dom::now() - heard) {
            self.beat_if_there();
        }
    }

    /// A sign of life from a window that holds the session, looked at or not.
    fn beat_if_open(self) {
        if !self.elsewhere.get_untracked() && !self.is_over() && !self.ending.get_untracked() {
            self.hidden.update_value(|h| h.asked = dom::now());
            spawn_local(self.beat());
        }
    }

    /// Asks how things stand, which is a sign of life as well. Turns that are here already are not sent again.
    async fn ask(self) -> Outcome {
        let (known, attempt, turns) = self.view.with_untracked(|v| (v.known(), v.attempt, v.turns.len()));
        let mut outcome = net::heartbeat(&self.token(), self.lease(), &known).await;
        if let Outcome::View(view) = &mut outcome
            && view.turns.is_empty()
            && view.attempt == attempt
        {
            view.turns = self
                .view
                .with_untracked(|v| v.turns.iter().take(turns).cloned().collect());
        }
        outcome
    }

    /// A sign of life; its answer is how things stand.
    async fn beat(self) {
        match self.ask().await {
            Outcome::View(view) => {
                self.hidden.update_value(|h| h.heard = dom::now());
                self.apply(*view);
            }
            Outcome::Refused(CandidateErrorCode::TakenOver, view) => {
                self.elsewhere.set(true);
                if let Some(view) = view {
                    self.apply(*view);
                }
            }
            Outcome::Refused(CandidateErrorCode::UnknownLink, _) => {
                self.trouble
                    .set(Some(Trouble::Refused(CandidateErrorCode::UnknownLink)));
            }
            Outcome::Refused(..) | Outcome::Barred | Outcome::Lost | Outcome::Newer(_) => {}
        }
    }

    /// The interviewer has written more of its next turn. What belongs to a turn that is here already came late.
    fn read_along(self, reply: ReplySoFar) {
        let here = self.view.with_untracked(|v| v.turns.last().map_or(0, |t| t.number));
        if reply.turn > here && reply.link == link::mark(&self.token()) {
            self.asking_on.set(reply.follow_up);
            self.written.set(reply.text);
        }
    }

    /// The server tells the time, and whoever hears it is there, also where nobody looks at the page: its timers go slowly
    /// then, but what comes by the network is heard at once. A machine that sleeps hears nothing, and is away.
    fn hear_time(self, tick: &Tick) {
        if tick.link != link::mark(&self.token()) || self.elsewhere.get_untracked() || self.is_over() {
            return;
        }
        if tick.seconds_left == Some(0) {
            self.set_clock(Some(0));
        }
        self.tick();
        self.beat_if_open();
    }

    /// Something changed on the server.
    fn hear(self, pulse: Pulse) {
        if pulse.link != link::mark(&self.token()) {
            return;
        }
        if pulse.state == Status::NotStarted {
            // A new attempt was granted, also to a window that another one had taken over from.
            self.go_to_landing();
            return;
        }
        // No lease: another window came in by the email, and keeps its own to itself.
        if pulse.lease.is_none_or(|lease| lease > self.lease()) {
            self.elsewhere.set(true);
            return;
        }
        let news = self.view.with_untracked(|v| {
            pulse.state != v.state || usize::try_from(pulse.turns).is_ok_and(|turns| turns > v.turns.len())
        });
        // It was heard over a network that works.
        self.nudge();
        if news {
            spawn_local(self.beat());
        }
    }

    /// Takes the session back to this window.
    pub fn take_back(self) {
        if self.hidden.with_value(|h| h.asks_email) {
            // The landing page has the field for the email; the draft waits in this browser.
            self.go_to_landing();
            return;
        }
        self.trouble.set(None);
        spawn_local(async move {
            match net::resume(&self.token()).await {
                Outcome::View(view) => {
                    self.hidden.update_value(|h| {
                        // Of two presses the later one may be answered first.
                        h.lease = h.lease.max(view.lease);
                        h.heard = dom::now();
                    });
                    self.elsewhere.set(false);
                    self.trouble.set(None);
                    dom::show_address(&session_path(&self.token(), self.lease()));
                    self.apply(*view);
                    dom::focus_composer();
                }
                // The interview asks for the email only since this page was loaded, or a new attempt was granted.
                Outcome::Refused(CandidateErrorCode::EmailNeeded | CandidateErrorCode::ConsentNeeded, _) => {
                    self.go_to_landing();
                }
                outcome => self.came_to_nothing(outcome),
            }
        });
    }

    /// A press came to nothing, and is not repeated by itself.
    fn came_to_nothing(self, outcome: Outcome) {
        match outcome {
            Outcome::Refused(code, view) if code != CandidateErrorCode::Unavailable => {
                self.trouble.set(Some(Trouble::Refused(code)));
                if let Some(view) = view {
                    self.apply(*view);
                }
            }
            Outcome::Newer(script) if self.load_anew(&script) => {}
            _ => self.trouble.set(Some(Trouble::NoAnswer)),
        }
    }

    /// Hands in, after the question.
    pub fn hand_in(self) {
        if self.finishing.get_untracked() {
            return;
        }
        self.finishing.set(true);
        self.trouble.set(None);
        spawn_local(async move {
            match net::finish(&self.token(), self.lease()).await {
                Outcome::View(view) => {
                    // Asked and confirmed: an unsent draft is not handed in, and not mourned.
                    dom::fill_composer(&Draft::default());
                    self.trouble.set(None);
                    dom::close_dialog();
                    self.apply(*view);
                }
                Outcome::Refused(CandidateErrorCode::TakenOver, view) => {
                    self.elsewhere.set(true);
                    dom::close_dialog();
                    if let Some(view) = view {
                        self.apply(*view);
                    }
                }
                outcome => self.came_to_nothing(outcome),
            }
            self.finishing.set(false);
        });
    }
}
