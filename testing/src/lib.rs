//! A server that speaks like an OpenAI-compatible one and says what a test tells it to: for tests and benches only, in
//! process, on loopback.
//!
//! ```ignore
//! let model = ScriptedModel::start().await;
//! model.say(json!({ "action": "next", "text": "Thank you." }));
//! model.then(Step::Status { status: 429, retry_after: Some(0), body: String::new() });
//! // … ask model.url() …
//! assert_eq!(model.requests().len(), 2);
//! ```
//!
//! Steps are used up in order; when none is left, the answer of [`ScriptedModel::otherwise`] is given, or an error that a
//! test will notice. The same step answers a request with `stream: true` in small pieces and any other whole.
#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops where something is not as it should be"
)]

use axum::{
    Json, Router,
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
    serve::ListenerExt,
};
use futures::{StreamExt, stream};
use serde_json::{Value, json};
use std::{
    collections::VecDeque,
    convert::Infallible,
    fmt,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{net::TcpListener, task::JoinHandle};

/// One answer of the server.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// This text, whole and finished.
    Text(String),
    /// This text, cut off at the most tokens (`finish_reason: length`).
    Length(String),
    /// An HTTP error.
    Status {
        /// The status.
        status: u16,
        /// Seconds in `Retry-After`.
        retry_after: Option<u64>,
        /// The body.
        body: String,
    },
    /// Nothing, ever.
    Hang,
    /// This text, then nothing more, though it is not finished; for a stream.
    Stall(String),
    /// This text, then the connection ends; for a stream. Any other request gets half a body.
    Break(String),
    /// A body that is no JSON.
    Nonsense,
    /// Nothing in the message.
    Empty,
    /// The model declines.
    Refuse,
    /// A message of so many bytes.
    Huge(usize),
}

impl Step {
    /// A value as the text.
    #[must_use]
    pub fn json(value: &Value) -> Self {
        Self::Text(value.to_string())
    }

    /// An HTTP error without more.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self::Status {
            status,
            retry_after: None,
            body: String::new(),
        }
    }
}

/// How the answer to a request is found when no step is left.
type Otherwise = Box<dyn Fn(&Value) -> Step + Send + Sync>;

#[derive(Default)]
struct Script {
    steps: VecDeque<Step>,
    otherwise: Option<Otherwise>,
    requests: Vec<Value>,
    keys: Vec<Option<String>>,
    delay: Duration,
    /// Forms of structure that are refused, as servers that do not know them do.
    refused: Vec<&'static str>,
}

/// The server. Ends when dropped.
pub struct ScriptedModel {
    url: String,
    script: Arc<Mutex<Script>>,
    serving: JoinHandle<()>,
}

impl fmt::Debug for ScriptedModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScriptedModel")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

impl Drop for ScriptedModel {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// The name by which the model calls itself.
pub const MODEL: &str = "scripted-1";

impl ScriptedModel {
    /// Starts it on a free port.
    pub async fn start() -> Self {
        let script = Arc::<Mutex<Script>>::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/v1", listener.local_addr().unwrap());
        // Small pieces go out at once, as real servers send them.
        let listener = listener.tap_io(|stream| stream.set_nodelay(true).unwrap());
        let app = Router::new()
            .route("/v1/chat/completions", post(answer))
            .with_state(Arc::clone(&script));
        let serving = tokio::spawn(async move {
            axum::serve(listener, app).await.unwrap();
        });
        Self { url, script, serving }
    }

    /// Its base address.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    fn script(&self) -> std::sync::MutexGuard<'_, Script> {
        self.script.lock().unwrap()
    }

    /// Adds a step.
    pub fn then(&self, step: Step) -> &Self {
        self.script().steps.push_back(step);
        self
    }

    /// Adds a value as an answer.
    pub fn say(&self, value: Value) -> &Self {
        self.then(Step::json(&value))
    }

    /// Answers like this when no step is left; the request's body is given.
    pub fn otherwise(&self, answer: impl Fn(&Value) -> Step + Send + Sync + 'static) -> &Self {
        self.script().otherwise = Some(Box::new(answer));
        self
    }

    /// Waits so long before each answer.
    pub fn slow(&self, delay: Duration) -> &Self {
        self.script().delay = delay;
        self
    }

