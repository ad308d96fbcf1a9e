//! Many candidates in one request, each with its own fate.

use crate::api::{
    error::{ApiError, ApiResult},
    reply,
};
use axum::{http::StatusCode, response::Response};
use parley_domain::{
    account::Actor,
    candidate::{Candidate, CandidateInput, Source},
    error::FieldError,
    id::{CandidateId, InterviewId},
    time::Timestamp,
};
use parley_services::{
    Services,
    candidates::{self, BulkResult, OnDuplicate},
    error::ServiceError,
    idempotency::Part,
    input,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::str::FromStr;
use utoipa::ToSchema;

/// Most candidates of one request.
pub(super) const MOST: usize = 1_000;

/// What to do when the email is already on the interview.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum OnDuplicateWord {
    /// Refuse, and say who is there.
    Refuse,
    /// Add anyway, marked as a possible duplicate.
    Add,
}

impl FromStr for OnDuplicateWord {
    type Err = &'static str;
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        match s {
            "refuse" => Ok(Self::Refuse),
            "add" => Ok(Self::Add),
            _ => Err("on_duplicate is refuse or add"),
        }
    }
}

impl From<OnDuplicateWord> for OnDuplicate {
    fn from(word: OnDuplicateWord) -> Self {
        match word {
            OnDuplicateWord::Refuse => Self::Refuse,
            OnDuplicateWord::Add => Self::Add,
        }
    }
}

/// One candidate, or an array of up to 1,000.
#[derive(Deserialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only described: the body is read entry by entry")]
pub(super) enum OneOrMany {
    /// One.
    One(CandidateInput),
    /// Many.
    Many(Vec<CandidateInput>),
}

/// What became of every entry.
#[derive(Serialize, ToSchema)]
pub(super) struct Fates {
    /// In the order sent.
    items: Vec<Fate>,
}

/// What became of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum FateWord {
    /// Added.
    Created,
    /// The email is already here; nothing was added.
    Duplicate,
    /// Fields are wrong; nothing was added.
    Invalid,
}

/// What became of one entry.
#[derive(Serialize, ToSchema)]
struct Fate {
    /// Its place in the array, from 0.
    index: usize,
    /// What became of it.
    result: FateWord,
    /// The new candidate; for a duplicate the one who is here.
    candidate: Option<Candidate>,
    /// What is wrong.
    errors: Vec<FieldError>,
}

impl Fate {
    fn of(index: usize, result: FateWord, candidate: Option<Candidate>) -> Self {
        Self {
            index,
            result,
            candidate,
            errors: Vec::new(),
        }
    }

    fn invalid(index: usize, errors: Vec<FieldError>) -> Self {
        Self {
            errors,
            ..Self::of(index, FateWord::Invalid, None)
        }
    }

    fn part(&self) -> Part {
        let result = match self.result {
            FateWord::Created => "created",
            FateWord::Duplicate => "duplicate",
            FateWord::Invalid => "invalid",
        };
        Part {
            result: result.to_owned(),
            id: self.candidate.as_ref().map(|c| c.id.0),
            ..Part::default()
        }
    }
}

fn answer(items: Vec<Fate>) -> Response {
    let parts = items.iter().map(Fate::part).collect();
    reply::made_of(StatusCode::OK, parts, Fates { items })
}

fn read(entry: Value) -> Result<CandidateInput, Vec<FieldError>> {
    input::parse(entry).map_err(|error| match error {
        ServiceError::Invalid(errors) => errors,
        other => vec![FieldError::new("", other.to_string())],
    })
}

/// Adds each entry that can be added; the first under the id `first`.
pub(super) async fn create(
    s: &Services,
    actor: &Actor,
    interview: InterviewId,
    entries: Vec<Value>,
    on_duplicate: OnDuplicate,
    first: CandidateId,
) -> ApiResult<Response> {
    if entries.len() > MOST {
        let message = format!(
            "An array has at most {MOST} candidates; this has {}. Nothing was added.",
            entries.len()
        );
        return Err(ApiError::field("", message));
    }
    let mut fates = Vec::with_capacity(entries.len());
    let mut inputs = Vec::new();
    let mut places = Vec::new();
    for (index, entry) in entries.into_iter().enumerate() {
        match read(entry) {
            Ok(input) => {
                places.push(index);
                inputs.push(input);
            }
            Err(errors) => fates.push(Fate::invalid(index, errors)),
        }
    }
    let results = candidates::create_many_as(s, actor, first, interview, inputs, Source::Api, on_duplicate).await?;
    let twins: Vec<CandidateId> = results
        .iter()
        .filter_map(|result| match result {
            BulkResult::Duplicate(id) => Some(*id),
            BulkResult::Created(_) | BulkResult::Invalid(_) => None,
        })
        .collect();
    // Several entries may be the same person's.
    let here = candidates::present(s, actor, &twins).await?;
    for (index, result) in places.into_iter().zip(results) {
        fates.push(match result {
            BulkResult::Created(candidate) => Fate::of(index, FateWord::Created, Some(*candidate)),
            BulkResult::Duplicate(id) => Fate::of(index, FateWord::Duplicate, here.get(&id).cloned()),
            BulkResult::Invalid(errors) => Fate::invalid(index, errors),
        });
    }
    fates.sort_by_key(|fate| fate.index);
    Ok(answer(fates))
}

/// Answers a request that was done before: the candidates as they are now (none where they were deleted since), what was
/// wrong found out again.
pub(super) async fn answer_again(
    s: &Services,
    actor: &Actor,
    entries: Vec<Value>,
    parts: Vec<Part>,
) -> ApiResult<Response> {
    let year = i32::from(s.now().year());
    let ids: Vec<CandidateId> = parts.iter().filter_map(|part| part.id.map(CandidateId)).collect();
    let here = candidates::present(s, actor, &ids).await?;
    let mut fates = Vec::with_capacity(parts.len());
    for (index, (entry, part)) in entries.into_iter().zip(parts).enumerate() {
        let known = part.id.and_then(|id| here.get(&CandidateId(id)).cloned());
        fates.push(match part.result.as_str() {
            "created" => Fate::of(index, FateWord::Created, known),
            "duplicate" => Fate::of(index, FateWord::Duplicate, known),
            _ => Fate::invalid(
                index,
                read(entry)
                    .and_then(|input| input.checked(year))
                    .err()
                    .unwrap_or_default(),
            ),
        });
    }
    Ok(answer(fates))
}

/// A candidate who can be restored.
#[derive(ToSchema)]
#[schema(as = DeletedCandidate)]
#[expect(dead_code, reason = "describes what the service answers")]
pub(super) struct Deleted {
    /// Who.
    id: CandidateId,
    /// Their name.
    name: String,
    /// Their email.
    email: Option<String>,
    /// When they were deleted.
    deleted_at: Timestamp,
    /// When they go for good.
    purged_at: Timestamp,
}
