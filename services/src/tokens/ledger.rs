//! Writing the ledger.

use super::INITIAL;
use crate::{
    Services,
    accounts::people,
    db::{Priority, WriteTxn},
    entity::{token_account, token_entry, workspace},
    error::{Result, ServiceError},
};
use parley_domain::{
    account::Actor,
    id::WorkspaceId,
    person::WORKSPACE_DEFAULT,
    text::{chars, one_line},
    time::{DAY, Timestamp},
    token::{Balance, EntryKind, GRANT_MAX, NOTE_MAX},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::{Expr, OnConflict},
};
use std::collections::HashSet;
use uuid::Uuid;

/// Rows of one statement: SQLite takes 32,766 values.
const PIECE: usize = 500;

/// Tokens to be set aside, or what was set aside under the same reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// What it is for: one piece of work, one try.
    pub reference: String,
    /// What is charged, at most once whatever the try.
    pub subject: Uuid,
    /// How many tokens.
    pub amount: i64,
    /// In words, for the list of entries. Nothing about a person: an entry stays as it is, also when they are erased.
    pub note: Option<String>,
}

/// An account that nobody else changes before the transaction ends, and the entries to be written to it.
struct Open<'a, C> {
    tx: &'a C,
    s: &'a Services,
    workspace: WorkspaceId,
    balance: Balance,
    seq: i64,
    pending: Vec<token_entry::ActiveModel>,
}

impl<'a, C: ConnectionTrait> Open<'a, C> {
    /// Makes the account where there is none, and locks it (PostgreSQL; SQLite has one writer).
    async fn of(tx: &'a C, s: &'a Services, workspace: WorkspaceId) -> Result<Self> {
        let now = s.now().millis();
        let fresh = token_account::ActiveModel {
            id: Set(s.new_id()?),
            workspace_id: Set(workspace.0),
            available: Set(0),
            reserved: Set(0),
            last_seq: Set(0),
            created_at: Set(now),
            updated_at: Set(now),
        };
        let made = token_account::Entity::insert(fresh)
            .on_conflict(
                OnConflict::column(token_account::Column::WorkspaceId)
                    .do_nothing()
                    .to_owned(),
            )
            .exec_without_returning(tx)
            .await?;
        let row = token_account::Entity::find()
            .filter(token_account::Column::WorkspaceId.eq(workspace.0))
            .lock_exclusive()
            .one(tx)
            .await?
            .ok_or(ServiceError::NotFound)?;
        let mut open = Self {
            tx,
            s,
            workspace,
            balance: Balance {
                available: row.available,
                reserved: row.reserved,
            },
            seq: row.last_seq,
            pending: Vec::new(),
        };
        if made > 0 && open.is_first().await? && s.config.initial_tokens > 0 {
            let note = Some("First tokens of this installation".to_owned());
            open.add(
                EntryKind::Grant,
                s.config.initial_tokens,
                INITIAL,
                None,
                note,
                &Actor::System,
            )?;
        }
        Ok(open)
    }

    /// Whether this is the installation's first workspace.
    async fn is_first(&self) -> Result<bool> {
        let first: Option<Uuid> = workspace::Entity::find()
            .select_only()
            .column(workspace::Column::Id)
            .filter(workspace::Column::DeletedAt.is_null())
            .order_by_asc(workspace::Column::CreatedAt)
            .order_by_asc(workspace::Column::Id)
            .into_tuple()
            .one(self.tx)
            .await?;
        Ok(first == Some(self.workspace.0))
    }

    /// Which of these references have an entry of one of these kinds.
    async fn known(&self, kinds: &[EntryKind], references: &[&str]) -> Result<HashSet<String>> {
        let mut known = HashSet::new();
        for piece in references.chunks(PIECE) {
            let found: Vec<String> = token_entry::Entity::find()
                .select_only()
                .column(token_entry::Column::Reference)
                .filter(token_entry::Column::WorkspaceId.eq(self.workspace.0))
                .filter(token_entry::Column::Reference.is_in(piece.iter().copied()))
                .filter(token_entry::Column::Kind.is_in(kinds.iter().map(|kind| kind.as_str())))
                .into_tuple()
                .all(self.tx)
                .await?;
            known.extend(found);
        }
        Ok(known)
    }

