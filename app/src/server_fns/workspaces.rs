//! The workspace as a whole: what it holds, and its end.

use crate::error::AppError;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use parley_domain::person::WorkspaceContents;

#[cfg(feature = "ssr")]
use crate::server_fns as door;
#[cfg(feature = "ssr")]
use parley_services::workspaces as service;

/// How much would go with the workspace.
#[server(name = CountWorkspace, endpoint = "workspace/contents", input = Json)]
pub async fn workspace_contents(workspace: String) -> Result<WorkspaceContents, AppError> {
    let (services, actor) = door::who(&workspace).await?;
    Ok(service::contents(&services, &actor).await?)
}

/// Deletes the workspace, for who types its name and their own password. Called by the hydrated client only, so that no
/// password ever stands in a redirect.
#[server(endpoint = "workspace/delete", input = Json)]
pub async fn delete_workspace(workspace: String, name: String, password: String) -> Result<(), AppError> {
    let address = door::address();
    let (services, actor) = door::who(&workspace).await?;
    Ok(service::delete(&services, &actor, &name, &password, address).await?)
}
