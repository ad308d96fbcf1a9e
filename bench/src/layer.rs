//! The services' AI layer in this process, on a database of its own.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use parley_domain::{ai::Purpose, id::WorkspaceId};
use parley_services::{
    Config, Services,
    ai::{self, Ai, AiConfig, Request},
    db::Db,
    install,
    secrets::Secrets,
};
use serde::Deserialize;
use serde_json::json;
use tempfile::TempDir;

/// The layer with a model.
#[derive(Debug)]
pub struct Layer {
    services: Services,
    workspace: WorkspaceId,
    _folder: TempDir,
}

#[derive(Deserialize)]
struct Proposal {
    action: String,
}

impl Layer {
    /// For the model behind `url`.
    pub async fn new(url: &str) -> Result<Self> {
        let folder = TempDir::new()?;
        let db = Db::connect(&install::sqlite_url(folder.path())).await?;
        install::migrate(&db).await?;
        let secrets = Secrets::parse("a-secret-of-a-measurement-with-32-characters")?;
        let config = Config {
            data_dir: folder.path().to_owned(),
            public_url: "http://127.0.0.1:3000".to_owned(),
            initial_tokens: 0,
            tokens_per_resume: 0,
        };
        let model = AiConfig {
            url: url.to_owned(),
            key: None,
            model: "m".to_owned(),
        };
        let services = Services::new(db, secrets, config).with_ai(Ai::new(Some(model), ai::AT_ONCE)?);
        parley_services::accounts::keys::create_key_as_system(
            &services,
            "bench",
            parley_domain::account::Role::Owner,
            None,
        )
        .await?;
        let workspace = ai::settings::first(services.db.read()).await?;
        Ok(Self {
            services,
            workspace: workspace.ok_or_else(|| anyhow::anyhow!("no workspace"))?,
            _folder: folder,
        })
    }

    fn request(&self) -> Request {
        let schema = json!({
            "type": "object",
            "properties": { "action": { "type": "string" }, "text": { "type": "string" } },
            "required": ["action", "text"],
            "additionalProperties": false,
        });
        Request::new(Purpose::Interview, self.workspace, "x".repeat(3_000))
            .data(&json!({ "answer": "y".repeat(600) }))
            .schema("turn", schema)
            .max_tokens(500)
            .live()
            .within(Duration::from_secs(20))
    }

    /// Until a whole answer was read, checked and recorded.
    pub async fn whole(&self) -> Result<Duration> {
        let request = self.request();
        let begin = Instant::now();
        let answer = ai::ask_json(&self.services, request, |_: &Proposal| Ok(())).await?;
        let took = begin.elapsed();
        ensure!(answer.value.action == "next", "another answer");
        Ok(took)
    }

    /// Until the first text of a stream.
    pub async fn first(&self) -> Result<Duration> {
        let request = self.request();
        let begin = Instant::now();
        let mut answer = ai::stream(&self.services, &request).await?;
        let first = answer.next().await.transpose()?;
        let took = begin.elapsed();
        ensure!(first.is_some(), "no text");
        while let Some(text) = answer.next().await {
            text?;
        }
        answer.accept();
        Ok(took)
    }

    /// Ends it.
    pub async fn close(self) -> Result<()> {
        Ok(self.services.db.close().await?)
    }
}
