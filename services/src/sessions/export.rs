//! The Sessions tab as a file: exactly the filtered rows, in their order, with links for those who may see them. Safe to
//! open in a spreadsheet, and good to import again.

use super::{
    cursor::Cursor,
    list::{candidates_of, scope},
    query::{Query, Scope, keys_of, kinds},
    sheet::{COLUMNS, Line, write},
};
use crate::{
    Services,
    accounts::{Zone, zone_of},
    candidates::invite_url,
    entity::{candidate, session},
    error::{Result, ServiceError},
};
use parley_domain::{
    account::Actor,
    candidate::Source,
    id::{CandidateId, InterviewId},
    session::{SessionFilter, SessionOrder},
    time::{MINUTE, Timestamp},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use std::{
    collections::{HashMap, HashSet},
    fs::File,
    io::Seek,
};
use tokio::sync::mpsc;
use uuid::Uuid;

/// Rows that are read at once.
const CHUNK: usize = 1_000;

/// Selected candidates who are named in one statement, below the number of values that it may bind.
const NAMED: usize = 5_000;

/// What kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportFormat {
    /// An Excel workbook.
    Xlsx,
    /// Comma-separated, UTF-8 with a byte order mark.
    Csv,
}

impl ExportFormat {
    /// The media type.
    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Csv => "text/csv; charset=utf-8",
        }
    }

    /// The end of the file's name.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Csv => "csv",
        }
    }
}

/// A finished export: a file without a name on disk, which is gone when it is closed.
#[derive(Debug)]
pub struct ExportFile {
    /// At its beginning.
    pub file: File,
    /// Bytes.
    pub size: u64,
    /// Rows, the header not counted.
    pub rows: u64,
}

/// Writes the sessions of `filter`, in this order; where there are `selected` candidates, their current rows and no others,
/// whatever the filter says: somebody who moved on after they were ticked is still who was ticked.
///
/// # Errors
/// An unknown interview; a filter that cannot be read; a role that may not read; a full disk.
pub async fn export(
    s: &Services,
    actor: &Actor,
    interview: InterviewId,
    filter: &SessionFilter,
    order: SessionOrder,
    selected: &[CandidateId],
    format: ExportFormat,
) -> Result<ExportFile> {
    let scope = scope(s, actor, Some(interview)).await?;
    let zone = zone_of(s, actor).await?;
    let folder = s.config.data_dir.clone();
    // The writer is not async and may wait for the disk: it has a thread of its own, fed row by row, so that an export of
    // any size needs the same memory.
    let (feed, rows) = mpsc::channel::<Line>(64);
    let header = COLUMNS.map(|(words, _)| words.replace("{zone}", zone.name()));
    let writer = tokio::task::spawn_blocking(move || write(format, &folder, &header, rows));
    let feed = Feed {
        s,
        actor,
        scope,
        zone: &zone,
        lines: feed,
        count: 0,
    };
    let fed = if selected.is_empty() {
        read_all(feed, filter, order).await
    } else {
        read_selected(feed, selected, order).await
    };
    let written = writer.await.map_err(ServiceError::internal)?;
    let rows = fed?;
    let mut file = written?;
    let size = file.seek(std::io::SeekFrom::End(0)).map_err(ServiceError::internal)?;
    file.rewind().map_err(ServiceError::internal)?;
    Ok(ExportFile { file, size, rows })
}

/// Where rows go, and what each needs for it.
struct Feed<'a> {
    s: &'a Services,
    actor: &'a Actor,
    scope: Scope,
    zone: &'a Zone,
    lines: mpsc::Sender<Line>,
    count: u64,
}

impl Feed<'_> {
    /// Writes these rows; `false` once the writer stopped: its own error says why.
    async fn rows(&mut self, rows: &[session::Model]) -> Result<bool> {
        let people = candidates_of(self.s, self.scope.workspace, rows).await?;
        for row in rows {
            let Some(person) = row.candidate_id.and_then(|id| people.get(&id)) else {
                continue;
            };
            let url = invite_url(self.s, self.actor, person)?;
            if self.lines.send(line(self.zone, row, person, url)).await.is_err() {
                return Ok(false);
            }
            self.count += 1;
        }
        Ok(true)
    }
}

