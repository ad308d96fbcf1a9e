//! What imports keep of people who are erased. The row of a file stays, with its number and what became of it, so that every
//! row of the file is still accounted for; what it held goes.
//!
//! Rows that wait in a preview are left alone: they are what a creator is about to add, and go with the preview.

use crate::{
    entity::{candidate, import, import_row},
    error::Result,
};
use parley_domain::import::{Fate, TopRow};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, JoinType, QueryFilter, QueryOrder,
    QuerySelect, Select,
    sea_query::{Expr, ExprTrait, Func, LikeExpr},
};
use std::collections::{BTreeMap, HashMap, HashSet};
use uuid::Uuid;

/// Values of one list in a statement.
const PIECE: usize = 1_000;
/// Addresses that one statement looks for inside of cells.
const INSIDE: usize = 50;

/// A row that holds somebody's data.
#[derive(Clone, Copy, Debug)]
struct Trace {
    import: Uuid,
    number: i32,
    /// Whose they are.
    of: Uuid,
}

/// Rows that hold data of certain people, by their ids.
#[derive(Debug, Default)]
pub(crate) struct Traces(BTreeMap<Uuid, Trace>);

impl Traces {
    fn add(&mut self, row: Uuid, import: Uuid, number: i32, of: Uuid) {
        self.0.entry(row).or_insert(Trace { import, number, of });
    }
}

/// A row as it is looked at.
#[derive(FromQueryResult)]
struct Seen {
    id: Uuid,
    import_id: Uuid,
    number: i32,
    cells: String,
    email_norm: Option<String>,
    candidate_id: Option<Uuid>,
    interview_id: Uuid,
}

/// Looks for the rows that hold data of these people: those that added or changed them, and on their interviews those that
/// were left out or refused and have their address in them.
///
/// It may look through all refused rows of an interview, so it is done outside of the transaction that erases. A row that is
/// accounted for holds what it holds, and nothing new refers to somebody who is deleted.
///
/// # Errors
/// When the database fails.
pub(crate) async fn traces(conn: &impl ConnectionTrait, people: &[candidate::Model]) -> Result<Traces> {
    let mut found = Traces::default();
    let ids: Vec<Uuid> = people.iter().map(|person| person.id).collect();
    let mut linked = Vec::new();
    for piece in ids.chunks(PIECE) {
        let rows = import_row::Entity::find()
            .filter(import_row::Column::CandidateId.is_in(piece.iter().copied()))
            .all(conn)
            .await?;
        linked.extend(rows);
    }
    for row in &linked {
        if let Some(of) = row.candidate_id {
            found.add(row.id, row.import_id, row.number, of);
        }
    }
    let sought = Sought::of(conn, people, &linked).await?;
    named(conn, &sought, &mut found).await?;
    refused(conn, &sought, &mut found).await?;
    imported_before(conn, &linked, &mut found).await?;
    Ok(found)
}

/// The addresses by which rows name people.
struct Sought {
    interviews: Vec<Uuid>,
    emails: Vec<String>,
    /// Per interview, whose an address is.
    owners: HashMap<Uuid, HashMap<String, Uuid>>,
}

