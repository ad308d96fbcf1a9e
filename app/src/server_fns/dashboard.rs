//! The dashboard: where all sessions stand, who completed last, what was worked on last.

use super::interviews::InterviewRow;
use crate::error::AppError;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use parley_domain::{session::SessionCounts, time::ShownTime};
use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
use crate::server_fns::{self as door, interviews};
#[cfg(feature = "ssr")]
use parley_domain::paging::PageRequest;
#[cfg(feature = "ssr")]
use parley_services::sessions as service;

/// Interviews and sessions that it shows.
#[cfg(feature = "ssr")]
const SHOWN: u64 = 6;

/// Somebody who completed an interview.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CompletedRow {
    /// The report, below the workspace's address.
    pub report: String,
    /// Who.
    pub name: String,
    /// The interview's title.
    pub interview: String,
    /// The score that counts.
    pub score: Option<f64>,
    /// When.
    pub finished: Option<ShownTime>,
}

/// What the dashboard shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DashboardData {
    /// Over all interviews.
    pub counts: SessionCounts,
    /// Newest first.
    pub completed: Vec<CompletedRow>,
    /// Last changed first.
    pub interviews: Vec<InterviewRow>,
}

/// The dashboard of a workspace.
#[server(endpoint = "dashboard/read", input = Json)]
pub async fn read_dashboard(workspace: String) -> Result<DashboardData, AppError> {
    let (services, actor) = door::who(&workspace).await?;
    let counts = service::counts(&services, &actor, None, &Default::default()).await?;
    let completed = service::completed_last(&services, &actor, SHOWN).await?;
    let first = PageRequest {
        limit: Some(SHOWN),
        cursor: None,
    };
    let interviews = interviews::rows(&services, &actor, None, &first).await?.items;
    Ok(DashboardData {
        counts,
        completed: completed
            .into_iter()
            .map(|row| CompletedRow {
                report: format!("/interviews/{}/sessions/{}", row.session.interview_id, row.session.id),
                name: row.name,
                interview: row.interview.unwrap_or_default(),
                score: row.score,
                finished: row.finished,
            })
            .collect(),
        interviews,
    })
}
