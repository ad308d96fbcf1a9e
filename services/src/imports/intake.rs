//! From an uploaded file to stored rows with their fates. A file that is refused leaves nothing behind.

use super::{
    matching::{self, match_columns},
    reader::{self, Format, Frame, Opened, Options, Row, SheetError, limits},
    row,
    store::{self, Judged, Pace},
    view,
};
use crate::{
    Services,
    candidates::this_year,
    child::{self, ChildError, Job},
    db::Priority,
    entity::{import, import_mapping, import_row, interview},
    error::{Result, ServiceError},
};
use parley_domain::{
    account::{Action, Actor},
    id::{ImportId, InterviewId, WorkspaceId},
    import::{Field, Import, ImportState, OnDuplicate},
    text,
};
use ring::digest;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use std::{
    collections::{HashMap, HashSet},
    fs::File,
    io::{BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _},
    path::Path,
    time::{Duration, Instant},
};
use tempfile::NamedTempFile;

/// Longest file name that is kept, in characters.
const FILE_NAME: usize = 200;

/// A file that has arrived.
#[derive(Debug)]
pub struct Upload {
    /// Its name as the browser gave it; never used as a path.
    pub file_name: String,
    /// Its bytes, in a file made by [`incoming`].
    pub file: NamedTempFile,
    /// What the creator chose, if anything.
    pub options: Options,
}

/// A temporary file for the bytes that arrive, in the data folder, so that storing it later is a rename.
///
/// # Errors
/// When the folder cannot be written.
pub fn incoming(s: &Services) -> Result<NamedTempFile> {
    let folder = store::folder(s);
    let made = std::fs::create_dir_all(&folder).and_then(|()| NamedTempFile::new_in(&folder));
    made.map_err(|error| ServiceError::Unavailable(format!("the upload folder cannot be written: {error}")))
}

/// The hidden subcommand `extract-sheet`: reads standard input within limits and writes frames. `options` is JSON.
///
/// # Errors
/// When the limits cannot be set, the input cannot be read or nobody listens.
#[cfg(unix)]
pub fn extract_in_child(options: &str) -> std::io::Result<()> {
    child::limit_self(child::Limits::SHEET)?;
    let options: Options = serde_json::from_str(options)?;
    let mut output = std::io::BufWriter::new(std::io::stdout().lock());
    reader::extract(&mut child::input()?, &options, &mut output)
}

/// The interview that an import is for.
async fn meant(s: &Services, actor: &Actor, interview: InterviewId) -> Result<interview::Model> {
    let workspace = s.allow_own(actor, Action::EditCandidates)?;
    interview::Entity::find_by_id(interview.0)
        .filter(interview::Column::WorkspaceId.eq(workspace.0))
        .one(s.db.read())
        .await?
        .ok_or(ServiceError::NotFound)
}

/// Whether [`upload()`] would find the interview and allow it: asked before the first byte of a table is read.
///
/// # Errors
/// An unknown interview; a role that is too low.
pub async fn may_upload(s: &Services, actor: &Actor, interview: InterviewId) -> Result<()> {
    meant(s, actor, interview).await.map(drop)
}

/// Reads an uploaded table and previews what an import of it would do. Writes no candidate.
///
/// # Errors
/// A file that cannot be read, with the sentence for the person who chose it; an unknown or archived interview; a role
/// that is too low.
pub async fn upload(s: &Services, actor: &Actor, interview: InterviewId, upload: Upload) -> Result<Import> {
    let interview = meant(s, actor, interview).await?;
    let (s, actor) = (s.clone(), *actor);
    // A task of its own: it comes to an end even if the caller goes away in the middle.
    let work = async move {
        let spool = extract(&s, upload.file.path(), &upload.options).await?;
        let hash = hash_of(upload.file.path()).await?;
        let id: ImportId = s.new_id()?;
        upload
            .file
            .persist(store::file_of(&s, id.0))
            .map_err(|error| unwritable(&error.error))?;
        let stored = store_upload(&s, &actor, &interview, id, (&upload.file_name, hash), spool).await;
        if stored.is_err() {
            store::forget_file(&s, id.0).await;
        }
        stored?;
        view::get(&s, &actor, id).await
    };
    tokio::spawn(work).await.map_err(ServiceError::internal)?
}