impl Sought {
    /// Their present addresses, and those that they were imported with. One that somebody else on the interview has as well
    /// is left out: its rows go with the last of them.
    async fn of(
        conn: &impl ConnectionTrait,
        people: &[candidate::Model],
        linked: &[import_row::Model],
    ) -> Result<Self> {
        let interview_of: HashMap<Uuid, Uuid> = people.iter().map(|person| (person.id, person.interview_id)).collect();
        let mut owners: HashMap<Uuid, HashMap<String, Uuid>> = HashMap::new();
        let present = people.iter().map(|person| (Some(person.id), &person.email_norm));
        let imported = linked.iter().map(|row| (row.candidate_id, &row.email_norm));
        for (id, email) in present.chain(imported) {
            if let (Some(id), Some(email)) = (id, email)
                && let Some(interview) = interview_of.get(&id)
            {
                let of_interview = owners.entry(*interview).or_default();
                of_interview.entry(email.clone()).or_insert(id);
            }
        }
        let mut sought = Self {
            interviews: owners.keys().copied().collect(),
            emails: owners.values().flat_map(HashMap::keys).cloned().collect(),
            owners,
        };
        for interviews in sought.interviews.chunks(PIECE) {
            for emails in sought.emails.chunks(PIECE) {
                let holders: Vec<(Uuid, Uuid, Option<String>)> = candidate::Entity::find()
                    .select_only()
                    .columns([
                        candidate::Column::Id,
                        candidate::Column::InterviewId,
                        candidate::Column::EmailNorm,
                    ])
                    .filter(candidate::Column::InterviewId.is_in(interviews.iter().copied()))
                    .filter(candidate::Column::EmailNorm.is_in(emails.iter().map(String::as_str)))
                    .into_tuple()
                    .all(conn)
                    .await?;
                for (id, interview, email) in holders {
                    if !interview_of.contains_key(&id)
                        && let Some(of_interview) = sought.owners.get_mut(&interview)
                    {
                        of_interview.remove(&email.unwrap_or_default());
                    }
                }
            }
        }
        Ok(sought)
    }

    /// Whose an address is on an interview.
    fn owner(&self, interview: Uuid, email: &str) -> Option<Uuid> {
        self.owners.get(&interview)?.get(email).copied()
    }
}

/// Rows of these interviews that are accounted for.
fn accounted(interviews: &[Uuid]) -> Select<import_row::Entity> {
    import_row::Entity::find()
        .join(
            JoinType::InnerJoin,
            import_row::Entity::belongs_to(import::Entity)
                .from(import_row::Column::ImportId)
                .to(import::Column::Id)
                .into(),
        )
        .select_only()
        .columns([
            import_row::Column::Id,
            import_row::Column::ImportId,
            import_row::Column::Number,
            import_row::Column::Cells,
            import_row::Column::EmailNorm,
            import_row::Column::CandidateId,
        ])
        .column(import::Column::InterviewId)
        .filter(import::Column::InterviewId.is_in(interviews.iter().copied()))
        .filter(import_row::Column::Result.is_not_null())
        .filter(import_row::Column::ErasedAt.is_null())
}

/// Rows with one of the addresses, unless they are about somebody who is there under another one.
async fn named(conn: &impl ConnectionTrait, sought: &Sought, found: &mut Traces) -> Result<()> {
    let mut rows = Vec::new();
    for interviews in sought.interviews.chunks(PIECE) {
        for emails in sought.emails.chunks(PIECE) {
            let seen: Vec<Seen> = accounted(interviews)
                .filter(import_row::Column::EmailNorm.is_in(emails.iter().map(String::as_str)))
                .into_model()
                .all(conn)
                .await?;
            rows.extend(seen);
        }
    }
    let about: HashSet<Uuid> = rows.iter().filter_map(|row| row.candidate_id).collect();
    let about: Vec<Uuid> = about.into_iter().collect();
    let mut there: HashSet<Uuid> = HashSet::new();
    for piece in about.chunks(PIECE) {
        let ids: Vec<Uuid> = candidate::Entity::find()
            .select_only()
            .column(candidate::Column::Id)
            .filter(candidate::Column::Id.is_in(piece.iter().copied()))
            .into_tuple()
            .all(conn)
            .await?;
        there.extend(ids);
    }
    for row in rows {
        let owner = row
            .email_norm
            .as_deref()
            .and_then(|email| sought.owner(row.interview_id, email));
        // Those about the people themselves are known already.
        if let Some(owner) = owner
            && row.candidate_id.is_none_or(|id| !there.contains(&id))
        {
            found.add(row.id, row.import_id, row.number, owner);
        }
    }
    Ok(())
}

