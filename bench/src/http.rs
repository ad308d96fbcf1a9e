//! The smallest HTTP/1.1 client that can keep a connection busy. A library's client would cost more processor time than some
//! of the answers it measures, on the same two cores; it knows nothing of TLS, redirects or trailers.

use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

/// One answer: status, headers as sent, body without its transfer encoding.
#[derive(Debug)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// Header lines, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The whole body.
    pub body: Vec<u8>,
    /// When the first part of a body in parts had arrived.
    pub first: Option<Instant>,
}

impl Answer {
    /// All values of a header.
    pub fn header<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers
            .iter()
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// The body as JSON, if the status says success.
    pub fn json(&self) -> Result<serde_json::Value> {
        ensure!(
            self.status < 300,
            "status {}: {}",
            self.status,
            String::from_utf8_lossy(&self.body)
        );
        Ok(serde_json::from_slice(&self.body)?)
    }
}

/// A request, ready to be written to a socket again and again.
#[derive(Clone, Debug)]
pub struct Request(Vec<u8>);

impl Request {
    /// A request for `path`; `headers` are lines without their line end.
    pub fn new(method: &str, path: &str, headers: &[String], body: &str) -> Self {
        Self::with_bytes(method, path, headers, body.as_bytes())
    }

    /// The same with a body that is no text.
    pub fn with_bytes(method: &str, path: &str, headers: &[String], body: &[u8]) -> Self {
        let mut text = format!("{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n");
        for line in headers {
            text.push_str(line);
            text.push_str("\r\n");
        }
        if method != "GET" {
            text.push_str(&format!("content-length: {}\r\n", body.len()));
        }
        text.push_str("\r\n");
        let mut bytes = text.into_bytes();
        bytes.extend_from_slice(body);
        Self(bytes)
    }
}

/// One kept-open connection.
#[derive(Debug)]
pub struct Connection(BufReader<TcpStream>);

impl Connection {
    /// Connects to `127.0.0.1:port`.
    pub async fn open(port: u16) -> Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.set_nodelay(true)?;
        Ok(Self(BufReader::with_capacity(64 * 1024, stream)))
    }

    /// Sends a request and reads its whole answer.
    pub async fn send(&mut self, request: &Request) -> Result<Answer> {
        self.0.get_mut().write_all(&request.0).await?;
        let status = self.line().await?;
        let status = status
            .split(' ')
            .nth(1)
            .and_then(|code| code.parse().ok())
            .context("no status line")?;
        let mut headers = Vec::new();
        loop {
            let line = self.line().await?;
            if line.is_empty() {
                break;
            }
            let (name, value) = line.split_once(':').context("a header without a colon")?;
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let mut answer = Answer {
            status,
            headers,
            body: Vec::new(),
            first: None,
        };
        let length = answer
            .header("content-length")
            .next()
            .map(str::parse::<usize>)
            .transpose()?;
        match length {
            Some(length) => {
                answer.body.resize(length, 0);
                self.0.read_exact(&mut answer.body).await?;
            }
            None if answer.header("transfer-encoding").any(|value| value == "chunked") => {
                answer.first = Some(self.chunks(&mut answer.body).await?);
            }
            None if status == 204 || status == 304 => {}
            None => bail!("an answer of unknown length"),
        }
        Ok(answer)
    }

    /// Reads all parts; answers when the first had arrived.
    async fn chunks(&mut self, body: &mut Vec<u8>) -> Result<Instant> {
        let mut first = None;
        loop {
            let size = usize::from_str_radix(&self.line().await?, 16)?;
            let start = body.len();
            body.resize(start + size, 0);
            self.0.read_exact(&mut body[start..]).await?;
            self.line().await?;
            let arrived = *first.get_or_insert_with(Instant::now);
            if size == 0 {
                return Ok(arrived);
            }
        }
    }

    async fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        ensure!(
            self.0.read_line(&mut line).await? > 0,
            "the server closed the connection"
        );
        line.truncate(line.trim_end_matches(['\r', '\n']).len());
        Ok(line)
    }
}
