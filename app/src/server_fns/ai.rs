//! The AI model: settings, test, use.

#[cfg(feature = "ssr")]
use super as door;
use crate::error::AppError;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use parley_domain::ai::{AiSettings, AiSettingsInput, AiTest, AiUsage};
#[cfg(feature = "ssr")]
use parley_services::ai::{settings, usage};

/// The settings, without the key.
#[server(endpoint = "ai/settings")]
pub async fn read_ai_settings(workspace: String) -> Result<AiSettings, AppError> {
    let (services, actor) = door::who(&workspace).await?;
    Ok(settings::get(&services, &actor).await?)
}

/// Stores new settings.
#[server(endpoint = "ai/save", input = Json)]
pub async fn save_ai(workspace: String, input: AiSettingsInput) -> Result<AiSettings, AppError> {
    let (services, actor) = door::who(&workspace).await?;
    Ok(settings::put(&services, &actor, input).await?)
}

/// Removes the settings.
#[server(endpoint = "ai/remove", input = Json)]
pub async fn remove_ai(workspace: String) -> Result<AiSettings, AppError> {
    let (services, actor) = door::who(&workspace).await?;
    Ok(settings::remove(&services, &actor).await?)
}

/// Tries the model: that of `input`, or, without it, the one that is used.
#[server(endpoint = "ai/test", input = Json)]
pub async fn test_ai(workspace: String, input: Option<AiSettingsInput>) -> Result<AiTest, AppError> {
    let (services, actor) = door::who(&workspace).await?;
    Ok(settings::test(&services, &actor, input).await?)
}

/// What the workspace used of models in the last days.
#[server(endpoint = "ai/usage")]
pub async fn read_ai_usage(workspace: String, days: u32) -> Result<AiUsage, AppError> {
    let (services, actor) = door::who(&workspace).await?;
    Ok(usage::summary(&services, &actor, days).await?)
}
