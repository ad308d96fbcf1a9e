//! People, their login sessions, workspaces, roles and API keys.
//!
//! A role is read from the database at each request. What is secret is stored as a hash only: passwords as argon2id,
//! login sessions and API keys (which have full entropy) as SHA-256.

pub mod audit;
pub mod keys;
pub mod login;
pub mod members;
mod own_password;
mod password;
pub mod people;
pub mod roles;
pub mod setup;
pub mod workspace;
pub mod zone;

pub use keys::{create_key, key_actor, list_keys, revoke_key};
pub use login::{SignedIn, log_in, log_out, signed_in};
pub use members::{change_role, members, members_seen, remove as remove_member};
pub use own_password::change_password;
pub use password::Passwords;
pub use people::{change_profile, me};
pub use roles::{actor, actor_for_interview, actor_in};
pub use setup::{SetupRule, set_up, setup_state};
pub use zone::{Zone, zone_of};

use std::sync::{Mutex, PoisonError};
use tokio::sync::Notify;

/// What accounts need besides the database, once per process.
#[derive(Debug, Default)]
pub struct Door {
    /// Hashing, a few at a time.
    pub passwords: Passwords,
    /// Who may set the installation up in the browser; nobody until this is said.
    setup: Mutex<Option<SetupRule>>,
    /// Wakes who clears up: a workspace was deleted.
    pub clearing: Notify,
    /// Wakes who says how to set the installation up: nobody is left in it.
    pub emptied: Notify,
}

impl Door {
    /// Says who may set the installation up in the browser. The first word counts.
    pub fn allow_setup(&self, rule: SetupRule) {
        self.rule().get_or_insert(rule);
    }

    /// Says it anew, once nobody is left in the installation: whoever knew the code before has no say any more.
    pub fn renew_setup(&self, rule: SetupRule) {
        *self.rule() = Some(rule);
    }

    fn setup_rule(&self) -> Option<SetupRule> {
        self.rule().clone()
    }

    fn rule(&self) -> std::sync::MutexGuard<'_, Option<SetupRule>> {
        self.setup.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
