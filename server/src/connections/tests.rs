use super::*;
use axum::{
    body::{Body, Bytes},
    routing::get,
};
use futures::stream;
use std::convert::Infallible;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    sync::{Notify, mpsc},
    task::JoinHandle,
    time::timeout,
};

/// Far longer than anything here takes.
const LONG: Duration = Duration::from_secs(20);
/// A limit that is reached.
const SHORT: Duration = Duration::from_millis(150);

const PATIENT: Limits = Limits {
    open: 100,
    head: LONG,
    idle: LONG,
    stuck: LONG,
};

/// A server on a port of its own.
struct Served {
    at: SocketAddr,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Served {
    async fn new(limits: Limits, app: Router) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let task = tokio::spawn(serve(listener, app, limits, stop.clone()));
        Self { at, stop, task }
    }

    async fn client(&self) -> TcpStream {
        TcpStream::connect(self.at).await.unwrap()
    }
}

/// Says to whom it speaks, and how long the body was.
fn app() -> Router {
    let whom = |ConnectInfo(peer): ConnectInfo<SocketAddr>| async move { format!("to {peer}!") };
    let length = |body: String| async move { format!("took {}!", body.len()) };
    Router::new().route("/", get(whom).post(length))
}

async fn ask(client: &mut TcpStream) {
    client.write_all(b"GET / HTTP/1.1\r\nhost: here\r\n\r\n").await.unwrap();
}

/// Reads on until what came ends with `end`.
async fn hear(client: &mut TcpStream, end: &str) -> String {
    let mut heard = Vec::new();
    let reading = async {
        while !heard.ends_with(end.as_bytes()) {
            let mut piece = [0; 1024];
            let length = client.read(&mut piece).await.unwrap();
            assert!(length > 0, "it ended after {}", String::from_utf8_lossy(&heard));
            heard.extend_from_slice(&piece[..length]);
        }
    };
    timeout(LONG, reading).await.unwrap();
    String::from_utf8(heard).unwrap()
}

/// Whether the server ends the connection, having said nothing.
async fn is_ended(client: &mut TcpStream) -> bool {
    let mut piece = [0; 1024];
    // One that was reset has ended too.
    matches!(timeout(LONG / 2, client.read(&mut piece)).await, Ok(Ok(0) | Err(_)))
}

#[tokio::test]
async fn requests_are_answered_one_after_the_other() {
    let served = Served::new(PATIENT, app()).await;
    let mut client = served.client().await;
    let own = format!("to {}!", client.local_addr().unwrap());
    for _ in 0..3 {
        ask(&mut client).await;
        assert!(hear(&mut client, &own).await.starts_with("HTTP/1.1 200"));
    }
    // In one piece, the next one behind it.
    let two = b"POST / HTTP/1.1\r\nhost: here\r\ncontent-length: 4\r\n\r\nfourGET / HTTP/1.1\r\nhost: here\r\n\r\n";
    client.write_all(two).await.unwrap();
    assert!(hear(&mut client, &own).await.contains("took 4!"));
}

#[tokio::test]
async fn a_head_that_does_not_come_is_not_waited_for() {
    let limits = Limits { head: SHORT, ..PATIENT };
    let served = Served::new(limits, app()).await;
    let mut silent = served.client().await;
    assert!(is_ended(&mut silent).await, "without a byte");
    let mut broken_off = served.client().await;
    broken_off.write_all(b"GET / HTTP/1.1\r\nhost: he").await.unwrap();
    assert!(is_ended(&mut broken_off).await, "after some");
    // Letter by letter is no better.
    let (mut reads, mut writes) = served.client().await.into_split();
    let dripping = tokio::spawn(async move {
        writes.write_all(b"GET / HTTP/1.1\r\nx: ").await.unwrap();
        while writes.write_all(b"x").await.is_ok() {
            tokio::time::sleep(SHORT / 10).await;
        }
    });
    let mut piece = [0; 1024];
    let ended = timeout(LONG / 2, reads.read(&mut piece)).await;
    assert!(matches!(ended, Ok(Ok(0) | Err(_))), "{ended:?}");
    dripping.await.unwrap();
    // A second head on a connection that was good for one.
    let mut client = served.client().await;
    ask(&mut client).await;
    hear(&mut client, "!").await;
    client.write_all(b"GET / HT").await.unwrap();
    assert!(is_ended(&mut client).await, "of a later request");
}