/// All rows of the filter, page by page; how many there were.
async fn read_all(mut feed: Feed<'_>, filter: &SessionFilter, order: SessionOrder) -> Result<u64> {
    let s = feed.s;
    let query = Query::new(s, feed.scope, filter, order.by).await?;
    let mut cursor: Option<Cursor> = None;
    loop {
        let select = query.clone().page(order, cursor.as_ref()).limit(CHUNK as u64);
        let rows = select.all(s.db.read()).await?;
        if let Some(last) = rows.last() {
            cursor = Some(Cursor::new(order, keys_of(last, order.by), last.id, false));
        }
        debug_assert!(cursor.as_ref().is_none_or(|c| c.keys.len() == kinds(order.by).len()));
        if !feed.rows(&rows).await? || rows.len() < CHUNK {
            return Ok(feed.count);
        }
    }
}

/// The current rows of these candidates; how many there were. Their order is read first, then each of them by name: a row that
/// moves on meanwhile is neither left out nor written twice.
async fn read_selected(mut feed: Feed<'_>, selected: &[CandidateId], order: SessionOrder) -> Result<u64> {
    let (s, scope) = (feed.s, feed.scope);
    for chunk in in_order(s, scope, selected, order).await?.chunks(CHUNK) {
        let mut rows = session::Entity::find()
            .filter(session::Column::WorkspaceId.eq(scope.workspace.0))
            .filter(session::Column::CandidateId.is_in(chunk.iter().copied()))
            .filter(session::Column::Listed.eq(true))
            .filter(session::Column::IsCurrent.eq(true))
            .all(s.db.read())
            .await?;
        let places: HashMap<Uuid, usize> = chunk.iter().enumerate().map(|(place, id)| (*id, place)).collect();
        rows.sort_by_key(|row| row.candidate_id.and_then(|id| places.get(&id).copied()));
        if !feed.rows(&rows).await? {
            break;
        }
    }
    Ok(feed.count)
}

/// Those of the selected who have a row in the interview, each once, in the order of the list.
async fn in_order(s: &Services, scope: Scope, selected: &[CandidateId], order: SessionOrder) -> Result<Vec<Uuid>> {
    let mut wanted: HashSet<Uuid> = selected.iter().map(|id| id.0).collect();
    let mut rows = Query::new(s, scope, &SessionFilter::default(), order.by)
        .await?
        .page(order, None);
    // More of them are picked out of the whole list, of which only who it is is read.
    if wanted.len() <= NAMED {
        rows = rows.filter(session::Column::CandidateId.is_in(wanted.iter().copied()));
    }
    let all: Vec<Option<Uuid>> = rows
        .select_only()
        .column(session::Column::CandidateId)
        .into_tuple()
        .all(s.db.read())
        .await?;
    Ok(all.into_iter().flatten().filter(|id| wanted.remove(id)).collect())
}

fn line(zone: &Zone, row: &session::Model, person: &candidate::Model, url: Option<String>) -> Line {
    let text = |t: &Option<String>| t.clone().unwrap_or_default();
    let time = |millis: Option<i64>| {
        millis
            .map(|m| zone.stamp(Timestamp::from_millis(m)))
            .unwrap_or_default()
    };
    let words = |code: &str| {
        if code == Source::Api.as_str() {
            // As on the screen.
            return "API".to_owned();
        }
        let mut words = code.replace('_', " ");
        if let Some(first) = words.get_mut(0..1) {
            first.make_ascii_uppercase();
        }
        words
    };
    Line {
        text: [
            person.name.clone(),
            text(&person.email),
            text(&person.phone),
            text(&person.school),
            text(&person.major),
            text(&person.degree),
            person.graduation_year.map(|y| y.to_string()).unwrap_or_default(),
            text(&person.work_experience),
            text(&person.notes),
            words(&row.source),
            words(&row.status),
            row.end_reason.as_deref().map(words).unwrap_or_default(),
            time(Some(row.added_key)),
            time(row.started_at),
            time(row.completed_at),
            url.unwrap_or_default(),
            row.verdict
                .as_deref()
                .filter(|_| row.is_current)
                .map(words)
                .unwrap_or_default(),
        ],
        attempt: row.attempt,
        score: (row.score_key >= 0).then(|| f64::from(row.score_key) / 10.0),
        minutes: row.started_at.map(|_| row.active_ms / MINUTE),
    }
}
