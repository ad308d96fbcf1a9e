//! What is done to very many is sent part by part, one request after the other: candidates' answers are written in between, no
//! proxy waits for long, and whoever pressed sees how far it is, and can stop it.

use crate::{
    components::{Notice, NoticeKind, Progress},
    error::AppError,
    messages::creator,
};
use leptos::prelude::*;
use parley_domain::id::CandidateId;

/// How far it is, while there is more than one part. Made outside of the dialog that shows it.
#[derive(Clone, Copy, Default)]
pub struct Going {
    at: RwSignal<Option<(usize, usize)>>,
    stop: RwSignal<bool>,
}

/// How it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// All parts were answered.
    Done,
    /// Somebody stopped it.
    Stopped,
    /// Its page was left.
    Left,
    /// A part was not done, and none was sent after it.
    Failed(AppError),
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Went {
    /// So many, from the first one on, were answered.
    pub done: usize,
    /// Of so many.
    pub all: usize,
    /// So many after those who were answered may be done or not: nobody knows.
    pub unsure: usize,
    /// How it ended.
    pub end: End,
}

/// Whether it goes on where its page is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenLeft {
    /// It stops after the present part: nobody could see it any more, nor stop it.
    Stops,
    /// It goes on to its end.
    GoesOn,
}

impl Going {
    /// Has it stop after the present part; `false` where there is nothing to stop.
    pub fn ask_to_stop(self) -> bool {
        let on = self.at.try_get_untracked().flatten().is_some();
        if on {
            self.stop.set(true);
        }
        on
    }

    /// Whether parts are being sent.
    pub fn is_on(self) -> bool {
        self.at.with(Option::is_some)
    }

    /// Whether it stops after the present part.
    pub fn stopping(self) -> Signal<bool> {
        self.stop.into()
    }

    /// Sends them by `one`, `at_once` of them in a request, until one fails or somebody stops it. What each answers goes to `take`.
    pub async fn send<T, F: Future<Output = Result<T, AppError>>>(
        self,
        ids: &[CandidateId],
        at_once: usize,
        when_left: WhenLeft,
        mut one: impl FnMut(Vec<CandidateId>) -> F,
        mut take: impl FnMut(T),
    ) -> Went {
        let (mut done, mut unsure) = (0, 0);
        let mut end = End::Done;
        self.stop.try_set(false);
        for part in ids.chunks(at_once) {
            match self.stop.try_get_untracked() {
                Some(true) => end = End::Stopped,
                // Nothing was sent before the first part: that one was asked for.
                None if done > 0 && when_left == WhenLeft::Stops => end = End::Left,
                _ => {}
            }
            if end != End::Done {
                break;
            }
            if ids.len() > at_once {
                self.at.try_set(Some((done, ids.len())));
            }
            match one(part.to_vec()).await {
                Ok(answer) => {
                    take(answer);
                    done += part.len();
                }
                Err(error) => {
                    // Also what a proxy answers in the place of the server, and an answer that breaks off. Everything else is
                    // said by a server that did nothing.
                    if matches!(error, AppError::Offline | AppError::Unreadable | AppError::Internal) {
                        unsure = part.len();
                    }
                    end = End::Failed(error);
                    break;
                }
            }
        }
        self.at.try_set(None);
        self.stop.try_set(false);
        Went {
            done,
            all: ids.len(),
            unsure,
            end,
        }
    }
}

impl Went {
    /// How many of how many were done.
    #[must_use]
    pub fn title(&self) -> String {
        let t = creator();
        if self.done + self.unsure == 0 {
            t.nothing_done.to_owned()
        } else {
            (t.some_done)(self.done as u64, self.all as u64)
        }
    }

    /// Why, if it was not stopped.
    #[must_use]
    pub fn why(&self) -> String {
        match &self.end {
            End::Failed(error) => format!("{error} "),
            End::Done | End::Stopped | End::Left => String::new(),
        }
    }

    /// What the others are, and how to go on.
    #[must_use]
    pub fn rest(&self) -> String {
        let t = creator();
        let mut text = self.why() + &(t.rest_stays)((self.all - self.done) as u64);
        if self.unsure > 0 {
            text.push(' ');
            text.push_str(&(t.rest_unsure)(self.unsure as u64));
        }
        text
    }

    /// Says it where it was pressed.
    #[must_use]
    pub fn notice(&self) -> AnyView {
        view! { <Notice kind=NoticeKind::Mind title=self.title() text=self.rest() seek=true/> }.into_any()
    }
}

