//! The port: what is asked of a model, what comes back, and what can go wrong. Knows of no server and no protocol.

use futures::{future::BoxFuture, stream::BoxStream};
use parley_domain::{ai::Purpose, id::WorkspaceId};
use serde_json::Value;
use std::{fmt, time::Duration};
use uuid::Uuid;

/// Something that answers requests: an adapter. One try per call; waiting, repeating and recording are the gateway's.
pub trait Port: Send + Sync + fmt::Debug {
    /// The model's name, as the settings have it.
    fn model(&self) -> &str;

    /// Asks and waits for the whole answer.
    fn complete<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Reply, Failure>>;

    /// Asks, and answers with the pieces as they are written. Ends with [`Piece::End`]; a stream that ends otherwise broke.
    fn stream<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Pieces, Failure>>;
}

/// An answer on its way.
pub type Pieces = BoxStream<'static, Result<Piece, Failure>>;

/// A part of an answer on its way.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    /// More text.
    Text(String),
    /// That was all.
    End(End),
}

/// What is known when an answer is whole.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct End {
    /// The model, as its server calls itself; empty if it does not say.
    pub model: String,
    /// What it counted.
    pub usage: Usage,
    /// Whether the answer was cut off at the most tokens that were allowed.
    pub cut: bool,
}

/// A whole answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reply {
    /// The text.
    pub text: String,
    /// The model, usage, and whether it was cut off.
    pub end: End,
    /// How structure was asked for, where it was: `json_schema`, `json_object_schema`, `json_object` or `plain`.
    pub format: Option<&'static str>,
}

/// Tokens, where the server counted them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Read.
    pub input: Option<i64>,
    /// Written.
    pub output: Option<i64>,
}

impl Usage {
    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        let sum = |a: Option<i64>, b: Option<i64>| match (a, b) {
            (None, None) => None,
            (a, b) => Some(a.unwrap_or(0) + b.unwrap_or(0)),
        };
        Self {
            input: sum(self.input, other.input),
            output: sum(self.output, other.output),
        }
    }
}

/// Who speaks in a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// We, with what is asked and the data it is about.
    User,
    /// The model, earlier.
    Assistant,
}

/// One message of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Who says it.
    pub role: Role,
    /// What.
    pub text: String,
}

/// The structure that an answer must have.
#[derive(Clone, Debug, PartialEq)]
pub struct Schema {
    /// A short name in lower_snake_case.
    pub name: &'static str,
    /// JSON Schema. To be accepted everywhere: every property `required`, `additionalProperties: false` on every object,
    /// optional values as `["string", "null"]`. Ranges are not enforced by most servers: check them.
    pub value: Value,
    /// The same with everything that it may say on top, lengths and counts, for servers that let a model write nothing else
    /// (llama.cpp): where there is one, it goes to them.
    pub narrow: Option<Value>,
}

/// Whether somebody waits for the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Urgency {
    /// A person looks at the screen.
    Live,
    /// A job; leaves room for those who look.
    Background,
}

/// What is asked of a model. What people wrote belongs into [`Request::data`], never into the system text.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// What for.
    pub purpose: Purpose,
    /// Who asks: usage is counted there.
    pub workspace: WorkspaceId,
    /// What it is about, by id: a session, an interview, a file.
    pub subject: Option<Uuid>,
    /// Whether somebody waits.
    pub urgency: Urgency,
    /// The instructions.
    pub system: String,
    /// The conversation: data, and, after an unusable answer, the repair.
    pub messages: Vec<Message>,
    /// The structure of the answer; none for plain text.
    pub schema: Option<Schema>,
    /// Most tokens of the answer.
    pub max_tokens: u32,
    /// 0 for the likeliest words.
    pub temperature: f32,
    /// How long everything may take, tries and waiting included.
    pub deadline: Duration,
}

impl Request {
    /// A background request for plain text: 1,000 tokens, temperature 0, one minute.
    #[must_use]
    pub fn new(purpose: Purpose, workspace: WorkspaceId, system: impl Into<String>) -> Self {
        Self {
            purpose,
            workspace,
            subject: None,
            urgency: Urgency::Background,
            system: system.into(),
            messages: Vec::new(),
            schema: None,
            max_tokens: 1_000,
            temperature: 0.0,
            deadline: Duration::from_secs(60),
        }
    }

    /// Says what it is about.
    #[must_use]
    pub fn about(mut self, subject: impl Into<Uuid>) -> Self {
        self.subject = Some(subject.into());
        self
    }

    /// Somebody waits for it.
    #[must_use]
    pub fn live(mut self) -> Self {
        self.urgency = Urgency::Live;
        self
    }

    /// Adds what the request is about. It is sent as one JSON document, so that no text in it can end it and go on as
    /// instructions; characters that nobody sees are taken out ([`super::clean`]).
    #[must_use]
    pub fn data(mut self, data: &Value) -> Self {
        self.messages.push(Message {
            role: Role::User,
            text: super::prompt::as_data(data),
        });
        self
    }

    /// Asks for this structure.
    #[must_use]
    pub fn schema(mut self, name: &'static str, value: Value) -> Self {
        self.schema = Some(Schema {
            name,
            value,
            narrow: None,
        });
        self
    }

