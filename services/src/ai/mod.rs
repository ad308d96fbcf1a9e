//! The AI port: one trait, [`Port`], with an adapter for OpenAI-compatible servers and one for "no model"; around it the
//! gateway, through which every use-case asks.
//!
//! The model proposes, the server disposes: nothing that comes back from here has been believed yet. What it may change
//! is decided where it is used.
//!
//! How to use it: build a [`Request`] ([`Request::new`], then `data`, `schema`, `within` …), and call
//! - [`ask_json`] for structure: reads the answer into a type, checks it with a function of the caller, asks once for a
//!   repair, and says [`Failure::Invalid`] if that did not help;
//! - [`ask`] for plain text; [`stream`] for text as it is written.
//!
//! All three wait for a place at the model, repeat what passes (429, 5xx, no connection) with growing pauses and as the
//! server's `Retry-After` says, stop at the request's deadline, leave a failing server alone for a while, and record what
//! was used. [`Failure::Off`] means that no model is configured: the built-in engine does the work. Instructions are
//! versioned files under `prompts/`; what people wrote goes into [`Request::data`], nowhere else. Nothing here logs a
//! prompt, an answer or a key.

mod breaker;
mod built_in;
mod gateway;
pub mod json;
mod limit;
mod openai;
mod port;
mod prompt;
pub mod settings;
pub mod usage;

pub use built_in::BuiltIn;
pub use gateway::{Answer, Answering, ask, ask_json, stream};
pub use limit::AT_ONCE;
pub use openai::OpenAi;
pub use port::{End, Failure, Message, Piece, Pieces, Port, Reply, Request, Role, Schema, Urgency, Usage};
pub use prompt::{clean, tokens_about};

use crate::{Services, entity::ai_setting, error::ServiceError};
use breaker::Breaker;
use limit::Limit;
use parley_domain::{
    ai::AiSource,
    time::{SECOND, Timestamp},
};
use sea_orm::{ConnectionTrait, EntityTrait};
use std::{
    fmt,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};
use usage::Ledger;

/// How long settings that another process may have changed are taken as they are, in milliseconds.
const FRESH: i64 = 10 * SECOND;

/// How long things may take. Tests that wait for a limit make it short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// The pause before the second try of a call; the one before the third is twice as long.
    pub pause: Duration,
    /// How long a stream may be silent before it counts as broken.
    pub silence: Duration,
    /// Until the scripted interviewer goes on.
    pub turn: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            pause: Duration::from_millis(400),
            silence: Duration::from_secs(15),
            turn: Duration::from_secs(20),
        }
    }
}

/// What the environment says about the model.
#[derive(Clone, PartialEq, Eq)]
pub struct AiConfig {
    /// Base address of an OpenAI-compatible server.
    pub url: String,
    /// Its key, if it wants one.
    pub key: Option<String>,
    /// The model.
    pub model: String,
}

impl fmt::Debug for AiConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AiConfig")
            .field("url", &self.url)
            .field("model", &self.model)
            .finish_non_exhaustive()
    }
}

/// A model with what guards it.
#[derive(Debug)]
struct Endpoint {
    port: Arc<dyn Port>,
    breaker: Breaker,
    limit: Limit,
}

impl Endpoint {
    fn new(port: Arc<dyn Port>, at_once: usize) -> Arc<Self> {
        Arc::new(Self {
            port,
            breaker: Breaker::default(),
            limit: Limit::new(at_once),
        })
    }
}

/// The model of the settings page, as last read.
#[derive(Debug)]
struct Known {
    endpoint: Arc<Endpoint>,
    /// When the row that it was made from was changed; none without a row.
    stamp: Option<i64>,
    read_at: Option<Timestamp>,
}

/// The installation's model and what was used of it. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Ai(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    fixed: Option<(Arc<Endpoint>, AiConfig)>,
    at_once: usize,
    pace: Pace,
    known: RwLock<Known>,
    ledger: Ledger,
}

impl Default for Ai {
    fn default() -> Self {
        Self::made(None, AT_ONCE, Pace::default())
    }
}

impl Ai {
    fn made(fixed: Option<(Arc<Endpoint>, AiConfig)>, at_once: usize, pace: Pace) -> Self {
        let known = Known {
            endpoint: Endpoint::new(Arc::new(BuiltIn), at_once),
            stamp: None,
            read_at: None,
        };
        Self(Arc::new(Inner {
            fixed,
            at_once,
            pace,
            known: RwLock::new(known),
            ledger: Ledger::default(),
        }))
    }

