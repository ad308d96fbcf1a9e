//! The first run: the first person and their workspace, made in the browser. Closed as long as there is a person: who
//! deletes the last workspace leaves the installation as it was on the first day.
//!
//! On a server that only this machine reaches, the first visitor may do it. Elsewhere it takes the code that the server
//! printed when it started; only its hash is kept, in memory, and guessing is as limited as guessing passwords.

use super::{SignedIn, audit, login, people};
use crate::{
    Services,
    db::Priority,
    entity::workspace,
    error::{Result, ServiceError},
    limits, secrets,
};
use parley_domain::{
    account::{Actor, Role},
    person::{SetupInput, SetupState},
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use std::net::IpAddr;

/// Letters and digits that nobody mistakes for each other; 32 of them, so that five bits choose one.
const ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// Who may set the installation up.
#[derive(Clone, PartialEq, Eq)]
pub enum SetupRule {
    /// The first visitor.
    Anyone,
    /// Who knows the code of this hash.
    Code(Vec<u8>),
}

impl std::fmt::Debug for SetupRule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Anyone => "Anyone",
            Self::Code(_) => "Code",
        })
    }
}

/// A new code of 60 bits, in three groups, and the rule that asks for it.
///
/// # Errors
/// When the system has no randomness to give.
pub fn new_code(s: &Services) -> Result<(String, SetupRule)> {
    let letters: String = s
        .secrets
        .random::<12>()?
        .iter()
        .map(|byte| char::from(ALPHABET[usize::from(byte % 32)]))
        .collect();
    let rule = SetupRule::Code(secrets::hash(&letters));
    let code = format!("{}-{}-{}", &letters[..4], &letters[4..8], &letters[8..]);
    Ok((code, rule))
}

/// Whether somebody may still set the installation up, and how.
///
/// # Errors
/// When the database cannot be read.
pub async fn setup_state(s: &Services) -> Result<SetupState> {
    if people::anybody(s.db.read()).await? {
        return Ok(SetupState::Done);
    }
    Ok(match s.accounts.setup_rule() {
        None => SetupState::CommandLine,
        Some(SetupRule::Anyone) => SetupState::Open,
        Some(SetupRule::Code(_)) => SetupState::NeedsCode,
    })
}

fn closed() -> ServiceError {
    ServiceError::conflict(
        "setup_done",
        "This installation is set up already. Nothing was changed; log in, or ask its owner to add you.",
    )
}

fn check_code(s: &Services, typed: &str) -> Result<()> {
    match s.accounts.setup_rule() {
        Some(SetupRule::Anyone) => Ok(()),
        Some(SetupRule::Code(hash)) => {
            let letters: String = typed
                .chars()
                .filter(char::is_ascii_alphanumeric)
                .map(|c| c.to_ascii_uppercase())
                .collect();
            if secrets::hash(&letters) == hash {
                return Ok(());
            }
            Err(ServiceError::invalid(
                "code",
                "This is not the code that the server printed on its terminal.",
            ))
        }
        None => Err(ServiceError::conflict(
            "setup_on_command_line",
            "This installation is set up from the command line: parley user add.",
        )),
    }
}

/// Makes the first workspace and its owner, and signs them in. Answers the workspace's slug too.
///
/// # Errors
/// What is wrong, field by field; a conflict once there is a person; [`ServiceError::TooMany`] for an address that
/// guesses.
pub async fn set_up(s: &Services, input: SetupInput, address: IpAddr) -> Result<(SignedIn, String)> {
    if people::anybody(s.db.read()).await? {
        return Err(closed());
    }
    s.limits.logins.take(&limits::network(address), s.now())?;
    check_code(s, &input.code)?;
    let input = input.checked()?;
    let hash = people::hashed(s, &input.person.password).await?;
    let tx = s.db.write(Priority::Person).await?;
    if !s.db.is_sqlite() {
        // Two first visitors at once: the second waits here, and then finds a person.
        tx.execute_unprepared("LOCK TABLE \"user\" IN SHARE ROW EXCLUSIVE MODE")
            .await?;
    }
    if people::anybody(&*tx).await? {
        return Err(closed());
    }
    let there = workspace::Entity::find().filter(workspace::Column::DeletedAt.is_null());
    let (workspace, slug) = match there.one(&*tx).await? {
        // Made by the command line (for an API key) before anybody came.
        Some(row) => {
            let id = parley_domain::id::WorkspaceId(row.id);
            super::workspace::give_name(&*tx, s, id, &input.workspace).await?;
            (id, row.slug)
        }
        None => people::insert_workspace(&*tx, s, &input.workspace).await?,
    };
    let user = people::insert_user(&*tx, s, &input.person, hash).await?;
    people::insert_member(&*tx, s, workspace, user, Role::Owner).await?;
    let actor = Actor::Member {
        workspace,
        user,
        role: Role::Owner,
    };
    audit::write(&*tx, s, workspace, &actor, "workspace.create", Some(workspace.0)).await?;
    let signed_in = login::begin(&*tx, s, user).await?;
    tx.commit().await?;
    Ok((signed_in, slug))
}
