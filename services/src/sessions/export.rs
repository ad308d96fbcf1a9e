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
use sea_orm::{ColumnTrait, QueryFilter, QuerySelect};
use std::{fs::File, io::Seek};
use tokio::sync::mpsc;

/// Rows that are read at once.
const CHUNK: u64 = 1_000;

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
    let fed = read_all(s, actor, scope, filter, order, selected, &zone, feed).await;
    let written = writer.await.map_err(ServiceError::internal)?;
    let rows = fed?;
    let mut file = written?;
    let size = file.seek(std::io::SeekFrom::End(0)).map_err(ServiceError::internal)?;
    file.rewind().map_err(ServiceError::internal)?;
    Ok(ExportFile { file, size, rows })
}

#[expect(clippy::too_many_arguments, reason = "the pieces of one call, not of many")]
async fn read_all(
    s: &Services,
    actor: &Actor,
    scope: Scope,
    filter: &SessionFilter,
    order: SessionOrder,
    selected: &[CandidateId],
    zone: &Zone,
    feed: mpsc::Sender<Line>,
) -> Result<u64> {
    let everybody = SessionFilter::default();
    let filter = if selected.is_empty() { filter } else { &everybody };
    let query = Query::new(s, scope, filter, order.by).await?;
    let mut cursor: Option<Cursor> = None;
    let mut count = 0;
    loop {
        let mut select = query.clone().page(order, cursor.as_ref()).limit(CHUNK);
        if !selected.is_empty() {
            select = select.filter(session::Column::CandidateId.is_in(selected.iter().map(|id| id.0)));
        }
        let rows = select.all(s.db.read()).await?;
        let last_page = u64::try_from(rows.len()).unwrap_or(0) < CHUNK;
        if let Some(last) = rows.last() {
            cursor = Some(Cursor::new(order, keys_of(last, order.by), last.id, false));
        }
        debug_assert!(cursor.as_ref().is_none_or(|c| c.keys.len() == kinds(order.by).len()));
        let people = candidates_of(s, scope.workspace, &rows).await?;
        for row in rows {
            let Some(person) = row.candidate_id.and_then(|id| people.get(&id)) else {
                continue;
            };
            let url = invite_url(s, actor, person)?;
            // The writer stopped: its own error says why.
            if feed.send(line(zone, &row, person, url)).await.is_err() {
                return Ok(count);
            }
            count += 1;
        }
        if last_page {
            return Ok(count);
        }
    }
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
