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
pub mod workspace;

use super::routes::Purpose;
use parley_services::Services;
use utoipa_axum::router::OpenApiRouter;

/// All routes of `/api/v1`.
pub fn routes(purpose: Purpose) -> OpenApiRouter<Services> {
    OpenApiRouter::new()
        .merge(interviews::routes(purpose))
        .merge(links::routes(purpose))
        .merge(candidates::routes(purpose))
        .merge(duplicates::routes(purpose))
        .merge(imports::routes(purpose))
        .merge(resumes::routes(purpose))
        .merge(workspace::routes(purpose))
        .merge(members::routes(purpose))
        .merge(results::routes(purpose))
        .merge(retakes::routes(purpose))
        .merge(sessions::routes(purpose))
        .merge(tokens::routes(purpose))
        .merge(analysis::routes(purpose))
        .merge(ai::routes(purpose))
}
