//! Transcripts of the sessions that go on, kept in memory: a turn never changes once it is stored, and every answer needs
//! all that were before it.
//!
//! Only what is committed is kept. What other processes add is found by the count of turns in the session's row.

use crate::{
    entity::{session, turn},
    error::Result,
    shelf::Shelf,
};
use parley_domain::session::Status;
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseConnection, EntityTrait, QueryFilter, QueryOrder};
use std::sync::Arc;
use uuid::Uuid;

/// How much is kept, in bytes of text and a little for each turn.
const ROOM: usize = 8_000_000;
/// What a turn takes beside its text.
const FRAME: usize = 300;

/// A session's turns, in order.
pub(super) type Turns = Vec<Arc<turn::Model>>;

/// Transcripts by session. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Transcripts(Shelf<Uuid, Turns>);

impl Default for Transcripts {
    fn default() -> Self {
        Self(Shelf::new(ROOM))
    }
}

impl Transcripts {
    /// All turns that a session's row counts; kept as long as it goes on. What was said after `row` was read is left out: the
    /// two belong together.
    pub(super) async fn of(&self, conn: &DatabaseConnection, row: &session::Model) -> Result<Turns> {
        let turns = self.within(conn, row).await?;
        // What is deleted is not listed: the sweeper may still look at it, but it is not kept for that.
        if row.listed && row.status == Status::InProgress.as_str() {
            self.keep(row.id, &turns);
        }
        Ok(turns)
    }

    /// Lets go of what was said in these sessions: they are over, or whose they were is deleted.
    pub(crate) fn forget(&self, sessions: impl IntoIterator<Item = Uuid>) {
        for session in sessions {
            self.0.take(&session);
        }
    }

    /// The same inside a transaction: nothing that it reads is kept.
    pub(super) async fn within(&self, conn: &impl ConnectionTrait, row: &session::Model) -> Result<Turns> {
        let kept = self.0.look(&row.id, |turns| {
            let counted = turns.partition_point(|turn| turn.number <= row.turns);
            turns.iter().take(counted).cloned().collect::<Turns>()
        });
        let mut turns = kept.unwrap_or_default();
        let last = turns.last().map_or(0, |turn| turn.number);
        if last < row.turns {
            let missing = turn::Entity::find()
                .filter(turn::Column::SessionId.eq(row.id))
                .filter(turn::Column::Number.gt(last))
                .filter(turn::Column::Number.lte(row.turns))
                .order_by_asc(turn::Column::Number)
                .all(conn)
                .await?;
            turns.extend(missing.into_iter().map(Arc::new));
        }
        Ok(turns)
    }

    /// Forgets all of them: a workspace was deleted, and its words should not outlive it here.
    pub(crate) fn forget_all(&self) {
        self.0.clear();
    }

    /// Keeps what is committed, unless more is here already.
    pub(super) fn keep(&self, session: Uuid, turns: &Turns) {
        let here = self.0.look(&session, |kept| kept.len());
        if turns.is_empty() || here.is_some_and(|here| here >= turns.len()) {
            return;
        }
        let size = turns.iter().map(|turn| FRAME + turn.text.len()).sum();
        self.0.keep(session, turns.clone(), size);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turns(count: i32) -> Turns {
        let turn = |number| turn::Model {
            id: Uuid::from_u128(number as u128),
            workspace_id: Uuid::nil(),
            session_id: Uuid::nil(),
            number,
            speaker: String::new(),
            kind: String::new(),
            question_id: None,
            prompt_id: None,
            text: number.to_string(),
            client_id: None,
            scripted: true,
            pause_ms: 0,
            created_at: 0,
            updated_at: 0,
        };
        (1..=count).map(|number| Arc::new(turn(number))).collect()
    }

    #[test]
    fn the_longer_one_stays() {
        let (transcripts, session) = (Transcripts::default(), Uuid::from_u128(1));
        let here = || transcripts.0.look(&session, |turns| turns.len());
        transcripts.keep(session, &turns(0));
        assert_eq!(here(), None);
        for (count, kept) in [(3, 3), (2, 3), (5, 5)] {
            transcripts.keep(session, &turns(count));
            assert_eq!(here(), Some(kept));
        }
    }
}
