//! Creators' event streams: what each costs in memory while nothing happens, and how soon all of them hear of a change.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::pages::sign_in_as;
use crate::server::Server;
use crate::{Api, ms};

/// Streams that are open at the same time.
const STREAMS: usize = 2_000;
/// Of one person: the server ends the oldest beyond 32.
const OF_ONE: usize = 25;
/// How long a stream may take to open, or to tell.
const PATIENCE: Duration = Duration::from_secs(20);

/// One open stream.
struct Listener {
    socket: TcpStream,
    heard: Vec<u8>,
}

impl Listener {
    /// Opens it and waits for its first word.
    async fn open(port: u16, slug: &str, cookie: &str) -> Result<Self> {
        let mut socket = TcpStream::connect(("127.0.0.1", port)).await?;
        let request = format!(
            "GET /events/w/{slug} HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: text/event-stream\r\n{cookie}\r\n\r\n"
        );
        socket.write_all(request.as_bytes()).await?;
        let mut listener = Self {
            socket,
            heard: Vec::new(),
        };
        listener.until("data: {}").await?;
        ensure!(listener.heard.starts_with(b"HTTP/1.1 200"), "the stream was refused");
        listener.heard = Vec::new();
        Ok(listener)
    }

    /// Reads until `words` came.
    async fn until(&mut self, words: &str) -> Result<()> {
        let read = async {
            let mut chunk = [0; 2_048];
            while !self.heard.windows(words.len()).any(|w| w == words.as_bytes()) {
                match self.socket.read(&mut chunk).await? {
                    0 => bail!("the server closed a stream: {}", String::from_utf8_lossy(&self.heard)),
                    n => self.heard.extend_from_slice(&chunk[..n]),
                }
            }
            Ok(())
        };
        tokio::time::timeout(PATIENCE, read)
            .await
            .context("a stream stayed silent")?
    }
}

/// Measures and prints.
pub async fn measure(server: &Server, api: &Api, slug: &str, interview: &str) -> Result<()> {
    let mut cookies = Vec::new();
    for person in 0..STREAMS / OF_ONE {
        let email = format!("viewer{person}@example.com");
        server.add_user(&email, "viewer")?;
        cookies.push(sign_in_as(server.port, &email).await?);
    }
    let open = async |n: usize| Listener::open(server.port, slug, &cookies[n / OF_ONE]).await;
    // What the first streams make the process take is not what each costs.
    let mut listeners = Vec::with_capacity(STREAMS);
    while listeners.len() < 2 * OF_ONE {
        listeners.push(open(listeners.len()).await?);
    }
    let before = server.memory()?;
    let measured = STREAMS - listeners.len();
    while listeners.len() < STREAMS {
        listeners.push(open(listeners.len()).await?);
    }
    #[expect(clippy::cast_precision_loss, reason = "two thousand")]
    let each = (server.memory()? - before) * 1_000.0 / measured as f64;
    println!("event streams open   {STREAMS:8}");
    println!("memory of a stream   {each:8.1} kB");

    // A candidate is added: each of them is told.
    let start = Instant::now();
    let person = json!({"name": "Somebody New"});
    api.post(&format!("/interviews/{interview}/candidates"), &person)
        .await?;
    for listener in &mut listeners {
        listener.until(interview).await?;
    }
    println!("all streams told in  {:8.1} ms", ms(start.elapsed()));
    Ok(())
}