/// By which the same file is known again.
async fn hash_of(path: &Path) -> Result<Vec<u8>> {
    let path = path.to_owned();
    let hash = move || -> std::io::Result<Vec<u8>> {
        let mut file = File::open(path)?;
        let mut context = digest::Context::new(&digest::SHA256);
        let mut piece = vec![0; 64 * 1024];
        loop {
            let read = file.read(&mut piece)?;
            if read == 0 {
                return Ok(context.finish().as_ref().to_vec());
            }
            context.update(&piece[..read]);
        }
    };
    let done = tokio::task::spawn_blocking(hash)
        .await
        .map_err(ServiceError::internal)?;
    done.map_err(|error| unwritable(&error))
}

fn unwritable(error: &std::io::Error) -> ServiceError {
    ServiceError::Unavailable(format!("the upload cannot be stored: {error}"))
}

/// A refusal as the doors show it.
fn refused(error: &SheetError) -> ServiceError {
    ServiceError::invalid("file", error.sentence())
}

/// Runs the reader and keeps its answer in a file that has no name.
pub(super) async fn extract(s: &Services, path: &Path, options: &Options) -> Result<File> {
    let input = File::open(path).map_err(|error| unwritable(&error))?;
    let mut spool = tempfile::tempfile_in(store::folder(s)).map_err(|error| unwritable(&error))?;
    if input.metadata().map_err(|error| unwritable(&error))?.len() > limits::FILE_BYTES {
        return Err(refused(&SheetError::FileTooLarge));
    }
    match &s.children {
        Some(children) => read_in_child(children, options, input, &mut spool).await?,
        None => {
            let (mut input, options, mut output) =
                (input, options.clone(), spool.try_clone().map_err(|e| unwritable(&e))?);
            let read = move || {
                let mut buffered = std::io::BufWriter::new(&mut output);
                reader::extract(&mut input, &options, &mut buffered)
            };
            tokio::task::spawn_blocking(read)
                .await
                .map_err(ServiceError::internal)?
                .map_err(|error| unwritable(&error))?;
        }
    }
    match last_frame(&mut spool)? {
        Frame::End(_) => Ok(spool),
        Frame::Refused(error) => Err(refused(&error)),
        _ => Err(ServiceError::internal(anyhow::anyhow!(
            "the reader's answer has no end"
        ))),
    }
}

async fn read_in_child(children: &child::Children, options: &Options, input: File, spool: &mut File) -> Result<()> {
    let job = Job {
        subcommand: "extract-sheet",
        args: vec![serde_json::to_string(options)?],
        wall: Duration::from_secs(40),
        // The text, each byte of which may be written as two, and the frames around it.
        output_cap: limits::TEXT_BYTES * 3,
    };
    let read = async {
        let mut running = children.start(&job, input).await?;
        let mut piece = Vec::new();
        while running.read(&mut piece).await? > 0 {
            spool.write_all(&piece)?;
            piece.clear();
        }
        running.finish().await
    };
    read.await.map_err(|error: ChildError| {
        // Only the kind of trouble: a message of the child may quote the document.
        tracing::info!(%error, "a table could not be read");
        match error {
            ChildError::TimedOut | ChildError::OutOfMemory | ChildError::TooMuchOutput => {
                refused(&SheetError::TooLargeUnpacked)
            }
            ChildError::Killed(_) | ChildError::Failed { .. } => refused(&SheetError::Damaged),
            ChildError::Io(error) => unwritable(&error),
        }
    })
}

/// The last line of the answer; leaves the file at its start.
fn last_frame(spool: &mut File) -> Result<Frame> {
    let mut read = || -> std::io::Result<Vec<u8>> {
        let length = spool.seek(SeekFrom::End(0))?;
        spool.seek(SeekFrom::Start(length.saturating_sub(64 * 1024)))?;
        let mut end = Vec::new();
        spool.read_to_end(&mut end)?;
        spool.seek(SeekFrom::Start(0))?;
        Ok(end)
    };
    let end = read().map_err(|error| unwritable(&error))?;
    let line = end
        .split(|b| *b == b'\n')
        .rfind(|line| !line.is_empty())
        .unwrap_or_default();
    Ok(serde_json::from_slice(line)?)
}

