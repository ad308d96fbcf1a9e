//! Passwords: argon2id with the parameters of its authors' crate (19 MiB, two passes; OWASP's recommendation), in
//! threads of their own and only a few at a time, so that a flood of log-ins costs neither memory nor the event loop.

use crate::error::{Result, ServiceError};
use anyhow::anyhow;
use argon2::{
    Argon2,
    password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString},
};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// How many passwords are hashed at once.
const AT_ONCE: usize = 2;
/// How many callers may wait for that; more are told to come back.
const WAITING_MAX: usize = 64;

/// Verified against where there is no account, so that both take the same time: no password is known that has this hash, and
/// nothing is protected by it. The parameters are those of [`Argon2::default`].
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$BwcHBwcHBwcHBwcHBwcHBw$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Hashes and verifies. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Passwords {
    working: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self {
            working: Arc::new(Semaphore::new(AT_ONCE)),
            waiting: Arc::new(Semaphore::new(WAITING_MAX)),
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
        self.work(move || {
            let known = stored.is_some();
            let text = stored.unwrap_or_else(|| NOBODY.to_owned());
            let parsed = PasswordHash::new(&text).map_err(broken)?;
            Ok(Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok() && known)
        })
        .await
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
        assert!(!passwords.verify("correct horse".to_owned(), None).await.unwrap());
    }

    #[test]
    fn nobody_takes_the_work_of_somebody() {
        let (nobody, somebody) = (
            PasswordHash::new(NOBODY).unwrap(),
            hash_now("correct horse", &[1; 16]).unwrap(),
        );
        let somebody = PasswordHash::new(&somebody).unwrap();
        assert_eq!(
            (nobody.algorithm, nobody.version),
            (somebody.algorithm, somebody.version)
        );
        assert_eq!(nobody.params, somebody.params);
        assert_eq!(nobody.hash.unwrap().len(), somebody.hash.unwrap().len());
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
