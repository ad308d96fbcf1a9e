//! Passwords: argon2id with the parameters of its authors' crate (19 MiB, two passes; OWASP's recommendation), in
//! threads of their own and only a few at a time, so that a flood of log-ins costs neither memory nor the event loop.

use crate::error::{Result, ServiceError};
use anyhow::anyhow;
use argon2::{
    Argon2,
    password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString},
};
use std::sync::{Arc, OnceLock};
use tokio::sync::Semaphore;

/// How many passwords are hashed at once.
const AT_ONCE: usize = 2;
/// How many callers may wait for that; more are told to come back.
const WAITING_MAX: usize = 64;

/// Hashes and verifies. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Passwords {
    working: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
    /// The hash of no password, verified against where there is no account, so that both take the same time.
    nobody: Arc<OnceLock<String>>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self {
            working: Arc::new(Semaphore::new(AT_ONCE)),
            waiting: Arc::new(Semaphore::new(WAITING_MAX)),
            nobody: Arc::default(),
        }
    }
}

fn broken(error: impl std::fmt::Display) -> ServiceError {
    ServiceError::internal(anyhow!("password hashing: {error}"))
}

impl Passwords {
    async fn work<T: Send + 'static>(&self, job: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
        let _place = self
            .waiting
            .try_acquire()
            .map_err(|_| ServiceError::Unavailable("too many passwords wait to be checked".to_owned()))?;
        let turn = Arc::clone(&self.working).acquire_owned().await.map_err(broken)?;
        tokio::task::spawn_blocking(move || {
            // Moved in: a caller who goes away does not make room before the work is done.
            let _turn = turn;
            job()
        })
        .await
        .map_err(broken)?
    }

    /// The hash to store, as a PHC string. `salt` are 16 random bytes.
    ///
    /// # Errors
    /// [`ServiceError::Unavailable`] under a flood.
    pub async fn hash(&self, password: String, salt: [u8; 16]) -> Result<String> {
        self.work(move || hash_now(&password, &salt)).await
    }

    /// Whether `password` is the one that `stored` was made of; with nothing stored, the same work and `false`.
    ///
    /// # Errors
    /// [`ServiceError::Unavailable`] under a flood.
    pub async fn verify(&self, password: String, stored: Option<String>) -> Result<bool> {
        let nobody = Arc::clone(&self.nobody);
        self.work(move || {
            let known = stored.is_some();
            let text = match stored {
                Some(text) => text,
                None => match nobody.get() {
                    Some(text) => text.clone(),
                    None => {
                        // The salt need not be secret or random: nothing is protected by this hash.
                        let text = hash_now("nobody's password", &[7; 16])?;
                        nobody.get_or_init(|| text).clone()
                    }
                },
            };
            let parsed = PasswordHash::new(&text).map_err(broken)?;
            Ok(Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok() && known)
        })
        .await
    }

    /// Prepares the hash of no password, so that the first unknown account takes no longer than others.
    ///
    /// # Errors
    /// When hashing fails.
    pub async fn prepare(&self) -> Result<()> {
        self.verify(String::new(), None).await.map(drop)
    }
}

fn hash_now(password: &str, salt: &[u8; 16]) -> Result<String> {
    let salt = SaltString::encode_b64(salt).map_err(broken)?;
    let hash = Argon2::default()
        .hash_password(password.as_bytes(), &salt)
        .map_err(broken)?;
    Ok(hash.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_passes() {
        let passwords = Passwords::default();
        let stored = passwords.hash("correct horse".to_owned(), [1; 16]).await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(
            passwords
                .verify("correct horse".to_owned(), Some(stored.clone()))
                .await
                .unwrap()
        );
        assert!(
            !passwords
                .verify("correct horsf".to_owned(), Some(stored))
                .await
                .unwrap()
        );
        // Even the password behind the placeholder opens nothing.
        assert!(!passwords.verify("nobody's password".to_owned(), None).await.unwrap());
    }

    #[tokio::test]
    async fn a_flood_is_sent_away() {
        let passwords = Passwords::default();
        let _all = passwords
            .waiting
            .try_acquire_many(u32::try_from(WAITING_MAX).unwrap())
            .unwrap();
        let refused = passwords.verify(String::new(), None).await;
        assert!(matches!(refused, Err(ServiceError::Unavailable(_))), "{refused:?}");
    }
}
