//! The one way to a model: a place, tries, a deadline, the breaker, the record.

use super::{
    Endpoint,
    json::read,
    port::{Failure, Message, Piece, Pieces, Port, Reply, Request, Role, Usage},
    usage::{Entry, flush},
};
use crate::{Services, entity::workspace};
use futures::future::BoxFuture;
use parley_domain::{id::WorkspaceId, time::Timestamp};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::de::DeserializeOwned;
use std::{sync::Arc, time::Duration};
use tokio::time::{Instant, timeout_at};

/// Requests sent for one call at most, where the failures are passing ones.
const TRIES: i32 = 3;
/// Most text of a stream, in bytes for each token that was allowed.
const TOKEN_MAX: usize = 64;
/// How much of an unusable answer is sent back for repair, in characters.
const REPAIR_MAX: usize = 6_000;

/// One way of asking an adapter.
type Attempt<T> = for<'a> fn(&'a (dyn Port + 'static), &'a Request) -> BoxFuture<'a, Result<T, Failure>>;

/// A call under way: records itself once it is settled, or when it is dropped.
struct Call {
    s: Services,
    endpoint: Arc<Endpoint>,
    entry: Option<Entry>,
    began: Instant,
    began_at: Timestamp,
    deadline: Instant,
}

impl Call {
    async fn begin(s: &Services, request: &Request) -> Self {
        let endpoint = s.ai.endpoint(s, s.db.read()).await;
        let began = Instant::now();
        Self {
            entry: Some(Entry::new(request, endpoint.port.model())),
            s: s.clone(),
            endpoint,
            began,
            began_at: s.now(),
            deadline: began + request.deadline,
        }
    }

    fn millis(&self) -> i64 {
        i64::try_from(self.began.elapsed().as_millis()).unwrap_or(i64::MAX)
    }

    fn note(&mut self, change: impl FnOnce(&mut Entry)) {
        if let Some(entry) = &mut self.entry {
            change(entry);
        }
    }

    /// Says how it ended, once.
    fn settle(&mut self, outcome: &'static str, failed: bool) {
        let millis = self.millis();
        let Some(mut entry) = self.entry.take() else { return };
        entry.outcome = outcome;
        entry.failed = failed;
        entry.latency_ms = millis;
        entry.at = self.began_at.plus(millis);
        // An installation without a model calls nobody.
        if outcome != Failure::Off.code() {
            self.s.ai.0.ledger.push(entry);
        }
    }

    fn fail(&mut self, failure: &Failure) {
        if failure.is_of_server() {
            self.endpoint.breaker.failed(self.s.now());
        } else if !matches!(failure, Failure::Off | Failure::Resting | Failure::Crowded) {
            self.endpoint.breaker.worked();
        }
        if !matches!(failure, Failure::Off) {
            let (code, millis) = (failure.code(), self.millis());
            tracing::info!(
                outcome = code,
                millis,
                model = self.endpoint.port.model(),
                "a call to the AI model failed"
            );
        }
        self.settle(failure.code(), true);
    }

    /// How long to wait before the next try, if there is one.
    fn pause(&self, failure: &Failure, tries: i32) -> Option<Duration> {
        if !failure.is_passing() || tries >= TRIES {
            return None;
        }
        let asked = match failure {
            Failure::Throttled { retry_after } => retry_after.map(Duration::from_secs),
            _ => None,
        };
        // Half of it is chance, so that many who failed at once do not come back at once.
        let chance = self.s.secrets.random::<1>().map_or(128, |[byte]| u32::from(byte));
        let grown = self.s.ai.pace().pause * 2_u32.pow(u32::try_from(tries - 1).unwrap_or(0));
        let pause = asked.unwrap_or(grown / 2 + grown * chance / 512);
        (Instant::now() + pause < self.deadline).then_some(pause)
    }