/// Refused rows have no address of their own; one of the sought ones may stand in their cells.
async fn refused(conn: &impl ConnectionTrait, sought: &Sought, found: &mut Traces) -> Result<()> {
    for interviews in sought.interviews.chunks(PIECE) {
        for emails in sought.emails.chunks(INSIDE) {
            let mut any = Condition::any();
            for email in emails {
                let cells = Func::lower(Expr::col((import_row::Entity, import_row::Column::Cells)));
                any = any.add(cells.like(containing(email)));
            }
            let rows: Vec<Seen> = accounted(interviews)
                .filter(import::Column::Rejected.gt(0))
                .filter(import_row::Column::Fate.eq(Fate::Rejected.as_str()))
                .filter(any)
                .into_model()
                .all(conn)
                .await?;
            for row in rows {
                let cells: Vec<String> = serde_json::from_str(&row.cells)?;
                let cells: Vec<String> = cells.iter().map(|cell| cell.to_lowercase()).collect();
                let mut inside = emails
                    .iter()
                    .filter(|email| cells.iter().any(|cell| names(cell, email)));
                if let Some(owner) = inside.find_map(|email| sought.owner(row.interview_id, email)) {
                    found.add(row.id, row.import_id, row.number, owner);
                }
            }
        }
    }
    Ok(())
}

/// The pattern that finds a text anywhere, with the wildcards in it taken literally.
fn containing(text: &str) -> LikeExpr {
    let mut pattern = String::from("%");
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    LikeExpr::new(pattern).escape('\\')
}

/// Whether a text has an address in it, and not only as the end or the beginning of a longer one.
fn names(text: &str, email: &str) -> bool {
    let is_of_address = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '%' | '+' | '-' | '@');
    text.match_indices(email).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let mut behind = text[at + email.len()..].chars();
        let goes_on = match behind.next() {
            // A full stop may end a sentence.
            Some('.') => behind.next().is_some_and(char::is_alphanumeric),
            next => next.is_some_and(is_of_address),
        };
        !before.is_some_and(is_of_address) && !goes_on
    })
}

/// Rows without an address that were left out because the same file was imported before: the file and the place in it are
/// all that tells whom they are about.
async fn imported_before(conn: &impl ConnectionTrait, linked: &[import_row::Model], found: &mut Traces) -> Result<()> {
    let bare: Vec<&import_row::Model> = linked.iter().filter(|row| row.email_norm.is_none()).collect();
    let own: HashSet<Uuid> = bare.iter().map(|row| row.import_id).collect();
    let own: Vec<Uuid> = own.into_iter().collect();
    for own in own.chunks(PIECE) {
        let files = || {
            import::Entity::find()
                .select_only()
                .columns([
                    import::Column::Id,
                    import::Column::InterviewId,
                    import::Column::FileHash,
                ])
                .filter(import::Column::FileHash.is_not_null())
        };
        let first: Vec<(Uuid, Uuid, Vec<u8>)> = files()
            .filter(import::Column::Id.is_in(own.iter().copied()))
            .into_tuple()
            .all(conn)
            .await?;
        let (interviews, hashes): (HashSet<Uuid>, HashSet<Vec<u8>>) =
            first.into_iter().map(|(_, interview, hash)| (interview, hash)).unzip();
        let same: Vec<(Uuid, Uuid, Vec<u8>)> = files()
            .filter(import::Column::InterviewId.is_in(interviews))
            .filter(import::Column::FileHash.is_in(hashes))
            .into_tuple()
            .all(conn)
            .await?;
        let same: HashMap<Uuid, (Uuid, Vec<u8>)> = same
            .into_iter()
            .map(|(id, interview, hash)| (id, (interview, hash)))
            .collect();
        let numbers: HashSet<i32> = bare.iter().map(|row| row.number).collect();
        let numbers: Vec<i32> = numbers.into_iter().collect();
        for numbers in numbers.chunks(PIECE) {
            let rows = import_row::Entity::find()
                .filter(import_row::Column::ImportId.is_in(same.keys().copied()))
                .filter(import_row::Column::Number.is_in(numbers.iter().copied()))
                .filter(import_row::Column::EmailNorm.is_null())
                .filter(import_row::Column::CandidateId.is_null())
                .filter(import_row::Column::Result.is_not_null())
                .filter(import_row::Column::ErasedAt.is_null())
                .all(conn)
                .await?;
            for row in rows {
                let file = same.get(&row.import_id);
                let before = bare.iter().find(|before| {
                    before.number == row.number && before.cells == row.cells && same.get(&before.import_id) == file
                });
                if let Some(of) = before.and_then(|before| before.candidate_id) {
                    found.add(row.id, row.import_id, row.number, of);
                }
            }
        }
    }
    Ok(())
}

