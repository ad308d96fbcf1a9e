//! One test, two databases: every test in these files runs on SQLite and on PostgreSQL, from one source.
//!
//! SQLite is a file in a temporary folder, set up as in production. PostgreSQL is one database per test, made on the
//! server that `PARLEY_TEST_POSTGRES_URL` names (`scripts/postgres.sh` starts one, `make unit` and `make test` always do).
//! Without that variable these tests fail and say what to do: half of the suite must not look as if it had passed.

#![allow(
    clippy::allow_attributes,
    dead_code,
    reason = "each test file uses its own part of the harness"
)]

use parley_domain::{
    account::{Actor, Role},
    candidate::{Candidate, CandidateInput, Source},
    id::{InterviewId, QuestionId, UserId, WorkspaceId},
    interview::{InterviewInput, InterviewState},
    question::Question,
    time::Timestamp,
};
use parley_migration::{Migrator, MigratorTrait};
use parley_services::{
    Config, Services,
    candidates::{self, OnDuplicate},
    clock::ManualClock,
    db::Db,
    entity,
    secrets::Secrets,
};
use sea_orm::{ConnectionTrait, Database, EntityTrait, IntoActiveModel};
use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};
use uuid::Uuid;

/// Runs each named `async fn(TestBed)` on both databases, as `sqlite::name` and `postgres::name`.
#[macro_export]
macro_rules! on_both_databases {
    ($($(#[$attr:meta])* $name:ident),* $(,)?) => {
        mod sqlite {
            $($(#[$attr])* #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name($crate::common::TestBed::sqlite().await).await;
            })*
        }
        mod postgres {
            $($(#[$attr])* #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                match $crate::common::TestBed::postgres().await {
                    Some(bed) => super::$name(bed).await,
                    None => eprintln!("left out: PARLEY_TEST_POSTGRES_URL is none"),
                }
            })*
        }
    };
}

/// A fresh, migrated database with one workspace and its owner, and a clock that stands still.
pub struct TestBed {
    pub s: Services,
    pub clock: Arc<ManualClock>,
    pub workspace: WorkspaceId,
    pub owner: Actor,
    pub owner_id: UserId,
    dir: tempfile::TempDir,
    url: String,
}

/// 2026-11-24T09:00:00Z.
pub const START: i64 = 1_795_510_800_000;

const SECRET: &str = "a-test-secret-of-more-than-32-characters";

static DATABASES: AtomicU32 = AtomicU32::new(0);

impl TestBed {
    pub async fn sqlite() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", dir.path().join("parley.db").display());
        Self::with(&url, dir).await
    }

    /// `None` where somebody chose to leave PostgreSQL out.
    pub async fn postgres() -> Option<Self> {
        let base = postgres_url()?;
        let number = DATABASES.fetch_add(1, Ordering::SeqCst);
        let name = format!("parley_test_{}_{number}", std::process::id());
        let admin = Database::connect(&base).await.unwrap();
        admin
            .execute_unprepared(&format!("DROP DATABASE IF EXISTS {name}"))
            .await
            .unwrap();
        admin
            .execute_unprepared(&format!("CREATE DATABASE {name}"))
            .await
            .unwrap();
        admin.close().await.unwrap();
        let (server, _) = base.rsplit_once('/').unwrap();
        Some(Self::with(&format!("{server}/{name}"), tempfile::tempdir().unwrap()).await)
    }

    async fn with(url: &str, dir: tempfile::TempDir) -> Self {
        let db = Db::connect(url).await.unwrap();
        Migrator::up(db.read(), None).await.unwrap();
        let clock = Arc::new(ManualClock::new(Timestamp::from_millis(START)));
        let config = Config {
            data_dir: dir.path().to_owned(),
            public_url: "http://127.0.0.1:3000".to_owned(),
            initial_tokens: 500,
            tokens_per_resume: 5,
        };
        let secrets = Secrets::parse(SECRET).unwrap();
        let s = Services::with_clock(db, secrets, config, Arc::clone(&clock) as _);
        let (workspace, owner_id) = new_workspace(&s, "home").await;
        let owner = Actor::Member {
            workspace,
            user: owner_id,
            role: Role::Owner,
        };
        Self {
            s,
            clock,
            workspace,
            owner,
            owner_id,
            dir,
            url: url.to_owned(),
        }
    }

    /// The same installation as another process would find it: nothing is left but what the database holds.
    pub async fn restart(&mut self) {
        let db = Db::connect(&self.url).await.unwrap();
        let secrets = Secrets::parse(SECRET).unwrap();
        let config = (*self.s.config).clone();
        self.s = Services::with_clock(db, secrets, config, Arc::clone(&self.clock) as _);
    }

    /// Somebody of the workspace with this role.
    pub fn member(&self, role: Role) -> Actor {
        Actor::Member {
            workspace: self.workspace,
            user: self.owner_id,
            role,
        }
    }

    /// The owner of another workspace.
    pub async fn stranger(&self) -> Actor {
        let (workspace, user) = new_workspace(&self.s, "away").await;
        Actor::Member {
            workspace,
            user,
            role: Role::Owner,
        }
    }

    /// An open interview with `questions` open questions, changed by `adjust`.
    pub async fn interview(&self, questions: usize, adjust: impl FnOnce(&mut InterviewInput)) -> InterviewId {
        let mut input = InterviewInput {
            title: "Barista".into(),
            description: "SECRET-description".into(),
            welcome: "Welcome to our café.".into(),
            objective: "SECRET-objective".into(),
            state: InterviewState::Open,
            questions: (1..=questions)
                .map(|n| Question {
                    id: QuestionId(Uuid::from_u128(n as u128)),
                    text: format!("Question number {n}?"),
                    expected_points: vec![format!("SECRET-point {n}")],
                    ..Default::default()
                })
                .collect(),
            ..Default::default()
        };
        adjust(&mut input);
        store_interview(&self.s, self.workspace, input).await
    }

    /// A candidate on `interview`.
    pub async fn candidate(&self, interview: InterviewId, name: &str, email: Option<&str>) -> Candidate {
        let input = CandidateInput {
            name: name.into(),
            email: email.map(Into::into),
            notes: Some("SECRET-notes".into()),
            ..Default::default()
        };
        candidates::create(
            &self.s,
            &self.owner,
            interview,
            input,
            Source::Invited,
            OnDuplicate::Refuse,
        )
        .await
        .unwrap()
    }

    pub fn dir(&self) -> &std::path::Path {
        self.dir.path()
    }
}

