//! Bodies that were not read, because the request was refused before, or answered again. If they were left in the socket, it
//! would be closed over them, and what the client then sees is a broken connection instead of our answer. So what is still
//! coming is read out first and thrown away, up to a limit.

use axum::{
    body::{Body, BodyDataStream, HttpBody as _},
    extract::Request,
    middleware::Next,
    response::Response,
};
use futures::{StreamExt, stream};
use http::{StatusCode, header};
use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::Poll,
    time::Duration,
};

/// Most bytes that are thrown away: more than a table or a resume has.
const MOST: usize = 32 * 1024 * 1024;
/// For how long a client may go on sending what nobody wants.
const LONGEST: Duration = Duration::from_secs(5);

/// A body that a handler reads, or leaves.
#[derive(Clone, Default)]
struct Shared {
    /// None once it has ended.
    left: Arc<Mutex<Option<BodyDataStream>>>,
    begun: Arc<AtomicBool>,
}

impl Shared {
    fn left(&self) -> MutexGuard<'_, Option<BodyDataStream>> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The body for the handler; what it leaves stays here.
    fn handed_on(&self, body: Body) -> Body {
        *self.left() = Some(body.into_data_stream());
        let shared = self.clone();
        Body::from_stream(stream::poll_fn(move |cx| {
            shared.begun.store(true, Ordering::Relaxed);
            let mut left = shared.left();
            let Some(body) = left.as_mut() else {
                return Poll::Ready(None);
            };
            let piece = body.poll_next_unpin(cx);
            if matches!(piece, Poll::Ready(None)) {
                *left = None;
            }
            piece
        }))
    }

    /// Reads what was left, within the limits.
    async fn read_out(&self) {
        let Some(mut body) = self.left().take() else { return };
        let reading = async {
            let mut room = MOST;
            while let Some(Ok(piece)) = body.next().await {
                match room.checked_sub(piece.len()) {
                    Some(less) => room = less,
                    None => break,
                }
            }
        };
        // However it ended, the answer goes out now.
        let _ = tokio::time::timeout(LONGEST, reading).await;
    }
}

/// Layer: see the module. For the doors that take files or much JSON; the others' bodies are small.
pub async fn read_out(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let takes_much = path.starts_with("/api/") || path.starts_with("/upload/");
    if !takes_much || request.body().is_end_stream() {
        return next.run(request).await;
    }
    // Such a client sends its body only when we begin to read it.
    let waits = request.headers().contains_key(header::EXPECT);
    let shared = Shared::default();
    let (parts, body) = request.into_parts();
    let body = shared.handed_on(body);
    let response = next.run(Request::from_parts(parts, body)).await;
    // Nor is there anything to wait for from who was given up because nothing came.
    let silent = response.status() == StatusCode::REQUEST_TIMEOUT;
    if !silent && (!waits || shared.begun.load(Ordering::Relaxed)) {
        shared.read_out().await;
    }
    response
}