    /// The model of `config`, or, without one, that of the settings page; `at_once` requests at a time.
    ///
    /// # Errors
    /// When `config` cannot be used.
    pub fn new(config: Option<AiConfig>, at_once: usize) -> anyhow::Result<Self> {
        Self::paced(config, at_once, Pace::default())
    }

    /// The same with other limits of time.
    ///
    /// # Errors
    /// When `config` cannot be used.
    pub fn paced(config: Option<AiConfig>, at_once: usize, pace: Pace) -> anyhow::Result<Self> {
        let fixed = config
            .map(|config| {
                let port = adapter(&config.url, config.key.as_deref(), &config.model)?;
                anyhow::Ok((Endpoint::new(port, at_once), config))
            })
            .transpose()?;
        Ok(Self::made(fixed, at_once, pace))
    }

    /// Another adapter, as if the environment had named it.
    #[must_use]
    pub fn with_port(port: Arc<dyn Port>) -> Self {
        let config = AiConfig {
            url: String::new(),
            key: None,
            model: port.model().to_owned(),
        };
        Self::made(Some((Endpoint::new(port, AT_ONCE), config)), AT_ONCE, Pace::default())
    }

    /// The limits of time.
    #[must_use]
    pub fn pace(&self) -> Pace {
        self.0.pace
    }

    /// Where the settings come from, as far as this process was told.
    fn source(&self) -> AiSource {
        if self.0.fixed.is_some() {
            AiSource::Environment
        } else {
            AiSource::Settings
        }
    }

    /// Forgets what it knows of the settings page's model.
    pub(crate) fn forget(&self) {
        self.0.known.write().unwrap_or_else(PoisonError::into_inner).read_at = None;
    }

    /// The model of the environment, else of the settings page, else none. A database that cannot be read changes nothing,
    /// and is asked again as late as one that answered.
    async fn endpoint(&self, s: &Services, conn: &impl ConnectionTrait) -> Arc<Endpoint> {
        if let Some((endpoint, _)) = &self.0.fixed {
            return Arc::clone(endpoint);
        }
        let now = s.now();
        {
            let known = self.0.known.read().unwrap_or_else(PoisonError::into_inner);
            if known.read_at.is_some_and(|at| now.since(at) < FRESH) {
                return Arc::clone(&known.endpoint);
            }
        }
        let row = ai_setting::Entity::find().one(conn).await;
        let mut known = self.0.known.write().unwrap_or_else(PoisonError::into_inner);
        known.read_at = Some(now);
        match row {
            Ok(row) => {
                let stamp = row.as_ref().map(|row| row.updated_at);
                if known.stamp != stamp {
                    known.stamp = stamp;
                    known.endpoint = Endpoint::new(port_of(s, row), self.0.at_once);
                }
            }
            Err(error) => {
                let error = ServiceError::from(error);
                tracing::warn!(%error, "the settings of the AI model could not be read");
            }
        }
        Arc::clone(&known.endpoint)
    }
}

/// The adapter that speaks with the server at `url`: the one place that chooses, for the environment and the settings page.
fn adapter(url: &str, key: Option<&str>, model: &str) -> anyhow::Result<Arc<dyn Port>> {
    Ok(Arc::new(OpenAi::new(url, key, model)?))
}

fn port_of(s: &Services, row: Option<ai_setting::Model>) -> Arc<dyn Port> {
    let Some(row) = row else { return Arc::new(BuiltIn) };
    let made = settings::kept_key(s, &row)
        .map_err(anyhow::Error::from)
        .and_then(|key| adapter(&row.url, key.as_deref(), &row.model));
    made.unwrap_or_else(|error| {
        tracing::error!(%error, "the AI model of the settings cannot be used; the built-in engine does the work");
        Arc::new(BuiltIn)
    })
}

/// The model's name where one is configured; it may still be out of order.
pub async fn model(s: &Services) -> Option<String> {
    model_within(s.db.read(), s).await
}

/// The same inside a transaction: whoever holds a connection must not wait for another one.
pub(crate) async fn model_within(tx: &impl ConnectionTrait, s: &Services) -> Option<String> {
    let endpoint = s.ai.endpoint(s, tx).await;
    let name = endpoint.port.model();
    (name != BuiltIn.model()).then(|| name.to_owned())
}
