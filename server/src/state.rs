//! What handlers reach: cheap to clone, the same for every request.

use crate::{address::Network, arriving::Patience, candidate_events::Ticks, config::Settings, seats::Seats};
use axum::extract::FromRef;
use leptos::config::LeptosOptions;
use parley_app::assets::AssetNames;
use parley_services::Services;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// What the middleware was told.
#[derive(Clone, Debug, Default)]
pub struct Http {
    /// How browsers reach this installation, without a slash at the end.
    pub public_url: String,
    /// Proxies that are believed about addresses.
    pub trusted_proxies: Vec<Network>,
    /// Background work is done by another process, which cannot tell ours what it changed.
    pub works_elsewhere: bool,
}

impl Http {
    /// From the settings.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        Self {
            public_url: settings.public_url(),
            trusted_proxies: settings.trusted_proxies.clone(),
            works_elsewhere: !settings.jobs,
        }
    }
}

/// The router's state.
#[derive(Clone, Debug, FromRef)]
pub struct AppState {
    /// The use-cases' surroundings.
    pub services: Services,
    /// Names of the bundles.
    pub assets: AssetNames,
    /// What the middleware was told.
    pub http: Arc<Http>,
    /// Event streams that are open.
    pub seats: Seats,
    /// How often open chats are told the time.
    pub ticks: Ticks,
    /// How long bodies are waited for.
    pub patience: Patience,
    /// Cancelled when the process is asked to stop: event streams end then, so that the server can.
    pub stop: CancellationToken,
    /// What leptos needs to know.
    pub leptos: LeptosOptions,
}

impl AppState {
    /// Puts it together.
    #[must_use]
    pub fn new(services: Services, http: Http, stop: CancellationToken) -> Self {
        Self {
            services,
            assets: crate::assets::names(),
            http: Arc::new(http),
            seats: Seats::default(),
            ticks: Ticks::default(),
            patience: Patience::default(),
            stop,
            leptos: LeptosOptions::builder().output_name("parley").build(),
        }
    }
}
