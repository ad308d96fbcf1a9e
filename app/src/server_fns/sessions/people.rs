//! Candidates behind the rows: adding, editing, links, deleting and bringing back.

#[cfg(feature = "ssr")]
use super::ssr;
use crate::error::AppError;
use leptos::prelude::*;
use parley_domain::{
    candidate::{Candidate, CandidateInput},
    id::{CandidateId, InterviewId},
    time::ShownTime,
};
use serde::{Deserialize, Serialize};
use server_fn::codec::Json;

/// A deleted candidate who can be brought back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeletedRow {
    /// Who.
    pub id: CandidateId,
    /// Their name.
    pub name: String,
    /// Their email.
    pub email: Option<String>,
    /// When they were deleted.
    pub deleted: ShownTime,
    /// When they go for good.
    pub purged: ShownTime,
}

/// Recently deleted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeletedData {
    /// Last deleted first.
    pub rows: Vec<DeletedRow>,
    /// Whether the person may purge at once.
    pub may_erase: bool,
}

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

/// Deletes candidates; how many there were.
#[server(endpoint = "candidates/delete", input = Json)]
pub async fn delete_candidates(slug: String, ids: Vec<CandidateId>) -> Result<u64, AppError> {
    let (s, actor) = crate::server_fns::who(&slug).await?;
    Ok(parley_services::candidates::delete(&s, &actor, &ids).await?)
}

/// Brings deleted candidates back; how many there were. Also from a plain form.
#[server(endpoint = "candidates/restore")]
pub async fn restore_candidates(
    slug: String,
    back: String,
    #[server(default)] ids: Vec<String>,
) -> Result<u64, AppError> {
    let result = async {
        let (s, actor) = crate::server_fns::who(&slug).await?;
        let ids = ssr::ids::<CandidateId>(&ids)?;
        Ok(parley_services::candidates::restore(&s, &actor, &ids).await?)
    }
    .await;
    crate::server_fns::end_form_at(result, &back)
}

/// Purges deleted candidates at once.
#[server(endpoint = "candidates/erase", input = Json)]
pub async fn erase_candidates(slug: String, ids: Vec<CandidateId>) -> Result<u64, AppError> {
    let (s, actor) = crate::server_fns::who(&slug).await?;
    Ok(parley_services::candidates::erase(&s, &actor, &ids).await?)
}

/// Recently deleted.
#[server(endpoint = "candidates/deleted", input = Json)]
pub async fn deleted_candidates(slug: String, interview: InterviewId) -> Result<DeletedData, AppError> {
    use parley_domain::account::{Action, Resource, can};
    use parley_services::{accounts::zone_of, candidates};
    let (s, actor) = crate::server_fns::who(&slug).await?;
    let zone = zone_of(&s, &actor).await?;
    let now = s.now();
    let rows = candidates::deleted(&s, &actor, interview).await?;
    Ok(DeletedData {
        rows: rows
            .into_iter()
            .map(|r| DeletedRow {
                id: r.id,
                name: r.name,
                email: r.email,
                deleted: zone.shown(r.deleted_at, now),
                purged: zone.shown(r.purged_at, now),
            })
            .collect(),
        may_erase: actor
            .workspace()
            .is_some_and(|w| can(&actor, Action::Erase, &Resource::of(w))),
    })
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
