//! Deleted candidates: who they are, bringing them back, purging them at once.

#[cfg(feature = "ssr")]
use super::ssr;
use crate::error::AppError;
use leptos::prelude::*;
use parley_domain::{
    id::{CandidateId, InterviewId},
    time::{ShownTime, Timestamp},
};
use serde::{Deserialize, Serialize};
use server_fn::codec::Json;

/// Most rows of Recently deleted that are shown at once; a search finds the others.
pub const DELETED_MOST: u64 = 10_000;

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

/// People who were deleted together and can be brought back together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TogetherRow {
    /// When the first and the last of them were deleted.
    pub within: (Timestamp, Timestamp),
    /// How many.
    pub people: u64,
    /// When the last of them was deleted.
    pub deleted: ShownTime,
    /// When the first of them goes for good.
    pub purged: ShownTime,
}

/// Recently deleted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeletedData {
    /// Those at the top of the list, last deleted first.
    pub rows: Vec<DeletedRow>,
    /// How many there are in all.
    pub total: u64,
    /// Who was deleted together, last deleted first; of a search, nothing.
    pub together: Vec<TogetherRow>,
    /// Whether the person may purge at once.
    pub may_erase: bool,
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

/// Recently deleted: the first `most` of those whom a search names, [`DELETED_MOST`] at most.
#[server(endpoint = "candidates/deleted", input = Json)]
pub async fn deleted_candidates(
    slug: String,
    interview: InterviewId,
    q: String,
    most: u64,
) -> Result<DeletedData, AppError> {
    use parley_domain::account::{Action, Resource, can};
    use parley_services::{accounts::zone_of, candidates};
    let (s, actor) = crate::server_fns::who(&slug).await?;
    let zone = zone_of(&s, &actor).await?;
    let now = s.now();
    let found = candidates::deleted(&s, &actor, interview, &q, most.clamp(1, DELETED_MOST)).await?;
    let rows = found.rows.into_iter().map(|r| DeletedRow {
        id: r.id,
        name: r.name,
        email: r.email,
        deleted: zone.shown(r.deleted_at, now),
        purged: zone.shown(r.purged_at, now),
    });
    let together = found.together.into_iter().map(|act| TogetherRow {
        within: (act.from, act.to),
        people: act.people,
        deleted: zone.shown(act.to, now),
        purged: zone.shown(candidates::purged_at(act.from), now),
    });
    Ok(DeletedData {
        rows: rows.collect(),
        total: found.total,
        together: together.collect(),
        may_erase: actor
            .workspace()
            .is_some_and(|w| can(&actor, Action::Erase, &Resource::of(w))),
    })
}

/// Who of the deleted a search names and was deleted within these moments, or ever: for bringing them back together;
/// [`parley_domain::paging::SELECT_MAX`] at most.
#[server(endpoint = "candidates/deleted-ids", input = Json)]
pub async fn deleted_ids(
    slug: String,
    interview: InterviewId,
    q: String,
    within: Option<(Timestamp, Timestamp)>,
) -> Result<Vec<CandidateId>, AppError> {
    let (s, actor) = crate::server_fns::who(&slug).await?;
    Ok(parley_services::candidates::deleted_ids(&s, &actor, interview, &q, within).await?)
}