/// The frames of an answer, one by one.
pub(super) struct Frames(BufReader<File>);

impl Frames {
    /// The first frame says what the file is.
    pub(super) fn open(spool: File) -> Result<(Opened, Self)> {
        let mut frames = Self(BufReader::new(spool));
        match frames.next()? {
            Some(Frame::Opened(opened)) => Ok((opened, frames)),
            _ => Err(ServiceError::internal(anyhow::anyhow!(
                "the reader's answer has no beginning"
            ))),
        }
    }

    fn next(&mut self) -> Result<Option<Frame>> {
        let mut line = Vec::new();
        let read = self
            .0
            .read_until(b'\n', &mut line)
            .map_err(|error| unwritable(&error))?;
        Ok(if read == 0 {
            None
        } else {
            Some(serde_json::from_slice(&line)?)
        })
    }

    /// Up to `most` rows; none at the end.
    pub(super) fn rows(&mut self, most: usize) -> Result<Vec<Row>> {
        let mut rows = Vec::with_capacity(most);
        while rows.len() < most {
            match self.next()? {
                Some(Frame::Row(row)) => rows.push(row),
                _ => break,
            }
        }
        Ok(rows)
    }
}

/// What a file tells about itself, as it is stored.
pub(super) struct Told {
    opened: Opened,
    pub columns: Vec<Option<Field>>,
}

impl Told {
    /// Matches the columns as the workspace did before, else by their headers.
    pub(super) async fn by(s: &Services, workspace: WorkspaceId, opened: Opened) -> Result<Self> {
        let columns = if opened.header_row == 0 {
            matching::match_by_content(opened.top.iter().map(|row| row.cells.as_slice()))
        } else {
            matched(s, workspace, &opened.header).await?
        };
        Ok(Self { opened, columns })
    }

    /// Writes it into an import.
    pub(super) fn store(&self, import: &mut import::ActiveModel) -> Result<()> {
        let opened = &self.opened;
        import.format = Set(format_word(opened.format).to_owned());
        import.sheets = Set(serde_json::to_string(&opened.sheets)?);
        import.sheet = Set(opened.sheet.clone());
        import.header_row = Set(i32::try_from(opened.header_row).unwrap_or(i32::MAX));
        import.header = Set(serde_json::to_string(&opened.header)?);
        import.top_rows = Set(Some(serde_json::to_string(&opened.top)?));
        import.mapping = Set(serde_json::to_string(&self.columns)?);
        import.encoding = Set(opened.encoding.clone());
        import.separator = Set(opened.separator.map(String::from));
        Ok(())
    }
}

const fn format_word(format: Format) -> &'static str {
    match format {
        Format::Xlsx => "xlsx",
        Format::Xls => "xls",
        Format::Ods => "ods",
        Format::Text => "text",
    }
}

/// Matches by header, and over that what the workspace corrected earlier.
async fn matched(s: &Services, workspace: WorkspaceId, header: &[String]) -> Result<Vec<Option<Field>>> {
    let keys: Vec<String> = header.iter().map(|text| matching::key(text)).collect();
    let remembered: HashMap<String, Option<String>> = import_mapping::Entity::find()
        .filter(import_mapping::Column::WorkspaceId.eq(workspace.0))
        .filter(import_mapping::Column::HeaderKey.is_in(keys.iter().filter(|key| !key.is_empty())))
        .all(s.db.read())
        .await?
        .into_iter()
        .map(|row| (row.header_key, row.field))
        .collect();
    let mut columns = match_columns(header);
    columns.resize(header.len(), None);
    let chosen = |key: &String| {
        remembered
            .get(key)
            .map(|word| word.as_deref().and_then(|word| word.parse().ok()))
    };
    let chosen: Vec<Option<Option<Field>>> = keys.iter().map(chosen).collect();
    let mut taken: HashSet<Field> = HashSet::new();
    for (column, choice) in columns.iter_mut().zip(&chosen) {
        if let Some(field) = choice {
            *column = field.filter(|field| field.takes_several() || taken.insert(*field));
        }
    }
    // A field that was chosen for one column is not also guessed for another.
    for (column, choice) in columns.iter_mut().zip(&chosen) {
        if choice.is_none() && column.is_some_and(|field| taken.contains(&field)) {
            *column = None;
        }
    }
    Ok(columns)
}