    /// Runs `attempt` until it works, fails for good, or time is up.
    async fn run<T>(&mut self, request: &Request, attempt: Attempt<T>) -> Result<(T, super::limit::Place), Failure> {
        let endpoint = Arc::clone(&self.endpoint);
        if is_gone(&self.s, request.workspace).await {
            return Err(Failure::Off);
        }
        let place = timeout_at(self.deadline, endpoint.limit.enter(request.urgency))
            .await
            .map_err(|_| Failure::Crowded)?;
        if !endpoint.breaker.lets_pass(self.s.now()) {
            return Err(Failure::Resting);
        }
        let mut tries = 0;
        loop {
            tries += 1;
            self.note(|entry| entry.tries = tries);
            let result = timeout_at(self.deadline, attempt(&*endpoint.port, request)).await;
            match result.unwrap_or(Err(Failure::TimedOut)) {
                Ok(value) => return Ok((value, place)),
                Err(failure) => match self.pause(&failure, tries) {
                    Some(pause) => tokio::time::sleep(pause).await,
                    None => return Err(failure),
                },
            }
        }
    }
}

/// Whether the workspace was deleted: nothing of it is sent to anybody any more, whoever still works for it. A database that
/// cannot be read changes nothing.
async fn is_gone(s: &Services, id: WorkspaceId) -> bool {
    let there = workspace::Entity::find_by_id(id.0)
        .filter(workspace::Column::DeletedAt.is_null())
        .one(s.db.read())
        .await;
    matches!(there, Ok(None))
}

impl Drop for Call {
    fn drop(&mut self) {
        self.settle("abandoned", true);
    }
}

/// Asks without recording yet: how the answer is used decides how the call ended.
async fn call(s: &Services, request: &Request) -> (Call, Result<Reply, Failure>) {
    let mut call = Call::begin(s, request).await;
    let result = call.run(request, <dyn Port>::complete).await;
    let result = match result {
        Ok((reply, _place)) => {
            call.endpoint.breaker.worked();
            call.note(|entry| entry.take(&reply.end));
            Ok(reply)
        }
        Err(failure) => {
            call.fail(&failure);
            Err(failure)
        }
    };
    (call, result)
}

/// Asks for plain text, or for structure that the caller reads.
///
/// # Errors
/// Why there is no answer. One that was cut off at the most tokens is none.
pub async fn ask(s: &Services, request: &Request) -> Result<Reply, Failure> {
    let (mut call, result) = call(s, request).await;
    let result = result.and_then(|reply| if reply.end.cut { Err(Failure::Cut) } else { Ok(reply) });
    match &result {
        Ok(_) => call.settle("ok", false),
        Err(failure) => call.settle(failure.code(), true),
    }
    drop(call);
    flush(s).await;
    result
}

/// A checked answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer<T> {
    /// What it says.
    pub value: T,
    /// The model, as its server calls itself, else as the settings do.
    pub model: String,
    /// What it took, repair included.
    pub usage: Usage,
    /// How structure was asked for.
    pub format: Option<&'static str>,
    /// Whether the first answer had to be repaired.
    pub repaired: bool,
}

/// Asks for structure and reads it. `check` says what is wrong with a value that can be read, in words for the model. An
/// answer that is not usable is sent back once with what is wrong; one that was cut off is asked for again with twice the
/// room.
///
/// # Errors
/// Why there is no usable answer; [`Failure::Invalid`] after the repair did not help.
pub async fn ask_json<T: DeserializeOwned>(
    s: &Services,
    mut request: Request,
    check: impl Fn(&T) -> Result<(), String>,
) -> Result<Answer<T>, Failure> {
    let mut usage = Usage::default();
    let mut repaired = false;
    let end = Instant::now() + request.deadline;
    loop {
        let (mut call, result) = call(s, &request).await;
        let model = call.endpoint.port.model().to_owned();
        let outcome = match result {
            Ok(reply) => {
                usage = usage.plus(reply.end.usage);
                match read::<T>(&reply.text).and_then(|value| check(&value).map(|()| value)) {
                    Ok(value) => Ok((value, reply)),
                    Err(_) if reply.end.cut => Err((Failure::Cut, None)),
                    Err(why) => Err((Failure::Invalid(why), Some(reply.text))),
                }
            }
            Err(failure) => Err((failure, None)),
        };
        match outcome {
            Ok((value, reply)) => {
                call.settle("ok", false);
                drop(call);
                flush(s).await;
                return Ok(Answer {
                    value,
                    model: if reply.end.model.is_empty() {
                        model
                    } else {
                        reply.end.model
                    },
                    usage,
                    format: reply.format,
                    repaired,
                });
            }
            Err((failure, text)) => {
                call.settle(failure.code(), true);
                drop(call);
                flush(s).await;
                let left = end.saturating_duration_since(Instant::now());
                let again = matches!(failure, Failure::Invalid(_) | Failure::Cut | Failure::Empty);
                if repaired || !again || left.is_zero() {
                    return Err(failure);
                }
                repaired = true;
                request.deadline = left;
                mend(&mut request, &failure, text);
            }
        }
    }
}

