//! The Results tab: drawn on the server and sent as it is shown, so that the browser needs no code for charts.

use crate::error::AppError;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use parley_domain::id::InterviewId;
#[cfg(feature = "ssr")]
use parley_domain::{
    paging::PageRequest,
    session::{SessionFilter, SessionOrder, SessionSort},
};

#[cfg(feature = "ssr")]
use crate::{pages::results::draw, server_fns as door};
#[cfg(feature = "ssr")]
use parley_services::{results as service, sessions};

/// How many of the highest scores are shown.
#[cfg(feature = "ssr")]
const BEST: u64 = 10;

/// What the Results tab of an interview shows, as HTML made here.
#[server(endpoint = "results/of-interview", input = Json)]
pub async fn results_of(workspace: String, id: InterviewId) -> Result<String, AppError> {
    let (services, actor) = door::who(&workspace).await?;
    let results = service::of_interview(&services, &actor, id).await?;
    let filter = SessionFilter {
        score_min: Some(0.0),
        ..Default::default()
    };
    let order = SessionOrder {
        by: SessionSort::Score,
        descending: true,
    };
    let first = PageRequest {
        limit: Some(BEST),
        cursor: None,
    };
    let best = sessions::list(&services, &actor, Some(id), &filter, order, &first).await?;
    let base = format!("/w/{workspace}/interviews/{id}");
    Ok(draw(&base, results, best.rows))
}
