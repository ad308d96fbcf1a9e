//! The serving process: from listening to stopping in order.

use crate::{
    background,
    config::Settings,
    connections::{self, Limits},
    router, start,
    state::{AppState, Http},
};
use anyhow::{Context, Result};
use parley_domain::person::SetupState;
use parley_services::{
    Services,
    accounts::{self, Door, SetupRule, setup},
};
use std::{future::Future, io::Write, time::Duration};
use tokio::{
    net::TcpListener,
    task::{JoinHandle, JoinSet},
};
use tokio_util::sync::CancellationToken;

/// How long open requests and background work have to end after the signal.
const STOP_LIMIT: Duration = Duration::from_secs(5);

/// Serves until SIGTERM or Ctrl+C.
///
/// # Errors
/// Said for the person who starts it.
pub async fn run(settings: &Settings) -> Result<()> {
    connections::allow_files();
    let services = start::open(settings).await?;
    // Before anybody is let in: a taken port should not leave a printed code behind.
    let listener = TcpListener::bind(settings.listen).await.with_context(|| {
        format!(
            "Could not listen on {}; choose another address with --listen",
            settings.listen
        )
    })?;
    let setup = Setup::new(settings);
    setup.say(&services, Door::allow_setup).await?;
    let stop = CancellationToken::new();
    let state = AppState::new(services.clone(), Http::new(settings), stop.clone());
    let mut loops = if settings.jobs {
        background::start(&services, &stop)
    } else {
        JoinSet::new()
    };
    if let Some(warning) = settings.doubtful_links() {
        tracing::warn!("{warning}");
    }
    loops.spawn(setup.say_when_empty(services.clone(), stop.clone()));
    tracing::info!(listen = %settings.listen, url = settings.public_url(), "serving");
    let app = router::build(state);
    let server = tokio::spawn(connections::serve(listener, app, Limits::default(), stop.clone()));
    until_told(&stop, server, loops).await;
    services.db.close().await?;
    Ok(())
}

/// Background work only, for installations that keep it apart.
///
/// # Errors
/// Said for the person who starts it.
pub async fn work(settings: &Settings) -> Result<()> {
    let services = start::open(settings).await?;
    let stop = CancellationToken::new();
    let loops = background::start(&services, &stop);
    tracing::info!("working");
    let nothing = tokio::spawn(async {});
    until_told(&stop, nothing, loops).await;
    services.db.close().await?;
    Ok(())
}

/// Waits for the signal, tells everything to stop, and waits for that, but not for ever.
async fn until_told(stop: &CancellationToken, server: JoinHandle<()>, loops: JoinSet<()>) {
    told().await;
    tracing::info!("stopping");
    stop.cancel();
    let all = async {
        if server.await.is_err() {
            // Without the message of a panic, which may quote anything.
            tracing::error!("the server did not end in order");
        }
        background::finish(loops).await;
    };
    if tokio::time::timeout(STOP_LIMIT, all).await.is_err() {
        tracing::warn!("requests were still open after 5 s; stopping anyway");
    }
}

/// Returns when the process is asked to stop.
fn told() -> impl Future<Output = ()> {
    use tokio::signal::unix::{SignalKind, signal};
    // Installed at once, not at the first poll: a signal in between must not kill the process.
    let terminate = signal(SignalKind::terminate());
    async move {
        let terminated = async {
            match terminate {
                Ok(mut signal) => {
                    signal.recv().await;
                }
                Err(error) => {
                    tracing::warn!(%error, "SIGTERM will not stop in order");
                    std::future::pending::<()>().await;
                }
            }
        };
        tokio::select! {
            () = terminated => {}
            _ = tokio::signal::ctrl_c() => {}
        }
    }
}

/// How people get to an installation in which there is nobody.
struct Setup {
    url: String,
    local: bool,
}

impl Setup {
    fn new(settings: &Settings) -> Self {
        Self {
            url: settings.public_url(),
            local: settings.is_local(),
        }
    }

    /// Where there is nobody yet, says how to set the installation up: on the terminal, never in the log. `allow` takes who
    /// may do it.
    async fn say(&self, services: &Services, allow: fn(&Door, SetupRule)) -> Result<()> {
        let url = &self.url;
        let text = if self.local {
            allow(&services.accounts, SetupRule::Anyone);
            format!("Open {url} to create your workspace.\n")
        } else {
            let (code, rule) = setup::new_code(services)?;
            allow(&services.accounts, rule);
            format!("Open {url}/setup and enter this code to create your workspace: {code}\n")
        };
        if accounts::setup_state(services).await? != SetupState::Done {
            let mut out = std::io::stdout().lock();
            out.write_all(text.as_bytes())?;
            out.flush()?;
        }
        Ok(())
    }

    /// Says it again, with another code, whenever the last workspace was deleted: who comes next is a first visitor.
    async fn say_when_empty(self, services: Services, stop: CancellationToken) {
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = services.accounts.emptied.notified() => {}
            }
            if let Err(error) = self.say(&services, Door::renew_setup).await {
                tracing::warn!(%error, "how to set the installation up could not be said");
            }
        }
    }
}
