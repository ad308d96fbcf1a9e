//! What all steps share: judging rows, looking for people who are here, writing many rows in short transactions.

use super::{
    names::NameOrder,
    reader::{Note, Row},
    row::{self, Reading},
};
use crate::{
    Services,
    entity::{candidate, import, import_row},
    error::{Result, ServiceError},
    storage,
};
use parley_domain::{
    candidate::{CandidateInput, Source},
    id::{ImportId, WorkspaceId},
    import::{CellProblem, Fate, Field, ImportState, RowResult},
    text,
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Unchanged, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect,
};
use std::{
    collections::{HashMap, HashSet},
    path::PathBuf,
    time::{Duration, Instant},
};
use uuid::Uuid;

/// How long a chunk may hold the write lock.
const LOCK: Duration = Duration::from_millis(8);
/// Rows of one statement. Powers of two, so that few different statements are prepared and kept.
const STATEMENT: usize = 64;

/// How many rows the next chunk takes: as many as are written within [`LOCK`]. A power of two, as statements are cut.
#[derive(Debug)]
pub(crate) struct Pace {
    pub rows: usize,
    /// What a chunk of `rows` took of late, smoothed: one that met a busy disk says little.
    took: Option<Duration>,
}

impl Pace {
    pub(crate) const fn new() -> Self {
        Self {
            rows: STATEMENT,
            took: None,
        }
    }

    /// Says since when the lock was held for a full chunk.
    pub(crate) fn held(&mut self, since: Instant) {
        let held = since.elapsed();
        let took = self.took.map_or(held, |took| (took * 3 + held) / 4);
        self.took = Some(took);
        let rows = match took {
            _ if took > LOCK => (self.rows / 2).max(8),
            // Twice the rows take less than twice the time: each chunk has its commit.
            _ if took < LOCK * 4 / 7 => (self.rows * 2).min(512),
            _ => self.rows,
        };
        if rows != self.rows {
            (self.rows, self.took) = (rows, None);
        }
    }
}

/// Cuts a list into pieces whose lengths are powers of two, longest first.
pub(super) fn pieces<T>(mut list: Vec<T>) -> Vec<Vec<T>> {
    let mut pieces = Vec::new();
    while !list.is_empty() {
        let mut length = STATEMENT;
        while length > list.len() {
            length /= 2;
        }
        let rest = list.split_off(length);
        pieces.push(std::mem::replace(&mut list, rest));
    }
    pieces
}

/// Inserts many rows.
pub(super) async fn insert_rows(tx: &impl ConnectionTrait, rows: Vec<import_row::Model>) -> Result<()> {
    for piece in pieces(rows) {
        import_row::Entity::insert_many(piece.into_iter().map(IntoActiveModel::into_active_model))
            .exec_without_returning(tx)
            .await?;
    }
    Ok(())
}

/// An import of this workspace.
pub(super) async fn find(conn: &impl ConnectionTrait, workspace: WorkspaceId, id: ImportId) -> Result<import::Model> {
    import::Entity::find_by_id(id.0)
        .filter(import::Column::WorkspaceId.eq(workspace.0))
        .one(conn)
        .await?
        .ok_or(ServiceError::NotFound)
}

/// The same, locked for the rest of the transaction.
pub(super) async fn lock(conn: &impl ConnectionTrait, workspace: WorkspaceId, id: ImportId) -> Result<import::Model> {
    import::Entity::find_by_id(id.0)
        .filter(import::Column::WorkspaceId.eq(workspace.0))
        .lock_exclusive()
        .one(conn)
        .await?
        .ok_or(ServiceError::NotFound)
}

/// Stores an import that was changed.
pub(super) async fn save(conn: &impl ConnectionTrait, import: import::Model) -> Result<import::Model> {
    let workspace = import.workspace_id;
    let mut change = import.into_active_model().reset_all();
    // Its rows refer to it by id and workspace: named in an UPDATE, these have SQLite look through all of them.
    change.workspace_id = Unchanged(workspace);
    Ok(change.update(conn).await?)
}

/// The import's state as a word that is known.
pub(super) fn state(import: &import::Model) -> Result<ImportState> {
    import.state.parse().map_err(unknown_word)
}

pub(super) fn unknown_word(error: String) -> ServiceError {
    ServiceError::internal(anyhow::anyhow!(error))
}

/// What each column is matched to.
pub(super) fn columns(import: &import::Model) -> Result<Vec<Option<Field>>> {
    Ok(serde_json::from_str(&import.mapping)?)
}

/// In which order the parts of names are written under these columns.
pub(super) fn name_order(import: &import::Model, columns: &[Option<Field>]) -> Result<NameOrder> {
    let header: Vec<String> = serde_json::from_str(&import.header)?;
    Ok(NameOrder::of(&header, columns))
}

/// Where the uploaded file lies.
pub(super) fn file_of(s: &Services, id: Uuid) -> PathBuf {
    folder(s).join(id.to_string())
}

/// The folder of uploaded tables.
pub(super) fn folder(s: &Services) -> PathBuf {
    s.config.data_dir.join("imports")
}