    /// The structure as [`Schema::narrow`] has it.
    #[must_use]
    pub fn narrow_schema(mut self, narrow: Value) -> Self {
        if let Some(schema) = &mut self.schema {
            schema.narrow = Some(narrow);
        }
        self
    }

    /// Most tokens of the answer.
    #[must_use]
    pub fn max_tokens(mut self, most: u32) -> Self {
        self.max_tokens = most;
        self
    }

    /// How free the choice of words is.
    #[must_use]
    pub fn temperature(mut self, temperature: f32) -> Self {
        self.temperature = temperature;
        self
    }

    /// How long everything may take.
    #[must_use]
    pub fn within(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }
}

/// Why there is no usable answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// No model is configured.
    #[error("no model is configured")]
    Off,
    /// The model failed several times in a row and is left alone for a while.
    #[error("the model is left alone for a while after failing")]
    Resting,
    /// All places at the model were taken until time was up.
    #[error("too many requests to the model at once")]
    Crowded,
    /// The server says: too often (429), try again after so many seconds.
    #[error("the model's server takes no more requests now")]
    Throttled {
        /// Seconds to wait, where it says so.
        retry_after: Option<u64>,
    },
    /// The key is missing, wrong or not allowed to do this (401, 403).
    #[error("the model's server refuses the key")]
    Refused,
    /// The request itself was not taken: unknown model, too much text (other 4xx).
    #[error("the model's server did not take the request (status {status})")]
    Rejected {
        /// The HTTP status.
        status: u16,
    },
    /// The server failed (5xx).
    #[error("the model's server failed (status {status})")]
    Down {
        /// The HTTP status.
        status: u16,
    },
    /// It could not be reached.
    #[error("the model's server cannot be reached")]
    Unreachable,
    /// It did not answer in time.
    #[error("the model did not answer in time")]
    TimedOut,
    /// The answer broke off or was not of the protocol.
    #[error("the model's answer broke off or could not be read")]
    Broken,
    /// The answer was empty.
    #[error("the model's answer was empty")]
    Empty,
    /// The answer was larger than any that is asked for.
    #[error("the model's answer was too large")]
    Huge,
    /// The answer was cut off at the most tokens.
    #[error("the model's answer was cut off")]
    Cut,
    /// The model declined to answer.
    #[error("the model declined to answer")]
    Declined,
    /// The answer does not have the asked structure, or says what cannot be; also after it was asked to repair it.
    #[error("the model's answer is not valid: {0}")]
    Invalid(String),
}

impl Failure {
    /// The code that is recorded: lower_snake_case, says nothing of the content.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Resting => "resting",
            Self::Crowded => "crowded",
            Self::Throttled { .. } => "throttled",
            Self::Refused => "refused",
            Self::Rejected { .. } => "rejected",
            Self::Down { .. } => "down",
            Self::Unreachable => "unreachable",
            Self::TimedOut => "timed_out",
            Self::Broken => "broken",
            Self::Empty => "empty",
            Self::Huge => "huge",
            Self::Cut => "cut",
            Self::Declined => "declined",
            Self::Invalid(_) => "invalid",
        }
    }

    /// For people who look after the installation: what happened and what to do.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Off => "No AI model is configured; the built-in engine does the work.".into(),
            Self::Resting => "The AI model failed several times in a row and is left alone for a moment.".into(),
            Self::Crowded => "Too many requests are waiting for the AI model. Try again in a moment.".into(),
            Self::Throttled { .. } => {
                "The AI server takes no more requests right now (429). Try again later, or raise the limit there."
                    .into()
            }
            Self::Refused => "The AI server refuses the key. Check it, and what it is allowed to do.".into(),
            Self::Rejected { status: 404 } => {
                "The AI server knows no such address or model (404). Check both; most addresses end in /v1.".into()
            }
            Self::Rejected { status } => {
                format!("The AI server did not take the request ({status}). Check the name of the model.")
            }
            Self::Down { status } => format!("The AI server failed ({status}). Try again, and look into its log."),
            Self::Unreachable => {
                "The AI server cannot be reached. Check the address, and that it is running and reachable from here."
                    .into()
            }
            Self::TimedOut => "The AI model did not answer in time. Try a smaller or faster one.".into(),
            Self::Broken => "The AI server's answer broke off or could not be read.".into(),
            Self::Empty => "The AI model answered with nothing.".into(),
            Self::Huge => "The AI model answered with more text than can be right.".into(),
            Self::Cut => "The AI model's answer was cut off at its limit.".into(),
            Self::Declined => "The AI model declined to answer.".into(),
            Self::Invalid(_) => "The AI model's answer did not have the asked structure, twice.".into(),
        }
    }

    /// Whether the same request may work in a moment.
    #[must_use]
    pub const fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::Throttled { .. } | Self::Down { .. } | Self::Unreachable | Self::Broken
        )
    }

    /// Whether it says something about the server rather than about this request.
    #[must_use]
    pub const fn is_of_server(&self) -> bool {
        matches!(
            self,
            Self::Throttled { .. }
                | Self::Refused
                | Self::Down { .. }
                | Self::Unreachable
                | Self::TimedOut
                | Self::Broken
        )
    }
}