/// The server that tests make their databases on; `None` where somebody chose to leave them out.
pub fn postgres_url() -> Option<String> {
    match std::env::var("PARLEY_TEST_POSTGRES_URL") {
        Ok(url) if url == "none" => None,
        Ok(url) => Some(url),
        Err(_) => panic!(
            "PARLEY_TEST_POSTGRES_URL is not set. Run `scripts/postgres.sh with cargo nextest run …` or `make unit`; \
             PARLEY_TEST_POSTGRES_URL=none leaves the tests on PostgreSQL out"
        ),
    }
}

/// The invite token in a candidate's link.
pub fn token(candidate: &Candidate) -> String {
    candidate
        .invite_url
        .as_deref()
        .unwrap()
        .rsplit('/')
        .next()
        .unwrap()
        .to_owned()
}

async fn new_workspace(s: &Services, slug: &str) -> (WorkspaceId, UserId) {
    let now = s.now().millis();
    let (workspace, user): (Uuid, Uuid) = (s.new_id().unwrap(), s.new_id().unwrap());
    let row = entity::workspace::Model {
        id: workspace,
        slug: slug.into(),
        name: format!("The {slug} café"),
        deleted_at: None,
        created_at: now,
        updated_at: now,
    };
    entity::workspace::Entity::insert(row.into_active_model())
        .exec_without_returning(s.db.read())
        .await
        .unwrap();
    let row = entity::user::Model {
        id: user,
        email: format!("owner@{slug}.example"),
        email_norm: format!("owner@{slug}.example"),
        name: "Olive Owner".into(),
        password_hash: String::new(),
        time_zone: "Europe/Berlin".into(),
        locale: "en".into(),
        created_at: now,
        updated_at: now,
    };
    entity::user::Entity::insert(row.into_active_model())
        .exec_without_returning(s.db.read())
        .await
        .unwrap();
    let row = entity::membership::Model {
        id: s.new_id().unwrap(),
        workspace_id: workspace,
        user_id: user,
        role: "owner".into(),
        created_at: now,
        updated_at: now,
    };
    entity::membership::Entity::insert(row.into_active_model())
        .exec_without_returning(s.db.read())
        .await
        .unwrap();
    (WorkspaceId(workspace), UserId(user))
}

async fn store_interview(s: &Services, workspace: WorkspaceId, input: InterviewInput) -> InterviewId {
    let now = s.now().millis();
    let (id, version): (Uuid, Uuid) = (s.new_id().unwrap(), s.new_id().unwrap());
    let row = entity::interview::Model {
        id,
        workspace_id: workspace.0,
        title: input.title,
        description: input.description,
        welcome: input.welcome,
        state: input.state.as_str().into(),
        inactivity_days: input.settings.inactivity_days as i32,
        self_retakes: input.settings.self_retakes as i32,
        require_invited_email: input.settings.require_invited_email,
        invite_expiry_days: input.settings.invite_expiry_days.map(|d| d as i32),
        revision: 1,
        version_id: version,
        created_by: None,
        created_at: now,
        updated_at: now,
    };
    entity::interview::Entity::insert(row.into_active_model())
        .exec_without_returning(s.db.read())
        .await
        .unwrap();
    let row = entity::interview_version::Model {
        id: version,
        workspace_id: workspace.0,
        interview_id: id,
        number: 1,
        objective: input.objective,
        criteria: serde_json::to_value(&input.criteria).unwrap(),
        question_count: input.questions.len() as i32,
        questions: serde_json::to_value(&input.questions).unwrap(),
        settings: serde_json::to_value(&input.settings).unwrap(),
        pinned: false,
        created_at: now,
        updated_at: now,
    };
    entity::interview_version::Entity::insert(row.into_active_model())
        .exec_without_returning(s.db.read())
        .await
        .unwrap();
    InterviewId(id)
}