async fn store_upload(
    s: &Services,
    actor: &Actor,
    interview: &interview::Model,
    id: ImportId,
    (file_name, hash): (&str, Vec<u8>),
    spool: File,
) -> Result<()> {
    let (opened, mut frames) = Frames::open(spool)?;
    let told = Told::by(s, WorkspaceId(interview.workspace_id), opened).await?;
    let now = s.now().millis();
    let mut import = import::ActiveModel {
        id: Set(id.0),
        workspace_id: Set(interview.workspace_id),
        interview_id: Set(interview.id),
        created_by: Set(match actor {
            Actor::Member { user, .. } => Some(user.0),
            _ => None,
        }),
        file_name: Set(text::shorten(&text::one_line(file_name), FILE_NAME)),
        file_hash: Set(Some(hash)),
        state: Set(ImportState::Reading.as_str().to_owned()),
        on_duplicate: Set(OnDuplicate::Skip.as_str().to_owned()),
        created_at: Set(now),
        updated_at: Set(now),
        ..Default::default()
    };
    for count in [
        &mut import.rows,
        &mut import.added,
        &mut import.updated,
        &mut import.skipped,
        &mut import.rejected,
        &mut import.removed,
        &mut import.restored,
        &mut import.kept,
    ] {
        *count = Set(0);
    }
    for nothing in [&mut import.work, &mut import.failure] {
        *nothing = Set(None);
    }
    (import.lease, import.lease_until, import.finished_at) = (Set(None), Set(None), Set(None));
    told.store(&mut import)?;
    let tx = s.db.write(Priority::Person).await?;
    import::Entity::insert(import).exec_without_returning(&*tx).await?;
    tx.commit().await?;
    let filled = fill(s, WorkspaceId(interview.workspace_id), id, &told.columns, &mut frames).await;
    if filled.is_err() {
        let tx = s.db.write(Priority::Person).await?;
        import::Entity::delete_by_id(id.0).exec(&*tx).await?;
        tx.commit().await?;
    }
    filled
}

/// Stores the rows that come and ends the reading.
pub(super) async fn fill(
    s: &Services,
    workspace: WorkspaceId,
    id: ImportId,
    columns: &[Option<Field>],
    frames: &mut Frames,
) -> Result<()> {
    let import = store::find(s.db.read(), workspace, id).await?;
    let (year, order) = (this_year(s), store::name_order(&import, columns)?);
    let (mut pace, mut seen, mut total) = (Pace::new(), HashSet::new(), 0);
    loop {
        let rows = frames.rows(pace.rows)?;
        if rows.is_empty() {
            break;
        }
        let rows: Vec<Judged> = rows
            .into_iter()
            .map(|row| row::with_linked(row, columns))
            .filter_map(|row| Judged::of(row, columns, order, year))
            .collect();
        let fates = store::fates(s.db.read(), &import, &rows, &mut seen).await?;
        let (now, ids) = (s.now().millis(), store::new_ids(s, rows.len())?);
        let models = rows.into_iter().zip(fates).zip(ids);
        let models: Vec<import_row::Model> = models
            .map(|((row, fate), id)| row.into_model(&import, id, fate, now))
            .collect::<Result<_>>()?;
        total += models.len();
        let tx = s.db.write(Priority::Background).await?;
        let since = Instant::now();
        store::insert_rows(&*tx, models).await?;
        tx.commit().await?;
        pace.held(since);
    }
    if total == 0 {
        // Only the template's sample was there.
        return Err(refused(&SheetError::HeadersOnly));
    }
    s.db.grown("import_row").await;
    let tx = s.db.write(Priority::Person).await?;
    let mut done = import.into_active_model();
    done.rows = Set(i32::try_from(total).unwrap_or(i32::MAX));
    done.state = Set(ImportState::Preview.as_str().to_owned());
    done.updated_at = Set(s.now().millis());
    done.update(&*tx).await?;
    tx.commit().await
}
