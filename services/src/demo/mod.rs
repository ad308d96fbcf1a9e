//! A workspace that looks like real life, for looking around and for measuring: interviews made from the templates,
//! invented candidates, sessions in every state with their transcripts and analyses. Written in bulk.

mod people;
mod rows;
mod talk;

use crate::{
    Services,
    accounts::people as persons,
    db::{Priority, WriteTxn},
    entity::{
        analysis, candidate, decision, interview, interview_version, score_part, session, session_event, turn, user,
    },
    error::{Result, ServiceError},
    interviews,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use parley_domain::{
    account::{Actor, Role},
    id::{InterviewId, UserId, WorkspaceId},
    interview::InterviewState,
    person::PersonInput,
    text::email_norm,
};
use rows::{Batch, Ground};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, Iterable,
    QueryFilter,
};
use std::sync::Arc;
use tokio::task::JoinHandle;

/// Who signs in to look around.
pub const EMAIL: &str = "demo@parley.example";
/// Sessions where nobody says how many.
pub const SESSIONS: u64 = 240;
/// Candidates that are written in one transaction, of those with whole conversations and of the others.
const CHUNK: u64 = 500;
const CHUNK_LEAN: u64 = 4_000;
/// Candidates with whole conversations, retakes and decisions; the ones after them fill lists.
const RICH: u64 = 2_000;
/// Values that a statement may bind on both databases.
const BINDS: usize = 30_000;

/// How to sign in, and what there is.
#[derive(Clone, Debug)]
pub struct Demo {
    /// The person's email.
    pub email: String,
    /// Their password, where the person was made now. Somebody who was here keeps theirs: it may be written down.
    pub password: Option<String>,
    /// The workspace's place in addresses.
    pub slug: String,
    /// Interviews.
    pub interviews: usize,
    /// Candidates, and as many current sessions.
    pub candidates: u64,
}

/// Makes a workspace with about `sessions` sessions: half of them on the first interview. Tells `progress` how many
/// candidates there are so far.
///
/// # Errors
/// When the database fails; what was written before stays.
pub async fn fill(s: &Services, sessions: u64, mut progress: impl FnMut(u64)) -> Result<Demo> {
    let (user, password) = person(s).await?;
    let tx = s.db.write(Priority::Person).await?;
    let (workspace, slug) = persons::insert_workspace(&*tx, s, "Harbour & Pine").await?;
    persons::insert_member(&*tx, s, workspace, user, Role::Owner).await?;
    tx.commit().await?;
    let actor = Actor::Member {
        workspace,
        user,
        role: Role::Owner,
    };
    let interviews = make_interviews(s, &actor).await?;
    let shares = shares(sessions, interviews.len());
    let mut done = 0;
    for (interview, share) in interviews.iter().zip(shares) {
        people_on(s, workspace, &actor, *interview, share, done, &mut progress).await?;
        done += share;
    }
    Ok(Demo {
        email: EMAIL.to_owned(),
        password,
        slug,
        interviews: interviews.len(),
        candidates: done,
    })
}

/// Half for the first, the rest evenly.
fn shares(all: u64, interviews: usize) -> Vec<u64> {
    let others = u64::try_from(interviews.saturating_sub(1)).unwrap_or(0);
    let each = (all / 2).checked_div(others).unwrap_or(0);
    let mut shares = vec![each; interviews];
    if let Some(first) = shares.first_mut() {
        *first = all - each * others;
    }
    shares
}

/// The person of the demo, with the password where they are made now.
async fn person(s: &Services) -> Result<(UserId, Option<String>)> {
    let norm = email_norm(EMAIL);
    let known = user::Entity::find()
        .filter(user::Column::EmailNorm.eq(norm))
        .one(s.db.read())
        .await?;
    if let Some(known) = known {
        return Ok((known.id.into(), None));
    }
    let password = URL_SAFE_NO_PAD.encode(s.secrets.random::<12>()?);
    let input = PersonInput {
        email: EMAIL.to_owned(),
        name: "Dana Demo".to_owned(),
        password: password.clone(),
        time_zone: "Europe/Berlin".to_owned(),
    };
    let input = input.checked()?;
    let hash = persons::hashed(s, &input.password).await?;
    let tx = s.db.write(Priority::Person).await?;
    let id = persons::insert_user(&*tx, s, &input, hash).await?;
    tx.commit().await?;
    Ok((id, Some(password)))
}