    /// Whether this was charged under another reference: then it costs nothing more.
    async fn is_charged(&self, subject: Option<Uuid>) -> Result<bool> {
        let Some(subject) = subject else { return Ok(false) };
        let found = token_entry::Entity::find()
            .filter(token_entry::Column::WorkspaceId.eq(self.workspace.0))
            .filter(token_entry::Column::SubjectId.eq(subject))
            .filter(token_entry::Column::Kind.eq(EntryKind::Commit.as_str()))
            .count(self.tx)
            .await?;
        Ok(found > 0)
    }

    /// Adds an entry to those that [`Open::write`] writes.
    fn add(
        &mut self,
        kind: EntryKind,
        amount: i64,
        reference: &str,
        subject: Option<Uuid>,
        note: Option<String>,
        actor: &Actor,
    ) -> Result<()> {
        self.balance = self.balance.after(kind, amount).ok_or_else(|| {
            ServiceError::internal(anyhow::anyhow!("the ledger cannot take {} of {amount}", kind.as_str()))
        })?;
        self.seq += 1;
        let now = self.s.now().millis();
        self.pending.push(token_entry::ActiveModel {
            id: Set(self.s.new_id()?),
            workspace_id: Set(self.workspace.0),
            seq: Set(self.seq),
            kind: Set(kind.as_str().to_owned()),
            amount: Set(amount),
            reference: Set(reference.to_owned()),
            subject_id: Set(subject),
            note: Set(note),
            actor: Set(actor.code()),
            available_after: Set(self.balance.available),
            reserved_after: Set(self.balance.reserved),
            created_at: Set(now),
            updated_at: Set(now),
        });
        Ok(())
    }

    /// Writes the entries and what they make of the account.
    async fn write(mut self) -> Result<Balance> {
        if self.pending.is_empty() {
            return Ok(self.balance);
        }
        token_account::Entity::update_many()
            .col_expr(token_account::Column::Available, Expr::value(self.balance.available))
            .col_expr(token_account::Column::Reserved, Expr::value(self.balance.reserved))
            .col_expr(token_account::Column::LastSeq, Expr::value(self.seq))
            .col_expr(token_account::Column::UpdatedAt, Expr::value(self.s.now().millis()))
            .filter(token_account::Column::WorkspaceId.eq(self.workspace.0))
            .exec(self.tx)
            .await?;
        while !self.pending.is_empty() {
            let rest = self.pending.split_off(self.pending.len().min(PIECE));
            let piece = std::mem::replace(&mut self.pending, rest);
            token_entry::Entity::insert_many(piece)
                .exec_without_returning(self.tx)
                .await?;
        }
        Ok(self.balance)
    }
}

/// Why a reservation is refused: said before anything runs, with what is missing.
fn too_few(balance: Balance, wanted: i64) -> ServiceError {
    let missing = balance.missing(wanted);
    ServiceError::conflict(
        "too_few_tokens",
        format!(
            "This takes {wanted} AI tokens and {} are left: {missing} are missing. Nothing was read and nothing was charged.",
            balance.available
        ),
    )
}

/// Makes the account of a workspace where there is none, with the first tokens if it is the installation's first.
///
/// # Errors
/// When the database fails.
pub(super) async fn open_account(s: &Services, workspace: WorkspaceId) -> Result<Balance> {
    let tx = s.db.write(Priority::Person).await?;
    let balance = Open::of(&*tx, s, workspace).await?.write().await?;
    tx.commit().await?;
    Ok(balance)
}

