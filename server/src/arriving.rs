//! Bodies that do not arrive: the head of a request came, and what it announced comes so slowly that it only keeps a place.
//! Whoever sends something every now and then is waited for, however long it takes on a bad line; whoever sends nothing, or
//! next to nothing, hears 408. Forms with files keep a limit of their own ([`crate::form`]): they may be large.

use crate::{api::error::ApiError, candidate_pages, lookups::takes_page, security, state::AppState};
use axum::{
    BoxError, Json,
    body::{Body, Bytes, HttpBody},
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use hyper::body::{Frame, SizeHint};
use parley_app::{error::AppError, messages::Locale};
use parley_domain::conversation::{CandidateError, CandidateErrorCode};
use std::{
    fmt,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};
use tokio::time::{Instant, Sleep, sleep_until};

/// How long a body is waited for.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For how long nothing may come; also what everybody has, however little comes.
    pub silence: Duration,
    /// Bytes that must come a second on average, once that is over.
    pub pace: u32,
}

impl Default for Patience {
    /// A long answer is ten thousand bytes, and the worst line that is still one has some thousands of bits a second.
    fn default() -> Self {
        Self {
            silence: Duration::from_secs(60),
            pace: 250,
        }
    }
}

/// Why a body was not read to its end.
#[derive(Clone, Copy, Debug)]
struct Late;

impl fmt::Display for Late {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the body did not arrive in time")
    }
}

impl std::error::Error for Late {}

/// A body that is waited for so long and no longer. Costs nothing as long as there is no waiting.
struct Arriving {
    body: Body,
    patience: Patience,
    /// Bytes that came.
    came: u64,
    /// When it was first waited for.
    since: Option<Instant>,
    /// Runs while nothing comes.
    waiting: Option<Pin<Box<Sleep>>>,
    /// Whether it was given up: for who answers.
    late: Arc<AtomicBool>,
}

impl Arriving {
    /// Ready when it is too late.
    fn poll_late(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let waiting = self.waiting.get_or_insert_with(|| {
            let now = Instant::now();
            let earned = Duration::from_secs(self.came / u64::from(self.patience.pace.max(1)));
            let whole = *self.since.get_or_insert(now) + self.patience.silence + earned;
            Box::pin(sleep_until(whole.min(now + self.patience.silence)))
        });
        waiting.as_mut().poll(cx)
    }
}

