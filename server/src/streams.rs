//! What a creator's open page is told: that something moved on an interview. By the login cookie; ids only. The page then
//! reads what is true now, with the role that the person has at that moment.

use crate::{
    auth::{Person, Refused},
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
    id::{InterviewId, WorkspaceId},
};
use parley_services::{error::ServiceError, events::Change};
use std::{convert::Infallible, time::Duration};
use tokio::sync::broadcast::{Receiver, error::RecvError};

/// How long a stream lasts. The browser opens the next one by itself, and who is asking is found out again.
const LASTS: Duration = Duration::from_secs(10 * 60);

/// The route.
pub fn router() -> Router<AppState> {
    Router::new().route("/events/interviews/{id}", get(follow))
}

async fn follow(State(state): State<AppState>, person: Person, id: Option<Path<InterviewId>>) -> Response {
    let Some(Path(id)) = id else {
        return StatusCode::NOT_FOUND.into_response();
    };
    // Watching begins before the page reads again, so that nothing falls between.
    let changes = state.services.events.watch();
    let workspace = match person.on_interview(id).await {
        Ok(actor) => match actor.workspace() {
            Some(workspace) if can(&actor, Action::Read, &Resource::of(workspace)) => workspace,
            _ => return StatusCode::NOT_FOUND.into_response(),
        },
        Err(ServiceError::NotFound) => return StatusCode::NOT_FOUND.into_response(),
        Err(error) => return Refused::Failed(error).into_response(),
    };
    let stop = state.stop;
    let over = async move {
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(LASTS) => {}
        }
    };
    let moves = moves(changes, workspace, id).take_until(Box::pin(over));
    let bye = stream::iter([Ok(Event::default().event("bye").data(""))]);
    Sse::new(moves.chain(bye))
        .keep_alive(KeepAlive::new().interval(Duration::from_secs(15)))
        .into_response()
}

/// An event per change on the interview.
fn moves(
    changes: Receiver<Change>,
    workspace: WorkspaceId,
    interview: InterviewId,
) -> impl Stream<Item = Result<Event, Infallible>> {
    stream::unfold(changes, move |mut changes| async move {
        loop {
            let (candidate, session) = match changes.recv().await {
                Ok(c) if c.workspace == workspace && c.interview == interview => (c.candidate, c.session),
                Ok(_) => continue,
                // Some were missed, perhaps ours.
                Err(RecvError::Lagged(_)) => (None, None),
                Err(RecvError::Closed) => return None,
            };
            let data = serde_json::json!({ "candidate": candidate, "session": session });
            return Some((Ok(Event::default().event("change").data(data.to_string())), changes));
        }
    })
}
