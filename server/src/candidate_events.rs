//! What a candidate's open page is told while it is open: that another window took over, that a turn came, that the
//! session ended. By the candidate's cookie; names no link and carries no text of the conversation.

use crate::{security::CANDIDATE_COOKIE, state::AppState};
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
use parley_app::login;
use parley_domain::{conversation::Pulse, id::CandidateId};
use parley_services::{Services, conversation, events::Change};
use std::{convert::Infallible, time::Duration};
use tokio::sync::broadcast::{Receiver, error::RecvError};

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
    };
    let stop = state.stop;
    let pulses = pulses(watch).take_until(async move { stop.cancelled().await });
    let bye = stream::iter([Ok(Event::default().event("bye").data(""))]);
    Sse::new(pulses.chain(bye))
        .keep_alive(KeepAlive::new().interval(Duration::from_secs(15)))
        .into_response()
}

/// The present pulse, then one after each change that shows in it, until the link ends.
fn pulses(watch: Watch) -> impl Stream<Item = Result<Event, Infallible>> {
    stream::unfold(watch, |mut watch| async move {
        loop {
            if watch.last.is_some() && !next_change(&mut watch).await {
                return None;
            }
            match conversation::pulse(&watch.services, &watch.token).await {
                Ok(Some(pulse)) if watch.last.as_ref() != Some(&pulse) => {
                    let data = serde_json::to_string(&pulse).unwrap_or_default();
                    watch.last = Some(pulse);
                    return Some((Ok(Event::default().event("pulse").data(data)), watch));
                }
                Ok(Some(_)) => {}
                Ok(None) => return None,
                Err(error) => {
                    tracing::warn!(%error, "a candidate's stream ended");
                    return None;
                }
            }
        }
    })
}

/// Waits for a change that may be about this candidate; `false` when none will come any more.
async fn next_change(watch: &mut Watch) -> bool {
    loop {
        match watch.changes.recv().await {
            Ok(change) if change.candidate.is_none_or(|c| c == watch.candidate) => return true,
            Ok(_) => {}
            // Some were missed: look at what is true now.
            Err(RecvError::Lagged(_)) => return true,
            Err(RecvError::Closed) => return false,
        }
    }
}
