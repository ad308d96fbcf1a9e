//! A form with files, part by part, from whoever may send one.
//!
//! What reads the parts of a form holds in memory whatever it cannot make sense of yet, however much that is: the head of
//! a part that has no end, or what stands before the first part; and it looks through all of that again each time more
//! comes. So it gets a form in small pieces here, a few of them ahead of what it has made of them and no more. Whoever
//! sends nothing for a while is not waited for.

use axum::{
    BoxError,
    body::{Body, BodyDataStream, Bytes},
    extract::{
        FromRequest, Multipart, Request,
        multipart::{Field, MultipartError, MultipartRejection},
    },
};
use futures::{Stream, StreamExt};
use std::{
    error::Error,
    fmt,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::time::Sleep;

/// Bytes that may come before they amount to anything: the head of a part or a piece of its content. Heads have some
/// hundreds.
const AHEAD: usize = 128 * 1024;
/// Bytes that are given at once.
const PIECE: usize = 32 * 1024;
/// For how long nothing may come.
const IDLE: Duration = Duration::from_secs(60);
/// Why a form was not read to its end, although it has not broken off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Halt {
    /// Nothing came for a minute.
    Idle,
    /// Very much came and amounted to nothing.
    Endless,
}

impl fmt::Display for Halt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Idle => "nothing came for too long",
            Self::Endless => "a part of the form has no end",
        })
    }
}

impl Error for Halt {}

impl Halt {
    /// Whether this is why reading failed; it stands below what each layer says of it.
    #[must_use]
    pub fn behind(error: &MultipartError) -> Option<Self> {
        let mut next: Option<&(dyn Error + 'static)> = Some(error);
        while let Some(error) = next {
            if let Some(halt) = error.downcast_ref::<Self>() {
                return Some(*halt);
            }
            next = error.source();
        }
        None
    }
}

/// How far the bytes that were given are ahead of what was made of them.
#[derive(Debug, Default)]
struct Pace {
    /// Bytes given since the last step.
    ahead: AtomicUsize,
    /// Whether what was given is read before more is.
    pause: AtomicBool,
}

impl Pace {
    /// Something came of what was given.
    fn step(&self) {
        self.ahead.store(0, Ordering::Relaxed);
        self.pause.store(true, Ordering::Relaxed);
    }

    /// Notes that so many more are given; whether that is too many.
    fn give(&self, bytes: usize) -> bool {
        self.pause.store(true, Ordering::Relaxed);
        self.ahead.fetch_add(bytes, Ordering::Relaxed) + bytes > AHEAD
    }

    fn takes_a_pause(&self) -> bool {
        self.pause.swap(false, Ordering::Relaxed)
    }
}

/// A body, piece by piece.
struct Pieces {
    /// What comes; none once it has ended.
    body: Option<BodyDataStream>,
    /// What came and was not given yet.
    arrived: Bytes,
    pace: Arc<Pace>,
    idle: Duration,
    /// Runs while nothing comes.
    waiting: Option<Pin<Box<Sleep>>>,
}

impl Pieces {
    fn new(body: Body, pace: Arc<Pace>, idle: Duration) -> Self {
        Self {
            body: Some(body.into_data_stream()),
            arrived: Bytes::new(),
            pace,
            idle,
            waiting: None,
        }
    }

    fn poll_body(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, BoxError>>> {
        let Some(body) = &mut self.body else {
            return Poll::Ready(None);
        };
        let polled = body.poll_next_unpin(cx);
        match polled {
            Poll::Ready(Some(Ok(bytes))) => {
                self.waiting = None;
                Poll::Ready(Some(Ok(bytes)))
            }
            Poll::Ready(end) => {
                self.body = None;
                Poll::Ready(end.map(|broken| broken.map_err(BoxError::from)))
            }
            Poll::Pending => {
                let idle = self.idle;
                let waiting = self.waiting.get_or_insert_with(|| Box::pin(tokio::time::sleep(idle)));
                waiting
                    .as_mut()
                    .poll(cx)
                    .map(|()| Some(Err(BoxError::from(Halt::Idle))))
            }
        }
    }
}

impl Stream for Pieces {
    type Item = Result<Bytes, BoxError>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        if this.pace.takes_a_pause() {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        if this.arrived.is_empty() {
            match ready!(this.poll_body(cx)) {
                Some(Ok(bytes)) => this.arrived = bytes,
                end => return Poll::Ready(end),
            }
        }
        let piece = this.arrived.split_to(this.arrived.len().min(PIECE));
        if this.pace.give(piece.len()) {
            return Poll::Ready(Some(Err(BoxError::from(Halt::Endless))));
        }
        Poll::Ready(Some(Ok(piece)))
    }
}

/// Extractor: the form of a request, not read yet. It is asked for as a `Result`, so that the handler can find out first
/// who asks and whether they may.
#[derive(Debug)]
pub struct FileForm {
    parts: Multipart,
    pace: Arc<Pace>,
}

impl<S: Send + Sync> FromRequest<S> for FileForm {
    type Rejection = MultipartRejection;

    async fn from_request(request: Request, state: &S) -> Result<Self, Self::Rejection> {
        Self::within(IDLE, request, state).await
    }
}

impl FileForm {
    async fn within<S: Send + Sync>(idle: Duration, request: Request, state: &S) -> Result<Self, MultipartRejection> {
        let pace = Arc::<Pace>::default();
        let request = request.map(|body| Body::from_stream(Pieces::new(body, Arc::clone(&pace), idle)));
        let parts = <Multipart as FromRequest<S>>::from_request(request, state).await?;
        Ok(Self { parts, pace })
    }