/// Sets tokens aside for all of these or for none; those whose reference was reserved before are left as they are.
///
/// # Errors
/// A conflict `too_few_tokens`.
pub async fn reserve(
    tx: &impl ConnectionTrait,
    s: &Services,
    actor: &Actor,
    workspace: WorkspaceId,
    holds: &[Hold],
) -> Result<Balance> {
    let mut open = Open::of(tx, s, workspace).await?;
    let references: Vec<&str> = holds.iter().map(|hold| hold.reference.as_str()).collect();
    let mut known = open.known(&[EntryKind::Reserve], &references).await?;
    let new: Vec<&Hold> = holds
        .iter()
        .filter(|hold| hold.amount > 0 && known.insert(hold.reference.clone()))
        .collect();
    let wanted = new.iter().fold(0_i64, |sum, hold| sum.saturating_add(hold.amount));
    if open.balance.missing(wanted) > 0 {
        return Err(too_few(open.balance, wanted));
    }
    for hold in new {
        open.add(
            EntryKind::Reserve,
            hold.amount,
            &hold.reference,
            Some(hold.subject),
            hold.note.clone(),
            actor,
        )?;
    }
    open.write().await
}

/// Spends what was set aside under this reference: the work has its result. Settled before, or never reserved (it was
/// free): nothing happens.
///
/// # Errors
/// When the database fails.
pub async fn commit(
    tx: &impl ConnectionTrait,
    s: &Services,
    workspace: WorkspaceId,
    reference: &str,
) -> Result<Balance> {
    settle(tx, s, workspace, EntryKind::Commit, &[reference]).await
}

/// Gives back what was set aside under these references. Settled before, or never reserved: nothing happens.
///
/// # Errors
/// When the database fails.
pub async fn refund(
    tx: &impl ConnectionTrait,
    s: &Services,
    workspace: WorkspaceId,
    references: &[&str],
) -> Result<Balance> {
    settle(tx, s, workspace, EntryKind::Refund, references).await
}

async fn settle(
    tx: &impl ConnectionTrait,
    s: &Services,
    workspace: WorkspaceId,
    kind: EntryKind,
    references: &[&str],
) -> Result<Balance> {
    let mut open = Open::of(tx, s, workspace).await?;
    let mut settled = open.known(&[EntryKind::Commit, EntryKind::Refund], references).await?;
    for piece in references.chunks(PIECE) {
        let held = token_entry::Entity::find()
            .filter(token_entry::Column::WorkspaceId.eq(workspace.0))
            .filter(token_entry::Column::Reference.is_in(piece.iter().copied()))
            .filter(token_entry::Column::Kind.eq(EntryKind::Reserve.as_str()))
            .order_by_asc(token_entry::Column::Seq)
            .all(tx)
            .await?;
        for hold in held {
            if !settled.insert(hold.reference.clone()) {
                continue;
            }
            let spent_before = kind == EntryKind::Commit && open.is_charged(hold.subject_id).await?;
            let kind = if spent_before { EntryKind::Refund } else { kind };
            open.add(
                kind,
                hold.amount,
                &hold.reference,
                hold.subject_id,
                hold.note,
                &Actor::System,
            )?;
        }
    }
    open.write().await
}

/// The name of the next reservation for work that may be tried again under the same name: the first of `name`, `name:2`,
/// `name:3` … that was not given back.
///
/// # Errors
/// When the database fails.
pub async fn not_given_back(conn: &impl ConnectionTrait, workspace: WorkspaceId, name: &str) -> Result<String> {
    // So many are asked for at once.
    const FEW: u32 = 10;
    let numbered = |n: u32| match n {
        1 => name.to_owned(),
        n => format!("{name}:{n}"),
    };
    let mut from = 1;
    loop {
        let names: Vec<String> = (from..from + FEW).map(numbered).collect();
        let given_back: Vec<String> = token_entry::Entity::find()
            .select_only()
            .column(token_entry::Column::Reference)
            .filter(token_entry::Column::WorkspaceId.eq(workspace.0))
            .filter(token_entry::Column::Reference.is_in(names.iter().map(String::as_str)))
            .filter(token_entry::Column::Kind.eq(EntryKind::Refund.as_str()))
            .into_tuple()
            .all(conn)
            .await?;
        if let Some(free) = names.into_iter().find(|name| !given_back.contains(name)) {
            return Ok(free);
        }
        from += FEW;
    }
}

