//! How the chat reaches the server: posts as the plain forms send them, and the stream of what changes.
//!
//! Only the browser's build does so; the server's has the same functions, never called, so that the rest is one source.

use super::model::{Outcome, Pending, answer_form, form};
use crate::candidate::doors;
use parley_domain::conversation::{Pulse, ReplySoFar, Tick};

/// What the stream tells.
#[cfg_attr(
    not(feature = "hydrate"),
    expect(dead_code, reason = "only the browser reads the stream")
)]
pub(super) enum News {
    /// Something changed.
    Pulse(Pulse),
    /// The interviewer has written more.
    Reply(ReplySoFar),
    /// The time.
    Tick(Tick),
}

/// Longer than the server takes for an interviewer's turn, in milliseconds.
const PATIENCE: u32 = 45_000;
/// Where the server takes an answer for ten more seconds: so long that two tries fit into them.
const HURRY: u32 = 4_000;

/// Stores an answer; in a hurry where the time is up.
pub(super) async fn answer(token: &str, lease: i64, pending: &Pending, hurry: bool) -> Outcome {
    let patience = if hurry { HURRY } else { PATIENCE };
    post(doors::ANSWER, answer_form(token, lease, pending), patience).await
}

/// A sign of life, and what of the conversation is here.
pub(super) async fn heartbeat(token: &str, lease: i64, known: &str) -> Outcome {
    post(
        doors::HEARTBEAT,
        form(&[("token", token), ("lease", &lease.to_string()), ("known", known)]),
        PATIENCE,
    )
    .await
}

/// Goes on in this window.
pub(super) async fn resume(token: &str) -> Outcome {
    post(doors::START, form(&[("token", token)]), PATIENCE).await
}

/// Hands in.
pub(super) async fn finish(token: &str, lease: i64) -> Outcome {
    post(
        doors::FINISH,
        form(&[("token", token), ("lease", &lease.to_string())]),
        PATIENCE,
    )
    .await
}

#[cfg(feature = "hydrate")]
pub(super) use browser::{post, sleep, watch};
#[cfg(not(feature = "hydrate"))]
pub(super) use nowhere::{post, sleep, watch};

#[cfg(feature = "hydrate")]
mod browser {
    use super::{News, Outcome, doors};
    use crate::candidate::{SCRIPT_HEADER, chat::dom};
    use futures::{
        StreamExt,
        future::{Either, select},
        stream,
    };
    use gloo_net::{
        eventsource::{State, futures::EventSource},
        http::Request,
    };
    use gloo_timers::future::TimeoutFuture;
    use parley_domain::session::Status;
    use std::pin::pin;
    use web_sys::{AbortController, AbortSignal};

    /// Before asking for the stream again after it was refused, in milliseconds.
    const STREAM_PAUSE: u32 = 20_000;
    /// The longest silence of a stream in whose session the time is told, in milliseconds: more than three times what lies
    /// between two words about it, and more than a stream that had to make room is told to stay away.
    const SILENCE: u32 = 75_000;
    /// Of one that has nothing to tell: longer than the server lets a stream last.
    const PEACE: u32 = 900_000;

    /// Waits.
    pub(in crate::candidate::chat) async fn sleep(millis: u32) {
        TimeoutFuture::new(millis).await;
    }

    /// Posts a form and reads the answer, if it comes within so many milliseconds. A request that nobody waits for any more is
    /// ended: on a line that went dead it would keep its connection, and a browser has six, so that soon none would be left for
    /// the next try.
    pub(in crate::candidate::chat) async fn post(path: &str, body: String, patience: u32) -> Outcome {
        let ender = AbortController::new().ok();
        let signal = ender.as_ref().map(AbortController::signal);
        match select(
            pin!(exchange(path, body, signal.as_ref())),
            TimeoutFuture::new(patience),
        )
        .await
        {
            Either::Left((Some((status, text, other)), _)) => Outcome::read(status, &text).from_other(other),
            Either::Left((None, _)) => Outcome::Lost,
            Either::Right(_) => {
                if let Some(ender) = &ender {
                    ender.abort();
                }
                Outcome::Lost
            }
        }
    }

    /// The status, the body, and the script of the server's page where that is not ours. What the server could not do says
    /// nothing about versions.
    async fn exchange(path: &str, body: String, signal: Option<&AbortSignal>) -> Option<(u16, String, Option<String>)> {
        let request = Request::post(path)
            .header("accept", "application/json")
            .header("content-type", "application/x-www-form-urlencoded")
            .abort_signal(signal)
            .body(body)
            .ok()?;
        let response = request.send().await.ok()?;
        let status = response.status();
        let script = response.headers().get(SCRIPT_HEADER);
        let other = script.filter(|script| status < 500 && !dom::loads(script));
        Some((status, response.text().await.ok()?, other))
    }

    fn read(kind: &str, data: &str) -> Option<News> {
        match kind {
            "reply" => serde_json::from_str(data).ok().map(News::Reply),
            "tick" => serde_json::from_str(data).ok().map(News::Tick),
            _ => serde_json::from_str(data).ok().map(News::Pulse),
        }
    }

    /// Hands everything that the session's stream tells to `tell`, for as long as the page lives. A stream over a line that
    /// went dead breaks only after many minutes: one that says nothing for long is opened anew.
    pub(in crate::candidate::chat) async fn watch(tell: impl Fn(News)) {
        let mut ticks_come = false;
        loop {
            let mut silent = false;
            if let Ok(mut source) = EventSource::new(doors::EVENTS)
                && let Ok(pulses) = source.subscribe("pulse")
                && let Ok(replies) = source.subscribe("reply")
                && let Ok(ticks) = source.subscribe("tick")
            {
                let mut events = stream::select(stream::select(pulses, ticks), replies);
                loop {
                    let patience = if ticks_come { SILENCE } else { PEACE };
                    let event = match select(events.next(), TimeoutFuture::new(patience)).await {
                        Either::Left((Some(event), _)) => event,
                        Either::Left((None, _)) => break,
                        Either::Right(_) => {
                            silent = true;
                            break;
                        }
                    };
                    let event = event
                        .ok()
                        .and_then(|(kind, message)| Some((kind, message.data().as_string()?)));
                    if let Some(news) = event.and_then(|(kind, data)| read(&kind, &data)) {
                        if let News::Pulse(pulse) = &news {
                            ticks_come = pulse.state == Status::InProgress;
                        }
                        tell(news);
                    } else if source.state() == State::Closed {
                        break;
                    }
                }
            }
            if !silent {
                sleep(STREAM_PAUSE).await;
            }
        }
    }
}

#[cfg(not(feature = "hydrate"))]
mod nowhere {
    use super::{News, Outcome};

    /// Not on the server.
    pub(in crate::candidate::chat) async fn sleep(_millis: u32) {}

    /// Not on the server.
    pub(in crate::candidate::chat) async fn post(_path: &str, _body: String, _patience: u32) -> Outcome {
        Outcome::Lost
    }

    /// Not on the server.
    pub(in crate::candidate::chat) async fn watch(_tell: impl Fn(News)) {}
}
