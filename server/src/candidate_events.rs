//! What a candidate's open page is told while it is open: that another window took over, that a turn came, that the
//! session ended, and what the interviewer has written so far of its next turn. By the candidate's cookie; names no link.

use crate::state::AppState;
use axum::{
    Router,
    extract::State,
    response::{
        IntoResponse, Response, Sse,
        sse::{Event, KeepAlive},
    },
    routing::get,
};
use futures::{Stream, StreamExt, stream};
use http::{HeaderMap, StatusCode};
use parley_app::{candidate::CANDIDATE_COOKIE, login};
use parley_domain::{
    conversation::{Pulse, ReplySoFar},
    id::{CandidateId, SessionId},
};
use parley_services::{
    Services,
    conversation::{self, Desk, Draft},
    events::Change,
};
use std::{convert::Infallible, sync::Arc, time::Duration};
use tokio::sync::{
    broadcast::{Receiver, error::RecvError},
    watch,
};

/// The route.
pub fn router() -> Router<AppState> {
    Router::new().route("/events/session", get(follow))
}

/// Whom to follow, from where on.
struct Watch {
    services: Services,
    token: String,
    candidate: CandidateId,
    changes: Receiver<Change>,
    last: Option<Pulse>,
    desk: Option<Watched>,
}

/// Where the interviewer of the present session writes.
struct Watched {
    session: SessionId,
    drafts: watch::Receiver<Draft>,
    /// Keeps the desk for as long as somebody watches it.
    _desk: Arc<Desk>,
}

/// What there is to tell.
enum News {
    /// Something about this candidate changed; what, stands in the database.
    Change,
    /// The interviewer has written more.
    Reply(Draft),
    /// Nothing more will come.
    Over,
}

async fn follow(State(state): State<AppState>, headers: HeaderMap) -> Response {
    let services = state.services;
    let cookie = login::cookie(&headers, CANDIDATE_COOKIE);
    let known = cookie.and_then(|c| Some((c, services.secrets.read_candidate_cookie(c)?.0)));
    let Some((cookie, candidate)) = known else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    // Watching begins before the first look, so that nothing falls between.
    let changes = services.events.watch_candidate(candidate);
    let token = match conversation::token_of_cookie(&services, cookie).await {
        Ok(Some(token)) => token,
        Ok(None) => return StatusCode::UNAUTHORIZED.into_response(),
        Err(error) => {
            tracing::warn!(%error, "a candidate's stream could not begin");
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
    };
    let watch = Watch {
        services,
        token,
        candidate,
        changes,
        last: None,
        desk: None,
    };
    let stop = state.stop;
    let pulses = pulses(watch).take_until(async move { stop.cancelled().await });
    let bye = stream::iter([Ok(Event::default().event("bye").data(""))]);
    Sse::new(pulses.chain(bye))
        .keep_alive(KeepAlive::new().interval(Duration::from_secs(15)))
        .into_response()
}

/// The present pulse, then one after each change that shows in it, and what is written in between, until the link ends.
fn pulses(watch: Watch) -> impl Stream<Item = Result<Event, Infallible>> {
    stream::unfold(watch, |mut watch| async move {
        loop {
            if watch.last.is_some() {
                match news(&mut watch).await {
                    News::Change => {}
                    News::Reply(draft) => return Some((Ok(reply(&watch, draft)), watch)),
                    News::Over => return None,
                }
            }
            match conversation::pulse(&watch.services, &watch.token).await {
                Ok(Some((session, pulse))) => {
                    sit_at(&mut watch, session);
                    if watch.last.as_ref() != Some(&pulse) {
                        let event = named("pulse", &pulse);
                        watch.last = Some(pulse);
                        return Some((Ok(event), watch));
                    }
                }
                Ok(None) => return None,
                Err(error) => {
                    tracing::warn!(%error, "a candidate's stream ended");
                    return None;
                }
            }
        }
    })
}

fn named(name: &str, data: &impl serde::Serialize) -> Event {
    let data = serde_json::to_string(data).unwrap_or_default();
    Event::default().event(name).data(data)
}

fn reply(watch: &Watch, draft: Draft) -> Event {
    let link = watch.last.as_ref().map(|pulse| pulse.link.clone()).unwrap_or_default();
    named(
        "reply",
        &ReplySoFar {
            link,
            turn: draft.turn,
            follow_up: draft.follow_up,
            text: draft.text,
        },
    )
}

/// Watches the desk of `session`, from what is written there already.
fn sit_at(watch: &mut Watch, session: SessionId) {
    if watch.desk.as_ref().is_some_and(|desk| desk.session == session) {
        return;
    }
    let desk = watch.services.desks.of(session);
    let mut drafts = desk.watch();
    if !drafts.borrow().text.is_empty() {
        drafts.mark_changed();
    }
    watch.desk = Some(Watched {
        session,
        drafts,
        _desk: desk,
    });
}

/// Waits for what there is to tell this candidate.
async fn news(watch: &mut Watch) -> News {
    loop {
        let drafts = watch.desk.as_mut().map(|desk| &mut desk.drafts);
        let written = async {
            match drafts {
                Some(drafts) => match drafts.changed().await {
                    Ok(()) => drafts.borrow_and_update().clone(),
                    Err(_) => std::future::pending().await,
                },
                None => std::future::pending().await,
            }
        };
        let change = tokio::select! {
            draft = written => return News::Reply(draft),
            change = watch.changes.recv() => change,
        };
        match change {
            Ok(change) if change.candidate.is_none_or(|c| c == watch.candidate) => return News::Change,
            Ok(_) => {}
            // Some were missed: look at what is true now.
            Err(RecvError::Lagged(_)) => return News::Change,
            Err(RecvError::Closed) => return News::Over,
        }
    }
}