/// What was done, and how many of those who were asked for were not there any more.
#[must_use]
pub fn with_missing(text: String, wanted: usize, there: u64) -> String {
    match (wanted as u64).saturating_sub(there) {
        0 => text,
        n => format!("{text}. {}.", (creator().gone_before)(n)),
    }
}

/// How far it is, while parts are being sent.
#[component]
pub fn GoingLine(
    /// What is going on.
    going: Going,
    /// In words.
    label: &'static str,
) -> impl IntoView {
    // The bar stays while its figures change.
    let on = Memo::new(move |_| going.is_on());
    let small = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    move || {
        on.get().then(|| {
            let value = Signal::derive(move || going.at.get().map(|(done, _)| small(done)));
            let total = Signal::derive(move || going.at.get().map_or(1, |(_, all)| small(all)));
            let figures = Signal::derive(move || {
                let at = going.at.get();
                at.map_or_else(String::new, |(done, all)| (creator().of_all)(done as u64, all as u64))
            });
            view! { <Progress label=label value=value total=total figures=figures/> }
        })
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use futures::{FutureExt, future};
    use uuid::Uuid;

    fn people(n: u128) -> Vec<CandidateId> {
        (0..n).map(|n| CandidateId(Uuid::from_u128(n))).collect()
    }

    /// Nothing here waits: the answers are there.
    fn now<T>(future: impl Future<Output = T>) -> T {
        match future.now_or_never() {
            Some(answer) => answer,
            None => panic!("it waited"),
        }
    }

    #[test]
    fn parts_are_sent_in_turn_and_their_answers_kept() {
        Owner::new().with(|| {
            let going = Going::default();
            let (ids, mut sent) = (people(5), Vec::new());
            let one = |part: Vec<CandidateId>| {
                assert!(going.at.get_untracked().is_some());
                future::ready(Ok(part))
            };
            let went = now(going.send(&ids, 2, WhenLeft::Stops, one, |part: Vec<CandidateId>| {
                sent.push(part.len())
            }));
            assert_eq!(sent, [2, 2, 1]);
            assert_eq!((went.done, went.end), (5, End::Done));
            assert_eq!(going.at.get_untracked(), None);
        });
    }

    #[test]
    fn what_is_stopped_or_fails_says_how_far_it_came() {
        Owner::new().with(|| {
            let going = Going::default();
            let ids = people(5);
            let stops = |_| {
                assert!(going.ask_to_stop());
                future::ready(Ok(()))
            };
            let went = now(going.send(&ids, 2, WhenLeft::Stops, stops, |()| {}));
            assert_eq!((went.done, went.unsure, &went.end), (2, 0, &End::Stopped));
            assert_eq!(went.title(), "2 of 5 done");
            assert!(
                went.rest().starts_with("The other 3 are as they were"),
                "{}",
                went.rest()
            );
            // Not for good: what is pressed again is sent.
            for (error, unsure) in [(AppError::Offline, 2), (AppError::Unavailable, 0)] {
                let mut calls = 0;
                let fails = |_| {
                    calls += 1;
                    future::ready(if calls < 3 { Ok(()) } else { Err(error.clone()) })
                };
                let went = now(going.send(&people(6), 2, WhenLeft::Stops, fails, |()| {}));
                assert_eq!((went.done, went.unsure), (4, unsure));
                assert_eq!(went.end, End::Failed(error));
            }
            let refused = |_| future::ready(Err::<(), _>(AppError::Forbidden));
            let went = now(going.send(&ids, 9, WhenLeft::Stops, refused, |()| {}));
            assert_eq!((went.done, went.unsure), (0, 0));
            assert_eq!(went.title(), "Nothing was done");
            assert!(!going.ask_to_stop());
        });
    }

    #[test]
    fn one_request_cannot_be_stopped_and_a_page_that_is_left_stops_many() {
        let owner = Owner::new();
        let going = owner.with(Going::default);
        let ids = people(4);
        let leaves = |_| {
            owner.cleanup();
            future::ready(Ok(()))
        };
        let went = now(going.send(&ids, 2, WhenLeft::Stops, leaves, |()| {}));
        assert_eq!((went.done, went.end), (2, End::Left));
        // Of a page that was left before: what was pressed on another one is done.
        let answers = |_| future::ready(Ok(()));
        let went = now(going.send(&ids, 2, WhenLeft::GoesOn, answers, |()| {}));
        assert_eq!((went.done, went.end), (4, End::Done));
    }
}