    /// The next part; none after the last. The one before must have been read to its end.
    ///
    /// # Errors
    /// When the form is not one, breaks off, is too large, or halts ([`Halt`]).
    pub async fn next_part(&mut self) -> Result<Option<Part<'_>>, MultipartError> {
        let Self { parts, pace } = self;
        let pace: &Pace = pace;
        let field = parts.next_field().await?;
        pace.step();
        Ok(field.map(|field| Part { field, pace }))
    }
}

/// A part of a form: a file or a text field.
#[derive(Debug)]
pub struct Part<'a> {
    field: Field<'a>,
    pace: &'a Pace,
}

impl Part<'_> {
    /// The name of its field; empty where it has none.
    #[must_use]
    pub fn name(&self) -> &str {
        self.field.name().unwrap_or_default()
    }

    /// The name of the file, as the sender calls it.
    #[must_use]
    pub fn file_name(&self) -> Option<&str> {
        self.field.file_name()
    }

    /// The next piece of its content; none after the last.
    ///
    /// # Errors
    /// As of [`FileForm::next_part`].
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, MultipartError> {
        let chunk = self.field.chunk().await?;
        self.pace.step();
        Ok(chunk)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::extract::DefaultBodyLimit;
    use futures::stream;
    use std::convert::Infallible;

    async fn form_of(body: Body, idle: Duration) -> FileForm {
        let mut request = Request::new(body);
        let kind = "multipart/form-data; boundary=cut".parse().unwrap();
        request.headers_mut().insert("content-type", kind);
        DefaultBodyLimit::max(64 * 1024 * 1024).apply(&mut request);
        FileForm::within(idle, request, &()).await.unwrap()
    }

    /// A body of `pieces` pieces of 16 kB of `filling` after `start`, and how many of them were taken.
    fn long_body(start: &'static str, filling: &'static str, pieces: usize) -> (Body, Arc<AtomicUsize>) {
        let taken = Arc::<AtomicUsize>::default();
        let counted = Arc::clone(&taken);
        let filled = (0..pieces).map(move |_| {
            counted.fetch_add(1, Ordering::Relaxed);
            Bytes::from(filling.repeat(16 * 1024 / filling.len()))
        });
        let all = std::iter::once(Bytes::from(start)).chain(filled);
        (Body::from_stream(stream::iter(all.map(Ok::<_, Infallible>))), taken)
    }

    async fn read(form: &mut FileForm) -> Result<Vec<(String, Vec<u8>)>, MultipartError> {
        let mut parts = Vec::new();
        while let Some(mut part) = form.next_part().await? {
            let name = part.name().to_owned();
            let mut content = Vec::new();
            while let Some(chunk) = part.chunk().await? {
                content.extend_from_slice(&chunk);
            }
            parts.push((name, content));
        }
        Ok(parts)
    }

    #[tokio::test]
    async fn forms_are_read_however_they_arrive() {
        let large: Vec<u8> = (0..1_000_000_u32).flat_map(u32::to_le_bytes).collect();
        let mut whole = Vec::new();
        for n in 0..300 {
            let part = format!("--cut\r\nContent-Disposition: form-data; name=\"n{n}\"\r\n\r\n{n}\r\n");
            whole.extend_from_slice(part.as_bytes());
        }
        whole.extend_from_slice(b"--cut\r\nContent-Disposition: form-data; name=\"large\"\r\n\r\n");
        whole.extend_from_slice(&large);
        whole.extend_from_slice(b"\r\n--cut--\r\n");
        for size in [whole.len(), 100_000, 97] {
            let pieces: Vec<Bytes> = whole.chunks(size).map(Bytes::copy_from_slice).collect();
            let body = Body::from_stream(stream::iter(pieces.into_iter().map(Ok::<_, Infallible>)));
            let parts = read(&mut form_of(body, IDLE).await).await.unwrap();
            assert_eq!(parts.len(), 301, "in pieces of {size}");
            assert_eq!(parts[299], ("n299".to_owned(), b"299".to_vec()));
            assert!(parts[300].1 == large, "in pieces of {size}");
        }
    }

    #[tokio::test]
    async fn what_never_amounts_to_anything_is_not_gathered() {
        let head = "--cut\r\nContent-Disposition: form-data; name=\"";
        for (start, filling) in [(head, "x"), ("", "no part at all "), ("--cut", " ")] {
            let (body, taken) = long_body(start, filling, 1_000);
            let mut form = form_of(body, IDLE).await;
            let error = read(&mut form).await.unwrap_err();
            assert_eq!(Halt::behind(&error), Some(Halt::Endless), "{start}{filling}");
            let taken = taken.load(Ordering::Relaxed);
            assert!(taken < 20, "{taken} pieces were taken of {start}{filling}");
        }
    }

    #[tokio::test]
    async fn who_sends_nothing_is_not_waited_for() {
        let start = Bytes::from("--cut\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nsome");
        let some = stream::iter([Ok::<_, Infallible>(start)]);
        let body = Body::from_stream(some.chain(stream::pending()));
        let mut form = form_of(body, Duration::from_millis(20)).await;
        let error = read(&mut form).await.unwrap_err();
        assert_eq!(Halt::behind(&error), Some(Halt::Idle));
    }
}