    /// Refuses these ways of asking for structure: `json_schema`, `json_object`, or `schema` beside `json_object`.
    pub fn refuse(&self, formats: &[&'static str]) -> &Self {
        self.script().refused = formats.to_vec();
        self
    }

    /// The bodies of all requests so far.
    #[must_use]
    pub fn requests(&self) -> Vec<Value> {
        self.script().requests.clone()
    }

    /// The `Authorization` of all requests so far.
    #[must_use]
    pub fn keys(&self) -> Vec<Option<String>> {
        self.script().keys.clone()
    }
}

async fn answer(State(script): State<Arc<Mutex<Script>>>, headers: HeaderMap, Json(request): Json<Value>) -> Response {
    let (refusal, delay) = {
        let mut script = script.lock().unwrap();
        let key = headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok());
        script.keys.push(key.map(str::to_owned));
        script.requests.push(request.clone());
        (refused(&script.refused, &request), script.delay)
    };
    if let Some(text) = refusal {
        let body = json!({ "error": { "message": text, "type": "invalid_request_error" } });
        return (StatusCode::BAD_REQUEST, Json(body)).into_response();
    }
    let step = {
        let mut script = script.lock().unwrap();
        let step = script.steps.pop_front();
        step.or_else(|| script.otherwise.as_ref().map(|answer| answer(&request)))
    };
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    match step {
        Some(step) => act(step, request["stream"] == true).await,
        None => (StatusCode::NOT_IMPLEMENTED, "the script is at its end").into_response(),
    }
}

/// What is said about a form of structure that this server does not know.
fn refused(refused: &[&str], request: &Value) -> Option<&'static str> {
    let format = request.get("response_format")?;
    let kind = format["type"].as_str()?;
    if refused.contains(&kind) {
        return Some("response_format: input should be one that this server knows");
    }
    (refused.contains(&"schema") && kind == "json_object" && format.get("schema").is_some())
        .then_some("response_format: extra inputs are not permitted")
}

async fn act(step: Step, stream: bool) -> Response {
    match step {
        Step::Text(text) => said(&text, "stop", stream),
        Step::Length(text) => said(&text, "length", stream),
        Step::Huge(bytes) => said(&"long ".repeat(bytes / 5), "stop", stream),
        Step::Empty => said("", "stop", stream),
        Step::Status {
            status,
            retry_after,
            body,
        } => {
            let mut response = (StatusCode::from_u16(status).unwrap(), body).into_response();
            if let Some(seconds) = retry_after {
                response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
            }
            response
        }
        Step::Hang => std::future::pending().await,
        Step::Stall(text) => {
            let open = stream::pending().boxed();
            events(stream::iter(frames(&text)).chain(open).boxed())
        }
        Step::Break(text) if stream => events(stream::iter(frames(&text)).boxed()),
        Step::Break(_) => ([(header::CONTENT_TYPE, "application/json")], "{\"choices\":[{\"mess").into_response(),
        Step::Nonsense => "<html>Bad gateway</html>".into_response(),
        Step::Refuse => {
            let message = json!({ "role": "assistant", "refusal": "I cannot help with that." });
            if stream {
                events(stream::iter([frame(&json!({ "choices": [{ "delta": message }] }))]).boxed())
            } else {
                Json(json!({ "choices": [{ "message": message }] })).into_response()
            }
        }
    }
}

/// About as many tokens as a real one would count.
fn tokens(text: &str) -> usize {
    text.len().div_ceil(4)
}

fn said(text: &str, finish: &str, stream: bool) -> Response {
    let usage = json!({ "prompt_tokens": 100, "completion_tokens": tokens(text), "total_tokens": 100 + tokens(text) });
    if !stream {
        let message = json!({ "role": "assistant", "content": text });
        let choice = json!({ "index": 0, "message": message, "finish_reason": finish });
        return Json(
            json!({ "id": "x", "object": "chat.completion", "model": MODEL, "choices": [choice], "usage": usage }),
        )
        .into_response();
    }
    let end = json!({ "model": MODEL, "choices": [{ "index": 0, "delta": {}, "finish_reason": finish }] });
    let count = json!({ "model": MODEL, "choices": [], "usage": usage });
    let last = [frame(&end), frame(&count), "data: [DONE]\n\n".to_owned()];
    events(stream::iter(frames(text)).chain(stream::iter(last)).boxed())
}

fn frame(value: &Value) -> String {
    format!("data: {value}\n\n")
}

/// The text in pieces of a few characters.
fn frames(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let piece = |piece: &[char]| {
        let delta = json!({ "content": piece.iter().collect::<String>() });
        frame(&json!({ "model": MODEL, "choices": [{ "index": 0, "delta": delta, "finish_reason": null }] }))
    };
    chars.chunks(4).map(piece).collect()
}

fn events(frames: stream::BoxStream<'static, String>) -> Response {
    let body = Body::from_stream(frames.map(Ok::<_, Infallible>));
    ([(header::CONTENT_TYPE, "text/event-stream")], body).into_response()
}
