//! Stored files: once per workspace and content, in the data folder, never under a name that somebody chose.
//!
//! The bytes are on disk before the row that points at them is written. A file that nothing points at any more is
//! removed by the sweep of the resumes.

use crate::{
    Services,
    db::Priority,
    entity::{candidate, file, resume_file},
    error::{Result, ServiceError},
    imports::Pace,
    workspaces::Rows,
};
use parley_domain::{
    id::{FileId, WorkspaceId},
    time::{DAY, Timestamp},
};
use ring::digest::{Context, SHA256};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait,
    sea_query::{Expr, OnConflict},
};
use std::{
    collections::HashSet,
    fs::{DirEntry, File},
    io::{self, Read as _, Seek as _, SeekFrom},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};
use tempfile::{NamedTempFile, TempPath};
use uuid::Uuid;

/// Files that one round of [`collect`] looks at.
const ROUND: u64 = 100;
/// Files that [`collect_strays`] asks about at once.
const STRAYS_AT_ONCE: usize = 500;
/// Files that one transaction of [`collect_these`] looks at.
const ERASED_AT_ONCE: usize = 50;

fn folder(s: &Services) -> PathBuf {
    s.config.data_dir.join("files")
}

fn path_of(s: &Services, key: &str) -> PathBuf {
    folder(s).join(key)
}

/// The disk's trouble, for the person who waits.
pub(crate) fn unwritable(error: &io::Error) -> ServiceError {
    ServiceError::Unavailable(format!("a file cannot be stored: {error}"))
}

/// A temporary file for bytes that arrive, in the data folder, so that keeping it is a rename.
///
/// # Errors
/// When the folder cannot be written.
pub fn incoming(s: &Services) -> Result<NamedTempFile> {
    let folder = folder(s);
    let made = std::fs::create_dir_all(&folder).and_then(|()| NamedTempFile::new_in(&folder));
    made.map_err(|error| unwritable(&error))
}

/// The SHA-256 and the length of a file that has arrived, after making it durable. Leaves it at its start.
///
/// # Errors
/// When it cannot be read.
pub(crate) fn sealed(file: &mut File) -> io::Result<(Vec<u8>, u64)> {
    file.sync_all()?;
    file.seek(SeekFrom::Start(0))?;
    let (mut hash, mut length) = (Context::new(&SHA256), 0);
    let mut piece = vec![0; 64 * 1024];
    loop {
        let read = file.read(&mut piece)?;
        if read == 0 {
            break;
        }
        length += read as u64;
        hash.update(piece.get(..read).unwrap_or_default());
    }
    file.seek(SeekFrom::Start(0))?;
    Ok((hash.finish().as_ref().to_vec(), length))
}

/// Keeps a sealed file; one with the same content that is there already is used instead. What points at it must be
/// written in the same transaction.
///
/// # Errors
/// When the disk or the database fails.
pub(crate) async fn keep(
    tx: &impl ConnectionTrait,
    s: &Services,
    workspace: WorkspaceId,
    content: (&[u8], u64),
    content_type: &str,
    arrived: TempPath,
) -> Result<FileId> {
    let now = s.now().millis();
    let (sha256, size) = content;
    let touched = file::Entity::update_many()
        .col_expr(file::Column::UpdatedAt, Expr::value(now))
        .filter(file::Column::WorkspaceId.eq(workspace.0))
        .filter(file::Column::Sha256.eq(sha256.to_vec()))
        .exec(tx)
        .await?;
    if touched.rows_affected == 0 {
        let id: FileId = s.new_id()?;
        let key = id.to_string();
        arrived
            .persist(path_of(s, &key))
            .map_err(|error| unwritable(&error.error))?;
        let row = file::ActiveModel {
            id: Set(id.0),
            workspace_id: Set(workspace.0),
            sha256: Set(sha256.to_vec()),
            size: Set(i64::try_from(size).unwrap_or(i64::MAX)),
            content_type: Set(content_type.to_owned()),
            storage_key: Set(key.clone()),
            created_at: Set(now),
            updated_at: Set(now),
        };
        let rule = OnConflict::columns([file::Column::WorkspaceId, file::Column::Sha256])
            .do_nothing()
            .to_owned();
        let written = file::Entity::insert(row)
            .on_conflict(rule)
            .exec_without_returning(tx)
            .await?;
        if written == 1 {
            return Ok(id);
        }
        // Somebody else was faster with the same content.
        remove(&path_of(s, &key));
    }
    let there: Option<Uuid> = file::Entity::find()
        .select_only()
        .column(file::Column::Id)
        .filter(file::Column::WorkspaceId.eq(workspace.0))
        .filter(file::Column::Sha256.eq(sha256.to_vec()))
        .into_tuple()
        .one(tx)
        .await?;
    there.map(FileId).ok_or(ServiceError::NotFound)
}