/// Forgets the uploaded file: the rows are in the database, and people's data should not lie around twice.
pub(crate) async fn forget_file(s: &Services, id: Uuid) {
    if let Err(error) = tokio::fs::remove_file(file_of(s, id)).await
        && error.kind() != std::io::ErrorKind::NotFound
    {
        tracing::warn!(%error, import = %id, "an imported file could not be removed");
    }
}

/// Forgets what a process that died left in the folder: files that are a day old and belong to no import that may still
/// read them.
pub(super) async fn forget_strays(s: &Services) -> Result<()> {
    let read_again = [ImportState::Reading, ImportState::Preview, ImportState::Running];
    for (path, id) in storage::day_old(&folder(s)) {
        let wanted = match id {
            Some(id) => import::Entity::find_by_id(id)
                .filter(import::Column::State.is_in(read_again.map(ImportState::as_str)))
                .one(s.db.read())
                .await?
                .is_some(),
            None => false,
        };
        if !wanted && let Err(error) = tokio::fs::remove_file(&path).await {
            tracing::warn!(%error, "a file that an import left could not be removed; the next round tries again");
        }
    }
    Ok(())
}

/// A row with what its cells say.
#[derive(Debug)]
pub(super) struct Judged {
    pub row: Row,
    pub verdict: Result<Box<CandidateInput>, Vec<CellProblem>>,
}

impl Judged {
    /// `None` for the template's sample, which is no row.
    pub(super) fn of(row: Row, columns: &[Option<Field>], order: NameOrder, this_year: i32) -> Option<Self> {
        let verdict = match row::read(&row, columns, order, this_year) {
            Reading::Candidate(candidate) => Ok(candidate),
            Reading::Rejected(problems) => Err(problems),
            Reading::Sample => return None,
        };
        Some(Self { row, verdict })
    }

    pub(super) fn email_norm(&self) -> Option<String> {
        let candidate = self.verdict.as_ref().ok()?;
        candidate.email.as_deref().map(text::email_norm)
    }

    /// The row to store, under `id`.
    pub(super) fn into_model(
        self,
        import: &import::Model,
        id: Uuid,
        fate: Fate,
        now: i64,
    ) -> Result<import_row::Model> {
        let email_norm = self.email_norm();
        let json = |empty: bool, text: Result<String, serde_json::Error>| -> Result<Option<String>> {
            Ok(if empty { None } else { Some(text?) })
        };
        let problems = self.verdict.err().unwrap_or_default();
        Ok(import_row::Model {
            id,
            workspace_id: import.workspace_id,
            import_id: import.id,
            number: i32::try_from(self.row.number).unwrap_or(i32::MAX),
            cells: serde_json::to_string(&self.row.cells)?,
            notes: json(self.row.notes.is_empty(), serde_json::to_string(&self.row.notes))?,
            fate: fate.as_str().to_owned(),
            email_norm,
            problems: json(problems.is_empty(), serde_json::to_string(&problems))?,
            result: None,
            reason: None,
            candidate_id: None,
            before: None,
            erased_at: None,
            created_at: now,
            updated_at: now,
        })
    }
}

/// The row of the file that a stored row keeps.
pub(super) fn row_of(stored: &import_row::Model) -> Result<Row> {
    let notes: Vec<Note> = stored
        .notes
        .as_deref()
        .map(serde_json::from_str)
        .transpose()?
        .unwrap_or_default();
    Ok(Row {
        number: u32::try_from(stored.number).unwrap_or_default(),
        cells: serde_json::from_str(&stored.cells)?,
        notes,
        links: Vec::new(),
    })
}

/// Who on an interview has an email.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Here {
    /// The oldest whom the workspace added, not by this import.
    pub twin: Option<Uuid>,
    /// The oldest whom this import added.
    pub own: Option<Uuid>,
    /// The oldest who came by the public link.
    pub walk_in: Option<Uuid>,
}

/// Looks up many emails at once.
pub(super) async fn here(
    conn: &impl ConnectionTrait,
    import: &import::Model,
    emails: impl IntoIterator<Item = String>,
) -> Result<HashMap<String, Here>> {
    let emails: Vec<String> = emails.into_iter().collect::<HashSet<_>>().into_iter().collect();
    let mut found: HashMap<String, Here> = HashMap::new();
    for piece in pieces(emails) {
        let people: Vec<(Uuid, Option<String>, String, Option<Uuid>)> = candidate::Entity::find()
            .select_only()
            .column(candidate::Column::Id)
            .column(candidate::Column::EmailNorm)
            .column(candidate::Column::Source)
            .column(candidate::Column::ImportId)
            .filter(candidate::Column::InterviewId.eq(import.interview_id))
            .filter(candidate::Column::EmailNorm.is_in(piece))
            .filter(candidate::Column::WorkspaceId.eq(import.workspace_id))
            .filter(candidate::Column::DeletedAt.is_null())
            .order_by_asc(candidate::Column::CreatedAt)
            .order_by_asc(candidate::Column::Id)
            .into_tuple()
            .all(conn)
            .await?;
        for (id, email, source, from) in people {
            let here = found.entry(email.unwrap_or_default()).or_default();
            let slot = if source == Source::PublicLink.as_str() {
                &mut here.walk_in
            } else if from == Some(import.id) {
                &mut here.own
            } else {
                &mut here.twin
            };
            slot.get_or_insert(id);
        }
    }
    Ok(found)
}