/// One interview per template, all but the last open.
async fn make_interviews(s: &Services, actor: &Actor) -> Result<Vec<InterviewId>> {
    let templates = interviews::templates(s, actor)?;
    let last = templates.len().saturating_sub(1);
    let mut made = Vec::with_capacity(templates.len());
    for (i, template) in templates.into_iter().enumerate() {
        let mut input = template.interview;
        input.state = if i == last {
            InterviewState::Paused
        } else {
            InterviewState::Open
        };
        made.push(interviews::create(s, actor, input).await?.id);
    }
    Ok(made)
}

async fn people_on(
    s: &Services,
    workspace: WorkspaceId,
    actor: &Actor,
    interview: InterviewId,
    share: u64,
    before: u64,
    progress: &mut impl FnMut(u64),
) -> Result<()> {
    let row = interview::Entity::find_by_id(interview.0)
        .filter(interview::Column::WorkspaceId.eq(workspace.0))
        .one(s.db.read())
        .await?
        .ok_or(ServiceError::NotFound)?;
    let version = interviews::version(s.db.read(), workspace, row.version_id.into()).await?;
    pin(s, version.id.0).await?;
    let ground = Arc::new(Ground {
        s: s.clone(),
        workspace,
        interview,
        version,
        decider: actor.code(),
        now: s.now(),
    });
    // The next ones are invented while these are written.
    let mut done = 0;
    let mut next = invent(&ground, before, 0, share);
    while done < share {
        let batch = next.await.map_err(ServiceError::internal)??;
        let from = done;
        done = chunk_end(from, share);
        next = invent(&ground, before, done, share);
        write(s, batch).await?;
        progress(before + done);
    }
    Ok(())
}

/// Where the chunk that begins at `from` ends.
fn chunk_end(from: u64, share: u64) -> u64 {
    let chunk = if from < RICH { CHUNK } else { CHUNK_LEAN };
    (from + chunk).min(share)
}

/// Invents the candidates of the chunk that begins at `from`, beside whatever else is done.
fn invent(ground: &Arc<Ground>, before: u64, from: u64, share: u64) -> JoinHandle<Result<Batch>> {
    let ground = Arc::clone(ground);
    tokio::task::spawn_blocking(move || {
        let mut batch = Batch::default();
        for n in from..chunk_end(from, share) {
            ground.add(&mut batch, before + n, n < RICH)?;
        }
        Ok(batch)
    })
}

/// Sessions have started on it: saving copies from now on.
async fn pin(s: &Services, version: uuid::Uuid) -> Result<()> {
    let tx = s.db.write(Priority::Background).await?;
    if let Some(row) = interview_version::Entity::find_by_id(version).one(&*tx).await? {
        let mut change = row.into_active_model();
        change.pinned = Set(true);
        change.update(&*tx).await?;
    }
    tx.commit().await
}

async fn write(s: &Services, batch: Batch) -> Result<()> {
    let tx = s.db.write(Priority::Background).await?;
    if s.db.is_sqlite() {
        // A dozen indexes grow at places all over them: with the usual 2 MB each page would be read again for each row. For
        // this connection only, which mostly belongs to a command that ends soon.
        tx.execute_unprepared("PRAGMA cache_size = -262144").await?;
    }
    insert::<candidate::Entity>(&tx, batch.candidates).await?;
    insert::<session::Entity>(&tx, batch.sessions).await?;
    insert::<turn::Entity>(&tx, batch.turns).await?;
    insert::<session_event::Entity>(&tx, batch.events).await?;
    insert::<analysis::Entity>(&tx, batch.analyses).await?;
    insert::<score_part::Entity>(&tx, batch.parts).await?;
    insert::<decision::Entity>(&tx, batch.decisions).await?;
    tx.commit().await
}

/// Inserts many rows with as few statements as the databases allow.
async fn insert<E>(tx: &WriteTxn, rows: Vec<E::ActiveModel>) -> Result<()>
where
    E: EntityTrait,
    E::ActiveModel: ActiveModelTrait<Entity = E> + Send,
{
    let columns = E::Column::iter().count().max(1);
    let most = BINDS / columns;
    let mut rows = rows.into_iter();
    loop {
        let chunk: Vec<_> = rows.by_ref().take(most).collect();
        if chunk.is_empty() {
            return Ok(());
        }
        E::insert_many(chunk).exec_without_returning(&**tx).await?;
    }
}

#[cfg(test)]
mod tests {
    use super::shares;

    #[test]
    fn everybody_is_somewhere() {
        for all in [0, 1, 7, 240, 1_000_000] {
            let shares = shares(all, 5);
            assert_eq!(shares.iter().sum::<u64>(), all);
            assert!(shares[0] >= shares[4]);
        }
        assert_eq!(shares(5, 0), Vec::<u64>::new());
    }
}
