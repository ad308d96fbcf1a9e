//! What moves, told to the pages that show it. One connection a tab, however many parts of it listen; none while nobody
//! looks at it, because a browser has few to give.
//!
//! The server says that something changed, and the page reads what is true now: also when the connection comes (back),
//! and every now and then, so that a stream that says nothing, or cannot be had, costs freshness and nothing else.

use leptos::prelude::*;
use parley_domain::id::{InterviewId, SessionId};

/// What a part of a page is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Of {
    interview: String,
    session: String,
}

impl Of {
    /// Everything on an interview.
    #[must_use]
    pub fn interview(id: InterviewId) -> Self {
        Self {
            interview: id.to_string(),
            session: String::new(),
        }
    }

    /// One session, and what happens to all of its interview.
    #[must_use]
    pub fn session(interview: InterviewId, id: SessionId) -> Self {
        Self {
            interview: interview.to_string(),
            session: id.to_string(),
        }
    }

    /// Whether a change is about this. The server names interview and session where it is about one; ids are unique, so
    /// looking for them in its text is enough.
    #[must_use]
    pub fn hears(&self, change: &str) -> bool {
        let everything = self.interview.is_empty() || !change.contains("\"interview\"");
        let of_interview = change.contains(&self.interview);
        let narrow = change.contains("\"session\"");
        everything || (of_interview && (self.session.is_empty() || !narrow || change.contains(&self.session)))
    }
}

/// A part of a page that listens: its number, what it is about, what it does then.
type Listener = (u32, Signal<Of>, Callback<()>);

/// Everyone who listens in this tab.
#[derive(Clone, Copy)]
struct Listeners(StoredValue<Vec<Listener>>);

/// Opens the tab's connection; once, around all pages of a workspace.
pub(super) fn provide_live(slug: &str) {
    let listeners = Listeners(StoredValue::new(Vec::new()));
    provide_context(listeners);
    #[cfg(feature = "hydrate")]
    {
        let url = format!("/events/w/{slug}");
        Effect::new(move |_| {
            let (task, handle) = futures::future::abortable(browser::listen(url.clone(), listeners));
            leptos::task::spawn_local(async move {
                // Aborted when the workspace is left.
                let _ = task.await;
            });
            on_cleanup(move || handle.abort());
        });
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = slug;
}

/// Calls `changed` soon after something changed about `of`, at most about once a second.
pub fn on_change(of: Signal<Of>, changed: Callback<()>) {
    let Some(Listeners(all)) = use_context::<Listeners>() else {
        return;
    };
    let mut id = 0;
    all.update_value(|all| {
        id = all.last().map_or(0, |(id, ..)| id + 1);
        all.push((id, of, changed));
    });
    on_cleanup(move || {
        all.try_update_value(|all| all.retain(|(known, ..)| *known != id));
    });
}

#[cfg(feature = "hydrate")]
mod browser {
    use super::Listeners;
    use futures::{
        StreamExt,
        future::{Either, select},
    };
    use gloo_net::eventsource::{State, futures::EventSource};
    use gloo_timers::future::TimeoutFuture;
    use leptos::prelude::*;

    /// Changes that come together are shown together, in milliseconds.
    const GATHER: u32 = 300;
    /// Between two looks at whether somebody still looks at the tab, in milliseconds.
    const GLANCE: u32 = 1_000;
    /// Glances between readings where nothing was heard, but the stream is there.
    const PATIENCE: u32 = 60;
    /// And where it has not said a word yet: something between keeps it back, or it cannot be reached.
    const DOUBT: u32 = 15;
    /// Before asking for the stream again after it was refused, in milliseconds.
    const PAUSE: u32 = 15_000;

    impl Listeners {
        fn tell(self, changes: &[String]) {
            // Each is asked only once, whatever came; and a listener may leave while another is called.
            for (_, of, changed) in self.0.try_get_value().unwrap_or_default() {
                let hears = of
                    .try_get_untracked()
                    .is_some_and(|of| changes.iter().any(|c| of.hears(c)));
                if hears {
                    changed.try_run(());
                }
            }
        }

        fn tell_all(self) {
            self.tell(&[String::new()]);
        }
    }

    pub(super) async fn listen(url: String, listeners: Listeners) {
        loop {
            while document().hidden() {
                TimeoutFuture::new(GLANCE).await;
            }
            follow(&url, listeners).await;
            if !document().hidden() {
                TimeoutFuture::new(PAUSE).await;
                listeners.tell_all();
            }
        }
    }

    /// One connection, until the tab is hidden or the server wants none.
    async fn follow(url: &str, listeners: Listeners) {
        let Ok(mut source) = EventSource::new(url) else { return };
        let Ok(stream) = source.subscribe("change") else { return };
        let mut stream = stream.ready_chunks(1_000);
        let (mut quiet, mut heard) = (0, false);
        loop {
            match select(stream.next(), TimeoutFuture::new(GLANCE)).await {
                Either::Left((Some(batch), _)) => {
                    let changes: Vec<String> = batch
                        .into_iter()
                        .filter_map(|event| event.ok()?.1.data().as_string())
                        .collect();
                    if !changes.is_empty() {
                        (quiet, heard) = (0, true);
                        TimeoutFuture::new(GATHER).await;
                        listeners.tell(&changes);
                    } else if source.state() == State::Closed {
                        return;
                    }
                    // Else the browser connects again by itself, and the server's first word is to read again.
                }
                Either::Left((None, _)) => return,
                Either::Right(_) if document().hidden() => return,
                Either::Right(_) => {
                    quiet += 1;
                    if quiet >= if heard { PATIENCE } else { DOUBT } {
                        quiet = 0;
                        listeners.tell_all();
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use parley_domain::id::CandidateId;
    use uuid::Uuid;

    #[test]
    fn a_part_hears_what_it_is_about() {
        let interview = |n| InterviewId(Uuid::from_u128(n));
        let session = |n| SessionId(Uuid::from_u128(100 + n));
        let change = |i: u128, s: Option<u128>| match s {
            Some(s) => serde_json::json!({
                "interview": interview(i), "candidate": CandidateId(Uuid::from_u128(7)), "session": session(s),
            })
            .to_string(),
            None => serde_json::json!({ "interview": interview(i) }).to_string(),
        };
        let (all, list, report) = (
            Of::default(),
            Of::interview(interview(1)),
            Of::session(interview(1), session(1)),
        );
        for (what, heard) in [
            (change(1, Some(1)), [true, true, true]),
            (change(1, Some(2)), [true, true, false]),
            (change(1, None), [true, true, true]),
            (change(2, Some(3)), [true, false, false]),
            (change(2, None), [true, false, false]),
            ("{}".to_owned(), [true, true, true]),
            (String::new(), [true, true, true]),
        ] {
            assert_eq!([&all, &list, &report].map(|of| of.hears(&what)), heard, "{what}");
        }
    }
}