/// A row of this very file that an earlier import added.
#[derive(Clone, Debug)]
pub(super) struct Before {
    pub cells: Vec<String>,
    pub candidate: Uuid,
}

/// Which of these rows an earlier import of the same file into the interview added, if their candidates are still there.
/// A row without an email is known again by nothing else.
pub(super) async fn added_before(
    conn: &impl ConnectionTrait,
    import: &import::Model,
    numbers: impl IntoIterator<Item = u32>,
) -> Result<HashMap<u32, Before>> {
    let numbers: Vec<i32> = numbers.into_iter().filter_map(|n| i32::try_from(n).ok()).collect();
    let (Some(hash), false) = (&import.file_hash, numbers.is_empty()) else {
        return Ok(HashMap::new());
    };
    let earlier: Vec<Uuid> = import::Entity::find()
        .select_only()
        .column(import::Column::Id)
        .filter(import::Column::WorkspaceId.eq(import.workspace_id))
        .filter(import::Column::InterviewId.eq(import.interview_id))
        .filter(import::Column::FileHash.eq(hash.clone()))
        .filter(import::Column::Id.ne(import.id))
        .filter(import::Column::Added.gt(0))
        .into_tuple()
        .all(conn)
        .await?;
    let mut found = HashMap::new();
    if earlier.is_empty() {
        return Ok(found);
    }
    for piece in pieces(numbers) {
        let rows: Vec<(i32, String, Uuid)> = import_row::Entity::find()
            .select_only()
            .column(import_row::Column::Number)
            .column(import_row::Column::Cells)
            .column(import_row::Column::Id)
            .filter(import_row::Column::ImportId.is_in(earlier.iter().copied()))
            .filter(import_row::Column::Number.is_in(piece))
            .filter(import_row::Column::Result.eq(RowResult::Added.as_str()))
            .into_tuple()
            .all(conn)
            .await?;
        // A row's id is its candidate's.
        let there: HashSet<Uuid> = candidate::Entity::find()
            .select_only()
            .column(candidate::Column::Id)
            .filter(candidate::Column::Id.is_in(rows.iter().map(|(_, _, id)| *id)))
            .filter(candidate::Column::DeletedAt.is_null())
            .into_tuple()
            .all(conn)
            .await?
            .into_iter()
            .collect();
        for (number, cells, candidate) in rows.into_iter().filter(|(_, _, id)| there.contains(id)) {
            let cells = serde_json::from_str(&cells)?;
            found.insert(u32::try_from(number).unwrap_or_default(), Before { cells, candidate });
        }
    }
    Ok(found)
}

/// The fates of rows that come in the order of the file. `seen` holds the emails of the rows before them.
pub(super) async fn fates(
    conn: &impl ConnectionTrait,
    import: &import::Model,
    rows: &[Judged],
    seen: &mut HashSet<String>,
) -> Result<Vec<Fate>> {
    let here = here(conn, import, rows.iter().filter_map(Judged::email_norm)).await?;
    let unknown = |row: &&Judged| row.verdict.is_ok() && row.email_norm().is_none();
    let before = added_before(conn, import, rows.iter().filter(unknown).map(|row| row.row.number)).await?;
    let fate = |row: &Judged| match (&row.verdict, row.email_norm()) {
        (Err(_), _) => Fate::Rejected,
        (Ok(_), None) => match before.get(&row.row.number) {
            Some(before) if before.cells == row.row.cells => Fate::AlreadyHere,
            _ => Fate::New,
        },
        (Ok(_), Some(email)) => {
            let known = here.get(&email).is_some_and(|here| here.twin.is_some());
            match (seen.insert(email), known) {
                (false, _) => Fate::TwiceInFile,
                (true, true) => Fate::AlreadyHere,
                (true, false) => Fate::New,
            }
        }
    };
    Ok(rows.iter().map(fate).collect())
}

/// Ids in the order of time, for rows that follow each other.
pub(super) fn new_ids(s: &Services, count: usize) -> Result<Vec<Uuid>> {
    let mut ids = (0..count).map(|_| s.new_id::<Uuid>()).collect::<Result<Vec<_>>>()?;
    ids.sort_unstable();
    Ok(ids)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_powers_of_two_and_lose_nothing() {
        for count in [0, 1, 2, 3, 63, 64, 65, 200] {
            let list: Vec<usize> = (0..count).collect();
            let pieces = pieces(list.clone());
            assert!(
                pieces
                    .iter()
                    .all(|piece| piece.len().is_power_of_two() && piece.len() <= STATEMENT)
            );
            assert_eq!(pieces.concat(), list);
        }
    }
}
