//! From settings to services: what every command does first.

use crate::config::Settings;
use anyhow::{Context, Result, bail};
use parley_services::{
    Config, Services,
    ai::Ai,
    db::Db,
    install::{self, OpeningLock},
};

/// Opens the installation: data folder, database, schema, keys.
///
/// # Errors
/// Said for the person who starts it.
pub async fn open(settings: &Settings) -> Result<Services> {
    install::make_data_dir(&settings.data_dir)?;
    let lock = OpeningLock::take(&settings.data_dir)?;
    let db = connect(settings).await?;
    if settings.migrate {
        install::migrate(&db).await.context(
            "The database's schema could not be brought up to date; nothing was changed by the step that failed",
        )?;
    } else {
        let pending = install::pending(&db).await?;
        if pending > 0 {
            bail!(
                "The database's schema is {pending} steps behind this version. Run 'parley migrate', then start again."
            );
        }
    }
    let secrets = install::keys(&db, settings.secret.as_deref(), &settings.data_dir).await?;
    drop(lock);
    let config = Config {
        data_dir: settings.data_dir.clone(),
        public_url: settings.public_url(),
        initial_tokens: settings.initial_tokens,
        tokens_per_resume: settings.tokens_per_resume,
    };
    let ai = Ai::new(settings.ai(), usize::from(settings.ai_at_once))
        .context("The AI model of PARLEY_AI_URL cannot be used; check PARLEY_AI_KEY")?;
    Ok(Services::new(db, secrets, config)
        .with_rates(settings.rates())
        .with_ai(ai))
}

/// Brings the schema up to date and does nothing else.
///
/// # Errors
/// Said for the person who starts it.
pub async fn migrate(settings: &Settings) -> Result<usize> {
    install::make_data_dir(&settings.data_dir)?;
    let _lock = OpeningLock::take(&settings.data_dir)?;
    let db = connect(settings).await?;
    // Of a database without any table, "all of them" cannot be read yet.
    let pending = install::pending(&db).await.ok();
    install::migrate(&db).await?;
    db.close().await?;
    Ok(pending.unwrap_or(0))
}

async fn connect(settings: &Settings) -> Result<Db> {
    let place = if settings.database_url.is_some() {
        "the database of PARLEY_DATABASE_URL".to_owned()
    } else {
        install::make_database_file(&settings.data_dir)?;
        format!("the database in {}", settings.data_dir.display())
    };
    Db::connect(&settings.database_url())
        .await
        .with_context(|| format!("Could not open {place}"))
}