/// What was charged for one piece of work, under whatever reference; 0 where it was nothing.
///
/// # Errors
/// When the database fails.
pub async fn charged(conn: &impl ConnectionTrait, workspace: WorkspaceId, subject: Uuid) -> Result<i64> {
    let amount: Option<i64> = token_entry::Entity::find()
        .select_only()
        .column(token_entry::Column::Amount)
        .filter(token_entry::Column::WorkspaceId.eq(workspace.0))
        .filter(token_entry::Column::SubjectId.eq(subject))
        .filter(token_entry::Column::Kind.eq(EntryKind::Commit.as_str()))
        .into_tuple()
        .one(conn)
        .await?;
    Ok(amount.unwrap_or(0))
}

/// Gives back what was set aside before `before` under references that begin with `prefix` and was never settled: the
/// process that did the work died. How many.
///
/// # Errors
/// When the database fails.
pub async fn refund_forgotten(s: &Services, prefix: &str, before: Timestamp) -> Result<u64> {
    // Older ones were seen by earlier rounds. A range and not LIKE: the index serves it on both databases.
    let entries = |kinds: &[EntryKind]| {
        token_entry::Entity::find()
            .select_only()
            .filter(token_entry::Column::Kind.is_in(kinds.iter().map(|kind| kind.as_str())))
            .filter(token_entry::Column::Reference.gte(prefix))
            .filter(token_entry::Column::Reference.lt(format!("{prefix}\u{7f}")))
            .filter(token_entry::Column::CreatedAt.gte(before.plus(-7 * DAY).millis()))
    };
    let settled = entries(&[EntryKind::Commit, EntryKind::Refund])
        .column(token_entry::Column::Reference)
        .into_query();
    let forgotten: Vec<(Uuid, String)> = entries(&[EntryKind::Reserve])
        .columns([token_entry::Column::WorkspaceId, token_entry::Column::Reference])
        .filter(token_entry::Column::CreatedAt.lt(before.millis()))
        .filter(token_entry::Column::Reference.not_in_subquery(settled))
        .filter(workspace::is_there(token_entry::Column::WorkspaceId))
        .into_tuple()
        .all(s.db.read())
        .await?;
    let mut done = 0;
    for (workspace, reference) in forgotten {
        let tx = s.db.write(Priority::Background).await?;
        refund(&*tx, s, WorkspaceId(workspace), &[&reference]).await?;
        tx.commit().await?;
        done += 1;
    }
    Ok(done)
}

/// Grants tokens from the command line; the same reference grants once. `workspace` may be left out where there is only
/// one; where there is none yet, "My workspace" is made.
///
/// # Errors
/// An amount or note that cannot be; [`ServiceError::NotFound`] for an unknown workspace.
pub async fn grant(
    s: &Services,
    workspace: Option<&str>,
    amount: i64,
    reference: Option<&str>,
    note: Option<&str>,
) -> Result<Balance> {
    if !(1..=GRANT_MAX).contains(&amount) {
        let message = format!("Grant between 1 and {GRANT_MAX} tokens.");
        return Err(ServiceError::invalid("amount", message));
    }
    let note = note.map(one_line).filter(|note| !note.is_empty());
    for (field, text) in [("note", note.as_deref()), ("reference", reference)] {
        if text.is_some_and(|text| chars(text) > NOTE_MAX) {
            return Err(ServiceError::invalid(
                field,
                format!("This has at most {NOTE_MAX} characters."),
            ));
        }
    }
    let reference = match reference {
        Some(given) => format!("grant:{given}"),
        None => format!("grant:{}", s.new_id::<Uuid>()?),
    };
    let tx: WriteTxn = s.db.write(Priority::Person).await?;
    let workspace = match people::workspace_named(&*tx, workspace).await? {
        Some(id) => id,
        None => people::insert_workspace(&*tx, s, WORKSPACE_DEFAULT).await?.0,
    };
    let mut open = Open::of(&*tx, s, workspace).await?;
    if open.known(&[EntryKind::Grant], &[&reference]).await?.is_empty() {
        if open.balance.available.checked_add(amount).is_none() {
            return Err(ServiceError::invalid("amount", "The account cannot hold as many."));
        }
        open.add(EntryKind::Grant, amount, &reference, None, note, &Actor::System)?;
    }
    let balance = open.write().await?;
    tx.commit().await?;
    Ok(balance)
}