/// A stored file, open for reading, and its length.
///
/// # Errors
/// [`ServiceError::NotFound`] for one that is not there.
pub(crate) async fn open(s: &Services, workspace: WorkspaceId, id: FileId) -> Result<(File, u64)> {
    let row = file::Entity::find_by_id(id.0)
        .filter(file::Column::WorkspaceId.eq(workspace.0))
        .one(s.db.read())
        .await?
        .ok_or(ServiceError::NotFound)?;
    let opened = File::open(path_of(s, &row.storage_key)).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => ServiceError::NotFound,
        _ => unwritable(&error),
    })?;
    Ok((opened, u64::try_from(row.size).unwrap_or(0)))
}

fn remove(path: &Path) {
    if let Err(error) = std::fs::remove_file(path)
        && error.kind() != io::ErrorKind::NotFound
    {
        tracing::warn!(%error, "a stored file could not be removed; it is tried again");
    }
}

/// Files that no candidate and no batch points at, untouched since `before`.
fn unused(before: Timestamp) -> Condition {
    let candidates = candidate::Entity::find()
        .select_only()
        .column(candidate::Column::ResumeFileId)
        .filter(candidate::Column::ResumeFileId.is_not_null())
        .into_query();
    let batches = resume_file::Entity::find()
        .select_only()
        .column(resume_file::Column::FileId)
        .filter(resume_file::Column::FileId.is_not_null())
        .into_query();
    Condition::all()
        .add(file::Column::UpdatedAt.lt(before.millis()))
        .add(file::Column::Id.not_in_subquery(candidates))
        .add(file::Column::Id.not_in_subquery(batches))
}

/// Removes files that nothing points at and that nobody touched since `before`; how many.
///
/// # Errors
/// When the database fails.
pub(crate) async fn collect(s: &Services, before: Timestamp) -> Result<u64> {
    let found = file::Entity::find()
        .filter(unused(before))
        .limit(ROUND)
        .all(s.db.read())
        .await?;
    let mut gone = 0;
    for row in found {
        let tx = s.db.write(Priority::Background).await?;
        let done = file::Entity::delete_many()
            .filter(file::Column::Id.eq(row.id))
            .filter(unused(before))
            .exec(&*tx)
            .await?;
        tx.commit().await?;
        if done.rows_affected == 1 {
            remove(&path_of(s, &row.storage_key));
            gone += 1;
        }
    }
    Ok(gone)
}

