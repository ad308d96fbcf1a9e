//! Signing in and out. A login session is a random secret in a cookie; the database has its hash. It ends after 30 days
//! without a visit, 90 days after it began however often it is used, with the password, and with signing out.

use crate::{
    Services,
    db::Priority,
    entity::{login_session, user},
    error::{Result, ServiceError},
    limits, secrets,
};
use parley_domain::{
    id::UserId,
    text::{chars, email_norm},
    time::{DAY, HOUR},
};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use std::net::IpAddr;

/// How long a login session lives without a visit, in milliseconds.
pub const SESSION_LIFE: i64 = 30 * DAY;
/// How long it lives at most, in milliseconds: who took a cookie does not keep it for ever by using it.
pub const SESSION_LONGEST: i64 = 90 * DAY;
/// A visit is noted once in so many milliseconds, so that reading a page is not a write.
const VISIT_NOTED: i64 = HOUR;

/// A browser that just signed in.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// Who.
    pub user: UserId,
    /// The cookie's value: known to the browser only.
    pub secret: String,
}

impl std::fmt::Debug for SignedIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignedIn")
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

/// The one answer for an unknown account and for a wrong password.
fn refused() -> ServiceError {
    ServiceError::invalid("password", "The email or the password is not right.")
}

/// Signs in. `before` is the cookie that the browser already had: that login session ends, so that nobody who planted it
/// is signed in too. Unknown accounts and wrong passwords get the same answer after the same work, and are counted alike.
///
/// # Errors
/// Invalid `password` when refused; [`ServiceError::TooMany`] for an address or an account that tries too often.
pub async fn log_in(
    s: &Services,
    email: &str,
    password: &str,
    address: IpAddr,
    before: Option<&str>,
) -> Result<SignedIn> {
    let now = s.now();
    s.limits.logins.take(&limits::network(address), now)?;
    let norm = email_norm(email);
    if chars(&norm) > parley_domain::candidate::EMAIL_MAX || chars(password) > parley_domain::account::PASSWORD_MAX {
        return Err(refused());
    }
    s.limits.may_guess(&norm, address, now)?;
    let person = user::Entity::find()
        .filter(user::Column::EmailNorm.eq(&norm))
        .one(s.db.read())
        .await?;
    let stored = person.as_ref().map(|p| p.password_hash.clone());
    let right = s.accounts.passwords.verify(password.to_owned(), stored).await?;
    let Some(person) = person.filter(|_| right) else {
        // After the work: only failures count against the account.
        s.limits.guessed(&norm, address, now);
        return Err(refused());
    };
    let user = UserId(person.id);
    let tx = s.db.write(Priority::Person).await?;
    // The password may have changed while it was checked.
    let same = user::Entity::find_by_id(user.0)
        .one(&*tx)
        .await?
        .is_some_and(|p| p.password_hash == person.password_hash);
    if !same {
        return Err(refused());
    }
    if let Some(before) = before {
        end(&*tx, before).await?;
    }
    let signed_in = begin(&*tx, s, user).await?;
    tx.commit().await?;
    Ok(signed_in)
}

/// Makes sure that it is the person themselves who sits at their browser: asked before what cannot be undone. Wrong ones are
/// counted with failed log-ins.
///
/// # Errors
/// Invalid `password` for a wrong one; [`ServiceError::TooMany`] for who tries too often.
pub(crate) async fn confirm(s: &Services, user: UserId, password: &str, address: IpAddr) -> Result<user::Model> {
    let person = user::Entity::find_by_id(user.0)
        .one(s.db.read())
        .await?
        .ok_or(ServiceError::NotFound)?;
    s.limits.may_guess(&person.email_norm, address, s.now())?;
    let short_enough = chars(password) <= parley_domain::account::PASSWORD_MAX;
    let stored = Some(person.password_hash.clone());
    if short_enough && s.accounts.passwords.verify(password.to_owned(), stored).await? {
        return Ok(person);
    }
    s.limits.guessed(&person.email_norm, address, s.now());
    Err(wrong_password())
}

/// What is said of a password that is not the person's own.
pub(super) fn wrong_password() -> ServiceError {
    ServiceError::invalid("password", "This is not your present password. Nothing was changed.")
}

/// Starts a login session for `user`, and forgets all that have expired.
pub(crate) async fn begin(tx: &impl ConnectionTrait, s: &Services, user: UserId) -> Result<SignedIn> {
    let now = s.now().millis();
    login_session::Entity::delete_many()
        .filter(login_session::Column::UserId.eq(user.0))
        .filter(login_session::Column::ExpiresAt.lte(now))
        .exec(tx)
        .await?;
    let secret = s.secrets.random_token("")?;
    let row = login_session::ActiveModel {
        id: Set(s.new_id()?),
        user_id: Set(user.0),
        hash: Set(secrets::hash(&secret)),
        last_seen_at: Set(now),
        expires_at: Set(now + SESSION_LIFE),
        created_at: Set(now),
        updated_at: Set(now),
    };
    login_session::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(SignedIn { user, secret })
}

async fn end(tx: &impl ConnectionTrait, secret: &str) -> Result<()> {
    login_session::Entity::delete_many()
        .filter(login_session::Column::Hash.eq(secrets::hash(secret)))
        .exec(tx)
        .await?;
    Ok(())
}

/// Ends every login session of a person.
pub(crate) async fn end_all(tx: &impl ConnectionTrait, user: UserId) -> Result<()> {
    login_session::Entity::delete_many()
        .filter(login_session::Column::UserId.eq(user.0))
        .exec(tx)
        .await?;
    Ok(())
}

/// Signs this browser out. Doing it again is no error.
///
/// # Errors
/// When the database cannot be written.
pub async fn log_out(s: &Services, secret: &str) -> Result<()> {
    let tx = s.db.write(Priority::Person).await?;
    end(&*tx, secret).await?;
    tx.commit().await
}

/// Who has this cookie; `None` for a login session that is unknown, ended or expired.
///
/// # Errors
/// When the database cannot be read.
pub async fn signed_in(s: &Services, secret: &str) -> Result<Option<UserId>> {
    let now = s.now().millis();
    let row = login_session::Entity::find()
        .filter(login_session::Column::Hash.eq(secrets::hash(secret)))
        .filter(login_session::Column::ExpiresAt.gt(now))
        // Looked at as well: an earlier version let it expire later than that.
        .filter(login_session::Column::CreatedAt.gt(now - SESSION_LONGEST))
        .one(s.db.read())
        .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    if now - row.last_seen_at >= VISIT_NOTED {
        let tx = s.db.write(Priority::Background).await?;
        let seen = login_session::ActiveModel {
            id: Set(row.id),
            last_seen_at: Set(now),
            expires_at: Set((now + SESSION_LIFE).min(row.created_at + SESSION_LONGEST)),
            updated_at: Set(now),
            ..Default::default()
        };
        // Of many, so that one which was signed out meanwhile is no error.
        login_session::Entity::update_many()
            .set(seen)
            .filter(login_session::Column::Id.eq(row.id))
            .exec(&*tx)
            .await?;
        tx.commit().await?;
    }
    Ok(Some(UserId(row.user_id)))
}
