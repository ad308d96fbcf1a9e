//! The adapter for every server that speaks OpenAI's chat completions over HTTP: the hosted ones, Ollama, llama.cpp, vLLM.
//!
//! Servers differ in what they take. What this one refuses is found out by its refusals, and remembered once a request
//! went through without it: how structure is asked for (see [`Format`]), what the limit of tokens is called, whether a
//! temperature may be given, whether a stream may be asked for its usage.

mod quirks;
mod stream;
mod wire;

use super::port::{Failure, Pieces, Port, Reply, Request};
use futures::{FutureExt, StreamExt, future::BoxFuture};
pub use quirks::Format;
use quirks::Quirks;
use reqwest::{
    Client, Response, StatusCode,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER},
    redirect,
};
use serde_json::Value;
use std::{
    fmt,
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// How long a connection may take to stand.
const CONNECT: Duration = Duration::from_secs(5);
/// The largest answer that is read, in bytes.
const BODY_MAX: usize = 4 * 1024 * 1024;
/// How much of an error's text is looked at, in bytes.
const ERROR_MAX: usize = 64 * 1024;
/// How often one request is changed and sent again because the server refuses a part of it.
const CHANGES_MAX: usize = 6;

/// One server and one of its models.
pub struct OpenAi {
    client: Client,
    url: String,
    model: String,
    authorization: Option<HeaderValue>,
    quirks: Mutex<Quirks>,
}

impl fmt::Debug for OpenAi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenAi")
            .field("url", &self.url)
            .field("model", &self.model)
            .finish_non_exhaustive()
    }
}

impl OpenAi {
    /// For the model `model` behind the base address `url` (with `/v1` where the server has that).
    ///
    /// # Errors
    /// When the key cannot be sent, or the machine's certificates cannot be read.
    pub fn new(url: &str, key: Option<&str>, model: &str) -> anyhow::Result<Self> {
        // SQLx brings its provider along with each connection; reqwest takes the process's. Set already is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = Client::builder()
            .connect_timeout(CONNECT)
            // A redirect would carry what candidates wrote to a place that nobody configured.
            .redirect(redirect::Policy::none())
            .tcp_nodelay(true);
        if url.starts_with("http://") {
            // No certificates are needed, and a machine without any can do this much.
            builder = builder.tls_certs_only([]);
        }
        if is_loopback(url) {
            builder = builder.no_proxy();
        }
        let authorization = key
            .filter(|key| !key.is_empty())
            .map(|key| {
                let mut value = HeaderValue::try_from(format!("Bearer {key}"))?;
                value.set_sensitive(true);
                anyhow::Ok(value)
            })
            .transpose()?;
        Ok(Self {
            client: builder.build()?,
            url: format!("{url}/chat/completions"),
            model: model.to_owned(),
            authorization,
            quirks: Mutex::default(),
        })
    }

    fn quirks(&self) -> Quirks {
        *self.quirks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What went through once is how the next request begins.
    fn remember(&self, quirks: Quirks, with_schema: bool) {
        let mut known = self.quirks.lock().unwrap_or_else(PoisonError::into_inner);
        let format = if with_schema { quirks.format } else { known.format };
        *known = Quirks {
            format,
            proven: known.proven || with_schema,
            ..quirks
        };
    }

    async fn post(&self, body: &Value) -> Result<Response, Failure> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(value) = &self.authorization {
            headers.insert(AUTHORIZATION, value.clone());
        }
        let request = self.client.post(&self.url).headers(headers).body(body.to_string());
        request.send().await.map_err(|error| failure_of(&error))
    }

    /// Sends the request, without whatever this server refuses.
    async fn send(&self, request: &Request, stream: bool) -> Result<(Response, Format), Failure> {
        let mut quirks = self.quirks();
        for _ in 0..=CHANGES_MAX {
            let response = self.post(&wire::body(&self.model, request, quirks, stream)).await?;
            let status = response.status();
            if status.is_success() {
                self.remember(quirks, request.schema.is_some());
                return Ok((response, quirks.format));
            }
            let retry_after = retry_after(response.headers());
            let text = limited(response, ERROR_MAX).await.unwrap_or_default();
            let text = String::from_utf8_lossy(&text).to_lowercase();
            match quirks.without(status.as_u16(), &text, request.schema.is_some()) {
                Some(other) => quirks = other,
                None => return Err(refusal(status, retry_after)),
            }
        }
        Err(Failure::Rejected { status: 400 })
    }