/// Removes those of these files that nothing points at any more, and that nobody touched since `before`; how many. It asks
/// about each of them by its id, where [`collect`] looks through all.
///
/// # Errors
/// When the database fails.
pub(crate) async fn collect_these(s: &Services, ids: &[Uuid], before: Timestamp) -> Result<u64> {
    let mut gone = 0;
    for piece in ids.chunks(ERASED_AT_ONCE) {
        let rows = file::Entity::find()
            .filter(file::Column::Id.is_in(piece.iter().copied()))
            .all(s.db.read())
            .await?;
        if rows.is_empty() {
            continue;
        }
        let tx = s.db.write(Priority::Background).await?;
        let mut removed = Vec::with_capacity(rows.len());
        for row in rows {
            let candidates = candidate::Entity::find()
                .select_only()
                .column(candidate::Column::ResumeFileId)
                .filter(candidate::Column::ResumeFileId.eq(row.id))
                .into_query();
            let batches = resume_file::Entity::find()
                .select_only()
                .column(resume_file::Column::FileId)
                .filter(resume_file::Column::FileId.eq(row.id))
                .into_query();
            let done = file::Entity::delete_many()
                .filter(file::Column::Id.eq(row.id))
                .filter(file::Column::UpdatedAt.lt(before.millis()))
                .filter(file::Column::Id.not_in_subquery(candidates))
                .filter(file::Column::Id.not_in_subquery(batches))
                .exec(&*tx)
                .await?;
            if done.rows_affected == 1 {
                removed.push(row.storage_key);
            }
        }
        tx.commit().await?;
        for key in &removed {
            remove(&path_of(s, key));
            gone += 1;
        }
    }
    Ok(gone)
}

/// Removes the stored files of a workspace that is being cleared up, bytes first: a process that dies in between finds the
/// rows again. How many.
///
/// # Errors
/// When the database fails; what is left is found again.
pub(crate) async fn clear(s: &Services, workspace: WorkspaceId) -> Result<u64> {
    let rows = Rows::of(
        workspace,
        file::Entity::find(),
        file::Column::WorkspaceId,
        file::Column::Id,
    );
    let (mut pace, mut gone, mut last) = (Pace::new(), 0, Uuid::nil());
    loop {
        let ids = rows.next(s, last, pace.rows).await?;
        let Some(end) = ids.last() else { return Ok(gone) };
        last = *end;
        let keys: Vec<String> = file::Entity::find()
            .select_only()
            .column(file::Column::StorageKey)
            .filter(file::Column::Id.is_in(ids.clone()))
            .into_tuple()
            .all(s.db.read())
            .await?;
        for key in keys {
            remove(&path_of(s, &key));
        }
        gone += rows.remove_these(s, ids, &mut pace).await?;
    }
}

/// Removes what a process that died left in the folder: bytes that are a day old and have no row. The folder is read and the
/// files are removed on threads that may wait for the disk.
///
/// # Errors
/// When the database fails.
pub(crate) async fn collect_strays(s: &Services) -> Result<()> {
    let folder = folder(s);
    let found = tokio::task::spawn_blocking(move || day_old(&folder))
        .await
        .map_err(ServiceError::internal)?;
    for some in found.chunks(STRAYS_AT_ONCE) {
        let known: Vec<Uuid> = file::Entity::find()
            .select_only()
            .column(file::Column::Id)
            .filter(file::Column::Id.is_in(some.iter().filter_map(|(_, id)| *id)))
            .into_tuple()
            .all(s.db.read())
            .await?;
        let known: HashSet<Uuid> = known.into_iter().collect();
        let strays: Vec<PathBuf> = some
            .iter()
            .filter(|(_, id)| id.is_none_or(|id| !known.contains(&id)))
            .map(|(path, _)| path.clone())
            .collect();
        tokio::task::spawn_blocking(move || strays.iter().for_each(|path| remove(path)))
            .await
            .map_err(ServiceError::internal)?;
    }
    Ok(())
}

/// The files of a folder that are a day old, each with the id that it is named after, if it is. None where there is no such
/// folder: then nothing was ever stored in it.
pub(crate) fn day_old(folder: &Path) -> Vec<(PathBuf, Option<Uuid>)> {
    let day = Duration::from_millis(DAY.unsigned_abs());
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let old = |entry: &DirEntry| {
        let changed = entry.metadata().and_then(|about| about.modified());
        changed.is_ok_and(|changed| old_enough(changed, day))
    };
    entries
        .flatten()
        .filter(old)
        .map(|entry| {
            let id = entry.file_name().to_str().and_then(|name| name.parse().ok());
            (entry.path(), id)
        })
        .collect()
}

/// The disk's clock, not ours: how long ago the system says the file was written.
fn old_enough(changed: SystemTime, age: Duration) -> bool {
    changed.elapsed().is_ok_and(|since| since > age)
}
