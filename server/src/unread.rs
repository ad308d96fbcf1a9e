//! Bodies that were not read, because the request was refused before, or answered again. If they were left in the socket, it
//! would be closed over them, and what the client then sees is a broken connection instead of our answer. So what is still
//! coming is read out first and thrown away, up to a limit.

use crate::router::BODY_MAX;
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

/// Layer: see the module. For the doors that take files or much JSON. The others' bodies are small, and who announces more than
/// those take is refused for it, which is to be heard as well.
pub async fn read_out(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let takes_much = path.starts_with("/api/") || path.starts_with("/upload/");
    let much = takes_much || request.body().size_hint().lower() > BODY_MAX as u64;
    if !much || request.body().is_end_stream() {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connections::{Limits, serve};
    use axum::{Router, middleware, routing::post};
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::{TcpListener, TcpStream},
    };
    use tokio_util::sync::CancellationToken;

    #[tokio::test]
    async fn who_brings_far_too_much_hears_so_at_any_door() {
        let refuses = || async { StatusCode::PAYLOAD_TOO_LARGE };
        let app = Router::new()
            .route("/door", post(refuses))
            .layer(middleware::from_fn(read_out));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let stop = CancellationToken::new();
        let served = tokio::spawn(serve(listener, app, Limits::default(), stop.clone()));
        // Far more than the socket takes while nobody reads.
        let much = vec![b'x'; 12 * 1024 * 1024];
        let head = format!(
            "POST /door HTTP/1.1\r\nhost: here\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
            much.len()
        );
        client.write_all(head.as_bytes()).await.unwrap();
        client.write_all(&much).await.unwrap();
        let mut answer = String::new();
        client.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
        stop.cancel();
        served.await.unwrap();
    }
}
