//! Connections: taken, served, and ended where they only keep a place. Whoever opens many and then sends next to nothing
//! (the head of a request letter by letter, or none at all) or takes nothing of an answer would have the server hold them
//! all, and with them its files. Bodies that do not arrive are [`crate::arriving`]'s.
//!
//! HTTP/1.1 only: what speaks HTTP/2 with browsers is a proxy in front.

use axum::{Router, extract::ConnectInfo};
use http::Request;
use hyper::{
    body::Incoming,
    rt::{Sleep, Timer},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::{
    io,
    net::SocketAddr,
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::Service;

/// How long nothing is taken after it failed: files may be free again by then.
const PAUSE: Duration = Duration::from_millis(250);

/// What a connection may keep the server waiting for, and how many there may be.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at once; the newest wait until another one ends.
    pub open: usize,
    /// From its first byte to the end of a request's head; the first request of a connection counts from its opening.
    pub head: Duration,
    /// Between an answer and the next request. Longer than proxies keep a connection that nobody uses (nginx a minute, Caddy
    /// two): if it were closed on this side, a request could be on its way just then, and be lost.
    pub idle: Duration,
    /// For how long a client may take nothing of its answer.
    pub stuck: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            open: most_open(),
            head: Duration::from_secs(30),
            idle: Duration::from_secs(180),
            stuck: Duration::from_secs(300),
        }
    }
}

/// Files that are enough for any crowd that one machine answers.
const FILES: u64 = 65_536;

/// Lets the process have as many files open as it may allow itself. Most systems begin with about a thousand, for the sake of
/// programs that cannot count further.
pub fn allow_files() {
    let limit = getrlimit(Resource::Nofile);
    let most = limit.maximum.unwrap_or(FILES).min(FILES);
    if limit.current.is_none_or(|now| now >= most) {
        return;
    }
    let more = Rlimit {
        current: Some(most),
        maximum: limit.maximum,
    };
    if let Err(error) = setrlimit(Resource::Nofile, more) {
        tracing::debug!(%error, "the limit of open files stays");
    }
}

/// Three quarters of the files that the process may have open: the database, uploads and the readers of documents need some
/// as well, whoever comes.
fn most_open() -> usize {
    let files = getrlimit(Resource::Nofile).current;
    files
        .and_then(|files| usize::try_from(files - files / 4).ok())
        .unwrap_or(Semaphore::MAX_PERMITS)
        .clamp(1, Semaphore::MAX_PERMITS)
}

/// Serves until `stop`, and then until every open request was answered; connections without one end at once.
pub async fn serve(listener: TcpListener, app: Router, limits: Limits, stop: CancellationToken) {
    // Once for all, not with each request.
    let app: Router = app.with_state(());
    let places = Arc::new(Semaphore::new(limits.open));
    let open = TaskTracker::new();
    loop {
        let next = async {
            let place = free_place(&places).await;
            (place, accept(&listener).await)
        };
        let (place, (stream, peer)) = tokio::select! {
            () = stop.cancelled() => break,
            taken = next => taken,
        };
        // A child of its own: connections do not meet at one lock whenever something comes.
        let (app, stop) = (app.clone(), stop.child_token());
        open.spawn(async move {
            serve_one(stream, peer, app, limits, stop).await;
            drop(place);
        });
    }
    drop(listener);
    open.close();
    open.wait().await;
}

/// Waits until there is room for one more.
async fn free_place(places: &Arc<Semaphore>) -> Option<OwnedSemaphorePermit> {
    if let Ok(place) = Arc::clone(places).try_acquire_owned() {
        return Some(place);
    }
    tracing::warn!("there are as many connections as there may be; the next one waits until another ends");
    // Fails for a semaphore that was closed, and nobody closes this one.
    Arc::clone(places).acquire_owned().await.ok()
}