/// Changes a request so that the next answer may be usable.
fn mend(request: &mut Request, failure: &Failure, text: Option<String>) {
    if *failure == Failure::Cut {
        request.max_tokens = request.max_tokens.saturating_mul(2);
    }
    let (Failure::Invalid(why), Some(text)) = (failure, text) else {
        return;
    };
    let form = request.schema.as_ref().map_or_else(String::new, |schema| {
        format!(" It follows this JSON Schema:\n{}", schema.value)
    });
    request.messages.push(Message {
        role: Role::Assistant,
        text: text.chars().take(REPAIR_MAX).collect(),
    });
    request.messages.push(Message {
        role: Role::User,
        text: format!(
            "That answer cannot be used: {why}. Answer again, with the whole JSON object and nothing else.{form}"
        ),
    });
}

/// An answer that is being written.
pub struct Answering {
    call: Call,
    pieces: Pieces,
    _place: super::limit::Place,
    length: usize,
    most: usize,
    over: bool,
}

impl std::fmt::Debug for Answering {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answering")
            .field("length", &self.length)
            .finish_non_exhaustive()
    }
}

/// Asks, and answers with the text as it is written. Failures before the first piece are repeated like any other; later
/// ones end the stream, and whether to ask again is the caller's to say.
///
/// The record is kept in memory until it is stored with the session or with the next beat of the clock: nobody waits for the database.
///
/// # Errors
/// Why nothing was written.
pub async fn stream(s: &Services, request: &Request) -> Result<Answering, Failure> {
    let mut call = Call::begin(s, request).await;
    let result = call.run(request, <dyn Port>::stream).await;
    match result {
        Ok((pieces, place)) => Ok(Answering {
            call,
            pieces,
            _place: place,
            length: 0,
            most: (request.max_tokens as usize).saturating_mul(TOKEN_MAX),
            over: false,
        }),
        Err(failure) => {
            call.fail(&failure);
            Err(failure)
        }
    }
}

impl Answering {
    /// The next text; `None` when the answer is whole.
    ///
    /// # Errors
    /// Why it ended before it was whole. Nothing comes after that.
    pub async fn next(&mut self) -> Option<Result<String, Failure>> {
        if self.over {
            return None;
        }
        let until = self.call.deadline.min(Instant::now() + self.call.s.ai.pace().silence);
        let piece = match timeout_at(until, futures::StreamExt::next(&mut self.pieces)).await {
            Err(_) => Err(Failure::TimedOut),
            Ok(None) => Err(Failure::Broken),
            Ok(Some(piece)) => piece,
        };
        let failure = match piece {
            Ok(Piece::Text(text)) => {
                if self.length == 0 {
                    let millis = self.call.millis();
                    self.call.note(|entry| entry.first_ms = Some(millis));
                }
                self.length += text.len();
                if self.length <= self.most {
                    return Some(Ok(text));
                }
                Failure::Huge
            }
            Ok(Piece::End(end)) => {
                self.call.note(|entry| entry.take(&end));
                if end.cut {
                    Failure::Cut
                } else if self.length == 0 {
                    Failure::Empty
                } else {
                    self.over = true;
                    self.call.endpoint.breaker.worked();
                    return None;
                }
            }
            Err(failure) => failure,
        };
        self.over = true;
        self.call.fail(&failure);
        Some(Err(failure))
    }

    /// What was written is used.
    pub fn accept(mut self) {
        self.call.settle("ok", false);
    }

    /// What was written is not used, for this reason; the rest is not waited for.
    pub fn refuse(mut self, failure: &Failure) {
        self.call.settle(failure.code(), true);
    }
}
