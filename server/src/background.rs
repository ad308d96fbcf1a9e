//! What runs without being asked: the sweeper, the jobs, the imports and clearing up after deleted workspaces, in the serving
//! process or in `parley worker`.

use parley_services::{Services, imports, jobs, resumes, sessions, workspaces};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// Starts every loop; each ends by itself soon after `stop`.
#[must_use]
pub fn start(services: &Services, stop: &CancellationToken) -> JoinSet<()> {
    let mut loops = JoinSet::new();
    loops.spawn(sessions::run_sweeper(services.clone(), stop.clone()));
    loops.spawn(jobs::run(services.clone(), stop.clone()));
    loops.spawn(imports::run(services.clone(), stop.clone()));
    loops.spawn(resumes::batch::run(services.clone(), stop.clone()));
    loops.spawn(workspaces::run(services.clone(), stop.clone()));
    loops
}

/// Waits until all have ended.
pub async fn finish(mut loops: JoinSet<()>) {
    while let Some(ended) = loops.join_next().await {
        if let Err(error) = ended {
            tracing::error!(%error, "a background loop did not end in order");
        }
    }
}