async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(taken) => return taken,
            Err(error) if is_of_client(&error) => {}
            Err(error) => {
                // Of no more files, most likely. At once it would only fail again.
                tracing::error!(%error, "no connection can be taken now");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

/// Whether the client was gone before it was let in.
fn is_of_client(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset
    )
}

async fn serve_one(stream: TcpStream, peer: SocketAddr, app: Router, limits: Limits, stop: CancellationToken) {
    // Without it a streamed page waits for the client's delayed acknowledgement, 40 ms each time.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY");
    }
    let heard = Arc::<AtomicBool>::default();
    let timer = HeadTimer {
        heard: Arc::clone(&heard),
        head: limits.head,
        later: AtomicBool::new(false),
    };
    let line = Line {
        stream,
        heard,
        stuck: limits.stuck,
        waiting: None,
    };
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        app.clone().call(request)
    });
    let connection = http1::Builder::new()
        .timer(timer)
        .header_read_timeout(limits.idle)
        .serve_connection(TokioIo::new(line), service);
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        biased;
        ended = connection.as_mut() => ended,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended");
    }
}

/// A connection's socket. Notes that something came, and breaks off where nothing goes out.
struct Line {
    stream: TcpStream,
    heard: Arc<AtomicBool>,
    stuck: Duration,
    /// Runs while nothing goes out.
    waiting: Option<Pin<Box<tokio::time::Sleep>>>,
}

impl Line {
    /// What became of writing, unless it has been pending for too long.
    fn unless_stuck<T>(&mut self, cx: &mut Context<'_>, polled: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if polled.is_ready() {
            self.waiting = None;
            return polled;
        }
        let stuck = self.stuck;
        let waiting = self.waiting.get_or_insert_with(|| Box::pin(tokio::time::sleep(stuck)));
        waiting
            .as_mut()
            .poll(cx)
            .map(|()| Err(io::Error::from(io::ErrorKind::TimedOut)))
    }
}

impl AsyncRead for Line {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buf.filled().len();
        let polled = Pin::new(&mut this.stream).poll_read(cx, buf);
        if buf.filled().len() > before {
            this.heard.store(true, Ordering::Relaxed);
        }
        polled
    }
}

impl AsyncWrite for Line {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let polled = Pin::new(&mut this.stream).poll_write(cx, buf);
        this.unless_stuck(cx, polled)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let polled = Pin::new(&mut this.stream).poll_write_vectored(cx, bufs);
        this.unless_stuck(cx, polled)
    }
}

/// Times the heads of one connection's requests. hyper asks for one wait a head, [`Limits::idle`] long, and polls it
/// whenever the head is not whole yet: the first time that something came of it, the wait becomes the shorter one.
struct HeadTimer {
    heard: Arc<AtomicBool>,
    head: Duration,
    /// Whether this is no longer the first head.
    later: AtomicBool,
}

impl Timer for HeadTimer {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        self.sleep_until(self.now() + duration)
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn Sleep>> {
        let later = self.later.swap(true, Ordering::Relaxed);
        // Whoever opens a connection has something to ask.
        self.heard.store(!later, Ordering::Relaxed);
        Box::pin(HeadWait {
            heard: Arc::clone(&self.heard),
            head: Some(self.head),
            wait: Box::pin(tokio::time::sleep_until(deadline.into())),
        })
    }

    fn now(&self) -> Instant {
        tokio::time::Instant::now().into_std()
    }
}

/// The wait for one head.
struct HeadWait {
    heard: Arc<AtomicBool>,
    /// None once it has begun to come.
    head: Option<Duration>,
    wait: Pin<Box<tokio::time::Sleep>>,
}

impl Future for HeadWait {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.get_mut();
        if this.heard.load(Ordering::Relaxed)
            && let Some(head) = this.head.take()
        {
            this.wait.as_mut().reset(tokio::time::Instant::now() + head);
        }
        this.wait.as_mut().poll(cx)
    }
}

impl Sleep for HeadWait {}

#[cfg(test)]
mod tests;
