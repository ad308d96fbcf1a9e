//! What a creator's open page is told: that something moved on an interview. By the login cookie; ids only. The page then
//! reads what is true now, with the role that the person has at that moment. Who is taken out of the workspace hears nothing
//! more.

use crate::{
    auth::{Person, Refused},
    seats::{RETRY, bye, over},
    state::AppState,
};
use axum::{
    Router,
    extract::{Path, State},
    response::{
        IntoResponse, Response, Sse,
        sse::{Event, KeepAlive},
    },
    routing::get,
};
use futures::{Stream, StreamExt, stream};
use http::StatusCode;
use parley_domain::{
    account::{Action, Resource, can},
    id::{CandidateId, InterviewId, SessionId, WorkspaceId},
};
use parley_services::{accounts, error::ServiceError, events::Change};
use serde::Serialize;
use std::{convert::Infallible, time::Duration};
use tokio::sync::broadcast::{
    Receiver,
    error::{RecvError, TryRecvError},
};

/// Streams that one person may have open: one a tab that is looked at, on however many machines.
const MOST: usize = 32;

/// Changes that come so close together are told together.
const GATHER: Duration = Duration::from_millis(250);
/// More of them than so many are told as one word to read again.
const MANY: usize = 16;

/// How often a page looks by itself where another process does the background work.
const LOOK: Duration = Duration::from_secs(5);

/// The routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/events/interviews/{id}", get(follow))
        .route("/events/w/{slug}", get(follow_all))
}

async fn follow(State(state): State<AppState>, person: Person, id: Option<Path<InterviewId>>) -> Response {
    let Some(Path(id)) = id else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let workspace = match person.on_interview(id).await {
        Ok(actor) => match actor.workspace() {
            Some(workspace) if can(&actor, Action::Read, &Resource::of(workspace)) => workspace,
            _ => return StatusCode::NOT_FOUND.into_response(),
        },
        Err(ServiceError::NotFound) => return StatusCode::NOT_FOUND.into_response(),
        Err(error) => return Refused::Failed(error).into_response(),
    };
    told(&state, &person, workspace, Some(id))
}

/// Everything that moves in a workspace: what a creators' tab has open, whatever page it shows.
async fn follow_all(State(state): State<AppState>, person: Person, Path(slug): Path<String>) -> Response {
    match person.in_workspace(&slug).await {
        Ok(actor) => match actor.workspace() {
            Some(workspace) if can(&actor, Action::Read, &Resource::of(workspace)) => {
                told(&state, &person, workspace, None)
            }
            _ => StatusCode::NOT_FOUND.into_response(),
        },
        Err(ServiceError::NotFound) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => Refused::Failed(error).into_response(),
    }
}

/// The stream: first a word to read again, because something may have moved before it was there, then an event per
/// change, until it has lasted long enough.
fn told(state: &AppState, person: &Person, workspace: WorkspaceId, interview: Option<InterviewId>) -> Response {
    let seat = state.seats.take(person.user.0, MOST);
    let changes = state.services.events.watch_workspace(workspace);
    let over = over(state.stop.clone(), seat.lost());
    let moves = moves(changes, person, workspace, interview);
    let moves = match state.http.works_elsewhere {
        false => moves.left_stream(),
        true => stream::select(moves, looks()).right_stream(),
    };
    let moves = moves.take_until(Box::pin(over));
    let hello = stream::iter([Ok(Event::default().event("change").data("{}").retry(RETRY))]);
    // Keeps the place until the end.
    let bye = stream::once(async move { Ok::<_, Infallible>(bye(&seat.lost())) });
    Sse::new(hello.chain(moves).chain(bye))
        .keep_alive(KeepAlive::new().interval(Duration::from_secs(15)))
        .into_response()
}

/// A word to read again, every few seconds.
fn looks() -> impl Stream<Item = Result<Event, Infallible>> {
    let looks = tokio_stream::wrappers::IntervalStream::new(tokio::time::interval(LOOK));
    looks.map(|_| Ok(Event::default().event("change").data("{}")))
}

/// What changed, by ids; without any where it is simpler to read everything again.
#[derive(Clone, Copy, Default, PartialEq, Eq, Serialize)]
struct Moved {
    #[serde(skip_serializing_if = "Option::is_none")]
    interview: Option<InterviewId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    candidate: Option<CandidateId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<SessionId>,
}

/// An event per change on the interview, or on all of the workspace's, for as long as the person belongs there. What comes
/// close together is told together, once each: a workspace full of candidates does not keep the streams of its creators busy.
fn moves(
    changes: Receiver<Change>,
    person: &Person,
    workspace: WorkspaceId,
    interview: Option<InterviewId>,
) -> impl Stream<Item = Result<Event, Infallible>> + use<> {
    let person = person.clone();
    let about = move |c: Change| interview.is_none_or(|id| id == c.interview);
    let batches = stream::unfold(changes, move |mut changes| async move {
        let first = loop {
            match changes.recv().await {
                Ok(change) if about(change) => break moved(change),
                Ok(_) => {}
                // Some were missed, perhaps ours.
                Err(RecvError::Lagged(_)) => break Moved::default(),
                Err(RecvError::Closed) => return None,
            }
        };
        tokio::time::sleep(GATHER).await;
        let mut batch = vec![first];
        loop {
            match changes.try_recv() {
                Ok(change) => {
                    let next = moved(change);
                    if about(change) && !batch.contains(&next) {
                        batch.push(next);
                    }
                }
                Err(TryRecvError::Lagged(_)) => batch.push(Moved::default()),
                Err(TryRecvError::Empty | TryRecvError::Closed) => break,
            }
        }
        if batch.len() > MANY || batch.contains(&Moved::default()) {
            batch = vec![Moved::default()];
        }
        Some((stream::iter(batch), changes))
    });
    let theirs = batches.take_while(move |_| {
        let person = person.clone();
        async move {
            let member = accounts::actor_in(&person.services, person.user, workspace).await;
            // A database that does not answer says nothing about anybody.
            !matches!(member, Err(ServiceError::NotFound))
        }
    });
    theirs.flatten().map(|moved| {
        let data = serde_json::to_string(&moved).unwrap_or_default();
        Ok(Event::default().event("change").data(data))
    })
}

const fn moved(change: Change) -> Moved {
    Moved {
        interview: Some(change.interview),
        candidate: change.candidate,
        session: change.session,
    }
}