/// Takes out of their rows what these hold of `people`, in the transaction that erases them.
///
/// # Errors
/// When the database fails.
pub(crate) async fn forget(tx: &impl ConnectionTrait, now: i64, traces: &Traces, people: &[Uuid]) -> Result<()> {
    let people: HashSet<Uuid> = people.iter().copied().collect();
    let mut rows: Vec<Uuid> = Vec::new();
    // In the order of their ids, like everybody who locks several.
    let mut numbers: BTreeMap<Uuid, HashSet<u32>> = BTreeMap::new();
    for (id, trace) in traces.0.iter().filter(|(_, trace)| people.contains(&trace.of)) {
        rows.push(*id);
        let number = u32::try_from(trace.number).unwrap_or_default();
        numbers.entry(trace.import).or_default().insert(number);
    }
    let imports: Vec<Uuid> = numbers.keys().copied().collect();
    let mut tops: Vec<(Uuid, Option<String>)> = Vec::new();
    for piece in imports.chunks(PIECE) {
        let held: Vec<(Uuid, Option<String>)> = import::Entity::find()
            .select_only()
            .columns([import::Column::Id, import::Column::TopRows])
            .filter(import::Column::Id.is_in(piece.iter().copied()))
            .order_by_asc(import::Column::Id)
            .lock_exclusive()
            .into_tuple()
            .all(tx)
            .await?;
        tops.extend(held);
    }
    for piece in rows.chunks(PIECE) {
        let nothing = || Expr::value(Option::<String>::None);
        import_row::Entity::update_many()
            .col_expr(import_row::Column::Cells, Expr::value("[]"))
            .col_expr(import_row::Column::Notes, nothing())
            .col_expr(import_row::Column::EmailNorm, nothing())
            .col_expr(import_row::Column::Problems, nothing())
            .col_expr(import_row::Column::Before, nothing())
            .col_expr(import_row::Column::CandidateId, Expr::value(Option::<Uuid>::None))
            .col_expr(import_row::Column::ErasedAt, Expr::value(now))
            .col_expr(import_row::Column::UpdatedAt, Expr::value(now))
            .filter(import_row::Column::Id.is_in(piece.iter().copied()))
            .exec(tx)
            .await?;
    }
    for (id, top) in tops {
        if let (Some(top), Some(numbers)) = (top, numbers.get(&id))
            && let Some(left) = without(&top, numbers)?
        {
            import::Entity::update_many()
                .col_expr(import::Column::TopRows, Expr::value(left))
                .filter(import::Column::Id.eq(id))
                .exec(tx)
                .await?;
        }
    }
    Ok(())
}

/// The first rows of a file without those with these numbers; `None` where they have none of them.
fn without(top: &str, numbers: &HashSet<u32>) -> Result<Option<String>> {
    let rows: Vec<TopRow> = serde_json::from_str(top)?;
    let left: Vec<&TopRow> = rows.iter().filter(|row| !numbers.contains(&row.number)).collect();
    if left.len() == rows.len() {
        return Ok(None);
    }
    Ok(Some(serde_json::to_string(&left)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_named_as_a_whole() {
        for text in [
            "ana@x.example",
            "mailto:ana@x.example",
            "Ana <ana@x.example>",
            "write to ana@x.example.",
            "bana@x.example, ana@x.example",
        ] {
            assert!(names(text, "ana@x.example"), "{text}");
        }
        for text in [
            "",
            "joana@x.example",
            "x.ana@x.example",
            "ana@x.example.com",
            "ana@x.examples",
        ] {
            assert!(!names(text, "ana@x.example"), "{text}");
        }
    }

    #[test]
    fn the_first_rows_lose_whoever_is_gone() {
        let top = r#"[{"number":1,"cells":["Name"]},{"number":2,"cells":["Ana"]}]"#;
        let left = without(top, &HashSet::from([2, 7])).unwrap();
        assert_eq!(left.as_deref(), Some(r#"[{"number":1,"cells":["Name"]}]"#));
        assert_eq!(without(top, &HashSet::from([7])).unwrap(), None);
    }
}