#[tokio::test]
async fn a_connection_that_rests_is_kept_for_longer_than_a_head_may_take() {
    let limits = Limits { head: SHORT, ..PATIENT };
    let served = Served::new(limits, app()).await;
    let mut client = served.client().await;
    for _ in 0..2 {
        ask(&mut client).await;
        hear(&mut client, "!").await;
        tokio::time::sleep(2 * SHORT).await;
    }
    let limits = Limits { idle: SHORT, ..PATIENT };
    let served = Served::new(limits, app()).await;
    let mut client = served.client().await;
    ask(&mut client).await;
    hear(&mut client, "!").await;
    assert!(is_ended(&mut client).await, "but not for ever");
}

#[tokio::test]
async fn who_takes_nothing_of_an_answer_is_given_up() {
    let (gone, mut is_gone) = mpsc::channel::<()>(1);
    let endless = move || {
        let gone = gone.clone();
        async move {
            let piece = Bytes::from(vec![b'x'; 64 * 1024]);
            // Owned by the body: dropped with it.
            let pieces = stream::repeat_with(move || {
                let _kept = &gone;
                Ok::<_, Infallible>(piece.clone())
            });
            Body::from_stream(pieces)
        }
    };
    let limits = Limits {
        stuck: SHORT,
        ..PATIENT
    };
    let served = Served::new(limits, Router::new().route("/", get(endless))).await;
    let mut client = served.client().await;
    ask(&mut client).await;
    client.read_exact(&mut [0; 10]).await.unwrap();
    // The router goes with the last connection, and what is left of the sender with both.
    served.stop.cancel();
    assert_eq!(timeout(LONG, is_gone.recv()).await, Ok(None));
    drop(client);
}

#[tokio::test]
async fn the_newest_wait_while_there_are_many() {
    let limits = Limits { open: 1, ..PATIENT };
    let served = Served::new(limits, app()).await;
    let mut first = served.client().await;
    ask(&mut first).await;
    hear(&mut first, "!").await;
    let mut second = served.client().await;
    ask(&mut second).await;
    let mut piece = [0; 1];
    assert!(timeout(SHORT, second.read(&mut piece)).await.is_err(), "it waits");
    ask(&mut first).await;
    hear(&mut first, "!").await;
    drop(first);
    hear(&mut second, "!").await;
}

#[tokio::test]
async fn stopping_waits_for_open_requests_and_for_nobody_else() {
    let (come, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (came, goes) = (Arc::clone(&come), Arc::clone(&go));
    let slow = move || {
        let (came, goes) = (Arc::clone(&came), Arc::clone(&goes));
        async move {
            came.notify_one();
            goes.notified().await;
            "done!"
        }
    };
    let served = Served::new(PATIENT, app().route("/slow", get(slow))).await;
    let mut resting = served.client().await;
    ask(&mut resting).await;
    hear(&mut resting, "!").await;
    let mut silent = served.client().await;
    let mut busy = served.client().await;
    busy.write_all(b"GET /slow HTTP/1.1\r\nhost: here\r\n\r\n")
        .await
        .unwrap();
    come.notified().await;
    served.stop.cancel();
    assert!(is_ended(&mut resting).await && is_ended(&mut silent).await);
    assert!(!served.task.is_finished());
    assert!(TcpStream::connect(served.at).await.is_err(), "nobody new is let in");
    go.notify_one();
    hear(&mut busy, "done!").await;
    timeout(LONG, served.task).await.unwrap().unwrap();
}

#[test]
fn there_is_room_for_connections_and_for_files() {
    let files = getrlimit(Resource::Nofile).current;
    let open = most_open();
    assert!(open > 0 && files.is_none_or(|files| (open as u64) < files));
}
