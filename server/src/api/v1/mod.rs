//! The resources, one file an area.

pub mod ai;
pub mod analysis;
pub mod candidates;
pub mod duplicates;
pub mod imports;
pub mod interviews;
pub mod links;
pub mod members;
pub mod results;
pub mod resumes;
pub mod retakes;
pub mod sessions;
pub mod tokens;

use parley_services::Services;
use utoipa_axum::router::OpenApiRouter;

/// All routes of `/api/v1`.
pub fn routes() -> OpenApiRouter<Services> {
    OpenApiRouter::new()
        .merge(interviews::routes())
        .merge(links::routes())
        .merge(candidates::routes())
        .merge(duplicates::routes())
        .merge(imports::routes())
        .merge(resumes::routes())
        .merge(members::routes())
        .merge(results::routes())
        .merge(retakes::routes())
        .merge(sessions::routes())
        .merge(tokens::routes())
        .merge(analysis::routes())
        .merge(ai::routes())
}
