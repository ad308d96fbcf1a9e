//! Parley's use-cases and everything that touches the outside world: database, time, randomness, files, models.
//! Knows nothing of HTTP or screens: both doors (REST and server functions) call what is here and add nothing to it.
//!
//! Every use-case takes [`Services`] and an [`Actor`], asks the one policy, and carries the workspace in every query.

use crate::{
    child::Children,
    clock::{Clock, SystemClock},
    db::Db,
    error::{Result, ServiceError},
    events::Events,
    limits::{Limits, Rates},
    secrets::Secrets,
};
use parley_domain::{
    account::{Action, Actor, Resource, can},
    id::WorkspaceId,
    time::Timestamp,
};
use std::{path::PathBuf, sync::Arc};
use uuid::Uuid;

pub mod accounts;
pub mod ai;
pub mod analysis;
pub mod candidates;
pub mod child;
pub mod clock;
pub mod conversation;
pub mod db;
pub mod demo;
pub mod drafting;
pub mod entity;
pub mod error;
pub mod events;
pub mod idempotency;
pub mod imports;
pub mod input;
pub mod install;
pub mod interviews;
pub mod jobs;
pub mod limits;
pub mod links;
pub mod paging;
pub mod results;
pub mod resumes;
pub mod secrets;
pub mod sessions;
mod shelf;
pub mod storage;
pub mod tokens;
pub mod workspaces;

/// What the installation was told at start.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where files and the SQLite database are.
    pub data_dir: PathBuf,
    /// How the outside reaches this installation, without a slash at the end: links are made of it.
    pub public_url: String,
    /// AI tokens granted to the installation's first workspace.
    pub initial_tokens: i64,
    /// AI tokens for one resume; 0 is free.
    pub tokens_per_resume: i64,
}

/// Everything that use-cases need. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Services {
    /// The database.
    pub db: Db,
    /// Keys and randomness.
    pub secrets: Arc<Secrets>,
    /// Who watches.
    pub events: Events,
    /// Wakes the worker: a job was queued.
    pub jobs: Arc<tokio::sync::Notify>,
    /// What the installation was told.
    pub config: Arc<Config>,
    /// How often something may be done.
    pub limits: Arc<Limits>,
    /// Hashing of passwords, and who may set the installation up.
    pub accounts: Arc<accounts::Door>,
    /// What sessions have started on.
    pub pinned: interviews::Pinned,
    /// What was said in sessions that go on.
    pub transcripts: conversation::Transcripts,
    /// Sessions that go on, as their last request left them.
    pub scenes: conversation::Scenes,
    /// Turns that are about to be stored.
    pub together: conversation::Together,
    /// Where interviewers' turns are written.
    pub desks: conversation::Desks,
    /// The model that may be asked, and what was used of it.
    pub ai: ai::Ai,
    /// Who reads uploaded documents. `None` reads them in this process: only for files that a test made itself.
    pub children: Option<Children>,
    clock: Arc<dyn Clock>,
}

impl Services {
    /// Puts them together, with the machine's clock.
    #[must_use]
    pub fn new(db: Db, secrets: Secrets, config: Config) -> Self {
        Self::with_clock(db, secrets, config, Arc::new(SystemClock))
    }

    /// Puts them together, with another clock.
    #[must_use]
    pub fn with_clock(db: Db, secrets: Secrets, config: Config, clock: Arc<dyn Clock>) -> Self {
        Self {
            db,
            secrets: Arc::new(secrets),
            events: Events::default(),
            jobs: Arc::default(),
            config: Arc::new(config),
            limits: Arc::default(),
            accounts: Arc::default(),
            pinned: interviews::Pinned::default(),
            transcripts: conversation::Transcripts::default(),
            scenes: conversation::Scenes::default(),
            together: conversation::Together::default(),
            desks: conversation::Desks::default(),
            ai: ai::Ai::default(),
            children: Some(Children::of_this_program()),
            clock,
        }
    }

    /// The same with other limits.
    #[must_use]
    pub fn with_rates(mut self, rates: Rates) -> Self {
        self.limits = Arc::new(Limits::new(rates));
        self
    }

    /// The same with another model.
    #[must_use]
    pub fn with_ai(mut self, ai: ai::Ai) -> Self {
        self.ai = ai;
        self
    }

    /// The present moment.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A new id: UUID version 7 of the injected time, random in the rest.
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub fn new_id<T: From<Uuid>>(&self) -> Result<T> {
        let random = self.secrets.random::<10>()?;
        let millis = u64::try_from(self.now().millis()).unwrap_or(0);
        Ok(uuid::Builder::from_unix_timestamp_millis(millis, &random)
            .into_uuid()
            .into())
    }

    /// Asks the policy.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for another workspace (as if it did not exist), [`ServiceError::Forbidden`] for a role
    /// that is too low.
    pub fn allow(&self, actor: &Actor, action: Action, resource: &Resource) -> Result<()> {
        if can(actor, action, resource) {
            return Ok(());
        }
        let same = actor.workspace() == Some(resource.workspace);
        Err(if same && actor.role().is_some() {
            ServiceError::Forbidden
        } else {
            ServiceError::NotFound
        })
    }

    /// Asks the policy about the actor's own workspace, and says which that is.
    ///
    /// # Errors
    /// [`ServiceError::Forbidden`] for a role that is too low; [`ServiceError::NotFound`] for an actor without one.
    pub fn allow_own(&self, actor: &Actor, action: Action) -> Result<WorkspaceId> {
        let workspace = actor.workspace().ok_or(ServiceError::NotFound)?;
        self.allow(actor, action, &Resource::of(workspace))?;
        Ok(workspace)
    }
}
