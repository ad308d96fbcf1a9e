//! Candidates behind the rows: adding, editing, links and deleting.

use crate::error::AppError;
use leptos::prelude::*;
use parley_domain::{
    candidate::{Candidate, CandidateInput},
    id::{CandidateId, InterviewId},
};
use serde::{Deserialize, Serialize};
use server_fn::codec::Json;

/// Adds one candidate.
#[server(endpoint = "candidates/create", input = Json)]
pub async fn create_candidate(
    slug: String,
    interview: InterviewId,
    input: CandidateInput,
    add_anyway: bool,
) -> Result<Candidate, AppError> {
    use parley_domain::candidate::Source;
    use parley_services::candidates::{self, OnDuplicate};
    let (s, actor) = crate::server_fns::who(&slug).await?;
    let twice = if add_anyway {
        OnDuplicate::Add
    } else {
        OnDuplicate::Refuse
    };
    Ok(candidates::create(&s, &actor, interview, input, Source::Invited, twice).await?)
}

/// One candidate, for the form that edits them.
#[server(endpoint = "candidates/get", input = Json)]
pub async fn get_candidate(slug: String, id: CandidateId) -> Result<Candidate, AppError> {
    let (s, actor) = crate::server_fns::who(&slug).await?;
    Ok(parley_services::candidates::get(&s, &actor, id).await?)
}

/// Saves the form that edits a candidate, which was filled with `seen`: what it left alone stays as it is by now, and a
/// conflict `changed_meanwhile` says that somebody else changed the same.
#[server(endpoint = "candidates/edit", input = Json)]
pub async fn edit_candidate(
    slug: String,
    id: CandidateId,
    seen: CandidateInput,
    input: CandidateInput,
) -> Result<Candidate, AppError> {
    let (s, actor) = crate::server_fns::who(&slug).await?;
    Ok(parley_services::candidates::edit(&s, &actor, id, &seen, input).await?)
}

/// Deletes candidates; who of them it was. Whom somebody deleted before is none of them.
#[server(endpoint = "candidates/delete", input = Json)]
pub async fn delete_candidates(slug: String, ids: Vec<CandidateId>) -> Result<Vec<CandidateId>, AppError> {
    let (s, actor) = crate::server_fns::who(&slug).await?;
    Ok(parley_services::candidates::delete(&s, &actor, &ids).await?)
}

/// Replaces an invite link: the old one stops at once.
#[server(endpoint = "candidates/link", input = Json)]
pub async fn replace_link(slug: String, id: CandidateId) -> Result<Candidate, AppError> {
    let (s, actor) = crate::server_fns::who(&slug).await?;
    Ok(parley_services::candidates::replace_link(&s, &actor, id).await?)
}

/// A candidate's link, for copying.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopiedLink {
    /// Whose.
    pub name: String,
    /// The link.
    pub url: String,
}

/// The invite links of these candidates.
#[server(endpoint = "candidates/links", input = Json)]
pub async fn copy_links(slug: String, ids: Vec<CandidateId>) -> Result<Vec<CopiedLink>, AppError> {
    let (s, actor) = crate::server_fns::who(&slug).await?;
    let links = parley_services::candidates::links(&s, &actor, &ids).await?;
    Ok(links
        .into_iter()
        .map(|l| CopiedLink {
            name: l.name,
            url: l.url,
        })
        .collect())
}