    async fn complete_once(&self, request: &Request) -> Result<Reply, Failure> {
        let (response, format) = self.send(request, false).await?;
        let bytes = limited(response, BODY_MAX).await?;
        let mut reply = wire::reply(&bytes)?;
        reply.format = request.schema.as_ref().map(|_| format.as_str());
        Ok(reply)
    }

    async fn stream_once(&self, request: &Request) -> Result<Pieces, Failure> {
        let (response, _) = self.send(request, true).await?;
        let kind = response.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok());
        if kind.is_some_and(|kind| kind.starts_with("application/json")) {
            // A server that does not stream: one piece, and the end.
            let bytes = limited(response, BODY_MAX).await?;
            return Ok(stream::of_reply(wire::reply(&bytes)?));
        }
        let bytes = response.bytes_stream();
        Ok(stream::pieces(
            bytes.map(|part| part.map_err(|error| failure_of(&error))).boxed(),
        ))
    }
}

impl Port for OpenAi {
    fn model(&self) -> &str {
        &self.model
    }

    fn complete<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Reply, Failure>> {
        self.complete_once(request).boxed()
    }

    fn stream<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Pieces, Failure>> {
        self.stream_once(request).boxed()
    }
}

fn is_loopback(url: &str) -> bool {
    let host = reqwest::Url::parse(url)
        .ok()
        .and_then(|u| u.host_str().map(str::to_owned));
    host.is_some_and(|host| {
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        host == "localhost" || bare.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
    })
}

fn failure_of(error: &reqwest::Error) -> Failure {
    if error.is_connect() {
        Failure::Unreachable
    } else if error.is_timeout() {
        Failure::TimedOut
    } else {
        Failure::Broken
    }
}

fn refusal(status: StatusCode, retry_after: Option<u64>) -> Failure {
    match status.as_u16() {
        401 | 403 => Failure::Refused,
        429 => Failure::Throttled { retry_after },
        408 | 504 => Failure::TimedOut,
        status @ 500.. => Failure::Down { status },
        status => Failure::Rejected { status },
    }
}

/// Seconds; the form with a date is rare and read as "not said".
fn retry_after(headers: &HeaderMap) -> Option<u64> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    text.parse::<f64>()
        .ok()
        .filter(|s| (0.0..=86_400.0).contains(s))
        .map(|s| s.ceil() as u64)
}

/// The body, if it is not larger than `most`.
async fn limited(response: Response, most: usize) -> Result<Vec<u8>, Failure> {
    let mut body = Vec::new();
    let mut parts = response.bytes_stream();
    while let Some(part) = parts.next().await {
        let part = part.map_err(|error| failure_of(&error))?;
        if body.len() + part.len() > most {
            return Err(Failure::Huge);
        }
        body.extend_from_slice(&part);
    }
    Ok(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_nowhere_to_be_read() {
        let adapter = OpenAi::new("http://127.0.0.1:9/v1", Some("sk-very-secret"), "m").unwrap();
        assert!(!format!("{adapter:?} {:?}", adapter.authorization).contains("very-secret"));
        assert!(OpenAi::new("http://127.0.0.1:9/v1", Some("two\nlines"), "m").is_err());
    }

    #[test]
    fn waits_are_read() {
        let mut headers = HeaderMap::new();
        for (text, seconds) in [
            ("7", Some(7)),
            ("0.2", Some(1)),
            ("Wed, 21 Oct 2026", None),
            ("-3", None),
        ] {
            headers.insert(RETRY_AFTER, HeaderValue::from_static(text));
            assert_eq!(retry_after(&headers), seconds, "{text}");
        }
    }

    #[test]
    fn this_machine_is_reached_without_a_proxy() {
        assert!(
            is_loopback("http://127.0.0.1:1/v1")
                && is_loopback("http://[::1]:1/v1")
                && is_loopback("http://localhost/v1")
        );
        assert!(!is_loopback("http://10.0.0.1/v1") && !is_loopback("https://localhost.example.com/v1"));
    }

    #[test]
    fn https_has_its_provider() {
        // Fails where no certificates are installed; with them, the client must be made with ring alone.
        if let Err(error) = OpenAi::new("https://models.example/v1", None, "m") {
            assert!(!format!("{error:#?}").contains("provider"), "{error:#?}");
        }
    }
}
