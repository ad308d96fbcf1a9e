//! Opening an installation: data folder, schema, keys. Everything that starts (server, worker, command line) passes here.

use crate::{
    clock::{Clock, SystemClock},
    db::{Db, Priority},
    entity::key_canary,
    error::{Result, ServiceError},
    secrets::Secrets,
};
use anyhow::{Context, anyhow};
use parley_migration::{Migrator, MigratorTrait};
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, TransactionTrait, sea_query::OnConflict};
use std::{fs::File, path::Path};

/// "parley" in numbers: the advisory lock under which one process at a time changes the schema on PostgreSQL.
const SCHEMA_LOCK: i64 = 0x7061_726c_6579;

/// The file of the SQLite database of a data folder.
const DATABASE: &str = "parley.db";

/// Where the SQLite database of a data folder is.
#[must_use]
pub fn sqlite_url(data_dir: &Path) -> String {
    let path = data_dir.join(DATABASE).to_string_lossy().into_owned();
    // What has a meaning of its own in a URL.
    let path = path.replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    format!("sqlite://{path}")
}

/// Makes the data folder, readable for this user only, if it is not there.
///
/// # Errors
/// When it cannot be made.
pub fn make_data_dir(data_dir: &Path) -> Result<()> {
    if data_dir.is_dir() {
        return Ok(());
    }
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(data_dir)
        .with_context(|| format!("making the data folder {}", data_dir.display()))
        .map_err(ServiceError::internal)
}

/// Makes the file of the SQLite database, readable for this user only, if it is not there: the data folder may be one that
/// somebody else made, for all to read. SQLite takes an empty file for a new database, and gives the files that it puts
/// beside it the rights that this one has. Call it before the database is opened.
///
/// # Errors
/// When it cannot be made.
pub fn make_database_file(data_dir: &Path) -> Result<()> {
    let path = data_dir.join(DATABASE);
    let mut options = std::fs::OpenOptions::new();
    // One that is there is left alone, and not even opened: closing it again would take the locks of whoever has it open.
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(&path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(ServiceError::internal(
            anyhow::Error::new(error).context(format!("making the database {}", path.display())),
        )),
    }
}

/// Held while an installation is opened, so that two processes that start at once do not both make its key or schema.
/// The system gives the lock back when the process ends, however it ends.
#[derive(Debug)]
pub struct OpeningLock(File);

impl OpeningLock {
    /// Waits for its turn.
    ///
    /// # Errors
    /// When the data folder cannot be written.
    pub fn take(data_dir: &Path) -> Result<Self> {
        let path = data_dir.join("opening.lock");
        let file = File::create(&path)
            .and_then(|file| file.lock().map(|()| file))
            .with_context(|| format!("locking {}", path.display()))
            .map_err(ServiceError::internal)?;
        Ok(Self(file))
    }
}

impl Drop for OpeningLock {
    fn drop(&mut self) {
        // Closing the file would do; said aloud so that the field has a use.
        let _ = self.0.unlock();
    }
}

/// Brings the schema up to this version.
///
/// # Errors
/// When a migration fails (it is rolled back), or the database was made by a newer version.
pub async fn migrate(db: &Db) -> Result<()> {
    if db.is_sqlite() {
        return Ok(Migrator::up(db.read(), None).await?);
    }
    // Where statements may take as long as they take: what goes through a table, and who waits for another process.
    let patient = db.patient().await?;
    // Held by a connection of its own until the schema is up to date; given back with the transaction.
    let lock = patient.begin().await?;
    lock.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({SCHEMA_LOCK})"))
        .await?;
    Migrator::up(&patient, None).await?;
    lock.commit().await?;
    Ok(patient.close().await?)
}

/// How many migrations wait.
///
/// # Errors
/// When the database cannot be read.
pub async fn pending(db: &Db) -> Result<usize> {
    Ok(Migrator::get_pending_migrations_read_only(db.read()).await?.len())
}

/// The installation's keys: those of `secret` (`PARLEY_SECRET`) or of the file in the data folder, which is made only for
/// a database that has never seen a key. Each key that the database knows must be among them and be what it was.
///
/// # Errors
/// When a key is missing or wrong: links would be dead, so nothing starts.
pub async fn keys(db: &Db, secret: Option<&str>, data_dir: &Path) -> Result<Secrets> {
    let known = key_canary::Entity::find().all(db.read()).await?;
    let secrets = match secret {
        Some(list) => Secrets::parse(list).map_err(|e| explain(&e, "PARLEY_SECRET"))?,
        None => Secrets::load(data_dir, known.is_empty()).map_err(|e| {
            let place = data_dir.join("secret");
            explain(&e, &place.display().to_string())
        })?,
    };
    for row in &known {
        if secrets.canary(&row.key_id)?.as_deref() != Some(row.canary.as_slice()) {
            return Err(ServiceError::internal(anyhow!(
                "This database was used with the key '{}', which is not among the keys given now. Invite links made with \
                 it would be dead, so nothing was started and nothing was changed. Put the key back: the file 'secret' \
                 of the data folder that belongs to this database (it is part of every backup), or PARLEY_SECRET; to \
                 change keys, put the new one first and keep the old ones behind it, separated by commas.",
                row.key_id
            )));
        }
    }
    let ids: Vec<String> = secrets.key_ids().map(str::to_owned).collect();
    for id in ids.into_iter().filter(|id| known.iter().all(|row| row.key_id != *id)) {
        remember(db, &secrets, id).await?;
    }
    Ok(secrets)
}

async fn remember(db: &Db, secrets: &Secrets, id: String) -> Result<()> {
    let Some(canary) = secrets.canary(&id)? else {
        return Ok(());
    };
    let row = key_canary::ActiveModel {
        key_id: Set(id),
        canary: Set(canary),
        created_at: Set(SystemClock.now().millis()),
    };
    let tx = db.write(Priority::Person).await?;
    key_canary::Entity::insert(row)
        .on_conflict(OnConflict::column(key_canary::Column::KeyId).do_nothing().to_owned())
        .exec_without_returning(&*tx)
        .await?;
    tx.commit().await
}

fn explain(error: &ServiceError, place: &str) -> ServiceError {
    let why = match error {
        ServiceError::Internal(inner) => format!("{inner:#}"),
        other => other.to_string(),
    };
    ServiceError::internal(anyhow!(
        "The installation's key could not be read from {place}: {why}. Without it invite links would be dead, so nothing \
         was started. Put the key back from a backup of the data folder, or set PARLEY_SECRET."
    ))
}