impl HttpBody for Arriving {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = self.get_mut();
        match Pin::new(&mut this.body).poll_frame(cx) {
            Poll::Ready(frame) => {
                this.waiting = None;
                if let Some(Ok(frame)) = &frame {
                    this.came += frame.data_ref().map_or(0, |data| data.len() as u64);
                }
                Poll::Ready(frame.map(|frame| frame.map_err(BoxError::from)))
            }
            Poll::Pending => this.poll_late(cx).map(|()| {
                this.late.store(true, Ordering::Relaxed);
                Some(Err(BoxError::from(Late)))
            }),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// Who hears that it was too late, and in what form.
enum Asker {
    Program,
    /// The chat, which has sentences of its own.
    Chat,
    CandidatePage(Locale),
    Desk,
    Page,
}

impl Asker {
    fn of(request: &Request) -> Self {
        let (path, headers) = (request.uri().path(), request.headers());
        if path.starts_with("/api/") {
            Self::Program
        } else if security::is_candidate(path) {
            if path.starts_with("/i/") || takes_page(headers) {
                Self::CandidatePage(candidate_pages::preferred(headers))
            } else {
                Self::Chat
            }
        } else if path.starts_with("/sfn/") && !takes_page(headers) {
            Self::Desk
        } else {
            Self::Page
        }
    }

    fn hears(&self, state: &AppState) -> Response {
        let mut response = match self {
            Self::Program => ApiError::stalled().into_response(),
            Self::Chat => Json(CandidateError {
                error: CandidateErrorCode::Unavailable,
                detail: "This did not arrive in time and was not stored. Send it again.".to_owned(),
                retry_after: None,
                view: None,
            })
            .into_response(),
            Self::CandidatePage(locale) => candidate_pages::too_slow(state, *locale),
            Self::Desk => Json(AppError::Offline).into_response(),
            Self::Page => {
                "This did not arrive in time, so nothing was done. Go back and send it again.".into_response()
            }
        };
        *response.status_mut() = StatusCode::REQUEST_TIMEOUT;
        // The rest of the body may still come: nothing else can be said on this connection.
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(header::CONNECTION, close);
        response
    }
}

/// Whether it is a form with files, which is read with a limit of its own.
fn is_upload(request: &Request) -> bool {
    let path = request.uri().path();
    let form = || {
        let kind = request.headers().get(header::CONTENT_TYPE);
        kind.is_some_and(|kind| kind.as_bytes().starts_with(b"multipart/form-data"))
    };
    path.starts_with("/upload/") || (path.starts_with("/api/") && form())
}

/// Layer: see the module. Whatever a handler made of a body that broke off, it was not done.
pub async fn limit(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if request.body().is_end_stream() || is_upload(&request) {
        return next.run(request).await;
    }
    let asker = Asker::of(&request);
    let late = Arc::<AtomicBool>::default();
    let request = request.map(|body| {
        Body::new(Arriving {
            body,
            patience: state.patience,
            came: 0,
            since: None,
            waiting: None,
            late: Arc::clone(&late),
        })
    });
    let response = next.run(request).await;
    if late.load(Ordering::Relaxed) {
        asker.hears(&state)
    } else {
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::{Stream, StreamExt, stream};
    use std::convert::Infallible;

    /// A body that comes in pieces of `size` bytes every so often, and what became of it.
    async fn read(patience: Patience, pieces: impl Stream<Item = usize> + Send + 'static) -> Result<usize, bool> {
        let late = Arc::<AtomicBool>::default();
        let bytes = pieces.map(|size| Ok::<_, Infallible>(Bytes::from(vec![b'x'; size])));
        let body = Body::new(Arriving {
            body: Body::from_stream(bytes),
            patience,
            came: 0,
            since: None,
            waiting: None,
            late: Arc::clone(&late),
        });
        let all = axum::body::to_bytes(body, usize::MAX).await;
        all.map(|all| all.len()).map_err(|_| late.load(Ordering::Relaxed))
    }

    fn every(pause: Duration, size: usize, pieces: usize) -> impl Stream<Item = usize> + Send {
        stream::iter(0..pieces).then(move |_| async move {
            tokio::time::sleep(pause).await;
            size
        })
    }

    const PATIENCE: Patience = Patience {
        silence: Duration::from_millis(500),
        pace: 100,
    };

    #[tokio::test]
    async fn a_slow_line_is_waited_for() {
        // Longer in all than nothing may come for; far above the pace, as this machine may be busy.
        let pieces = every(Duration::from_millis(50), 100, 20);
        assert_eq!(read(PATIENCE, pieces).await, Ok(2_000));
    }

    #[tokio::test]
    async fn who_sends_nothing_more_is_not_waited_for() {
        let broken_off = stream::iter([100_000]).chain(stream::pending());
        assert_eq!(read(PATIENCE, broken_off).await, Err(true), "what came does not help");
        assert_eq!(read(PATIENCE, stream::pending()).await, Err(true), "from the start");
    }

    #[tokio::test]
    async fn who_sends_next_to_nothing_is_not_waited_for() {
        let dripping = every(Duration::from_millis(20), 1, 10_000);
        assert_eq!(read(PATIENCE, dripping).await, Err(true));
    }

    #[tokio::test]
    async fn a_body_that_fails_is_not_late() {
        let broken = Body::from_stream(stream::iter([Err::<Bytes, _>("reset")]));
        let late = Arc::<AtomicBool>::default();
        let body = Body::new(Arriving {
            body: broken,
            patience: PATIENCE,
            came: 0,
            since: None,
            waiting: None,
            late: Arc::clone(&late),
        });
        assert!(axum::body::to_bytes(body, usize::MAX).await.is_err());
        assert!(!late.load(Ordering::Relaxed));
    }
}
